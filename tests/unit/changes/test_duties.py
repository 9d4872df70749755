"""What is due: nothing before its time, nothing forgotten after it, the most urgent first."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from netops.changes.duties import WARNING, Due, Duty, Times, duties, watched
from netops.changes.lifecycle import OVER, Change, Phase

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
TIMES = Times(opens_at=AT - timedelta(days=1), ends_at=AT + timedelta(hours=4))


def due(phase: Phase, now: datetime, times: Times = TIMES) -> list[Duty]:
    return [one.duty for one in duties([(Change(id="HD-1-aaaaaa", phase=phase, plan="sha256:1"), times)], now)]


def test_an_approved_event_starts_when_setting_up_opens_and_not_after_its_end() -> None:
    assert due(Phase.APPROVED, TIMES.opens_at - timedelta(seconds=1)) == []
    assert due(Phase.APPROVED, TIMES.opens_at) == [Duty.START]
    assert due(Phase.APPROVED, AT + timedelta(hours=4)) == []
    assert duties([(Change(id="HD-1-aaaaaa", phase=Phase.APPROVED), TIMES)], AT) == (), "nobody planned it yet"


def test_a_running_event_is_warned_of_and_then_ended_however_late() -> None:
    end = AT + timedelta(hours=4)
    assert due(Phase.ACTIVE, end - WARNING - timedelta(seconds=1)) == []
    assert due(Phase.ACTIVE, end - WARNING) == [Duty.WARN]
    assert due(Phase.ACTIVE, end) == due(Phase.ACTIVE, end + timedelta(days=90)) == [Duty.END]


def test_a_quarantined_event_closes_on_time_too_and_a_restored_one_waits() -> None:
    assert due(Phase.QUARANTINED, AT) == []
    assert due(Phase.QUARANTINED, AT + timedelta(hours=5)) == [Duty.END]
    assert due(Phase.RESTORED, AT) == []


def test_a_lasting_change_never_ends_by_itself() -> None:
    lasting = replace(TIMES, ends_at=None)
    assert due(Phase.ACTIVE, AT + timedelta(days=9999), lasting) == []
    assert due(Phase.APPROVED, AT, lasting) == [Duty.START]


def test_interrupted_work_comes_first_then_ends_then_starts() -> None:
    phases = {"a": Phase.APPROVED, "b": Phase.ACTIVE, "c": Phase.APPLYING}
    over = replace(TIMES, ends_at=AT)
    times = {"a": TIMES, "b": over, "c": TIMES}
    found = duties([(Change(id=name, phase=phase, plan="sha256:1"), times[name]) for name, phase in phases.items()], AT)
    assert [(one.change, one.duty) for one in found] == [("c", Duty.RESUME), ("b", Duty.END), ("a", Duty.START)]


@given(st.sampled_from(list(Phase)), st.integers(-5, 5), st.one_of(st.none(), st.integers(-5, 5)), st.integers(-9, 9))
def test_at_most_one_duty_and_none_for_what_is_over(phase: Phase, opens: int, ends: int | None, now: int) -> None:
    hour = timedelta(hours=1)
    times = Times(opens_at=AT + opens * hour, ends_at=None if ends is None else AT + ends * hour)
    change = Change(id="HD-1-aaaaaa", phase=phase, last=AT)
    found: tuple[Due, ...] = duties([(change, times)], AT + now * hour)
    assert len(found) <= 1
    assert not (found and (phase in OVER or not watched(change)))
