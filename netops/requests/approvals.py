"""Approvals: statements with their evidence, judged when received and again when used; refuses every doubt.

Evidence, signer, key, role and order are judged once, at the logged time of receipt (`receive`); completeness, life time,
window, plan digest and the policy in force at the moment of use (`judge`). Pure: time, policy and signers are arguments.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from netops.core.canonical import digest
from netops.core.errors import NotApproved, OutsideWindow
from netops.core.secret import Secret
from netops.core.text import Text
from netops.requests import sshsig
from netops.requests.chain import Approval, awaited, check_turn, current, step_of
from netops.requests.evidence import Files, Proof, prove
from netops.requests.policy import EVIDENCE, Evidence, Policy, Step
from netops.requests.refusal import no, same_operator, same_person, when
from netops.requests.statement import PERSON, Decision, Said, Statement, parse_statement, statement_bytes

OWN_KEY = (Evidence.SSH, Evidence.BSRE)
"""Classes in which the approver's own key signs; a server's or the officers' may stand behind several approvers."""


class Verdict(Struct, frozen=True, kw_only=True):
    """A complete chain in order, and the time in which it lets the request be carried out."""

    request: str
    approvals: tuple[Approval, ...]
    not_before: datetime
    not_after: datetime


def sign_statement(statement: Statement, key: Path, passphrase: Secret | None = None) -> tuple[bytes, str]:
    """The bytes and their armored signature, by an OpenSSH private key file. Raises `InputError`."""
    data = statement_bytes(statement)
    return data, sshsig.sign(data, sshsig.load_key(key, passphrase), PERSON)


# ── receiving ────────────────────────────────────────────────────────────────────────────────────────────────────


def receive(
    statement: bytes,
    evidence: str | bytes,
    *,
    request_digest: str,
    requester: str,
    service: str,
    figures: Mapping[str, int],
    files: Files,
    previous: Sequence[Approval],
    at: datetime,
    plan: str | None = None,
) -> Approval:
    """Judge a statement with its evidence at the moment `at` of its receipt; `previous`: all approvals of this request so far.

    `figures` are the request's (bit/s, counts); `plan` is the plan of now, None where that is not to be judged. Raises
    `NotApproved` with the precise reason.
    """
    body = evidence.encode() if isinstance(evidence, str) else evidence
    said = parse_statement(statement)
    proof = prove(statement, said, body, requester=requester, files=files, at=at)
    if said.request != request_digest:
        raise no(
            f"pernyataan ini untuk permohonan lain ({said.request}), bukan {request_digest}",
            f"the statement is about another request ({said.request}), not {request_digest}",
            "Permohonan diubah sesudah disetujui, atau berkasnya tertukar.",
            "The request was edited after the approval, or the files were mixed up.",
        )
    policy, approves = files.policy, said.decision is Decision.APPROVE
    _role(said, requester, service, policy, figures, at)
    _order(said, digest(statement), previous, at)
    if approves:
        rules = policy.service(service)
        check_turn(previous, said.role, said.approver, rules, figures)
        _evidence(_step(rules.steps_for(figures), said.role), proof.evidence, service, figures)
        _plan(said, rules.sign_plan, plan)
        _own_key(said, proof, previous)
    if approves and at > said.not_after:
        raise no(
            f"persetujuan sudah kedaluwarsa saat diterima (berlaku sampai {when(said.not_after)})",
            f"the approval had expired when it was received (valid until {when(said.not_after)})",
        )
    deputy = policy.deputy(said.role, said.approver, at)
    return Approval(
        **{name: getattr(said, name) for name in _SAID},
        statement=digest(statement),
        signature=digest(body),
        key=proof.key,
        signers=files.signers.digest,
        policy=policy.digest,
        received_at=at,
        evidence=proof.evidence,
        revoked=files.revoked.digest,
        roots=digest(files.roots) if proof.evidence is Evidence.BSRE else "",
        by=proof.by,
        system=proof.system,
        acting=deputy.acting if deputy else "",
        warrant=deputy.warrant if deputy else "",
    )


