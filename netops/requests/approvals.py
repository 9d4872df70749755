"""Approvals: signed statements about one request, judged when received and again when used; refuses every doubt.

Signer, key, role and order are judged once, at the logged time of receipt (`receive`); completeness, life time, window
and plan digest at the moment of use (`judge`). Pure: time, policy and signers are arguments.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from netops.core.canonical import canonical, digest, dump, load, parse_json
from netops.core.errors import NotApproved, OutsideWindow
from netops.core.secret import Secret
from netops.core.text import Text
from netops.requests import sshsig
from netops.requests.policy import Policy
from netops.requests.signers import PRINCIPAL, Signers

NAMESPACE = "approval@netops"
MAX_STATEMENT = 16_384
_SHARED = ("request", "decision", "role", "approver", "reason", "not_before", "not_after", "previous", "plan")


class Decision(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A statement that was received and found good, and by what: digests of statement, signature and judging files."""

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
    evidence: Literal["ssh-signature"] = "ssh-signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A complete chain in order, and the time in which it lets the request be carried out."""

    request: str
    approvals: tuple[Approval, ...]
    not_before: datetime
    not_after: datetime


# ── saying ───────────────────────────────────────────────────────────────────────────────────────────────────────


def statement_bytes(statement: Statement) -> bytes:
    """The one form that is signed: RFC 8785, text in NFC, times in UTC. Raises ValueError for a time without zone."""
    if statement.not_before.tzinfo is None or statement.not_after.tzinfo is None:
        raise ValueError("a statement's times carry a zone")
    start, end = (moment.astimezone(UTC) for moment in (statement.not_before, statement.not_after))
    utc = replace(statement, not_before=start, not_after=end)
    return unicodedata.normalize("NFC", canonical(dump(utc)).decode()).encode()


def sign_statement(statement: Statement, key: Path, passphrase: Secret | None = None) -> tuple[bytes, str]:
    """The bytes and their armored signature, by an OpenSSH private key file. Raises `InputError`."""
    data = statement_bytes(statement)
    return data, sshsig.sign(data, sshsig.load_key(key, passphrase), NAMESPACE)


# ── receiving ────────────────────────────────────────────────────────────────────────────────────────────────────


def receive(
    statement: bytes,
    signature: str,
    *,
    request_digest: str,
    requester: str,
    service: str,
    policy: Policy,
    signers: Signers,
    previous: Sequence[Approval],
    at: datetime,
) -> Approval:
    """Judge a signed statement at the moment `at` of its receipt; `previous`: all approvals of this request so far.

    Raises `NotApproved` with the precise reason.
    """
    said = parse_statement(statement)
    signed = sshsig.verify(statement, signature, NAMESPACE)
    _principal(said.approver)
    signers.find(said.approver, signed.key, NAMESPACE, at)
    if said.request != request_digest:
        raise _no(
            f"pernyataan ini untuk permohonan lain ({said.request}), bukan {request_digest}",
            f"the statement is about another request ({said.request}), not {request_digest}",
            "Permohonan diubah sesudah disetujui, atau berkasnya tertukar.",
            "The request was edited after the approval, or the files were mixed up.",
        )
    _role(said, requester, service, policy, previous)
    _order(said, digest(statement), service, policy, previous, at)
    if said.decision is Decision.APPROVE and at > said.not_after:
        raise _no(
            f"persetujuan sudah kedaluwarsa saat diterima (berlaku sampai {_when(said.not_after)})",
            f"the approval had expired when it was received (valid until {_when(said.not_after)})",
        )
    return _approval(said, statement, digest(signature.encode()), signed.fingerprint, signers.digest, policy.digest, at)


def parse_statement(data: bytes) -> Statement:
    """Exactly the canonical bytes of a statement. Raises `NotApproved`: unknown fields, duplicates, other forms."""
    if len(data) > MAX_STATEMENT:
        raise _no(f"pernyataan melebihi {MAX_STATEMENT} byte", f"the statement is over {MAX_STATEMENT} bytes")
    try:
        said = load(Statement, parse_json(data))
        same = statement_bytes(said) == data
    except (ValueError, RecursionError) as error:
        raise _no(
            f"pernyataan tidak dapat dibaca: {' '.join(str(error).split())[:200]}",
            f"the statement cannot be read: {' '.join(str(error).split())[:200]}",
        ) from error
    if not same:
        raise _no(
            "pernyataan tidak dalam bentuk baku (RFC 8785, NFC, UTC, tanpa isian lain)",
            "the statement is not in its canonical form (RFC 8785, NFC, UTC, no other fields)",
            "Tanda tangani berkas yang dibuat netops tanpa menyuntingnya.",
            "Sign the file that netops made without editing it.",
        )
    if any(unicodedata.category(letter).startswith("C") for letter in said.reason + said.role):
        raise _no("pernyataan berisi karakter kendali", "the statement contains control characters")
    if said.not_after <= said.not_before:
        raise _no("masa berlaku berakhir sebelum dimulai", "the window ends before it starts")
    return said


