"""The smallest device there can be: named rows in memory, with a timer; and a world of them that fails on demand.

Used where a test must stop the world at every single step, which real sockets would make slow; the same code runs
over sockets in tests/lab.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from msgspec import Struct, field

from netops.changes.prepare import Share, device_plans
from netops.changes.tools import Tools
from netops.core.clock import ManualClock
from netops.core.errors import CommandRefused, Refused, Unreachable
from netops.core.measured import InterfaceSample, Sample
from netops.core.model import (
    Batch,
    Claim,
    DeviceFacts,
    Finding,
    GuardHandle,
    GuardKind,
    GuardSpec,
    GuardState,
    Needs,
    Op,
    Plan,
    Receipt,
    Restoration,
    Row,
    RowOp,
    Rows,
    Scope,
    State,
    Tag,
    Target,
    Used,
    Value,
    Verb,
)  # fmt: skip
from netops.core.ports import Driver
from netops.core.secret import Secret, SecretRef, SecretSource
from netops.core.text import Text
from netops.journal.objects import FolderObjects
from netops.journal.store import SqlJournal

T = TypeVar("T")


class Killed(BaseException):
    """Stands for `kill -9`: nothing of ours may catch it."""


def _rows(state: State) -> dict[str, str]:
    assert isinstance(state, Rows)
    return {str(row.values["name"]): str(row.values["value"]) for row in state.rows}


def _state(rows: Mapping[str, str]) -> Rows:
    return Rows(rows=tuple(Row(menu="/shelf", values={"name": n, "value": v}) for n, v in sorted(rows.items())))


def _row(op: Op) -> RowOp:
    assert isinstance(op, RowOp)
    return op


class Shelf:
    """Platform: `name=value` lines; a row is owned when its value starts with the owner's tag."""

    name = "shelf"
    volatile = True

    def parse(self, text: str, values: Mapping[str, Value]) -> State:
        return _state(dict(line.split("=", 1) for line in text.splitlines()))

    def foreign(self, text: str, values: Mapping[str, Value], owner: Tag, named: Collection[str]) -> tuple[Claim, ...]:
        return ()

    def scope(self, want: State) -> Scope:
        return Scope(paths=("/shelf",))

    def touched(self, seen: State, want: State, owner: Tag) -> State:
        wanted = _rows(want)
        return _state({n: v for n, v in _rows(seen).items() if n in wanted})

    def diff(self, seen: State, want: State, owner: Tag) -> tuple[Op, ...]:
        now = _rows(seen)
        ops: list[Op] = []
        for name, value in _rows(want).items():
            if name not in now:
                ops.append(RowOp(verb=Verb.ADD, path="/shelf", key={"name": name}, new={"value": value}))
            elif now[name] != value:
                if not owner.owns_comment(now[name]):
                    raise Refused(Text(f"{name} milik orang lain", f"{name} is somebody else's"))
                ops.append(
                    RowOp(
                        verb=Verb.SET, path="/shelf", key={"name": name}, new={"value": value}, old={"value": now[name]}
                    )
                )
        return tuple(ops)

    def batches(self, ops: Sequence[Op]) -> tuple[Batch, ...]:
        return tuple(Batch(number=n, ops=(op,)) for n, op in enumerate(ops, 1))

    def invert(self, seen: State, ops: Sequence[Op]) -> tuple[Op, ...]:
        return tuple(RowOp(verb=Verb.REMOVE, path="/shelf", key=_row(op).key, old=_row(op).new) for op in reversed(ops))

    def restore(self, seen: State, applied: Sequence[Op], owner: Tag) -> Restoration:
        now = _rows(seen)
        back: list[Op] = []
        conflicts: list[str] = []
        for op in reversed([_row(op) for op in applied]):
            have, target = now.get(op.key["name"]), str(op.new["value"])
            if have == target:
                back.append(RowOp(verb=Verb.REMOVE, path="/shelf", key=op.key, old=op.new))
            elif have is not None:
                conflicts.append(f"{op.key['name']} = {have}")
        return Restoration(ops=tuple(back), conflicts=tuple(conflicts))

    def close(self, seen: State, owner: Tag) -> tuple[Op, ...]:
        return tuple(
            RowOp(verb=Verb.REMOVE, path="/shelf", key={"name": n}, old={"value": v})
            for n, v in _rows(seen).items()
            if n.startswith("client-") and (owner.owns_comment(v) or not v.startswith("netops:"))
        )

    def owned(self, seen: State, owner: Tag) -> tuple[str, ...]:
        return tuple(n for n, v in _rows(seen).items() if owner.owns_comment(v))

    def show(self, ops: Sequence[Op]) -> str:
        marks = {Verb.ADD: "+", Verb.REMOVE: "-"}
        return "\n".join(f"{marks.get(_row(op).verb, '~')} {_row(op).key['name']}" for op in ops)

    def guards(self, features: Collection[str], ops: Sequence[Op]) -> tuple[GuardKind, ...]:
        return (GuardKind.DEVICE_TIMER, GuardKind.NONE) if "timer" in features else (GuardKind.NONE,)

    def management(self, seen: State, ops: Sequence[Op], target: Target) -> tuple[str, ...]:
        return tuple(_row(op).key["name"] for op in ops if _row(op).key["name"] == "uplink")

    def used_scope(self) -> Scope:
        return Scope(paths=("/shelf",))

    def used(self, seen: State) -> Used:
        return Used(vlans=frozenset(), subnets=())

    def silent(self, seen: State, want: State) -> tuple[str, ...]:
        return ()

    def logged_in(self, seen: State, owner: Tag) -> int | None:
        return None

    def interfaces(self, want: State) -> tuple[str, ...]:
        return ("port",)


