"""A change's state is a fold over its events; refuses nothing, invents nothing."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from netops.changes.demands import KINDS, Demands, demanded
from netops.core.canonical import load
from netops.core.measured import Commitment
from netops.core.model import Event, GuardHandle, GuardPurpose, Recorded, Reservation


class Phase(StrEnum):
    NEW = "new"
    PLANNED = "planned"
    APPROVED = "approved"
    REJECTED = "rejected"
    APPLYING = "applying"
    ACTIVE = "active"
    ENDING = "ending"
    ENDED = "ended"
    RESTORED = "restored"
    QUARANTINED = "quarantined"
    RETURNED = "returned"  # to be completed by the requester
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"  # by another request


OPEN = (Phase.APPLYING, Phase.ACTIVE, Phase.ENDING, Phase.QUARANTINED)
"""Phases in which something of the change may be on devices."""

OVER = (Phase.ENDED, Phase.REJECTED, Phase.CANCELLED, Phase.SUPERSEDED)
"""Phases from which nothing leads on."""

DONE = (*OVER, Phase.POSTPONED)
"""Phases in which the change holds no reservation any more. A restored one may be applied again while its plan is good."""

STOPPED = (*DONE, Phase.RETURNED)
"""Phases in which nothing is planned, approved or applied."""

_CAME_TO_NOTHING = (Phase.REJECTED, Phase.CANCELLED, Phase.SUPERSEDED)

_BEFORE = (Phase.NEW, Phase.PLANNED, Phase.APPROVED, Phase.RESTORED)

LIFE: Mapping[str, tuple[Phase, ...]] = {
    "request.returned": _BEFORE,
    "request.postponed": (*_BEFORE, Phase.RETURNED),
    "request.reopened": (Phase.RETURNED, Phase.POSTPONED),
    "request.cancelled": (*_BEFORE, Phase.RETURNED, Phase.POSTPONED),
    "request.superseded": (*_BEFORE, Phase.RETURNED, Phase.POSTPONED),
    "change.extended": (Phase.ACTIVE,),
    "emergency.declared": _BEFORE,
}
"""What may happen to a request, and in which phases. Elsewhere such an event means nothing: devices may carry the change."""


class BatchState(StrEnum):
    INTENDED = "intended"  # sent or not: unknown until read back
    SENT = "sent"
    FAILED = "failed"


class BatchRecord(Struct, frozen=True, kw_only=True):
    """`ops` is the digest of the batch's operations in the object store, `at` the moment of the intent."""

    phase: str
    number: int
    ops: str
    state: BatchState
    seq: int
    at: datetime | None = None


class DeviceProgress(Struct, frozen=True, kw_only=True):
    batches: tuple[BatchRecord, ...] = ()
    guard: GuardHandle | None = None  # armed, or perhaps armed: the intent is logged
    guard_armed: bool = False
    guard_over: bool = False
    end_guard: GuardHandle | None = None  # the timer that closes access if we do not come back: armed, or perhaps so
    end_armed: bool = False
    end_refused: bool = False  # the device would not have it: nobody but us closes access
    verified: bool = False
    confirmed: bool = False
    restored: bool = False
    closed: bool = False
    absent: bool = False
    failed: bool = False  # restored alone, within the failure budget, while the others went on
    accepted: str = ""  # the reason why a person took it as it is: nothing of ours acts on it any more
    quarantine: tuple[str, ...] = ()

    def applied(self) -> tuple[BatchRecord, ...]:
        """Batches of the change itself whose intent was journalled: they may be on the device."""
        return tuple(batch for batch in self.batches if batch.phase == "apply")


