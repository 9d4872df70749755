"""What a Laporan Monitoring Bandwidth says of a period, and of what; frozen, told apart by one code. Adds no figure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from netops.core.measured import Commitment, Figures, Flaw, Slot
from netops.papers.facts import Party, short_code
from netops.papers.office import Office

Kind = Literal["unit", "device", "allocation", "site"]
Part = Literal["analysis", "conclusion", "recommendation"]
PARTS: tuple[Part, ...] = ("analysis", "conclusion", "recommendation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is reported on: a unit by its name, a device, an allocation `<device>/<queue>`, or a site (`title` its name)."""

    kind: Kind
    name: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A time without valid data in [since, until). `flaw` None: no reading came; `reason` in our own words or ''."""

    allocation: str
    since: datetime
    until: datetime
    flaw: Flaw | None = None
    reason: str = ""

    @property
    def seconds(self) -> int:
        return int((self.until - self.since).total_seconds())


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One allocation in the period: what was promised when (`terms`, cut to the period), and what was measured.

    `figures` None: nothing measures it, or nothing was ever collected.
    """

    allocation: str
    unit: str
    terms: tuple[Commitment, ...]
    figures: Figures | None
    slots: tuple[Slot, ...] = ()
    gaps: tuple[Stretch, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.unit} ({self.allocation})" if self.unit else self.allocation


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """A provider's uplink: contract, the most that was promised at any moment of the period, and what it carried; bit/s."""

    uplink: str
    provider: str
    contract: tuple[int, int]  # up, down
    promised: tuple[int, int]
    figures: Figures | None = None
    gaps: tuple[Stretch, ...] = ()

    @property
    def left(self) -> tuple[int, int]:
        """What is left of the contract; below zero where more was promised than there is."""
        return self.contract[0] - self.promised[0], self.contract[1] - self.promised[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """An allocation that changed within the period, (up, down) before and after; None: there was none."""

    at: datetime
    allocation: str
    unit: str
    before: tuple[int, int] | None
    after: tuple[int, int] | None
    letter: str
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """A closed segment that the figures rest on: its name, the digest in the log, and that entry (-1: not in the log)."""

    name: str
    digest: str
    entry: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """An editable part, and whose words they are; `at` None: proposed from the figures, nobody's words yet."""

    text: str
    author: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringFacts:
    """The whole report. Days of the office, both included; the same as instants in [starts_at, ends_at).

    `reported_to` is until when there can be data: the moment of writing in a month that is not over. `interval` is the
    poller's, in seconds (0: not known). `pollers` are programs that collected, as the segments name them.
    """

    subject: Subject
    first: date
    last: date
    starts_at: datetime
    ends_at: datetime
    at: datetime
    number: str
    lab: bool
    office: Office
    supplies: tuple[Supply, ...]
    lines: tuple[Line, ...]
    turns: tuple[Turn, ...]
    remarks: Mapping[Part, Remark]
    proven: tuple[Proven, ...]
    made_by: Party
    checked_by: Party
    acknowledges: Party
    anchor: int = -1
    method: Mapping[str, str] = field(default_factory=dict)

    @property
    def period(self) -> str:
        return f"{self.first}/{self.last}"

    @property
    def key(self) -> str:
        """Subject and period in one line, for footer, QR and file names."""
        return f"{self.subject.kind}:{self.subject.name} {self.period}"

    @property
    def code(self) -> str:
        """Over all that the report says but the moment at which it was written."""
        names = [name for name in self.__dataclass_fields__ if name != "at"]
        return short_code("monitoring", {name: getattr(self, name) for name in names})


def share(part: float | None, whole: float) -> float | None:
    """None where either is unknown or nothing."""
    return None if part is None or not whole else part / whole


def promised(line: Line, way: int) -> int | None:
    """What was promised at the end of the period (up: 0, down: 1)."""
    if not line.terms:
        return None
    last = line.terms[-1]
    return last.down if way else last.up


def mean_promised(line: Line, way: int) -> float:
    """What was promised on average over the time that anything was, bit/s."""
    weight = total = 0.0
    for term in line.terms:
        seconds = ((term.until or term.since) - term.since).total_seconds()
        weight, total = weight + seconds, total + seconds * (term.down if way else term.up)
    return total / weight if weight else 0.0
