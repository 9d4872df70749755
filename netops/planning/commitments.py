"""What units are promised on each uplink over time, out of the office's share of its contract; refuses what does not fit, with the numbers."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from netops.core.canonical import load
from netops.core.errors import NoCapacity
from netops.core.measured import Commitment
from netops.core.model import Recorded, Reservation
from netops.core.text import Lang, Text
from netops.core.units import say_rate
from netops.planning.capacity import Way, office_share
from netops.planning.sites import Site
from netops.requests.common import FOREVER, say_time

ADOPTED = "capacity.adopted"
NAMED = 6
"""So many holders a refusal names, the largest first; of the others their sum."""
_WAYS: tuple[tuple[Way, Text], ...] = (("down", Text("unduh", "down")), ("up", Text("unggah", "up")))


class Piece(Struct, frozen=True, kw_only=True):
    """A commitment for the time in which nothing later replaces it, [since, until)."""

    since: datetime
    until: datetime
    commitment: Commitment


class Step(Struct, frozen=True, kw_only=True):
    """What is promised from a moment on, bit/s each way, until the next step."""

    at: datetime
    up: int
    down: int

    def way(self, way: Way) -> int:
        return self.up if way == "up" else self.down


class Overrun(Struct, frozen=True, kw_only=True):
    """The first moment at which a wish does not fit: `others` is promised without it, `level` with it, of `share`."""

    at: datetime
    way: Way
    others: int
    level: int
    share: int


def uplink_key(site: str, uplink: str) -> str:
    """`kampus/ISP-A`: a provider's name is unique at its site only. What `Commitment.uplink` holds."""
    return f"{site}/{uplink}"


# ── what the log says ────────────────────────────────────────────────────────────────────────────────────────────


def adopted(events: Iterable[Recorded]) -> tuple[Commitment, ...]:
    """What was there on day one and was recorded with its letter; a later adoption of an allocation corrects an earlier."""
    found: dict[str, Commitment] = {}
    for event in (one.event for one in events if one.event.kind == ADOPTED):
        for item in event.data["commitments"]:
            one = load(Commitment, item)
            found[one.allocation] = one
    return tuple(found.values())


def of_event(change: str, unit: str, letter: str, reservations: Iterable[Reservation]) -> tuple[Commitment, ...]:
    """What an event's plan holds of uplinks, one for each uplink and time; `allocation` is the event itself."""
    found: dict[tuple[str, datetime, datetime], dict[str, int]] = {}
    for one in reservations:
        kind, _, rest = one.resource.partition(":")
        uplink, _, way = rest.rpartition(":")
        if kind == "uplink":
            found.setdefault((uplink, one.starts_at, one.ends_at), {})[way] = one.amount
    return tuple(
        Commitment(
            allocation=f"event/{change}",
            unit=unit,
            letter=letter,
            uplink=uplink,
            up=rates.get("up", 0),
            down=rates.get("down", 0),
            since=since,
            until=until,
            kind="event",
            change=change,
        )
        for (uplink, since, until), rates in found.items()
    )


# ── over time ────────────────────────────────────────────────────────────────────────────────────────────────────


def in_force(commitments: Iterable[Commitment]) -> tuple[Piece, ...]:
    """When each of them holds. `commitments` in the order of the log.

    Of an allocation's that hold at one moment the one that starts later counts, of two that start together the one
    recorded later: what was temporary falls back to what was there before.
    """
    by_allocation: dict[str, list[Commitment]] = {}
    for one in commitments:
        by_allocation.setdefault(one.allocation, []).append(one)
    return tuple(piece for same in by_allocation.values() for piece in _pieces(same))


def _pieces(same: Sequence[Commitment]) -> list[Piece]:
    """Of one allocation, in order of time."""
    order = sorted(same, key=lambda one: one.since)  # stable: of equal starts the later recorded stays behind
    moments = sorted({moment for one in order for moment in (one.since, one.until or FOREVER)})
    found: list[Piece] = []
    for since, until in pairwise(moments):
        holding = [one for one in order if one.since <= since < (one.until or FOREVER)]
        if not holding:
            continue
        if found and found[-1].until == since and found[-1].commitment is holding[-1]:
            found[-1] = replace(found[-1], until=until)
        else:
            found.append(Piece(since=since, until=until, commitment=holding[-1]))
    return found


