"""Faults on the way of an event, over real sockets: bounded time, no false success, every device old or new."""

import contextlib
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions, views
from netops.changes.execute import Outcome
from netops.changes.lifecycle import Phase
from netops.cli.main import main
from netops.core.errors import JournalError, LoginRefused, NeedsPerson, NetopsError, Refused, Restored, UnknownIdentity
from netops.demo import inject_refusal
from netops.journal import database
from netops.journal.store import SqlJournal
from netops.lab.ios.device import Ios
from netops.lab.routeros.device import RouterOS


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def test_the_gateway_refuses_write_k_and_everything_is_restored_for_every_k(desk: Desk) -> None:
    filed = desk.approved(people=3)
    before = desk.configuration()
    plan = desk.app.tools.plan(views.state(desk.app, filed.change).plan)
    writes = sum(len(batch.ops) for part in plan.devices if part.device == "gw-kampus" for batch in part.batches)
    assert writes > 10
    done = None
    for k in range(1, 2 * writes):
        # The guard's own rows are writes too: it is armed first, the change's operations follow, its removal is last.
        inject_refusal(desk.campus, "gw-kampus", write=k)
        with contextlib.suppress(Restored, Refused):
            done = actions.apply(desk.app, filed.change)
        inject_refusal(desk.campus, "gw-kampus", write=0)
        if done:
            break
        assert desk.configuration() == before, f"k = {k}"
    assert done is Outcome.DONE and k > writes + 2, "every write was refused once, then there was none left to refuse"
    actions.end(desk.app, filed.change, early=True)
    assert desk.configuration() == before


def test_a_switch_that_refuses_its_lines_restores_the_gateway_too(desk: Desk) -> None:
    filed = desk.approved(people=3)
    before = desk.configuration()
    switch = desk.campus.devices["sw-aula"]
    assert isinstance(switch, Ios)
    desk.campus.call(lambda: switch.faults.refuse.__setitem__("switchport access vlan", "% Bad VLAN allowed list"))
    with pytest.raises(Restored) as caught:
        actions.apply(desk.app, filed.change)
    assert "sw-aula" in caught.value.describe("en")
    desk.campus.call(switch.faults.refuse.clear)
    assert desk.configuration() == before


def test_a_wrong_password_writes_nothing_and_is_tried_once(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    path = desk.root / "secrets.json"
    values = json.loads(path.read_text())
    values["device/gw-kampus"] = "salah-kenari-77"
    path.write_text(json.dumps(values))
    with pytest.raises(LoginRefused) as caught:
        actions.plan(desk.app, str(desk.request(people=3)))
    told = caught.value.describe("id")
    assert "gw-kampus" in told and "salah-kenari-77" not in told + caplog.text
    gateway = desk.campus.devices["gw-kampus"]
    assert isinstance(gateway, RouterOS)
    log = desk.campus.call(lambda: [row.marks["message"] for row in gateway.machine.store.rows("/log")])
    assert len([message for message in log if "login failure" in message]) == 1
    assert desk.campus.call(lambda: gateway.faults.writes) == 0


@pytest.mark.parametrize(
    ("device", "option", "value"),
    [("gw-kampus", "tls_fingerprint", "sha256:" + "0" * 64), ("sw-aula", "host_key", "")],
)
def test_an_identity_that_is_not_the_pinned_one_gets_no_password(
    desk: Desk, device: str, option: str, value: str
) -> None:
    hosts = desk.root / "inventory" / "hosts.yaml"
    text = hosts.read_text()
    known = str(desk.app.fleet.target(device).options[option])
    other = value or str(desk.app.fleet.target(device).options["host_key"])[:-8] + "AAAAAAAA"
    assert known in text
    hosts.write_text(text.replace(known, other))
    desk.app.__dict__.pop("fleet")
    with pytest.raises(UnknownIdentity) as caught:
        actions.plan(desk.app, str(desk.request(people=3)))
    assert device in caught.value.describe("id") and option in caught.value.describe("id")


@pytest.mark.parametrize("pages", [0, 1, 2])
def test_a_full_disk_pushes_nothing_unlogged_and_resumes_when_space_is_freed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, pages: int
) -> None:
    filed = desk.approved(people=3)
    before = desk.configuration()
    _limit(desk, monkeypatch, pages)
    with pytest.raises(JournalError) as caught:
        actions.apply(desk.app, filed.change)
    assert caught.value.exit_code == 1 and caught.value.hint is not None
    if "guard.intent" not in desk.kinds(filed.change):
        assert desk.configuration() == before, "no intent in the log, nothing on a device"
    _limit(desk, monkeypatch, 1_000_000)
    if views.state(desk.app, filed.change).phase is Phase.APPLYING:
        with contextlib.suppress(Restored):
            actions.resume(desk.app, filed.change)
    else:
        actions.apply(desk.app, filed.change)
    phase = views.state(desk.app, filed.change).phase
    assert phase in (Phase.ACTIVE, Phase.RESTORED)
    if phase is Phase.ACTIVE:
        actions.end(desk.app, filed.change, early=True)
    assert desk.configuration() == before
    views.verify_log(desk.app)


def _limit(desk: Desk, patch: pytest.MonkeyPatch, more: int) -> None:
    """The database may grow by so many pages: what SQLite answers then is what it answers on a full disk."""
    journal = desk.app.journal
    journal.close()
    connection = sqlite3.connect(desk.app.settings.journal)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.close()
    desk.app.__dict__["journal"] = SqlJournal.open(desk.app.settings.journal, desk.app.clock)

    patch.setattr(database, "PRAGMAS", (*database.PRAGMAS, f"PRAGMA max_page_count = {pages + more}"))
    desk.app.journal._database.close()


WORKER = """
import sys
from pathlib import Path
from netops import actions
from netops.app import App

with App(Path(sys.argv[1]), actor="admin.jaringan", lease_seconds=3.0) as app:
    actions.apply(app, sys.argv[2])
"""


@pytest.mark.parametrize("after", ["guard.armed", "batch.intent", "batch.sent", "device.verified", "device.confirmed"])
def test_killed_with_signal_9_then_resumed(desk: Desk, after: str) -> None:
    """The process dies as soon as the log holds the event; `netops resume` finishes or restores."""
    filed = desk.approved(people=3)
    before = desk.configuration()
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(desk.root), filed.change],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while after not in desk.kinds(filed.change) and worker.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    until = time.monotonic() + 45
    told: NetopsError | None = None
    while time.monotonic() < until:
        try:
            actions.resume(desk.app, filed.change)
        except Refused:  # the dead worker's lease still lives
            time.sleep(0.5)
            continue
        except (Restored, NeedsPerson) as outcome:
            told = outcome
        break
    phase = views.state(desk.app, filed.change).phase
    if phase is Phase.ACTIVE:
        assert desk.configuration() != before
        actions.end(desk.app, filed.change, early=True)
    else:
        assert isinstance(told, Restored) and phase is Phase.RESTORED
    assert desk.configuration() == before
    views.verify_log(desk.app)


def test_the_command_line_tells_a_device_that_is_gone(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    gateway = desk.campus.devices["gw-kampus"]
    desk.campus.call(gateway.stop)
    assert main(["-C", str(desk.root), "plan", str(desk.request(people=3))]) == 1
    assert "gw-kampus" in capsys.readouterr().err
