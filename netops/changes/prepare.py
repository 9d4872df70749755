"""Observe, then plan: sizing, wanted state, difference, inverse. Writes nothing to a device."""

from collections.abc import Callable, Mapping, Sequence

from netops.changes.tools import Tools, side_by_side
from netops.core.canonical import digest_of
from netops.core.model import DevicePlan, Tag, Used, Value

Render = Callable[[str], tuple[str, Mapping[str, Value]]]
"""Device name → its rendered template and the values to splice in."""


def used(tools: Tools, names: Sequence[str]) -> Used:
    """VLANs and subnets that these devices carry now, taken together."""

    def look(name: str) -> Used:
        platform = tools.platforms[tools.fleet.target(name).platform]
        with tools.open(name) as driver:
            return platform.used(driver.observe(platform.used_scope()))

    found = side_by_side(tools, names, look).values()
    return Used(
        vlans=frozenset().union(*(one.vlans for one in found)),
        subnets=tuple(sorted({subnet for one in found for subnet in one.subnets})),
    )


def device_plans(tools: Tools, change: str, orders: Mapping[str, int], render: Render) -> tuple[DevicePlan, ...]:
    """Each device's part, observed and compared side by side. Raises `Refused` where a foreign row is in the way."""

    def one(name: str) -> DevicePlan:
        target = tools.fleet.target(name)
        platform = tools.platforms[target.platform]
        text, values = render(name)
        want = platform.parse(text, values)
        scope = platform.scope(want)
        with tools.open(name) as driver:
            seen = driver.observe(scope)
            facts = driver.facts
        owner = Tag(change)
        ops = platform.diff(seen, want, owner)
        return DevicePlan(
            device=name,
            platform=target.platform,
            order=orders[name],
            scope=scope,
            base=digest_of(platform.touched(seen, want, owner)),
            want=want,
            batches=platform.batches(ops),
            inverse=platform.invert(seen, ops),
            guards=platform.guards(facts, ops),
            difference=platform.show(ops),
        )

    return tuple(plan for _, plan in sorted(side_by_side(tools, list(orders), one).items()))
