"""`netops capacity show`: the log's commitments with their letters, as table and picture, whatever the names look like."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from life_desk import NOON, LifeDesk, open_life_desk
from msgspec.structs import replace

from netops.actions import allocating
from netops.actions.availability_table import say_listing, say_pair
from netops.cli.main import main
from netops.core.canonical import dump
from netops.core.errors import InputError
from netops.core.measured import Commitment, Figures, Flow, Series, SeriesKind, Watch
from netops.core.units import RatePair
from netops.filing import record
from netops.papers.availability import availability_svg
from netops.planning.commitments import uplink_key

M = 1_000_000
DAY = timedelta(days=1)


def allocated(queue: str, unit: str, letter: str, up: int, down: int, **more: object) -> Commitment:
    made = Commitment(
        allocation=f"gw-kampus/{queue}", unit=unit, letter=letter, uplink=uplink_key("kampus", "ISP-A"), up=up * M,
        down=down * M, since=NOON - 90 * DAY, until=None, kind="permanent", change="",
    )  # fmt: skip
    return replace(made, **more)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LifeDesk]:
    with open_life_desk(tmp_path) as made:
        rows = (
            allocated("perpus", "Perpustakaan", "B-301/2026", 20, 40),
            allocated("sains", "Fakultas Sains", "", 40, 80),
            allocated("lab", "Laboratorium", "B-77", 10, 20, within="gw-kampus/sains"),
        )
        record(made.app, "capacity.adopted", "", commitments=dump(rows))
        yield made


def test_the_list_names_everybody_with_their_letter_and_what_is_left(desk: LifeDesk) -> None:
    said = say_listing(allocating.listing(desk.app), "id", 200)
    assert re.search(r"Perpustakaan +B-301/2026 +20 Mbps/40 Mbps|Perpustakaan +B-301/2026 +20/40 Mbps", said)
    assert re.search(r"Fakultas Sains +tanpa surat +40/80 Mbps +tetap sejak 22-08-2026 +belum diukur", said)
    assert "· Laboratorium" in said, "what is inside another allocation is marked"
    assert re.search(r"60/120 Mbps +240/180 Mbps +200 Mbps", said)
    assert "kampus-lama · ISP-B" in said and "belum ada yang dijanjikan" in said


def test_an_event_stands_in_the_list_with_its_letter_and_dates_until_it_is_cancelled(desk: LifeDesk) -> None:
    filed = desk.filed("HD-1", hours=48)
    desk.plan(filed, "uplink:kampus/ISP-A:down", "uplink:kampus/ISP-A:up")
    (event,) = (one for one in allocating.listing(desk.app).uplinks[0].holdings if one.commitment.kind == "event")
    assert (event.commitment.letter, event.commitment.unit) == (filed.request.letter.number, filed.request.unit)
    assert event.state == "planned" and event.until is not None
    record(desk.app, "request.cancelled", filed.change, reason="x")
    assert not [one for one in allocating.listing(desk.app).uplinks[0].holdings if one.commitment.kind == "event"]


def test_an_event_that_is_over_held_its_bandwidth_until_it_ended(desk: LifeDesk) -> None:
    filed = desk.filed("HD-1", hours=1)
    desk.plan(filed, "uplink:kampus/ISP-A:down", "uplink:kampus/ISP-A:up")
    record(desk.app, "change.started", filed.change, plan="sha256:p")
    desk.clock.move(3 * 3600)
    record(desk.app, "change.ended", filed.change, leftovers=[])
    then = allocating.listing(desk.app, "kampus", since="2026-11-20", until="2026-11-20")
    (event,) = (one for one in then.uplinks[0].holdings if one.commitment.kind == "event")
    assert (event.state, event.until) == ("ended", NOON + timedelta(hours=3))
    assert not [one for one in allocating.listing(desk.app).uplinks[0].holdings if one.commitment.kind == "event"]


@pytest.mark.parametrize(
    ("asked", "since", "until"),
    [
        ({}, NOON, NOON + 30 * DAY),
        ({"at": "2026-12-01 09:00"}, NOON.replace(month=12, day=1, hour=2), None),
        ({"since": "2026-12-01", "until": "2026-12-31"}, NOON.replace(day=30, hour=17), NOON.replace(month=12, day=31, hour=17)),
        ({"since": "1 Des 2026 08.00"}, NOON.replace(month=12, day=1, hour=1), NOON.replace(month=12, day=31, hour=1)),
    ],
)  # fmt: skip
def test_the_period_is_what_people_type(desk: LifeDesk, asked: dict[str, str], since: object, until: object) -> None:
    found = allocating.listing(desk.app, "kampus", **asked)
    assert found.since == since and (until is None or found.until == until)
    assert [one.uplink for one in found.uplinks] == ["ISP-A"]


@pytest.mark.parametrize(
    "asked",
    [
        {"site": "mars"},
        {"at": "kapan-kapan"},
        {"since": "2026-13-40"},
        {"since": "2026-12-02", "until": "2026-12-01"},
        {"at": "2026-12-01", "until": "2026-12-02"},
    ],
)
def test_what_is_no_site_or_no_time_is_refused(desk: LifeDesk, asked: dict[str, str]) -> None:
    with pytest.raises(InputError):
        allocating.listing(desk.app, **asked)


def test_a_narrow_terminal_cuts_names_and_never_figures(desk: LifeDesk) -> None:
    record(desk.app, "capacity.adopted", "", commitments=dump((allocated("x", "U" * 90, "L" * 60, 1, 2),)))
    found = allocating.listing(desk.app, "kampus")
    narrow = say_listing(found, "en", 90)
    assert max(map(len, narrow.splitlines())) <= 90
    assert "UUU…" in narrow and "LLL…" in narrow and "1/2 Mbps" in narrow and "for good since" in narrow


def test_what_was_measured_stands_beside_what_is_promised(desk: LifeDesk) -> None:
    watch = Watch(series=Series(device="gw-kampus", kind=SeriesKind.QUEUE, name="perpus"))
    measured = Figures(
        watch=watch, since=NOON - DAY, until=NOON, expected=86_400, measured=86_000, flaws={},
        up=Flow(average=M, maximum=19 * M, p95=12 * M, volume=1), down=Flow(average=M, maximum=39 * M, p95=31 * M, volume=1),
    )  # fmt: skip
    found = replace(allocating.listing(desk.app, "kampus"), figures={"gw-kampus/perpus": measured})
    assert re.search(r"Perpustakaan .* 12/31 Mbps; 19/39 Mbps", say_listing(found, "id", 200))


@pytest.mark.parametrize(
    ("up", "down", "said"),
    [
        (20 * M, 40 * M, "20/40 Mbps"),
        (20 * M, 20 * M, "20 Mbps"),
        (512_000, 2_500_000, "512 kbps/2,5 Mbps"),
        (-10 * M, 5 * M, "-10/5 Mbps"),
        (0, 0, "0 bps"),
        (0, 10 * M, "0 bps/10 Mbps"),
    ],
)
def test_a_pair_of_rates_in_one_cell(up: int, down: int, said: str) -> None:
    assert say_pair(RatePair(up=up, down=down)) == said


# ── the picture ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_picture_is_a_drawing_that_names_everybody_and_is_the_same_each_time(
    desk: LifeDesk, tmp_path: Path
) -> None:
    found = allocating.listing(desk.app)
    first = availability_svg(found.uplinks, found.since, found.until, "id")
    root = ET.fromstring(first)
    words = " ".join(each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text"))
    assert "Perpustakaan, B-301/2026" in words and "bagian kantor" in words and "300 Mbps" in words
    assert "Laboratorium" not in words, "what comes out of another allocation is not drawn twice"
    assert first == availability_svg(found.uplinks, found.since, found.until, "id")
    for name, start in (("daftar.svg", b"<svg"), ("daftar.png", b"\x89PNG")):
        allocating.draw(desk.app, found, tmp_path / name)
        assert (tmp_path / name).read_bytes().startswith(start)


def test_heights_in_the_picture_are_the_rates(desk: LifeDesk) -> None:
    """Sains 80M, Perpustakaan 40M of 500M on a panel of 190: their bars have those shares of its height."""
    found = allocating.listing(desk.app, "kampus")
    root = ET.fromstring(availability_svg(found.uplinks, found.since, found.until, "id"))
    bars = [each for each in root.iter("{http://www.w3.org/2000/svg}rect") if each.get("shape-rendering")]
    heights = [float(each.get("height", "0")) for each in bars]
    assert heights == pytest.approx([190 * 80 / 500, 190 * 40 / 500, 190 * 40 / 500, 190 * 20 / 500], abs=0.1)


def test_names_with_markup_stay_text(desk: LifeDesk) -> None:
    odd = allocated("x", '<script>alert("1")</script>&', "<b>", 90, 90)
    record(desk.app, "capacity.adopted", "", commitments=dump((odd,)))
    found = allocating.listing(desk.app, "kampus")
    drawn = availability_svg(found.uplinks, found.since, found.until, "en")
    assert "<script" not in drawn and "&lt;script&gt;" in drawn
    ET.fromstring(drawn)


def test_another_kind_of_picture_is_refused(desk: LifeDesk, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="svg"):
        allocating.draw(desk.app, allocating.listing(desk.app), tmp_path / "daftar.jpg")


# ── the command ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_prints_a_table_and_json(desk: LifeDesk, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = str(desk.app.root)
    assert main(["-C", workspace, "capacity", "show", "--site", "kampus", "--from", "2026-11-20"]) == 0
    assert "Perpustakaan" in capsys.readouterr().out
    assert main(["-C", workspace, "capacity", "show", "--at", "2026-11-21", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["uplinks"][0]["spans"][0]["free_units"] == {"up": 240 * M, "down": 180 * M}
    assert {one["commitment"]["letter"] for one in found["uplinks"][0]["holdings"]} == {"B-301/2026", "B-77", ""}
    assert main(["-C", workspace, "capacity", "show", "--site", "mars"]) == 2
