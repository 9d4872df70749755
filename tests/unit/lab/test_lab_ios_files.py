"""Files of the switch: copy, delete, more, verify, dir, tclsh, archives in flash; prompts and texts as on the device."""

import hashlib

import ios_desk as desk
import pytest

from netops.lab.ios.files import local
from netops.lab.ios.machine import Machine

FILE = "interface GigabitEthernet1/0/6\n description Panggung\nend\nvlan 99\n"


def with_file(text: str = FILE, *more: str) -> Machine:
    device = desk.machine(desk.CONFIG + "".join(f"{line}\n" for line in more))
    device.flash.write("a.txt", text, desk.START)
    return device


@pytest.mark.parametrize(
    ("path", "name"), [("flash:/a", "a"), ("flash:a", "a"), ("a", "a"), ("flash:", ""), ("nvram:startup-config", None)]
)
def test_paths(path: str, name: str | None) -> None:
    assert local(path) == name


def test_copy_into_the_running_configuration_merges_up_to_end() -> None:
    device = with_file()
    screen = desk.say(device, "copy flash:a.txt running-config", "")
    assert "Destination filename [running-config]? \n" in screen
    assert f"\n{len(FILE)} bytes copied in 0.416 secs" in screen
    assert "description Panggung" in device.running_config
    assert "vlan 99" not in device.running_config
    assert "Panggung" not in device.startup_config


def test_a_line_that_is_none_is_repeated_above_its_caret_and_the_rest_goes_on() -> None:
    device = with_file("vlan 30\nvlaan 31\ninterface GigabitEthernet1/0/6\n description\n no shut\n s\nvlan 33\n")
    screen = desk.say(device, "copy flash:a.txt running-config", "")
    assert "vlaan 31\n   ^\n% Invalid input detected at '^' marker.\n" in screen
    assert " description\n% Incomplete command.\n" in screen
    assert '% Ambiguous command:  "s"\n' in screen
    assert "vlan 33" in device.root()


def test_file_prompt_quiet_asks_nothing() -> None:
    device = with_file(FILE, "file prompt quiet")
    screen = desk.say(device, "copy flash:a.txt flash:b.txt", "copy run flash:/b.txt", "delete flash:a.txt")
    assert "?" not in screen.replace("filename?", "")
    assert device.flash.read("b.txt") == device.running_config
    assert "a.txt" not in device.flash.files


def test_an_existing_file_is_not_overwritten_without_a_word() -> None:
    device = with_file()
    screen = desk.keys(device, "copy running-config flash:a.txt\r\rnshow clock\r")
    assert "%Warning:There is a file already existing with this name" in screen
    assert "Do you want to over write? [confirm]" in screen
    assert device.flash.read("a.txt") == FILE
    desk.keys(device, "copy running-config flash:a.txt\r\r\r")
    assert device.flash.read("a.txt") == device.running_config


def test_copy_to_the_startup_configuration() -> None:
    device = with_file("hostname lain\nend\n")
    assert "[OK]\n18 bytes copied" in desk.say(device, "copy flash:a.txt startup-config", "")
    assert device.startup_config == "hostname lain\nend\n"
    device.reboot()
    assert device.hostname == "lain"


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("copy flash:/nihil running-config", "%Error opening flash:/nihil (No such file or directory)"),
        ("more flash:/nihil", "%Error opening flash:/nihil (No such file or directory)"),
        ("verify /md5 flash:/nihil", "%Error opening flash:/nihil (No such file or directory)"),
        ("delete /force flash:/nihil", "%Error deleting flash:/nihil (No such file or directory)"),
        ("configure replace flash:/nihil force", "%Error opening flash:/nihil (No such file or directory)"),
        (
            "show archive config incremental-diffs flash:/nihil",
            "%Error opening flash:/nihil (No such file or directory)",
        ),
    ],
)
def test_what_is_not_there(typed: str, text: str) -> None:
    assert f"{text}\n" in desk.say(desk.machine(desk.CONFIG + "file prompt quiet\n"), typed)


def test_more_verify_and_dir() -> None:
    device = with_file()
    assert " description Panggung\n" in desk.say(device, "more flash:/a.txt")
    digest = hashlib.md5(FILE.encode()).hexdigest()
    assert f"verify /md5 (flash:/a.txt) = {digest}\n" in desk.say(device, "verify /md5 flash:/a.txt")
    screen = desk.say(device, "dir flash:/a.txt")
    assert "Directory of flash:/a.txt\n" in screen
    assert f"-rwx  {len(FILE):10d}  Nov 20 2026 08:02:03 +07:00  a.txt\n" in screen


def test_delete_asks_for_the_name_and_once_more() -> None:
    device = with_file()
    screen = desk.keys(device, "delete flash:a.txt\r\rn")
    assert "Delete filename [a.txt]? " in screen
    assert "Delete flash:/a.txt? [confirm]" in screen
    assert "a.txt" in device.flash.files
    desk.keys(device, "delete flash:a.txt\r\r\r")
    assert "a.txt" not in device.flash.files


def test_archives_are_files_and_the_oldest_leave() -> None:
    device = desk.machine(desk.CONFIG.replace(" path flash:cfg\n", " path flash:cfg\n maximum 2\n"))
    for name in ("SATU", "DUA", "TIGA"):
        desk.configure(device, "vlan 30", f"name {name}")
        desk.say(device, "archive config")
    kept = [name for name in device.flash.files if name.startswith("cfg-")]
    assert len(kept) == 2
    assert "name DUA" in (device.flash.read(kept[0]) or "")
    assert "name TIGA" in (device.flash.read(kept[1]) or "")


def test_no_room() -> None:
    device = with_file()
    device.flash.files["besar"] = device.flash.files.pop("a.txt").__class__(
        text="", size=device.flash.free - 3, written=desk.START
    )
    screen = desk.say(device, "copy running-config flash:b.txt", "")
    assert "(No space left on device)" in screen
    assert "b.txt" not in device.flash.files


def test_tclsh_writes_a_file_when_it_is_left() -> None:
    device = desk.machine()
    screen = desk.say(
        device, "tclsh", 'puts [open "flash:c.txt" w+] {vlan 30', " name ACARA?", "}", "show clock", "tclquit"
    )
    assert "sw(tcl)#" in screen
    assert "+> name ACARA?\n" in screen
    assert "Fri Nov 20 2026" in screen
    assert device.flash.read("c.txt") == "vlan 30\n name ACARA?\n\n"
    assert screen.endswith("sw#")


def test_files_are_nothing_for_level_1() -> None:
    screen = desk.say(with_file(), "more flash:a.txt", level=1)
    assert "% Invalid input detected" in screen
