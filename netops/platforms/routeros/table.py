"""Rows indexed by menu and natural key, and what an operation does to them; refuses what a device would refuse."""

from collections.abc import Iterable, Mapping, Sequence

from netops.core.model import Op, Row, RowOp, Rows, Tag, Value, Verb
from netops.core.secret import SecretRef
from netops.platforms.routeros.facts import Menu, menu
from netops.platforms.routeros.quirks import FLAGS, OWNED_BY
from netops.platforms.routeros.values import is_flag, normal, row_key

Key = tuple[str, ...]


def owns(owner: Tag, row: Row) -> bool:
    """Whether a row is the owner's: by its comment, or by its name where the template gave it no comment.

    Never in a menu that nothing is added to: `/interface` shows our VLAN interface again, under its name.
    """
    comment, name = row.values.get("comment"), row.values.get(OWNED_BY.get(row.menu, "name"))
    ours = (isinstance(comment, str) and owner.owns_comment(comment)) or (
        isinstance(name, str) and owner.owns_name(name)
    )
    return ours and menu(row.menu).can_add


def tagged(row: Row) -> bool:
    """Whether a row carries the tag of any change (see `core.model.Tag`)."""
    comment, name = row.values.get("comment"), row.values.get("name")
    return str(comment or "").startswith("netops:") or str(name or "").startswith("netops-")


def settable(menu_: Menu, values: Mapping[str, Value]) -> dict[str, Value]:
    """Configuration only: no counters, no flags, no secrets."""
    return {
        name: value
        for name, value in values.items()
        if name in menu_.settable and not menu_.settable[name].secret and not isinstance(value, SecretRef)
    }


def text_key(menu_: Menu, values: Mapping[str, Value]) -> dict[str, str]:
    """The natural key as an operation carries it: the values as they are written, defaults where absent."""
    found = {name: values.get(name) for name in menu_.key}
    return {name: value if isinstance(value, str) and value else _default(menu_, name) for name, value in found.items()}


def _default(menu_: Menu, name: str) -> str:
    prop = menu_.settable.get(name)
    return (prop.default or "") if prop else ""


class Table:
    """Rows that change: static rows by key, in device order; the work is done on copies of what is changed."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._menus: dict[str, list[Row | None]] = {}
        self._index: dict[str, dict[Key, list[int]]] = {}
        for row in rows:
            self._menus.setdefault(row.menu, []).append(row)

    def _by_key(self, path: str) -> dict[Key, list[int]]:
        if path not in self._index:
            index: dict[Key, list[int]] = {}
            menu_ = menu(path)
            for place, row in enumerate(self._menus.get(path, ())):
                if row is not None:
                    index.setdefault(row_key(menu_, row.values), []).append(place)
            self._index[path] = index
        return self._index[path]

    def rows(self, path: str) -> list[Row]:
        return [row for row in self._menus.get(path, ()) if row is not None]

    def all(self) -> Rows:
        return Rows(rows=tuple(row for path in self._menus for row in self.rows(path)))

    def paths(self) -> list[str]:
        return list(self._menus)

    def find(self, path: str, key: Key, *, dynamic: bool = False) -> list[Row]:
        """The rows of that key; dynamic ones only where asked for, since configuration supersedes them."""
        places = self._by_key(path).get(key, ())
        found = [row for place in places if (row := self._menus[path][place]) is not None]
        return [row for row in found if dynamic or not is_flag(row, "dynamic")]

    def _place(self, op: RowOp) -> int:
        menu_ = menu(op.path)
        places = self._by_key(op.path).get(row_key(menu_, op.key), [])
        live = [(place, row) for place in places if (row := self._menus[op.path][place]) is not None]
        best = [place for place, row in live if not is_flag(row, "dynamic")] or [place for place, _ in live]
        if not best:
            raise KeyError(f"{op.path} {dict(op.key)}")
        return best[0]

    def apply(self, op: Op) -> None:
        """What the device does for one operation. Raises KeyError for a row that is not there."""
        assert isinstance(op, RowOp)
        path = op.path
        rows = self._menus.setdefault(path, [])
        menu_ = menu(path)
        if op.verb is Verb.ADD:
            values = {name: value for name, value in op.new.items() if name != "place-before"}
            self._insert(path, Row(menu=path, values=values), op.new.get("place-before"))
            return
        if menu_.single:
            rows[0] = self._changed(menu_, rows[0], op)
            return
        place = self._place(op)
        old = rows[place]
        assert old is not None
        if op.verb is Verb.REMOVE:
            rows[place] = None
            self._by_key(path)[row_key(menu_, old.values)].remove(place)
            return
        new = self._changed(menu_, old, op)
        rows[place] = new
        before, after = row_key(menu_, old.values), row_key(menu_, new.values)
        if before != after:
            self._by_key(path)[before].remove(place)
            self._by_key(path).setdefault(after, []).append(place)

    def _insert(self, path: str, row: Row, before: Value | None) -> None:
        rows = self._menus[path]
        place = len(rows)
        if isinstance(before, str):
            name, _, value = before.partition("=")
            place = next(
                (at for at, other in enumerate(rows) if other is not None and other.values.get(name) == value), place
            )
        rows.insert(place, row)
        if place == len(rows) - 1:
            self._by_key(path).setdefault(row_key(menu(path), row.values), [])
            if place not in self._by_key(path)[row_key(menu(path), row.values)]:
                self._by_key(path)[row_key(menu(path), row.values)].append(place)
        else:
            self._index.pop(path, None)

    @staticmethod
    def _changed(menu_: Menu, row: Row | None, op: RowOp) -> Row:
        values = dict(row.values) if row else {}
        if op.verb in (Verb.JOIN, Verb.LEAVE):
            for name, element in (op.new if op.verb is Verb.JOIN else op.old).items():
                parts = elements(values.get(name))
                wanted = normal(menu_, name, str(element))
                kept = [part for part in parts if normal(menu_, name, part) != wanted]
                values[name] = ",".join([*kept, str(element)] if op.verb is Verb.JOIN else kept)
        else:
            for name, value in op.new.items():
                values[name] = value
        return Row(menu=menu_.path, values={k: v for k, v in values.items() if v != ""}, id=row.id if row else "")


def elements(value: Value | None) -> list[str]:
    """The elements of a list property."""
    return [part for part in value.split(",") if part] if isinstance(value, str) else []


def apply_ops(seen: Rows, ops: Sequence[Op]) -> Rows:
    """The rows after the operations, as a device would hold them (ids and counters aside)."""
    table = Table(seen.rows)
    for op in ops:
        table.apply(op)
    return table.all()


def canonical_rows(rows: Rows) -> Rows:
    """Rows that can be compared: configuration only, canonical values, defaults left out, no ids, menus in order."""
    out: dict[str, list[Row]] = {}
    for row in rows.rows:
        menu_ = menu(row.menu)
        values = {
            name: text
            for name, value in sorted(settable(menu_, row.values).items())
            if (text := normal(menu_, name, str(value))) != normal(menu_, name, _default(menu_, name))
        }
        flags = {name: "yes" for name in FLAGS if is_flag(row, name)}
        out.setdefault(row.menu, []).append(Row(menu=row.menu, values=values | flags))
    for path, found in out.items():
        if not menu(path).ordered:
            found.sort(key=lambda row: sorted(map(str, row.values.items())))
    return Rows(rows=tuple(row for path in sorted(out) for row in out[path]))
