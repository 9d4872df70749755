"""Documents about a filed request that are signed like one: a longer end, an emergency. Refuses nothing; pure nouns."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import Struct

from netops.core.canonical import canonical, digest, dump
from netops.requests.chain import Approval, awaited, current
from netops.requests.policy import ServicePolicy
from netops.requests.statement import Decision


class Extension(Struct, frozen=True, kw_only=True):
    """The event may go on up to `until` (UTC), beyond what was signed first. `request` is the request's digest."""

    change: str
    request: str
    until: datetime
    kind: Literal["netops-extension-1"] = "netops-extension-1"


class Emergency(Struct, frozen=True, kw_only=True):
    """The request may run before its papers, for this reason. `request` is the request's digest."""

    change: str
    request: str
    reason: str
    kind: Literal["netops-emergency-1"] = "netops-emergency-1"


def body(document: Extension | Emergency) -> bytes:
    """The bytes whose digest is signed, and that the object store keeps."""
    return canonical(dump(document))


def digest_of(document: Extension | Emergency) -> str:
    return digest(body(document))


def signed_until(approvals: Sequence[Approval], rules: ServicePolicy, figures: Mapping[str, int]) -> datetime | None:
    """Until when a complete, unrejected chain lets something be; None where it is not complete.

    `approvals` are all of one document in order, each judged when it was received (`approvals.receive`).
    """
    if any(one.decision is Decision.REJECT for one in approvals):
        return None
    counted = current(approvals, rules, figures)
    if awaited(counted, rules.steps_for(figures)):
        return None
    return min(one.not_after for one in counted)
