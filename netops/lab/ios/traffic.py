"""Offered traffic as a function of time, and the counters it moves; refuses nothing: a closed port just does not count."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

_PERIOD = 600.0  # s: load swings around its mean once in ten minutes
_PACKET = 800  # bytes, mean size


@dataclass(frozen=True, slots=True)
class Count:
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


def rate(mean: float, at: float) -> float:
    """bit/s at second `at`: the mean, plus or minus half of it over ten minutes."""
    return mean * (1 + 0.5 * math.sin(2 * math.pi * at / _PERIOD))


def octets(mean: float, start: float, end: float) -> float:
    """The integral of `rate` over [start, end] s, in octets."""
    turn = 2 * math.pi / _PERIOD
    swing = 0.5 * (math.cos(turn * start) - math.cos(turn * end)) / turn
    return mean * ((end - start) + swing) / 8


class Traffic:
    """Counters of all ports; `advance` before anything reads them or changes what is open."""

    def __init__(self) -> None:
        self._at = 0.0
        self._counts: dict[str, Count] = {}

    def advance(self, uptime: float, access: Mapping[str, int], trunks: Mapping[str, frozenset[int]]) -> None:
        """`access`: forwarding access port → VLAN; `trunks`: forwarding trunk → VLANs it carries. Times in s."""
        start, self._at = self._at, max(self._at, uptime)
        if self._at == start:
            return
        carried = {name: Count() for name in trunks}
        for name, vlan in access.items():
            up, down = (octets(mean, start, self._at) for mean in mean_rate(int(name.rsplit("/", 1)[-1])))
            self._add(name, Count(up, down))
            for trunk, vlans in trunks.items():
                if vlan in vlans:
                    carried[trunk] = Count(carried[trunk].received + down, carried[trunk].sent + up)
        for name, count in carried.items():
            self._add(name, count)

    def _add(self, name: str, more: Count) -> None:
        old = self.count(name)
        self._counts[name] = Count(old.received + more.received, old.sent + more.sent)

    def count(self, name: str) -> Count:
        return self._counts.get(name, Count())
