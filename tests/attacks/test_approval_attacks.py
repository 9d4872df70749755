"""Every way to pass off an approval, one named test each; each is refused with its own reason in both languages."""

import base64
import json
from collections.abc import Callable
from datetime import UTC, timedelta
from functools import partial

import pytest
from approval_office import KABID, KEPALA, NOON, REQUEST, REQUESTER, Office, new_key
from msgspec.structs import replace

from netops.core.canonical import canonical, digest
from netops.core.errors import NotApproved, OutsideWindow
from netops.requests import sshsig
from netops.requests.approvals import check_recorded, event_data
from netops.requests.chain import Approval
from netops.requests.statement import Decision, statement_bytes

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def office() -> Office:
    return Office()


def refused(action: Callable[[], object], en: str, id: str) -> None:
    with pytest.raises(NotApproved) as caught:
        action()
    assert caught.value.exit_code == 4
    assert en in caught.value.message.en
    assert id in caught.value.message.id


def test_the_honest_approval_is_accepted(office: Office) -> None:
    """The other tests of this file each differ from this one in one point only."""
    approval = office.approve()
    verdict = office.judge([approval], now=NOON + DAY)
    assert verdict.approvals == (approval,)


def test_replay_onto_another_request(office: Office) -> None:
    signed = office.sign(office.statement())
    other = digest(b"another request")
    refused(lambda: office.receive(signed, request=other), f"another request ({REQUEST})", "permohonan lain")


def test_replay_of_a_recorded_approval_onto_another_request(office: Office) -> None:
    refused(
        lambda: office.judge(
            [office.approve()],
            request=digest(b"another request"),
            now=NOON,
        ),
        "about another request",
        "permohonan lain",
    )


def test_replay_onto_another_plan(office: Office) -> None:
    approval = office.approve(plan=digest(b"plan"))
    assert office.judge([approval], plan=digest(b"plan"))
    refused(
        lambda: office.judge([approval], plan=digest(b"other")),
        "approved the plan",
        "menyetujui rencana",
    )


def test_the_same_statement_twice(office: Office) -> None:
    first = office.approve()
    refused(
        lambda: office.receive(office.sign(office.statement()), previous=[first]),
        "received before",
        "sudah diterima sebelumnya",
    )


def test_edited_request(office: Office) -> None:
    asked = {"participants": 100}
    signed = office.sign(office.statement(request=digest(canonical(asked))))
    edited = digest(canonical({"participants": 1_000}))
    refused(lambda: office.receive(signed, request=edited), edited, edited)


def test_edited_statement(office: Office) -> None:
    data, signature = office.sign(office.statement())
    edited = data.replace(b"2026-11-30", b"2036-11-30")
    assert edited != data
    refused(lambda: office.receive((edited, signature)), "does not match what was signed", "tidak cocok dengan isinya")


def test_expired_when_received(office: Office) -> None:
    signed = office.sign(office.statement())
    late = NOON + timedelta(days=10, seconds=1)
    refused(
        lambda: office.receive(signed, at=late), "had expired when it was received", "sudah kedaluwarsa saat diterima"
    )


def test_expired_when_used(office: Office) -> None:
    approval = office.approve(not_after=NOON + 300 * DAY)
    assert office.judge([approval], now=NOON + 30 * DAY)
    refused(
        lambda: office.judge([approval], now=NOON + 30 * DAY + timedelta(seconds=1)),
        "expired at 2026-12-20 05:00:00 UTC",
        "kedaluwarsa pada",
    )


def test_used_before_and_after_its_window(office: Office) -> None:
    approval = office.approve(not_before=NOON + DAY, not_after=NOON + 2 * DAY)

    def use(after: timedelta) -> object:
        return office.judge([approval], now=NOON + after)

    assert use(DAY)
    assert use(2 * DAY)
    with pytest.raises(OutsideWindow, match="too early: may run from 2026-11-21 05:00:00 UTC"):
        use(DAY - timedelta(microseconds=1))
    with pytest.raises(OutsideWindow, match="too late: only until 2026-11-22 05:00:00 UTC"):
        use(2 * DAY + timedelta(microseconds=1))


def test_key_expired(office: Office) -> None:
    keys = replace_signers(office, 'valid-before="20261120045959Z"')
    refused(
        lambda: keys.receive(keys.sign(keys.statement())), "expired at 2026-11-20 04:59:59 UTC", "tidak berlaku lagi"
    )


def test_key_not_yet_valid(office: Office) -> None:
    keys = replace_signers(office, 'valid-after="20261120050001Z"')
    refused(
        lambda: keys.receive(keys.sign(keys.statement())), "is not valid before 2026-11-20 05:00:01", "baru berlaku"
    )


def test_back_dated_with_a_key_that_has_expired(office: Office) -> None:
    """Whatever dates the statement carries, the key is judged at the moment of receipt."""
    keys = replace_signers(office, 'valid-before="20261119Z"')
    dated = keys.statement(not_before=NOON - 5 * DAY)
    refused(lambda: keys.receive(keys.sign(dated)), "expired at", "tidak berlaku lagi")
    assert keys.receive(keys.sign(dated), at=NOON - 3 * DAY).not_before == NOON - 5 * DAY


