"""The site's approval policy: chains, holders and deputies, what evidence suffices, life time, bounds. Refuses what nobody wrote.

Always, and no setting: who requests neither approves nor executes, who approves does not execute, nobody counts twice in
one step (`chain`). `policy_file` reads it.
"""

from collections.abc import Mapping
from datetime import date, datetime, timezone
from enum import StrEnum
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from netops.core.errors import NotApproved, OutOfBounds
from netops.core.text import Lang, Text
from netops.core.units import say_rate
from netops.requests.common import ZONES, Zone

CPU_LIMIT = 90
"""Per cent; the vendor of the switches recommends to look from there on (Cisco document 15215)."""


class Bound(Struct, frozen=True, kw_only=True):
    """From `least` to `most`, both included; a `rate` is in bit/s and told as one."""

    most: int
    least: int = 0
    rate: bool = False

    def say(self, number: int, lang: Lang) -> str:
        return say_rate(number, lang) if self.rate else str(number)


class Evidence(StrEnum):
    """What shows that a person decided (docs/approvals.md)."""

    SSH = "ssh-signature"
    BSRE = "bsre-signature"
    WET = "wet-signature"
    WORKFLOW = "workflow-attestation"


EVIDENCE: Mapping[str, Text] = {
    Evidence.SSH: Text("tanda tangan SSH", "an SSH signature"),
    Evidence.BSRE: Text("tanda tangan elektronik pada PDF (PAdES)", "an electronic signature on a PDF (PAdES)"),
    Evidence.WET: Text("tanda tangan basah (pindaian, dua petugas)", "a wet signature (scan, two officers)"),
    Evidence.WORKFLOW: Text(
        "keterangan sistem alur kerja, bukan tanda tangan pribadi",
        "an attestation of the workflow system, not a personal signature",
    ),
}


class Accepted(Struct, frozen=True, kw_only=True):
    """A class of evidence that suffices while every figure in `up_to` is not above its value (bit/s, counts)."""

    evidence: Evidence
    up_to: Mapping[str, int] = field(default_factory=dict)

    def suffices(self, figures: Mapping[str, int]) -> bool:
        """A figure that the request does not have is no small one."""
        return all(name in figures and figures[name] <= most for name, most in self.up_to.items())


SSH_ONLY = (Accepted(evidence=Evidence.SSH),)


class Step(Struct, frozen=True, kw_only=True):
    """`quorum` different holders of `role` sign; with `above` only where one of the figures is above its value."""

    role: str
    quorum: int = 1
    above: Mapping[str, int] = field(default_factory=dict)
    evidence: tuple[Accepted, ...] = SSH_ONLY

    def wanted(self, figures: Mapping[str, int]) -> bool:
        """A figure that the request does not have counts as above: what is not known is not small."""
        return not self.above or any(figures.get(name, most + 1) > most for name, most in self.above.items())


class Deputy(Struct, frozen=True, kw_only=True):
    """Acts in a role (`Plt.`: the post is vacant, `Plh.`: its holder is away) under a warrant, both days included."""

    acting: Literal["Plt.", "Plh."]
    name: str
    warrant: str
    since: date
    until: date


class ServicePolicy(Struct, frozen=True, kw_only=True):
    """`steps` in order; `valid_for` seconds after receipt; `bounds` by a request's figure.

    `sign_plan`: each approval names the plan's digest too. `one_person`: groups of roles that one person may hold together.
    """

    steps: tuple[Step, ...]
    valid_for: int
    bounds: Mapping[str, Bound]
    sign_plan: bool = False
    one_person: tuple[frozenset[str], ...] = ()

    @property
    def chain(self) -> tuple[str, ...]:
        """Every role that has a say, whatever the size."""
        return tuple(step.role for step in self.steps)

    def steps_for(self, figures: Mapping[str, int]) -> tuple[Step, ...]:
        """The steps that a request with these figures takes; never empty (`policy_file` sees to it)."""
        return tuple(step for step in self.steps if step.wanted(figures))


class EmergencyPolicy(Struct, frozen=True, kw_only=True):
    """What runs before its papers (darurat, surat menyusul): `officers` sign, each role another person.

    `longest` and `papers_within` in seconds, the latter from the declaration; `bounds` as in `ServicePolicy`.
    """

    officers: tuple[str, ...]
    longest: int
    papers_within: int
    bounds: Mapping[str, Bound]


class Policy(Struct, frozen=True, kw_only=True):
    """`roles`: who holds each role, as named in `allowed_signers`; `digest` names the file that a judgement was made by.

    `deputies` by role, their days in `zone`; `systems`: which servers' keys attest for a workflow system; `officers`: who
    records and confirms scans of wet signatures; `certificates`: an approver's name in a certificate (RFC 4514).
    `emergency` is the closed list of services that may run before their papers. `cpu_limit`, per cent: a device whose
    processor is busier than that holds up the waves of a change.
    """

    roles: Mapping[str, tuple[str, ...]]
    services: Mapping[str, ServicePolicy]
    digest: str
    emergency: Mapping[str, EmergencyPolicy] = field(default_factory=dict)
    cpu_limit: int = CPU_LIMIT
    deputies: Mapping[str, tuple[Deputy, ...]] = field(default_factory=dict)
    zone: Zone = "WIB"
    systems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    officers: tuple[str, ...] = ()
    certificates: Mapping[str, str] = field(default_factory=dict)

    def holders(self, role: str) -> tuple[str, ...]:
        """Everybody who holds the role or ever was its deputy."""
        return (*self.roles.get(role, ()), *(deputy.name for deputy in self.deputies.get(role, ())))

    def holds(self, role: str, name: str, at: datetime) -> bool:
        return name in self.roles.get(role, ()) or self.deputy(role, name, at) is not None

    def deputy(self, role: str, name: str, at: datetime) -> Deputy | None:
        """The warrant under which `name` acts in the role at that moment; None for its holder, and for anybody else."""
        day = at.astimezone(self.timezone).date()
        if name in self.roles.get(role, ()):
            return None
        return next(
            (one for one in self.deputies.get(role, ()) if one.name == name and one.since <= day <= one.until), None
        )

    @property
    def timezone(self) -> timezone:
        return ZONES[self.zone]

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
        steps = tuple(Step(role=role) for role in rules.officers)
        narrowed = replace(ordinary, steps=steps, bounds=rules.bounds, sign_plan=False, one_person=())
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
