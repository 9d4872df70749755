"""Which approvals count: any order of decisions by anybody, against what a chain means."""

from itertools import pairwise

from approval_office import NOON, REQUEST
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.requests.chain import Approval, awaited, current, step_of
from netops.requests.policy import ServicePolicy, Step
from netops.requests.statement import Decision

ROLES = ("kadis", "kabid", "kasi")
PEOPLE = ("a@x", "A@X", "b@x", "c@x", "d@x")


def said(role: str, approver: str) -> Approval:
    return Approval(
        request=REQUEST, decision=Decision.APPROVE, role=role, approver=approver, reason="", not_before=NOON,
        not_after=NOON, previous="", plan="", statement="", signature="", key="", signers="", policy="", received_at=NOON,
    )  # fmt: skip


def rules(*quorums: int, one_person: tuple[frozenset[str], ...] = ()) -> ServicePolicy:
    steps = tuple(Step(role=role, quorum=quorum) for role, quorum in zip(ROLES, quorums, strict=False))
    return ServicePolicy(steps=steps, valid_for=1, bounds={}, one_person=one_person)


DECISIONS = st.lists(st.tuples(st.sampled_from(ROLES), st.sampled_from(PEOPLE)), max_size=14)


@settings(max_examples=200)
@given(DECISIONS, st.lists(st.integers(1, 3), min_size=1, max_size=3), st.booleans())
def test_what_counts_is_a_beginning_of_the_chain_with_nobody_twice(
    given_: list[tuple[str, str]], quorums: list[int], joined: bool
) -> None:
    chain = rules(*quorums, one_person=(frozenset(ROLES),) if joined else ())
    counted = current([said(*one) for one in given_], chain, {})
    wanted = [step.role for step in chain.steps for _ in range(step.quorum)]
    assert [one.role for one in counted] == wanted[: len(counted)]
    assert bool(awaited(counted, chain.steps)) == (len(counted) < len(wanted))
    persons = [(one.role if joined else "", one.approver.casefold()) for one in counted]
    assert len(set(persons)) == len(persons)
    for (position, one), _ in pairwise([*enumerate(counted), (0, None)]):
        assert one is not None and step_of(position, chain.steps).role == one.role


def test_those_who_are_waited_for_are_named_with_their_quorum() -> None:
    chain = rules(2, 1, 2)
    assert awaited((), chain.steps) == ("kadis", "kabid", "kasi")
    first, second, third = said("kadis", "a@x"), said("kadis", "b@x"), said("kabid", "c@x")
    assert awaited((first,), chain.steps) == ("kadis (1/2)", "kabid", "kasi")
    assert awaited((first, second, third, said("kasi", "d@x")), chain.steps) == ("kasi (1/2)",)
    assert awaited((first, second, third, said("kasi", "d@x"), said("kasi", "e@x")), chain.steps) == ()


def test_a_renewal_begins_anew_only_once_the_first_quorum_is_full() -> None:
    chain = rules(2, 1)
    first, second, third = said("kadis", "a@x"), said("kadis", "b@x"), said("kabid", "c@x")
    assert current([first, first], chain, {}) == (first,)
    assert current([first, second, third, first], chain, {}) == (first,)
    assert current([first, second, first, second, third], chain, {}) == (first, second, third)
