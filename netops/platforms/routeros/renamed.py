"""Rows of ours that stand under another name: told by what they name and by what we gave them; claims no other change's."""

from collections.abc import Iterator, Mapping, Sequence

from netops.core.model import Row, RowOp, Rows, Tag, Value, Verb
from netops.platforms.routeros.facts import Menu, menu
from netops.platforms.routeros.quirks import IDENTITY, REFERS
from netops.platforms.routeros.table import owns, tagged
from netops.platforms.routeros.values import BROKEN, is_flag, present, row_key

HOTSPOT, DHCP, USER = "/ip/hotspot", "/ip/dhcp-server", "/ip/hotspot/user"
# Through these a server hangs on rows of ours. A device lets references follow a rename.
_STANDS_ON = ("interface", "address-pool", "profile")
_OURS, _GONE = "@ours", "@gone"


def servers(seen: Rows, owner: Tag, path: str) -> tuple[Row, ...]:
    """Our hotspot (or DHCP) servers, whatever they are called by now.

    By their own tag; or because they stand on an interface, pool or profile of ours; or because our hotspot users name
    them and nobody else's do: a foreign server that has users of its own is not closed for one of ours.
    """
    rows = [row for row in seen.rows if row.menu == path and not is_flag(row, "dynamic", "default")]
    named = _named_by_users(seen, owner) if path == HOTSPOT else frozenset()
    points = _Pointers(seen, owner)
    return tuple(
        row
        for row in rows
        if owns(owner, row)
        or row.values.get("name") in named
        or any(points.at(row.values, name) == _OURS for name in _STANDS_ON)
    )


def _named_by_users(seen: Rows, owner: Tag) -> frozenset[str]:
    """Servers that users of ours name and no others'; never `all`."""
    ours: set[str] = set()
    theirs = {"all", ""}
    for row in seen.rows:
        if row.menu == USER:
            (ours if owns(owner, row) else theirs).add(str(row.values.get("server", "")))
    return frozenset(ours - theirs)


class _Pointers:
    """Whether a property names a row of ours (whatever that is called by now) or one that is gone."""

    def __init__(self, seen: Rows, owner: Tag) -> None:
        self._owner = owner
        self._names: dict[str, set[str]] = {}
        for row in seen.rows:
            if owns(owner, row):
                self._names.setdefault(row.menu, set()).add(str(row.values.get("name", "")))

    def at(self, values: Mapping[str, Value], name: str) -> str:
        value = values.get(name)
        if name not in REFERS or not isinstance(value, str) or not value:
            return ""
        if BROKEN.fullmatch(value):
            return _GONE
        ours = self._owner.owns_name(value) or any(value in self._names.get(path, ()) for path in REFERS[name])
        return _OURS if ours else ""


class Strangers:
    """The rows that no operation knows by their key, indexed once by what could still tell that they are ours."""

    def __init__(self, seen: Rows, applied: Sequence[RowOp], owner: Tag) -> None:
        self._owner = owner
        self._points = _Pointers(seen, owner)
        self._found: dict[tuple[str, str, str], list[Row]] = {}
        self._taken: list[Row] = []
        paths = {op.path for op in applied if op.verb is Verb.ADD and op.path in IDENTITY}
        known = {(op.path, row_key(menu(op.path), op.key)) for op in applied if op.path in paths}
        for row in seen.rows:
            menu_ = menu(row.menu)
            if row.menu not in paths or is_flag(row, "dynamic", "default"):
                continue
            if (row.menu, row_key(menu_, row.values)) in known or (tagged(row) and not owns(owner, row)):
                continue
            for name in {*IDENTITY[row.menu], *REFERS}:
                if name in row.values:
                    self._found.setdefault((row.menu, name, self._mark(menu_, row.values, name)), []).append(row)

    def like(self, op: RowOp) -> Row | None:
        """The row that an added one has become: what we made it but for its name, or one that names rows of ours.

        Each is told once: two hundred users that are gone are not all the one that a person added.
        """
        row = next((row for row in self._like(op) if not any(row is taken for taken in self._taken)), None)
        if row:
            self._taken.append(row)
        return row

    def _like(self, op: RowOp) -> Iterator[Row]:
        menu_ = menu(op.path)
        marks = {name: self._mark(menu_, op.new, name) for name in IDENTITY.get(op.path, ()) if op.new.get(name)}
        first = next(iter(IDENTITY.get(op.path, ())), "")
        for mark in (marks[first], _GONE) if first in marks else ():
            for row in self._found.get((op.path, first, mark), ()):
                # A rename leaves the comment: where ours had one, a row without it is only alike (an old queue, say).
                if "comment" in op.new and not owns(self._owner, row):
                    continue
                if all(self._mark(menu_, row.values, name) in (wanted, _GONE) for name, wanted in marks.items()):
                    yield row
        for name in REFERS:
            if self._points.at(op.new, name) == _OURS:
                # A row that is ours by its tag may name the same as this one and be another.
                found = self._found.get((op.path, name, _OURS), ())
                yield from (row for row in found if not owns(self._owner, row))

    def _mark(self, menu_: Menu, values: Mapping[str, Value], name: str) -> str:
        """A value as it is compared."""
        return self._points.at(values, name) or present(menu_, values, name)
