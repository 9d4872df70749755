"""Moves a router's byte counters by the traffic that its people offer, under the queues in force; lazy, by the clock."""

import ipaddress
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil

from msgspec import Struct, field

from netops.lab.routeros import trees
from netops.lab.routeros.hotspot import Client, Hotspot
from netops.lab.routeros.machine import Machine
from netops.lab.routeros.store import Row
from netops.lab.routeros.values import expand_ranges
from netops.lab.traffic import PACKET_BYTES, Flow, Load, Pair, carry

STEP = 300.0
MAX_STEPS = 2000
SOON = 1.0
UPLINK = "uplink"
_TREE = "tree"
MATTERS = (
    "/queue/simple",
    "/queue/tree",
    "/ip/firewall/mangle",
    "/ip/address",
    "/interface",
    "/ip/hotspot",
    "/ip/route",
)
QUIET = ("/ip/hotspot/user", "/ip/hotspot/active", "/ip/hotspot/host", "/ip/hotspot/cookie")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Counter(Struct):
    """Octets and packets so far, and the present rates in bit/s. For queues: upload, download; for interfaces: in, out."""

    octets: list[float] = field(default_factory=lambda: [0.0, 0.0])
    dropped: list[float] = field(default_factory=lambda: [0.0, 0.0])
    rate: list[float] = field(default_factory=lambda: [0.0, 0.0])


class _Path(Struct, frozen=True):
    """What somebody offers on its way out; `client` where it is one device of a hotspot."""

    offered: Callable[[datetime], Pair]
    queues: tuple[Row, ...]
    lan: tuple[Row, ...]
    uplink: Row
    client: Client | None = None
    trees: tuple[tuple[Row, ...], tuple[Row, ...]] = (
        (),
        (),
    )  # of what is sent and of what is received, innermost first


