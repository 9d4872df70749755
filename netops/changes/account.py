"""One change told for an auditor: a pure fold over its events. Says only what the log says; refuses nothing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import chain

from msgspec import Struct, field
from msgspec.structs import replace

from netops.changes.lifecycle import BatchState
from netops.core.model import Event, Recorded


class Exceptional(StrEnum):
    """What an auditor looks at first, in this order."""

    QUARANTINED = "quarantined"
    RESTORED = "restored"
    DRIFT = "drift"
    EMERGENCY = "emergency"
    OUTSIDE = "outside"
    REFUSED = "refused"
    UNGUARDED = "unguarded"
    LATE = "late"


class Entry(Struct, frozen=True, kw_only=True):
    """Where something stands in the log: number, leaf hash (hex), when and by whom."""

    seq: int
    leaf: str
    at: datetime
    actor: str


class Oddity(Struct, frozen=True, kw_only=True):
    """An exception with its reason as recorded, and the entry that answered it (`answer` its kind; None: nothing yet)."""

    what: Exceptional
    entry: Entry
    reason: str
    device: str = ""
    answer: str = ""
    answered: Entry | None = None


class Decided(Struct, frozen=True, kw_only=True):
    """A recorded decision: `evidence` is its class, `about` the digest that was signed."""

    entry: Entry
    role: str
    approver: str
    decision: str
    evidence: str
    key: str
    about: str
    statement: str
    signature: str


class Group(Struct, frozen=True, kw_only=True):
    """Operations that were sent together: `ops` is the digest of their body."""

    entry: Entry
    device: str
    phase: str
    number: int
    count: int
    ops: str
    outcome: BatchState = BatchState.INTENDED
    message: str = ""


class Run(Struct, frozen=True, kw_only=True):
    """One execution: who, from which machine, by which version ('' where the log does not say)."""

    entry: Entry
    host: str
    program: str
    accepted_no_guard: bool


class Fact(Struct, frozen=True, kw_only=True):
    """Anything else worth telling: `kind` is the event's, `digest` its body's, `words` its own words."""

    entry: Entry
    kind: str
    device: str
    words: str
    digest: str = ""


class Account(Struct, frozen=True, kw_only=True):
    """What the log says of one change, ready to be printed. `inputs` are digests by name (`program`: a version)."""

    change: str
    request: str = ""
    service: str = ""
    ticket: str = ""
    received: Entry | None = None
    decisions: tuple[Decided, ...] = ()
    plan: str = ""
    planned: Entry | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    runs: tuple[Run, ...] = ()
    groups: tuple[Group, ...] = ()
    guards: tuple[Fact, ...] = ()
    verified: tuple[Fact, ...] = ()
    evidence: tuple[Fact, ...] = ()
    papers: tuple[Fact, ...] = ()
    active: Entry | None = None
    ended: Entry | None = None
    oddities: tuple[Oddity, ...] = ()
    first: Entry | None = None
    last: Entry | None = None


_ANSWERS: Mapping[Exceptional, tuple[str, ...]] = {
    Exceptional.QUARANTINED: ("device.accepted", "device.restored", "change.restored", "device.absent", "change.ended"),
    Exceptional.RESTORED: ("change.active", "request.cancelled", "request.superseded"),
    Exceptional.DRIFT: ("plan.recorded", "device.absent", "device.accepted", "request.cancelled"),
    Exceptional.EMERGENCY: ("emergency.settled", "paper.attached"),
    Exceptional.OUTSIDE: ("change.started", "change.ending", "request.cancelled", "request.superseded"),
    Exceptional.REFUSED: ("approval.received", "change.started", "change.ending", "request.cancelled"),
    Exceptional.UNGUARDED: ("device.verified",),
    Exceptional.LATE: (),
}
"""Later events that answer an exception; an attached paper only where it is the letter (surat)."""

_GUARDS = ("guard.armed", "guard.confirmed", "guard.fired", "guard.refused", "guard.none")
_EVIDENCE = ("device.captured", "evidence.sampled", "evidence.missing", "manual.confirmed")
_PAPERS = ("paper.written", "paper.attached", "paper.withdrawn", "vouchers.printed", "mail.sent", "mail.failed")
_BODY = ("document", "backup", "sample", "photo", "state")


def account(change: str, events: Iterable[Recorded]) -> Account:
    """The account of one change; `events` in log order, all of that change."""
    told = Account(change=change)
    for recorded in events:
        told = _step(told, recorded)
    return told


def accounts(events: Iterable[Recorded]) -> dict[str, Account]:
    """Every change of the log by id, in order of first appearance."""
    told: dict[str, Account] = {}
    for recorded in events:
        name = recorded.event.change
        told[name] = _step(told.get(name, Account(change=name)), recorded)
    return told


def _step(told: Account, recorded: Recorded) -> Account:
    event, data = recorded.event, recorded.event.data
    entry = Entry(seq=recorded.seq, leaf=recorded.leaf, at=event.at, actor=event.actor)
    told = replace(told, first=told.first or entry, last=entry)
    told = replace(told, oddities=_answered(told.oddities, event, entry))
    told = replace(told, oddities=(*told.oddities, *_odd(event, entry)))
    match event.kind:
        case "request.received":
            request, service, ticket = (str(data.get(name, "")) for name in ("request", "service", "ticket"))
            return replace(told, request=request, service=service, ticket=ticket, received=entry)
        case "plan.recorded":
            return replace(told, plan=data["plan"], planned=entry, inputs=dict(data.get("inputs", {})))
        case "approval.received":
            return replace(told, decisions=(*told.decisions, _decided(event, entry)))
        case "change.started":
            return replace(told, runs=(*told.runs, _run(event, entry)))
        case "batch.intent":
            return replace(told, groups=(*told.groups, _group(event, entry)))
        case "batch.sent" | "batch.failed":
            return replace(told, groups=_outcome(told.groups, event))
        case "change.active":
            return replace(told, active=entry)
        case "change.ended":
            return replace(told, ended=entry)
        case "device.verified":
            return replace(told, verified=(*told.verified, _fact(event, entry)))
        case kind if kind in _GUARDS:
            return replace(told, guards=(*told.guards, _fact(event, entry)))
        case kind if kind in _EVIDENCE:
            return replace(told, evidence=(*told.evidence, _fact(event, entry)))
        case kind if kind in _PAPERS:
            return replace(told, papers=(*told.papers, _fact(event, entry)))
    return told


def _odd(event: Event, entry: Entry) -> Iterable[Oddity]:
    """The exceptions that one event is."""
    data = event.data
    reason = str(data.get("message") or data.get("reason") or "")
    what: Exceptional | None = None
    match event.kind:
        case "change.refused":
            kinds = {"OutsideWindow": Exceptional.OUTSIDE, "StalePlan": Exceptional.DRIFT}
            what = kinds.get(str(data.get("reason")), Exceptional.REFUSED)
        case "approval.refused":
            what = Exceptional.REFUSED
        case "change.restored" | "device.failed":
            what = Exceptional.RESTORED
        case "device.quarantined":
            what = Exceptional.QUARANTINED
            reason = "; ".join(map(str, data.get("conflicts", ()))) or reason
        case "change.ended" if data.get("leftovers"):
            what, reason = Exceptional.DRIFT, "; ".join(map(str, data["leftovers"]))
        case "emergency.declared":
            what = Exceptional.EMERGENCY
        case "guard.none":
            what, reason = Exceptional.UNGUARDED, str(data.get("accepted_by", ""))
    if what is not None:
        yield Oddity(what=what, entry=entry, reason=reason, device=event.device)


def _answered(odd: Sequence[Oddity], event: Event, entry: Entry) -> tuple[Oddity, ...]:
    if event.kind == "paper.attached" and event.data.get("as") != "surat":
        return tuple(odd)
    return tuple(
        replace(one, answer=event.kind, answered=entry)
        if one.answered is None and event.kind in _ANSWERS[one.what] and one.device in ("", event.device or one.device)
        else one
        for one in odd
    )


def _decided(event: Event, entry: Entry) -> Decided:
    said = {
        name: str(event.data.get(name, ""))
        for name in ("role", "approver", "decision", "key", "statement", "signature")
    }
    return Decided(
        entry=entry, evidence=str(event.data.get("class", "")), about=str(event.data.get("request", "")), **said
    )


def _run(event: Event, entry: Entry) -> Run:
    holder = str(event.data.get("holder", ""))
    host = holder.rpartition("@")[2].partition(":")[0] if "@" in holder else ""
    accepted = bool(event.data.get("accepted_no_guard"))
    return Run(entry=entry, host=host, program=str(event.data.get("program", "")), accepted_no_guard=accepted)


def _group(event: Event, entry: Entry) -> Group:
    data = event.data
    return Group(
        entry=entry,
        device=event.device,
        phase=str(data["phase"]),
        number=int(data["batch"]),
        count=int(data.get("count", 0)),
        ops=str(data["ops"]),
    )


def _outcome(groups: tuple[Group, ...], event: Event) -> tuple[Group, ...]:
    """The last group of that device carries its outcome; what has none is not known to have been sent."""
    place = next((n for n in range(len(groups) - 1, -1, -1) if groups[n].device == event.device), None)
    if place is None:
        return groups
    sent = event.kind == "batch.sent"
    outcome = BatchState.SENT if sent else BatchState.FAILED
    done = replace(groups[place], outcome=outcome, message="" if sent else str(event.data.get("message", "")))
    return (*groups[:place], done, *groups[place + 1 :])


def _fact(event: Event, entry: Entry) -> Fact:
    data = event.data
    names = ("paper", "as", "lang", "file", "name", "when", "step", "by", "state", "accepted_by", "message", "kind")
    checks = [str(check) for check in data.get("checks", ())]
    handle = data.get("handle")
    purpose = [str(handle.get("purpose", ""))] if isinstance(handle, Mapping) else []
    words = [str(data[name]) for name in names if data.get(name) and not str(data[name]).startswith("sha256:")]
    digest = next((str(data[name]) for name in _BODY if str(data.get(name, "")).startswith("sha256:")), "")
    # What a guard leaves is the device's own words, told as such.
    leaves = [f"leaves {line}" for line in data.get("leaves", ())]
    told = ", ".join(chain(purpose, words, checks, leaves))
    return Fact(entry=entry, kind=event.kind, device=event.device, words=told, digest=digest)


# ── who did what ─────────────────────────────────────────────────────────────────────────────────────────────────


def two_roles(told: Account, requester: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """People who asked, decided or executed in more than one of these roles, with the roles.

    Names are compared without case and without the part behind `@`: an operator is logged as `sari`, her key as
    `sari@kampus.example`.
    """
    roles: dict[str, dict[str, None]] = {}
    for name, role in (
        (requester, "requester"),
        *((one.approver, f"approver:{one.role}") for one in told.decisions),
        *((one.entry.actor, "executor") for one in told.runs),
    ):
        if name:
            roles.setdefault(name.casefold().partition("@")[0], {})[role] = None
    return tuple((name, tuple(held)) for name, held in roles.items() if len(held) > 1)


HANDS = (
    "approval.received",
    "approval.refused",
    "change.started",
    "change.extended",
    "change.ending",
    "emergency.declared",
)
"""Events in which a person acted, for the list of what was done out of hours."""
