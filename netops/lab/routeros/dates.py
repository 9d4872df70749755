"""Dates as RouterOS writes them, old and new; refuses nothing, answers None."""

from datetime import datetime

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def parse_date(text: str) -> tuple[int, int, int] | None:
    """Year, month, day of `nov/20/2026` or `2026-11-20`; None for anything else."""
    if "/" in text:
        name, _, rest = text.partition("/")
        day, _, year = rest.partition("/")
        if name.lower() not in MONTHS or not (day.isdigit() and year.isdigit()):
            return None
        parts = (int(year), MONTHS.index(name.lower()) + 1, int(day))
    else:
        fields = text.split("-")
        if len(fields) != 3 or not all(field.isdigit() for field in fields):
            return None
        parts = (int(fields[0]), int(fields[1]), int(fields[2]))
    try:
        datetime(*parts)
    except ValueError:
        return None
    return parts
