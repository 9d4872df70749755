"""What follows from operations alone: batches, the inverse, the three-way way back; refuses lines of other platforms."""

from collections.abc import Sequence

from netops.core.model import Batch, Op, Restoration, Row, RowOp, Rows, Tag, Value, Verb
from netops.core.once import once
from netops.core.secret import SecretRef
from netops.platforms.routeros.diff import level, remove, say
from netops.platforms.routeros.facts import Menu, menu
from netops.platforms.routeros.quirks import CLOSED_BY_US, LOGIN_MENUS, RUNTIME
from netops.platforms.routeros.renamed import Strangers
from netops.platforms.routeros.table import Table, elements, owns, settable
from netops.platforms.routeros.values import BROKEN, normal, present, row_key


def rows_only(ops: Sequence[Op]) -> tuple[RowOp, ...]:
    """The operations as row operations. Raises TypeError for another platform's: a mistake of the caller."""
    found = tuple(op for op in ops if isinstance(op, RowOp))
    if len(found) != len(ops):
        raise TypeError("RouterOS takes row operations only")
    return found


@once(most=20_000)
def batches(ops: tuple[Op, ...]) -> tuple[Batch, ...]:
    """Consecutive operations of one dependency level and direction; numbered from 1.

    A row that names another row of the same menu (a queue's parent) starts a new batch, so that nothing in a batch
    waits for something in the same batch.
    """
    out: list[list[RowOp]] = []
    last: tuple[bool, int] | None = None
    made: set[Value] = set()
    parents: set[Value] = set()  # of the rows that the present batch removes or changes
    for op in rows_only(ops):
        here = (op.verb is Verb.REMOVE, level(op.path))
        own = op.key.get("name", "")
        if here != last or op.new.get("parent") in made or op.new.get("next-pool") in made or own in parents:
            out.append([])
            made, parents = set(), set()
        out[-1].append(op)
        if own not in ("", "none"):
            made.add(own)
        if parent := op.old.get("parent"):
            parents.add(parent)
        last = here
    return tuple(Batch(number=number, ops=tuple(group)) for number, group in enumerate(out, 1))


@once(most=20_000)
def invert(ops: tuple[Op, ...]) -> tuple[RowOp, ...]:
    """The way back, newest first; each op carries what it replaced. A removed row comes back where it stood (`place-before`).

    Secrets are in no inverse. A login (hotspot user, user) comes back disabled: its secret cannot be read, and open
    would be worse than gone.
    """
    return tuple(_inverse(op) for op in reversed(rows_only(ops)))


def _inverse(op: RowOp) -> RowOp:
    menu_ = menu(op.path)
    match op.verb:
        case Verb.ADD:
            old = settable(menu_, op.new)
            return RowOp(verb=Verb.REMOVE, path=op.path, key=op.key, old=old, owned=op.owned)
        case Verb.REMOVE:
            new: dict[str, Value] = dict(op.old)
            if op.path in LOGIN_MENUS:
                new["disabled"] = "yes"
            return RowOp(verb=Verb.ADD, path=op.path, key=op.key, new=new, owned=op.owned)
        case Verb.SET:
            key = {name: str(op.new.get(name, value)) for name, value in op.key.items()}
            return RowOp(verb=Verb.SET, path=op.path, key=key, new=op.old, old=op.new, owned=op.owned)
        case Verb.JOIN:
            return RowOp(verb=Verb.LEAVE, path=op.path, key=op.key, old=op.new, owned=op.owned)
        case Verb.LEAVE:
            return RowOp(verb=Verb.JOIN, path=op.path, key=op.key, new=op.old, owned=op.owned)


def restore(seen: Rows, applied: Sequence[Op], owner: Tag) -> Restoration:
    """Three-way, newest first: what stands at its target goes back to its base, what is at its base stays, and what is
    at neither end is left for a person and told. An added row that is gone is not at its base while a row that must be
    it stands under another name.
    """
    table = Table(seen.rows)
    strangers = Strangers(seen, rows_only(applied), owner)
    ops: list[RowOp] = []
    conflicts: list[str] = []
    for op in reversed(rows_only(applied)):
        if op.path in RUNTIME:
            continue
        step, conflict = _step(table, op, owner)
        if op.verb is Verb.ADD and not step and not conflict and (row := strangers.like(op)):
            other = say(row.menu, row.values)
            shown = f"tidak ada, dan {other} tampak seperti baris itu dengan nama lain"
            conflict = _conflict(op, shown, f"is gone, and {other} looks like it under another name")
        if conflict:
            conflicts.append(conflict)
        if step:
            table.apply(step)
            ops.append(step)
    return Restoration(ops=tuple(ops), conflicts=tuple(conflicts))


