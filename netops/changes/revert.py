"""After a failure every device goes back, newest first, by the journalled operations; what is at neither end is a person's."""

from collections.abc import Iterable

from netops.changes import guards
from netops.changes.ending import disarm_end
from netops.changes.lifecycle import Change, DeviceProgress, fold
from netops.changes.push import save, send
from netops.changes.takeover import wait_out
from netops.changes.tools import Held, brief, few
from netops.core.errors import DeviceError, Failed, JournalError, NeedsPerson, NetopsError, Restored
from netops.core.model import DevicePlan, Op, Plan, Tag
from netops.core.text import Text


def restore(held: Held, plan: Plan, failure: BaseException) -> NetopsError:
    """Bring back every device that may have been written to; returns the error to raise: `Restored` or `NeedsPerson`."""
    held.tools.say("restore", plan.change)
    cause = _cause(failure)
    held.log("change.failed", error=type(failure).__name__, message=brief(str(failure)))
    parts = {part.device: part for part in plan.devices}
    change = fold(plan.change, held.tools.journal.read(plan.change))
    stuck = [name for name in _newest_first(change) if name in parts and not _restore_device(held, parts[name], change)]
    if stuck:
        held.log("change.quarantined", message=", ".join(stuck))
        return NeedsPerson(
            Text(
                id=f"gagal, dan {', '.join(stuck)} perlu penanganan petugas. Sebab: {cause.id}",
                en=f"failed, and {', '.join(stuck)} needs a person. Cause: {cause.en}",
            ),
            Text(
                id=f"lihat `netops show {plan.change}`, lalu `netops revert {plan.change}` setelah perangkat terjangkau, "
                "atau `netops accept-state` untuk perangkat yang tidak akan kembali",
                en=f"see `netops show {plan.change}`, then `netops revert {plan.change}` once the device is reachable, "
                "or `netops accept-state` for one that will not come back",
            ),
        )
    held.log("change.restored", message=brief(str(failure)))
    return Restored(
        Text(
            id=f"gagal dan dipulihkan: semua perangkat kembali seperti semula. Sebab: {cause.id}",
            en=f"failed and restored: every device is back as it was. Cause: {cause.en}",
        ),
        failure.hint if isinstance(failure, NetopsError) else None,
    )


def _cause(failure: BaseException) -> Text:
    """What went wrong, with its device and step; the hint travels apart."""
    if not isinstance(failure, NetopsError):
        return Text(id=repr(failure), en=repr(failure))
    place = f"{failure.device}: {failure.step}: " if isinstance(failure, DeviceError) else ""
    return Text(id=place + failure.message.id, en=place + failure.message.en)


def revert(held: Held, plan: Plan) -> NetopsError:
    """The same, asked for by a person (`netops revert`)."""
    wait_out(held.tools, fold(plan.change, held.tools.journal.read(plan.change)))
    return restore(held, plan, Failed(Text(id="diminta dengan `netops revert`", en="asked for with `netops revert`")))


def restore_alone(held: Held, part: DevicePlan) -> bool:
    """Bring back one device of a change; False (and recorded as quarantined) where it needs a person."""
    return _restore_device(held, part, fold(held.change, held.tools.journal.read(held.change)))


def applied_ops(held: Held, progress: DeviceProgress) -> tuple[Op, ...]:
    """Operations of the change whose intent was journalled, in order: they may be on the device."""
    return tuple(op for batch in progress.applied() for op in held.tools.ops(batch.ops))


def _newest_first(change: Change) -> Iterable[str]:
    """Devices by their last journalled intent or armed guard, newest first."""

    def last(name: str) -> int:
        return max((batch.seq for batch in change.device(name).applied()), default=-1)

    touched = [
        name
        for name, progress in change.devices.items()
        if (progress.applied() or progress.guard) and not progress.accepted
    ]
    return sorted(touched, key=last, reverse=True)


def _restore_device(held: Held, part: DevicePlan, change: Change) -> bool:
    """Three-way restoration of one device; False (and recorded) where it needs a person."""
    platform, owner = held.tools.platform(part), Tag(held.change)
    progress = change.device(part.device)
    ops = applied_ops(held, progress)
    try:
        with held.tools.open(part.device) as driver:
            back = platform.restore(driver.observe(part.scope), ops, owner)
            send(held, driver, part.device, "restore", platform.batches(back.ops))
        with held.tools.open(part.device) as driver:
            seen = driver.observe(part.scope)
            left = platform.restore(seen, ops, owner)
            conflicts = (*left.conflicts, *(platform.show(left.ops).splitlines() if left.ops else ()))
            if not conflicts:
                guards.settle(held, driver, part, None if progress.guard_over else progress.guard)
                disarm_end(held, driver, part, progress)
                if progress.confirmed:
                    save(held, driver, part.device)
    except JournalError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever failed here, the other devices are still to be restored
        held.log("device.quarantined", part.device, conflicts=[], message=brief(str(error)))
        return False
    if conflicts:
        held.log("device.quarantined", part.device, conflicts=few(held.tools, conflicts), message="")
        return False
    held.log("device.restored", part.device, ops=len(back.ops))
    return True
