"""Which counters measure an allocation or an uplink, and their evidence over a period from the segments. Invents no series."""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from netops.app import App
from netops.changes.office_time import Span, working_spans
from netops.core.errors import InputError
from netops.core.measured import Asked, Commitment, Evidence, Figures, Limit, Series, SeriesKind, Slot, Watch
from netops.planning.sites import Allocation, Site

if TYPE_CHECKING:
    from netops.monitoring.readings import Record

KINDS = {
    "simple": SeriesKind.QUEUE,
    "tree": SeriesKind.TREE,
    "police": SeriesKind.INTERFACE,
    "shape": SeriesKind.INTERFACE,
}
"""What counts for a form of limit; a policy-map is measured at its port, whose counters see both directions."""


class Meter(Struct, frozen=True, kw_only=True):
    """One watch for both directions, or one for each where the queues are apart."""

    down: Watch
    up: Watch | None = None


def meter(app: App, allocation: str, terms: Sequence[Commitment]) -> Meter | None:
    """Where the allocation is measured: what its commitments say, else the site's list of allocations, else a queue of its name."""
    told = next((one.watch for one in reversed(terms) if one.watch is not None), None)
    if told is not None and told.series.kind is not SeriesKind.TREE:
        return Meter(down=facing(app, told))
    device, _, name = allocation.partition("/")
    if not name or device == "event":
        return None
    listed = next((one for _, one in listed_allocations(app) if is_of(one, allocation)), None)
    if told is not None and (listed is None or listed.form != "tree"):
        return Meter(down=facing(app, told))
    if listed is not None and listed.form == "profile":
        return None  # a profile's rate is each guest's own: nothing counts them together
    if listed is None or listed.form == "simple":
        return Meter(down=facing(app, Watch(series=Series(device=device, kind=SeriesKind.QUEUE, name=name))))
    kind = KINDS[listed.form]
    if kind is SeriesKind.INTERFACE:
        return Meter(down=Watch(series=Series(device=device, kind=kind, name=listed.port or name)))
    down = Watch(series=Series(device=device, kind=kind, name=name))
    if listed.queue is None or listed.queue.up == name:
        return Meter(down=down)
    up = Watch(series=Series(device=device, kind=kind, name=listed.queue.up), up="out")
    return Meter(down=down, up=up)


def facing(app: App, watch: Watch) -> Watch:
    """A simple queue's watch, with the direction that its router was calibrated to (`netops calibrate`)."""
    up = app.queue_directions.get(watch.series.device) if watch.series.kind is SeriesKind.QUEUE else None
    return watch if up is None else replace(watch, up=up)


def listed_allocations(app: App) -> list[tuple[Site, Allocation]]:
    return [(site, one) for site in app.sites.sites.values() for one in site.allocations.values()]


def is_of(one: Allocation, allocation: str) -> bool:
    """Whether a site's entry is that allocation, by the names that a commitment uses."""
    return allocation == allocation_of(one)


def allocation_of(one: Allocation) -> str:
    name = one.port or (one.queue.down if one.queue else "") or (one.target.down if one.target else "")
    return f"{one.device}/{name}"


def uplink_watch(app: App, site: str, uplink: str) -> Watch | None:
    """The one device of the site whose `uplink_interface` leads to this uplink (`uplink` in the inventory, else the events').

    What comes in there is what clients receive. None where there is no such device, or more than one.
    """
    usual = app.sites.site(site).event.uplink
    here = [app.fleet.target(name) for name in app.fleet.select(site=site)]
    leading = [
        one for one in here if one.data.get("uplink_interface") and one.data.get("uplink", usual) == uplink
    ]  # fmt: skip
    if len(leading) != 1:
        return None
    port = str(leading[0].data["uplink_interface"])
    return Watch(series=Series(device=leading[0].name, kind=SeriesKind.INTERFACE, name=port), up="out")


