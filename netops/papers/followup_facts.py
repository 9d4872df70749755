"""What the papers of a carried-out change of bandwidth say: the follow-up report, the notice, the form. Frozen; adds no figure."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from netops.changes.sop import Taken
from netops.core.measured import Evidence
from netops.core.text import Text
from netops.papers.facts import Approved, Letter, Party, short_code
from netops.papers.monitoring_facts import Remark, measured
from netops.papers.office import Office

Result = Literal["done", "partly", "postponed", "restored", "stopped"]
FollowupPart = Literal["obstacles", "conclusion", "advice"]
FOLLOWUP_PARTS: tuple[FollowupPart, ...] = ("obstacles", "conclusion", "advice")
Rates = tuple[int, int]
"""bit/s: up, down."""


class Space(Struct, frozen=True, kw_only=True):
    """An uplink at a moment, bit/s (up, down): contract, the office's share of it, and what units are promised out of that."""

    uplink: str
    provider: str
    contract: Rates
    share: Rates
    promised: Rates

    @property
    def left(self) -> Rates:
        return self.share[0] - self.promised[0], self.share[1] - self.promised[1]


class Touched(Struct, frozen=True, kw_only=True):
    """A device that the change was for: its difference in its own words, and until when it was read back as wanted."""

    device: str
    limit: str
    difference: str
    verified_at: datetime | None


class Window(Struct, frozen=True, kw_only=True):
    """What was measured in [since, until), beside what was allocated then; `evidence` None: nothing measures it."""

    since: datetime
    until: datetime
    allocated: Rates
    evidence: Evidence | None


class FollowupFacts(Struct, frozen=True, kw_only=True):
    """A change of bandwidth as the log has it. Times in the office's zone; rates are bit/s (up, down).

    `was` (0, 0): there was no limit. `space_before` and `space_after` are the uplink right before and after; None where the
    change never ran.
    """

    change: str
    numbers: Mapping[str, str]
    lab: bool
    office: Office
    at: datetime
    ticket: str
    letter: Letter
    agenda: str
    received: date | None
    unit: str
    link: str
    requester: Party
    requester_phone: str
    requester_mail: str
    contact: str
    reason: str
    asked: Rates
    was: Rates
    given: Rates
    starts_at: datetime
    ends_at: datetime | None
    approvals: tuple[Approved, ...]
    result: Result
    why: str
    uplink: str
    started_at: datetime | None
    active_at: datetime | None
    ended_at: datetime | None
    executor: str
    touched: tuple[Touched, ...]
    space_before: Space
    space_after: Space | None
    before: Window | None
    after: Window | None
    sop: str
    steps: tuple[tuple[Text, Taken], ...]
    remarks: Mapping[FollowupPart, Remark]
    made_by: Party
    head: Party
    to: Party
    initials: tuple[tuple[str, Party], ...]
    anchor: int
    leaf: str

    def code(self, paper: str) -> str:
        """Over all that the papers say but the moment at which they were written."""
        names = [name for name in self.__struct_fields__ if name not in ("at", "numbers")]
        said = {name: getattr(self, name) for name in names}
        windows = [
            one and (replace(one, evidence=None), measured(one.evidence)) for one in (self.before, self.after)
        ]  # fmt: skip
        return short_code(
            paper, {**said, "before": None, "after": None, "windows": windows, "number": self.numbers.get(paper, "")}
        )
