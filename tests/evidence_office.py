"""The office of `approval_office` with all classes of evidence: a workflow server, two officers, a deputy, a big request."""

import base64
import json
from datetime import timedelta

from approval_office import KABID, KEPALA, NOON, REQUEST, REQUESTER, Office, new_key, public_line
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from netops.core.canonical import digest
from netops.requests import sshsig, wet
from netops.requests.policy_file import parse_policy
from netops.requests.signers import parse_signers
from netops.requests.statement import PERSON, SERVER, Attestation, Decision, Statement, statement_bytes

WAKIL, REKTOR, DEPUTY = "wakil@kampus.example", "rektor@kampus.example", "pengganti@kampus.example"
SERVER_NAME = "helpdesk-server"
CLERKS = ("agus@kampus.example", "wati@kampus.example")
SCAN = digest(b"the scan")
POLICY = f"""
roles:
  kepala: [{KEPALA}, {WAKIL}, {REQUESTER}]
  kabid: [{KABID}, {KEPALA}]
  rektor: [{REKTOR}]
deputies:
  kabid:
    - {{acting: Plh., name: {DEPUTY}, warrant: SP-12/2026, from: "2026-11-20", until: "2026-11-24"}}
systems: {{helpdesk: [{SERVER_NAME}]}}
officers: [{CLERKS[0]}, {CLERKS[1]}, {KABID}, {REQUESTER}]
services:
  event-hotspot:
    chain: [kepala]
    evidence:
      - ssh-signature
      - {{class: wet-signature, up_to: {{participants: 100}}}}
      - {{class: workflow-attestation, up_to: {{bandwidth: 20M}}}}
    valid_for: 30d
    bounds: {{participants: 500, bandwidth: 200M}}
  signed-only:
    chain: [kepala, {{role: rektor, above: {{participants: 100}}}}]
    sign_plan: true
    valid_for: 30d
    bounds: {{participants: 500}}
  quorum:
    chain: [{{role: kepala, quorum: 2}}, kabid]
    valid_for: 30d
  joined:
    chain: [kepala, kabid]
    one_person: [[kepala, kabid]]
    valid_for: 30d
"""


class EvidenceOffice(Office):
    def __init__(self) -> None:
        super().__init__()
        for name in (REKTOR, DEPUTY, *CLERKS):
            self.keys[name] = new_key()
        self.server = new_key()
        self.policy = parse_policy(POLICY.encode())
        self.signers = self.with_server()

    def with_server(self, options: str = f'namespaces="{SERVER}"', name: str = SERVER_NAME):  # type: ignore[no-untyped-def]  # Signers
        lines = [f'{who} namespaces="{PERSON}" {public_line(key)}' for who, key in self.keys.items()]
        return parse_signers("\n".join([*lines, f"{name} {options} {public_line(self.server)}"]).encode())

    def attestation(self, **changes: object) -> Attestation:
        words: dict[str, object] = {
            "request": REQUEST,
            "decision": Decision.APPROVE,
            "role": "kepala",
            "approver": KEPALA,
            "reason": "Setuju",
            "not_before": NOON,
            "not_after": NOON + timedelta(days=10),
            "system": "helpdesk",
            "decided_at": NOON - timedelta(hours=1),
        }
        return Attestation(**(words | changes))  # type: ignore[arg-type]  # fields by name

    def attested(self, said: Attestation | Statement | None = None, namespace: str = SERVER) -> tuple[bytes, str]:
        data = statement_bytes(said or self.attestation())
        return data, sshsig.sign(data, self.server, namespace)

    def token(self, data: bytes, head: dict[str, object] | str | None = None) -> tuple[bytes, str]:
        """A JWS by the server's key; `head` in the place of the right one."""
        header = {"alg": "EdDSA", "kid": self.server.fingerprint} if head is None else head
        first = header if isinstance(header, str) else json.dumps(header)
        signing = f"{b64(first.encode())}.{b64(data)}"
        assert isinstance(self.server.private, Ed25519PrivateKey)
        return data, f"{signing}.{b64(self.server.private.sign(signing.encode()))}"

    def wet(
        self,
        said: Statement | None = None,
        officers: tuple[str, str] = CLERKS,
        *,
        scans: tuple[str, str] = (SCAN, SCAN),
        parts: tuple[wet.Part, wet.Part] = ("recorded", "confirmed"),
        signers: tuple[str, str] | None = None,
    ) -> tuple[bytes, bytes]:
        """A statement and what two officers signed about the first scan; each may sign another scan, part or key."""
        data = statement_bytes(said or self.statement())
        witnesses = [
            wet.Witness(
                officer=officer,
                signature=sshsig.sign(
                    wet.record_bytes(wet.WetRecord(statement=digest(data), scan=scan, officer=officer, part=part)),
                    self.keys[signer],
                    PERSON,
                ),
            )
            for officer, scan, part, signer in zip(officers, scans, parts, signers or officers, strict=True)
        ]
        return data, wet.evidence_bytes(wet.WetEvidence(scan=scans[0], recorded=witnesses[0], confirmed=witnesses[1]))


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
