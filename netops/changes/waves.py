"""Which devices of a plan are taken together, and in which order; pure, loses no device and takes none twice."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from msgspec import Struct

from netops.core.model import DevicePlan, Rollout


class Wave(Struct, frozen=True, kw_only=True):
    """Devices that go side by side; number from 1. What `rollout` asks for is looked at before the next one begins."""

    number: int
    devices: tuple[str, ...]
    canary: bool
    rollout: Rollout


def waves(parts: Iterable[DevicePlan]) -> tuple[Wave, ...]:
    """A lower order goes first. Within one: the canaries, then the part up to each percentage, then the rest; by name."""
    found: list[Wave] = []
    ordered = sorted(parts, key=lambda part: (part.order, part.rollout.canary == 0, repr(part.rollout), part.device))
    for (_, rollout), group in groupby(ordered, key=lambda part: (part.order, part.rollout)):
        names = [part.device for part in group]
        for at, until in _cuts(len(names), rollout):
            canary = until <= rollout.canary
            found.append(Wave(number=len(found) + 1, devices=tuple(names[at:until]), canary=canary, rollout=rollout))
    return tuple(found)


def _cuts(count: int, rollout: Rollout) -> Iterator[tuple[int, int]]:
    """Where one wave of `count` devices ends and the next begins; a percentage is rounded up, an empty wave left out."""
    at = 0
    for until in (rollout.canary, *(-(-count * percent // 100) for percent in rollout.percent), count):
        until = min(until, count)
        if until > at:
            yield at, until
            at = until
