"""Read the devices round after round into the poller's folder, and keep its segments. Refuses a folder that another one holds.

What a device says is on the disk when its round is told; what it does not say is recorded with the reason. Rounds stand on
the clock (`every` seconds since midnight UTC), so that five-minute averages have readings at both ends.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event as Flag

from msgspec import Struct, field

from netops.app import App
from netops.core.errors import JournalBroken, JournalFull, NetopsError, NoTarget
from netops.core.measured import Missed, Sample
from netops.core.model import Target
from netops.core.text import Text
from netops.monitoring import ledger
from netops.monitoring.keeping import Keeper, Kept, Policy
from netops.monitoring.ledger import Checked, Ledger
from netops.monitoring.spool import FOLDER, Spool, locked

FRESH = 300.0
"""Seconds after which the inventory is looked at again: a device that was added is measured without a restart."""
AGAIN = timedelta(minutes=5)
"""Until the segments are looked at again where something of them failed."""
LONGEST = 300
"""Characters of a reason that are kept."""


class Round(Struct, frozen=True, kw_only=True):
    """One look at all devices. `series`: how many counters were read; `lost`: the disk took nothing, in memory only.

    `errors`: each that missed, as it was said; `skipped`: rounds left out because the one before took too long.
    """

    at: datetime
    seconds: float
    answered: int
    series: int
    missed: tuple[Missed, ...]
    errors: Mapping[str, Exception] = field(default_factory=dict)
    skipped: int = 0
    lost: NetopsError | None = None


class Listener(Struct, frozen=True):
    """Who is told of rounds, of what was kept, and of what went wrong beside them."""

    round: Callable[[Round], None]
    kept: Callable[[Kept], None]
    trouble: Callable[[NetopsError], None]


def targets(app: App, limit: str | None = None) -> tuple[Target, ...]:
    """What is asked: all of the inventory, or what `limit` names; not those of which it says `snmp: {version: none}`.

    Raises `NoTarget`, `InputError`.
    """
    names = app.fleet.limit(limit) if limit else tuple(app.fleet.targets)
    found = tuple(one for one in map(app.fleet.target, names) if one.options.get("snmp_version") != "none")
    if not found:
        raise NoTarget(
            Text("tidak ada perangkat yang dapat ditanya lewat SNMP", "there is no device to be asked by SNMP"),
            Text("lihat `options: {snmp: …}` di inventory/", "see `options: {snmp: …}` in inventory/"),
        )
    return found


def collect(
    app: App,
    told: Listener,
    *,
    every: float | None = None,
    until: datetime | None = None,
    limit: str | None = None,
    stop: Flag | None = None,
    close: bool = False,
) -> None:
    """One round (`every` None), or one at each multiple of `every` seconds until `until` or `stop`.

    `close`: the hour that is still open is closed at the end too. Raises `Locked`, `NoTarget`, `InputError`, and `JournalFull`
    where the folder cannot be written at all; a disk that fills up meanwhile is told with each round.
    """
    asked = _Asked(app, limit, told)
    stop = stop or Flag()
    root, poller = app.settings.segments, app.settings.poller
    folder = root / f"poller={poller}"
    with ExitStack() as stack:
        stack.enter_context(locked(folder))
        spool = stack.enter_context(Spool(folder / FOLDER))
        reader = stack.enter_context(app.open_poller())
        keeping = stack.enter_context(_Keeping(app, _keeper(app, root, poller), told))
        if every is None:
            told.round(_round(app, reader.sample, asked(), spool, 0))
        else:
            keeping.begin(app.clock.now())
            skipped = -1
            while _wait(app, every, until, stop):
                before = app.clock.monotonic()
                told.round(_round(app, reader.sample, asked(), spool, max(skipped, 0)))
                keeping.begin(app.clock.now())
                skipped = int((app.clock.monotonic() - before) // every)
        keeping.finish(app.clock.now(), close=close)


def _wait(app: App, every: float, until: datetime | None, stop: Flag) -> bool:
    """Until the next round's moment; never longer than `every`, wherever the clock was set. False: there is none."""
    now = app.clock.now()
    left = every - now.timestamp() % every
    if until is not None and now + timedelta(seconds=left) > until:
        return False
    return not stop.wait(left)