class Change(Struct, frozen=True, kw_only=True):
    """What the log says about one change."""

    id: str
    phase: Phase = Phase.NEW
    request: str = ""
    persons: str = ""  # digest of the body with the requester's personal data, where it stands apart
    redacted: str = ""  # digest of the request without personal data, once that was erased
    plan: str = ""
    running_plan: str = ""
    accepted_no_guard: bool = False
    plan_expires: datetime | None = None
    reservations: tuple[Reservation, ...] = ()
    commitments: tuple[Commitment, ...] = ()  # what units are promised by it; of an ended one, up to its end
    devices: Mapping[str, DeviceProgress] = field(default_factory=dict)
    lost: tuple[str, ...] = ()  # devices that failed within the budget: the change runs without them
    leftovers: tuple[str, ...] = ()
    needs: str = ""  # digest of the technical needs that an admin recorded; '' leaves them to the planner
    outdated: bool = False  # needs were recorded after the plan was made
    last: datetime | None = None
    ended_at: datetime | None = None
    before: Phase = Phase.NEW  # where a returned or postponed request goes on from
    why: str = ""  # the reason of what last happened to the request itself
    revises: str = ""
    superseded_by: str = ""
    extended_until: datetime | None = None
    emergency: str = ""  # digest of the document that two officers sign
    papers_by: datetime | None = None  # until when an emergency's papers are to come
    settled: bool = False
    lasting: bool = False  # without an end: it stays in force until another change replaces it, or somebody ends it
    demands: Demands = field(default_factory=Demands)

    @property
    def papers_due(self) -> datetime | None:
        """The deadline of an exception that is open: an emergency whose letter is not here, unless it came to nothing."""
        there = self.settled or any(one.kind == "surat" for one in self.demands.attached)
        return None if there or self.phase in _CAME_TO_NOTHING else self.papers_by

    @property
    def finished(self) -> bool:
        """*Selesai*: over on the devices, or in force for good, and everything that the plan demands has come back."""
        done = self.phase is Phase.ENDED or (self.phase is Phase.ACTIVE and self.lasting)
        return done and not self.leftovers and self.papers_due is None and self.demands.complete

    def device(self, name: str) -> DeviceProgress:
        return self.devices.get(name, DeviceProgress())


_PHASES = {
    "change.started": Phase.APPLYING,
    "change.restored": Phase.RESTORED,
    "change.quarantined": Phase.QUARANTINED,
    "change.ending": Phase.ENDING,
    "change.ended": Phase.ENDED,
}


def fold(change: str, events: Iterable[Recorded]) -> Change:
    """The state of one change after its events, which must be in log order and all of that change."""
    state = Change(id=change)
    for recorded in events:
        state = _step(state, recorded)
    return state


def fold_all(events: Iterable[Recorded], known: Mapping[str, Change] | None = None) -> dict[str, Change]:
    """Every change of the log by id, in order of first appearance. An event without a change belongs to none.

    `known`: the changes after the events before these.
    """
    states = dict(known or {})
    for recorded in events:
        change = recorded.event.change
        if not change:
            continue
        states[change] = _step(states.get(change, Change(id=change)), recorded)
    return states


def held(changes: Iterable[Change], now: datetime, but: str = "") -> tuple[Reservation, ...]:
    """What the other changes hold now: open ones until they end, planned ones until their plan expires."""
    return tuple(
        reservation
        for change in changes
        if change.id != but and _holding(change, now)
        for reservation in change.reservations
    )


def promised(changes: Iterable[Change], now: datetime, but: str = "") -> tuple[Commitment, ...]:
    """What units are promised by the other changes: open ones, ended ones up to their end, planned ones until their plan expires."""
    return tuple(
        commitment
        for change in changes
        if change.id != but and (change.phase is Phase.ENDED or _holding(change, now))
        for commitment in change.commitments
    )


def _holding(change: Change, now: datetime) -> bool:
    if change.phase in DONE:
        return False
    return change.phase in OPEN or (change.plan_expires is not None and change.plan_expires > now)


