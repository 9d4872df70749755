"""Reads `inventory/policy.yaml`: refuses any unclear rule, with file, line and field. Its JSON Schema comes from here too."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from netops.core.canonical import digest
from netops.core.errors import InputError
from netops.core.text import Text
from netops.core.units import parse_duration, parse_rate
from netops.requests.common import Day, Zone
from netops.requests.load import Document, Loc, check_line, read_document, validate
from netops.requests.policy import (
    CPU_LIMIT,
    Accepted,
    Bound,
    Deputy,
    EmergencyPolicy,
    Evidence,
    Policy,
    ServicePolicy,
    Step,
)
from netops.requests.signers import PRINCIPAL

Figures = dict[str, int | str]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)


class _Accepted(_Strict):
    """`class`: what kind of evidence suffices; `up_to`: only where no figure of the request is above these."""

    evidence: Literal["ssh-signature", "bsre-signature", "wet-signature", "workflow-attestation"] = Field(alias="class")
    up_to: Figures = Field(default_factory=dict)


_SSH = _Accepted.model_validate({"class": "ssh-signature"})


def _as_accepted(value: object) -> object:
    return {"class": value} if isinstance(value, str) else value


_Evidence = Annotated[_Accepted, BeforeValidator(_as_accepted, json_schema_input_type=str | _Accepted)]


class _Step(_Strict):
    """A role; `quorum` of its holders sign; `above`: only where a figure of the request is above one of these."""

    role: str
    quorum: Annotated[int, Field(ge=1, le=9)] = 1
    above: Figures = Field(default_factory=dict)
    evidence: Annotated[list[_Evidence] | None, Field(min_length=1)] = None


def _as_step(value: object) -> object:
    return {"role": value} if isinstance(value, str) else value


class _Service(_Strict):
    """`chain` in the order of signing; `evidence` that suffices where a step names none."""

    chain: list[Annotated[_Step, BeforeValidator(_as_step, json_schema_input_type=str | _Step)]] = Field(min_length=1)
    valid_for: str
    sign_plan: bool = False
    one_person: list[Annotated[list[str], Field(min_length=2)]] = Field(default_factory=list)
    evidence: Annotated[list[_Evidence], Field(min_length=1)] = Field(default_factory=lambda: [_SSH])
    bounds: Figures = Field(default_factory=dict)


class _Emergency(_Strict):
    officers: list[str] = Field(min_length=2, max_length=5)
    longest: str
    papers_within: str
    bounds: Figures = Field(default_factory=dict)


class _Deputy(_Strict):
    """Acts in a role from one day to another, both included, under a warrant (surat perintah)."""

    acting: Literal["Plt.", "Plh."]
    name: str
    warrant: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(check_line)]
    since: Annotated[Day, Field(alias="from")]
    until: Day


class _File(_Strict):
    """Who decides what, and how far a decision reaches (`inventory/policy.yaml`)."""

    roles: dict[str, list[str]] = Field(min_length=1)
    deputies: dict[str, list[_Deputy]] = Field(default_factory=dict)
    zone: Zone = "WIB"
    systems: dict[str, Annotated[list[str], Field(min_length=1)]] = Field(default_factory=dict)
    officers: list[str] = Field(default_factory=list)
    certificates: dict[str, str] = Field(default_factory=dict)
    services: dict[str, _Service] = Field(min_length=1)
    emergency: dict[str, _Emergency] = Field(default_factory=dict)
    cpu_limit: int = Field(default=CPU_LIMIT, ge=1, le=100)


def policy_schema() -> dict[str, Any]:
    """The JSON Schema of the file (`inventory/policy.schema.json`), for editors."""
    schema = _File.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "policy.yaml"}


def read_policy(path: Path) -> Policy:
    """The file at `path`. Raises `InputError` with path, line and field."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            Text(f"tidak dapat dibaca: {error.strerror}", f"cannot be read: {error.strerror}"),
            Text("`netops init` membuat contohnya.", "`netops init` makes an example."),
            path=path,
        ) from error
    return parse_policy(data, str(path))


