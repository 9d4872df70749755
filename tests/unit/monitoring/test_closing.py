"""An hour of spool is its segment, value by value, against a plain reference; a day is its hours."""

import json
import resource
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from readings import READINGS

from netops.core.errors import Failed, JournalFull
from netops.core.measured import InterfaceSample, Missed, QueueSample, Sample, SeriesKind
from netops.monitoring import duck
from netops.monitoring.closing import NEW, clean, close_hour, compact, digest
from netops.monitoring.segments import TABLES, Segment, live
from netops.monitoring.spool import Spool, minutes

HOUR = datetime(2026, 11, 30, 7, tzinfo=UTC)
PORT = InterfaceSample(name="ether1", index=1, in_octets=5, out_octets=7, speed=10**9, up=True)
QUEUE = QueueSample(kind=SeriesKind.QUEUE, name="unit-a", index=3, in_octets=2**64 - 1, out_octets=1, drops=4)
Row = tuple[Any, ...]


def spooled(root: Path, readings: Sequence[Sample | Missed]) -> list[Path]:
    folder = root / "poller=main" / "spool"
    folder.mkdir(parents=True, exist_ok=True)
    with Spool(folder) as spool:
        spool.append(readings)
    return [path for files in minutes(folder).values() for path in files]


def within(one: Sample | Missed, second: int) -> Sample | Missed:
    return replace(one, at=HOUR + timedelta(seconds=second, milliseconds=one.at.microsecond // 1000))


def expected(readings: Sequence[Sample | Missed]) -> dict[str, list[Row]]:
    """The tables as docs/segments.md describes them, made the slow way."""
    samples: list[Row] = []
    polls: list[Row] = []
    for one in readings:
        if isinstance(one, Missed):
            polls.append((one.device, one.at, None, None, None, None, None, 0, one.reason or "?", one.message))
            continue
        rows = len(one.interfaces) + len(one.queues)
        health = json.dumps(dict(one.health), ensure_ascii=False) if one.health else None
        polls.append((one.device, one.at, one.uptime, one.cpu, one.memory, one.guests, health, rows, None, None))
        for i in one.interfaces:
            samples.append((one.device, "interface", i.name, one.at, one.uptime, i.in_octets, i.out_octets, i.bits, i.speed, i.up,
                            i.admin_up, i.in_errors, i.out_errors, i.in_discards, i.out_discards, None, i.discontinuity,
                            i.index, i.alias))  # fmt: skip
        for q in one.queues:
            samples.append((one.device, q.kind.value, q.name, one.at, one.uptime, q.in_octets, q.out_octets, q.bits,
                            *[None] * 7, q.drops, None, q.index, None))  # fmt: skip
    return {"samples": samples, "polls": polls}


def rows(root: Path, table: str) -> list[Row]:
    files = live((root,), table)
    if not files:
        return []
    with duck.connect() as connection:
        return connection.execute(f"SELECT {', '.join(TABLES[table])} FROM {duck.parquet(files)}").fetchall()


def key(row: Row) -> str:
    return repr(tuple(part.timestamp() if isinstance(part, datetime) else part for part in row))


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(READINGS, st.integers(0, 3590)), min_size=1, max_size=12))
def test_an_hour_is_what_its_spool_held(tmp_path: Path, drawn: list[tuple[Sample | Missed, int]]) -> None:
    root = tmp_path / "segments"
    shutil.rmtree(root, ignore_errors=True)
    readings = [within(one, second) for one, second in drawn]
    closed = close_hour(root, "main", HOUR, spooled(root, readings))
    want = expected(readings)
    for table in TABLES:
        assert sorted(rows(root, table), key=key) == sorted(want[table], key=key)
    assert (closed.missed, closed.cut) == (sum(isinstance(one, Missed) for one in readings), 0)
    assert {one.segment.table: one.rows for one in closed.files} == {
        table: len(want[table]) for table in want if want[table]
    }
    for one in closed.files:
        path = root / one.segment.path
        assert (one.sha256, one.bytes) == (digest(path), path.stat().st_size)


def test_rows_lie_sorted_by_device_kind_name_and_time(tmp_path: Path) -> None:
    ports = tuple(replace(PORT, name=name) for name in ("ether2", "ether10", "ether1"))
    readings = [
        Sample(device=device, at=HOUR + timedelta(minutes=minute), uptime=minute, interfaces=ports, queues=(QUEUE,))
        for minute in (3, 1, 2)
        for device in ("sw-b", "gw-ü", "gw-Z", "sw-a")
    ]
    close_hour(tmp_path, "main", HOUR, spooled(tmp_path, readings))
    found = [row[:4] for row in rows(tmp_path, "samples")]
    assert len(found) == 48 and found == sorted(
        found, key=lambda row: (*(str(part).encode() for part in row[:3]), row[3])
    )


