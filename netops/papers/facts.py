"""What a paper may say: folded from the request, the plan and the recorded events; refuses what they do not bear out."""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from netops.changes.demands import Demands, demanded
from netops.core.canonical import canonical, digest, digest_of, dump
from netops.core.errors import Failed
from netops.core.model import Event, Loan, ManualStep, Needs, Plan, Recorded
from netops.core.text import Text
from netops.papers.office import Office
from netops.papers.words import ZONES
from netops.requests.persons import signed_form


class Party(Struct, frozen=True, kw_only=True):
    """One who signs; a blank field is printed as a line to fill in by hand."""

    name: str
    nip: str = ""
    nim: str = ""
    title: str = ""
    title_en: str = ""
    unit: str = ""
    unit_en: str = ""
    warrant: str = ""


class Letter(Struct, frozen=True, kw_only=True):
    number: str
    date: date | None
    subject: str
    signatory: str


class Approved(Struct, frozen=True, kw_only=True):
    """One recorded approval: who decided in which role, when we received it, and what proves it.

    A deputy's name is followed by `Plt.` or `Plh.` and the warrant; the class of evidence by `: ` and who vouches for it.
    """

    role: str
    approver: str
    at: datetime
    evidence: str
    key: str
    urgent: bool = False  # of the emergency, not yet of the request


class Urgency(Struct, frozen=True, kw_only=True):
    """An emergency that ran before its papers: why, and until when those were to come."""

    reason: str
    papers_by: datetime


class Happening(Struct, frozen=True, kw_only=True):
    """The event as asked for: times in the zone of the place, rates in bit/s, `setting` indoor or outdoor."""

    name: str
    starts_at: datetime
    ends_at: datetime
    place: str
    setting: str
    participants: int
    down: int
    up: int


class DeviceRecord(Struct, frozen=True, kw_only=True):
    """What the log says of one device: replies received, the read-back over a new connection, SNMP readings.

    `up`: interfaces that the check by SNMP found up.
    """

    name: str
    platform: str
    replies: int
    checks: tuple[str, ...]
    verified_at: datetime | None
    sampled_at: datetime | None
    interfaces: int
    up: tuple[str, ...]


class ManualRecord(Struct, frozen=True, kw_only=True):
    """A manual step and who confirmed it; `by` '' where nobody did. `note` is the officer's own result."""

    step: ManualStep
    by: str = ""
    at: datetime | None = None
    note: str = ""


class Photo(Struct, frozen=True, kw_only=True):
    """A picture that was attached: the digest of its body, and what it shows."""

    digest: str
    about: Text


class Proof(Struct, frozen=True, kw_only=True):
    """A digest of the log; `label` is a key of the i18n table, `about` a device or role."""

    label: str
    about: str
    digest: str


class BastFacts(Struct, frozen=True, kw_only=True):
    """A handover (serah terima) as recorded. The same for every language; times in the office's zone."""

    change: str
    number: str
    lab: bool
    office: Office
    at: datetime
    first: Party
    second: Party
    acknowledges: Party
    contact_name: str
    contact_phone: str
    ticket: str
    letter: Letter
    reason: str
    approvals: tuple[Approved, ...]
    event: Happening
    needs: Needs
    devices: tuple[DeviceRecord, ...]
    proofs: tuple[Proof, ...]
    anchor: int
    leaf: str
    manual: tuple[ManualRecord, ...] = ()
    loans: tuple[Loan, ...] = ()
    photos: tuple[Photo, ...] = ()
    urgency: Urgency | None = None

    @property
    def code(self) -> str:
        """12 characters over everything the paper says, so that a paper and the log can be held against each other."""
        return short_code("bast", {name: getattr(self, name) for name in self.__struct_fields__})


def short_code(paper: str, said: Mapping[str, object]) -> str:
    """12 characters (60 bits, base32) over all that a paper says."""
    body = canonical({name: dump(value) for name, value in said.items()})
    return base64.b32encode(hashlib.sha256(f"netops {paper} 1\n".encode() + body).digest()).decode("ascii")[:12]