def _step(state: Change, recorded: Recorded) -> Change:
    event = recorded.event
    state = replace(state, last=event.at)
    if event.kind in KINDS and not (event.kind == "plan.recorded" and _overtaken(state)):
        state = replace(state, demands=demanded(state.demands, event))
    if event.device:
        progress = _device_step(state.device(event.device), recorded)
        state = replace(state, devices={**state.devices, event.device: progress})
    match event.kind:
        case "request.received":
            return replace(state, request=event.data["request"], persons=event.data.get("persons", ""))
        case "data.erased":
            return replace(state, redacted=event.data["redacted"])
        case "plan.recorded":
            return _planned(state, event)
        case "needs.recorded":
            if state.phase in _BEFORE:
                return replace(state, needs=event.data["needs"], outdated=bool(state.plan))
        case "approval.received":
            if event.data.get("request", state.request) != state.request:
                return _decided_aside(state, event)
            rejected = event.data["decision"] == "reject"
            if event.data.get("awaits") and not rejected:
                return state  # more roles have yet to sign
            if state.phase in (Phase.NEW, Phase.PLANNED, Phase.APPROVED):
                return replace(state, phase=Phase.REJECTED if rejected else Phase.APPROVED)
        case "change.started":
            # An execution after a restored one starts from untouched devices.
            devices = {} if state.phase is Phase.RESTORED else state.devices
            return replace(
                state,
                phase=Phase.APPLYING,
                running_plan=event.data["plan"],
                accepted_no_guard=bool(event.data.get("accepted_no_guard")),
                devices=devices,
            )
        case "change.active":
            return replace(state, phase=Phase.ACTIVE, lost=tuple(event.data.get("lost", ())))
        case kind if kind in LIFE:
            return _lived(state, event) if state.phase in LIFE[kind] else state
        case "change.replaced" if state.phase is Phase.ACTIVE and state.lasting:
            ended = replace(state, phase=Phase.ENDED, superseded_by=event.data["by"], ended_at=event.at)
            return replace(ended, commitments=_up_to(state.commitments, event.at))
        case "request.revised":
            return _revised(state, event)
        case "emergency.settled":
            return replace(state, settled=True)
        case "change.ended":
            ended = replace(state, phase=Phase.ENDED, leftovers=tuple(event.data["leftovers"]))
            return replace(ended, commitments=_up_to(state.commitments, event.at), ended_at=event.at)
        case kind if kind in _PHASES:
            return replace(state, phase=_PHASES[kind])
    return state


def _decided_aside(state: Change, event: Event) -> Change:
    """A decision about a document beside the request: of an emergency's officers it opens the way, if both say yes."""
    complete = event.data["decision"] == "approve" and not event.data.get("awaits")
    good = event.data["request"] == state.emergency and complete
    return replace(state, phase=Phase.APPROVED) if good and state.phase in (Phase.NEW, Phase.PLANNED) else state


def _overtaken(state: Change) -> bool:
    """A plan that comes now is a planner's who was overtaken: what runs holds and demands what it does, what stopped nothing."""
    return state.phase in STOPPED or state.phase in OPEN


def _planned(state: Change, event: Event) -> Change:
    if _overtaken(state):
        return state
    return replace(
        state,
        phase=Phase.PLANNED if state.phase in (Phase.NEW, Phase.RESTORED) else state.phase,
        plan=event.data["plan"],
        outdated=False,
        plan_expires=datetime.fromisoformat(event.data["expires_at"]),
        reservations=tuple(load(Reservation, item) for item in event.data["reservations"]),
        commitments=_commitments(event),
        lasting=bool(event.data.get("lasting")),
    )


def _commitments(event: Event) -> tuple[Commitment, ...]:
    return tuple(load(Commitment, item) for item in event.data.get("commitments", ()))


def _up_to(commitments: Iterable[Commitment], end: datetime) -> tuple[Commitment, ...]:
    """What was promised until the change ended; what had not begun then was never kept."""
    return tuple(
        one if one.until is not None and one.until <= end else replace(one, until=end)
        for one in commitments
        if one.since < end
    )


