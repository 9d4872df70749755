"""Operations in RouterOS's own words for people; shows no secret, and no character that a terminal would act on."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby

from netops.core.model import Op, RowOp, Rows, Value, Verb
from netops.core.once import once
from netops.core.secret import SecretRef
from netops.platforms.routeros.facts import Menu, menu
from netops.platforms.routeros.operations import rows_only
from netops.platforms.routeros.quirks import MOVES
from netops.platforms.routeros.words import quote

FEW = 5
"""So many similar additions in a menu are shown one by one; more are counted."""


@once(most=20_000)
def show(ops: tuple[Op, ...]) -> str:
    """`+` what comes, `-` what goes, `~` what changes (`# was …` behind it); more than five alike as `40 × …`."""
    return "".join(f"{line}\n" for line in _show(rows_only(ops)))


def export(rows: Rows) -> str:
    """Rows as a terse export: readable by `parse`, without flags, counters, secrets."""
    return "\n".join(line for row in rows.rows if (line := export_line(row.menu, row.values))) + "\n"


def export_line(path: str, values: Mapping[str, Value]) -> str:
    """One row of an export, '' where nothing of it is configuration."""
    menu_ = menu(path)
    head, names = "add", _exported(path)
    if not menu_.can_add:
        key = {name: value for name, value in values.items() if name in menu_.key}
        head = "set" if menu_.single else f"set [ find {_words(menu_, key)} ]"
        names -= key.keys()
    words = [
        f"{name}={quote(value, ascii_only=False)}"
        for name, value in values.items()
        if value and name in names and isinstance(value, str)
    ]
    return f"{path} {head} {' '.join(words)}" if words else ""


@cache
def _exported(path: str) -> frozenset[str]:
    """Configuration: no counters, no flags, no secrets, nothing that moves by itself."""
    menu_ = menu(path)
    return frozenset(menu_.settable) - menu_.secrets - frozenset(MOVES.get(path, ()))


def _show(ops: Sequence[RowOp]) -> Iterator[str]:
    for path, group in groupby(ops, key=lambda op: op.path):
        yield path
        for (verb, _), alike in groupby(group, key=lambda op: (op.verb, frozenset(op.new) | frozenset(op.old))):
            found = list(alike)
            if verb in (Verb.ADD, Verb.REMOVE) and len(found) > FEW:
                yield _many(path, verb, found)
            else:
                yield from (_one(op) for op in found)


def _many(path: str, verb: Verb, ops: Sequence[RowOp]) -> str:
    menu_ = menu(path)
    first = ops[0].new or ops[0].old
    common = {
        name: value
        for name, value in first.items()
        if all((op.new or op.old).get(name) == value for op in ops) and name != "place-before"
    }
    noun = " ".join(path.strip("/").split("/")[-2:])
    words = f" ({_words(menu_, common)})" if common else ""
    return f"{'+' if verb is Verb.ADD else '-'} {len(ops)} × {noun}{words}"


def _one(op: RowOp) -> str:
    menu_ = menu(op.path)
    find = f"[ find {_words(menu_, op.key)} ]" if op.key else ""
    match op.verb:
        case Verb.ADD:
            return f"+ add {_words(menu_, op.new)}"
        case Verb.REMOVE:
            return f"- remove {find}"
        case Verb.SET:
            return " ".join(
                part for part in ("~ set", find, _words(menu_, op.new), f"# was {_words(menu_, op.old)}") if part
            )
        case Verb.JOIN:
            return f"+ set {find} {_words(menu_, op.new, '+=')}"
        case Verb.LEAVE:
            return f"- set {find} {_words(menu_, op.old, '-=')}"


def _words(menu_: Menu, values: Mapping[str, Value], sign: str = "=") -> str:
    return " ".join(f"{name}{sign}{_value(menu_, name, value)}" for name, value in values.items())


def _value(menu_: Menu, name: str, value: Value) -> str:
    secret = name in menu_.settable and menu_.settable[name].secret
    if isinstance(value, SecretRef) or secret:
        return "***"
    if name == "place-before":
        key, _, text = value.partition("=")
        return f"[ find {key}={quote(text, ascii_only=False)} ]"
    return quote(value, ascii_only=False)
