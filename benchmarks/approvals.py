"""One approval judged in this process, of each class of evidence: files parsed before, as a command has them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import Line, median, timed_call
from netops.core.canonical import digest
from netops.practice import new_key
from netops.requests import approvals, sshsig, wet
from netops.requests.evidence import Files
from netops.requests.policy_file import parse_policy
from netops.requests.signers import parse_signers
from netops.requests.statement import PERSON, SERVER, Attestation, Decision, Statement, statement_bytes

PROMISED = 0.001
"""Seconds for one approval."""
CALLS = 200
POLICY = """roles: {kepala: [kepala@x]}
systems: {helpdesk: [server]}
officers: [a@x, b@x]
services:
  event-hotspot: {chain: [kepala], evidence: [ssh-signature, wet-signature, workflow-attestation], valid_for: 30d}
"""


def measure(folder: Path, rounds: int) -> list[Line]:
    now = datetime(2026, 11, 20, 5, tzinfo=UTC)
    names = {"kepala@x": PERSON, "a@x": PERSON, "b@x": PERSON, "server": SERVER}
    listed = [f'{name} namespaces="{space}" {new_key(folder / name)}' for name, space in names.items()]
    keys = {name: sshsig.load_key(folder / name) for name in names}
    files = Files(policy=parse_policy(POLICY.encode()), signers=parse_signers("\n".join(listed).encode()))
    words = {
        "request": digest(b"request"), "decision": Decision.APPROVE, "role": "kepala", "approver": "kepala@x",
        "reason": "Setuju", "not_before": now, "not_after": now + timedelta(days=9),
    }  # fmt: skip
    said = statement_bytes(Statement(**words))  # type: ignore[arg-type]  # fields by name
    attested = statement_bytes(Attestation(**words, system="helpdesk", decided_at=now))  # type: ignore[arg-type]  # as above
    evidence = {
        "an SSH signature": (said, sshsig.sign(said, keys["kepala@x"], PERSON).encode()),
        "a wet signature of two officers": (said, _wet(said, keys)),
        "a workflow attestation": (attested, sshsig.sign(attested, keys["server"], SERVER).encode()),
    }
    return [_line(name, *pair, files, now, rounds) for name, pair in evidence.items()]


def _wet(said: bytes, keys: dict[str, sshsig.SigningKey]) -> bytes:
    scan = digest(b"scan")
    parts: tuple[tuple[str, wet.Part], ...] = (("a@x", "recorded"), ("b@x", "confirmed"))
    first, second = (
        wet.Witness(
            officer=name,
            signature=sshsig.sign(
                wet.record_bytes(wet.WetRecord(statement=digest(said), scan=scan, officer=name, part=part)),
                keys[name],
                PERSON,
            ),
        )
        for name, part in parts
    )
    return wet.evidence_bytes(wet.WetEvidence(scan=scan, recorded=first, confirmed=second))


def _line(name: str, statement: bytes, evidence: bytes, files: Files, now: datetime, rounds: int) -> Line:
    def judged() -> None:
        for _ in range(CALLS):
            approvals.receive(
                statement, evidence, request_digest=digest(b"request"), requester="sari@x", service="event-hotspot",
                figures={}, files=files, previous=(), at=now,
            )  # fmt: skip

    judged()  # the first one loads what it needs
    took = median([timed_call(judged) for _ in range(max(rounds, 3))])
    each = took.wall / CALLS
    return Line(
        what=f"one approval judged: {name}",
        measured=f"{each * 1000:.2f} ms",
        promised=f"under {PROMISED * 1000:.0f} ms",
        met=each < PROMISED,
    )
