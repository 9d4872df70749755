"""Operations in RouterOS's own words for people; shows no secret, and no character that a terminal would act on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby

from msgspec import Struct

from netops.core.model import Op, RowOp, Value, Verb
from netops.core.once import once
from netops.core.secret import SecretRef
from netops.platforms.routeros.facts import Menu, menu
from netops.platforms.routeros.operations import rows_only
from netops.platforms.routeros.quirks import UNSAID
from netops.platforms.routeros.words import quote

FEW = 5
"""So many similar additions in a menu are shown one by one; more are counted."""
_SHORT, _KEPT = 80, 1_000
"""Words of so many characters at most are remembered, and of each menu so many: no device fills our memory. And none that
begins as what RouterOS makes for one login (`<hotspot-…>`, a queue): the name may be a voucher's code.
"""
_DYNAMIC = "\0"
"""Said for a dynamic row: what no value can say, it would be quoted."""


@once(most=20_000)
def show(ops: tuple[Op, ...]) -> str:
    """`+` what comes, `-` what goes, `~` what changes (`# was …` behind it); more than five alike as `40 × …`."""
    return "".join(f"{line}\n" for line in _show(rows_only(ops)))


def export(path: str, rows: Iterable[Sequence[str]], *, keep: bool) -> list[str]:
    """Rows of a menu, given as words of the API (`=name=value`), as lines of a terse export that `parse` reads.

    Without flags, counters, secrets, dynamic rows, and rows of which nothing is configuration. With `keep` words are
    remembered: never where a name may be a code.
    """
    form = _form(path, keep=keep)
    lines = []
    for words in rows:
        values = "".join(map(form.values.__getitem__, words))
        if values and _DYNAMIC not in values:
            find = "" if form.key is None else f" [ find {''.join(map(form.key.__getitem__, words))[1:]} ]"
            lines.append(f"{form.head}{find}{values}")
    return lines


def exported(path: str) -> tuple[str, ...]:
    """What has to be asked for an export: configuration and its key; no secrets, nothing that moves by itself (`UNSAID`)."""
    menu_, unsaid = menu(path), UNSAID.get(path, ())
    names = [name for name in menu_.settable if name not in menu_.secrets and name not in unsaid]
    return tuple(dict.fromkeys([*names, *menu_.key, *({"dynamic"} & menu_.read_only)]))


class _Said(dict[str, str]):
    """What an export says for a word (` name=value`), '' for nothing. Most of a fleet's words are defaults: made once."""

    def __init__(self, names: frozenset[str], secrets: frozenset[str], *, empty: bool, keep: bool) -> None:
        self._names, self._secrets, self._empty, self._keep = names, secrets, empty, keep

    def __missing__(self, word: str) -> str:
        name, _, value = word[1:].partition("=") if word.startswith("=") else ("", "", "")
        said = ""
        if name in self._names and (value or self._empty):
            said = f" {name}={quote(value, ascii_only=False)}"
        elif name == "dynamic" and value in ("true", "yes"):
            said = _DYNAMIC
        if self._keep and len(word) <= _SHORT and name not in self._secrets and not value.startswith("<"):
            if len(self) >= _KEPT:
                self.clear()
            self[word] = said
        return said


class _Form(Struct, frozen=True):
    """How a menu's rows are written; `key` finds a row that is set, where there are several."""

    head: str
    key: _Said | None
    values: _Said


@cache
def _form(path: str, *, keep: bool) -> _Form:
    menu_ = menu(path)
    key = frozenset(() if menu_.can_add else menu_.key)
    values = frozenset(exported(path)) & menu_.settable.keys() - key
    return _Form(
        head=f"{path} {'add' if menu_.can_add else 'set'}",
        key=None if menu_.can_add or menu_.single else _Said(key, menu_.secrets, empty=True, keep=keep),
        values=_Said(values, menu_.secrets, empty=False, keep=keep),
    )


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
