"""The SOP's clock of a request as it is told to people: shown by the log, reported, paused, returned and come back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from life_desk import LifeDesk, open_life_desk

from netops.actions import clocking, living
from netops.changes.sop import Standing, Taken
from netops.cli.step import sop_table
from netops.core.errors import InputError, Refused
from netops.filing import Filed, record


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LifeDesk]:
    with open_life_desk(tmp_path) as found:
        yield found  # Friday, 20 November 2026, 12.00 WIB: the office rests until 13.00


def taken(desk: LifeDesk, filed: Filed, number: int) -> Taken:
    (one,) = [step.taken for step in clocking.sop_times(desk.app, filed.change).steps if step.taken.number == number]
    return one


def test_the_graduation_by_its_log(desk: LifeDesk) -> None:
    filed = desk.filed()
    desk.clock.move(3600 + 5 * 60)
    desk.plan(filed)
    desk.clock.move(20 * 60)
    desk.approve(filed)
    desk.run(filed)
    desk.clock.move(3 * 60)
    record(
        desk.app, "paper.attached", filed.change, **{"as": "bast", "document": "", "type": "", "size": 0, "name": ""}
    )
    assert taken(desk, filed, 3).seconds == 300, "the rest from 11.30 to 13.00 does not count"
    assert (taken(desk, filed, 4).standing, taken(desk, filed, 4).over) == (Standing.LATE, 900)
    assert taken(desk, filed, 6).standing is Standing.IN_TIME
    assert (taken(desk, filed, 7).standing, taken(desk, filed, 7).seconds) == (Standing.IN_TIME, 180)
    assert taken(desk, filed, 2).standing is taken(desk, filed, 8).standing is Standing.UNRECORDED
    assert taken(desk, filed, 5).standing is Standing.NOT_TAKEN


def test_a_weekend_and_a_holiday_do_not_count(desk: LifeDesk) -> None:
    filed = desk.filed(hours=24 * 40)
    desk.clock.move(3600 * (24 * 2 + 19) + 45 * 60)  # Monday, 07.45 WIB
    desk.plan(filed)
    assert taken(desk, filed, 3).seconds == (3.5 * 60 + 15) * 60


def test_words_and_dashes_in_both_languages(desk: LifeDesk) -> None:
    filed = desk.filed()
    desk.clock.move(3600 * 2)
    clocking.report_step(
        desk.app, filed.change, 2, started_at="20 Nov 2026 13:10", done_at="20 Nov 2026 13:14", by="helpdesk"
    )
    times = clocking.sop_times(desk.app, filed.change)
    indonesian, english = sop_table(times, "id"), sop_table(times, "en")
    for words in (
        "WAKTU BAKU",
        "REALISASI",
        "SELISIH",
        "tidak tercatat",
        "melebihi waktu baku",
        "tidak ditempuh",
        "oleh helpdesk",
    ):
        assert words in indonesian
    for words in ("STANDARD", "TAKEN", "DIFFERENCE", "not recorded", "beyond the standard", "reported by helpdesk"):
        assert words in english
    last = indonesian.splitlines()[9]
    assert last.startswith("8") and "–" in last, "no standard is written, none is invented"


def test_a_report_gives_the_start_that_the_log_does_not_have(desk: LifeDesk) -> None:
    desk.clock.move(3600 * 2)
    filed = desk.filed()
    clocking.report_step(desk.app, filed.change, 1, started_at="20 Nov 2026 13:50")
    assert (taken(desk, filed, 1).standing, taken(desk, filed, 1).seconds) == (Standing.LATE, 600)
    clocking.report_step(desk.app, filed.change, 1, started_at="20 Nov 2026 13:58", note="salah ketik")
    assert (taken(desk, filed, 1).standing, taken(desk, filed, 1).reported) == (Standing.IN_TIME, True)


@pytest.mark.parametrize(
    ("number", "started", "done", "field"),
    [
        (9, "", "20 Nov 2026 11:00", "STEP"),
        (2, "", "", "--done-at"),
        (2, "", "20 Nov 2026 12:01", "--done-at"),  # to come
        (2, "20 Nov 2026 11:30", "20 Nov 2026 11:00", "--done-at"),
        (1, "", "kemarin", "--done-at"),
        (7, "20 Nov 2027 11:00", "", "--started-at"),
    ],
)
def test_a_report_that_cannot_be_is_bad_input(desk: LifeDesk, number: int, started: str, done: str, field: str) -> None:
    filed = desk.filed()
    with pytest.raises(InputError) as caught:
        clocking.report_step(desk.app, filed.change, number, started_at=started, done_at=done)
    assert caught.value.field == field and "step.reported" not in desk.kinds(filed)


def test_a_start_after_what_the_log_shows_as_done_is_bad_input(desk: LifeDesk) -> None:
    filed = desk.filed()
    desk.clock.move(600)
    with pytest.raises(InputError, match="before it was started"):
        clocking.report_step(desk.app, filed.change, 1, started_at="20 Nov 2026 12:05")


def test_what_the_log_shows_is_not_reported_over(desk: LifeDesk) -> None:
    filed = desk.filed()
    with pytest.raises(Refused, match="own event"):
        clocking.report_step(desk.app, filed.change, 1, done_at="20 Nov 2026 11:00")


def test_a_pause_has_a_reason_and_an_end(desk: LifeDesk) -> None:
    filed = desk.filed()
    desk.clock.move(3600)
    with pytest.raises(InputError):
        clocking.pause(desk.app, filed.change, " ")
    with pytest.raises(Refused, match="not paused") as caught:
        clocking.go_on(desk.app, filed.change)
    assert caught.value.hint is not None and "--reason" in caught.value.hint.en
    clocking.pause(desk.app, filed.change, "listrik padam")
    desk.clock.move(3600)
    with pytest.raises(Refused, match="paused already") as caught:
        clocking.pause(desk.app, filed.change, "lagi")
    assert caught.value.hint is not None and "--resume" in caught.value.hint.en
    clocking.go_on(desk.app, filed.change)
    desk.clock.move(120)
    desk.plan(filed)
    assert taken(desk, filed, 3).seconds == 120
    assert "listrik padam" in sop_table(clocking.sop_times(desk.app, filed.change), "id")


def test_the_clock_goes_on_where_it_stood_when_a_returned_request_comes_back_completed(desk: LifeDesk) -> None:
    desk.clock.move(3600)
    filed = desk.filed()
    desk.clock.move(4 * 60)
    living.send_back(desk.app, filed.change, "surat belum ada")
    desk.clock.move(45 * 60)
    new = living.revise(desk.app, filed.change, str(desk.file(people=30)), "surat lengkap")
    desk.clock.move(60)
    desk.plan(new)
    assert taken(desk, new, 3).seconds == 5 * 60
    assert [pause.reason for pause in clocking.sop_times(desk.app, new.change).pauses] == ["surat belum ada"]


def test_a_plain_revision_is_a_new_request_to_the_clock(desk: LifeDesk) -> None:
    desk.clock.move(3600)
    filed = desk.filed()
    desk.clock.move(30 * 60)
    new = living.revise(desk.app, filed.change, str(desk.file(people=30)), "lebih banyak tamu")
    desk.clock.move(60)
    desk.plan(new)
    assert taken(desk, new, 3).seconds == 60
