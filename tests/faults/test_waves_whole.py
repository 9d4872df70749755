"""Waves of an event on the campus: between gateway and switches time passes, and SNMP and a new connection say whether to go on."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions, views
from netops.changes.lifecycle import Phase
from netops.cli.main import main
from netops.core.canonical import load, parse_json
from netops.core.errors import Restored
from netops.core.measured import Sample
from netops.lab.routeros import commands
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.machine import SYSTEM

WAVES = """
waves:
  canary: 1
  bake: 1s
  health: [reachable, hotspot, errors, cpu]
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("NETOPS_LANG", "en")
    monkeypatch.setenv("NETOPS_OPERATOR", "admin.jaringan")
    with open_desk(tmp_path / "kampus") as opened:
        playbook = opened.root / "playbooks" / "event-hotspot.yaml"
        playbook.write_text(playbook.read_text("utf-8") + WAVES, encoding="utf-8")
        yield opened


def gateway(desk: Desk) -> RouterOS:
    device = desk.campus.devices["gw-kampus"]
    assert isinstance(device, RouterOS)
    return device


def checked(desk: Desk, change: str) -> list[tuple[object, object, object]]:
    found = (one.event for one in desk.app.journal.read(change) if one.event.kind == "wave.checked")
    return [(event.data["wave"], event.data["healthy"], event.data["sick"]) for event in found]


def test_gateway_first_then_core_then_access_with_a_look_between(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    path = desk.request(people=3)
    assert main(["-C", str(desk.root), "plan", str(path)]) == 3
    assert "waves: canary 1; bake 1 s; reachable, hotspot, errors, cpu" in capsys.readouterr().out
    filed = desk.approved(people=3)
    assert main(["-C", str(desk.root), "apply", filed.change]) == 0
    seen = checked(desk, filed.change)
    assert seen[0] == (1, ["gw-kampus"], []) and all(not sick for _, _, sick in seen) and len(seen) >= 2
    (reading, *_) = (
        load(Sample, parse_json(desk.app.objects.get(one.event.data["sample"])))
        for one in desk.app.journal.read(filed.change)
        if one.event.kind == "evidence.sampled" and one.event.data["when"] == "wave-1-baked"
    )
    assert reading.cpu == 4 and {port.in_errors for port in reading.interfaces} == {0}
    actions.end(desk.app, filed.change, early=True)


def _errors(device: RouterOS) -> None:
    device.mishaps.errors = 1000


def _busy(device: RouterOS) -> None:
    device.mishaps.cpu = 97


@pytest.mark.parametrize(
    ("ail", "said"), [(_errors, r"\d+ new errors"), (_busy, "CPU load 97 %")], ids=["errors", "cpu"]
)
def test_a_sick_canary_leaves_the_switches_untouched_and_is_restored(
    desk: Desk, ail: Callable[[RouterOS], None], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    filed = desk.approved(people=3)
    before = desk.configuration()
    desk.campus.call(lambda: ail(gateway(desk)))
    capsys.readouterr()
    assert main(["-C", str(desk.root), "apply", filed.change]) == 5
    told = capsys.readouterr().err
    assert "gw-kampus" in told and re.search(said, told)
    assert desk.configuration() == before
    assert checked(desk, filed.change) == [(1, [], ["gw-kampus"])]
    assert views.state(desk.app, filed.change).phase is Phase.RESTORED
    touched = {one.event.device for one in desk.app.journal.read(filed.change) if one.event.kind == "batch.intent"}
    assert touched == {"gw-kampus"}


def test_a_hotspot_that_was_switched_off_meanwhile_does_not_serve(desk: Desk) -> None:
    filed = desk.approved(people=3)
    before, machine = desk.configuration(), gateway(desk).machine

    def switch_off() -> None:
        (row,) = (row for row in machine.store.rows("/ip/hotspot") if row.name.startswith("netops-"))
        commands.run(machine, SYSTEM, "/ip/hotspot/set", {".id": row.name, "disabled": "yes"})

    def say(step: str, what: str) -> None:
        if step == "bake":
            desk.campus.call(switch_off)

    desk.app.say = say
    with pytest.raises(Restored, match=r"ip/hotspot(.|\n)*disabled=no"):
        actions.apply(desk.app, filed.change)
    assert desk.configuration() == before
