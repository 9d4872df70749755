"""Which devices a playbook means at a place; refuses when the inventory has none, naming what to add to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from netops.core.errors import NoTarget
from netops.core.model import Target
from netops.core.text import Text
from netops.planning.playbook import Part, Playbook
from netops.planning.sites import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One device with the part of the playbook that it plays and the access ports of the place on it."""

    target: Target
    part: Part
    ports: tuple[str, ...]


def choose(playbook: Playbook, place: Place, targets: Sequence[Target]) -> tuple[Chosen, ...]:
    """The devices by role at the place's site, in the playbook's order, then by name. Raises `NoTarget`."""
    found: list[Chosen] = []
    for part in sorted(playbook.parts, key=lambda part: (part.order, part.role)):
        here = sorted(
            (target for target in targets if target.site == place.site and part.role in target.roles),
            key=lambda target: target.name,
        )
        if part.select == "place":
            here = [_named(name, part.role, place, here) for name in sorted(place.ports)]
        elif not here:
            raise _none(part.role, place)
        found += [Chosen(target=target, part=part, ports=place.ports.get(target.name, ())) for target in here]
    return tuple(found)


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


def _none(role: str, place: Place) -> NoTarget:
    return NoTarget(
        Text(
            f"inventaris tidak memiliki perangkat berperan {role!r} di lokasi {place.site!r}",
            f"the inventory has no device of role {role!r} at site {place.site!r}",
        ),
        Text(
            f"Tambahkan ke inventory/hosts.yaml sebuah perangkat dengan data: {{site: {place.site}, roles: [{role}]}}.",
            f"Add a device to inventory/hosts.yaml with data: {{site: {place.site}, roles: [{role}]}}.",
        ),
    )
