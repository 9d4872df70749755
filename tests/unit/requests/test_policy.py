"""The policy file: what it means, and errors that name file, line and field."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from approval_office import POLICY

from netops.core.canonical import digest
from netops.core.errors import InputError, NotApproved, OutOfBounds
from netops.requests.policy import Accepted, Bound, EmergencyPolicy, Evidence, ServicePolicy, Step, check_bounds
from netops.requests.policy_file import parse_policy, policy_schema, read_policy

SHIPPED = Path(__file__).resolve().parents[3] / "inventory" / "policy.yaml"


def test_the_shipped_policy() -> None:
    policy = read_policy(SHIPPED)
    assert policy.service("event-hotspot") == ServicePolicy(
        steps=(
            Step(
                role="kepala",
                evidence=(
                    Accepted(evidence=Evidence.SSH),
                    Accepted(evidence=Evidence.BSRE),
                    Accepted(evidence=Evidence.WET, up_to={"bandwidth": 200_000_000, "participants": 1_000}),
                ),
            ),
        ),
        valid_for=60 * 86_400,
        bounds={"participants": Bound(most=2_000), "bandwidth": Bound(most=500_000_000, rate=True)},
    )
    assert policy.roles["kepala"] == ("kepala@kampus.example",)
    assert policy.emergency["event-hotspot"] == EmergencyPolicy(
        officers=("koordinator", "petugas-piket"),
        longest=12 * 3600,
        papers_within=3 * 86_400,
        bounds={"participants": Bound(most=200), "bandwidth": Bound(most=50_000_000, rate=True)},
    )
    assert policy.digest == digest(SHIPPED.read_bytes())


def test_the_five_services_have_their_chains() -> None:
    """In the order of the SOPs; the requester and whoever carries out sign nothing here."""
    policy = read_policy(SHIPPED)
    assert {name: policy.service(name).chain for name in policy.services if name != "port-vlan"} == {
        "event-hotspot": ("kepala",),
        "email-account": ("pimpinan-unit", "kepala"),
        "network-maintenance": ("kepala-dinas", "kepala-bidang", "koordinator-helpdesk"),
        "bandwidth-change": ("kepala-dinas", "kepala-bidang", "kepala-seksi"),
        "server-room-access": ("atasan-langsung", "kepala-dinas", "kepala-bidang", "kepala-seksi"),
    }


def test_the_shipped_schema_is_that_of_the_model() -> None:
    """Where this fails: write `policy_schema()` to inventory/policy.schema.json, indented by two."""
    assert json.loads(SHIPPED.with_name("policy.schema.json").read_text("utf-8")) == policy_schema()


def test_bounds_hold_to_the_last_unit() -> None:
    policy = parse_policy(POLICY.encode())
    check_bounds(policy, "event-hotspot", {"participants": 500, "bandwidth": 200_000_000})
    with pytest.raises(OutOfBounds, match="participants 501 is beyond the bound of event-hotspot: 500"):
        check_bounds(policy, "event-hotspot", {"participants": 501, "bandwidth": 1})
    with pytest.raises(OutOfBounds) as caught:
        check_bounds(policy, "event-hotspot", {"participants": 1, "bandwidth": 200_500_000})
    assert caught.value.message.id == "bandwidth 200,5 Mbps di luar batas layanan event-hotspot: 200 Mbps"
    assert caught.value.exit_code == 4


def test_a_bound_may_be_a_range() -> None:
    policy = parse_policy(GOOD.replace("participants: 500", "participants: 20-49").encode())
    check_bounds(policy, "event-hotspot", {"participants": 20})
    check_bounds(policy, "event-hotspot", {"participants": 49})
    for number, limit in ((19, 20), (50, 49)):
        with pytest.raises(OutOfBounds, match=f"participants {number} is beyond the bound of event-hotspot: {limit}"):
            check_bounds(policy, "event-hotspot", {"participants": number})


def test_a_figure_that_nobody_bounded_is_refused() -> None:
    policy = parse_policy(GOOD.replace("      participants: 500\n", "").encode())
    with pytest.raises(OutOfBounds) as caught:
        check_bounds(policy, "event-hotspot", {"participants": 1})
    assert "no bound of participants" in caught.value.describe("en")
    assert "inventory/policy.yaml" in caught.value.describe("id")


def test_a_service_without_rules_is_not_approved() -> None:
    with pytest.raises(NotApproved, match="no rules for the service email-account"):
        parse_policy(POLICY.encode()).service("email-account")


GOOD = """roles:
  kepala: [a@x]
