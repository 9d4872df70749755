"""The policy file: what it means, and errors that name file, line and field."""

from pathlib import Path

import pytest
from approval_office import POLICY

from netops.core.canonical import digest
from netops.core.errors import InputError, NotApproved, OutOfBounds
from netops.requests.policy import Bound, EmergencyPolicy, ServicePolicy, Step, check_bounds
from netops.requests.policy_file import parse_policy, read_policy

SHIPPED = Path(__file__).resolve().parents[3] / "inventory" / "policy.yaml"


def test_the_shipped_policy() -> None:
    policy = read_policy(SHIPPED)
    assert policy.service("event-hotspot") == ServicePolicy(
        steps=(Step(role="kepala"),),
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
