"""Hours of spool to Parquet, hours to days; each file is whole or not there. Refuses to replace hours by a day that is not the same.

Nothing is taken away here: the caller records a file's digest first (`actions/segments`).
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from netops.core.errors import Failed, JournalFull, NetopsError
from netops.core.files import sync_folder
from netops.core.text import Text
from netops.monitoring import duck
from netops.monitoring.segments import FORMAT, OPTIONS, ORDER, TABLES, Segment
from netops.monitoring.spool_codec import Cut, Gap, Reading, Shape, decode

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection as Connection
    from numpy.typing import NDArray

NEW = ".new-"
"""How a file is named until it is whole; what a dead process left under such a name is thrown away."""


class Written(Struct, frozen=True, kw_only=True):
    """A file that is on the disk under its name. `sha256` in hex."""

    segment: Segment
    sha256: str
    rows: int
    bytes: int


class Closed(Struct, frozen=True, kw_only=True):
    """An hour's files, and what its spool held: `cut` bytes could not be read (a torn tail, a changed block)."""

    files: tuple[Written, ...]
    readings: int
    missed: int
    cut: int


def close_hour(root: Path, poller: str, hour: datetime, spools: Sequence[Path], again: int = 1) -> Closed:
    """Write what these spool files hold of `hour` as segments. What stands under their names is taken for an unfinished try.

    A table without rows gets no file. Raises `JournalFull`, `Failed`.
    """
    hour = hour.astimezone(UTC)
    counted = _Counted()
    with _connected(root / f"poller={poller}") as connection:
        for statement in _RAW:
            connection.execute(statement)
        series: dict[_Row, int] = {}
        for spool in spools:
            _load(connection, spool, series, counted)
        _load_series(connection, series)
        files = []
        for table, query in (("samples", _SAMPLES), ("polls", _POLLS)):
            segment = Segment(poller=poller, table=table, day=hour.date(), hour=hour.hour, again=again)
            if (counted.rows if table == "samples" else counted.readings + counted.missed) > 0:
                files.append(_write(connection, root, segment, query))
            else:
                with contextlib.suppress(FileNotFoundError):
                    (root / segment.path).unlink()
    return Closed(files=tuple(files), readings=counted.readings, missed=counted.missed, cut=counted.cut)


def compact(root: Path, day: Segment, hours: Sequence[Segment]) -> Written:
    """Write a day's file from its hours, and compare every value before it gets its name.

    Raises `JournalFull`, `Failed` (an hour that cannot be read, a day that is not the same).
    """
    files = [root / hour.path for hour in hours]
    table, columns = duck.parquet(files), ", ".join(TABLES[day.table])

    def compare(connection: "Connection", path: Path) -> None:
        sums = f"SELECT count(*), coalesce(sum(hash({columns})), 0) FROM "
        with duck.mapped(day.path):
            before = connection.execute(sums + table).fetchone()
            after = connection.execute(sums + f"read_parquet({duck.literal(str(path))})").fetchone()
        if before != after:
            raise Failed(
                Text(f"{day.path}: isinya bukan gabungan jam-jamnya", f"{day.path}: it is not what its hours hold"),
                Text("Jam-jamnya tetap ada; laporkan ini.", "Its hours are still there; report this."),
            )

    with _connected(root / f"poller={day.poller}") as connection:
        order = ORDER[day.table]
        return _write(connection, root, day, f"SELECT {columns} FROM {table} ORDER BY {order}", compare)


def digest(path: Path) -> str:
    """SHA-256 of a file in hex. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def clean(folder: Path) -> None:
    """Throw away what a dead process left unfinished below a poller's folder. The caller holds its lock."""
    for pattern in (f"*/day=*/{NEW}*", ".duckdb-*/*"):
        for left in folder.glob(pattern):
            with contextlib.suppress(OSError):
                left.unlink()
    for left in folder.glob(".duckdb-*"):
        with contextlib.suppress(OSError):
            left.rmdir()


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────


@contextlib.contextmanager
def _connected(folder: Path) -> "Iterator[Connection]":
    """DuckDB with its scratch space beside the segments; the disk's refusals as ours."""
    try:
        with duck.connect(folder) as connection:
            yield connection
    except OSError as error:
        raise _full(folder, error.strerror or str(error)) from error


