"""An office for approval tests: people with keys, a policy, allowed signers, and statements that they sign."""

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from msgspec.structs import replace

from netops.core.canonical import digest
from netops.requests import sshsig
from netops.requests.agent import AgentKey
from netops.requests.approvals import Verdict, judge, receive
from netops.requests.chain import Approval
from netops.requests.evidence import Files
from netops.requests.policy import Policy
from netops.requests.policy_file import parse_policy
from netops.requests.revoked import Revoked
from netops.requests.signers import Signers, parse_signers
from netops.requests.statement import PERSON, Decision, Said, Statement, statement_bytes

NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
REQUEST = digest(b"the request")
REQUESTER = "sari@kampus.example"
KEPALA = "kepala@kampus.example"
KABID = "kabid@kampus.example"
POLICY = f"""
roles:
  kepala: [{KEPALA}, wakil@kampus.example, {REQUESTER}]
  kabid: [{KABID}, {KEPALA}]
services:
  event-hotspot: {{chain: [kepala], valid_for: 30d, bounds: {{participants: 500, bandwidth: 200M}}}}
  bandwidth-change: {{chain: [kepala, kabid], valid_for: 30d, bounds: {{participants: 1, bandwidth: 200M}}}}
"""


def key_of(private: sshsig.Private) -> sshsig.SigningKey:
    line = private.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return sshsig.SigningKey(private=private, public=base64.b64decode(line.split()[1]))


def new_key(kind: str = "ed25519") -> sshsig.SigningKey:
    match kind:
        case "ed25519":
            return key_of(ed25519.Ed25519PrivateKey.generate())
        case "rsa":
            return key_of(rsa.generate_private_key(65537, 2048))
        case _:
            curves = {"p256": ec.SECP256R1(), "p384": ec.SECP384R1(), "p521": ec.SECP521R1()}
            return key_of(ec.generate_private_key(curves[kind]))


def public_line(key: sshsig.SigningKey) -> str:
    """`ssh-ed25519 AAAA…`"""
    kind = key.public[4 : 4 + int.from_bytes(key.public[:4])].decode()
    return f"{kind} {base64.b64encode(key.public).decode()}"


def write_private(key: sshsig.SigningKey, path: Path, passphrase: bytes = b"") -> Path:
    lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    assert not isinstance(key.private, AgentKey)
    path.touch(0o600)
    path.write_bytes(key.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, lock))
    return path


class Office:
    def __init__(self) -> None:
        self.keys = {name: new_key() for name in (KEPALA, KABID, REQUESTER, "wakil@kampus.example")}
        self.policy: Policy = parse_policy(POLICY.encode())
        self.signers: Signers = self.list_keys()
        self.revoked = Revoked()
        self.figures = {"participants": 50, "bandwidth": 20_000_000}

    def list_keys(self, options: str = f'namespaces="{PERSON}"') -> Signers:
        lines = [f"{name} {options} {public_line(key)}" for name, key in self.keys.items()]
        return parse_signers("\n".join(lines).encode())

    def statement(self, **changes: object) -> Statement:
        plain = Statement(
            request=REQUEST,
            decision=Decision.APPROVE,
            role="kepala",
            approver=KEPALA,
            reason="Setuju",
            not_before=NOON,
            not_after=NOON + timedelta(days=10),
        )
        return replace(plain, **changes)

    def sign(self, statement: Said | bytes, signer: str = "", namespace: str = PERSON) -> tuple[bytes, str]:
        data = statement if isinstance(statement, bytes) else statement_bytes(statement)
        if not signer:
            signer = KEPALA if isinstance(statement, bytes) else statement.approver
        return data, sshsig.sign(data, self.keys[signer], namespace)

    def receive(
        self,
        signed: tuple[bytes, str | bytes],
        *,
        previous: Sequence[Approval] = (),
        at: datetime = NOON,
        service: str = "event-hotspot",
        request: str = REQUEST,
        requester: str = REQUESTER,
        figures: Mapping[str, int] | None = None,
        plan: str | None = None,
    ) -> Approval:
        return receive(
            *signed,
            request_digest=request,
            requester=requester,
            service=service,
            figures=self.figures if figures is None else figures,
            files=Files(policy=self.policy, signers=self.signers, revoked=self.revoked),
            previous=previous,
            at=at,
            plan=plan,
        )

    def approve(self, previous: Sequence[Approval] = (), **changes: object) -> Approval:
        """A good approval, received at noon (or `at`), following `previous`."""
        at = changes.pop("at", NOON)
        service = changes.pop("service", "event-hotspot")
        assert isinstance(at, datetime)
        assert isinstance(service, str)
        link = {"previous": previous[-1].statement} if previous else {}
        return self.receive(self.sign(self.statement(**link, **changes)), previous=previous, at=at, service=service)

    def judge(
        self,
        approvals: Sequence[Approval],
        *,
        now: datetime = NOON,
        service: str = "event-hotspot",
        request: str = REQUEST,
        plan: str = "",
        executor: str = "",
        requester: str = "",
        figures: Mapping[str, int] | None = None,
    ) -> Verdict:
        return judge(
            approvals,
            policy=self.policy,
            service=service,
            figures=self.figures if figures is None else figures,
            request_digest=request,
            now=now,
            plan=plan,
            executor=executor,
            requester=requester,
        )