def _principal(name: str) -> None:
    if PRINCIPAL.fullmatch(name):
        return
    odd = next((letter for letter in name if not letter.isascii()), "")
    what = f" ({unicodedata.name(odd, f'U+{ord(odd):04X}')})" if odd else ""
    raise _no(
        f"nama penyetuju {name!r} berisi karakter di luar ASCII{what}; bisa menyerupai nama lain",
        f"the approver's name {name!r} holds a character outside ASCII{what}; it may look like another name",
    )


def _role(said: Statement, requester: str, service: str, policy: Policy, previous: Sequence[Approval]) -> None:
    chain = policy.service(service).chain
    if said.role not in chain:
        raise _no(
            f"peran {said.role!r} tidak memutuskan layanan {service} (rantai: {', '.join(chain)})",
            f"role {said.role!r} has no say in {service} (chain: {', '.join(chain)})",
        )
    if said.approver not in policy.roles.get(said.role, ()):
        raise _no(
            f"{said.approver} bukan pemegang peran {said.role}",
            f"{said.approver} does not hold the role {said.role}",
            "Pemegang peran tertulis di inventory/policy.yaml.",
            "Holders of roles are listed in inventory/policy.yaml.",
        )
    if _same_person(said.approver, requester):
        raise _no(
            f"{said.approver} adalah pemohon dan tidak boleh memutuskan permohonannya sendiri",
            f"{said.approver} is the requester and must not decide on the own request",
        )
    if said.decision is Decision.APPROVE and said.role != chain[0]:
        for earlier in _round(previous, chain):
            if _same_person(said.approver, earlier.approver):
                raise _no(
                    f"{said.approver} sudah menyetujui sebagai {earlier.role}; satu orang satu peran",
                    f"{said.approver} has approved as {earlier.role} already; one person, one role",
                )


def _order(
    said: Statement, name: str, service: str, policy: Policy, previous: Sequence[Approval], at: datetime
) -> None:
    for earlier in previous:
        if earlier.decision is Decision.REJECT:
            raise _rejected(earlier)
        if earlier.statement == name:
            raise _no("pernyataan ini sudah diterima sebelumnya", "this very statement was received before")
    last = previous[-1] if previous else None
    if last and at < last.received_at:
        raise _no(
            f"waktu penerimaan {_when(at)} mendahului persetujuan sebelumnya ({_when(last.received_at)})",
            f"the time of receipt {_when(at)} is before that of the approval before it ({_when(last.received_at)})",
            "Periksa jam komputer ini.",
            "Check this computer's clock.",
        )
    expected = last.statement if last else ""
    if said.previous != expected:
        raise _no(
            f"pernyataan menyebut persetujuan sebelumnya {said.previous or '(tidak ada)'}, "
            f"seharusnya {expected or '(tidak ada)'}",
            f"the statement names {said.previous or '(none)'} as the approval before it; it should be "
            f"{expected or '(none)'}",
            "Buat pernyataan baru dengan `netops approve`.",
            "Make a new statement with `netops approve`.",
        )
    chain = policy.service(service).chain
    given = [earlier.role for earlier in _round(previous, chain)]
    if (
        said.decision is Decision.APPROVE
        and said.role != chain[0]
        and [*given, said.role] != [*chain[: len(given) + 1]]
    ):
        awaited = chain[len(given) % len(chain)]
        raise _no(
            f"belum giliran {said.role}: yang ditunggu {awaited}",
            f"it is not the turn of {said.role}: {awaited} comes first",
        )


def _round(approvals: Sequence[Approval], chain: Sequence[str]) -> Sequence[Approval]:
    """The approvals since the first role of the chain spoke last: a renewal starts a new round."""
    starts = [index for index, approval in enumerate(approvals) if approval.role == chain[0]]
    return approvals[starts[-1] :] if starts else approvals


# ── judging ──────────────────────────────────────────────────────────────────────────────────────────────────────