def parse_policy(data: bytes, name: str = "policy.yaml") -> Policy:
    """Raises `InputError` with path, line and field."""
    document = read_document(data, name=name)
    file = validate(_File, document)
    for role, holders in file.roles.items():
        _role_name(document, ("roles", role), role)
        _people(document, ("roles", role), holders)
    for role, deputies in file.deputies.items():
        _deputies(document, role, deputies, file)
    for system, servers in file.systems.items():
        _role_name(document, ("systems", system), system)
        _people(document, ("systems", system), servers)
        _no_person(document, system, servers, file)
    _people(document, ("officers",), file.officers)
    for person in file.certificates:
        _people(document, ("certificates",), [person])
    return Policy(
        roles={role: tuple(holders) for role, holders in file.roles.items()},
        services={key: _service(document, key, service, file) for key, service in file.services.items()},
        digest=digest(data),
        emergency={key: _emergency(document, key, one, file) for key, one in file.emergency.items()},
        cpu_limit=file.cpu_limit,
        deputies={role: tuple(map(_deputy, deputies)) for role, deputies in file.deputies.items()},
        zone=file.zone,
        systems={system: tuple(servers) for system, servers in file.systems.items()},
        officers=tuple(file.officers),
        certificates=file.certificates,
    )


def _role_name(document: Document, place: Loc, name: str) -> None:
    if not PRINCIPAL.fullmatch(name):
        raise document.error(place, Text("nama peran harus ASCII tanpa spasi", "a role's name is ASCII without blanks"))


def _people(document: Document, place: Loc, names: Sequence[str]) -> None:
    for index, name in enumerate(names):
        if not PRINCIPAL.fullmatch(name):
            text = Text(
                f"{name!r} bukan nama seperti di allowed_signers (ASCII tanpa spasi)",
                f"{name!r} is not a name as in allowed_signers (ASCII without blanks)",
            )
            raise document.error((*place, index), text)
    _once(document, place, names)


def _no_person(document: Document, system: str, servers: Sequence[str], file: _File) -> None:
    """A server's key speaks for a server alone."""
    people = {name.casefold() for holders in file.roles.values() for name in holders}
    people |= {one.name.casefold() for deputies in file.deputies.values() for one in deputies}
    people |= {name.casefold() for name in file.officers}
    for index, server in enumerate(servers):
        if server.casefold() in people:
            text = Text(
                f"{server!r} pemegang peran, pejabat pengganti atau petugas; kunci server tidak boleh atas nama orang",
                f"{server!r} holds a role, is a deputy or an officer; a server's key is no person's",
            )
            raise document.error(("systems", system, index), text)


def _deputies(document: Document, role: str, deputies: Sequence[_Deputy], file: _File) -> None:
    place: Loc = ("deputies", role)
    if role not in file.roles:
        raise document.error(place, Text(f"roles tidak memuat {role}", f"roles does not have {role}"))
    for index, one in enumerate(deputies):
        if not PRINCIPAL.fullmatch(one.name):
            text = Text("bukan nama seperti di allowed_signers", "not a name as in allowed_signers")
            raise document.error((*place, index, "name"), text)
        if one.until < one.since:
            raise document.error((*place, index, "until"), Text("sebelum from", "before from"))
    for earlier, later in pairwise(sorted(deputies, key=lambda one: one.since)):
        if later.since <= earlier.until:
            text = Text(
                f"masa tugas {earlier.name} dan {later.name} bertumpang tindih",
                f"the periods of {earlier.name} and {later.name} overlap",
            )
            raise document.error((*place, deputies.index(later), "from"), text)


def _deputy(one: _Deputy) -> Deputy:
    return Deputy(acting=one.acting, name=one.name, warrant=one.warrant, since=one.since, until=one.until)


def _service(document: Document, name: str, service: _Service, file: _File) -> ServicePolicy:
    place: Loc = ("services", name)
    _chain(document, (*place, "chain"), [step.role for step in service.chain], file)
    bounds = _bounds(document, place, service.bounds)
    usual = _evidence(document, (*place, "evidence"), service.evidence, bounds)
    steps = tuple(
        _step(document, (*place, "chain", index), step, file, usual, bounds) for index, step in enumerate(service.chain)
    )
    if all(step.above for step in steps):
        text = Text(
            "satu langkah harus tanpa above: kalau tidak, permohonan kecil tidak disetujui siapa pun",
            "one step must be without above: else nobody would approve a small request",
        )
        raise document.error((*place, "chain"), text)
    for index, group in enumerate(service.one_person):
        for number, role in enumerate(group):
            if role not in {step.role for step in steps}:
                text = Text(f"chain tidak memuat {role!r}", f"chain does not have {role!r}")
                raise document.error((*place, "one_person", index, number), text)
    return ServicePolicy(
        steps=steps,
        valid_for=_seconds(document, (*place, "valid_for"), service.valid_for),
        bounds=bounds,
        sign_plan=service.sign_plan,
        one_person=tuple(frozenset(group) for group in service.one_person),
    )


