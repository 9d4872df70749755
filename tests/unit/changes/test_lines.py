"""How often a change connects, and what it does when a line that it kept has died meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shelf import Bench, Device, Poller, Shelf, World, bench, plan_for

from netops.changes import lines as kept_lines
from netops.changes.execute import Order, Outcome, execute
from netops.changes.lines import Lines
from netops.core.clock import ManualClock
from netops.core.errors import Restored, Unreachable
from netops.core.measured import Sample
from netops.core.model import Plan, Target
from netops.core.ports import Driver
from netops.core.text import Text

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CHANGE = "HD-1-abc123"
WANT = {"a": f"netops:{CHANGE}", "b": f"netops:{CHANGE} 2"}


@pytest.fixture
def world() -> World:
    return World(devices={"gw": Device(rows={"old": "x"}), "sw": Device()}, clock=ManualClock(NOW))


@pytest.fixture
def desk(tmp_path: Path, world: World) -> Iterator[Bench]:
    opened = bench(tmp_path, world)
    yield opened
    opened.journal.close()


def plan(desk: Bench) -> Plan:
    return plan_for(desk.tools, CHANGE, {"gw": 1, "sw": 2}, WANT)


def order(plan: Plan, when: Callable[[], None] | None = None) -> Order:
    """`when` happens at the second look at the approval: the devices are observed, nothing is written yet."""
    looks: list[datetime] = []

    def gate(now: datetime) -> None:
        looks.append(now)
        if when and len(looks) == 2:
            when()

    return Order(plan=plan, gate=gate)


def connections(world: World) -> list[int]:
    return [device.connections for device in world.devices.values()]


def test_a_plan_opens_one_connection_to_a_device_and_its_execution_two_more(desk: Bench, world: World) -> None:
    made = plan(desk)
    assert connections(world) == [1, 1]
    assert execute(order(made), desk.tools) is Outcome.DONE
    assert connections(world) == [3, 3]
    assert execute(order(made), desk.tools) is Outcome.NOTHING
    assert connections(world) == [4, 4]
    assert all(device.open_lines == 0 for device in world.devices.values())


def test_a_line_that_died_after_the_observation_is_opened_anew_before_anything_is_written(
    desk: Bench, world: World
) -> None:
    made = plan(desk)

    def cut() -> None:
        world.devices["gw"].lines_cut += 1

    assert execute(order(made, cut), desk.tools) is Outcome.DONE
    assert connections(world) == [4, 3]
    assert world.devices["gw"].writes == ["add a", "add b"]


def test_a_line_that_died_after_the_verification_is_opened_anew_to_confirm(tmp_path: Path, world: World) -> None:
    class Cutting(Poller):
        def sample(self, targets: Sequence[Target], at: datetime) -> dict[str, Sample | Exception]:
            for target in targets:
                # Before the push nothing is cut: the sample behind the verification is meant.
                world.devices[target.name].lines_cut += bool(world.devices[target.name].writes)
            return dict(super().sample(targets, at))

    desk = bench(tmp_path, world, poller=Cutting(world))
    assert execute(order(plan(desk)), desk.tools) is Outcome.DONE
    assert connections(world) == [4, 4]
    assert all(device.timer is None and device.saved == 1 for device in world.devices.values())
    desk.journal.close()


def test_a_line_that_died_before_saving_is_opened_anew(desk: Bench, world: World) -> None:
    made = plan(desk)
    gateway, switch = world.devices["gw"], world.devices["sw"]

    class CutsGateway(list[str]):
        def append(self, write: str) -> None:
            super().append(write)
            gateway.lines_cut += 1  # the gateway is confirmed when the switch's wave begins

    switch.writes = CutsGateway()
    assert execute(order(made), desk.tools) is Outcome.DONE
    assert connections(world) == [4, 3] and gateway.saved == 1 and gateway.writes == ["add a", "add b"]


def test_a_device_that_forgets_nothing_is_not_asked_to_save(
    desk: Bench, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shelf, "volatile", False)
    assert execute(order(plan(desk)), desk.tools) is Outcome.DONE
    assert [device.saved for device in world.devices.values()] == [0, 0]
    kinds = [one.event.kind for one in desk.journal.read(CHANGE)]
    assert kinds.count("device.saved") == 2


def test_a_line_that_breaks_while_it_is_written_over_is_never_used_again(desk: Bench, world: World) -> None:
    made = plan(desk)
    gateway = world.devices["gw"]

    class CutsItself(list[str]):
        def append(self, write: str) -> None:
            super().append(write)
            gateway.lines_cut += len(self) == 1

    gateway.writes = CutsItself()
    with pytest.raises(Restored):
        execute(order(made), desk.tools)
    assert gateway.rows == {"old": "x"} and list(gateway.writes) == ["add a", "remove a"]
    assert sum(device.open_lines for device in world.devices.values()) == 0


def test_lines_are_closed_whatever_ends_the_change(desk: Bench, world: World) -> None:
    def interrupt(driver: Driver) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Lines(desk.tools) as lines:
        lines.fresh("gw", lambda driver: None)
        lines.again("sw", interrupt)
    assert connections(world) == [1, 1] and [d.open_lines for d in world.devices.values()] == [0, 0]


def test_no_more_lines_wait_than_a_process_may_have_files(
    desk: Bench, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_lines, "KEPT", 1)
    made = plan(desk)
    assert execute(order(made), desk.tools) is Outcome.DONE
    assert connections(world)[0] == 3 and connections(world)[1] > 3
    assert all(device.open_lines == 0 for device in world.devices.values())


def test_what_may_have_been_written_is_not_done_again(desk: Bench, world: World) -> None:
    tries: list[str] = []

    def half(driver: Driver) -> None:
        tries.append("gw")
        raise Unreachable(Text("putus", "broken"), device="gw", step="confirm", may_have_written=True)

    with Lines(desk.tools) as lines:
        lines.fresh("gw", lambda driver: None)
        with pytest.raises(Unreachable):
            lines.again("gw", half)
        lines.fresh("gw", lambda driver: None)
        with pytest.raises(Unreachable):
            lines.again("gw", half, repeatable=True)
    assert tries == ["gw", "gw", "gw"]