def bast_facts(
    *,
    request: Mapping[str, Any],
    plan: Plan,
    events: Sequence[Recorded],
    office: Office,
    place: str = "",
    number: str = "",
    lab: bool = False,
    plan_digest: str = "",
    erased: bool = False,
) -> BastFacts:
    """The facts of a handover that took place: events from the last `change.started` up to its `change.active`.

    `place` is the place's name as people call it; the request has only its key. `plan_digest` is that of the plan's body
    as recorded: a body that an earlier version wrote digests otherwise once it is loaded. Later events (the end, a second print)
    do not alter them, so a reprint is the same paper; manual steps confirmed and photos attached later are added to it.
    A request whose personal data was `erased` is no longer the one that was signed, and is taken as it is.
    Raises `Failed` where the change never became active, or where request and plan are not the recorded ones, `Refused`
    where nobody may sign on that day.
    """
    _demand(erased or digest(canonical(signed_form(dict(request)))) == plan.request, plan, "permohonan", "request")
    mine = [recorded for recorded in events if recorded.event.change == plan.change]
    recorded_plan = plan_digest or digest_of(plan)
    started, active = _handover(mine, plan, recorded_plan)
    if not isinstance(plan.needs, Needs):
        raise Failed(
            Text(f"layanan {plan.service} tidak memakai BAST", f"the service {plan.service} has no BAST"),
            Text(
                f"Dokumennya disebut pada papers di playbooks/{plan.service}.yaml.",
                f"Its papers are named under papers in playbooks/{plan.service}.yaml.",
            ),
        )
    zone = office.timezone
    at = active.event.at.astimezone(zone)
    demands = demands_of(mine)
    before = [recorded.event for recorded in mine if recorded.seq <= active.seq]
    declared = next((event for event in reversed(before) if event.kind == "emergency.declared"), None)
    decided = _decided(before, plan.request, declared)
    run = [recorded.event for recorded in mine if started.seq <= recorded.seq <= active.seq]
    requester, contact = _mapping(request, "requester"), _mapping(request, "contact")
    return BastFacts(
        change=plan.change,
        number=number,
        lab=lab,
        office=office,
        at=at,
        first=signatory(office, office.handover, at.date()),
        second=Party(
            name=_text(requester, "name"),
            nip=_text(requester, "nip") or _text(requester, "nim"),
            unit=_text(request, "unit"),
        ),
        acknowledges=signatory(office, office.acknowledges, at.date()),
        contact_name=_text(contact, "name"),
        contact_phone=_text(contact, "phone"),
        ticket=_text(request, "ticket"),
        letter=_letter(_mapping(request, "letter")),
        reason=_text(request, "reason"),
        approvals=tuple(_approval(event, plan.request, zone) for event in decided),
        event=_happening(_mapping(request, "event"), zone, place),
        needs=plan.needs,
        devices=tuple(_device(d.device, d.platform, run, zone) for d in sorted(plan.devices, key=lambda d: d.order)),
        proofs=tuple(_proofs(plan, recorded_plan, decided, run)),
        anchor=active.seq,
        leaf=active.leaf,
        manual=manual_records(demands, zone),
        loans=plan.loans,
        photos=photos_of(demands),
        urgency=_urgency(declared, decided, plan.request, zone),
    )


def demands_of(mine: Sequence[Recorded]) -> Demands:
    """What one change's events say was demanded and came back."""
    state = Demands()
    for recorded in mine:
        state = demanded(state, recorded.event)
    return state


def manual_records(demands: Demands, zone: ZoneInfo) -> tuple[ManualRecord, ...]:
    """Each manual step of the plan, with its confirmation where there is one."""
    records = []
    for step in demands.steps:
        done = demands.confirmation(step.id)
        record = ManualRecord(step=step)
        records.append(
            record if done is None else replace(record, by=done.by, at=done.at.astimezone(zone), note=done.note)
        )
    return tuple(records)


def photos_of(demands: Demands) -> tuple[Photo, ...]:
    titles = {step.id: step.title for step in demands.steps}
    seen = dict(reversed(list(demands.photos())))  # the same picture once, with the first thing it shows
    return tuple(
        Photo(digest=digest, about=titles.get(seen[digest], Text(seen[digest], seen[digest])))
        for digest in dict.fromkeys(digest for digest, _ in demands.photos())
    )


def _demand(holds: bool, plan: Plan, id_: str, en: str) -> None:
    if not holds:
        raise Failed(
            Text(f"{plan.change}: {id_} bukan yang tercatat", f"{plan.change}: this is not the recorded {en}"),
            Text(
                "Dokumen hanya dicetak dari catatan; periksa dengan: netops log verify",
                "Papers are printed from the log only; check it with: netops log verify",
            ),
        )


def _handover(mine: Sequence[Recorded], plan: Plan, recorded_plan: str) -> tuple[Recorded, Recorded]:
    """The last `change.active`, and the last `change.started` before it."""
    active = next((r for r in reversed(mine) if r.event.kind == "change.active"), None)
    started = next(
        (r for r in reversed(mine) if active and r.seq < active.seq and r.event.kind == "change.started"), None
    )
    if active is None or started is None:
        raise Failed(
            Text(
                f"{plan.change}: belum ada serah terima, layanan belum tercatat aktif",
                f"{plan.change}: nothing to hand over, the service was never recorded as active",
            ),
            Text(f"Jalankan dahulu: netops apply {plan.change}", f"First run: netops apply {plan.change}"),
        )
    _demand(started.event.data.get("plan") == recorded_plan, plan, "rencana", "plan")
    return started, active


