"""A RouterOS device's own clock: what it shows, how far off it is, and a moment in its words; refuses no clock, answers None."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from math import ceil

from msgspec import Struct

_ISO, _OLD = "%Y-%m-%d %H:%M:%S", "%b/%d/%Y %H:%M:%S"
"""Since 7.10, and before."""


class DeviceClock(Struct, frozen=True, kw_only=True):
    """`local` is what it shows, without a zone; `offset` is its zone's from UTC; `shape` how it writes dates."""

    local: datetime
    offset: timedelta
    shape: str

    @property
    def utc(self) -> datetime:
        return (self.local - self.offset).replace(tzinfo=UTC)

    def skew(self, now: datetime) -> timedelta:
        """How far it is ahead of ours."""
        return self.utc - now

    def words(self, moment: datetime, now: datetime) -> tuple[str, str]:
        """Date and time of day that this clock will show at `moment`, never before it; `now` is our clock.

        It shows no fractions, so up to two seconds later. Counted from what the clock shows, so that its zone, and an error that stays as it is, do not move the moment.
        """
        there = self.local + timedelta(seconds=ceil((moment - now).total_seconds()) + 1)
        text = there.strftime(self.shape).lower()
        date, _, time = text.partition(" ")
        return date, time


def read_clock(row: Mapping[str, str]) -> DeviceClock | None:
    """From `/system/clock/print`; None where it says nothing that can be read."""
    written = f"{row.get('date', '')} {row.get('time', '')}"
    shown = row.get("gmt-offset", "+00:00")
    sign = -1 if shown.startswith("-") else 1
    hours, _, minutes = shown.lstrip("+-").partition(":")
    for shape in (_ISO, _OLD):
        try:
            offset = sign * timedelta(hours=int(hours), minutes=int(minutes or 0))
            return DeviceClock(local=datetime.strptime(written, shape), offset=offset, shape=shape)
        except ValueError:
            continue
    return None
