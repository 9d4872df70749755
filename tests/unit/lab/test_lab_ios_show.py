"""Show commands and counters: captured listings, and what netmiko's and NAPALM's parsers look for."""

import ios_desk as desk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.clock import ManualClock
from netops.lab.ios import names, traffic


def shown(command: str, *lines: str) -> list[str]:
    """The answer to one exec command after some configuration lines."""
    device = desk.machine()
    desk.configure(device, *lines)
    return desk.say(device, command).partition("\n")[2].removesuffix("\nsw#").split("\n")


def test_version_names_system_uptime_model_and_serial() -> None:
    # NAPALM: `Cisco IOS Software, …`, `<name> uptime is …`, `Processor board ID …`, `cisco <model> … bytes of`.
    clock = ManualClock(desk.START)
    device = desk.machine(clock=clock)
    clock.move(694_861)
    screen = desk.say(device, "show version")
    assert "Version 15.2(7)E, RELEASE SOFTWARE (fc1)\n" in screen
    assert "\nsw uptime is 1 week, 1 day, 1 hour, 1 minute\n" in screen
    assert "\ncisco WS-C2960X-24TS-L (APM86XXX) processor (revision A0) with 524288K bytes of memory.\n" in screen
    assert "\nProcessor board ID FOC" in screen


def test_vlan_brief_lists_access_ports_and_no_working_trunk() -> None:
    lines = shown("show vlan brief")
    assert lines[:3] == [
        "",
        "VLAN Name                             Status    Ports",
        "---- -------------------------------- --------- -------------------------------",
    ]
    assert "1    default                          active    Gi1/0/6, Gi1/0/20" in lines
    assert "20   KANTOR                           active    Gi1/0/2, Gi1/0/5" in lines
    assert "10   MGMT                             active    " in lines
    assert "1005 trnet-default                    act/unsup " in lines


def test_vlan_brief_wraps_ports_at_31_columns() -> None:
    rows = [
        line for line in shown("show vlan brief", "int range gi1/0/1 - 2, gi1/0/5 - 6", "no sw mode") if "Gi1" in line
    ]
    assert all(len(row) <= 48 + 31 for row in rows)
    wide = shown("show vlan brief", "int range gi1/0/1-2,gi1/0/5-6,gi1/0/20", "no sw mode", "sw acc vlan 20")
    at = next(number for number, line in enumerate(wide) if line.startswith("20 "))
    assert wide[at].endswith("Gi1/0/1, Gi1/0/2, Gi1/0/5")
    assert wide[at + 1] == " " * 48 + "Gi1/0/6, Gi1/0/20"


def test_vlan_id_shows_the_trunks_too_and_unknown_ones_are_not_found() -> None:
    assert any(line.endswith("Gi1/0/1, Gi1/0/2, Gi1/0/5") for line in shown("show vlan id 20"))
    assert shown("show vlan id 99") == ["VLAN id 99 not found in current VLAN database"]


def test_a_suspended_and_a_shut_vlan_say_so() -> None:
    lines = shown("show vlan brief", "vlan 10", "state suspend", "vlan 20", "shutdown")
    assert any(line.startswith("10   MGMT                             suspended") for line in lines)
    assert any(line.startswith("20   KANTOR                           act/lshut") for line in lines)


def test_interfaces_status_has_its_columns() -> None:
    lines = shown("show interfaces status", "int gi1/0/2", "shutdown")
    assert lines[1:5] == [
        "Port      Name               Status       Vlan       Duplex  Speed Type",
        "Gi1/0/1   gw ether2          connected    trunk      a-full a-1000 10/100/1000BaseTX",
        "Gi1/0/2                      disabled     20           auto   auto 10/100/1000BaseTX",
        "Gi1/0/5   Aula               connected    20         a-full a-1000 10/100/1000BaseTX",
    ]
    assert "Gi1/0/20                     notconnect   1            auto   auto 10/100/1000BaseTX" in lines


def test_interfaces_trunk_tells_allowed_from_active() -> None:
    # The second table leaves out VLANs that do not exist here.
    text = "\n".join(shown("show interfaces trunk", "int gi1/0/1", "sw trunk allowed vlan 10,20,99"))
    assert "Gi1/0/1     on               802.1q         trunking      1\n" in text
    assert "Port        Vlans allowed on trunk\nGi1/0/1     10,20,99\n" in text
    assert "Port        Vlans allowed and active in management domain\nGi1/0/1     10,20\n" in text
    assert shown("show interfaces trunk", "int gi1/0/1", "shutdown") == ["sw#"]


def test_interfaces_switchport_of_access_and_inactive_ports() -> None:
    text = "\n".join(shown("show interfaces gi1/0/5 switchport", "no vlan 20"))
    assert "Name: Gi1/0/5\nSwitchport: Enabled\nAdministrative Mode: static access\nOperational Mode: down\n" in text
    assert "Access Mode VLAN: 20 (Inactive)\n" in text
    assert "Trunking VLANs Enabled: ALL\n" in text


def test_ip_brief_and_svi_autostate() -> None:
    # Autostate: an SVI is up while some port carries its VLAN.
    up = shown("show ip interface brief")
    assert up[1] == "Vlan10                 10.10.0.2       YES NVRAM  up                    up      "
    down = shown("show ip interface brief", "int gi1/0/1", "sw trunk allowed vlan 20")
    assert down[1] == "Vlan10                 10.10.0.2       YES NVRAM  up                    down    "
    shut = shown("show ip interface brief", "int vlan 10", "shutdown")
    assert shut[1] == "Vlan10                 10.10.0.2       YES NVRAM  administratively down down    "


