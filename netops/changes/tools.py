"""What every step of a change works with: the ports, the clock, who acts; and the leases it holds while it acts."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from netops.core.canonical import body_of, load, parse_json
from netops.core.clock import Clock
from netops.core.errors import FenceLost, JournalError
from netops.core.measured import Sample
from netops.core.model import DevicePlan, Event, Fence, Lease, Op, Plan, Recorded, State, Target
from netops.core.ports import Connect, Driver, Journal, Objects, Outcomes, Platform, Poller
from netops.core.secret import SecretSource

T = TypeVar("T")


MOST = 2_000
"""Characters of a text in an event, and of all lines together: an entry of the log holds 65,535 bytes."""


class Tools(Struct, frozen=True, kw_only=True):
    """Everything a change needs from outside. `actor` is the person, `holder` this process (for leases)."""

    journal: Journal
    objects: Objects
    fleet: Outcomes
    platforms: Mapping[str, Platform]
    connect: Connect
    poller: Poller
    secrets: SecretSource
    clock: Clock
    actor: str
    holder: str
    lease_seconds: float = 30.0
    guard_margin: float = 30.0
    say: Callable[[str, str], None] = field(default=lambda where, what: None)

    @property
    def send_seconds(self) -> float:
        """How long after its intent a batch may still begin to be sent."""
        return self.lease_seconds / 3

    def platform(self, plan: DevicePlan) -> Platform:
        return self.platforms[plan.platform]

    def open(self, name: str) -> Driver:
        return self.connect(self.fleet.target(name))

    def body(self, value: object) -> str:
        """Keep a noun's canonical bytes in the object store; its digest goes into events."""
        return self.objects.put(body_of(value))

    def ops(self, digest: str) -> tuple[Op, ...]:
        return load(tuple[Op, ...], parse_json(self.objects.get(digest)))

    def plan(self, digest: str) -> Plan:
        plan = plan_of(parse_json(self.objects.get(digest)))
        return replace(plan, devices=sharing(plan.devices))


ROLES = 8
"""So many different wanted states are looked at for each device: a change has about as many as it has roles."""


def sharing(parts: Iterable[DevicePlan]) -> tuple[DevicePlan, ...]:
    """Equal wanted states as one object again, so that what follows from it is worked out once (`core.once`)."""
    known: deque[State] = deque(maxlen=ROLES)
    out: list[DevicePlan] = []
    for part in parts:
        same = next((one for one in known if one == part.want), None)
        if same is None:
            known.append(part.want)
        out.append(part if same is None else replace(part, want=same))
    return tuple(out)


class Held(Struct):
    """Leases held while acting, kept alive by a heartbeat; everything is logged under their fences."""

    tools: Tools
    change: str
    leases: dict[str, Lease]
    lock: threading.Lock = field(default_factory=threading.Lock)
    noted: dict[str, list[Event]] = field(default_factory=dict)

    def fences(self, devices: Iterable[str] = ()) -> tuple[Fence, ...]:
        """The change's fence, and those of the devices that are named."""
        with self.lock:
            wanted = [f"change:{self.change}", *(f"device:{device}" for device in devices if device)]
            return tuple(self.leases[resource].fence for resource in wanted)

    def note(self, kind: str, device: str, **data: Any) -> None:
        """An event that becomes durable together with the device's next one (or the change's), and before it.

        For outcomes, which a reading of the device can tell again; never for an intent.
        """
        event = self._event(kind, device, data)
        with self.lock:
            self.noted.setdefault(device, []).append(event)

    def intend(self, kind: str, device: str, **data: Any) -> Recorded:
        """What is about to be sent: durable when this returns. Raises `FenceLost` when somebody took over, or could have."""
        return self._write(self._event(kind, device, data), alive=True)

    def check(self, device: str) -> None:
        """Before what is sent again without harm, and so needs no intent of its own. Raises `FenceLost` as `intend`."""
        self.tools.journal.append((), self.fences((device,)), alive=True)

    def log(self, kind: str, device: str = "", **data: Any) -> Recorded:
        """An event that is durable when this returns, behind what was noted of its device (of all for the change's)."""
        return self._write(self._event(kind, device, data), alive=False)

    def _write(self, event: Event, *, alive: bool) -> Recorded:
        with self.lock:
            names = [event.device] if event.device else list(self.noted)
            before = [earlier for name in names for earlier in self.noted.pop(name, ())]
        devices = {one.device for one in (*before, event)}
        *_, recorded = self.tools.journal.append((*before, event), self.fences(devices), alive=alive)
        return recorded

    def settle(self) -> None:
        """Everything that was noted becomes durable, in one append."""
        with self.lock:
            events = [event for noted in self.noted.values() for event in noted]
            self.noted.clear()
        self.tools.journal.append(events, self.fences({event.device for event in events}))

    def _event(self, kind: str, device: str, data: dict[str, Any]) -> Event:
        now, actor = self.tools.clock.now(), self.tools.actor
        return Event(kind=kind, change=self.change, at=now, actor=actor, device=device, data=data)

    def beat(self, stop: threading.Event) -> None:
        while not stop.wait(self.tools.lease_seconds / 3):
            for resource, lease in list(self.leases.items()):
                try:
                    renewed = self.tools.journal.renew(lease, self.tools.lease_seconds)
                except FenceLost:
                    return  # the next intent is refused, where that can be handled; a thread has nobody to tell
                except JournalError:
                    continue  # a busy or full store may answer at the next beat; until then the lease runs on
                with self.lock:
                    self.leases[resource] = renewed


