"""What units are promised on an uplink: over time against a plain look at every hour, and by named cases."""

from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from planning_sample import sites

from netops.core.canonical import dump
from netops.core.errors import NoCapacity
from netops.core.measured import Commitment
from netops.core.model import Event, Recorded, Reservation
from netops.planning.capacity import Way
from netops.planning.commitments import (
    adopted,
    first_fit,
    free_share,
    highest,
    in_force,
    level,
    of_event,
    on_uplink,
    overrun,
    require_share,
    steps,
    uplink_key,
)

START = datetime(2026, 12, 1, tzinfo=UTC)
SITE = sites().site("kampus")  # ISP-A: 500M both ways, 60 % for the office: 300M
UPLINK = uplink_key("kampus", "ISP-A")
M = 1_000_000
Kind = Literal["permanent", "temporary", "event"]


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def promise(
    queue: str,
    rate: int,
    first: float = 0,
    last: float | None = None,
    *,
    unit: str = "Fakultas A",
    letter: str = "12/2026",
    kind: Kind | None = None,
    within: str = "",
    change: str = "",
    uplink: str = UPLINK,
) -> Commitment:
    """A rate both ways in [first, last) hours."""
    return Commitment(
        allocation=f"gw/{queue}",
        unit=unit,
        letter=letter,
        uplink=uplink,
        up=rate,
        down=rate,
        since=at(first),
        until=None if last is None else at(last),
        kind=kind or ("permanent" if last is None else "temporary"),
        change=change,
        within=f"gw/{within}" if within else "",
    )


# ── against a plain reference ────────────────────────────────────────────────────────────────────────────────────

HOURS = 12
PROMISES = st.lists(
    st.builds(
        lambda queue, rate, first, length, within: promise(
            queue, rate, first, None if length is None else first + length, within=within if within != queue else ""
        ),
        st.sampled_from("abc"),
        st.integers(0, 9),
        st.integers(0, HOURS),
        st.none() | st.integers(1, HOURS),
        st.sampled_from(["", "", "a"]),
    ),
    max_size=10,
)


def plain(commitments: list[Commitment], moment: datetime) -> int:
    """Look at each allocation: who holds it now, and whether what it is a part of holds too."""
    holder: dict[str, Commitment] = {}
    for one in commitments:  # in the order of the log
        before = holder.get(one.allocation)
        here = one.since <= moment and (one.until is None or moment < one.until)
        if here and (before is None or one.since >= before.since):
            holder[one.allocation] = one
    return sum(one.down for one in holder.values() if one.within not in holder)


@settings(max_examples=200)
@given(PROMISES)
def test_the_level_agrees_with_looking_at_every_half_hour(commitments: list[Commitment]) -> None:
    over = steps(commitments, UPLINK)
    for half in range(-2, 4 * HOURS + 2):
        moment = at(half / 2)
        assert level(over, moment, "down") == level(over, moment, "up") == plain(commitments, moment)


@settings(max_examples=100)
@given(PROMISES, st.integers(0, HOURS), st.none() | st.integers(0, HOURS))
def test_the_highest_agrees_too(commitments: list[Commitment], first: int, length: int | None) -> None:
    last = 2 * HOURS + 2 if length is None else first + length
    seen = [plain(commitments, at(half / 2)) for half in range(2 * first, 2 * last)]
    until = None if length is None else at(last)
    assert highest(steps(commitments, UPLINK), at(first), until, "down") == max(seen, default=0)


@settings(max_examples=100)
@given(PROMISES, st.integers(1, 12), st.integers(0, HOURS), st.none() | st.integers(1, 6))
def test_the_first_date_that_fits_is_the_first(
    commitments: list[Commitment], rate: int, first: int, length: int | None
) -> None:
    site = SITE.model_copy(
        update={"uplinks": {"ISP-A": SITE.uplinks["ISP-A"].model_copy(update={"down": 20, "up": 20})}}
    )  # the office's share is 12

    def fits(start: float) -> bool:
        wish = promise("a", rate, start, None if length is None else start + length, change="wish")
        last = 3 * HOURS if length is None else start + length
        times = [at(start + half / 2) for half in range(int(2 * (last - start)))]
        before = [plain(commitments, moment) for moment in times]
        after = [plain([*commitments, wish], moment) for moment in times]
        return all(now <= 12 or now <= was for was, now in zip(before, after, strict=True))

    wish = promise("a", rate, first, None if length is None else first + length, change="wish")
    slow = next((at(half / 2) for half in range(2 * first, 5 * HOURS) if fits(half / 2)), None)
    assert first_fit(site, wish, commitments) == slow
    assert (overrun(site, wish, commitments) is None) == fits(first)


# ── cases that have a name ───────────────────────────────────────────────────────────────────────────────────────


def test_a_temporary_one_falls_back_to_what_was_there_before() -> None:
    over = steps([promise("a", 10), promise("a", 30, 5, 8)], UPLINK)
    assert [(step.at, step.down) for step in over] == [(at(0), 10), (at(5), 30), (at(8), 10)]


def test_of_two_that_start_together_the_one_recorded_later_counts() -> None:
    (piece,) = in_force([promise("a", 10, letter="1"), promise("a", 20, letter="2")])
    assert piece.commitment.letter == "2"


def test_what_is_within_a_promised_parent_comes_out_of_that() -> None:
    commitments = [promise("parent", 100, 2, 6), promise("child", 40, 0, 8, within="parent")]
    assert [(s.at, s.down) for s in steps(commitments, UPLINK)] == [(at(0), 40), (at(2), 100), (at(6), 40), (at(8), 0)]
    assert [(p.since, p.until) for p in on_uplink(commitments, UPLINK) if p.commitment.within] == [
        (at(0), at(2)),
        (at(6), at(8)),
    ]


