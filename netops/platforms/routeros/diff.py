"""From seen to wanted rows: operations in order; refuses to overwrite what is not ours or to stand behind it unnoticed."""

from collections.abc import Mapping

from msgspec.structs import replace

from netops.core.errors import Refused
from netops.core.model import Row, RowOp, Rows, Tag, Value, Verb
from netops.core.once import once
from netops.core.text import Text
from netops.platforms.routeros.facts import Menu, menu
from netops.platforms.routeros.queues import PATH as QUEUES
from netops.platforms.routeros.queues import QueueOrder
from netops.platforms.routeros.quirks import (
    GUARD_MENUS,
    LAST_LEVEL,
    LEVELS,
    RUNTIME,
)
from netops.platforms.routeros.table import Table, elements, owns, settable, text_key
from netops.platforms.routeros.values import is_flag, normal, numbers, present, row_key
from netops.platforms.routeros.wanted import Added, Adopted, wanted
from netops.platforms.routeros.words import quote


def level(path: str) -> int:
    """The dependency level of a menu: lower ones must exist first."""
    return LEVELS.get(path, LAST_LEVEL)


def diff(seen: Rows, want: Rows, owner: Tag) -> tuple[RowOp, ...]:
    """Removals first (leaves before roots), then additions and changes (roots before leaves).

    Only properties that the template names are compared (and `disabled`); secrets never, since nobody can read them back.
    A simple queue of ours stands before every foreign queue whose target contains its own (first match wins).
    Raises `Refused` naming the foreign row that stands in the way.
    """
    table = Table(seen.rows)
    there = set(table.paths())
    order = QueueOrder(table, owner)
    removes: list[RowOp] = []
    changes: list[RowOp] = []
    judged: set[int] = set()  # the very rows of ours that stand where one is wanted
    for one in _wanted(want.rows, owner):
        if isinstance(one, Adopted):
            changes += _adopt(table, one)
            continue
        if one.menu.path not in there:
            changes.append(one.op)  # nothing can be in its way
            continue
        ours = _ours(table, one, owner)
        judged.update(map(id, ours))
        gone, new = _own(order, one, ours)
        removes += gone
        changes += new
    for path in table.paths():
        if path in RUNTIME or path in GUARD_MENUS or not menu(path).can_add:
            continue
        for row in table.rows(path):
            if id(row) not in judged and owns(owner, row) and not is_flag(row, "dynamic"):
                removes.append(_remove(menu(path), row))
    removes.reverse()  # what stands later in a menu may hang on what stands earlier (a queue's parent)
    removes.sort(key=lambda op: -level(op.path))
    changes.sort(key=lambda op: level(op.path))
    return tuple(_placed(table, removes) + changes)


def _placed(table: Table, removes: list[RowOp]) -> list[RowOp]:
    """Removals from ordered menus, with the row that each stood before: so the way back leads to the same place."""
    if not removes:
        return []
    gone = {(op.path, row_key(menu(op.path), op.key)) for op in removes}
    before: dict[tuple[str, tuple[str, ...]], str] = {}
    for path in {path for path, _ in gone if menu(path).ordered and menu(path).key == ("name",)}:
        follower = ""
        for row in reversed(table.rows(path)):
            key = (path, row_key(menu(path), row.values))
            if key in gone and follower:
                before[key] = follower
            elif key not in gone and not is_flag(row, "dynamic"):
                follower = f"name={row.values.get('name', '')}"
    out = []
    for op in removes:
        place = before.get((op.path, row_key(menu(op.path), op.key)))
        out.append(replace(op, old={**op.old, "place-before": place}) if place else op)
    return out


def remove(row: Row) -> RowOp:
    """The removal of a row that is there."""
    return _remove(menu(row.menu), row)


def _remove(menu_: Menu, row: Row) -> RowOp:
    old = settable(menu_, row.values)
    if menu_.path in RUNTIME:
        old = {name: value for name in menu_.key if (value := row.values.get(name)) is not None}
    return RowOp(verb=Verb.REMOVE, path=row.menu, key=text_key(menu_, row.values), old=old)


def say(path: str, values: Mapping[str, Value]) -> str:
    """A row for people: its menu and what tells it apart."""
    key = text_key(menu(path), values)
    return " ".join([path, *(f"{name}={quote(value, ascii_only=False)}" for name, value in key.items())])


@once(most=20_000)
def _wanted(rows: tuple[Row, ...], owner: Tag) -> tuple[Added | Adopted, ...]:
    """The wanted rows ready to be compared. Raises `Refused` for one that the template adds without our tag."""
    found = tuple(map(wanted, rows))
    for one in found:
        if isinstance(one, Added) and not owns(owner, one.row):
            raise _untagged(one.row, owner)
    return found


def _ours(table: Table, one: Added, owner: Tag) -> list[Row]:
    """Rows of ours where one is wanted. Raises `Refused` for a foreign one there, or one that it would get in the way of."""
    found = table.find(one.menu.path, one.key)
    for other in found:
        if not owns(owner, other):
            raise _in_the_way(one.row, other)
    _overlaps(table, one.menu, one.row, owner)
    return found