def test_back_dated_does_not_open_the_window_before_its_receipt(office: Office) -> None:
    approval = office.approve(not_before=NOON - 5 * DAY)
    with pytest.raises(OutsideWindow, match="too early"):
        office.judge([approval], now=NOON - DAY)


def test_back_dated_receipt(office: Office) -> None:
    first = office.approve(service="bandwidth-change")
    refused(
        lambda: office.approve([first], service="bandwidth-change", role="kabid", approver=KABID, at=NOON - DAY),
        "is before that of the approval before it",
        "mendahului persetujuan sebelumnya",
    )


def test_role_that_the_signer_does_not_hold(office: Office) -> None:
    signed = office.sign(office.statement(approver=KABID))
    refused(lambda: office.receive(signed), f"{KABID} does not hold the role kepala", "bukan pemegang peran")


def test_role_that_has_no_say(office: Office) -> None:
    signed = office.sign(office.statement(role="kabid", approver=KABID))
    refused(lambda: office.receive(signed), "role 'kabid' has no say in event-hotspot", "tidak memutuskan layanan")


@pytest.mark.parametrize("requester", [REQUESTER, REQUESTER.upper(), "ｓari@kampus.example"])
def test_requester_approves_own_request(office: Office, requester: str) -> None:
    signed = office.sign(office.statement(approver=REQUESTER))
    refused(lambda: office.receive(signed, requester=requester), "is the requester", "adalah pemohon")


def test_approver_executes(office: Office) -> None:
    refused(
        lambda: office.judge(
            [office.approve()],
            now=NOON,
            executor=KEPALA.title(),
        ),
        "must not carry it out",
        "tidak boleh melaksanakannya",
    )


def test_one_person_in_two_roles(office: Office) -> None:
    first = office.approve(service="bandwidth-change")
    refused(
        lambda: office.approve([first], service="bandwidth-change", role="kabid"),
        "has approved as kepala already",
        "satu orang satu peran",
    )


@pytest.mark.parametrize("given", [0, 1])
def test_missing_chain(office: Office, given: int) -> None:
    chain = [office.approve(service="bandwidth-change")][:given]
    refused(
        lambda: office.judge(chain, service="bandwidth-change", now=NOON),
        "still waiting for kabid" if given else "still waiting for kepala, kabid",
        "masih menunggu",
    )


def test_chain_out_of_turn(office: Office) -> None:
    signed = office.sign(office.statement(role="kabid", approver=KABID))
    refused(lambda: office.receive(signed, service="bandwidth-change"), "kepala comes first", "belum giliran kabid")


def test_chain_reordered_or_shortened(office: Office) -> None:
    first = office.approve(service="bandwidth-change")
    second = office.approve([first], service="bandwidth-change", role="kabid", approver=KABID)
    assert office.judge([first, second], service="bandwidth-change")
    for chain in ([second, first], [second], [first, first]):
        refused(partial(office.judge, chain, service="bandwidth-change"), "chain of approvals is broken", "terputus")


def test_link_to_another_approval(office: Office) -> None:
    first = office.approve(service="bandwidth-change")
    signed = office.sign(office.statement(role="kabid", approver=KABID, previous=digest(b"other")))
    refused(
        lambda: office.receive(signed, previous=[first], service="bandwidth-change"),
        f"it should be {first.statement}",
        "seharusnya",
    )


def test_approval_after_a_rejection(office: Office) -> None:
    no = office.approve(decision=Decision.REJECT, reason="Tidak ada kapasitas")
    refused(lambda: office.approve([no], reason="Setuju lagi"), "rejected by kepala", "ditolak oleh")
    yes = office.approve()
    taken_back = office.approve([yes], decision=Decision.REJECT, reason="Ditarik")
    refused(
        lambda: office.judge([yes, taken_back], now=NOON),
        "Ditarik",
        "Ditarik",
    )


@pytest.mark.parametrize("namespace", ["git", "file", "workflow@netops", "approval@netops ", "Approval@netops"])
def test_wrong_namespace(office: Office, namespace: str) -> None:
    signed = office.sign(office.statement(), namespace=namespace)
    refused(lambda: office.receive(signed), f"namespace {namespace!r}", f"keperluan {namespace!r}")


def test_namespace_renamed_in_the_signature(office: Office) -> None:
    data, armored = office.sign(office.statement(), namespace="git")
    renamed = sshsig.armor(replace(sshsig.parse(armored), namespace="approval@netops"))
    refused(lambda: office.receive((data, renamed)), "does not match what was signed", "tidak cocok")


def test_key_of_another_namespace(office: Office) -> None:
    keys = replace_signers(office, 'namespaces="workflow@netops"')
    refused(lambda: keys.receive(keys.sign(keys.statement())), "not valid for approval@netops", "tidak berlaku untuk")


