"""Puts a plan together, digests it and says it to people; refuses needs beyond what was asked and what the site allows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from ipaddress import IPv4Network
from math import ceil
from typing import NoReturn

from netops.core.canonical import digest_of
from netops.core.errors import OutOfBounds
from netops.core.model import DevicePlan, GuardKind, Needs, Plan, Reservation
from netops.core.text import Lang, Text
from netops.core.units import say_duration, say_rate
from netops.planning.capacity import uplink_resource
from netops.planning.codes import check_codes
from netops.planning.playbook import Playbook, playbook_digest
from netops.planning.sites import Site
from netops.planning.sizing import Period, say_basis, vouchers
from netops.requests.common import change_id, request_digest, say_time
from netops.requests.event_hotspot import EventHotspot


def build(
    request: EventHotspot, playbook: Playbook, site: Site, needs: Needs, devices: Sequence[DevicePlan], now: datetime
) -> Plan:
    """The plan with its reservations and expiry. Raises `OutOfBounds` for needs that the request does not cover."""
    within_bounds(needs, request, site)
    period = playbook.window(request.event.starts_at, request.event.ends_at)
    return Plan(
        change=change_id(request),
        service=playbook.service,
        request=request_digest(request),
        playbook=playbook_digest(playbook),
        needs=needs,
        devices=tuple(sorted(devices, key=lambda one: (one.order, one.device))),
        reservations=reservations(needs, site, period),
        made_at=now,
        expires_at=min(now + timedelta(seconds=playbook.plan_expiry), period[1]),
        evidence=playbook.evidence,
    )


def plan_digest(plan: Plan) -> str:
    return digest_of(plan)


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


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def explain(plan: Plan, site: Site, lang: Lang) -> str:
    """What people are shown: needs with their basis, per device the difference in its own words, what is reserved."""
    needs = plan.needs
    return "\n".join(
        [
            Text(f"Rencana {plan.change} ({plan.service})", f"Plan {plan.change} ({plan.service})").to(lang),
            Text(f"  permohonan {plan.request}", f"  request    {plan.request}").to(lang),
            Text(f"  rencana    {plan_digest(plan)}", f"  plan       {plan_digest(plan)}").to(lang),
            Text(
                f"  berlaku sampai {say_time(plan.expires_at, site.zone, lang)}",
                f"  holds until {say_time(plan.expires_at, site.zone, lang)}",
            ).to(lang),
            "",
            Text("Kebutuhan teknis", "Technical needs").to(lang),
            *_needs_lines(needs, lang),
            *(f"  · {say_basis(line, lang)}" for line in needs.basis),
            "",
            *_device_lines(plan, lang),
            Text("Dipesan", "Reserved").to(lang),
            *(f"  {_reserved(one, lang)}" for one in plan.reservations),
        ]
    )


def _needs_lines(needs: Needs, lang: Lang) -> list[str]:
    total = f"{say_rate(needs.total_up, lang)} / {say_rate(needs.total_down, lang)}"
    client = f"{say_rate(needs.client_up, lang)} / {say_rate(needs.client_down, lang)}"
    return [
        Text(f"  lokasi {needs.site}, VLAN {needs.vlan}, subnet {needs.subnet}, SSID {needs.ssid}",
             f"  site {needs.site}, VLAN {needs.vlan}, subnet {needs.subnet}, SSID {needs.ssid}").to(lang),
        Text(f"  seluruhnya {total} (unggah / unduh), per klien {client}", f"  in total {total} (up / down), per client {client}").to(lang),
        Text(f"  voucher {needs.users}, sewa alamat {say_duration(needs.lease_seconds)}",
             f"  {needs.users} vouchers, address lease {say_duration(needs.lease_seconds)}").to(lang),
    ]  # fmt: skip


def _device_lines(plan: Plan, lang: Lang) -> list[str]:
    words = {
        GuardKind.DEVICE_TIMER: Text("pewaktu di perangkat", "timer on the device"),
        GuardKind.NONE: Text("tanpa (hanya operasi balik dari kita)", "none (only our own inverse operations)"),
    }
    lines: list[str] = []
    for one in plan.devices:
        guard = words[one.guards[0]].to(lang) if one.guards else "-"
        lines.append(f"{one.order}. {one.device} ({one.platform}), {Text('pengaman', 'guard').to(lang)}: {guard}")
        same = Text("tidak ada perubahan", "nothing to change").to(lang)
        lines += [f"  {line}" for line in (one.difference or same).splitlines()]
        lines.append("")
    return lines


def _reserved(one: Reservation, lang: Lang) -> str:
    amount = f" {say_rate(one.amount, lang)}" if one.resource.startswith("uplink:") else ""
    return f"{one.resource}{amount}"
