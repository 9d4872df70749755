"""Every way to pass off evidence of a decision, or a place in the chain, one named test each; each refused with its reason."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from approval_office import KABID, KEPALA, NOON, REQUESTER, new_key, public_line
from evidence_office import CLERKS, DEPUTY, REKTOR, SERVER_NAME, WAKIL, EvidenceOffice, b64
from msgspec.structs import replace

from netops.core.canonical import digest
from netops.core.errors import NotApproved
from netops.requests import sshsig
from netops.requests.policy import Evidence
from netops.requests.revoked import parse_revoked
from netops.requests.signers import Signers
from netops.requests.statement import PERSON, SERVER, Decision, statement_bytes

DAY = timedelta(days=1)
PLAN = digest(b"plan")


@pytest.fixture
def office() -> EvidenceOffice:
    return EvidenceOffice()


def refused(action: Callable[[], object], en: str, id: str) -> None:
    with pytest.raises(NotApproved) as caught:
        action()
    assert en in caught.value.message.en
    assert id in caught.value.message.id


# ── the workflow layer ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", ["sshsig", "jws"])
def test_the_honest_attestation_is_accepted_as_what_it_is(office: EvidenceOffice, form: str) -> None:
    data = statement_bytes(office.attestation())
    approval = office.receive(office.attested() if form == "sshsig" else office.token(data))
    assert approval.evidence is Evidence.WORKFLOW
    assert (approval.by, approval.system, approval.key) == ((SERVER_NAME,), "helpdesk", office.server.fingerprint)
    assert office.judge([approval]).approvals == (approval,)


def test_workflow_key_posing_as_a_person(office: EvidenceOffice) -> None:
    """The server signs what a person would sign: in either namespace, and under the person's name."""
    personal = office.statement()
    refused(
        lambda: office.receive(office.attested(personal, PERSON)), f"listed, but not for {KEPALA}", "bukan atas nama"
    )
    refused(lambda: office.receive(office.attested(personal)), f"namespace {SERVER!r}", f"keperluan {SERVER!r}")
    office.signers = office.with_server(name=KEPALA)
    refused(lambda: office.receive(office.attested(personal, PERSON)), f"not valid for {PERSON}", "tidak berlaku untuk")


def test_workflow_key_that_is_listed_for_people_too(office: EvidenceOffice) -> None:
    for options in ("", f'namespaces="{SERVER},{PERSON}"'):
        office.signers = office.with_server(options)
        refused(lambda: office.receive(office.attested()), f"for {SERVER} alone", f"hanya untuk {SERVER}")


def test_person_posing_as_the_workflow_server(office: EvidenceOffice) -> None:
    data = statement_bytes(office.attestation())
    for namespace in (SERVER, PERSON):
        signed = data, sshsig.sign(data, office.keys[KEPALA], namespace)
        with pytest.raises(NotApproved):
            office.receive(signed)


def test_attestation_where_the_policy_wants_a_signature(office: EvidenceOffice) -> None:
    said = office.attestation(plan=PLAN)
    refused(
        lambda: office.receive(office.attested(said), service="signed-only"),
        "not a personal signature does not suffice for kepala in signed-only",
        "tidak cukup bagi kepala",
    )


def test_attestation_for_a_request_that_is_too_big_for_it(office: EvidenceOffice) -> None:
    good = {"participants": 100, "bandwidth": 20_000_000}
    assert office.receive(office.attested(), figures=good)
    refused(
        lambda: office.receive(office.attested(), figures=good | {"bandwidth": 20_000_001}),
        "does not suffice for kepala in event-hotspot for a request of this size",
        "untuk permohonan sebesar ini",
    )


def test_attestation_accepted_once_and_used_after_the_policy_forbade_it(office: EvidenceOffice) -> None:
    approval = office.receive(office.attested())
    office.policy = replace(
        office.policy,
        services={"event-hotspot": replace(office.policy.service("event-hotspot"), steps=EvidenceOffice().policy.service("quorum").steps[1:])},
    )  # fmt: skip
    with pytest.raises(NotApproved):
        office.judge([approval])


def test_attestation_of_another_system_or_server(office: EvidenceOffice) -> None:
    refused(
        lambda: office.receive(office.attested(office.attestation(system="sipadu"))), "no system 'sipadu'", "sipadu"
    )
    office.signers = office.with_server(name="other-server")
    refused(lambda: office.receive(office.attested()), f"not for {SERVER_NAME}", f"bukan atas nama {SERVER_NAME}")


