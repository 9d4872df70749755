"""What a router sees around itself and of its own hardware, as rows that its reporting menus print; refuses nothing."""

import ipaddress
from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from netops.lab.routeros.machine import Machine
from netops.lab.routeros.store import Row

Found = Iterator[tuple[str, dict[str, str]]]
CPUS = 4
GATEWAY_VENDOR = "02:00:5E"


class Neighbour(Struct, frozen=True, kw_only=True):
    """A device that talks LLDP on `interface`; `port` is its own name for the cable's other end."""

    interface: str
    identity: str
    port: str
    mac: str
    address: str
    description: str


class Observed:
    """Fills the reporting menus when they are read. A row keeps its id as long as what it reports is there."""

    def __init__(self, machine: Machine, neighbours: Sequence[Neighbour] = ()) -> None:
        self.machine, self.neighbours = machine, tuple(neighbours)
        self._rows: dict[tuple[str, str], Row] = {}
        sources: dict[str, Callable[[], Found]] = {
            "/ip/arp": self._arp,
            "/interface/bridge/host": self._hosts,
            "/ip/neighbor": self._neighbours,
            "/system/resource/cpu": self._cpus,
        }
        if machine.number >= (7,):
            sources |= {"/ipv6/address": self._link_locals, "/ipv6/neighbor": self._six, "/ip/vrf": self._vrfs}
            sources["/system/health"] = lambda: iter(
                [
                    ("voltage", {"name": "voltage", "value": "24.1", "type": "V"}),
                    ("temperature", {"name": "temperature", "value": "41", "type": "C"}),
                ]
            )
        else:
            machine.singles["/system/health"] = lambda: {"voltage": "24.1", "temperature": "41"}
            sources["/routing/bgp/instance"] = self._instances
        machine.singles["/system/package/update"] = lambda: {"installed-version": machine.version}
        for path, source in sources.items():
            machine.refreshers[path] = self._filler(path, source)

    def _filler(self, path: str, source: Callable[[], Found]) -> Callable[[], None]:
        def fill() -> None:
            wanted = dict(source())
            for known, row in [(key, row) for key, row in self._rows.items() if key[0] == path]:
                if known[1] not in wanted:
                    self.machine.store.remove(row)
                    del self._rows[known]
            for name, words in wanted.items():
                kept = self._rows.get((path, name))
                if kept is None:
                    kept = self._rows[path, name] = self.machine.store.insert(path, {}, dynamic=True)
                kept.mark(**words)

        return fill

    def _arp(self) -> Found:
        """Gateways of static routes, and whoever got a lease; addresses that a static row has are left to it."""
        store = self.machine.store
        fixed = {row.get("address") for row in store.rows("/ip/arp") if not row.dynamic}
        found: dict[str, str] = {}
        for route in store.rows("/ip/route"):
            if route.enabled and not route.dynamic and _is_address(route.get("gateway")):
                found[route.get("gateway")] = mac_for(route.get("gateway"))
        for lease in store.rows("/ip/dhcp-server/lease"):
            if lease.marks.get("status") == "bound":
                found[lease.marks["active-address"]] = lease.marks["active-mac-address"]
        for address, mac in found.items():
            interface = self._towards(address)
            if interface and address not in fixed:
                words = {"address": address, "mac-address": mac, "interface": interface, "published": "false"}
                yield (
                    address,
                    words | {"invalid": "false", "DHCP": "false", "complete": "true", "disabled": "false"},
                )

    def _towards(self, address: str) -> str:
        for row in self.machine.store.rows("/ip/address"):
            if row.enabled and ipaddress.ip_address(address) in ipaddress.ip_interface(row.values["address"]).network:
                return row.get("interface")
        return ""

    def _hosts(self) -> Found:
        """The bridge's own addresses, and the neighbours behind its ports."""
        self.machine.refresh("/interface")
        store = self.machine.store
        bridges = {row.get("interface"): row.get("bridge") for row in store.rows("/interface/bridge/port")}
        for port, bridge in bridges.items():
            row = self.machine.interface(port)
            if row is not None:
                yield port, _host(row.marks.get("mac-address", ""), port, bridge, local=True)
        for other in self.neighbours:
            if other.interface in bridges:
                yield (
                    f"{other.interface} {other.mac}",
                    _host(other.mac, other.interface, bridges[other.interface], local=False),
                )

    def _neighbours(self) -> Found:
        """As LLDP tells them; an interface in a bridge comes with it: `ether2,bridge-lan`."""
        bridges = {row.get("interface"): row.get("bridge") for row in self.machine.store.rows("/interface/bridge/port")}
        for other in self.neighbours:
            interface = self.machine.interface(other.interface)
            if interface is None or not interface.enabled:
                continue
            bridge = bridges.get(other.interface)
            yield (
                f"{other.interface} {other.mac}",
                {
                    "interface": f"{other.interface},{bridge}" if bridge else other.interface,
                    "address": other.address,
                    "address4": other.address,
                    "mac-address": other.mac,
                    "identity": other.identity,
                    "system-description": other.description,
                    "system-caps": "bridge",
                    "system-caps-enabled": "bridge",
                    "interface-name": other.port,
                    "discovered-by": "lldp",
                    "age": "12s",
                },
            )

    def _cpus(self) -> Found:
        for number in range(CPUS):
            yield str(number), {"cpu": f"cpu{number}", "load": str(3 - number % 2), "irq": "1", "disk": "0"}

    def _link_locals(self) -> Found:
        self.machine.refresh("/interface")
        for row in self.machine.interfaces():
            mac = row.marks.get("mac-address")
            if mac and row.enabled and row.marks.get("slave") != "true":
                words = {"address": f"{link_local(mac)}/64", "interface": row.name, "link-local": "true"}
                yield row.name, words | {"from-pool": "", "invalid": "false", "disabled": "false"}

    def _six(self) -> Found:
        for other in self.neighbours:
            words = {"address": link_local(other.mac), "interface": other.interface, "mac-address": other.mac}
            yield f"{other.interface} {other.mac}", words | {"router": "false", "status": "stale"}

    def _vrfs(self) -> Found:
        yield "main", {"name": "main", "interfaces": "all", "builtin": "true", "disabled": "false"}

    def _instances(self) -> Found:
        words = {"name": "default", "as": "65530", "router-id": "0.0.0.0", "disabled": "false", "default": "true"}
        yield "default", words


def _host(mac: str, port: str, bridge: str, *, local: bool) -> dict[str, str]:
    words = {"mac-address": mac, "interface": port, "bridge": bridge, "on-interface": port, "invalid": "false"}
    return words | {"local": "true" if local else "false", "external": "false", "disabled": "false"}


def mac_for(address: str) -> str:
    """The hardware address that the lab gives a host of which only the IPv4 address is known."""
    number = int(ipaddress.ip_address(address)) & 0xFFFFFF
    return f"{GATEWAY_VENDOR}:{number >> 16:02X}:{number >> 8 & 255:02X}:{number & 255:02X}"


def link_local(mac: str) -> str:
    """The modified EUI-64 address of RFC 4291, appendix A."""
    octets = [int(part, 16) for part in mac.split(":")]
    octets[0] ^= 2
    whole = bytes([*octets[:3], 0xFF, 0xFE, *octets[3:]])
    return str(ipaddress.IPv6Address(b"\xfe\x80" + bytes(6) + whole))


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True
