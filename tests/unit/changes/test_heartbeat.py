"""The heartbeat of a lease: a store that is busy for a moment does not end it, a lease that was taken over does."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shelf import World, bench

from netops.changes.tools import Held
from netops.core.clock import ManualClock
from netops.core.errors import FenceLost, JournalError
from netops.core.model import Lease
from netops.core.text import Text


class ThreeBeats(threading.Event):
    """Lets the heart beat three times and then stops it, without waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.beats = 0

    def wait(self, timeout: float | None = None) -> bool:
        self.beats += 1
        return self.beats > 3


@pytest.mark.parametrize(
    ("trouble", "asked"),
    [(JournalError(Text("sibuk", "busy")), 3), (FenceLost(Text("x", "x")), 1)],
)
def test_only_a_lost_lease_stops_the_heart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: JournalError, asked: int
) -> None:
    desk = bench(tmp_path, World(devices={}, clock=ManualClock(datetime(2026, 11, 20, tzinfo=UTC))))
    lease = desk.journal.acquire("change:C", "one", 30)
    calls: list[Lease] = []

    def renew(lease: Lease, seconds: float) -> Lease:
        calls.append(lease)
        raise trouble

    replaced: Callable[[Lease, float], Lease] = renew
    monkeypatch.setattr(desk.journal, "renew", replaced)
    held = Held(desk.tools, "C", {"change:C": lease})
    held.beat(ThreeBeats())
    assert len(calls) == asked
    desk.journal.close()
