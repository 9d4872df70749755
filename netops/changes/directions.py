"""Which of a router's two queue counters over SNMP is upload: decided from readings side by side, and folded from the log; pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from netops.core.measured import QueueSample, SeriesKind
from netops.core.model import Recorded

CALIBRATED = "queue.calibrated"
Up = Literal["in", "out"]
CLEAR_OCTETS = 100_000
CLEAR_TIMES = 10
"""A queue speaks when one reading of its counters is ten times nearer than the other, which is off by so many octets."""


class Pair(Struct, frozen=True, kw_only=True):
    """What the API says of a queue: octets of its target, upload before download (manual, Queues: `bytes`)."""

    name: str
    up: int
    down: int


class Verdict(Struct, frozen=True, kw_only=True):
    """`up` None: nothing that decides, or queues that contradict each other. Names of the queues that spoke for each."""

    up: Up | None
    for_in: tuple[str, ...]
    for_out: tuple[str, ...]


def decide(before: Sequence[Pair], seen: Iterable[QueueSample], after: Sequence[Pair]) -> Verdict:
    """Which SNMP counter is upload, from the API's pairs read before and after the SNMP reading."""
    first, last = ({pair.name: pair for pair in pairs} for pairs in (before, after))
    spoke: dict[Up, list[str]] = {"in": [], "out": []}
    for queue in seen:
        if queue.kind is not SeriesKind.QUEUE or queue.name not in first or queue.name not in last:
            continue
        one, two = first[queue.name], last[queue.name]
        straight = _off(queue.in_octets, one.up, two.up) + _off(queue.out_octets, one.down, two.down)
        crossed = _off(queue.in_octets, one.down, two.down) + _off(queue.out_octets, one.up, two.up)
        if crossed >= CLEAR_OCTETS and crossed >= CLEAR_TIMES * straight:
            spoke["in"].append(queue.name)
        elif straight >= CLEAR_OCTETS and straight >= CLEAR_TIMES * crossed:
            spoke["out"].append(queue.name)
    up: Up | None = None
    if bool(spoke["in"]) != bool(spoke["out"]):
        up = "in" if spoke["in"] else "out"
    return Verdict(up=up, for_in=tuple(spoke["in"]), for_out=tuple(spoke["out"]))


def directions(events: Iterable[Recorded]) -> Mapping[str, Up]:
    """By device, as it was calibrated last."""
    return {
        each.event.device: "out" if each.event.data["up"] == "out" else "in"
        for each in events
        if each.event.kind == CALIBRATED
    }


def _off(value: int, low: int, high: int) -> int:
    """How far a value lies outside of what was read around it."""
    return max(low - value, value - high, 0)
