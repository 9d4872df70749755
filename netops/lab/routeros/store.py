"""Rows of all menus: ids that are never used again, order, names, uniqueness, and who refers to whom; no permissions here."""

import math
from collections.abc import Iterable, Iterator, Mapping

from netops.lab.routeros import quirks
from netops.lab.routeros.schema import INTERFACES, Menu, Prop, Schema
from netops.lab.routeros.texts import Texts, Trap
from netops.lab.routeros.values import expand_ranges, normalise

Key = tuple[str, ...]


class Row:
    """One row. `values` are what was written; `marks` its read-only words; both in the form that is printed."""

    __slots__ = ("builtin", "dynamic", "encoded", "ends", "hidden", "id", "marks", "shown", "table", "values")

    def __init__(self, table: "Table", number: int, values: dict[str, str]) -> None:
        self.table, self.id, self.values = table, number, values
        self.marks: dict[str, str] = {}
        self.hidden: frozenset[str] = frozenset()  # unset although there is a default
        self.dynamic = False
        self.builtin = False
        self.ends = math.inf  # when it goes by itself, as a timestamp
        self.shown: dict[str, str] | None = None
        self.encoded: dict[object, bytes] = {}

    @property
    def ref(self) -> str:
        return f"*{self.id:X}"

    @property
    def name(self) -> str:
        return self.values.get("name", "")

    @property
    def enabled(self) -> bool:
        return self.get("disabled") != "true"

    def get(self, name: str) -> str:
        """The value in force, "" where there is none."""
        value = self.values.get(name)
        return self.table.all_defaults.get(name, "") if value is None else value

    def touch(self) -> None:
        self.shown = None
        if self.encoded:
            self.encoded = {}

    def mark(self, **words: str) -> None:
        """Set read-only words; `_` stands for `-`. Nothing happens when they are the same already."""
        for name, value in words.items():
            name = name.replace("_", "-")
            if self.marks.get(name) != value:
                self.marks[name] = value
                self.touch()


class Table:
    """The rows of one menu in order. `changes` counts what was written: who looked something up sees whether to look again."""

    def __init__(self, menu: Menu, texts: Texts, counter: list[int]) -> None:
        self.menu, self.path = menu, menu.path
        self.rows: dict[int, Row] = {}
        self.named: dict[str, Row] = {}
        self.taken: dict[Key, int] = {}
        self.unique = quirks.UNIQUE.get(menu.path)
        self.referring = {name for name, prop in menu.props.items() if prop.reference is not None}
        self.counter = counter
        self.changes = 0
        self.all_defaults = dict(_defaults(menu, texts))
        self.defaults = {name: text for name, text in self.all_defaults.items() if _shown(menu, menu.props[name])}
        self.marks = {k: v for k, v in quirks.MARKS.get(menu.path, {}).items() if k in menu.read_only or k == "dynamic"}
        self.absent = quirks.ABSENT.get(menu.path, {})

    def key(self, values: Mapping[str, str]) -> Key | None:
        """What must not exist twice, None where this row does not count."""
        if self.unique is None or (self.unique.enabled and values.get("disabled") == "true"):
            return None
        return tuple(values.get(name, self.all_defaults.get(name, "")) for name in self.unique.fields)


def _defaults(menu: Menu, texts: Texts) -> Iterator[tuple[str, str]]:
    for name, prop in menu.props.items():
        text = prop.default
        if texts.version < (7,):
            text = quirks.V6_DEFAULTS.get((menu.path, name), text)
        if text is None:
            continue
        try:
            yield name, normalise(prop, text, texts)
        except Trap:
            yield name, text


def _shown(menu: Menu, prop: Prop) -> bool:
    if prop.required or prop.name == "name":
        return False
    if menu.path in quirks.AS_WRITTEN:
        return prop.name in quirks.ALWAYS_SHOWN.get(menu.path, ())
    return not prop.unset or menu.path in quirks.SHOWN_UNSET


