"""Office hours as papers print them become working time; what is no day, no order, or half said is named."""

from datetime import datetime
from pathlib import Path

import pytest

from netops.changes.office_time import working_seconds
from netops.core.errors import InputError
from netops.data_root import data_root
from netops.papers.office import Office, load_office, weekdays

PACKAGED = data_root() / "inventory" / "office.yaml"


def office(tmp_path: Path, old: str, new: str) -> Office:
    text = PACKAGED.read_text("utf-8")
    assert old in text
    path = tmp_path / "office.yaml"
    path.write_text(text.replace(old, new).replace("logo: logo.svg\n", ""), "utf-8")
    return load_office(path)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Senin–Kamis", (0, 1, 2, 3)),
        ("Jum'at", (4,)),
        ("Senin, Rabu", (0, 2)),
        ("Sabtu-Senin", (5, 6, 0)),
        ("Ahad", (6,)),
    ],
)
def test_days_as_offices_write_them(text: str, days: tuple[int, ...]) -> None:
    assert weekdays(text) == days


def test_the_packaged_office_works_thirty_seven_and_a_half_hours_a_week() -> None:
    zone = load_office(PACKAGED).timezone
    time = load_office(PACKAGED).working_time()
    monday, sunday = datetime(2026, 11, 16, tzinfo=zone), datetime(2026, 11, 22, tzinfo=zone)
    assert working_seconds(time, monday, sunday) == 37.5 * 3600


def test_holidays_and_half_days(tmp_path: Path) -> None:
    half = '{ date: "2026-12-24", name: Setengah hari, start: "07:30", end: "11:30" }'
    one = office(tmp_path, '{ date: "2026-12-24", name: Cuti bersama Natal (contoh) }', half)
    start, end = (datetime(2026, 12, day, tzinfo=one.timezone) for day in (24, 26))
    assert working_seconds(one.working_time(), start, end) == 4 * 3600


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("days: Jumat", "days: Monday", "hours.1.days"),
        ("days: Jumat", "days: Senin–Rabu–Jumat", "hours.1.days"),
        ('rest: "11:30-13:00"', 'rest: "13:00-11:30"', "hours.1"),
        ('rest: "11:30-13:00"', "rest: siang", "hours.1.rest"),
        ('start: "07:30", end: "16:30"', 'start: "16:30", end: "07:30"', "hours.1"),
        ('date: "2026-12-25"', 'date: "25-12-2026"', "holidays.1.date"),
        ("name: Hari Raya Natal", 'name: Natal, start: "07:30"', "holidays.1"),
    ],
)
def test_what_is_unclear_is_refused_with_its_place(tmp_path: Path, old: str, new: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        office(tmp_path, old, new)
    assert caught.value.field == field and caught.value.line


def test_without_hours_there_is_no_clock(tmp_path: Path) -> None:
    path = tmp_path / "office.yaml"
    before, _, after = PACKAGED.read_text("utf-8").replace("logo: logo.svg\n", "").partition("hours:\n")
    path.write_text(before + after[after.index("holidays:") :], "utf-8")
    with pytest.raises(InputError, match="no working hours"):
        load_office(path).working_time()
