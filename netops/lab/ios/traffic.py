"""Offered traffic as a function of time, and the counters it moves; refuses nothing: a closed port just does not count."""

import math
from collections.abc import Mapping

from msgspec import Struct

_PERIOD = 600.0  # s: load swings around its mean once in ten minutes
_PACKET = 800  # bytes, mean size
MOST_STEPS = 5000


class Count(Struct, frozen=True):
    """Octets since boot, as fractions so that small steps are not lost; `packets` follows from the mean size."""

    received: float = 0.0
    sent: float = 0.0

    @property
    def in_octets(self) -> int:
        return int(self.received)

    @property
    def out_octets(self) -> int:
        return int(self.sent)

    @property
    def in_packets(self) -> int:
        return int(self.received / _PACKET)

    @property
    def out_packets(self) -> int:
        return int(self.sent / _PACKET)


def mean_rate(number: int) -> tuple[int, int]:
    """Mean bit/s that the host on access port `number` sends and receives."""
    return 200_000 + 40_000 * (number % 5), 1_600_000 + 320_000 * (number % 5)


def offered_by(name: str) -> tuple[int, int]:
    """The same for a port by its name."""
    return mean_rate(int(name.rsplit("/", 1)[-1]))


def rate(mean: float, at: float) -> float:
    """bit/s at second `at`: the mean, plus or minus half of it over ten minutes."""
    return mean * (1 + 0.5 * math.sin(2 * math.pi * at / _PERIOD))


def octets(mean: float, start: float, end: float) -> float:
    """The integral of `rate` over [start, end] s, in octets."""
    turn = 2 * math.pi / _PERIOD
    swing = 0.5 * (math.cos(turn * start) - math.cos(turn * end)) / turn
    return mean * ((end - start) + swing) / 8


def passed(mean: float, limit: int, start: float, end: float) -> float:
    """Of what is offered over [start, end] s, the octets that a limit of so many bit/s (0: none) lets through."""
    if not limit or mean * 1.5 <= limit:
        return octets(mean, start, end)
    if mean * 0.5 >= limit:
        return limit * (end - start) / 8
    steps = max(1, min(MOST_STEPS, math.ceil((end - start) / 5)))
    length = (end - start) / steps
    return sum(min(rate(mean, start + (step + 0.5) * length), limit) for step in range(steps)) * length / 8


class Policed(Struct, frozen=True):
    """What a limit of a port has seen in one direction: octets offered and let through, packets dropped."""

    offered: float = 0.0
    passed: float = 0.0
    dropped: float = 0.0


class Traffic:
    """Counters of all ports; `advance` before anything reads them or changes what is open."""

    def __init__(self, offered: Mapping[str, tuple[int, int]] | None = None) -> None:
        self._at = 0.0
        self._counts: dict[str, Count] = {}
        self._offered = offered or {}
        self.policed: dict[tuple[str, str], Policed] = {}

    def means(self, name: str) -> tuple[int, int]:
        """Mean bit/s that the host on an access port wants to send and to receive."""
        return self._offered.get(name) or offered_by(name)

    def advance(
        self,
        uptime: float,
        access: Mapping[str, int],
        trunks: Mapping[str, frozenset[int]],
        limits: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        """`access`: forwarding access port → VLAN; `trunks`: forwarding trunk → VLANs it carries; `limits`: bit/s of what
        comes in (`input`) or goes out of a port. Times in s.
        """
        start, self._at = self._at, max(self._at, uptime)
        if self._at == start:
            return
        carried = {name: Count() for name in trunks}
        for name, vlan in access.items():
            up, down = (
                self._limited(name, way, mean, (limits or {}).get((name, way)), start)
                for way, mean in zip(("input", "output"), self.means(name), strict=True)
            )
            self._add(name, Count(up, down))
            for trunk, vlans in trunks.items():
                if vlan in vlans:
                    carried[trunk] = Count(carried[trunk].received + down, carried[trunk].sent + up)
        for name, count in carried.items():
            self._add(name, count)

    def _limited(self, name: str, way: str, mean: int, limit: int | None, start: float) -> float:
        if limit is None:
            return octets(mean, start, self._at)
        offered, through = octets(mean, start, self._at), passed(mean, limit, start, self._at)
        old = self.policed.get((name, way), Policed())
        # Senders slow down when packets are lost: a fraction of what does not fit is dropped.
        dropped = old.dropped + (offered - through) / _PACKET * 0.02
        self.policed[name, way] = Policed(old.offered + offered, old.passed + through, dropped)
        return through

    def _add(self, name: str, more: Count) -> None:
        old = self.count(name)
        self._counts[name] = Count(old.received + more.received, old.sent + more.sent)

    def count(self, name: str) -> Count:
        return self._counts.get(name, Count())
