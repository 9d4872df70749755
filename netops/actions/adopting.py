"""Limits that stand on devices beside the letters that the log knows: read, proposed as a file, recorded, compared. Writes nothing to a device."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from netops.actions.allocating import AHEAD, promises
from netops.app import App
from netops.core.canonical import body_of, dump
from netops.core.errors import NetopsError
from netops.core.measured import Commitment
from netops.core.model import Event, Limit, Target
from netops.core.ports import LimitPlatform
from netops.core.text import Text
from netops.core.units import say_rate
from netops.planning.adopting import Compared, Standing, compare, promises_of, proposal, standing
from netops.planning.availability import availability, governing
from netops.planning.commitments import adopted
from netops.planning.manual import MANUAL
from netops.planning.sites import Allocation
from netops.requests.common import ZONES
from netops.requests.load import read_document

MOST_BYTES = 48_000
"""Of promises in one event: an entry of the log holds 65,535 bytes. More rows are more events of one append."""
MOST_FILE = 2 * 1024 * 1024


class Proposal(Struct, frozen=True, kw_only=True):
    """A file to fill in, how many rows it has, and the devices that could not be read, with why."""

    text: str
    rows: int
    unseen: Mapping[str, NetopsError]


class Adopted(Struct, frozen=True, kw_only=True):
    """How many promises are new or corrected, how many were there already; and uplinks promised beyond the office's share."""

    new: int
    same: int
    beyond: tuple[Text, ...]


def propose(app: App, devices: Sequence[str] = ()) -> Proposal:
    """What stands on these devices (on all that limit units) and has no promise in the log, as YAML to fill in.

    Raises `NoTarget` for an unknown device, and the first error where no device could be read.
    """
    found, unseen = limits(app, devices)
    if unseen and not found:
        raise next(iter(unseen.values()))
    now = app.clock.now()
    promised = promises(app, app.journal.read(), now)[0]
    known = {one.allocation for one in promised if one.until is None or one.until > now}
    rows = [
        (one, app.sites.site(app.fleet.target(name).site))
        for name, standing_here in found.items()
        if app.fleet.target(name).site in app.sites.sites
        for one in standing_here
        if not one.ours and one.allocation not in known
    ]
    today = now.astimezone(ZONES[next(iter(app.sites.sites.values())).zone]).date()
    return Proposal(text=proposal(rows, _allocations(app), today, app.lang), rows=len(rows), unseen=unseen)


def record(app: App, source: Path) -> Adopted:
    """The filled-in file into the log; what it says already is not written again. Raises `InputError` with line and field."""
    document = read_document(source if str(source) != "-" else "-", limit_bytes=MOST_FILE)
    now = app.clock.now()
    log = tuple(app.journal.read())
    before = {one.allocation: one for one in adopted(log)}
    for name, piece in governing(promises(app, log, now)[0], now).items():
        before[name] = piece.commitment if piece.commitment.change else before[name]
    asked = promises_of(document, app.sites, set(app.fleet.targets), before)
    new = [one for one in asked if before.get(one.allocation) != one]
    if new:
        about = {"file": Path(document.name).name, "document": app.objects.put(body_of(document.data))}
        app.journal.append(
            [
                Event(
                    kind="capacity.adopted",
                    change="",
                    at=now,
                    actor=app.actor,
                    data={**about, "commitments": dump(tuple(part))},
                )
                for part in _parts(new)
            ]
        )
    return Adopted(new=len(new), same=len(asked) - len(new), beyond=_beyond(app) if new else ())


def _parts(rows: Sequence[Commitment]) -> list[list[Commitment]]:
    parts: list[list[Commitment]] = [[]]
    size = 0
    for one in rows:
        length = len(body_of(one))
        if parts[-1] and size + length > MOST_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(one)
        size += length
    return parts


def _beyond(app: App) -> tuple[Text, ...]:
    """Where more is promised now than the office's share: told, not refused, for it is what there is."""
    now = app.clock.now()
    commitments, states = promises(app, app.journal.read(), now)
    said = []
    for site in app.sites.sites.values():
        for line in availability(site, commitments, states, now, now + AHEAD):
            lacking = (
                (Text("unduh", "down"), -min(span.free_units.down for span in line.spans)),
                (Text("unggah", "up"), -min(span.free_units.up for span in line.spans)),
            )
            said += [
                Text(
                    f"{line.key}: dijanjikan {say_rate(more)} ({word.id}) lebih dari bagian kantor",
                    f"{line.key}: {say_rate(more, 'en')} ({word.en}) more is promised than the office's share",
                )
                for word, more in lacking
                if more > 0
            ]
    return tuple(said)


# ── devices ──────────────────────────────────────────────────────────────────────────────────────────────────────


def compared(app: App, site: str = "") -> Compared:
    """What stands on the devices of a site (of all) beside what is promised now. Raises `InputError` for an unknown site."""
    here = [one.key for one in ([app.sites.site(site)] if site else app.sites.sites.values())]
    names = [name for key in here for name in app.fleet.select(site=key) if _limits_units(app, app.fleet.target(name))]
    found, unseen = limits(app, names) if names else ({}, {})
    now = app.clock.now()
    commitments, _ = promises(app, app.journal.read(), now)
    held = {name: piece.commitment for name, piece in governing(commitments, now).items()}
    return compare(found, held, {name: error.message.to(app.lang) for name, error in unseen.items()})


def limits(app: App, devices: Sequence[str]) -> tuple[dict[str, tuple[Standing, ...]], dict[str, NetopsError]]:
    """What limits units, by device that was read; and by device that was not, why."""
    names = list(devices) or [name for name in app.fleet.targets if _limits_units(app, app.fleet.target(name))]
    known = _allocations(app)
    found: dict[str, tuple[Standing, ...]] = {}
    unseen: dict[str, NetopsError] = {}
    if not names:
        return found, unseen
    for name, outcome in app.fleet.run(names, lambda target: _read(app, target)).items():
        if isinstance(outcome, NetopsError):
            unseen[name] = outcome
        elif isinstance(outcome, Exception):
            raise outcome
        else:
            found[name] = standing(name, outcome, known)
    return found, unseen


def _limits_units(app: App, target: Target) -> bool:
    return target.platform != MANUAL and isinstance(app.platforms.get(target.platform), LimitPlatform)


def _read(app: App, target: Target) -> tuple[Limit, ...]:
    platform = app.platforms[target.platform]
    if not isinstance(platform, LimitPlatform):
        return ()
    with app.connect(target) as driver:
        return platform.limits(driver.observe(platform.limits_scope()))


def _allocations(app: App) -> tuple[Allocation, ...]:
    return tuple(one for site in app.sites.sites.values() for one in site.allocations.values())
