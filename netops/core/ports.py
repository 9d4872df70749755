"""What the inside asks of the outside: platforms, drivers, journal, poller. Add a method when something calls it."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar, runtime_checkable

from netops.core.measured import Sample
from netops.core.model import (
    Accounts,
    Batch,
    Claim,
    DeviceFacts,
    Event,
    Expected,
    Fence,
    Finding,
    GuardHandle,
    GuardKind,
    GuardSpec,
    GuardState,
    Lease,
    Limit,
    Op,
    Receipt,
    Recorded,
    Restoration,
    Scope,
    State,
    Tag,
    Target,
    Used,
    Value,
)
from netops.core.secret import SecretSource

T = TypeVar("T")


class Driver(Protocol):
    """One open connection; I/O only, no history. Raises `DeviceError`s; `may_have_written` is exact or True."""

    @property
    def facts(self) -> DeviceFacts:
        """What the device says of itself; may be asked when first wanted."""
        ...

    @property
    def features(self) -> tuple[str, ...]:
        """Of those facts the words that guards ask for; a device may be able to tell them alone, with less to ask."""
        ...

    def __enter__(self) -> "Driver": ...
    def __exit__(self, *exc: object) -> None: ...

    def preflight(self) -> tuple[Finding, ...]:
        """What would stop or weaken a change on this device, each with what to paste to mend it."""
        ...

    def observe(self, scope: Scope, *, facts: bool = False, counters: bool = False) -> State:
        """The device's state now; with `facts` those are asked for in the same round trip where that saves one.

        With `counters` what each login used comes along, where the device counts it (see `Accounts.used`).
        """
        ...

    def capture(self) -> bytes:
        """The whole configuration as the device exports it, without secrets, for the backup."""
        ...

    def arm(self, spec: GuardSpec) -> GuardHandle: ...
    def guard_state(self, handle: GuardHandle) -> GuardState: ...

    def apply(self, batch: Batch, secrets: SecretSource) -> Receipt:
        """Send a batch once. A refused op raises `CommandRefused` (with its index) after all replies were read."""
        ...

    def confirm(self, handle: GuardHandle) -> None:
        """Disarm a guard: the change stays."""
        ...

    def fire(self, handle: GuardHandle) -> None:
        """Let the guard take the change back now."""
        ...

    def save(self) -> None:
        """Make the running configuration the one that survives a reboot (nothing to do on RouterOS)."""
        ...


class Platform(Protocol):
    """Pure text and rows of one kind of device; entry point group `netops.platforms`. `app` knows which driver opens it."""

    name: str
    volatile: bool
    """Whether its devices forget at a restart what was not saved."""

    def parse(self, text: str, values: Mapping[str, Value]) -> State:
        """A rendered template to the wanted state: parsed first, then `values` (by placeholder) spliced in.

        Raises `InputError` (line, field) for text that the platform's language or menus do not have, and for values
        with control characters.
        """
        ...

    def foreign(self, text: str, values: Mapping[str, Value], owner: Tag, named: Collection[str]) -> tuple[Claim, ...]:
        """What a template that parses would touch although it is neither `owner`'s nor named, by line of `text`.

        `named`: the names (ports, rows) that the request names on this device.
        """
        ...

    def scope(self, want: State) -> Scope:
        """What has to be observed to plan, verify, close and end `want`."""
        ...

    def touched(self, seen: State, want: State, owner: Tag) -> State:
        """The part of `seen` that getting to `want` touches or depends on: equal digests mean no drift."""
        ...

    def diff(self, seen: State, want: State, owner: Tag) -> tuple[Op, ...]:
        """Operations in order from `seen` to `want`; () when nothing differs. Rows of `owner` that `want` lacks go.

        Raises `Refused` where a foreign row stands in the way (it is never overwritten).
        """
        ...

    def batches(self, ops: Sequence[Op]) -> tuple[Batch, ...]:
        """Ops grouped, in order, so that those inside one batch do not depend on each other."""
        ...

    def invert(self, seen: State, ops: Sequence[Op]) -> tuple[Op, ...]:
        """The ops that take `ops` back, newest first: apply(apply(seen, ops), invert(seen, ops)) = seen."""
        ...

    def restore(self, seen: State, applied: Sequence[Op], owner: Tag) -> Restoration:
        """Three-way against what is on the device now: at target → back to base; at base → nothing; else a conflict."""
        ...

    def close(self, seen: State, owner: Tag) -> tuple[Op, ...]:
        """Ops that end access first (server, users, active clients, cookies, leases), whatever else drifted."""
        ...

    def owned(self, seen: State, owner: Tag) -> tuple[str, ...]:
        """What of `owner` is on the device, one line each; () is the proof of absence."""
        ...

    def show(self, ops: Sequence[Op]) -> str:
        """The difference in the device's own words, `+`/`-`/`~` in front; secrets as `***`, bulk as `40 × …`."""
        ...

    def guards(self, features: Collection[str], ops: Sequence[Op]) -> tuple[GuardKind, ...]:
        """The guards that a device with these features can give for these ops, best first; ends with `NONE` where that may be accepted."""
        ...

    def management(self, seen: State, ops: Sequence[Op], target: Target) -> tuple[str, ...]:
        """What of the path by which we reach the device these ops touch, one line each in its own words; () for nothing.

        Address, VLAN, route, firewall input, uplink, service, the user of our own login; when in doubt it is named.
        """
        ...

    def used_scope(self) -> Scope:
        """What has to be observed to know which VLANs and subnets are taken on a device."""
        ...

    def used(self, seen: State) -> Used: ...

    def silent(self, seen: State, want: State) -> tuple[str, ...]:
        """Names of the wireless networks (SSID) that `want` brings and that no access point announces yet."""
        ...

    def logged_in(self, seen: State, owner: Tag) -> int | None:
        """How many clients are logged in through the owner's servers; None for a device that lets nobody in."""
        ...

    def interfaces(self, want: State) -> tuple[str, ...]:
        """Names of the interfaces that a monitoring system must see once `want` is in force."""
        ...


