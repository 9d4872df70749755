"""What configuration commands do to the tree: Cisco's command reference for Catalyst 2960-X, 15.2(7)E, and listings."""

from pathlib import Path

import ios_desk as desk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.lab.ios import configure, names, tree
from netops.lab.ios.machine import Machine

LAB_CONFIG = Path(configure.__file__).parents[1] / "configs" / "sw-aula.cfg"


def port(device: Machine, number: int) -> list[str]:
    return desk.section(device, f"interface GigabitEthernet1/0/{number}")


def test_a_single_valued_line_is_replaced() -> None:
    # Command reference: a second `switchport access vlan` or `description` takes the place of the first.
    device = desk.machine()
    desk.configure(device, "interface gi1/0/5", "description Aula timur", "switchport access vlan 10")
    assert port(device, 5) == ["description Aula timur", "switchport access vlan 10", "switchport mode access"]


def test_no_takes_a_line_away_whatever_its_value() -> None:
    device = desk.machine()
    desk.configure(device, "int gi1/0/5", "no description", "no switchport access vlan 999", "no sw mode")
    assert port(device, 5) == []


def test_lines_with_their_own_key_stand_side_by_side() -> None:
    # `ntp server`, `logging host`, `snmp-server community` take several entries; a repeated key replaces its entry.
    device = desk.machine()
    desk.configure(device, "ntp server 10.0.0.1", "ntp server 10.0.0.2", "snmp-server community kampus rw")
    assert device.running_config.count("ntp server ") == 2
    assert "snmp-server community kampus RW\n" in device.running_config
    assert "kampus RO" not in device.running_config


def test_defaults_are_not_listed() -> None:
    # NVGEN omits defaults: access VLAN 1, mode dynamic auto, native VLAN 1, `no shutdown`.
    device = desk.machine()
    desk.configure(
        device, "int gi1/0/5", "switchport access vlan 1", "sw mode dynamic auto", "shutdown", "no shutdown", "no desc"
    )
    assert port(device, 5) == []


def test_negative_defaults_are_listed_as_no() -> None:
    # `ip domain-lookup` is on by default: only its `no` appears.
    device = desk.machine()
    desk.configure(device, "no ip domain-lookup")
    assert "\nno ip domain-lookup\n" in device.running_config
    desk.configure(device, "ip domain-lookup")
    assert "domain-lookup" not in device.running_config


def test_sections_print_in_the_devices_order_whatever_was_typed_first() -> None:
    device = desk.machine()
    desk.configure(device, "ntp server 10.0.0.9", "vlan 5", "name LIMA", "interface gi1/0/2", "hostname sw2")
    text = device.running_config
    places = [
        text.index(word) for word in ("hostname sw2", "archive", "vlan 5\n", "vlan 10\n", "interface Fast", "ntp ")
    ]
    assert places == sorted(places)


def test_inside_a_port_lines_print_in_the_devices_order() -> None:
    # Listings: description, access VLAN, trunk lines, mode, then shutdown and spanning-tree.
    device = desk.machine()
    desk.configure(
        device, "int gi1/0/20", "spanning-tree portfast", "shutdown", "sw mode access", "sw acc vlan 20", "des x"
    )
    assert port(device, 20) == [
        "description x",
        "switchport access vlan 20",
        "switchport mode access",
        "shutdown",
        "spanning-tree portfast edge",
    ]


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("add 210", "10,20,210"),
        ("add 211-212,210", "10,20,210-212"),
        ("add 20", "10,20"),
        ("remove 20", "10"),
        ("remove 10,20", "none"),
        ("none", "none"),
        ("30,31", "30,31"),
        ("except 2-4094", "1"),
        ("all", None),
        ("1-4094", None),
    ],
)
def test_allowed_vlans_of_a_trunk(typed: str, printed: str | None) -> None:
    # Command reference `switchport trunk allowed vlan {all | none | add | remove | except} list`; `all` is not listed.
    device = desk.machine()
    desk.configure(device, "int gi1/0/1", f"switchport trunk allowed vlan {typed}")
    lines = [line for line in port(device, 1) if "allowed" in line]
    assert lines == ([f"switchport trunk allowed vlan {printed}"] if printed else [])


def test_adding_to_a_trunk_that_carries_all_changes_nothing() -> None:
    # No list means all VLANs, so there is nothing to add: the well-known trap of `add` on an unrestricted trunk.
    device = desk.machine()
    desk.configure(device, "int gi1/0/20", "sw mode trunk", "sw trunk allowed vlan add 210")
    assert port(device, 20) == ["switchport mode trunk"]


