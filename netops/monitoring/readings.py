"""Readings of series out of a period's segments, as columns; refuses a segment that cannot be read, by its name, or leaves it out."""

import difflib
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from netops.core.errors import Failed, InputError
from netops.core.measured import Asked, Unanswered
from netops.core.text import Text
from netops.monitoring import duck, segments
from netops.monitoring.statistics import Period, Readings, Rules, moment_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Connection

T = TypeVar("T")
LeftOut = Callable[[Path, Failed], None]
"""Told once of each segment that cannot be read and is left out: what it held is a gap then."""

ROWS = 1_500_000
"""Readings held at once by each worker: some 150 MB."""
MOST = 30_000
"""Series read together, however few readings they have: their numbers are 16 bits wide, which sort fastest."""
ATTEMPTS = 3
"""A listed hour may be gone because its day was just compacted: list again."""

COLUMNS = {
    "at": "epoch_us(time) // 10000",
    "uptime": "(uptime & 4294967295)::BIGINT",
    "in_octets": "coalesce(in_octets, 0)",  # queue trees and classes have none
    "out_octets": "out_octets",
    "bits": "bits",
    "speed": "least(coalesce(speed, 0), 1000000000000000)::BIGINT",  # least() passes over NULL: untold is 0, not the most
    "up": "coalesce(up, true)",
    "discontinuity": "coalesce((discontinuity & 4294967295)::BIGINT, -1)",
}
"""Those of `Readings`, from the schema in `segments.TABLES`."""


class Record(Struct, frozen=True, kw_only=True):
    """Where readings rest: folders that hold `poller=…`; `pollers` None: of all of them. `scratch`: room for DuckDB."""

    roots: tuple[Path, ...]
    pollers: tuple[str, ...] | None = None
    scratch: Path | None = None


