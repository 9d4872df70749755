"""Any order of plans, applies, ends, crashes, sleeps, hands and silence: old or new or quarantined, and a log that verifies."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace
from shelf import Bench, Device, Killed, ShelfDriver, World, _row, bench, plan_for

from netops.changes.execute import Order, execute, resume
from netops.changes.lifecycle import OPEN, Change, Phase, fold
from netops.changes.revert import revert
from netops.changes.teardown import end
from netops.changes.tools import Tools, hold
from netops.core.clock import ManualClock
from netops.core.errors import CommandRefused, NetopsError
from netops.core.model import Batch, Event, Fence, GuardHandle, GuardSpec, Plan, Receipt, Recorded, Tag, Verb
from netops.core.secret import SecretSource
from netops.core.text import Text
from netops.journal.verify import verify

CHANGES = {"HD-1-aaaaaa": ("a1", "client-a2"), "HD-2-bbbbbb": ("b1", "client-b2")}
DEVICES = ("gw", "sw")
OLD = {"old": "x"}
EXAMPLES = int(os.environ.get("NETOPS_MODEL_EXAMPLES", "60"))
STEPS = 14
change_ids = st.sampled_from(sorted(CHANGES))
operators = st.sampled_from(("one", "two"))


class Counting(ShelfDriver):
    """Has one timer, as a switch; and tells when something is added that is there."""

    doubled: list[str]

    def arm(self, spec: GuardSpec) -> GuardHandle:
        if self.device.timer is not None:
            told = Text("pengaman lain masih menyala", "another timer is pending")
            raise CommandRefused(told, device=self.name, step="arm", may_have_written=False, reply="no", op=None)
        return super().arm(spec)

    def apply(self, batch: Batch, secrets: SecretSource) -> Receipt:
        for op in map(_row, batch.ops):
            if op.verb is Verb.ADD and self.device.rows.get(op.key["name"]) == op.new["value"]:
                self.doubled.append(f"{self.name} {op.key['name']}")
        return super().apply(batch, secrets)


class Campus(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="netops-model-"))
        clock = ManualClock(datetime(2026, 11, 20, 2, 0, tzinfo=UTC))
        self.world = World(devices={name: Device(rows=dict(OLD)) for name in DEVICES}, clock=clock)
        self.doubled: list[str] = []
        self.by_hand: set[tuple[str, str]] = set()
        self.plans: dict[str, Plan] = {}
        self.desks: dict[str, Bench] = {}
        self.sleep: tuple[int, Callable[[], None]] | None = None
        for name in ("one", "two"):
            desk = bench(self.folder, self.world, name)
            desk.tools = replace(desk.tools, connect=lambda target: self._driver(target.name))
            self.desks[name] = desk
            self._let_sleep(desk)

    def _driver(self, name: str) -> Counting:
        driver = Counting(self.world, name)
        driver.doubled = self.doubled
        return driver

    def _let_sleep(self, desk: Bench) -> None:
        """Before its n-th check of the fence a worker sleeps, and others act meanwhile."""
        real = desk.journal.append

        def append(
            events: Sequence[Event], fences: Sequence[Fence] = (), *, alive: bool = False
        ) -> tuple[Recorded, ...]:
            if alive and self.sleep is not None:
                left, act = self.sleep
                self.sleep = (left - 1, act) if left else None
                if not left:
                    act()
            return real(events, fences, alive=alive)

        setattr(desk.journal, "append", append)  # noqa: B010 - of this journal only

    def teardown(self) -> None:
        try:
            self._settle_everything()
        finally:
            for desk in self.desks.values():
                desk.journal.close()
            shutil.rmtree(self.folder)

    def tools(self, operator: str) -> Tools:
        return self.desks[operator].tools

    def change(self, name: str) -> Change:
        return fold(name, self.desks["one"].journal.read(name))

    def order(self, name: str) -> Order:
        return Order(plan=self.plans[name], gate=lambda now: None)

    def attempt(self, work: Callable[[], object]) -> None:
        with contextlib.suppress(NetopsError, Killed):
            work()
        self.world.stop_at, self.sleep = -1, None

    def plan_afresh(self, name: str, operator: str) -> None:
        tag = Tag(name).comment
        rows = {row: f"{tag} {row}" for row in CHANGES[name]}
        self.plans[name] = plan_for(self.tools(operator), name, {"gw": 1, "sw": 2}, rows)

    @rule(name=change_ids, operator=operators)
    def plan(self, name: str, operator: str) -> None:
        if self.change(name).phase not in (*OPEN, Phase.ENDED):
            self.attempt(lambda: self.plan_afresh(name, operator))

    @precondition(lambda self: self.plans)
    @rule(name=change_ids, operator=operators, crash=st.none() | st.integers(0, 20), after=st.booleans())
    def apply(self, name: str, operator: str, crash: int | None, after: bool) -> None:
        if name in self.plans:
            self._crash(crash, after)
            self.attempt(lambda: execute(self.order(name), self.tools(operator)))

    @precondition(lambda self: self.plans)
    @rule(name=change_ids, checks=st.integers(0, 6), ends=st.booleans())
    def apply_and_sleep(self, name: str, checks: int, ends: bool) -> None:
        """Worker one loses its lease while it sleeps; two finishes its work, and may end the event, before one wakes."""
        if name not in self.plans:
            return

        def others() -> None:
            self.world.clock.move(60)
            with contextlib.suppress(NetopsError):
                resume(self.order(name), self.tools("two"))
                if ends:
                    end(self.plans[name], self.tools("two"), "early")

        self.sleep = (checks, others)
        self.attempt(lambda: execute(self.order(name), self.tools("one")))

    @precondition(lambda self: self.plans)
    @rule(name=change_ids, operator=operators, crash=st.none() | st.integers(0, 12), after=st.booleans())
    def resume(self, name: str, operator: str, crash: int | None, after: bool) -> None:
        if name in self.plans:
            self._crash(crash, after)
            self.attempt(lambda: resume(self.order(name), self.tools(operator)))

    @precondition(lambda self: self.plans)
    @rule(name=change_ids, operator=operators, crash=st.none() | st.integers(0, 12), after=st.booleans())
    def end(self, name: str, operator: str, crash: int | None, after: bool) -> None:
        if name in self.plans:
            self._crash(crash, after)
            self.attempt(lambda: end(self.plans[name], self.tools(operator), "early"))

    @rule(
        device=st.sampled_from(DEVICES),
        row=st.sampled_from([row for rows in CHANGES.values() for row in rows]),
        gone=st.booleans(),
    )
    def hands(self, device: str, row: str, gone: bool) -> None:
        rows = self.world.devices[device].rows
        if row in rows:
            self.by_hand.add((device, row))
            rows.pop(row) if gone else rows.update({row: "hand"})

    @rule(seconds=st.sampled_from((1, 40, 700)))
    def time_goes_by(self, seconds: int) -> None:
        self.world.clock.move(seconds)
        self.world.tick()

    @rule(device=st.sampled_from(DEVICES))
    def silence(self, device: str) -> None:
        self.world.devices[device].reachable ^= True

    def _crash(self, at: int | None, after: bool) -> None:
        self.world.stop_at, self.world.after = (-1 if at is None else self.world.steps + at), after

    def ours(self, name: str, device: str) -> dict[str, str]:
        rows = self.world.devices[device].rows
        return {row: rows[row] for row in CHANGES[name] if Tag(name).owns_comment(rows.get(row, ""))}

    @invariant()
    def old_or_new_or_quarantined(self) -> None:
        for name, rows in CHANGES.items():
            change = self.change(name)
            for device in DEVICES:
                have = set(self.ours(name, device))
                if change.phase is Phase.ACTIVE:
                    missing = {row for row in rows if row not in have and (device, row) not in self.by_hand}
                    assert not missing, f"{name} runs without {missing} on {device}"
                elif change.phase is Phase.QUARANTINED:
                    between = have and have != set(rows)
                    assert not between or change.device(device).quarantine, f"{device} in between, and nobody is told"
                elif change.phase not in OPEN:
                    assert not have, f"{name} is {change.phase}, and {device} carries {have}"
        assert self.doubled == []
        assert all(self.world.devices[device].rows.get("old") == "x" for device in DEVICES)

    @invariant()
    def the_log_verifies(self) -> None:
        verify(self.desks["one"].journal, self.desks["one"].tools.objects)  # type: ignore[arg-type]  # a folder of bodies

    def _settle_everything(self) -> None:
        """Whatever happened: with the devices reachable again, everything can be brought to its end."""
        for device in self.world.devices.values():
            device.reachable = True
        self.world.clock.move(3600)
        self.world.tick()
        for name, made in self.plans.items():
            self.attempt(lambda name=name: resume(self.order(name), self.tools("two")))  # type: ignore[misc]
            if self.change(name).phase is Phase.QUARANTINED:
                self.attempt(lambda made=made: self._revert(made))  # type: ignore[misc]
            if self.change(name).phase in OPEN:
                self.attempt(lambda made=made: end(made, self.tools("two"), "early"))  # type: ignore[misc]
            assert self.change(name).phase not in OPEN, f"{name} cannot be ended: {self.change(name).phase}"
        self.old_or_new_or_quarantined()
        for device in self.world.devices.values():
            assert {row: value for row, value in device.rows.items() if value != "hand"} == OLD

    def _revert(self, made: Plan) -> None:
        with hold(self.tools("two"), made.change, list(DEVICES)) as held:
            raise revert(held, made)


Campus.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None)
TestCampus = Campus.TestCase
