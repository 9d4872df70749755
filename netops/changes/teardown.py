"""The end of an event: access closes first whatever drifted, then exactly our rows go; what a person changed stays, reported."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from netops.changes import guards
from netops.changes.ending import disarm_end
from netops.changes.lifecycle import OPEN, Change, Phase, fold
from netops.changes.push import save, send
from netops.changes.revert import applied_ops
from netops.changes.takeover import wait_out
from netops.changes.tools import Held, Tools, brief, few, hold, measure
from netops.core.errors import JournalError, NeedsPerson, NetopsError, Refused
from netops.core.model import DevicePlan, Plan, Tag
from netops.core.text import Text

T = TypeVar("T")


class Ended(Struct, frozen=True, kw_only=True):
    """`leftovers`: lines of what a person changed and that therefore stays; `absent`: what was checked to be gone."""

    leftovers: tuple[str, ...]
    absent: tuple[str, ...]


def end(plan: Plan, tools: Tools, reason: str, gate: Callable[[], None] = lambda: None) -> Ended:
    """Take an event down; may be repeated until it is done. Raises `NeedsPerson` while a device cannot be reached.

    `gate` raises where it is not to end after all: asked once nobody else can extend it any more.
    """
    with hold(tools, plan.change, [part.device for part in plan.devices]) as held:
        change = fold(plan.change, tools.journal.read(plan.change))
        parts = {part.device: part for part in sorted(plan.devices, key=lambda part: -part.order)}
        if change.phase is Phase.ENDED:
            return _look_again(held, change, parts)
        if change.phase not in OPEN:
            raise Refused(
                Text(
                    id=f"{plan.change} tidak sedang berjalan (status {change.phase})",
                    en=f"{plan.change} is not running (it is {change.phase})",
                )
            )
        gate()
        wait_out(tools, change)
        held.log("change.ending", reason=reason)
        accepted = _accepted(change)
        names = [name for name in parts if name not in accepted]
        if "snmp-end" in plan.evidence:
            _measure(held, names)
        outcomes = _on_each(tools, names, lambda name: _end_device(held, parts[name]))
        stuck = {name: error for name, error in outcomes.items() if isinstance(error, Exception)}
        if stuck:
            for name, error in stuck.items():
                held.log("device.quarantined", name, conflicts=[], message=brief(str(error)))
            listed = "; ".join(str(error) for error in stuck.values())
            raise NeedsPerson(
                Text(
                    id=f"belum dapat diakhiri di {', '.join(sorted(stuck))}: {listed}",
                    en=f"could not be ended yet on {', '.join(sorted(stuck))}: {listed}",
                ),
                Text(
                    id=f"ulangi `netops end {plan.change}` setelah perangkat terjangkau",
                    en=f"repeat `netops end {plan.change}` once the device is reachable",
                ),
            )
        leftovers = tuple(
            f"{name}: {line}"
            for name, lines in sorted(outcomes.items())
            if not isinstance(lines, Exception)
            for line in lines
        )
        leftovers = (*leftovers, *accepted.values())
        held.log("change.ended", leftovers=few(tools, leftovers))
    return Ended(leftovers=leftovers, absent=tuple(path for part in plan.devices for path in part.scope.paths))


def _accepted(change: Change) -> dict[str, str]:
    """Devices that a person took as they are: nothing of ours acts there, and what is on them is told as left."""
    return {
        name: f"{name}: diterima apa adanya / accepted as it is: {progress.accepted}"
        for name, progress in sorted(change.devices.items())
        if progress.accepted
    }


def _on_each(tools: Tools, names: Sequence[str], work: Callable[[str], T]) -> Mapping[str, T | Exception]:
    """`work` side by side, one outcome each: a device that the inventory has lost keeps none of the others open."""
    gone: dict[str, T | Exception] = {}
    for name in names:
        try:
            tools.fleet.target(name)
        except NetopsError as error:
            gone[name] = error
    there = [name for name in names if name not in gone]
    return {**gone, **(tools.fleet.run(there, lambda target: work(target.name)) if there else {})}


def _measure(held: Held, names: Sequence[str]) -> None:
    """The last reading; one that cannot be taken is missing, and holds nothing open."""
    try:
        measure(held, names, "end")
    except JournalError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a reading fails of, access closes
        for name in names:
            held.log("evidence.missing", name, when="end", message=brief(str(error)))


def _look_again(held: Held, change: Change, parts: Mapping[str, DevicePlan]) -> Ended:
    """What was left of an event that is over and is still there. Reads only: its VLAN may be another event's by now.

    Raises `NeedsPerson` where a device that had something left cannot be read.
    """
    accepted = _accepted(change)
    dirty = [name for name in parts if not change.device(name).absent and name not in accepted]
    left: list[str] = list(accepted.values())
    for name, lines in _on_each(held.tools, dirty, lambda one: _left(held, parts[one])).items():
        if isinstance(lines, Exception):
            raise NeedsPerson(
                Text(id=f"{name} tidak dapat diperiksa: {lines}", en=f"{name} cannot be looked at: {lines}")
            ) from lines
        left += [f"{name}: {line}" for line in lines]
        if not lines:
            held.log("device.absent", name, checked=list(parts[name].scope.paths))
    return Ended(leftovers=tuple(left), absent=tuple(path for part in parts.values() for path in part.scope.paths))


def _left(held: Held, part: DevicePlan) -> tuple[str, ...]:
    platform, owner = held.tools.platform(part), Tag(held.change)
    ops = applied_ops(held, fold(held.change, held.tools.journal.read(held.change)).device(part.device))
    with held.tools.open(part.device) as driver:
        seen = driver.observe(part.scope)
    back = platform.restore(seen, ops, owner)
    still = platform.show(back.ops).splitlines() if back.ops else ()
    return tuple(dict.fromkeys((*back.conflicts, *still, *platform.owned(seen, owner))))


def _end_device(held: Held, part: DevicePlan) -> tuple[str, ...]:
    """Close, take away, prove the absence, save. Returns what stays because a person changed it."""
    tools, owner, device = held.tools, Tag(held.change), part.device
    platform = tools.platform(part)
    progress = fold(held.change, tools.journal.read(held.change)).device(device)
    ops = applied_ops(held, progress)
    tools.say("end", device)
    with tools.open(device) as driver:
        closing = platform.close(driver.observe(part.scope), owner)
        send(held, driver, device, "close", platform.batches(closing))
        held.log("device.closed", device, removed=len(closing))
        away = platform.restore(driver.observe(part.scope), ops, owner)
        send(held, driver, device, "end", platform.batches(away.ops))
    with tools.open(device) as driver:
        seen = driver.observe(part.scope)
        still_open = platform.close(seen, owner)
        rest = platform.restore(seen, ops, owner)
        left = (*rest.conflicts, *away.conflicts)
        if still_open:
            raise NeedsPerson(
                Text(
                    id=f"{device}: akses belum tertutup:\n{platform.show(still_open)}",
                    en=f"{device}: access is not closed yet:\n{platform.show(still_open)}",
                )
            )
        if rest.ops:
            # The device took our commands and did not do them: nothing that we were told of it counts.
            raise NeedsPerson(
                Text(
                    id=f"{device}: belum kembali seperti semula:\n{platform.show(rest.ops)}",
                    en=f"{device}: not yet as it was:\n{platform.show(rest.ops)}",
                )
            )
        # A timer that an interrupted apply left would take back what others do after us; it goes before the proof.
        # One whose worker slept between check and sending may stand there although another took it away before.
        if progress.guard is not None and (not progress.guard_over or platform.owned(seen, owner)):
            guards.settle(held, driver, part, progress.guard)
            seen = driver.observe(part.scope)
        if progress.end_guard is not None:
            disarm_end(held, driver, part, progress)
            seen = driver.observe(part.scope)
        owned = platform.owned(seen, owner)
        save(held, driver, device)
    leftovers = tuple(dict.fromkeys((*left, *owned)))
    if not leftovers:
        held.log("device.absent", device, checked=list(part.scope.paths))
    return leftovers
