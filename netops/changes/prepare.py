"""Observe, then plan: sizing, wanted state, difference, inverse. Writes nothing to a device."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct, field

from netops.changes.drift import base_of
from netops.changes.lines import Lines
from netops.changes.tools import Tools, side_by_side
from netops.core.model import DeviceFacts, DevicePlan, GuardKind, Limit, Op, Rollout, Scope, State, Tag, Used, Value
from netops.core.ports import Driver, LimitPlatform, PartlyGuarded, Platform

Render = Callable[[str, Callable[[], DeviceFacts]], tuple[str, Mapping[str, Value]]]
"""Device name and its facts, for whom they matter → its rendered template and the values to splice in."""


def used(tools: Tools, names: Sequence[str], lines: Lines) -> Used:
    """VLANs and subnets that these devices carry now, taken together; `lines` stay open for what comes next."""

    def look(name: str) -> Used:
        platform = tools.platforms[tools.fleet.target(name).platform]
        return lines.again(name, lambda driver: platform.used(driver.observe(platform.used_scope())), repeatable=True)

    found = side_by_side(tools, names, look).values()
    return Used(
        vlans=frozenset().union(*(one.vlans for one in found)),
        subnets=tuple(sorted({subnet for one in found for subnet in one.subnets})),
    )


def limits(tools: Tools, name: str, lines: Lines) -> tuple[Limit, ...]:
    """What limits units on this device now. Raises `InputError` for a device that the inventory does not have."""
    platform = tools.platforms[tools.fleet.target(name).platform]
    if not isinstance(platform, LimitPlatform):
        return ()
    return lines.again(name, lambda driver: platform.limits(driver.observe(platform.limits_scope())), repeatable=True)


class Share(Struct, frozen=True, kw_only=True):
    """One device's share of the playbook; devices of equal `order` go side by side. `returns`: a rate that is for a time."""

    order: int
    guards: tuple[GuardKind, ...] = (GuardKind.DEVICE_TIMER, GuardKind.NONE)
    guard_seconds: int = 300
    checks: tuple[str, ...] = ("configuration", "snmp-interfaces")
    rollout: Rollout = field(default_factory=Rollout)
    returns: bool = False


def device_plans(
    tools: Tools, change: str, shares: Mapping[str, Share], render: Render, lines: Lines | None = None
) -> tuple[DevicePlan, ...]:
    """Each device's part, observed and compared side by side, over `lines` where some are open already.

    Raises `Refused` where a foreign row is in the way.
    """
    if lines is None:
        with Lines(tools) as own:
            return device_plans(tools, change, shares, render, own)

    def one(name: str) -> DevicePlan:
        target = tools.fleet.target(name)
        platform = tools.platforms[target.platform]

        def look(driver: Driver) -> tuple[State, Scope, State, tuple[str, ...]]:
            want = platform.parse(*render(name, lambda: driver.facts))
            scope = platform.scope(want)
            return want, scope, driver.observe(scope, facts=True), driver.features

        want, scope, seen, features = lines.again(name, look, repeatable=True)
        owner = Tag(change)
        ops = platform.diff(seen, want, owner)
        inverse = platform.invert(seen, ops)
        kinds = tuple(kind for kind in platform.guards(features, ops) if kind in shares[name].guards)
        timed = GuardKind.DEVICE_TIMER in kinds
        return DevicePlan(
            device=name,
            platform=target.platform,
            order=shares[name].order,
            scope=scope,
            base=base_of(tools, platform.touched(seen, want, owner)),
            want=want,
            batches=platform.batches(ops),
            inverse=inverse,
            guards=kinds,
            guard_seconds=shares[name].guard_seconds,
            checks=shares[name].checks,
            difference=platform.show(ops),
            management=platform.management(seen, ops, target),
            rollout=shares[name].rollout,
            unguarded=platform.unguarded(inverse) if timed and isinstance(platform, PartlyGuarded) else (),
            returns=_returns(platform, timed, want, inverse) if shares[name].returns and ops else "",
        )

    return tuple(plan for _, plan in sorted(side_by_side(tools, list(shares), one).items()))


def _returns(platform: Platform, timed: bool, want: State, inverse: Sequence[Op]) -> Literal["device", "us"]:
    itself = timed and isinstance(platform, LimitPlatform) and platform.returning(want, inverse)
    return "device" if itself else "us"
