"""Which devices a playbook means for a request; refuses when the inventory has none, and one device in two parts."""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from netops.core.errors import InputError, NoTarget
from netops.core.model import Target
from netops.core.text import Text
from netops.planning.paths import carriers, read_links
from netops.planning.playbook import Part, Playbook
from netops.planning.sites import Place
from netops.requests.common import Named


class Where(Struct, frozen=True, kw_only=True):
    """What a request says about where: a site, a place there (None: it names none), devices and ports of its own.

    `backend`: where that site keeps vouchers.
    """

    site: str
    place: Place | None = None
    named: tuple[Named, ...] = ()
    backend: str = "local"


class Chosen(Struct, frozen=True, kw_only=True):
    """One device with the part of the playbook that it plays and the access ports of the place on it.

    `trunks` are its ports on the way from the place to the gateway (None: the playbook asks for no way), on a device that
    the request names its cables to other devices; `rules` the provisioning rules on it that serve the place's access points.
    """

    target: Target
    part: Part
    ports: tuple[str, ...]
    trunks: tuple[str, ...] | None = None
    rules: tuple[str, ...] = ()


def choose(playbook: Playbook, where: Where, targets: Sequence[Target]) -> tuple[Chosen, ...]:
    """The devices by role at the site, in the playbook's order, then by name.

    Raises `NoTarget` where there is none, `InputError` where a device plays two parts (which template holds for it?)
    and where no links lead from the place to the devices of the playbook's `site` parts.
    """
    found: list[Chosen] = []
    for part in sorted(playbook.parts, key=lambda part: (part.order, part.role)):
        if part.backend in (None, where.backend):
            found += _of_part(part, where, targets)
    idle = sorted({one.device for one in where.named} - {one.target.name for one in found})
    if idle or not found:
        raise _no_role(playbook, idle, where)
    parts: dict[str, Part] = {}
    for one in found:
        other = parts.setdefault(one.target.name, one.part)
        if other is not one.part:
            raise _two_parts(playbook, one.target.name, other, one.part)
    if where.place and any(part.select == "path" for part in playbook.parts):
        return _on_the_way(playbook, where.place, found, targets)
    return tuple(found)


def _on_the_way(
    playbook: Playbook, place: Place, found: Sequence[Chosen], targets: Sequence[Target]
) -> tuple[Chosen, ...]:
    """Of the devices of `path` parts those on the way, each device with its ports there."""
    by_name = {one.target.name: one for one in found}
    for name in sorted(place.ports):
        if name not in by_name:
            raise _named(name, playbook, place)
    # A database carries nothing: no way leads to it.
    beside = tuple(one for one in found if one.part.backend)
    gateways = [one.target.name for one in found if one.part.select == "site" and one not in beside]
    way = carriers(place, gateways, targets)
    strange = sorted(way.keys() - by_name.keys())
    if strange:
        raise _no_part(strange[0], playbook, place)
    points = [target for target in targets if target.name in place.aps]
    return beside + tuple(
        replace(one, trunks=way[one.target.name], rules=_rules(one.target.name, gateways, points))
        for one in found
        if one.target.name in way
    )


def _rules(manager: str, gateways: Sequence[str], points: Sequence[Target]) -> tuple[str, ...]:
    """The rules (by comment) on this manager that serve these access points; theirs is the only gateway unless they say."""
    only = gateways[0] if len(gateways) == 1 else ""
    mine = [point for point in points if point.data.get("manager", only) == manager]
    return tuple(sorted({str(rule) for point in mine for rule in point.data.get("provisioning") or ()}))


def _of_part(part: Part, where: Where, targets: Sequence[Target]) -> list[Chosen]:
    there = [target for target in targets if target.site == where.site and part.role in target.roles]
    here = sorted(there, key=lambda target: target.name)
    ports = where.place.ports if where.place else {}
    if part.select == "device":
        meant = [one for one in where.named if part.field in (None, one.field)]
        names = {one.device for one in meant}
        ports = {name: tuple(one.port for one in meant if one.device == name and one.port) for name in names}
        here = [target for target in here if target.name in names]
    if not here and part.select == "site":
        raise _none(part.role, where)
    cables = read_links(targets) if part.select == "device" else {}
    return [
        Chosen(
            target=target,
            part=part,
            ports=ports.get(target.name, ()),
            trunks=tuple(target.data.get("trunks") or sorted(cables[target.name])) if cables else None,
        )
        for target in here
    ]


def _no_role(playbook: Playbook, names: Sequence[str], where: Where) -> NoTarget:
    roles = ", ".join(part.role for part in playbook.parts)
    shown = ", ".join(names) or "-"
    return NoTarget(
        Text(
            f"layanan {playbook.service} tidak punya bagian untuk {shown} di lokasi {where.site!r} (peran: {roles})",
            f"the service {playbook.service} has no part for {shown} at site {where.site!r} (roles: {roles})",
        ),
        Text(
            f"Pilih perangkat lain, atau beri {shown} salah satu peran itu di inventory/hosts.yaml (data: roles).",
            f"Choose another device, or give {shown} one of these roles in inventory/hosts.yaml (data: roles).",
        ),
    )


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


def _named(name: str, playbook: Playbook, place: Place) -> NoTarget:
    role = " / ".join(part.role for part in playbook.parts if part.select == "path")
    return NoTarget(
        Text(
            f"tempat {place.key!r} menyebut switch {name!r}, tetapi inventaris tidak memiliki perangkat {name!r} "
            f"berperan {role} di lokasi {place.site!r}",
            f"the place {place.key!r} names the switch {name!r}, but the inventory has no device {name!r} "
            f"of role {role} at site {place.site!r}",
        ),
        Text(
            f"Tambahkan {name} ke inventory/hosts.yaml dengan data: {{site: {place.site}, roles: [access]}}, "
            f"atau perbaiki ports dari {place.key} di inventory/sites.yaml.",
            f"Add {name} to inventory/hosts.yaml with data: {{site: {place.site}, roles: [access]}}, "
            f"or mend the ports of {place.key} in inventory/sites.yaml.",
        ),
    )


def _no_part(name: str, playbook: Playbook, place: Place) -> NoTarget:
    roles = ", ".join(part.role for part in playbook.parts)
    return NoTarget(
        Text(
            f"{name} dilewati jalur dari tempat {place.key!r}, tetapi layanan {playbook.service} tidak punya bagian untuk "
            f"perannya di lokasi {place.site!r}",
            f"the way from the place {place.key!r} leads over {name}, but the service {playbook.service} has no part for "
            f"its role at site {place.site!r}",
        ),
        Text(
            f"Beri {name} salah satu peran ini di inventory/hosts.yaml: {roles}.",
            f"Give {name} one of these roles in inventory/hosts.yaml: {roles}.",
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
