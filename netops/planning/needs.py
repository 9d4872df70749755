"""Technical needs that an admin edits: fields read, checked and compared; refuses unknown fields and what others hold."""

from collections.abc import Collection, Mapping
from ipaddress import IPv4Network
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from netops.core.errors import InputError, NoCapacity
from netops.core.model import Needs
from netops.core.text import Lang, Text
from netops.core.units import RatePair, parse_duration, parse_rate, parse_rate_pair, say_duration, say_rate
from netops.planning.capacity import Taken, overlapping, require_uplink
from netops.planning.sites import Site
from netops.planning.sizing import Period

FIELDS: Mapping[str, Text] = {
    "vlan": Text("nomor VLAN acara", "the event's VLAN"),
    "subnet": Text("alamat acara, seperti 10.90.4.0/22", "the event's addresses, such as 10.90.4.0/22"),
    "ssid": Text("nama Wi-Fi, paling banyak 32 huruf", "the network's name, 32 characters at most"),
    "lease": Text("lama sewa alamat, seperti 2h", "address lease, such as 2h"),
    "client": Text("laju tiap perangkat unggah/unduh, seperti 2M/5M", "rate of one device up/down, such as 2M/5M"),
    "total": Text(
        "laju seluruh acara unggah/unduh, seperti 20M/50M", "rate of the whole event up/down, such as 20M/50M"
    ),
    "users": Text("banyaknya voucher", "number of vouchers"),
    "access": Text(
        "voucher: up (nama dan sandi), vc (satu kode), shared (satu kode bersama)",
        "vouchers: up (name and password), vc (one code), shared (one code for all)",
    ),
    "devices_per_code": Text("perangkat serentak tiap voucher", "devices at once on one voucher"),
    "data_limit": Text(
        "kuota tiap voucher, seperti 500MB; 0 tanpa batas", "data of one voucher, such as 500MB; 0 for no limit"
    ),
    "time_limit": Text(
        "waktu pakai tiap voucher, seperti 3h; 0 tanpa batas", "time of use of one voucher, such as 3h; 0 for no limit"
    ),
}
"""What can be edited, by the name that `--set` takes."""
ACCESS: tuple[Literal["up", "vc", "shared"], ...] = ("up", "vc", "shared")
MAX_SSID = 32
"""Octets (IEEE 802.11)."""


class Difference(Struct, frozen=True, kw_only=True):
    """One field that an edit changed, as people read it."""

    field: str
    before: str
    after: str


def edited(needs: Needs, wishes: Mapping[str, str | int]) -> Needs:
    """The needs with those fields changed. Raises `InputError` naming the field: unknown, or no value of its kind.

    Whether they are within the request and the site's ranges is asked of `planning.event.within_bounds`.
    """
    for field, value in wishes.items():
        if field not in FIELDS:
            known = ", ".join(FIELDS)
            raise InputError(
                Text(f"kebutuhan {field!r} tidak dikenal", f"there is no need {field!r}"),
                Text(f"yang dapat diubah: {known}", f"what can be edited: {known}"),
                field=field,
            )
        needs = _with(needs, field, str(value).strip())
    return needs


def _with(needs: Needs, field: str, text: str) -> Needs:
    try:
        match field:
            case "vlan":
                return replace(needs, vlan=int(text))
            case "users":
                return replace(needs, users=int(text))
            case "devices_per_code":
                return replace(needs, devices_per_code=int(text))
            case "data_limit":
                return replace(needs, data_limit=parse_rate(text.removesuffix("B")))  # the same powers of ten
            case "time_limit":
                return replace(needs, time_limit=parse_duration(text))
            case "subnet":
                return replace(needs, subnet=str(IPv4Network(text)))
            case "ssid":
                return replace(needs, ssid=_ssid(text))
            case "lease":
                return replace(needs, lease_seconds=parse_duration(text))
            case "client":
                pair = parse_rate_pair(text)
                return replace(needs, client_up=pair.up, client_down=pair.down)
            case "total":
                pair = parse_rate_pair(text)
                return replace(needs, total_up=pair.up, total_down=pair.down)
    except ValueError as exc:
        raise InputError(
            Text(f"{text!r} bukan {FIELDS[field].id}", f"{text!r} is not {FIELDS[field].en}"), field=field
        ) from exc
    for access in ACCESS:
        if text == access:
            return replace(needs, access=access)
    raise InputError(Text(f"{text!r} bukan {FIELDS[field].id}", f"{text!r} is not {FIELDS[field].en}"), field=field)


