"""What an approver signs, and what a workflow server attests: one canonical form of bytes each; refuses every other form."""

import unicodedata
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from netops.core.canonical import canonical, dump, load, parse_json
from netops.requests.refusal import no
from netops.requests.signers import PRINCIPAL

PERSON = "approval@netops"
"""The SSHSIG namespace of people; their keys may sign in no other."""
SERVER = "workflow@netops"
"""The namespace of the workflow layer's server: what it signs is never a person's own signature."""
MAX_STATEMENT = 16_384


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


class Statement(Struct, frozen=True, kw_only=True):
    """What an approver signs. Digests are `sha256:…`; `previous` and `plan` may be ''; the window is for carrying out."""

    request: str
    decision: Decision
    role: str
    approver: str
    reason: str
    not_before: datetime
    not_after: datetime
    previous: str = ""
    plan: str = ""
    kind: Literal["netops-approval-1"] = "netops-approval-1"


class Attestation(Struct, frozen=True, kw_only=True):
    """What a workflow server states: `approver` in `role` decided in `system` at `decided_at`. Else as `Statement`.

    Another `kind`, so that a server's words never pass for a person's, nor the other way round.
    """

    request: str
    decision: Decision
    role: str
    approver: str
    reason: str
    not_before: datetime
    not_after: datetime
    system: str
    decided_at: datetime
    previous: str = ""
    plan: str = ""
    kind: Literal["netops-attestation-1"] = "netops-attestation-1"


Said = Statement | Attestation
_KINDS: dict[str, type[Statement] | type[Attestation]] = {
    "netops-approval-1": Statement,
    "netops-attestation-1": Attestation,
}


def statement_bytes(said: Said) -> bytes:
    """The one form that is signed: RFC 8785, text in NFC, times in UTC. Raises ValueError for a time without zone."""
    times = ("not_before", "not_after") + (("decided_at",) if isinstance(said, Attestation) else ())
    if any(getattr(said, name).tzinfo is None for name in times):
        raise ValueError("a statement's times carry a zone")
    utc = replace(said, **{name: getattr(said, name).astimezone(UTC) for name in times})
    return unicodedata.normalize("NFC", canonical(dump(utc)).decode()).encode()


def parse_statement(data: bytes) -> Said:
    """Exactly the canonical bytes of a statement. Raises `NotApproved`: unknown fields, duplicates, other forms."""
    if len(data) > MAX_STATEMENT:
        raise no(f"pernyataan melebihi {MAX_STATEMENT} byte", f"the statement is over {MAX_STATEMENT} bytes")
    try:
        said = _load(parse_json(data))
        same = statement_bytes(said) == data
    except (ValueError, RecursionError) as error:
        raise no(
            f"pernyataan tidak dapat dibaca: {' '.join(str(error).split())[:200]}",
            f"the statement cannot be read: {' '.join(str(error).split())[:200]}",
        ) from error
    if not same:
        raise no(
            "pernyataan tidak dalam bentuk baku (RFC 8785, NFC, UTC, tanpa isian lain)",
            "the statement is not in its canonical form (RFC 8785, NFC, UTC, no other fields)",
            "Tanda tangani berkas yang dibuat netops tanpa menyuntingnya.",
            "Sign the file that netops made without editing it.",
        )
    lines = said.reason + said.role + (said.system if isinstance(said, Attestation) else "")
    if any(unicodedata.category(letter).startswith("C") for letter in lines):
        raise no("pernyataan berisi karakter kendali", "the statement contains control characters")
    if said.not_after <= said.not_before:
        raise no("masa berlaku berakhir sebelum dimulai", "the window ends before it starts")
    _principal(said.approver)
    return said


def _load(value: Any) -> Said:
    kind = value.get("kind") if isinstance(value, dict) else None
    return load(_KINDS.get(kind, Statement) if isinstance(kind, str) else Statement, value)


def _principal(name: str) -> None:
    if PRINCIPAL.fullmatch(name):
        return
    odd = next((letter for letter in name if not letter.isascii()), "")
    what = f" ({unicodedata.name(odd, f'U+{ord(odd):04X}')})" if odd else ""
    raise no(
        f"nama penyetuju {name!r} berisi karakter di luar ASCII{what}; bisa menyerupai nama lain",
        f"the approver's name {name!r} holds a character outside ASCII{what}; it may look like another name",
    )
