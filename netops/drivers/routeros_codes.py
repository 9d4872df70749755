"""Voucher codes that stand as users' names on a router, read as their references; refuses to let one into a state."""

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from netops.core.errors import Failed
from netops.core.model import Row, Value
from netops.core.secret import SecretRef, SecretSource, parse_ref

_OURS = re.compile(r"netops[:-]([A-Za-z0-9-]{1,24})(?=[ .]|$)")
_NAMES = {
    "/ip/hotspot/user": "name",
    "/ip/hotspot/active": "user",
    "/ip/hotspot/cookie": "user",
    "/ip/hotspot/host": "user",
    "/user-manager/user": "name",
    "/user-manager/user-profile": "user",
}
NAMED = frozenset({"/ip/hotspot", *_NAMES})
"""Menus whose rows tell of codes, or hold them."""


def hide(rows: list[Row], secrets: SecretSource) -> list[Row]:
    """The same rows, a code in place of a user's name as `<voucher/…>`: only what equals a code of ours is one."""
    changes = {
        change
        for row in rows
        if row.menu in ("/ip/hotspot", "/ip/hotspot/user", "/user-manager/user")
        for change in _changes(row)
    }
    codes = {code: str(ref) for change in sorted(changes) for ref, code in codes_of(change, secrets)}
    return [_hidden(row, codes) for row in rows] if codes else rows


def plain(values: Mapping[str, Value], secrets: SecretSource) -> dict[str, str]:
    """A key with its codes in place of their references, right before a row is looked for."""
    found: dict[str, str] = {}
    for name, value in values.items():
        ref = value if isinstance(value, SecretRef) else parse_ref(value)
        found[name] = secrets.get(ref).reveal() if ref else str(value)
    return found


def _changes(row: Row) -> Iterator[str]:
    """Changes by which a row of ours may be known, where its name is no ordinary one (`<short>-001`)."""
    name = str(row.values.get("name", ""))
    if row.menu != "/ip/hotspot" and re.search(r"-[0-9]{3,6}$", name):
        return
    for text in (row.values.get("comment"), row.values.get("server"), name):
        if isinstance(text, str) and (found := _OURS.match(text)):
            yield found[1]


def codes_of(change: str, secrets: SecretSource) -> Iterable[tuple[SecretRef, str]]:
    """Every code of a batch; none where this workspace does not have it."""
    for width in (3, 4, 5):
        for number in range(1, 10**width):
            ref = SecretRef(f"voucher/{change}/{number:0{width}d}")
            try:
                yield ref, secrets.get(ref).reveal()
            except Failed:
                if number == 1:
                    break
                return


def _hidden(row: Row, codes: Mapping[str, str]) -> Row:
    name = _NAMES.get(row.menu, "")
    value = row.values.get(name)
    if isinstance(value, str) and value in codes:
        return replace(row, values={**row.values, name: codes[value]})
    return row
