"""The change log: appending against a bare fsync of the same bytes, verifying and publishing 100,000 entries."""

import os
import statistics
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.measure import Line, Timing, interleaved, timed_call
from netops.actions import auditing, publishing
from netops.app import App
from netops.core.model import Event
from netops.data_root import init_workspace
from netops.journal.verify import verify
from netops.practice import new_key

ENTRIES = 100_000
GROUP = 1_000
SINGLE = 200
PROMISED = 10
"""Seconds of CPU: a machine that does other things too takes longer by the clock."""
AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def measure(folder: Path, rounds: int) -> list[Line]:
    root = folder / "workspace"
    init_workspace(root, settings='[log]\norigin = "bench.example/log"\n')
    new_key(root / "log.key")
    with App(root, actor="admin") as app:
        single, bare = _single(app, folder, rounds)
        grouped = timed_call(lambda: _fill(app, ENTRIES - rounds * SINGLE))
        first = timed_call(lambda: publishing.publish(app))
        runs = {
            "whole": lambda _: timed_call(lambda: verify(app.journal, app.objects)),
            "offline": lambda _: timed_call(lambda: auditing.verify_folder(app.settings.log_folder)),
        }
        found = interleaved(runs, rounds)
        _fill(app, GROUP)
        again = timed_call(lambda: publishing.publish(app))
    whole, offline = found["whole"], found["offline"]
    return [
        Line(
            what="one event appended and durable, against write and fsync of as many bytes to a file beside it",
            measured=f"{single * 1000:.2f} ms to {bare * 1000:.2f} ms: {single / bare:.1f} times; "
            f"{ENTRIES / grouped.wall:,.0f} a second in groups of {GROUP:,}",
        ),
        Line(
            what=f"`log verify` of {ENTRIES:,} entries: rows, canonical form, leaf hashes, root",
            measured=_said(whole),
            promised=f"seconds (< {PROMISED} s CPU)",
            met=whole.cpu < PROMISED,
        ),
        Line(
            what=f"`log verify FOLDER`: the {ENTRIES:,} published entries, offline, against the signed head",
            measured=_said(offline),
            promised=f"seconds (< {PROMISED} s CPU)",
            met=offline.cpu < PROMISED,
        ),
        Line(
            what=f"`log publish`: {ENTRIES:,} entries verified and written as tiles; then {GROUP:,} more",
            measured=f"{first.wall:.1f} s ({first.cpu:.1f} s CPU); {again.wall:.1f} s ({again.cpu:.1f} s CPU)",
        ),
    ]


def _single(app: App, folder: Path, rounds: int) -> tuple[float, float]:
    """Median seconds of one append, and of one bare append with fsync, taken in turns."""
    ours: list[float] = []
    theirs: list[float] = []
    size = 700
    with (folder / "bare").open("ab") as file:

        def bare() -> None:
            file.write(b"x" * size)
            file.flush()
            os.fsync(file.fileno())

        for number in range(rounds * SINGLE):
            event = _event(number)
            ours.append(timed_call(partial(app.journal.append, (event,))).wall)
            theirs.append(timed_call(bare).wall)
    return statistics.median(ours), statistics.median(theirs)


def _fill(app: App, count: int) -> None:
    for start in range(0, count, GROUP):
        app.journal.append(tuple(_event(number) for number in range(start, min(start + GROUP, count))))


def _event(number: int) -> Event:
    """As a push writes most of them: a batch that was sent."""
    data = {"phase": "apply", "batch": number % 7, "replies": 20}
    return Event(
        kind="batch.sent", change=f"HD-{number // 50}-abcdef", at=AT, actor="admin", device="gw-kampus", data=data
    )


def _said(taken: Timing) -> str:
    return f"{taken.wall:.1f} s, {taken.cpu:.1f} s CPU ({ENTRIES / taken.cpu:,.0f} entries a second of it)"
