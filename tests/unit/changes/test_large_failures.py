"""Failures whose telling is larger than an entry of the log: what must be restored is restored all the same."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace
from shelf import Bench, Device, ShelfDriver, World, bench, plan_for

from netops.changes.execute import Order, execute
from netops.changes.lifecycle import Phase, fold
from netops.changes.revert import revert
from netops.changes.teardown import end
from netops.changes.tools import hold
from netops.core.clock import ManualClock
from netops.core.errors import NeedsPerson, Restored
from netops.core.model import Batch, Receipt
from netops.core.secret import SecretSource
from netops.journal.entry import MAX_ENTRY
from netops.journal.objects import FolderObjects
from netops.journal.verify import verify

CHANGE = "HD-1-abc123"
ORDERS = {"gw": 1, "sw": 2}
WANT = {f"user-{number:03}-{'x' * 200}": f"netops:{CHANGE}" for number in range(400)}


@pytest.fixture
def world() -> World:
    clock = ManualClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
    return World(devices={"gw": Device(rows={"old": "x"}), "sw": Device()}, clock=clock)


@pytest.fixture
def desk(tmp_path: Path, world: World) -> Iterator[Bench]:
    opened = bench(tmp_path, world)
    assert sum(map(len, WANT)) > MAX_ENTRY
    yield opened
    opened.journal.close()


class Forgetful(ShelfDriver):
    """Says yes to everything and keeps nothing of it."""

    def apply(self, batch: Batch, secrets: SecretSource) -> Receipt:
        if self.name == "sw":
            return Receipt(batch=batch.number, replies=("",) * len(batch.ops))
        return super().apply(batch, secrets)


def approved(now: datetime) -> None:
    return None


def test_a_difference_of_hundreds_of_rows_does_not_stop_the_restoration(desk: Bench, world: World) -> None:
    tools = replace(desk.tools, connect=lambda target: Forgetful(world, target.name))
    with pytest.raises(Restored):
        execute(Order(plan=plan_for(tools, CHANGE, ORDERS, WANT), gate=approved), tools)
    assert world.devices["gw"].rows == {"old": "x"} and world.devices["sw"].rows == {}
    assert fold(CHANGE, desk.journal.read(CHANGE)).phase is Phase.RESTORED
    verify(desk.journal, FolderObjects(desk.folder / "objects"))


def test_hundreds_of_rows_that_somebody_changed_are_told_and_stay(desk: Bench, world: World) -> None:
    plan = plan_for(desk.tools, CHANGE, ORDERS, WANT)
    execute(Order(plan=plan, gate=approved), desk.tools)
    changed = dict.fromkeys(WANT, "by hand")
    world.devices["gw"].rows.update(changed)
    with hold(desk.tools, CHANGE, list(ORDERS)) as held:
        outcome = revert(held, plan)
    assert isinstance(outcome, NeedsPerson)
    assert world.devices["sw"].rows == {}, "the other device is restored"
    change = fold(CHANGE, desk.journal.read(CHANGE))
    *_, last = change.device("gw").quarantine
    assert change.phase is Phase.QUARANTINED and last.startswith("… +")
    assert len(desk.tools.objects.get(last.rpartition(": ")[2])) > MAX_ENTRY, "all of them are in the body"
    ended = end(plan, desk.tools, "due")
    assert len(ended.leftovers) == len(WANT)
    assert fold(CHANGE, desk.journal.read(CHANGE)).phase is Phase.ENDED
    assert world.devices["gw"].rows == {"old": "x", **changed}
