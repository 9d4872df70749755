"""The account's fold and the sample: any order of events is told, a draw is the same for everybody."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.changes.account import Exceptional, account, accounts
from netops.changes.sampling import draw, rank
from netops.core.model import Event, Recorded

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
NONE = "sha256:" + "0" * 64


def log(*events: tuple[str, str, Mapping[str, object]], change: str = "HD-1-abcdef") -> list[Recorded]:
    return [
        Recorded(
            seq=seq,
            leaf=f"{seq:064x}",
            event=Event(
                kind=kind, change=change, at=AT + timedelta(minutes=seq), actor="sari", device=device, data=data
            ),
        )
        for seq, (kind, device, data) in enumerate(events)
    ]


@pytest.mark.parametrize(
    ("kind", "data", "what"),
    [
        ("change.refused", {"reason": "StalePlan", "message": "moved"}, Exceptional.DRIFT),
        ("change.refused", {"reason": "OutsideWindow", "message": "late"}, Exceptional.OUTSIDE),
        ("change.refused", {"reason": "NotApproved", "message": "no"}, Exceptional.REFUSED),
        ("approval.refused", {"reason": "wrong key"}, Exceptional.REFUSED),
        ("change.restored", {"message": "sw refused"}, Exceptional.RESTORED),
        ("device.quarantined", {"conflicts": ["/queue x"], "message": "m"}, Exceptional.QUARANTINED),
        ("change.ended", {"leftovers": ["sw: vlan 7"]}, Exceptional.DRIFT),
        (
            "emergency.declared",
            {"document": NONE, "reason": "flood", "papers_due": AT.isoformat()},
            Exceptional.EMERGENCY,
        ),
        ("guard.none", {"accepted_by": "sari"}, Exceptional.UNGUARDED),
    ],
)
def test_each_exception_has_its_reason(kind: str, data: dict[str, object], what: Exceptional) -> None:
    (odd,) = account("HD-1-abcdef", log((kind, "", data))).oddities
    assert (odd.what, odd.answered) == (what, None)
    assert odd.reason in (*map(str, data.values()), "/queue x", "sw: vlan 7")


def test_an_end_without_leftovers_is_no_exception() -> None:
    assert not account("HD-1-abcdef", log(("change.ended", "", {"leftovers": []}))).oddities


def test_a_quarantine_is_answered_by_its_own_device_only() -> None:
    events = log(
        ("device.quarantined", "sw-aula", {"conflicts": ["x"], "message": "m"}),
        ("device.restored", "gw-kampus", {"ops": 1, "conflicts": []}),
        ("device.accepted", "sw-aula", {"reason": "replaced"}),
    )
    (before,) = account("HD-1-abcdef", events[:2]).oddities
    (after,) = account("HD-1-abcdef", events).oddities
    assert before.answered is None
    assert (after.answer, after.answered and after.answered.seq) == ("device.accepted", 2)


def test_an_emergency_is_answered_by_its_letter_and_by_no_photo() -> None:
    declared = ("emergency.declared", "", {"document": NONE, "reason": "flood", "papers_due": AT.isoformat()})
    photo, letter = ("paper.attached", "", {"as": "foto"}), ("paper.attached", "", {"as": "surat"})
    (still,) = account("HD-1-abcdef", log(declared, photo)).oddities
    (now,) = account("HD-1-abcdef", log(declared, photo, letter)).oddities
    assert still.answered is None and now.answered is not None and now.answered.seq == 2


def test_outcomes_go_to_the_group_of_their_device() -> None:
    intent = {"phase": "apply", "batch": 0, "ops": NONE, "count": 2}
    events = log(
        ("batch.intent", "a", intent),
        ("batch.intent", "b", intent),
        ("batch.sent", "a", {"phase": "apply", "batch": 0, "replies": 2}),
        ("batch.failed", "c", {"phase": "apply", "batch": 0, "message": "of no intent"}),
    )
    assert [(one.device, one.outcome) for one in account("HD-1-abcdef", events).groups] == [
        ("a", "sent"),
        ("b", "intended"),
    ]


KINDS = ["change.refused", "change.restored", "change.active", "device.verified", "paper.written", "guard.armed", "x.y"]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(["", "a", "b"])), max_size=30))
def test_any_log_is_told_and_no_answer_comes_before_its_question(kinds: list[tuple[str, str]]) -> None:
    events = log(*((kind, device, {"message": "m"}) for kind, device in kinds))
    told = account("HD-1-abcdef", events)
    assert accounts(events) == ({"HD-1-abcdef": told} if events else {})
    assert all(one.answered is None or one.answered.seq > one.entry.seq for one in told.oddities)
    assert len(told.oddities) == sum(kind in ("change.refused", "change.restored") for kind, _ in kinds)


@settings(max_examples=60)
@given(st.text(max_size=20), st.sets(st.text("ABC-0123", min_size=1, max_size=8), max_size=80), st.integers(0, 12))
def test_a_draw_is_the_same_whatever_the_order(seed: str, changes: set[str], count: int) -> None:
    drawn = draw(seed, sorted(changes), count)
    assert drawn == draw(seed, sorted(changes, reverse=True), count)
    assert len(drawn) == min(len(changes), count or max(5, -(-len(changes) // 10)))
    left = changes - set(drawn)
    assert not left or not drawn or max(rank(seed, one) for one in drawn) < min(rank(seed, one) for one in left)


def test_the_rank_is_what_the_paper_says_it_is() -> None:
    """`printf 'dadu\\nHD-1-abcdef' | sha256sum`"""
    assert rank("dadu", "HD-1-abcdef") == "5293902b9c7e2060ef81bc49cdcd551934d6ba89844c90351b4d5e47a5bc2ddc"
