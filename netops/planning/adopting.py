"""Limits that people made before there was a log, as promises with their letters: proposed as a file, read back, compared. Pure; refuses bad rows with their line."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BeforeValidator, Field

from netops.core.errors import InputError
from netops.core.measured import Commitment, Series, SeriesKind, Watch
from netops.core.model import Form, Limit
from netops.core.text import Lang, Text
from netops.planning.commitments import uplink_key
from netops.planning.sites import Allocation, QueueName, Site, Sites
from netops.requests.common import ZONES, BandwidthField, Day, HostName, Line, Number, Strict
from netops.requests.load import Document, find_forbidden, together, validate

Direction = Literal["both", "up", "down"]
MOST = 2_000
"""Rows of one file."""


class Standing(Struct, frozen=True, kw_only=True):
    """What limits a unit on a device now: one limit, or the two of both directions. `allocation` as commitments name it.

    `names` are those on the device; `known`: which direction a limit of one way has; `ours`: a change's own row.
    """

    allocation: str
    device: str
    names: tuple[str, ...]
    form: Form
    target: str
    parent: str
    up: int
    down: int
    known: bool
    ours: bool


def standing(device: str, limits: Iterable[Limit], known: Iterable[Allocation]) -> tuple[Standing, ...]:
    """A device's limits in its order; two that the site's allocations name as one unit's, or one port's two policies, are one.

    Limits of nothing and hotspot profiles (a rate for each client) are left out, unless an allocation names them.
    """
    named = {(one.form, one.queue.down): one for one in known if one.device == device and one.queue is not None}
    second = {(form, one.queue.up) for (form, down), one in named.items() if one.queue and one.queue.up != down}
    by_name = {(one.form, one.name): one for one in limits}
    found: dict[str, Standing] = {}
    for one in by_name.values():
        if one.form in ("police", "shape"):
            port, _, side = one.target.rpartition(" ")
            key = f"{device}/{port or one.name}"
            way: Direction = "up" if side == "in" else "down"
            found[key] = _joined(found.get(key), _one(device, key, one, way))
            continue
        pair = named.get((one.form, one.name))
        if (one.form, one.name) in second or (one.form == "profile" and pair is None):
            continue
        way = "both" if one.way == "one" else one.way
        mine = _one(device, f"{device}/{one.name}", one, way)
        other = by_name.get((one.form, pair.queue.up)) if pair and pair.queue and pair.queue.up != one.name else None
        if other is not None:
            mine = replace(mine, up=other.up, names=(one.name, other.name), known=True)
        found[mine.allocation] = mine
    return tuple(one for one in found.values() if one.up or one.down)


def _one(device: str, allocation: str, one: Limit, way: Direction) -> Standing:
    return Standing(
        allocation=allocation,
        device=device,
        names=(one.name,),
        form=one.form,
        target=one.target,
        parent=one.parent,
        up=0 if way == "down" else one.up,
        down=0 if way == "up" else one.down,
        known=one.way != "one",
        ours=one.comment.startswith("netops:") or one.name.startswith("netops-"),
    )


def _joined(before: Standing | None, one: Standing) -> Standing:
    """Two policies of one port, or two classes of one policy, together."""
    if before is None:
        return one
    return replace(before, names=(*before.names, *one.names), up=before.up + one.up, down=before.down + one.down)


# ── the file ─────────────────────────────────────────────────────────────────────────────────────────────────────

_HEAD = Text(
    """\
# Pembatas yang ada di perangkat dan belum punya surat di catatan netops.
# Isi unit dan letter (nomor surat dasarnya; kosong bila tidak ada), periksa uplink, since dan rate; lalu:
#   netops capacity adopt --file BERKAS
# Baris tanpa unit dibiarkan. rate: unggah/unduh. direction: both, up atau down (antrean satu arah).
# until: hari terakhir, kosong berarti tetap. Tidak ada yang berubah di perangkat.
""",
    """\
