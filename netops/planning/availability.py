"""The list of available bandwidth (daftar ketersediaan bandwidth): each uplink's contract, who holds what of it by which letter, what is free over time. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from netops.core.measured import Commitment
from netops.core.units import RatePair
from netops.planning.capacity import office_share
from netops.planning.commitments import Piece, in_force, level, on_uplink, steps, uplink_key
from netops.planning.sites import Site, Uplink
from netops.requests.common import FOREVER, Zone

State = Literal["adopted", "planned", "running", "ended"]
"""Of day one; held by a plan that is not carried out; on the devices; over."""


class Holding(Struct, frozen=True, kw_only=True):
    """A commitment for the part of the period in which it holds; `until` None: beyond any date. `counted`: out of the uplink itself."""

    since: datetime
    until: datetime | None
    state: State
    counted: bool
    commitment: Commitment


class Span(Struct, frozen=True, kw_only=True):
    """A time in which nothing changes, [since, until): promised to units and to events, and what is free for either, bit/s.

    Below zero where more was promised than there is.
    """

    since: datetime
    until: datetime
    units: RatePair
    events: RatePair
    free_units: RatePair
    free_events: RatePair


class UplinkList(Struct, frozen=True, kw_only=True):
    """One uplink's part of the list. `office` in per cent; `share` is the office's, out of which units are promised."""

    site: str
    zone: Zone
    uplink: str
    provider: str
    source: str
    contract: RatePair
    office: int
    share: RatePair
    holdings: tuple[Holding, ...]
    spans: tuple[Span, ...]

    @property
    def key(self) -> str:
        return uplink_key(self.site, self.uplink)


def availability(
    site: Site,
    commitments: Sequence[Commitment],
    states: Mapping[str, State],
    since: datetime,
    until: datetime,
) -> tuple[UplinkList, ...]:
    """Every uplink of a site over [since, until). `commitments` of units and events in the log's order, `states` by change."""
    return tuple(_uplink(site, name, line, commitments, states, since, until) for name, line in site.uplinks.items())


def _uplink(
    site: Site,
    name: str,
    line: Uplink,
    commitments: Sequence[Commitment],
    states: Mapping[str, State],
    since: datetime,
    until: datetime,
) -> UplinkList:
    share = RatePair(up=office_share(line, "up"), down=office_share(line, "down"))
    key = uplink_key(site.key, name)
    here = [one for one in commitments if one.uplink == key]
    return UplinkList(
        site=site.key,
        zone=site.zone,
        uplink=name,
        provider=line.provider,
        source=line.source,
        contract=RatePair(up=line.up, down=line.down),
        office=line.office,
        share=share,
        holdings=_holdings(commitments, key, states, since, until),
        spans=_spans(here, commitments, key, RatePair(up=line.up, down=line.down), share, since, until),
    )


def _holdings(
    commitments: Sequence[Commitment], key: str, states: Mapping[str, State], since: datetime, until: datetime
) -> tuple[Holding, ...]:
    """The largest first within each kind, events behind units; what is inside another allocation right behind it."""
    counted = {(piece.commitment.allocation, piece.since) for piece in on_uplink(commitments, key)}
    found = [
        Holding(
            since=piece.since,
            until=None if piece.until == FOREVER else piece.until,
            state=states.get(piece.commitment.change, "adopted"),
            counted=piece.commitment.kind == "event" or (piece.commitment.allocation, piece.since) in counted,
            commitment=piece.commitment,
        )
        for piece in in_force(commitments)
        if piece.commitment.uplink == key and piece.since < until and since < piece.until
    ]
    most = {one.commitment.allocation: one.commitment.down + one.commitment.up for one in found}

    def order(one: Holding) -> tuple[object, ...]:
        own = one.commitment
        outer = own.within if own.within in most else own.allocation
        return (own.kind == "event", -most[outer], outer, outer != own.allocation, own.allocation, one.since)

    return tuple(sorted(found, key=order))


def _spans(
    here: Sequence[Commitment],
    commitments: Sequence[Commitment],
    key: str,
    contract: RatePair,
    share: RatePair,
    since: datetime,
    until: datetime,
) -> tuple[Span, ...]:
    units = steps(commitments, key)
    # Events hold nothing of the office's share: they are summed like units, on their own.
    events = steps([replace(one, kind="temporary") for one in here if one.kind == "event"], key)
    moments = sorted({since, *(step.at for step in (*units, *events) if since < step.at < until)})
    return tuple(
        _span(
            start,
            end,
            RatePair(up=level(units, start, "up"), down=level(units, start, "down")),
            RatePair(up=level(events, start, "up"), down=level(events, start, "down")),
            contract,
            share,
        )
        for start, end in zip(moments, [*moments[1:], until], strict=True)
    )


def _span(
    since: datetime, until: datetime, units: RatePair, events: RatePair, contract: RatePair, share: RatePair
) -> Span:
    return Span(
        since=since,
        until=until,
        units=units,
        events=events,
        free_units=RatePair(up=share.up - units.up, down=share.down - units.down),
        free_events=RatePair(up=contract.up - share.up - events.up, down=contract.down - share.down - events.down),
    )


def governing(commitments: Sequence[Commitment], moment: datetime) -> dict[str, Piece]:
    """What holds at one moment, by allocation; events left out."""
    return {
        piece.commitment.allocation: piece
        for piece in in_force(commitments)
        if piece.since <= moment < piece.until and piece.commitment.kind != "event"
    }
