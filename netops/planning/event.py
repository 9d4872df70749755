"""An event, engineered: VLAN, subnet, rates and vouchers at a place; refuses needs beyond what was asked or is allowed."""

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from ipaddress import IPv4Network
from math import ceil
from typing import NoReturn

from msgspec import Struct

from netops.core.errors import InputError, NoTarget, OutOfBounds
from netops.core.measured import Commitment
from netops.core.model import AnyNeeds, DeviceFacts, Needs, Reservation, Tag, Target
from netops.core.secret import SecretRef
from netops.core.text import Lang, Text
from netops.core.units import RatePair, say_duration, say_rate
from netops.planning.capacity import Ground, require_contract, uplink_resource
from netops.planning.codes import batch_comment, check_codes
from netops.planning.needs import FIELDS, chosen, edited, still_free, values
from netops.planning.render import Air, Sealed, event_context
from netops.planning.sites import Site, Sites
from netops.planning.sizing import Period, propose, vouchers
from netops.planning.targets import Chosen, Where
from netops.requests.event_hotspot import EventHotspot
from netops.requests.load import Document


class EventDesign(Struct, frozen=True):
    """The `Design` of an event."""

    request: EventHotspot

    def where(self, sites: Sites, targets: Callable[[], Sequence[Target]], document: Document | None = None) -> Where:
        place = sites.place(self.request.event.place, document)
        return Where(site=place.site, place=place, backend=sites.site(place.site).event.vouchers.backend)

    def check(self, where: Where, site: Site, document: Document) -> None:
        event, place = self.request.event, where.place
        if place is not None and place.setting not in ("both", event.setting):
            raise document.error(
                ("event", "setting"),
                Text(f"tempat {place.key} adalah {place.setting}", f"the place {place.key} is {place.setting}"),
            )
        line = document.line(("event", "bandwidth"))
        shown = f"{document.name}:{line}: event.bandwidth: " if document.name and line else "event.bandwidth: "
        require_contract(site, RatePair(up=event.bandwidth.up, down=event.bandwidth.down), shown)

    def named(self, one: Chosen) -> None:
        return None

    def propose(self, ground: Ground) -> Needs:
        used = ground.used()
        return propose(
            self.request, ground.site, ground.period, ground.taken, used.vlans, used.subnets, change=ground.change
        )

    @property
    def fields(self) -> Mapping[str, Text]:
        return FIELDS

    def values(self, needs: AnyNeeds, lang: Lang) -> dict[str, str]:
        return values(_event(needs), lang)

    def edited(self, needs: AnyNeeds, wishes: Mapping[str, str | int]) -> Needs:
        return edited(_event(needs), wishes)

    def settled(
        self, proposed: AnyNeeds, recorded: AnyNeeds, fields: Collection[str], edits: int, ground: Ground
    ) -> Needs:
        needs, used = chosen(_event(proposed), _event(recorded), fields, edits), ground.used()
        still_free(needs, ground.site, ground.period, ground.taken, ground.change, used.vlans, used.subnets)
        return needs

    def require(self, needs: AnyNeeds, ground: Ground) -> None:
        still_free(_event(needs), ground.site, ground.period, ground.taken, ground.change)

    def within_bounds(self, needs: AnyNeeds, site: Site) -> None:
        within_bounds(_event(needs), self.request, site)

    def reservations(self, needs: AnyNeeds, site: Site, period: Period) -> tuple[Reservation, ...]:
        return reservations(_event(needs), site, period)

    def commitments(self, needs: AnyNeeds, site: Site, change: str) -> tuple[Commitment, ...]:
        return ()

    def context(
        self, needs: AnyNeeds, one: Chosen, tag: Tag, site: Site, facts: Callable[[], DeviceFacts]
    ) -> dict[str, object]:
        found, event = _event(needs), self.request.event
        batch = batch_comment(tag.change, found.access, event.starts_at, event.name)
        air = _air(one, site, facts()) if one.rules or own_radios(one.target) else None
        return event_context(found, one.target, tag, site, one.ports, batch, trunks=one.trunks, air=air)


def own_radios(target: Target) -> tuple[str, ...]:
    """The cards of an access point that nobody manages; () where a manager's rules serve it.

    Raises `InputError` where it has no bridge to put its guests on.
    """
    radios = target.data.get("radios") or ()
    if "ap" not in target.roles or not radios or target.data.get("provisioning"):
        return ()
    if not target.data.get("lan_bridge"):
        raise InputError(
            Text(f"{target.name} punya radios tetapi tidak lan_bridge", f"{target.name} has radios but no lan_bridge"),
            Text(
                "Sebut bridge tempat tamunya di inventory/hosts.yaml (data: lan_bridge).",
                "Name the bridge for its guests in inventory/hosts.yaml (data: lan_bridge).",
            ),
            field=f"{target.name}.data.lan_bridge",
        )
    return tuple(str(radio) for radio in radios)


