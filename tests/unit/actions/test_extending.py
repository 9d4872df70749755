"""A longer end: within what was signed, beyond it with a signature, and every moment that is refused."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from life_desk import LifeDesk, open_life_desk

from netops.actions import extending, lasting
from netops.actions.carrying import end
from netops.changes.lifecycle import Phase
from netops.core.errors import InputError, NoCapacity, NotApproved, OutOfBounds, OutsideWindow, Refused
from netops.filing import Filed, record
from netops.requests.further import Extension, body, digest_of
from netops.requests.moments import read_moment

VLAN, DOWN = "vlan:kampus:210", "uplink:kampus/ISP-A:down"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LifeDesk]:
    with open_life_desk(tmp_path) as found:
        yield found


def running(desk: LifeDesk, ticket: str = "HD-1", *resources: str) -> Filed:
    """13.00 to 19.00 WIB, tolerance one hour."""
    filed = desk.filed(ticket)
    desk.plan(filed, *(resources or (VLAN,)))
    desk.approve(filed)
    desk.clock.move(3600)
    desk.run(filed)
    return filed


def sign(desk: LifeDesk, filed: Filed, until: str, role: str = "kepala") -> None:
    wanted = extending.extension_to_sign(desk.app, filed, until)
    desk.approve(filed, role, about=lasting.extension_matter(wanted))


def test_within_the_tolerance_that_was_signed_nothing_more_is_needed(desk: LifeDesk) -> None:
    filed = running(desk)
    done = extending.extend(desk.app, filed.change, "20 Nov 2026 20:00", "rektor belum selesai")
    assert not done.signed and lasting.ends_at(desk.app, filed) == done.until
    assert done.until - filed.request.ends_at == timedelta(hours=1)  # type: ignore[operator]  # an event has an end
    desk.clock.move(6.5 * 3600)
    with pytest.raises(OutsideWindow, match="20:00"):
        end(desk.app, filed.change)


def test_the_requester_is_told_of_the_new_end(desk: LifeDesk) -> None:
    filed = running(desk)
    extending.extend(desk.app, filed.change, "20 Nov 2026 20:00")
    queued = [one.event.data["kind"] for one in desk.app.journal.read(filed.change) if one.event.kind == "mail.queued"]
    assert queued == ["extended"]


def test_beyond_the_approval_is_refused_with_the_command_that_asks_for_it(desk: LifeDesk) -> None:
    filed = running(desk)
    with pytest.raises(OutOfBounds, match="beyond what was approved") as caught:
        extending.extend(desk.app, filed.change, "20 Nov 2026 20:01")
    assert caught.value.exit_code == 4 and caught.value.hint is not None
    for hint, key in ((caught.value.hint.id, "KUNCI"), (caught.value.hint.en, "KEY")):
        assert f'--key {key} --extension-until "2026-11-20 20:01 WIB"' in hint
    assert read_moment("2026-11-20 20:01 WIB", "WIB", "") == read_moment("20 Nov 2026 20:01", "WIB", "")
    assert desk.change(filed).extended_until is None and "change.refused" in desk.kinds(filed)


def test_beyond_it_with_a_signature_and_not_a_minute_further(desk: LifeDesk) -> None:
    filed = running(desk)
    sign(desk, filed, "20 Nov 2026 22:00")
    assert lasting.ends_at(desk.app, filed) == filed.request.ends_at, "signing alone moves nothing"
    for other in ("20 Nov 2026 22:01", "20 Nov 2026 21:59"):
        with pytest.raises(OutOfBounds):
            extending.extend(desk.app, filed.change, other)
    done = extending.extend(desk.app, filed.change, "20 Nov 2026 22:00")
    assert done.signed and lasting.ends_at(desk.app, filed) == done.until == lasting.closes_at(desk.app, filed)


def test_after_a_signed_extension_another_one_may_follow(desk: LifeDesk) -> None:
    filed = running(desk)
    for hour in (22, 23):
        sign(desk, filed, f"20 Nov 2026 {hour}:00")
        extending.extend(desk.app, filed.change, f"20 Nov 2026 {hour}:00")
        desk.clock.move(3600)
    assert lasting.ends_at(desk.app, filed) == desk.change(filed).extended_until


def test_a_rejected_extension_leaves_the_event_as_it_was(desk: LifeDesk) -> None:
    filed = running(desk)
    wanted = extending.extension_to_sign(desk.app, filed, "20 Nov 2026 22:00")
    from netops import actions

    actions.decide(
        desk.app, filed, decision="reject", role="kepala", approver="", key=desk.root / "kepala.key", reason="cukup",
        about=lasting.extension_matter(wanted),
    )  # fmt: skip
    assert desk.change(filed).phase is Phase.ACTIVE
    with pytest.raises(NotApproved, match="rejected"):
        extending.extend(desk.app, filed.change, "20 Nov 2026 22:00")


def test_an_approval_of_the_request_is_none_of_the_extension(desk: LifeDesk) -> None:
    """The very statement and signature of the request, sent in for the extension."""
    from netops import actions

    filed = running(desk)
    wanted = extending.extension_to_sign(desk.app, filed, "20 Nov 2026 22:00")
    first = next(one.event.data for one in desk.app.journal.read(filed.change) if one.event.kind == "approval.received")
    with pytest.raises(NotApproved, match="another request"):
        actions.receive(
            desk.app, filed, desk.app.objects.get(first["statement"]), desk.app.objects.get(first["signature"]).decode(),
            lasting.extension_matter(wanted),
        )  # fmt: skip


def test_a_row_in_the_log_without_a_signature_lengthens_nothing(desk: LifeDesk) -> None:
    filed = running(desk)
    late = desk.clock.now() + timedelta(hours=15)
    forged = Extension(change=filed.change, request=filed.digest, until=late)
    desk.app.objects.put(body(forged))
    for document in ("", digest_of(forged)):
        record(
            desk.app, "change.extended", filed.change, until=late.isoformat(), extension=document, reason="",
            reservations=[],
        )  # fmt: skip
        assert lasting.ends_at(desk.app, filed) == lasting.approved_until(desk.app, filed)


@pytest.mark.parametrize(
    ("until", "what"),
    [
        ("20 Nov 2026 12:30", "is past"),
        ("20 Nov 2026 19:00", "not after the present end"),
        ("20 Nov 2026 18:00", "not after the present end"),
        ("nanti malam", "is no moment"),
    ],
)
def test_an_end_before_now_or_no_later_is_bad_input(desk: LifeDesk, until: str, what: str) -> None:
    filed = running(desk)
    with pytest.raises(InputError, match=what) as caught:
        extending.extend(desk.app, filed.change, until)
    assert caught.value.exit_code == 2 and caught.value.field == "--until"
    assert desk.change(filed).extended_until is None


def test_what_does_not_run_is_not_extended(desk: LifeDesk) -> None:
    filed = desk.filed()
    with pytest.raises(Refused, match="cannot be extended"):
        extending.extend(desk.app, filed.change, "20 Nov 2026 20:00")
    over = running(desk, "HD-2")
    record(desk.app, "change.ended", over.change, leftovers=[])
    with pytest.raises(Refused, match="cannot be extended") as caught:
        extending.extend(desk.app, over.change, "20 Nov 2026 22:00")
    assert caught.value.hint is not None and caught.value.hint.en == "file a new request"


def test_the_added_time_belongs_to_the_next_event(desk: LifeDesk) -> None:
    filed = running(desk)
    following = desk.filed("HD-2", hours=33)  # its installation may begin at 22.00 WIB
    desk.plan(following, VLAN)
    sign(desk, filed, "20 Nov 2026 22:59")
    with pytest.raises(NoCapacity, match=following.change):
        extending.extend(desk.app, filed.change, "20 Nov 2026 22:59")
    assert desk.change(filed).extended_until is None
    extending.extend(desk.app, filed.change, "20 Nov 2026 20:00")


def test_a_signed_extension_reserves_the_added_time(desk: LifeDesk) -> None:
    filed = running(desk, "HD-1", VLAN, DOWN)
    sign(desk, filed, "20 Nov 2026 22:00")
    done = extending.extend(desk.app, filed.change, "20 Nov 2026 22:00")
    assert {one.ends_at for one in desk.change(filed).reservations} == {done.until}


def test_who_signs_the_extension_does_not_carry_it_out(desk: LifeDesk) -> None:
    filed = running(desk)
    sign(desk, filed, "20 Nov 2026 22:00")
    desk.app.actor = "kepala@kampus.example"
    with pytest.raises(NotApproved, match="must not carry it out"):
        extending.extend(desk.app, filed.change, "20 Nov 2026 22:00")
