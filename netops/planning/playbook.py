"""A service's playbook (`playbooks/<service>.yaml`): parts, guards, limits, evidence, papers, SOP; refuses unknown words."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from netops.core.canonical import digest_of
from netops.core.model import GuardKind
from netops.core.text import Text
from netops.core.units import RatePair, say_duration
from netops.planning.capacity import require_contract
from netops.planning.sites import Place, Seconds, Site
from netops.requests.common import Key, Line, Strict, say_time
from netops.requests.event_hotspot import EventHotspot
from netops.requests.load import Document, said, validate

Check = Literal["configuration", "snmp-interfaces"]
Evidence = Literal["snmp-before", "snmp-after", "snmp-end"]


class Words(Strict):
    id: Line
    en: Line

    @property
    def text(self) -> Text:
        return Text(self.id, self.en)


class Part(Strict):
    """One role's share: `select` `site` takes every device of the role there, `place` the switches the place names.

    Parts of equal `order` run side by side. `guard` lists what may protect the device, best first; `none` has to be
    accepted by the operator.
    """

    role: Key
    order: Annotated[int, Field(ge=1, le=99)]
    select: Literal["site", "place"]
    templates: Key
    guard: Annotated[tuple[Literal["device-timer", "none"], ...], Field(strict=False, min_length=1)]
    guard_seconds: Annotated[Seconds, Field(ge=60, le=7200)]
    checks: Annotated[tuple[Check, ...], Field(strict=False, min_length=1)]

    @property
    def guards(self) -> tuple[GuardKind, ...]:
        return tuple(GuardKind(kind) for kind in self.guard)


class Limits(Strict):
    """Bounds of a request in seconds: how short and long an event may be, how far ahead it may be asked for."""

    shortest: Seconds
    longest: Seconds
    ahead: Seconds


class Step(Strict):
    """One step of the SOP; `minutes` None prints as a dash: none is written, none is invented."""

    number: Annotated[int, Field(ge=1, le=99)]
    title: Words
    by: Words
    minutes: Annotated[int, Field(ge=1, le=100_000)] | None = None
    leaves: Words | None = None


class Sop(Strict):
    number: Line
    effective: Line
    steps: Annotated[tuple[Step, ...], Field(strict=False, min_length=1)]


class Playbook(Strict):
    """Times in seconds. `setup` is how long before the start we may begin; `tolerance` how long after the end we close."""

    service: Key
    title: Words
    parts: Annotated[tuple[Part, ...], Field(strict=False, min_length=1)]
    limits: Limits
    setup: Seconds
    tolerance: Seconds
    plan_expiry: Annotated[Seconds, Field(ge=60)]
    evidence: Annotated[tuple[Evidence, ...], Field(strict=False)]
    papers: Annotated[tuple[Key, ...], Field(strict=False)]
    sop: Sop

    @model_validator(mode="after")
    def _roles_once(self) -> Self:
        roles = [part.role for part in self.parts]
        twice = sorted({role for role in roles if roles.count(role) > 1})
        if twice:
            raise said(f"peran {twice[0]!r} muncul dua kali di parts", f"the role {twice[0]!r} is in parts twice")
        return self

    def window(self, starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
        """From when we may touch devices until everything is gone: what the reservations cover."""
        return starts_at - timedelta(seconds=self.setup), ends_at + timedelta(seconds=self.tolerance)

    def check(self, request: EventHotspot, place: Place, site: Site, now: datetime, document: Document) -> None:
        """What a request cannot know of itself: the clock, the place, the uplink. Raises `InputError`, `NoCapacity`."""
        event, limits = request.event, self.limits
        seconds = (event.ends_at - event.starts_at).total_seconds()
        if event.ends_at <= now:
            past = f"{say_time(event.ends_at, event.zone, 'id')}", f"{say_time(event.ends_at, event.zone, 'en')}"
            raise document.error(
                ("event", "ends_at"),
                Text(f"kegiatan sudah berlalu ({past[0]})", f"the event is past ({past[1]})"),
                Text("Periksa tahun, bulan dan zona waktu.", "Check year, month and time zone."),
            )
        ahead = (event.starts_at - now).total_seconds()
        for wrong, field, limit, indonesian, english in (
            (seconds < limits.shortest, "ends_at", limits.shortest, "lebih singkat dari", "shorter than"),
            (seconds > limits.longest, "ends_at", limits.longest, "lebih lama dari", "longer than"),
            (ahead > limits.ahead, "starts_at", limits.ahead, "lebih jauh di depan dari", "further ahead than"),
        ):
            if wrong:
                raise document.error(
                    ("event", field),
                    Text(
                        f"{indonesian} yang dilayani ({say_duration(limit)})",
                        f"{english} this service allows ({say_duration(limit)})",
                    ),
                    Text("Periksa tanggal dan jam.", "Check dates and hours."),
                )
        if place.setting not in ("both", event.setting):
            raise document.error(
                ("event", "setting"),
                Text(f"tempat {place.key} adalah {place.setting}", f"the place {place.key} is {place.setting}"),
            )
        line = document.line(("event", "bandwidth"))
        where = f"{document.name}:{line}: event.bandwidth: " if document.name and line else "event.bandwidth: "
        require_contract(site, RatePair(up=event.bandwidth.up, down=event.bandwidth.down), where)


def load_playbook(document: Document) -> Playbook:
    """Raises `InputError` with file, line, field and reason of every finding."""
    return validate(Playbook, document)


def playbook_digest(playbook: Playbook) -> str:
    return digest_of(playbook)
