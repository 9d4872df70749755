"""The campus as a library: its thread, its failures, its inventory; and as a process: up, status, down."""

import json
import os
import stat
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from lab_fakes import FakeDevice, fake_spec
from msgspec.structs import replace
from ruamel.yaml import YAML

from netops.cli.lab import lab as lab_group
from netops.core.clock import ManualClock
from netops.lab import process
from netops.lab.campus import Campus, LabError
from netops.lab.inventory import write_inventory


def campuses() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "campus"}


def test_everything_runs_on_one_thread_of_its_own() -> None:
    device, others = FakeDevice(), campuses()
    with Campus(fake_spec(device)) as campus:
        assert device.is_up()
        assert campus.call(threading.current_thread).name == "campus"

        async def later() -> int:
            return threading.get_ident()

        assert campus.call(later) == campus.call(threading.get_ident) != threading.get_ident()
    assert not device.is_up()
    assert campuses() == others


def test_call_brings_back_what_was_raised() -> None:
    def fail() -> None:
        raise KeyError("sengaja")

    with Campus(fake_spec(FakeDevice())) as campus:
        with pytest.raises(KeyError, match="sengaja"):
            campus.call(fail)
        with pytest.raises(LabError, match="already on"):
            campus.call(lambda: campus.call(fail))
    with pytest.raises(LabError, match="not running"):
        campus.call(fail)


def test_a_device_that_does_not_start_takes_the_others_down() -> None:
    well, ill, others = FakeDevice(name="sehat"), FakeDevice(name="sakit", fails=True), campuses()
    with pytest.raises(LabError, match="no free port"), Campus(fake_spec(well, ill)):
        pass
    assert not well.is_up()
    assert campuses() == others


def test_several_campuses_side_by_side() -> None:
    with Campus(fake_spec(FakeDevice())) as one, Campus(fake_spec(FakeDevice())) as two:
        first, second = one.describe(), two.describe()
        assert one.agents["palsu"].port != two.agents["palsu"].port
        assert one.agents["palsu"].access != two.agents["palsu"].access
        assert first != second
    one.close()


def test_the_inventory_has_references_and_the_secrets_have_values(tmp_path: Path) -> None:
    folder, secrets_file = tmp_path / "inventory", tmp_path / "secrets.json"
    with Campus(fake_spec(FakeDevice(name="gw"), snmp_version="3")) as campus:
        campus.write_inventory(folder, secrets_file)
        campus.write_inventory(folder, secrets_file)
        access, snmp_port = campus.agents["gw"].access, campus.agents["gw"].port
    host = YAML(typ="safe").load(folder / "hosts.yaml")["gw"]
    assert (host["hostname"], host["username"], host["groups"]) == ("127.0.0.1", "netops", ["routeros"])
    assert host["data"] == {
        "site": "kampus",
        "roles": ["gateway"],
        "uplink_interface": "ether1",
        "options": {
            "api_port": 8728,
            "api_tls_port": 8729,
            "ssh_port": 22,
            "snmp_port": snmp_port,
            "tls_fingerprint": "sha256:" + "ab" * 32,
            "host_key": "ssh-ed25519 AAAA",
            "snmp_version": "3",
            "snmp_user": "netops",
            "snmp_auth": "SHA",
            "snmp_priv": "AES",
        },
    }
    assert YAML(typ="safe").load(folder / "groups.yaml") == {"routeros": {"platform": "routeros"}}
    values = json.loads(secrets_file.read_text())
    assert values == {
        "device/gw": "rahasia-perangkat",
        "enable/gw": "rahasia-enable",
        "snmp/gw/community": access.community,
        "snmp/gw/auth": access.users[0].auth_key,
        "snmp/gw/priv": access.users[0].priv_key,
    }
    assert stat.S_IMODE(secrets_file.stat().st_mode) == 0o600
    written = "".join(path.read_text() for path in folder.iterdir())
    assert not [value for value in values.values() if value in written]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_what_devices_share_is_written_out_for_each(tmp_path: Path) -> None:
    """A fleet reads no YAML aliases, so the lab must write none."""
    one = fake_spec(FakeDevice(name="gw-1"))
    first = replace(one.devices[0], data={"trunks": ["ether2"]})
    spec = replace(one, devices=(first, replace(first, name="gw-2")))
    described = {one.name: {"host": "127.0.0.1", "ports": {}, "credentials": {"username": "u"}} for one in spec.devices}
    write_inventory(tmp_path, spec, described)
    assert spec.devices[0].data is spec.devices[1].data and spec.devices[0].data
    written = (tmp_path / "hosts.yaml").read_text()
    assert "gw-2" in written and "&" not in written and "*" not in written


