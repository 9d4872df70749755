"""Figures from the readings of one series: what each interval is worth, five-minute averages, totals. Fills nothing in.

The method is written down for auditors in docs/monitoring-method.md. Everything is whole numbers, so that anybody who
follows it gets the same digits: moments and sysUpTime in hundredths of a second (ticks), octets, bit/s rounded down.
An interval between two readings in a row is judged by these two alone. sysUpTime is a 32-bit counter of ticks (RFC 3418)
and goes round after 497 days: it is compared with our clock before anything is called a restart.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct

from netops.core.errors import Failed
from netops.core.measured import Asked, Evidence, Figures, Flaw, Flow, Limit, Lost, Point, SeriesKind, Slot
from netops.core.text import Text

try:
    import numpy as np
    from numpy.typing import NDArray
except ImportError as error:
    raise Failed(
        Text("NumPy tidak terpasang", "NumPy is not installed"),
        Text("Pasang: pip install 'netops[monitoring]'", "Install it: pip install 'netops[monitoring]'"),
    ) from error

Ints = NDArray[np.int64]
Span = tuple[datetime, datetime]

TICK = 100
"""Ticks in a second."""
SLOT = 300 * TICK
AROUND = 1 << 32
"""Where 32-bit counters and sysUpTime go round."""
CEILING = 400_000_000_000
"""bit/s that nothing we measure carries: what is impossible where an agent tells no speed, or too much of it."""
ORDER = (Flaw.DOUBLED, Flaw.REBOOT, Flaw.LATE, Flaw.GAP, Flaw.CLOCK, Flaw.RESET, Flaw.WRAP, Flaw.IMPOSSIBLE)
"""An interval has the first flaw of these that holds."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Rules(Struct, frozen=True, kw_only=True):
    """`gap`: seconds that may lie between two readings (at most 900: beyond, five-minute averages say nothing).

    The two clocks may differ by `drift` per cent of the interval and `slack` seconds, and that much longer may a port have
    sent at full speed: agents answer from counters that they read a moment before. A five-minute average stands on at least
    `standing` measured seconds.
    """

    gap: int = 450
    drift: int = 5
    slack: int = 2
    standing: int = 150

    def __post_init__(self) -> None:
        if not (0 < self.gap <= 900 and 0 <= self.drift <= 10 and 0 <= self.slack <= 60 and 0 < self.standing <= 300):
            raise ValueError(f"rules out of bounds: {self}")


class Readings(Struct, frozen=True, kw_only=True):
    """One series as columns of equal length. `speed` 0 and `discontinuity` -1 where the agent does not tell."""

    at: Ints
    uptime: Ints
    in_octets: NDArray[np.uint64]
    out_octets: NDArray[np.uint64]
    bits: NDArray[np.uint8]
    speed: Ints
    up: NDArray[np.bool_]
    discontinuity: Ints

    def in_order(self) -> "Readings":
        """By moment; readings of the same moment by uptime and counters, so that files' order does not matter."""
        if len(self.at) < 2 or bool(np.all(self.at[1:] > self.at[:-1])):
            return self
        order = np.lexsort((self.out_octets, self.in_octets, self.uptime, self.at))
        return self.take(order)

    def take(self, which: "Ints | slice") -> "Readings":
        return Readings(**{name: getattr(self, name)[which] for name in self.__struct_fields__})


class Intervals(Struct, frozen=True, kw_only=True):
    """Between readings in a row: [start, end) on our clock, `ticks` on the device's, octets; `flaw` -1 or its place in ORDER."""

    start: Ints
    end: Ints
    ticks: Ints
    in_octets: Ints
    out_octets: Ints
    flaw: NDArray[np.int8]


