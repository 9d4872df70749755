"""A device that waits for a person: shown, kept from other plans, and settled by `revert --device` or `accept-state`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions, views
from netops.changes.lifecycle import Phase
from netops.cli.main import main
from netops.core.errors import NeedsPerson
from netops.core.model import Tag
from netops.filing import Filed
from netops.lab.ios.device import Ios


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("NETOPS_LANG", "en")
    monkeypatch.setenv("NETOPS_OPERATOR", "admin.jaringan")
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def switch(desk: Desk) -> Ios:
    device = desk.campus.devices["sw-aula"]
    assert isinstance(device, Ios)
    return device


@pytest.fixture
def stuck(desk: Desk) -> Filed:
    """A change of which sw-aula could not be brought back: it refuses its port's old VLAN."""
    filed = desk.approved(people=3)
    actions.apply(desk.app, filed.change)
    desk.campus.call(lambda: switch(desk).faults.refuse.__setitem__("switchport access vlan 20", "% Bad VLAN"))
    with pytest.raises(NeedsPerson, match="sw-aula"):
        actions.take_back(desk.app, filed.change)
    desk.campus.call(switch(desk).faults.refuse.clear)
    assert views.state(desk.app, filed.change).phase is Phase.QUARANTINED
    return filed


def run(desk: Desk, *words: str) -> int:
    return main(["-C", str(desk.root), *words])


def test_show_says_what_is_where_and_how_to_settle_it(
    desk: Desk, stuck: Filed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(desk, "show", stuck.change) == 0
    shown = capsys.readouterr().out
    lines = [line for line in shown.splitlines() if "sw-aula" in line]
    assert "waiting for a person" in shown and any(
        "gw-kampus" in line and "restored" in line for line in shown.splitlines()
    )
    assert any(f"netops revert {stuck.change} --device sw-aula" in line for line in lines)
    assert any("netops accept-state" in line for line in lines)


@pytest.mark.parametrize("word", ["resume", "apply"])
def test_a_change_that_waits_for_a_person_is_not_gone_on_with_and_says_the_way_out(
    desk: Desk, stuck: Filed, capsys: pytest.CaptureFixture[str], word: str
) -> None:
    before = desk.configuration()
    assert run(desk, word, stuck.change) == 6
    said = capsys.readouterr().err
    assert stuck.change in said and "sw-aula" in said
    assert f"netops revert {stuck.change}" in said and f"netops end {stuck.change} --early" in said
    assert desk.configuration() == before


def test_what_is_over_is_not_restored_and_says_where_to_look(
    desk: Desk, stuck: Filed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(desk, "end", stuck.change, "--early") in (0, 6)
    capsys.readouterr()
    assert run(desk, "revert", stuck.change) == 4
    said = capsys.readouterr().err
    assert stuck.change in said and f"netops show {stuck.change}" in said


def test_a_quarantined_device_in_a_new_plan_is_refused_with_the_change_and_the_way_out(
    desk: Desk, stuck: Filed, capsys: pytest.CaptureFixture[str]
) -> None:
    path = desk.request("HD-2", people=3, place="lapangan")
    assert run(desk, "plan", str(path)) == 4
    said = capsys.readouterr().err
    assert "sw-aula" in said and stuck.change in said and "accept-state" in said
    assert run(desk, "revert", stuck.change, "--device", "sw-aula") == 0
    assert run(desk, "plan", str(path)) == 3


def test_revert_of_one_device_settles_it_and_the_change(
    desk: Desk, stuck: Filed, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(desk, "revert", stuck.change, "--device", "sw-aula") == 0
    assert "restored" in capsys.readouterr().err
    assert views.state(desk.app, stuck.change).phase is Phase.RESTORED
    assert Tag(stuck.change).name.encode() not in b"".join(desk.configuration().values())
    # Once more there is nothing that waits: refused, named, and nothing is sent.
    assert run(desk, "revert", stuck.change, "--device", "sw-aula") == 4
    assert stuck.change in capsys.readouterr().err


def test_a_device_that_still_refuses_stays_in_quarantine(
    desk: Desk, stuck: Filed, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.campus.call(lambda: switch(desk).faults.refuse.__setitem__("switchport access vlan 20", "% Bad VLAN"))
    assert run(desk, "revert", stuck.change, "--device", "sw-aula") == 6
    assert "sw-aula" in capsys.readouterr().err
    assert views.state(desk.app, stuck.change).phase is Phase.QUARANTINED


def test_a_state_is_accepted_with_a_reason_and_other_changes_may_have_the_device(
    desk: Desk, stuck: Filed, capsys: pytest.CaptureFixture[str]
) -> None:
    before = desk.configuration()["sw-aula"]
    assert run(desk, "accept-state", stuck.change, "--device", "sw-aula", "--reason", "port dipakai panitia lain") == 0
    assert "recorded" in capsys.readouterr().err
    change = views.state(desk.app, stuck.change)
    assert change.phase is Phase.RESTORED and change.device("sw-aula").accepted == "port dipakai panitia lain"
    (said,) = (r.event for r in desk.app.journal.read(stuck.change) if r.event.kind == "device.accepted")
    assert said.actor == said.data["accepted_by"] == "admin.jaringan" and said.data["unreachable"] == ""
    assert b"interface" in desk.app.objects.get(said.data["backup"])
    assert desk.configuration()["sw-aula"] == before
    assert run(desk, "plan", str(desk.request("HD-2", people=3, place="lapangan"))) == 3
    assert run(desk, "show", stuck.change) == 0
    assert "accepted as it is: port dipakai panitia lain" in capsys.readouterr().out


def test_a_device_that_is_gone_for_good_is_accepted_and_the_end_goes_on_without_it(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    filed = desk.approved(people=3)
    gateway_before = desk.configuration()["gw-kampus"]
    actions.apply(desk.app, filed.change)
    desk.campus.call(switch(desk).stop)
    assert run(desk, "end", filed.change, "--early") == 6
    assert run(desk, "revert", filed.change, "--device", "sw-aula") == 4
    assert f"netops end {filed.change}" in capsys.readouterr().err
    assert run(desk, "accept-state", filed.change, "--device", "sw-aula", "--reason", "switch terbakar") == 0
    assert run(desk, "end", filed.change, "--early") == 6
    assert "switch terbakar" in capsys.readouterr().err
    change = views.state(desk.app, filed.change)
    assert change.phase is Phase.ENDED and "sw-aula" in change.leftovers[0]
    with desk.app.tools.open("gw-kampus") as driver:
        assert driver.capture() == gateway_before


def test_what_does_not_wait_for_a_person_is_not_settled(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    filed = desk.approved(people=3)
    for words in (("revert", filed.change, "--device", "sw-aula"),
                  ("accept-state", filed.change, "--device", "sw-aula", "--reason", "karena")):  # fmt: skip
        assert run(desk, *words) == 4
        assert filed.change in capsys.readouterr().err
    actions.apply(desk.app, filed.change)
    assert run(desk, "accept-state", filed.change, "--device", "gw-kampus", "--reason", "karena") == 4
    assert run(desk, "accept-state", filed.change, "--device", "tidak-ada", "--reason", "karena") == 4
    assert run(desk, "accept-state", filed.change, "--device", "gw-kampus", "--reason", " ") == 2
    refusals = [r.event for r in desk.app.journal.read(filed.change) if r.event.kind == "change.refused"]
    assert len(refusals) == 4
