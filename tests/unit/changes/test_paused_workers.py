"""A worker that is paused and loses its lease: before the fence check it sends nothing, behind it one journalled batch at most."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec import Struct
from msgspec.structs import replace
from shelf import Bench, Device, ShelfDriver, World, bench, plan_for

from netops.changes.execute import Order, Outcome, execute, resume
from netops.changes.lifecycle import Phase, fold
from netops.changes.takeover import remaining
from netops.core.clock import ManualClock
from netops.core.errors import FenceLost, Locked
from netops.core.model import Batch, Plan, Receipt, Target
from netops.core.ports import Driver
from netops.core.secret import SecretSource

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CHANGE = "HD-1-abc123"
WANT = {"a": f"netops:{CHANGE}", "b": f"netops:{CHANGE} 2"}
ORDERS = {"gw": 1, "sw": 2}
BATCHES = 4  # two rows on each of two devices
CHECKS = BATCHES + 2 * 3  # and of each device: arming its timer, taking it away, saving


class Nap(Struct):
    """Runs `meanwhile` once, at the nth moment that it is asked about."""

    at: int
    meanwhile: Callable[[], None]
    moments: int = 0

    def here(self) -> None:
        self.moments += 1
        if self.moments - 1 == self.at:
            self.meanwhile()


class Site:
    """Two workers over one world: the first is put to sleep, the second takes over meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.world = World(devices={"gw": Device(rows={"old": "x"}), "sw": Device()}, clock=ManualClock(NOW))
        self.first: Bench = bench(folder, self.world)
        self.heir: Bench = bench(folder, self.world, holder="two")
        self.plan: Plan = plan_for(self.first.tools, CHANGE, ORDERS, WANT)
        self.order = Order(plan=self.plan, gate=lambda now: None)
        self.taken_at: datetime | None = None
        self.written_until_then = 0

    def take_over(self) -> None:
        with pytest.raises(Locked):  # not before the lease has run out
            resume(self.order, self.heir.tools)
        self.world.clock.move(31)
        assert resume(self.order, self.heir.tools) is Outcome.DONE
        self.taken_at, self.written_until_then = self.world.clock.now(), self.writes()

    def writes(self) -> int:
        return sum(len(device.writes) for device in self.world.devices.values())

    def close(self) -> None:
        self.first.journal.close()
        self.heir.journal.close()

    def judge(self, step: str) -> None:
        rows = {name: device.rows for name, device in self.world.devices.items()}
        assert rows == {"gw": {"old": "x", **WANT}, "sw": WANT}, step
        assert fold(CHANGE, self.heir.journal.read(CHANGE)).phase is Phase.ACTIVE, step


@pytest.mark.parametrize("k", range(BATCHES))
def test_paused_before_the_fence_check_it_sends_nothing(tmp_path: Path, k: int) -> None:
    site = Site(tmp_path)
    nap = Nap(k, site.take_over)
    tools = site.first.tools
    bodies = tools.objects.put

    class Objects:
        """The batch's body is put away right before its intent is written, and with it the fence checked."""

        def put(self, data: bytes) -> str:
            if data.startswith(b'[{"key"'):
                nap.here()
            return bodies(data)

        def get(self, digest: str) -> bytes:
            return tools.objects.get(digest)

    with pytest.raises(FenceLost):
        execute(site.order, replace(tools, objects=Objects()))
    assert nap.moments == k + 1 and site.writes() == site.written_until_then
    site.judge(f"batch {k}")
    site.close()


class Sleepy(ShelfDriver):
    """A driver that is paused behind everything that we check, right before its first byte."""

    nap: Nap

    def apply(self, batch: Batch, secrets: SecretSource) -> Receipt:
        self.nap.here()
        return super().apply(batch, secrets)


@pytest.mark.parametrize("k", range(BATCHES))
def test_paused_between_check_and_send_it_sends_the_one_batch_that_is_journalled(tmp_path: Path, k: int) -> None:
    site = Site(tmp_path)
    nap = Nap(k, site.take_over)

    def connect(target: Target) -> Driver:
        driver = Sleepy(site.world, target.name)
        driver.nap = nap
        return driver

    with pytest.raises(FenceLost):
        execute(site.order, replace(site.first.tools, connect=connect))
    late = site.writes() - site.written_until_then
    assert late == 1
    intents = [one.event for one in site.first.journal.read(CHANGE) if one.event.kind == "batch.intent"]
    mine = intents[k]
    # The successor began only when lease and send deadline were over, counted from that intent.
    tools = site.heir.tools
    assert site.taken_at is not None
    assert site.taken_at >= mine.at + timedelta(seconds=tools.lease_seconds + tools.send_seconds)
    site.judge(f"batch {k}")
    site.close()


@pytest.mark.parametrize("k", range(BATCHES))
def test_paused_behind_its_check_for_longer_than_the_send_deadline_it_gives_up(tmp_path: Path, k: int) -> None:
    site = Site(tmp_path)
    nap = Nap(k, site.take_over)
    journal, tools = site.first.journal, site.first.tools
    append = journal.append

    class Journal:
        """As the journal; the process is paused as soon as an intent is durable."""

        def __getattr__(self, name: str) -> object:
            return getattr(journal, name)

        def append(self, events, fences=(), *, alive=False):  # type: ignore[no-untyped-def]  # as SqlJournal.append
            recorded = append(events, fences, alive=alive)
            if any(event.kind == "batch.intent" for event in events):
                nap.here()
            return recorded

    with pytest.raises(FenceLost):
        execute(site.order, replace(tools, journal=Journal()))
    assert site.writes() == site.written_until_then
    site.judge(f"batch {k}")
    site.close()


@pytest.mark.parametrize("k", range(CHECKS))
def test_paused_before_any_check_it_does_nothing_more_on_a_device(tmp_path: Path, k: int) -> None:
    """Timers, batches, timers taken away, saves: each stands behind a check."""
    site = Site(tmp_path)
    steps: list[int] = []

    def meanwhile() -> None:
        site.take_over()
        steps.append(site.world.steps)

    nap = Nap(k, meanwhile)
    journal = site.first.journal
    append = journal.append

    class Journal:
        """As the journal; the process is paused before a check of its fence."""

        def __getattr__(self, name: str) -> object:
            return getattr(journal, name)

        def append(self, events, fences=(), *, alive=False):  # type: ignore[no-untyped-def]  # as SqlJournal.append
            if alive:
                nap.here()
            return append(events, fences, alive=alive)

    with pytest.raises(FenceLost):
        execute(site.order, replace(site.first.tools, journal=Journal()))
    assert [site.world.steps] == steps
    site.close()


def test_a_clock_that_was_put_back_makes_nobody_wait_for_ever(tmp_path: Path) -> None:
    tools = Site(tmp_path).heir.tools
    assert remaining(NOW + timedelta(hours=1), tools) == tools.lease_seconds + tools.send_seconds
    assert remaining(NOW - timedelta(hours=1), tools) == 0
    assert remaining(NOW - timedelta(seconds=31), tools) == pytest.approx(9)