class Period:
    """[since, until) with its five-minute grid, office stretches and the cuts of both, prepared once for many series."""

    def __init__(self, since: datetime, until: datetime, office: Iterable[Span] | None = None) -> None:
        if since.tzinfo is None or until.tzinfo is None:
            raise ValueError("a period needs aware instants")
        if since >= until:
            raise ValueError("a period ends after it begins")
        self.since, self.until = since, until
        self.first, self.last = ticks_of(since), ticks_of(until)
        grid = np.arange(self.first // SLOT * SLOT + SLOT, self.last, SLOT, dtype=np.int64)
        self.grid: Ints = np.concatenate(([self.first], grid, [self.last])).astype(np.int64)
        self.minutes = -(-(self.last - self.first) // (60 * TICK))
        self.office = None if office is None else _edges(office, self.first, self.last)
        self.cuts = self.grid if self.office is None else _merged(self.grid, self.office)


class _Cells(Struct, frozen=True, kw_only=True):
    """The period cut at the grid, at office hours and where limits change: what lies between two cuts is uniform."""

    cuts: Ints
    first_of_slot: Ints  # index of each slot's first cell
    office: NDArray[np.bool_] | None
    limit: Ints  # index of the limit in force, -1 for none


class _Amounts(Struct, frozen=True, kw_only=True):
    """For each cell: octets each way, ticks of the device's clock, and how long was measured on ours."""

    up: Ints
    down: Ints
    ticks: Ints
    wall: Ints


def ticks_of(moment: datetime) -> int:
    """Hundredths of a second since 1970, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=10)


def moment_of(ticks: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=10 * int(ticks))


# ── what an interval is worth ────────────────────────────────────────────────────────────────────────────────────


def judge(readings: Readings, rules: Rules) -> Intervals:
    """Each interval with its flaw. Readings are in order."""
    start, end = readings.at[:-1], readings.at[1:]
    wall = end - start
    before, after = readings.uptime[:-1], readings.uptime[1:]
    ticks = (after - before) & (AROUND - 1)
    allowed = wall * rules.drift // 100 + rules.slack * TICK
    disagree = np.abs(ticks - wall) > allowed
    back = disagree & (after < before)
    restarted = back & (after <= wall + allowed)
    gap = rules.gap * TICK
    known = (readings.discontinuity[:-1] >= 0) & (readings.discontinuity[1:] >= 0)
    reset = (known & (readings.discontinuity[:-1] != readings.discontinuity[1:])) | (
        readings.bits[:-1] != readings.bits[1:]
    )
    wrap = np.zeros(len(wall), dtype=np.bool_)
    beyond = np.zeros(len(wall), dtype=np.bool_)
    speed = np.maximum(readings.speed[:-1], readings.speed[1:])
    carried = np.minimum(np.where(speed > 0, speed, CEILING), CEILING)
    most = carried * (np.minimum(ticks, gap) + allowed) // (8 * TICK)
    narrow = readings.bits[1:] == 32
    octets: list[Ints] = []
    for counter in (readings.in_octets, readings.out_octets):
        went_back = counter[1:] < counter[:-1]
        raw = counter[1:] - counter[:-1]  # modulo 2^64
        raw = np.where(narrow, raw & np.uint64(AROUND - 1), raw)
        delta = np.minimum(raw, np.uint64(1 << 62)).astype(np.int64)
        reset |= went_back & (~narrow | (delta > most))
        wrap |= narrow & ((speed <= 0) | (delta + AROUND <= most))
        beyond |= delta > most
        octets.append(delta)
    flaw = np.select(
        [
            (wall == 0) | (ticks == 0),
            restarted,
            back,
            np.minimum(wall, ticks) > gap,
            disagree,
            reset,
            wrap,
            beyond,
        ],
        [np.int8(place) for place in range(len(ORDER))],
        default=np.int8(-1),
    ).astype(np.int8)
    return Intervals(start=start, end=end, ticks=ticks, in_octets=octets[0], out_octets=octets[1], flaw=flaw)


# ── what the intervals come to ───────────────────────────────────────────────────────────────────────────────────


def figures(readings: Readings, asked: Asked, period: Period, rules: Rules) -> Figures:
    """Raises ValueError for limits that overlap."""
    intervals = judge(readings, rules)
    return _figures(readings, intervals, asked, period, rules)[0]


def evidence(readings: Readings, asked: Asked, period: Period, rules: Rules, points: int) -> Evidence:
    """As `figures`, with the five-minute averages, at most `points` of them for a chart, and what is missing."""
    intervals = judge(readings, rules)
    stated, slots = _figures(readings, intervals, asked, period, rules)
    shown = tuple(
        Slot(at=moment_of(at), up=up, down=down, measured=wall // TICK)
        for at, up, down, wall in zip(*(column.tolist() for column in slots), strict=True)
    )
    return Evidence(
        figures=stated,
        slots=shown,
        points=thin(shown, period, points),
        lost=tuple(_lost(readings, intervals, period, rules)),
        unanswered=(),
        outages=tuple(_outages(readings, period)),
    )


def _figures(
    readings: Readings, intervals: Intervals, asked: Asked, period: Period, rules: Rules
) -> tuple[Figures, tuple[Ints, Ints, Ints, Ints]]:
    cells = _cells(period, asked.limits)
    amounts = _share(intervals, cells.cuts, asked)
    one_way = asked.watch.series.kind in (SeriesKind.TREE, SeriesKind.CLASS)
    ways: tuple[Literal["up", "down"], ...] = ("up", "down")
    absent = asked.watch.up if one_way else None  # such a series has no `in`
    flows: dict[str, Flow | None] = {}
    office: dict[str, Flow | None] = {}
    slot = _by_slot(amounts, cells)
    for way in ways:
        counter = asked.watch.up if way == "up" else ("out" if asked.watch.up == "in" else "in")
        missing = absent is not None and counter == "in"
        flows[way] = None if missing else _flow(amounts, cells, slot, asked.limits, way, rules)
        if cells.office is not None and not missing:
            worked = _Amounts(
                **{name: np.where(cells.office, getattr(amounts, name), 0) for name in _Amounts.__struct_fields__}
            )
            office[way] = _flow(worked, cells, _by_slot(worked, cells), asked.limits, way, rules)
    standing = slot.wall >= rules.standing * TICK
    stated = Figures(
        watch=asked.watch,
        since=period.since,
        until=period.until,
        expected=(period.last - period.first) // TICK,
        measured=int(amounts.wall.sum()) // TICK,
        flaws=_counted(readings, intervals, period, rules),
        up=flows["up"],
        down=flows["down"],
        office=(office.get("up"), office.get("down")) if cells.office is not None else None,
    )
    return stated, (
        period.grid[:-1][standing],
        _rate(slot.up, slot.ticks)[standing],
        _rate(slot.down, slot.ticks)[standing],
        slot.wall[standing],
    )


def _cells(period: Period, limits: Sequence[Limit]) -> _Cells:
    between = {
        ticks
        for limit in limits
        for moment in (limit.since, limit.until)
        if moment is not None and period.first < (ticks := ticks_of(moment)) < period.last
    }
    edges = _merged(period.cuts, np.array(sorted(between), dtype=np.int64)) if between else period.cuts
    starts = edges[:-1]
    office = None if period.office is None else np.searchsorted(period.office, starts, "right") % 2 == 1
    in_force = np.full(len(starts), -1, dtype=np.int64)
    for place, limit in enumerate(limits):
        held = starts >= ticks_of(limit.since)
        if limit.until is not None:
            held &= starts < ticks_of(limit.until)
        if np.any(in_force[held] >= 0):
            raise ValueError(f"limits overlap: {limit}")
        in_force[held] = place
    return _Cells(cuts=edges, first_of_slot=np.searchsorted(edges, period.grid[:-1]), office=office, limit=in_force)


def _share(intervals: Intervals, cuts: Ints, asked: Asked) -> _Amounts:
    """What of each valid interval lies between two cuts: in proportion, what lies before a cut rounded down.

    So the parts of an interval always add up to it. No product leaves 63 bits: an interval that is not flawed has at
    most 900 s and what CEILING allows for them.
    """
    valid = intervals.flaw < 0
    start, wall = intervals.start[valid], (intervals.end - intervals.start)[valid]
    if not len(start):
        nothing = np.zeros(len(cuts) - 1, dtype=np.int64)
        return _Amounts(up=nothing, down=nothing, ticks=nothing, wall=nothing)
    place = np.maximum(np.searchsorted(start, cuts, "right") - 1, 0)
    within = np.clip(cuts - start[place], 0, wall[place])
    length = wall[place]

    def between(amount: Ints) -> Ints:
        so_far: Ints = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(amount[:-1], dtype=np.int64)))
        at_cuts: Ints = so_far[place] + amount[place] * within // length
        return at_cuts[1:] - at_cuts[:-1]

    into, out = between(intervals.in_octets[valid]), between(intervals.out_octets[valid])
    return _Amounts(
        up=into if asked.watch.up == "in" else out,
        down=out if asked.watch.up == "in" else into,
        ticks=between(intervals.ticks[valid]),
        wall=between(wall),
    )


def _by_slot(amounts: _Amounts, cells: _Cells) -> _Amounts:
    if len(cells.first_of_slot) == len(cells.cuts) - 1:
        return amounts
    return _Amounts(
        **{name: np.add.reduceat(getattr(amounts, name), cells.first_of_slot) for name in _Amounts.__struct_fields__}
    )


def _rate(octets: Ints, ticks: Ints) -> Ints:
    """bit/s by the device's clock; 0 where nothing was measured."""
    per_second: Ints = octets * (8 * TICK) // np.maximum(ticks, 1)
    return per_second


def _flow(
    amounts: _Amounts, cells: _Cells, slot: _Amounts, limits: Sequence[Limit], way: Literal["up", "down"], rules: Rules
) -> Flow | None:
    octets: Ints = getattr(amounts, way)
    per_slot: Ints = getattr(slot, way)
    standing = slot.wall >= rules.standing * TICK
    averages = _rate(per_slot[standing], slot.ticks[standing])
    if not len(averages):
        return None
    rank = (95 * len(averages) + 99) // 100
    volume = int(octets.sum())
    over = at_limit = utilisation = None
    held = (cells.limit >= 0) & (amounts.ticks > 0)
    if limits and bool(np.any(held)):
        allowed = np.array([getattr(limit, way) for limit in limits], dtype=np.int64)[cells.limit[held]]
        rate, wall = _rate(octets[held], amounts.ticks[held]), amounts.wall[held]
        over = int(wall[rate * 10 >= allowed * 8].sum()) // TICK
        at_limit = int(wall[rate * 100 >= allowed * 98].sum()) // TICK
        let_through = sum(
            getattr(limit, way) * int(amounts.ticks[cells.limit == place].sum()) for place, limit in enumerate(limits)
        )
        passed = int(octets[held].sum()) * 8 * TICK
        utilisation = passed * 1000 // let_through if let_through else None
    return Flow(
        average=volume * 8 * TICK // max(int(amounts.ticks.sum()), 1),
        maximum=int(averages.max()),
        p95=int(np.partition(averages, rank - 1)[rank - 1]),
        volume=volume,
        over_80=over,
        at_limit=at_limit,
        utilisation=utilisation,
    )


# ── what is missing ──────────────────────────────────────────────────────────────────────────────────────────────


def _inside(intervals: Intervals, period: Period) -> NDArray[np.bool_]:
    """Flawed intervals that take time of the period, or stand in it without taking any."""
    flawed = (intervals.flaw >= 0) & (intervals.start < period.last)
    return flawed & ((intervals.end > period.first) | (intervals.start >= period.first))


def _outer(readings: Readings, period: Period, rules: Rules) -> list[tuple[int, int]]:
    """Time of the period before the first and after the last reading, where it is longer than a gap may be."""
    gap = rules.gap * TICK
    if not len(readings.at):
        return [(period.first, period.last)]
    first, last = int(readings.at[0]), int(readings.at[-1])
    if first >= period.last or last < period.first:
        return [(period.first, period.last)]
    before = [(period.first, first)] if first - period.first > gap else []
    after = [(last, period.last)] if period.last - last > gap else []
    return before + after


def _counted(readings: Readings, intervals: Intervals, period: Period, rules: Rules) -> dict[Flaw, int]:
    count = np.bincount(intervals.flaw[_inside(intervals, period)], minlength=len(ORDER)).tolist()
    count[ORDER.index(Flaw.GAP)] += len(_outer(readings, period, rules))
    return {flaw: number for flaw, number in zip(ORDER, count, strict=True) if number}


def _lost(readings: Readings, intervals: Intervals, period: Period, rules: Rules) -> Iterable[Lost]:
    """In order of time; intervals in a row with the same flaw are one."""
    runs = [(since, until, Flaw.GAP, 1) for since, until in _outer(readings, period, rules)]
    which = np.flatnonzero(_inside(intervals, period))
    flaws = intervals.flaw[which]
    breaks = np.flatnonzero((np.diff(which) != 1) | (np.diff(flaws) != 0)) + 1
    for run in np.split(which, breaks) if len(which) else ():
        since = max(int(intervals.start[run[0]]), period.first)
        until = min(int(intervals.end[run[-1]]), period.last)
        runs.append((since, until, ORDER[intervals.flaw[run[0]]], len(run)))
    for since, until, flaw, count in sorted(runs):
        yield Lost(since=moment_of(since), until=moment_of(until), flaw=flaw, count=count)


def _outages(readings: Readings, period: Period) -> Iterable[Span]:
    """From the first reading that says down to the next that says up; to the last reading where none does."""
    if not len(readings.at):
        return
    edges = np.flatnonzero(np.diff(np.concatenate(([True], readings.up, [True])).astype(np.int8)))
    for down, back in zip(edges[0::2].tolist(), edges[1::2].tolist(), strict=True):
        since = max(int(readings.at[down]), period.first)
        until = min(int(readings.at[min(back, len(readings.at) - 1)]), period.last)
        if since < until:
            yield moment_of(since), moment_of(until)


def thin(slots: Sequence[Slot], period: Period, points: int) -> tuple[Point, ...]:
    """At most `points` points of equal width over the period, each with its highest average; none where nothing stands."""
    if points < 1:
        raise ValueError("a chart has at least one point")
    number = len(period.grid) - 1
    width = -(-number // points)
    step = timedelta(seconds=300 * width)
    origin = moment_of(period.first // SLOT * SLOT)
    groups: dict[int, list[Slot]] = {}
    for slot in slots:
        groups.setdefault((slot.at - origin) // step, []).append(slot)
    drawn = []
    for place, group in groups.items():
        begin, end = max(origin + place * step, period.since), min(origin + (place + 1) * step, period.until)
        measured = sum(slot.measured for slot in group)
        drawn.append(
            Point(
                at=begin,
                seconds=int((end - begin).total_seconds()),
                up=sum(slot.up * slot.measured for slot in group) // max(measured, 1),
                down=sum(slot.down * slot.measured for slot in group) // max(measured, 1),
                up_max=max(slot.up for slot in group),
                down_max=max(slot.down for slot in group),
                measured=measured,
            )
        )
    return tuple(drawn)


def _merged(edges: Ints, more: Ints) -> Ints:
    """Both in order, each once."""
    places = np.searchsorted(edges, more)
    new = edges[np.minimum(places, len(edges) - 1)] != more
    return np.insert(edges, places[new], more[new])


def _edges(spans: Iterable[Span], first: int, last: int) -> Ints:
    """Begin, end, begin, end … within the period, in order; stretches that touch or overlap are one."""
    joined: list[list[int]] = []
    for since, until in sorted((max(ticks_of(a), first), min(ticks_of(b), last)) for a, b in spans):
        if since >= until:
            continue
        if joined and since <= joined[-1][1]:
            joined[-1][1] = max(joined[-1][1], until)
        else:
            joined.append([since, until])
    return np.array([edge for span in joined for edge in span], dtype=np.int64)
