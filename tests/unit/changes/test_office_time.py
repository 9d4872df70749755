"""Working minutes against a slow reference that looks at every single minute."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.changes.office_time import Hours, Span, WorkingTime, working_seconds

ZONE = ZoneInfo("Asia/Jakarta")
MORNING = Hours(since=time(7, 30), until=time(12))
AFTERNOON = Hours(since=time(13), until=time(16))
FRIDAY = (Hours(since=time(7, 30), until=time(11, 30)), Hours(since=time(13), until=time(16, 30)))
OFFICE = WorkingTime(
    zone=ZONE,
    week={day: (MORNING, AFTERNOON) for day in range(4)} | {4: FRIDAY},
    days={date(2026, 12, 25): (), date(2026, 12, 24): (Hours(since=time(7, 30), until=time(11, 30)),)},
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-19 08:00", "2026-11-19 08:45", 45),
        ("2026-11-19 06:00", "2026-11-19 07:30", 0),
        ("2026-11-19 11:50", "2026-11-19 13:10", 20),  # the lunch break does not count
        ("2026-11-19 15:50", "2026-11-20 07:40", 20),  # over night
        ("2026-11-20 16:20", "2026-11-23 07:40", 20),  # over a weekend
        ("2026-12-24 11:00", "2026-12-28 08:00", 60),  # a half day, a holiday and a weekend
        ("2026-11-19 09:00", "2026-11-19 08:00", 0),
    ],
)
def test_minutes_of_work(start: str, end: str, minutes: int) -> None:
    assert working_seconds(OFFICE, at(start), at(end)) == minutes * 60


def test_overlapping_pauses_count_once_and_outside_hours_not_at_all() -> None:
    pauses = (
        (at("2026-11-19 09:00"), at("2026-11-19 10:00")),
        (at("2026-11-19 09:30"), at("2026-11-19 10:30")),
        (at("2026-11-19 12:00"), at("2026-11-19 13:00")),
    )
    assert working_seconds(OFFICE, at("2026-11-19 08:00"), at("2026-11-19 14:00"), pauses) == (5 * 60 - 90) * 60


def test_an_office_that_never_closes_counts_across_midnight() -> None:
    always = WorkingTime(zone=ZONE, week={day: (Hours(since=time(), until=None),) for day in range(7)})
    assert working_seconds(always, at("2026-11-19 23:50"), at("2026-11-20 00:10")) == 20 * 60


def test_the_zone_of_the_office_decides_not_that_of_the_instants() -> None:
    start = at("2026-11-19 07:00").astimezone(UTC)
    assert working_seconds(OFFICE, start, start + timedelta(hours=1)) == 30 * 60


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        working_seconds(OFFICE, datetime(2026, 11, 19, 8), at("2026-11-19 09:00"))


def _slowly(office: WorkingTime, start: datetime, end: datetime, pauses: Sequence[Span]) -> int:
    """One minute after the other; each is worked in or not."""
    count, moment = 0, start
    while moment < end:
        local = moment.astimezone(office.zone)
        working = any(
            hours.since <= local.time() and (hours.until is None or local.time() < hours.until)
            for hours in office.of(local.date())
        )
        count += working and not any(since <= moment < until for since, until in pauses)
        moment += timedelta(minutes=1)
    return count


BASE = datetime(2026, 12, 21, tzinfo=UTC)
MINUTES = st.integers(0, 5 * 1440).map(lambda minute: BASE + timedelta(minutes=minute))
CLOCKS = st.integers(0, 1439).map(lambda minute: time(minute // 60, minute % 60))
STRETCHES = st.lists(st.builds(Hours, since=CLOCKS, until=st.none() | CLOCKS), max_size=3).map(tuple)
OFFICES = st.builds(
    WorkingTime,
    zone=st.sampled_from([ZONE, ZoneInfo("Asia/Jayapura"), UTC]),
    week=st.dictionaries(st.integers(0, 6), STRETCHES),
    days=st.dictionaries(st.integers(21, 26).map(lambda day: date(2026, 12, day)), STRETCHES),
)


@given(office=OFFICES, start=MINUTES, end=MINUTES, pauses=st.lists(st.tuples(MINUTES, MINUTES), max_size=3))
@settings(max_examples=60, deadline=None)
def test_any_office_any_pauses_agree_with_looking_at_every_minute(
    office: WorkingTime, start: datetime, end: datetime, pauses: list[Span]
) -> None:
    assert working_seconds(office, start, end, pauses) == 60 * _slowly(office, start, end, pauses)