def _full(folder: Path, why: str) -> JournalFull:
    return JournalFull(
        Text(f"segmen {folder}: {why}; spool tetap ada", f"segments {folder}: {why}; the spool is still there"),
        Text(
            "Periksa ruang dan hak tulis folder itu; penutupan diulang sendiri.",
            "Check the folder's space and write permission; closing is tried again by itself.",
        ),
    )


def _write(
    connection: "Connection",
    root: Path,
    segment: Segment,
    query: str,
    check: "Callable[[Connection, Path], None] | None" = None,
) -> Written:
    place = root / segment.path
    place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    for folder in (place.parent.parent, place.parent.parent.parent):
        sync_folder(folder)
    temporary = place.with_name(NEW + place.name)
    about = {
        "netops.format": FORMAT,
        "netops.poller": segment.poller,
        "netops.since": segment.since.isoformat(),
        "netops.until": segment.until.isoformat(),
    }
    said = ", ".join(f"{duck.literal(key)}: {duck.literal(value)}" for key, value in about.items())
    try:
        rows = duck.copy(connection, query, temporary, options=f"{OPTIONS}, KV_METADATA {{{said}}}")
        if check is not None:
            check(connection, temporary)
        found = Written(segment=segment, sha256=digest(temporary), rows=rows, bytes=temporary.stat().st_size)
        temporary.chmod(0o444)  # never changed again, and a slip of the hand is refused
        temporary.replace(place)
    except (OSError, NetopsError):
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(place.parent)
    return found


# ── spool to columns ─────────────────────────────────────────────────────────────────────────────────────────────


class _Counted(Struct):
    readings: int = 0
    missed: int = 0
    cut: int = 0
    rows: int = 0


_RAW = (
    """CREATE TABLE raw (series INTEGER, time BIGINT, uptime UBIGINT, in_octets UBIGINT, out_octets UBIGINT,
       in_errors BIGINT, out_errors BIGINT, in_discards BIGINT, out_discards BIGINT, drops BIGINT)""",
    """CREATE TABLE series (series INTEGER, rank INTEGER, device VARCHAR, kind VARCHAR, name VARCHAR, bits UTINYINT,
       idx UINTEGER, speed BIGINT, up TINYINT, admin_up TINYINT, discontinuity BIGINT, alias VARCHAR)""",
    """CREATE TABLE polls (device VARCHAR, time BIGINT, uptime UBIGINT, cpu BIGINT, memory BIGINT, guests BIGINT,
       health VARCHAR, series UINTEGER, reason VARCHAR, message VARCHAR)""",
)
"""In them -1 and '' are what has no value: a reading that came has no reason."""
_SERIES = ("i8", "i8", "O", "O", "O", "i8", "i8", "i8", "i8", "i8", "i8", "O")
_POLL = ("O", "i8", "u8", "i8", "i8", "i8", "O", "i8", "O", "O")
_Row = tuple[Any, ...]


def _told(*names: str) -> str:
    return ", ".join(f"CASE WHEN {name} >= 0 THEN {name} END::UBIGINT AS {name}" for name in names)


_SAMPLES = f"""
SELECT device, kind, name, make_timestamptz(time * 1000) AS time, uptime, in_octets, out_octets, bits, {_told("speed")},
    CASE WHEN up >= 0 THEN up = 1 END AS up, CASE WHEN admin_up >= 0 THEN admin_up = 1 END AS admin_up,
    {_told("in_errors", "out_errors", "in_discards", "out_discards", "drops", "discontinuity")}, idx,
    CASE WHEN kind = 'interface' THEN alias END AS alias
FROM raw JOIN series USING (series) ORDER BY rank, time"""
_POLLS = f"""
SELECT device, make_timestamptz(time * 1000) AS time, CASE WHEN reason = '' THEN uptime END AS uptime,
    {_told("cpu", "memory", "guests")}, nullif(health, '') AS health, series, nullif(reason, '') AS reason,
    CASE WHEN reason <> '' THEN message END AS message
FROM polls ORDER BY {ORDER["polls"]}"""


def _load(connection: "Connection", spool: Path, series: dict[_Row, int], counted: _Counted) -> None:
    """One minute's readings into DuckDB, as columns."""
    readings: list[Reading] = []
    gaps: list[Gap] = []
    for one in decode(spool.read_bytes()):
        match one:
            case Reading():
                readings.append(one)
            case Gap():
                gaps.append(one)
            case Cut():
                counted.cut += one.bytes
    counted.readings += len(readings)
    counted.missed += len(gaps)
    if readings:
        counted.rows += _insert_rows(connection, readings, series)
    if readings or gaps:
        _insert_polls(connection, readings, gaps)