def test_mac_table_lists_cpu_and_hosts_and_filters() -> None:
    lines = shown("show mac address-table")
    assert lines[3:5] == [
        "Vlan    Mac Address       Type        Ports",
        "----    -----------       --------    -----",
    ]
    assert lines[5].split() == ["All", "0100.0ccc.cccc", "STATIC", "CPU"]
    assert [line.split()[-1] for line in lines if "DYNAMIC" in line] == ["Gi1/0/2", "Gi1/0/5", "Gi1/0/6"]
    assert shown("show mac address-table interface gi1/0/5")[-1] == "Total Mac Addresses for this criterion: 1"
    assert shown("show mac address-table vlan 20")[-1] == "Total Mac Addresses for this criterion: 2"
    # The 2960-X does not know the old hyphenated form; NAPALM tries it first and goes on.
    assert "% Invalid input detected at '^' marker." in shown("show mac-address-table")


def test_arp_has_a_dash_for_own_addresses() -> None:
    lines = shown("show arp")
    assert [line.split()[1:3] for line in lines[1:]] == [["10.10.0.1", "0"], ["10.10.0.2", "-"]]


def test_lldp_only_when_it_runs() -> None:
    assert any(line.split() == ["gw", "Gi1/0/1", "120", "B,R", "ether2"] for line in shown("show lldp neighbors"))
    assert shown("show lldp neighbors", "no lldp run") == ["% LLDP is not enabled"]
    assert "Total entries displayed: 0" in shown("show lldp neighbors detail", "int gi1/0/1", "shutdown")


def test_startup_and_directory() -> None:
    assert shown("show startup-config")[0].startswith("Using ")
    lines = shown("dir")
    assert lines[0] == "Directory of flash:/"
    assert lines[-1].endswith(" bytes free)")
    assert shown("dir flash:/tidak-ada") == ["%Error opening flash:/tidak-ada (No such file or directory)"]


def test_small_commands_answer_in_the_form_that_parsers_want() -> None:
    assert shown("show processes cpu")[0].startswith("CPU utilization for five seconds: ")
    assert shown("show environment temperature status")[0].startswith("SYSTEM Temperature Value: ")
    assert shown("show ntp associations") == ["%NTP is not enabled."]
    assert any(
        "127.127" in line or "10.0.0.9" in line for line in shown("show ntp associations", "ntp server 10.0.0.9")
    )
    assert shown("show hosts", "ip domain-name kampus.example")[0] == "Default domain is kampus.example"
    assert shown("show inventory")[0].startswith('NAME: "1", DESCR: "WS-C2960X')
    assert "VTP Operating Mode                : Transparent" in shown("show vtp status")
    assert "VTP Operating Mode                : Server" in shown("show vtp status", "vtp mode server")
    assert shown("show ip ssh")[0] == "SSH Enabled - version 2.0"
    assert [line.split()[:1] for line in shown("show memory statistics")[1:]] == [["Processor"], ["I/O"]]
    assert shown("show users")[1].split() == ["*", "1", "vty", "0", "netops", "idle", "00:00:00", "127.0.0.1"]
    assert shown("show snmp chassis")[0].startswith("FOC")
    assert "10.10.0.2/24" in "\n".join(shown("show ip interface vlan 10"))
    assert shown("show interfaces description")[3] == "Gi1/0/1                        up             up       gw ether2"


def test_counters_move_with_time_and_show_interfaces_agrees_with_the_view() -> None:
    clock = ManualClock(desk.START)
    device = desk.machine(clock=clock)
    clock.move(60)
    first = {port.name: port.count for port in device.snapshot(0).ports}
    clock.move(60)
    second = {port.name: port.count for port in device.snapshot(0).ports}
    name = "GigabitEthernet1/0/5"
    assert 0 < first[name].in_octets < second[name].in_octets
    assert f" {second[name].in_packets} packets input, {second[name].in_octets} bytes" in desk.say(
        device, "show interfaces gi1/0/5"
    )
    assert second["GigabitEthernet1/0/20"].in_octets == 0


def test_a_trunk_carries_what_its_vlans_offer() -> None:
    # Ports 2 and 5 are in VLAN 20, which the trunk carries; port 6 is in VLAN 1, which it does not.
    clock = ManualClock(desk.START)
    device = desk.machine(clock=clock)
    clock.move(100)
    count = {port.name[-4:]: port.count for port in device.snapshot(0).ports}
    assert count["/0/1"].sent == pytest.approx(count["/0/2"].received + count["/0/5"].received)
    assert count["/0/1"].received == pytest.approx(count["/0/2"].sent + count["/0/5"].sent)


def test_a_shut_port_stops_counting_at_that_moment() -> None:
    clock = ManualClock(desk.START)
    device = desk.machine(clock=clock)
    clock.move(100)
    desk.configure(device, "int gi1/0/5", "shutdown")
    stopped = device.snapshot(0).ports[2].count
    clock.move(100)
    assert stopped.in_octets > 0
    assert device.snapshot(0).ports[2].count == stopped


@given(st.floats(0, 5000), st.floats(0, 5000), st.floats(0, 5000))
@settings(max_examples=50)
def test_octets_of_parts_add_up_and_never_shrink(start: float, first: float, second: float) -> None:
    middle, end = start + first, start + first + second
    whole = traffic.octets(1e6, start, end)
    parts = traffic.octets(1e6, start, middle) + traffic.octets(1e6, middle, end)
    assert whole == pytest.approx(parts, abs=1e-3)
    assert whole >= 0.4 * 1e6 / 8 * (end - start) - 1e-3


def test_every_interface_has_its_own_address_and_index() -> None:
    device = desk.machine()
    macs = [port.mac for port in device.snapshot(0).ports]
    indexes = [names.index_of(port.name) for port in device.snapshot(0).ports]
    assert len(set(macs)) == len(macs)
    assert len(set(indexes)) == len(indexes)