class Flows:
    """`advance` brings every counter to the present. Nothing is counted before the first of them."""

    def __init__(self, machine: Machine, loads: Sequence[Load], uplink: int, hotspot: Hotspot) -> None:
        self.machine, self.loads, self.uplink, self.hotspot = machine, tuple(loads), uplink, hotspot
        self.queues: dict[int, Counter] = {}
        self.ports: dict[int, Counter] = {}
        self.trees: dict[int, Counter] = {}
        self._paths: list[_Path] | None = None
        self._targets: dict[int, tuple[str, list[Network], list[str]]] = {}
        self._at = machine.clock.monotonic()
        machine.before_change.append(self._before)
        machine.watchers.append(self._changed)
        hotspot.settle, hotspot.moved = self.advance, self._moved

    def _before(self) -> None:
        if self.machine.clock.monotonic() - self._at >= SOON:
            self.advance()

    def _moved(self, client: Client) -> None:
        """Somebody at a hotspot came, went or wants something else; nobody else's way changes by that."""
        uplink = self._uplink() if self._paths is not None else None
        if self._paths is None or uplink is None:
            return
        self._paths = [path for path in self._paths if path.client is not client]
        self._paths += self._people([client], uplink) if client.moving and uplink.enabled else []

    def _changed(self, path: str, verb: str, row: Row | None) -> None:
        client = path == "/queue/simple" and row is not None and row.dynamic
        if path.startswith(MATTERS) and not path.startswith(QUIET) and not client:
            self._paths = None
        if verb == "remove" and row is not None:
            counters = {"/queue/simple": self.queues, "/queue/tree": self.trees}.get(path)
            if counters is None and path.startswith("/interface/"):
                counters = self.ports
            (counters if counters is not None else {}).pop(row.id, None)

    def advance(self) -> None:
        now = self.machine.clock.monotonic()
        seconds = now - self._at
        if seconds <= 0:
            return
        self._at = now
        if self._paths is None:
            self._paths = self._find_paths()
        if not (self._paths or self.queues or self.ports or self.trees):
            return
        if not self._paths:
            self._still()
            self._write()
            return
        steps = min(max(1, ceil(seconds / STEP)), MAX_STEPS)
        end = self.machine.clock.now()
        for step in range(steps):
            middle = end - timedelta(seconds=seconds * (steps - step - 0.5) / steps)
            self._step(self._paths, self.machine.local(middle), seconds / steps)
        self._write()

    def reset(self) -> None:
        """Counters begin anew, as after a restart."""
        self.queues.clear()
        self.ports.clear()
        self.trees.clear()
        self._at = self.machine.clock.monotonic()
        for row in self.machine.store.tables["/queue/simple"].rows.values():
            _mark_queue(row, Counter())
        for row in self.machine.store.tables["/queue/tree"].rows.values():
            _mark_tree(row, Counter())
        for row in self.machine.interfaces():
            row.mark(rx_byte="0", tx_byte="0", rx_packet="0", tx_packet="0")
        self.machine.rates.clear()

    def _still(self) -> None:
        for counter in (*self.queues.values(), *self.ports.values(), *self.trees.values()):
            counter.rate = [0.0, 0.0]

    def _step(self, paths: list[_Path], moment: datetime, seconds: float) -> None:
        self._still()
        flows: list[Flow] = []
        limits: dict[Hashable, Pair] = {UPLINK: (float(self.uplink), float(self.uplink))}
        for path in paths:
            offered = path.offered(moment)
            rows = [(side, row) for side in (0, 1) for row in path.trees[side]]
            for side, row in rows:
                limits[_TREE, row.id] = (trees.limit(row), 0.0) if side == trees.UP else (0.0, trees.limit(row))
            flows.append(
                Flow(offered, (*(queue.id for queue in path.queues), *((_TREE, row.id) for _, row in rows), UPLINK))
            )
            for queue in path.queues:
                most_up, _, most_down = queue.get("max-limit").partition("/")
                limits[queue.id] = (float(most_up or 0), float(most_down or 0))
        for path, flow, (up, down) in zip(paths, flows, carry(flows, limits), strict=True):
            lost = (flow.offered[0] - up, flow.offered[1] - down)
            for queue in path.queues:
                self._count(self.queues, queue, (up, down), seconds, lost)
            for side in (0, 1):
                for row in path.trees[side]:
                    self._count(self.trees, row, ((up, down)[side], 0.0), seconds, (lost[side], 0.0))
            for row in path.lan:
                self._count(self.ports, row, (up, down), seconds, (0.0, 0.0))
            if path.client is not None:
                path.client.octets[0] += up * seconds / 8
                path.client.octets[1] += down * seconds / 8
            self._count(self.ports, path.uplink, (down, up), seconds, (0.0, 0.0))

    @staticmethod
    def _count(counters: dict[int, Counter], row: Row, rates: Pair, seconds: float, lost: Pair) -> None:
        counter = counters.setdefault(row.id, Counter())
        for side in (0, 1):
            counter.octets[side] += rates[side] * seconds / 8
            counter.rate[side] += rates[side]
            # Senders slow down when packets are lost: a fraction of what does not fit is dropped.
            counter.dropped[side] += lost[side] * seconds / 8 / PACKET_BYTES * 0.02

    def _write(self) -> None:
        rows = self.machine.store.tables["/queue/simple"].rows
        for number, counter in self.queues.items():
            if number in rows:
                _mark_queue(rows[number], counter)
        leaves = self.machine.store.tables["/queue/tree"].rows
        for number, counter in self.trees.items():
            if number in leaves:
                _mark_tree(leaves[number], counter)
        for row in self.machine.interfaces():
            if row.id in self.ports:
                came, left = (int(octets) for octets in self.ports[row.id].octets)
                row.mark(rx_byte=str(came), tx_byte=str(left))
                row.mark(rx_packet=str(came // PACKET_BYTES), tx_packet=str(left // PACKET_BYTES))
                came_rate, left_rate = (int(rate) for rate in self.ports[row.id].rate)
                self.machine.rates[row.name] = (came_rate, left_rate)

    def _find_paths(self) -> list[_Path]:
        uplink = self._uplink()
        if uplink is None or not uplink.enabled:
            return []
        found = []
        for load in self.loads:
            for network, interface in self._sources(load):
                lan = self._lan(interface)
                if all(row.enabled for row in lan):
                    queues = tuple(reversed(self._chain(network, interface.name, "none")))
                    ways = self._trees(network, interface.name, uplink.name)
                    found.append(_Path(load.offered, queues, lan, uplink, trees=ways))
        return [*found, *self._people(self.hotspot.moving(), uplink)]

    def _people(self, clients: Iterable[Client], uplink: Row) -> list[_Path]:
        """Devices at the hotspots; a client's own queue counts as any other, where it stands in the list."""
        found = []
        for client in clients:
            interface = self.machine.interface(client.server.get("interface"))
            if interface is None or not interface.enabled:
                continue
            network = ipaddress.ip_network(client.address)
            queues = tuple(reversed(self._chain(network, interface.name, "none", dynamic=True)))
            ways = self._trees(network, interface.name, uplink.name)
            found.append(_Path(_steadily(client.wants), queues, self._lan(interface), uplink, client, ways))
        return found

    def _trees(self, network: Network, lan: str, uplink: str) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
        rows = list(self.machine.store.tables["/queue/tree"].rows.values())
        if not rows:
            return (), ()
        mangle = list(self.machine.store.tables["/ip/firewall/mangle"].rows.values())
        up, down = (
            trees.chain(rows, trees.marked(mangle, network, side), leaves)
            for side, leaves in ((trees.UP, uplink), (trees.DOWN, lan))
        )
        return up, down

    def _uplink(self) -> Row | None:
        for route in self.machine.store.rows("/ip/route"):
            if route.enabled and not route.dynamic and route.get("dst-address") == "0.0.0.0/0":
                for address in self.machine.store.rows("/ip/address"):
                    gateway = route.get("gateway").partition("%")[0]
                    if address.enabled and _inside(gateway, address.values["address"]):
                        return self.machine.interface(address.get("interface"))
        return None

    def _sources(self, load: Load) -> list[tuple[Network, Row]]:
        """The subnets that offer this load now, each with the interface it is on."""
        self.machine.refresh("/ip/hotspot")
        wanted = ipaddress.ip_network(load.network)
        servers = {row.get("interface") for row in self.machine.store.rows("/ip/hotspot") if self._running(row)}
        found: list[tuple[Network, Row]] = []
        for address in self.machine.store.rows("/ip/address"):
            subnet = ipaddress.ip_interface(address.values["address"]).network
            interface = self.machine.interface(address.get("interface"))
            if interface is None or not address.enabled or subnet.version != wanted.version:
                continue
            if load.event and _within(subnet, wanted) and interface.name in servers:
                found.append((subnet, interface))
            elif not load.event and _within(wanted, subnet):
                found.append((wanted, interface))
        return found

    def _running(self, server: Row) -> bool:
        allowed = self.machine.device_mode.get("hotspot", "true") == "true"
        return server.enabled and allowed and server.marks.get("invalid") != "true"

    def _lan(self, interface: Row) -> tuple[Row, ...]:
        """The interface, and what carries it: a VLAN's bridge and the first port that is tagged with it."""
        if interface.table.path != "/interface/vlan":
            return (interface,)
        bridge = self.machine.interface(interface.get("interface"))
        if bridge is None:
            return (interface,)
        number = int(interface.get("vlan-id"))
        for row in self.machine.store.rows("/interface/bridge/vlan"):
            if row.dynamic or row.get("bridge") != bridge.name or number not in expand_ranges(row.values["vlan-ids"]):
                continue
            for name in row.get("tagged").split(","):
                port = self.machine.interface(name)
                if port is not None and port is not bridge:
                    return (interface, bridge, port)
        return (interface, bridge)

    def _chain(self, network: Network, interface: str, parent: str, *, dynamic: bool = False) -> list[Row]:
        """First match of each level, the outermost first (manual, simple queues: order decides)."""
        for row in self.machine.store.tables["/queue/simple"].rows.values():
            if (
                row.get("parent") == parent
                and row.enabled
                and (dynamic or not row.dynamic)
                and self._matches(row, network, interface)
            ):
                return [row, *self._chain(network, interface, row.name, dynamic=dynamic)]
        return []

    def _matches(self, row: Row, network: Network, interface: str) -> bool:
        text = row.values.get("target", "")
        known = self._targets.get(row.id)
        if known is None or known[0] != text:
            known = self._targets[row.id] = (text, *_parse_targets(text))
        return interface in known[2] or any(_within(network, target) for target in known[1])


def _steadily(pair: Pair) -> Callable[[datetime], Pair]:
    return lambda moment: pair


def _parse_targets(text: str) -> tuple[list[Network], list[str]]:
    networks: list[Network] = []
    names: list[str] = []
    for part in filter(None, text.split(",")):
        try:
            networks.append(ipaddress.ip_network(part, strict=False))
        except ValueError:
            names.append(part)
    return networks, names


def _within(inner: Network, outer: Network) -> bool:
    if inner.version != outer.version or inner.prefixlen < outer.prefixlen:
        return False
    return int(inner.network_address) & int(outer.netmask) == int(outer.network_address)


def _inside(host: str, interface: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_interface(interface).network
    except ValueError:
        return False


def _mark_queue(row: Row, counter: Counter) -> None:
    up, down = (int(octets) for octets in counter.octets)
    rates = [int(rate) for rate in counter.rate]
    drops = [int(count) for count in counter.dropped]
    packets = (up // PACKET_BYTES, down // PACKET_BYTES)
    speed = [rate // 8 // PACKET_BYTES for rate in rates]
    for name, (first, second) in {
        "bytes": (up, down),
        "packets": packets,
        "rate": rates,
        "packet-rate": speed,
        "dropped": drops,
    }.items():
        row.mark(**{name: f"{first}/{second}"})


def _mark_tree(row: Row, counter: Counter) -> None:
    """A row of a queue tree counts one direction: what leaves it."""
    octets, rate = int(counter.octets[0]), int(counter.rate[0])
    row.mark(
        bytes=str(octets),
        packets=str(octets // PACKET_BYTES),
        rate=str(rate),
        dropped=str(int(counter.dropped[0])),
    )
    row.mark(**{"packet-rate": str(rate // 8 // PACKET_BYTES)})
