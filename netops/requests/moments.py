"""Moments as people type them on a command line; refuses what is not one moment."""

import re
from datetime import UTC, datetime

from netops.core.errors import InputError
from netops.core.text import Text
from netops.requests.common import ZONES, Zone

_MONTHS = (
    "jan",
    "feb",
    "mar",
    "apr",
    "mei may",
    "jun",
    "jul",
    "agu ags agt aug",
    "sep",
    "okt oct",
    "nov nop",
    "des dec",
)
_CLOCK = r"(?:,?\s+(?:pukul\s+|at\s+)?(\d{1,2})[.:](\d{2}))\s*(WIB|WITA|WIT|Z|[+-]\d{2}:?\d{2})?"
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})" + _CLOCK.replace(r",?\s+", r"(?:T|,?\s+)", 1), re.I)
_WORDS = re.compile(r"(?:[a-z']+,\s*)?(\d{1,2})\s+([a-z]{3,9})\.?\s+(\d{4})" + _CLOCK, re.I)


def read_moment(text: str, zone: Zone, field: str) -> datetime:
    """`20 Nov 2026 17:00`, `20 November 2026, pukul 17.00 WIB` or `2026-11-20 17:00` → UTC; `zone` where none is said.

    A weekday in front is not looked at. Raises `InputError` naming `field` (the option).
    """
    found = _parts(" ".join(text.split()))
    try:
        if found is None:
            raise ValueError
        year, month, day, hour, minute, said = found
        plain = datetime(year, month, day, hour, minute)
        if said in ZONES or not said:
            return plain.replace(tzinfo=ZONES[said or zone]).astimezone(UTC)
        return datetime.fromisoformat(f"{plain.isoformat()}{said}").astimezone(UTC)
    except (ValueError, OverflowError) as exc:
        raise InputError(
            Text(f"{text!r} bukan waktu yang ada", f"{text!r} is no moment"),
            Text('tulis misalnya "20 Nov 2026 17:00"', 'write it as in "20 Nov 2026 17:00"'),
            field=field,
        ) from exc


def _parts(text: str) -> tuple[int, int, int, int, int, str] | None:
    if match := _ISO.fullmatch(text):
        year, month, day, hour, minute, said = match.groups()
        return int(year), int(month), int(day), int(hour), int(minute), (said or "").upper()
    match = _WORDS.fullmatch(text)
    if not match:
        return None
    day, name, year, hour, minute, said = match.groups()
    month = next((n for n, names in enumerate(_MONTHS, 1) if name[:3].casefold() in names.split()), 0)
    return int(year), month, int(day), int(hour), int(minute), (said or "").upper()
