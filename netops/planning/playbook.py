"""A service's playbook (`playbooks/<service>.yaml`): parts, guards, limits, evidence, papers, SOP; refuses unknown words."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from netops.core.canonical import digest_of
from netops.core.model import GuardKind, Rollout
from netops.core.text import Text
from netops.core.units import say_duration
from netops.planning.sites import Seconds
from netops.requests.common import FOREVER, Key, Line, Request, Strict, say_time
from netops.requests.fields import NAMES_DEVICE, FieldName, Fields, Words
from netops.requests.load import Document, said, validate
from netops.requests.services import BUILT_IN

Check = Literal["configuration", "snmp-interfaces", "wireless"]
Paper = Literal["bast", "foto", "disposisi", "surat", "formulir", "surat-pemberitahuan", "laporan-tindak-lanjut"]
Evidence = Literal["snmp-before", "snmp-after", "snmp-end"]
Health = Literal["reachable", "hotspot", "errors", "cpu"]


class Waves(Strict):
    """How the devices of a part are taken: `canary` of them first, then the part up to each of `percent`, then the rest.

    Before the next wave `bake` seconds pass, and `health` is looked at on the devices of the wave.
    """

    canary: Annotated[int, Field(ge=0, le=100)] = 0
    percent: Annotated[tuple[Annotated[int, Field(ge=1, le=99)], ...], Field(strict=False)] = ()
    bake: Annotated[Seconds, Field(le=3600)] = 0
    health: Annotated[tuple[Health, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if list(self.percent) != sorted(set(self.percent)):
            raise said("percent harus selalu naik, mis. [10, 50]", "percent has to rise, such as [10, 50]")
        return self

    def rollout(self, cpu_limit: int) -> Rollout:
        """The same for the plan, with the policy's limit (per cent)."""
        return Rollout(
            canary=self.canary,
            percent=self.percent,
            bake_seconds=self.bake,
            health=self.health,
            cpu_limit=cpu_limit,
        )


class Part(Strict):
    """One role's share: `select` `site` takes every device of the role there, `path` those of the role on the way from
    the place to the devices of the `site` parts, `device` those that the request names itself (with `field` only in that field).

    Parts of equal `order` run side by side. `guard` lists what may protect the device, best first; `none` has to be
    accepted by the operator. `waves` in place of the playbook's. `backend`: only at sites that keep vouchers there.
    """

    role: Key
    order: Annotated[int, Field(ge=1, le=99)]
    select: Literal["site", "path", "device"]
    field: FieldName | None = None
    templates: Key
    guard: Annotated[tuple[Literal["device-timer", "none"], ...], Field(strict=False, min_length=1)]
    guard_seconds: Annotated[Seconds, Field(ge=60, le=7200)]
    checks: Annotated[tuple[Check, ...], Field(strict=False, min_length=1)]
    waves: Waves | None = None
    backend: Literal["radius"] | None = None

    @property
    def guards(self) -> tuple[GuardKind, ...]:
        return tuple(GuardKind(kind) for kind in self.guard)


class Limits(Strict):
    """Bounds of a request in seconds: how short and long it may last, how far ahead it may be asked for.

    `lasting`: whether it may be asked for without an end.
    """

    shortest: Seconds
    longest: Seconds
    ahead: Seconds
    lasting: bool = False


Mark = Annotated[str, Field(pattern=r"^[a-z]+\.[a-z]+(:[a-z][a-z0-9-]*)?$")]
"""An event of the log: its kind, or kind and one word of its data (`approval.received:reject`); see `changes.sop`."""


class Step(Strict):
    """One step of the SOP; `minutes` None prints as a dash: none is written, none is invented.

    `from` and `to` are the events of the log that begin and finish it; without them it is known only if reported. A
    `branch` is not taken by every request.
    """

    number: Annotated[int, Field(ge=1, le=99)]
    title: Words
    by: Words
    minutes: Annotated[int, Field(ge=1, le=100_000)] | None = None
    leaves: Words | None = None
    begins: Annotated[Mark | None, Field(alias="from")] = None
    finishes: Annotated[Mark | None, Field(alias="to")] = None
    branch: bool = False


class ManualWork(Strict):
    """Work that people do by hand `before` or `after` a part (its role) or the whole (`change`), as role `by`.

    `needed`: before it is confirmed nothing is applied, or with `after: change` nothing is handed over (the BAST waits).
    `photo`: it is not done without one.
    """

    id: Key
    title: Words
    before: Key | None = None
    after: Key | None = None
    by: Line
    photo: bool = False
    needed: bool = False

    @model_validator(mode="after")
    def _one_moment(self) -> Self:
        if (self.before is None) == (self.after is None):
            raise said("isi salah satu: before atau after", "give one of: before, after")
        if self.needed and self.after not in (None, "change"):
            raise said(
                "langkah sesudah satu bagian tidak dapat ditunggu (needed); after: change ditunggu oleh BAST",
                "a step after one part cannot be waited for (needed); after: change is waited for by the BAST",
            )
        return self


class Sop(Strict):
    number: Line
    effective: Line
    steps: Annotated[tuple[Step, ...], Field(strict=False, min_length=1)]


