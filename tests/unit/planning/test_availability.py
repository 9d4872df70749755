"""The list of available bandwidth: what it says of an uplink agrees with the arithmetic that refuses events and units."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from test_commitments import PROMISES, SITE, UPLINK, M, at, promise

from netops.core.measured import Commitment
from netops.core.model import Reservation
from netops.planning.availability import UplinkList, availability, governing
from netops.planning.capacity import free
from netops.planning.commitments import free_share, of_event


def listed(commitments: list[Commitment], first: float = 0, last: float = 12) -> UplinkList:
    (one,) = availability(SITE, commitments, {"HD-1": "running", "HD-2": "planned"}, at(first), at(last))
    return one


def test_nothing_is_promised_and_all_is_free() -> None:
    one = listed([])
    (span,) = one.spans
    assert one.holdings == ()
    assert (span.since, span.until) == (at(0), at(12))
    assert (span.free_units.down, span.free_events.down) == (300 * M, 200 * M)
    assert (one.contract.up, one.share.up, one.office, one.provider) == (500 * M, 300 * M, 60, "PT Contoh Internet")


def test_spans_change_where_a_promise_begins_or_ends_and_are_cut_to_the_period() -> None:
    one = listed([promise("a", 100 * M, -5, 3), promise("b", 20 * M, 3, 30)])
    assert [(span.since, span.until, span.units.up) for span in one.spans] == [
        (at(0), at(3), 100 * M),
        (at(3), at(12), 20 * M),
    ]
    assert [(each.since, each.until) for each in one.holdings] == [(at(-5), at(3)), (at(3), at(30))]


def test_what_is_inside_another_allocation_stands_behind_it_and_is_not_counted() -> None:
    one = listed(
        [
            promise("small", 5),
            promise("inner", 40, within="outer"),
            promise("outer", 100),
            promise("event", 9, kind="event"),
        ]
    )
    assert [(each.commitment.allocation, each.counted) for each in one.holdings] == [
        ("gw/outer", True),
        ("gw/inner", False),
        ("gw/small", True),
        ("gw/event", True),
    ]


def test_a_promise_that_was_replaced_within_the_period_shows_both_parts() -> None:
    one = listed([promise("a", 10, -9, letter="1"), promise("a", 30, 4, 8, letter="2", change="HD-2")])
    assert [(each.commitment.letter, each.since, each.until, each.state) for each in one.holdings] == [
        ("1", at(-9), at(4), "adopted"),
        ("2", at(4), at(8), "planned"),
        ("1", at(8), None, "adopted"),
    ]


def test_what_holds_at_one_moment() -> None:
    held = governing([promise("a", 10), promise("a", 30, 4, 8, letter="2"), promise("e", 1, kind="event")], at(5))
    assert {name: piece.commitment.letter for name, piece in held.items()} == {"gw/a": "2"}


RESERVED = st.lists(
    st.builds(
        lambda first, length, amount: [
            Reservation(
                resource=f"uplink:{UPLINK}:{way}", amount=amount * M, starts_at=at(first), ends_at=at(first + length)
            )
            for way in ("up", "down")
        ],
        st.integers(0, 10),
        st.integers(1, 6),
        st.integers(1, 90),
    ),
    max_size=5,
)


@settings(max_examples=100)
@given(PROMISES, RESERVED, st.integers(0, 5), st.integers(1, 8))
def test_the_list_never_says_other_than_what_refuses(
    units: list[Commitment], reserved: list[list[Reservation]], first: int, length: int
) -> None:
    taken = {f"HD-{number}": held for number, held in enumerate(reserved)}
    events = [one for change, held in taken.items() for one in of_event(change, "BEM", "7", held)]
    since, until = at(first), at(first + length)
    (one,) = availability(SITE, [*units, *events], {}, since, until)
    assert min(span.free_events.down for span in one.spans) == free(SITE, "ISP-A", "down", since, until, taken)
    assert min(span.free_units.up for span in one.spans) == free_share(SITE, "ISP-A", "up", since, until, units)
    assert one.spans[0].since == since and one.spans[-1].until == until
    assert sum((span.until - span.since for span in one.spans), timedelta()) == until - since
