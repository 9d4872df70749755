"""Decide on a filed request: sign, judge, record; a rejection is told by mail. Believes only what somebody signed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from netops.actions.common import change_of
from netops.actions.living import refuse_stopped
from netops.actions.mailing import tell
from netops.app import App
from netops.core.errors import InputError, LockedKey, Refused
from netops.core.model import Fence
from netops.core.secret import Secret
from netops.core.text import Text
from netops.filing import Filed, record
from netops.requests import approvals, jws, sshsig
from netops.requests.chain import Approval, awaited, current
from netops.requests.evidence import Files
from netops.requests.policy import Policy
from netops.requests.policy_file import parse_policy
from netops.requests.revoked import Revoked, parse_revoked
from netops.requests.signers import parse_signers
from netops.requests.statement import Attestation, Decision, Said, Statement, parse_statement


class Matter(Struct, frozen=True, kw_only=True):
    """What is decided on: a request itself or a document about it (`requests.further`), by the digest that is signed.

    `rules` is the policy as it holds for this matter; `until` what a decision made now is good for at most.
    """

    digest: str
    until: datetime
    rules: Callable[[Policy], Policy] = lambda policy: policy


ROOTS = "bsre-roots.pem"
"""Of the inventory: the certificates that electronic signatures on PDFs must lead to."""
MOST_SIGNED = 1_000_000
"""Bytes of a statement, signature or token that are read; none that is good is near it."""
DECIDING_SECONDS = 10.0
"""How long a decision may take to be judged and recorded."""


def decide(
    app: App,
    filed: Filed,
    *,
    decision: str,
    role: str,
    approver: str,
    key: Path,
    reason: str = "",
    passphrase: Callable[[], Secret] | None = None,
    about: Matter | None = None,
) -> Approval:
    """Sign, judge and record a decision; tell the requester by mail when it is a rejection.

    Without `approver` it is the holder of the role to whom `allowed_signers` gives this key; `about` is the request
    itself, if it is nothing else.

    Raises `NotApproved` (recorded too) where policy or allowed_signers say no, `InputError` for an unusable key.
    """
    said = statement(app, filed, decision, role, approver or owner(app, role, key), reason, about)
    return sign(app, filed, said, key, passphrase, about)


def sign(
    app: App,
    filed: Filed,
    said: Statement,
    key: Path,
    passphrase: Callable[[], Secret] | None = None,
    about: Matter | None = None,
) -> Approval:
    """Sign what was shown, judge and record it. Raises `NotApproved`, `InputError`."""
    try:
        data, signature = approvals.sign_statement(said, key)
    except LockedKey:
        if passphrase is None:
            raise
        data, signature = approvals.sign_statement(said, key, passphrase())
    return receive(app, filed, data, signature, about)


def read_signed(statement: Path | None, evidence: Path) -> tuple[bytes, bytes]:
    """A statement that was signed elsewhere, and what shows it; a JWS carries its statement. Raises `InputError`, `NotApproved`."""
    body = _read(evidence)
    if statement is not None:
        return _read(statement), body
    return jws.payload_of(body.decode("ascii", "replace").strip()), body


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MOST_SIGNED + 1)[: MOST_SIGNED + 1]
    except OSError as error:
        raise InputError(
            Text(f"tidak dapat dibaca: {error.strerror}", f"cannot be read: {error.strerror}"), path=path
        ) from error


def expect(signed: bytes, decision: str) -> Said:
    """The statement, if it says what the command says. Raises `NotApproved`, `InputError`."""
    said = parse_statement(signed)
    if said.decision != decision:
        raise InputError(
            Text(
                f"pernyataan itu berisi {said.decision}, bukan {decision}",
                f"that statement says {said.decision}, not {decision}",
            ),
            Text(f"pakai netops {said.decision}", f"use netops {said.decision}"),
            field="--statement",
        )
    return said


def matter(app: App, filed: Filed) -> Matter:
    """The request itself, up to its end and the playbook's tolerance."""
    request = filed.request
    return Matter(
        digest=filed.digest, until=app.playbook(request.service).window(request.starts_at, request.ends_at)[1]
    )


