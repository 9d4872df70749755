"""A wet signature: the scan of a signed disposition, recorded by one officer and confirmed by another. Refuses one alone.

Both sign the same three things: which statement the paper bears, which scan shows it, and their own part in it.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from netops.core.canonical import canonical, digest, dump, load, parse_json
from netops.requests import sshsig
from netops.requests.policy import Policy
from netops.requests.refusal import no, same_person
from netops.requests.revoked import Revoked
from netops.requests.signers import Signers
from netops.requests.statement import PERSON, Said

Part = Literal["recorded", "confirmed"]
MAX_EVIDENCE = 131_072


class WetRecord(Struct, frozen=True, kw_only=True):
    """What an officer signs: this scan (digest) shows the paper by which the approver said this statement (digest)."""

    statement: str
    scan: str
    officer: str
    part: Part
    kind: Literal["netops-wet-record-1"] = "netops-wet-record-1"


class Witness(Struct, frozen=True, kw_only=True):
    officer: str
    signature: str


class WetEvidence(Struct, frozen=True, kw_only=True):
    """Both officers' signatures about one scan: the evidence of a wet signature, as kept and judged."""

    scan: str
    recorded: Witness
    confirmed: Witness
    kind: Literal["netops-wet-1"] = "netops-wet-1"


def record_bytes(record: WetRecord) -> bytes:
    return canonical(dump(record))


def evidence_bytes(evidence: WetEvidence) -> bytes:
    return canonical(dump(evidence))


def prove(
    statement: bytes, said: Said, evidence: bytes, *, requester: str, policy: Policy, signers: Signers, revoked: Revoked,
    at: datetime,
) -> tuple[tuple[str, str], tuple[str, str]]:  # fmt: skip
    """The two officers and their keys' fingerprints. Raises `NotApproved`."""
    given = _parse(evidence)
    first, second = given.recorded, given.confirmed
    if same_person(first.officer, second.officer):
        raise no(
            f"{first.officer} mencatat dan mengesahkan sendiri; perlu dua petugas",
            f"{first.officer} recorded it and confirmed it too; two officers are needed",
        )
    files = (requester, policy, signers, revoked, at)
    one = check_witness(statement, said, given.scan, first, "recorded", *files)
    other = check_witness(statement, said, given.scan, second, "confirmed", *files)
    if one.key == other.key:
        raise no("kedua petugas memakai kunci yang sama", "both officers used one key")
    return (first.officer, second.officer), (one.fingerprint, other.fingerprint)


def check_witness(
    statement: bytes, said: Said, scan: str, witness: Witness, part: Part, requester: str,
    policy: Policy, signers: Signers, revoked: Revoked, at: datetime,
) -> sshsig.SshSignature:  # fmt: skip
    """One officer's signature, at that moment. Raises `NotApproved`."""
    officer = witness.officer
    if officer not in policy.officers:
        raise no(
            f"{officer} bukan petugas pencatat disposisi",
            f"{officer} is not an officer who records dispositions",
            "Petugas tertulis pada officers di inventory/policy.yaml.",
            "Officers are listed under officers in inventory/policy.yaml.",
        )
    for other, role_id, role_en in (
        (requester, "pemohon", "the requester"),
        (said.approver, "penyetuju", "the approver"),
    ):
        if same_person(officer, other):
            raise no(
                f"{officer} adalah {role_id} dan tidak boleh menjadi saksinya",
                f"{officer} is {role_en} and must not vouch for it",
            )
    record = WetRecord(statement=digest(statement), scan=scan, officer=officer, part=part)
    signed = sshsig.verify(record_bytes(record), witness.signature, PERSON)
    signers.find(officer, signed.key, PERSON, at)
    revoked.refuse(signed.key)
    return signed


def _parse(data: bytes) -> WetEvidence:
    try:
        if len(data) > MAX_EVIDENCE:
            raise ValueError("too large")
        given = load(WetEvidence, parse_json(data))
        if evidence_bytes(given) != data:
            raise ValueError("not in canonical form")
    except (ValueError, RecursionError) as error:
        raise no(
            "bukti tanda tangan basah tidak dapat dibaca", "the evidence of a wet signature cannot be read"
        ) from error
    return given
