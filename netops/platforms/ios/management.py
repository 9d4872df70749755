"""What of the path by which we reach a switch operations touch; where the inventory does not say enough, rather too much."""

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from netops.core.model import LineOp, Target
from netops.platforms.ios.changes import ADD, REMOVE, elements_of
from netops.platforms.ios.lines import Sections, split, subnet, trunk_list, value, vlan_id

GLOBAL = re.compile(
    r"(?:no )?(?:ip (?:route|routing|default-gateway|access-list|ssh|http|domain)|access-list|line|username|enable|aaa"
    r"|snmp-server|hostname|crypto|vtp|spanning-tree|router|login|banner|service|transport)\b"
)
"""Global lines by which a switch is reached, logged in to and routed to; `hostname` is its prompt."""
HARMLESS = ("description ", "no description")


class _Way(Struct, frozen=True):
    """How the switch is reached: interfaces with its address, their VLANs, ports towards other devices."""

    interfaces: frozenset[str]
    vlans: frozenset[int]
    uplinks: frozenset[str]


def management(seen: Sections, ops: Sequence[LineOp], target: Target) -> tuple[str, ...]:
    """The lines that touch address, VLAN, route, uplink, service or login, each behind its section."""
    way = _way(seen, target)
    return tuple(line for op in ops for line in _touching(op, way))


def _way(seen: Sections, target: Target) -> _Way:
    """The interface that has the address; every one with an address where none has it (NAT, a name for a host)."""
    addressed = {name: lines for name, lines in seen.items() if any(subnet(line) for line in lines)}
    hosts = {target.host, str(target.data.get("management", ""))}
    ours = {name for name, lines in addressed.items() if (value(lines, "ip address") or "").split(" ")[0] in hosts}
    interfaces = ours or set(addressed)
    vlans = {int(name[14:]) for name in interfaces if name.startswith("interface Vlan") and name[14:].isdecimal()}
    links = target.data.get("links")
    uplinks = {f"interface {port}" for port in (links if isinstance(links, dict) else ())}
    trunks = {
        name
        for name, lines in seen.items()
        if "switchport mode trunk" in lines or (name.startswith("interface ") and trunk_list(lines) is not None)
    }
    return _Way(frozenset(interfaces), frozenset(vlans), frozenset(uplinks | trunks))


def _touching(op: LineOp, way: _Way) -> Iterator[str]:
    if not op.path:
        for name in split(op.lines):
            bare = name.removeprefix("no ")
            if vlan_id(bare) in way.vlans or bare in way.interfaces or GLOBAL.match(name):
                yield name
        return
    if op.path in way.interfaces or vlan_id(op.path) in way.vlans:
        yield from (f"{op.path}: {line}" for line in op.lines)
    elif op.path in way.uplinks:
        yield from (f"{op.path}: {line}" for line in op.lines if _moves(line, way))
    elif not op.path.startswith(("interface ", "vlan ")):
        yield from (f"{op.path}: {line}" for line in op.lines)


def _moves(line: str, way: _Way) -> bool:
    """Whether a line of an uplink matters to us: another VLAN that enters or leaves its list does not."""
    vlans = elements_of(line)
    if vlans is not None and line.startswith(ADD):
        return False
    if vlans is not None and line.startswith(REMOVE):
        return bool(vlans & way.vlans)
    return not line.startswith(HARMLESS)