class Store:
    """All tables of one device."""

    def __init__(self, schema: Schema, texts: Texts) -> None:
        self.schema, self.texts = schema, texts
        self.tables: dict[str, Table] = {}
        self._links: dict[tuple[str, str], dict[Row, set[str]]] = {}
        shared = [1]
        for path, menu in schema.menus.items():
            counter = shared if path in INTERFACES else [quirks.FIRST_ID.get(path, 1)]
            self.tables[path] = Table(menu, texts, counter)
        self.interfaces = tuple(path for path in INTERFACES if path in schema.menus)

    def rows(self, path: str) -> Iterable[Row]:
        """In the device's order; `/interface` is the union of its submenus."""
        if path == "/interface":
            every = [row for kind in self.interfaces for row in self.tables[kind].rows.values()]
            return sorted(every, key=lambda row: row.id)
        return self.tables[path].rows.values()

    def named(self, path: str, name: str) -> Row | None:
        if path == "/interface":
            for kind in self.interfaces:
                row = self.tables[kind].named.get(name)
                if row is not None:
                    return row
            return None
        table = self.tables.get(path)
        return None if table is None else table.named.get(name)

    def by_id(self, path: str, ref: str) -> Row | None:
        try:
            number = int(ref[1:], 16)
        except ValueError:
            return None
        for kind in self.interfaces if path == "/interface" else (path,):
            table = self.tables.get(kind)
            if table is not None and number in table.rows:
                return table.rows[number]
        return None

    def insert(
        self,
        path: str,
        values: dict[str, str],
        *,
        dynamic: bool = False,
        number: int | None = None,
        first: bool = False,
    ) -> Row:
        """A new row at the end (or the top) of its menu. Raises `Trap` where a row with the same key is there."""
        table = self.tables[path]
        key = None if dynamic else self._check(table, values, None)
        if number is None:
            number = table.counter[0]
            table.counter[0] += 1
        table.changes += 1
        row = Row(table, number, values)
        row.dynamic = dynamic
        if first:
            table.rows = {number: row, **table.rows}
        else:
            table.rows[number] = row
        if key is not None:
            table.taken[key] = number
        self._named(row)
        self._link(row, values)
        return row

    def change(self, row: Row, values: Mapping[str, str | None]) -> None:
        """Write properties; None takes one away. Whoever refers to a renamed row follows. Raises `Trap`."""
        table = row.table
        after = {**row.values, **{name: text for name, text in values.items() if text is not None}}
        for name, text in values.items():
            if text is None:
                after.pop(name, None)
        key = None if row.dynamic else self._check(table, after, row)
        table.changes += 1
        old = row.name
        if key is not None or table.unique is not None:
            self._release(row)
            if key is not None:
                table.taken[key] = row.id
        self._unlink(row, values)
        if old != after.get("name", "") and table.named.get(old) is row:
            del table.named[old]
        row.values = after
        self._named(row)
        self._link(row, {name: after[name] for name in values if name in after})
        if "name" in values and old and old != row.name:
            self._rename(self._home(table.path), old, row.name)
        row.touch()

    def remove(self, row: Row) -> None:
        """Rows that refer to it keep its id as their value (manual: a dangling reference reads `*1`)."""
        table = row.table
        table.changes += 1
        del table.rows[row.id]
        self._release(row)
        if table.named.get(row.name) is row:
            del table.named[row.name]
        self._unlink(row, row.values)
        if row.name:
            self._rename(self._home(table.path), row.name, row.ref)

    def move(self, rows: list[Row], before: Row | None) -> None:
        """As a block, in the order given, before a row or to the end. Ids stay."""
        table = rows[0].table
        if before in rows:
            raise Trap("failure: can not move object before itself")
        block = {row.id: row for row in rows}
        order: dict[int, Row] = {}
        for number, row in table.rows.items():
            if row is before:
                order |= block
            if number not in block:
                order[number] = row
        table.rows = {**order, **block} if before is None else order

    def referrers(self, path: str, name: str) -> list[Row]:
        return list(self._links.get((self._home(path), name), ()))

    def _home(self, path: str) -> str:
        return "/interface" if path in INTERFACES else path

    def _named(self, row: Row) -> None:
        if row.name:
            row.table.named.setdefault(row.name, row)

    def _check(self, table: Table, values: Mapping[str, str], row: Row | None) -> Key | None:
        if table.path == "/interface/bridge/vlan":
            self._check_vlans(table, values, row)
        if table.path in INTERFACES:
            other = self.named("/interface", values.get("name", ""))
            if other is not None and other is not row:
                raise Trap(quirks.INTERFACE_NAME.text)
        key = table.key(values)
        if key is None or table.unique is None:
            return None
        if table.taken.get(key, None if row is None else row.id) != (None if row is None else row.id):
            raise Trap(table.unique.text)
        return key

    def _check_vlans(self, table: Table, values: Mapping[str, str], row: Row | None) -> None:
        """One static row per VLAN and bridge; no interface tagged and untagged at once."""
        mine = expand_ranges(values.get("vlan-ids", ""))
        for other in table.rows.values():
            if other is row or other.dynamic or other.values.get("bridge") != values.get("bridge"):
                continue
            if mine & expand_ranges(other.values["vlan-ids"]):
                raise Trap("failure: vlan already added")
        tagged, untagged = (list(filter(None, values.get(side, "").split(","))) for side in ("tagged", "untagged"))
        if set(tagged) & set(untagged):
            raise Trap("failure: interface cannot be in tagged and untagged at the same time")
        if len(set(tagged)) != len(tagged) or len(set(untagged)) != len(untagged):
            raise Trap("failure: each interface can appear only once")

    def _release(self, row: Row) -> None:
        key = row.table.key(row.values)
        if key is not None and row.table.taken.get(key) == row.id:
            del row.table.taken[key]

    def _targets(self, row: Row, name: str, text: str) -> Iterator[tuple[str, str]]:
        prop = row.table.menu.props.get(name)
        if prop is None or prop.reference is None or not text:
            return
        for token in _tokens(prop.kind, text):
            if token in prop.reference.words or token.startswith("*"):
                continue
            for menu in prop.reference.menus:
                if self.named(menu, token.lstrip("!")) is not None:
                    yield self._home(menu), token.lstrip("!")
                    break

    def _link(self, row: Row, values: Mapping[str, str]) -> None:
        for name in row.table.referring.intersection(values):
            for target in self._targets(row, name, values[name]):
                self._links.setdefault(target, {}).setdefault(row, set()).add(name)

    def _unlink(self, row: Row, names: Iterable[str]) -> None:
        for name in row.table.referring.intersection(names):
            for target in self._targets(row, name, row.values.get(name, "")):
                users = self._links.get(target, {})
                if row in users:
                    users[row].discard(name)
                    if not users[row]:
                        del users[row]

    def _rename(self, path: str, old: str, new: str) -> None:
        users = self._links.pop((path, old), {})
        for row, names in users.items():
            row.table.changes += 1
            for name in names:
                kind = row.table.menu.props[name].kind
                row.values[name] = _replace(kind, row.values[name], old, new)
                if not new.startswith("*"):
                    self._links.setdefault((path, new), {}).setdefault(row, set()).add(name)
            row.touch()


def _tokens(kind: str, text: str) -> list[str]:
    if kind == "name-pair":
        return text.split("/")
    return text.split(",") if "list" in kind else [text]


def _replace(kind: str, text: str, old: str, new: str) -> str:
    sign = "/" if kind == "name-pair" else ","
    return sign.join(
        ("!" if token.startswith("!") else "") + new if token.lstrip("!") == old else token
        for token in _tokens(kind, text)
    )
