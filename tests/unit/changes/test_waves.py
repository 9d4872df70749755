"""Waves: no device is lost or taken twice; a sick canary leaves the rest untouched; a budget restores the failing one alone."""

import contextlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from shelf import Bench, Device, Killed, Poller, Shelf, World, bench, plan_for

from netops.changes.execute import Order, Outcome, execute, resume
from netops.changes.health import busy, risen
from netops.changes.lifecycle import Phase, fold
from netops.changes.teardown import end
from netops.changes.waves import waves
from netops.core.clock import ManualClock
from netops.core.errors import NeedsPerson, Restored, Unreachable
from netops.core.measured import InterfaceSample, Sample
from netops.core.model import Accounts, DevicePlan, Op, Plan, Rollout, Rows, Scope, State, Tag, Target, Tree
from netops.core.text import Text

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
CHANGE = "HD-1-abc123"
WANT = {"a": f"netops:{CHANGE}", "b": f"netops:{CHANGE} 2"}
NAMES = ("ap1", "ap2", "ap3", "ap4")
ROLLOUT = Rollout(canary=1, percent=(50,), bake_seconds=60, health=("reachable", "errors", "cpu"), cpu_limit=80)


def part(name: str, order: int, rollout: Rollout) -> DevicePlan:
    return DevicePlan(
        device=name, platform="shelf", order=order, scope=Scope(paths=()), base="", want=Tree(lines=()), batches=(),
        inverse=(), guards=(), difference="", rollout=rollout,
    )  # fmt: skip


rollouts = st.builds(
    Rollout,
    canary=st.integers(0, 5),
    percent=st.lists(st.integers(1, 99), max_size=3, unique=True).map(lambda found: tuple(sorted(found))),
)


