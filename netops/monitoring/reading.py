"""Values to a `Sample`, and the talk with a device that leads there; pure, and the same whoever asks."""

from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import datetime
from itertools import repeat
from typing import Any

from netops.core.errors import Misbehaved
from netops.core.measured import InterfaceSample, QueueSample, Sample, SeriesKind
from netops.monitoring import oids
from netops.monitoring.asking import Get, Plain, Rows, Walk, misbehaved
from netops.monitoring.discover import discover, gather, walk
from netops.monitoring.plan import ABSENT, Memory, Plan, text

DISCOVER_SECONDS = 300
"""So often at least a device is discovered again: what came without a sign (a new queue) is seen by then."""

NUMBER, MAYBE = {int}, {int, type(None)}


def talk(
    device: str, memory: Memory, now: Callable[[], float], stamp: Callable[[], datetime]
) -> Generator[Get | Walk, Any, Sample]:
    """One reading of a device: GETs of what it is known to have, else, or when a sign says that rows moved, discovery.

    The signs: an uptime that went back, a name or ifTableLastChange or ifNumber that changed, a value that is missing.
    `memory` is kept up to date. Raises `Misbehaved`.
    """
    plan = memory.plan
    if plan is not None and now() - memory.found < DISCOVER_SECONDS:
        values, uptime = yield from gather(device, plan.gets, memory)
        cells = None if uptime < memory.uptime else _same(plan, values)
        if cells is not None:
            return (yield from _finish(device, plan, cells, uptime, memory, stamp))
    memory.plan = None
    plan, found, uptime = yield from discover(device, memory)
    sample = yield from _finish(device, plan, plan.pick({**found, ABSENT: None}), uptime, memory, stamp)
    memory.plan, memory.found = plan, now()
    return sample


def _same(plan: Plan, values: dict[str, Plain]) -> Sequence[Plain] | None:
    """The cells of an answer, or None where a row is missing or is not the one it was."""
    values[ABSENT] = None
    try:
        cells = plan.pick(values)
    except KeyError:
        return None
    if cells[: len(plan.names)] != plan.names:
        return None
    watched = cells[plan.spans["watched"]] if plan.watched else ()
    return cells if watched == plan.watched else None


def _finish(
    device: str, plan: Plan, cells: Sequence[Plain], uptime: int, memory: Memory, stamp: Callable[[], datetime]
) -> Generator[Get | Walk, Any, Sample]:
    guests = None
    if plan.hotspot:
        guests = memory.guests = yield from _guests(device, memory.guests)
    memory.uptime = uptime
    reader = _Cells(device, plan, cells)
    return Sample(
        device=device,
        at=stamp(),
        uptime=uptime,
        interfaces=reader.interfaces(),
        cpu=reader.cpu(),
        queues=reader.queues(),
        memory=reader.memory(),
        guests=guests,
        health=reader.health(),
    )


def _guests(device: str, before: int) -> Generator[Get | Walk, Any, int]:
    """How many are logged in. Where nobody was, one name is asked first: most routers have no hotspot."""
    if not before:
        answer: Rows = yield Walk(oids.HOTSPOT_SERVER, oids.HOTSPOT_SERVER, single=True)
        if not answer.rows:
            return 0
    return len((yield from walk(device, oids.HOTSPOT_SERVER)))


class _Cells:
    """The cells of one answer by column; refuses values of a type that the column cannot have."""

    def __init__(self, device: str, plan: Plan, cells: Sequence[Plain]) -> None:
        self._device, self._plan, self._cells = device, plan, cells

    def interfaces(self) -> tuple[InterfaceSample, ...]:
        return tuple(
            [
                InterfaceSample(
                    name=row.name,
                    index=row.index,
                    in_octets=inward,
                    out_octets=outward,
                    speed=(speed or 0) * row.unit,
                    up=oper == 1,
                    in_errors=in_errors,
                    out_errors=out_errors,
                    in_discards=in_discards,
                    out_discards=out_discards,
                    alias=alias,
                    admin_up=None if admin is None else admin == 1,
                    bits=row.bits,
                    discontinuity=discontinuity,
                )
                for row, inward, outward, speed, oper, in_errors, out_errors, in_discards, out_discards, alias, admin, discontinuity in zip(
                    self._plan.interfaces,
                    self._numbers("in"),
                    self._numbers("out"),
                    self._maybe("speed"),
                    self._maybe("oper"),
                    self._maybe("in_errors"),
                    self._maybe("out_errors"),
                    self._maybe("in_discards"),
                    self._maybe("out_discards"),
                    self._texts("alias"),
                    self._maybe("admin"),
                    self._maybe("discontinuity"),
                    strict=False,
                )
            ]
        )

    def queues(self) -> tuple[QueueSample, ...]:
        rows = self._plan.queues
        if not rows:
            return ()
        simple = [row for row in rows if row.kind is SeriesKind.QUEUE]
        trees = [row for row in rows if row.kind is SeriesKind.TREE]
        classes = [row for row in rows if row.kind is SeriesKind.CLASS]
        found = [
            QueueSample(
                kind=row.kind, name=row.name, index=row.index, in_octets=inward, out_octets=outward,
                drops=None if dropped_in is None or dropped_out is None else dropped_in + dropped_out,
            )
            for row, inward, outward, dropped_in, dropped_out in zip(
                simple, self._numbers("queue_in"), self._numbers("queue_out"),
                self._maybe("queue_dropped_in"), self._maybe("queue_dropped_out"), strict=False,
            )
        ]  # fmt: skip
        for several, octets, drops in (
            (trees, "tree_bytes", "tree_dropped"),
            (classes, "class_bytes", "class_dropped"),
        ):
            found += [
                QueueSample(
                    kind=row.kind, name=row.name, index=row.index, in_octets=0, out_octets=sent, drops=dropped,
                    bits=row.bits,
                )
                for row, sent, dropped in zip(several, self._numbers(octets), self._maybe(drops), strict=False)
            ]  # fmt: skip
        return tuple(found)

    def cpu(self) -> int | None:
        loads = self._numbers("loads")
        return round(sum(loads) / len(loads)) if loads else None

    def memory(self) -> int | None:
        cells = self._numbers("memory")
        if not cells:
            return None
        used, other = cells
        whole = used + other if self._plan.memory_is_free else other
        return round(100 * used / whole) if whole else None

    def health(self) -> dict[str, int]:
        return dict(zip(self._plan.gauges, self._numbers("gauges"), strict=False))

    def _span(self, name: str) -> Sequence[Any] | None:
        span = self._plan.spans.get(name)
        return None if span is None else self._cells[span]

    def _numbers(self, name: str) -> Sequence[int]:
        """Numbers of 0 and more; () for a column that the agent does not have."""
        column = self._span(name)
        if column is None:
            return ()
        if set(map(type, column)) != NUMBER or min(column) < 0:
            raise self._no_number()
        return column

    def _maybe(self, name: str) -> Iterable[int | None]:
        column = self._span(name)
        if column is None:
            return repeat(None)
        kinds = set(map(type, column))
        if not kinds <= MAYBE or (kinds == NUMBER and min(column) < 0):
            raise self._no_number()
        return column

    def _texts(self, name: str) -> Iterable[str]:
        column = self._span(name)
        if column is None:
            return repeat("")
        return [text(each) if isinstance(each, bytes) else "" for each in column]

    def _no_number(self) -> Misbehaved:
        return misbehaved(self._device, "penghitung bukan bilangan", "a counter is not a number")
