"""The site's approval policy (`inventory/policy.yaml`): chains, holders, life time, bounds; refuses any unclear file.

Always, and no setting of the file: who requests does not approve, who approves holds one role of a chain and does not
execute (`approvals`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from netops.core.canonical import digest
from netops.core.errors import InputError, NotApproved, OutOfBounds
from netops.core.text import Lang, Text
from netops.core.units import parse_duration, parse_rate, say_rate
from netops.requests.load import Document, Loc, read_document, validate
from netops.requests.signers import PRINCIPAL

CPU_LIMIT = 90
"""Per cent; the vendor of the switches recommends to look from there on (Cisco document 15215)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """From `least` to `most`, both included; a `rate` is in bit/s and told as one."""

    most: int
    least: int = 0
    rate: bool = False

    def say(self, number: int, lang: Lang) -> str:
        return say_rate(number, lang) if self.rate else str(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePolicy:
    """`chain`: roles in order, the last one decides; `valid_for` seconds after receipt; `bounds` by a request's figure."""

    chain: tuple[str, ...]
    valid_for: int
    bounds: Mapping[str, Bound]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyPolicy:
    """What runs before its papers (darurat, surat menyusul): `officers` sign, each role another person.

    `longest` and `papers_within` in seconds, the latter from the declaration; `bounds` as in `ServicePolicy`.
    """

    officers: tuple[str, ...]
    longest: int
    papers_within: int
    bounds: Mapping[str, Bound]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`roles`: who holds each role, as named in `allowed_signers`; `digest` names the file that a judgement was made by.

    `emergency` is the closed list of services that may run before their papers. `cpu_limit`, per cent: a device whose
    processor is busier than that holds up the waves of a change.
    """

    roles: Mapping[str, tuple[str, ...]]
    services: Mapping[str, ServicePolicy]
    digest: str
    emergency: Mapping[str, EmergencyPolicy] = field(default_factory=dict)
    cpu_limit: int = CPU_LIMIT

    def service(self, name: str) -> ServicePolicy:
        """Raises `NotApproved` for a service that the policy does not name: nobody could have approved it."""
        try:
            return self.services[name]
        except KeyError:
            raise NotApproved(
                Text(f"kebijakan tidak mengatur layanan {name}", f"the policy has no rules for the service {name}"),
                Text("Tambahkan di inventory/policy.yaml.", "Add it to inventory/policy.yaml."),
            ) from None

    def in_emergency(self, service: str) -> "Policy":
        """The same, with the officers as this service's chain and its narrower bounds. Raises `OutOfBounds` if unlisted."""
        rules = self.emergency.get(service)
        if rules is None:
            raise OutOfBounds(
                Text(
                    f"layanan {service} tidak boleh dijalankan sebelum suratnya (darurat)",
                    f"the service {service} must not run before its papers (emergency)",
                ),
                Text(
                    "Yang boleh tertulis pada emergency di inventory/policy.yaml.",
                    "What may is listed under emergency in inventory/policy.yaml.",
                ),
            )
        ordinary = self.service(service)
        narrowed = replace(ordinary, chain=rules.officers, bounds=rules.bounds)
        return replace(self, services={**self.services, service: narrowed})


def check_bounds(policy: Policy, service: str, figures: Mapping[str, int]) -> None:
    """Raises `OutOfBounds` where a request asks for more than the service allows, or for what no bound was written."""
    bounds = policy.service(service).bounds
    for name, asked in figures.items():
        if name not in bounds:
            raise OutOfBounds(
                Text(
                    f"kebijakan tidak memberi batas {name} untuk layanan {service}",
                    f"the policy gives no bound of {name} for the service {service}",
                ),
                Text(
                    f"Tambahkan {name} pada bounds layanan itu di inventory/policy.yaml.",
                    f"Add {name} to the bounds of that service in inventory/policy.yaml.",
                ),
            )
        bound = bounds[name]
        if not bound.least <= asked <= bound.most:
            limit = bound.most if asked > bound.most else bound.least
            raise OutOfBounds(
                Text(
                    f"{name} {bound.say(asked, 'id')} di luar batas layanan {service}: {bound.say(limit, 'id')}",
                    f"{name} {bound.say(asked, 'en')} is beyond the bound of {service}: {bound.say(limit, 'en')}",
                ),
                Text(
                    "Ubah permohonan, atau ubah batas di inventory/policy.yaml.",
                    "Change the request, or change the bound in inventory/policy.yaml.",
                ),
            )


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────────


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Service(_Strict):
    chain: list[str] = Field(min_length=1)
    valid_for: str
    bounds: dict[str, int | str] = Field(default_factory=dict)


class _Emergency(_Strict):
    officers: list[str] = Field(min_length=2, max_length=5)
    longest: str
    papers_within: str
    bounds: dict[str, int | str] = Field(default_factory=dict)


class _File(_Strict):
    roles: dict[str, list[str]] = Field(min_length=1)
    services: dict[str, _Service] = Field(min_length=1)
    emergency: dict[str, _Emergency] = Field(default_factory=dict)
    cpu_limit: int = Field(default=CPU_LIMIT, ge=1, le=100)


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
        if not PRINCIPAL.fullmatch(role):
            text = Text("nama peran harus ASCII tanpa spasi", "a role's name is ASCII without blanks")
            raise document.error(("roles", role), text)
        for index, holder in enumerate(holders):
            if not PRINCIPAL.fullmatch(holder):
                text = Text(
                    f"{holder!r} bukan nama seperti di allowed_signers (ASCII tanpa spasi)",
                    f"{holder!r} is not a name as in allowed_signers (ASCII without blanks)",
                )
                raise document.error(("roles", role, index), text)
        _once(document, ("roles", role), holders)
    return Policy(
        roles={role: tuple(holders) for role, holders in file.roles.items()},
        services={key: _service(document, key, service, file) for key, service in file.services.items()},
        digest=digest(data),
        emergency={key: _emergency(document, key, one, file) for key, one in file.emergency.items()},
        cpu_limit=file.cpu_limit,
    )


def _service(document: Document, name: str, service: _Service, file: _File) -> ServicePolicy:
    place: Loc = ("services", name)
    _chain(document, (*place, "chain"), service.chain, file)
    return ServicePolicy(
        chain=tuple(service.chain),
        valid_for=_seconds(document, (*place, "valid_for"), service.valid_for),
        bounds=_bounds(document, place, service.bounds),
    )


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
        if not file.roles.get(role):
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


def _bound(document: Document, place: Loc, value: int | str) -> Bound:
    """`500` at most, `20-49` from and to, `200M` a rate at most."""
    if isinstance(value, int) and value >= 1:
        return Bound(most=value)
    span = re.fullmatch(r"([0-9]{1,15})-([0-9]{1,15})", str(value))
    if span and int(span[1]) <= int(span[2]):
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


def _once(document: Document, place: Loc, names: list[str]) -> None:
    folded = [name.casefold() for name in names]
    for index, name in enumerate(folded):
        if name in folded[:index]:
            text = Text(f"{names[index]!r} tertulis dua kali", f"{names[index]!r} is given twice")
            raise document.error((*place, index), text)
