"""Finds out what a device has to be asked, by walks over names and one GET of everything; asks no more than that."""

from collections.abc import Generator, Iterable, Sequence
from typing import Any

from msgspec import Struct, field

from netops.core.measured import SeriesKind
from netops.monitoring import oids
from netops.monitoring.asking import Get, Plain, Rows, Values, Walk, misbehaved
from netops.monitoring.oids import Oid
from netops.monitoring.plan import LEAST_ROOM, Interface, Layout, Memory, Plan, Queue, distinct, halves, pack, text

MAX_ROWS = 20_000
SESSION = b"<"
"""How RouterOS begins the name of a queue that it made for one login (`<hotspot-…>`, `<pppoe-…>`): the name is a person's, or a
voucher's code, and comes into no record; hotspot logins are counted."""
Index = tuple[int, ...]
Cells = dict[Index, Plain]

OPTIONAL = {
    "oper": oids.IF_OPER_STATUS,
    "admin": oids.IF_ADMIN_STATUS,
    "in_discards": oids.IF_IN_DISCARDS,
    "in_errors": oids.IF_IN_ERRORS,
    "out_discards": oids.IF_OUT_DISCARDS,
    "out_errors": oids.IF_OUT_ERRORS,
    "alias": oids.IF_ALIAS,
    "discontinuity": oids.IF_DISCONTINUITY,
}
WATCHED = (oids.IF_NUMBER, oids.IF_TABLE_LAST_CHANGE)


class Class(Struct, frozen=True, kw_only=True):
    """A class of a policy-map at work on an interface."""

    policy: int
    index: int
    name: str


class Found(Struct):
    """Rows of a device by their indexes, before it is known which columns they have."""

    interfaces: dict[int, bytes] = field(default_factory=dict)
    queues: dict[int, bytes] = field(default_factory=dict)
    trees: dict[int, bytes] = field(default_factory=dict)
    classes: tuple[Class, ...] = ()
    loads: tuple[Oid, ...] = ()
    memory: tuple[Oid, Oid] | None = None
    memory_is_free: bool = False
    gauges: dict[int, bytes] = field(default_factory=dict)
    hotspot: bool = False


def discover(device: str, memory: Memory) -> Generator[Get | Walk, Any, tuple[Plan, Values, int]]:
    """The plan, with the values of its first reading and their uptime. Raises `Misbehaved`."""
    start, began = yield from gather(device, [Get((oids.SYS_UPTIME, oids.SYS_OBJECT_ID, *WATCHED))], memory)
    vendor = str(start.get(oids.SYS_OBJECT_ID, ""))
    found = Found(interfaces=_texts(device, (yield from walk(device, oids.IF_DESCR))))
    yield from _processors(device, vendor, found)
    yield from _memory(device, vendor, found)
    if _is(vendor, oids.MIKROTIK):
        found.hotspot = True
        queues = _texts(device, (yield from walk(device, oids.QUEUE_NAME)))
        found.queues = {index: name for index, name in queues.items() if not name.startswith(SESSION)}
        found.trees = _texts(device, (yield from walk(device, oids.TREE_NAME)))
        found.gauges = _texts(device, (yield from walk(device, oids.GAUGE_NAME)))
    if _is(vendor, oids.CISCO):
        found.classes = yield from _classes(device, found.interfaces)
    values, uptime = yield from gather(device, pack(_candidates(found), {}, memory.room), memory, began)
    narrow = pack(_narrow(found, values), {}, memory.room)
    if narrow:
        more, _ = yield from gather(device, narrow, memory, uptime)
        values = {**values, **more}
    return _plan(device, found, {**start, **values}, memory.room), {**start, **values}, uptime


