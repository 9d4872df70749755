"""What people do by hand for a plan: the playbook's own work, and devices that cannot be driven. Refuses a plan of those only."""

from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from netops.core.errors import InputError, NoTarget
from netops.core.model import AnyNeeds, Loan, ManualStep, Needs, Target
from netops.core.text import Text
from netops.planning.playbook import ManualWork, Playbook
from netops.planning.sites import Place, Site
from netops.planning.sizing import access_points
from netops.planning.targets import Chosen, Where
from netops.requests.event_hotspot import EventHotspot

MANUAL = "manual"
"""The platform of devices that netops never connects to: rented, or of a kind that it has no driver for."""


class Points(Struct, frozen=True, kw_only=True):
    """Access points that are advised for an event and are there, and the place's switch ports for events."""

    advised: int
    there: int
    ports: int

    @property
    def missing(self) -> int:
        return max(0, self.advised - self.there)


def driven(chosen: Sequence[Chosen]) -> tuple[Chosen, ...]:
    """The chosen devices that netops configures itself. Raises `NoTarget` where there is none."""
    found = tuple(one for one in chosen if one.target.platform != MANUAL)
    if not found:
        names = ", ".join(one.target.name for one in chosen)
        raise NoTarget(
            Text(f"semua perangkat diatur dengan tangan: {names}", f"every device is set up by hand: {names}"),
            Text(
                "Tambahkan perangkat yang dapat diatur netops ke inventory/hosts.yaml.",
                "Add a device that netops can drive to inventory/hosts.yaml.",
            ),
        )
    return found


def by_hand(chosen: Sequence[Chosen], where: Where, targets: Sequence[Target]) -> tuple[Target, ...]:
    """Devices to set up by hand, by name: chosen ones, access points that the place names, and those that name the place
    themselves (`data.place`: a rented one in a port of the event needs no link of its own)."""
    place = where.place
    found = {one.target.name: one.target for one in chosen if one.target.platform == MANUAL}
    for target in targets:
        if place and target.platform == MANUAL and (target.name in place.aps or _said(target, "place") == place.key):
            found[target.name] = target
    return tuple(found[name] for name in sorted(found))


def steps(
    playbook: Playbook,
    chosen: Sequence[Chosen],
    devices: Sequence[Target],
    needs: AnyNeeds,
    points: Points | None = None,
) -> tuple[ManualStep, ...]:
    """The playbook's work in its order, access points that the needs advise beyond those at the place, then one step for
    each device by hand; those before the change come first."""
    found = [_work(work) for work in playbook.manual]
    found += [_more_points(points, playbook)] if points and points.missing else []
    found += [_device(target, chosen, needs) for target in devices]
    return tuple(sorted(found, key=lambda step: step.when == "after"))


def counted(request: EventHotspot, site: Site, place: Place, devices: Sequence[Target]) -> Points:
    """How many access points the site's policy advises, and how many are at the place; rented ones count."""
    event = request.event
    return Points(
        advised=access_points(event.participants, event.setting, site),
        there=len(place.aps) + len(rented(place, devices)),
        ports=sum(map(len, place.ports.values())),
    )


def rented(place: Place, devices: Sequence[Target]) -> tuple[str, ...]:
    """Access points among the devices by hand that serve the place besides its own."""
    return tuple(one.name for one in devices if "ap" in one.roles and one.name not in place.aps)


def loans(devices: Sequence[Target], until: date | None = None) -> tuple[Loan, ...]:
    """Those of the devices that are lent to the requester (`data.loan`): type, serial or asset number, condition, and the
    day of return (`data.returns`), the last day `until` of the event where none is said."""
    return tuple(
        Loan(
            device=one.name,
            type=_said(one, "type") or one.name,
            number=_said(one, "serial"),
            condition=_said(one, "condition"),
            returns=_day(one) or until,
        )
        for one in devices
        if one.data.get("loan") is True
    )


def _day(target: Target) -> date | None:
    """Raises `InputError` for a day of return that is none."""
    said = _said(target, "returns")
    try:
        return date.fromisoformat(said) if said else None
    except ValueError as error:
        raise InputError(
            Text(f"{said!r} bukan tanggal seperti 2026-11-21", f"{said!r} is no date such as 2026-11-21"),
            path="inventory/hosts.yaml",
            field=f"{target.name}.data.returns",
        ) from error


def _more_points(found: Points, playbook: Playbook) -> ManualStep:
    """Advice, for whoever does the playbook's first work: who confirms says what was put up, or why less is enough."""
    ports, ports_en = f"; port acara di sana: {found.ports}", f"; ports for events there: {found.ports}"
    return ManualStep(
        id="titik-akses-tambahan",
        title=Text(
            f"Titik akses tambahan beserta kabelnya, {found.missing} buah (disarankan {found.advised}, ada {found.there}"
            f"{ports}): pasang, atau catat alasannya",
            f"More access points with their cables, {found.missing} of them ({found.advised} advised, {found.there} there"
            f"{ports_en}): put up, or note why not",
        ),
        when="before",
        by=playbook.manual[0].by if playbook.manual else "",
    )


def _work(work: ManualWork) -> ManualStep:
    of = work.before or work.after or ""
    return ManualStep(
        id=work.id,
        title=work.title.text,
        when="before" if work.before else "after",
        of="" if of == "change" else of,
        by=work.by,
        photo=work.photo,
        needed=work.needed,
    )


def _device(target: Target, chosen: Sequence[Chosen], needs: AnyNeeds) -> ManualStep:
    """Others depend on a device of an earlier order than one that netops drives, or `data.needed` says so: it is waited for."""
    own = next((one for one in chosen if one.target.name == target.name), None)
    later = own is not None and any(one.part.order > own.part.order for one in chosen if one.target.platform != MANUAL)
    later = later or target.data.get("needed") is True
    what = _said(target, "type")
    name = f"{target.name} ({what})" if what else target.name
    settings = _settings(own, needs)
    return ManualStep(
        id=target.name,
        title=Text(
            f"Pasang dan atur {name} dengan tangan{settings.id}", f"Put up and set up {name} by hand{settings.en}"
        ),
        when="before" if later else "after",
        of=own.part.role if own else "",
        by=_said(target, "by"),
        photo=True,
        needed=later,
        device=target.name,
    )


def _settings(own: Chosen | None, needs: AnyNeeds) -> Text:
    """What has to be set on it, as far as the needs say it."""
    if not isinstance(needs, Needs):
        return Text("", "")
    ports = f", port {', '.join(own.ports)}" if own and own.ports else ""
    return Text(
        f": VLAN {needs.vlan}{ports}, SSID {needs.ssid}",
        f": VLAN {needs.vlan}{ports}, SSID {needs.ssid}",
    )


def _said(target: Target, key: str) -> str:
    value = target.data.get(key)
    return "" if value is None else str(value)
