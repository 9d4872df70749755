"""What is measured of a network and what is promised on it: samples, series, figures, commitments. Frozen data, no I/O.

A sample is what a device said, unchanged: `in` and `out` are the device's own words for the directions, and counters are
raw. Which way is up (what clients send) is a matter of what was calibrated or declared for a series (`Watch`).
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal

from msgspec import Struct, field

# ── what a device said ───────────────────────────────────────────────────────────────────────────────────────────


class InterfaceSample(Struct, frozen=True, kw_only=True):
    """One interface at one moment: octets since its discontinuity, speed in bit/s, `up` its operational state.

    `bits` is the width of the octet counters: 64, or 32 where the agent has nothing else. Errors and discards are 32-bit
    counters since the device restarted; None where the agent has none for this interface. `discontinuity` is
    ifCounterDiscontinuityTime: the sysUpTime (hundredths of a second) since which counters are continuous; None: not told.
    """

    name: str
    index: int
    in_octets: int
    out_octets: int
    speed: int
    up: bool
    in_errors: int | None = None
    out_errors: int | None = None
    in_discards: int | None = None
    out_discards: int | None = None
    alias: str = ""
    admin_up: bool | None = None
    bits: Literal[32, 64] = 64
    discontinuity: int | None = None


class SeriesKind(StrEnum):
    """What has counters of its own. A queue tree's rows and a policy-map's classes count one direction only (`out`)."""

    INTERFACE = "interface"
    QUEUE = "queue"  # RouterOS /queue simple, MIKROTIK-MIB mtxrQueueSimpleTable
    TREE = "tree"  # RouterOS /queue tree, MIKROTIK-MIB mtxrQueueTreeTable
    CLASS = "class"  # CISCO-CLASS-BASED-QOS-MIB; named "<interface> <in|out> <policy-map> <class>"


class QueueSample(Struct, frozen=True, kw_only=True):
    """One queue or class at one moment; `name` is what it is followed by when its index shifts.

    Octets after the limit (what passed); `drops` are packets dropped, summed over both directions where there are two.
    """

    kind: SeriesKind
    name: str
    index: int
    in_octets: int
    out_octets: int
    drops: int | None = None
    bits: Literal[32, 64] = 64


class Sample(Struct, frozen=True, kw_only=True):
    """One SNMP reading of a device; `uptime` in hundredths of a second, the device's own clock for rates.

    `cpu` in per cent over the last minute and all processors, `memory` in per cent of what there is, `guests` logged in to
    hotspots; None where the agent does not tell. `health` as the agent names and counts it (`temperature`, `voltage`).
    """

    device: str
    at: datetime
    uptime: int
    interfaces: tuple[InterfaceSample, ...]
    cpu: int | None = None
    queues: tuple[QueueSample, ...] = ()
    memory: int | None = None
    guests: int | None = None
    health: Mapping[str, int] = field(default_factory=dict)


class Missed(Struct, frozen=True, kw_only=True):
    """A reading that did not come: part of the record, so that a gap has a reason. `reason` is an error's class name."""

    device: str
    at: datetime
    reason: str
    message: str = ""


# ── what is made of it ───────────────────────────────────────────────────────────────────────────────────────────


class Series(Struct, frozen=True, kw_only=True, order=True):
    """What is followed over time, by name and never by index."""

    device: str
    kind: SeriesKind
    name: str


class Watch(Struct, frozen=True, kw_only=True):
    """A series read as a unit's traffic: `up` says which of its counters is what the clients send."""

    series: Series
    up: Literal["in", "out"] = "in"


class Flaw(StrEnum):
    """Why an interval between two readings is no evidence: counted and shown, never filled."""

    GAP = "gap"  # a reading is missing: longer than the policy allows between two
    RESET = "reset"  # a counter went back without a restart
    WRAP = "wrap"  # a 32-bit counter may have gone round more than once
    REBOOT = "reboot"  # the device's uptime went back
    CLOCK = "clock"  # our clock and the device's disagree on how long it was
    DOUBLED = "doubled"  # the same reading twice
    LATE = "late"  # readings out of order
    IMPOSSIBLE = "impossible"  # more than the interface can carry


