"""Hours are closed, days compacted, old days let go, each recorded before anything is taken away; repeated after any crash.

Refuses to compact an hour that is not what the journal says it is. The caller holds the poller's folder (`spool.locked`).
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from msgspec import Struct, field

from netops.core.errors import Failed, JournalBroken, JournalFull, NetopsError
from netops.core.files import sync_folder, write_whole
from netops.core.model import Event
from netops.core.ports import Journal
from netops.core.text import Text
from netops.monitoring import closing, ledger
from netops.monitoring.closing import Written
from netops.monitoring.ledger import Entry, Ledger
from netops.monitoring.segments import MOVING, TABLES, Segment
from netops.monitoring.spool import FOLDER, minutes

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATE = timedelta(minutes=2)
"""After an hour's end: until then a slow device's answer may still belong into it."""
AT_A_TIME = 2000
"""Spool files closed together, so that the entry that names them fits into the log."""
STEADY = 3
"""So many days with samples must be newer than one that is let go by age: one wrong day of the clock deletes nothing."""


class Policy(Struct, frozen=True, kw_only=True):
    """How long: days of samples (None: for ever), and hours that a day was made of."""

    keep: timedelta | None = None
    keep_hours: timedelta = 2 * DAY


class Kept(Struct, frozen=True, kw_only=True):
    """What a pass did; `troubles` are what it could not."""

    closed: tuple[Written, ...] = ()
    compacted: tuple[Written, ...] = ()
    expired: tuple[str, ...] = ()
    cut: int = 0
    troubles: tuple[NetopsError, ...] = ()


class Keeper(Struct):
    """One poller's segments. `step` is for tests: it is told what comes next, and may die there."""

    journal: Journal
    root: Path
    poller: str
    actor: str
    policy: Policy = field(default_factory=Policy)
    step: Callable[[str], None] = lambda name: None
    _ledger: Ledger = field(default_factory=Ledger)
    _tidied: bool = False

    @property
    def folder(self) -> Path:
        return self.root / f"poller={self.poller}"

    def keep(self, now: datetime, *, all_hours: bool = False) -> Kept:
        """Whatever is due at `now`. What fails is told and tried again next time; it stops nothing else.

        `all_hours` also closes the hour that is still open: for those who want to see it at once.
        """
        done: list[Kept] = []
        with _collected(done):
            self._ledger.read(self.journal.read(ledger.log_name(self.poller), self._ledger.seq))
        if done:
            return done[0]
        if not self._tidied:
            with _collected(done):
                self._tidy()
        open_days: set[date] = set()
        for hour, spools in minutes(self.folder / FOLDER).items():
            if all_hours or _over(hour, now):
                with _collected(done):
                    done += [
                        self._close(hour, spools[n : n + AT_A_TIME], now) for n in range(0, len(spools), AT_A_TIME)
                    ]
                    continue
            open_days.add(hour.date())
        for table in TABLES:
            for day in sorted({one.segment.day for one in self._ledger.live() if one.segment.hour is not None}):
                if day not in open_days and now >= _starts(day, now) + DAY + HOUR:
                    with _collected(done):
                        done.append(self._compact(table, day, now))
        with _collected(done):
            done.append(Kept(expired=self._expire(now)))
        self._tidied = not any(one.troubles for one in done)
        return Kept(
            closed=tuple(file for one in done for file in one.closed),
            compacted=tuple(file for one in done for file in one.compacted),
            expired=tuple(path for one in done for path in one.expired),
            cut=sum(one.cut for one in done),
            troubles=tuple(error for one in done for error in one.troubles),
        )

    # ── after a crash ────────────────────────────────────────────────────────────────────────────────────────────

    def _tidy(self) -> None:
        """What a dead process began is finished where the journal has it, and undone where it has not."""
        closing.clean(self.folder)
        for spools in minutes(self.folder / FOLDER).values():
            self._drop([path for path in spools if path.stem in self._ledger.spools])
        for note in sorted(self.folder.glob(f"*/day=*/{MOVING}")):
            names = note.read_text(encoding="utf-8").split()
            day = note.with_name(names[0]) if names else note
            if names and self._path(day) not in self._ledger.entries:
                day.unlink(missing_ok=True)
                note.unlink()
                sync_folder(note.parent)
        for entry in [one for one in self._ledger.entries.values() if one.gone_at is not None]:
            self._take_away(entry)
        for note in self.folder.glob(f"*/day=*/{MOVING}"):
            note.unlink()

    def _path(self, file: Path) -> str:
        return file.relative_to(self.root).as_posix()

    def _take_away(self, entry: Entry) -> None:
        place = self.root / entry.segment.path
        if not place.exists():
            return
        if entry.expired:
            place.unlink()
            with contextlib.suppress(OSError):
                place.parent.rmdir()
            return
        aside = ledger.put_aside(self.root, entry.segment)
        aside.parent.mkdir(parents=True, exist_ok=True)
        place.replace(aside)
        sync_folder(aside.parent)

    def _drop(self, spools: Sequence[Path]) -> None:
        for path in spools:
            path.unlink(missing_ok=True)

    # ── steps ────────────────────────────────────────────────────────────────────────────────────────────────────

    def _close(self, hour: datetime, spools: Sequence[Path], now: datetime) -> Kept:
        first = Segment(poller=self.poller, table="samples", day=hour.date(), hour=hour.hour)
        again = self._ledger.free(first, TABLES).again
        self.step("close")
        done = closing.close_hour(self.root, self.poller, hour, spools, again)
        self.step("closed")
        if done.files or done.cut:
            self._record(
                Event(
                    kind="segment.closed",
                    change=ledger.log_name(self.poller),
                    at=now,
                    actor=self.actor,
                    data={
                        "poller": self.poller,
                        "since": hour.isoformat(),
                        "until": (hour + HOUR).isoformat(),
                        "files": [_file(one) for one in done.files],
                        "readings": done.readings,
                        "missed": done.missed,
                        "cut": done.cut,
                        "spools": [path.stem for path in spools],
                    },
                )
            )
        self.step("recorded")
        self._drop(spools)
        return Kept(closed=done.files, cut=done.cut)

    def _compact(self, table: str, day: date, now: datetime) -> Kept:
        hours = [one for one in self._ledger.live() if (one.segment.table, one.segment.day) == (table, day)]
        hours = sorted((one for one in hours if one.segment.hour is not None), key=lambda one: one.segment.path)
        if not hours:
            return Kept()
        for one in hours:
            self._refuse_changed(one)
        whole = self._ledger.free(Segment(poller=self.poller, table=table, day=day, hour=None), (table,))
        note = (self.root / whole.path).with_name(MOVING)
        names = [whole.name, *(one.segment.name for one in hours)]
        with _disk(note):
            write_whole(note, "".join(f"{name}\n" for name in names).encode(), mode=0o644)
        self.step("noted")
        try:
            file = closing.compact(self.root, whole, [one.segment for one in hours])
        except NetopsError:
            note.unlink(missing_ok=True)
            raise
        self.step("compacted")
        self._record(
            Event(
                kind="segment.compacted",
                change=ledger.log_name(self.poller),
                at=now,
                actor=self.actor,
                data={
                    "poller": self.poller,
                    "table": table,
                    "file": _file(file),
                    "sources": {one.segment.path: one.sha256 for one in hours},
                },
            )
        )
        self.step("recorded")
        with _disk(note):
            for one in hours:
                self._take_away(self._ledger.entries[one.segment.path])
                self.step("moved")
            sync_folder(note.parent)
            note.unlink()
        return Kept(compacted=(file,))

    def _refuse_changed(self, entry: Entry) -> None:
        """Otherwise a day would carry a fresh digest over what somebody changed."""
        place = self.root / entry.segment.path
        try:
            same = closing.digest(place) == entry.sha256
        except OSError:
            same = False
        if not same:
            raise JournalBroken(
                Text(
                    f"segmen {entry.segment.path} bukan yang dicatat pada entri {entry.seq}; harinya tidak dipadatkan",
                    f"segment {entry.segment.path} is not what entry {entry.seq} recorded; its day is not compacted",
                ),
                Text(
                    "Simpan salinannya, lalu pulihkan dari cadangan; lihat `netops log verify`.",
                    "Keep a copy, then restore it from the backup; see `netops log verify`.",
                ),
                seq=entry.seq,
            )

    def _expire(self, now: datetime) -> tuple[str, ...]:
        aside = {ledger.put_aside(self.root, one.segment): one for one in self._ledger.entries.values()}
        for path in self.folder.glob(f"{ledger.SUPERSEDED}/*/*.parquet"):
            gone_at = aside[path].gone_at if path in aside else None
            if gone_at is not None and now >= gone_at + self.policy.keep_hours:
                path.unlink()
        live = list(self._ledger.live())
        days = sorted({one.segment.day for one in live})
        if self.policy.keep is None or len(days) <= STEADY:
            return ()
        oldest = min(now, _starts(days[-STEADY], now)) - self.policy.keep
        over = sorted((one for one in live if one.segment.until <= oldest), key=lambda one: one.segment.path)
        for start in range(0, len(over), 400):
            part = over[start : start + 400]
            self._record(
                Event(
                    kind="segment.expired",
                    change=ledger.log_name(self.poller),
                    at=now,
                    actor=self.actor,
                    data={
                        "poller": self.poller,
                        "files": [one.segment.path for one in part],
                        "keep_days": self.policy.keep // DAY,
                    },
                )
            )
            self.step("recorded")
            for one in part:
                self._take_away(self._ledger.entries[one.segment.path])
        return tuple(one.segment.path for one in over)

    def _record(self, event: Event) -> None:
        self._ledger.read(self.journal.append([event]))


def _file(one: Written) -> dict[str, object]:
    """The digest without `sha256:`: a segment lies in a folder of its own and not among the log's bodies."""
    return {"path": one.segment.path, "sha256": one.sha256, "rows": one.rows, "bytes": one.bytes}


def _over(hour: datetime, now: datetime) -> bool:
    """Also an hour of a future that a wrong clock made; one that has just begun by a small step of the clock is not."""
    return now >= hour + HOUR + LATE or now < hour - HOUR


def _starts(day: date, now: datetime) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)


@contextlib.contextmanager
def _disk(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise JournalFull(
            Text(f"segmen {place}: {error.strerror}", f"segments {place}: {error.strerror}"),
            Text("Periksa ruang dan hak tulis folder itu.", "Check that folder's space and write permission."),
        ) from error


@contextlib.contextmanager
def _collected(done: list[Kept]) -> Iterator[None]:
    """Whatever goes wrong in one step is told and leaves the others alone."""
    try:
        yield
    except NetopsError as error:
        done.append(Kept(troubles=(error,)))
    except OSError as error:
        what = f"{error.filename or ''}: {error.strerror}"
        done.append(Kept(troubles=(Failed(Text(f"segmen {what}", f"segments {what}")),)))
