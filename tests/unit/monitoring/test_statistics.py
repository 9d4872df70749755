"""Statistics that do not lie: what an interval is worth, told by example, and equal to a slow, plain reference whatever comes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from plain_figures import Found, Policy, Reading, cs, plain

from netops.core.measured import Asked, Evidence, Figures, Flaw, Limit, Lost, Series, SeriesKind, Watch
from netops.monitoring import statistics
from netops.monitoring.statistics import Period, Readings, Rules, moment_of

MIDNIGHT = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
START = cs(MIDNIGHT)
MINUTE = 6_000
GIGABIT = 1_000_000_000
ETHER1 = Series(device="gw", kind=SeriesKind.INTERFACE, name="ether1")
WATCH = Watch(series=ETHER1, up="in")
ASKED = Asked(watch=WATCH)


def columns(readings: Sequence[Reading]) -> Readings:
    return Readings(
        at=np.array([one.at for one in readings], dtype=np.int64),
        uptime=np.array([one.uptime for one in readings], dtype=np.int64),
        in_octets=np.array([one.into for one in readings], dtype=np.uint64),
        out_octets=np.array([one.out for one in readings], dtype=np.uint64),
        bits=np.array([one.bits for one in readings], dtype=np.uint8),
        speed=np.array([one.speed or 0 for one in readings], dtype=np.int64),
        up=np.array([one.up for one in readings], dtype=np.bool_),
        discontinuity=np.array(
            [-1 if one.discontinuity is None else one.discontinuity for one in readings], dtype=np.int64
        ),
    ).in_order()


def judged(*readings: Reading) -> list[Flaw | None]:
    found = statistics.judge(columns(readings), Rules()).flaw.tolist()
    return [None if place < 0 else statistics.ORDER[place] for place in found]


def shown(readings: Sequence[Reading], minutes: int = 60, asked: Asked = ASKED, points: int = 720) -> Evidence:
    period = Period(MIDNIGHT, MIDNIGHT + timedelta(minutes=minutes))
    return statistics.evidence(columns(readings), asked, period, Rules(), points)


def steady(minutes: int, rate: int = 8_000_000) -> list[Reading]:
    """A reading a minute for so long, at bit/s down; up a tenth of it."""
    per_minute = rate * 60 // 8
    return [
        Reading(
            at=START + n * MINUTE,
            uptime=500_000 + n * MINUTE,
            into=n * per_minute // 10,
            out=n * per_minute,
            speed=GIGABIT,
        )
        for n in range(minutes + 1)
    ]


# ── an interval is judged by its two readings alone ──────────────────────────────────────────────────────────────

A = Reading(at=START, uptime=500_000, into=1_000_000, out=5_000_000, speed=GIGABIT)
B = Reading(at=START + MINUTE, uptime=506_000, into=2_000_000, out=9_000_000, speed=GIGABIT)


def test_an_ordinary_interval_is_valid() -> None:
    assert judged(A, B) == [None]


def test_a_restart_is_an_uptime_that_went_back_to_less_than_the_time_between() -> None:
    assert judged(A, replace(B, uptime=2_000)) == [Flaw.REBOOT]
    assert judged(A, replace(B, uptime=2_000, at=A.at + 100 * MINUTE)) == [Flaw.REBOOT], "and says why there is a gap"


def test_sysuptime_goes_round_after_497_days_and_that_is_no_restart() -> None:
    before = replace(A, uptime=2**32 - 2_000)
    assert judged(before, replace(B, uptime=4_000)) == [None]
    assert judged(before, replace(B, uptime=1_000)) == [Flaw.REBOOT], "30 s by its clock, 60 s by ours"


def test_an_uptime_that_went_back_by_a_little_is_an_old_answer() -> None:
    assert judged(A, replace(B, uptime=499_000)) == [Flaw.LATE]


def test_the_same_answer_twice_is_no_interval() -> None:
    assert judged(A, A, B) == [Flaw.DOUBLED, None], "a row that is there twice costs no time"
    assert judged(A, replace(A, at=A.at + MINUTE)) == [Flaw.DOUBLED]


def test_clocks_that_disagree_leave_no_rate() -> None:
    assert judged(A, replace(B, uptime=506_499)) == [None], "2 s and 5 % of 60 s are nothing"
    assert judged(A, replace(B, uptime=506_501)) == [Flaw.CLOCK]
    assert judged(A, replace(B, at=B.at + 3_600 * 100)) == [Flaw.CLOCK], "ours was set forward: no reading is missing"
    assert judged(A, replace(B, at=A.at + 1)) == [Flaw.CLOCK], "ours was set back"


def test_a_gap_is_longer_than_the_policy_by_both_clocks() -> None:
    assert judged(A, replace(B, at=A.at + 45_000, uptime=A.uptime + 45_000)) == [None]
    assert judged(A, replace(B, at=A.at + 45_001, uptime=A.uptime + 45_001)) == [Flaw.GAP]


def test_a_counter_that_went_back_was_reset() -> None:
    assert judged(A, replace(B, into=999_999)) == [Flaw.RESET]
    assert judged(A, replace(B, out=0)) == [Flaw.RESET]


def test_a_discontinuity_that_the_agent_tells_is_a_reset_even_if_counters_grew() -> None:
    told = replace(A, discontinuity=100)
    assert judged(told, replace(B, discontinuity=100)) == [None]
    assert judged(told, replace(B, discontinuity=503_000)) == [Flaw.RESET]
    assert judged(A, replace(B, discontinuity=503_000)) == [None], "not told before: not known to differ"


def test_counters_of_another_width_are_other_counters() -> None:
    assert judged(replace(A, bits=32), B) == [Flaw.RESET]


NARROW = replace(A, bits=32, speed=100_000_000, into=2**32 - 100, out=0)


def test_a_32_bit_counter_goes_round_once_and_is_still_known() -> None:
    after = replace(B, bits=32, speed=100_000_000, into=499_900, out=0)
    assert judged(NARROW, after) == [None], "500,000 octets: 100 Mbit/s cannot go round twice in a minute"
    assert shown([NARROW, after]).figures.measured == 60


def test_a_32_bit_counter_that_may_have_gone_round_more_often_is_no_evidence() -> None:
    fast = replace(NARROW, speed=GIGABIT, into=0)
    assert judged(fast, replace(fast, at=B.at, uptime=B.uptime, into=500_000)) == [Flaw.WRAP], (
        "7.5 GB fit into a minute"
    )
    just = GIGABIT // 8 * 65 - 2**32  # once more round is exactly what fits
    assert judged(fast, replace(fast, at=B.at, uptime=B.uptime, into=just, out=just)) == [Flaw.WRAP]
    assert judged(fast, replace(fast, at=B.at, uptime=B.uptime, into=just + 1, out=just + 1)) == [None]
    silent = replace(NARROW, speed=None, into=0)
    assert judged(silent, replace(silent, at=B.at, uptime=B.uptime)) == [Flaw.WRAP], "nobody knows its speed"


def test_a_32_bit_counter_that_cannot_have_gone_round_was_reset() -> None:
    slow = replace(NARROW, speed=10_000_000, into=2**31)
    assert judged(slow, replace(slow, at=B.at, uptime=B.uptime, into=0)) == [Flaw.RESET]


def test_more_than_the_port_carries_is_impossible() -> None:
    most = GIGABIT // 8 * 65  # 60 s, 5 % and 2 s more: agents answer from counters read a moment before
    assert judged(A, replace(B, out=A.out + most)) == [None]
    assert judged(A, replace(B, out=A.out + most + 1)) == [Flaw.IMPOSSIBLE]
    assert judged(replace(A, speed=None), replace(B, speed=None, out=2**63)) == [Flaw.IMPOSSIBLE], (
        "whatever the port is"
    )
    assert judged(replace(A, into=0), replace(B, into=2**64 - 1)) == [Flaw.IMPOSSIBLE]


# ── what they come to ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_steady_hour() -> None:
    found = shown(steady(60))
    figures = found.figures
    assert (figures.expected, figures.measured, figures.flaws) == (3600, 3600, {})
    assert figures.down and figures.up
    assert (figures.down.average, figures.down.maximum, figures.down.p95) == (8_000_000,) * 3
    assert (figures.up.average, figures.up.volume) == (800_000, 360_000_000)
    assert [slot.measured for slot in found.slots] == [300] * 12
    assert found.slots[1].at == MIDNIGHT + timedelta(minutes=5)


def test_which_way_is_up_is_the_watchs_matter() -> None:
    turned = shown(steady(60), asked=Asked(watch=replace(WATCH, up="out"))).figures
    assert turned.up and turned.down and (turned.up.average, turned.down.average) == (8_000_000, 800_000)


def test_a_queue_tree_row_has_one_direction() -> None:
    for way, other in (("out", "in"), ("in", "out")):
        tree = replace(ETHER1, kind=SeriesKind.TREE)
        found = shown(steady(60), asked=Asked(watch=Watch(series=tree, up="in" if way == "in" else "out"))).figures
        seen, absent = (found.up, found.down) if way == "out" else (found.down, found.up)
        assert seen and seen.average == 8_000_000 and absent is None, other


def test_an_invalid_interval_is_counted_and_never_filled() -> None:
    readings = steady(60)
    readings[30:] = [replace(one, into=one.into + 10**15, out=one.out + 10**15) for one in readings[30:]]
    found = shown(readings)
    assert found.figures.flaws == {Flaw.IMPOSSIBLE: 1}
    assert found.figures.measured == 3540
    assert found.figures.down and found.figures.down.volume == 59 * 60_000_000
    assert found.figures.down.maximum == 8_000_000
    at = MIDNIGHT + timedelta(minutes=29)
    assert found.lost == (Lost(since=at, until=at + timedelta(minutes=1), flaw=Flaw.IMPOSSIBLE, count=1),)
    assert found.slots[5].measured == 240


def test_five_minutes_of_which_less_than_half_was_measured_are_no_average() -> None:
    readings = steady(60)
    kept = [one for n, one in enumerate(readings) if not 12 < n < 21]  # 00:12 to 00:21
    found = shown(kept)
    assert [slot.at.minute for slot in found.slots] == [0, 5, 20, *range(25, 60, 5)]
    assert found.figures.measured == 51 * 60
    assert found.lost[0].until - found.lost[0].since == timedelta(minutes=9)


def test_the_95th_percentile_is_the_nearest_rank() -> None:
    """Of 100 averages 1 … 100 Mbit/s the 95th; of 20 the 19th."""
    for slots, rank in ((100, 95), (20, 19), (19, 19), (1, 1), (41, 39)):
        total, readings = 0, [Reading(at=START, uptime=0, into=0, out=0)]
        for n in range(1, slots + 1):
            total += n * 1_000_000 * 300 // 8
            readings.append(Reading(at=START + n * 30_000, uptime=n * 30_000, into=0, out=total))
        down = shown(readings, minutes=5 * slots).figures.down
        assert down and (down.p95, down.maximum) == (rank * 1_000_000, slots * 1_000_000)


def test_the_rate_goes_by_the_devices_clock_and_the_place_by_ours() -> None:
    """A device whose clock runs 1 % slow sends 1 % more a second of its own."""
    readings = [replace(one, uptime=500_000 + n * 5_940) for n, one in enumerate(steady(60))]
    down = shown(readings).figures.down
    assert down and down.average == 8_000_000 * 100 // 99 and down.volume == 60 * 60_000_000


def test_limits_change_within_the_period_and_each_stretch_is_judged_by_its_own() -> None:
    half = MIDNIGHT + timedelta(minutes=30)
    small = Limit(since=MIDNIGHT - timedelta(days=9), until=half, up=10_000_000, down=8_000_000)
    large = Limit(since=half, until=None, up=10_000_000, down=20_000_000)
    down = shown(steady(60), asked=Asked(watch=WATCH, limits=(small, large))).figures.down
    assert down and (down.over_80, down.at_limit) == (1800, 1800)
    assert down.utilisation == 8_000_000 * 2 * 1000 // 28_000_000
    only = shown(steady(60), asked=Asked(watch=WATCH, limits=(large,))).figures
    assert only.down and (only.down.over_80, only.down.utilisation) == (0, 400), "before it no limit is known"
    none = shown(steady(60)).figures.down
    assert none and (none.over_80, none.at_limit, none.utilisation) == (None, None, None)


def test_two_limits_at_one_moment_are_refused() -> None:
    one = Limit(since=MIDNIGHT, until=None, up=1, down=1)
    with pytest.raises(ValueError, match="overlap"):
        shown(steady(5), asked=Asked(watch=WATCH, limits=(one, replace(one, since=MIDNIGHT + timedelta(minutes=7)))))


def test_working_hours_stand_apart() -> None:
    readings = steady(30) + [
        replace(
            one, at=one.at + 31 * MINUTE, uptime=one.uptime + 31 * MINUTE, out=one.out + 10**10, into=one.into + 10**9
        )
        for one in steady(29, rate=80_000_000)
    ]
    office = [(MIDNIGHT + timedelta(minutes=35), MIDNIGHT + timedelta(minutes=50))]
    period = Period(MIDNIGHT, MIDNIGHT + timedelta(hours=1), office)
    found = statistics.figures(columns(readings), Asked(watch=WATCH), period, Rules())
    assert found.office and found.office[1] and found.down
    assert (found.office[1].average, found.office[1].volume) == (80_000_000, 15 * 600_000_000)
    assert found.down.average < 80_000_000
    holiday = Period(period.since, period.until, [])
    assert statistics.figures(columns(readings), Asked(watch=WATCH), holiday, Rules()).office == (None, None)


def test_nothing_measured_is_one_gap_and_no_figure() -> None:
    found = shown([])
    assert (found.figures.measured, found.figures.flaws) == (0, {Flaw.GAP: 1})
    assert found.figures.up is None and found.figures.down is None and found.slots == () and found.points == ()
    assert found.lost == (Lost(since=MIDNIGHT, until=MIDNIGHT + timedelta(hours=1), flaw=Flaw.GAP, count=1),)


def test_time_before_the_first_and_after_the_last_reading_is_a_gap() -> None:
    found = shown([one for n, one in enumerate(steady(60)) if 20 <= n <= 40])
    assert found.figures.flaws == {Flaw.GAP: 2} and found.figures.measured == 1200
    assert [(lost.since.minute, lost.until.minute) for lost in found.lost] == [(0, 20), (40, 0)]


def test_when_the_interface_was_down_is_told() -> None:
    readings = [replace(one, up=not 10 <= n < 15) for n, one in enumerate(steady(60))]
    assert shown(readings).outages == ((MIDNIGHT + timedelta(minutes=10), MIDNIGHT + timedelta(minutes=15)),)
    assert shown([replace(one, up=False) for one in steady(60)]).outages == ((MIDNIGHT, MIDNIGHT + timedelta(hours=1)),)


def test_a_chart_has_few_points_and_keeps_the_peak() -> None:
    readings = steady(600)
    readings[300:] = [replace(one, out=one.out + 5 * 10**9) for one in readings[300:]]
    found = shown(readings, minutes=600, points=20)
    assert len(found.points) == 20 and {point.seconds for point in found.points} == {1800}
    assert found.figures.down and max(point.down_max for point in found.points) == found.figures.down.maximum
    assert sum(point.measured for point in found.points) == found.figures.measured
    assert len(shown(readings, minutes=600, points=7).points) <= 7


def test_moments_are_kept_to_a_hundredth() -> None:
    assert moment_of(START + 1) == MIDNIGHT + timedelta(milliseconds=10)


@pytest.mark.parametrize("rules", [{"gap": 0}, {"gap": 901}, {"drift": 11}, {"standing": 301}, {"slack": -1}])
def test_rules_out_of_bounds_are_refused(rules: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="out of bounds"):
        Rules(**rules)


# ── whatever comes, the same as the plain reference ──────────────────────────────────────────────────────────────

STEPS = st.sampled_from(
    [
        "on",
        "on",
        "on",
        "on",
        "on",
        "doubled",
        "same",
        "reboot",
        "late",
        "clock",
        "reset",
        "wrap",
        "jump",
        "gap",
        "new",
        "width",
        "speed",
        "down",
        "round",
    ]
)


@st.composite
def adversarial(draw: st.DrawFn) -> list[Reading]:
    """A device that is read now and then, and does whatever devices have been seen to do."""
    bits = draw(st.sampled_from([64, 64, 32]))
    last = Reading(
        at=START + draw(st.integers(-90_000, 60_000)),
        uptime=draw(st.sampled_from([0, 100, 10**6, 2**31, 2**32 - 20_000, 2**32 - 1])),
        into=draw(st.sampled_from([0, 2**32 - 10**6, 2**40])) % 2**bits,
        out=draw(st.integers(0, 2**32 - 1)),
        bits=bits,
        speed=draw(st.sampled_from([None, 10_000_000, 100_000_000, GIGABIT, 10**12])),
        discontinuity=draw(st.sampled_from([None, 0, 100])),
    )
    found = [last]
    for step in draw(st.lists(STEPS, max_size=25)):
        wall = draw(st.integers(1, 48_000))
        ticks = max(0, wall + draw(st.integers(-900, 900)))
        rate = draw(st.sampled_from([0, 1, 10**4, 10**7, 12 * 10**6]))
        at, uptime = last.at + wall, (last.uptime + ticks) % 2**32
        into, out = last.into + wall * rate // 100, last.out + wall * rate // 300 + draw(st.integers(0, 99))
        width = 2**last.bits
        last = replace(last, at=at, uptime=uptime, into=into % width, out=out % width)
        match step:
            case "doubled":
                last = found[-1]
            case "same":
                last = replace(found[-1], at=at)
            case "reboot":
                last = replace(last, uptime=draw(st.integers(0, wall)), into=draw(st.integers(0, 10**6)), out=0)
            case "late":
                last = replace(last, uptime=max(0, found[-1].uptime - draw(st.integers(0, 10**5))))
            case "clock":
                last = replace(last, at=max(0, at + draw(st.integers(-400_000, 400_000))))
            case "reset":
                last = replace(last, into=draw(st.integers(0, 1000)))
            case "wrap":
                last = replace(last, out=draw(st.integers(0, width - 1)))
            case "jump":
                last = replace(last, into=(last.into + draw(st.integers(0, 2**63))) % width)
            case "gap":
                more = draw(st.integers(0, 500_000))
                last = replace(last, at=at + more, uptime=(uptime + more) % 2**32)
            case "new":
                last = replace(last, discontinuity=draw(st.sampled_from([None, 0, uptime])))
            case "width":
                last = replace(last, bits=96 - last.bits, into=last.into % 2**32, out=last.out % 2**32)
            case "speed":
                last = replace(last, speed=draw(st.sampled_from([None, 10_000_000, GIGABIT])))
            case "down":
                last = replace(last, up=not last.up)
            case "round":
                last = replace(last, uptime=draw(st.integers(0, 2**32 - 1)))
        found.append(last)
    return draw(st.permutations(found)) if draw(st.booleans()) else found


MOMENTS = st.integers(-30, 200).map(lambda minutes: MIDNIGHT + timedelta(minutes=minutes)) | st.integers(
    0, 9_000_000
).map(lambda ms: MIDNIGHT + timedelta(milliseconds=ms))


@st.composite
def several_limits(draw: st.DrawFn) -> tuple[Limit, ...]:
    edges = sorted(set(draw(st.lists(MOMENTS, max_size=4))))
    rates = st.sampled_from([0, 1, 1_000_000, 96_000_000])
    ends: list[datetime | None] = [*edges[1:], draw(st.sampled_from([None, MIDNIGHT + timedelta(days=9)]))]
    found = [
        Limit(since=a, until=b, up=draw(rates), down=draw(rates)) for a, b in zip(edges, ends, strict=False) if edges
    ]
    return tuple(one for one in found if draw(st.integers(0, 3)))


SPANS = st.lists(st.tuples(MOMENTS, MOMENTS).map(lambda pair: (min(pair), max(pair))), max_size=3)


@settings(max_examples=400)
@given(
    adversarial(),
    st.integers(0, 2_000_000),
    st.integers(1, 1_500_000),
    several_limits(),
    st.none() | SPANS,
    st.sampled_from(["in", "out"]),
    st.sampled_from([Rules(), Rules(gap=60), Rules(gap=900, drift=10, slack=60, standing=1), Rules(standing=300)]),
)
def test_the_figures_are_those_of_the_plain_reference(
    readings: list[Reading],
    offset: int,
    length: int,
    limits: tuple[Limit, ...],
    office: list[tuple[datetime, datetime]] | None,
    up: str,
    rules: Rules,
) -> None:
    since, until = START + offset, START + offset + length
    period = Period(moment_of(since), moment_of(until), office)
    asked = Asked(watch=replace(WATCH, up="in" if up == "in" else "out"), limits=limits)
    got = statistics.evidence(columns(readings), asked, period, rules, 720)
    want = plain(
        readings,
        since,
        until,
        limits,
        None if office is None else [(cs(a), cs(b)) for a, b in office],
        up == "in",
        Policy(gap=rules.gap, drift=rules.drift, slack=rules.slack, standing=rules.standing),
    )
    same(got, want)
    assert got.figures == statistics.figures(columns(readings), asked, period, rules)
    accounted(got)


def same(got: Evidence, want: Found) -> None:
    figures: Figures = got.figures
    assert dict(figures.flaws) == want.flaws
    assert figures.measured == want.measured
    assert (figures.up, figures.down) == (want.up, want.down)
    assert figures.office == want.office
    assert [(cs(slot.at), slot.up, slot.down, slot.measured) for slot in got.slots] == want.slots


def accounted(got: Evidence) -> None:
    """What the report lists as lost is what it counts, in order, and a chart never shows less than the maximum."""
    assert sum(lost.count for lost in got.lost) == sum(got.figures.flaws.values())
    assert list(got.lost) == sorted(got.lost, key=lambda lost: (lost.since, lost.until))
    lost = sum((one.until - one.since).total_seconds() for one in got.lost)
    assert got.figures.measured <= got.figures.expected and lost + got.figures.measured <= got.figures.expected + 1
    if got.figures.up and got.figures.down:
        assert max(point.up_max for point in got.points) == got.figures.up.maximum
        assert max(point.down_max for point in got.points) == got.figures.down.maximum