def _insert_rows(connection: "Connection", readings: Sequence[Reading], series: dict[_Row, int]) -> int:
    import numpy as np

    shapes: dict[int, NDArray[np.int32]] = {}
    octets: list[NDArray[np.uint64]] = []
    sides: list[NDArray[np.int64]] = []
    numbers: list[NDArray[np.int32]] = []
    for one in readings:
        key = id(one.shape)
        if key not in shapes:
            shapes[key] = np.array([series.setdefault(row, len(series)) for row in _rows(one.shape)], np.int32)
        numbers.append(shapes[key])
        octets.append(np.frombuffer(one.octets, "<u8").reshape(2, -1))
        sides.append(_side(np.frombuffer(one.errors, "<i8"), len(one.shape.interfaces)))
    counts = np.array([len(each) for each in numbers])
    both, side = np.concatenate(octets, axis=1), np.concatenate(sides, axis=1)
    columns = {
        "series": np.concatenate(numbers),
        "time": np.repeat(np.array([one.time for one in readings], np.int64), counts),
        "uptime": np.repeat(np.array([one.uptime for one in readings], np.uint64), counts),
        "in_octets": np.ascontiguousarray(both[0]),
        "out_octets": np.ascontiguousarray(both[1]),
    }
    columns |= {
        name: np.ascontiguousarray(side[n])
        for n, name in enumerate(("in_errors", "out_errors", "in_discards", "out_discards", "drops"))
    }
    rows = int(counts.sum())
    if rows:
        connection.register("given", columns)
        connection.execute("INSERT INTO raw BY NAME SELECT * FROM given")
        connection.unregister("given")
    return rows


def _side(errors: "NDArray[Any]", interfaces: int) -> "NDArray[Any]":
    """Five columns: the four of interfaces, then drops; -1 where a row has no such counter."""
    import numpy as np

    rows = interfaces + len(errors) - 4 * interfaces
    side = np.full((5, rows), -1, np.int64)
    side[:4, :interfaces] = errors[: 4 * interfaces].reshape(-1, 4).T
    side[4, interfaces:] = errors[4 * interfaces :]
    return side


def _rows(shape: Shape) -> Iterator[_Row]:
    """What the table `series` says of each row of a reading, in the order of its columns."""
    for name, index, alias, speed, bits, up, admin_up, discontinuity in shape.interfaces:
        yield (
            shape.device,
            "interface",
            name,
            bits,
            index,
            speed,
            _number(up),
            _number(admin_up),
            _number(discontinuity),
            alias,
        )
    for kind, name, index, bits in shape.queues:
        yield shape.device, kind, name, bits, index, -1, -1, -1, -1, ""


def _number(value: int | None) -> int:
    return -1 if value is None else int(value)


def _load_series(connection: "Connection", series: dict[_Row, int]) -> None:
    ordered = sorted({row[:3] for row in series}, key=lambda row: tuple(text.encode() for text in row))
    rank = {row: number for number, row in enumerate(ordered)}
    _insert(connection, "series", _SERIES, [(number, rank[row[:3]], *row) for row, number in series.items()])


def _insert_polls(connection: "Connection", readings: Sequence[Reading], gaps: Sequence[Gap]) -> None:
    answered = [
        (one.shape.device, one.time, one.uptime, _number(one.cpu), _number(one.memory), _number(one.guests), one.health,
         one.shape.rows, "", "")
        for one in readings
    ]  # fmt: skip
    missed = [(one.device, one.time, 0, -1, -1, -1, "", 0, one.reason or "?", one.message) for one in gaps]
    _insert(connection, "polls", _POLL, [*answered, *missed])


def _insert(connection: "Connection", table: str, types: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows of mixed values, a column at a time: `executemany` takes 2,700 rows a second.

    Each column is of one type from end to end: DuckDB looks at a part of an object column only before it decides.
    """
    import numpy as np

    given = {}
    for number, (kind, values) in enumerate(zip(types, zip(*rows, strict=True), strict=False)):
        column = np.empty(len(rows), kind)
        column[:] = values
        given[f"c{number}"] = column
    if given:
        connection.register("given", given)
        connection.execute(f"INSERT INTO {table} SELECT * FROM given")
        connection.unregister("given")
