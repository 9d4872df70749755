"""Connections to one SQLite file: durable (`synchronous=FULL`), kept for the next transaction; refuses nothing by itself.

Plain SQL over the standard library: a library for many databases takes longer to start than a change of a hundred
devices takes to log. What only SQLite has is in this module and in `store.SCHEMA`.
"""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

Connection: TypeAlias = sqlite3.Connection
Row: TypeAlias = sqlite3.Row
PRAGMAS = ("PRAGMA synchronous=FULL",)
"""Run on each new connection."""


class Database:
    """Usable from many threads: each transaction has a connection to itself. Raises `sqlite3.Error`s."""

    def __init__(self, path: Path, busy_seconds: float) -> None:
        self._path, self._busy = path, busy_seconds
        self._free: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One view of the file; nothing may be written."""
        with self._transaction("BEGIN DEFERRED") as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """The only writer of all processes until the block ends: then committed, or undone where it raised."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextlib.contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._free.pop() if self._free else None
        connection = connection or self._connect()
        try:
            connection.execute(begin)
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            try:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
            finally:
                connection.close()
            raise
        with self._lock:
            self._free.append(connection)

    def _connect(self) -> sqlite3.Connection:
        # No transaction is begun behind our back (isolation level), and a connection may serve one thread after another.
        connection = sqlite3.connect(self._path, self._busy, isolation_level=None, check_same_thread=False)
        connection.row_factory = sqlite3.Row
        for pragma in PRAGMAS:
            connection.execute(pragma)
        return connection

    def wal(self) -> str:
        """Switch to WAL; the mode that the file is in then. SQLite does not wait by itself when two processes do this at once."""
        attempts = 100
        while True:
            attempts -= 1
            try:
                with contextlib.closing(self._connect()) as connection:
                    return str(connection.execute("PRAGMA journal_mode=WAL").fetchone()[0])
            except sqlite3.OperationalError as error:
                if not attempts or error.sqlite_errorname not in ("SQLITE_BUSY", "SQLITE_LOCKED"):
                    raise
            time.sleep(0.02)

    def close(self) -> None:
        """Connections that nobody uses; the next transaction opens a new one."""
        with self._lock:
            free, self._free = self._free, []
        for connection in free:
            connection.close()