class Reader:
    """One database over the segments of a period and what lies a gap's length around it; for several threads."""

    def __init__(self, record: Record, period: Period, rules: Rules, left_out: LeftOut | None, threads: int) -> None:
        self._record, self._period, self._left_out, self._threads = record, period, left_out, threads
        margin = timedelta(seconds=rules.gap)
        self._since, self._until = period.since - margin, period.until + margin
        self._bad: set[Path] = set()
        self._lock = threading.Lock()

    def __enter__(self) -> "Reader":
        with ExitStack() as stack:
            self._connection = stack.enter_context(duck.connect(self._record.scratch, threads=self._threads))
            self._connection.execute("SET parquet_metadata_cache = true")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *raised: object) -> None:
        self._stack.close()

    def series_at_once(self, asked: Sequence[Asked]) -> int:
        """How many of these to read together, by the readings of the first one's device; as for a reading a minute if none."""
        found = self._rows(
            "samples",
            """SELECT max(held) FROM (SELECT count(*) AS held FROM {rows}
            WHERE device = ? AND time >= ? AND time < ? GROUP BY kind, name)""",
            [asked[0].watch.series.device, self._since, self._until],
        )
        held = (found[0][0] if found else None) or self._period.minutes
        return min(max(1, ROWS // held), MOST)

    def read(self, asked: Sequence[Asked]) -> tuple[Readings, ...]:
        """The readings of each, in order of time. Raises `Failed` for a segment that cannot be read."""
        wanted = [
            (number, series)
            for number, one in enumerate(asked)
            for series in dict.fromkeys((one.watch.series, *one.formerly))
        ]
        devices = sorted({series.device for _, series in wanted})

        def query(connection: "Connection", rows: str) -> dict[str, NDArray[Any]]:
            connection.execute(
                """CREATE OR REPLACE TEMP TABLE wanted AS SELECT unnest(?::SMALLINT[]) AS number,
                unnest(?::VARCHAR[]) AS device, unnest(?::VARCHAR[]) AS kind, unnest(?::VARCHAR[]) AS name""",
                [
                    [number for number, _ in wanted],
                    [series.device for _, series in wanted],
                    [series.kind.value for _, series in wanted],
                    [series.name for _, series in wanted],
                ],
            )
            columns = ", ".join(f"{value} AS {name}" for name, value in COLUMNS.items())
            return connection.execute(
                f"""SELECT number, {columns} FROM {rows} JOIN wanted USING (device, kind, name)
                WHERE device BETWEEN ? AND ? AND time >= ? AND time < ?
                AND uptime IS NOT NULL AND out_octets IS NOT NULL""",
                [devices[0], devices[-1], self._since, self._until],
            ).fetchnumpy()

        columns = self._over("samples", query)
        if columns is None:
            return tuple(nothing() for _ in asked)
        number = columns.pop("number")
        order = np.argsort(number, kind="stable")
        together = Readings(**columns).take(order)
        edges = np.searchsorted(number[order], np.arange(len(asked) + 1)).tolist()
        return tuple(together.take(slice(start, end)).in_order() for start, end in pairwise(edges))

    def unanswered(self, asked: Asked) -> tuple[Unanswered, ...]:
        """The missed readings of its device, also under former names; those in a row with the same reason are one."""
        devices = sorted({one.device for one in (asked.watch.series, *asked.formerly)})
        found = self._rows(
            "polls",
            """SELECT epoch_us(min(time)), epoch_us(max(time)), reason, count(*) FROM (
                SELECT time, reason, row_number() OVER (ORDER BY time, reason)
                    - row_number() OVER (PARTITION BY reason ORDER BY time) AS run
                FROM {rows} WHERE device IN (SELECT unnest(?)) AND time >= ? AND time < ?
            ) WHERE reason IS NOT NULL GROUP BY reason, run ORDER BY 1, 2, 3""",
            [devices, self._period.since, self._period.until],
        )
        return tuple(
            Unanswered(since=moment_of(first // 10_000), until=moment_of(last // 10_000), reason=reason, count=count)
            for first, last, reason, count in found
        )

    def must_be_known(self, asked: Asked) -> None:
        """Raises `InputError` for a series that is in no segment of any time, with what there is."""
        for one in (asked.watch.series, *asked.formerly):
            condition = "device = ? AND kind = ? AND name = ? LIMIT 1"
            if self._rows(
                "samples", f"SELECT 1 FROM {{rows}} WHERE {condition}", [one.device, one.kind.value, one.name], True
            ):
                return
        series = asked.watch.series
        names = self._names(
            "SELECT DISTINCT name FROM {rows} WHERE device = ? AND kind = ?", [series.device, series.kind.value]
        )
        if names:
            what = ", ".join(difflib.get_close_matches(series.name, names, 5, 0.0))
            hint = Text(
                f"Yang terekam di {series.device}, antara lain: {what}",
                f"Recorded on {series.device}, among others: {what}",
            )
        else:
            devices = self._names("SELECT DISTINCT device FROM {rows}", [])
            what = ", ".join(difflib.get_close_matches(series.device, devices, 5, 0.0)) or "-"
            hint = Text(f"Perangkat yang terekam, antara lain: {what}", f"Devices on record, among others: {what}")
        raise InputError(
            Text(
                f"{series.device} · {series.name} ({series.kind}) tidak pernah terekam",
                f"{series.device} · {series.name} ({series.kind}) was never recorded",
            ),
            hint,
        )

    def _names(self, query: str, values: list[object]) -> list[str]:
        return sorted(name for (name,) in self._rows("samples", query, values, True))

    def _rows(self, table: str, query: str, values: list[object], ever: bool = False) -> list[Any]:
        found = self._over(
            table, lambda connection, rows: connection.execute(query.format(rows=rows), values).fetchall(), ever
        )
        return found or []

    def _over(self, table: str, work: "Callable[[Connection, str], T]", ever: bool = False) -> T | None:
        """`work` with the table of the period's segments (`ever`: of all there are); None where there are none."""
        attempt = 0
        while True:
            since, until = (None, None) if ever else (self._since, self._until)
            listed = segments.live(self._record.roots, table, since, until, self._record.pollers)
            files = [file for file in listed if file not in self._bad]
            if not files:
                return None
            try:
                with duck.mapped("segments"), self._connection.cursor() as connection:
                    return work(connection, duck.parquet(files))
            except Failed:
                attempt += 1
                if not self._left_bad_out(files, work) and attempt == ATTEMPTS:
                    raise

    def _left_bad_out(self, files: Sequence[Path], work: "Callable[[Connection, str], object]") -> bool:
        """Find the files that `work` fails with: raises for the first, or leaves them out if the caller wants that."""
        found = False
        with self._lock:
            for file in files:
                if file in self._bad:
                    found = True
                elif file.exists():
                    try:
                        with duck.mapped(file.name), self._connection.cursor() as connection:
                            work(connection, duck.parquet([file]))
                    except Failed as error:
                        if self._left_out is None:
                            raise
                        self._left_out(file, error)
                        self._bad.add(file)
                        found = True
        return found


def nothing() -> Readings:
    none = np.zeros(0, dtype=np.int64)
    wide = none.astype(np.uint64)
    return Readings(
        at=none,
        uptime=none,
        in_octets=wide,
        out_octets=wide,
        bits=none.astype(np.uint8),
        speed=none,
        up=none.astype(np.bool_),
        discontinuity=none,
    )