class Device(Struct):
    rows: dict[str, str] = field(default_factory=dict)
    features: tuple[str, ...] = ("timer",)
    timer: tuple[datetime, dict[str, str]] | None = None
    reachable: bool = True
    port_up: bool = True
    refuse: str = ""
    writes: list[str] = field(default_factory=list)
    saved: int = 0
    connections: int = 0
    open_lines: int = 0
    lines_cut: int = 0  # a line that was open before the last cut is dead, and does not know it yet


class World(Struct):
    """Devices, and a counter of steps: `stop_at` raises `Killed` before that step, `after=True` after it took effect."""

    devices: dict[str, Device]
    clock: ManualClock
    stop_at: int = -1
    after: bool = False
    steps: int = 0

    @contextmanager
    def step(self) -> Iterator[None]:
        number, self.steps = self.steps, self.steps + 1
        if number == self.stop_at and not self.after:
            raise Killed
        yield
        if number == self.stop_at:
            raise Killed

    def tick(self) -> None:
        """Device timers fire by the clock."""
        for device in self.devices.values():
            if device.timer and self.clock.now() >= device.timer[0]:
                device.rows, device.timer = dict(device.timer[1]), None


class ShelfDriver:
    def __init__(self, world: World, name: str) -> None:
        self.world, self.name, self.device = world, name, world.devices[name]
        self.facts = DeviceFacts(
            platform="shelf", version="1", board="shelf", identity=name, features=self.device.features
        )
        self.features = self.facts.features
        self._cut = self.device.lines_cut
        world.tick()
        with world.step():
            self._reach()
            self.device.connections += 1
            self.device.open_lines += 1

    def _reach(self) -> None:
        if not self.device.reachable or self._cut != self.device.lines_cut:
            raise Unreachable(
                Text("tidak terjangkau", "unreachable"), device=self.name, step="connect", may_have_written=False
            )

    def __enter__(self) -> Driver:
        return self

    def __exit__(self, *exc: object) -> None:
        self.device.open_lines -= 1

    def preflight(self) -> tuple[Finding, ...]:
        return ()

    def observe(self, scope: Scope, *, facts: bool = False, counters: bool = False) -> State:
        self._reach()
        return _state(self.device.rows)

    def capture(self) -> bytes:
        self._reach()
        return repr(self.device.rows).encode()

    def arm(self, spec: GuardSpec) -> GuardHandle:
        now = self.world.clock.now()
        fires = now + timedelta(seconds=spec.seconds)
        with self.world.step():
            self.device.timer = (fires, dict(self.device.rows))
        return GuardHandle(
            purpose=spec.purpose, kind=spec.kind, device=self.name, name="t", armed_at=now, fires_at=fires
        )

    def guard_state(self, handle: GuardHandle) -> GuardState:
        return GuardState.ARMED if self.device.timer else GuardState.ABSENT

    def apply(self, batch: Batch, secrets: SecretSource) -> Receipt:
        self._reach()
        for op in map(_row, batch.ops):
            name = op.key["name"]
            if name == self.device.refuse:
                raise CommandRefused(
                    Text("ditolak", "refused"), device=self.name, step="push", may_have_written=True, reply="no", op=0
                )
            with self.world.step():
                self.device.writes.append(f"{op.verb.value} {name}")
                if op.verb is Verb.REMOVE:
                    self.device.rows.pop(name, None)
                else:
                    self.device.rows[name] = str(op.new["value"])
        return Receipt(batch=batch.number, replies=("",) * len(batch.ops))

    def confirm(self, handle: GuardHandle) -> None:
        self._reach()
        with self.world.step():
            self.device.timer = None

    def fire(self, handle: GuardHandle) -> None:
        assert self.device.timer
        self.device.rows, self.device.timer = dict(self.device.timer[1]), None

    def save(self) -> None:
        self._reach()
        with self.world.step():
            self.device.saved += 1


