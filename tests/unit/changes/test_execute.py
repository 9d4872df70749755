"""The product sentence, stopped at every step: every device ends fully old or fully new, and nothing is done twice."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shelf import Bench, Device, Killed, Poller, World, bench, plan_for

from netops.changes.execute import Order, Outcome, execute, resume
from netops.changes.lifecycle import Phase, fold
from netops.changes.teardown import end
from netops.core.clock import ManualClock
from netops.core.errors import Locked, NeedsPerson, NotApproved, Refused, Restored, StalePlan, VerifyFailed
from netops.core.measured import Sample
from netops.core.model import Plan, Target
from netops.core.text import Text

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CHANGE = "HD-1-abc123"
WANT = {"a": f"netops:{CHANGE}", "b": f"netops:{CHANGE} 2"}
ORDERS = {"gw": 1, "sw": 2}


def everything_approved(now: datetime) -> None:
    return None


def not_approved(now: datetime) -> None:
    raise NotApproved(Text("belum disetujui", "not approved"))


@pytest.fixture
def world() -> World:
    return World(devices={"gw": Device(rows={"old": "x"}), "sw": Device()}, clock=ManualClock(NOW))


@pytest.fixture
def desk(tmp_path: Path, world: World) -> Iterator[Bench]:
    opened = bench(tmp_path, world)
    yield opened
    opened.journal.close()


def planned(desk: Bench) -> Plan:
    return plan_for(desk.tools, CHANGE, ORDERS, WANT)


def kinds(desk: Bench) -> list[str]:
    return [recorded.event.kind for recorded in desk.journal.read(CHANGE)]


def phase(desk: Bench) -> Phase:
    return fold(CHANGE, desk.journal.read(CHANGE)).phase


def test_an_approved_plan_is_carried_out_and_recorded(desk: Bench, world: World) -> None:
    assert execute(Order(plan=planned(desk), gate=everything_approved), desk.tools) is Outcome.DONE
    assert world.devices["gw"].rows == {"old": "x", **WANT} and world.devices["sw"].rows == WANT
    assert all(device.timer is None and device.saved == 1 for device in world.devices.values())
    seen = kinds(desk)
    for one, other in [("guard.armed", "batch.intent"), ("batch.intent", "batch.sent"), ("batch.sent", "device.verified"),
                       ("device.verified", "device.confirmed"), ("device.confirmed", "device.saved")]:  # fmt: skip
        assert seen.index(one) < seen.index(other)
    assert phase(desk) is Phase.ACTIVE


class SlowAgent(Poller):
    """Shows what it showed before until it was asked that often after the push."""

    late = 2

    def sample(self, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        pushed = [target for target in targets if WANT.items() <= self.world.devices[target.name].rows.items()]
        self.late -= bool(pushed)
        for target in pushed:
            self.world.devices[target.name].port_up = self.late <= 0
        return super().sample(targets, at)


def test_an_agent_that_shows_a_new_interface_a_moment_later_is_asked_again(tmp_path: Path, world: World) -> None:
    slow = bench(tmp_path, world, poller=SlowAgent(world))
    assert execute(Order(plan=planned(slow), gate=everything_approved), slow.tools) is Outcome.DONE
    assert [one for one in kinds(slow) if one in ("batch.sent", "evidence.sampled", "device.verified")].count(
        "evidence.sampled"
    ) > len(world.devices) * 2
    slow.journal.close()


def test_a_second_apply_has_nothing_to_do_and_writes_nothing(desk: Bench, world: World) -> None:
    order = Order(plan=planned(desk), gate=everything_approved)
    execute(order, desk.tools)
    before = [list(device.writes) for device in world.devices.values()]
    assert execute(order, desk.tools) is Outcome.NOTHING
    assert [device.writes for device in world.devices.values()] == before


def test_what_is_not_approved_reaches_no_device(desk: Bench, world: World) -> None:
    plan = planned(desk)
    connections = world.steps
    with pytest.raises(NotApproved):
        execute(Order(plan=plan, gate=not_approved), desk.tools)
    assert world.steps == connections and kinds(desk) == []


def test_approval_is_asked_again_after_observing(desk: Bench, world: World) -> None:
    """A window may close while devices are being read."""
    calls: list[datetime] = []

    def closing(now: datetime) -> None:
        calls.append(now)
        if len(calls) > 1:
            not_approved(now)

    with pytest.raises(NotApproved):
        execute(Order(plan=planned(desk), gate=closing), desk.tools)
    assert not any(device.writes for device in world.devices.values())


def test_drift_of_what_is_touched_is_refused_with_the_difference(desk: Bench, world: World) -> None:
    plan = planned(desk)
    world.devices["gw"].rows["a"] = f"netops:{CHANGE} by hand"
    with pytest.raises(StalePlan) as caught:
        execute(Order(plan=plan, gate=everything_approved), desk.tools)
    assert "~ a" in caught.value.difference and not world.devices["gw"].writes


def test_drift_elsewhere_does_not_matter(desk: Bench, world: World) -> None:
    plan = planned(desk)
    world.devices["gw"].rows["somebody"] = "else"
    assert execute(Order(plan=plan, gate=everything_approved), desk.tools) is Outcome.DONE


def test_a_device_without_a_timer_is_refused_unless_accepted(desk: Bench, world: World) -> None:
    world.devices["gw"].features = ()
    plan = planned(desk)
    with pytest.raises(Refused) as caught:
        execute(Order(plan=plan, gate=everything_approved), desk.tools)
    assert "--accept-no-guard" in caught.value.describe("en") and not world.devices["gw"].writes
    again = Order(plan=plan, gate=everything_approved, accept_no_guard=True)
    assert execute(again, desk.tools) is Outcome.DONE
    assert "guard.none" in kinds(desk)


def test_a_change_of_the_management_path_needs_a_timer_whatever_is_accepted(desk: Bench, world: World) -> None:
    plan = plan_for(desk.tools, CHANGE, ORDERS, WANT | {"uplink": f"netops:{CHANGE} 3"})
    assert [part.management for part in plan.devices] == [("uplink",), ("uplink",)]
    world.devices["sw"].features = ()
    bare = plan_for(desk.tools, CHANGE, ORDERS, WANT | {"uplink": f"netops:{CHANGE} 3"})
    with pytest.raises(Refused) as caught:
        execute(Order(plan=bare, gate=everything_approved, accept_no_guard=True), desk.tools)
    assert "management path" in caught.value.describe("en") and "uplink" in caught.value.describe("en")
    assert caught.value.exit_code == 4 and not any(device.writes for device in world.devices.values())
    # A device that lost its timer since the plan was made is found out before its first write, and the rest goes back.
    with pytest.raises(Restored, match="management path"):
        execute(Order(plan=plan, gate=everything_approved, accept_no_guard=True), desk.tools)
    assert world.devices["sw"].writes == [] and world.devices["gw"].rows == {"old": "x"}
    world.devices["sw"].features = ("timer",)
    assert execute(Order(plan=plan, gate=everything_approved), desk.tools) is Outcome.DONE


@pytest.mark.parametrize("refused", ["a", "b"])
@pytest.mark.parametrize("name", ["gw", "sw"])
def test_a_refused_operation_restores_every_device(desk: Bench, world: World, name: str, refused: str) -> None:
    plan = planned(desk)
    world.devices[name].refuse = refused
    with pytest.raises(Restored):
        execute(Order(plan=plan, gate=everything_approved), desk.tools)
    assert world.devices["gw"].rows == {"old": "x"} and world.devices["sw"].rows == {}
    assert all(device.timer is None for device in world.devices.values())
    assert phase(desk) is Phase.RESTORED


def test_a_push_that_snmp_does_not_confirm_is_restored(desk: Bench, world: World) -> None:
    plan = planned(desk)
    world.devices["sw"].port_up = False
    with pytest.raises(Restored) as caught:
        execute(Order(plan=plan, gate=everything_approved), desk.tools)
    assert isinstance(caught.value.__cause__, VerifyFailed)
    assert world.devices["gw"].rows == {"old": "x"}


def test_an_unreachable_device_during_restoration_is_quarantined_and_its_timer_acts(desk: Bench, world: World) -> None:
    plan = planned(desk)
    gateway, switch = world.devices["gw"], world.devices["sw"]

    class CutsGateway(list[str]):
        def append(self, write: str) -> None:
            super().append(write)
            gateway.reachable = False

    gateway.writes = CutsGateway()
    with pytest.raises(NeedsPerson, match="gw"):
        execute(Order(plan=plan, gate=everything_approved), desk.tools)
    assert phase(desk) is Phase.QUARANTINED and switch.rows == {}
    world.clock.move(301)
    world.tick()
    assert gateway.rows == {"old": "x"}


def test_a_restored_change_may_be_applied_again(desk: Bench, world: World) -> None:
    plan = planned(desk)
    world.devices["sw"].refuse = "b"
    with pytest.raises(Restored):
        execute(Order(plan=plan, gate=everything_approved), desk.tools)
    world.devices["sw"].refuse = ""
    assert execute(Order(plan=plan, gate=everything_approved), desk.tools) is Outcome.DONE


def test_two_workers_cannot_hold_one_device(desk: Bench, world: World) -> None:
    other = bench(desk.folder, world, holder="two")
    lease = other.journal.acquire("device:sw", "two", 30)
    with pytest.raises(Locked):
        execute(Order(plan=planned(desk), gate=everything_approved), desk.tools)
    other.journal.release(lease)
    other.journal.close()
    assert not any(device.writes for device in world.devices.values())


def _steps_of(run: Callable[[Bench], None], tmp_path: Path) -> int:
    world = World(devices={"gw": Device(rows={"old": "x"}), "sw": Device()}, clock=ManualClock(NOW))
    desk = bench(tmp_path / "count", world)
    run(desk)
    desk.journal.close()
    return world.steps


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_every_step_of_apply_then_resumed(tmp_path: Path, after: bool) -> None:
    """k = N: at each step that touches a device, stop dead; `resume` finishes or restores, and nothing is added twice."""

    def whole(desk: Bench) -> None:
        execute(Order(plan=planned(desk), gate=everything_approved), desk.tools)

    steps = _steps_of(whole, tmp_path)
    assert steps > 15
    for k in range(2, steps):  # the first two connections only make the plan
        world = World(devices={"gw": Device(rows={"old": "x"}), "sw": Device()}, clock=ManualClock(NOW))
        desk = bench(tmp_path / f"{k}", world)
        plan = planned(desk)
        world.stop_at, world.after = k, after
        with pytest.raises(Killed):
            execute(Order(plan=plan, gate=everything_approved), desk.tools)
        world.clock.move(31)  # the dead worker's lease runs out
        heir = bench(tmp_path / f"{k}", world, holder="two")
        order = Order(plan=plan, gate=everything_approved)
        with contextlib.suppress(Restored):
            resume(order, heir.tools)
        new = {name: {**device.rows} for name, device in world.devices.items()}
        old_state, new_state = {"gw": {"old": "x"}, "sw": {}}, {"gw": {"old": "x", **WANT}, "sw": WANT}
        state = phase(heir)
        if state is Phase.ACTIVE:
            assert new == new_state, f"step {k}"
        else:
            assert state in (Phase.RESTORED, Phase.NEW), f"step {k}: {state}"
            assert new == old_state, f"step {k}"
        assert all(device.timer is None for device in world.devices.values()), f"step {k}"
        for device in world.devices.values():
            adds = Counter(write for write in device.writes if write.startswith("add"))
            assert all(count == 1 for count in adds.values()), f"step {k}: {adds}"
        desk.journal.close()
        heir.journal.close()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_every_step_of_end_then_ended_again(tmp_path: Path, after: bool) -> None:
    def begun(folder: Path) -> tuple[World, Bench, Plan]:
        world = World(devices={"gw": Device(rows={"old": "x"}), "sw": Device()}, clock=ManualClock(NOW))
        desk = bench(folder, world)
        plan = planned(desk)
        execute(Order(plan=plan, gate=everything_approved), desk.tools)
        world.devices["gw"].rows["client-1"] = "guest"
        world.steps = 0
        return world, desk, plan

    world, desk, plan = begun(tmp_path / "count")
    end(plan, desk.tools, "early")
    steps = world.steps
    desk.journal.close()
    for k in range(steps):
        world, desk, plan = begun(tmp_path / f"{k}")
        world.stop_at, world.after = k, after
        with pytest.raises(Killed):
            end(plan, desk.tools, "early")
        world.clock.move(31)
        heir = bench(tmp_path / f"{k}", world, holder="two")
        assert end(plan, heir.tools, "early").leftovers == ()
        assert world.devices["gw"].rows == {"old": "x"} and world.devices["sw"].rows == {}, f"step {k}"
        assert phase(heir) is Phase.ENDED
        desk.journal.close()
        heir.journal.close()


def test_at_the_end_access_closes_and_what_a_person_changed_stays_and_is_reported(desk: Bench, world: World) -> None:
    plan = planned(desk)
    execute(Order(plan=plan, gate=everything_approved), desk.tools)
    world.devices["gw"].rows.update({"client-1": "guest", "a": f"netops:{CHANGE} changed by hand", "theirs": "y"})
    ended = end(plan, desk.tools, "due")
    assert any("changed by hand" in line for line in ended.leftovers)
    assert world.devices["gw"].rows == {"old": "x", "a": f"netops:{CHANGE} changed by hand", "theirs": "y"}
    assert "device.absent" in kinds(desk) and phase(desk) is Phase.ENDED


def test_what_does_not_run_cannot_be_ended(desk: Bench) -> None:
    with pytest.raises(Refused):
        end(planned(desk), desk.tools, "due")


def test_an_unreachable_device_at_the_end_needs_a_person_and_can_be_repeated(desk: Bench, world: World) -> None:
    plan = planned(desk)
    execute(Order(plan=plan, gate=everything_approved), desk.tools)
    world.devices["sw"].reachable = False
    with pytest.raises(NeedsPerson, match="sw"):
        end(plan, desk.tools, "due")
    assert world.devices["gw"].rows == {"old": "x"}
    world.devices["sw"].reachable = True
    assert end(plan, desk.tools, "due").leftovers == () and world.devices["sw"].rows == {}
