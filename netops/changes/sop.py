"""The SOP's clock: each step's standard, what it took, the difference; invents no time that nobody reported."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct

from netops.changes.office_time import Span, WorkingTime, working_seconds
from netops.core.model import Event

_WORDS = ("decision", "role", "as")
"""Fields of an event that a mark may name behind its kind."""


class Clocked(Struct, frozen=True, kw_only=True):
    """A step's number, its standard in minutes (None where the SOP gives none) and the marks that begin and finish it.

    A mark is an event's kind, alone (`change.active`) or with one word of its data (`approval.received:reject`,
    `approval.received:kepala`, `paper.attached:bast`). A `branch` is only walked where its first mark is in the log.
    """

    number: int
    minutes: int | None
    begins: str = ""
    finishes: str = ""
    branch: bool = False


class Standing(StrEnum):
    IN_TIME = "in-time"
    LATE = "late"  # melebihi waktu baku
    DONE = "done"  # done; nothing to compare with
    RUNNING = "running"  # begun, not done yet
    UNRECORDED = "unrecorded"  # tidak tercatat
    NOT_TAKEN = "not-taken"  # a branch of the procedure that this request did not take


class Taken(Struct, frozen=True, kw_only=True):
    """What a step took. Times in whole working seconds; `seconds` None where either end is not known.

    `over` is what it took beyond the standard (negative: less); None where there is nothing to compare yet. `reported` says
    that a person told us at least one end; `by` is who did the step, as reported.
    """

    number: int
    minutes: int | None
    standing: Standing
    started_at: datetime | None = None
    done_at: datetime | None = None
    seconds: int | None = None
    over: int | None = None
    reported: bool = False
    by: str = ""


class Pause(Struct, frozen=True, kw_only=True):
    """The clock stands: `reason` in somebody's words; `until` None while it still does."""

    since: datetime
    until: datetime | None
    reason: str


_HALTS = {"clock.paused": "clock", "request.returned": "request", "request.postponed": "request"}
_GOES_ON = {
    "clock.resumed": ("clock",),
    "request.reopened": ("request",),
    "request.revised": ("clock", "request"),
    "request.cancelled": ("clock", "request"),
}


def pauses(events: Sequence[Event]) -> tuple[Pause, ...]:
    """Pauses that somebody ordered, and those while the request waited for its requester, in order."""
    open_: dict[str, tuple[datetime, str]] = {}
    found: list[Pause] = []
    for event in events:
        if halt := _HALTS.get(event.kind):
            open_.setdefault(halt, (event.at, str(event.data["reason"])))
        for halt in _GOES_ON.get(event.kind, ()):
            if halt in open_:
                since, reason = open_.pop(halt)
                found.append(Pause(since=since, until=event.at, reason=reason))
    found += [Pause(since=since, until=None, reason=reason) for since, reason in open_.values()]
    return tuple(sorted(found, key=lambda pause: pause.since))


def clock(
    steps: Sequence[Clocked], events: Sequence[Event], office: WorkingTime, now: datetime, halted: Sequence[Pause]
) -> tuple[Taken, ...]:
    """Every step of the SOP, by the log and by what was reported. `events` of one request, in log order."""
    spans: list[Span] = [(pause.since, pause.until or now) for pause in halted]
    return tuple(_taken(step, events, office, now, spans) for step in steps)


def derived(step: Clocked, events: Sequence[Event]) -> tuple[datetime | None, datetime | None]:
    """When the log itself shows that a step began and was done: the first such event, and the first one after that.

    A step that was done before what usually begins it (approved before it was planned) is done, and was not measured.
    """
    start = next((event.at for event in events if _matches(step.begins, event)), None)
    ends = [event.at for event in events if _matches(step.finishes, event)]
    if start is None:
        return None, ends[0] if ends and not step.branch else None
    after = [end for end in ends if end >= start]
    return (None, ends[-1]) if ends and not after else (start, after[0] if after else None)


def _taken(step: Clocked, events: Sequence[Event], office: WorkingTime, now: datetime, spans: Sequence[Span]) -> Taken:
    start, done = derived(step, events)
    told = [event.data for event in events if event.kind == "step.reported" and event.data["step"] == step.number]
    said_start, said_done, by = _latest(told)
    reported = (start is None and said_start is not None) or (done is None and said_done is not None)
    start, done = start or said_start, done or said_done
    if start is not None and done is not None and done < start:
        start = None  # two sources that do not fit together: what the log does not show was not measured
    standing, seconds = _standing(step, start, done, office, now, spans)
    unknown = seconds is None or step.minutes is None or standing is Standing.RUNNING
    over = None if unknown else (seconds or 0) - (step.minutes or 0) * 60
    return Taken(
        number=step.number,
        minutes=step.minutes,
        standing=standing,
        started_at=start,
        done_at=done,
        seconds=seconds,
        over=over,
        reported=reported,
        by=by,
    )


def _standing(
    step: Clocked,
    start: datetime | None,
    done: datetime | None,
    office: WorkingTime,
    now: datetime,
    spans: Sequence[Span],
) -> tuple[Standing, int | None]:
    if start is None and done is None:
        return (Standing.NOT_TAKEN if step.branch else Standing.UNRECORDED), None
    if start is None:
        return Standing.DONE, None
    seconds = working_seconds(office, start, done or now, spans)
    if step.minutes is not None and seconds > step.minutes * 60:
        return Standing.LATE, seconds
    if done is None:
        return Standing.RUNNING, seconds
    return (Standing.DONE if step.minutes is None else Standing.IN_TIME), seconds


def _latest(told: Sequence[Mapping[str, Any]]) -> tuple[datetime | None, datetime | None, str]:
    """What was reported last, end by end: a correction replaces what it names and leaves the rest."""
    start: datetime | None = None
    done: datetime | None = None
    by = ""
    for data in told:
        start = datetime.fromisoformat(data["started_at"]) if data.get("started_at") else start
        done = datetime.fromisoformat(data["done_at"]) if data.get("done_at") else done
        by = data.get("by") or by
    return start, done, by


def _matches(mark: str, event: Event) -> bool:
    kind, colon, word = mark.partition(":")
    if not mark or event.kind != kind:
        return False
    return not colon or any(event.data.get(field) == word for field in _WORDS)
