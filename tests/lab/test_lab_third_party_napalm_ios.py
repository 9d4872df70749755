"""NAPALM's ios driver, unmodified, changes the simulated switch: candidate, compare, commit, timer, rollback, replace.

Over SCP, and once inline through tclsh, whose fixed waits of the library cost ten seconds.
"""

from typing import Any

import pytest
from ios_rig import CONFIG, START, napalm, switching
from napalm.base.exceptions import (
    CommandErrorException,
    CommitConfirmException,
    MergeConfigException,
    ReplaceConfigException,
)

from netops.core.clock import ManualClock
from netops.lab.ios.device import Ios

MERGE = """\
vlan 210
 name ACARA
interface GigabitEthernet1/0/6
 description Panggung
 switchport access vlan 210
"""


def running_of(driver: Any) -> str:
    text: str = driver.get_config(retrieve="running")["running"]
    return text


def test_a_merge_is_loaded_compared_committed_and_rolled_back() -> None:
    with switching() as switch, napalm(switch) as driver:
        driver.load_merge_candidate(config=MERGE)
        assert driver.compare_config().splitlines() == [
            "+vlan 210",
            "+ name ACARA",
            "+interface GigabitEthernet1/0/6",
            "+ description Panggung",
            "+ switchport access vlan 210",
        ]
        assert "vlan 210" not in switch.running_config
        driver.commit_config()
        assert "switchport access vlan 210" in switch.running_config
        assert "switchport access vlan 210" in switch.startup_config
        assert driver.compare_config() == ""
        driver.rollback()
        assert "vlan 210" not in switch.running_config
        assert "vlan 210" not in switch.startup_config
        assert "description Aula" in switch.running_config


def test_a_merge_from_a_file_is_not_sent_twice(tmp_path: Any) -> None:
    file = tmp_path / "acara.cfg"
    file.write_text(MERGE, encoding="utf-8")
    with switching() as switch, napalm(switch) as driver:
        driver.load_merge_candidate(filename=str(file))
        written = switch.flash.files["merge_config.txt"].written
        driver.load_merge_candidate(filename=str(file))  # same MD5: the driver sends nothing
        assert switch.flash.files["merge_config.txt"].written == written
        assert switch.flash.read("merge_config.txt") == MERGE


def test_a_merge_that_goes_back_unless_confirmed() -> None:
    clock = ManualClock(START)
    with switching(clock=clock) as switch, napalm(switch) as driver:
        driver.load_merge_candidate(config=MERGE)
        driver.commit_config(revert_in=120)
        assert driver.has_pending_commit()
        with pytest.raises(CommandErrorException, match="already in progress"):
            driver.commit_config()
        driver.confirm_commit()
        assert not driver.has_pending_commit()
        clock.move(600)
        switch.tick()
        assert "vlan 210" in switch.running_config
        assert "vlan 210" in switch.startup_config
        with pytest.raises(CommitConfirmException, match="No pending configuration"):
            driver.confirm_commit()


def test_a_merge_that_nobody_confirms_is_gone_when_its_time_is_up() -> None:
    clock = ManualClock(START)
    with switching(clock=clock) as switch, napalm(switch) as driver:
        driver.load_merge_candidate(config=MERGE)
        driver.commit_config(revert_in=60)
        assert "vlan 210" in switch.running_config
        assert "vlan 210" not in switch.startup_config
        clock.move(61)
        switch.tick()
        assert "vlan 210" not in switch.running_config


def test_rollback_under_a_timer_reverts_now() -> None:
    with switching() as switch, napalm(switch) as driver:
        driver.load_merge_candidate(config=MERGE)
        driver.commit_config(revert_in=300)
        driver.rollback()
        assert not driver.has_pending_commit()
        assert "vlan 210" not in switch.running_config


def test_a_timer_needs_the_archive() -> None:
    bare = CONFIG.replace("archive\n path flash:cfg\n maximum 3\n", "")
    with switching(bare) as switch, napalm(switch) as driver:
        driver.load_merge_candidate(config=MERGE)
        with pytest.raises(CommitConfirmException, match="requires 'archive' feature"):
            driver.commit_config(revert_in=60)
        driver.load_replace_candidate(config=running_of(driver))
        with pytest.raises(ReplaceConfigException, match="requires Cisco 'archive' feature"):
            driver.commit_config()


