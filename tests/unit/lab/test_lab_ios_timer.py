"""Confirmed change: Cisco's Configuration Rollback Confirmed Change guide, and a published session of it."""

from datetime import timedelta

import ios_desk as desk
import pytest

from netops.core.clock import ManualClock
from netops.lab.ios.machine import Machine

CHANGE = ("vlan 210", "name ACARA", "int gi1/0/5", "switchport access vlan 210")


def armed(minutes: int = 5) -> tuple[Machine, ManualClock, str]:
    clock = ManualClock(desk.START)
    device = desk.machine(clock=clock)
    screen = desk.say(device, f"configure terminal revert timer {minutes}", *CHANGE, "end")
    return device, clock, screen


def test_it_backs_up_first_and_then_enters_configuration() -> None:
    _, _, screen = armed()
    assert (
        "Rollback Confirmed Change: Backing up current running config to flash:cfg-Nov-20-01-02-03.456-0\n\n"
        "Enter configuration commands, one per line.  End with CNTL/Z.\nsw(config)#"
    ) in screen


def test_it_needs_an_archive() -> None:
    # NEDs and scripts match this sentence of the device when no archive path is configured.
    device = desk.machine(desk.CONFIG.replace("archive\n path flash:cfg\n", ""))
    screen = desk.say(device, "configure terminal revert timer 5")
    assert screen.endswith("%Turn config archive on before using Rollback Confirmed Change\nsw#")
    assert " Archive feature not enabled\n" in desk.say(device, "show archive")


@pytest.mark.parametrize("minutes", ["0", "121"])
def test_minutes_go_from_1_to_120(minutes: str) -> None:
    assert "% Invalid input detected" in desk.say(desk.machine(), f"conf t revert timer {minutes}")


def test_unconfirmed_it_goes_back_whole_when_the_clock_says_so() -> None:
    device, clock, _ = armed()
    before = desk.machine().running_config
    clock.move(299)
    device.tick()
    assert "switchport access vlan 210" in device.running_config
    clock.move(1)
    device.tick()
    assert device.running_config == before
    assert "%No Rollback Confirmed Change pending" in desk.say(device, "show archive config rollback timer")


def test_confirmed_it_stays() -> None:
    device, clock, _ = armed()
    assert desk.say(device, "configure confirm") == "sw#configure confirm\nsw#"
    clock.move(3600)
    device.tick()
    assert "switchport access vlan 210" in device.running_config


def test_any_session_may_confirm() -> None:
    # The timer is the device's, not the session's: a new login confirms.
    device, _, _ = armed()
    assert "%" not in desk.keys(device, "configure confirm\r", user="lain")


def test_it_goes_back_although_the_session_is_gone_and_startup_was_written() -> None:
    device, clock, _ = armed()
    desk.say(device, "write memory")
    clock.move(300)
    device.tick()
    assert "vlan 210" not in device.running_config
    assert "vlan 210" in device.startup_config


def test_revert_now_goes_back_at_once_and_says_so() -> None:
    device, _, _ = armed()
    screen = desk.say(device, "configure revert now")
    assert "Rollback Confirmed Change: rolling to:flash:cfg-Nov-20-01-02-03.456-0\n" in screen
    assert "Total number of passes: 1\nRollback Done\n" in screen
    assert device.running_config == desk.machine().running_config
    # NAPALM takes these words in a rollback's output for a failure.
    assert "error" not in screen.lower()
    assert "failed" not in screen.lower()


@pytest.mark.parametrize("command", ["configure confirm", "configure revert now", "configure revert timer 3"])
def test_nothing_pending(command: str) -> None:
    assert "%No Rollback Confirmed Change pending\n" in desk.say(desk.machine(), command)


def test_revert_timer_starts_the_time_again() -> None:
    device, clock, _ = armed()
    clock.move(200)
    desk.say(device, "configure revert timer 10")
    clock.move(599)
    device.tick()
    assert "vlan 210" in device.running_config
    clock.move(1)
    device.tick()
    assert "vlan 210" not in device.running_config


def test_the_timer_shows_who_when_and_how_long() -> None:
    # NAPALM reads `Time configured…: `, `Timer type: `, `Timer value: `, `User: `.
    device, _, _ = armed(2)
    assert desk.say(device, "show archive config rollback timer").split("\n")[1:5] == [
        "Time configured(or reconfigured): 08:02:03 WIB Fri Nov 20 2026",
        "Timer type: absolute timer",
        "Timer value: 2 min",
        "User: netops",
    ]


def test_a_second_timer_is_refused() -> None:
    device, _, _ = armed()
    assert "%Rollback Confirmed Change already pending\nsw#" in desk.say(device, "conf t revert timer 5")


def test_plain_configuration_goes_on_while_a_timer_runs() -> None:
    device, clock, _ = armed()
    desk.configure(device, "hostname lain")
    clock.move(300)
    device.tick()
    assert device.hostname == "sw"


def test_the_last_minute_is_announced_on_the_line_that_armed_it() -> None:
    # The published session: with a timer of one minute the warning comes at once, right behind the prompt.
    clock = ManualClock(desk.START)
    device = desk.machine(clock=clock)
    said: list[str] = []

    async def later() -> str:
        device.tick()  # the loop looks at the clock while the user reads
        device.tick()
        return ""

    desk.keys(device, "conf t revert timer 1\rint gi", then=later, shown=said)
    assert "".join(said).endswith(
        "sw(config)#int giRollback Confirmed Change: Rollback will begin in one minute.\r\n"
        'Enter "configure confirm" if you wish to keep what you\'ve configured\r\n\r\nsw(config)#int gi'
    )


def test_the_archive_keeps_the_backup_and_compares_with_it() -> None:
    device, clock, _ = armed()
    assert "   1        flash:cfg-Nov-20-01-02-03.456-0 <- Most Recent\n" in desk.say(device, "show archive")
    assert desk.say(device, "show archive config differences flash:cfg-Nov-20-01-02-03.456-0").split("\n")[2:-1] == [
        "!Contextual Config Diffs:",
        "+vlan 210",
        "+ name ACARA",
        "interface GigabitEthernet1/0/5",
        "- switchport access vlan 20",
        "+ switchport access vlan 210",
    ]
    clock.move(timedelta(minutes=5).total_seconds())
    device.tick()
    assert "!No changes were found" in desk.say(device, "show archive config differences")
    assert "%Error opening flash:x" in desk.say(device, "show archive config differences flash:x")


def test_the_archive_holds_so_many_files_as_maximum_says() -> None:
    device = desk.machine()
    desk.configure(device, "archive", "maximum 2", "write-memory")
    desk.say(device, "write memory", "write memory", "archive config")
    screen = desk.say(device, "show archive")
    assert "There are currently 2 archive configurations saved.\n" in screen
    assert "-2 <- Most Recent" in screen


def test_a_vtp_servers_vlans_do_not_go_back() -> None:
    # They live in vlan.dat, not in the configuration that is rolled back: only the port returns.
    clock = ManualClock(desk.START)
    device = desk.machine(clock=clock)
    desk.configure(device, "vtp mode server")
    desk.say(device, "conf t revert timer 1", *CHANGE)
    clock.move(60)
    device.tick()
    assert "ACARA" in desk.say(device, "show vlan brief")
    assert "switchport access vlan 20" in desk.section(device, "interface GigabitEthernet1/0/5")
