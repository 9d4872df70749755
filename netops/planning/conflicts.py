"""What stands against other events of that time: place, VLAN, air, bandwidth, people; each named with the other change."""

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from netops.core.errors import NoCapacity
from netops.core.model import Needs, Severity
from netops.core.text import Text
from netops.core.units import say_rate
from netops.planning.capacity import Taken, Way, free, overlapping, uplink_resource
from netops.planning.sites import Place, Site
from netops.requests.event_hotspot import EventHotspot

NEARLY_FULL = 80
"""Percent of what is free on the uplink from which a head should know that others will feel it."""


class Booked(Struct, frozen=True, kw_only=True):
    """An event as the log knows it. `officer` planned it; `needs` are asked of the one in question only."""

    change: str
    request: EventHotspot
    place: Place
    needs: Needs | None = None
    officer: str = ""
    holds: bool = True
    """Whether its plan stands: a request that nobody planned yet has only asked."""


class Conflict(Struct, frozen=True, kw_only=True):
    """`kind`: place, vlan, air, bandwidth or people. `STOP`: cannot both be; `WARNING`: a person decides."""

    kind: str
    severity: Severity
    change: str
    text: Text


def conflicts(
    mine: Booked, site: Site, period: tuple[datetime, datetime], others: Sequence[Booked], taken: Taken
) -> tuple[Conflict, ...]:
    """Stops first, then by kind and change. `period` is the playbook's window around my event, `taken` what plans hold."""
    found: list[Conflict] = []
    for other in sorted(others, key=lambda one: one.change):
        if other.change == mine.change or not _meet(mine.request, other.request):
            continue
        found += _place(mine, other)
        found += _air(mine, other)
        found += _people(mine, other)
    found += _vlan(mine, period, taken)
    found += _bandwidth(mine, site, period, taken)
    kinds = ("place", "vlan", "air", "bandwidth", "people")
    return tuple(sorted(found, key=lambda one: (one.severity is not Severity.STOP, kinds.index(one.kind), one.change)))


def refuse(found: Sequence[Conflict]) -> None:
    """Raises `NoCapacity` for the first conflict that cannot be."""
    for one in found:
        if one.severity is Severity.STOP:
            raise NoCapacity(
                one.text,
                Text(
                    f"Ubah waktu atau tempat, atau lihat `netops show {one.change}`.",
                    f"Change the time or the place, or see `netops show {one.change}`.",
                ),
            )


def _meet(mine: EventHotspot, other: EventHotspot) -> bool:
    return mine.event.starts_at < other.event.ends_at and other.event.starts_at < mine.event.ends_at


def _place(mine: Booked, other: Booked) -> list[Conflict]:
    if mine.place.key != other.place.key:
        return []
    name = other.request.event.name
    shared = bool(mine.place.ports) and other.holds
    more, more_en = (
        ("port switch di sana hanya dapat membawa satu acara", "the switch ports there carry one event only")
        if shared
        else ("pastikan keduanya memang bersama", "make sure that both are meant to share it")
    )
    return [
        Conflict(
            kind="place",
            severity=Severity.STOP if shared else Severity.WARNING,
            change=other.change,
            text=Text(
                f"{mine.place.name} pada waktu itu dipakai {other.change} ({name}); {more}",
                f"{mine.place.name} is used by {other.change} ({name}) at that time; {more_en}",
            ),
        )
    ]


def _vlan(mine: Booked, period: tuple[datetime, datetime], taken: Taken) -> list[Conflict]:
    if mine.needs is None:
        return []
    wanted = f"vlan:{mine.place.site}:{mine.needs.vlan}"
    return [
        Conflict(
            kind="vlan",
            severity=Severity.STOP,
            change=other,
            text=Text(
                f"VLAN {mine.needs.vlan} pada waktu itu dipesan oleh {other}",
                f"VLAN {mine.needs.vlan} is reserved by {other} at that time",
            ),
        )
        for other in _holding(wanted, period, taken, mine.change)
    ]


def _air(mine: Booked, other: Booked) -> list[Conflict]:
    """The same access points, or some that hear each other: their clients share the air time."""
    same = sorted(set(mine.place.aps) & set(other.place.aps))
    near = other.place.key in mine.place.near or mine.place.key in other.place.near
    if not same and not near:
        return []
    by = ", ".join(same)
    text = Text(
        f"titik akses {by} juga melayani {other.change}: jumlah pengguna keduanya berbagi udara"
        if same
        else f"{other.place.name} ({other.change}) bersebelahan: pilih kanal Wi-Fi yang berbeda",
        f"the access points {by} also serve {other.change}: the clients of both share the air"
        if same
        else f"{other.place.name} ({other.change}) is next door: choose other Wi-Fi channels",
    )
    return [Conflict(kind="air", severity=Severity.WARNING, change=other.change, text=text)]


def _people(mine: Booked, other: Booked) -> list[Conflict]:
    one, two = mine.request, other.request
    found: list[tuple[str, str]] = []
    if one.requester.email.casefold() == two.requester.email.casefold():
        found.append((f"pemohon {one.requester.name}", f"the requester {one.requester.name}"))
    if _digits(one.contact.phone) == _digits(two.contact.phone):
        found.append((f"narahubung {one.contact.name}", f"the contact {one.contact.name}"))
    if mine.officer and mine.officer == other.officer and mine.place.site != other.place.site:
        found.append((f"petugas {mine.officer}", f"the officer {mine.officer}"))
    return [
        Conflict(
            kind="people",
            severity=Severity.WARNING,
            change=other.change,
            text=Text(
                f"{who} pada waktu yang sama juga bertugas untuk {other.change} ({two.event.name})",
                f"{who_en} is also needed by {other.change} ({two.event.name}) at the same time",
            ),
        )
        for who, who_en in found
    ]


def _digits(phone: str) -> str:
    """`+62 812-…` and `0812…` are one number."""
    return re.sub(r"^(62|0)", "", re.sub(r"\D", "", phone))


def _bandwidth(mine: Booked, site: Site, period: tuple[datetime, datetime], taken: Taken) -> list[Conflict]:
    if mine.needs is None or mine.place.site != site.key:
        return []
    out: list[Conflict] = []
    ways: tuple[tuple[Way, int, str, str], ...] = (
        ("down", mine.needs.total_down, "unduh", "down"),
        ("up", mine.needs.total_up, "unggah", "up"),
    )
    for way, wanted, word, word_en in ways:
        left = free(site, site.event.uplink, way, *period, taken, without=mine.change)
        holders = _holding(uplink_resource(site, site.event.uplink, way), period, taken, mine.change)
        if wanted * 100 <= left * NEARLY_FULL:
            continue
        by = ", ".join(holders)
        also, also_en = (f"; dipesan pula oleh: {by}", f"; also reserved by: {by}") if by else ("", "")
        out.append(
            Conflict(
                kind="bandwidth",
                severity=Severity.STOP if wanted > left else Severity.WARNING,
                change=holders[0] if holders else "",
                text=Text(
                    f"{word} {say_rate(wanted)} dari {say_rate(max(left, 0))} yang bebas pada waktu itu{also}",
                    f"{say_rate(wanted, 'en')} {word_en} of {say_rate(max(left, 0), 'en')} free at that time{also_en}",
                ),
            )
        )
    return out


def _holding(resource: str, period: tuple[datetime, datetime], taken: Taken, mine: str) -> list[str]:
    """The other changes that hold a resource at some moment of the period, by name."""
    found = {change for change, one in overlapping(taken, *period, without=mine) if one.resource == resource}
    return sorted(found)
