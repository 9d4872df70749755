"""What befalls the switch by the lab's wish: refused, cut and slow lines, power failures, reloads; each by what is left."""

import ios_desk as desk
import pytest

from netops.core.clock import ManualClock

EDIT = ("interface GigabitEthernet1/0/6", "description Panggung", "switchport access vlan 20")


def test_a_write_is_refused_with_the_words_wished_for() -> None:
    device = desk.machine()
    device.mishaps.refuse[2] = "% Not enough memory"
    screen = desk.configure(device, *EDIT)
    assert "description Panggung\n% Not enough memory\n" in screen
    assert desk.section(device, "interface GigabitEthernet1/0/6") == [
        "switchport access vlan 20",
        "switchport mode access",
    ]


def test_a_write_is_refused_as_a_command_that_the_switch_lacks() -> None:
    device = desk.machine()
    device.mishaps.refuse[2] = ""
    assert "^\n% Invalid input detected at '^' marker.\n" in desk.configure(device, *EDIT)


@pytest.mark.parametrize(
    ("where", "done", "ends"),
    [
        ("before", False, "description Panggung\n"),
        ("within", True, "description Panggung\nsw(conf"),
        ("after", True, "description Panggung\nsw(config-if)#"),
    ],
)
def test_the_connection_breaks_around_a_line(where: str, done: bool, ends: str) -> None:
    device = desk.machine()
    device.mishaps.wish({"cut": {"2": where}})
    screen = desk.configure(device, *EDIT)
    assert screen.endswith(ends)
    assert ("description Panggung" in device.running_config) is done
    assert "switchport access vlan 20" not in desk.section(device, "interface GigabitEthernet1/0/6")


def test_saving_confirming_and_copying_are_writes_too_but_showing_is_not() -> None:
    device = desk.machine()
    desk.say(
        device, "show clock", "write memory", "copy running-config flash:a", "", "configure confirm", "show archive"
    )
    assert device.mishaps.writes == 3
    desk.configure(device, "do show clock", "vlan 30", "exit")
    assert device.mishaps.writes == 4


def test_a_power_failure_takes_what_was_not_saved() -> None:
    device = desk.machine()
    desk.configure(device, "vlan 30")
    desk.say(device, "write memory")
    device.mishaps.wish({"reboot": [2]})
    screen = desk.configure(device, "vlan 31", "vlan 32")
    assert screen.endswith("vlan 32\n")
    assert "vlan 30" in device.running_config
    assert "vlan 31" not in device.running_config
    assert "Last reload reason: power-on" in desk.say(device, "show version")


def test_a_restart_forgets_a_rollback_timer_and_keeps_files() -> None:
    clock = ManualClock(desk.START)
    device = desk.machine(clock=clock)
    desk.say(device, "configure terminal revert timer 5", "vlan 30", "end", "write memory")
    archives = [name for name in device.flash.files if name.startswith("cfg-")]
    device.reboot()
    assert "%No Rollback Confirmed Change pending" in desk.say(device, "show archive config rollback timer")
    clock.move(3600)
    device.tick()
    assert "vlan 30" in device.running_config  # saved, and nothing takes it back any more
    assert archives
    assert set(archives) <= set(device.flash.files)


def test_a_vtp_server_keeps_its_vlans_over_a_restart() -> None:
    device = desk.machine(desk.CONFIG.replace("vtp mode transparent", "vtp mode server"))
    desk.configure(device, "vlan 30", "interface GigabitEthernet1/0/6", "description Panggung")
    device.reboot()
    assert "30   VLAN0030" in desk.say(device, "show vlan brief")
    assert "Panggung" not in device.running_config


@pytest.mark.parametrize(("answer", "kept"), [("yes", True), ("no", False)])
def test_reload_asks_whether_to_save(answer: str, kept: bool) -> None:
    device = desk.machine()
    desk.configure(device, "vlan 30")
    screen = desk.say(device, "reload", answer, "")
    assert "System configuration has been modified. Save? [yes/no]: " in screen
    assert "Proceed with reload? [confirm]" in screen
    assert ("vlan 30" in device.running_config) is kept
    assert "Last reload reason: Reload command" in desk.say(device, "show version")


def test_reload_of_a_saved_configuration_only_wants_a_confirmation() -> None:
    device = desk.machine()
    screen = desk.keys(device, "reload\rn")
    assert "Save?" not in screen
    assert device.restarts == ["power-on"]
