"""From seen to wanted rows: operations in order; refuses to overwrite what is not ours or to stand behind it unnoticed."""

from collections.abc import Mapping
from dataclasses import replace

from netops.core.errors import Refused
from netops.core.model import Row, RowOp, Rows, Tag, Value, Verb
from netops.core.secret import SecretRef
from netops.core.text import Text
from netops.platforms.routeros.facts import Menu, menu
from netops.platforms.routeros.parse import adopted, named
from netops.platforms.routeros.queues import PATH as QUEUES
from netops.platforms.routeros.queues import QueueOrder
from netops.platforms.routeros.quirks import (
    DISABLED_BY_VERSION,
    GUARD_MENUS,
    LAST_LEVEL,
    LEVELS,
    RUNTIME,
    SHARED_LISTS,
)
from netops.platforms.routeros.table import Table, elements, owns, settable, text_key
from netops.platforms.routeros.values import is_flag, normal, numbers, present, row_key
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
    order = QueueOrder(table, owner)
    removes: list[RowOp] = []
    changes: list[RowOp] = []
    wanted: dict[str, set[tuple[str, ...]]] = {}
    for row in want.rows:
        menu_ = menu(row.menu)
        if adopted(row):
            changes += _adopt(table, menu_, row)
            continue
        key = row_key(menu_, row.values)
        wanted.setdefault(row.menu, set()).add(key)
        gone, new = _own(table, order, menu_, row, key, owner)
        removes += gone
        changes += new
    for path in table.paths():
        if path in RUNTIME or path in GUARD_MENUS:
            continue
        keys = wanted.get(path)
        for row in table.rows(path):
            stays = keys and row_key(menu(path), row.values) in keys
            if not stays and owns(owner, row) and not is_flag(row, "dynamic"):
                removes.append(_remove(menu(path), row))
    removes.reverse()  # what stands later in a menu may hang on what stands earlier (a queue's parent)
    removes.sort(key=lambda op: -level(op.path))
    changes.sort(key=lambda op: level(op.path))
    return tuple(_placed(table, removes) + changes)


def _placed(table: Table, removes: list[RowOp]) -> list[RowOp]:
    """Removals from ordered menus, with the row that each stood before: so the way back leads to the same place."""
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


def _own(
    table: Table, order: QueueOrder, menu_: Menu, row: Row, key: tuple[str, ...], owner: Tag
) -> tuple[list[RowOp], list[RowOp]]:
    """Removals and changes that make one row of ours what it should be."""
    if not owns(owner, row):
        raise Refused(
            Text(
                f"{say(row.menu, row.values)}: templat menambah baris tanpa tanda {owner.comment}",
                f"{say(row.menu, row.values)}: the template adds a row without the tag {owner.comment}",
            ),
            Text(
                f'tulis comment="{owner.comment}" atau name={owner.name} di templat',
                f'write comment="{owner.comment}" or name={owner.name} in the template',
            ),
        )
    ours: list[Row] = []
    for other in table.find(row.menu, key):
        if not owns(owner, other):
            raise _in_the_way(row, other)
        ours.append(other)
    _overlaps(table, menu_, row, owner)
    before = order.before(row, exists=bool(ours)) if row.menu == QUEUES else None
    if ours and not before:
        return [_remove(menu_, other) for other in ours[1:]], _set(menu_, ours[0], _expected(menu_, row), owned=True)
    new = dict(row.values) | ({"place-before": f"name={before}"} if before else {})
    add = RowOp(verb=Verb.ADD, path=row.menu, key=text_key(menu_, row.values), new=new)
    # One of ours behind a foreign queue that takes its traffic is made anew in front.
    return [_remove(menu_, other) for other in ours], [add]


def _expected(menu_: Menu, row: Row) -> dict[str, Value]:
    """What one of our rows must show: what the template names, and that it is enabled."""
    expected = named(row)
    prop = menu_.settable.get("disabled")
    if prop and prop.default == "no" and menu_.path not in DISABLED_BY_VERSION:
        expected.setdefault("disabled", "no")
    return expected


def _set(menu_: Menu, row: Row, expected: Mapping[str, Value], *, owned: bool) -> list[RowOp]:
    new: dict[str, Value] = {}
    old: dict[str, Value] = {}
    for name, value in expected.items():
        if row.values.get(name) == value:
            continue
        if isinstance(value, SecretRef) or (name in menu_.settable and menu_.settable[name].secret):
            continue
        prop = menu_.settable.get(name)
        wanted = normal(menu_, name, value) if value else normal(menu_, name, (prop.default or "") if prop else "")
        if present(menu_, row.values, name) != wanted:
            new[name] = value
            kept = row.values.get(name)
            old[name] = kept if isinstance(kept, str) else (prop.default or "") if prop else ""
    if not new:
        return []
    return [RowOp(verb=Verb.SET, path=row.menu, key=text_key(menu_, row.values), new=new, old=old, owned=owned)]


def _adopt(table: Table, menu_: Menu, row: Row) -> list[RowOp]:
    """Named properties of one row that exists; elements where the property is a shared list."""
    condition = adopted(row)
    found = [
        other
        for other in table.rows(row.menu)
        if not is_flag(other, "dynamic")
        and all(name == "" or _matches(menu_, other, name, value) for name, value in condition.items())
    ]
    shown = " ".join(f"{name}={quote(value, ascii_only=False)}" for name, value in condition.items() if name)
    if len(found) != 1:
        raise Refused(
            Text(
                f"{row.menu} [ find {shown} ]: {len(found)} baris cocok, harus tepat satu",
                f"{row.menu} [ find {shown} ]: {len(found)} rows match, exactly one must",
            ),
            Text(
                "periksa nama baris di perangkat dan di permohonan",
                "check the row's name on the device and in the request",
            ),
        )
    ops: list[RowOp] = []
    shared = SHARED_LISTS.get(row.menu, ())
    for name in shared:
        held = {normal(menu_, name, part) for part in elements(found[0].values.get(name))}
        for element in elements(named(row).get(name)):
            if normal(menu_, name, element) not in held:
                key = text_key(menu_, found[0].values)
                ops.append(RowOp(verb=Verb.JOIN, path=row.menu, key=key, new={name: element}, owned=False))
    plain = {name: value for name, value in named(row).items() if name not in shared}
    return ops + _set(menu_, found[0], plain, owned=False)


def _matches(menu_: Menu, row: Row, name: str, value: str) -> bool:
    if menu_.path == "/interface/bridge/vlan" and name == "vlan-ids":
        # `find vlan-ids=20` means the row that carries VLAN 20, however its list is written.
        return numbers(value) <= numbers(str(row.values.get(name, ""))) and bool(numbers(value))
    return present(menu_, row.values, name) == normal(menu_, name, value)


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