services:
  event-hotspot:
    chain: [kepala]
    valid_for: 30d
    bounds:
      participants: 500
      bandwidth: 200M
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "reason"),
    [
        ("    valid_for: 30d", "    valid_for: soon", 6, "services.event-hotspot.valid_for", "not a duration"),
        ("    valid_for: 30d", "    valid_for: 0s", 6, "services.event-hotspot.valid_for", "more than zero"),
        ("    valid_for: 30d", "    valid_for: 30", 6, "services.event-hotspot.valid_for", "must be text"),
        (
            "    valid_for: 30d",
            "    valid_for: 30d\n    valid_four: 30d",
            7,
            "services.event-hotspot.valid_four",
            "not known",
        ),
        ("    valid_for: 30d\n", "", 4, "services.event-hotspot.valid_for", "filled in"),
        (
            "bandwidth: 200M",
            "bandwidth: fast",
            9,
            "services.event-hotspot.bounds.bandwidth",
            "is not a bound such as 500, 20-49 or 200M",
        ),
        ("participants: 500", "participants: 0", 8, "services.event-hotspot.bounds.participants", "is not a bound"),
        ("participants: 500", "participants: '5'", 8, "services.event-hotspot.bounds.participants", "is not a bound"),
        ("participants: 500", "participants: 49-20", 8, "services.event-hotspot.bounds.participants", "is not a bound"),
        ("chain: [kepala]", "chain: [kabid]", 5, "services.event-hotspot.chain.0", "'kabid' has no holder"),
        ("chain: [kepala]", "chain: []", 5, "services.event-hotspot.chain", "at least 1"),
        ("chain: [kepala]", "chain: [kepala, kepala]", 5, "services.event-hotspot.chain.1", "given twice"),
        ("[a@x]", "[a@x, A@X]", 2, "roles.kepala.1", "given twice"),
        ("[a@x]", "[kep\u0430la@x]", 2, "roles.kepala.0", "is not a name as in allowed_signers"),
        ("[a@x]", "[]", 5, "services.event-hotspot.chain.0", "'kepala' has no holder"),
        ("  kepala: [a@x]", "  kepala: [a@x]\n  kepala: [b@x]", 3, "roles.kepala", "twice"),
        ("[a@x]", "&people [a@x]", 2, "roles.kepala", "anchors"),
        ("[a@x]", "!!python/object:os.system [a@x]", 2, "roles.kepala", "tags"),
        ("services:", "services: [", None, None, "not valid YAML"),
    ],
)
def test_errors_name_the_place(old: str, new: str, line: int | None, field: str | None, reason: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=reason) as caught:
        parse_policy(GOOD.replace(old, new, 1).encode(), "inventory/policy.yaml")
    assert caught.value.path == "inventory/policy.yaml"
    if line:
        assert (caught.value.line, caught.value.field) == (line, field)
    assert caught.value.exit_code == 2


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_policy(tmp_path / "policy.yaml")


EMERGENCY = """
emergency:
  event-hotspot:
    officers: [kepala, kabid]
    longest: 8h
    papers_within: 2d
    bounds: {participants: 50, bandwidth: 20M}
"""


def test_in_an_emergency_the_officers_are_the_chain_and_the_bounds_are_narrower() -> None:
    policy = parse_policy((POLICY + EMERGENCY).encode()).in_emergency("event-hotspot")
    assert policy.service("event-hotspot").chain == ("kepala", "kabid")
    check_bounds(policy, "event-hotspot", {"participants": 50})
    with pytest.raises(OutOfBounds):
        check_bounds(policy, "event-hotspot", {"participants": 51})


def test_a_service_that_is_not_listed_is_never_an_emergency() -> None:
    for text in (POLICY, POLICY + EMERGENCY):
        with pytest.raises(OutOfBounds, match="before its papers"):
            parse_policy(text.encode()).in_emergency("bandwidth-change")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("[kepala, kabid]", "[kepala]", "emergency.event-hotspot.officers"),
        ("[kepala, kabid]", "[kepala, kepala]", "emergency.event-hotspot.officers.1"),
        ("[kepala, kabid]", "[kepala, rektor]", "emergency.event-hotspot.officers.1"),
        ("longest: 8h", "longest: lama", "emergency.event-hotspot.longest"),
        ("papers_within: 2d", "papers_within: 0s", "emergency.event-hotspot.papers_within"),
        ("  event-hotspot:\n", "  email-account:\n", "emergency.email-account"),
    ],
)
def test_unclear_rules_of_an_emergency_are_refused(old: str, new: str, field: str) -> None:
    assert old in EMERGENCY
    with pytest.raises(InputError) as caught:
        parse_policy((POLICY + EMERGENCY.replace(old, new)).encode())
    assert caught.value.field == field and caught.value.line


FULL = """roles:
  kepala: [a@x, b@x]
  kabid: [c@x]
  rektor: [r@x]
deputies:
  kabid:
    - {acting: Plh., name: d@x, warrant: SP-1/2026, from: "2026-11-23", until: "2026-11-27"}
    - {acting: Plt., name: e@x, warrant: SP-2/2026, from: "2026-12-01", until: "2026-12-31"}
zone: WIT
systems:
  helpdesk: [helpdesk-server]
officers: [p@x, q@x]
services:
  event-hotspot:
    chain:
      - {role: kepala, quorum: 2}
      - kabid
      - {role: rektor, above: {bandwidth: 100M, participants: 500}, evidence: [ssh-signature]}
    one_person: [[kepala, kabid]]
    evidence: [ssh-signature, {class: workflow-attestation, up_to: {bandwidth: 20M}}]
    sign_plan: true
    valid_for: 30d
    bounds: {participants: 1000, bandwidth: 200M}
"""


