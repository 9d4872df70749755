"""What of the path by which we reach a router operations touch; where the inventory does not say enough, rather too much."""

import ipaddress
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address

from netops.core.model import Op, RowOp, Target, Verb
from netops.platforms.routeros.operations import rows_only
from netops.platforms.routeros.show import show
from netops.platforms.routeros.values import network

SERVICES = frozenset({"/ip/service", "/ip/ssh", "/certificate"})
ROUTES = ("/ip/route", "/routing/", "/ip/dhcp-client")
FIREWALL = {"/ip/firewall/filter": "input", "/ip/firewall/raw": "prerouting", "/ip/firewall/nat": "dstnat"}
"""The chain of each menu that packets to the router itself pass."""
SHARED = frozenset({"/interface/vlan", "/interface/bridge", "/interface/bridge/vlan", "/interface/list"})
"""Rows of these that are not ours may carry the management network: turned or taken away they may take it with them."""
PORTS = {"/interface/bridge/port": "interface", "/interface/ethernet": "name", "/interface/list/member": "interface"}
"""By menu the property that names a port."""


def management(ops: Sequence[Op], target: Target) -> tuple[str, ...]:
    """The operations (as they are shown) on address, VLAN, route, firewall input, uplink, service or user of our own login."""
    touching = [op for op in rows_only(ops) if _touches(op, target)]
    return tuple(line for op in touching for line in show([op]).splitlines())


def _touches(op: RowOp, target: Target) -> bool:
    path, foreign = op.path, not op.owned
    if path in SERVICES or path.startswith(ROUTES):
        return True
    if path == "/ip/address":
        return foreign or _holds(op, target)
    if path in FIREWALL:
        chains = {str(values["chain"]) for values in (op.new, op.old, op.key) if "chain" in values}
        return FIREWALL[path] in chains or not chains
    if path.startswith("/user"):
        return op.key.get("name") == target.username or path != "/user"
    if path in SHARED:
        return foreign and op.verb is not Verb.JOIN
    return path in PORTS and _uplink(op.key.get(PORTS[path], str(op.new.get(PORTS[path], ""))), target)


def _holds(op: RowOp, target: Target) -> bool:
    """Whether the row's network has an address by which the router is reached."""
    for values in (op.new, op.old, op.key):
        net = network(str(values.get("address", "")))
        if net is not None and any(one.version == net.version and one in net for one in _addresses(target)):
            return True
    return False


def _addresses(target: Target) -> Iterator[IPv4Address | IPv6Address]:
    """`hostname` of the inventory, and `management` where the device knows itself by another one (behind NAT)."""
    for text in (target.host, str(target.data.get("management", ""))):
        try:
            yield ipaddress.ip_address(text)
        except ValueError:
            continue


def _uplink(port: str, target: Target) -> bool:
    """A port towards the provider or another device; any port where the inventory names none."""
    links = target.data.get("links")
    known = {str(target.data.get("uplink_interface", "")), *(links if isinstance(links, dict) else ())} - {""}
    return port in known or not known