def signatory(office: Office, role: str, day: date) -> Party:
    """Who signs in a role on that day. Raises `Refused` where nobody may."""
    who = office.signs(role, day)
    return Party(
        name=who.name,
        nip=who.nip,
        title=who.title,
        title_en=who.title_en,
        unit=office.unit,
        unit_en=office.unit_en or office.unit,
        warrant=who.warrant,
    )


def _decided(before: Sequence[Event], request: str, declared: Event | None) -> tuple[Event, ...]:
    """Approvals of the request itself, and of the emergency that let it run before its papers."""
    about = {request, _text(declared.data, "document") if declared else request}
    received = (event for event in before if event.kind == "approval.received" and event.data.get("request") in about)
    return tuple(event for event in received if str(event.data.get("decision", "")).startswith("approve"))


def _approval(event: Event, request: str, zone: ZoneInfo) -> Approved:
    data = event.data
    return Approved(
        role=_text(data, "role"),
        approver=_text(data, "approver"),
        at=event.at.astimezone(zone),
        evidence=_text(data, "class"),
        key=_text(data, "key"),
        urgent=data.get("request") != request,
    )


def _urgency(declared: Event | None, decided: Sequence[Event], request: str, zone: ZoneInfo) -> Urgency | None:
    """None where nobody signed the emergency: then the request's own chain let it run."""
    if declared is None or all(event.data.get("request") == request for event in decided):
        return None
    by = datetime.fromisoformat(_text(declared.data, "papers_due")).astimezone(zone)
    return Urgency(reason=_text(declared.data, "reason"), papers_by=by)


def _device(name: str, platform: str, run: Sequence[Event], zone: ZoneInfo) -> DeviceRecord:
    own = [event for event in run if event.device == name]
    verified = next((event for event in reversed(own) if event.kind == "device.verified"), None)
    sampled = next((e for e in reversed(own) if e.kind == "evidence.sampled" and e.data.get("when") == "after"), None)
    sent = [event for event in own if event.kind == "batch.sent" and event.data.get("phase") == "apply"]
    return DeviceRecord(
        name=name,
        platform=platform,
        replies=sum(int(event.data.get("replies", 0)) for event in sent),
        checks=tuple(map(str, verified.data.get("checks", ()))) if verified else (),
        verified_at=verified.at.astimezone(zone) if verified else None,
        sampled_at=sampled.at.astimezone(zone) if sampled else None,
        interfaces=int(sampled.data.get("interfaces", 0)) if sampled else 0,
        up=tuple(map(str, verified.data.get("interfaces", ()))) if verified else (),
    )


def _proofs(plan: Plan, recorded_plan: str, decided: Sequence[Event], run: Sequence[Event]) -> Iterator[Proof]:
    """Digests for the annex: what was asked, planned, decided, saved before, read back and sampled."""
    yield Proof(label="request", about="", digest=plan.request)
    yield Proof(label="plan", about="", digest=recorded_plan)
    named = {"device.captured": ("backup",), "device.verified": ("state",), "evidence.sampled": ("sample",)}
    for event in decided:
        for field in ("statement", "signature"):
            if found := _text(event.data, field):
                yield Proof(label=field, about=_text(event.data, "role"), digest=found)
    for event in run:
        for field in named.get(event.kind, ()):
            if found := _text(event.data, field):
                label = f"{field}_{event.data['when']}" if field == "sample" and "when" in event.data else field
                yield Proof(label=label, about=event.device, digest=found)


def _letter(letter: Mapping[str, Any]) -> Letter:
    day = _text(letter, "date")
    return Letter(
        number=_text(letter, "number"),
        date=date.fromisoformat(day[:10]) if day else None,
        subject=_text(letter, "subject"),
        signatory=_text(letter, "signatory"),
    )


def _happening(event: Mapping[str, Any], office: ZoneInfo, place: str) -> Happening:
    zone = ZONES.get(str(event.get("zone")), office)
    rates = _mapping(event, "bandwidth")
    return Happening(
        name=_text(event, "name"),
        starts_at=datetime.fromisoformat(event["starts_at"]).astimezone(zone),
        ends_at=datetime.fromisoformat(event["ends_at"]).astimezone(zone),
        place=place or _text(event, "place"),
        setting=_text(event, "setting"),
        participants=int(event["participants"]),
        down=int(rates["down"]),
        up=int(rates["up"]),
    )


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


def _text(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return "" if value is None else str(value)
