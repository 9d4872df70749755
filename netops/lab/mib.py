"""What an SNMP agent shows of a device at one moment, as sorted object identifiers; it keeps no state and opens nothing."""

from bisect import bisect_right
from collections.abc import Sequence
from enum import Enum, auto

from msgspec import Struct

from netops.lab.view import LabClass, LabDevice, LabGuest, LabInterface, LabQueue, LabSystem, LabTree

Oid = tuple[int, ...]

SYSTEM: Oid = (1, 3, 6, 1, 2, 1, 1)
INTERFACES: Oid = (1, 3, 6, 1, 2, 1, 2)
IF_X_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
HR_PROCESSOR_LOAD: Oid = (1, 3, 6, 1, 2, 1, 25, 3, 3, 1, 2)
HR_STORAGE: Oid = (1, 3, 6, 1, 2, 1, 25, 2, 3, 1)
HR_STORAGE_RAM: Oid = (1, 3, 6, 1, 2, 1, 25, 2, 1, 2)
STORAGE_UNIT = 1024
CPM_CPU_TOTAL: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 109, 1, 1, 1, 1)
CISCO_POOL: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 48, 1, 1, 1)
CLASS_BASED_QOS: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 166, 1)
HR_SYSTEM_UPTIME: Oid = (1, 3, 6, 1, 2, 1, 25, 1, 1, 0)
MIKROTIK: Oid = (1, 3, 6, 1, 4, 1, 14988, 1, 1)
MAX_GAUGE = 2**32 - 1


class Syntax(Enum):
    """SMIv2 types (RFC 2578); a STRING takes bytes, an ADDRESS dotted text, TICKS hundredths of a second."""

    INTEGER = auto()
    STRING = auto()
    OID = auto()
    ADDRESS = auto()
    COUNTER32 = auto()
    GAUGE = auto()
    TICKS = auto()
    COUNTER64 = auto()


Value = int | bytes | str | Oid
Column = tuple[int, Syntax, Value]


class Leaf(Struct, frozen=True):
    """One variable; it becomes an SNMP object only when it is answered."""

    oid: Oid
    syntax: Syntax
    value: Value


class Dialect(Struct, frozen=True, kw_only=True):
    """What vendors do differently in the same tables."""

    short_names: tuple[tuple[str, str], ...] = ()  # ifName shortens these beginnings of ifDescr
    speed_needs_link: bool = False  # ifHighSpeed is 0 while the link is down
    mikrotik: bool = False  # MIKROTIK-MIB queues and health, hrProcessorLoad
    cisco: bool = False  # CISCO-PROCESS-MIB


