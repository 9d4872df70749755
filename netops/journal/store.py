"""The journal in SQLite: events and leases in one transaction; refuses what a lost fence sends.

SQLite runs in WAL mode with `synchronous=FULL`, so that what `append` returned survives a power cut. Sequence numbers
are allocated inside `BEGIN IMMEDIATE`: several processes may share one file.
"""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import TypeVar

from netops.core.clock import Clock
from netops.core.errors import JournalError, NetopsError
from netops.core.model import Event, Fence, Lease, Recorded
from netops.core.text import Text
from netops.journal.database import Database
from netops.journal.entry import Entry, freeze, thaw
from netops.journal.group import Group, leases, micros, moment
from netops.journal.trouble import locked, trouble
from netops.journal.writer import Job, Writer

T = TypeVar("T")
FORMAT = "1"
PAGE = 500

SCHEMA = (
    "CREATE TABLE IF NOT EXISTS about (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE IF NOT EXISTS events (
        seq INTEGER NOT NULL PRIMARY KEY, change TEXT NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL,
        actor TEXT NOT NULL, device TEXT NOT NULL, body BLOB NOT NULL, leaf BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS events_by_change ON events (change, seq)",
    # A holder of '' has released; the row stays so that numbers only grow. Microseconds since 1970, UTC.
    """CREATE TABLE IF NOT EXISTS leases (
        resource TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, number INTEGER NOT NULL,
        expires_at INTEGER NOT NULL)""",
)
_FIRST = "INSERT INTO leases (holder, expires_at, number, resource) VALUES (?, ?, ?, ?)"
_TAKE_OVER = "UPDATE leases SET holder = ?, expires_at = ?, number = ? WHERE resource = ?"
_RENEW = "UPDATE leases SET expires_at = ? WHERE resource = ?"
_GIVE_BACK = "UPDATE leases SET holder = '', expires_at = 0 WHERE resource = ? AND number = ?"


