"""Figures out of segments: the same as the plain reference, over many devices at once, with honest gaps and clear errors."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from plain_figures import Reading, cs, plain
from segment_maker import Poll, write

from netops.core.errors import Failed, InputError
from netops.core.measured import Asked, Flaw, Limit, Series, SeriesKind, Unanswered, Watch
from netops.monitoring import readings as reading
from netops.monitoring import segments
from netops.monitoring.figures import evidence, figures
from netops.monitoring.readings import Record
from netops.monitoring.segments import live

EVENING = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)
MORNING = EVENING + timedelta(hours=4)


def series(device: str, name: str = "ether1", kind: SeriesKind = SeriesKind.INTERFACE) -> Series:
    return Series(device=device, kind=kind, name=name)


def asked(one: Series, *limits: Limit, formerly: tuple[Series, ...] = ()) -> Asked:
    return Asked(watch=Watch(series=one, up="in"), limits=limits, formerly=formerly)


def night(rate: int, since: datetime = EVENING, until: datetime = MORNING) -> list[Reading]:
    """A reading every five minutes, seven seconds past, and one on both sides of the period."""
    found, at = [], cs(since) - 29_300
    while at < cs(until) + 30_000:
        n = (at - cs(EVENING) + 29_300) // 30_000
        found.append(
            Reading(at=at, uptime=70_000 + n * 30_000, into=n * rate, out=n * n * rate, speed=10**9, discontinuity=0)
        )
        at += 30_000
    return found


def record(tmp_path: Path) -> Record:
    return Record(roots=(tmp_path / "segments",), scratch=tmp_path)


def store(
    tmp_path: Path, *parts: tuple[Series, Sequence[Reading]], polls: Sequence[Poll] = (), poller: str = "main"
) -> None:
    write(tmp_path / "segments", [(one, row) for one, rows in parts for row in rows], polls, poller)


def test_many_devices_at_once_are_each_the_plain_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ROWS", 120)  # two series at a time
    every = [series(f"sw-{n}", f"ether{m}") for n in range(5) for m in range(3)]
    rows = {one: night(1_000 * (n + 1)) for n, one in enumerate(every)}
    rows[every[4]][20:] = [replace(row, uptime=row.uptime - 600_000) for row in rows[every[4]][20:]]
    store(tmp_path, *rows.items())
    limit = Limit(since=EVENING + timedelta(hours=1), until=None, up=50_000, down=1_000_000)
    office = [(EVENING + timedelta(minutes=30), EVENING + timedelta(minutes=91))]
    wanted = [asked(one, limit) for one in reversed(every)]
    got = figures(record(tmp_path), wanted, EVENING, MORNING, office=office)
    assert [one.watch.series for one in got] == list(reversed(every))
    with_a_stranger = figures(record(tmp_path), [asked(series("ap-1")), *wanted], EVENING, MORNING, office=office)
    assert with_a_stranger[1:] == got, "whoever comes first decides only how many are read together"
    for one in got:
        want = plain(rows[one.watch.series], cs(EVENING), cs(MORNING), [limit], [(cs(a), cs(b)) for a, b in office])
        assert (one.measured, dict(one.flaws)) == (want.measured, want.flaws)
        assert (one.up, one.down, one.office) == (want.up, want.down, want.office)
    assert sum(Flaw.REBOOT in one.flaws or Flaw.LATE in one.flaws for one in got) == 1


def test_a_part_of_the_night_is_cut_out_of_the_days_it_lies_in(tmp_path: Path) -> None:
    rows = night(5_000)
    store(tmp_path, (series("gw"), rows))
    since, until = EVENING + timedelta(minutes=33), MORNING - timedelta(minutes=61)
    (got,) = figures(record(tmp_path), [asked(series("gw"))], since, until)
    want = plain(rows, cs(since), cs(until))
    assert (got.measured, got.up, got.down) == (want.measured, want.up, want.down)
    assert got.measured == got.expected


def test_a_series_without_a_reading_has_nothing_measured_beside_those_that_have(tmp_path: Path) -> None:
    store(tmp_path, (series("gw"), night(5_000)))
    got = figures(record(tmp_path), [asked(series("gw")), asked(series("gone"))], EVENING, MORNING)
    assert got[0].up and got[1].up is None
    assert (got[1].measured, got[1].flaws) == (0, {Flaw.GAP: 1})
    assert figures(record(tmp_path), [], EVENING, MORNING) == ()


def test_a_period_without_data_is_a_gap_with_its_reasons(tmp_path: Path) -> None:
    missed = [EVENING + timedelta(days=1, minutes=n) for n in range(20)]
    polls = [Poll(device="gw", at=at, reason="TimedOut" if n != 7 else "LoginRefused") for n, at in enumerate(missed)]
    polls.insert(4, Poll(device="gw", at=missed[3] + timedelta(seconds=30)))  # one that came, without this series
    polls.append(Poll(device="other", at=missed[0], reason="Unreachable"))
    store(tmp_path, (series("gw"), night(5_000)), polls=polls)
    day = timedelta(days=1)
    got = evidence(record(tmp_path), asked(series("gw")), EVENING + day, MORNING + day)
    assert (got.figures.measured, got.slots, got.figures.down) == (0, (), None)
    assert [lost.flaw for lost in got.lost] == [Flaw.GAP]
    assert got.unanswered == (
        Unanswered(since=missed[0], until=missed[3], reason="TimedOut", count=4),
        Unanswered(since=missed[4], until=missed[6], reason="TimedOut", count=3),
        Unanswered(since=missed[7], until=missed[7], reason="LoginRefused", count=1),
        Unanswered(since=missed[8], until=missed[19], reason="TimedOut", count=12),
    )


def test_no_segments_at_all(tmp_path: Path) -> None:
    (tmp_path / "segments").mkdir()
    (got,) = figures(record(tmp_path), [asked(series("gw"))], EVENING, MORNING)
    assert got.measured == 0
    with pytest.raises(InputError, match="never recorded"):
        evidence(record(tmp_path), asked(series("gw")), EVENING, MORNING)


def test_a_name_that_was_never_recorded_is_no_gap(tmp_path: Path) -> None:
    store(tmp_path, (series("gw-kampus", "ether10"), night(5_000)), (series("gw-kampus", "sfp1"), night(1)))
    with pytest.raises(InputError, match=r"gw-kampus · ether1 .* never recorded") as refused:
        evidence(record(tmp_path), asked(series("gw-kampus")), EVENING, MORNING)
    assert refused.value.hint and "ether10, sfp1" in str(refused.value.hint)
    with pytest.raises(InputError) as refused:
        evidence(record(tmp_path), asked(series("gw-kampis", "ether10")), EVENING, MORNING)
    assert refused.value.hint and "gw-kampus" in str(refused.value.hint)


def test_a_renamed_device_is_followed_by_its_former_name(tmp_path: Path) -> None:
    rows = night(5_000)
    old, new = series("gw-lama"), series("gw-baru")
    missed = [
        Poll(device=name, at=EVENING + timedelta(minutes=n), reason="TimedOut")
        for n, name in enumerate(("gw-lama", "gw-baru"))
    ]
    store(tmp_path, (old, rows[:20]), (new, rows[20:]), polls=missed)
    alone = evidence(record(tmp_path), asked(new), EVENING, MORNING).figures
    assert alone.measured < alone.expected and alone.flaws == {Flaw.GAP: 1}
    found = evidence(record(tmp_path), asked(new, formerly=(old,)), EVENING, MORNING)
    assert [one.count for one in found.unanswered] == [2], "whatever it was called then"
    whole = found.figures
    assert whole.measured == whole.expected and not whole.flaws
    (same,) = figures(record(tmp_path), [asked(new, formerly=(old,))], EVENING, MORNING)
    assert same == whole


def test_a_folder_that_was_copied_beside_costs_no_time(tmp_path: Path) -> None:
    rows = night(5_000)
    store(tmp_path, (series("gw"), rows))
    store(tmp_path, (series("gw"), rows), poller="salinan")
    (got,) = figures(record(tmp_path), [asked(series("gw"))], EVENING, MORNING)
    assert got.measured == got.expected and set(got.flaws) == {Flaw.DOUBLED}
    (one,) = figures(replace(record(tmp_path), pollers=("main",)), [asked(series("gw"))], EVENING, MORNING)
    assert not one.flaws and (one.up, one.down) == (got.up, got.down)


def damage(path: Path) -> None:
    """Whole at both ends, rubbish between: as a bad block leaves it."""
    body = bytearray(path.read_bytes())
    body[64 : len(body) // 2] = b"\xff" * (len(body) // 2 - 64)
    path.write_bytes(bytes(body))


def test_a_segment_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    store(tmp_path, (series("gw"), night(5_000)))
    first = live([tmp_path / "segments"], "samples")[0]
    for spoil in (damage, lambda path: path.write_bytes(b"PAR1 or not"), lambda path: path.write_bytes(b"")):
        spoil(first)
        with pytest.raises(Failed, match=r"2026-11-20\.parquet"):
            figures(record(tmp_path), [asked(series("gw"))], EVENING, MORNING)


def test_a_segment_that_cannot_be_read_is_left_out_where_that_is_wanted(tmp_path: Path) -> None:
    """The night after midnight stands; what the broken day held is a gap, and the caller is told of it once."""
    store(tmp_path, (series("gw"), night(5_000)), (series("sw"), night(7_000)))
    first = live([tmp_path / "segments"], "samples")[0]
    damage(first)
    told: list[str] = []
    both = [asked(series("gw")), asked(series("sw"))]
    for one in figures(record(tmp_path), both, EVENING, MORNING, left_out=lambda path, why: told.append(path.name)):
        assert one.flaws == {Flaw.GAP: 1} and 0 < one.measured < 7200 + 1
    assert told == ["2026-11-20.parquet"]
    found = evidence(record(tmp_path), both[0], EVENING, MORNING, left_out=lambda path, why: told.append(path.name))
    assert found.lost[0].since == EVENING and found.figures.down
    assert len(told) == 2


def test_an_hour_that_is_compacted_meanwhile_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store(tmp_path, (series("gw"), night(5_000)))
    listed = live([tmp_path / "segments"], "samples")
    stale = [(listed[0].with_name("2026-11-20T22.parquet"), *listed[1:])]
    monkeypatch.setattr(segments, "live", lambda *args: stale.pop() if stale else live(*args))
    (got,) = figures(record(tmp_path), [asked(series("gw"))], EVENING, MORNING)
    assert got.measured == got.expected and not stale