def test_attestation_of_the_future(office: EvidenceOffice) -> None:
    said = office.attestation(decided_at=NOON + timedelta(minutes=6))
    refused(lambda: office.receive(office.attested(said)), "after its receipt", "sesudah diterima")


def test_attestation_of_a_role_that_the_person_does_not_hold(office: EvidenceOffice) -> None:
    said = office.attestation(approver=KABID)
    refused(lambda: office.receive(office.attested(said)), "does not hold the role", "bukan pemegang peran")


def test_attestation_of_the_requester(office: EvidenceOffice) -> None:
    said = office.attestation(approver=REQUESTER)
    refused(lambda: office.receive(office.attested(said)), "is the requester", "adalah pemohon")


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "HS256", "HS512", "RS256", "ES256", "Ed25519", "", None, 1])
def test_jws_algorithm_confusion(office: EvidenceOffice, alg: object) -> None:
    data = statement_bytes(office.attestation())
    token = office.token(data, {"alg": alg, "kid": office.server.fingerprint})
    refused(lambda: office.receive(token), f"alg {alg!r} is not accepted", "tidak diterima")


def test_jws_without_a_signature(office: EvidenceOffice) -> None:
    data = statement_bytes(office.attestation())
    for head in ({"alg": "none"}, {"alg": "EdDSA", "kid": office.server.fingerprint}):
        bare = f"{b64(json.dumps(head).encode())}.{b64(data)}."
        with pytest.raises(NotApproved):
            office.receive((data, bare))


@pytest.mark.parametrize("secret", ["raw", "line", "wire"])
def test_jws_hmac_keyed_with_the_public_key(office: EvidenceOffice, secret: str) -> None:
    """HS256 under what everybody can read; also where the header says EdDSA."""
    data, wire = statement_bytes(office.attestation()), office.server.public
    key = {"raw": sshsig.raw_public(wire), "line": public_line(office.server).encode(), "wire": wire}[secret]
    for alg in ("HS256", "EdDSA"):
        signing = f"{b64(json.dumps({'alg': alg, 'kid': office.server.fingerprint}).encode())}.{b64(data)}"
        mark = hmac.new(key, signing.encode(), hashlib.sha256).digest()
        for size in (32, 64):
            with pytest.raises(NotApproved):
                office.receive((data, f"{signing}.{b64((mark * 2)[:size])}"))


@pytest.mark.parametrize(
    "more",
    [{"crit": ["b64"], "b64": False}, {"b64": False}, {"jwk": {"kty": "OKP"}}, {"x5u": "https://x"}, {"jku": "https://x"}, {"typ": "text"}],
    ids=lambda more: next(iter(more)),
)  # fmt: skip
def test_jws_header_that_steers_the_verifier(office: EvidenceOffice, more: dict[str, object]) -> None:
    data = statement_bytes(office.attestation())
    token = office.token(data, {"alg": "EdDSA", "kid": office.server.fingerprint, **more})
    refused(lambda: office.receive(token), "the JWS cannot be accepted", "JWS tidak dapat diterima")


def test_jws_by_a_key_that_it_brings_itself(office: EvidenceOffice) -> None:
    data = statement_bytes(office.attestation())
    office.server = new_key()
    refused(lambda: office.receive(office.token(data)), "is not listed", "tidak terdaftar")


def test_jws_by_a_listed_person(office: EvidenceOffice) -> None:
    data, server = statement_bytes(office.attestation()), office.server
    office.server = office.keys[KEPALA]
    refused(lambda: office.receive(office.token(data)), "is not listed", "tidak terdaftar")
    office.server = server
    token = office.token(data, {"alg": "EdDSA", "kid": office.keys[KEPALA].fingerprint})
    refused(lambda: office.receive(token), "is not listed", "tidak terdaftar")


def test_jws_with_a_key_twice_in_its_header_or_payload(office: EvidenceOffice) -> None:
    data, kid = statement_bytes(office.attestation()), office.server.fingerprint
    twice = f'{{"alg":"none","alg":"EdDSA","kid":"{kid}"}}'
    refused(lambda: office.receive(office.token(data, twice)), "duplicate key 'alg'", "alg")
    doubled = data.replace(b'"role":"kepala"', b'"role":"kabid","role":"kepala"')
    refused(lambda: office.receive(office.token(doubled)), "duplicate key 'role'", "role")


