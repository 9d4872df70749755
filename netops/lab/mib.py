"""What an SNMP agent shows of a device at one moment, as sorted object identifiers; it keeps no state and opens nothing."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pysnmp.proto.rfc1902 import (
    Counter32,
    Counter64,
    Gauge32,
    Integer32,
    IpAddress,
    ObjectIdentifier,
    OctetString,
    TimeTicks,
)

from netops.lab.view import LabDevice, LabInterface, LabQueue, LabSystem

Oid = tuple[int, ...]
Syntax = Callable[[object], object]

SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
INTERFACES: Oid = (1, 3, 6, 1, 2, 1, 2)
IF_X_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
HR_SYSTEM_UPTIME: Oid = (1, 3, 6, 1, 2, 1, 25, 1, 1, 0)
MIKROTIK: Oid = (1, 3, 6, 1, 4, 1, 14988, 1, 1)
MAX_GAUGE = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Leaf:
    """One variable: its value becomes an SNMP object only when it is answered."""

    oid: Oid
    syntax: Syntax
    value: object

    def encode(self) -> object:
        return self.syntax(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What vendors do differently in the same tables."""

    short_names: tuple[tuple[str, str], ...] = ()  # ifName shortens these beginnings of ifDescr
    speed_needs_link: bool = False  # ifHighSpeed is 0 while the link is down
    mikrotik: bool = False  # MIKROTIK-MIB queues and health


DIALECTS = {
    # A recording of an RB750Gr3: ifHighSpeed 0 on every port without link; ifName = ifDescr.
    "routeros": Dialect(speed_needs_link=True, mikrotik=True),
    # A recording of a Catalyst 3560: ifDescr GigabitEthernet0/1, ifName Gi0/1, Vlan1 as Vl1.
    "ios": Dialect(
        short_names=(
            ("TenGigabitEthernet", "Te"),
            ("GigabitEthernet", "Gi"),
            ("FastEthernet", "Fa"),
            ("Port-channel", "Po"),
            ("Loopback", "Lo"),
            ("Vlan", "Vl"),
        )
    ),
}


class Snapshot:
    """All variables of a device at one moment, in lexicographic order."""

    def __init__(self, leaves: Sequence[Leaf]) -> None:
        self._leaves = sorted(leaves, key=lambda leaf: leaf.oid)
        self._oids = [leaf.oid for leaf in self._leaves]

    def get(self, oid: Oid) -> Leaf | None:
        at = bisect_right(self._oids, oid) - 1
        return self._leaves[at] if at >= 0 and self._oids[at] == oid else None

    def after(self, oid: Oid) -> Leaf | None:
        """The next variable, or None at the end of the view."""
        at = bisect_right(self._oids, oid)
        return self._leaves[at] if at < len(self._leaves) else None

    def has_object(self, oid: Oid) -> bool:
        """Whether another instance of the same column or scalar exists: noSuchInstance rather than noSuchObject."""
        for length in (len(oid) - 1, len(oid) - 2):
            column = oid[: max(length, 9)]
            found = self.after(column)
            if found is not None and found.oid[: len(column)] == column:
                return True
        return False

    def __len__(self) -> int:
        return len(self._leaves)


def snapshot(device: LabDevice) -> Snapshot:
    dialect = DIALECTS.get(device.platform, Dialect())
    system, interfaces = device.system(), device.interfaces()
    leaves = _system(system) + _interfaces(interfaces, dialect)
    if dialect.mikrotik:
        leaves += _queues(device.queues()) + _mikrotik(device.version, system)
    return Snapshot(leaves)


def _text(value: object) -> object:
    return OctetString(str(value).encode("utf-8"))


def _ticks(seconds: float) -> int:
    return int(seconds * 100) % 2**32


def _counter32(value: object) -> object:
    assert isinstance(value, int)
    return Counter32(value % 2**32)


def _mac(text: object) -> object:
    return OctetString(bytes.fromhex(str(text).replace(":", "").replace(".", "").replace("-", "")))


def _system(system: LabSystem) -> list[Leaf]:
    values: list[tuple[int, Syntax, object]] = [
        (1, _text, system.description),
        (2, ObjectIdentifier, system.object_id),
        (3, TimeTicks, _ticks(system.uptime)),
        (4, _text, system.contact),
        (5, _text, system.name),
        (6, _text, system.location),
        (7, Integer32, 78),
    ]
    leaves = [Leaf((*SYSTEM, column, 0), syntax, value) for column, syntax, value in values]
    return [*leaves, Leaf(HR_SYSTEM_UPTIME, TimeTicks, _ticks(system.uptime))]


