"""The device's own END timer: armed when an event becomes active, moved when it is extended, taken away when it ends.

If we do not come back it closes access, or puts a unit's old rate back (see `platforms` for what it does); it takes
nothing away, and is opened again where the change goes on. A device that cannot have one is recorded as such: our own
end does it.
"""

from datetime import datetime, timedelta
from math import ceil

from netops.changes import guards
from netops.changes.lifecycle import DeviceProgress
from netops.changes.push import cleared, save, send
from netops.changes.tools import Held, few
from netops.core.canonical import dump
from netops.core.errors import Unsupported, VerifyFailed
from netops.core.model import DevicePlan, GuardHandle, GuardKind, GuardPurpose, GuardSpec, GuardState, Op, Tag
from netops.core.ports import Driver, GuestPlatform, LimitPlatform, Platform
from netops.core.text import Text

SHORTEST = 60
"""Seconds. A timer for a moment that is past closes in a minute, not at once: whoever arms it is still at work."""


def arm_end(held: Held, driver: Driver, part: DevicePlan, closes_at: datetime) -> GuardHandle | None:
    """Arm the timer for `closes_at` (aware), in place of the one that is there. None where the device cannot or need not.

    Intent first, looked at behind: as a REVERT guard. Raises `DeviceError`s of the connection.
    """
    closing = ends(held.tools.platform(part), part)
    if not closing:
        return None
    now = held.tools.clock.now()
    seconds = max(SHORTEST, ceil((closes_at - now).total_seconds()))
    owner = Tag(held.change)
    spec = GuardSpec(
        purpose=GuardPurpose.END, kind=GuardKind.DEVICE_TIMER, owner=owner, seconds=seconds, inverse=closing
    )
    perhaps = GuardHandle(
        purpose=spec.purpose,
        kind=spec.kind,
        device=part.device,
        name=f"{owner.name}.{spec.purpose.value}",
        armed_at=now,
        fires_at=now + timedelta(seconds=seconds),
    )
    cleared(held, part.device, lambda: held.intend("guard.intent", part.device, handle=dump(perhaps)))
    try:
        handle = driver.arm(spec)
    except Unsupported as error:
        held.log("guard.refused", part.device, handle=dump(perhaps), state=GuardState.ABSENT.value, message=str(error))
        held.tools.say("open-end", part.device)
        return None
    state = driver.guard_state(handle)
    if state is GuardState.ARMED:
        held.log("guard.armed", part.device, handle=dump(handle), state=state.value)
        return handle
    guards.take_away(held, driver, handle)
    held.log("guard.refused", part.device, handle=dump(handle), state=state.value)
    held.tools.say("open-end", part.device)
    return None


def ends(platform: Platform, part: DevicePlan) -> tuple[Op, ...]:
    """What the device's timer does at the end; () where there is nothing that it could do."""
    closing = platform.ending(part.want) if isinstance(platform, GuestPlatform) else ()
    back = platform.returning(part.want, part.inverse) if isinstance(platform, LimitPlatform) else ()
    return (*closing, *back)


def arm_later(held: Held, driver: Driver, part: DevicePlan, closes_at: datetime, timer: GuardHandle) -> None:
    """Arm the timer anew for an event that goes on; where it fired already, what it closed is opened first.

    In this order: whoever is cut off between the two finds a timer that has fired, and does both again.
    """
    if driver.guard_state(timer) is GuardState.FIRED:
        open_again(held, driver, part)
    arm_end(held, driver, part, closes_at)


def open_again(held: Held, driver: Driver, part: DevicePlan) -> None:
    """Open what the END timer closed, and look. Raises `DeviceError`s, `VerifyFailed`."""
    ops = _opening(held, driver, part)
    if not ops:
        return
    platform = held.tools.platform(part)
    send(held, driver, part.device, "reopen", platform.batches(ops))
    left = _opening(held, driver, part)
    save(held, driver, part.device)
    if left:
        shown = platform.show(left)
        raise VerifyFailed(
            Text(f"{part.device} masih tertutup:\n{shown}", f"{part.device} is still closed:\n{shown}"),
            Text("jalankan `netops vouchers reconcile --fix`", "run `netops vouchers reconcile --fix`"),
            device=part.device,
            findings=tuple(few(held.tools, shown.splitlines())),
        )


def _opening(held: Held, driver: Driver, part: DevicePlan) -> tuple[Op, ...]:
    platform, owner, seen = held.tools.platform(part), Tag(held.change), driver.observe(part.scope)
    opening = platform.opening(seen, part.want, owner) if isinstance(platform, GuestPlatform) else ()
    raising = platform.raising(seen, part.want, owner) if isinstance(platform, LimitPlatform) else ()
    return (*opening, *raising)


def disarm_end(held: Held, driver: Driver, part: DevicePlan, progress: DeviceProgress) -> None:
    """Take the timer away; one that has fired did its work, which is recorded."""
    guards.settle(held, driver, part, progress.end_guard)
