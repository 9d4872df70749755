"""`netops lab faults` and `netops lab clients` on a lab that is up; what they ask for happens to an ordinary client."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import librouteros
import pytest
from click.testing import CliRunner, Result
from librouteros.exceptions import ConnectionClosed, TrapError
from librouteros.login import plain

from netops.cli.main import root
from netops.core.errors import Failed, InputError

HOTSPOT = (
    ("/interface/vlan", {"name": "acara", "interface": "bridge-lan", "vlan-id": "210"}),
    ("/ip/address", {"address": "10.90.0.1/24", "interface": "acara"}),
    ("/ip/pool", {"name": "acara", "ranges": "10.90.0.10-10.90.0.19"}),
    ("/ip/dhcp-server", {"name": "acara", "interface": "acara", "address-pool": "acara", "disabled": "no"}),
    ("/ip/hotspot", {"name": "acara", "interface": "acara", "address-pool": "acara", "disabled": "no"}),
    ("/ip/hotspot/user", {"name": "tamu", "password": "kode"}),
    ("/ip/hotspot/user", {"name": "x7k2", "password": "x7k2", "limit-bytes-total": "1k"}),
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, dict[str, object]]]]:
    folder = tmp_path_factory.mktemp("lab")
    try:
        up = CliRunner().invoke(root(), ["lab", "up", "--json", "--dir", str(folder)])
        assert up.exit_code == 0, up.stderr
        yield folder, json.loads(up.stdout)["devices"]
    finally:
        CliRunner().invoke(root(), ["lab", "down", "--dir", str(folder)])


Lab = tuple[Path, dict[str, dict[str, object]]]


def run(lab: Lab, *words: str) -> Result:
    return CliRunner().invoke(root(), ["lab", *words, "--dir", str(lab[0])], env={"NETOPS_LANG": "en"})


def netops(lab: Lab, *words: str) -> Result:
    done = run(lab, *words)
    assert done.exit_code == 0, done.exception
    return done


@contextmanager
def api(lab: Lab, name: str) -> Iterator[librouteros.Api]:
    about = lab[1][name]
    ports, login = about["ports"], about["credentials"]
    assert isinstance(ports, dict) and isinstance(login, dict)
    line = librouteros.connect(
        "127.0.0.1", login["username"], login["password"], port=ports["api"], login_method=plain, timeout=5
    )
    try:
        yield line
    finally:
        line.close()


def test_faults_are_set_shown_felt_and_cleared(lab: Lab) -> None:
    told = netops(lab, "faults", "gw-kampus", "--refuse", "1:failure: disk full", "--cut", "2:within", "--slow", "10ms")
    assert told.stdout.splitlines() == ["refuse: 1:failure: disk full", "cut: 2:within", "slow: 0.01"]
    with api(lab, "gw-kampus") as line:
        with pytest.raises(TrapError, match="disk full"):
            list(line("/system/identity/set", name="lain"))
        with pytest.raises((ConnectionClosed, OSError)):
            list(line("/system/identity/set", name="gw-baru"))
    on = json.loads(netops(lab, "faults", "gw-kampus", "--list", "--json").stdout)
    assert (on["writes"], on["cut"]) == (2, {"2": "within"})
    assert netops(lab, "faults", "gw-kampus", "--clear").stdout.strip() == "no fault is on"
    with api(lab, "gw-kampus") as again:
        assert list(again("/system/identity/print")) == [{"name": "gw-baru"}]
        list(again("/system/identity/set", name="gw-kampus"))


@pytest.mark.parametrize("how", ["now", "power"])
def test_a_restart_is_noticed_by_who_is_connected(lab: Lab, how: str) -> None:
    device = {"now": "gw-lama", "power": "ap-aula"}[how]
    with api(lab, device) as line:
        netops(lab, "faults", device, "--reboot", how)
        with pytest.raises((ConnectionClosed, OSError)):
            list(line("/system/identity/print"))


def test_guests_join_log_in_use_and_leave(lab: Lab) -> None:
    with api(lab, "gw-kampus") as line:
        for menu, words in HOTSPOT:
            list(line(f"{menu}/add", **words))
        codes = "tamu:kode,x7k2,tamu:kode,salah"
        found = json.loads(netops(lab, "clients", "gw-kampus", "--join", "5", "--codes", codes, "--json").stdout)
        assert [(one["online"], one["said"]) for one in found] == [
            (True, ""),
            (True, ""),
            (False, "no more sessions are allowed for user tamu"),
            (False, "invalid username or password"),
            (False, ""),
        ]
        assert [row["user"] for row in line("/ip/hotspot/active/print")] == ["tamu", "x7k2"]
        netops(lab, "clients", "gw-kampus", "--use", "1M/8M")
        while any(row["user"] == "x7k2" for row in line("/ip/hotspot/active/print")):
            pass  # it is out after one kilobyte
        told = netops(lab, "clients", "gw-kampus").stdout
        assert "02:4E:00:00:00:00  10.90.0.10  acara    logged in" in told and "not logged in" in told
        assert json.loads(netops(lab, "clients", "gw-kampus", "--leave", "--json").stdout) == []
        assert list(line("/ip/hotspot/host/print")) == []


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("faults", "gw-lain", "--list"), "no device 'gw-lain'; there are gw-kampus"),
        (("faults", "gw-kampus", "--cut", "5:sideways"), "'sideways' is none of before, within, after"),
        (("faults", "gw-kampus", "--slow", "pelan"), "--slow: 'pelan' cannot be read"),
        (("clients", "gw-lama", "--join", "1"), "no hotspot answers"),
        (("clients", "gw-kampus", "--join", "1", "--ssid", "Tetangga"), "no access point offers Tetangga"),
        (("clients", "gw-kampus", "--use", "banyak"), "--use: 'banyak' cannot be read"),
    ],
    ids=["device", "place", "time", "hotspot", "ssid", "rate"],
)
def test_orders_that_make_no_sense_are_malformed_input(lab: Lab, words: tuple[str, ...], why: str) -> None:
    error = run(lab, *words).exception
    assert isinstance(error, InputError) and why in error.describe("en")


def test_without_a_lab_it_says_how_to_start_one(tmp_path: Path) -> None:
    error = run((tmp_path, {}), "faults", "gw-kampus", "--list").exception
    assert isinstance(error, Failed)
    assert "no lab is up in" in error.describe("en") and "netops lab up" in error.describe("en")


def test_an_order_needs_the_token(lab: Lab) -> None:
    from netops.lab.control import ControlError, order

    about = json.loads((lab[0] / "lab.json").read_text(encoding="utf-8"))["control"]
    with pytest.raises(ControlError, match="wrong token"):
        order({**about, "token": "x"}, "gw-kampus", "faults", {})
    with pytest.raises(ControlError, match="not understood"):
        order(about, "gw-kampus", "explode", {})
