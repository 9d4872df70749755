"""What happens to a request besides being decided, and each moment at which it must not."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from life_desk import LifeDesk, open_life_desk

from netops import actions
from netops.actions import living
from netops.actions.carrying import apply, end
from netops.changes.lifecycle import Phase
from netops.core.errors import InputError, Locked, NotApproved, Refused
from netops.filing import Filed, find, look, record

VLAN = "vlan:kampus:210"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LifeDesk]:
    with open_life_desk(tmp_path) as found:
        yield found


def refused(act: Callable[[], object], command: str) -> None:
    """Exit 4, naming what to do instead."""
    with pytest.raises(Refused) as caught:
        act()
    assert caught.value.exit_code == 4
    assert caught.value.hint is not None and command in caught.value.hint.en and command in caught.value.hint.id


def approved(desk: LifeDesk, ticket: str = "HD-1") -> Filed:
    filed = desk.filed(ticket)
    desk.plan(filed, VLAN)
    desk.approve(filed)
    return filed


def test_returned_is_not_rejected_and_goes_on_by_a_corrected_file(desk: LifeDesk) -> None:
    filed = approved(desk)
    living.send_back(desk.app, filed.change, "surat belum ditandatangani")
    assert desk.change(filed).phase is Phase.RETURNED and "approval.refused" not in desk.kinds(filed)
    refused(lambda: actions.plan(desk.app, filed.change), "netops revise")
    refused(lambda: apply(desk.app, filed.change), "netops revise")
    refused(lambda: desk.approve(filed), "netops revise")
    new = living.revise(desk.app, filed.change, str(desk.file(people=30)), "surat lengkap")
    assert desk.change(filed).phase is Phase.SUPERSEDED and desk.change(new).revises == filed.change
    assert look(desk.app, "HD-1").change == new.change, "the ticket names the request that goes on"


def test_a_ticket_names_the_request_that_is_at_work_and_not_a_file_that_was_only_received(desk: LifeDesk) -> None:
    filed = approved(desk)
    other = find(desk.app, str(desk.file(people=30)))
    assert other.change != filed.change and look(desk.app, "HD-1").change == filed.change
    living.supersede(desk.app, other.change, filed.change, "bukan yang ditandatangani")
    desk.run(filed)
    record(desk.app, "change.ended", filed.change, leftovers=[])
    assert look(desk.app, "HD-1").change == filed.change, "over, and still what the ticket was about"


def test_the_requester_is_told_of_a_returned_and_of_a_cancelled_request(desk: LifeDesk) -> None:
    filed = approved(desk)
    living.send_back(desk.app, filed.change, "surat belum ada")
    living.cancel(desk.app, filed.change, "acara batal")
    queued = [one.event.data["kind"] for one in desk.app.journal.read(filed.change) if one.event.kind == "mail.queued"]
    assert queued == ["returned", "cancelled"]


def test_reopened_it_is_what_was_approved(desk: LifeDesk) -> None:
    filed = approved(desk)
    living.send_back(desk.app, filed.change, "nomor agenda")
    living.reopen(desk.app, filed.change, "sudah ada")
    assert desk.change(filed).phase is Phase.APPROVED and desk.holds() == {VLAN}


def test_cancelling_frees_what_was_reserved(desk: LifeDesk) -> None:
    filed = approved(desk)
    assert desk.holds() == {VLAN}
    living.cancel(desk.app, filed.change, "acara batal")
    assert desk.holds() == set()
    for act in (lambda: apply(desk.app, filed.change), lambda: living.reopen(desk.app, filed.change, "jadi")):
        with pytest.raises(Refused, match="is cancelled") as caught:
            act()
        assert caught.value.hint is not None and caught.value.hint.en == "file a new request"


def test_postponing_frees_and_a_new_date_is_a_new_request(desk: LifeDesk) -> None:
    filed = approved(desk)
    living.postpone(desk.app, filed.change, "hujan")
    assert desk.holds() == set()
    refused(lambda: apply(desk.app, filed.change), "netops revise")
    new = living.revise(desk.app, filed.change, str(desk.file(hours=48)), "hari lain")
    with pytest.raises(NotApproved):
        apply(desk.app, new.change)


def test_a_postponed_request_that_is_reopened_needs_a_new_plan(desk: LifeDesk) -> None:
    filed = approved(desk)
    living.postpone(desk.app, filed.change, "hujan")
    living.reopen(desk.app, filed.change, "cerah")
    desk.clock.move(60)
    with pytest.raises(Refused, match="no plan"):
        apply(desk.app, filed.change)


def test_revising_carries_the_reservation_over_at_once(desk: LifeDesk) -> None:
    filed = approved(desk)
    new = living.revise(desk.app, filed.change, str(desk.file(people=30)), "lebih banyak tamu")
    assert desk.holds(but=new.change) == set() and desk.holds(but=filed.change) == {VLAN}
    last = [one.seq for one in desk.app.journal.read()][-3:]
    kinds = [one.event.kind for one in desk.app.journal.read() if one.seq in last]
    assert kinds == ["request.received", "request.revised", "request.superseded"]
    desk.clock.move(timedelta(days=8).total_seconds())
    assert desk.holds() == set(), "with the old plan its reservation ends"


def test_a_revised_request_needs_its_own_approval(desk: LifeDesk) -> None:
    filed = approved(desk)
    new = living.revise(desk.app, filed.change, str(desk.file(people=30)), "lebih banyak tamu")
    desk.plan(new, VLAN)
    with pytest.raises(NotApproved):
        apply(desk.app, new.change)
    refused(lambda: apply(desk.app, filed.change), f"netops show {new.change}")


def test_the_same_content_is_no_revision(desk: LifeDesk) -> None:
    path = desk.file()
    filed = find(desk.app, str(path))
    with pytest.raises(InputError, match="says the same") as caught:
        living.revise(desk.app, filed.change, str(path), "coba")
    assert caught.value.hint is not None and "netops reopen" in caught.value.hint.en


def test_another_ticket_is_no_revision(desk: LifeDesk) -> None:
    filed = desk.filed()
    with pytest.raises(InputError) as caught:
        living.revise(desk.app, filed.change, str(desk.file("HD-2")), "salah tiket")
    assert caught.value.field == "ticket"


def test_a_file_that_is_over_already_revises_nothing(desk: LifeDesk) -> None:
    first, second = desk.file(people=20), desk.file(people=30)
    filed, other = (find(desk.app, str(path)) for path in (first, second))
    living.cancel(desk.app, other.change, "salah")
    refused(lambda: living.revise(desk.app, filed.change, str(second), "coba"), "netops show")


def test_a_file_that_is_filed_already_takes_the_place(desk: LifeDesk) -> None:
    filed = approved(desk)
    path = desk.file(people=30)
    other = find(desk.app, str(path))
    desk.plan(other, "vlan:kampus:211")
    living.revise(desk.app, filed.change, str(path), "berkas ini")
    assert desk.change(filed).phase is Phase.SUPERSEDED
    assert desk.holds() == {"vlan:kampus:211"} and desk.kinds(other).count("request.received") == 1


def test_another_request_takes_the_place(desk: LifeDesk) -> None:
    filed, other = approved(desk), desk.filed("HD-2")
    living.supersede(desk.app, filed.change, other.change, "acara digabung")
    assert desk.change(filed).superseded_by == other.change and desk.holds() == set()
    third = desk.filed("HD-3")
    refused(lambda: living.supersede(desk.app, third.change, filed.change, "salah"), "netops status")
    with pytest.raises(InputError, match="same request"):
        living.supersede(desk.app, third.change, third.change, "salah")


@pytest.mark.parametrize("what", ["return", "postpone", "cancel", "revise", "reopen"])
def test_while_it_runs_it_is_ended_or_extended(desk: LifeDesk, what: str) -> None:
    filed = approved(desk)
    desk.run(filed)
    act = {
        "return": lambda: living.send_back(desk.app, filed.change, "x"),
        "postpone": lambda: living.postpone(desk.app, filed.change, "x"),
        "cancel": lambda: living.cancel(desk.app, filed.change, "x"),
        "revise": lambda: living.revise(desk.app, filed.change, str(desk.file(people=30)), "x"),
        "reopen": lambda: living.reopen(desk.app, filed.change, "x"),
    }[what]
    refused(act, f"netops end {filed.change} --early")
    refused(act, "netops extend")
    assert desk.change(filed).phase is Phase.ACTIVE and desk.holds() == {VLAN}
    assert "change.refused" in desk.kinds(filed)


@pytest.mark.parametrize("what", ["return", "postpone", "cancel"])
def test_after_its_end_there_is_only_a_new_request(desk: LifeDesk, what: str) -> None:
    filed = approved(desk)
    desk.run(filed)
    record(desk.app, "change.ended", filed.change, leftovers=[])
    act = {"return": living.send_back, "postpone": living.postpone, "cancel": living.cancel}[what]
    with pytest.raises(Refused, match="ended") as caught:
        act(desk.app, filed.change, "x")
    assert caught.value.hint is not None and "new request" in caught.value.hint.en


def test_what_is_neither_returned_nor_postponed_is_not_reopened(desk: LifeDesk) -> None:
    filed = approved(desk)
    refused(lambda: living.reopen(desk.app, filed.change, "x"), "netops apply")


def test_what_never_ran_is_cancelled_not_ended(desk: LifeDesk) -> None:
    filed = approved(desk)
    refused(lambda: end(desk.app, filed.change, early=True), "netops cancel")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "a\x1b[31mb", "a\u202eb"])
def test_a_reason_is_given_and_plain(desk: LifeDesk, reason: str) -> None:
    filed = desk.filed()
    with pytest.raises(InputError) as caught:
        living.cancel(desk.app, filed.change, reason)
    assert caught.value.field == "--reason" and desk.change(filed).phase is Phase.NEW


def test_while_another_decides_or_carries_out_nothing_happens_to_it(desk: LifeDesk) -> None:
    filed = approved(desk)
    for what in ("approval", "change"):
        lease = desk.app.journal.acquire(f"{what}:{filed.change}", "somebody", 30)
        with pytest.raises(Locked):
            living.cancel(desk.app, filed.change, "x")
        desk.app.journal.release(lease)
    living.cancel(desk.app, filed.change, "x")
