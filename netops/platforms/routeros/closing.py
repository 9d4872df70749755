"""Access that ends: our server and users off, clients gone, and the proof that nothing of ours is left; touches nobody else's."""

import re
from collections.abc import Iterator

from netops.core.model import Row, RowOp, Rows, Tag, Verb
from netops.platforms.routeros.diff import remove, say
from netops.platforms.routeros.facts import menu
from netops.platforms.routeros.quirks import ON_AIR, PROVISIONED, SHARED_LISTS, VIRTUAL
from netops.platforms.routeros.renamed import DHCP, HOTSPOT, USER, servers
from netops.platforms.routeros.table import elements, owns, text_key
from netops.platforms.routeros.usermanager import UM_LINK, UM_USER
from netops.platforms.routeros.values import is_flag, present

VLAN = "/interface/vlan"
LOGINS = (UM_LINK, USER, UM_USER)
LEASE = "/ip/dhcp-server/lease"
# What only lives while somebody uses it, in the order in which it has to go: a saved login would bring a client back.
ACTIVE = "/ip/hotspot/active"
CLIENTS = ("/ip/hotspot/cookie", ACTIVE, "/ip/hotspot/host", LEASE)
_POINTS = frozenset(ON_AIR.values())


def close(seen: Rows, owner: Tag) -> tuple[RowOp, ...]:
    """VLAN and server off first, then cookies, active clients, hosts and leases, then the users, then the name on the air.

    The VLAN goes before its server: without one an interface is routed like any other, and should we be cut off there
    (or a hand's change keep the VLAN) everybody on it would be let through.

    Users go last on purpose: their names say which cookies are ours, so a closing that was cut off half way finds the
    rest when it runs again. With the server off nobody can log in meanwhile. Access ends however a person renamed
    what grants it (see `renamed.servers`).
    """
    ops: list[RowOp] = []
    stands_on = {str(row.values.get("interface", "")) for row in servers(seen, owner, HOTSPOT)}
    ops += [_off(row) for row in _owned(seen, owner, VLAN) if row.values.get("name") in stands_on and _on(row)]
    for row in servers(seen, owner, HOTSPOT):
        if _on(row):
            ops.append(_off(row))
    ops += [remove(row) for row in clients(seen, owner)]
    ops += [remove(row) for path in LOGINS for row in _owned(seen, owner, path)]
    return (*ops, *_off_air(seen, owner))


def _off_air(seen: Rows, owner: Tag) -> Iterator[RowOp]:
    """Interfaces of our own off; our networks, whatever they are called by now, out of the provisioning rules."""
    for path in VIRTUAL:
        yield from (_off(row) for row in _owned(seen, owner, path) if _on(row))
    ours = {str(row.values.get("name", "")) for path in ON_AIR for row in _owned(seen, owner, path)}
    for row in seen.rows:
        if row.menu not in PROVISIONED or is_flag(row, "dynamic"):
            continue
        for name in SHARED_LISTS[row.menu]:
            for element in elements(row.values.get(name)):
                if element in ours or owner.owns_name(element):
                    key = text_key(menu(row.menu), row.values)
                    yield RowOp(verb=Verb.LEAVE, path=row.menu, key=key, old={name: element}, owned=False)


def _on(row: Row) -> bool:
    return present(menu(row.menu), row.values, "disabled") != "yes"


def _off(row: Row) -> RowOp:
    key = text_key(menu(row.menu), row.values)
    return RowOp(verb=Verb.SET, path=row.menu, key=key, new={"disabled": "yes"}, old={"disabled": "no"})


def owned(seen: Rows, owner: Tag) -> tuple[str, ...]:
    """Every row of the owner, and every client, cookie, host and lease that came by them; one line each."""
    left = [say(row.menu, row.values) for row in seen.rows if owns(owner, row) and not is_flag(row, "dynamic")]
    left += [say(row.menu, row.values) for row in seen.rows if _announces(row, owner) and not owns(owner, row)]
    return tuple(left + [say(row.menu, row.values) for row in clients(seen, owner)])


def _announces(row: Row, owner: Tag) -> bool:
    """Whether an access point still has an interface by a configuration of ours."""
    return row.menu in _POINTS and owner.owns_name(str(row.values.get("configuration", "")))


def _owned(seen: Rows, owner: Tag, path: str) -> Iterator[Row]:
    return (
        row for row in seen.rows if row.menu == path and owns(owner, row) and not is_flag(row, "dynamic", "default")
    )


def clients(seen: Rows, owner: Tag) -> tuple[Row, ...]:
    """Rows that people's devices made through our servers and users."""
    found = [row for path in CLIENTS for row in seen.rows if row.menu == path]
    if not found:
        return ()
    users = {str(row.values.get("name", "")) for path in (USER, UM_USER) for row in _owned(seen, owner, path)}
    by = {path: {str(row.values.get("name", "")) for row in servers(seen, owner, path)} for path in (HOTSPOT, DHCP)}
    return tuple(row for row in found if _came_by(row, owner, users, by[DHCP if row.menu == LEASE else HOTSPOT]))


def logged_in(seen: Rows, owner: Tag) -> int | None:
    """Active clients of our servers; None where the device has no server of ours."""
    if not servers(seen, owner, HOTSPOT):
        return None
    return sum(row.menu == ACTIVE for row in clients(seen, owner))


def _came_by(row: Row, owner: Tag, users: set[str], by: set[str]) -> bool:
    if row.menu == LEASE and owns(owner, row) and not is_flag(row, "dynamic"):
        return False  # a static lease of ours is an ordinary row
    server = row.values.get("server")
    if isinstance(server, str) and (owner.owns_name(server) or server in by):
        return True
    user = row.values.get("user")
    return row.menu != LEASE and isinstance(user, str) and not server and (user in users or _voucher(owner, user))


def _voucher(owner: Tag, user: str) -> bool:
    """A login of ours by its name alone: those that a RADIUS server keeps are no rows here, but a saved login is."""
    short = owner.change.rpartition("-")[2].lower()
    return (
        re.fullmatch(f"{re.escape(short)}-[0-9]{{3,6}}|<voucher/{re.escape(owner.change)}/[0-9]{{3,6}}>", user)
        is not None
    )