def _ssid(text: str) -> str:
    if not 0 < len(text.encode()) <= MAX_SSID or not text.isprintable():
        raise ValueError("not a network name")
    return text


def values(needs: Needs, lang: Lang) -> dict[str, str]:
    """Each field that can be edited, as people read and write it."""
    return {
        "vlan": str(needs.vlan),
        "subnet": needs.subnet,
        "ssid": needs.ssid,
        "lease": say_duration(needs.lease_seconds),
        "client": f"{say_rate(needs.client_up, lang)} / {say_rate(needs.client_down, lang)}",
        "total": f"{say_rate(needs.total_up, lang)} / {say_rate(needs.total_down, lang)}",
        "users": str(needs.users),
        "access": needs.access,
        "devices_per_code": str(needs.devices_per_code),
        "data_limit": str(needs.data_limit),
        "time_limit": say_duration(needs.time_limit),
    }


def differences(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Difference, ...]:
    """What an edit changed of a design's `values`, field by field; () where it changed nothing."""
    return tuple(Difference(field=name, before=old[name], after=new[name]) for name in old if old[name] != new[name])


def chosen(proposed: Needs, recorded: Needs, fields: Collection[str], edits: int) -> Needs:
    """The planner's proposal with those fields as an admin recorded them; the last `edits` lines of basis say who."""
    taken = {name: getattr(recorded, name) for field in fields for name in _ATTRIBUTES.get(field, (field,))}
    return replace(proposed, **taken, basis=(*proposed.basis, *recorded.basis[len(recorded.basis) - edits :]))


_ATTRIBUTES = {"lease": ("lease_seconds",), "client": ("client_up", "client_down"), "total": ("total_up", "total_down")}


def still_free(
    needs: Needs, site: Site, period: Period, taken: Taken, change: str, seen_vlans: Collection[int] = (),
    seen_subnets: Collection[str] = (),
) -> None:  # fmt: skip
    """Raises `NoCapacity` naming who holds the VLAN, the subnet or the bandwidth that recorded needs ask for.

    `seen_*` is what the devices carry now and no plan of `change` put there.
    """
    require_uplink(site, RatePair(up=needs.total_up, down=needs.total_down), *period, taken, without=change)
    mine = IPv4Network(needs.subnet)
    for other, one in overlapping(taken, *period, without=change):
        kind, _, rest = one.resource.partition(":")
        if kind == "vlan" and rest == f"{site.key}:{needs.vlan}":
            raise _taken(f"VLAN {needs.vlan}", f"dipesan oleh {other}", f"reserved by {other}", "vlan")
        if kind == "subnet" and IPv4Network(rest.partition(":")[2]).overlaps(mine):
            raise _taken(needs.subnet, f"dipesan oleh {other}", f"reserved by {other}", "subnet")
    if needs.vlan in seen_vlans:
        raise _taken(f"VLAN {needs.vlan}", "sudah ada di perangkat", "is on a device already", "vlan")
    there = next((net for net in seen_subnets if IPv4Network(net).overlaps(mine)), None)
    if there:
        raise _taken(
            needs.subnet, f"bertumpang tindih dengan {there} di perangkat", f"overlaps {there} on a device", "subnet"
        )


def _taken(what: str, why: str, why_en: str, field: str) -> NoCapacity:
    return NoCapacity(
        Text(f"{what} {why}", f"{what} {why_en}" if why_en.startswith(("is", "over")) else f"{what} is {why_en}"),
        Text(
            f"Pilih yang lain dengan `netops needs … --set {field}=…`, atau `--reset` untuk usulan perencana.",
            f"Choose another with `netops needs … --set {field}=…`, or `--reset` for the planner's proposal.",
        ),
    )
