"""Working time between two instants: a site's hours, holidays, half days and pauses; refuses times without a zone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo

from msgspec import Struct, field

Span = tuple[datetime, datetime]
"""Half-open: from the first instant up to the second."""


class Hours(Struct, frozen=True, kw_only=True):
    """One stretch of work within one day, in the site's own time; `until` None is midnight at the day's end."""

    since: time
    until: time | None


class WorkingTime(Struct, frozen=True, kw_only=True):
    """`week`: stretches of each weekday (0 is Monday); `days`: those of single dates instead, () for a holiday."""

    zone: tzinfo
    week: Mapping[int, tuple[Hours, ...]]
    days: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)

    def of(self, day: date) -> tuple[Hours, ...]:
        return self.days[day] if day in self.days else self.week.get(day.weekday(), ())


def working_seconds(office: WorkingTime, start: datetime, end: datetime, pauses: Iterable[Span] = ()) -> int:
    """Whole seconds of work in [start, end), without what lies in a pause; 0 where `end` is not after `start`.

    Raises ValueError for an instant without a zone.
    """
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("working time needs aware instants")
    halted = _joined(pauses)
    open_ = _joined(stretch for day in _days(office, start, end) for stretch in _stretches(office, day))
    total = timedelta()
    for since, until in _cut(open_, start, end):
        total += until - since
        for begun, over in _cut(halted, since, until):
            total -= over - begun
    return int(total.total_seconds())


def working_spans(office: WorkingTime, start: datetime, end: datetime) -> tuple[Span, ...]:
    """The stretches of work within [start, end), in order."""
    open_ = _joined(stretch for day in _days(office, start, end) for stretch in _stretches(office, day))
    return tuple(_cut(open_, start, end))


def _days(office: WorkingTime, start: datetime, end: datetime) -> Iterable[date]:
    day, last = start.astimezone(office.zone).date(), end.astimezone(office.zone).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _stretches(office: WorkingTime, day: date) -> Iterable[Span]:
    for hours in office.of(day):
        since = datetime.combine(day, hours.since, office.zone)
        ends_on = day if hours.until is not None else day + timedelta(days=1)
        yield since, datetime.combine(ends_on, hours.until or time(), office.zone)


def _joined(spans: Iterable[Span]) -> Sequence[Span]:
    """In order and without overlap, so that nothing is counted twice."""
    joined: list[Span] = []
    for since, until in sorted(span for span in spans if span[0] < span[1]):
        if joined and since <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], until))
        else:
            joined.append((since, until))
    return joined


def _cut(spans: Sequence[Span], start: datetime, end: datetime) -> Iterable[Span]:
    """What of the spans lies in [start, end)."""
    for since, until in spans:
        inside = max(since, start), min(until, end)
        if inside[0] < inside[1]:
            yield inside