_SAID = ("request", "decision", "role", "approver", "reason", "not_before", "not_after", "previous", "plan")


def _role(said: Said, requester: str, service: str, policy: Policy, figures: Mapping[str, int], at: datetime) -> None:
    chain = [step.role for step in policy.service(service).steps_for(figures)]
    if said.role not in chain:
        raise no(
            f"peran {said.role!r} tidak memutuskan layanan {service} (rantai: {', '.join(chain)})",
            f"role {said.role!r} has no say in {service} (chain: {', '.join(chain)})",
        )
    if not policy.holds(said.role, said.approver, at):
        for deputy in policy.deputies.get(said.role, ()):
            if deputy.name == said.approver:
                raise no(
                    f"{said.approver} {deputy.acting} {said.role} hanya {deputy.since} s.d. {deputy.until} ({deputy.warrant})",
                    f"{said.approver} is {deputy.acting} {said.role} only from {deputy.since} to {deputy.until} ({deputy.warrant})",
                    "Perbarui deputies di inventory/policy.yaml dengan surat perintah yang berlaku.",
                    "Update deputies in inventory/policy.yaml with a warrant that holds.",
                )
        raise no(
            f"{said.approver} bukan pemegang peran {said.role}",
            f"{said.approver} does not hold the role {said.role}",
            "Pemegang peran tertulis di inventory/policy.yaml.",
            "Holders of roles are listed in inventory/policy.yaml.",
        )
    if same_person(said.approver, requester):
        raise no(
            f"{said.approver} adalah pemohon dan tidak boleh memutuskan permohonannya sendiri",
            f"{said.approver} is the requester and must not decide on the own request",
        )


def _order(said: Said, name: str, previous: Sequence[Approval], at: datetime) -> None:
    for earlier in previous:
        if earlier.decision is Decision.REJECT:
            raise _rejected(earlier)
        if earlier.statement == name:
            raise no("pernyataan ini sudah diterima sebelumnya", "this very statement was received before")
    last = previous[-1] if previous else None
    if last and at < last.received_at:
        raise no(
            f"waktu penerimaan {when(at)} mendahului persetujuan sebelumnya ({when(last.received_at)})",
            f"the time of receipt {when(at)} is before that of the approval before it ({when(last.received_at)})",
            "Periksa jam komputer ini.",
            "Check this computer's clock.",
        )
    expected = last.statement if last else ""
    if said.previous != expected:
        raise no(
            f"pernyataan menyebut persetujuan sebelumnya {said.previous or '(tidak ada)'}, "
            f"seharusnya {expected or '(tidak ada)'}",
            f"the statement names {said.previous or '(none)'} as the approval before it; it should be "
            f"{expected or '(none)'}",
            "Buat pernyataan baru dengan `netops approve`.",
            "Make a new statement with `netops approve`.",
        )


def _own_key(said: Said, proof: Proof, previous: Sequence[Approval]) -> None:
    """A key that is listed for two names is one person's all the same: it makes no two of a chain or a quorum."""
    if proof.evidence not in OWN_KEY:
        return
    for earlier in previous:
        if (
            earlier.evidence in OWN_KEY
            and earlier.key == proof.key
            and not same_person(earlier.approver, said.approver)
        ):
            raise no(
                f"{said.approver} memakai kunci {proof.key} yang sudah dipakai {earlier.approver}",
                f"{said.approver} uses the key {proof.key} that {earlier.approver} used already",
                "Satu kunci, satu orang: perbaiki inventory/allowed_signers.",
                "One key, one person: correct inventory/allowed_signers.",
            )


def _step(steps: Sequence[Step], role: str) -> Step:
    return next(step for step in steps if step.role == role)


