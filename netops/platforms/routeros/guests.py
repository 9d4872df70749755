"""Hotspot logins of an event: which are there, which are not as planned, and what has to go when one is revoked."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from msgspec.structs import replace

from netops.core.model import Accounts, Op, Row, RowOp, Rows, Tag, Usage, Verb
from netops.core.units import parse_duration
from netops.platforms.routeros.closing import CLIENTS, LEASE, VLAN
from netops.platforms.routeros.diff import diff, remove
from netops.platforms.routeros.facts import menu
from netops.platforms.routeros.parse import adopted, named
from netops.platforms.routeros.quirks import PROVISIONED, VIRTUAL
from netops.platforms.routeros.renamed import DHCP, HOTSPOT, USER, servers
from netops.platforms.routeros.show import show
from netops.platforms.routeros.table import owns, text_key
from netops.platforms.routeros.usermanager import UM_LINK, UM_USER
from netops.platforms.routeros.values import is_flag, present, row_key

COOKIE, ACTIVE, HOST, _ = CLIENTS
USERS = (USER, UM_USER)
_Key = tuple[str, tuple[str, ...]]


def names(want: Rows) -> tuple[str, ...]:
    return tuple(str(row.values["name"]) for row in want.rows if row.menu in USERS)


def logins(seen: Rows) -> tuple[str, ...]:
    return tuple(str(row.values.get("name", "")) for row in seen.rows if row.menu in USERS)


def ending(want: Rows) -> tuple[Op, ...]:
    """What the END script closes: each server that the template adds, the VLAN it stands on, its network on the air."""
    stands_on = {str(row.values.get("interface", "")) for row in want.rows if row.menu == HOTSPOT}
    ops: list[RowOp] = []
    for row in want.rows:
        if row.menu in PROVISIONED and adopted(row):
            ops.append(RowOp(verb=Verb.LEAVE, path=row.menu, key=adopted(row), old=named(row), owned=False))
        elif not adopted(row) and (
            row.menu in (HOTSPOT, *VIRTUAL) or (row.menu == VLAN and row.values.get("name") in stands_on)
        ):
            ops.append(RowOp(verb=Verb.REMOVE, path=row.menu, key=text_key(menu(row.menu), row.values), old=row.values))
    return tuple(ops)


def opening(seen: Rows, want: Rows, owner: Tag) -> tuple[RowOp, ...]:
    """What switches on again what an END script closed: rows of ours that are off, and our network on the air.

    The server goes before its VLAN: without one an interface is routed like any other. A row that is gone stays so (a
    login may have been revoked), and what a hand changed besides stays for the comparison with the plan.
    """
    order = {path: place for place, path in enumerate((HOTSPOT, VLAN, *USERS))}
    ops: list[RowOp] = []
    for op in diff(seen, want, owner):
        if op.verb is Verb.SET and op.owned and op.path in (*order, *VIRTUAL) and op.new.get("disabled") == "no":
            ops.append(replace(op, new={"disabled": "no"}, old={"disabled": "yes"}))
        elif op.verb is Verb.JOIN and op.path in PROVISIONED:
            ops.append(op)
    return tuple(sorted(ops, key=lambda op: order.get(op.path, len(order))))


def accounts(seen: Rows, want: Rows, owner: Tag) -> Accounts:
    """A login is there when its key is; edited when anything that the template names is otherwise, or it is off."""
    wished = [row for row in want.rows if row.menu in (*USERS, UM_LINK)]
    keys = {_key(row): _login(row) for row in wished}
    there = {_key(row): row for row in _users(seen)}
    mine = tuple(row for key, row in there.items() if key in keys and owns(owner, row))
    # Rows that stand in the way are told below as foreign; the difference is of what is ours.
    blocked = {keys[key] for key, row in there.items() if key in keys and not owns(owner, row)}
    wanted = Rows(rows=tuple(row for row in wished if _login(row) not in blocked))
    mend: dict[str, tuple[Op, ...]] = {}
    for op in diff(Rows(rows=mine), wanted, owner):
        name = op.key["user" if op.path == UM_LINK else "name"]
        mend[name] = (*mend.get(name, ()), op)
    found = {_login(row) for row in mine if row.menu in USERS}
    at = {str(row.values.get("name", "")) for row in servers(seen, owner, HOTSPOT)} | _servers(want)
    online = Counter(str(row.values.get("user", "")) for row in seen.rows if row.menu == ACTIVE)
    saved = Counter(str(row.values.get("user", "")) for row in seen.rows if row.menu == COOKIE)
    listed = set(keys.values())
    return Accounts(
        present=tuple(sorted(found)),
        missing=tuple(sorted(listed - found - blocked)),
        edited=tuple(show(list(mend[name])) for name in sorted(found & set(mend))),
        mend=mend,
        foreign=tuple(
            _foreign(row)
            for key, row in there.items()
            if (row.values.get("server") in at or key in keys) and row not in mine
        ),
        off=tuple(
            sorted(
                _login(row)
                for row in mine
                if row.menu in USERS and present(menu(row.menu), row.values, "disabled") == "yes"
            )
        ),
        online={name: online[name] for name in sorted(listed & set(online))},
        saved={name: saved[name] for name in sorted(listed & set(saved))},
        used=_used(seen, listed, keys),
        serving=any(present(menu(HOTSPOT), row.values, "disabled") != "yes" for row in servers(seen, owner, HOTSPOT)),
    )


def _used(seen: Rows, listed: Collection[str], keys: Mapping[_Key, str]) -> dict[str, Usage]:
    """What each login used, its open sessions included; a login that nobody used is left out."""
    total: dict[str, Usage] = {}
    for row in seen.rows:
        if row.menu == USER:
            name = keys.get(_key(row), "")
        elif row.menu == ACTIVE:
            name = str(row.values.get("user", ""))
        else:
            continue
        if name in listed:
            before = total.get(name, Usage(up=0, down=0, seconds=0))
            total[name] = Usage(
                up=before.up + int(str(row.values.get("bytes-in") or "0")),
                down=before.down + int(str(row.values.get("bytes-out") or "0")),
                seconds=before.seconds + parse_duration(str(row.values.get("uptime") or "0")),
            )
    return {name: one for name, one in sorted(total.items()) if one != Usage(up=0, down=0, seconds=0)}


def _servers(want: Rows) -> set[str]:
    return {str(row.values.get("name", "")) for row in want.rows if row.menu == HOTSPOT}


def _foreign(row: Row) -> str:
    """Not its name: that may be somebody else's code."""
    return f"{row.menu} profile={row.values.get('profile', '')} comment={row.values.get('comment', '')}"


