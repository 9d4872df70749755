"""Which devices a playbook means for a request; refuses when the inventory has none, and one device in two parts."""

from collections.abc import Sequence
from dataclasses import dataclass

from netops.core.errors import InputError, NoTarget
from netops.core.model import Target
from netops.core.text import Text
from netops.planning.playbook import Part, Playbook
from netops.planning.sites import Place
from netops.requests.common import Named


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What a request says about where: a site, a place there (None: it names none), devices and ports of its own."""

    site: str
    place: Place | None = None
    named: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One device with the part of the playbook that it plays and the access ports of the place on it."""

    target: Target
    part: Part
    ports: tuple[str, ...]


def choose(playbook: Playbook, where: Where, targets: Sequence[Target]) -> tuple[Chosen, ...]:
    """The devices by role at the site, in the playbook's order, then by name.

    Raises `NoTarget` where there is none, `InputError` where a device plays two parts: which template holds for it?
    """
    found: list[Chosen] = []
    for part in sorted(playbook.parts, key=lambda part: (part.order, part.role)):
        found += _of_part(part, where, targets)
    parts: dict[str, Part] = {}
    for one in found:
        other = parts.setdefault(one.target.name, one.part)
        if other is not one.part:
            raise _two_parts(playbook, one.target.name, other, one.part)
    return tuple(found)


def _of_part(part: Part, where: Where, targets: Sequence[Target]) -> list[Chosen]:
    there = [target for target in targets if target.site == where.site and part.role in target.roles]
    here = sorted(there, key=lambda target: target.name)
    ports = where.place.ports if where.place else {}
    if part.select == "place" and where.place:
        here = [_named(name, part.role, where.place, here) for name in sorted(ports)]
    elif part.select == "device":
        names = {one.device for one in where.named}
        ports = {name: tuple(one.port for one in where.named if one.device == name and one.port) for name in names}
        here = [target for target in here if target.name in names]
    if not here and not (part.select == "place" and where.place):
        raise _none(part.role, where)
    return [Chosen(target=target, part=part, ports=ports.get(target.name, ())) for target in here]


def _two_parts(playbook: Playbook, name: str, one: Part, other: Part) -> InputError:
    return InputError(
        Text(
            f"perangkat {name} memegang dua peran layanan {playbook.service}: {one.role} dan {other.role}",
            f"the device {name} plays two roles of the service {playbook.service}: {one.role} and {other.role}",
        ),
        Text(
            f"Beri {name} satu dari peran itu di inventory/hosts.yaml (data: roles), atau ubah playbooks/{playbook.service}.yaml.",
            f"Give {name} one of these roles in inventory/hosts.yaml (data: roles), or change playbooks/{playbook.service}.yaml.",
        ),
        field=name,
    )


def _named(name: str, role: str, place: Place, here: Sequence[Target]) -> Target:
    for target in here:
        if target.name == name:
            return target
    raise NoTarget(
        Text(
            f"tempat {place.key!r} menyebut switch {name!r}, tetapi inventaris tidak memiliki perangkat {name!r} "
            f"berperan {role!r} di lokasi {place.site!r}",
            f"the place {place.key!r} names the switch {name!r}, but the inventory has no device {name!r} "
            f"of role {role!r} at site {place.site!r}",
        ),
        Text(
            f"Tambahkan {name} ke inventory/hosts.yaml dengan data: {{site: {place.site}, roles: [{role}]}}, "
            f"atau perbaiki ports dari {place.key} di inventory/sites.yaml.",
            f"Add {name} to inventory/hosts.yaml with data: {{site: {place.site}, roles: [{role}]}}, "
            f"or mend the ports of {place.key} in inventory/sites.yaml.",
        ),
    )


def _none(role: str, where: Where) -> NoTarget:
    names = ", ".join(sorted({one.device for one in where.named}))
    meant, meant_en = (f" di antara {names}", f" among {names}") if names else ("", "")
    return NoTarget(
        Text(
            f"inventaris tidak memiliki perangkat berperan {role!r} di lokasi {where.site!r}{meant}",
            f"the inventory has no device of role {role!r} at site {where.site!r}{meant_en}",
        ),
        Text(
            f"Tambahkan ke inventory/hosts.yaml sebuah perangkat dengan data: {{site: {where.site}, roles: [{role}]}}.",
            f"Add a device to inventory/hosts.yaml with data: {{site: {where.site}, roles: [{role}]}}.",
        ),
    )
