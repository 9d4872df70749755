"""Where samples rest: the tables' schema, and which Parquet files of which pollers hold a period. Pure but for listing folders.

    <segments>/poller=<poller>/samples/day=<UTC day>/<UTC day>T<hour>.parquet     an hour, closed
    <segments>/poller=<poller>/samples/day=<UTC day>/<UTC day>.parquet            the day, compacted from its hours
    <segments>/poller=<poller>/polls/…                                            the same for the second table
    <segments>/poller=<poller>/superseded/…                                       hours that a day was made of, until policy lets them go

Every file holds only rows of its own hour or day (UTC), sorted by `ORDER`. `docs/segments.md` is the schema for people.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from msgspec import Struct

FORMAT = "1"
"""In each file's key-value metadata as `netops.format`. Columns may be added within it; none changes its meaning."""

TABLES: dict[str, dict[str, str]] = {
    "samples": {
        "device": "VARCHAR",
        "kind": "VARCHAR",  # SeriesKind
        "name": "VARCHAR",
        "time": "TIMESTAMP WITH TIME ZONE",  # to the millisecond; `at` is a reserved word
        "uptime": "UBIGINT",  # hundredths of a second
        "in_octets": "UBIGINT",  # as the device counts: subtract only after comparing, UBIGINT refuses to go below 0
        "out_octets": "UBIGINT",
        "bits": "UTINYINT",  # 64 or 32
        "speed": "UBIGINT",  # bit/s; interfaces only, as all below but drops and idx
        "up": "BOOLEAN",
        "admin_up": "BOOLEAN",
        "in_errors": "UBIGINT",
        "out_errors": "UBIGINT",
        "in_discards": "UBIGINT",
        "out_discards": "UBIGINT",
        "drops": "UBIGINT",  # queues and classes only
        "discontinuity": "UBIGINT",
        "idx": "UINTEGER",
        "alias": "VARCHAR",
    },
    "polls": {
        "device": "VARCHAR",
        "time": "TIMESTAMP WITH TIME ZONE",
        "uptime": "UBIGINT",  # NULL: no answer
        "cpu": "UBIGINT",
        "memory": "UBIGINT",
        "guests": "UBIGINT",
        "health": "VARCHAR",  # JSON object
        "series": "UINTEGER",  # how many rows of `samples` this reading gave
        "reason": "VARCHAR",  # of a reading that did not come: an error's class name
        "message": "VARCHAR",
    },
}
ORDER = {"samples": "device, kind, name, time", "polls": "device, time"}

ROW_GROUP = 61_440
"""Rows that are read or skipped together: some 200 series of a day at five minutes, half a megabyte."""

OPTIONS = f"FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION V2, ROW_GROUP_SIZE {ROW_GROUP}"
"""For COPY. V2 is what gives DuckDB's writer DELTA_BINARY_PACKED for integers and times: 10 bytes a row instead of 13."""

POLLER = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d))?(?:-(\d+))?\.parquet")
_DAY = re.compile(r"day=(\d{4}-\d\d-\d\d)")
MOVING = ".moving"
"""A file in a day's folder while its hours make way for the day: the day's name, then theirs, a line each."""


class Segment(Struct, frozen=True, kw_only=True, order=True):
    """One file. `hour` None: a whole day. `again` counts up where an hour (a clock stepped back) or day was closed twice."""

    poller: str
    table: str
    day: date
    hour: int | None
    again: int = 1

    @property
    def name(self) -> str:
        hour = "" if self.hour is None else f"T{self.hour:02}"
        return f"{self.day.isoformat()}{hour}{'' if self.again == 1 else f'-{self.again}'}.parquet"

    @property
    def path(self) -> str:
        """Relative to the segments' folder, with `/`: what the journal names it by."""
        return f"poller={self.poller}/{self.table}/day={self.day.isoformat()}/{self.name}"

    @property
    def since(self) -> datetime:
        return datetime(self.day.year, self.day.month, self.day.day, self.hour or 0, tzinfo=UTC)

    @property
    def until(self) -> datetime:
        return self.since + (timedelta(days=1) if self.hour is None else timedelta(hours=1))


def parse(path: str) -> Segment | None:
    """What a relative path says; None where it is no segment's."""
    parts = path.split("/")
    if len(parts) != 4 or not parts[0].startswith("poller=") or not POLLER.fullmatch(parts[0][7:]):
        return None
    day, name = _DAY.fullmatch(parts[2]), _NAME.fullmatch(parts[3])
    if parts[1] not in TABLES or not day or not name or day[1] != name[1]:
        return None
    try:
        hour = None if name[2] is None else int(name[2])
        found = Segment(
            poller=parts[0][7:],
            table=parts[1],
            day=date.fromisoformat(day[1]),
            hour=hour,
            again=int(name[3] or 1),
        )
        assert found.since
    except ValueError:
        return None
    return found if found.path == path else None


def live(
    roots: Sequence[Path],
    table: str,
    since: datetime | None = None,
    until: datetime | None = None,
    pollers: Iterable[str] | None = None,
) -> tuple[Path, ...]:
    """The files that hold [since, until) of a table, each row of each poller once; oldest first.

    `roots` are folders that hold `poller=…` folders; `pollers` None: all of them. A file listed may be gone before it is
    opened (its day was just compacted): list again. Two pollers that asked one device give two readings of it: the
    figures count a reading of the same `uptime` once and tell the other as doubled.
    """
    wanted = None if pollers is None else set(pollers)
    found = [
        (one, root / one.path)
        for root in roots
        for one in _segments(root, table)
        if (wanted is None or one.poller in wanted)
        and (since is None or one.until > since)
        and (until is None or one.since < until)
    ]
    return tuple(path for _, path in sorted(found, key=lambda pair: (pair[0].since, pair[0].poller, pair[0].again)))


def _segments(root: Path, table: str) -> Iterator[Segment]:
    for folder in sorted(root.glob(f"poller=*/{table}/day=*")):
        names = {path.name for path in folder.iterdir()}
        gone = moving(folder) if MOVING in names else frozenset()
        for name in sorted(names - gone):
            one = parse(folder.relative_to(root).as_posix() + "/" + name)
            if one is not None:
                yield one


def moving(folder: Path) -> frozenset[str]:
    """The names in a day's folder that do not count now: hours whose day is there already, else the day to come."""
    try:
        day, *hours = (folder / MOVING).read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        return frozenset()
    return frozenset(hours) if (folder / day).is_file() else frozenset((day,))
