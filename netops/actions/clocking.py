"""The SOP's clock of a request: shown, reported to, paused. Refuses a report of what the log itself shows."""

from datetime import datetime

from msgspec import Struct

from netops.actions.common import change_of
from netops.actions.living import alone, plain
from netops.app import App
from netops.changes.lifecycle import fold
from netops.changes.sop import Clocked, Pause, Taken, clock, derived, pauses
from netops.core.errors import InputError, Refused
from netops.core.model import Event
from netops.core.text import Text
from netops.filing import Filed, find, look, record
from netops.planning.playbook import Step
from netops.requests.common import Zone
from netops.requests.moments import read_moment

MOST_BEFORE = 10
"""Requests that one takes the place of, one after the other: more is a log that somebody made."""


class StepTime(Struct, frozen=True, kw_only=True):
    """One line of the SOP: what it is called and by whom it is done, in both languages, and what it took."""

    title: Text
    role: Text
    taken: Taken


class SopTimes(Struct, frozen=True, kw_only=True):
    """`number` is the SOP's own; pauses in order, of the whole request."""

    change: str
    zone: Zone
    number: str
    effective: str
    steps: tuple[StepTime, ...]
    pauses: tuple[Pause, ...]


def sop_times(app: App, ref: str) -> SopTimes:
    """Each step's standard, what it took in the office's working time, and the difference."""
    filed = look(app, ref)
    sop = app.playbook(filed.request.service).sop
    events = _events(app, filed)
    halted = pauses(events)
    taken = clock([_clocked(step) for step in sop.steps], events, app.office.working_time(), app.clock.now(), halted)
    return SopTimes(
        change=filed.change,
        zone=filed.request.zone,
        number=sop.number,
        effective=sop.effective,
        steps=tuple(
            StepTime(title=step.title.text, role=step.by.text, taken=one)
            for step, one in zip(sop.steps, taken, strict=True)
        ),
        pauses=halted,
    )


def report_step(
    app: App, ref: str, number: int, *, started_at: str = "", done_at: str = "", by: str = "", note: str = ""
) -> Filed:
    """Record when a step of the SOP began or was done, as somebody tells it; a later report corrects an earlier one.

    Raises `InputError` for a step that the SOP does not have, a time to come, or an end before its start; `Refused` for
    a time that the log itself shows.
    """
    filed = find(app, ref)
    steps = app.playbook(filed.request.service).sop.steps
    step = next((one for one in steps if one.number == number), None)
    if step is None:
        numbers = ", ".join(str(one.number) for one in steps)
        raise InputError(
            Text(f"SOP tidak memiliki langkah {number}", f"the SOP has no step {number}"),
            Text(f"langkahnya: {numbers}", f"its steps: {numbers}"),
            field="STEP",
        )
    start, done = _told(app, filed, "--started-at", started_at), _told(app, filed, "--done-at", done_at)
    if start is None and done is None:
        raise InputError(Text("isi --done-at atau --started-at", "give --done-at or --started-at"), field="--done-at")
    with alone(app, filed.change) as fences:
        _fits(_clocked(step), _events(app, filed), start, done)
        record(
            app,
            "step.reported",
            filed.change,
            fences,
            step=number,
            started_at=start.isoformat() if start else "",
            done_at=done.isoformat() if done else "",
            by=plain(by, "--by") if by else "",
            note=plain(note, "--note") if note else "",
        )
    return filed


def pause(app: App, ref: str, reason: str) -> Filed:
    """The clock stands from now on, for this reason. Raises `Refused` where it stands already."""
    says = plain(reason, "--reason")
    filed = find(app, ref)
    with alone(app, filed.change) as fences:
        if (since := _standing(app, filed)) is not None:
            raise Refused(
                Text(f"sudah dijeda: {since.reason}", f"it is paused already: {since.reason}"),
                Text(
                    f"lanjutkan: `netops pause {filed.change} --resume`",
                    f"go on: `netops pause {filed.change} --resume`",
                ),
            )
        record(app, "clock.paused", filed.change, fences, reason=says)
    return filed


def go_on(app: App, ref: str) -> Filed:
    """The clock runs again. Raises `Refused` where nobody paused it."""
    filed = look(app, ref)
    with alone(app, filed.change) as fences:
        if _standing(app, filed) is None:
            raise Refused(
                Text(f"{filed.change} tidak dijeda", f"{filed.change} is not paused"),
                Text(
                    f"jeda dengan `netops pause {filed.change} --reason …`",
                    f"pause it by `netops pause {filed.change} --reason …`",
                ),
            )
        record(app, "clock.resumed", filed.change, fences)
    return filed


def _standing(app: App, filed: Filed) -> Pause | None:
    """The pause that somebody ordered and that still holds."""
    ordered = [one for one in _own(app, filed.change) if one.kind.startswith("clock.")]
    return next((one for one in pauses(ordered) if one.until is None), None)


def _told(app: App, filed: Filed, field: str, text: str) -> datetime | None:
    if not text:
        return None
    moment = read_moment(text, filed.request.zone, field)
    if moment > app.clock.now():
        raise InputError(Text("waktu itu belum tiba", "that moment is yet to come"), field=field)
    return moment


def _fits(step: Clocked, events: list[Event], start: datetime | None, done: datetime | None) -> None:
    known_start, known_done = derived(step, events)
    for field, told, known in (("--started-at", start, known_start), ("--done-at", done, known_done)):
        if told is not None and known is not None:
            raise Refused(
                Text(
                    f"langkah {step.number}: {field} sudah tercatat dari kejadiannya sendiri",
                    f"step {step.number}: {field} is in the log by its own event",
                ),
                Text("lihat `netops show … --sop`", "see `netops show … --sop`"),
            )
    begun, over = known_start or start, known_done or done
    if begun is not None and over is not None and over < begun:
        raise InputError(Text("selesai sebelum mulai", "done before it was started"), field="--done-at")


def _clocked(step: Step) -> Clocked:
    return Clocked(
        number=step.number,
        minutes=step.minutes,
        begins=step.begins or "",
        finishes=step.finishes or "",
        branch=step.branch,
    )


def _own(app: App, change: str) -> list[Event]:
    return [recorded.event for recorded in app.journal.read(change)]


def _events(app: App, filed: Filed) -> list[Event]:
    """The request's own events; before them the receipt and the pauses of those whose place it took after a return.

    To the SOP a request that was sent back and came again completed is one request: its clock began with the first
    receipt, and stood while the requester had it.
    """
    events = _own(app, filed.change)
    earlier = change_of(app, filed).revises
    for _ in range(MOST_BEFORE):
        before = fold(earlier, app.journal.read(earlier)) if earlier else None
        old = _own(app, earlier)
        if before is None or not any(event.kind == "request.returned" for event in old):
            break
        kept = ("request.received", "request.returned", "request.reopened", "clock.paused", "clock.resumed")
        events = [*(event for event in old if event.kind in kept), *events]
        earlier = before.revises
    return events
