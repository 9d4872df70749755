"""Technical needs over a running campus: proposed, edited, planned by, made stale, and refused where they cannot be."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions
from netops.actions import needs as doing
from netops.cli.main import main
from netops.core.errors import InputError, NoCapacity, OutOfBounds, Refused, StalePlan
from netops.core.model import Needs
from netops.filing import find
from netops.planning.briefing import brief
from netops.views import what_changes


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def test_needs_are_edited_planned_by_and_remembered(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    filed = desk.approved("HD-1", people=20)
    proposed = doing.show(desk.app, filed.change).needs
    after = doing.edit(desk.app, filed.change, {"vlan": 215, "ssid": "Wisuda 2026"})
    assert isinstance(after, Needs)
    assert (after.vlan, after.ssid) == (215, "Wisuda 2026") and proposed.vlan != 215
    assert after.basis[-1].startswith("vlan, ssid ditetapkan admin.jaringan")
    with pytest.raises(StalePlan, match="edited after this plan"):
        actions.apply(desk.app, filed.change)
    assert "edited after the plan" in what_changes(desk.app, filed, "en")[0], "who signs is not shown what will not be"
    plan = actions.plan(desk.app, filed.change)
    assert isinstance(plan.needs, Needs) and (plan.needs.vlan, plan.needs.ssid) == (215, "Wisuda 2026")
    # The approval is of the request: it stands as long as the needs are within it.
    actions.apply(desk.app, filed.change)
    assert b"vlan 215" in desk.configuration()["sw-aula"]
    with pytest.raises(Refused, match="not edited any more") as caught:
        doing.edit(desk.app, filed.change, {"vlan": 216})
    assert " berjalan; kebutuhannya" in caught.value.describe("id") and " is running; " in caught.value.describe("en")
    told = [
        (one.source, one.actor, [part.field for part in one.changes]) for one in doing.history(desk.app, filed.change)
    ]
    assert told == [
        ("proposed", "admin.jaringan", []),
        ("edited", "admin.jaringan", ["vlan", "ssid"]),
        ("proposed", "admin.jaringan", []),
    ]
    assert main(["-C", str(desk.root), "needs", filed.change, "--history"]) == 0
    assert "vlan 210 → 215" in capsys.readouterr().out


def test_what_is_beyond_the_request_the_site_or_another_event_is_refused(desk: Desk) -> None:
    first = find(desk.app, str(desk.request("HD-1")))
    held = actions.plan(desk.app, first.change).needs
    assert isinstance(held, Needs)
    mine = find(desk.app, str(desk.request("HD-2", place="lapangan")))
    for wish, error, reason in (
        ({"total": "20M/51M"}, OutOfBounds, "total_down"),
        ({"users": 500}, OutOfBounds, "users"),
        ({"vlan": 20}, OutOfBounds, "vlan"),
        ({"vlan": held.vlan}, NoCapacity, first.change),
        ({"subnet": held.subnet}, NoCapacity, first.change),
        ({"colour": "blue"}, InputError, "no need 'colour'"),
        ({"vlan": "x"}, InputError, "'x' is not"),
        ({"ssid": "x" * 33}, InputError, "32 characters"),
    ):
        with pytest.raises(error, match=reason):
            doing.edit(desk.app, mine.change, wish)
    assert "needs.recorded" not in desk.kinds(mine.change)
    doing.edit(desk.app, mine.change, {"vlan": 229})
    doing.reset(desk.app, mine.change)
    planned = actions.plan(desk.app, mine.change).needs
    assert isinstance(planned, Needs) and planned.vlan not in (229, held.vlan)


def test_recorded_needs_that_somebody_took_meanwhile(desk: Desk) -> None:
    mine = find(desk.app, str(desk.request("HD-1")))
    doing.edit(desk.app, mine.change, {"vlan": 211})
    other = find(desk.app, str(desk.request("HD-2", place="lapangan")))
    doing.edit(desk.app, other.change, {"vlan": 211})
    actions.plan(desk.app, other.change)
    with pytest.raises(NoCapacity, match=f"VLAN 211 is reserved by {other.change}"):
        actions.plan(desk.app, mine.change)


def test_a_hall_that_is_taken_and_what_else_a_head_should_know(desk: Desk) -> None:
    starts = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=2)
    actions.plan(desk.app, str(desk.request("HD-1", starts=starts)))
    with pytest.raises(NoCapacity, match="the switch ports there carry one event only"):
        actions.plan(desk.app, str(desk.request("HD-2", starts=starts + timedelta(hours=1))))
    facts = doing.show(desk.app, str(desk.request("HD-3", starts=starts, place="lapangan", people=400)))
    assert {one.kind for one in facts.conflicts} == {"air", "people"}
    for lang in ("id", "en"):
        lines = brief(facts, lang)
        assert len(lines) < 15 and all(len(line) < 220 for line in lines)
        told = "\n".join(lines)
        assert "HD-1" in told and not any(word in told for word in ("VLAN", "subnet", "SSID", "DHCP", "uplink"))


def test_the_commands_and_the_paper(desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(desk.request("HD-1", people=400))
    assert main(["-C", str(desk.root), "needs", path, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["advised"] == 6 and shown["needs"]["users"] == 400
    wishes = tmp_path / "wishes.yaml"
    wishes.write_text("vlan: 217\nclient: 1M/2M\n", encoding="utf-8")
    assert main(["-C", str(desk.root), "needs", path, "--edit", str(wishes), "--set", "ssid=Wisuda"]) == 0
    assert "vlan              217" in capsys.readouterr().out
    assert main(["-C", str(desk.root), "needs", path, "--summary"]) == 0
    assert "Wisuda" in capsys.readouterr().out
    assert main(["-C", str(desk.root), "needs", path, "--set", "vlan"]) == 2
    for form, start in (("--paper", b"%PDF"), ("--html", b"<!DOCTYPE html>")):
        out = tmp_path / f"needs{form}"
        assert main(["-C", str(desk.root), "needs", path, form, "--out", str(out)]) == 0
        assert out.read_bytes().lower().startswith(start.lower())
    assert desk.kinds(find(desk.app, path).change).count("paper.written") == 2
    again = tmp_path / "again.pdf"
    assert main(["-C", str(desk.root), "needs", path, "--paper", "--out", str(again)]) == 0
    assert again.read_bytes() == (tmp_path / "needs--paper").read_bytes(), "same log, same paper"
