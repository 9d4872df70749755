"""What a change that goes on for longer holds in that time; refuses what another change holds there."""

from collections.abc import Sequence
from datetime import datetime
from ipaddress import ip_network

from msgspec.structs import replace

from netops.core.errors import NoCapacity
from netops.core.model import Reservation
from netops.core.text import Text
from netops.core.units import say_rate
from netops.planning.capacity import Taken, Way, free, overlapping
from netops.planning.sites import Site
from netops.requests.common import FOREVER


def lengthened(
    own: Sequence[Reservation], until: datetime, site: Site, taken: Taken, change: str
) -> tuple[Reservation, ...]:
    """The reservations, each up to `until` where it ended sooner. `taken`: what stands, by change.

    Raises `NoCapacity` naming the change that holds the VLAN, subnet, port or bandwidth in the added time.
    """
    longer = []
    for one in own:
        if one.ends_at < until:
            _require(one, until, site, taken, change)
            one = replace(one, ends_at=until)
        longer.append(one)
    return tuple(longer)


def _require(one: Reservation, until: datetime, site: Site, taken: Taken, change: str) -> None:
    others = overlapping(taken, one.ends_at, until, change)
    kind, _, rest = one.resource.partition(":")
    if kind == "uplink":
        uplink, way = _uplink(rest)
        left = free(site, uplink, way, one.ends_at, until, taken, change)
        if one.amount <= left:
            return
        holders = sorted({name for name, other in others if other.resource == one.resource})
        lacking = Text(
            f"{uplink}: hanya {say_rate(max(left, 0))} tersedia dari {say_rate(one.amount)} yang dipakai",
            f"{uplink}: only {say_rate(max(left, 0), 'en')} is free of the {say_rate(one.amount, 'en')} in use",
        )
    else:
        holders = sorted(
            {name for name, other in others if _same(one.resource, other.resource) and not _under(one, other)}
        )
        if not holders:
            return
        lacking = Text(f"{one.resource} sudah dipesan", f"{one.resource} is reserved already")
    names = ", ".join(holders) or "-"
    raise NoCapacity(
        Text(f"{lacking.id} pada waktu tambahan itu ({names})", f"{lacking.en} in the added time ({names})"),
        Text("Pilih waktu yang lebih awal, atau geser kegiatan itu.", "Choose an earlier time, or move that event."),
    )


def _under(one: Reservation, other: Reservation) -> bool:
    """A unit's lasting rate under a temporary one: that stands over it for as long as it lasts."""
    return one.resource.startswith("allocation:") and other.ends_at == FOREVER and other.starts_at <= one.starts_at


def _uplink(rest: str) -> tuple[str, Way]:
    """`kampus/ISP-A:down` → its uplink and way (as `capacity.uplink_resource` writes it)."""
    named, _, way = rest.rpartition(":")
    return named.partition("/")[2], "up" if way == "up" else "down"


def _same(one: str, other: str) -> bool:
    """Whether both cannot be held at once: the same thing, or subnets of one site that overlap."""
    if one == other:
        return True
    mine, theirs = one.split(":", 2), other.split(":", 2)
    if mine[0] != "subnet" or mine[:-1] != theirs[:-1]:
        return False
    try:
        return ip_network(mine[-1]).overlaps(ip_network(theirs[-1]))
    except (TypeError, ValueError):
        return False
