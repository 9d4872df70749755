"""What a Laporan Monitoring Bandwidth says of a period, and of what; frozen, told apart by one code. Adds no figure."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from struct import pack
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from netops.core.measured import Commitment, Evidence, Figures, Flaw, Flow
from netops.papers.facts import Party, short_code
from netops.papers.office import Office

Kind = Literal["unit", "device", "allocation", "site"]
Part = Literal["analysis", "conclusion", "recommendation"]
PARTS: tuple[Part, ...] = ("analysis", "conclusion", "recommendation")


class Subject(Struct, frozen=True, kw_only=True):
    """What is reported on: a unit by its name, a device, an allocation `<device>/<queue>`, or a site (`title` its name)."""

    kind: Kind
    name: str
    title: str = ""


class Stretch(Struct, frozen=True, kw_only=True):
    """A time without valid data in [since, until), of `count` intervals. `flaw` None: nothing was collected.

    `reason` is the class of the error for which readings did not come, '' where none was recorded. `down`: there are valid
    data, and they say that the interface was down.
    """

    allocation: str
    since: datetime
    until: datetime
    flaw: Flaw | None = None
    reason: str = ""
    count: int = 1
    down: bool = False

    @property
    def seconds(self) -> int:
        return int((self.until - self.since).total_seconds())


class Line(Struct, frozen=True, kw_only=True):
    """One allocation in the period: what was promised when (`terms`, cut to the period), and what was measured.

    `evidence` None: nothing measures it.
    """

    allocation: str
    unit: str
    terms: tuple[Commitment, ...]
    evidence: Evidence | None

    @property
    def title(self) -> str:
        return f"{self.unit} ({self.allocation})" if self.unit else self.allocation

    @property
    def figures(self) -> Figures | None:
        """None where nothing valid was measured."""
        return seen(self.evidence)

    def flow(self, way: int) -> Flow | None:
        """Up is 0, down is 1; None where nothing valid was measured that way."""
        figures = self.figures
        return None if figures is None else (figures.down if way else figures.up)

    @property
    def gaps(self) -> tuple[Stretch, ...]:
        return gaps(self.allocation, self.evidence)

    @property
    def outages(self) -> tuple[Stretch, ...]:
        return outages(self.allocation, self.evidence)


class Supply(Struct, frozen=True, kw_only=True):
    """A provider's uplink: contract, the most that was promised at any moment of the period, and what it carried; bit/s."""

    uplink: str
    provider: str
    contract: tuple[int, int]  # up, down
    promised: tuple[int, int]
    evidence: Evidence | None = None

    @property
    def figures(self) -> Figures | None:
        return seen(self.evidence)

    @property
    def gaps(self) -> tuple[Stretch, ...]:
        return gaps(self.uplink, self.evidence)

    @property
    def outages(self) -> tuple[Stretch, ...]:
        return outages(self.uplink, self.evidence)

    @property
    def left(self) -> tuple[int, int]:
        """What is left of the contract; below zero where more was promised than there is."""
        return self.contract[0] - self.promised[0], self.contract[1] - self.promised[1]


class Turn(Struct, frozen=True, kw_only=True):
    """An allocation that changed within the period, (up, down) before and after; None: there was none."""

    at: datetime
    allocation: str
    unit: str
    before: tuple[int, int] | None
    after: tuple[int, int] | None
    letter: str
    change: str


class Proven(Struct, frozen=True, kw_only=True):
    """A closed segment that the figures rest on: its name, the digest in the log, and that entry (-1: not in the log)."""

    name: str
    digest: str
    entry: int = -1


class Remark(Struct, frozen=True, kw_only=True):
    """An editable part, and whose words they are; `at` None: proposed from the figures, nobody's words yet."""

    text: str
    author: str = ""
    at: datetime | None = None


class MonitoringFacts(Struct, frozen=True, kw_only=True):
    """The whole report. Days of the office, both included; the same as instants in [starts_at, ends_at).

    Of a period that is not over, `ends_at` is until when there can be data. `method` may name the `interval` of polling in
    seconds.
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
    def running(self) -> bool:
        """Whether the period asked for goes on beyond what is reported."""
        return self.ends_at < datetime.combine(self.last + timedelta(days=1), time(), self.office.timezone)

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
        names = [name for name in self.__struct_fields__ if name not in ("at", "lines", "supplies")]
        said = {name: getattr(self, name) for name in names}
        told = [(replace(line, evidence=None), measured(line.evidence)) for line in self.lines]
        supplied = [(replace(one, evidence=None), measured(one.evidence)) for one in self.supplies]
        return short_code("monitoring", {**said, "lines": told, "supplies": supplied})


def measured(evidence: Evidence | None) -> dict[str, object] | None:
    """Evidence for a digest: its many averages as one, which is a hundred times faster than each by itself."""
    if evidence is None:
        return None
    packed = b"".join(pack(">qqqi", int(one.at.timestamp()), one.up, one.down, one.measured) for one in evidence.slots)
    rest = {name: getattr(evidence, name) for name in ("figures", "lost", "unanswered", "outages")}
    return {**rest, "slots": sha256(packed).hexdigest()}


def seen(evidence: Evidence | None) -> Figures | None:
    """The figures of what was measured at all."""
    if evidence is None or (evidence.figures.up is None and evidence.figures.down is None):
        return None
    return evidence.figures


def gaps(allocation: str, evidence: Evidence | None) -> tuple[Stretch, ...]:
    """What is missing, each with the reason of a reading that did not come in that time; all of it where nothing is there."""
    if evidence is None:
        return ()
    if seen(evidence) is None and not evidence.lost:
        figures = evidence.figures
        return (_because(Stretch(allocation=allocation, since=figures.since, until=figures.until), evidence),)
    return tuple(
        _because(
            Stretch(allocation=allocation, since=one.since, until=one.until, flaw=one.flaw, count=one.count), evidence
        )
        for one in evidence.lost
    )


def outages(allocation: str, evidence: Evidence | None) -> tuple[Stretch, ...]:
    """When the interface itself was down, by its own word."""
    if evidence is None:
        return ()
    return tuple(Stretch(allocation=allocation, since=a, until=b, down=True) for a, b in evidence.outages)


def _because(gap: Stretch, evidence: Evidence) -> Stretch:
    why = [one.reason for one in evidence.unanswered if one.since < gap.until and gap.since <= one.until]
    return replace(gap, reason=why[0]) if why and gap.flaw in (None, Flaw.GAP) else gap


def promised(line: Line, way: int) -> int | None:
    """What was promised at the end of the period (up: 0, down: 1)."""
    if not line.terms:
        return None
    last = line.terms[-1]
    return last.down if way else last.up
