"""How a device protects itself while we work: choose, arm and check a REVERT guard; refuse to go on without one unasked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from netops.changes.push import cleared
from netops.changes.tools import Held
from netops.core.canonical import dump
from netops.core.errors import Refused
from netops.core.model import DevicePlan, GuardHandle, GuardKind, GuardPurpose, GuardSpec, GuardState, Op, Tag
from netops.core.ports import Driver
from netops.core.text import Text


def arm(
    held: Held, driver: Driver, part: DevicePlan, ops: Sequence[Op], inverse: Sequence[Op], accept_none: bool
) -> GuardHandle | None:
    """The armed and checked guard, or None where the operator accepted that the device has no timer.

    Raises `Refused` before anything was pushed when the device cannot guard itself and nobody accepted that.
    """
    planned = GuardKind.DEVICE_TIMER in part.guards
    if planned and GuardKind.DEVICE_TIMER in held.tools.platform(part).guards(driver.features, ops):
        spec = GuardSpec(
            purpose=GuardPurpose.REVERT,
            kind=GuardKind.DEVICE_TIMER,
            owner=Tag(held.change),
            seconds=part.guard_seconds,
            inverse=tuple(inverse),
        )
        # A guard is a write too: its intent is durable before the device hears of it, and says where to look for it.
        perhaps = dump(_perhaps(held, part, spec))
        cleared(held, part.device, lambda: held.intend("guard.intent", part.device, handle=perhaps))
        handle = driver.arm(spec)
        state = driver.guard_state(handle)
        if state is GuardState.ARMED:
            leaves: dict[str, object] = {"leaves": list(part.unguarded)} if part.unguarded else {}
            held.log("guard.armed", part.device, handle=dump(handle), state=state.value, **leaves)
            return handle
        take_away(held, driver, handle)
        held.log("guard.refused", part.device, handle=dump(handle), state=state.value)
    refuse_unguarded(part, accept_none)
    held.note("guard.none", part.device, accepted_by=held.tools.actor)
    return None


def _perhaps(held: Held, part: DevicePlan, spec: GuardSpec) -> GuardHandle:
    """The guard as it will be called, for whoever finds only the intent."""
    now = held.tools.clock.now()
    return GuardHandle(
        purpose=spec.purpose,
        kind=spec.kind,
        device=part.device,
        name=f"{spec.owner.name}.{spec.purpose.value}",
        armed_at=now,
        fires_at=now + timedelta(seconds=spec.seconds),
    )


def refuse_unguarded(part: DevicePlan, accept_none: bool) -> None:
    """Raises `Refused` for a device without a timer that nobody accepted, or that nobody can accept.

    A change of the path by which we reach the device may cut us off: only the device itself can then take it back.
    """
    if part.management:
        lines = "\n".join(f"  {line}" for line in part.management)
        raise Refused(
            Text(
                id=f"{part.device}: rencana ini menyentuh jalur manajemen, dan perangkat tidak punya pewaktu pemulihan:\n"
                f"{lines}",
                en=f"{part.device}: this plan touches the management path, and the device has no timer to take it back:\n"
                f"{lines}",
            ),
            Text(
                id="jalankan `netops doctor` untuk menyalakan pewaktunya; --accept-no-guard tidak berlaku di sini",
                en="run `netops doctor` for how to switch its timer on; --accept-no-guard does not hold here",
            ),
        )
    if not accept_none:
        raise no_guard(part.device)


def no_guard(device: str) -> Refused:
    return Refused(
        Text(
            id=f"{device}: perangkat tidak dapat memulihkan dirinya sendiri (tanpa pengaman)",
            en=f"{device}: the device cannot take the change back by itself (no guard)",
        ),
        Text(
            id="jalankan `netops doctor` untuk penyebabnya, atau terima risikonya dengan --accept-no-guard",
            en="run `netops doctor` for the cause, or accept the risk with --accept-no-guard",
        ),
    )


def deadline(held: Held, handle: GuardHandle | None) -> datetime | None:
    """The moment after which no batch may be started under this guard."""
    return None if handle is None else handle.fires_at - timedelta(seconds=held.tools.guard_margin)


def take_away(held: Held, driver: Driver, handle: GuardHandle) -> None:
    """The timer goes, as long as the device is ours: a successor may have armed its own under the same name."""
    cleared(held, handle.device, lambda: held.check(handle.device))
    driver.confirm(handle)


def disarm(held: Held, driver: Driver, part: DevicePlan, handle: GuardHandle | None) -> None:
    """The change (or its restoration) stays: the device's timer is taken away."""
    if handle is None:
        return
    take_away(held, driver, handle)
    held.log("guard.confirmed", part.device, handle=dump(handle), state=GuardState.ABSENT.value)


def settle(held: Held, driver: Driver, part: DevicePlan, handle: GuardHandle | None) -> None:
    """Take the timer away, if it was ever armed, and clean up behind one that fired meanwhile."""
    if handle is None:
        return
    state = driver.guard_state(handle)
    if state is GuardState.FIRED:
        cleared(held, part.device, lambda: held.check(part.device))
        driver.fire(handle)
        held.log("guard.fired", part.device, handle=dump(handle), state=state.value)
    else:
        disarm(held, driver, part, handle)  # also where none is seen: half of one may be there


def still_useful(held: Held, driver: Driver, handle: GuardHandle) -> bool:
    """Whether a guard that another worker armed still stands and leaves time to send under it."""
    state = driver.guard_state(handle)
    if state is GuardState.FIRED:
        held.log("guard.fired", handle.device, handle=dump(handle), state=state.value)
    end = deadline(held, handle)
    return state is GuardState.ARMED and end is not None and held.tools.clock.now() < end