# Limits that stand on devices and have no letter in netops' log.
# Fill in unit and letter (the number of the letter behind it; empty where there is none), check uplink, since and rate; then:
#   netops capacity adopt --file FILE
# Rows without a unit are left alone. rate: up/down. direction: both, up or down (a queue of one direction).
# until: the last day, empty means for good. Nothing changes on devices.
""",
)


def proposal(found: Sequence[tuple[Standing, Site]], known: Iterable[Allocation], today: date, lang: Lang) -> str:
    """YAML to fill in, one row for each limit, with what the site's list of allocations knows already."""
    by_place = {
        f"{one.device}/{name}": one for one in known if (name := one.port or (one.queue.down if one.queue else ""))
    }
    lines = [_HEAD.to(lang), "allocations:" if found else "allocations: []"]
    for one, site in found:
        unit = by_place.get(one.allocation)
        uplink = unit.uplink if unit else site.event.uplink
        rows = {
            "device": _quoted(one.device),
            "queue": _quoted(one.allocation.partition("/")[2]),
            "form": one.form,
            "rate": f"{_rate(one.up)}/{_rate(one.down)}" if one.up and one.down else _rate(one.up or one.down),
            "direction": _direction(one),
            "target": _quoted(one.target) if one.target else None,
            "parent": _quoted(one.parent) if one.parent else None,
            "uplink": _quoted(uplink_key(site.key, uplink)),
            "unit": _quoted(unit.name) if unit else "",
            "letter": "",
            "since": f"{today:%Y-%m-%d}",
            "until": "",
        }
        shown = [f"{name}: {value}".rstrip() for name, value in rows.items() if value is not None]
        if not all(_writable(text) for text in (one.target, one.parent, *one.names)):
            lines.append(
                f"  # {one.allocation!a}: "
                + Text("nama ini tidak dapat ditulis", "this name cannot be written").to(lang)
            )
            continue
        lines += [f"  {'-' if place == 0 else ' '} {line}" for place, line in enumerate(shown)]
    return "\n".join(lines) + "\n"


def _writable(text: str) -> bool:
    """Whether a file gives back the very same text: no control characters, and in normal form C already."""
    return not find_forbidden(text) and unicodedata.is_normalized("NFC", text)


def _direction(one: Standing) -> str:
    if not one.known:
        return ""
    return "both" if one.up and one.down else "up" if one.up else "down"


def _quoted(text: str) -> str:
    """Always in quotes: what a device calls something is text, whatever YAML would make of it."""
    return "'" + text.replace("'", "''") + "'"


def _rate(bps: int) -> str:
    """`20M`, as people write it, where that is exact."""
    for factor, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")):
        if bps and bps % factor == 0:
            return f"{bps // factor}{letter}"
    return str(bps)


def _empty(value: object) -> object:
    return None if value == "" else value


Empty = BeforeValidator(_empty)


class Row(Strict):
    """One limit as the office fills it in; `rate` for both ways or upload/download."""

    device: HostName
    queue: QueueName
    form: Form
    rate: BandwidthField
    direction: Annotated[Direction | None, Empty] = None
    target: Annotated[Line | None, Empty] = None
    parent: Annotated[QueueName | None, Empty] = None
    uplink: Line
    unit: Annotated[Line | None, Empty] = None
    letter: Annotated[Number | None, Empty] = None
    since: Day
    until: Annotated[Day | None, Empty] = None

    @property
    def allocation(self) -> str:
        return f"{self.device}/{self.queue}"


class File(Strict):
    allocations: Annotated[tuple[Row, ...], Field(strict=False, max_length=MOST)]


def promises_of(
    document: Document, sites: Sites, devices: Collection[str], before: Mapping[str, Commitment]
) -> tuple[Commitment, ...]:
    """The rows that name a unit, as commitments. `before`: what the log has already, by allocation.

    Raises one `InputError` with everything that is wrong, each with its line and field.
    """
    rows = validate(File, document).allocations
    wrong: list[InputError] = []
    places: dict[str, int] = {}
    found: list[Commitment] = []
    parents = {row.allocation: f"{row.device}/{row.parent}" for row in rows if row.parent}
    promised = {row.allocation for row in rows if row.unit} | set(before)
    for place, row in enumerate(rows):

        def bad(field: str, id: str, en: str, hint: Text | None = None, place: int = place) -> None:
            wrong.append(document.error(("allocations", place, field), Text(id, en), hint))

        if row.allocation in places:
            first = document.line(("allocations", places[row.allocation]))
            bad("queue", f"antrean itu sudah ada di baris {first}", f"that queue stands in line {first} already")
        places.setdefault(row.allocation, place)
        if row.device not in devices:
            bad("device", f"tidak ada perangkat {row.device!r}", f"there is no device {row.device!r}")
        site = _site(sites, row.uplink)
        if site is None:
            known = ", ".join(uplink_key(one.key, name) for one in sites.sites.values() for name in one.uplinks)
            bad(
                "uplink",
                f"uplink {row.uplink!r} tidak dikenal",
                f"the uplink {row.uplink!r} is not known",
                Text(f"Di inventory/sites.yaml: {known}", f"In inventory/sites.yaml: {known}"),
            )
        if row.until is not None and row.until < row.since:
            bad("until", "berakhir sebelum mulai", "it ends before it starts")
        if row.unit is None:
            if row.letter:
                bad("unit", "ada surat tetapi unit kosong", "there is a letter, but no unit")
            continue
        if row.direction is None:
            bad("direction", "isi both, up atau down", "fill in both, up or down")
        held = before.get(row.allocation)
        if held is not None and held.change:
            bad("queue", f"antrean itu dipegang {held.change}", f"that queue is held by {held.change}")
        if site is not None:
            found.append(_promise(row, site, _within(row.allocation, parents, promised)))
    if wrong:
        raise together(wrong)
    return tuple(found)