class SqlJournal:
    """`Journal` of core.ports in one database; usable from many threads, not across a fork."""

    def __init__(self, database: Database, place: str, clock: Clock) -> None:
        self._database, self._place, self._clock = database, place, clock
        self._guarded(self._prepare)
        self._writer: Writer[Group] = Writer(self._commit, place)

    @classmethod
    def open(cls, url_or_path: str | Path, clock: Clock, *, busy_seconds: float = 10.0) -> "SqlJournal":
        """Open or create the journal at a path or `sqlite:///…` URL.

        `busy_seconds`: how long to wait for another process's transaction. Raises `JournalFull`, `JournalError`.
        """
        path = _sqlite_path(url_or_path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # SQLite gives -wal and -shm the same mode. Only a new file is opened here: closing any descriptor of it drops
            # the POSIX locks of the whole process, and another process would take the log from under its connections.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            pass
        except OSError as error:
            code = "SQLITE_FULL" if error.errno == errno.ENOSPC else "SQLITE_CANTOPEN"
            raise trouble(str(path), code, error.strerror or str(error)) from error
        database = Database(path, busy_seconds)
        try:
            return cls(database, str(path), clock)
        except BaseException:
            database.close()
            raise

    def __enter__(self) -> "SqlJournal":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Wait for what is being written, then close the file; a second call does nothing."""
        self._writer.close()
        self._database.close()

    # ── events ───────────────────────────────────────────────────────────────────────────────────────────────────

    def append(
        self, events: Sequence[Event], fences: Sequence[Fence] = (), *, alive: bool = False
    ) -> tuple[Recorded, ...]:
        """Write all `events` or none, durably, provided that no fence was taken over or released.

        A lease that has merely run out does not stop an append: what was done must be recordable as long as nobody
        else took over. `alive`, for what is sent right after, is stricter: no lease may have run out either; then it is
        a check of its own even without events. Raises `FenceLost`, `JournalFull`, `JournalError`.
        """
        frozen = [freeze(event) for event in events]
        if not frozen and not alive:
            return ()

        def work(group: Group) -> list[Entry]:
            group.hold(fences, alive=alive)
            return [group.add(row) for _, row in frozen]

        entries = self._writer.submit(work, fences)
        return tuple(
            Recorded(seq=entry.seq, leaf=entry.leaf.hex(), event=event)
            for (event, _), entry in zip(frozen, entries, strict=True)
        )

    def read(self, change: str | None = None, after: int = -1) -> Iterator[Recorded]:
        """Events in order behind `after`, of one change or all. Raises `JournalBroken` at a row that was edited."""
        return map(thaw, self.entries(change, after))

    def entries(self, change: str | None = None, after: int = -1) -> Iterator[Entry]:
        """Rows as stored, unchecked. Read page by page: a slow reader holds no transaction open."""
        only = "" if change is None else "change = ? AND "
        query = f"SELECT * FROM events WHERE {only}seq > ? ORDER BY seq LIMIT {PAGE}"
        while True:
            page = self._page(query, (after,) if change is None else (change, after))
            for row in page:
                yield Entry(**dict(row))
            if len(page) < PAGE:
                return
            after = page[-1]["seq"]

    def _page(self, query: str, values: tuple[object, ...]) -> list[sqlite3.Row]:
        self._writer.usable()

        def look() -> list[sqlite3.Row]:
            with self._database.reading() as connection:
                return connection.execute(query, values).fetchall()

        return self._guarded(look)

    # ── leases ───────────────────────────────────────────────────────────────────────────────────────────────────

    def acquire(self, resource: str, holder: str, seconds: float) -> Lease:
        """Take a resource for `seconds`. Raises `Locked` while another holder's lease lives.

        The same holder may take it again and gets a higher number, so `holder` must be unique to one execution.
        """
        (lease,) = self.acquire_all((resource,), holder, seconds)
        return lease

    def acquire_all(self, resources: Sequence[str], holder: str, seconds: float) -> tuple[Lease, ...]:
        """Take all `resources` or none, each as `acquire` does."""

        def work(group: Group) -> tuple[Lease, ...]:
            group.leases_change()
            now = group.now
            until = now + timedelta(seconds=seconds)
            rows = leases(group.connection, resources)
            for row in (rows[resource] for resource in resources if resource in rows):
                if row["holder"] not in ("", holder) and row["expires_at"] > micros(now):
                    raise locked(row["resource"], row["holder"], moment(row["expires_at"]))
            numbers = {name: rows[name]["number"] + 1 if name in rows else 1 for name in resources}
            lines = [(holder, micros(until), number, name) for name, number in numbers.items()]
            group.connection.executemany(_FIRST, [line for line in lines if line[-1] not in rows])
            group.connection.executemany(_TAKE_OVER, [line for line in lines if line[-1] in rows])
            return tuple(
                Lease(resource=name, holder=holder, number=number, expires_at=until) for name, number in numbers.items()
            )

        return self._writer.submit(work)

    def renew(self, lease: Lease, seconds: float) -> Lease:
        """The same lease, `seconds` from now. Raises `FenceLost` where it was taken over or released."""

        def work(group: Group) -> Lease:
            group.leases_change()
            group.hold((lease.fence,), alive=False)
            until = group.now + timedelta(seconds=seconds)
            group.connection.execute(_RENEW, (micros(until), lease.resource))
            return Lease(resource=lease.resource, holder=lease.holder, number=lease.number, expires_at=until)

        return self._writer.submit(work)

    def release(self, lease: Lease) -> None:
        """Give a lease back; nothing happens where somebody else has taken over."""

        self.release_all((lease,))

    def release_all(self, leases: Sequence[Lease]) -> None:
        """Give them all back in one transaction, as `release` does."""

        def work(group: Group) -> None:
            group.leases_change()
            group.connection.executemany(_GIVE_BACK, [(one.resource, one.number) for one in leases])

        self._writer.submit(work)

    # ── transactions ─────────────────────────────────────────────────────────────────────────────────────────────

    def _commit(self, jobs: Sequence[Job[Group]]) -> None:
        """One transaction for all jobs; a job that is refused is undone alone, a failing disk is met one by one."""
        try:
            with self._database.writing() as connection:
                fences = chain.from_iterable(job.fences for job in jobs)
                group = Group(connection, fences, self._clock.now())
                outcomes = [group.attempt(job.work) for job in jobs]
                group.write()
        except sqlite3.Error as error:
            if len(jobs) > 1:
                for job in jobs:
                    self._commit([job])
            else:
                jobs[0].fail(self._explain(error))
            return
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, NetopsError):
                job.fail(outcome)
            else:
                job.succeed(outcome)

    def _guarded(self, action: Callable[[], T]) -> T:
        try:
            return action()
        except sqlite3.Error as error:
            raise self._explain(error) from error

    def _explain(self, error: sqlite3.Error) -> JournalError:
        found = trouble(self._place, getattr(error, "sqlite_errorname", ""), str(error))
        found.__cause__ = error
        return found

    def _prepare(self) -> None:
        """WAL, and the tables where they are missing; refuses a journal of a later format."""
        mode = self._database.wal()
        if mode != "wal":
            raise JournalError(
                Text(
                    f"jurnal {self._place}: sistem berkas ini tidak mendukung WAL (mode {mode})",
                    f"journal {self._place}: this file system does not support WAL (mode {mode})",
                ),
                Text("Letakkan `var/` di media lokal.", "Put `var/` on a local disk."),
            )
        with self._database.writing() as connection:
            for statement in SCHEMA:
                connection.execute(statement)
            row = connection.execute("SELECT value FROM about WHERE name = 'format'").fetchone()
            found = FORMAT if row is None else row["value"]
            if row is None:
                connection.execute("INSERT INTO about (name, value) VALUES ('format', ?)", (FORMAT,))
            elif found != FORMAT:
                raise JournalError(
                    Text(
                        f"jurnal {self._place} berformat {found}; versi ini hanya mengenal {FORMAT}",
                        f"journal {self._place} has format {found}; this version knows only {FORMAT}",
                    ),
                    Text("Gunakan versi netops yang lebih baru.", "Use a newer netops."),
                )


def _sqlite_path(url_or_path: str | Path) -> Path:
    text = str(url_or_path)
    if "://" not in text:
        return Path(text)
    scheme, _, rest = text.partition(":///")
    if scheme != "sqlite" or not rest:
        raise JournalError(
            Text(f"alamat jurnal {scheme}://… tidak dikenal", f"journal address {scheme}://… is not known"),
            Text("Gunakan sebuah nama berkas atau sqlite:///berkas.", "Use a file name or sqlite:///file."),
        )
    return Path(rest)