def test_jws_around_another_statement(office: EvidenceOffice) -> None:
    _, token = office.token(statement_bytes(office.attestation()))
    other = statement_bytes(office.attestation(reason="Lain"))
    refused(lambda: office.receive((other, token)), "carries another statement", "bukan pernyataan ini")


def test_jws_that_carries_a_personal_statement(office: EvidenceOffice) -> None:
    """A server's token never stands for a person's signature."""
    data = statement_bytes(office.statement())
    refused(lambda: office.receive(office.token(data)), "not an SSH signature", "bukan tanda tangan SSH")


def test_jws_in_another_spelling(office: EvidenceOffice) -> None:
    data, token = office.token(statement_bytes(office.attestation()))
    head, body, mark = token.split(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    same = last[last.index(mark[-1]) ^ 1]
    assert base64.urlsafe_b64decode(mark[:-1] + same + "==") == base64.urlsafe_b64decode(mark + "==")
    for odd in (
        f"{token}.",
        f"{token}=",
        f"{head}.{body}.{mark[:-1]}{same}",
        f"{head}.{body}",
        f"{head}..{mark}",
        token * 300,
    ):
        with pytest.raises(NotApproved):
            office.receive((data, odd))


def test_jws_every_bit_of_the_signature(office: EvidenceOffice) -> None:
    data, token = office.token(statement_bytes(office.attestation()))
    head, body, mark = token.split(".")
    raw = base64.urlsafe_b64decode(mark + "==")
    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1
        with pytest.raises(NotApproved):
            office.receive((data, f"{head}.{body}.{b64(bytes(changed))}"))


# ── wet signatures ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_honest_wet_signature_is_accepted_as_what_it_is(office: EvidenceOffice) -> None:
    approval = office.receive(office.wet())
    assert (approval.evidence, approval.by) == (Evidence.WET, CLERKS)
    assert approval.key == " ".join(office.keys[name].fingerprint for name in CLERKS)


def test_wet_scan_confirmed_by_the_same_officer(office: EvidenceOffice) -> None:
    for same in (CLERKS[0], CLERKS[0].upper()):
        office.keys[same] = office.keys[CLERKS[0]]
        evidence = office.wet(officers=(CLERKS[0], same))
        refused(partial(office.receive, evidence), "two officers are needed", "dua petugas")


def test_wet_scan_confirmed_with_the_same_key(office: EvidenceOffice) -> None:
    """One person whose key is listed under two names."""
    office.keys[CLERKS[1]] = office.keys[CLERKS[0]]
    office.signers = office.with_server()
    refused(lambda: office.receive(office.wet()), "both officers used one key", "kunci yang sama")


def test_wet_scan_recorded_twice_instead_of_confirmed(office: EvidenceOffice) -> None:
    evidence = office.wet(parts=("recorded", "recorded"))
    refused(lambda: office.receive(evidence), "does not match what was signed", "tidak cocok dengan isinya")


def test_wet_scan_swapped_after_it_was_recorded(office: EvidenceOffice) -> None:
    evidence = office.wet(scans=(digest(b"the scan"), digest(b"another scan")))
    refused(lambda: office.receive(evidence), "does not match what was signed", "tidak cocok dengan isinya")


def test_wet_scan_for_another_statement(office: EvidenceOffice) -> None:
    _, evidence = office.wet()
    other = statement_bytes(office.statement(reason="Lain"))
    refused(lambda: office.receive((other, evidence)), "does not match what was signed", "tidak cocok dengan isinya")


def test_wet_scan_by_the_requester_or_the_approver(office: EvidenceOffice) -> None:
    refused(lambda: office.receive(office.wet(officers=(CLERKS[0], REQUESTER))), "is the requester", "adalah pemohon")
    office.policy = replace(office.policy, officers=(*office.policy.officers, KEPALA))
    refused(lambda: office.receive(office.wet(officers=(KEPALA, CLERKS[0]))), "is the approver", "adalah penyetuju")


def test_wet_scan_by_somebody_who_is_no_officer(office: EvidenceOffice) -> None:
    refused(lambda: office.receive(office.wet(officers=(CLERKS[0], WAKIL))), "not an officer", "bukan petugas")


def test_wet_scan_under_another_officer_s_name(office: EvidenceOffice) -> None:
    evidence = office.wet(signers=(CLERKS[0], CLERKS[0]))
    refused(lambda: office.receive(evidence), f"listed, but not for {CLERKS[1]}", "bukan atas nama")


def test_wet_witness_executes(office: EvidenceOffice) -> None:
    approval = office.receive(office.wet())
    for executor in (CLERKS[1], "agus"):
        refused(partial(office.judge, [approval], executor=executor), "vouched for the approval", "menjadi saksi")


def test_wet_signature_for_a_request_that_is_too_big_for_it(office: EvidenceOffice) -> None:
    refused(
        lambda: office.receive(office.wet(), figures={"participants": 101, "bandwidth": 1}),
        "a wet signature (scan, two officers) does not suffice",
        "tidak cukup",
    )


def test_wet_evidence_in_another_form(office: EvidenceOffice) -> None:
    data, good = office.wet()
    for odd in (
        b"{",
        b"{}",
        good.replace(b'"kind"', b'"more":1,"kind"'),
        good + b" ",
        good.replace(b"netops-wet-1", b"netops-wet-2"),
    ):
        refused(partial(office.receive, (data, odd)), "wet signature cannot be read", "tidak dapat dibaca")


# ── the chain ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_quorum_by_one_person_twice(office: EvidenceOffice) -> None:
    first = office.approve(service="quorum")
    refused(
        lambda: office.approve([first], service="quorum", reason="Lagi"),
        "a quorum counts persons",
        "dihitung per orang",
    )
    refused(lambda: office.judge([first], service="quorum"), "waiting for kepala (1/2), kabid", "menunggu kepala (1/2)")


def test_next_role_before_the_quorum_is_full(office: EvidenceOffice) -> None:
    first = office.approve(service="quorum")
    refused(
        lambda: office.approve([first], service="quorum", role="kabid", approver=KABID),
        "kepala comes first",
        "belum giliran kabid",
    )
    second = office.approve([first], service="quorum", approver=WAKIL)
    third = office.approve([first, second], service="quorum", role="kabid", approver=KABID)
    assert office.judge([first, second, third], service="quorum").approvals == (first, second, third)


def test_threshold_role_skipped(office: EvidenceOffice) -> None:
    """A request above the figure waits for the rektor; what the request has no figure for counts as above."""
    small, big = {"participants": 100}, {"participants": 101}
    first = office.approve(service="signed-only", plan=PLAN)
    assert office.judge([first], service="signed-only", figures=small, plan=PLAN)
    for figures in (big, {}):
        refused(
            partial(office.judge, [first], service="signed-only", figures=figures, plan=PLAN),
            "waiting for rektor",
            "menunggu rektor",
        )
    office.figures = big
    second = office.approve([first], service="signed-only", role="rektor", approver=REKTOR, plan=PLAN)
    assert office.judge([first, second], service="signed-only", plan=PLAN)


def test_threshold_role_that_has_no_say_in_a_small_request(office: EvidenceOffice) -> None:
    office.figures = {"participants": 1}
    refused(
        lambda: office.approve(service="signed-only", role="rektor", approver=REKTOR, plan=PLAN),
        "has no say",
        "tidak memutuskan",
    )


def test_plan_changed_after_signing_when_the_policy_demands_it(office: EvidenceOffice) -> None:
    office.figures = {"participants": 1}
    approval = office.approve(service="signed-only", plan=PLAN)
    refused(
        lambda: office.judge([approval], service="signed-only", plan=digest(b"another plan")),
        "approved the plan",
        "menyetujui rencana",
    )


def test_plan_left_out_or_outdated_when_the_policy_demands_it(office: EvidenceOffice) -> None:
    office.figures = {"participants": 1}
    refused(lambda: office.approve(service="signed-only"), "this statement names none", "tidak menyebut rencana")
    signed = office.sign(office.statement(plan=PLAN))
    refused(
        lambda: office.receive(signed, service="signed-only", plan=digest(b"newer")), "approved the plan", "menyetujui"
    )


def test_plan_left_out_before_the_policy_demanded_it(office: EvidenceOffice) -> None:
    approval = office.approve()
    rules = replace(office.policy.service("event-hotspot"), sign_plan=True)
    office.policy = replace(office.policy, services={"event-hotspot": rules})
    refused(lambda: office.judge([approval]), "names no plan, which the policy demands", "tidak menyebut rencana")


@pytest.mark.parametrize("days", [-1, 5])
def test_deputy_outside_the_period(office: EvidenceOffice, days: int) -> None:
    first = office.approve(service="joined", at=NOON - 2 * DAY, not_before=NOON - 3 * DAY)
    refused(
        lambda: office.approve([first], service="joined", role="kabid", approver=DEPUTY, at=NOON + days * DAY),
        "is Plh. kabid only from 2026-11-20 to 2026-11-24 (SP-12/2026)",
        "hanya 2026-11-20 s.d. 2026-11-24",
    )


def test_deputy_inside_the_period_is_named_as_one(office: EvidenceOffice) -> None:
    first = office.approve(service="joined")
    second = office.approve([first], service="joined", role="kabid", approver=DEPUTY)
    assert (second.acting, second.warrant) == ("Plh.", "SP-12/2026")
    assert office.judge([first, second], service="joined", now=NOON + 9 * DAY), "what was signed in the period stays"


def test_deputy_in_another_role(office: EvidenceOffice) -> None:
    refused(lambda: office.approve(approver=DEPUTY), "does not hold the role kepala", "bukan pemegang peran")


def test_one_person_in_two_roles_only_where_the_policy_lets_it(office: EvidenceOffice) -> None:
    first = office.approve(service="joined")
    second = office.approve([first], service="joined", role="kabid", approver=KEPALA)
    assert office.judge([first, second], service="joined")
    rules = replace(office.policy.service("joined"), one_person=())
    office.policy = replace(office.policy, services={"joined": rules})
    refused(lambda: office.judge([first, second], service="joined"), "waiting for kabid", "menunggu kabid")


def test_requester_executes(office: EvidenceOffice) -> None:
    approval = office.approve()
    for executor in (REQUESTER, "Sari"):
        refused(
            partial(office.judge, [approval], executor=executor, requester=REQUESTER),
            "must not carry the own request out",
            "tidak boleh melaksanakan permohonannya",
        )


def test_approver_executes_under_the_login_name(office: EvidenceOffice) -> None:
    refused(lambda: office.judge([office.approve()], executor="kepala"), "must not carry it out", "tidak boleh")


@pytest.mark.parametrize("form", ["attested", "wet"])
def test_rejection_ends_it_whatever_its_class(office: EvidenceOffice, form: str) -> None:
    first = office.approve()
    no = {"decision": Decision.REJECT, "reason": "Aula dipakai", "previous": first.statement}
    signed = office.attested(office.attestation(**no)) if form == "attested" else office.wet(office.statement(**no))
    rejection = office.receive(signed, previous=[first])
    refused(lambda: office.judge([first, rejection]), "Aula dipakai", "Aula dipakai")
    refused(lambda: office.approve([first, rejection], reason="Tetap"), "rejected by", "ditolak oleh")


# ── revoked keys ─────────────────────────────────────────────────────────────────────────────────────────────────


def revoke(office: EvidenceOffice, *names: str) -> None:
    keys = [office.server if name == SERVER_NAME else office.keys[name] for name in names]
    office.revoked = parse_revoked("\n".join(map(public_line, keys)).encode())


def test_key_revoked_before_receipt(office: EvidenceOffice) -> None:
    revoke(office, KEPALA)
    refused(office.approve, f"key {office.keys[KEPALA].fingerprint} is revoked", "sudah dicabut")


def test_key_revoked_after_receipt(office: EvidenceOffice) -> None:
    """What was received before stands, by the list of that time, which the record names; the next one does not."""
    before = office.approve()
    revoke(office, KEPALA)
    assert before.revoked == ""
    assert office.judge([before])
    refused(lambda: office.approve([before], reason="Lagi"), "is revoked", "sudah dicabut")
    wakil = office.approve([before], approver=WAKIL, reason="Lagi")
    assert wakil.revoked == office.revoked.digest


@pytest.mark.parametrize("who", [*CLERKS, SERVER_NAME])
def test_key_of_a_witness_revoked(office: EvidenceOffice, who: str) -> None:
    revoke(office, who)
    signed = office.attested() if who == SERVER_NAME else office.wet()
    refused(lambda: office.receive(signed), "is revoked", "sudah dicabut")


def test_allowed_signers_swapped_for_a_server_of_one_s_own(office: EvidenceOffice) -> None:
    """Who can write the file can let any server in: the record names the file that it was judged by."""
    before = office.receive(office.attested())
    office.server = new_key()
    swapped: Signers = office.with_server()
    office.signers = swapped
    after = office.receive(office.attested())
    assert (before.signers, after.signers) != (after.signers, before.signers)
    assert after.signers == swapped.digest and after.key == office.server.fingerprint