@runtime_checkable
class ExpectingDriver(Protocol):
    """A driver that can tell whether its device is as the inventory says. Reads only."""

    def compare(self, expected: Expected) -> tuple[Finding, ...]: ...


@runtime_checkable
class GuestPlatform(Protocol):
    """A platform whose devices let guests in by logins of their own: what vouchers and the END timer ask of it."""

    def accounts(self, seen: State, want: State, owner: Tag) -> Accounts: ...

    def evict(self, seen: State, owner: Tag, names: Collection[str]) -> tuple[Op, ...]:
        """Ops that take these logins away with saved logins, sessions, hosts and leases; () when nothing is left."""
        ...

    def names(self, want: State) -> tuple[str, ...]:
        """The logins that a device is to have, in the template's order."""
        ...

    def logins(self, seen: State) -> tuple[str, ...]:
        """Every login of the device, whoever's it is, in its own words."""
        ...

    def ending(self, want: State) -> tuple[Op, ...]:
        """What an END timer closes, as the removal of it; () where this device lets nobody in."""
        ...

    def opening(self, seen: State, want: State, owner: Tag) -> tuple[Op, ...]:
        """What opens again what an END timer closed, for an event that goes on; () where nothing is closed."""
        ...


@runtime_checkable
class LimitPlatform(Protocol):
    """A platform whose devices limit what units may use."""

    def limits_scope(self) -> Scope:
        """What has to be observed to know the limits of a device."""
        ...

    def limits(self, seen: State) -> tuple[Limit, ...]:
        """Every limit that is in force, in the device's order; not those that the device makes for each client."""
        ...

    def returning(self, want: State, inverse: Sequence[Op]) -> tuple[Op, ...]:
        """What of the way back an END timer of the device does by itself: old rates, our own limits off; () where it cannot."""
        ...

    def raising(self, seen: State, want: State, owner: Tag) -> tuple[Op, ...]:
        """What brings the wanted limits again after such a timer fired, for a change that goes on."""
        ...


@runtime_checkable
class PartlyGuarded(Protocol):
    """A platform whose device timer takes a change back but for what no script may hold."""

    def unguarded(self, inverse: Sequence[Op]) -> tuple[str, ...]:
        """What of the way back the timer leaves to us, in the device's words; () where it does all of it."""
        ...


class Connect(Protocol):
    """Opens a driver for a target; the composition root chooses it by the target's platform."""

    def __call__(self, target: Target) -> Driver: ...


class Journal(Protocol):
    """Events and leases in one store; an append with a fence that was taken over changes nothing."""

    def append(
        self, events: Sequence[Event], fences: Sequence[Fence] = (), *, alive: bool = False
    ) -> tuple[Recorded, ...]:
        """Durable when it returns. Raises `FenceLost`, `JournalFull`, `JournalError`; then nothing was written.

        `FenceLost` when a fence was taken over; with `alive`, right before a send, also when its lease has run out. Without
        events only that is asked.
        """
        ...

    def read(self, change: str | None = None, after: int = -1) -> Iterator[Recorded]: ...

    def acquire(self, resource: str, holder: str, seconds: float) -> Lease:
        """Raises `Locked` while another holder's lease lives; a new holder gets a higher fence number."""
        ...

    def renew(self, lease: Lease, seconds: float) -> Lease: ...
    def release(self, lease: Lease) -> None: ...

    def acquire_all(self, resources: Sequence[str], holder: str, seconds: float) -> tuple[Lease, ...]:
        """Every one of them or none, in one transaction. Raises `Locked` for the first that another holder has."""
        ...

    def release_all(self, leases: Sequence[Lease]) -> None: ...


class Objects(Protocol):
    """Bodies by content: `put` returns the `sha256:` digest that events carry."""

    def put(self, data: bytes) -> str: ...
    def get(self, digest: str) -> bytes: ...


class Outcomes(Protocol):
    """The fleet: run a function over devices side by side, exactly one outcome each."""

    def target(self, name: str) -> Target: ...

    def run(self, names: Sequence[str], work: Callable[[Target], T]) -> Mapping[str, T | Exception]: ...


class Poller(Protocol):
    def sample(self, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        """One reading of each target, side by side; a dead one delays nobody beyond its own deadline."""
        ...


class OpenPoller(Poller, Protocol):
    """A poller kept open over many rounds: it remembers sockets, keys and what each device has. For one thread.

    A device that missed several rounds is asked less often; in the rounds between, its result says so.
    """

    def __enter__(self) -> "OpenPoller": ...
    def __exit__(self, *exc: object) -> None: ...