@settings(max_examples=60)
@given(st.dictionaries(st.integers(1, 4), st.tuples(st.integers(1, 30), rollouts), max_size=4))
def test_every_device_exactly_once_lower_orders_first_canaries_first(orders: dict[int, tuple[int, Rollout]]) -> None:
    parts = [
        part(f"d{order}-{n:02}", order, rollout) for order, (count, rollout) in orders.items() for n in range(count)
    ]
    found = waves(reversed(parts))
    assert sorted(name for wave in found for name in wave.devices) == sorted(one.device for one in parts)
    assert [wave.number for wave in found] == list(range(1, len(found) + 1)) and all(wave.devices for wave in found)
    at = {one.device: one.order for one in parts}
    for one, next_ in pairwise(found):
        assert at[one.devices[0]] <= at[next_.devices[0]]
    for order, (count, rollout) in orders.items():
        mine = [wave for wave in found if at[wave.devices[0]] == order]
        assert all(at[name] == order for wave in mine for name in wave.devices)
        canaries = [name for wave in mine if wave.canary for name in wave.devices]
        assert len(canaries) == min(rollout.canary, count)
        assert [name for wave in mine for name in wave.devices][: len(canaries)] == canaries
        done, until = 0, {len(canaries)} | {-(-count * percent // 100) for percent in rollout.percent}
        for wave in mine[:-1]:
            done += len(wave.devices)
            assert done in until


def test_without_a_word_about_waves_an_order_goes_at_once() -> None:
    found = waves(part(name, 1, Rollout()) for name in NAMES)
    assert [wave.devices for wave in found] == [NAMES] and not found[0].canary


class Meter(Poller):
    """Readings that can be made sick: new errors at each reading, a busy processor, or silence."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.errors: dict[str, int] = {}
        self.cpu: dict[str, int] = {}
        self.silent: set[str] = set()
        self.readings = 0

    def sample(self, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        self.readings += 1
        found: dict[str, Sample | Exception] = {}
        for name, one in super().sample(targets, at).items():
            if name in self.silent:
                found[name] = Unreachable(Text("diam", "silent"), device=name, step="snmp", may_have_written=False)
                continue
            assert isinstance(one, Sample)
            ports = tuple(
                replace(port, in_errors=(2**32 - 1 + self.readings * self.errors.get(name, 0)) % 2**32, out_errors=0)
                for port in one.interfaces
            )
            found[name] = replace(one, interfaces=ports, cpu=self.cpu.get(name, 5))
        return found


@pytest.fixture
def world() -> World:
    return World(devices={name: Device(rows={"old": name}) for name in NAMES}, clock=ManualClock(NOW))


@pytest.fixture
def meter(world: World) -> Meter:
    return Meter(world)


def patient(opened: Bench) -> Bench:
    """A minute of baking is one jump of this clock: no heartbeat renews the lease meanwhile, as it does in life."""
    opened.tools = replace(opened.tools, lease_seconds=600.0)
    return opened


@pytest.fixture
def desk(tmp_path: Path, world: World, meter: Meter) -> Iterator[Bench]:
    opened = patient(bench(tmp_path, world, poller=meter))
    yield opened
    opened.journal.close()


def planned(desk: Bench, rollout: Rollout = ROLLOUT, budget: int = 0) -> Plan:
    made = plan_for(desk.tools, CHANGE, dict.fromkeys(NAMES, 1), WANT)
    return replace(made, devices=tuple(replace(one, rollout=rollout) for one in made.devices), failure_budget=budget)


def order(plan: Plan) -> Order:
    return Order(plan=plan, gate=lambda now: None)


def checked(desk: Bench) -> list[dict[str, object]]:
    return [dict(one.event.data) for one in desk.journal.read(CHANGE) if one.event.kind == "wave.checked"]


def test_one_few_rest_with_time_between_and_evidence_of_each_look(desk: Bench, world: World) -> None:
    assert execute(order(planned(desk)), desk.tools) is Outcome.DONE
    assert all(device.rows.items() >= WANT.items() for device in world.devices.values())
    # The second of two waves before the last: 60 s after each.
    assert (world.clock.now() - NOW).total_seconds() == 120
    assert [(one["wave"], one["canary"], one["healthy"], one["sick"]) for one in checked(desk)] == [
        (1, True, ["ap1"], []),
        (2, False, ["ap2"], []),
    ]
    seen = [(one.event.kind, one.event.device) for one in desk.journal.read(CHANGE)]
    assert (
        seen.index(("device.confirmed", "ap1")) < seen.index(("wave.checked", "")) < seen.index(("guard.intent", "ap2"))
    )
    assert seen.index(("device.confirmed", "ap4")) < seen.index(("device.saved", "ap1"))
    when = {one.event.data["when"] for one in desk.journal.read(CHANGE) if one.event.kind == "evidence.sampled"}
    assert {"wave-1", "wave-1-baked", "wave-2", "wave-2-baked"} <= when


def _error(world: World, meter: Meter) -> None:
    meter.errors["ap1"] = 3


def _busy(world: World, meter: Meter) -> None:
    meter.cpu["ap1"] = 80


def _silent(world: World, meter: Meter) -> None:
    meter.silent.add("ap1")


def _refusing(world: World, meter: Meter) -> None:
    world.devices["ap1"].refuse = "b"


@pytest.mark.parametrize("ail", [_error, _busy, _silent, _refusing], ids=["errors", "cpu", "silent", "refuses"])
@pytest.mark.parametrize("budget", [0, 3])
def test_a_failing_canary_leaves_the_rest_untouched_whatever_the_budget(
    desk: Bench, world: World, meter: Meter, ail: Callable[[World, Meter], None], budget: int
) -> None:
    plan = planned(desk, budget=budget)
    if ail is _silent:  # the proof behind the push is by SNMP too: it is not what is tried here
        plan = replace(plan, devices=tuple(replace(one, checks=("configuration",)) for one in plan.devices))
    ail(world, meter)
    with pytest.raises(Restored, match=r"ap1|refused"):
        execute(order(plan), desk.tools)
    assert {name: device.rows for name, device in world.devices.items()} == {name: {"old": name} for name in NAMES}
    assert not any(world.devices[name].writes for name in NAMES[1:])
    assert all(device.timer is None for device in world.devices.values())
    assert fold(CHANGE, desk.journal.read(CHANGE)).phase is Phase.RESTORED
    assert [one["sick"] for one in checked(desk)] == ([] if ail is _refusing else [["ap1"]])


def test_a_canary_that_loses_the_change_by_itself_is_found_after_the_bake(desk: Bench, world: World) -> None:
    plan, canary = planned(desk), world.devices["ap1"]

    class Forgetful(ManualClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            canary.rows.pop("a", None)

    desk.tools = replace(desk.tools, clock=Forgetful(NOW))
    with pytest.raises(Restored, match="ap1"):
        execute(order(plan), desk.tools)
    assert canary.rows == {"old": "ap1"} and not world.devices["ap2"].writes


def test_within_the_budget_the_failing_device_alone_is_restored_and_named(desk: Bench, world: World) -> None:
    world.devices["ap3"].refuse = "b"
    plan = planned(desk, budget=1)
    assert execute(order(plan), desk.tools) is Outcome.PARTLY
    for name, device in world.devices.items():
        assert device.rows == ({"old": name} if name == "ap3" else {"old": name, **WANT})
        assert device.timer is None and device.saved == (0 if name == "ap3" else 1)
    change = fold(CHANGE, desk.journal.read(CHANGE))
    assert change.phase is Phase.ACTIVE and change.lost == ("ap3",)
    assert change.device("ap3").failed and change.device("ap3").restored and not change.device("ap3").confirmed
    # A second apply changes nothing, and the end leaves nothing.
    assert execute(order(plan), desk.tools) is Outcome.NOTHING
    assert end(plan, desk.tools, "due").leftovers == ()
    assert {name: device.rows for name, device in world.devices.items()} == {name: {"old": name} for name in NAMES}


def test_beyond_the_budget_everything_goes_back(desk: Bench, world: World) -> None:
    for name in ("ap2", "ap3"):
        world.devices[name].refuse = "b"
    with pytest.raises(Restored):
        execute(order(planned(desk, Rollout(canary=1), budget=1)), desk.tools)
    assert {name: device.rows for name, device in world.devices.items()} == {name: {"old": name} for name in NAMES}


def test_a_wave_that_fails_whole_is_no_exception_to_be_borne(desk: Bench, world: World) -> None:
    for name in ("ap3", "ap4"):
        world.devices[name].refuse = "b"
    with pytest.raises(Restored):
        execute(order(planned(desk, budget=4)), desk.tools)
    assert {name: device.rows for name, device in world.devices.items()} == {name: {"old": name} for name in NAMES}


def test_a_sick_device_of_a_later_wave_is_within_the_budget(desk: Bench, world: World, meter: Meter) -> None:
    rollout = replace(ROLLOUT, percent=(75,))
    meter.cpu["ap3"] = 99
    assert execute(order(planned(desk, rollout, budget=1)), desk.tools) is Outcome.PARTLY
    assert world.devices["ap3"].rows == {"old": "ap3"} and world.devices["ap4"].rows == {"old": "ap4", **WANT}
    assert [one["sick"] for one in checked(desk)] == [[], ["ap3"]]


def test_a_device_that_cannot_be_restored_alone_takes_the_others_back_with_it(desk: Bench, world: World) -> None:
    plan, lost = planned(desk, Rollout(), budget=1), world.devices["ap3"]

    class Cut(list[str]):
        def append(self, write: str) -> None:
            super().append(write)
            lost.reachable = False

    lost.writes = Cut()
    with pytest.raises(NeedsPerson, match="ap3"):
        execute(order(plan), desk.tools)
    assert all(world.devices[name].rows == {"old": name} for name in NAMES if name != "ap3")
    assert fold(CHANGE, desk.journal.read(CHANGE)).device("ap3").quarantine


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_every_step_with_a_loss_in_the_budget_then_resumed(tmp_path: Path, after: bool) -> None:
    """k = N: each device is old or new; the one that failed is old, and never tried a second time once it was restored."""

    def begun(folder: Path) -> tuple[World, Bench, Plan]:
        world = World(devices={name: Device(rows={"old": name}) for name in NAMES}, clock=ManualClock(NOW))
        world.devices["ap3"].refuse = "b"
        desk = patient(bench(folder, world, poller=Meter(world)))
        return world, desk, planned(desk, budget=1)

    world, desk, plan = begun(tmp_path / "count")
    first = world.steps
    execute(order(plan), desk.tools)
    steps = world.steps
    desk.journal.close()
    for k in range(first, steps):
        world, desk, plan = begun(tmp_path / f"{k}")
        world.stop_at, world.after = k, after
        with pytest.raises(Killed):
            execute(order(plan), desk.tools)
        world.clock.move(601)
        world.tick()
        heir = patient(bench(tmp_path / f"{k}", world, holder="two", poller=Meter(world)))
        with contextlib.suppress(Restored):
            resume(order(plan), heir.tools)
        change = fold(CHANGE, heir.journal.read(CHANGE))
        for name, device in world.devices.items():
            new = change.phase is Phase.ACTIVE and name not in change.lost
            assert device.rows == ({"old": name, **WANT} if new else {"old": name}), f"step {k}: {name}"
            assert device.timer is None, f"step {k}: {name}"
        assert change.phase in (Phase.ACTIVE, Phase.RESTORED, Phase.NEW), f"step {k}: {change.phase}"
        desk.journal.close()
        heir.journal.close()


def sample(errors: int | None = 0, cpu: int | None = 5, uptime: int = 10) -> Sample:
    port = InterfaceSample(
        name="port", index=1, in_octets=0, out_octets=0, speed=1, up=True, in_errors=errors, out_errors=errors
    )
    return Sample(device="gw", at=NOW, uptime=uptime, interfaces=(port,), cpu=cpu)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (sample(5), sample(5), ""),
        (sample(5), sample(6), "2 new errors"),
        (sample(2**32 - 1), sample(1), "4 new errors"),
        (sample(5, uptime=10), sample(5, uptime=9), "restarted"),
        (sample(None), sample(None), "no error counters"),
        (None, sample(5), "no SNMP answer"),
    ],
    ids=["same", "risen", "wrapped", "restarted", "none", "nothing-before"],
)
def test_error_counters_between_two_readings(before: Sample | None, after: Sample, said: str) -> None:
    found = [str(one) for one in risen(before, after)]
    assert (found == []) if not said else (said in found[0])


@pytest.mark.parametrize(("cpu", "healthy"), [(79, True), (80, False), (None, False)], ids=["below", "at", "unknown"])
def test_the_load_has_to_be_below_the_limit(cpu: int | None, healthy: bool) -> None:
    assert (not list(busy(sample(cpu=cpu), 80))) == healthy


class GuestShelf(Shelf):
    """A shelf that lets guests in, and says whether it serves."""

    def __init__(self, *, serving: bool) -> None:
        self.serving = serving

    def accounts(self, seen: State, want: State, owner: Tag) -> Accounts:
        return Accounts(
            present=(), missing=(), edited=(), mend={}, foreign=(), off=(), online={}, saved={}, serving=self.serving
        )

    def evict(self, seen: State, owner: Tag, names: Collection[str]) -> tuple[Op, ...]:
        return ()

    def names(self, want: State) -> tuple[str, ...]:
        return ()

    def logins(self, seen: State) -> tuple[str, ...]:
        return ()

    def ending(self, want: State) -> tuple[Op, ...]:
        return self.diff(Rows(rows=()), want, Tag(CHANGE))[:1]

    def opening(self, seen: State, want: State, owner: Tag) -> tuple[Op, ...]:
        return ()


@pytest.mark.parametrize("serving", [True, False])
def test_a_hotspot_that_does_not_serve_holds_up_the_rest(desk: Bench, world: World, serving: bool) -> None:
    platform = GuestShelf(serving=serving)
    tools = replace(desk.tools, platforms={"shelf": platform})
    plan = planned(desk, Rollout(canary=1, health=("hotspot",)))
    if serving:
        assert execute(order(plan), tools) is Outcome.DONE
        return
    with pytest.raises(Restored, match="hotspot does not serve"):
        execute(order(plan), tools)
    assert not world.devices["ap2"].writes and world.devices["ap1"].rows == {"old": "ap1"}
