"""Traffic that people offer over the day, and what limits let through of it; pure arithmetic, no device and no clock."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

# Share of the peak at each full hour, straight between them: an office day with its breaks, and never silence.
OFFICE = (0.12, 0.10, 0.10, 0.10, 0.12, 0.15, 0.25, 0.50, 0.85, 1.00, 1.00, 0.90,
          0.70, 0.90, 1.00, 0.95, 0.70, 0.40, 0.30, 0.28, 0.25, 0.22, 0.18, 0.14)  # fmt: skip
STEADY = (1.0,) * 24
PACKET_BYTES = 800

Pair = tuple[float, float]


class Load(Struct, frozen=True, kw_only=True):
    """What the people behind `network` (a prefix) want at their busiest hour: `up` and `down` in bit/s.

    An `event` load is offered by every subnet inside `network` on which a hotspot server is running, and by nothing else.
    """

    network: str
    up: int
    down: int
    event: bool = False
    day: tuple[float, ...] = OFFICE

    def offered(self, moment: datetime) -> Pair:
        """Upload and download in bit/s at a local time."""
        hour = moment.hour + moment.minute / 60 + moment.second / 3600
        first = int(hour) % len(self.day)
        share = self.day[first] + (hour - int(hour)) * (self.day[(first + 1) % len(self.day)] - self.day[first])
        return self.up * share, self.down * share


class Flow(Struct, frozen=True):
    """One load on its way: what it offers now, and what limits it, innermost first."""

    offered: Pair
    limiters: tuple[Hashable, ...]


def carry(flows: Sequence[Flow], limits: Mapping[Hashable, Pair]) -> list[Pair]:
    """What gets through, upload and download in bit/s. A limit of 0 is none; who shares a limit shares it by demand."""
    passed = [[flow.offered[0], flow.offered[1]] for flow in flows]
    depth = max((len(flow.limiters) for flow in flows), default=0)
    sharing: dict[Hashable, list[int]] = {}
    for index, flow in enumerate(flows):
        for name in flow.limiters:
            sharing.setdefault(name, []).append(index)
    for level in range(depth):
        for name in dict.fromkeys(flow.limiters[level] for flow in flows if level < len(flow.limiters)):
            members = sharing[name]
            for side in (0, 1):
                limit, total = limits.get(name, (0.0, 0.0))[side], sum(passed[index][side] for index in members)
                if limit and total > limit:
                    for index in members:
                        passed[index][side] *= limit / total
    return [(up, down) for up, down in passed]


CAMPUS = (
    Load(network="10.20.0.0/26", up=8_000_000, down=34_000_000),
    Load(network="10.20.0.64/26", up=3_000_000, down=16_000_000, day=STEADY),  # a library serves readers day and night
    Load(network="10.20.0.128/25", up=20_000_000, down=120_000_000),
    Load(network="10.20.0.128/27", up=16_000_000, down=70_000_000, day=STEADY),  # FST: more than its queue lets through
    Load(network="10.20.0.160/27", up=4_000_000, down=12_000_000),
    Load(network="10.20.0.192/27", up=9_000_000, down=45_000_000, day=STEADY),  # computer laboratory
    Load(network="10.30.0.0/26", up=4_000_000, down=28_000_000),
    Load(network="10.30.0.128/25", up=2_000_000, down=9_000_000),
    Load(network="10.90.0.0/15", up=30_000_000, down=180_000_000, event=True, day=STEADY),
)