def test_what_cannot_be_read_of_a_spool_is_counted_and_the_rest_is_kept(tmp_path: Path) -> None:
    one = Sample(device="sw-a", at=HOUR, uptime=1, interfaces=(PORT,))
    (torn,) = spooled(tmp_path, [one])
    torn.write_bytes(torn.read_bytes() + b"\x10\x27\0\0abc")
    foreign = torn.with_name("20261130T0759-00000000.spool")
    foreign.write_bytes(b"something else")
    closed = close_hour(tmp_path, "main", HOUR, [torn, foreign])
    assert (closed.readings, closed.cut) == (1, 7 + 14) and len(rows(tmp_path, "samples")) == 1


def test_what_stands_under_the_name_of_an_hour_being_closed_is_an_unfinished_try(tmp_path: Path) -> None:
    place = tmp_path / Segment(poller="main", table="samples", day=HOUR.date(), hour=7).path
    place.parent.mkdir(parents=True)
    place.write_bytes(b"half a segment")
    missed = Missed(device="sw-a", at=HOUR, reason="TimedOut")
    close_hour(tmp_path, "main", HOUR, spooled(tmp_path, [missed]))
    assert not place.exists() and rows(tmp_path, "polls")[0][8] == "TimedOut"


def hours(root: Path) -> list[Segment]:
    made = []
    for hour in range(7, 10):
        at = HOUR.replace(hour=hour)
        files = spooled(root, [Sample(device="sw-a", at=at, uptime=hour, interfaces=(PORT,), queues=(QUEUE,))])
        made += [
            one.segment for one in close_hour(root, "main", at, files[-1:]).files if one.segment.table == "samples"
        ]
    return made


def test_a_day_is_its_hours(tmp_path: Path) -> None:
    made = hours(tmp_path)
    before = rows(tmp_path, "samples")
    day = compact(tmp_path, replace(made[0], hour=None), made)
    assert day.rows == len(before) == 6
    for hour in made:
        (tmp_path / hour.path).unlink()
    assert sorted(rows(tmp_path, "samples"), key=key) == sorted(before, key=key)


def test_a_day_that_is_not_its_hours_never_gets_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = hours(tmp_path)
    whole = duck.copy

    def lossy(connection: Any, query: str, path: Path, *, options: str) -> int:
        return whole(connection, f"SELECT * FROM ({query}) LIMIT 5", path, options=options)

    monkeypatch.setattr(duck, "copy", lossy)
    day = replace(made[0], hour=None)
    with pytest.raises(Failed):
        compact(tmp_path, day, made)
    assert not (tmp_path / day.path).exists() and not list(tmp_path.rglob(f"{NEW}*"))


def test_an_hour_that_cannot_be_read_is_named_and_stops_its_day(tmp_path: Path) -> None:
    made = hours(tmp_path)
    broken = tmp_path / made[1].path
    broken.chmod(0o644)
    broken.write_bytes(broken.read_bytes()[:-20])
    with pytest.raises(Failed) as told:
        compact(tmp_path, replace(made[0], hour=None), made)
    assert made[1].name in told.value.describe("en")


def test_a_full_disk_leaves_the_spool_and_no_half_segment(tmp_path: Path) -> None:
    ports = tuple(replace(PORT, name=f"ether{n}", in_octets=n * 7919**5 % 2**64) for n in range(4000))
    files = spooled(tmp_path, [Sample(device="sw-a", at=HOUR, uptime=1, interfaces=ports)])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises((JournalFull, Failed)) as told:
            close_hour(tmp_path, "main", HOUR, files)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "2026-11-30T07.parquet" in told.value.describe("en")
    assert not live((tmp_path,), "samples") and not list(tmp_path.rglob(f"{NEW}*"))
    assert close_hour(tmp_path, "main", HOUR, files).readings == 1 and len(rows(tmp_path, "samples")) == 4000


def test_what_a_dead_process_left_unfinished_is_thrown_away(tmp_path: Path) -> None:
    made = hours(tmp_path)
    folder = tmp_path / "poller=main"
    left = [folder / "samples" / "day=2026-11-30" / f"{NEW}x.parquet", folder / ".duckdb-abc" / "spill"]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    clean(folder)
    assert not any(path.exists() for path in left) and len(live((tmp_path,), "samples")) == len(made)