def on_uplink(commitments: Sequence[Commitment], uplink: str) -> tuple[Piece, ...]:
    """What units hold of the uplink itself: events have their own part, and what is `within` an allocation comes out of that."""
    pieces = [piece for piece in in_force(commitments) if piece.commitment.kind != "event"]
    times: dict[str, list[tuple[datetime, datetime]]] = {}
    for piece in pieces:
        times.setdefault(piece.commitment.allocation, []).append((piece.since, piece.until))
    return tuple(
        replace(piece, since=since, until=until)
        for piece in pieces
        if piece.commitment.uplink == uplink
        for since, until in _without(piece, times.get(piece.commitment.within, []))
    )


def _without(piece: Piece, taken: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """The times of the piece that lie in none of `taken` (in order, not overlapping)."""
    left, since = [], piece.since
    for start, end in taken:
        if start < piece.until and since < end:
            if since < start:
                left.append((since, start))
            since = end
    if since < piece.until:
        left.append((since, piece.until))
    return left


def steps(commitments: Sequence[Commitment], uplink: str) -> tuple[Step, ...]:
    """The sum of what units are promised on an uplink, from the first moment on; before that it is nothing."""
    turns: dict[datetime, tuple[int, int]] = {}
    for piece in on_uplink(commitments, uplink):
        one = piece.commitment
        for moment, sign in ((piece.since, 1), (piece.until, -1)):
            up, down = turns.get(moment, (0, 0))
            turns[moment] = (up + sign * one.up, down + sign * one.down)
    found: list[Step] = []
    up = down = 0
    for moment in sorted(moment for moment in turns if moment < FOREVER):
        up, down = up + turns[moment][0], down + turns[moment][1]
        if not found or (found[-1].up, found[-1].down) != (up, down):
            found.append(Step(at=moment, up=up, down=down))
    return tuple(found)


def level(over: Sequence[Step], moment: datetime, way: Way) -> int:
    """bit/s promised at that moment."""
    index = bisect_right(over, moment, key=lambda step: step.at)
    return over[index - 1].way(way) if index else 0


def highest(over: Sequence[Step], since: datetime, until: datetime | None, way: Way) -> int:
    """The most that is promised at any moment of [since, until); `until` None: from then on, without end."""
    inside = (step.way(way) for step in over if since < step.at < (until or FOREVER))
    return max(inside, default=0) if (until or FOREVER) <= since else max(level(over, since, way), *inside, 0)


def free_share(
    site: Site, uplink: str, way: Way, since: datetime, until: datetime | None, commitments: Sequence[Commitment]
) -> int:
    """bit/s of the office's share that stay free through the whole period; below zero where too much was promised."""
    promised = highest(steps(commitments, uplink_key(site.key, uplink)), since, until, way)
    return office_share(site.uplinks[uplink], way) - promised


# ── a wish ───────────────────────────────────────────────────────────────────────────────────────────────────────


def overrun(site: Site, wish: Commitment, commitments: Sequence[Commitment]) -> Overrun | None:
    """Where the wish first goes beyond the office's share, or None where it fits all the time that it lasts.

    What the wish's own change held before is left out, and what it replaces counts no more. A wish that makes nothing
    worse always fits, also where too much is promised already.
    """
    line = site.uplinks[wish.uplink.partition("/")[2]]
    rest = [one for one in commitments if one.change != wish.change]
    before, after = steps(rest, wish.uplink), steps([*rest, wish], wish.uplink)
    last = wish.until or FOREVER
    inside = {step.at for step in (*before, *after) if wish.since < step.at < last}
    for moment in sorted({wish.since, *inside}):
        for way, _ in _WAYS:
            others, now, share = level(before, moment, way), level(after, moment, way), office_share(line, way)
            if now > share and now > others:
                return Overrun(at=moment, way=way, others=others, level=now, share=share)
    return None


def first_fit(
    site: Site, wish: Commitment, commitments: Sequence[Commitment], lasting: timedelta | None = None
) -> datetime | None:
    """The first moment, not before `wish.since`, from which the wish fits; None: it never does.

    It keeps its length (`lasting`, where its own is not meant): what begins later ends later. Without an end it must fit
    for good.
    """
    length = lasting or (wish.until - wish.since if wish.until else None)
    turns = {moment for one in commitments for moment in (one.since, one.until) if moment and moment > wish.since}
    for start in sorted({wish.since, *turns}):
        moved = replace(wish, since=start, until=None if length is None else start + length)
        if overrun(site, moved, commitments) is None:
            return start
    return None


def require_share(site: Site, wish: Commitment, commitments: Sequence[Commitment]) -> None:
    """Raises `NoCapacity` with who holds what by which letter, and the first date that fits."""
    over = overrun(site, wish, commitments)
    if over is None:
        return
    rest = [one for one in commitments if one.change != wish.change]
    raise NoCapacity(
        Text(_refusal(site, wish, over, rest, "id"), _refusal(site, wish, over, rest, "en")),
        _advice(site, wish, over, first_fit(site, wish, commitments)),
    )


def _refusal(site: Site, wish: Commitment, over: Overrun, rest: Sequence[Commitment], lang: Lang) -> str:
    uplink = wish.uplink.partition("/")[2]
    line = site.uplinks[uplink]
    contract = line.up if over.way == "up" else line.down
    word = next(word for way, word in _WAYS if way == over.way).to(lang)

    def rate(bps: int) -> str:
        return say_rate(max(bps, 0), lang)

    asked = rate(wish.up if over.way == "up" else wish.down)
    own = over.level - over.others
    return Text(
        f"{uplink} di {site.key} tidak cukup ({word}) pada {say_time(over.at, site.zone, lang)}: diminta {asked}, "
        f"bertambah {rate(own)}, bebas {rate(over.share - over.others)} dari bagian kantor {rate(over.share)} "
        f"(kontrak {rate(contract)}); dijanjikan {rate(over.others)}: {_holders(rest, wish.uplink, over, lang)}",
        f"{uplink} at {site.key} does not suffice ({word}) on {say_time(over.at, site.zone, lang)}: {asked} asked, "
        f"{rate(own)} more, {rate(over.share - over.others)} free of the office's share of {rate(over.share)} "
        f"(contract {rate(contract)}); promised {rate(over.others)}: {_holders(rest, wish.uplink, over, lang)}",
    ).to(lang)


def _holders(rest: Sequence[Commitment], uplink: str, over: Overrun, lang: Lang) -> str:
    """`Fakultas A 100 Mbps (surat 12/2026), …`, the largest first."""

    def amount(one: Commitment) -> int:
        return one.up if over.way == "up" else one.down

    holding = [piece.commitment for piece in on_uplink(rest, uplink) if piece.since <= over.at < piece.until]
    holding.sort(key=lambda one: (-amount(one), one.unit, one.allocation))
    named = [f"{one.unit} {say_rate(amount(one), lang)} ({say_letter(one.letter, lang)})" for one in holding[:NAMED]]
    others = holding[NAMED:]
    if others:
        sum_ = say_rate(sum(amount(one) for one in others), lang)
        named.append(Text(f"{len(others)} lainnya {sum_}", f"{len(others)} others {sum_}").to(lang))
    return ", ".join(named) or "-"


def say_letter(letter: str, lang: Lang) -> str:
    """`surat 12/2026`; `tanpa surat` where nobody knows of one."""
    return Text(f"surat {letter}" if letter else "tanpa surat", f"letter {letter}" if letter else "no letter").to(lang)


def _advice(site: Site, wish: Commitment, over: Overrun, first: datetime | None) -> Text:
    most = max(over.share - over.others, 0)
    if first is None:
        return Text(
            f"Tunda, atau minta tambahan paling banyak {say_rate(most)}; lihat `netops capacity show`.",
            f"Postpone it, or ask for at most {say_rate(most, 'en')} more; see `netops capacity show`.",
        )
    return Text(
        f"Cukup mulai {say_time(first, site.zone, 'id')}; lihat `netops capacity show`.",
        f"It fits from {say_time(first, site.zone, 'en')}; see `netops capacity show`.",
    )