def owner(app: App, role: str, key: Path) -> str:
    """Whose key this is, among the holders of the role. Raises `InputError` where that is not one person."""
    public = sshsig.public_of(key) or sshsig.load_key(key).public
    listed = {name for entry in app.signers.entries if entry.key == public for name in entry.principals}
    owners = sorted(listed & set(app.policy.holders(role)))
    if len(owners) == 1:
        return owners[0]
    name = sshsig.fingerprint(public)
    raise InputError(
        Text(
            f"kunci {name} bukan milik tepat satu pemegang peran {role} ({', '.join(owners) or 'tidak ada'})",
            f"key {name} does not belong to exactly one holder of the role {role} ({', '.join(owners) or 'none'})",
        ),
        Text(
            "sebut penyetujunya dengan --signer; kunci terdaftar di inventory/allowed_signers, peran di inventory/policy.yaml",
            "name the approver with --signer; keys are listed in inventory/allowed_signers, roles in inventory/policy.yaml",
        ),
        path=key,
    )


def holder(app: App, role: str) -> str:
    """The one who holds the role now. Raises `InputError` where that is not one person."""
    now = app.clock.now()
    holders = [name for name in dict.fromkeys(app.policy.holders(role)) if app.policy.holds(role, name, now)]
    if len(holders) == 1:
        return holders[0]
    raise InputError(
        Text(
            f"peran {role} dipegang {', '.join(holders) or 'tidak seorang pun'}",
            f"the role {role} is held by {', '.join(holders) or 'nobody'}",
        ),
        Text("sebut yang menandatangani dengan --signer", "name who signed the paper with --signer"),
        field="--signer",
    )


def statement(
    app: App, filed: Filed, decision: str, role: str, approver: str, reason: str = "", about: Matter | None = None
) -> Statement:
    """What is to be signed: valid from now until the event is over, linked to the decision before it."""
    about = about or matter(app, filed)
    so_far = decisions(app, filed, about)
    return Statement(
        request=about.digest,
        decision=Decision(decision),
        role=role,
        approver=approver,
        reason=reason,
        not_before=app.clock.now(),
        not_after=about.until,
        previous=so_far[-1].statement if so_far else "",
        plan=_plan_to_sign(app, filed, about, decision),
    )


def attestation(said: Statement, system: str, decided_at: datetime) -> Attestation:
    """The same, as a workflow server attests it: that it was decided in `system` at `decided_at`."""
    words = {name: getattr(said, name) for name in said.__struct_fields__ if name != "kind"}
    return Attestation(**words, system=system, decided_at=decided_at)


def _plan_to_sign(app: App, filed: Filed, about: Matter, decision: str) -> str:
    """The latest plan where the policy wants it signed. Raises `Refused` where there is none yet."""
    if decision == Decision.REJECT or not about.rules(app.policy).service(filed.request.service).sign_plan:
        return ""
    plan = change_of(app, filed).plan
    if not plan:
        raise Refused(
            Text(
                "kebijakan meminta rencananya ikut ditandatangani, tetapi belum ada rencana",
                "the policy wants the plan signed too, but there is none yet",
            ),
            Text(f"susun dahulu: netops plan {filed.change}", f"make it first: netops plan {filed.change}"),
        )
    return plan


def receive(app: App, filed: Filed, signed: bytes, evidence: str | bytes, about: Matter | None = None) -> Approval:
    """Judge and record a statement with its evidence, made here or elsewhere (`ssh-keygen -Y sign`, a workflow server).

    One at a time: two that name the same predecessor would both be recorded, and break the chain for good.
    """
    lease = app.journal.acquire(f"approval:{filed.change}", app.holder, DECIDING_SECONDS)
    try:
        approval = _judged(app, filed, signed, evidence, about or matter(app, filed), lease.fence)
    finally:
        app.journal.release(lease)
    if approval.decision is Decision.REJECT and approval.request == filed.digest:
        tell(app, filed, "rejection", reason=approval.reason)
    return approval


