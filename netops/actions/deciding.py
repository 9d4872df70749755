"""Decide on a filed request: sign, judge, record; a rejection is told by mail. Believes only what somebody signed."""

from collections.abc import Callable
from pathlib import Path

from netops.actions.mailing import tell
from netops.app import App
from netops.core.errors import InputError, LockedKey, Refused
from netops.core.model import Fence
from netops.core.secret import Secret
from netops.core.text import Text
from netops.filing import Filed, record
from netops.requests import approvals, sshsig
from netops.requests.approvals import Approval, Decision, Statement
from netops.requests.policy import parse_policy
from netops.requests.signers import parse_signers

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
) -> Approval:
    """Sign, judge and record a decision; tell the requester by mail when it is a rejection.

    Without `approver` it is the holder of the role to whom `allowed_signers` gives this key.

    Raises `NotApproved` (recorded too) where policy or allowed_signers say no, `InputError` for an unusable key.
    """
    said = statement(app, filed, decision, role, approver or _owner(app, role, key), reason)
    try:
        data, signature = approvals.sign_statement(said, key)
    except LockedKey:
        if passphrase is None:
            raise
        data, signature = approvals.sign_statement(said, key, passphrase())
    return receive(app, filed, data, signature)


def _owner(app: App, role: str, key: Path) -> str:
    """Whose key this is, among the holders of the role. Raises `InputError` where that is not one person."""
    public = sshsig.public_of(key) or sshsig.load_key(key).public
    listed = {name for entry in app.signers.entries if entry.key == public for name in entry.principals}
    owners = sorted(listed & set(app.policy.roles.get(role, ())))
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


def statement(app: App, filed: Filed, decision: str, role: str, approver: str, reason: str = "") -> Statement:
    """What is to be signed: valid from now until the event is over, linked to the decision before it."""
    so_far = decisions(app, filed)
    request = filed.request
    return Statement(
        request=filed.digest,
        decision=Decision(decision),
        role=role,
        approver=approver,
        reason=reason,
        not_before=app.clock.now(),
        not_after=app.playbook(request.service).window(request.starts_at, request.ends_at)[1],
        previous=so_far[-1].statement if so_far else "",
    )


def receive(app: App, filed: Filed, signed: bytes, signature: str) -> Approval:
    """Judge and record a statement that was signed here or elsewhere (`ssh-keygen -Y sign`).

    One at a time: two that name the same predecessor would both be recorded, and break the chain for good.
    """
    lease = app.journal.acquire(f"approval:{filed.change}", app.holder, DECIDING_SECONDS)
    try:
        approval = _judged(app, filed, signed, signature, lease.fence)
    finally:
        app.journal.release(lease)
    if approval.decision is Decision.REJECT:
        tell(app, filed, "rejection", reason=approval.reason)
    return approval


def _judged(app: App, filed: Filed, signed: bytes, signature: str, fence: Fence) -> Approval:
    bodies = {"statement": app.objects.put(signed), "signature": app.objects.put(signature.encode())}
    try:
        approval = approvals.receive(
            signed,
            signature,
            request_digest=filed.digest,
            requester=filed.request.requester.email,
            service=filed.request.service,
            policy=app.policy,
            signers=app.signers,
            previous=decisions(app, filed),
            at=app.clock.now(),
        )
    except Refused as refusal:
        record(app, "approval.refused", filed.change, reason=str(refusal), **bodies)
        raise
    app.objects.put((app.settings.inventory / "allowed_signers").read_bytes())
    app.objects.put((app.settings.inventory / "policy.yaml").read_bytes())
    record(app, "approval.received", filed.change, (fence,), **approvals.event_data(approval))
    return approval


def decisions(app: App, filed: Filed) -> tuple[Approval, ...]:
    """What was decided so far about this request, in order.

    Each signature is verified again, at its logged time of receipt, by the `allowed_signers` and policy of that time:
    a row in the log is not believed, only what somebody signed.
    """
    found: list[Approval] = []
    for recorded in app.journal.read(filed.change):
        data, at = recorded.event.data, recorded.event.at
        if recorded.event.kind == "approval.received" and data["request"] == filed.digest:
            signed = app.objects.get(data["statement"])
            again = approvals.receive(
                signed,
                app.objects.get(data["signature"]).decode(),
                request_digest=filed.digest,
                requester=filed.request.requester.email,
                service=filed.request.service,
                policy=parse_policy(app.objects.get(data["policy"])),
                signers=parse_signers(app.objects.get(data["signers"])),
                previous=found,
                at=at,
            )
            approvals.recall(data, signed, at)
            found.append(again)
    return tuple(found)