def test_a_long_allowed_list_is_continued_by_add_lines_and_reads_back() -> None:
    # Listings break the list before 80 columns and go on with `… vlan add …`.
    device = desk.machine()
    wanted = frozenset(range(100, 200, 2))
    desk.configure(device, "int gi1/0/1", f"switchport trunk allowed vlan {names.vlan_text(wanted)}")
    lines = [line for line in port(device, 1) if "allowed" in line]
    assert len(lines) > 2
    assert all(line.startswith("switchport trunk allowed vlan add ") for line in lines[1:])
    assert all(len(line) < 80 for line in lines)
    assert tree.text_of(configure.load(device.running_config, modern=True)) == device.running_config


@given(st.lists(st.tuples(st.sampled_from(["add", "remove"]), st.integers(2, 60)), max_size=12))
@settings(max_examples=30, deadline=None)
def test_add_and_remove_are_set_operations(steps: list[tuple[str, int]]) -> None:
    device = desk.machine()
    want = {10, 20}
    for word, vlan in steps:
        want = want | {vlan} if word == "add" else want - {vlan}
    desk.configure(device, "int gi1/0/1", *(f"sw trunk allowed vlan {word} {vlan}" for word, vlan in steps))
    assert f"switchport trunk allowed vlan {names.vlan_text(want) or 'none'}" in port(device, 1)


def test_an_access_port_creates_the_vlan_it_refers_to() -> None:
    # Seen in many sessions: `% Access VLAN does not exist. Creating vlan 210`.
    device = desk.machine()
    screen = desk.configure(device, "int gi1/0/5", "switchport access vlan 210")
    assert "% Access VLAN does not exist. Creating vlan 210\n" in screen
    assert tree.vlans(device.root())[210] == "VLAN0210"
    assert "Creating" not in desk.configure(device, "int gi1/0/6", "switchport access vlan 210")


def test_removing_a_vlan_leaves_its_ports_inactive_in_it() -> None:
    # Configuration guide: ports of a deleted VLAN stay associated with it and become inactive.
    device = desk.machine()
    desk.configure(device, "no vlan 20")
    assert "switchport access vlan 20" in port(device, 5)
    assert [p.status for p in device.snapshot(0).ports if p.name.endswith("/5")] == ["inactive"]
    assert "inactive     20" in desk.say(device, "show interfaces status")


def test_unnamed_vlans_share_a_line_and_named_ones_do_not() -> None:
    # Listings of transparent switches: `vlan 30-32,40 ` on one line, each named VLAN with its own section.
    device = desk.machine()
    desk.configure(device, "vlan 30,31,32,40")
    assert "\nvlan 30-32,40 \n!\n" in device.running_config
    again = configure.load(device.running_config, modern=True)
    assert set(tree.vlans(again)) == set(tree.vlans(device.root()))


def test_a_vtp_server_keeps_its_vlans_out_of_the_configuration() -> None:
    # VTP guide: only transparent (and off) mode stores VLANs in running-config; a server has them in vlan.dat.
    device = desk.machine()
    desk.configure(device, "vtp mode server")
    assert "\nvlan 20" not in device.running_config
    assert "KANTOR" in desk.say(device, "show vlan brief")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["vlan 210", "name " + "x" * 33], "longer than 32 characters"),
        (["vlan 210", "name MGMT"], "VLAN #10 and #210 have an identical name: MGMT"),
        (["vlan 1", "name UTAMA"], "Default VLAN 1 may not have its name changed."),
        (["no vlan 1"], "%Default VLAN 1 may not be deleted."),
        (["no vlan 1004"], "%Default VLAN 1004 may not be deleted."),
        (["vlan 5000"], "Command rejected: Bad VLAN list"),
        (["no interface gi1/0/5"], "% Removal of physical interfaces is not permitted"),
        (["int gi1/0/5", "ip address 10.1.0.1 255.255.255.0"], "% IP addresses may not be configured on L2 links."),
        (["int vlan 20", "ip address 10.10.0.9 255.255.255.0"], "% 10.10.0.0 overlaps with Vlan10"),
        (["int vlan 20", "ip address 10.1.0.1 255.0.255.0"], "Bad mask 0xFF00FF00 for address 10.1.0.1"),
        (["int gi1/0/20", "switchport nonegotiate"], "Conflict between 'nonegotiate' and 'dynamic' status"),
        (["hostname 1st"], "% Hostname contains one or more illegal characters."),
    ],
)
def test_refusals_leave_the_configuration_as_it_was(lines: list[str], text: str) -> None:
    device = desk.machine()
    desk.configure(device, *lines[:-1])
    before = device.running_config
    assert text in desk.configure(device, *lines)
    assert device.running_config == before


def test_a_name_of_32_characters_is_taken() -> None:
    device = desk.machine()
    desk.configure(device, "vlan 210", "name " + "x" * 32)
    assert tree.vlans(device.root())[210] == "x" * 32


