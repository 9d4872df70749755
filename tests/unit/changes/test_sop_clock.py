"""The SOP's clock on a log: derived, reported, paused, late, a branch that was not taken, and what nobody told."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from netops.changes.office_time import Hours, WorkingTime
from netops.changes.sop import Clocked, Standing, Taken, clock, pauses
from netops.core.model import Event

NOW = datetime(2026, 11, 19, 1, tzinfo=UTC)
ALWAYS = WorkingTime(zone=UTC, week={day: (Hours(since=time(), until=None),) for day in range(7)})
FILED = Clocked(number=1, minutes=5, finishes="request.received")
TOLD = Clocked(number=2, minutes=5)
COMPLETE = Clocked(number=3, minutes=10, begins="request.received", finishes="plan.recorded")
DECIDED = Clocked(number=4, minutes=5, begins="plan.recorded", finishes="approval.received:approve")
REFUSED = Clocked(number=5, minutes=5, begins="approval.received:reject", finishes="mail.sent", branch=True)
OVER = Clocked(number=8, minutes=None, begins="request.received", finishes="change.active")


def event(minute: float, kind: str, **data: Any) -> Event:
    return Event(kind=kind, change="C", at=NOW + timedelta(minutes=minute), actor="a", data=data)


def one(step: Clocked, *events: Event, after: float = 60) -> Taken:
    (taken,) = clock([step], events, ALWAYS, NOW + timedelta(minutes=after), pauses(events))
    return taken


def test_a_step_between_two_events_is_measured_and_compared() -> None:
    taken = one(COMPLETE, event(0, "request.received"), event(8, "plan.recorded"))
    assert (taken.standing, taken.seconds, taken.over) == (Standing.IN_TIME, 480, -120)
    late = one(COMPLETE, event(0, "request.received"), event(25, "plan.recorded"))
    assert (late.standing, late.over) == (Standing.LATE, 900)


def test_the_standard_itself_is_in_time() -> None:
    assert one(COMPLETE, event(0, "request.received"), event(10, "plan.recorded")).standing is Standing.IN_TIME


def test_what_nobody_reported_is_not_recorded_and_never_late() -> None:
    taken = one(TOLD, event(0, "request.received"))
    assert (taken.standing, taken.seconds, taken.over) == (Standing.UNRECORDED, None, None)


def test_one_end_alone_gives_no_duration() -> None:
    taken = one(FILED, event(0, "request.received"))
    assert (taken.standing, taken.seconds, taken.over) == (Standing.DONE, None, None) and taken.done_at == NOW


def test_a_report_gives_the_end_that_the_log_does_not_show_and_a_correction_replaces_it() -> None:
    told = event(30, "step.reported", step=1, started_at=(NOW - timedelta(minutes=4)).isoformat(), by="helpdesk")
    taken = one(FILED, event(0, "request.received"), told)
    assert (taken.standing, taken.seconds, taken.reported, taken.by) == (Standing.IN_TIME, 240, True, "helpdesk")
    again = event(31, "step.reported", step=1, started_at=(NOW - timedelta(minutes=9)).isoformat())
    assert one(FILED, event(0, "request.received"), told, again).standing is Standing.LATE


def test_the_log_goes_before_what_is_told() -> None:
    told = event(30, "step.reported", step=3, done_at=NOW.isoformat())
    taken = one(COMPLETE, event(0, "request.received"), event(25, "plan.recorded"), told)
    assert taken.standing is Standing.LATE and not taken.reported


def test_a_report_about_another_step_says_nothing_here() -> None:
    told = event(30, "step.reported", step=1, done_at=NOW.isoformat())
    assert one(TOLD, told).standing is Standing.UNRECORDED


def test_a_report_that_does_not_fit_the_log_measures_nothing() -> None:
    told = event(30, "step.reported", step=1, started_at=(NOW + timedelta(minutes=9)).isoformat())
    taken = one(FILED, event(0, "request.received"), told)
    assert (taken.standing, taken.started_at, taken.seconds) == (Standing.DONE, None, None)


def test_a_branch_that_was_not_taken_and_one_that_was() -> None:
    approved = event(5, "approval.received", decision="approve", role="kepala")
    rejected = event(5, "approval.received", decision="reject", role="kepala")
    assert one(REFUSED, approved).standing is Standing.NOT_TAKEN
    assert one(REFUSED, rejected, event(6, "mail.sent")).standing is Standing.IN_TIME
    assert one(DECIDED, event(0, "plan.recorded"), rejected).standing is Standing.LATE, (
        "nobody approved within 60 minutes"
    )


def test_what_was_approved_before_it_was_planned_is_done_and_not_measured() -> None:
    taken = one(DECIDED, event(0, "approval.received", decision="approve"), event(9, "plan.recorded"))
    assert (taken.standing, taken.seconds, taken.over, taken.done_at) == (Standing.DONE, None, None, NOW)


def test_a_role_tells_the_steps_of_a_chain_apart() -> None:
    step = Clocked(number=2, minutes=60, begins="request.received", finishes="approval.received:kabid")
    events = (
        event(0, "request.received"),
        event(5, "approval.received", decision="approve", role="kadis"),
        event(9, "approval.received", decision="approve", role="kabid"),
    )
    assert one(step, *events).seconds == 540


def test_what_runs_is_running_until_it_is_late() -> None:
    begun = event(0, "request.received")
    running = one(COMPLETE, begun, after=9)
    assert (running.standing, running.over) == (Standing.RUNNING, None)
    assert one(COMPLETE, begun, after=11).standing is Standing.LATE


def test_a_step_without_a_standard_is_compared_with_nothing() -> None:
    taken = one(OVER, event(0, "request.received"), event(5000, "change.active"))
    assert (taken.standing, taken.over, taken.seconds) == (Standing.DONE, None, 300_000)


def test_the_clock_stands_while_the_request_is_with_its_requester_and_while_somebody_paused_it() -> None:
    events = (
        event(0, "request.received"),
        event(2, "request.returned", reason="surat belum ada"),
        event(40, "request.reopened", reason="surat datang"),
        event(41, "clock.paused", reason="listrik padam"),
        event(50, "clock.resumed"),
        event(55, "plan.recorded"),
    )
    assert [pause.reason for pause in pauses(events)] == ["surat belum ada", "listrik padam"]
    assert one(COMPLETE, *events).seconds == (2 + 1 + 5) * 60


def test_a_pause_that_goes_on_counts_up_to_now() -> None:
    events = event(0, "request.received"), event(2, "request.postponed", reason="hujan")
    (pause,) = pauses(events)
    assert pause.until is None
    assert one(COMPLETE, *events, after=500).seconds == 120