def _own(order: QueueOrder, one: Added, ours: list[Row]) -> tuple[list[RowOp], list[RowOp]]:
    """Removals and changes that make one row of ours what it should be."""
    before = order.before(one.row, exists=bool(ours)) if one.menu.path == QUEUES else None
    if before:
        # One of ours behind a foreign queue that takes its traffic is made anew in front.
        add = replace(one.op, new={**one.op.new, "place-before": f"name={before}"})
        return [_remove(one.menu, other) for other in ours], [add]
    if not ours:
        return [], [one.op]
    return [_remove(one.menu, other) for other in ours[1:]], _set(one.menu, ours[0], one.expected, owned=True)


def _set(menu_: Menu, row: Row, expected: Mapping[str, str], *, owned: bool) -> list[RowOp]:
    new: dict[str, Value] = {}
    old: dict[str, Value] = {}
    for name, value in expected.items():
        held = row.values.get(name)
        if held == value:
            continue
        prop = menu_.settable.get(name)
        default = (prop.default or "") if prop else ""
        if present(menu_, row.values, name) != normal(menu_, name, value or default):
            new[name] = value
            old[name] = held if isinstance(held, str) else default
    if not new:
        return []
    return [RowOp(verb=Verb.SET, path=row.menu, key=text_key(menu_, row.values), new=new, old=old, owned=owned)]


def _adopt(table: Table, one: Adopted) -> list[RowOp]:
    """Named properties of one row that exists; elements where the property is a shared list."""
    path = one.menu.path
    found = [row for row in table.rows(path) if _meets(one.menu, row, one.condition)]
    if len(found) != 1:
        raise _not_one(path, one.condition, len(found))
    (row,) = found
    ops: list[RowOp] = []
    for name, element in one.joined:
        held = {normal(one.menu, name, part) for part in elements(row.values.get(name))}
        if normal(one.menu, name, element) not in held:
            key = text_key(one.menu, row.values)
            ops.append(RowOp(verb=Verb.JOIN, path=path, key=key, new={name: element}, owned=False))
    return ops + _set(one.menu, row, one.expected, owned=False)


def _meets(menu_: Menu, row: Row, condition: Mapping[str, str]) -> bool:
    if is_flag(row, "dynamic"):
        return False
    for name, value in condition.items():  # noqa: SIM110  # no generator: rows are asked by the thousand
        if name and not _matches(menu_, row, name, value):
            return False
    return True


def _matches(menu_: Menu, row: Row, name: str, value: str) -> bool:
    if menu_.path == "/interface/bridge/vlan" and name == "vlan-ids":
        # `find vlan-ids=20` means the row that carries VLAN 20, however its list is written.
        return numbers(value) <= numbers(str(row.values.get(name, ""))) and bool(numbers(value))
    return present(menu_, row.values, name) == normal(menu_, name, value)


def _untagged(row: Row, owner: Tag) -> Refused:
    return Refused(
        Text(
            f"{say(row.menu, row.values)}: templat menambah baris tanpa tanda {owner.comment}",
            f"{say(row.menu, row.values)}: the template adds a row without the tag {owner.comment}",
        ),
        Text(
            f'tulis comment="{owner.comment}" atau name={owner.name} di templat',
            f'write comment="{owner.comment}" or name={owner.name} in the template',
        ),
    )


def _not_one(path: str, condition: Mapping[str, str], count: int) -> Refused:
    shown = " ".join(f"{name}={quote(value, ascii_only=False)}" for name, value in condition.items() if name)
    return Refused(
        Text(
            f"{path} [ find {shown} ]: {count} baris cocok, harus tepat satu",
            f"{path} [ find {shown} ]: {count} rows match, exactly one must",
        ),
        Text(
            "periksa nama baris di perangkat dan di permohonan",
            "check the row's name on the device and in the request",
        ),
    )


def _in_the_way(row: Row, foreign: Row) -> Refused:
    return Refused(
        Text(
            f"{say(foreign.menu, foreign.values)} sudah ada di perangkat dan bukan milik perubahan ini",
            f"{say(foreign.menu, foreign.values)} is on the device already and does not belong to this change",
        ),
        Text(
            "baris itu tidak ditimpa: pilih nama, VLAN atau alamat lain, atau hapus baris itu sendiri bila memang sisa",
            "it is not overwritten: choose another name, VLAN or address, or remove it yourself if it is a leftover",
        ),
    )


def _overlaps(table: Table, menu_: Menu, row: Row, owner: Tag) -> None:
    """Refuses what the device would refuse or what would take a foreign row's part under another key."""
    if row.menu == "/interface/bridge/vlan":
        wanted = numbers(str(row.values.get("vlan-ids", "")))
        for other in table.rows(row.menu):
            if owns(owner, other) or is_flag(other, "dynamic"):
                continue
            same = other.values.get("bridge") == row.values.get("bridge")
            if same and wanted & numbers(str(other.values.get("vlan-ids", ""))):
                raise _in_the_way(row, other)
    elif row.menu == "/interface/vlan":
        mine = [present(menu_, row.values, name) for name in ("interface", "vlan-id")]
        for other in table.rows(row.menu):
            if not owns(owner, other) and [present(menu_, other.values, n) for n in ("interface", "vlan-id")] == mine:
                raise _in_the_way(row, other)
    elif row.menu == "/ip/address":
        for other in table.rows(row.menu):
            if not owns(owner, other) and present(menu_, other.values, "address") == present(
                menu_, row.values, "address"
            ):
                raise _in_the_way(row, other)