@pytest.mark.parametrize("line", ["interface gi1/0/99", "interface gi2/0/1", "interface vlan 5000"])
def test_a_port_that_the_hardware_lacks_is_invalid_input(line: str) -> None:
    device = desk.machine()
    screen = desk.configure(device, line)
    caret = screen.split("\n")[1]
    assert caret.strip() == "^"
    assert "% Invalid input detected at '^' marker." in screen
    assert screen.split("\n")[0][len(caret) - 1].isdigit()


def test_default_interface_empties_it() -> None:
    # Command reference `default interface`; the confirmation names the interface in full.
    device = desk.machine()
    screen = desk.configure(device, "default int gi1/0/5")
    assert "Interface GigabitEthernet1/0/5 set to default configuration\n" in screen
    assert port(device, 5) == []


def test_a_range_works_on_all_of_its_ports() -> None:
    device = desk.machine()
    screen = desk.configure(device, "interface range gi1/0/5 - 6 , gi1/0/20", "description Aula")
    assert "sw(config-if-range)#" in screen
    assert [port(device, number)[0] for number in (5, 6, 20)] == ["description Aula"] * 3


def test_portfast_warns_with_percent_signs_and_is_taken() -> None:
    # Sessions show a %Warning of four lines; from 15.2 on the listing says `portfast edge` whichever was typed.
    device = desk.machine()
    screen = desk.configure(device, "int gi1/0/5", "spanning-tree portfast")
    assert "%Warning: portfast should only be enabled on ports connected to a single\n" in screen
    assert "%Portfast has been configured on GigabitEthernet1/0/5 but will only\n" in screen
    assert "spanning-tree portfast edge" in port(device, 5)
    old = desk.machine(version="12.2(55)SE")
    desk.configure(old, "int gi1/0/5", "spanning-tree portfast")
    assert "spanning-tree portfast" in port(old, 5)


def test_an_interface_vlan_starts_without_an_address_and_can_go() -> None:
    device = desk.machine()
    desk.configure(device, "interface vlan 20", "ip address 10.20.0.2 255.255.255.0")
    assert desk.section(device, "interface Vlan20") == ["ip address 10.20.0.2 255.255.255.0"]
    desk.configure(device, "interface vlan 20", "no ip address")
    assert desk.section(device, "interface Vlan20") == ["no ip address"]
    desk.configure(device, "no interface vlan 20")
    assert "interface Vlan20" not in device.running_config


def test_a_banner_may_run_over_lines() -> None:
    # Command reference `banner motd`: text up to the repeated delimiter, which the listing shows as ^C.
    device = desk.machine()
    screen = desk.configure(device, "banner motd #", "Awas", "petugas saja#")
    assert "Enter TEXT message.  End with the character '#'." in screen
    assert "banner motd ^C\nAwas\npetugas saja^C\n" in device.running_config


@pytest.mark.parametrize("text", [desk.CONFIG, LAB_CONFIG.read_text(encoding="utf-8")])
def test_a_printed_configuration_loads_to_the_same_configuration(text: str) -> None:
    once = tree.text_of(configure.load(text, modern=True))
    assert tree.text_of(configure.load(once, modern=True)) == once


def test_the_labs_own_file_keeps_every_line() -> None:
    text = LAB_CONFIG.read_text(encoding="utf-8")
    wanted = {line.strip() for line in text.splitlines() if line.strip() and not line.startswith("!")}
    printed = {line.strip() for line in tree.text_of(configure.load(text, modern=True)).splitlines()}
    assert wanted <= printed


def test_lines_that_the_grammar_lacks_are_kept_when_loaded() -> None:
    device = desk.machine(
        desk.CONFIG + "mls qos\ninterface GigabitEthernet1/0/21\n srr-queue bandwidth share 1 2 3 4\n"
    )
    assert "\nmls qos\n" in device.running_config
    assert port(device, 21) == ["srr-queue bandwidth share 1 2 3 4"]


def test_differences_mark_lines_under_their_headers() -> None:
    # `show archive config differences`: headers unmarked, + for lines only in the second, - only in the first.
    old = tree.parse("interface A\n description x\n shutdown\nntp server 1.1.1.1\n")
    new = tree.parse("interface A\n description y\n shutdown\nvlan 5\n name L\n")
    assert tree.differences(old, new) == [
        "!Contextual Config Diffs:",
        "+vlan 5",
        "+ name L",
        "interface A",
        "- description x",
        "+ description y",
        "-ntp server 1.1.1.1",
    ]
    assert tree.differences(old, old) == ["!Contextual Config Diffs:", "!No changes were found"]
