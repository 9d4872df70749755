"""Which SNMP queue counter is upload: decided from pairs of counters, undecided where they do not tell, last word wins."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netops.changes.directions import CALIBRATED, CLEAR_OCTETS, Pair, decide, directions
from netops.core.measured import QueueSample, SeriesKind
from netops.core.model import Event, Recorded

OCTETS = st.integers(0, 2**50)


def queue(name: str, inward: int, outward: int, kind: SeriesKind = SeriesKind.QUEUE) -> QueueSample:
    return QueueSample(kind=kind, name=name, index=1, in_octets=inward, out_octets=outward)


def pair(name: str, up: int, down: int) -> Pair:
    return Pair(name=name, up=up, down=down)


@pytest.mark.parametrize(("crossed", "up"), [(False, "in"), (True, "out")])
def test_the_counter_that_lies_between_the_two_looks_is_it(crossed: bool, up: str) -> None:
    seen = queue("Rektorat", 9_005_000, 1_002_000) if crossed else queue("Rektorat", 1_002_000, 9_005_000)
    verdict = decide([pair("Rektorat", 1_000_000, 9_000_000)], [seen], [pair("Rektorat", 1_004_000, 9_010_000)])
    assert verdict.up == up
    assert (verdict.for_in, verdict.for_out) == ((), ("Rektorat",)) if crossed else (("Rektorat",), ())


def test_an_agent_that_is_a_little_behind_is_understood() -> None:
    verdict = decide(
        [pair("a", 1_000_000, 9_000_000)], [queue("a", 950_000, 8_800_000)], [pair("a", 1_000_100, 9_000_100)]
    )
    assert verdict.up == "in"


@pytest.mark.parametrize(
    ("before", "seen"),
    [
        ([], [queue("a", 1, 10**9)]),
        ([pair("a", 0, 0)], [queue("a", 0, 0)]),
        ([pair("a", 10**9, 10**9)], [queue("a", 10**9, 10**9)]),
        ([pair("a", 10, 10**9)], [queue("a", 10, 10**9, SeriesKind.TREE)]),
        ([pair("a", 10, 10**9)], [queue("b", 10, 10**9)]),
        ([pair("a", 10, 10**9), pair("b", 10, 10**9)], [queue("a", 10, 10**9), queue("b", 10**9, 10)]),
    ],
    ids=["nothing", "idle", "equal", "tree", "another", "contradiction"],
)
def test_what_does_not_tell_is_left_undecided(before: list[Pair], seen: list[QueueSample]) -> None:
    assert decide(before, seen, before).up is None


@given(OCTETS, OCTETS, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 100), st.booleans())
def test_a_true_reading_never_gets_the_wrong_answer(
    up: int, down: int, more_up: int, more_down: int, share: int, crossed: bool
) -> None:
    now = up + more_up * share // 100, down + more_down * share // 100
    seen = queue("a", now[1], now[0]) if crossed else queue("a", *now)
    verdict = decide([pair("a", up, down)], [seen], [pair("a", up + more_up, down + more_down)])
    assert verdict.up in (None, "out" if crossed else "in")
    if abs(up - down) > CLEAR_OCTETS + max(more_up, more_down):
        assert verdict.up is not None


def test_the_last_word_of_the_log_counts() -> None:
    def recorded(seq: int, kind: str, device: str, up: str) -> Recorded:
        at = datetime(2026, 3, 2, tzinfo=UTC)
        return Recorded(
            seq=seq, leaf="", event=Event(kind=kind, change="", at=at, actor="a", device=device, data={"up": up})
        )

    log = [
        recorded(0, CALIBRATED, "gw", "in"),
        recorded(1, "other.kind", "sw", "in"),
        recorded(2, CALIBRATED, "gw", "out"),
    ]
    assert directions(log) == {"gw": "out"}
