"""The fold: a change's state is what its events say, in one pass or two, whatever other changes did in between."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from netops.changes.lifecycle import DONE, OPEN, Change, Phase, fold, fold_all, held, promised
from netops.core.canonical import dump
from netops.core.measured import Commitment
from netops.core.model import Event, GuardHandle, GuardKind, GuardPurpose, Recorded, Reservation

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
HANDLE = GuardHandle(
    purpose=GuardPurpose.REVERT, kind=GuardKind.DEVICE_TIMER, device="gw", name="g", armed_at=NOW,
    fires_at=NOW + timedelta(minutes=5),
)  # fmt: skip
HELD = Reservation(resource="vlan:kampus:210", amount=1, starts_at=NOW, ends_at=NOW + timedelta(hours=6))
ALLOCATED = Commitment(
    allocation="gw/unit-a", unit="Unit A", letter="7/2026", uplink="kampus/ISP-A", up=1, down=2, since=NOW, until=None,
    kind="permanent", change="C",
)  # fmt: skip

KINDS: dict[str, dict[str, object]] = {
    "request.received": {"request": "sha256:r"},
    "plan.recorded": {
        "plan": "sha256:p",
        "expires_at": (NOW + timedelta(days=1)).isoformat(),
        "reservations": [dump(HELD)],
        "commitments": [dump(ALLOCATED)],
    },
    "approval.received": {"decision": "approve"},
    "change.refused": {"reason": "x"},
    "change.started": {"plan": "sha256:p"},
    "batch.intent": {"phase": "apply", "batch": 1, "ops": "sha256:o"},
    "batch.sent": {"phase": "apply", "batch": 1, "replies": 1},
    "guard.intent": {"handle": dump(HANDLE)},
    "guard.armed": {"handle": dump(HANDLE)},
    "guard.confirmed": {"handle": dump(HANDLE)},
    "device.verified": {},
    "device.confirmed": {},
    "device.restored": {},
    "device.quarantined": {"conflicts": ["x"], "message": ""},
    "change.active": {},
    "change.restored": {},
    "change.quarantined": {},
    "change.ending": {},
    "change.ended": {"leftovers": ["row"]},
    "some.future-kind": {"unknown": True},
    "request.returned": {"reason": "no letter"},
    "request.postponed": {"reason": "rain"},
    "request.reopened": {"reason": "letter came"},
    "request.cancelled": {"reason": "no event"},
    "request.superseded": {"reason": "new date", "by": "D"},
    "request.revised": {"reason": "new date", "revises": "B", "expires_at": None, "reservations": []},
    "change.extended": {
        "until": (NOW + timedelta(hours=5)).isoformat(),
        "reservations": [dump(HELD)],
        "reason": "late",
    },
    "emergency.declared": {"document": "sha256:e", "papers_due": (NOW + timedelta(days=3)).isoformat()},
    "emergency.settled": {"letter": "B-1"},
    "paper.attached": {"as": "surat", "document": "sha256:d", "type": "application/pdf", "size": 9, "name": "s.pdf"},
    "paper.withdrawn": {"as": "surat", "document": "sha256:d"},
}
ON_DEVICE = {"batch.intent", "batch.sent", "guard.intent", "guard.armed", "guard.confirmed", "device.verified", "device.confirmed",
             "device.restored", "device.quarantined"}  # fmt: skip


def recorded(*kinds: str, change: str = "C") -> list[Recorded]:
    return [
        Recorded(
            seq=seq,
            leaf="00",
            event=Event(
                kind=kind, change=change, at=NOW + timedelta(seconds=seq), actor="a",
                device="gw" if kind in ON_DEVICE else "", data=KINDS[kind],
            ),
        )
        for seq, kind in enumerate(kinds)
    ]  # fmt: skip


def phase(*kinds: str) -> Phase:
    return fold("C", recorded(*kinds)).phase


def test_the_ordinary_way() -> None:
    way = ["request.received", "plan.recorded", "approval.received", "change.started", "change.active",
           "change.ending", "change.ended"]  # fmt: skip
    seen = [phase(*way[: n + 1]) for n in range(len(way))]
    assert seen == [Phase.NEW, Phase.PLANNED, Phase.APPROVED, Phase.APPLYING, Phase.ACTIVE, Phase.ENDING, Phase.ENDED]


def test_a_refusal_changes_nothing_and_a_plan_after_the_approval_keeps_it() -> None:
    assert phase("request.received", "change.refused") is Phase.NEW
    assert phase("request.received", "approval.received", "plan.recorded") is Phase.APPROVED


def test_a_rejection_while_it_runs_does_not_make_it_vanish() -> None:
    events = recorded("request.received", "plan.recorded", "change.started", "change.active", "approval.received")
    late = events[-1].event
    rejected = Event(kind=late.kind, change="C", at=late.at, actor="a", data={"decision": "reject"})
    assert fold("C", [*events[:-1], Recorded(seq=4, leaf="00", event=rejected)]).phase is Phase.ACTIVE


def test_what_may_be_on_a_device_is_every_batch_whose_intent_is_logged() -> None:
    change = fold("C", recorded("change.started", "guard.armed", "batch.intent", "batch.intent"))
    device = change.device("gw")
    assert len(device.applied()) == 2 and device.guard == HANDLE and not device.guard_over
    assert fold("C", recorded("change.started", "guard.armed", "guard.confirmed")).device("gw").guard_over


def test_an_execution_after_a_restored_one_starts_with_untouched_devices() -> None:
    again = fold(
        "C", recorded("change.started", "batch.intent", "device.restored", "change.restored", "change.started")
    )
    assert again.device("gw").applied() == () and again.phase is Phase.APPLYING


def test_a_returned_request_goes_on_from_where_it_was_and_a_postponed_one_without_its_plan() -> None:
    way = ("request.received", "plan.recorded", "approval.received", "request.returned")
    assert phase(*way) is Phase.RETURNED
    assert held([fold("C", recorded(*way))], NOW) == (HELD,), "it may be completed while its plan is good"
    assert phase(*way, "request.reopened") is Phase.APPROVED
    postponed = fold("C", recorded(*way, "request.postponed"))
    assert postponed.phase is Phase.POSTPONED and held([postponed], NOW) == () and postponed.plan == ""
    assert phase(*way, "request.postponed", "request.reopened") is Phase.APPROVED
    assert phase("request.received", "plan.recorded", "request.postponed", "request.reopened") is Phase.NEW


def test_what_runs_is_neither_cancelled_nor_superseded_nor_returned() -> None:
    for kind in ("request.cancelled", "request.superseded", "request.returned", "request.postponed"):
        running = fold("C", recorded("plan.recorded", "change.started", "change.active", kind))
        assert running.phase is Phase.ACTIVE and held([running], NOW) == (HELD,)


def test_a_plan_that_came_too_late_reserves_nothing() -> None:
    for kind in ("request.cancelled", "request.superseded", "request.postponed"):
        late = fold("C", recorded("request.received", kind, "plan.recorded"))
        assert late.reservations == () and late.plan == ""


def test_a_revised_request_takes_over_what_the_old_one_held() -> None:
    *before, revised = recorded("request.received", "request.revised")
    data = {**revised.event.data, "expires_at": (NOW + timedelta(days=1)).isoformat(), "reservations": [dump(HELD)]}
    taken = fold("C", [*before, replace(revised, event=replace(revised.event, data=data))])
    assert taken.phase is Phase.NEW and taken.revises == "B"
    assert held([taken], NOW) == (HELD,) and held([taken], NOW + timedelta(days=2)) == ()


def test_an_exception_is_open_until_the_letter_is_here_or_it_is_settled() -> None:
    due = NOW + timedelta(days=3)
    way = ("request.received", "emergency.declared", "change.started", "change.ended")
    assert fold("C", recorded(*way)).papers_due == due
    assert fold("C", recorded(*way, "emergency.settled")).papers_due is None
    assert fold("C", recorded(*way, "paper.attached")).papers_due is None
    assert fold("C", recorded(*way, "paper.attached", "paper.withdrawn")).papers_due == due
    assert fold("C", recorded("request.received", "emergency.declared", "request.cancelled")).papers_due is None


def test_who_holds_what() -> None:
    planned = fold("C", recorded("request.received", "plan.recorded"))
    assert held([planned], NOW) == (HELD,)
    assert held([planned], NOW, but="C") == ()
    assert held([planned], NOW + timedelta(days=2)) == (), "an expired plan holds nothing"
    running = fold("C", recorded("plan.recorded", "change.started", "change.active"))
    assert held([running], NOW + timedelta(days=2)) == (HELD,), "what runs holds until it ends"
    assert held([fold("C", recorded("plan.recorded", "change.started", "change.ended"))], NOW) == ()
    restored = fold("C", recorded("plan.recorded", "change.started", "change.restored"))
    assert held([restored], NOW) == (HELD,), "it may be applied again while its plan is good"
    assert held([restored], NOW + timedelta(days=2)) == ()


def commitments(*kinds: str, now: datetime = NOW) -> tuple[Commitment, ...]:
    return promised([fold("C", recorded(*kinds))], now)


def test_what_is_promised_while_it_is_planned_runs_and_after_it_ended() -> None:
    planned = ("request.received", "plan.recorded")
    running = (*planned, "approval.received", "change.started", "change.active")
    assert commitments(*planned) == (ALLOCATED,)
    assert commitments(*planned, now=NOW + timedelta(days=2)) == ()  # the plan expired
    assert commitments(*running, now=NOW + timedelta(days=2)) == (ALLOCATED,)
    assert commitments(*planned, "request.cancelled") == commitments(*planned, "request.postponed") == ()
    assert promised([fold("C", recorded(*planned))], NOW, but="C") == ()
    (ended,) = commitments(*running, "change.ending", "change.ended")
    assert ended == replace(ALLOCATED, until=NOW + timedelta(seconds=6))
    assert commitments(*planned, "request.returned", "request.revised") == (ALLOCATED,)


def test_a_temporary_promise_lasts_as_long_as_its_change_is_extended() -> None:
    temporary = replace(ALLOCATED, kind="temporary", until=NOW + timedelta(hours=4))
    events = recorded("request.received", "plan.recorded", "approval.received", "change.started", "change.active")
    data = {**events[1].event.data, "commitments": [dump(temporary)]}
    events[1] = replace(events[1], event=replace(events[1].event, data=data))
    longer = Recorded(
        seq=5, leaf="00", event=replace(events[0].event, kind="change.extended", data=KINDS["change.extended"])
    )
    assert fold("C", [*events, longer]).commitments == (replace(temporary, until=NOW + timedelta(hours=5)),)


def test_an_event_of_the_log_without_a_change_belongs_to_none() -> None:
    assert list(fold_all([*recorded("some.future-kind", change=""), *recorded("request.received")])) == ["C"]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(sorted(KINDS)), max_size=25), st.integers(0, 25))
def test_any_sequence_folds_and_interleaving_changes_nothing(kinds: list[str], cut: int) -> None:
    mine = recorded(*kinds)
    other = recorded(*reversed(kinds), change="D")
    mixed = [event for pair in zip(mine, other, strict=True) for event in pair]
    alone = fold("C", mine)
    assert fold_all(mixed).get("C", Change(id="C")) == alone
    assert not (alone.phase in OPEN and alone.phase in DONE)
    assert alone.phase not in DONE or held([alone], NOW) == (), "a dead request reserves nothing"
    assert fold_all(mine[:cut] + mine[cut:]) == fold_all(mine)