def test_events_and_other_uplinks_do_not_count_into_the_offices_share() -> None:
    others = [promise("x", 70, kind="event"), promise("y", 80, uplink=uplink_key("kampus-lama", "ISP-A"))]
    assert free_share(SITE, "ISP-A", "down", at(0), None, [promise("a", 100 * M), *others]) == 200 * M


def test_what_is_free_over_a_period_is_what_is_free_at_its_worst_moment() -> None:
    commitments = [promise("a", 100 * M), promise("b", 150 * M, 4, 6)]
    assert free_share(SITE, "ISP-A", "up", at(0), at(4), commitments) == 200 * M
    assert free_share(SITE, "ISP-A", "up", at(0), at(5), commitments) == 50 * M
    assert free_share(SITE, "ISP-A", "up", at(6), None, commitments) == 200 * M


def test_a_wish_replaces_what_its_allocation_held() -> None:
    held = [promise("a", 250 * M), promise("b", 50 * M)]
    assert overrun(SITE, promise("a", 250 * M, 3, change="wish"), held) is None
    over = overrun(SITE, promise("a", 251 * M, 3, change="wish"), held)
    assert over is not None
    assert (over.at, over.way, over.others, over.level, over.share) == (at(3), "down", 300 * M, 301 * M, 300 * M)


def test_who_asks_for_less_is_never_refused_although_too_much_is_promised_already() -> None:
    held = [promise("a", 250 * M), promise("b", 150 * M)]
    assert overrun(SITE, promise("b", 120 * M, 3, change="wish"), held) is None
    assert overrun(SITE, promise("b", 151 * M, 3, change="wish"), held) is not None


def test_planning_again_leaves_out_what_the_same_change_held() -> None:
    held = [promise("a", 100 * M), promise("b", 200 * M, change="HD-1")]
    assert overrun(SITE, promise("b", 200 * M, change="HD-1"), held) is None


def test_each_way_is_its_own() -> None:
    narrow = SITE.model_copy(update={"uplinks": {"ISP-A": SITE.uplinks["ISP-A"].model_copy(update={"up": 50 * M})}})
    wish = replace(promise("a", 100 * M, change="wish"), up=31 * M)
    over = overrun(narrow, wish, [])
    assert over is not None and (over.way, over.share) == ("up", 30 * M)


def test_a_wish_that_does_not_fit_is_refused_with_who_holds_what_and_when_it_fits() -> None:
    held = [
        promise("a", 180 * M, unit="Fakultas Sains", letter="B-12/2026"),
        promise("b", 100 * M, 0, 31 * 24, unit="Perpustakaan", letter=""),
    ]
    wish = promise("c", 60 * M, 24, unit="Rektorat", change="wish")
    with pytest.raises(NoCapacity) as caught:
        require_share(SITE, wish, held)
    assert caught.value.describe("en") == (
        "ISP-A at kampus does not suffice (down) on Wednesday, 2 December 2026, 07:00 WIB: 60 Mbps asked, 60 Mbps more, "
        "20 Mbps free of the office's share of 300 Mbps (contract 500 Mbps); promised 280 Mbps: Fakultas Sains 180 Mbps "
        "(letter B-12/2026), Perpustakaan 100 Mbps (no letter)\n"
        "It fits from Friday, 1 January 2027, 07:00 WIB; see `netops capacity show`."
    )
    assert "surat B-12/2026" in caught.value.describe("id")


def test_a_wish_that_never_fits_is_told_how_much_would() -> None:
    many = [promise(f"q{number}", 30 * M, unit=f"Unit {number}") for number in range(9)]
    with pytest.raises(NoCapacity) as caught:
        require_share(SITE, promise("c", 60 * M, change="wish"), many)
    said = caught.value.describe("en")
    assert "3 others 90 Mbps" in said and "at most 30 Mbps more" in said


# ── what the log says ────────────────────────────────────────────────────────────────────────────────────────────


def logged(*rounds: list[Commitment]) -> list[Recorded]:
    events = [
        Event(kind="capacity.adopted", change="", at=START, actor="op", data={"commitments": dump(tuple(one))})
        for one in rounds
    ]
    return [Recorded(seq=seq, leaf="", event=event) for seq, event in enumerate(events)]


def test_a_later_adoption_corrects_an_earlier_one() -> None:
    events = logged([promise("a", 10), promise("b", 20)], [promise("a", 15, letter="13/2026")])
    assert adopted(events) == (promise("a", 15, letter="13/2026"), promise("b", 20))


@pytest.mark.parametrize("way", ["up", "down"])
def test_an_event_holds_what_its_plan_reserved(way: Way) -> None:
    reserved = [
        Reservation(resource="vlan:kampus:210", amount=1, starts_at=at(1), ends_at=at(3)),
        Reservation(resource="uplink:kampus/ISP-A:down", amount=50, starts_at=at(1), ends_at=at(3)),
        Reservation(resource="uplink:kampus/ISP-A:up", amount=20, starts_at=at(1), ends_at=at(3)),
    ]
    (one,) = of_event("HD-1", "BEM", "7/2026", reserved)
    assert (one.uplink, one.up, one.down, one.since, one.until) == (UPLINK, 20, 50, at(1), at(3))
    assert (one.kind, one.allocation, one.change, one.letter) == ("event", "event/HD-1", "HD-1", "7/2026")
    assert highest(steps([one], UPLINK), at(0), None, way) == 0
