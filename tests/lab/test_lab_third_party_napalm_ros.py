"""Unmodified napalm-ros against the simulated router of both generations: each getter over real sockets, by its content."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from librouteros.exceptions import TrapError
from napalm import get_network_driver
from routeros_rig import CONFIGS, serving

from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.machine import Account
from netops.lab.routeros.observed import Neighbour

FULL = Account(name="netops", password="rahasia", group="full")
SWITCH = Neighbour(
    interface="ether2",
    identity="sw-aula",
    port="Gi1/0/1",
    mac="00:1E:14:AA:BB:01",
    address="10.10.0.2",
    description="Cisco IOS Software, C2960X Software",
)
OLD, NEW = ("gw-lama", "6.49.17"), ("gw-kampus", "7.16.2")


@contextmanager
def napalm(name: str, version: str, **options: Any) -> Iterator[tuple[Any, RouterOS]]:
    config = (CONFIGS / f"{name}.rsc").read_text(encoding="utf-8")
    device = RouterOS(name=name, version=version, config=config, users=(FULL,), neighbours=(SWITCH,))
    with serving(device):
        ports = {"port": device.ports["api"], "ssh_port": device.ports["ssh"], "paramiko_allow_agent": False}
        driver = get_network_driver("ros")("127.0.0.1", FULL.name, FULL.password, 10, {**ports, **options})
        driver.open()
        try:
            yield driver, device
        finally:
            driver.close()


@pytest.fixture(scope="module")
def kampus() -> Iterator[Any]:
    """One connection for all getters: they only read."""
    with napalm(*NEW) as (driver, _):
        yield driver


@pytest.fixture(scope="module")
def lama() -> Iterator[Any]:
    with napalm(*OLD) as (driver, _):
        yield driver


def test_facts(kampus: Any, lama: Any) -> None:
    facts = kampus.get_facts()
    assert facts["hostname"] == "gw-kampus"
    assert facts["vendor"] == "MikroTik"
    assert facts["model"] == "hEX"
    assert facts["os_version"] == "7.16.2 (stable)"
    assert len(facts["serial_number"]) == 12
    assert facts["interface_list"][:2] == ["bridge-lan", "ether1"]
    assert lama.get_facts()["os_version"] == "6.49.17 (long-term)"


def test_interfaces(kampus: Any) -> None:
    found = kampus.get_interfaces()
    assert found["ether2"]["description"].startswith("Trunk sw-")
    assert found["ether2"]["mtu"] == 1500
    assert found["ether2"]["is_up"]
    assert found["ether2"]["mac_address"].startswith("48:A9:8A:")
    assert set(found) >= {"bridge-lan", "vlan10-mgmt"}


def test_interface_addresses(kampus: Any, lama: Any) -> None:
    found = kampus.get_interfaces_ip()
    assert found["vlan20-kantor"]["ipv4"] == {"10.20.0.1": {"prefix_length": 24}}
    assert list(found["ether1"]["ipv6"].values()) == [{"prefix_length": 64}]
    assert next(iter(found["ether1"]["ipv6"])).startswith("fe80::4aa9:8aff:fe")
    # Version 6 has no IPv6 until its package is switched on.
    assert lama.get_interfaces_ip() == {
        "ether1": {"ipv4": {"203.0.113.6": {"prefix_length": 30}}},
        "vlan30-kantor": {"ipv4": {"10.30.0.1": {"prefix_length": 24}}},
    }


def test_interface_counters(kampus: Any) -> None:
    assert kampus.get_interfaces_counters()["ether1"].items() >= {"rx_errors": 0, "tx_discards": 0}.items()
    assert set(kampus.get_interfaces_counters()) == set(kampus.get_interfaces())


@pytest.mark.parametrize(("name", "version", "gateway"), [(*NEW, "203.0.113.1"), (*OLD, "203.0.113.5")])
def test_arp_table(name: str, version: str, gateway: str, request: pytest.FixtureRequest) -> None:
    driver = request.getfixturevalue("kampus" if name == "gw-kampus" else "lama")
    assert [(row["ip"], row["interface"]) for row in driver.get_arp_table()] == [(gateway, "ether1")]


def test_a_static_arp_row_and_a_guest_are_in_the_arp_table() -> None:
    with napalm(*NEW) as (driver, _):
        arp = driver.api.path("ip", "arp")
        arp.add(address="10.20.0.9", interface="vlan20-kantor", **{"mac-address": "00:11:22:33:44:55"})
        assert {("10.20.0.9", "00:11:22:33:44:55")} <= {(row["ip"], row["mac"]) for row in driver.get_arp_table()}
        with pytest.raises(TrapError, match="input does not match any value of interface"):
            arp.add(address="10.20.0.8", interface="ether9")


def test_mac_address_table(kampus: Any) -> None:
    table = kampus.get_mac_address_table()
    assert {"mac": SWITCH.mac, "interface": "ether2", "vlan": 1, "static": False, "active": True}.items() <= next(
        row for row in table if row["mac"] == SWITCH.mac
    ).items()
    assert {row["interface"] for row in table} == {"ether2", "ether3", "ether4", "ether5"}


def test_lldp_neighbours(kampus: Any) -> None:
    assert dict(kampus.get_lldp_neighbors()) == {"ether2": [{"hostname": "sw-aula", "port": "Gi1/0/1"}]}
    detail = kampus.get_lldp_neighbors_detail("ether2")
    assert detail[0]["remote_chassis_id"] == SWITCH.mac
    assert detail[0]["parent_interface"] == "bridge-lan"
    assert detail[0]["remote_system_enable_capab"] == ["bridge"]


def test_environment(kampus: Any, lama: Any) -> None:
    found = kampus.get_environment()
    assert found["memory"] == {"available_ram": 268435456, "used_ram": 268435456 - 193986560}
    assert found["temperature"]["temperature"]["temperature"] == 41.0
    assert set(found["cpu"]) == {"cpu0", "cpu1", "cpu2", "cpu3"}
    # Version 6 says health in one row of columns; this client knows only the rows of version 7.
    assert lama.get_environment()["temperature"] == {}


def test_configuration_by_the_api_and_by_ssh(kampus: Any, lama: Any) -> None:
    new, old = kampus.get_config()["running"], lama.get_config()["running"]
    assert new.startswith("# by RouterOS 7.16.2\n")
    assert "/queue simple add " in new
    assert old.startswith("# by RouterOS 6.49.17\r\n")
    assert "/system identity set name=gw-lama" in old


def test_users_and_snmp(kampus: Any, lama: Any) -> None:
    assert kampus.get_users()["netops"] == {"level": 15, "password": "", "sshkeys": []}
    snmp = kampus.get_snmp_information()
    assert snmp["contact"] == "Helpdesk PTIPD"
    assert snmp["community"] == {"public": {"acl": "10.10.0.0/24", "mode": "ro"}}
    assert snmp["chassis_id"] == "80003a8c04"
    assert lama.get_snmp_information()["chassis_id"].startswith("80003a8c")


def test_ntp_servers_of_version_6() -> None:
    # The client reads primary-ntp and secondary-ntp, which version 7 no longer has.
    with napalm(*OLD) as (driver, _):
        driver.api.path("system", "ntp", "client").update(**{"primary-ntp": "203.0.113.5"})
        assert driver.get_ntp_servers() == {"203.0.113.5": {}}


def test_ipv6_neighbours(kampus: Any, lama: Any) -> None:
    assert kampus.get_ipv6_neighbors_table() == [
        {"interface": "ether2", "mac": SWITCH.mac, "ip": "fe80::21e:14ff:feaa:bb01", "age": -1.0, "state": "stale"}
    ]
    with pytest.raises(TrapError, match="no such command"):
        lama.get_ipv6_neighbors_table()


def test_network_instances_and_bgp_where_none_is_configured(kampus: Any, lama: Any) -> None:
    for driver in (kampus, lama):
        assert driver.get_network_instances() == {}
        assert dict(driver.get_bgp_neighbors_detail()) == {}
    assert kampus.get_bgp_neighbors() == {}
    assert lama.get_bgp_neighbors() == {"global": {"peers": {}, "router_id": "0.0.0.0"}}


def test_vlans() -> None:
    # librouteros casts a lone number to int and this getter then fails on it (as on a real router): rows with two VLANs.
    with napalm(*NEW) as (driver, _):
        with pytest.raises(AttributeError, match="'int' object has no attribute 'split'"):
            driver.get_vlans()
        vlans = driver.api.path("interface", "bridge", "vlan")
        driver.api.path("interface", "bridge").update(**{".id": "bridge-lan", "vlan-filtering": False})
        vlans.remove(*(row[".id"] for row in vlans))
        vlans.add(bridge="bridge-lan", tagged="bridge-lan,ether2", **{"vlan-ids": "10,20"})
        assert driver.get_vlans()["20"] == {"name": "", "interfaces": ["bridge-lan", "ether2"]}


def test_ping(kampus: Any) -> None:
    found = kampus.ping("10.20.0.1", count=3, size=100)["success"]
    assert (found["probes_sent"], found["packet_loss"], len(found["results"])) == (3, 0, 3)
    assert 0 < found["rtt_min"] <= found["rtt_max"]


def test_command_line(kampus: Any, lama: Any) -> None:
    assert kampus.cli([":put 5", "/nonsense"]) == {
        ":put 5": "5\n",
        "/nonsense": "bad command name nonsense (line 1 column 1)\n",
    }
    assert "gw-lama" in lama.cli(["/system identity print"])["/system identity print"]


def test_life(kampus: Any) -> None:
    assert kampus.is_alive() == {"is_alive": True}
    with napalm(*NEW) as (driver, device):
        for connection in list(device.connections):
            connection.abort()
        assert driver.is_alive() == {"is_alive": False}


def test_a_wrong_password_is_said() -> None:
    from napalm.base.exceptions import ConnectionException

    device = RouterOS(name="gw", version="7.16.2", users=(FULL,))
    with serving(device):
        driver = get_network_driver("ros")("127.0.0.1", "netops", "salah", 10, {"port": device.ports["api"]})
        with pytest.raises(ConnectionException, match="invalid user name or password"):
            driver.open()
