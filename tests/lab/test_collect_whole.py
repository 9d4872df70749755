"""Measuring as an operator sees it: agents over sockets, processes, and what is on the disk after one was killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from event_desk import Desk, open_desk

from netops.cli.main import main
from netops.monitoring import duck
from netops.monitoring.segments import live
from netops.monitoring.spool import minutes
from netops.monitoring.spool_codec import Reading, decode

SILENT = """
sw-mati:
  hostname: 127.0.0.1
  platform: ios
  username: netops
  data:
    site: kampus
    roles: [access]
    options: {{snmp_port: {port}, snmp_version: 2c, timeout: 2}}
ap-sewa:
  hostname: 127.0.0.1
  platform: ios
  username: netops
  data:
    site: kampus
    roles: [access]
    options: {{snmp_port: {port}, snmp_version: none}}
"""
NETOPS = [sys.executable, "-c", "from netops.cli.main import entry; entry()"]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("NETOPS_LANG", "en")
    with open_desk(tmp_path / "kampus") as opened:
        hosts = opened.root / "inventory" / "hosts.yaml"
        patient = hosts.read_text("utf-8").replace("      snmp_port:", "      timeout: 120\n      snmp_port:")
        hosts.write_text(patient, encoding="utf-8")  # a busy machine is no silent device
        yield opened


@pytest.fixture
def dead_port() -> Iterator[int]:
    """Nobody answers there, and nobody else can take it meanwhile."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def add_silent(desk: Desk, port: int) -> None:
    with (desk.root / "inventory" / "hosts.yaml").open("a", encoding="utf-8") as file:
        file.write(SILENT.format(port=port))
    secrets = desk.root / "secrets.json"
    known = json.loads(secrets.read_text("utf-8"))
    secrets.write_text(json.dumps(known | {"snmp/sw-mati/community": "umum"}), encoding="utf-8")
    secrets.chmod(0o600)


def netops(desk: Desk, *words: str) -> int:
    return main(["-C", str(desk.root), *words])


def rows(desk: Desk, table: str, columns: str) -> list[tuple[Any, ...]]:
    files = live((desk.root / "var" / "segments",), table)
    with duck.connect() as connection:
        return connection.execute(f"SELECT {columns} FROM {duck.parquet(files)} ORDER BY ALL").fetchall()


def spooled(desk: Desk) -> list[Reading]:
    files = [file for each in minutes(desk.root / "var/segments/poller=main/spool").values() for file in each]
    return [one for file in files for one in decode(file.read_bytes()) if isinstance(one, Reading)]