class Measurer(Struct, frozen=True, kw_only=True):
    """Reads evidence of [since, until) out of one record (None: nothing was ever collected); what cannot be read is told once and left out."""

    record: "Record | None"
    since: datetime
    until: datetime
    office: tuple[Span, ...] | None
    left_out: Callable[[Path, Exception], None]

    def of(self, meter: Meter | None, limits: Sequence[Limit] = ()) -> Evidence | None:
        """None where nothing measures it, or where its series is in no segment of any time. Raises `Failed` without DuckDB."""
        if meter is None or self.record is None:
            return None
        down = self._one(self.record, meter.down, limits)
        if meter.up is None or down is None:
            return down
        up = self._one(self.record, meter.up, limits)
        return down if up is None else joined(down, up)

    def _one(self, record: "Record", watch: Watch, limits: Sequence[Limit]) -> Evidence | None:
        from netops.monitoring.figures import evidence

        try:
            return evidence(
                record,
                Asked(watch=watch, limits=tuple(limits)),
                self.since,
                self.until,
                office=self.office,
                left_out=self.left_out,
            )
        except InputError:  # never measured: a gap of the whole period, which the paper says
            return None


def measurer(app: App, since: datetime, until: datetime) -> Measurer:
    def left_out(path: Path, why: Exception) -> None:
        app.say(path.name, str(why))

    try:
        office: tuple[Span, ...] | None = working_spans(app.office.working_time(), since, until)
    except InputError:
        office = None
    return Measurer(record=_record(app), since=since, until=until, office=office, left_out=left_out)


def _record(app: App) -> "Record | None":
    """Raises `Failed` where something was collected and the extra `monitoring` is not there to read it."""
    roots = app.settings.segment_roots
    if not any(root.is_dir() for root in roots):
        return None
    try:
        from netops.monitoring.readings import Record
    except ImportError as error:
        from netops.monitoring.duck import NO_DUCKDB

        raise NO_DUCKDB from error
    return Record(roots=roots)


def segments_folder(app: App) -> Path:
    return app.settings.var / "segments"


def joined(down: Evidence, up: Evidence) -> Evidence:
    """Two queues, one for each direction, as one: a moment counts as measured where both were."""
    ups = {slot.at: slot for slot in up.slots}
    slots = tuple(
        Slot(at=one.at, up=ups[one.at].up, down=one.down, measured=min(one.measured, ups[one.at].measured))
        for one in down.slots
        if one.at in ups
    )
    first, second = down.figures, up.figures
    office = None
    if first.office is not None and second.office is not None:
        office = (second.office[0], first.office[1])
    figures: Figures = replace(
        first,
        measured=min(first.measured, second.measured),
        flaws={flaw: first.flaws.get(flaw, 0) + second.flaws.get(flaw, 0) for flaw in {*first.flaws, *second.flaws}},
        up=second.up,
        office=office,
    )
    lost = tuple(sorted({*down.lost, *up.lost}, key=lambda one: (one.since, one.until, one.flaw)))
    return replace(down, figures=figures, slots=slots, points=(), lost=lost)


def digests(app: App, since: datetime, until: datetime) -> list[tuple[str, str, int]]:
    """Each segment of the period: its name, digest and log entry. One that is not in the log is digested here, entry -1."""
    from netops.monitoring.segments import live

    known, found = recorded_segments(app), []
    for path in live(app.settings.segment_roots, "samples", since, until):
        name = "/".join(path.parts[-4:])  # as `segments.Segment.path` has it
        digest, entry = known.get(name, ("", -1))
        found.append((name, digest or f"sha256:{sha256(path.read_bytes()).hexdigest()}", entry))
    return found


def recorded_segments(app: App) -> dict[str, tuple[str, int]]:
    """Digest and entry of each segment by its path, as the log has them (`segment.closed`, `segment.compacted`)."""
    pollers = sorted(one.name.removeprefix("poller=") for one in segments_folder(app).glob("poller=*"))
    return {
        str(file["path"]): (f"sha256:{file['sha256']}", one.seq)
        for poller in pollers
        for one in app.journal.read(f"segments/{poller}")
        for file in (*one.event.data.get("files", ()), *([one.event.data["file"]] if "file" in one.event.data else []))
        if isinstance(file, dict)
    }
