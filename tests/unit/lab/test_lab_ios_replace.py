"""`configure replace` and the comparisons behind it: what is computed, what is applied, what fails and comes back."""

import ios_desk as desk
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.lab.ios import configure, replace, tree
from netops.lab.ios.machine import Machine


def replaced(device: Machine, text: str, command: str = "configure replace flash:w force") -> str:
    device.flash.write("w", text, desk.START)
    return desk.say(device, command)


def test_the_difference_is_applied_and_counted() -> None:
    device = desk.machine()
    text = device.running_config.replace("Aula", "Gedung").replace("vlan 20\n name KANTOR\n!\n", "")
    screen = replaced(device, text, "configure replace flash:w list force")
    assert (
        "!List of Rollback Commands:\nno vlan 20\ninterface GigabitEthernet1/0/5\n description Gedung\nend\n" in screen
    )
    assert "Total number of passes: 1\nRollback Done\n" in screen
    assert device.running_config == text


def test_nothing_to_do_takes_no_pass() -> None:
    device = desk.machine()
    before = device.running_config
    screen = replaced(device, before)
    assert "Total number of passes: 0\nRollback Done\n" in screen
    assert device.running_config == before


def test_it_asks_unless_forced() -> None:
    device = desk.machine()
    device.flash.write("w", device.running_config.replace("Aula", "Gedung"), desk.START)
    screen = desk.say(device, "configure replace flash:w", "")
    assert "assumed to be a complete configuration, not a partial\n" in screen
    assert "Enter Y if you are sure you want to proceed. ? [no]: " in screen
    assert "Aula" in device.running_config
    desk.say(device, "configure replace flash:w", "Y")
    assert "Gedung" in device.running_config


def test_what_the_hardware_lacks_fails_and_the_rest_stays_without_a_trigger() -> None:
    device = desk.machine()
    text = device.running_config.replace("Aula", "Gedung").replace("end\n", "interface GigabitEthernet1/0/99\nend\n")
    screen = replaced(device, text)
    assert "Rollback aborted after 5 passes\n" in screen
    assert (
        "The following commands are failed to apply to the IOS image.\n********\ninterface GigabitEthernet1/0/99\n"
        in screen
    )
    assert "Gedung" in device.running_config


def test_a_trigger_restores_and_disarms() -> None:
    device = desk.machine()
    before = device.running_config
    text = before.replace("Aula", "Gedung").replace("end\n", "interface GigabitEthernet1/0/99\nend\n")
    screen = replaced(device, text, "configure replace flash:w force revert trigger error timer 5")
    assert "original configuration has been successfully restored" in screen
    assert device.running_config == before
    assert "%No Rollback Confirmed Change pending" in desk.say(device, "show archive config rollback timer")


@pytest.mark.parametrize("words", ["revert timer 5", "time 5", "revert trigger error timer 5"])
def test_a_timer_goes_back_to_what_was_there_before(words: str) -> None:
    device = desk.machine()
    before = device.running_config
    screen = replaced(device, before.replace("Aula", "Gedung"), f"configure replace flash:w force {words}")
    assert "Rollback Confirmed Change: Backing up current running config to flash:cfg-" in screen
    assert "Gedung" in device.running_config
    desk.say(device, "configure revert now")
    assert device.running_config == before


def test_a_timer_without_an_archive_changes_nothing() -> None:
    device = desk.machine(desk.CONFIG.replace("archive\n path flash:cfg\n", ""))
    before = device.running_config
    screen = replaced(device, before.replace("Aula", "Gedung"), "configure replace flash:w force time 5")
    assert "%Turn config archive on before using Rollback Confirmed Change\n" in screen
    assert device.running_config == before


def test_an_archive_is_a_way_back() -> None:
    device = desk.machine()
    before = device.running_config
    desk.say(device, "archive config")
    name = next(name for name in device.flash.files if name.startswith("cfg-"))
    desk.configure(device, "vlan 77", "interface GigabitEthernet1/0/5", "no description", "switchport access vlan 77")
    assert "Rollback Done" in desk.say(device, f"configure replace flash:{name} force")
    assert device.running_config == before


def test_vlans_of_a_vtp_server_are_no_part_of_a_file() -> None:
    device = desk.machine(desk.CONFIG.replace("vtp mode transparent", "vtp mode server"))
    saved = device.running_config
    desk.configure(device, "vlan 77", "interface GigabitEthernet1/0/5", "description lain")
    replaced(device, saved)
    assert "VLAN0077" in desk.say(device, "show vlan brief")
    assert "lain" not in device.running_config


def test_incremental_differences() -> None:
    device = desk.machine()
    device.flash.write("m", "interface GigabitEthernet1/0/5\n description Aula\n shutdown\nvlan 20\n", desk.START)
    screen = desk.say(device, "show archive config incremental-diffs flash:/m ignorecase")
    assert "!List of Commands:\ninterface GigabitEthernet1/0/5\n shutdown\nend\n" in screen
    device.flash.write("m", "vlan 20\n", desk.START)
    assert "!List of Commands:\nend\n!No changes were found\n" in desk.say(
        device, "show archive config incremental-diffs flash:m"
    )


PORTS = st.lists(
    st.sampled_from(
        [
            "description A",
            "description B",
            "switchport access vlan 10",
            "switchport access vlan 20",
            "switchport mode access",
            "switchport mode trunk",
            "switchport trunk allowed vlan 10",
            "shutdown",
            "spanning-tree bpduguard enable",
        ]
    ),
    max_size=5,
)


@settings(max_examples=60)
@given(old=PORTS, new=PORTS, vlans=st.sets(st.integers(10, 14)), other=st.sets(st.integers(10, 14)))
def test_any_configuration_becomes_any_other(old: list[str], new: list[str], vlans: set[int], other: set[int]) -> None:
    def text(lines: list[str], known: set[int]) -> str:
        head = "hostname sw\nvtp mode transparent\n" + "".join(f"vlan {vlan}\n name V{vlan}\n" for vlan in known)
        return head + "interface GigabitEthernet1/0/5\n" + "".join(f" {line}\n" for line in lines)

    root = configure.load(text(old, vlans), modern=True)
    wanted = configure.load(text(new, other), modern=True)
    found = replace.replace(root, wanted, hardware=frozenset({"GigabitEthernet1/0/5"}), modern=True)
    assert found.failed == ()
    assert tree.body(root) == tree.body(wanted)