def _step(table: Table, op: RowOp, owner: Tag) -> tuple[RowOp | None, str]:
    menu_ = menu(op.path)
    inverse = _inverse(op)
    if menu_.single:
        row = next(iter(table.rows(op.path)), None)
    else:
        found = table.find(op.path, row_key(menu_, inverse.key))
        if op.verb is Verb.ADD:
            found = [row for row in found if owns(owner, row)] or found or _orphan(table, menu_, op, owner)
        row = found[0] if found else None
    match op.verb:
        case Verb.ADD:
            return _back_from_add(menu_, op, row, owner)
        case Verb.REMOVE:
            if row is None:
                return inverse, ""
            return None, "" if owns(owner, row) else _conflict(op, "bukan milik kita", "is not ours")
        case Verb.SET:
            return _back_from_set(menu_, op, inverse, row)
    return _back_from_element(menu_, op, inverse, row)


def _orphan(table: Table, menu_: Menu, op: RowOp, owner: Tag) -> list[Row]:
    """Our row whose reference broke (its interface was removed by hand): same comment, a key that reads like an id."""
    comment = op.new.get("comment")
    return [
        row
        for row in table.rows(op.path)
        if comment
        and row.values.get("comment") == comment
        and owns(owner, row)
        and any(BROKEN.fullmatch(str(row.values.get(name, ""))) for name in menu_.key)
    ]


def _back_from_add(menu_: Menu, op: RowOp, row: Row | None, owner: Tag) -> tuple[RowOp | None, str]:
    if row is None:
        return None, ""
    if not owns(owner, row):
        return None, _conflict(op, "tidak lagi bertanda milik kita", "no longer carries our tag")
    changed = [
        name
        for name, value in op.new.items()
        if name != "place-before"
        and name in menu_.settable
        and not menu_.settable[name].secret
        and not isinstance(value, SecretRef)
        and not (name == "disabled" and op.path in CLOSED_BY_US)
        and not BROKEN.fullmatch(str(row.values.get(name, "")))
        and value
        and present(menu_, row.values, name) != normal(menu_, name, value)
    ]
    if changed:
        shown = ", ".join(f"{name}={row.values.get(name, '')}" for name in changed)
        return None, _conflict(op, f"diubah orang lain: {shown}", f"was changed by somebody: {shown}")
    return remove(row), ""


def _back_from_set(menu_: Menu, op: RowOp, inverse: RowOp, row: Row | None) -> tuple[RowOp | None, str]:
    if row is None:
        return None, _conflict(op, "sudah tidak ada", "is gone")
    back: dict[str, Value] = {}
    strange: list[str] = []
    for name, target in op.new.items():
        now = present(menu_, row.values, name)
        if now == _at(menu_, name, target):
            back[name] = op.old.get(name, "")
        elif now != _at(menu_, name, op.old.get(name, "")):
            strange.append(f"{name}={row.values.get(name, '')}")
    conflict = ""
    if strange:
        shown = ", ".join(strange)
        conflict = _conflict(op, f"diubah orang lain: {shown}", f"was changed by somebody: {shown}")
    back = {name: value for name, value in back.items() if _at(menu_, name, value) != _at(menu_, name, op.new[name])}
    if not back:
        return None, conflict
    old = {name: op.new[name] for name in back}
    return RowOp(verb=Verb.SET, path=op.path, key=inverse.key, new=back, old=old, owned=op.owned), conflict


def _at(menu_: Menu, name: str, value: Value) -> str:
    return present(menu_, {name: value}, name)


def _back_from_element(menu_: Menu, op: RowOp, inverse: RowOp, row: Row | None) -> tuple[RowOp | None, str]:
    if row is None:
        return None, ""
    for name, element in (op.new or op.old).items():
        held = {normal(menu_, name, part) for part in elements(row.values.get(name))}
        there = normal(menu_, name, str(element)) in held
        if there == (op.verb is Verb.JOIN):
            return inverse, ""
    return None, ""


def _conflict(op: RowOp, id: str, en: str) -> str:
    """One line for people, in both languages: conflicts are journalled as text and read by either."""
    return f"{say(op.path, op.key)}: {en} ({id})"
