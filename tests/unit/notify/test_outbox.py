"""The queue of mails is what the log says: nothing is lost, nothing is sent twice, nothing is tried for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from netops.core.model import Event, Recorded
from netops.notify.outbox import GIVE_UP, WAITS, due, outbox

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def log(*facts: tuple[str, float, dict[str, object]]) -> list[Recorded]:
    return [
        Recorded(
            seq=seq,
            leaf="",
            event=Event(kind=kind, change="HD-1-aaaaaa", at=AT + timedelta(minutes=minutes), actor="a", data=data),
        )
        for seq, (kind, minutes, data) in enumerate(facts)
    ]


def queued(name: str = "sha256:a", minutes: float = 0) -> tuple[str, float, dict[str, object]]:
    return ("mail.queued", minutes, {"mail": name, "kind": "ready"})


def failed(minutes: float, *, permanent: bool = False, name: str = "sha256:a") -> tuple[str, float, dict[str, object]]:
    return ("mail.failed", minutes, {"mail": name, "message": "451 busy", "permanent": permanent})


def test_a_queued_mail_is_due_at_once_and_a_sent_one_never() -> None:
    assert [one.mail for one in due(outbox(log(queued())), AT)] == ["sha256:a"]
    sent = outbox(log(queued(), ("mail.sent", 1, {"mail": "sha256:a"})))
    assert due(sent, AT + timedelta(days=9)) == ()
    assert sent[0].sent_at == AT + timedelta(minutes=1)


def test_each_failure_waits_longer_and_says_why() -> None:
    facts, minute = [queued()], 0.0
    for wait in (*WAITS, WAITS[-1]):
        facts.append(failed(minute))
        (one,) = outbox(log(*facts))
        assert one.trouble == "451 busy"
        assert one.next_at == AT + timedelta(minutes=minute) + wait
        assert due((one,), one.next_at - timedelta(seconds=1)) == ()
        minute += wait.total_seconds() / 60


def test_a_refusal_for_good_and_four_days_end_it() -> None:
    (refused,) = outbox(log(queued(), failed(1, permanent=True)))
    (old,) = outbox(log(queued(), failed(GIVE_UP.total_seconds() / 60)))
    assert not refused.waiting and not old.waiting
    assert due((refused, old), AT + timedelta(days=30)) == ()


def test_the_same_mail_asked_for_again_is_one_mail() -> None:
    assert len(outbox(log(queued(), queued(minutes=3)))) == 1


def test_a_failure_of_a_mail_that_was_never_queued_is_only_a_record() -> None:
    assert outbox(log(failed(0, name=""))) == ()


@given(st.lists(st.sampled_from(["queue a", "queue b", "sent a", "sent b", "fail a", "fail b"]), max_size=12))
def test_what_is_waiting_was_queued_and_not_sent(steps: list[str]) -> None:
    kinds = {"queue": "mail.queued", "sent": "mail.sent", "fail": "mail.failed"}
    facts: list[tuple[str, float, dict[str, object]]] = []
    for minute, step in enumerate(steps):
        verb, name = step.split()
        facts.append((kinds[verb], minute, {"mail": name, "kind": "ready", "message": "", "permanent": False}))
    waiting = {one.mail for one in outbox(log(*facts)) if one.waiting}
    expected = set()
    for name in "ab":
        first = next((i for i, step in enumerate(steps) if step == f"queue {name}"), None)
        if first is not None and f"sent {name}" not in steps[first:]:
            expected.add(name)
    assert waiting == expected
