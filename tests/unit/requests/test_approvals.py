"""Approvals as they should go: signing, receiving in order, renewing, judging, recording."""

import json
from datetime import timedelta, timezone
from pathlib import Path

import pytest
from approval_office import KABID, KEPALA, NOON, REQUEST, Office, write_private
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.canonical import canonical, digest, dump, load
from netops.core.errors import NotApproved
from netops.core.secret import Secret
from netops.requests.approvals import check_recorded, event_data, sign_statement
from netops.requests.chain import Approval
from netops.requests.policy import Evidence
from netops.requests.statement import Decision, parse_statement, statement_bytes

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def office() -> Office:
    return Office()


def test_statement_is_rfc_8785_in_utc_and_nfc(office: Office) -> None:
    wib = timezone(timedelta(hours=7))
    said = office.statement(reason="Setuju, Andre\u0301", not_before=NOON.astimezone(wib))
    data = statement_bytes(said)
    assert data == canonical(json.loads(data))
    assert json.loads(data)["not_before"] == "2026-11-20T05:00:00Z"
    assert json.loads(data)["reason"] == "Setuju, Andr\u00e9"
    assert parse_statement(data).reason == "Setuju, Andr\u00e9"
    with pytest.raises(ValueError, match="carry a zone"):
        statement_bytes(office.statement(not_after=NOON.replace(tzinfo=None)))


PRINTABLE = st.text(st.characters(exclude_categories=["C"]), max_size=40)


@settings(max_examples=60)
@given(reason=PRINTABLE, plan=PRINTABLE)
def test_any_statement_comes_back_byte_by_byte(reason: str, plan: str) -> None:
    data = statement_bytes(Office.statement(Office.__new__(Office), reason=reason, plan=plan))
    assert statement_bytes(parse_statement(data)) == data


def test_signed_by_a_key_file(office: Office, tmp_path: Path) -> None:
    path = write_private(office.keys[KEPALA], tmp_path / "key", b"frasa")
    approval = office.receive(sign_statement(office.statement(), path, Secret("frasa")))
    assert approval.key == office.keys[KEPALA].fingerprint


def test_approval_says_by_what_it_was_judged(office: Office) -> None:
    data, signature = office.sign(office.statement(plan=digest(b"plan")))
    assert office.receive((data, signature)) == Approval(
        request=REQUEST,
        decision=Decision.APPROVE,
        role="kepala",
        approver=KEPALA,
        reason="Setuju",
        not_before=NOON,
        not_after=NOON + 10 * DAY,
        previous="",
        plan=digest(b"plan"),
        statement=digest(data),
        signature=digest(signature.encode()),
        key=office.keys[KEPALA].fingerprint,
        signers=office.signers.digest,
        policy=office.policy.digest,
        received_at=NOON,
        evidence=Evidence.SSH,
    )


def test_verdict_is_the_time_that_all_leave_open(office: Office) -> None:
    first = office.approve(service="bandwidth-change", not_before=NOON + DAY)
    second = office.approve(
        [first], service="bandwidth-change", role="kabid", approver=KABID, at=NOON + 2 * DAY, not_after=NOON + 5 * DAY
    )
    verdict = office.judge([first, second], service="bandwidth-change", now=NOON + 3 * DAY)
    assert (verdict.not_before, verdict.not_after) == (NOON + 2 * DAY, NOON + 5 * DAY)
    assert verdict.approvals == (first, second)


def test_a_renewal_starts_a_new_round(office: Office) -> None:
    first = office.approve(not_after=NOON + 40 * DAY)
    with pytest.raises(NotApproved, match="expired"):
        office.judge([first], now=NOON + 31 * DAY)
    again = office.approve([first], at=NOON + 29 * DAY, not_after=NOON + 50 * DAY, reason="Diperpanjang")
    assert office.judge([first, again], now=NOON + 45 * DAY).approvals == (again,)


def test_a_new_round_needs_the_whole_chain_again(office: Office) -> None:
    chain: list[Approval] = []
    chain.append(office.approve(chain, service="bandwidth-change"))
    chain.append(office.approve(chain, service="bandwidth-change", role="kabid", approver=KABID))
    assert office.judge(chain, service="bandwidth-change")
    chain.append(office.approve(chain, service="bandwidth-change", reason="Lagi"))
    with pytest.raises(NotApproved, match="still waiting for kabid"):
        office.judge(chain, service="bandwidth-change")
    chain.append(office.approve(chain, service="bandwidth-change", role="kabid", approver=KABID, reason="Lagi"))
    assert office.judge(chain, service="bandwidth-change").approvals == tuple(chain[2:])


def test_a_rejection_needs_no_turn_and_no_window(office: Office) -> None:
    no = office.approve(
        service="bandwidth-change",
        role="kabid",
        approver=KABID,
        decision=Decision.REJECT,
        reason="Kapasitas habis",
        at=NOON + 60 * DAY,
    )
    with pytest.raises(NotApproved, match=r"rejected by kabid@kampus.example .kabid.: Kapasitas habis") as caught:
        office.judge([no], service="bandwidth-change", now=NOON + 60 * DAY)
    assert "ditolak" in caught.value.describe("id")


def test_nothing_at_all(office: Office) -> None:
    with pytest.raises(NotApproved, match="not approved: still waiting for kepala") as caught:
        office.judge([])
    assert caught.value.message.id == "belum disetujui: masih menunggu kepala"
    with pytest.raises(NotApproved, match="no rules for the service email-account"):
        office.judge([office.approve()], service="email-account")


def test_an_approval_goes_through_the_journal(office: Office) -> None:
    data, signature = office.sign(office.statement())
    approval = office.receive((data, signature))
    event = event_data(approval)
    assert set(event) == {
        *("statement", "signature", "decision", "role", "approver", "class", "key", "signers", "policy", "request")
    }
    assert event["class"] == "ssh-signature"
    check_recorded(json.loads(canonical(event)), approval)
    assert load(Approval, dump(approval)) == approval