def _site(sites: Sites, uplink: str) -> Site | None:
    key, _, name = uplink.partition("/")
    site = sites.sites.get(key)
    return site if site is not None and name in site.uplinks else None


def _within(allocation: str, parents: Mapping[str, str], promised: Collection[str]) -> str:
    """The nearest of its parents that is promised to somebody itself; '' where there is none."""
    seen = {allocation}
    above = parents.get(allocation, "")
    while above and above not in seen:
        if above in promised:
            return above
        seen.add(above)
        above = parents.get(above, "")
    return ""


def _promise(row: Row, site: Site, within: str) -> Commitment:
    zone = ZONES[site.zone]
    end = None if row.until is None else datetime.combine(row.until + timedelta(days=1), time(), zone)
    return Commitment(
        allocation=row.allocation,
        unit=row.unit or "",
        letter=row.letter or "",
        uplink=row.uplink,
        up=0 if row.direction == "down" else row.rate.up,
        down=0 if row.direction == "up" else row.rate.down,
        since=datetime.combine(row.since, time(), zone).astimezone(UTC),
        until=end.astimezone(UTC) if end else None,
        kind="permanent" if end is None else "temporary",
        change="",
        watch=_watch(row),
        within=within,
    )


def _watch(row: Row) -> Watch | None:
    """Where it is measured: its own queue, or its port; of a queue tree each way has a counter of its own."""
    if row.form == "simple":
        return Watch(series=Series(device=row.device, kind=SeriesKind.QUEUE, name=row.queue))
    if row.form in ("police", "shape"):
        return Watch(series=Series(device=row.device, kind=SeriesKind.INTERFACE, name=row.queue))
    return None


# ── devices and letters side by side ─────────────────────────────────────────────────────────────────────────────


class Differing(Struct, frozen=True, kw_only=True):
    """A limit whose rate on the device is another than what is promised, bit/s."""

    commitment: Commitment
    up: int
    down: int


class Compared(Struct, frozen=True, kw_only=True):
    """Limits that nobody wrote a letter for, promises that no device keeps, and those kept otherwise. `unseen`: devices not read, and why."""

    without_letter: tuple[Standing, ...]
    without_queue: tuple[Commitment, ...]
    differing: tuple[Differing, ...]
    unseen: Mapping[str, str]


def compare(
    found: Mapping[str, Sequence[Standing]], promised: Mapping[str, Commitment], unseen: Mapping[str, str]
) -> Compared:
    """`found` by device that was read, `promised` what holds now by allocation. Rows that changes own are theirs."""
    there = {one.allocation: one for limits in found.values() for one in limits}
    without_letter = [
        one
        for one in there.values()
        if not one.ours and (one.allocation not in promised or not promised[one.allocation].letter)
    ]
    asked = [one for one in promised.values() if one.allocation.partition("/")[0] in found]
    return Compared(
        without_letter=tuple(without_letter),
        without_queue=tuple(one for one in asked if one.allocation not in there),
        differing=tuple(
            Differing(commitment=one, up=limit.up, down=limit.down)
            for one in asked
            if (limit := there.get(one.allocation)) is not None and not _kept(one, limit)
        ),
        unseen=unseen,
    )


def _kept(one: Commitment, limit: Standing) -> bool:
    """Of a queue of one way only that counts which is promised."""
    if limit.known:
        return (one.up, one.down) == (limit.up, limit.down)
    return max(one.up, one.down) == max(limit.up, limit.down)