def _evidence(step: Step, given: Evidence, service: str, figures: Mapping[str, int]) -> None:
    if any(one.evidence is given and one.suffices(figures) for one in step.evidence):
        return
    enough = [EVIDENCE[one.evidence] for one in step.evidence if one.suffices(figures)]
    limited = any(one.evidence is given for one in step.evidence)
    more = Text(" untuk permohonan sebesar ini", " for a request of this size") if limited else Text("", "")
    raise no(
        f"{EVIDENCE[given].id} tidak cukup bagi {step.role} pada layanan {service}{more.id}",
        f"{EVIDENCE[given].en} does not suffice for {step.role} in {service}{more.en}",
        f"Yang cukup: {'; '.join(one.id for one in enough) or '-'} (evidence di inventory/policy.yaml).",
        f"What suffices: {'; '.join(one.en for one in enough) or '-'} (evidence in inventory/policy.yaml).",
    )


def _plan(said: Said, demanded: bool, plan: str | None) -> None:
    if demanded and not said.plan:
        raise no(
            "kebijakan meminta rencananya ikut ditandatangani; pernyataan ini tidak menyebut rencana",
            "the policy wants the plan signed too; this statement names none",
            "Susun rencana (`netops plan`), lalu buat pernyataan baru.",
            "Make the plan (`netops plan`), then a new statement.",
        )
    if plan is not None and said.plan and said.plan != plan:
        raise _other_plan(said.role, said.plan, plan)


# ── judging ──────────────────────────────────────────────────────────────────────────────────────────────────────


def judge(
    approvals: Sequence[Approval],
    *,
    policy: Policy,
    service: str,
    figures: Mapping[str, int],
    request_digest: str,
    now: datetime,
    plan: str = "",
    executor: str = "",
    requester: str = "",
) -> Verdict:
    """Whether the request may be carried out at `now` (the plan with digest `plan`, by `executor` where known).

    Raises `NotApproved` (nothing, incomplete, rejected, other request or plan, life time over) or `OutsideWindow`.
    """
    rules = policy.service(service)
    steps = rules.steps_for(figures)
    _linked(approvals, request_digest)
    counted = current(approvals, rules, figures)
    lacking = awaited(counted, steps)
    if lacking:
        raise no(
            f"belum disetujui: masih menunggu {', '.join(lacking)}",
            f"not approved: still waiting for {', '.join(lacking)}",
            "Persetujuan diberikan dengan `netops approve`.",
            "Approvals are given with `netops approve`.",
        )
    if executor and requester and same_operator(requester, executor):
        raise no(
            f"{executor} adalah pemohon dan tidak boleh melaksanakan permohonannya sendiri",
            f"{executor} is the requester and must not carry the own request out",
        )
    for position, approval in enumerate(counted):
        _still_good(approval, step_of(position, steps), service, figures, plan, executor, rules.sign_plan)
        ends = approval.received_at + timedelta(seconds=rules.valid_for)
        if now > ends:
            raise no(
                f"persetujuan {approval.role} kedaluwarsa pada {when(ends)}",
                f"the approval of {approval.role} expired at {when(ends)}",
                "Minta persetujuan yang baru.",
                "Ask for a new approval.",
            )
    start = max(max(approval.not_before, approval.received_at) for approval in counted)
    end = min(approval.not_after for approval in counted)
    _inside(now, start, end)
    return Verdict(request=request_digest, approvals=counted, not_before=start, not_after=end)