class Playbook(Strict):
    """`papers` are those that must come back (signed, photos) before a change is finished.

    Times in seconds. `setup` is how long before the start we may begin; `tolerance` how long after the end we close.
    `waves` hold for every part without its own; `failure_budget` devices may fail without the rest being restored.
    """

    service: Key
    title: Words
    fields: Fields = Field(default_factory=dict)
    parts: Annotated[tuple[Part, ...], Field(strict=False, min_length=1)]
    limits: Limits
    setup: Seconds
    tolerance: Seconds
    plan_expiry: Annotated[Seconds, Field(ge=60)]
    evidence: Annotated[tuple[Evidence, ...], Field(strict=False)]
    papers: Annotated[tuple[Paper, ...], Field(strict=False)]
    manual: Annotated[tuple[ManualWork, ...], Field(strict=False)] = ()
    waves: Waves = Waves()
    failure_budget: Annotated[int, Field(ge=0, le=1000)] = 0
    sop: Sop

    @model_validator(mode="after")
    def _roles_once(self) -> Self:
        roles = [part.role for part in self.parts]
        twice = sorted({role for role in roles if roles.count(role) > 1})
        if twice:
            raise said(f"peran {twice[0]!r} muncul dua kali di parts", f"the role {twice[0]!r} is in parts twice")
        return self

    @model_validator(mode="after")
    def _fields_fit(self) -> Self:
        """A service that netops brings has no fields; one of the site's own names what its parts select."""
        if self.service in BUILT_IN:
            if self.fields:
                raise said(f"{self.service} adalah layanan bawaan", f"{self.service} is a service of netops itself")
            return self
        by_type = {name: spec.type for name, spec in self.fields.items()}
        for part in self.parts:
            device = part.field is None or by_type.get(part.field) in NAMES_DEVICE
            if part.select == "device" and not (device and set(by_type.values()) & set(NAMES_DEVICE)):
                raise said(
                    f"select: device untuk peran {part.role!r} memerlukan isian bertipe port atau device",
                    f"select: device of the role {part.role!r} needs a field of type port or device",
                )
            if part.select != "device" and "place" not in by_type.values():
                raise said(
                    f"select: {part.select} untuk peran {part.role!r} memerlukan isian bertipe place",
                    f"select: {part.select} of the role {part.role!r} needs a field of type place",
                )
        return self

    @model_validator(mode="after")
    def _manual_fits(self) -> Self:
        roles = {part.role for part in self.parts} | {"change"}
        ids = [work.id for work in self.manual]
        for work in self.manual:
            of = work.before or work.after
            if ids.count(work.id) > 1:
                raise said(f"langkah {work.id!r} muncul dua kali di manual", f"the step {work.id!r} is in manual twice")
            if of not in roles:
                raise said(
                    f"langkah {work.id!r} menyebut peran {of!r} yang tidak ada di parts",
                    f"the step {work.id!r} names the role {of!r}, which parts does not have",
                )
        return self

    def window(self, starts_at: datetime, ends_at: datetime | None) -> tuple[datetime, datetime]:
        """From when we may touch devices until everything is gone: what the reservations cover."""
        until = FOREVER if ends_at is None else ends_at + timedelta(seconds=self.tolerance)
        return starts_at - timedelta(seconds=self.setup), until

    def check(self, request: Request, now: datetime, document: Document) -> None:
        """What a request cannot know of itself: the clock and this service's limits. Raises `InputError`."""
        limits, ends_at = self.limits, request.ends_at
        if ends_at is None:
            if not limits.lasting:
                raise document.error(
                    request.loc("ends_at"),
                    Text("layanan ini memerlukan waktu selesai", "this service needs an end"),
                    Text("Isi ends_at.", "Fill in ends_at."),
                )
        elif ends_at <= now:
            past = f"{say_time(ends_at, request.zone, 'id')}", f"{say_time(ends_at, request.zone, 'en')}"
            raise document.error(
                request.loc("ends_at"),
                Text(f"waktu selesai sudah berlalu ({past[0]})", f"the end is past ({past[1]})"),
                Text("Periksa tahun, bulan dan zona waktu.", "Check year, month and time zone."),
            )
        seconds = limits.shortest if ends_at is None else (ends_at - request.starts_at).total_seconds()
        ahead = (request.starts_at - now).total_seconds()
        for wrong, field, limit, indonesian, english in (
            (seconds < limits.shortest, "ends_at", limits.shortest, "lebih singkat dari", "shorter than"),
            (seconds > limits.longest, "ends_at", limits.longest, "lebih lama dari", "longer than"),
            (ahead > limits.ahead, "starts_at", limits.ahead, "lebih jauh di depan dari", "further ahead than"),
        ):
            if wrong:
                raise document.error(
                    request.loc(field),
                    Text(
                        f"{indonesian} yang dilayani ({say_duration(limit)})",
                        f"{english} this service allows ({say_duration(limit)})",
                    ),
                    Text("Periksa tanggal dan jam.", "Check dates and hours."),
                )


def load_playbook(document: Document) -> Playbook:
    """Raises `InputError` with file, line, field and reason of every finding."""
    return validate(Playbook, document)


def playbook_digest(playbook: Playbook) -> str:
    return digest_of(playbook)