def test_one_round_tells_who_did_not_answer_and_why_and_the_log_vouches_for_it(
    desk: Desk, dead_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert netops(desk, "collect") == 0
    capsys.readouterr()
    add_silent(desk, dead_port)
    devices = set(desk.campus.devices)
    assert netops(desk, "collect", "--once", "--close", "--json") == 3
    out, err = capsys.readouterr()
    said = json.loads(out)
    assert said["answered"] == len(devices) and said["durable"]
    assert [(one["device"], one["reason"]) for one in said["missed"]] == [("sw-mati", "TimedOut")]
    assert f"{len(devices)} of {len(devices) + 1} answered" in err and "sw-mati: snmp: " in err
    assert "ap-sewa" not in out + err, "a device without SNMP is not asked"

    polls = rows(desk, "polls", "device, reason, series")
    assert [row[:2] for row in polls if row[1]] == [("sw-mati", "TimedOut")]
    assert {row[0] for row in polls if not row[1]} == devices
    (ports,) = {row[2] for row in polls if row[0] == "gw-kampus"}
    names = {row[1] for row in rows(desk, "samples", "device, name") if row[0] == "gw-kampus"}
    assert len(names) == ports and "ether1" in names

    assert netops(desk, "log", "verify") == 0
    assert "segments are whole: 2 files" in capsys.readouterr().err
    (file,) = live((desk.root / "var" / "segments",), "samples")
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    assert netops(desk, "log", "verify") == 1
    assert f"day={file.parent.name[4:]}/{file.name} was changed since it was closed" in capsys.readouterr().err
    assert netops(desk, "status") == 0, "segments in the log are no changes"


def test_nobody_answers(desk: Desk, dead_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    add_silent(desk, dead_port)
    assert netops(desk, "collect", "--limit", "sw-mati") == 1
    assert "0 of 1 answered" in capsys.readouterr().err
    assert netops(desk, "collect", "--limit", "ap-sewa") == 4
    assert "no device to be asked by SNMP" in capsys.readouterr().err


def test_killed_in_the_middle_every_round_that_was_told_is_there(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """SIGKILL: no handler runs, nothing is flushed; the next one goes on as if nothing had been."""
    words = [*NETOPS, "-C", str(desk.root), "collect", "--every", "1s", "--limit", "role=gateway", "--json"]
    told: list[dict[str, Any]] = []
    for _ in range(2):
        collector = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        try:
            assert collector.stdout is not None
            told += [json.loads(collector.stdout.readline()) for _ in range(3)]
            time.sleep(0.05 * len(told))  # somewhere within what comes next
            if len(told) == 3:
                assert netops(desk, "collect") == 4
                assert f"another process (number {collector.pid})" in capsys.readouterr().err
        finally:
            collector.send_signal(signal.SIGKILL)
            collector.communicate()

    found = spooled(desk)
    series: dict[str, int] = {}
    for one in found:
        series[one.shape.device] = one.shape.rows
    gateways = set(series)
    assert len(gateways) > 1 and all(one["answered"] == len(gateways) for one in told)
    assert len(found) >= len(gateways) * len(told)

    assert netops(desk, "collect", "--close", "--limit", "role=gateway") == 0
    assert not spooled(desk) and not list(desk.root.rglob("*.spool"))
    polls = rows(desk, "polls", "device, time, reason")
    assert len(polls) == len(found) + len(gateways) and len(set(polls)) == len(polls)
    assert len(rows(desk, "samples", "device, name, time")) == sum(series[row[0]] for row in polls)
    assert netops(desk, "log", "verify") == 0


def test_a_tail_torn_off_by_a_crash_is_told_and_costs_nothing_else(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert netops(desk, "collect") == 0
    *_, spool = sorted(desk.root.rglob("*.spool"))  # a slow machine's round falls into two minutes
    with spool.open("ab") as file:
        file.write(b"\x40\x01\0\0half a block")
    assert netops(desk, "collect", "--close") == 0
    assert "16 bytes of the spool cannot be read" in capsys.readouterr().err
    assert len(rows(desk, "polls", "device, time")) == 2 * len(desk.campus.devices)


def test_stopped_by_a_signal_it_finishes_its_round_and_leaves(desk: Desk) -> None:
    words = [*NETOPS, "-C", str(desk.root), "collect", "--every", "1s", "--json"]
    collector = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert collector.stdout is not None
        collector.stdout.readline()
        collector.send_signal(signal.SIGTERM)
        collector.communicate(timeout=60)
        assert collector.returncode == 0
    finally:
        with suppress(ProcessLookupError):
            collector.kill()
    assert netops(desk, "collect", "--limit", "gw-kampus") == 0


def test_a_folder_that_is_in_the_way_is_named(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    (desk.root / "var").mkdir(exist_ok=True)
    (desk.root / "var" / "segments").write_text("")
    assert netops(desk, "collect") == 1
    assert "segments" in capsys.readouterr().err


# ── netops serve ─────────────────────────────────────────────────────────────────────────────────────────────────


def serve_measures(desk: Desk, every: str = "5s") -> None:
    settings = desk.root / "netops.toml"
    text = settings.read_text("utf-8")
    assert 'every = ""' in text
    settings.write_text(text.replace('every = ""', f'every = "{every}"'), encoding="utf-8")


def test_serve_once_measures_once(desk: Desk) -> None:
    assert netops(desk, "serve", "--once") == 0
    assert not spooled(desk), "off unless the settings say so"
    serve_measures(desk)
    assert netops(desk, "serve", "--once") == 0
    assert {one.shape.device for one in spooled(desk)} == set(desk.campus.devices)


def test_serve_measures_beside_its_duties_and_takes_the_collector_along_however_it_ends(desk: Desk) -> None:
    serve_measures(desk)
    server = subprocess.Popen([*NETOPS, "-C", str(desk.root), "serve", "--every", "1"], stderr=subprocess.DEVNULL)
    try:
        holder = _wait_for_holder(desk)
        assert holder != server.pid, "a process of its own"
        while not spooled(desk):
            time.sleep(0.1)
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
    while _alive(holder):
        time.sleep(0.1)
    assert netops(desk, "collect", "--limit", "gw-kampus") == 0


def _wait_for_holder(desk: Desk) -> int:
    lock = desk.root / "var" / "segments" / "poller=main" / "lock"
    while not (lock.is_file() and lock.read_text("ascii").strip()):
        time.sleep(0.1)
    return int(lock.read_text("ascii"))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(")", 1)[1].split()[0] != "Z"