def test_duplicate_json_keys(office: Office) -> None:
    data = statement_bytes(office.statement(decision=Decision.REJECT))
    doubled = data.replace(b"{", b'{"decision":"approve",', 1)
    refused(lambda: office.receive(office.sign(doubled)), "duplicate key 'decision'", "tidak dapat dibaca")


def test_hidden_field(office: Office) -> None:
    value = json.loads(statement_bytes(office.statement())) | {"zz": "also everything else"}
    refused(lambda: office.receive(office.sign(canonical(value))), "not in its canonical form", "bentuk baku")


def test_other_spelling_of_the_same_json(office: Office) -> None:
    data = json.dumps(json.loads(statement_bytes(office.statement())), sort_keys=True).encode()
    refused(lambda: office.receive(office.sign(data)), "not in its canonical form", "bentuk baku")


@pytest.mark.parametrize(("old", "new"), [("Setuju", "Setuju\u0301 a\u0301"), ("Setuju", "\\u0053etuju")])
def test_text_that_is_not_nfc_or_escaped(office: Office, old: str, new: str) -> None:
    data = statement_bytes(office.statement()).decode().replace(old, new).encode()
    with pytest.raises(NotApproved, match=r"normal form C|canonical form"):
        office.receive(office.sign(data))


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("kep\u0430la@kampus.example", "CYRILLIC SMALL LETTER A"),
        ("ｋepala@kampus.example", "FULLWIDTH LATIN SMALL LETTER K"),
    ],
)
def test_look_alike_unicode(office: Office, name: str, letter: str) -> None:
    signed = office.sign(office.statement(approver=name), signer=KEPALA)
    refused(lambda: office.receive(signed), letter, letter)


@pytest.mark.parametrize("text", ["Setuju\u202e ton", "Setuju\x1b[2K", "a\nb", "a\u200bb"])
def test_control_characters_in_the_reason(office: Office, text: str) -> None:
    refused(
        lambda: office.receive(office.sign(office.statement(reason=text))), "control characters", "karakter kendali"
    )


def test_unknown_key(office: Office) -> None:
    data = statement_bytes(office.statement())
    stranger = new_key()
    signed = data, sshsig.sign(data, stranger, "approval@netops")
    refused(lambda: office.receive(signed), f"key {stranger.fingerprint} is not listed", "tidak terdaftar")


def test_key_of_another_person(office: Office) -> None:
    signed = office.sign(office.statement(), signer=KABID)
    refused(lambda: office.receive(signed), f"is listed, but not for {KEPALA}", "bukan atas nama")


def test_tampered_signature_byte(office: Office) -> None:
    """Every byte of the signature, one bit each."""
    data, armored = office.sign(office.statement())
    lines = armored.strip().splitlines()
    raw = base64.b64decode("".join(lines[1:-1]))
    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1
        forged = "\n".join([lines[0], base64.b64encode(changed).decode(), lines[-1]])
        with pytest.raises(NotApproved):
            office.receive((data, forged))


@pytest.mark.parametrize(
    "signature", ["", "x", "-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----", "A" * 40_000]
)
def test_no_signature(office: Office, signature: str) -> None:
    refused(
        lambda: office.receive((statement_bytes(office.statement()), signature)), "not an SSH signature", "bukan tanda"
    )


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"null", b"{}", b"\xff", b"[" * 9_000, b'{"kind":"netops-approval-1"}', b"x" * 20_000]
)
def test_no_statement(office: Office, data: bytes) -> None:
    with pytest.raises(NotApproved, match="statement"):
        office.receive(office.sign(data))


def test_allowed_signers_swapped(office: Office) -> None:
    """Who can write the file can let any key in: the record names the file that it was judged by."""
    before = office.approve()
    swapped = Office()
    swapped.keys[KEPALA] = new_key()
    swapped.signers = swapped.list_keys()
    after = swapped.approve()
    assert before.signers == office.signers.digest
    assert after.signers == swapped.signers.digest
    assert before.signers != after.signers
    assert event_data(after)["signers"] == swapped.signers.digest
    assert event_data(after)["key"] == swapped.keys[KEPALA].fingerprint


def test_recorded_approval_edited(office: Office) -> None:
    data, signature = office.sign(office.statement(decision=Decision.REJECT))
    approval = office.receive((data, signature))
    event = event_data(approval)
    check_recorded(event, approval)
    for field, value in (("decision", "approve"), ("role", "kabid"), ("approver", KABID), ("request", digest(b"x"))):
        refused(
            partial(check_recorded, event | {field: value}, approval), "does not match its statement", "tidak cocok"
        )


def replace_signers(office: Office, options: str) -> Office:
    other = Office()
    other.keys = office.keys
    other.signers = other.list_keys(options)
    return other


def test_time_zone_of_the_statement_is_utc(office: Office) -> None:
    data = statement_bytes(office.statement()).replace(b"05:00:00Z", b"12:00:00+07:00")
    refused(lambda: office.receive(office.sign(data)), "canonical form", "bentuk baku")
    approval: Approval = office.approve()
    assert approval.not_before.tzinfo is not None
    assert approval.not_before.astimezone(UTC) == NOON
