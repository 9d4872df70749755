"""A wet signature comes in: one officer records the scan, another confirms it. Refuses one officer alone, and a scan of nothing."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from netops.actions.common import change_of
from netops.actions.deciding import Matter, holder, matter, receive, statement
from netops.actions.living import refuse_stopped
from netops.app import App
from netops.core.canonical import digest
from netops.core.errors import LockedKey, Refused
from netops.core.model import Recorded
from netops.core.secret import Secret
from netops.core.text import Text
from netops.filing import Filed, record
from netops.papers import received
from netops.requests import sshsig, wet
from netops.requests.chain import Approval
from netops.requests.statement import PERSON, Said, parse_statement, statement_bytes


class Signing(Struct, frozen=True, kw_only=True):
    """An officer and the key file that signs (its public half where an ssh agent holds it)."""

    officer: str
    key: Path
    passphrase: Callable[[], Secret] | None = None


class Scanned(Struct, frozen=True, kw_only=True):
    """A recorded scan that waits for the second officer: its digest and name, who recorded it with which signature."""

    statement: Said
    signed: bytes
    scan: str
    name: str
    officer: str
    signature: str


def record_scan(
    app: App,
    filed: Filed,
    scan: Path,
    by: Signing,
    *,
    decision: str,
    role: str,
    approver: str = "",
    reason: str = "",
    about: Matter | None = None,
) -> Scanned:
    """Record the scan of a signed disposition; nothing is approved before another officer confirms it.

    Raises `InputError` for a file that is no PDF, JPEG or PNG, `NotApproved` where this officer may not.
    """
    refuse_stopped(change_of(app, filed))
    found = received.receive(scan, ("pdf", "jpeg", "png"), app.office.attachment_limit_mb * 1_000_000)
    said = statement(app, filed, decision, role, approver or holder(app, role), reason, about)
    signed = statement_bytes(said)
    document = app.objects.put(found.data)
    witness = _sign(app, filed, signed, said, document, "recorded", by)
    record(
        app,
        "approval.scanned",
        filed.change,
        request=said.request,
        statement=app.objects.put(signed),
        scan=document,
        officer=by.officer,
        signature=app.objects.put(witness.signature.encode()),
        name=found.name,
        type=found.type,
        size=len(found.data),
    )
    return Scanned(
        statement=said, signed=signed, scan=document, name=found.name, officer=by.officer, signature=witness.signature
    )


def waiting_scan(app: App, filed: Filed, about: Matter | None = None) -> Scanned:
    """The last recorded scan of this matter that no decision came from yet. Raises `Refused` where there is none."""
    digest = (about or matter(app, filed)).digest
    pending: Recorded | None = None
    for recorded in app.journal.read(filed.change):
        data = recorded.event.data
        if recorded.event.kind == "approval.scanned" and data["request"] == digest:
            pending = recorded
        elif recorded.event.kind == "approval.received" and data["request"] == digest:
            pending = None
    if pending is None:
        raise Refused(
            Text(
                f"{filed.change}: tidak ada pindaian disposisi yang menunggu pengesahan",
                f"{filed.change}: no scan of a disposition waits to be confirmed",
            ),
            Text("catat dahulu: netops approve … --wet PINDAIAN", "record it first: netops approve … --wet SCAN"),
        )
    data = pending.event.data
    signed = app.objects.get(data["statement"])
    return Scanned(
        statement=parse_statement(signed),
        signed=signed,
        scan=data["scan"],
        name=data["name"],
        officer=data["officer"],
        signature=app.objects.get(data["signature"]).decode(),
    )


def confirm_scan(app: App, filed: Filed, by: Signing, about: Matter | None = None) -> Approval:
    """Confirm the waiting scan as a second officer: judged and recorded like any decision. Raises `NotApproved`, `Refused`."""
    waiting = waiting_scan(app, filed, about)
    confirmed = _sign(app, filed, waiting.signed, waiting.statement, waiting.scan, "confirmed", by)
    evidence = wet.WetEvidence(
        scan=waiting.scan,
        recorded=wet.Witness(officer=waiting.officer, signature=waiting.signature),
        confirmed=confirmed,
    )
    return receive(app, filed, waiting.signed, wet.evidence_bytes(evidence), about)


def _sign(app: App, filed: Filed, signed: bytes, said: Said, scan: str, part: wet.Part, by: Signing) -> wet.Witness:
    body = wet.record_bytes(wet.WetRecord(statement=digest(signed), scan=scan, officer=by.officer, part=part))
    try:
        key = sshsig.load_key(by.key)
    except LockedKey:
        if by.passphrase is None:
            raise
        key = sshsig.load_key(by.key, by.passphrase())
    witness = wet.Witness(officer=by.officer, signature=sshsig.sign(body, key, PERSON))
    wet.check_witness(
        signed, said, scan, witness, part, filed.request.requester.email, app.policy, app.signers, app.revoked,
        app.clock.now(),
    )  # fmt: skip
    return witness