def _still_good(
    approval: Approval, step: Step, service: str, figures: Mapping[str, int], plan: str, executor: str, sign_plan: bool
) -> None:
    _evidence(step, approval.evidence, service, figures)
    if executor and same_operator(approval.approver, executor):
        raise no(
            f"{executor} menyetujui permohonan ini dan tidak boleh melaksanakannya",
            f"{executor} approved this request and must not carry it out",
        )
    if executor and any(same_operator(officer, executor) for officer in approval.by):
        raise no(
            f"{executor} menjadi saksi persetujuan {approval.role} dan tidak boleh melaksanakannya",
            f"{executor} vouched for the approval of {approval.role} and must not carry it out",
        )
    if approval.plan and approval.plan != plan:
        raise _other_plan(approval.role, approval.plan, plan)
    if sign_plan and not approval.plan:
        raise no(
            f"persetujuan {approval.role} tidak menyebut rencana, padahal kebijakan memintanya",
            f"the approval of {approval.role} names no plan, which the policy demands",
            "Minta persetujuan yang baru.",
            "Ask for a new approval.",
        )


def _other_plan(role: str, signed: str, plan: str) -> NotApproved:
    return no(
        f"{role} menyetujui rencana {signed}, bukan {plan or '(tidak ada)'}",
        f"{role} approved the plan {signed}, not {plan or '(none)'}",
        "Rencana berubah sesudah disetujui; minta persetujuan yang baru.",
        "The plan changed after the approval; ask for a new one.",
    )


def _linked(approvals: Sequence[Approval], request_digest: str) -> None:
    """All about this request, none a rejection, each naming the one before, received in that order."""
    before, received = "", datetime.min.replace(tzinfo=UTC)
    for approval in approvals:
        if approval.request != request_digest:
            raise no(
                f"persetujuan {approval.role} adalah untuk permohonan lain ({approval.request})",
                f"the approval of {approval.role} is about another request ({approval.request})",
            )
        if approval.decision is Decision.REJECT:
            raise _rejected(approval)
        if approval.previous != before or approval.received_at < received:
            raise no(
                f"rantai persetujuan terputus pada {approval.role}",
                f"the chain of approvals is broken at {approval.role}",
            )
        before, received = approval.statement, approval.received_at


def _inside(now: datetime, start: datetime, end: datetime) -> None:
    if now < start:
        raise OutsideWindow(
            Text(f"terlalu awal: boleh dijalankan sejak {when(start)}", f"too early: may run from {when(start)}"),
            Text("Jalankan kembali sesudah waktu itu.", "Run it again after that."),
        )
    if now > end:
        raise OutsideWindow(
            Text(f"terlambat: hanya sampai {when(end)}", f"too late: only until {when(end)}"),
            Text("Minta persetujuan yang baru.", "Ask for a new approval."),
        )


def _rejected(approval: Approval) -> NotApproved:
    return no(
        f"ditolak oleh {approval.approver} ({approval.role}): {approval.reason}",
        f"rejected by {approval.approver} ({approval.role}): {approval.reason}",
        "Penolakan mengakhiri permohonan; ajukan permohonan baru.",
        "A rejection ends the request; file a new one.",
    )


# ── recording ────────────────────────────────────────────────────────────────────────────────────────────────────


def event_data(approval: Approval) -> dict[str, Any]:
    """`data` of the event `approval.received` (docs/events.md); what does not apply is left out."""
    names = ("statement", "signature", "decision", "role", "approver", "key", "signers", "policy", "request")
    optional = {name: str(getattr(approval, name)) for name in ("revoked", "roots", "system", "acting", "warrant")}
    data: dict[str, Any] = {name: str(getattr(approval, name)) for name in names}
    data |= {"class": approval.evidence.value} | {name: value for name, value in optional.items() if value}
    return data | ({"by": list(approval.by)} if approval.by else {})


def check_recorded(data: Mapping[str, Any], approval: Approval) -> None:
    """Raises `NotApproved` where a recorded event says anything else than what was judged again."""
    if {name: value for name, value in data.items() if name != "awaits"} != event_data(approval):
        raise no(
            f"catatan persetujuan {data.get('role')} tidak cocok dengan pernyataannya",
            f"the recorded approval of {data.get('role')} does not match its statement",
            "Jalankan `netops log verify`.",
            "Run `netops log verify`.",
        )
