"""What shows that the approver decided: of which class it is, and whether it proves it. Refuses one class posing as another."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct, field

from netops.core.canonical import digest
from netops.core.errors import NotApproved
from netops.requests import jws, sshsig, wet
from netops.requests.policy import Evidence, Policy
from netops.requests.refusal import no, when
from netops.requests.revoked import Revoked
from netops.requests.signers import Signers
from netops.requests.statement import PERSON, SERVER, Attestation, Said, Statement

CLOCK_SKEW = timedelta(minutes=5)
"""By how much a workflow server's clock may be ahead of ours."""


class Files(Struct, frozen=True, kw_only=True):
    """What a judgement is made by: policy, allowed signers, revoked keys, and (PEM) the roots of certificates.

    `sheets`: the approval sheets that we issued, by the digest of their statement.
    """

    policy: Policy
    signers: Signers
    revoked: Revoked = field(default_factory=Revoked)
    roots: bytes = b""
    sheets: Mapping[str, bytes] = field(default_factory=dict)


class Proof(Struct, frozen=True, kw_only=True):
    """`key`: fingerprint of what signed (of both, for two officers); `by`: who vouches where the approver did not sign."""

    evidence: Evidence
    key: str
    by: tuple[str, ...] = ()
    system: str = ""


def prove(statement: bytes, said: Said, evidence: bytes, *, requester: str, files: Files, at: datetime) -> Proof:
    """The class of the evidence, once it proves that this statement was made. Raises `NotApproved`."""
    if isinstance(said, Attestation):
        return _attested(statement, said, evidence, files, at)
    if evidence.startswith(b"{"):
        by, keys = wet.prove(
            statement, said, evidence, requester=requester, policy=files.policy, signers=files.signers,
            revoked=files.revoked, at=at,
        )  # fmt: skip
        return Proof(evidence=Evidence.WET, key=" ".join(keys), by=by)
    if evidence.startswith(b"%PDF-"):
        return _sheet(statement, said, evidence, files, at)
    return _signed(statement, said, evidence, files, at)


def _signed(statement: bytes, said: Statement, evidence: bytes, files: Files, at: datetime) -> Proof:
    signed = sshsig.verify(statement, _text(evidence), PERSON)
    files.signers.find(said.approver, signed.key, PERSON, at)
    if any(entry.key == signed.key and SERVER in entry.namespaces for entry in files.signers.entries):
        raise no(
            f"kunci {signed.fingerprint} juga kunci server ({SERVER}); itu bukan tanda tangan pribadi",
            f"key {signed.fingerprint} is a server's too ({SERVER}); that is no personal signature",
            "Beri server dan orang kunci masing-masing di inventory/allowed_signers.",
            "Give server and person a key each in inventory/allowed_signers.",
        )
    files.revoked.refuse(signed.key)
    return Proof(evidence=Evidence.SSH, key=signed.fingerprint)


def _sheet(statement: bytes, said: Statement, evidence: bytes, files: Files, at: datetime) -> Proof:
    from netops.requests import pades

    name = digest(statement)
    if name not in files.sheets:
        raise no("untuk pernyataan ini tidak ada lembar yang diterbitkan", "no sheet was issued for this statement")
    subject = files.policy.certificates.get(said.approver, "")
    key = pades.prove(evidence, sheet=files.sheets[name], statement=name, subject=subject, roots=files.roots, at=at)
    return Proof(evidence=Evidence.BSRE, key=key)


def _attested(statement: bytes, said: Attestation, evidence: bytes, files: Files, at: datetime) -> Proof:
    """By a server's key that the policy lets speak for this system, as SSHSIG or as JWS."""
    servers = files.policy.systems.get(said.system)
    if not servers:
        raise no(
            f"kebijakan tidak mengenal sistem {said.system!r}",
            f"the policy knows no system {said.system!r}",
            "Sistem dan kunci servernya tertulis pada systems di inventory/policy.yaml.",
            "Systems and their servers are listed under systems in inventory/policy.yaml.",
        )
    if said.decided_at > at + CLOCK_SKEW:
        raise no(
            f"keputusan di {said.system} bertanggal {when(said.decided_at)}, sesudah diterima ({when(at)})",
            f"the decision in {said.system} is dated {when(said.decided_at)}, after its receipt ({when(at)})",
        )
    text = _text(evidence).strip()
    if text.startswith(sshsig.BEGIN):
        key = sshsig.verify(statement, text, SERVER).key
    else:
        listed = [entry.key for entry in files.signers.entries if set(entry.principals) & set(servers)]
        payload, key = jws.verify(text, listed)
        if payload != statement:
            raise no("isi JWS bukan pernyataan ini", "the JWS carries another statement")
    server = _speaker(servers, key, files.signers, at)
    files.revoked.refuse(key)
    return Proof(evidence=Evidence.WORKFLOW, key=sshsig.fingerprint(key), by=(server,), system=said.system)


def _speaker(servers: tuple[str, ...], key: bytes, signers: Signers, at: datetime) -> str:
    """The first of the system's servers to which `allowed_signers` gives this key now, for `workflow@netops`."""
    refused: NotApproved | None = None
    for server in servers:
        try:
            entry = signers.find(server, key, SERVER, at)
        except NotApproved as error:
            refused = error
            continue
        if SERVER not in entry.namespaces or PERSON in entry.namespaces:
            raise no(
                f"kunci {server} harus terdaftar hanya untuk {SERVER}",
                f"the key of {server} must be listed for {SERVER} alone",
                f'Tulis namespaces="{SERVER}" pada barisnya di inventory/allowed_signers.',
                f'Write namespaces="{SERVER}" on its line in inventory/allowed_signers.',
            )
        return server
    assert refused is not None
    raise refused


def _text(evidence: bytes) -> str:
    try:
        return evidence.decode("ascii")
    except UnicodeDecodeError:
        return ""
