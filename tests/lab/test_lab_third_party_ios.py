"""Unmodified netmiko and NAPALM against the IOS-like switch, over a real socket: each call as its documentation has it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from napalm import get_network_driver
from netmiko import ConfigInvalidException, ConnectHandler, NetmikoAuthenticationException, ReadTimeout

from netops.core.clock import ManualClock
from netops.lab.ios import device as device_module
from netops.lab.ios.device import Ios

CONFIG = Path(device_module.__file__).parents[1] / "configs" / "sw-aula.cfg"


@contextmanager
def running(clock: ManualClock | None = None) -> Iterator[Ios]:
    """The lab's switch in a loop of its own thread, as the campus runs it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    switch = Ios(
        name="sw-aula",
        config=CONFIG.read_text(encoding="utf-8"),
        username="netops",
        password="sandi",
        enable="rahasia",
        clock=clock or ManualClock(datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)),
    )
    asyncio.run_coroutine_threadsafe(switch.start("127.0.0.1"), loop).result(10)
    try:
        yield switch
    finally:
        asyncio.run_coroutine_threadsafe(switch.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def switch() -> Iterator[Ios]:
    with running() as device:
        yield device


def target(switch: Ios) -> dict[str, Any]:
    about = switch.describe()
    return {
        "device_type": "cisco_ios",
        "host": "127.0.0.1",
        "port": about["ssh"],
        "username": about["username"],
        "password": about["password"],
        "secret": about["enable"],
    }


def connect(switch: Ios) -> Any:
    return ConnectHandler(**target(switch))


@pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")  # netmiko's look for its text templates
def test_netmiko_logs_in_enables_and_reads(switch: Ios) -> None:
    # netmiko cisco_ios: session_preparation (width 511, length 0, prompt), enable(), send_command().
    with connect(switch) as connection:
        assert connection.find_prompt() == "sw-aula>"
        connection.enable()
        assert connection.find_prompt() == "sw-aula#"
        listing = connection.send_command("show running-config")
        assert listing.startswith("Building configuration...")
        assert listing.endswith("end\n") or listing.rstrip().endswith("end")
        assert " --More-- " not in listing
        rows = connection.send_command("show interfaces status", use_textfsm=True)
        assert {"port": "Gi1/0/5", "name": "Aula", "status": "connected", "vlan_id": "20"}.items() <= rows[4].items()
        assert connection.send_command("show vlan", use_textfsm=True)[2]["vlan_name"] == "KANTOR"
        assert connection.send_command("show version", use_textfsm=True)[0]["version"] == "15.2(7)E"
        ports = connection.send_command("show interfaces switchport", use_textfsm=True)
        assert ports[0]["trunking_vlans"] == ["10", "20"]
        archive = connection.send_command("show archive", use_textfsm=True)
        assert isinstance(archive, list)
        connection.exit_enable_mode()
        assert connection.find_prompt() == "sw-aula>"


def test_netmiko_configures_and_saves(switch: Ios) -> None:
    # send_config_set enters and leaves configuration mode itself; save_config sends `write mem`.
    lines = [
        "vlan 210",
        "name ACARA-UJI",
        "interface GigabitEthernet1/0/1",
        "switchport trunk allowed vlan add 210",
        "interface GigabitEthernet1/0/5",
        "switchport access vlan 210",
        "spanning-tree portfast",
    ]
    with connect(switch) as connection:
        connection.enable()
        screen = connection.send_config_set(lines, error_pattern=r"% (Invalid|Incomplete|Ambiguous)")
        assert "%Warning: portfast should only be enabled" in screen
        assert not connection.check_config_mode()
        assert "[OK]" in connection.save_config()
    assert "switchport trunk allowed vlan 10,20,210\n" in switch.startup_config
    assert "vlan 210\n name ACARA-UJI\n" in switch.startup_config


def test_netmiko_stops_at_an_error_only_with_a_pattern(switch: Ios) -> None:
    # Its documentation of send_config_set: without error_pattern a refused line is just output.
    lines = ["interface GigabitEthernet1/0/5", "switchport acess vlan 10", "description lanjut"]
    with connect(switch) as connection:
        connection.enable()
        assert "% Invalid input detected at '^' marker." in connection.send_config_set(lines)
        assert "description lanjut" in switch.running_config
        connection.send_config_set(["interface GigabitEthernet1/0/5", "description Aula"])
        with pytest.raises(ConfigInvalidException):
            connection.send_config_set(lines, error_pattern="% Invalid input")
    assert "description lanjut" not in switch.running_config


def test_netmiko_pages_by_hand(switch: Ios) -> None:
    # ` --More-- ` appears when length is not 0; space goes on.
    with connect(switch) as connection:
        connection.send_command("terminal length 10")
        first = connection.send_command("show interfaces status", expect_string=r" --More-- ")
        assert "Gi1/0/7 " in first
        assert "Gi1/0/20" not in first
        connection.write_channel(" ")
        rest = connection.read_until_pattern(r" --More-- ", read_timeout=5)
        assert rest.count("Gi1/0/") == 9
        connection.write_channel("q")
        assert "Gi1" not in connection.read_until_pattern(r"sw-aula>", read_timeout=5)


def test_netmiko_reports_refused_credentials(switch: Ios) -> None:
    with pytest.raises(NetmikoAuthenticationException):
        ConnectHandler(**(target(switch) | {"password": "salah"}))


def test_netmiko_times_out_on_a_switch_that_hangs(switch: Ios) -> None:
    with connect(switch) as connection:
        switch.faults.hang_on = "show clock"
        with pytest.raises(ReadTimeout):
            connection.send_command("show clock", read_timeout=0.5)
        connection.fast_cli = True
        connection.remote_conn.close()


def test_netmiko_under_a_revert_timer(switch: Ios) -> None:
    # NAPALM and drivers pass the command to config_mode(); a new session confirms.
    with connect(switch) as connection:
        connection.enable()
        connection.config_mode(config_command="configure terminal revert timer 5")
        connection.send_config_set(["vlan 210"], enter_config_mode=False, exit_config_mode=True)
    with connect(switch) as connection:
        connection.enable()
        assert "Timer value: 5 min" in connection.send_command("show archive config rollback timer")
        assert connection.send_command("configure confirm") == ""
        assert "%No Rollback Confirmed Change pending" in connection.send_command("configure confirm")


@pytest.fixture(scope="module")
def napalm() -> Iterator[Any]:
    """One NAPALM connection for all getters: they only read."""
    with running() as device:
        about = device.describe()
        options = {"port": about["ssh"], "secret": about["enable"]}
        driver = get_network_driver("ios")("127.0.0.1", "netops", "sandi", optional_args=options)
        driver.open()
        yield driver
        driver.close()


def test_napalm_facts(napalm: Any) -> None:
    facts = napalm.get_facts()
    assert facts["hostname"] == "sw-aula"
    assert facts["fqdn"] == "sw-aula.kampus.example"
    assert facts["vendor"] == "Cisco"
    assert facts["model"] == "WS-C2960X-24TS-L"
    assert facts["os_version"].startswith("C2960X Software (C2960X-UNIVERSALK9-M), Version 15.2(7)E,")
    assert facts["serial_number"].startswith("FOC")
    assert {"Vlan10", "GigabitEthernet1/0/5"} <= set(facts["interface_list"])


def test_napalm_interfaces_and_counters(napalm: Any) -> None:
    found = napalm.get_interfaces()
    assert found["GigabitEthernet1/0/5"]["description"] == "Aula"
    assert found["GigabitEthernet1/0/5"]["speed"] == 1000.0
    assert found["GigabitEthernet1/0/5"]["is_up"]
    assert not found["Vlan1"]["is_enabled"]
    assert not found["GigabitEthernet1/0/28"]["is_up"]
    assert napalm.get_interfaces_counters()["GigabitEthernet1/0/5"]["rx_errors"] == 0


def test_napalm_addresses(napalm: Any) -> None:
    assert napalm.get_interfaces_ip() == {"Vlan10": {"ipv4": {"10.10.0.2": {"prefix_length": 24}}}}


def test_napalm_vlans(napalm: Any) -> None:
    # It tries `show vlan all-ports` and, where that is invalid input, goes by `show vlan brief` and `show vlan id`.
    vlans = napalm.get_vlans()
    assert vlans["10"] == {"name": "MGMT", "interfaces": ["GigabitEthernet1/0/1"]}
    assert vlans["20"]["name"] == "KANTOR"
    assert "GigabitEthernet1/0/24" in vlans["20"]["interfaces"]
    assert set(vlans) == {"1", "10", "20", "1002", "1003", "1004", "1005"}


def test_napalm_mac_and_arp_tables(napalm: Any) -> None:
    table = napalm.get_mac_address_table()
    assert {"interface": "Gi1/0/5", "vlan": 20, "static": False}.items() <= next(
        row for row in table if row["interface"] == "Gi1/0/5"
    ).items()
    assert any(row["static"] and row["vlan"] == 0 for row in table)
    assert [(row["ip"], row["interface"]) for row in napalm.get_arp_table()] == [
        ("10.10.0.1", "Vlan10"),
        ("10.10.0.2", "Vlan10"),
    ]


def test_napalm_configurations(napalm: Any) -> None:
    found = napalm.get_config()
    assert "hostname sw-aula" in found["running"]
    assert "hostname sw-aula" in found["startup"]
    assert "Building configuration" not in found["running"]


def test_napalm_neighbours_environment_snmp_and_life(napalm: Any) -> None:
    assert napalm.get_lldp_neighbors() == {
        "GigabitEthernet1/0/1": [{"hostname": "sw-inti", "port": "GigabitEthernet1/0/2"}]
    }
    assert napalm.get_environment()["temperature"]["system"]["temperature"] == 38.0
    assert napalm.get_snmp_information()["location"] == "Gedung Aula, rak 1"
    assert napalm.get_ntp_servers() == {"10.10.0.1": {}}
    assert napalm.get_users()["netops"]["level"] == 1
    assert napalm.has_pending_commit() is False
    assert napalm.is_alive() == {"is_alive": True}
