"""What status and show point out: the end that comes near, a line to paste, papers that are missing or overdue."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from life_desk import LifeDesk, open_life_desk

from netops.actions import extending, living, urgent
from netops.filing import Filed, record
from netops.views import describe, overview


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LifeDesk]:
    with open_life_desk(tmp_path) as found:
        yield found


def running(desk: LifeDesk, ticket: str = "HD-1") -> Filed:
    filed = desk.filed(ticket)
    desk.plan(filed)
    desk.approve(filed)
    desk.clock.move(3600)
    desk.run(filed)
    return filed


def notes(desk: LifeDesk, filed: Filed) -> str:
    (line,) = [line for line in overview(desk.app) if line.change == filed.change]
    return "\n".join(line.notes)


def test_half_an_hour_before_its_end_an_event_is_pointed_out_with_a_line_to_paste(desk: LifeDesk) -> None:
    filed = running(desk)
    desk.clock.move(6 * 3600 - 31 * 60)
    assert notes(desk, filed) == ""
    desk.clock.move(60)
    said = notes(desk, filed)
    assert "berakhir 30 menit lagi" in said and f"netops extend {filed.change}" in said
    assert f"Yth. {filed.request.requester.name}" in said and "pukul 19.00 WIB" in said
    assert said.splitlines()[1] in describe(desk.app, filed.change)
    desk.clock.move(31 * 60)
    assert f"netops end {filed.change}" in notes(desk, filed)


def test_an_extension_moves_the_warning_and_the_end_that_is_shown(desk: LifeDesk) -> None:
    filed = running(desk)
    extending.extend(desk.app, filed.change, "20 Nov 2026 20:00")
    desk.clock.move(6 * 3600 - 60)
    assert notes(desk, filed) == ""
    assert overview(desk.app)[0].ends == "2026-11-20 13:00Z"
    assert "diperpanjang sampai Jumat, 20 November 2026, pukul 20.00 WIB" in describe(desk.app, filed.change)


def test_an_open_exception_is_shown_and_an_overdue_one_comes_first(desk: LifeDesk) -> None:
    first, urgent_one = desk.filed("HD-1"), desk.filed("HD-2")
    urgent.declare(desk.app, urgent_one.change, "posko")
    assert [line.change for line in overview(desk.app)] == [first.change, urgent_one.change]
    assert "paling lambat" in notes(desk, urgent_one) and "netops settle" in describe(desk.app, urgent_one.change)
    desk.clock.move(timedelta(days=3).total_seconds())
    assert [line.change for line in overview(desk.app)] == [urgent_one.change, first.change]
    assert "terlambat sejak" in notes(desk, urgent_one)
    record(desk.app, "paper.attached", urgent_one.change,
           **{"as": "surat", "document": "sha256:0", "type": "application/pdf", "size": 1, "name": "surat.pdf"})  # fmt: skip
    assert notes(desk, urgent_one) == "" and overview(desk.app)[0].change == first.change


def test_show_says_why_and_what_took_its_place(desk: LifeDesk) -> None:
    filed = desk.filed()
    new = living.revise(desk.app, filed.change, str(desk.file(people=30)), "lebih banyak tamu")
    old = describe(desk.app, filed.change)
    assert "digantikan" in old and new.change in old and "lebih banyak tamu" in old
    assert filed.change in describe(desk.app, new.change)
    assert notes(desk, filed) == "", "nothing to do about it"


def test_a_ticket_names_what_goes_on_and_never_what_was_superseded(desk: LifeDesk) -> None:
    filed = desk.filed()
    new = living.revise(desk.app, filed.change, str(desk.file(people=30)), "lebih banyak tamu")
    living.cancel(desk.app, new.change, "batal")
    assert new.change in describe(desk.app, "HD-1")