def _lived(state: Change, event: Event) -> Change:
    state = replace(state, why=str(event.data.get("reason", "")))
    match event.kind:
        case "request.returned":
            return replace(state, before=state.phase, phase=Phase.RETURNED)
        case "request.postponed":
            before = state.before if state.phase is Phase.RETURNED else state.phase
            return _free(replace(state, before=before, phase=Phase.POSTPONED))
        case "request.reopened":
            unplanned = state.before is Phase.PLANNED and not state.plan
            return replace(state, phase=Phase.NEW if unplanned else state.before)
        case "request.cancelled":
            return _free(replace(state, phase=Phase.CANCELLED))
        case "request.superseded":
            return _free(replace(state, phase=Phase.SUPERSEDED, superseded_by=event.data["by"]))
        case "emergency.declared":
            by = datetime.fromisoformat(event.data["papers_due"])
            return replace(state, emergency=event.data["document"], papers_by=by, settled=False)
    until = datetime.fromisoformat(event.data["until"])
    return replace(
        state,
        extended_until=until,
        reservations=tuple(load(Reservation, item) for item in event.data["reservations"]),
        commitments=tuple(one if one.until is None else replace(one, until=until) for one in state.commitments),
    )


def _free(state: Change) -> Change:
    """Without plan and reservations: going on later begins with a new plan."""
    return replace(state, plan="", plan_expires=None, reservations=(), commitments=())


def _revised(state: Change, event: Event) -> Change:
    """The request takes another's place, with what that one held, until it is planned itself or that plan expires."""
    if state.phase is not Phase.NEW:
        return state
    expires = event.data.get("expires_at")
    return replace(
        state,
        revises=event.data["revises"],
        plan_expires=datetime.fromisoformat(expires) if expires else None,
        reservations=tuple(load(Reservation, item) for item in event.data["reservations"]),
        commitments=_commitments(event),
    )


def _device_step(progress: DeviceProgress, recorded: Recorded) -> DeviceProgress:
    event = recorded.event
    match event.kind:
        case "batch.intent":
            batch = BatchRecord(
                phase=event.data["phase"],
                number=event.data["batch"],
                ops=event.data["ops"],
                state=BatchState.INTENDED,
                seq=recorded.seq,
                at=event.at,
            )
            return replace(progress, batches=(*progress.batches, batch), restored=False, absent=False)
        case "batch.sent" | "batch.failed":
            outcome = BatchState.SENT if event.kind == "batch.sent" else BatchState.FAILED
            if not progress.batches:
                return progress
            *before, last = progress.batches
            return replace(progress, batches=(*before, replace(last, state=outcome)))
        case kind if kind.startswith("guard.") and event.data.get("handle", {}).get("purpose") == GuardPurpose.END:
            handle = load(GuardHandle, event.data["handle"])
            over = kind in ("guard.confirmed", "guard.fired", "guard.refused")
            refused = kind == "guard.refused"
            return replace(
                progress, end_guard=None if over else handle, end_armed=kind == "guard.armed", end_refused=refused
            )
        case "guard.intent" | "guard.armed":
            handle = load(GuardHandle, event.data["handle"])
            return replace(progress, guard=handle, guard_armed=event.kind == "guard.armed", guard_over=False)
        case "guard.confirmed" | "guard.fired" | "guard.refused":
            return replace(progress, guard_over=True)
        case "device.verified":
            return replace(progress, verified=True)
        case "device.confirmed":
            return replace(progress, confirmed=True)
        case "device.restored":
            return replace(progress, restored=True, quarantine=())
        case "device.quarantined":
            return replace(progress, quarantine=tuple(event.data["conflicts"]) or (str(event.data["message"]),))
        case "device.failed":
            return replace(progress, failed=True)
        case "device.accepted":
            return replace(progress, accepted=event.data["reason"], quarantine=())
        case "device.closed":
            return replace(progress, closed=True)
        case "device.absent":
            return replace(progress, absent=True, quarantine=())
    return progress
