"""The journal on SQLAlchemy Core (SQLite): events and leases in one transaction; refuses what a lost fence sends.

SQLite runs in WAL mode with `synchronous=FULL`, so that what `append` returned survives a power cut. Sequence numbers
are allocated inside `BEGIN IMMEDIATE`: several processes may share one file.
"""

import contextlib
import errno
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from netops.core.clock import Clock
from netops.core.errors import JournalError, NetopsError
from netops.core.model import Event, Fence, Lease, Recorded
from netops.core.text import Text
from netops.journal.entry import Entry, freeze, thaw
from netops.journal.trouble import locked, lost, trouble
from netops.journal.writer import Job, Writer

T = TypeVar("T")
FORMAT = "1"
_DATABASE_ERRORS = (SQLAlchemyError, sqlite3.Error)  # the latter where SQLAlchemy has not wrapped it yet: connecting
PAGE = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # only INTEGER is SQLite's own row id

_SCHEMA = sa.MetaData()
_ABOUT = sa.Table(
    "about",
    _SCHEMA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
_EVENTS = sa.Table(
    "events",
    _SCHEMA,
    sa.Column("seq", _BIG, primary_key=True, autoincrement=False),
    sa.Column("change", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.Text, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
    sa.Index("events_by_change", "change", "seq"),
)
_LEASES = sa.Table(
    "leases",
    _SCHEMA,
    sa.Column("resource", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),  # '' when released; the row stays so that numbers only grow
    sa.Column("number", _BIG, nullable=False),
    sa.Column("expires_at", _BIG, nullable=False),  # microseconds since 1970, UTC
)


_LEASES_OF = sa.select(_LEASES).where(_LEASES.c.resource.in_(sa.bindparam("wanted", expanding=True)))
_LAST = sa.select(sa.func.max(_EVENTS.c.seq))
_INSERT = sa.insert(_EVENTS)
_FIRST = sa.insert(_LEASES)
_TAKE_OVER = sa.update(_LEASES).where(_LEASES.c.resource == sa.bindparam("what"))
_GIVE_BACK = (
    sa.update(_LEASES)
    .where(_LEASES.c.resource == sa.bindparam("what"), _LEASES.c.number == sa.bindparam("which"))
    .values(holder="", expires_at=0)
)


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


class _Group:
    """One transaction for many jobs. Events are numbered at once and inserted together, right before the commit."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self._entries: list[Entry] = []
        self._next: int | None = None

    def attempt(self, work: Callable[["_Group"], object]) -> object:
        """The job's result, or its refusal. A job refuses before it writes: only its numbered events are undone."""
        mark, start = len(self._entries), self._next
        try:
            return work(self)
        except NetopsError as error:
            del self._entries[mark:]
            self._next = start
            return error

    def add(self, row: Callable[[int], Entry]) -> Entry:
        if self._next is None:
            last = self.connection.execute(_LAST).scalar()
            self._next = 0 if last is None else last + 1
        entry = row(self._next)
        self._entries.append(entry)
        self._next += 1
        return entry

    def write(self) -> None:
        if self._entries:
            self.connection.execute(_INSERT, [_columns(entry) for entry in self._entries])


class SqlJournal:
    """`Journal` of core.ports in one database; usable from many threads, not across a fork."""

    def __init__(self, engine: sa.Engine, place: str, clock: Clock) -> None:
        self._engine, self._place, self._clock = engine, place, clock
        self._writes = engine.execution_options(writes=True)
        self._guarded(self._prepare)
        self._writer: Writer[_Group] = Writer(self._commit, place)

    @classmethod
    def open(cls, url_or_path: str | Path, clock: Clock, *, busy_seconds: float = 10.0) -> "SqlJournal":
        """Open or create the journal at a path or `sqlite:///…` URL.

        `busy_seconds`: how long to wait for another process's transaction. Raises `JournalFull`, `JournalError`.
        """
        path = _sqlite_path(url_or_path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite gives -wal and -shm the same mode
        except OSError as error:
            code = "SQLITE_FULL" if error.errno == errno.ENOSPC else "SQLITE_CANTOPEN"
            raise trouble(str(path), code, error.strerror or str(error)) from error
        engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": busy_seconds})
        sa.event.listen(engine, "connect", _on_connect)
        sa.event.listen(engine, "begin", _on_begin)
        try:
            return cls(engine, str(path), clock)
        except BaseException:
            engine.dispose()
            raise

    def __enter__(self) -> "SqlJournal":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Wait for what is being written, then close the file; a second call does nothing."""
        self._writer.close()
        self._engine.dispose()

    # ── events ───────────────────────────────────────────────────────────────────────────────────────────────────

    def append(
        self, events: Sequence[Event], fences: Sequence[Fence] = (), *, alive: bool = False
    ) -> tuple[Recorded, ...]:
        """Write all `events` or none, durably, provided that no fence was taken over or released.

        A lease that has merely run out does not stop an append: what was done must be recordable as long as nobody
        else took over. `alive`, for what is sent right after, is stricter: no lease may have run out either. Raises `FenceLost`, `JournalFull`,
        `JournalError`.
        """
        frozen = [freeze(event) for event in events]
        if not frozen:
            return ()

        def work(group: _Group) -> tuple[Recorded, ...]:
            _hold(group.connection, fences, self._clock.now() if alive else None)
            return tuple(
                Recorded(seq=entry.seq, leaf=entry.leaf.hex(), event=event)
                for event, entry in ((event, group.add(row)) for event, row in frozen)
            )

        return self._writer.submit(work)

    def read(self, change: str | None = None, after: int = -1) -> Iterator[Recorded]:
        """Events in order behind `after`, of one change or all. Raises `JournalBroken` at a row that was edited."""
        return map(thaw, self.entries(change, after))

    def entries(self, change: str | None = None, after: int = -1) -> Iterator[Entry]:
        """Rows as stored, unchecked. Read page by page: a slow reader holds no transaction open."""
        query = sa.select(_EVENTS).order_by(_EVENTS.c.seq).limit(PAGE)
        if change is not None:
            query = query.where(_EVENTS.c.change == change)
        while True:
            page = self._page(query.where(_EVENTS.c.seq > after))
            for row in page:
                yield Entry(**row._asdict())
            if len(page) < PAGE:
                return
            after = page[-1].seq

    def _page(self, query: sa.Select[tuple[object, ...]]) -> Sequence[sa.Row[tuple[object, ...]]]:
        return self._reading(lambda connection: connection.execute(query).all())

    # ── leases ───────────────────────────────────────────────────────────────────────────────────────────────────

    def acquire(self, resource: str, holder: str, seconds: float) -> Lease:
        """Take a resource for `seconds`. Raises `Locked` while another holder's lease lives.

        The same holder may take it again and gets a higher number, so `holder` must be unique to one execution.
        """
        (lease,) = self.acquire_all((resource,), holder, seconds)
        return lease

    def acquire_all(self, resources: Sequence[str], holder: str, seconds: float) -> tuple[Lease, ...]:
        """Take all `resources` or none, each as `acquire` does."""

        def work(group: _Group) -> tuple[Lease, ...]:
            now = self._clock.now()
            until = now + timedelta(seconds=seconds)
            rows = _leases(group.connection, resources)
            for row in (rows[resource] for resource in resources if resource in rows):
                if row.holder not in ("", holder) and row.expires_at > _micros(now):
                    raise locked(row.resource, row.holder, _moment(row.expires_at))
            numbers = {name: rows[name].number + 1 if name in rows else 1 for name in resources}
            values = {"holder": holder, "expires_at": _micros(until)}
            new = [{"resource": name, "number": 1, **values} for name in numbers if name not in rows]
            old = [{"what": name, "number": numbers[name], **values} for name in numbers if name in rows]
            for statement, lines in ((_FIRST, new), (_TAKE_OVER, old)):
                if lines:
                    group.connection.execute(statement, lines)
            return tuple(
                Lease(resource=name, holder=holder, number=number, expires_at=until) for name, number in numbers.items()
            )

        return self._writer.submit(work)

    def renew(self, lease: Lease, seconds: float) -> Lease:
        """The same lease, `seconds` from now. Raises `FenceLost` where it was taken over or released."""

        def work(group: _Group) -> Lease:
            _hold(group.connection, (lease.fence,))
            until = self._clock.now() + timedelta(seconds=seconds)
            group.connection.execute(
                sa.update(_LEASES).where(_LEASES.c.resource == lease.resource).values(expires_at=_micros(until))
            )
            return Lease(resource=lease.resource, holder=lease.holder, number=lease.number, expires_at=until)

        return self._writer.submit(work)

    def release(self, lease: Lease) -> None:
        """Give a lease back; nothing happens where somebody else has taken over."""

        self.release_all((lease,))

    def release_all(self, leases: Sequence[Lease]) -> None:
        """Give them all back in one transaction, as `release` does."""

        def work(group: _Group) -> None:
            if leases:
                group.connection.execute(_GIVE_BACK, [{"what": one.resource, "which": one.number} for one in leases])

        self._writer.submit(work)

    # ── transactions ─────────────────────────────────────────────────────────────────────────────────────────────

    def _commit(self, jobs: Sequence[Job[_Group]]) -> None:
        """One transaction for all jobs; a job that is refused is undone alone, a failing disk is met one by one."""
        try:
            with self._writes.begin() as connection:
                group = _Group(connection)
                outcomes = [group.attempt(job.work) for job in jobs]
                group.write()
        except _DATABASE_ERRORS as error:
            if len(jobs) > 1:
                for job in jobs:
                    self._commit([job])
            else:
                jobs[0].future.set_exception(self._explain(error))
            return
        for job, outcome in zip(jobs, outcomes, strict=True):
            if isinstance(outcome, NetopsError):
                job.future.set_exception(outcome)
            else:
                job.future.set_result(outcome)

    def _reading(self, look: Callable[[sa.Connection], T]) -> T:
        self._writer.usable()
        return self._guarded(lambda: self._read_once(look))

    def _read_once(self, look: Callable[[sa.Connection], T]) -> T:
        with self._engine.connect() as connection:
            return look(connection)

    def _guarded(self, action: Callable[[], T]) -> T:
        try:
            return action()
        except _DATABASE_ERRORS as error:
            raise self._explain(error) from error

    def _explain(self, error: SQLAlchemyError | sqlite3.Error) -> JournalError:
        orig = error.orig if isinstance(error, DBAPIError) else error
        found = trouble(self._place, getattr(orig, "sqlite_errorname", ""), str(orig or error))
        found.__cause__ = error
        return found

    def _prepare(self) -> None:
        """WAL, and the tables where they are missing; refuses a journal of a later format."""
        mode = self._wal()
        if mode != "wal":
            raise JournalError(
                Text(
                    f"jurnal {self._place}: sistem berkas ini tidak mendukung WAL (mode {mode})",
                    f"journal {self._place}: this file system does not support WAL (mode {mode})",
                ),
                Text("Letakkan `var/` di media lokal.", "Put `var/` on a local disk."),
            )
        with self._writes.begin() as connection:
            _SCHEMA.create_all(connection)
            found = connection.execute(sa.select(_ABOUT.c.value).where(_ABOUT.c.name == "format")).scalar()
            if found is None:
                connection.execute(sa.insert(_ABOUT).values(name="format", value=FORMAT))
            elif found != FORMAT:
                raise JournalError(
                    Text(
                        f"jurnal {self._place} berformat {found}; versi ini hanya mengenal {FORMAT}",
                        f"journal {self._place} has format {found}; this version knows only {FORMAT}",
                    ),
                    Text("Gunakan versi netops yang lebih baru.", "Use a newer netops."),
                )

    def _wal(self) -> str:
        """Switch to WAL. SQLite does not wait by itself when two processes do this at once, so we do."""
        attempts = 100
        while True:
            attempts -= 1
            try:
                with contextlib.closing(self._engine.raw_connection()) as raw:
                    return str(raw.cursor().execute("PRAGMA journal_mode=WAL").fetchone()[0])
            except sqlite3.OperationalError as error:
                if not attempts or error.sqlite_errorname not in ("SQLITE_BUSY", "SQLITE_LOCKED"):
                    raise
            time.sleep(0.02)


def _leases(connection: sa.Connection, resources: Iterable[str]) -> dict[str, sa.Row[tuple[object, ...]]]:
    """The lease rows of these resources, in one query for each page of them (SQLite bounds a query's parameters)."""
    wanted = list(resources)
    pages = (wanted[at : at + PAGE] for at in range(0, len(wanted), PAGE))
    return {row.resource: row for page in pages for row in connection.execute(_LEASES_OF, {"wanted": page})}


def _hold(connection: sa.Connection, fences: Sequence[Fence], now: datetime | None = None) -> None:
    """Raises `FenceLost` for a lease that somebody took over, or that had run out at `now`."""
    rows = _leases(connection, (fence.resource for fence in fences))
    for fence in fences:
        row = rows.get(fence.resource)
        if row is None or row.number != fence.number:
            raise lost(fence, "sudah diambil alih", "somebody took over")
        if not row.holder:
            raise lost(fence, "sudah dilepas", "it was released")
        if now is not None and row.expires_at <= _micros(now):
            raise lost(fence, "masa berlakunya habis", "it has run out")


def _columns(entry: Entry) -> dict[str, object]:
    return {name: getattr(entry, name) for name in Entry.__slots__}


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


def _on_connect(raw: object, _record: object) -> None:
    # pysqlite's own transaction handling is switched off: it would begin late and not before SAVEPOINT.
    raw.isolation_level = None  # type: ignore[attr-defined]  # a DB-API connection
    raw.execute("PRAGMA synchronous=FULL")  # type: ignore[attr-defined]  # as above


def _on_begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql(
        "BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN DEFERRED"
    )