def gather(
    device: str, gets: Sequence[Get], memory: Memory, since: int = 0
) -> Generator[Get | Walk, Any, tuple[dict[Oid, Plain], int]]:
    """All values of some GETs and the uptime of the first; the uptime in each tells whether they belong together.

    `since` is an uptime that was read before. Raises `Misbehaved` when the agent restarted after it.
    """
    found: dict[Oid, Plain] = {}
    first, last = -1, since
    waiting = list(reversed(gets))
    while waiting:
        get = waiting.pop()
        values: Values = yield get
        uptime = values.get(oids.SYS_UPTIME)
        if not values and len(get.oids) > 1:
            memory.room = max(memory.room // 2, LEAST_ROOM)
            waiting += reversed(halves(get) if len(get.oids) > 2 else ())
            continue
        if not isinstance(uptime, int):
            raise misbehaved(device, "tanpa sysUpTime", "no sysUpTime")
        if uptime < last:
            raise restarted(device)
        first, last = uptime if first < 0 else first, uptime
        found.update(values)
    if first < 0:
        raise misbehaved(device, "tanpa sysUpTime", "no sysUpTime")
    return found, first


def walk(device: str, column: Oid) -> Generator[Get | Walk, Any, Cells]:
    """The cells of a column by index. Raises `Misbehaved` where names do not increase or a table has no end.

    An answer without rows ends a column only when a single name was asked for: a GETBULK may have been too big.
    """
    cells: Cells = {}
    last: Index = (-1,)
    after, single = column, False
    start = len(column) + 1
    while True:
        answer: Rows = yield Walk(column, after, single)
        for name, value in answer.rows:
            if not name.startswith(f"{column}."):
                return cells
            index = tuple(map(int, name[start:].split(".")))
            if index <= last:
                raise misbehaved(device, "urutan OID tidak naik", "the OIDs do not increase")
            cells[index], last, after = value, index, name
            if len(cells) > MAX_ROWS:
                raise misbehaved(device, f"lebih dari {MAX_ROWS} baris", f"more than {MAX_ROWS} rows")
        if answer.ended or (single and not answer.rows):
            return cells
        single = single or not answer.rows


def restarted(device: str) -> Exception:
    return misbehaved(device, "agen dimulai ulang saat dibaca", "the agent restarted meanwhile")


def _is(vendor: str, enterprise: str) -> bool:
    """Whether a sysObjectID is below an enterprise's number; an agent that tells none may be anybody's."""
    return not vendor or vendor == enterprise or vendor.startswith(f"{enterprise}.")


def _texts(device: str, cells: Cells) -> dict[int, bytes]:
    found = {}
    for index, value in cells.items():
        if len(index) != 1:
            raise misbehaved(device, "indeks tidak wajar", "an odd index")
        if not isinstance(value, bytes):
            raise misbehaved(device, "nama bukan teks", "a name is not text")
        found[index[0]] = value
    return found


def _processors(device: str, vendor: str, found: Found) -> Generator[Get | Walk, Any, None]:
    columns = [oids.HR_PROCESSOR_LOAD, oids.CPM_CPU_TOTAL_1MIN] if _is(vendor, oids.CISCO) else [oids.HR_PROCESSOR_LOAD]
    for column in columns:
        cells = yield from walk(device, column)
        if cells:
            found.loads = tuple(_at(column, index) for index in cells)
            return


def _memory(device: str, vendor: str, found: Found) -> Generator[Get | Walk, Any, None]:
    types = yield from walk(device, oids.HR_STORAGE_TYPE)
    for index, kind in types.items():
        if kind == oids.HR_STORAGE_RAM:
            found.memory = _at(oids.HR_STORAGE_USED, index), _at(oids.HR_STORAGE_SIZE, index)
            return
    if _is(vendor, oids.CISCO):
        found.memory, found.memory_is_free = (oids.CISCO_POOL_USED, oids.CISCO_POOL_FREE), True


def _classes(device: str, interfaces: dict[int, bytes]) -> Generator[Get | Walk, Any, tuple[Class, ...]]:
    """Every class at work, named `<interface> <in|out> <policy-map> <class>`; nested maps name the innermost."""
    ports = yield from walk(device, oids.QOS_IF_INDEX)
    if not ports:
        return ()
    columns: list[Cells] = []
    for column in (oids.QOS_DIRECTION, oids.QOS_TYPE, oids.QOS_CONFIG, oids.QOS_PARENT):
        columns.append((yield from walk(device, column)))
    direction, kinds, configs, parents = columns
    maps = yield from walk(device, oids.QOS_POLICY_NAME)
    classes = yield from walk(device, oids.QOS_CLASS_NAME)

    def named(names: Cells, policy: int, thing: Plain) -> str:
        config = configs.get((policy, thing)) if isinstance(thing, int) else None
        found = names.get((config,)) if isinstance(config, int) else None
        return text(found) if isinstance(found, bytes) else "?"

    found = []
    for index, kind in kinds.items():
        port = ports.get(index[:1])
        if kind != oids.QOS_CLASS_MAP or len(index) != 2 or not isinstance(port, int) or port not in interfaces:
            continue
        policy, thing = index
        way = "in" if direction.get((policy,)) == oids.QOS_INPUT else "out"
        words = (named(maps, policy, parents.get(index)), named(classes, policy, thing))
        found.append(Class(policy=policy, index=thing, name=" ".join((text(interfaces[port]), way, *words))))
    return tuple(found)


def _at(column: Oid, index: Index) -> Oid:
    return ".".join((column, *map(str, index)))


def _candidates(found: Found) -> Iterable[list[Oid]]:
    """Everything that the rows may have, a row after the other; 32-bit octets only when there are none of 64."""
    wide = (oids.IF_DESCR, oids.IF_HC_IN_OCTETS, oids.IF_HC_OUT_OCTETS, oids.IF_HIGH_SPEED, *OPTIONAL.values())
    for index in found.interfaces:
        yield [f"{column}.{index}" for column in wide]
    for index in found.queues:
        yield [f"{column}.{index}" for column in QUEUE_COLUMNS.values()]
    for index in found.trees:
        yield [f"{column}.{index}" for column in (oids.TREE_NAME, oids.TREE_HC_BYTES, oids.TREE_DROPPED)]
    for each in found.classes:
        yield [f"{column}.{each.policy}.{each.index}" for column in (oids.QOS_HC_BYTES, oids.QOS_HC_DROPPED)]
    yield [*found.loads, *(found.memory or ()), *(f"{oids.GAUGE_VALUE}.{index}" for index in found.gauges)]


def _narrow(found: Found, values: Values) -> Iterable[list[Oid]]:
    for index in found.interfaces:
        if f"{oids.IF_HC_IN_OCTETS}.{index}" not in values:
            yield [f"{column}.{index}" for column in (oids.IF_IN_OCTETS, oids.IF_OUT_OCTETS)]
        if f"{oids.IF_HIGH_SPEED}.{index}" not in values:
            yield [f"{oids.IF_SPEED}.{index}"]
    for index in found.trees:
        if f"{oids.TREE_HC_BYTES}.{index}" not in values:
            yield [f"{oids.TREE_BYTES}.{index}"]
    for each in found.classes:
        if f"{oids.QOS_HC_BYTES}.{each.policy}.{each.index}" not in values:
            yield [f"{column}.{each.policy}.{each.index}" for column in (oids.QOS_BYTES, oids.QOS_DROPPED)]


QUEUE_COLUMNS = {
    "queue_names": oids.QUEUE_NAME,
    "queue_in": oids.QUEUE_BYTES_IN,
    "queue_out": oids.QUEUE_BYTES_OUT,
    "queue_dropped_in": oids.QUEUE_DROPPED_IN,
    "queue_dropped_out": oids.QUEUE_DROPPED_OUT,
}


def _plan(device: str, found: Found, values: Values, room: int) -> Plan:
    """Rows without the counters that make them a series are left out."""
    ports = _Wide(found.interfaces, values)
    queues = [i for i in found.queues if _all(values, i, *QUEUE_COLUMNS.values(), but=2)]
    tree_bytes = {i: _one_of(values, i, oids.TREE_HC_BYTES, oids.TREE_BYTES) for i in found.trees}
    trees = [index for index, cell in tree_bytes.items() if cell]
    class_cells = {
        each: (
            _one_of(values, f"{each.policy}.{each.index}", oids.QOS_HC_BYTES, oids.QOS_BYTES),
            _one_of(values, f"{each.policy}.{each.index}", oids.QOS_HC_DROPPED, oids.QOS_DROPPED),
        )
        for each in found.classes
    }
    classes = [each for each, cells in class_cells.items() if cells[0]]
    gauges = [index for index in found.gauges if f"{oids.GAUGE_VALUE}.{index}" in values]
    layout = Layout()

    def add(name: str, column: Oid, rows: Iterable[int]) -> None:
        layout.add(name, [f"{column}.{index}" for index in rows], values)

    add("names", oids.IF_DESCR, ports.rows)
    add("queue_names", oids.QUEUE_NAME, queues)
    add("tree_names", oids.TREE_NAME, trees)
    layout.add("watched", WATCHED, values)
    layout.add("in", [ports.octets[index][0] for index in ports.rows], values)
    layout.add("out", [ports.octets[index][1] for index in ports.rows], values)
    layout.add("speed", [ports.speed[index] for index in ports.rows], values)
    for name, column in OPTIONAL.items():
        add(name, column, ports.rows)
    for name, column in list(QUEUE_COLUMNS.items())[1:]:
        add(name, column, queues)
    layout.add("tree_bytes", [tree_bytes[index] for index in trees], values)
    add("tree_dropped", oids.TREE_DROPPED, trees)
    layout.add("class_bytes", [class_cells[each][0] for each in classes], values)
    layout.add("class_dropped", [class_cells[each][1] for each in classes], values)
    layout.add("loads", found.loads, values)
    if found.memory and all(cell in values for cell in found.memory):
        layout.add("memory", found.memory, values)
    add("gauges", oids.GAUGE_VALUE, gauges)
    spans, pick = layout.spans(), layout.pick()
    read = pick({**values, "": None})
    named = sum(
        spans[name].stop - spans[name].start for name in ("names", "queue_names", "tree_names") if name in spans
    )
    return Plan(
        gets=pack(_by_row(layout), values, room) or (Get((oids.SYS_UPTIME,)),),
        pick=pick,
        spans=spans,
        names=read[:named],
        watched=read[spans["watched"]] if "watched" in spans else (),
        interfaces=ports.described(found.interfaces),
        queues=_queues(found, queues, trees, classes, tree_bytes, class_cells),
        gauges=distinct(text(found.gauges[index]) for index in gauges),
        hotspot=found.hotspot,
        memory_is_free=found.memory_is_free,
    )


class _Wide:
    """Which counters each interface is read by: of 64 bits, else of 32; without either it is no series."""

    def __init__(self, interfaces: dict[int, bytes], values: Values) -> None:
        pairs = ((oids.IF_HC_IN_OCTETS, oids.IF_HC_OUT_OCTETS), (oids.IF_IN_OCTETS, oids.IF_OUT_OCTETS))
        self.octets: dict[int, tuple[Oid, Oid]] = {}
        for index in interfaces:
            for inward, outward in pairs:
                if _all(values, index, inward, outward):
                    self.octets[index] = f"{inward}.{index}", f"{outward}.{index}"
                    break
        self.rows = list(self.octets)
        self.speed = {index: _one_of(values, index, oids.IF_HIGH_SPEED, oids.IF_SPEED) for index in self.rows}

    def described(self, interfaces: dict[int, bytes]) -> tuple[Interface, ...]:
        names = distinct(text(interfaces[index]) for index in self.rows)
        return tuple(
            Interface(
                index=index,
                name=name,
                bits=64 if self.octets[index][0].startswith(oids.IF_HC_IN_OCTETS) else 32,
                unit=oids.HIGH_SPEED_UNIT if self.speed[index].startswith(oids.IF_HIGH_SPEED) else 1,
            )
            for index, name in zip(self.rows, names, strict=True)
        )


def _queues(
    found: Found,
    queues: Sequence[int],
    trees: Sequence[int],
    classes: Sequence[Class],
    tree_bytes: dict[int, Oid],
    class_cells: dict[Class, tuple[Oid, Oid]],
) -> tuple[Queue, ...]:
    simple = distinct(text(found.queues[index]) for index in queues)
    named = distinct(text(found.trees[index]) for index in trees)
    worked = distinct(each.name for each in classes)
    return (
        *(Queue(kind=SeriesKind.QUEUE, index=index, name=name) for index, name in zip(queues, simple, strict=True)),
        *(
            Queue(
                kind=SeriesKind.TREE,
                index=index,
                name=name,
                bits=64 if tree_bytes[index].startswith(f"{oids.TREE_HC_BYTES}.") else 32,
            )
            for index, name in zip(trees, named, strict=True)
        ),
        *(
            Queue(
                kind=SeriesKind.CLASS,
                index=each.index,
                name=name,
                bits=64 if class_cells[each][0].startswith(f"{oids.QOS_HC_BYTES}.") else 32,
            )
            for each, name in zip(classes, worked, strict=True)
        ),
    )


def _all(values: Values, index: int, *columns: Oid, but: int = 0) -> bool:
    """Whether the agent has the row in all columns but the last so many."""
    return all(f"{column}.{index}" in values for column in columns[: len(columns) - but])


def _one_of(values: Values, index: int | str, *columns: Oid) -> Oid:
    return next((f"{column}.{index}" for column in columns if f"{column}.{index}" in values), "")


def _by_row(layout: Layout) -> list[list[Oid]]:
    """The cells of columns of one length side by side: what belongs to a row is read in one answer."""
    columns = layout.columns
    groups = [["watched"], ["names", "in", "out", "speed", *OPTIONAL], list(QUEUE_COLUMNS),
              ["tree_names", "tree_bytes", "tree_dropped"], ["class_bytes", "class_dropped"],
              ["loads"], ["memory"], ["gauges"]]  # fmt: skip
    rows: list[list[Oid]] = []
    for group in groups:
        present = [columns[name] for name in group if name in columns]
        rows += [list(row) for row in zip(*present, strict=True)]
    return rows
