"""Uplink capacity over a whole period, against a slow reference and by named cases."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planning_sample import sites

from netops.core.errors import NoCapacity
from netops.core.model import Reservation
from netops.core.units import RatePair
from netops.planning.capacity import free, office_share, overlapping, peak, require_uplink

START = datetime(2026, 12, 1, tzinfo=UTC)
SITE = sites().site("kampus")
DOWN = "uplink:kampus/ISP-A:down"
M = 1_000_000


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def held(first: float, last: float, amount: int, resource: str = DOWN) -> Reservation:
    return Reservation(resource=resource, amount=amount, starts_at=at(first), ends_at=at(last))


SPANS = st.lists(
    st.tuples(st.integers(0, 24), st.integers(0, 24), st.integers(1, 9)).map(
        lambda one: held(min(one[:2]), max(one[:2]), one[2])
    ),
    max_size=12,
)


@settings(max_examples=150)
@given(SPANS, st.integers(0, 24), st.integers(0, 24))
def test_peak_agrees_with_looking_at_every_half_hour(spans: list[Reservation], a: int, b: int) -> None:
    first, last = min(a, b), max(a, b)
    moments = [at(first + step / 2) for step in range(2 * (last - first))]
    slow = max((sum(s.amount for s in spans if s.starts_at <= now < s.ends_at) for now in moments), default=0)
    assert peak(spans, DOWN, at(first), at(last)) == slow


def test_what_ends_when_another_starts_is_not_counted_twice() -> None:
    assert peak([held(0, 2, 100), held(2, 4, 100)], DOWN, at(0), at(4)) == 100


def test_other_resources_do_not_count() -> None:
    assert peak([held(0, 2, 100, "uplink:kampus/ISP-A:up"), held(0, 2, 7)], DOWN, at(0), at(4)) == 7


def test_the_office_share_is_rounded_up() -> None:
    uplink = SITE.uplinks["ISP-A"].model_copy(update={"down": 1001, "office": 50})
    assert office_share(uplink, "down") == 501


def test_free_is_contract_less_office_less_peak() -> None:
    taken = {"A": [held(0, 3, 50 * M)], "B": [held(2, 5, 30 * M)], "C": [held(9, 10, 199 * M)]}
    assert free(SITE, "ISP-A", "down", at(1), at(6), taken) == 120 * M
    assert free(SITE, "ISP-A", "down", at(3), at(6), taken) == 170 * M
    assert free(SITE, "ISP-A", "down", at(1), at(6), taken, without="A") == 170 * M
    assert free(SITE, "ISP-A", "up", at(1), at(6), taken) == 200 * M


def test_overlap_is_half_open() -> None:
    taken = {"A": [held(0, 2, 1)]}
    assert overlapping(taken, at(2), at(3)) == []
    assert [change for change, _ in overlapping(taken, at(1.9), at(3))] == ["A"]
    assert overlapping(taken, at(1), at(3), without="A") == []


def test_a_full_uplink_names_who_holds_it() -> None:
    taken = {"HD-1-aaaaaa": [held(0, 3, 120 * M)], "HD-2-bbbbbb": [held(2, 5, 60 * M)], "HD-3-cccccc": [held(9, 10, 1)]}
    with pytest.raises(NoCapacity) as caught:
        require_uplink(SITE, RatePair(up=M, down=50 * M), at(1), at(6), taken)
    assert caught.value.describe("en") == (
        "ISP-A at kampus does not suffice (down): 50 Mbps asked, 20 Mbps free of a contract of 500 Mbps; office "
        "300 Mbps; reserved by HD-1-aaaaaa 120 Mbps, HD-2-bbbbbb 60 Mbps\n"
        "Ask for at most 20 Mbps, change the time, or cancel another reservation."
    )
    assert "ISP-A di kampus tidak cukup (unduh): diminta 50 Mbps, bebas 20 Mbps" in caught.value.describe("id")


def test_upload_is_checked_too() -> None:
    taken = {"A": [held(0, 9, 190 * M, "uplink:kampus/ISP-A:up")]}
    require_uplink(SITE, RatePair(up=10 * M, down=200 * M), at(1), at(6), taken)
    with pytest.raises(NoCapacity, match=r"\(up\)"):
        require_uplink(SITE, RatePair(up=10 * M + 1, down=1), at(1), at(6), taken)


def test_an_overbooked_uplink_offers_nothing_below_zero() -> None:
    with pytest.raises(NoCapacity, match="0 bps free"):
        require_uplink(SITE, RatePair(up=M, down=M), at(1), at(6), {"A": [held(0, 9, 300 * M)]})
