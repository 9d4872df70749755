"""Waves as a playbook says them: for a part or for all, within bounds; the limit of the load is the policy's."""

import pytest
from planning_sample import playbook

from netops.core.errors import InputError
from netops.core.model import Rollout
from netops.planning.playbook import Waves
from netops.requests.policy_file import parse_policy

POLICY = b"roles: {kepala: [k@x.example]}\nservices: {event-hotspot: {chain: [kepala], valid_for: 1d}}\n"


def test_without_a_word_all_go_at_once_and_nothing_may_fail() -> None:
    found = playbook()
    assert found.waves == Waves() and found.failure_budget == 0
    assert found.waves.rollout(90) == Rollout() and all(part.waves is None for part in found.parts)


def test_a_parts_own_waves_stand_beside_the_playbooks() -> None:
    found = playbook(
        "setup: 1d",
        "setup: 1d\nwaves: {canary: 1, percent: [10, 50], bake: 2m, health: [reachable, errors, cpu]}\nfailure_budget: 2",
    )
    assert found.failure_budget == 2
    assert found.waves.rollout(75) == Rollout(
        canary=1, percent=(10, 50), bake_seconds=120, health=("reachable", "errors", "cpu"), cpu_limit=75
    )
    part = playbook("  - role: access\n", "  - role: access\n    waves: {canary: 2}\n").parts[2]
    assert part.waves == Waves(canary=2)


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("waves: {percent: [50, 10]}", "percent has to rise"),
        ("waves: {percent: [10, 100]}", "waves"),
        ("waves: {bake: 2h}", "bake"),
        ("waves: {health: [luck]}", "health"),
        ("waves: {canary: -1}", "canary"),
        ("failure_budget: -1", "failure_budget"),
    ],
    ids=["falling", "hundred", "long", "unknown", "negative", "budget"],
)
def test_what_waves_must_not_say_is_told(new: str, reason: str) -> None:
    with pytest.raises(InputError) as caught:
        playbook("setup: 1d", f"setup: 1d\n{new}")
    assert reason in caught.value.describe("en")


def test_a_timer_longer_than_a_switch_has_is_refused_in_the_playbook() -> None:
    with pytest.raises(InputError, match=r"7200|120|2h"):
        playbook("guard_seconds: 10m", "guard_seconds: 121m")


def test_the_policy_says_how_busy_a_processor_may_be() -> None:
    assert parse_policy(POLICY).cpu_limit == 90
    assert parse_policy(POLICY + b"cpu_limit: 60\n").cpu_limit == 60
    with pytest.raises(InputError):
        parse_policy(POLICY + b"cpu_limit: 101\n")