def _step(
    document: Document,
    place: Loc,
    step: _Step,
    file: _File,
    usual: tuple[Accepted, ...],
    bounds: Mapping[str, Bound],
) -> Step:
    people = {*file.roles.get(step.role, ()), *(one.name for one in file.deputies.get(step.role, ()))}
    if step.quorum > len(people):
        text = Text(
            f"quorum {step.quorum}, tetapi peran {step.role} dipegang {len(people)} orang",
            f"the quorum is {step.quorum}, but {len(people)} hold the role {step.role}",
        )
        raise document.error((*place, "quorum"), text)
    own = None if step.evidence is None else _evidence(document, (*place, "evidence"), step.evidence, bounds)
    return Step(
        role=step.role,
        quorum=step.quorum,
        above=_figures(document, (*place, "above"), step.above, bounds),
        evidence=own or usual,
    )


def _evidence(
    document: Document, place: Loc, accepted: Sequence[_Accepted], bounds: Mapping[str, Bound]
) -> tuple[Accepted, ...]:
    return tuple(
        Accepted(evidence=Evidence(one.evidence), up_to=_figures(document, (*place, index, "up_to"), one.up_to, bounds))
        for index, one in enumerate(accepted)
    )


def _figures(document: Document, place: Loc, figures: Figures, bounds: Mapping[str, Bound]) -> dict[str, int]:
    """Limits by figure; each is one that the service bounds, so that a slip of the pen is no rule that never holds."""
    for name in figures:
        if name not in bounds:
            text = Text(f"bounds tidak memuat {name!r}", f"bounds does not have {name!r}")
            raise document.error((*place, name), text)
    return {name: _bound(document, (*place, name), value, range_=False).most for name, value in figures.items()}


def _emergency(document: Document, name: str, one: _Emergency, file: _File) -> EmergencyPolicy:
    place: Loc = ("emergency", name)
    if name not in file.services:
        raise document.error(place, Text(f"services tidak memuat {name}", f"services does not have {name}"))
    _chain(document, (*place, "officers"), one.officers, file)
    return EmergencyPolicy(
        officers=tuple(one.officers),
        longest=_seconds(document, (*place, "longest"), one.longest),
        papers_within=_seconds(document, (*place, "papers_within"), one.papers_within),
        bounds=_bounds(document, place, one.bounds),
    )


def _chain(document: Document, place: Loc, roles: list[str], file: _File) -> None:
    for index, role in enumerate(roles):
        if not file.roles.get(role) and not file.deputies.get(role):
            text = Text(
                f"peran {role!r} tidak ada pemegangnya di roles",
                f"role {role!r} has no holder in roles",
            )
            raise document.error((*place, index), text)
    _once(document, place, roles)


def _seconds(document: Document, place: Loc, text: str) -> int:
    try:
        seconds = parse_duration(text)
    except ValueError as error:
        raise document.error(place, Text("bukan lama waktu seperti 30d", "not a duration such as 30d")) from error
    if seconds < 1:
        raise document.error(place, Text("harus lebih dari nol", "must be more than zero"))
    return seconds


def _bounds(document: Document, place: Loc, bounds: Mapping[str, int | str]) -> dict[str, Bound]:
    return {figure: _bound(document, (*place, "bounds", figure), value) for figure, value in bounds.items()}


def _bound(document: Document, place: Loc, value: int | str, range_: bool = True) -> Bound:
    """`500` at most, `20-49` from and to (where `range_`), `200M` a rate at most."""
    if isinstance(value, int) and value >= 1:
        return Bound(most=value)
    span = re.fullmatch(r"([0-9]{1,15})-([0-9]{1,15})", str(value))
    if range_ and span and int(span[1]) <= int(span[2]):
        return Bound(least=int(span[1]), most=int(span[2]))
    try:
        if isinstance(value, str) and not value.isdecimal():
            return Bound(most=parse_rate(value), rate=True)
    except ValueError:
        pass  # told below, with the forms that there are
    raise document.error(
        place,
        Text(
            f"{value!r} bukan batas seperti 500, 20-49 atau 200M",
            f"{value!r} is not a bound such as 500, 20-49 or 200M",
        ),
    )


def _once(document: Document, place: Loc, names: Sequence[str]) -> None:
    folded = [name.casefold() for name in names]
    for index, name in enumerate(folded):
        if name in folded[:index]:
            text = Text(f"{names[index]!r} tertulis dua kali", f"{names[index]!r} is given twice")
            raise document.error((*place, index), text)