def run(*arguments: str) -> tuple[int, str, str]:
    found = CliRunner(env={"NETOPS_LANG": "id"}).invoke(lab_group, list(arguments), obj=".")
    return found.exit_code, found.stdout, found.stderr


def test_up_status_down_without_a_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    assert run("status", "--dir", str(folder))[0] == 1
    assert run("down", "--dir", str(folder))[0] == 0
    try:
        began = time.monotonic()
        code, out, _ = run("up", "--json", "--dir", str(folder))
        took = time.monotonic() - began
        assert code == 0
        about = json.loads(out)
        assert stat.S_IMODE((folder / "lab.json").stat().st_mode) == 0o600
        assert set(json.loads((folder / "secrets.json").read_text())) >= {f"device/{name}" for name in about["devices"]}

        code, out, err = run("up", "--dir", str(folder))
        assert code == 0
        assert f"pid {about['pid']}" in err
        assert "sudah" in err
        assert "sw-aula" in out

        code, out, _ = run("status", "--json", "--dir", str(folder))
        assert code == 0
        state = json.loads(out)
        assert (state["up"], state["pid"]) == (True, about["pid"])
        assert set(state["answers"].values()) == {True}
        assert "sw-aula/snmp" in state["answers"]
    finally:
        code, _, err = run("down", "--dir", str(folder))
    assert (code, "berhenti" in err) == (0, True)
    assert not any(process.answers(about).values())
    assert not (folder / "lab.json").exists()
    assert took < 20, "the specification says 3 s on a quiet machine; this only catches a hang"


def test_an_old_state_file_is_no_lab_and_its_pid_is_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as bystander:
        try:
            state = {"pid": bystander.pid, "devices": {}, "mail": {"host": "127.0.0.1", "port": 1}}
            (tmp_path / "lab.json").write_text(json.dumps(state))
            (tmp_path / "lab.lock").touch()
            assert process.find(tmp_path) is None
            assert process.stop(tmp_path) is False
            assert bystander.poll() is None
        finally:
            bystander.kill()


def test_a_lab_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("a file where a folder should be")
    code, _, _ = run("up", "--dir", str(tmp_path))
    assert code == 1
    with pytest.raises(process.LabProcessError) as caught:
        process.start(tmp_path)
    assert caught.value.trouble == "ended"
    assert "mail" in caught.value.detail
    assert process.find(tmp_path) is None


def test_a_folder_that_another_lab_holds(tmp_path: Path) -> None:
    with process.holding(tmp_path) as mine:
        assert mine
        assert process.find(tmp_path) is None  # held, but not ready
        with pytest.raises(process.LabProcessError) as caught:
            process.start(tmp_path)
    assert caught.value.trouble == "held"


def test_devices_see_the_clock_that_was_handed_over() -> None:
    clock = ManualClock(datetime(2026, 3, 2, tzinfo=UTC))
    with Campus(fake_spec(FakeDevice()), clock=clock) as campus:
        assert campus.clock is clock


def test_nothing_of_the_lab_is_imported_for_help() -> None:
    code = "import sys, netops.cli.lab; print(sorted(m for m in sys.modules if m.startswith(('netops.lab', 'pysnmp', 'asyncssh'))))"
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert found.stdout.strip() == "[]"