class Fleet:
    def __init__(self, world: World) -> None:
        self.world = world

    def target(self, name: str) -> Target:
        return Target(
            name=name, host="127.0.0.1", platform="shelf", site="s", roles=("gateway",), username="u",
            password=SecretRef(f"device/{name}"), options={}, data={},
        )  # fmt: skip

    def run(self, names: Sequence[str], work: Callable[[Target], T]) -> Mapping[str, T | Exception]:
        outcomes: dict[str, T | Exception] = {}
        for name in names:
            try:
                outcomes[name] = work(self.target(name))
            except Exception as error:  # noqa: BLE001 - the port hands every exception over
                outcomes[name] = error
        return outcomes


class Poller:
    def __init__(self, world: World) -> None:
        self.world = world

    def sample(self, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        return {
            target.name: Sample(
                device=target.name, at=at, uptime=1,
                interfaces=(
                    InterfaceSample(
                        name="port", index=1, in_octets=0, out_octets=0, speed=1,
                        up=self.world.devices[target.name].port_up,
                    ),
                ),
            )
            for target in targets
        }  # fmt: skip


class NoSecrets:
    def get(self, ref: SecretRef) -> Secret:
        raise AssertionError(f"nothing here needs {ref}")


class Bench(Struct):
    """A journal on disk, a world, and the tools over them; `open` again after a crash."""

    folder: Path
    world: World
    journal: SqlJournal
    tools: Tools


def bench(folder: Path, world: World, holder: str = "one", poller: Poller | None = None) -> Bench:
    journal = SqlJournal.open(folder / "journal.db", world.clock)
    tools = Tools(
        journal=journal, objects=FolderObjects(folder / "objects"), fleet=Fleet(world), platforms={"shelf": Shelf()},
        connect=lambda target: ShelfDriver(world, target.name), poller=poller or Poller(world), secrets=NoSecrets(),
        clock=world.clock, actor="tester", holder=holder,
    )  # fmt: skip
    return Bench(folder=folder, world=world, journal=journal, tools=tools)


def plan_for(tools: Tools, change: str, orders: Mapping[str, int], rows: Mapping[str, str]) -> Plan:
    text = "\n".join(f"{name}={value}" for name, value in rows.items())
    now = tools.clock.now()
    return Plan(
        change=change, service="event-hotspot", request="sha256:r", playbook="sha256:p",
        needs=Needs(
            site="s", vlan=210, subnet="10.90.0.0/24", ssid="x", lease_seconds=1, client_up=1, client_down=1,
            total_up=1, total_down=1, users=0, basis=(),
        ),
        devices=device_plans(tools, change, {name: Share(order=n) for name, n in orders.items()}, lambda name, facts: (text, {})), reservations=(),
        made_at=now, expires_at=now + timedelta(hours=1),
    )  # fmt: skip