def _round(
    app: App,
    sample: Callable[[Sequence[Target], datetime], Mapping[str, Sample | Exception]],
    asked: Sequence[Target],
    spool: Spool,
    skipped: int,
) -> Round:
    at, began = app.clock.now(), app.clock.monotonic()
    results = sample(asked, at)
    readings = {name: _missed(name, at, one) if isinstance(one, Exception) else one for name, one in results.items()}
    lost: NetopsError | None = None
    refused: tuple[Missed, ...] = ()
    try:
        refused = spool.append(readings.values())
    except JournalFull as error:
        lost = error
    readings.update({one.device: one for one in refused})
    samples = [one for one in readings.values() if isinstance(one, Sample)]
    return Round(
        at=at,
        seconds=app.clock.monotonic() - began,
        answered=len(samples),
        series=sum(len(one.interfaces) + len(one.queues) for one in samples),
        missed=tuple(one for one in readings.values() if isinstance(one, Missed)),
        errors={name: one for name, one in results.items() if isinstance(one, Exception)},
        skipped=skipped,
        lost=lost,
    )


def _missed(device: str, at: datetime, error: Exception) -> Missed:
    said = " ".join(str(error).split())[:LONGEST]
    return Missed(device=device, at=at, reason=type(error).__name__, message=said)


class _Asked(Struct):
    """The targets, looked up again from time to time; an inventory that cannot be read meanwhile is told, and the last stays."""

    app: App
    limit: str | None
    told: Listener
    _found: tuple[Target, ...] = ()
    _at: float = 0.0

    def __call__(self) -> tuple[Target, ...]:
        now = self.app.clock.monotonic()
        if not self._found:
            self._found, self._at = targets(self.app, self.limit), now
        elif now - self._at >= FRESH:
            self._at = now
            try:
                with App(self.app.root, clock=self.app.clock) as again:
                    self._found = targets(again, self.limit)
            except NetopsError as error:
                self.told.trouble(error)
        return self._found

    def __post_init__(self) -> None:
        self()


# ── segments ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _keeper(app: App, root: Path, poller: str) -> Keeper:
    settings = app.settings
    policy = Policy(
        keep=timedelta(seconds=settings.keep_seconds) if settings.keep_seconds else None,
        keep_hours=timedelta(seconds=settings.keep_hours_seconds),
    )
    return Keeper(app.journal, root, poller, app.actor, policy)


class _Keeping:
    """Closing and compacting beside the rounds, in a thread of its own: DuckDB works outside of Python's lock."""

    def __init__(self, app: App, keeper: Keeper, told: Listener) -> None:
        self._keeper, self._told = keeper, told
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="segments")
        self._work: Future[Kept] | None = None
        self._next: datetime | None = None

    def __enter__(self) -> "_Keeping":
        return self

    def __exit__(self, *exc: object) -> None:
        self._pool.shutdown()

    def begin(self, now: datetime) -> None:
        """Look at the segments where an hour has passed since the last time, or where that failed a while ago."""
        self._collect(now)
        turned = self._next is not None and now < self._next - timedelta(hours=2)  # the clock was put back
        if self._work is None and (self._next is None or now >= self._next or turned):
            self._work = self._pool.submit(self._keeper.keep, now)

    def finish(self, now: datetime, *, close: bool) -> None:
        if self._work is not None:
            self._work.exception()
            self._collect(now)
        if close or self._next is None:
            self._work = self._pool.submit(self._keeper.keep, now, all_hours=close)
            self._work.exception()
            self._collect(now)

    def _collect(self, now: datetime) -> None:
        if self._work is None or not self._work.done():
            return
        done, self._work = self._work.result(), None
        hour = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1, minutes=3)
        self._next = now + AGAIN if done.troubles else hour
        if done.closed or done.compacted or done.expired or done.cut:
            self._told.kept(done)
        for error in done.troubles:
            self._told.trouble(error)


# ── verification ─────────────────────────────────────────────────────────────────────────────────────────────────


def verify_segments(app: App) -> Checked:
    """This workspace's segments against its journal, file by file. Raises `JournalBroken` that names each that is not so."""
    known = Ledger()
    known.read(one for one in app.journal.read() if one.event.change.startswith(ledger.log_name("")))
    found = ledger.check(known, app.settings.segments)
    if found.troubles:
        said = ledger.lines(found.troubles)
        raise JournalBroken(
            Text("\n".join(one.id for one in said), "\n".join(one.en for one in said)),
            Text(
                "Simpan salinannya, lalu pulihkan dari cadangan; yang tidak ada di jurnal dipindahkan dari folder itu.",
                "Keep a copy, then restore it from the backup; move what is not in the journal out of that folder.",
            ),
            seq=max(0, min((one.seq for one in found.troubles), default=0)),
        )
    return found