DIALECTS = {
    # A recording of an RB750Gr3: ifHighSpeed 0 on every port without link; ifName = ifDescr.
    "routeros": Dialect(speed_needs_link=True, mikrotik=True),
    # A recording of a Catalyst 3560: ifDescr GigabitEthernet0/1, ifName Gi0/1, Vlan1 as Vl1.
    "ios": Dialect(
        cisco=True,
        short_names=(
            ("TenGigabitEthernet", "Te"),
            ("GigabitEthernet", "Gi"),
            ("FastEthernet", "Fa"),
            ("Port-channel", "Po"),
            ("Loopback", "Lo"),
            ("Vlan", "Vl"),
        ),
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
        leaves += _queues(device.queues()) + _trees(device.trees()) + _guests(device.guests())
        leaves += _mikrotik(device.version, system) + _storage(system)
        leaves.append(Leaf((*HR_PROCESSOR_LOAD, 1), Syntax.INTEGER, system.cpu))
    if dialect.cisco:
        # cpmCPUTotal5secRev, 1minRev and 5minRev; the switch has one processor.
        leaves += [Leaf((*CPM_CPU_TOTAL, column, 1), Syntax.GAUGE, system.cpu) for column in (6, 7, 8)]
        leaves += _pool(system) + _classes(device.classes())
    return Snapshot(leaves)


def _text(value: str) -> bytes:
    return value.encode("utf-8")


def _ticks(seconds: float) -> int:
    return int(seconds * 100) % 2**32


def _mac(text: str) -> bytes:
    return bytes.fromhex(text.replace(":", "").replace(".", "").replace("-", ""))


def _system(system: LabSystem) -> list[Leaf]:
    values: list[Column] = [
        (1, Syntax.STRING, _text(system.description)),
        (2, Syntax.OID, system.object_id),
        (3, Syntax.TICKS, _ticks(system.uptime)),
        (4, Syntax.STRING, _text(system.contact)),
        (5, Syntax.STRING, _text(system.name)),
        (6, Syntax.STRING, _text(system.location)),
        (7, Syntax.INTEGER, 78),
    ]
    leaves = [Leaf((*SYSTEM, column, 0), syntax, value) for column, syntax, value in values]
    return [*leaves, Leaf(HR_SYSTEM_UPTIME, Syntax.TICKS, _ticks(system.uptime))]


def short_name(name: str, dialect: Dialect) -> str:
    for long, short in dialect.short_names:
        if name.startswith(long):
            return short + name.removeprefix(long)
    return name


def _interfaces(interfaces: Sequence[LabInterface], dialect: Dialect) -> list[Leaf]:
    """IF-MIB (RFC 2863): ifTable with 32-bit counters that wrap, ifXTable with the 64-bit ones."""
    leaves = [Leaf((*INTERFACES, 1, 0), Syntax.INTEGER, len(interfaces))]
    table, extended = (*INTERFACES, 2, 1), IF_X_ENTRY
    for port in interfaces:
        speed = port.speed if port.oper_up or not dialect.speed_needs_link else 0
        base: list[Column] = [
            (1, Syntax.INTEGER, port.index),
            (2, Syntax.STRING, _text(port.name)),
            (3, Syntax.INTEGER, port.kind),
            (4, Syntax.INTEGER, port.mtu),
            (5, Syntax.GAUGE, min(speed, MAX_GAUGE)),
            (6, Syntax.STRING, _mac(port.mac)),
            (7, Syntax.INTEGER, 1 if port.admin_up else 2),
            (8, Syntax.INTEGER, 1 if port.oper_up else 2),
            (9, Syntax.TICKS, 0),
            (10, Syntax.COUNTER32, port.in_octets % 2**32),
            (11, Syntax.COUNTER32, port.in_packets % 2**32),
            (13, Syntax.COUNTER32, 0),
            (14, Syntax.COUNTER32, port.in_errors % 2**32),
            (16, Syntax.COUNTER32, port.out_octets % 2**32),
            (17, Syntax.COUNTER32, port.out_packets % 2**32),
            (19, Syntax.COUNTER32, 0),
            (20, Syntax.COUNTER32, port.out_errors % 2**32),
        ]
        more: list[Column] = [
            (1, Syntax.STRING, _text(short_name(port.name, dialect))),
            *((column, Syntax.COUNTER32, 0) for column in (2, 3, 4, 5)),
            (6, Syntax.COUNTER64, port.in_octets),
            (7, Syntax.COUNTER64, port.in_packets),
            *((column, Syntax.COUNTER64, 0) for column in (8, 9)),
            (10, Syntax.COUNTER64, port.out_octets),
            (11, Syntax.COUNTER64, port.out_packets),
            *((column, Syntax.COUNTER64, 0) for column in (12, 13)),
            (15, Syntax.GAUGE, speed // 1_000_000),
            (18, Syntax.STRING, _text(port.alias)),
            (19, Syntax.TICKS, 0),
        ]
        leaves += [Leaf((*table, column, port.index), syntax, value) for column, syntax, value in base]
        leaves += [Leaf((*extended, column, port.index), syntax, value) for column, syntax, value in more]
    return leaves


def _queues(queues: Sequence[LabQueue]) -> list[Leaf]:
    """Simple queues. In is taken for the upload half, as the console's pairs are ordered; the MIB does not say."""
    leaves = []
    for queue in queues:
        values: list[Column] = [
            (2, Syntax.STRING, _text(queue.name)),
            (3, Syntax.ADDRESS, queue.source),
            (4, Syntax.ADDRESS, queue.source_mask),
            (5, Syntax.ADDRESS, "0.0.0.0"),
            (6, Syntax.ADDRESS, "0.0.0.0"),
            (7, Syntax.INTEGER, 0),
            (8, Syntax.COUNTER64, queue.up_bytes),
            (9, Syntax.COUNTER64, queue.down_bytes),
            # Packet counters stay 0 on the real thing (recordings of several boards).
            *((column, Syntax.COUNTER32, 0) for column in (10, 11, 12, 13)),
            (14, Syntax.COUNTER32, queue.up_dropped % 2**32),
            (15, Syntax.COUNTER32, queue.down_dropped % 2**32),
        ]
        leaves += [Leaf((*MIKROTIK, 2, 1, 1, column, queue.index), syntax, value) for column, syntax, value in values]
    return leaves


def _trees(trees: Sequence[LabTree]) -> list[Leaf]:
    """Queue tree rows, columns as a recorded RB2011iL shows them (no 32-bit octets, packets 0)."""
    leaves = []
    for tree in trees:
        values: list[Column] = [
            (2, Syntax.STRING, _text(tree.name)),
            (3, Syntax.STRING, _text(tree.mark)),
            (4, Syntax.INTEGER, tree.parent),
            (7, Syntax.COUNTER64, tree.bytes),
            (9, Syntax.COUNTER32, tree.dropped % 2**32),
        ]
        leaves += [Leaf((*MIKROTIK, 2, 2, 1, column, tree.index), syntax, value) for column, syntax, value in values]
    return leaves


def _guests(guests: Sequence[LabGuest]) -> list[Leaf]:
    """mtxrHotspotActiveUsersTable of the MIKROTIK-MIB; its index is not accessible."""
    leaves = []
    for guest in guests:
        values: list[Column] = [
            (2, Syntax.INTEGER, guest.server),
            (3, Syntax.STRING, _text(guest.name)),
            (5, Syntax.ADDRESS, guest.address),
            (6, Syntax.STRING, _mac(guest.mac)),
            (12, Syntax.COUNTER64, guest.in_octets),
            (13, Syntax.COUNTER64, guest.out_octets),
        ]
        leaves += [Leaf((*MIKROTIK, 5, 1, 1, column, guest.index), syntax, value) for column, syntax, value in values]
    return leaves


def _storage(system: LabSystem) -> list[Leaf]:
    """hrStorageTable: the memory alone, under the index and words of a recorded RB750Gr3."""
    used, free = (octets // STORAGE_UNIT for octets in system.memory)
    values: list[Column] = [
        (1, Syntax.INTEGER, 65536),
        (2, Syntax.OID, HR_STORAGE_RAM),
        (3, Syntax.STRING, b"main memory"),
        (4, Syntax.INTEGER, STORAGE_UNIT),
        (5, Syntax.INTEGER, used + free),
        (6, Syntax.INTEGER, used),
        (7, Syntax.COUNTER32, 0),
    ]
    return [Leaf((*HR_STORAGE, column, 65536), syntax, value) for column, syntax, value in values]


def _pool(system: LabSystem) -> list[Leaf]:
    """CISCO-MEMORY-POOL-MIB: the processor's pool, columns as a recorded Catalyst 3560 shows them."""
    used, free = system.memory
    values: list[Column] = [
        (2, Syntax.STRING, b"Processor"),
        (3, Syntax.INTEGER, 0),
        (4, Syntax.INTEGER, 1),
        (5, Syntax.GAUGE, used),
        (6, Syntax.GAUGE, free),
        (7, Syntax.GAUGE, free // 4),
    ]
    return [Leaf((*CISCO_POOL, column, 1), syntax, value) for column, syntax, value in values]


def _classes(classes: Sequence[LabClass]) -> list[Leaf]:
    """CISCO-CLASS-BASED-QOS-MIB: service-policies, the objects at work in each, what they are called, and what they counted.

    An object is a policy-map (1), a class (2), a shaper (6) or a policer (7); its numbers here are made of its policy's.
    """
    leaves: list[Leaf] = []
    configs: dict[tuple[str, str], int] = {}
    policies: dict[tuple[int, str], int] = {}

    def put(group: int, column: int, index: Oid, syntax: Syntax, value: Value) -> None:
        leaves.append(Leaf((*CLASS_BASED_QOS, group, 1, 1, column, *index), syntax, value))

    def config(kind: str, name: str) -> int:
        return configs.setdefault((kind, name), 1000 + len(configs))

    def thing(policy: int, number: int, kind: int, what: int, parent: int) -> None:
        put(5, 2, (policy, number), Syntax.GAUGE, what)
        put(5, 3, (policy, number), Syntax.INTEGER, kind)
        put(5, 4, (policy, number), Syntax.GAUGE, parent)

    for each in classes:
        place = (each.port, each.way)
        if place not in policies:
            policy = policies[place] = 16 * (len(policies) + 1) + 2
            put(1, 2, (policy,), Syntax.INTEGER, 1)
            put(1, 3, (policy,), Syntax.INTEGER, 1 if each.way == "in" else 2)
            put(1, 4, (policy,), Syntax.INTEGER, each.port)
            thing(policy, policy * 100, 1, config("map", each.policy), 0)
        policy = policies[place]
        number = policy * 100 + 2 * each.index
        thing(policy, number, 2, config("class", each.name), policy * 100)
        thing(policy, number + 1, 7 if each.police else 6, config("limit", f"{each.policy} {each.name}"), number)
        put(15, 6, (policy, number), Syntax.COUNTER64, each.offered)
        put(15, 9, (policy, number), Syntax.COUNTER32, each.passed % 2**32)
        put(15, 10, (policy, number), Syntax.COUNTER64, each.passed)
        put(15, 13, (policy, number), Syntax.COUNTER32, each.dropped % 2**32)
        put(15, 14, (policy, number), Syntax.COUNTER64, each.dropped)
    for (kind, name), what in configs.items():
        if kind != "limit":
            put(6 if kind == "map" else 7, 1, (what,), Syntax.STRING, _text(name))
    return leaves


def _mikrotik(version: str, system: LabSystem) -> list[Leaf]:
    """Health, licence and board as a recorded RB750Gr3 shows them; scalars in 0.1 V and 0.1 °C, the table in whole °C."""
    board = system.description.removeprefix("RouterOS ")

    def scalar(group: int, leaf: int, value: Value, syntax: Syntax = Syntax.INTEGER) -> Leaf:
        return Leaf((*MIKROTIK, group, leaf, 0), syntax, value)

    health = [(13, "voltage", 243, 3), (14, "temperature", 38, 1)]
    table = [
        leaf
        for index, name, value, unit in health
        for leaf in (
            Leaf((*MIKROTIK, 3, 100, 1, 2, index), Syntax.STRING, _text(name)),
            Leaf((*MIKROTIK, 3, 100, 1, 3, index), Syntax.INTEGER, value),
            Leaf((*MIKROTIK, 3, 100, 1, 4, index), Syntax.INTEGER, unit),
        )
    ]
    return [
        scalar(3, 8, 243),
        scalar(3, 10, 380),
        scalar(3, 14, 880),
        *table,
        scalar(4, 4, _text(version), Syntax.STRING),
        scalar(7, 9, _text(board), Syntax.STRING),
    ]