def test_every_word_of_a_chain() -> None:
    policy = parse_policy(FULL.encode())
    rules = policy.service("event-hotspot")
    assert [step.quorum for step in rules.steps] == [2, 1, 1]
    assert rules.sign_plan and rules.one_person == (frozenset({"kepala", "kabid"}),)
    small = {"participants": 500, "bandwidth": 100_000_000}
    assert [step.role for step in rules.steps_for(small)] == ["kepala", "kabid"]
    for more in ({"participants": 501}, {"bandwidth": 100_000_001}):
        assert [step.role for step in rules.steps_for(small | more)] == ["kepala", "kabid", "rektor"]
    assert len(rules.steps_for({"participants": 1})) == 3, "what is not known is not small"
    _, attested = rules.steps[0].evidence
    assert attested.evidence is Evidence.WORKFLOW
    assert attested.suffices({"bandwidth": 20_000_000, "participants": 9})
    assert not attested.suffices({"bandwidth": 20_000_001}) and not attested.suffices({})


def test_a_deputy_acts_on_both_days_and_no_other_in_the_zone_of_the_policy() -> None:
    policy = parse_policy(FULL.encode())
    first = datetime(2026, 11, 22, 15, tzinfo=UTC)  # 00.00 WIT of the 23rd
    last = datetime(2026, 11, 27, 14, 59, 59, tzinfo=UTC)
    for at, holds in ((first, True), (last, True), (first.replace(hour=14), False), (last.replace(hour=15), False)):
        assert policy.holds("kabid", "d@x", at) is holds
    deputy = policy.deputy("kabid", "d@x", first)
    assert deputy is not None and (deputy.acting, deputy.warrant) == ("Plh.", "SP-1/2026")
    assert policy.deputy("kabid", "c@x", first) is None and policy.holds("kabid", "c@x", first)
    assert policy.holders("kabid") == ("c@x", "d@x", "e@x")


@pytest.mark.parametrize(
    ("old", "new", "line", "field", "reason"),
    [
        ("quorum: 2", "quorum: 3", 16, "services.event-hotspot.chain.0.quorum", "2 hold the role kepala"),
        ("quorum: 2", "quorum: 0", 16, "services.event-hotspot.chain.0.quorum", "at least 1"),
        ("quorum: 2", "qorum: 2", 16, "services.event-hotspot.chain.0.qorum", "not known"),
        ("above: {bandwidth: 100M", "above: {bandwith: 100M", 18, "services.event-hotspot.chain.2.above.bandwith", "bounds does not have"),
        ("above: {bandwidth: 100M", "above: {bandwidth: 1-100", 18, "services.event-hotspot.chain.2.above.bandwidth", "is not a bound"),
        ("up_to: {bandwidth: 20M}", "up_to: {rate: 20M}", 20, "services.event-hotspot.evidence.1.up_to.rate", "bounds does not have"),
        ("class: workflow-attestation", "class: word-of-mouth", 20, "services.event-hotspot.evidence.1.class", "one of"),
        ("evidence: [ssh-signature]}", "evidence: []}", 18, "services.event-hotspot.chain.2.evidence", "at least 1"),
        ("[[kepala, kabid]]", "[[kepala, kasi]]", 19, "services.event-hotspot.one_person.0.1", "chain does not have"),
        ("[[kepala, kabid]]", "[[kepala]]", 19, "services.event-hotspot.one_person.0", "at least 2"),
        ("from: \"2026-12-01\"", "from: \"2026-11-27\"", 8, "deputies.kabid.1.from", "overlap"),
        ("until: \"2026-12-31\"", "until: \"2026-11-30\"", 8, "deputies.kabid.1.until", "before from"),
        ("warrant: SP-1/2026, ", "", 7, "deputies.kabid.0.warrant", "filled in"),
        ("acting: Plh.", "acting: Pjs.", 7, "deputies.kabid.0.acting", "one of"),
        ("deputies:\n  kabid:", "deputies:\n  kasi:", 6, "deputies.kasi", "roles does not have kasi"),
        ("[helpdesk-server]", "[c@x]", 11, "systems.helpdesk.0", "a server's key is no person's"),
        ("[helpdesk-server]", "[Q@x]", 11, "systems.helpdesk.0", "a server's key is no person's"),
        ("officers: [p@x, q@x]", "officers: [p@x, P@x]", 12, "officers.1", "given twice"),
    ],
)  # fmt: skip
def test_unclear_chains_are_refused_with_their_place(old: str, new: str, line: int, field: str, reason: str) -> None:
    assert old in FULL
    with pytest.raises(InputError, match=reason) as caught:
        parse_policy(FULL.replace(old, new, 1).encode(), "policy.yaml")
    assert (caught.value.line, caught.value.field) == (line, field)


def test_a_chain_that_a_small_request_would_pass_without_anybody_is_refused() -> None:
    text = GOOD.replace("chain: [kepala]", "chain: [{role: kepala, above: {bandwidth: 10M}}]")
    with pytest.raises(InputError, match="one step must be without above"):
        parse_policy(text.encode())
