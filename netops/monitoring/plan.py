"""What one device is asked each round: the object identifiers it has, few PDUs that fit, and where each value belongs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Literal

from msgspec import Struct, field

from netops.core.measured import SeriesKind
from netops.monitoring.asking import Get, Plain, Values
from netops.monitoring.oids import SYS_UPTIME, Oid

ROOM = 1300
"""Octets of variables in one answer: with its headers, and v3's around them, it fits into one Ethernet frame."""
LEAST_ROOM = 120
VARIABLE, NUMBER = 4, 8
ABSENT = ""
"""Stands in a plan for what the agent does not have; its value is None."""


class Memory(Struct):
    """What a poller keeps of a device between rounds. `found` is the monotonic time of the last discovery."""

    plan: "Plan | None" = None
    found: float = 0.0
    uptime: int = 0
    guests: int = 0
    room: int = ROOM


class Interface(Struct, frozen=True, kw_only=True):
    """`unit` makes bit/s of its speed."""

    index: int
    name: str
    bits: Literal[32, 64]
    unit: int


class Queue(Struct, frozen=True, kw_only=True):
    kind: SeriesKind
    index: int
    name: str
    bits: Literal[32, 64] = 64


class Plan(Struct, frozen=True, kw_only=True):
    """`pick` takes all values out of an answer at once, in the order of the columns; `spans` says which are whose.

    `names` and `watched` are values that must be what they were: else rows moved, and the device is discovered again.
    """

    gets: tuple[Get, ...]
    pick: Callable[[Values], tuple[Plain, ...]]
    spans: Mapping[str, slice]
    names: tuple[Plain, ...]
    watched: tuple[Plain, ...]
    interfaces: tuple[Interface, ...]
    queues: tuple[Queue, ...]
    gauges: tuple[str, ...]
    hotspot: bool
    memory_is_free: bool


class Layout(Struct):
    """Columns of a plan as they are put together: each a name and one object identifier for each row."""

    columns: dict[str, list[Oid]] = field(default_factory=dict)

    def add(self, name: str, cells: Iterable[Oid], values: Values) -> None:
        """A column whose cells the agent may lack; one that it lacks altogether is left out."""
        known = [cell if cell in values else ABSENT for cell in cells]
        if any(known):
            self.columns[name] = known

    def spans(self) -> dict[str, slice]:
        found, at = {}, 0
        for name, cells in self.columns.items():
            found[name] = slice(at, at + len(cells))
            at += len(cells)
        return found

    def pick(self) -> Callable[[Values], tuple[Plain, ...]]:
        cells = [cell for column in self.columns.values() for cell in column]
        chosen: Callable[[Any], tuple[Plain, ...]] = itemgetter(*cells, SYS_UPTIME, SYS_UPTIME)
        return chosen


def pack(rows: Iterable[Sequence[Oid]], values: Values, room: int) -> tuple[Get, ...]:
    """GETs that hold the rows in order, each with the uptime in front; a row is read in one answer where it fits."""
    gets: list[Get] = []
    now, used = [SYS_UPTIME], 0
    for row in rows:
        cells = [cell for cell in row if cell]
        size = sum(_octets(cell, values.get(cell)) for cell in cells)
        if used and used + size > room:
            gets.append(Get(tuple(now)))
            now, used = [SYS_UPTIME], 0
        for cell in cells:
            each = _octets(cell, values.get(cell))
            if used and used + each > room:
                gets.append(Get(tuple(now)))
                now, used = [SYS_UPTIME], 0
            now.append(cell)
            used += each
    if used:
        gets.append(Get(tuple(now)))
    return tuple(gets)


def halves(get: Get) -> tuple[Get, Get]:
    """The same in two GETs, each with the uptime; for an agent to whom the answer was too big."""
    cells = get.oids[1:]
    middle = len(cells) // 2
    return Get((SYS_UPTIME, *cells[:middle])), Get((SYS_UPTIME, *cells[middle:]))


def _octets(oid: Oid, value: Plain) -> int:
    """What a variable takes in an answer: name, value, and the sequence around them."""
    name = sum(1 if len(part) < 3 else (int(part).bit_length() + 6) // 7 for part in oid.split("."))
    return VARIABLE + name + (len(value) + 3 if isinstance(value, bytes | str) else NUMBER)


def text(value: bytes) -> str:
    """A name for logs and papers: UTF-8, with what could steer a terminal replaced."""
    shown = value.rstrip(b"\0").decode("utf-8", errors="replace")
    if shown.isprintable():
        return shown
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in shown)


def distinct(names: Iterable[str]) -> tuple[str, ...]:
    """Names by which rows can be followed: the second of a name is `<name> #2`, and so on in the order of the index."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name} #{seen[name]}")
    return tuple(found)