def judge(
    approvals: Sequence[Approval],
    *,
    policy: Policy,
    service: str,
    request_digest: str,
    now: datetime,
    plan: str = "",
    executor: str = "",
) -> Verdict:
    """Whether the request may be carried out at `now` (the plan with digest `plan`, by `executor` where known).

    Raises `NotApproved` (nothing, incomplete, rejected, other request or plan, life time over) or `OutsideWindow`.
    """
    rules = policy.service(service)
    _linked(approvals, request_digest)
    current = _round(approvals, rules.chain)
    roles = [approval.role for approval in current]
    if roles != list(rules.chain):
        lacking = [role for role in rules.chain if role not in roles] or list(rules.chain)
        raise _no(
            f"belum disetujui: masih menunggu {', '.join(lacking)}",
            f"not approved: still waiting for {', '.join(lacking)}",
            "Persetujuan diberikan dengan `netops approve`.",
            "Approvals are given with `netops approve`.",
        )
    for approval in current:
        if executor and _same_person(approval.approver, executor):
            raise _no(
                f"{executor} menyetujui permohonan ini dan tidak boleh melaksanakannya",
                f"{executor} approved this request and must not carry it out",
            )
        if approval.plan and approval.plan != plan:
            raise _no(
                f"{approval.role} menyetujui rencana {approval.plan}, bukan {plan or '(tidak ada)'}",
                f"{approval.role} approved the plan {approval.plan}, not {plan or '(none)'}",
                "Rencana berubah sesudah disetujui; minta persetujuan yang baru.",
                "The plan changed after the approval; ask for a new one.",
            )
        ends = approval.received_at + timedelta(seconds=rules.valid_for)
        if now > ends:
            raise _no(
                f"persetujuan {approval.role} kedaluwarsa pada {_when(ends)}",
                f"the approval of {approval.role} expired at {_when(ends)}",
                "Minta persetujuan yang baru.",
                "Ask for a new approval.",
            )
    start = max(max(approval.not_before, approval.received_at) for approval in current)
    end = min(approval.not_after for approval in current)
    _inside(now, start, end)
    return Verdict(request=request_digest, approvals=tuple(current), not_before=start, not_after=end)


def _linked(approvals: Sequence[Approval], request_digest: str) -> None:
    """All about this request, none a rejection, each naming the one before, received in that order."""
    before, received = "", datetime.min.replace(tzinfo=UTC)
    for approval in approvals:
        if approval.request != request_digest:
            raise _no(
                f"persetujuan {approval.role} adalah untuk permohonan lain ({approval.request})",
                f"the approval of {approval.role} is about another request ({approval.request})",
            )
        if approval.decision is Decision.REJECT:
            raise _rejected(approval)
        if approval.previous != before or approval.received_at < received:
            raise _no(
                f"rantai persetujuan terputus pada {approval.role}",
                f"the chain of approvals is broken at {approval.role}",
            )
        before, received = approval.statement, approval.received_at


def _inside(now: datetime, start: datetime, end: datetime) -> None:
    if now < start:
        raise OutsideWindow(
            Text(f"terlalu awal: boleh dijalankan sejak {_when(start)}", f"too early: may run from {_when(start)}"),
            Text("Jalankan kembali sesudah waktu itu.", "Run it again after that."),
        )
    if now > end:
        raise OutsideWindow(
            Text(f"terlambat: hanya sampai {_when(end)}", f"too late: only until {_when(end)}"),
            Text("Minta persetujuan yang baru.", "Ask for a new approval."),
        )


# ── recording ────────────────────────────────────────────────────────────────────────────────────────────────────


def event_data(approval: Approval) -> dict[str, str]:
    """`data` of the event `approval.received` (docs/events.md)."""
    names = ("statement", "signature", "decision", "role", "approver", "key", "signers", "policy", "request")
    return {name: str(getattr(approval, name)) for name in names} | {"class": approval.evidence}


def recall(data: Mapping[str, Any], statement: bytes, received_at: datetime) -> Approval:
    """The approval of a recorded event and the statement's body. Raises `NotApproved` where they do not agree."""
    approval = _approval(
        parse_statement(statement),
        statement,
        data["signature"],
        data["key"],
        data["signers"],
        data["policy"],
        received_at,
    )
    if event_data(approval) != dict(data):
        raise _no(
            f"catatan persetujuan {data.get('role')} tidak cocok dengan pernyataannya",
            f"the recorded approval of {data.get('role')} does not match its statement",
            "Jalankan `netops log verify`.",
            "Run `netops log verify`.",
        )
    return approval


def _approval(
    said: Statement, data: bytes, signature: str, key: str, signers: str, policy: str, at: datetime
) -> Approval:
    return Approval(
        **{name: getattr(said, name) for name in _SHARED},
        statement=digest(data),
        signature=signature,
        key=key,
        signers=signers,
        policy=policy,
        received_at=at,
    )


def _same_person(one: str, other: str) -> bool:
    return unicodedata.normalize("NFKC", one).casefold() == unicodedata.normalize("NFKC", other).casefold()


def _rejected(approval: Approval) -> NotApproved:
    return _no(
        f"ditolak oleh {approval.approver} ({approval.role}): {approval.reason}",
        f"rejected by {approval.approver} ({approval.role}): {approval.reason}",
        "Penolakan mengakhiri permohonan; ajukan permohonan baru.",
        "A rejection ends the request; file a new one.",
    )


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _no(id: str, en: str, hint_id: str = "", hint_en: str = "") -> NotApproved:
    return NotApproved(Text(id, en), Text(hint_id, hint_en) if hint_en else None)