def evict(seen: Rows, owner: Tag, who: Collection[str]) -> tuple[RowOp, ...]:
    """The login first, so that nobody comes back by it; then its cookies, sessions, hosts and leases.

    What is known of a session (its MAC address) is looked for in all of them: a host and a lease name no user.
    """
    wanted = set(who)
    ours = {path: {str(row.values.get("name", "")) for row in servers(seen, owner, path)} for path in (HOTSPOT, DHCP)}
    users = [row for row in _users(seen) if owns(owner, row) and _login(row) in wanted]
    named = [
        row for row in seen.rows if row.menu in (COOKIE, ACTIVE) and str(row.values.get("user", "")) in wanted
        if row.values.get("server", "") in {"", *ours[HOTSPOT]}
    ]  # fmt: skip
    macs = {str(row.values.get("mac-address", "")) for row in named if row.menu == ACTIVE} - {""}
    hosts = [row for row in seen.rows if row.menu == HOST and row.values.get("server") in ours[HOTSPOT]]
    leases = [row for row in seen.rows if row.menu == LEASE and row.values.get("server") in ours[DHCP]]
    gone = [row for row in (*hosts, *leases) if str(row.values.get("mac-address", "")) in macs]
    order = {path: place for place, path in enumerate((UM_LINK, *USERS, *CLIENTS))}
    return tuple(remove(row) for row in sorted((*users, *named, *gone), key=lambda row: order[row.menu]))


def _users(seen: Rows) -> Iterator[Row]:
    logins = (*USERS, UM_LINK)
    return (row for row in seen.rows if row.menu in logins and not is_flag(row, "dynamic", "default"))


def _key(row: Row) -> _Key:
    return row.menu, row_key(menu(row.menu), row.values)


def _login(row: Row) -> str:
    return str(row.values.get("user" if row.menu == UM_LINK else "name", ""))
