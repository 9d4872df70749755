"""The end of an event: access closes first whatever drifted, then exactly our rows go; what a person changed stays, reported."""

from dataclasses import dataclass

from netops.changes.lifecycle import OPEN, Phase, fold
from netops.changes.push import send
from netops.changes.revert import applied_ops
from netops.changes.tools import Held, Tools, hold, measure
from netops.core.errors import NeedsPerson, Refused
from netops.core.model import DevicePlan, Plan, Tag
from netops.core.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """`leftovers`: lines of what a person changed and that therefore stays; `absent`: what was checked to be gone."""

    leftovers: tuple[str, ...]
    absent: tuple[str, ...]


def end(plan: Plan, tools: Tools, reason: str) -> Ended:
    """Take an event down; may be repeated until it is done. Raises `NeedsPerson` while a device cannot be reached."""
    with hold(tools, plan.change, [part.device for part in plan.devices]) as held:
        phase = fold(plan.change, tools.journal.read(plan.change)).phase
        if phase is Phase.ENDED:
            return Ended(leftovers=(), absent=())
        if phase not in OPEN:
            raise Refused(
                Text(
                    id=f"{plan.change} tidak sedang berjalan (status {phase})",
                    en=f"{plan.change} is not running (it is {phase})",
                )
            )
        held.log("change.ending", reason=reason)
        parts = {part.device: part for part in sorted(plan.devices, key=lambda part: -part.order)}
        if "snmp-end" in plan.evidence:
            measure(held, list(parts), "end")
        outcomes = tools.fleet.run(list(parts), lambda target: _end_device(held, parts[target.name]))
        stuck = {name: error for name, error in outcomes.items() if isinstance(error, Exception)}
        if stuck:
            for name, error in stuck.items():
                held.log("device.quarantined", name, conflicts=[], message=str(error))
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
        held.log("change.ended", leftovers=list(leftovers))
    return Ended(leftovers=leftovers, absent=tuple(path for part in plan.devices for path in part.scope.paths))


def _end_device(held: Held, part: DevicePlan) -> tuple[str, ...]:
    """Close, take away, prove the absence, save. Returns what stays because a person changed it."""
    tools, owner, device = held.tools, Tag(held.change), part.device
    platform = tools.platform(part)
    ops = applied_ops(held, fold(held.change, tools.journal.read(held.change)).device(device))
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
        left = (*platform.restore(seen, ops, owner).conflicts, *away.conflicts)
        owned = platform.owned(seen, owner)
        if still_open:
            raise NeedsPerson(
                Text(
                    id=f"{device}: akses belum tertutup:\n{platform.show(still_open)}",
                    en=f"{device}: access is not closed yet:\n{platform.show(still_open)}",
                )
            )
        driver.save()
    leftovers = tuple(dict.fromkeys((*left, *owned)))
    if not leftovers:
        held.log("device.absent", device, checked=list(part.scope.paths))
    return leftovers
