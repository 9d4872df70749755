"""DuckDB, in memory and bounded: the only module that imports it. Refuses to look outside of this machine."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from netops.core.errors import Failed
from netops.core.files import sync_folder
from netops.core.text import Text

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Connection

MEMORY_MB = 1024
"""Beyond it DuckDB writes to a temporary folder (`scratch`) instead of growing."""

NO_DUCKDB = Failed(
    Text("DuckDB tidak terpasang", "DuckDB is not installed"),
    Text("Pasang: pip install 'netops[monitoring]'", "Install it: pip install 'netops[monitoring]'"),
)


@contextmanager
def connect(scratch: Path | None = None, *, memory_mb: int = MEMORY_MB, threads: int = 2) -> Iterator["Connection"]:
    """A database of its own in memory; times are shown in UTC. What does not fit in `memory_mb` goes to `scratch`.

    No extension is fetched and none is needed: Parquet, JSON and ICU are built in. Raises `Failed` without DuckDB.
    """
    try:
        import duckdb
    except ImportError as error:
        raise NO_DUCKDB from error
    with tempfile.TemporaryDirectory(prefix=".duckdb-", dir=scratch) as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": f"{memory_mb}MB",
            "threads": threads,
            "temp_directory": folder,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        with duckdb.connect(":memory:", config=settings) as connection:
            connection.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
            yield connection


@contextmanager
def mapped(where: str) -> Iterator[None]:
    """DuckDB's errors as ours: `where` is the file or step that the person is told."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        what = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Failed(
            Text(f"{where}: tidak dapat dibaca atau ditulis: {what}", f"{where}: cannot be read or written: {what}"),
            Text(
                "Periksa berkas itu dengan `netops log verify`, dan ruang di cakram.",
                "Check that file with `netops log verify`, and the space on the disk.",
            ),
        ) from error


def literal(value: str) -> str:
    """A text in SQL: where DuckDB takes no parameter (COPY, list of files)."""
    return "'" + value.replace("'", "''") + "'"


def parquet(files: Sequence[Path]) -> str:
    """A table in SQL: the rows of these files, with `poller` and `day` from their folders. `files` must not be empty.

    Columns go by name: a segment of an earlier format has NULL where it lacks a column.
    """
    names = ", ".join(literal(str(file)) for file in files)
    return f"read_parquet([{names}], hive_partitioning = true, union_by_name = true)"


def copy(connection: "Connection", query: str, path: Path, *, options: str) -> int:
    """Write a query's rows to a Parquet file, on the disk when this returns (its name: after `sync_folder`); rows written."""
    with mapped(path.name):
        row = connection.execute(f"COPY ({query}) TO {literal(str(path))} ({options})").fetchone()
    with path.open("rb") as file:
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return int(row[0]) if row else 0
