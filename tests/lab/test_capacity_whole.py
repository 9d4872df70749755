"""Day one on a running campus: queues read over sockets, filled in with letters, recorded once; then devices and letters compared."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions
from netops.actions import adopting, allocating
from netops.actions.exposing import Exposer
from netops.changes.execute import Outcome
from netops.cli.main import main
from netops.core.errors import InputError, NetopsError, NoCapacity


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("capacity") / "ws") as found:
        yield found


def filled(text: str, **letters: str) -> str:
    """The file as an office fills it in: a letter for each queue that is named, all others left alone."""
    head, *rows = text.split("  - ")
    for place, row in enumerate(rows):
        queue = next((name for name in letters if f"queue: '{name}'" in row), "")
        unit = f"unit: '{queue}'" if queue else "unit:"
        rows[place] = re.sub(
            r"letter:$", f"letter: {letters.get(queue, '')}", re.sub(r"unit:.*", unit, row), flags=re.M
        )
    return "  - ".join([head, *rows])


def test_day_one_is_read_filled_in_recorded_once_and_shown(desk: Desk, tmp_path: Path) -> None:
    before, log = desk.configuration(), len(list(desk.app.journal.read()))
    made = adopting.propose(desk.app, ["gw-kampus"])
    assert made.unseen == {} and made.rows >= 2 and len(list(desk.app.journal.read())) == log
    path = tmp_path / "antrean.yaml"
    path.write_text(filled(made.text, Perpustakaan="B-12/2020", Rektorat="R-1/2019"), "utf-8")
    first = adopting.record(desk.app, path)
    assert first.new == 2 and first.beyond == ()
    again = adopting.record(desk.app, path)
    assert (again.new, again.same) == (0, 2)
    events = [one.event for one in desk.app.journal.read() if one.event.kind == "capacity.adopted"]
    (event,) = events
    assert event.actor == "admin.jaringan" and event.data["file"] == "antrean.yaml"
    holdings = {
        one.commitment.unit: one.commitment for one in allocating.listing(desk.app, "kampus").uplinks[0].holdings
    }
    assert (holdings["Perpustakaan"].letter, holdings["Rektorat"].letter) == ("B-12/2020", "R-1/2019")
    assert adopting.propose(desk.app, ["gw-kampus"]).rows == made.rows - 2, "what is recorded is not proposed again"
    assert desk.configuration() == before, "nothing changed on a device"


def test_devices_and_letters_are_compared_both_ways(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_desk(tmp_path / "ws") as desk:
        _compared_both_ways(desk, tmp_path)
        _said_by_commands(desk, capsys)


def _compared_both_ways(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "koreksi.yaml"
    text = (
        "allocations:\n"
        "  - {device: gw-kampus, queue: Sudah-Tiada, form: simple, rate: 5M, direction: both, uplink: kampus/ISP-A,"
        " unit: Arsip, letter: A-9/2018, since: 2018-01-01}\n"
        "  - {device: gw-kampus, queue: Perpustakaan, form: simple, rate: 7M/9M, direction: both, uplink: kampus/ISP-A,"
        " unit: Perpustakaan, letter: B-12/2020, since: 2020-01-01}\n"
    )
    path.write_text(text, "utf-8")
    assert adopting.record(desk.app, path).new == 2
    found = adopting.compared(desk.app, "kampus")
    assert [one.unit for one in found.without_queue] == ["Arsip"]
    (differing,) = found.differing
    assert (differing.commitment.unit, differing.up, differing.down) == ("Perpustakaan", 10_000_000, 10_000_000)
    assert all(not one.ours for one in found.without_letter)
    assert "gw-kampus/Rektorat" in {one.allocation for one in found.without_letter}
    assert found.unseen == {}


def _said_by_commands(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = str(desk.root)
    assert main(["-C", workspace, "capacity", "show", "--site", "kampus", "--devices", "--lang", "en"]) == 0
    said = capsys.readouterr().out
    assert "Letters without a queue: 1" in said and "Arsip, letter A-9/2018" in said
    assert "7/9 Mbps; 10 Mbps" in said
    assert main(["-C", workspace, "capacity", "show", "--devices", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["compared"]["without_queue"][0]["letter"] == "A-9/2018"
    assert main(["-C", workspace, "capacity", "adopt", "--device", "gw-kampus"]) == 0
    assert capsys.readouterr().out.startswith("# Pembatas yang ada di perangkat")
    assert main(["-C", workspace, "capacity", "adopt", "--device", "gw-mars"]) == 4
    assert main(["-C", workspace, "capacity", "adopt", "--device", "gw-kampus", "--file", "x.yaml"]) == 2


def test_policies_of_a_switch_are_read_by_their_port(desk: Desk) -> None:
    """Of IOS the policers and shapers in force on a port, both directions of a unit together, named as the office does."""
    found, unseen = adopting.limits(desk.app, ["sw-fakultas"])
    rates = {one.allocation.partition("/")[2]: (one.up, one.down) for one in found["sw-fakultas"]}
    assert unseen == {} and rates["GigabitEthernet1/0/2"] == (5_000_000, 20_000_000)
    text = adopting.propose(desk.app, ["sw-fakultas"]).text
    assert "queue: 'GigabitEthernet1/0/2'" in text and "unit: 'FKIP'" in text


def test_a_unit_that_was_adopted_and_raised_falls_back_to_its_old_letter(tmp_path: Path) -> None:
    """The list follows the whole way: letter of day one, the approved change's while it lasts, and the old one again."""
    with open_desk(tmp_path / "ws") as desk:
        path = tmp_path / "antrean.yaml"
        path.write_text(filled(adopting.propose(desk.app, ["gw-kampus"]).text, Perpustakaan="B-12/2020"), "utf-8")
        adopting.record(desk.app, path)

        def now() -> tuple[str, int]:
            found = allocating.listing(desk.app, "kampus")
            (one,) = (
                each.commitment
                for each in found.uplinks[0].holdings
                if each.commitment.unit == "Perpustakaan" and each.since <= found.at and (each.until is None or each.until > found.at)
            )  # fmt: skip
            return one.letter, one.down

        assert now() == ("B-12/2020", 10_000_000)
        filed = desk.raised("HD-B1", link="perpustakaan", rate="15M/20M")
        assert actions.apply(desk.app, filed.change) is Outcome.DONE
        assert now() == (filed.request.letter.number, 20_000_000)
        assert not adopting.compared(desk.app, "kampus").differing, "the device keeps what is promised"
        text = Exposer(desk.app).text().decode()
        assert re.search(
            r'allocation_limit_bytes_per_second\{[^}]*direction="down"[^}]*unit="Perpustakaan"[^}]*\} 2\.5e\+06', text
        )
        actions.end(desk.app, filed.change, early=True)
        assert now() == ("B-12/2020", 10_000_000)
        with pytest.raises(NoCapacity, match=r"Perpustakaan|Rektorat"):
            desk.raised("HD-B2", link="perpustakaan", rate="400M/400M")


def test_a_device_that_is_away_is_named_and_the_others_are_read(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    gone = desk.campus.devices["gw-lama"]
    gone.mishaps.wrong_password = True
    try:
        made = adopting.propose(desk.app)
        assert set(made.unseen) == {"gw-lama"}
        assert "gw-kampus" in adopting.limits(desk.app, ())[0]
        assert set(adopting.compared(desk.app).unseen) == {"gw-lama"}
        assert main(["-C", str(desk.root), "capacity", "adopt"]) == 1
        assert "gw-lama" in capsys.readouterr().err
        with pytest.raises(NetopsError):
            adopting.propose(desk.app, ["gw-lama"])
    finally:
        gone.mishaps.clear()


def test_a_bad_file_records_nothing(desk: Desk, tmp_path: Path) -> None:
    size = len(list(desk.app.journal.read()))
    path = tmp_path / "salah.yaml"
    path.write_text("allocations:\n  - device: gw-mars\n", "utf-8")
    with pytest.raises(InputError, match="must be filled in"):
        adopting.record(desk.app, path)
    assert len(list(desk.app.journal.read())) == size
