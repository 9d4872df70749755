"""What is due at a moment: interrupted work first, then ends, starts and warnings. Pure; refuses to guess about requests."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from netops.changes.lifecycle import Change, Phase

WARNING = timedelta(minutes=30)
"""How long before its end the people of an event are warned."""


class Duty(StrEnum):
    RESUME = "resume"  # a worker died, or works still: its lease tells
    END = "end"
    START = "start"
    WARN = "warn"


_ORDER = tuple(Duty)


class Times(Struct, frozen=True, kw_only=True):
    """When a change may begin and has to end (UTC). `ends_at` None: it lasts."""

    opens_at: datetime
    ends_at: datetime | None


class Due(Struct, frozen=True, kw_only=True):
    change: str
    duty: Duty
    since: datetime


def duties(changes: Iterable[tuple[Change, Times]], now: datetime) -> tuple[Due, ...]:
    """What is due now, most urgent first. What was due while nobody ran is due still: nothing is skipped for lateness.

    A quarantined change ends on time too: access closes whatever else is wrong. A restored one waits for a person.
    """
    found = [due for change, times in changes for due in _of(change, times, now)]
    return tuple(sorted(found, key=lambda due: (_ORDER.index(due.duty), due.since, due.change)))


def _of(change: Change, times: Times, now: datetime) -> Iterable[Due]:
    ends_at = times.ends_at
    over = ends_at is not None and now >= ends_at
    match change.phase:
        case Phase.APPLYING | Phase.ENDING:
            yield Due(change=change.id, duty=Duty.RESUME, since=change.last or now)
        case Phase.ACTIVE | Phase.QUARANTINED if ends_at is not None and over:
            yield Due(change=change.id, duty=Duty.END, since=ends_at)
        case Phase.ACTIVE if ends_at is not None and now >= ends_at - WARNING:
            yield Due(change=change.id, duty=Duty.WARN, since=ends_at - WARNING)
        case Phase.APPROVED if change.plan and now >= times.opens_at and not over:  # without a plan a person is next
            yield Due(change=change.id, duty=Duty.START, since=times.opens_at)


def watched(change: Change) -> bool:
    """Whether anything can ever be due for it: the others' requests need not be read."""
    return change.phase in (Phase.APPROVED, Phase.APPLYING, Phase.ACTIVE, Phase.ENDING, Phase.QUARANTINED)
