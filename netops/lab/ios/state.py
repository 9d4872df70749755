"""What the show commands look at: a snapshot of one switch, with its ports derived from the configuration; pure."""

import ipaddress
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from netops.lab.ios import names, policies, tree
from netops.lab.ios.files import File
from netops.lab.ios.traffic import Count, Policed, offered_by, rate
from netops.lab.ios.tree import Tree


class Port(Struct, frozen=True, kw_only=True):
    """`status` as `show interfaces status` names it: connected, notconnect, disabled, inactive; `speed` in bit/s."""

    name: str
    description: str
    mac: str
    speed: int
    trunk: bool
    access_vlan: int
    native_vlan: int
    allowed: frozenset[int]
    status: str
    count: Count
    in_rate: int
    out_rate: int

    @property
    def up(self) -> bool:
        return self.status == "connected"


class Svi(Struct, frozen=True, kw_only=True):
    """A layer-3 interface (VLAN interface, management port); `address` None without one."""

    name: str
    description: str
    mac: str
    address: ipaddress.IPv4Interface | None
    admin_up: bool
    up: bool


class Neighbour(Struct, frozen=True, kw_only=True):
    """Who answers LLDP on a port."""

    name: str
    port: str
    mac: str
    description: str
    address: str


class Pending(Struct, frozen=True, kw_only=True):
    """A rollback that waits for its confirmation; times in seconds of the monotonic clock."""

    user: str
    minutes: int
    configured: datetime
    deadline: float
    file: str


class Snapshot(Struct, frozen=True, kw_only=True):
    name: str
    version: str
    serial: str
    base_mac: str
    running: Tree
    startup: Tree
    startup_text: str
    changed: str
    saved: str
    now: datetime
    uptime: float
    ports: tuple[Port, ...]
    policed: Mapping[tuple[str, str], Policed]
    svis: tuple[Svi, ...]
    neighbours: Mapping[str, Neighbour]
    archives: tuple[tuple[str, str], ...]
    archive_next: str
    files: tuple[tuple[str, File], ...]
    modern: bool
    reason: str
    pending: Pending | None
    users: tuple[tuple[int, str, str], ...]
    line: int


def mac_at(base: str, offset: int) -> str:
    """The hardware address `offset` above the base address."""
    value = int(base.replace(":", ""), 16) + offset
    return ":".join(f"{value:012x}"[at : at + 2] for at in range(0, 12, 2))


def _words(lines: Tree, *key: str) -> str:
    """The value of a line after its key; "" where it is not set."""
    line = tree.find(lines, key)
    return "" if line is None or line.startswith("no ") else line.split(" ", len(key))[len(key)]


def _allowed(lines: Tree) -> frozenset[int]:
    text = _words(lines, "switchport", "trunk", "allowed", "vlan")
    return names.ALL_VLANS if not text else (names.vlan_set(text) or frozenset())


def _status(lines: Tree, linked: bool, known: Mapping[int, str], *, trunk: bool, vlan: int) -> str:
    if "shutdown" in lines:
        return "disabled"
    if not linked:
        return "notconnect"
    # An access port whose VLAN was removed stays in it and forwards nothing.
    return "connected" if trunk or vlan in known else "inactive"


def ports(
    root: Tree,
    links: frozenset[str],
    base_mac: str,
    counts: Mapping[str, Count],
    uptime: float,
    offered: Callable[[str], tuple[int, int]] = offered_by,
) -> tuple[Port, ...]:
    """`offered`: mean bit/s that the host behind an access port wants to send and to receive."""
    limits = {(one.port, one.way): one.rate for one in policies.limiters(root)}
    known = tree.vlans(root)
    out: list[Port] = []
    for name, lines in tree.interfaces(root).items():
        if not names.is_switchport(name):
            continue
        mode = _words(lines, "switchport", "mode")
        trunk, vlan = mode == "trunk", int(_words(lines, "switchport", "access", "vlan") or 1)
        number = names.order(name)[1][-1]
        status = _status(lines, name in links, known, trunk=trunk, vlan=vlan)
        means = offered(name) if status == "connected" and not trunk else (0, 0)
        out.append(
            Port(
                name=name,
                description=_words(lines, "description"),
                mac=mac_at(base_mac, number),
                speed=10_000_000_000 if name.startswith("Ten") else 1_000_000_000,
                trunk=trunk,
                access_vlan=vlan,
                native_vlan=int(_words(lines, "switchport", "trunk", "native", "vlan") or 1),
                allowed=_allowed(lines),
                status=status,
                count=counts.get(name, Count()),
                in_rate=int(min(rate(means[0], uptime), limits.get((name, "input"), math.inf))),
                out_rate=int(min(rate(means[1], uptime), limits.get((name, "output"), math.inf))),
            )
        )
    return tuple(out)


def forwarding(found: Iterable[Port], root: Tree) -> tuple[dict[str, int], dict[str, frozenset[int]]]:
    """Access ports with their VLAN and trunks with the existing VLANs they carry, of those that are connected."""
    known = frozenset(tree.vlans(root))
    up = [port for port in found if port.up]
    return (
        {port.name: port.access_vlan for port in up if not port.trunk},
        {port.name: port.allowed & known for port in up if port.trunk},
    )


def svis(root: Tree, found: Iterable[Port], base_mac: str) -> tuple[Svi, ...]:
    """An SVI is up when its VLAN exists and some connected port carries it (autostate)."""
    access, trunks = forwarding(found, root)
    carried = frozenset(access.values()).union(*trunks.values()) & frozenset(tree.vlans(root))
    out: list[Svi] = []
    for name, lines in tree.interfaces(root).items():
        if names.is_switchport(name):
            continue
        words = _words(lines, "ip", "address").split()
        number = names.order(name)[1][-1]
        admin = "shutdown" not in lines
        out.append(
            Svi(
                name=name,
                description=_words(lines, "description"),
                mac=mac_at(base_mac, 64 if names.is_vlan(name) else 0),
                address=ipaddress.IPv4Interface("/".join(words)) if len(words) == 2 else None,
                admin_up=admin,
                up=admin and (name.startswith("Loopback") or (names.is_vlan(name) and number in carried)),
            )
        )
    return tuple(out)


def hosts(found: Iterable[Port], base_mac: str) -> tuple[tuple[int, str, str], ...]:
    """VLAN, hardware address and port of the host behind every connected access port."""
    return tuple(
        (port.access_vlan, mac_at("02:1a:b0:00:00:00", names.index_of(port.name)), port.name)
        for port in found
        if port.up and not port.trunk and base_mac
    )
