"""Proposes the technical needs of an event (kebutuhan teknis); refuses when no VLAN, subnet or bandwidth is free."""

from collections.abc import Collection, Mapping
from datetime import datetime
from fractions import Fraction
from ipaddress import IPv4Network
from math import ceil

from netops.core.errors import NoCapacity
from netops.core.model import Needs, Reservation
from netops.core.text import Lang, Text
from netops.core.units import RatePair, say_hours, say_rate
from netops.planning.capacity import Taken, overlapping, require_uplink
from netops.planning.sites import Site
from netops.requests.common import slug
from netops.requests.event_hotspot import EventHotspot

Period = tuple[datetime, datetime]


def propose(
    request: EventHotspot,
    site: Site,
    period: Period,
    taken: Taken,
    seen_vlans: Collection[int],
    seen_subnets: Collection[str],
    *,
    change: str,
) -> Needs:
    """Lowest free VLAN, lowest free subnet that is large enough, rates, vouchers; the same input gives the same needs.

    `period` is the playbook's window, `seen_*` what the site's devices carry now, `taken` what plans hold, by change.
    A VLAN and subnet that `change` itself holds are kept while they are still free. Raises `NoCapacity`.
    """
    asked = RatePair(up=request.event.bandwidth.up, down=request.event.bandwidth.down)
    require_uplink(site, asked, *period, taken, without=change)
    held = overlapping(taken, *period, without=change)
    own = taken.get(change, ())
    devices = concurrent_devices(request.event.participants, site)
    addresses = ceil(Fraction(devices * (100 + site.sizing.headroom), 100))
    length = prefix_length(addresses)
    vlan = _vlan(site, held, own, seen_vlans)
    subnet = _subnet(site, length, held, own, seen_subnets)
    duration = int((request.event.ends_at - request.event.starts_at).total_seconds())
    client = RatePair(up=min(site.event.client.up, asked.up), down=min(site.event.client.down, asked.down))
    users = vouchers(request.event.participants, site)
    return Needs(
        site=site.key,
        vlan=vlan,
        subnet=subnet,
        ssid=ssid(request.event.name),
        lease_seconds=min(site.event.lease, max(duration, 60)),
        client_up=client.up,
        client_down=client.down,
        total_up=asked.up,
        total_down=asked.down,
        users=users,
        basis=_basis(request, site, devices, addresses, client, users, subnet),
    )


def _exact(number: float) -> Fraction:
    """1.1 as eleven tenths: counts of people do not depend on binary rounding."""
    return Fraction(str(number))


def concurrent_devices(participants: int, site: Site) -> int:
    return ceil(participants * _exact(site.sizing.devices_per_person) * Fraction(site.sizing.concurrent, 100))


def vouchers(participants: int, site: Site) -> int:
    return ceil(participants * _exact(site.sizing.vouchers_per_person))


def access_points(participants: int, setting: str, site: Site) -> int:
    """How many access points the site's policy advises, indoors or outdoors: each serves so many clients well."""
    each = site.sizing.clients_per_ap
    return ceil(Fraction(concurrent_devices(participants, site), each.indoor if setting == "indoor" else each.outdoor))


def prefix_length(addresses: int) -> int:
    """The smallest IPv4 prefix that has that many addresses beside network, broadcast and gateway; /29 at least."""
    size = max(addresses, 1) + 3
    return min(29, 32 - (size - 1).bit_length())


def ssid(name: str) -> str:
    """A network name of at most 32 ASCII letters, digits, blanks and hyphens (IEEE 802.11: 32 octets)."""
    return slug(name).replace("-", " ")[:32].strip() or "Acara"


# ── what is free ─────────────────────────────────────────────────────────────────────────────────────────────────


def _vlan(
    site: Site,
    held: list[tuple[str, Reservation]],
    own: Collection[Reservation],
    seen: Collection[int],
) -> int:
    prefix = f"vlan:{site.key}:"
    by = {int(one.resource.removeprefix(prefix)): change for change, one in held if one.resource.startswith(prefix)}
    for one in own:
        if one.resource.startswith(prefix):
            mine = int(one.resource.removeprefix(prefix))
            if mine in site.event.vlans and mine not in by and mine not in seen:
                return mine
    vlans = range(site.event.vlans.first, site.event.vlans.last + 1)
    for vlan in vlans:
        if vlan not in by and vlan not in seen:
            return vlan
    who = ", ".join(f"{vlan} ({by[vlan]})" for vlan in vlans if vlan in by)
    there = ", ".join(str(vlan) for vlan in vlans if vlan not in by)
    raise NoCapacity(
        Text(
            f"semua VLAN acara {vlans[0]}-{vlans[-1]} di {site.key} terpakai; dipesan: {who or '-'}; di perangkat: {there or '-'}",
            f"all event VLANs {vlans[0]}-{vlans[-1]} at {site.key} are taken; reserved: {who or '-'}; on devices: {there or '-'}",
        ),
        Text(
            "Akhiri atau batalkan kegiatan lain, atau lebarkan event.vlans di inventory/sites.yaml.",
            "End or cancel another event, or widen event.vlans in inventory/sites.yaml.",
        ),
    )


