"""A month of 500 devices × 20 interfaces at five minutes: one unit's evidence, everybody's figures, what a quarter costs; peers."""

import resource
import sqlite3
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from benchmarks import month_data
from benchmarks.measure import Line, Timing, interleaved, timed_call, timed_process
from benchmarks.month_data import DAYS, FIRST, INTERFACES, POLLERS
from netops.core.measured import Asked, Limit, Series, SeriesKind, Watch
from netops.monitoring import duck, segments
from netops.monitoring.figures import evidence, figures
from netops.monitoring.readings import Record

DEVICES = 500
ONE_SECONDS, ALL_SECONDS, MEMORY_MB = 3, 60, 2048
SMALL = 50
"""SQLite is given one of so many devices, and its time is multiplied."""

NAIVE = """
SELECT device, name, avg(rate), max(rate), quantile_disc(rate, 0.95), sum(octets) FROM (
    SELECT device, name, time_bucket(INTERVAL 5 MINUTE, time) AS slot, sum(octets) AS octets, 8 * sum(octets) / 300 AS rate FROM (
        SELECT device, name, time, out_octets::BIGINT - lag(out_octets::BIGINT) OVER (PARTITION BY device, name ORDER BY time) AS octets
        FROM {rows}
    ) GROUP BY ALL
) GROUP BY ALL
"""
"""What one would write without looking twice: no clock of the device, no restart, no gap, one direction."""

SQLITE = """
WITH deltas AS (
    SELECT device, name, at / 30000 AS slot, out_octets - lag(out_octets) OVER (PARTITION BY device, name ORDER BY at) AS octets
    FROM samples
), slots AS (SELECT device, name, slot, 8 * sum(octets) / 300 AS rate FROM deltas GROUP BY 1, 2, 3)
SELECT device, name, avg(rate), max(rate), max(CASE WHEN place <= 0.95 THEN rate END) FROM (
    SELECT *, percent_rank() OVER (PARTITION BY device, name ORDER BY rate) AS place FROM slots
) GROUP BY 1, 2
"""