class Flow(Struct, frozen=True, kw_only=True):
    """One direction over a period; rates in bit/s from five-minute averages on the clock, times in seconds.

    `p95`: nearest rank over the five-minute averages. `over_80` and `at_limit`: time at or above 80 % and 98 % of the
    limit then in force; `utilisation`: what passed, in per mille of what those limits would have let through in the time
    measured. None where no limit is known.
    """

    average: int
    maximum: int
    p95: int
    volume: int
    over_80: int | None = None
    at_limit: int | None = None
    utilisation: int | None = None


class Limit(Struct, frozen=True, kw_only=True):
    """What a series may carry, bit/s each way, in [since, until); `until` None: until further notice."""

    since: datetime
    until: datetime | None
    up: int
    down: int


class Asked(Struct, frozen=True, kw_only=True):
    """What figures are wanted of: a watch, the limits in force over time (without overlap), and the names it had before.

    `formerly`: the same interface or queue under an earlier name, when its device or itself was renamed.
    """

    watch: Watch
    limits: tuple[Limit, ...] = ()
    formerly: tuple[Series, ...] = ()


class Figures(Struct, frozen=True, kw_only=True):
    """What a report states of a series in [since, until). `measured` of `expected` seconds are valid (kelengkapan data).

    `flaws` counts the intervals that are no evidence. `up` and `down` are None where nothing valid was measured, or where
    the series has no such counter (`SeriesKind`); `office` are the same two over working hours, None where none were given.
    """

    watch: Watch
    since: datetime
    until: datetime
    expected: int
    measured: int
    flaws: Mapping[Flaw, int]
    up: Flow | None
    down: Flow | None
    office: tuple[Flow | None, Flow | None] | None = None


class Slot(Struct, frozen=True, kw_only=True):
    """One five-minute average on the clock: bit/s each way, and how many of its 300 seconds were measured."""

    at: datetime
    up: int
    down: int
    measured: int


class Point(Struct, frozen=True, kw_only=True):
    """Slots in a row drawn as one point: average and highest five-minute average each way, `measured` of `seconds`."""

    at: datetime
    seconds: int
    up: int
    down: int
    up_max: int
    down_max: int
    measured: int


class Lost(Struct, frozen=True, kw_only=True):
    """Time that is no evidence and why: `count` intervals in a row with the same flaw."""

    since: datetime
    until: datetime
    flaw: Flaw
    count: int


class Unanswered(Struct, frozen=True, kw_only=True):
    """`count` readings of a device in a row that did not come, from the first to the last, for the same reason."""

    since: datetime
    until: datetime
    reason: str
    count: int


class Evidence(Struct, frozen=True, kw_only=True):
    """All that a report shows of one series: the figures, what they stand on, and what is missing.

    `points` are the slots thinned for a chart; nothing measured, no slot and no point. `outages`: when the readings said
    that the interface is down, [since, until).
    """

    figures: Figures
    slots: tuple[Slot, ...]
    points: tuple[Point, ...]
    lost: tuple[Lost, ...]
    unanswered: tuple[Unanswered, ...]
    outages: tuple[tuple[datetime, datetime], ...] = ()


# ── what is promised ─────────────────────────────────────────────────────────────────────────────────────────────


class Commitment(Struct, frozen=True, kw_only=True):
    """What a unit was promised on an uplink, bit/s each way, in [since, until); `until` None: until something replaces it.

    `allocation` (`<device>/<queue or interface>`) is what it holds: a later commitment of the same allocation replaces an
    earlier one for as long as it lasts. `uplink` is `<site>/<uplink>`. `letter` is the letter's number, '' where nobody
    knows of one. `change` is the change that made it, '' for what was adopted; `watch` where it is measured; `within` the
    allocation (a parent queue) that it comes out of, '' where it comes out of the uplink itself.
    """

    allocation: str
    unit: str
    letter: str
    uplink: str
    up: int
    down: int
    since: datetime
    until: datetime | None
    kind: Literal["permanent", "temporary", "event"]
    change: str
    watch: Watch | None = None
    within: str = ""
