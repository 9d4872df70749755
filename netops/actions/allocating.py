"""The list of available bandwidth: what the log and the sites' figures say of each uplink, and what was measured. Reads only."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from netops.actions.measuring import Meter, meter, segments_folder, uplink_watch
from netops.actions.reporting import write_paper
from netops.app import App
from netops.changes.lifecycle import OPEN, Change, Phase, fold_all, held, promised
from netops.core.errors import Failed, InputError
from netops.core.measured import Asked, Commitment, Figures
from netops.core.model import Recorded, Reservation
from netops.core.text import Text
from netops.filing import filed
from netops.planning.availability import State, UplinkList, availability
from netops.planning.commitments import adopted, of_event
from netops.requests.common import ZONES, Zone
from netops.requests.moments import read_moment

AHEAD = timedelta(days=30)
"""How far the list looks where nobody says it."""
MEASURED = timedelta(days=30)
"""What was measured in so much time stands beside what is promised."""


class Listing(Struct, frozen=True, kw_only=True):
    """The list over [since, until), as known `at`. `figures`: what was measured, by allocation and by uplink (`kampus/ISP-A`)."""

    at: datetime
    since: datetime
    until: datetime
    zone: Zone
    uplinks: tuple[UplinkList, ...]
    figures: Mapping[str, Figures] = field(default_factory=dict)


def listing(app: App, site: str = "", since: str = "", until: str = "", at: str = "") -> Listing:
    """`since` and `until`, or one moment `at`, as people type them; without them from now on for thirty days.

    Raises `InputError` for an unknown site and for what is no time.
    """
    sites = [app.sites.site(site)] if site else list(app.sites.sites.values())
    zone, now = sites[0].zone, app.clock.now()
    first, last = _period(now, zone, since, until, at)
    commitments, states = promises(app, app.journal.read(), now)
    uplinks = tuple(line for one in sites for line in availability(one, commitments, states, first, last))
    figures = _measured(app, uplinks, min(last, now))
    return Listing(at=now, since=first, until=last, zone=zone, uplinks=uplinks, figures=figures)


def _measured(app: App, uplinks: Sequence[UplinkList], until: datetime) -> Mapping[str, Figures]:
    """Figures of the thirty days before `until`, for what is measured; {} where nobody ever collected."""
    root = segments_folder(app)
    if not root.is_dir():
        return {}
    from netops.monitoring.figures import figures
    from netops.monitoring.readings import Record

    terms: dict[str, list[Commitment]] = {}
    for one in (holding.commitment for line in uplinks for holding in line.holdings):
        terms.setdefault(one.allocation, []).append(one)
    meters = {name: meter(app, name, same) for name, same in terms.items()}
    watches = ((line.key, uplink_watch(app, line.site, line.uplink)) for line in uplinks)
    meters |= {key: Meter(down=watch) for key, watch in watches if watch is not None}

    def left_out(path: Path, error: Failed) -> None:
        app.say("segment", f"{path.name}: {error.message.to(app.lang)}")

    record = Record(roots=app.settings.segment_roots, scratch=app.settings.var / "cache")
    ways = [
        (name, way) for name, one in meters.items() if one is not None for way in (one.down, one.up) if way is not None
    ]
    asked = [Asked(watch=watch) for _, watch in ways]
    found: dict[str, Figures] = {}
    for (name, _), measured in zip(
        ways, figures(record, asked, until - MEASURED, until, left_out=left_out), strict=True
    ):
        # A queue tree counts each way in a row of its own: the second is the upload.
        found[name] = measured if name not in found else replace(found[name], up=measured.up)
    return {name: one for name, one in found.items() if one.measured}


def promises(app: App, log: Iterable[Recorded], now: datetime) -> tuple[tuple[Commitment, ...], Mapping[str, State]]:
    """Every commitment in the order of the log: of day one, of units' changes, of events; and how far each change is."""
    recorded = tuple(log)
    changes = tuple(fold_all(recorded).values())
    events = [one for change in changes for one in _events(app, change, now)]
    states = {change.id: _state(change) for change in changes}
    return (*adopted(recorded), *promised(changes, now), *events), states


def draw(app: App, found: Listing, path: Path) -> None:
    """The list as a picture, `.svg` or `.png` by the file's name. Raises `InputError` for another, and where it cannot be written."""
    from netops.papers.availability import availability_svg

    ending = path.suffix.lower()
    if ending not in (".svg", ".png"):
        raise InputError(
            Text(f"{path.name}: gambar ditulis sebagai .svg atau .png", f"{path.name}: a picture is .svg or .png"),
            field="--picture",
        )
    svg = availability_svg(found.uplinks, found.since, found.until, app.lang)
    if ending == ".png":
        from netops.papers.pdf import render_png

        write_paper(path, render_png(svg))
    else:
        write_paper(path, svg.encode())


def _events(app: App, change: Change, now: datetime) -> tuple[Commitment, ...]:
    """What an event holds of an uplink, and held until it ended."""
    reservations: Sequence[Reservation] = held((change,), now)
    if change.phase is Phase.ENDED and change.ended_at is not None:
        end = change.ended_at
        reservations = [
            replace(one, ends_at=min(one.ends_at, end)) for one in change.reservations if one.starts_at < end
        ]
    if change.commitments or not any(one.resource.startswith("uplink:") for one in reservations):
        return ()
    request = filed(app, change).request
    return of_event(change.id, request.unit, request.letter.number, reservations)


def _state(change: Change) -> State:
    if change.phase in OPEN:
        return "running"
    return "ended" if change.phase is Phase.ENDED else "planned"


def _period(now: datetime, zone: Zone, since: str, until: str, at: str) -> tuple[datetime, datetime]:
    if at and (since or until):
        raise InputError(Text("--at atau --from/--to, bukan keduanya", "--at or --from/--to, not both"), field="--at")
    if at:
        moment = _moment(at, zone, "--at")
        return moment, moment + timedelta(seconds=1)
    first = _moment(since, zone, "--from") if since else now
    last = _moment(until, zone, "--to", whole_day=True) if until else first + AHEAD
    if last <= first:
        raise InputError(
            Text("periode berakhir sebelum mulai", "the period ends before it begins"),
            Text("--to sesudah --from", "--to is after --from"),
            field="--to",
        )
    return first, last


def _moment(text: str, zone: Zone, option: str, *, whole_day: bool = False) -> datetime:
    """A moment, or a day: its beginning, or with `whole_day` its end."""
    try:
        day = datetime.combine(datetime.strptime(text.strip(), "%Y-%m-%d").date(), time(), ZONES[zone])
    except ValueError:
        return read_moment(text, zone, option)
    return day + timedelta(days=1) if whole_day else day