def _judged(app: App, filed: Filed, signed: bytes, evidence: str | bytes, about: Matter, fence: Fence) -> Approval:
    body = evidence.encode() if isinstance(evidence, str) else evidence
    bodies = {"statement": app.objects.put(signed), "signature": app.objects.put(body)} | _keep_files(app)
    so_far = decisions(app, filed, about)
    try:
        refuse_stopped(change_of(app, filed))
        approval = approvals.receive(
            signed,
            body,
            request_digest=about.digest,
            requester=filed.request.requester.email,
            service=filed.request.service,
            figures=filed.request.figures,
            files=Files(
                policy=about.rules(app.policy),
                signers=app.signers,
                revoked=app.revoked,
                roots=_roots(app),
                sheets=sheets(app, filed) if body.startswith(b"%PDF-") else {},
            ),
            previous=so_far,
            at=app.clock.now(),
            plan=change_of(app, filed).plan,
        )
    except Refused as refusal:
        record(app, "approval.refused", filed.change, reason=str(refusal), **bodies)
        raise
    waiting = waiting_for(app, filed, about, (*so_far, approval))
    data = approvals.event_data(approval) | ({"awaits": list(waiting)} if waiting else {})
    record(app, "approval.received", filed.change, (fence,), **data)
    return approval


def waiting_for(app: App, filed: Filed, about: Matter, so_far: Sequence[Approval]) -> tuple[str, ...]:
    """The roles that have yet to sign for this matter, in order; () when the chain is complete or was ended."""
    if any(one.decision is Decision.REJECT for one in so_far):
        return ()
    rules = about.rules(app.policy).service(filed.request.service)
    return awaited(current(so_far, rules, filed.request.figures), rules.steps_for(filed.request.figures))


def _keep_files(app: App) -> dict[str, str]:
    """What a decision is judged by goes to the object store; its digests by name, those of absent files left out."""
    kept = {}
    for name, file in (
        ("signers", "allowed_signers"),
        ("policy", "policy.yaml"),
        ("revoked", "revoked_keys"),
        ("roots", ROOTS),
    ):
        path = app.settings.inventory / file
        if path.exists():
            kept[name] = app.objects.put(path.read_bytes())
    used = {"signers": app.signers.digest, "policy": app.policy.digest, "revoked": app.revoked.digest}
    changed = sorted(name for name, digest in used.items() if kept.get(name, "") != digest)
    if changed:
        raise InputError(
            Text(
                f"berkas inventaris ({', '.join(changed)}) berubah sesudah dibaca; tidak ada yang diputuskan",
                f"inventory files ({', '.join(changed)}) changed after they were read; nothing was decided",
            ),
            Text("jalankan sekali lagi", "run it once more"),
            path=app.settings.inventory,
        )
    return kept


def decisions(app: App, filed: Filed, about: Matter | None = None) -> tuple[Approval, ...]:
    """What was decided so far about this request (or what `about` names), in order.

    Each piece of evidence is verified again, at its logged time of receipt, by the `allowed_signers`, policy and revocation
    list of that time: a row in the log is not believed, only what somebody signed.
    """
    digest = about.digest if about else filed.digest
    found: list[Approval] = []
    for recorded in app.journal.read(filed.change):
        data, at = recorded.event.data, recorded.event.at
        if recorded.event.kind == "approval.received" and data["request"] == digest:
            files = _files_of(app, filed, data)
            again = approvals.receive(
                app.objects.get(data["statement"]),
                app.objects.get(data["signature"]),
                request_digest=digest,
                requester=filed.request.requester.email,
                service=filed.request.service,
                figures=filed.request.figures,
                files=replace(files, policy=about.rules(files.policy)) if about else files,
                previous=found,
                at=at,
            )
            approvals.check_recorded(data, again)
            found.append(again)
    return tuple(found)


def sheets(app: App, filed: Filed) -> dict[str, bytes]:
    """The approval sheets that were issued for a request, by the digest of their statement."""
    issued = (one.event.data for one in app.journal.read(filed.change) if one.event.kind == "approval.sheet")
    return {data["statement"]: app.objects.get(data["sheet"]) for data in issued}


def _roots(app: App) -> bytes:
    path = app.settings.inventory / ROOTS
    return path.read_bytes() if path.exists() else b""


def _files_of(app: App, filed: Filed, data: Mapping[str, Any]) -> Files:
    """The files that a recorded decision was judged by; those of now where they are the same."""
    policy, signers, revoked = data["policy"], data["signers"], data.get("revoked", "")
    return Files(
        policy=app.policy if policy == app.policy.digest else parse_policy(app.objects.get(policy)),
        signers=app.signers if signers == app.signers.digest else parse_signers(app.objects.get(signers)),
        revoked=parse_revoked(app.objects.get(revoked)) if revoked else Revoked(),
        roots=app.objects.get(data["roots"]) if "roots" in data else b"",
        sheets=sheets(app, filed) if "roots" in data else {},
    )