def _air(one: Chosen, site: Site, facts: DeviceFacts) -> Air:
    """The wireless generation is the device's own word; a passphrase is the site's secret `wifi/<site>`."""
    closed = site.event.wireless == "wpa2-psk"
    generation = next((name for name in ("wifi", "caps-man") if name in facts.features), "")
    if not generation:
        raise NoTarget(
            Text(
                f"{one.target.name} ({facts.version}) tidak dapat mengatur titik akses",
                f"{one.target.name} ({facts.version}) cannot manage access points",
            ),
            Text(
                "Pasang paket Wi-Fi, atau hapus provisioning dari data titik aksesnya di inventory/hosts.yaml.",
                "Install a wireless package, or take provisioning out of its access points' data in inventory/hosts.yaml.",
            ),
        )
    secret = Sealed(SecretRef(f"wifi/{site.key}")) if closed else None
    return Air(generation=generation, rules=one.rules, passphrase=secret, radios=own_radios(one.target))


def _event(needs: AnyNeeds) -> Needs:
    if not isinstance(needs, Needs):
        raise TypeError("these are not the needs of an event")
    return needs


def reservations(needs: Needs, site: Site, period: Period) -> tuple[Reservation, ...]:
    """What the needs hold through the period: a VLAN, a subnet, and bit/s of the uplink each way."""
    amounts = {
        f"vlan:{site.key}:{needs.vlan}": 1,
        f"subnet:{site.key}:{needs.subnet}": 1,
        uplink_resource(site, site.event.uplink, "down"): needs.total_down,
        uplink_resource(site, site.event.uplink, "up"): needs.total_up,
    }
    return tuple(
        Reservation(resource=resource, amount=amount, starts_at=period[0], ends_at=period[1])
        for resource, amount in sorted(amounts.items())
    )


# ── bounds ───────────────────────────────────────────────────────────────────────────────────────────────────────


def within_bounds(needs: Needs, request: EventHotspot, site: Site) -> None:
    """Raises `OutOfBounds` where the needs go beyond the approved request (plus the site's margin) or the site's ranges."""
    asked = request.event.bandwidth
    people = request.event.participants
    most = max(ceil(Fraction(people * (100 + site.sizing.margin), 100)), vouchers(people, site))
    if needs.site != site.key:
        _refuse("site", f"lokasi {needs.site}", f"lokasi {site.key}", f"site {needs.site}", f"site {site.key}")
    for field, amount, limit in (
        ("total_up", needs.total_up, asked.up),
        ("total_down", needs.total_down, asked.down),
        ("client_up", needs.client_up, needs.total_up),
        ("client_down", needs.client_down, needs.total_down),
    ):
        if not 0 < amount <= limit:
            _refuse(field, say_rate(amount), say_rate(limit), say_rate(amount, "en"), say_rate(limit, "en"))
    if not 0 < needs.users <= most:
        _refuse("users", str(needs.users), str(most), str(needs.users), str(most))
    if needs.vlan not in site.event.vlans:
        allowed = f"{site.event.vlans.first}-{site.event.vlans.last}"
        _refuse("vlan", str(needs.vlan), allowed, str(needs.vlan), allowed)
    if not _inside(needs.subnet, site.event.subnets):
        _refuse("subnet", needs.subnet, site.event.subnets, needs.subnet, site.event.subnets)
    check_codes(needs)


def _inside(subnet: str, whole: str) -> bool:
    try:
        return IPv4Network(subnet).subnet_of(IPv4Network(whole))
    except ValueError:
        return False


def _refuse(field: str, given: str, limit: str, given_en: str, limit_en: str) -> NoReturn:
    raise OutOfBounds(
        Text(
            f"kebutuhan teknis {field} = {given} melampaui yang dimohon atau diizinkan ({limit})",
            f"the technical need {field} = {given_en} goes beyond what was asked or is allowed ({limit_en})",
        ),
        Text(
            "Turunkan kebutuhan itu, atau ajukan permohonan baru untuk disetujui.",
            "Lower that need, or file a new request for approval.",
        ),
    )


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def say_event(needs: Needs, lang: Lang) -> list[str]:
    total = f"{say_rate(needs.total_up, lang)} / {say_rate(needs.total_down, lang)}"
    client = f"{say_rate(needs.client_up, lang)} / {say_rate(needs.client_down, lang)}"
    return [
        Text(f"  lokasi {needs.site}, VLAN {needs.vlan}, subnet {needs.subnet}, SSID {needs.ssid}",
             f"  site {needs.site}, VLAN {needs.vlan}, subnet {needs.subnet}, SSID {needs.ssid}").to(lang),
        Text(f"  seluruhnya {total} (unggah / unduh), per klien {client}", f"  in total {total} (up / down), per client {client}").to(lang),
        Text(f"  voucher {needs.users}, sewa alamat {say_duration(needs.lease_seconds)}",
             f"  {needs.users} vouchers, address lease {say_duration(needs.lease_seconds)}").to(lang),
    ]  # fmt: skip