def test_a_bad_line_in_a_merge_takes_everything_back() -> None:
    with switching() as switch, napalm(switch) as driver:
        driver.load_merge_candidate(config=MERGE + " switchport acess vlan 20\n")
        with pytest.raises(MergeConfigException, match="Invalid input detected") as caught:
            driver.commit_config()
        # The device repeats the line of the file and points at the letter where it stopped understanding.
        assert " switchport acess vlan 20\n              ^\n% Invalid input" in str(caught.value)
        assert "vlan 210" not in switch.running_config


def test_a_replacement_computes_the_difference_and_leaves_the_rest() -> None:
    with switching() as switch, napalm(switch) as driver:
        wanted = running_of(driver).replace("description Aula", "description Gedung").replace("name KANTOR", "name TU")
        driver.load_replace_candidate(config=wanted.replace(" switchport access vlan 20\n", ""))
        assert driver.compare_config().splitlines() == [
            "vlan 20",
            "- name KANTOR",
            "+ name TU",
            "interface GigabitEthernet1/0/5",
            "- description Aula",
            "+ description Gedung",
            "- switchport access vlan 20",
        ]
        driver.commit_config()
        assert "vlan 20\n name TU\n" in switch.startup_config
        assert " description Gedung\n switchport mode access\n" in switch.running_config
        driver.rollback()
        assert " description Aula\n switchport access vlan 20\n" in switch.running_config


def test_a_replacement_that_goes_back_unless_confirmed() -> None:
    clock = ManualClock(START)
    with switching(clock=clock) as switch, napalm(switch) as driver:
        driver.load_replace_candidate(config=running_of(driver).replace("Aula", "Gedung"))
        driver.commit_config(revert_in=60)
        assert driver.has_pending_commit()
        assert "description Gedung" in switch.running_config
        clock.move(61)
        switch.tick()
        assert "description Aula" in switch.running_config
        assert not driver.has_pending_commit()


def test_a_replacement_that_does_not_apply_restores_the_original() -> None:
    # A physical port can neither be taken away nor made.
    with switching() as switch, napalm(switch) as driver:
        before = switch.running_config
        more = "interface GigabitEthernet1/0/99\n description tidak ada\n!\nend"
        wanted = running_of(driver).replace("Aula", "Gedung").removesuffix("end") + more
        driver.load_replace_candidate(config=wanted)
        with pytest.raises(ReplaceConfigException, match="failed to apply to the IOS image") as caught:
            driver.commit_config()
        assert "interface GigabitEthernet1/0/99" in str(caught.value)
        assert "Rollback aborted after 5 passes" in str(caught.value)
        assert switch.running_config.replace("file prompt quiet\n!\n", "") == before


def test_a_part_of_a_configuration_is_no_replacement() -> None:
    with switching() as switch, napalm(switch) as driver:
        driver.load_replace_candidate(config=MERGE)
        with pytest.raises(ReplaceConfigException, match="not a valid config file"):
            driver.commit_config()
        assert "description Aula" in switch.running_config


def test_discarded_candidates_change_nothing() -> None:
    with switching() as switch, napalm(switch) as driver:
        driver.load_merge_candidate(config=MERGE)
        driver.discard_config()
        assert driver.compare_config() == ""
        assert switch.flash.read("merge_config.txt") == ""
        driver.load_replace_candidate(config=running_of(driver).replace("Aula", "Gedung"))
        driver.discard_config()
        assert driver.compare_config() == ""


def test_scp_has_to_be_on() -> None:
    with switching(CONFIG.replace("ip scp server enable\n", "")) as switch, napalm(switch) as driver:
        with pytest.raises(CommandErrorException, match="ip scp server enable"):
            driver.load_merge_candidate(config=MERGE)
        assert "merge_config.txt" not in switch.flash.files


def full(switch: Ios) -> None:
    switch.flash.write("besar.bin", "x", START)
    switch.flash.files["besar.bin"] = type(switch.flash.files["besar.bin"])(
        text="", size=switch.flash.free - 10, written=START
    )


def test_no_room_in_flash() -> None:
    with switching() as switch, napalm(switch) as driver:
        full(switch)
        with pytest.raises(MergeConfigException, match="Insufficient space"):
            driver.load_merge_candidate(config=MERGE)


def test_inline_through_tclsh() -> None:
    with (
        switching(CONFIG.replace("ip scp server enable\n", "")) as switch,
        napalm(switch, inline_transfer=True) as driver,
    ):
        driver.load_merge_candidate(config=MERGE)
        assert switch.flash.read("merge_config.txt") == MERGE + "\n"  # Tcl's puts ends with a newline
        driver.commit_config()
        assert "switchport access vlan 210" in switch.startup_config
