"""Drift is shown before and while a change runs; orders that come too late, too early or twice name the change and the way out."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions, views
from netops.changes.lifecycle import Phase
from netops.cli.main import main
from netops.core.model import Batch, LineOp
from netops.lab.routeros.device import RouterOS


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("NETOPS_LANG", "en")
    monkeypatch.setenv("NETOPS_OPERATOR", "admin.jaringan")
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def run(desk: Desk, *words: str) -> int:
    return main(["-C", str(desk.root), *words])


def by_hand(desk: Desk, vlan: int, port: str = "interface GigabitEthernet1/0/5") -> None:
    with desk.app.tools.open("sw-aula") as driver:
        line = LineOp(path=port, lines=(f" switchport access vlan {vlan}",))
        driver.apply(Batch(number=1, ops=(line,)), desk.app.secrets)


def test_what_moved_since_a_plan_is_shown_line_by_line(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    filed = desk.approved(people=3)
    assert run(desk, "plan", "--against", filed.change) == 0
    assert capsys.readouterr().out.count("nothing moved") >= 3
    by_hand(desk, 10)
    log = len(desk.kinds(filed.change))
    assert run(desk, "plan", "--against", filed.change) == 3
    shown = capsys.readouterr().out
    assert re.search(r"(?m)^-interface GigabitEthernet1/0/5: ?switchport access vlan 20$", shown), shown
    assert re.search(r"(?m)^\+interface GigabitEthernet1/0/5: ?switchport access vlan 10$", shown)
    assert len(desk.kinds(filed.change)) == log
    # The refusal of the apply says the same, and nothing was sent.
    assert run(desk, "apply", filed.change) == 4
    said = capsys.readouterr().err
    assert "+interface GigabitEthernet1/0/5" in said and f"netops plan {filed.change}" in said
    assert "change.started" not in desk.kinds(filed.change)


def test_what_moved_while_it_runs_is_shown_and_access_closes_all_the_same(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    filed = desk.approved(people=3)
    actions.apply(desk.app, filed.change)
    assert run(desk, "plan", "--against", filed.change) == 0
    by_hand(desk, 10)
    gateway = desk.campus.devices["gw-kampus"]
    assert isinstance(gateway, RouterOS)
    queue = next(row for row in gateway.machine.store.rows("/queue/simple") if "netops:" in str(row.get("comment")))
    desk.campus.call(lambda: queue.values.update({"max-limit": "1000000/1000000"}))
    assert run(desk, "plan", "--against", filed.change, "--json") == 3
    shown = capsys.readouterr().out
    assert "max-limit" in shown and "GigabitEthernet1/0/5" in shown
    assert run(desk, "end", filed.change, "--early") == 6
    said = capsys.readouterr().err
    assert "max-limit" in said and "switchport access vlan 10" in said
    change = views.state(desk.app, filed.change)
    assert change.phase is Phase.ENDED and change.device("gw-kampus").closed
    assert not [row for row in gateway.machine.store.rows("/ip/hotspot") if "netops" in str(row.get("name"))]
    # A second end tells what is still there; it does nothing else.
    assert run(desk, "end", filed.change) == 6
    assert "max-limit" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("plan",), ("plan", "--against", "x", "y")], ids=["neither", "both"])
def test_a_plan_is_made_or_compared(desk: Desk, words: tuple[str, ...]) -> None:
    assert run(desk, *words) == 2


def test_compared_with_no_plan(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(desk, "plan", "--against", "HD-9-nothing") in (2, 4)
    assert "HD-9-nothing" in capsys.readouterr().err


def test_resume_of_what_is_unknown_or_over(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(desk, "resume", "HD-9-000000") == 2
    assert "HD-9-000000" in capsys.readouterr().err
    filed = desk.approved(people=3)
    assert run(desk, "resume", filed.change) == 4
    assert f"netops apply {filed.change}" in capsys.readouterr().err
    assert run(desk, "apply", filed.change) == 0
    assert run(desk, "resume", filed.change) == 0
    assert run(desk, "end", filed.change, "--early") == 0
    capsys.readouterr()
    assert run(desk, "resume", filed.change) == 4
    said = capsys.readouterr().err
    assert filed.change in said and "ended" in said and f"netops show {filed.change}" in said


def test_end_twice_is_done_once_and_says_so(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    filed = desk.approved(people=3)
    before = desk.configuration()
    assert run(desk, "apply", filed.change) == 0
    assert run(desk, "end", filed.change, "--early") == 0
    assert desk.configuration() == before
    known = desk.kinds(filed.change)
    capsys.readouterr()
    assert run(desk, "end", filed.change) == 0
    assert filed.change in capsys.readouterr().err
    assert desk.kinds(filed.change) == known and desk.configuration() == before


def test_apply_outside_its_window(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    far = desk.app.clock.now().replace(second=0, microsecond=0) + timedelta(days=5)
    filed = desk.approved(people=3, starts=far)
    capsys.readouterr()
    assert run(desk, "apply", filed.change) == 4
    said = capsys.readouterr().err
    assert "too early" in said and f"netops apply {filed.change}" in said
    assert "change.started" not in desk.kinds(filed.change)


def test_a_second_apply_while_one_runs(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    filed = desk.approved(people=3)
    gateway = desk.campus.devices["gw-kampus"]
    assert isinstance(gateway, RouterOS)
    desk.campus.call(lambda: setattr(gateway.faults, "delay", 0.1))
    first = threading.Thread(target=lambda: actions.apply(desk.app, filed.change))
    first.start()
    try:
        while "change.started" not in desk.kinds(filed.change) and first.is_alive():
            pass
        capsys.readouterr()
        assert run(desk, "apply", filed.change) == 4
        said = capsys.readouterr().err
    finally:
        desk.campus.call(lambda: setattr(gateway.faults, "delay", 0.0))
        first.join(60)
    assert filed.change in said and "admin.jaringan" in said
    assert views.state(desk.app, filed.change).phase is Phase.ACTIVE
    assert desk.kinds(filed.change).count("change.started") == 1