def short_name(name: str, dialect: Dialect) -> str:
    for long, short in dialect.short_names:
        if name.startswith(long):
            return short + name.removeprefix(long)
    return name


def _interfaces(interfaces: Sequence[LabInterface], dialect: Dialect) -> list[Leaf]:
    """IF-MIB (RFC 2863): ifTable with 32-bit counters that wrap, ifXTable with the 64-bit ones."""
    leaves = [Leaf((*INTERFACES, 1, 0), Integer32, len(interfaces))]
    table, extended = (*INTERFACES, 2, 1), IF_X_ENTRY
    for port in interfaces:
        speed = port.speed if port.oper_up or not dialect.speed_needs_link else 0
        base: list[tuple[int, Syntax, object]] = [
            (1, Integer32, port.index),
            (2, _text, port.name),
            (3, Integer32, port.kind),
            (4, Integer32, port.mtu),
            (5, Gauge32, min(speed, MAX_GAUGE)),
            (6, _mac, port.mac),
            (7, Integer32, 1 if port.admin_up else 2),
            (8, Integer32, 1 if port.oper_up else 2),
            (9, TimeTicks, 0),
            (10, _counter32, port.in_octets),
            (11, _counter32, port.in_packets),
            (13, Counter32, 0),
            (14, Counter32, 0),
            (16, _counter32, port.out_octets),
            (17, _counter32, port.out_packets),
            (19, Counter32, 0),
            (20, Counter32, 0),
        ]
        more: list[tuple[int, Syntax, object]] = [
            (1, _text, short_name(port.name, dialect)),
            *((column, Counter32, 0) for column in (2, 3, 4, 5)),
            (6, Counter64, port.in_octets),
            (7, Counter64, port.in_packets),
            *((column, Counter64, 0) for column in (8, 9)),
            (10, Counter64, port.out_octets),
            (11, Counter64, port.out_packets),
            *((column, Counter64, 0) for column in (12, 13)),
            (15, Gauge32, speed // 1_000_000),
            (18, _text, port.alias),
            (19, TimeTicks, 0),
        ]
        leaves += [Leaf((*table, column, port.index), syntax, value) for column, syntax, value in base]
        leaves += [Leaf((*extended, column, port.index), syntax, value) for column, syntax, value in more]
    return leaves


def _queues(queues: Sequence[LabQueue]) -> list[Leaf]:
    """Simple queues. In is taken for the upload half, as the console's pairs are ordered; the MIB does not say."""
    leaves = []
    for queue in queues:
        values: list[tuple[int, Syntax, object]] = [
            (2, _text, queue.name),
            (3, IpAddress, queue.source),
            (4, IpAddress, queue.source_mask),
            (5, IpAddress, "0.0.0.0"),
            (6, IpAddress, "0.0.0.0"),
            (7, Integer32, 0),
            (8, Counter64, queue.up_bytes),
            (9, Counter64, queue.down_bytes),
            # Packet counters stay 0 on the real thing (recordings of several boards).
            *((column, Counter32, 0) for column in (10, 11, 12, 13)),
            (14, _counter32, queue.up_dropped),
            (15, _counter32, queue.down_dropped),
        ]
        leaves += [Leaf((*MIKROTIK, 2, 1, 1, column, queue.index), syntax, value) for column, syntax, value in values]
    return leaves


def _mikrotik(version: str, system: LabSystem) -> list[Leaf]:
    """Health, licence and system scalars as a recorded RB750Gr3 shows them: tenths of a volt and of a degree, whole degrees in the table."""
    board = system.description.removeprefix("RouterOS ")

    def scalar(group: int, leaf: int, value: object, syntax: Syntax = Integer32) -> Leaf:
        return Leaf((*MIKROTIK, group, leaf, 0), syntax, value)

    health = [(13, "voltage", 243, 3), (14, "temperature", 38, 1)]
    table = [
        leaf
        for index, name, value, unit in health
        for leaf in (
            Leaf((*MIKROTIK, 3, 100, 1, 2, index), _text, name),
            Leaf((*MIKROTIK, 3, 100, 1, 3, index), Integer32, value),
            Leaf((*MIKROTIK, 3, 100, 1, 4, index), Integer32, unit),
        )
    ]
    return [
        scalar(3, 8, 243),
        scalar(3, 10, 380),
        scalar(3, 14, 880),
        *table,
        scalar(4, 4, version, _text),
        scalar(7, 9, board, _text),
    ]
