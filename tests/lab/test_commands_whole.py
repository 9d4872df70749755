"""A whole event through the command line: what is said, printed as JSON, written on paper, and how it exits."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops.cli.main import main
from netops.practice import KEY

Run = Callable[..., str]
DEVICES = {"gw-kampus", "sw-inti", "sw-aula", "ap-aula"}
"""The way from the hall to the gateway, and the access point of the hall."""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("NETOPS_LANG", "en")
    monkeypatch.setenv("NETOPS_OPERATOR", "admin.jaringan")
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


@pytest.fixture
def run(desk: Desk, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command with the exit code it must have; returns stdout, or stderr where `said` is asked for."""

    def run(*words: str, code: int = 0, said: bool = False) -> str:
        capsys.readouterr()
        assert main(["-C", str(desk.root), *words]) == code
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return captured.err if said else captured.out

    return run


def test_the_whole_way_by_commands(desk: Desk, run: Run, tmp_path: Path) -> None:
    path = str(desk.request(people=3))
    before = desk.configuration()

    plan = json.loads(run("plan", path, "--json", code=3))
    change = plan["plan"]["change"]
    assert {device["device"] for device in plan["plan"]["devices"]} == DEVICES
    shown = run("plan", change, code=3)
    assert "max-limit=" in shown and "switchport access vlan 210" in shown and "Reserved" in shown
    assert "next: netops approve" in run("show", change)
    run("approve", change, "--as", "kepala", "--key", str(desk.root / KEY))
    assert "next: netops apply" in run("show", change)
    assert desk.configuration() == before

    assert "applied and verified" in run("apply", change, said=True)
    during = desk.configuration()
    assert during != before
    size = len(list(desk.app.journal.read()))
    assert "nothing to do" in run("apply", change, said=True)
    assert desk.configuration() == during
    assert [r.event.kind for r in desk.app.journal.read()][size:] == [], "nothing was sent, nothing is recorded"
    assert "nothing to do" in run("resume", change, said=True)

    (line,) = json.loads(run("status", "--json"))
    assert (line["change"], set(line["devices"])) == (change, DEVICES)
    assert "running" in run("status") and "Wisuda" in run("status")
    state = json.loads(run("show", change, "--json"))
    assert state["phase"] == "active" and all(device["verified"] for device in state["devices"].values())

    papers = {}
    for lang in ("id", "en"):
        for name in ("first", "again"):
            out = tmp_path / f"{name}-{lang}.pdf"
            run("report", change, "--lang", lang, "--out", str(out))
            papers[name, lang] = out.read_bytes()
        assert papers["first", lang] == papers["again", lang], "the same event, the same bytes"
    assert papers["first", "id"] != papers["first", "en"]

    assert "ends only on" in run("end", change, code=4, said=True)
    assert "nothing is left on any device" in run("end", change, "--early", said=True)
    assert desk.configuration() == before
    run("report", change, "--lang", "id", "--out", str(tmp_path / "late.pdf"))
    assert (tmp_path / "late.pdf").read_bytes() == papers["first", "id"]

    state = json.loads(run("show", change, "--json"))
    assert state["phase"] == "ended" and all(device["absent"] for device in state["devices"].values())
    events = json.loads(run("log", "show", change, "--json"))
    assert [event["seq"] for event in events] == sorted(event["seq"] for event in events)
    assert {"request.received", "plan.recorded", "approval.received", "change.ended"} <= {
        event["event"]["kind"] for event in events
    }
    assert len(run("log", "show", change).splitlines()) == len(events)
    assert "the log is whole" in run("log", "verify", said=True)
    run("apply", change, code=4)
    assert desk.configuration() == before
