"""One key under two names: not two approvers, and a server's key is nobody's signature."""

import pytest
from approval_office import KABID, KEPALA, NOON, public_line
from evidence_office import WAKIL, EvidenceOffice

from netops.core.errors import NotApproved
from netops.requests.signers import parse_signers
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
