"""Decide on a filed request: sign, judge, record; a rejection is told by mail. Believes only what somebody signed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from netops.actions.common import change_of
from netops.actions.living import refuse_stopped
from netops.actions.mailing import tell
from netops.app import App
from netops.core.errors import InputError, LockedKey, Refused
from netops.core.model import Fence
from netops.core.secret import Secret
from netops.core.text import Text
from netops.filing import Filed, record
from netops.requests import approvals, sshsig
from netops.requests.approvals import Approval, Decision, Statement
from netops.requests.policy import Policy, parse_policy
from netops.requests.signers import parse_signers


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is decided on: a request itself or a document about it (`requests.further`), by the digest that is signed.

    `rules` is the policy as it holds for this matter; `until` what a decision made now is good for at most.
    """

    digest: str
    until: datetime
    rules: Callable[[Policy], Policy] = lambda policy: policy


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
    said = statement(app, filed, decision, role, approver or _owner(app, role, key), reason, about)
    try:
        data, signature = approvals.sign_statement(said, key)
    except LockedKey:
        if passphrase is None:
            raise
        data, signature = approvals.sign_statement(said, key, passphrase())
    return receive(app, filed, data, signature, about)


def matter(app: App, filed: Filed) -> Matter:
    """The request itself, up to its end and the playbook's tolerance."""
    request = filed.request
    return Matter(
        digest=filed.digest, until=app.playbook(request.service).window(request.starts_at, request.ends_at)[1]
    )


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
    )


def receive(app: App, filed: Filed, signed: bytes, signature: str, about: Matter | None = None) -> Approval:
    """Judge and record a statement that was signed here or elsewhere (`ssh-keygen -Y sign`).

    One at a time: two that name the same predecessor would both be recorded, and break the chain for good.
    """
    lease = app.journal.acquire(f"approval:{filed.change}", app.holder, DECIDING_SECONDS)
    try:
        approval = _judged(app, filed, signed, signature, about or matter(app, filed), lease.fence)
    finally:
        app.journal.release(lease)
    if approval.decision is Decision.REJECT and approval.request == filed.digest:
        tell(app, filed, "rejection", reason=approval.reason)
    return approval


def _judged(app: App, filed: Filed, signed: bytes, signature: str, about: Matter, fence: Fence) -> Approval:
    bodies = {"statement": app.objects.put(signed), "signature": app.objects.put(signature.encode())}
    try:
        refuse_stopped(change_of(app, filed))
        approval = approvals.receive(
            signed,
            signature,
            request_digest=about.digest,
            requester=filed.request.requester.email,
            service=filed.request.service,
            policy=about.rules(app.policy),
            signers=app.signers,
            previous=decisions(app, filed, about),
            at=app.clock.now(),
        )
    except Refused as refusal:
        record(app, "approval.refused", filed.change, reason=str(refusal), **bodies)
        raise
    app.objects.put((app.settings.inventory / "allowed_signers").read_bytes())
    app.objects.put((app.settings.inventory / "policy.yaml").read_bytes())
    record(app, "approval.received", filed.change, (fence,), **approvals.event_data(approval))
    return approval


def decisions(app: App, filed: Filed, about: Matter | None = None) -> tuple[Approval, ...]:
    """What was decided so far about this request (or what `about` names), in order.

    Each signature is verified again, at its logged time of receipt, by the `allowed_signers` and policy of that time:
    a row in the log is not believed, only what somebody signed.
    """
    digest = about.digest if about else filed.digest
    found: list[Approval] = []
    for recorded in app.journal.read(filed.change):
        data, at = recorded.event.data, recorded.event.at
        if recorded.event.kind == "approval.received" and data["request"] == digest:
            signed = app.objects.get(data["statement"])
            policy = parse_policy(app.objects.get(data["policy"]))
            again = approvals.receive(
                signed,
                app.objects.get(data["signature"]).decode(),
                request_digest=digest,
                requester=filed.request.requester.email,
                service=filed.request.service,
                policy=about.rules(policy) if about else policy,
                signers=parse_signers(app.objects.get(data["signers"])),
                previous=found,
                at=at,
            )
            approvals.recall(data, signed, at)
            found.append(again)
    return tuple(found)
