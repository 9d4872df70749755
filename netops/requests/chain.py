"""The chain of dispositions: whose turn it is, which decisions count. Refuses one person twice, and anybody out of turn."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from netops.core.errors import NotApproved
from netops.requests.policy import Evidence, ServicePolicy, Step
from netops.requests.refusal import no, same_person
from netops.requests.statement import Decision


class Approval(Struct, frozen=True, kw_only=True):
    """A statement that was received and found good, and by what: digests of statement, evidence and judging files.

    `signature` is the digest of the evidence, whatever its class; `key` the fingerprints that it was shown by; `by` the
    officers or the server that vouch for it where the approver did not sign; `acting` and `warrant` those of a deputy.
    """

    request: str
    decision: Decision
    role: str
    approver: str
    reason: str
    not_before: datetime
    not_after: datetime
    previous: str
    plan: str
    statement: str
    signature: str
    key: str
    signers: str
    policy: str
    received_at: datetime
    evidence: Evidence = Evidence.SSH
    revoked: str = ""
    roots: str = ""
    by: tuple[str, ...] = ()
    system: str = ""
    acting: str = ""
    warrant: str = ""


def current(approvals: Sequence[Approval], rules: ServicePolicy, figures: Mapping[str, int]) -> tuple[Approval, ...]:
    """The approvals that count: in turn, each by another person, since the first role last began anew (a renewal)."""
    steps = rules.steps_for(figures)
    counted: tuple[Approval, ...] = ()
    for one in approvals:
        if one.decision is Decision.REJECT:
            continue
        if _begins(counted, one.role, steps):
            counted = (one,)
        elif _misfit(counted, one.role, one.approver, steps, rules) is None:
            counted = (*counted, one)
    return counted


def awaited(counted: Sequence[Approval], steps: Sequence[Step]) -> tuple[str, ...]:
    """The roles that have yet to sign, in order; `koordinator (1/2)` where some of its quorum did. () when complete."""
    waiting, there = [], len(counted)
    for step in steps:
        if there < step.quorum:
            waiting.append(step.role if not there else f"{step.role} ({there}/{step.quorum})")
        there = max(0, there - step.quorum)
    return tuple(waiting)


def step_of(position: int, steps: Sequence[Step]) -> Step:
    """The step that the counted approval at `position` belongs to."""
    for step in steps:
        if position < step.quorum:
            return step
        position -= step.quorum
    return steps[-1]


def check_turn(
    approvals: Sequence[Approval], role: str, approver: str, rules: ServicePolicy, figures: Mapping[str, int]
) -> None:
    """Raises `NotApproved` where this approver in this role is not next."""
    steps, counted = rules.steps_for(figures), current(approvals, rules, figures)
    misfit = None if _begins(counted, role, steps) else _misfit(counted, role, approver, steps, rules)
    if misfit is not None:
        raise misfit


def _begins(counted: Sequence[Approval], role: str, steps: Sequence[Step]) -> bool:
    """The first role of the chain may begin a new round, once its own quorum is full."""
    return role == steps[0].role and (not counted or len(counted) >= steps[0].quorum)


def _misfit(
    counted: Sequence[Approval], role: str, approver: str, steps: Sequence[Step], rules: ServicePolicy
) -> NotApproved | None:
    for earlier in counted:
        if not same_person(approver, earlier.approver):
            continue
        if earlier.role == role:
            return no(
                f"{approver} sudah menyetujui sebagai {role}; kuorum dihitung per orang",
                f"{approver} has approved as {role} already; a quorum counts persons",
            )
        if not any({earlier.role, role} <= group for group in rules.one_person):
            return no(
                f"{approver} sudah menyetujui sebagai {earlier.role}; satu orang satu peran",
                f"{approver} has approved as {earlier.role} already; one person, one role",
            )
    turn = step_of(len(counted), steps).role if awaited(counted, steps) else steps[0].role
    if role == turn and awaited(counted, steps):
        return None
    return no(f"belum giliran {role}: yang ditunggu {turn}", f"it is not the turn of {role}: {turn} comes first")
