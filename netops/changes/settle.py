"""Devices in quarantine, one by one: bring one back, or take it as it is with a reason; refuses a device that is in none."""

from netops.changes import guards
from netops.changes.ending import disarm_end
from netops.changes.lifecycle import Change, DeviceProgress, Phase, fold
from netops.changes.revert import restore_alone
from netops.changes.tools import Held, brief, few
from netops.core.errors import DeviceError, NeedsPerson, NoTarget, Refused
from netops.core.model import DevicePlan, Plan, Tag
from netops.core.text import Text


def way_out(change: str, device: str) -> Text:
    """What settles a device in quarantine."""
    commands = (
        f"`netops revert {change} --device {device}`",
        f'`netops accept-state {change} --device {device} --reason "…"`',
    )
    return Text(f"{commands[0]} atau {commands[1]}", f"{commands[0]} or {commands[1]}")


def restore_device(held: Held, plan: Plan, device: str) -> Phase:
    """Three-way restoration of one device in quarantine; where the change stands then. Raises `NeedsPerson`, `Refused`."""
    change = _now(held)
    part = _stuck(plan, change, device)
    if change.phase is Phase.ENDING:
        raise Refused(
            Text(f"{plan.change} sedang diakhiri, bukan dipulihkan", f"{plan.change} is being ended, not restored"),
            Text(f"ulangi `netops end {plan.change}`", f"repeat `netops end {plan.change}`"),
        )
    if not restore_alone(held, part):
        why = "; ".join(_now(held).device(device).quarantine)
        raise NeedsPerson(
            Text(f"{device} masih perlu petugas: {why}", f"{device} still needs a person: {why}"),
            way_out(plan.change, device),
        )
    return _settled(held)


def accept(held: Held, plan: Plan, device: str, reason: str) -> Phase:
    """A person takes the device as it is: recorded with what it shows, and nothing of the change acts on it any more.

    Our timers on it are taken away where it can be reached; where not, that is recorded. Returns where the change stands.
    """
    part = _stuck(plan, _now(held), device)
    backup, ours, unreachable = "", list[str](), ""
    try:
        backup, ours = _take_stock(held, part)
    except (DeviceError, NoTarget) as error:  # it may have left the inventory too
        unreachable = brief(str(error))
    held.log(
        "device.accepted",
        device,
        reason=reason,
        accepted_by=held.tools.actor,
        backup=backup,
        ours=few(held.tools, ours),
        unreachable=unreachable,
    )
    return _settled(held)


def _take_stock(held: Held, part: DevicePlan) -> tuple[str, list[str]]:
    """The device's configuration (digest of the body), and what of ours is on it without our timers."""
    progress: DeviceProgress = _now(held).device(part.device)
    platform = held.tools.platform(part)
    with held.tools.open(part.device) as driver:
        guards.settle(held, driver, part, None if progress.guard_over else progress.guard)
        disarm_end(held, driver, part, progress)
        seen = driver.observe(part.scope)
        backup = held.tools.objects.put(driver.capture())
    return backup, list(platform.owned(seen, Tag(held.change)))


def _settled(held: Held) -> Phase:
    """Once no device waits for a person the change is one that failed and was restored; an end goes on by `netops end`."""
    change = _now(held)
    waiting = [name for name, progress in change.devices.items() if progress.quarantine]
    if change.phase is Phase.QUARANTINED and not waiting:
        taken = [
            f"{name}: {progress.accepted}" for name, progress in sorted(change.devices.items()) if progress.accepted
        ]
        held.log("change.restored", message=brief("; ".join(taken)))
    return _now(held).phase


def _now(held: Held) -> Change:
    return fold(held.change, held.tools.journal.read(held.change))


def _stuck(plan: Plan, change: Change, device: str) -> DevicePlan:
    """Raises `Refused` for a device that is not in quarantine by this change."""
    waiting = sorted(name for name, progress in change.devices.items() if progress.quarantine)
    if device not in waiting:
        listed = ", ".join(waiting) or "-"
        raise Refused(
            Text(
                f"{device} tidak menunggu petugas pada {change.id} (yang menunggu: {listed})",
                f"{device} does not wait for a person in {change.id} (those that do: {listed})",
            ),
            Text(f"lihat `netops show {change.id}`", f"see `netops show {change.id}`"),
        )
    return next(part for part in plan.devices if part.device == device)