def _subnet(
    site: Site,
    length: int,
    held: list[tuple[str, Reservation]],
    own: Collection[Reservation],
    seen: Collection[str],
) -> str:
    whole = IPv4Network(site.event.subnets)
    by = {
        IPv4Network(one.resource.split(":", 2)[2]): change for change, one in held if one.resource.startswith("subnet:")
    }
    for one in own:
        if one.resource.startswith(f"subnet:{site.key}:"):
            mine = IPv4Network(one.resource.split(":", 2)[2])
            kept = mine.prefixlen == length and mine.subnet_of(whole)
            if kept and not any(mine.overlaps(other) for other in [*by, *map(IPv4Network, seen)]):
                return str(mine)
    there = sorted({network for network in map(IPv4Network, seen) if network.overlaps(whole)})
    found = lowest_free(whole, length, [*by, *there])
    if found is not None:
        return str(found)
    who = ", ".join(f"{network} ({by[network]})" for network in sorted(by) if network.overlaps(whole))
    raise NoCapacity(
        Text(
            f"tidak ada /{length} bebas di {whole} ({site.key}); dipesan: {who or '-'}; "
            f"di perangkat: {', '.join(map(str, there)) or '-'}",
            f"no /{length} is free in {whole} ({site.key}); reserved: {who or '-'}; "
            f"on devices: {', '.join(map(str, there)) or '-'}",
        ),
        Text(
            "Akhiri atau batalkan kegiatan lain, kurangi peserta, atau lebarkan event.subnets di inventory/sites.yaml.",
            "End or cancel another event, lower the participants, or widen event.subnets in inventory/sites.yaml.",
        ),
    )


def lowest_free(whole: IPv4Network, length: int, used: Collection[IPv4Network]) -> IPv4Network | None:
    """The lowest /length of `whole` that overlaps nothing used; steps over each obstacle at once."""
    if length < whole.prefixlen:
        return None
    size = 1 << (32 - length)
    start, last = int(whole.network_address), int(whole.broadcast_address)
    obstacles = sorted((int(network.network_address), int(network.broadcast_address)) for network in used)
    while start + size - 1 <= last:
        blocking = [end for begin, end in obstacles if begin <= start + size - 1 and end >= start]
        if not blocking:
            return IPv4Network((start, length))
        start = -(-(max(blocking) + 1) // size) * size
    return None


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def say_basis(line: str, lang: Lang) -> str:
    """One line of `Needs.basis` in one language; both stand in it, Indonesian first, parted by ` | `."""
    indonesian, bar, english = line.partition(" | ")
    return english if bar and lang == "en" else indonesian


def _basis(
    request: EventHotspot, site: Site, devices: int, addresses: int, client: RatePair, users: int, subnet: str
) -> tuple[str, ...]:
    event, sizing, line = request.event, site.sizing, site.uplinks[site.event.uplink]
    per, per_en = f"{sizing.devices_per_person:g}".replace(".", ","), f"{sizing.devices_per_person:g}"
    source = sizing.source.replace("|", "/")
    hosts = IPv4Network(subnet).num_addresses - 3
    share = max(event.bandwidth.down // max(devices, 1) // 1000, 1) * 1000
    advised = access_points(event.participants, event.setting, site)
    where, each = ("dalam ruang", sizing.clients_per_ap.indoor)
    if event.setting == "outdoor":
        where, each = "luar ruang", sizing.clients_per_ap.outdoor
    pairs: Mapping[str, str] = {
        f"perangkat serentak {devices} = {event.participants} peserta × {per} perangkat × {sizing.concurrent} % ({source})": (
            f"{devices} devices at once = {event.participants} participants × {per_en} devices × {sizing.concurrent} % ({source})"
        ),
        f"alamat {addresses} = {devices} + {sizing.headroom} % cadangan; {subnet} memuat {hosts} ({source})": (
            f"{addresses} addresses = {devices} + {sizing.headroom} % headroom; {subnet} holds {hosts} ({source})"
        ),
        f"bandwidth unggah {say_rate(event.bandwidth.up)}, unduh {say_rate(event.bandwidth.down)} (permohonan {request.ticket})": (
            f"bandwidth {say_rate(event.bandwidth.up, 'en')} up, {say_rate(event.bandwidth.down, 'en')} down "
            f"(request {request.ticket})"
        ),
        f"per klien paling banyak unggah {say_rate(client.up)}, unduh {say_rate(client.down)}; bila semua serentak sekitar "
        f"{say_rate(share)} (inventory/sites.yaml, {site.key})": (
            f"per client at most {say_rate(client.up, 'en')} up, {say_rate(client.down, 'en')} down; all at once about "
            f"{say_rate(share, 'en')} (inventory/sites.yaml, {site.key})"
        ),
        f"voucher {users} = {event.participants} peserta × {sizing.vouchers_per_person:g} ({source})": (
            f"{users} vouchers = {event.participants} participants × {sizing.vouchers_per_person:g} ({source})"
        ),
        f"titik akses disarankan {advised} = {devices} perangkat ÷ {each} per titik akses {where} ({source})": (
            f"{advised} access points advised = {devices} devices ÷ {each} per access point, {event.setting} ({source})"
        ),
        f"sewa alamat {say_hours(site.event.lease)} (inventory/sites.yaml, {site.key})": (
            f"address lease {say_hours(site.event.lease, 'en')} (inventory/sites.yaml, {site.key})"
        ),
        f"uplink {site.event.uplink}: {line.provider.replace('|', '/')}, {line.source.replace('|', '/')}": (
            f"uplink {site.event.uplink}: {line.provider.replace('|', '/')}, {line.source.replace('|', '/')}"
        ),
    }
    return tuple(f"{indonesian} | {english}" for indonesian, english in pairs.items())
