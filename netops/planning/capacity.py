"""What is free on an uplink over a whole period; refuses what does not fit at any one moment, naming who holds it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from netops.core.errors import NoCapacity
from netops.core.measured import Commitment
from netops.core.model import Limit, Reservation, Used
from netops.core.text import Text
from netops.core.units import RatePair, say_rate
from netops.planning.sites import Site, Uplink

Taken = Mapping[str, Sequence[Reservation]]
"""The reservations that stand, by the change that holds them."""
Way = Literal["up", "down"]


class Ground(Struct, frozen=True, kw_only=True):
    """What needs are proposed on: the site, the playbook's window, what plans hold by change.

    `used` observes the chosen devices when it is asked: what they carry now; `limits` a device of that name: what limits
    units on it. `commitments`: what units are promised, in the order of the log.
    """

    change: str
    site: Site
    period: tuple[datetime, datetime]
    taken: Taken
    used: Callable[[], Used]
    limits: Callable[[str], tuple[Limit, ...]] = lambda name: ()
    commitments: tuple[Commitment, ...] = ()


def overlapping(
    taken: Taken, starts_at: datetime, ends_at: datetime, without: str = ""
) -> list[tuple[str, Reservation]]:
    """Who holds what at some moment of [starts_at, ends_at), leaving out one change's own; ordered by change."""
    return [
        (change, one)
        for change in sorted(taken)
        if change != without
        for one in taken[change]
        if one.starts_at < ends_at and starts_at < one.ends_at
    ]


def peak(reservations: Iterable[Reservation], resource: str, starts_at: datetime, ends_at: datetime) -> int:
    """The highest sum of amounts of that resource at any moment of [starts_at, ends_at); intervals are half-open."""
    steps: list[tuple[datetime, int]] = []
    for one in reservations:
        start, end = max(one.starts_at, starts_at), min(one.ends_at, ends_at)
        if one.resource == resource and start < end:
            steps += [(start, one.amount), (end, -one.amount)]
    level = highest = 0
    for _, step in sorted(steps):  # at equal moments what ends goes first: -amount sorts before +amount
        level += step
        highest = max(highest, level)
    return highest


def uplink_resource(site: Site, uplink: str, way: Way) -> str:
    return f"uplink:{site.key}/{uplink}:{way}"


def office_share(uplink: Uplink, way: Way) -> int:
    """bit/s that stay with the office, rounded up."""
    contract = uplink.up if way == "up" else uplink.down
    return -(-contract * uplink.office // 100)


def free(
    site: Site, uplink: str, way: Way, starts_at: datetime, ends_at: datetime, taken: Taken, without: str = ""
) -> int:
    """bit/s that are free through the whole period: contract less the office's share and the peak of reservations."""
    line = site.uplinks[uplink]
    held = (one for _, one in overlapping(taken, starts_at, ends_at, without))
    used = peak(held, uplink_resource(site, uplink, way), starts_at, ends_at)
    return (line.up if way == "up" else line.down) - office_share(line, way) - used


def require_contract(site: Site, asked: RatePair, where: str = "") -> None:
    """Raises `NoCapacity` for what the uplink could not give even on an empty day; `where` names the request's line."""
    line, name = site.uplinks[site.event.uplink], site.event.uplink
    ways: tuple[tuple[Way, int, int], ...] = (("down", asked.down, line.down), ("up", asked.up, line.up))
    for way, wanted, contract in ways:
        most = contract - office_share(line, way)
        if wanted > most:
            raise NoCapacity(
                Text(
                    f"{where}bandwidth {say_rate(wanted)} melampaui uplink {name} di {site.key}: kontrak "
                    f"{say_rate(contract)}, untuk kantor {say_rate(contract - most)}",
                    f"{where}bandwidth {say_rate(wanted, 'en')} is above the uplink {name} at {site.key}: contract "
                    f"{say_rate(contract, 'en')}, kept for the office {say_rate(contract - most, 'en')}",
                ),
                Text(f"Minta paling banyak {say_rate(most)}.", f"Ask for at most {say_rate(most, 'en')}."),
            )


def require_uplink(
    site: Site, asked: RatePair, starts_at: datetime, ends_at: datetime, taken: Taken, without: str = ""
) -> None:
    """Raises `NoCapacity` unless both ways fit on the site's event uplink at every moment of the period."""
    name = site.event.uplink
    ways: tuple[tuple[Way, int, str, str], ...] = (
        ("down", asked.down, "unduh", "down"),
        ("up", asked.up, "unggah", "up"),
    )
    for way, wanted, word, word_en in ways:
        left = free(site, name, way, starts_at, ends_at, taken, without)
        if wanted <= left:
            continue
        line = site.uplinks[name]
        contract = line.up if way == "up" else line.down
        resource = uplink_resource(site, name, way)
        held = [(c, r) for c, r in overlapping(taken, starts_at, ends_at, without) if r.resource == resource]
        raise NoCapacity(
            _refusal(site, name, contract, office_share(line, way), wanted, left, held, (word, word_en)),
            Text(
                f"Minta paling banyak {say_rate(max(left, 0))}, ubah waktunya, atau batalkan pemesanan lain.",
                f"Ask for at most {say_rate(max(left, 0), 'en')}, change the time, or cancel another reservation.",
            ),
        )


def _refusal(
    site: Site,
    uplink: str,
    contract: int,
    office: int,
    wanted: int,
    left: int,
    held: Sequence[tuple[str, Reservation]],
    words: tuple[str, str],
) -> Text:
    by = ", ".join(f"{change} {say_rate(one.amount)}" for change, one in held)
    by_en = ", ".join(f"{change} {say_rate(one.amount, 'en')}" for change, one in held)
    return Text(
        f"{uplink} di {site.key} tidak cukup ({words[0]}): diminta {say_rate(wanted)}, bebas {say_rate(max(left, 0))} "
        f"dari kontrak {say_rate(contract)}; kantor {say_rate(office)}" + (f"; dipesan oleh {by}" if by else ""),
        f"{uplink} at {site.key} does not suffice ({words[1]}): {say_rate(wanted, 'en')} asked, "
        f"{say_rate(max(left, 0), 'en')} free of a contract of {say_rate(contract, 'en')}; office {say_rate(office, 'en')}"
        + (f"; reserved by {by_en}" if by_en else ""),
    )
