"""A device's own clock: both ways of writing it, any zone, and moments that do not depend on either."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.drivers.routeros_clock import read_clock

NOW = datetime(2026, 11, 20, 23, 10, 0, tzinfo=UTC)


def row(date: str, time: str, offset: str) -> dict[str, str]:
    return {"date": date, "time": time, "gmt-offset": offset}


@pytest.mark.parametrize(
    ("shown", "date", "time"),
    [
        (row("2026-11-21", "06:10:00", "+07:00"), "2026-11-21", "07:10:02"),
        (row("nov/21/2026", "07:10:00", "+08:00"), "nov/21/2026", "08:10:02"),
        (row("2026-11-21", "08:10:00", "+09:00"), "2026-11-21", "09:10:02"),
        (row("2026-11-20", "19:40:00", "-03:30"), "2026-11-20", "20:40:02"),
    ],
    ids=["WIB", "WITA", "WIT", "west"],
)
def test_a_moment_in_the_devices_words(shown: dict[str, str], date: str, time: str) -> None:
    clock = read_clock(shown)
    assert clock is not None and clock.skew(NOW) == timedelta(0)
    assert clock.words(NOW + timedelta(hours=1, milliseconds=1), NOW) == (date, time)


def test_a_clock_that_is_wrong_is_counted_from_as_it_is() -> None:
    clock = read_clock(row("jan/01/1970", "00:00:10", "+00:00"))
    assert clock is not None and clock.skew(NOW) < -timedelta(days=20_000)
    assert clock.words(NOW + timedelta(minutes=5), NOW) == ("jan/01/1970", "00:05:11")


@pytest.mark.parametrize("shown", [{}, row("2026-13-40", "25:00:00", "+07:00"), row("2026-11-20", "10:00:00", "WIB")])
def test_what_is_no_clock_is_none(shown: dict[str, str]) -> None:
    assert read_clock(shown) is None


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)), st.integers(-12, 14), st.integers(1, 10**7), st.booleans()
)
@settings(max_examples=60)
def test_what_is_written_is_read_back(local: datetime, hours: int, seconds: int, old: bool) -> None:
    local = local.replace(microsecond=0)
    date = local.strftime("%b/%d/%Y").lower() if old else local.strftime("%Y-%m-%d")
    offset = f"{'-' if hours < 0 else '+'}{abs(hours):02}:00"
    clock = read_clock(row(date, local.strftime("%H:%M:%S"), offset))
    assert clock is not None and clock.utc == (local - timedelta(hours=hours)).replace(tzinfo=UTC)
    day, time = clock.words(NOW + timedelta(seconds=seconds), NOW)
    again = read_clock(row(day, time, offset))
    assert again is not None and again.local - clock.local == timedelta(seconds=seconds + 1)
