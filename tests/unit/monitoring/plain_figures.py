"""The method of docs/monitoring-method.md once more, slow and plain: one interval, one cell at a time, Python's own integers."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from msgspec import Struct

from netops.core.measured import Flaw, Flow, Limit

SECOND = 100
FIVE_MINUTES = 300 * SECOND
Span = tuple[int, int]


class Reading(Struct, frozen=True, kw_only=True):
    """`at` and `uptime` in hundredths of a second; None where the agent does not tell."""

    at: int
    uptime: int
    into: int
    out: int
    bits: int = 64
    speed: int | None = None
    up: bool = True
    discontinuity: int | None = None


class Policy(Struct, frozen=True, kw_only=True):
    gap: int = 450
    drift: int = 5
    slack: int = 2
    standing: int = 150


POLICY = Policy()


class Found(Struct, frozen=True, kw_only=True):
    measured: int
    flaws: dict[Flaw, int]
    up: Flow | None
    down: Flow | None
    office: tuple[Flow | None, Flow | None] | None
    slots: list[tuple[int, int, int, int]]


def cs(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=10)


def flaw_of(a: Reading, b: Reading, policy: Policy) -> Flaw | None:
    wall = b.at - a.at
    ticks = (b.uptime - a.uptime) % 2**32
    allowed = wall * policy.drift // 100 + policy.slack * SECOND
    if wall == 0 or ticks == 0:
        return Flaw.DOUBLED
    agree = abs(ticks - wall) <= allowed
    if not agree and b.uptime < a.uptime:
        return Flaw.REBOOT if b.uptime <= wall + allowed else Flaw.LATE
    if wall > policy.gap * SECOND and ticks > policy.gap * SECOND:
        return Flaw.GAP
    if not agree:
        return Flaw.CLOCK
    speed = max(a.speed or 0, b.speed or 0)
    most = min(speed or 400 * 10**9, 400 * 10**9) * (min(ticks, policy.gap * SECOND) + allowed) // 800
    found = set()
    if a.discontinuity is not None and b.discontinuity is not None and a.discontinuity != b.discontinuity:
        found.add(Flaw.RESET)
    if a.bits != b.bits:
        found.add(Flaw.RESET)
    for before, after in ((a.into, b.into), (a.out, b.out)):
        if b.bits == 32:
            delta = (after - before) % 2**32
            if after < before and delta > most:
                found.add(Flaw.RESET)
            if not speed or delta + 2**32 <= most:
                found.add(Flaw.WRAP)
        else:
            delta = after - before
            if delta < 0:
                found.add(Flaw.RESET)
        if delta > most:
            found.add(Flaw.IMPOSSIBLE)
    return next((flaw for flaw in (Flaw.RESET, Flaw.WRAP, Flaw.IMPOSSIBLE) if flaw in found), None)


def delta_of(before: int, after: int, bits: int) -> int:
    return (after - before) % 2**32 if bits == 32 else after - before


def plain(
    readings: Sequence[Reading],
    since: int,
    until: int,
    limits: Sequence[Limit] = (),
    office: Sequence[Span] | None = None,
    up_is_in: bool = True,
    policy: Policy = POLICY,
) -> Found:
    readings = sorted(readings, key=lambda one: (one.at, one.uptime, one.into, one.out))
    flaws: Counter[Flaw] = Counter()
    valid = []
    for a, b in pairwise(readings):
        flaw = flaw_of(a, b, policy)
        if flaw is None:
            into, out = delta_of(a.into, b.into, b.bits), delta_of(a.out, b.out, b.bits)
            up, down = (into, out) if up_is_in else (out, into)
            valid.append((a.at, b.at, up, down, (b.uptime - a.uptime) % 2**32))
        elif (a.at < until and b.at > since) or (a.at == b.at and since <= a.at < until):
            flaws[flaw] += 1
    if not readings or readings[0].at >= until or readings[-1].at < since:
        flaws[Flaw.GAP] += 1
    else:
        flaws[Flaw.GAP] += (readings[0].at - since > policy.gap * SECOND) + (
            until - readings[-1].at > policy.gap * SECOND
        )
    cells = _cells(valid, since, until, limits, office)
    return Found(
        measured=sum(cell.wall for cell in cells) // SECOND,
        flaws={flaw: number for flaw, number in flaws.items() if number},
        up=_flow([(c, c.up) for c in cells], limits, "up", policy),
        down=_flow([(c, c.down) for c in cells], limits, "down", policy),
        office=None
        if office is None
        else (
            _flow([(c, c.up) for c in cells if c.office], limits, "up", policy),
            _flow([(c, c.down) for c in cells if c.office], limits, "down", policy),
        ),
        slots=_slots(cells, since, policy),
    )


class Cell(Struct, kw_only=True):
    since: int
    until: int
    office: bool
    limit: Limit | None
    up: int = 0
    down: int = 0
    ticks: int = 0
    wall: int = 0

    @property
    def slot(self) -> int:
        return self.since // FIVE_MINUTES


def _cells(
    valid: Sequence[tuple[int, int, int, int, int]],
    since: int,
    until: int,
    limits: Sequence[Limit],
    office: Sequence[Span] | None,
) -> list[Cell]:
    edges = {since, until} | {edge for span in office or () for edge in span}
    edges |= {cs(moment) for limit in limits for moment in (limit.since, limit.until) if moment is not None}
    edge = since - since % FIVE_MINUTES
    while edge < until:
        edges.add(edge)
        edge += FIVE_MINUTES
    cuts = sorted(edge for edge in edges if since <= edge <= until)
    cells = [
        Cell(
            since=begin,
            until=end,
            office=any(a <= begin < b for a, b in office or ()),
            limit=next(
                (one for one in limits if cs(one.since) <= begin and (one.until is None or begin < cs(one.until))), None
            ),
        )
        for begin, end in pairwise(cuts)
    ]
    for a, b, up, down, ticks in valid:
        for cell in cells:
            begin, end = max(a, cell.since), min(b, cell.until)
            if begin >= end:
                continue
            cell.up += _part(up, a, b, end) - _part(up, a, b, begin)
            cell.down += _part(down, a, b, end) - _part(down, a, b, begin)
            cell.ticks += _part(ticks, a, b, end) - _part(ticks, a, b, begin)
            cell.wall += end - begin
    return cells


def _part(amount: int, a: int, b: int, moment: int) -> int:
    """What of the amount lies before the moment, rounded down."""
    return amount * (moment - a) // (b - a)


def _flow(pairs: Sequence[tuple[Cell, int]], limits: Sequence[Limit], way: str, policy: Policy) -> Flow | None:
    totals: dict[int, list[int]] = {}
    for cell, octets in pairs:
        total = totals.setdefault(cell.slot, [0, 0, 0])
        total[0] += octets
        total[1] += cell.ticks
        total[2] += cell.wall
    averages = sorted(
        octets * 800 // ticks for octets, ticks, wall in totals.values() if wall >= policy.standing * SECOND
    )
    if not averages:
        return None
    volume = sum(octets for _, octets in pairs)
    held = [(cell, octets, getattr(cell.limit, way)) for cell, octets in pairs if cell.limit and cell.ticks]
    passable = sum(allowed * cell.ticks for cell, _, allowed in held)
    return Flow(
        average=volume * 800 // sum(cell.ticks for cell, _ in pairs),
        maximum=averages[-1],
        p95=averages[-(-95 * len(averages) // 100) - 1],
        volume=volume,
        over_80=sum(c.wall for c, n, most in held if 10 * (n * 800 // c.ticks) >= 8 * most) // SECOND if held else None,
        at_limit=sum(c.wall for c, n, most in held if 100 * (n * 800 // c.ticks) >= 98 * most) // SECOND
        if held
        else None,
        utilisation=sum(n for _, n, _ in held) * 800 * 1000 // passable if passable else None,
    )


def _slots(cells: Sequence[Cell], since: int, policy: Policy) -> list[tuple[int, int, int, int]]:
    """Start, bit/s up and down, seconds measured, of those five minutes that stand."""
    found = []
    for number in sorted({cell.slot for cell in cells}):
        mine = [cell for cell in cells if cell.slot == number]
        wall, ticks = sum(c.wall for c in mine), sum(c.ticks for c in mine)
        if wall >= policy.standing * SECOND:
            up, down = sum(c.up for c in mine) * 800 // ticks, sum(c.down for c in mine) * 800 // ticks
            found.append((max(number * FIVE_MINUTES, since), up, down, wall // SECOND))
    return found