def measure(folder: Path, rounds: int, devices: int = DEVICES) -> list[Line]:
    root = folder / "segments"
    made: list[int] = []
    making = timed_call(lambda: made.append(month_data.make(root, devices)))
    size = sum(file.stat().st_size for file in root.rglob("*.parquet"))
    memory: dict[str, int] = {}

    def run(what: str, pollers: int = len(POLLERS), days: int = DAYS) -> Timing:
        log = folder / f"{what}-{pollers}-{days}.log"
        words = [what, str(root), str(devices), str(pollers), str(days)]
        taken = timed_process([sys.executable, "-m", "benchmarks.month", *words], log)
        memory[f"{what}-{pollers}-{days}"] = int(log.read_text("utf-8").split()[-1])
        return taken

    one = interleaved({"one": lambda _: run("one")}, rounds)["one"]
    parts = {  # in turns, smallest first and once each: a whole takes a minute
        name: run("all", *part)
        for name, part in {
            "quarter": (1, DAYS),
            "half": (2, DAYS),
            "quarter of the days": (len(POLLERS), DAYS // 4),
            "half of the days": (len(POLLERS), DAYS // 2),
            "whole": (len(POLLERS), DAYS),
        }.items()
    }
    whole, peak = parts["whole"], memory[f"all-{len(POLLERS)}-{DAYS}"]
    naive = _naive(root, folder)
    sqlite, loading = _sqlite(root, folder, devices)
    series, times = devices * INTERFACES, devices / max(devices // SMALL, 1)
    return [
        Line(
            what=f"a month made: {made[0]:,} readings of {series:,} interfaces in daily segments of four pollers",
            measured=f"{making.wall:.0f} s wall, {making.cpu:.0f} s CPU; {size / 1e6:,.0f} MB",
        ),
        Line(
            what="one unit's evidence over it: three interfaces with five-minute averages, flaws and figures, whole process",
            measured=f"{one.wall:.2f} s wall, {one.cpu:.2f} s CPU, {memory[f'one-{len(POLLERS)}-{DAYS}']} MB",
            promised=f"< {ONE_SECONDS} s",
            met=one.wall < ONE_SECONDS,
        ),
        Line(
            what=f"all {series:,} interfaces' figures over it, with limits that change and working hours, whole process",
            measured=f"{whole.wall:.0f} s wall, {whole.cpu:.0f} s CPU ({made[0] / whole.cpu / 1e6:.1f} million readings "
            f"a second of it), {peak} MB",
            promised=f"< {ALL_SECONDS} s on 2 cores, < 2 GB",
            met=whole.wall < ALL_SECONDS and peak < MEMORY_MB,
        ),
        Line(
            what="the same for a quarter and a half of the devices; of the days",
            measured=f"{parts['quarter'].cpu:.1f} and {parts['half'].cpu:.1f} s CPU; "
            f"{parts['quarter of the days'].cpu:.1f} and {parts['half of the days'].cpu:.1f} s CPU",
            promised="grows no faster than the data",
            met=all(
                whole.cpu <= times * parts[part].cpu * 1.1
                for part, times in (("quarter", 4), ("half", 2), ("quarter of the days", 4), ("half of the days", 2))
            ),
        ),
        Line(
            what="a quarter of the devices with a plain DuckDB query: no validity, one direction, no limits, no working hours",
            measured=f"{naive.cpu:.1f} s CPU, {naive.wall:.1f} s wall: ours {parts['quarter'].cpu / naive.cpu:.1f} × its CPU",
        ),
        Line(
            what=f"a similar query in SQLite on a part of the devices, × {times:.0f}; loading it before, × {times:.0f}",
            measured=f"{sqlite.cpu * times:,.0f} s CPU ({sqlite.cpu * times / whole.cpu:.1f} × ours); {loading.cpu * times:,.0f} s CPU",
        ),
    ]


def _naive(root: Path, scratch: Path) -> Timing:
    files = segments.live([root], "samples", pollers=POLLERS[:1])
    with duck.connect(scratch) as connection:
        return timed_call(lambda: connection.execute(NAIVE.format(rows=duck.parquet(files))).fetchall())


def _sqlite(root: Path, scratch: Path, devices: int) -> tuple[Timing, Timing]:
    files = segments.live([root], "samples", pollers=POLLERS[:1])
    with duck.connect(scratch) as connection, sqlite3.connect(scratch / "peer.db") as peer:
        columns = "device, name, epoch_us(time) // 10000 AS at, uptime, in_octets, out_octets"
        query = f"SELECT {columns} FROM {duck.parquet(files)} WHERE device < ? ORDER BY device, name, time"
        rows = connection.execute(query, [month_data.device(max(devices // SMALL, 1))]).fetchall()
        peer.execute(
            "CREATE TABLE samples (device, name, at, uptime, in_octets, out_octets, PRIMARY KEY (device, name, at)) WITHOUT ROWID"
        )
        loading = timed_call(lambda: peer.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?)", rows))
        peer.commit()
        return timed_call(lambda: peer.execute(SQLITE).fetchall()), loading


def asked(device: int, interface: int) -> Asked:
    """A unit's watch, whose limit was doubled in the middle of the month."""
    series = Series(device=month_data.device(device), kind=SeriesKind.INTERFACE, name=f"ether{interface + 1:02}")
    change = FIRST + timedelta(days=15, hours=3)
    return Asked(
        watch=Watch(series=series, up="in"),
        limits=(
            Limit(since=FIRST - timedelta(days=90), until=change, up=10_000_000, down=50_000_000),
            Limit(since=change, until=None, up=20_000_000, down=100_000_000),
        ),
    )


def child(words: Sequence[str]) -> None:
    """One measured process; its last word is its peak memory in MB."""
    what, root, devices, pollers, days = words[0], Path(words[1]), int(words[2]), int(words[3]), int(words[4])
    record = Record(roots=(root,), pollers=POLLERS[:pollers], scratch=root.parent)
    until = FIRST + timedelta(days=days)
    dates = [FIRST + timedelta(days=n) for n in range(days)]
    office = [(day, day + timedelta(hours=9)) for day in dates if day.isoweekday() <= 5]  # 07.00 to 16.00 WIB, in UTC
    if what == "one":
        middle = devices // 2 + 1
        for interface in (3, 4, 5):
            found = evidence(record, asked(middle, interface), FIRST, until, office=office)
            print(found.figures.down, len(found.slots), len(found.lost))
    else:
        share = devices // len(POLLERS) * pollers
        wanted = [asked(device, interface) for device in range(share) for interface in range(INTERFACES)]
        got = figures(record, wanted, FIRST, until, office=office)
        measured, expected = sum(one.measured for one in got), sum(one.expected for one in got)
        print(f"{len(got)} series, {measured / expected:.4f} of the time measured")
        if not 0.9 < measured / expected < 1 or not all(one.down for one in got):
            raise SystemExit("these are not the figures of what was made")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    child(sys.argv[1:])
