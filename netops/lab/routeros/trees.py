"""Queue trees: which rows take what somebody sends and gets, by packet marks or by the interface it leaves; pure, but for the store."""

import ipaddress
from collections.abc import Iterable

from netops.lab.routeros.store import Row

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
UP, DOWN = 0, 1
GLOBAL = "global"


def marked(mangle: Iterable[Row], network: Network, side: int) -> str:
    """The packet mark of the first rule that takes everything from (or to) the network and passes nothing on."""
    found = ""
    for row in mangle:
        if not row.enabled or row.get("action") != "mark-packet":
            continue
        mine, other = ("src-address", "dst-address") if side == UP else ("dst-address", "src-address")
        if row.get(other) or not _covers(row.get(mine), network):
            continue
        found = row.get("new-packet-mark")
        if row.get("passthrough") == "no":
            break
    return found


def chain(rows: Iterable[Row], mark: str, leaves: str) -> tuple[Row, ...]:
    """The row that takes packets of that mark, or leaving by that interface, and its parents, innermost first.

    Only a row without children takes packets; one that is off takes none (manual, HTB).
    """
    known = [row for row in rows if row.enabled]
    by_name = {row.name: row for row in known}
    parents = {row.get("parent") for row in known}
    for row in known:
        if row.name in parents:
            continue
        way = [row]
        while way[-1].get("parent") in by_name and len(way) <= len(known):
            way.append(by_name[way[-1].get("parent")])
        root, marks = way[-1].get("parent"), [one for one in row.get("packet-mark").split(",") if one]
        if root in (GLOBAL, leaves) and (mark in marks if marks else root == leaves):
            return tuple(way)
    return ()


def limit(row: Row) -> float:
    return float(row.get("max-limit") or 0)


def _covers(text: str, network: Network) -> bool:
    if not text:
        return False
    try:
        whole = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    if isinstance(whole, ipaddress.IPv4Network) and isinstance(network, ipaddress.IPv4Network):
        return network.subnet_of(whole)
    return (
        isinstance(whole, ipaddress.IPv6Network)
        and isinstance(network, ipaddress.IPv6Network)
        and network.subnet_of(whole)
    )