@contextmanager
def hold(tools: Tools, change: str, devices: Sequence[str]) -> Iterator[Held]:
    """Leases of the change and its devices, all or none, so that two changes never hold half of what both need.

    Raises `Locked` when another holder has one. Released at the end; after a crash they run out by themselves.
    """
    resources = (f"change:{change}", *(f"device:{name}" for name in sorted(devices)))
    taken = tools.journal.acquire_all(resources, tools.holder, tools.lease_seconds)
    held = Held(tools, change, {lease.resource: lease for lease in taken})
    stop = threading.Event()
    heartbeat = threading.Thread(target=held.beat, args=(stop,), name=f"lease-{change}", daemon=True)
    try:
        heartbeat.start()
        yield held
    finally:
        stop.set()
        heartbeat.join()
        tools.journal.release_all(taken)


def plan_of(body: Mapping[str, Any]) -> Plan:
    """A plan from its JSON value. Needs without a kind were recorded before there were kinds: they are an event's."""
    return load(Plan, {**body, "needs": {"kind": "event", **body["needs"]}})


def brief(text: str) -> str:
    """A message that fits into an event whatever a device or a large event made of it."""
    return text if len(text) <= MOST else f"{text[:MOST]} … (+{len(text) - MOST})"


def few(tools: Tools, lines: Sequence[str]) -> list[str]:
    """The first of the lines that fit into an event; then how many more there are, and the body that has them all."""
    kept: list[str] = []
    for line in lines:
        if sum(map(len, kept)) + len(line) > MOST:
            return [*kept, f"… +{len(lines) - len(kept)}: {tools.body(list(lines))}"]
        kept.append(line)
    return kept


def side_by_side(tools: Tools, names: Sequence[str], work: Callable[[str], T]) -> dict[str, T]:
    """Run `work` over devices through the fleet; all finish, then the first failure (by name) is raised."""

    def one(target: Target) -> T:
        return work(target.name)

    outcomes = tools.fleet.run(names, one)
    failures = {name: outcome for name, outcome in sorted(outcomes.items()) if isinstance(outcome, Exception)}
    if failures:
        raise_first(failures)
    return {name: outcome for name, outcome in outcomes.items() if not isinstance(outcome, Exception)}


def one_by_one(names: Sequence[str], work: Callable[[str], T]) -> dict[str, T | Exception]:
    """`work` that asks no device, for each of them: what it returned, or the exception that it raised."""
    outcomes: dict[str, T | Exception] = {}
    for name in names:
        try:
            outcomes[name] = work(name)
        except Exception as error:  # noqa: BLE001  # the outcome of this device, given to the caller as it is
            outcomes[name] = error
    return outcomes


def raise_first(failures: Mapping[str, Exception]) -> NoReturn:
    """The first failure of several, with the others as notes."""
    (_, first), *others = failures.items()
    for name, other in others:
        first.add_note(f"{name}: {other}")
    raise first


def measure(held: Held, names: Sequence[str], when: str) -> dict[str, Sample | Exception]:
    """One SNMP reading of each device, kept as evidence; a device that gives none is recorded as such; in one append.

    Those of which the inventory says `snmp: {version: none}` are not asked.
    """
    tools = held.tools
    targets = [tools.fleet.target(name) for name in names]
    asked = [target for target in targets if target.options.get("snmp_version") != "none"]
    readings = dict(tools.poller.sample(asked, tools.clock.now()))
    for name, reading in readings.items():
        if isinstance(reading, Exception):
            held.note("evidence.missing", name, when=when, message=brief(str(reading)))
        else:
            held.note(
                "evidence.sampled", name, when=when, sample=tools.body(reading), interfaces=len(reading.interfaces)
            )
    held.settle()
    return readings
