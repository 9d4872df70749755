"""The collector beside `netops serve` is started, started again later and later when it dies, and told of."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from netops.actions.beside import Collector, command
from netops.core.errors import Failed

NOW = datetime(2026, 11, 30, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Rig:
    def __init__(self, script: str = "") -> None:
        self.started: list[Sequence[str]] = []
        self.processes: list[subprocess.Popen[bytes]] = []
        self.told: list[Failed] = []
        self.script = script
        self.collector = Collector(Path("kampus"), 60, self.told.append, self.start)

    def start(self, words: Sequence[str]) -> "subprocess.Popen[bytes]":
        self.started.append(words)
        self.processes.append(subprocess.Popen([sys.executable, "-c", self.script or "raise SystemExit(1)"]))
        return self.processes[-1]

    def look(self, now: datetime) -> int:
        if self.processes and not self.script:
            self.processes[-1].wait()
        self.collector.look(now)
        return len(self.started)


def test_it_is_started_with_its_rounds_and_told_whom_to_follow() -> None:
    rig = Rig()
    rig.look(NOW)
    (words,) = rig.started
    assert words[:7] == [*command(Path("kampus"))[:6], "--every"] and "60s" in words and "--with-parent" in words
    rig.processes[-1].wait()


def test_one_that_dies_is_told_and_started_again_later_and_later() -> None:
    rig = Rig()
    assert rig.look(NOW) == 1
    assert rig.look(NOW) == 1 and "measuring ended (code 1)" in rig.told[0].describe("en")
    assert rig.look(NOW + MINUTE / 2) == 1, "not before its time"
    assert rig.look(NOW + MINUTE) == 2
    rig.look(NOW + MINUTE)
    assert rig.look(NOW + 2 * MINUTE) == 2
    assert rig.look(NOW + 3 * MINUTE) == 3
    assert len(rig.told) == 2
    rig.processes[-1].wait()


def test_after_a_clock_that_was_put_back_it_does_not_wait_for_years() -> None:
    rig = Rig()
    rig.look(NOW)
    rig.look(NOW)
    assert rig.look(NOW - timedelta(days=400)) == 2
    rig.processes[-1].wait()


def test_one_that_lives_is_left_alone_and_stopped_at_the_end() -> None:
    rig = Rig("import signal\nsignal.pause()")
    assert rig.look(NOW) == rig.look(NOW + MINUTE) == 1
    rig.collector.stop()
    assert rig.processes[-1].returncode == -15 and rig.told == []
