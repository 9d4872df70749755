"""One key under two names: not two approvers, and a server's key is nobody's signature."""

import base64

import pytest
from approval_office import KABID, KEPALA, NOON, public_line
from evidence_office import WAKIL, EvidenceOffice

from netops.core.errors import InputError, NotApproved
from netops.requests.signers import parse_signers
from netops.requests.sshsig import load_public
from netops.requests.statement import PERSON, SERVER


@pytest.mark.parametrize(("role", "approver"), [("kepala", WAKIL), ("kabid", KABID)], ids=["quorum", "chain"])
def test_one_key_listed_for_two_people_is_one_person(role: str, approver: str) -> None:
    office = EvidenceOffice()
    office.keys[approver] = office.keys[KEPALA]
    office.signers = office.with_server()
    service = "quorum" if role == "kepala" else "joined"
    first = office.receive(office.sign(office.statement()), service=service)
    second = office.statement(role=role, approver=approver, previous=first.statement)
    with pytest.raises(NotApproved, match="used already"):
        office.receive(office.sign(second), previous=[first], service=service)


def test_a_servers_key_listed_for_a_person_too_signs_for_nobody() -> None:
    office = EvidenceOffice()
    office.keys[KEPALA] = office.server
    lines = (
        f'{KEPALA} namespaces="{PERSON}" {public_line(office.server)}',
        f'helpdesk-server namespaces="{SERVER}" {public_line(office.server)}',
    )
    office.signers = parse_signers("\n".join(lines).encode())
    with pytest.raises(NotApproved, match="no personal signature"):
        office.receive(office.sign(office.statement()), at=NOON)


SMALL = (
    "00" * 32,
    "01" + "00" * 31,
    "01" + "00" * 30 + "80",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ec" + "ff" * 30 + "7f",
    "ed" + "ff" * 31,
    "ee" + "ff" * 30 + "7f",
)


@pytest.mark.parametrize("point", SMALL)
def test_a_key_under_which_anybody_signs_is_no_key(point: str) -> None:
    """Points of a small order: under the neutral one, 7·B and 7 are a good signature of every text (RFC 8032, 5.1.7)."""
    wire = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes.fromhex(point)
    line = f"ssh-ed25519 {base64.b64encode(wire).decode()}\n"
    with pytest.raises(InputError, match="the key is not accepted: anybody can sign"):
        parse_signers(f"kepala@kampus.example {line}".encode())
    with pytest.raises(ValueError, match="anybody can sign"):
        load_public(wire)
