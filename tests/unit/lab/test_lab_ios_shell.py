"""A person at the switch: prompts, modes, keys, errors and paging, after Cisco's CLI guide and captured sessions."""

import ios_desk as desk
import pytest


@pytest.mark.parametrize(
    ("typed", "prompt"),
    [
        ([], "sw#"),
        (["configure terminal"], "sw(config)#"),
        (["conf t", "int gi1/0/5"], "sw(config-if)#"),
        (["conf t", "int gi1/0/5", "exit"], "sw(config)#"),
        (["conf t", "int gi1/0/5", "vlan 30"], "sw(config-vlan)#"),
        (["conf t", "line vty 0 4"], "sw(config-line)#"),
        (["conf t", "archive", "log config"], "sw(config-archive-log-cfg)#"),
        (["conf t", "archive", "log config", "exit"], "sw(config-archive)#"),
        (["conf t", "int gi1/0/5", "end"], "sw#"),
        (["conf t", "exit"], "sw#"),
        (["disable"], "sw>"),
        (["conf t", "hostname aula", "end"], "aula#"),
    ],
)
def test_prompts_name_the_mode(typed: list[str], prompt: str) -> None:
    assert desk.say(desk.machine(), *typed).rpartition("\n")[2] == prompt


def test_a_long_hostname_is_cut_in_configuration_prompts_only() -> None:
    # Command reference `hostname`: the field for name and mode has 30 characters; netmiko compares the first 16 only.
    device = desk.machine(desk.CONFIG.replace("hostname sw", "hostname sakelar-aula-gedung-timur-lantai-2"))
    screen = desk.say(device, "conf t", "int gi1/0/5")
    assert "sakelar-aula-gedung-timur-lantai-2#conf t" in screen
    assert "\nsakelar-aula-gedung-(config)#int" in screen
    assert screen.rpartition("\n")[2] == "sakelar-aula-gedung-(config-)#"
    assert len(screen.rpartition("\n")[2]) == 30


def test_enable_asks_for_the_password_without_echo() -> None:
    screen = desk.say(desk.machine(), "enable", "rahasia", level=1)
    assert screen.endswith("sw>enable\nPassword: \nsw#")


def test_three_wrong_enable_passwords_are_bad_secrets() -> None:
    screen = desk.say(desk.machine(), "enable", "a", "b", "c", level=1)
    assert screen.endswith("sw>enable\nPassword: \nPassword: \nPassword: \n% Bad secrets\n\nsw>")


def test_control_c_leaves_a_password_prompt_and_configuration() -> None:
    # CLI guide: Ctrl-C ends any configuration mode and interrupts a prompt.
    assert desk.keys(desk.machine(), "enable\r\x03", level=1).endswith("Password: \r\nsw>")
    assert desk.keys(desk.machine(), "conf t\rint gi1/0/5\rdescr\x03").endswith("(config-if)#descr\r\nsw#")


def test_control_z_takes_the_line_and_ends_configuration() -> None:
    device = desk.machine()
    assert desk.keys(device, "conf t\rint gi1/0/5\rdescription Timur\x1a").endswith("description Timur^Z\r\nsw#")
    assert "description Timur" in desk.section(device, "interface GigabitEthernet1/0/5")


def test_user_mode_has_no_configuration_and_no_running_config() -> None:
    device = desk.machine()
    assert "% Invalid input detected at '^' marker." in desk.say(device, "show running-config", level=1)
    assert "% Invalid input detected" in desk.say(device, "configure terminal", level=1)
    assert "10.10.0.2" in desk.say(device, "show ip int brief", level=1)


def test_the_caret_counts_the_prompt() -> None:
    assert "sw#show versionx\n               ^\n% Invalid input detected at '^' marker.\n\nsw#" in desk.say(
        desk.machine(), "show versionx"
    )


def test_the_caret_counts_do_and_leading_blanks() -> None:
    device = desk.machine()
    assert "sw(config)#do show zlock\n                   ^\n" in desk.say(device, "conf t", "do show zlock")
    assert "sw(config)#  zlock\n             ^\n" in desk.say(device, "conf t", "  zlock")


def test_unknown_single_words_are_looked_up_as_hosts() -> None:
    screen = desk.say(desk.machine(), "shaw")
    assert 'Translating "shaw"\n' in screen
    assert "% Unknown command or computer name, or unable to find computer address\n" in screen


@pytest.mark.parametrize("typed", ["sh v", "co", "c", "sh in"])
def test_ambiguous_beginnings_are_quoted_whole(typed: str) -> None:
    assert f'% Ambiguous command:  "{typed}"\n' in desk.say(desk.machine(), typed)


@pytest.mark.parametrize("typed", ["show", "terminal", "copy running-config"])
def test_incomplete(typed: str) -> None:
    assert f"sw#{typed}\n% Incomplete command.\n\nsw#" in desk.say(desk.machine(), typed)


def test_do_runs_exec_commands_and_stays() -> None:
    screen = desk.say(desk.machine(), "conf t", "int gi1/0/5", "do show clock")
    assert "08:02:03.456 WIB Fri Nov 20 2026\nsw(config-if)#" in screen


def test_global_commands_work_from_a_submode() -> None:
    device = desk.machine()
    desk.configure(device, "int gi1/0/5", "ntp server 10.0.0.5", "no vlan 20")
    assert "\nntp server 10.0.0.5\n" in device.running_config
    assert "\nvlan 20\n" not in device.running_config


def test_comments_and_empty_lines_do_nothing() -> None:
    assert desk.say(desk.machine(), "", "! halo", "") == "sw#\nsw#! halo\nsw#\nsw#"


def test_lines_end_with_cr_lf_and_cr_lf_counts_once() -> None:
    assert desk.keys(desk.machine(), "show privilege\r\n\n") == (
        "sw#show privilege\r\nCurrent privilege level is 15\r\nsw#\r\nsw#"
    )


def test_editing_keys() -> None:
    # CLI guide: delete/backspace, Ctrl-U line, Ctrl-W word, up arrow recalls; NUL does nothing (NAPALM's is_alive).
    device = desk.machine()
    assert "privilege level" in desk.keys(device, "show privx\x7filege\r")
    assert "privilege level" in desk.keys(device, "abc\x15show clock\x17privilege\r")
    assert desk.keys(device, "show privilege\r\x00\x1b[A\r").count("Current privilege") == 2


def test_a_question_mark_helps_without_entering_the_line() -> None:
    screen = desk.keys(desk.machine(), "show v?")
    assert screen == "sw#show v?\r\n  version\r\n  vlan\r\n  vtp\r\n\r\nsw#show v"


def test_a_question_mark_inside_a_text_never_enters_it() -> None:
    # CLI guide: `?` is the help key in every place; drivers that send it in a description lose it and get help text.
    device = desk.machine()
    assert "Unrecognized" in desk.configure(device, "int gi1/0/5", "description siap? ya")
    assert "description siap ya" in desk.section(device, "interface GigabitEthernet1/0/5")


def test_a_newline_inside_a_value_is_a_second_command() -> None:
    # Why drivers refuse control characters: the rest of a "description" becomes a line of its own.
    device = desk.machine()
    desk.configure(device, "int gi1/0/5", "description x\nshutdown")
    assert "shutdown" in desk.section(device, "interface GigabitEthernet1/0/5")


def test_tab_completes_a_unique_word() -> None:
    assert desk.keys(desk.machine(), "show ver\t").endswith("sw#show version ")


def test_the_line_buffer_has_254_characters() -> None:
    screen = desk.keys(desk.machine(), "x" * 300)
    assert screen.count("x") == 254
    assert screen.count("\a") == 46


def test_paging_stops_each_screen_and_takes_space_enter_and_q() -> None:
    # CLI guide: ` --More-- `; space for a screen, return for a line, anything else to stop.
    device = desk.machine()
    stop = " --More-- " + "\b" * 10 + " " * 10 + "\b" * 10
    first = desk.keys(device, "show vlan\rq", height=6)
    assert first.count("\r\n") == 1 + 5
    assert first.endswith(stop + "sw#")
    more = desk.keys(device, "show vlan\r \rq", height=6)
    assert more.count(" --More-- ") == 3
    assert more.count("\r\n") == 1 + 5 + 5 + 1
    whole = desk.keys(device, "terminal length 0\rshow vlan\r", height=6)
    assert " --More-- " not in whole


@pytest.mark.parametrize(
    ("spec", "want"),
    [
        ("include ^vlan (10|20)$", ["vlan 10", "vlan 20"]),
        ("i hostname|timezone", ["hostname sw", "clock timezone WIB 7 0"]),
        ("begin ^line", ["line vty 0 4", " login local", "!", "end", ""]),
        ("section ^vlan 10", ["vlan 10", " name MGMT"]),
        ("sec access vlan", [" switchport access vlan 20"] * 2),
        ("count vlan", ["Number of lines which match regexp = 5"]),
    ],
)
def test_filters_of_show(spec: str, want: list[str]) -> None:
    # Command reference, "show command output filtering": begin, include, exclude, section, count.
    screen = desk.say(desk.machine(), f"show running-config | {spec}")
    assert screen.partition("\n")[2].removesuffix("\nsw#").split("\n") == want


def test_exclude_drops_lines_and_an_unknown_filter_is_invalid() -> None:
    device = desk.machine()
    assert desk.say(device, "show ip int brief | exclude unassigned").count("unassigned") == 1  # only as typed
    assert "% Invalid input detected" in desk.say(device, "show clock | zzz x")


def test_copy_running_startup_asks_for_the_name() -> None:
    device = desk.machine()
    desk.configure(device, "hostname baru")
    screen = desk.say(device, "copy running-config startup-config", "")
    assert "Destination filename [startup-config]? \nBuilding configuration...\n[OK]\n" in screen
    assert "hostname baru" in device.startup_config


def test_file_prompt_quiet_asks_nothing() -> None:
    # Configuration guide `file prompt quiet`: file operations run without confirmation.
    device = desk.machine()
    desk.configure(device, "file prompt quiet")
    assert "Destination filename" not in desk.say(device, "copy run start")


def test_write_memory_saves_and_configuration_does_not() -> None:
    device = desk.machine()
    desk.configure(device, "hostname baru")
    assert "hostname sw\n" in device.startup_config
    assert "Building configuration...\n[OK]\n" in desk.say(device, "wr")
    assert "hostname baru\n" in device.startup_config
    assert "NVRAM config last updated at 08:02:03 WIB Fri Nov 20 2026 by netops" in desk.say(device, "show run")


def test_configure_alone_asks_from_where() -> None:
    assert "[terminal]? \nEnter configuration commands" in desk.say(desk.machine(), "configure", "")


def test_motd_comes_before_the_first_prompt() -> None:
    device = desk.machine(desk.CONFIG + "banner motd ^C\nHanya petugas\n^C\n")
    assert desk.say(device) == "\nHanya petugas\n\nsw#"


def test_a_refusing_fault_does_not_take_the_line() -> None:
    device = desk.machine()
    device.faults.refuse["access vlan"] = "% Command rejected: hardware resource"
    screen = desk.configure(device, "int gi1/0/5", "switchport access vlan 10", "description baru")
    assert "% Command rejected: hardware resource" in screen
    assert desk.section(device, "interface GigabitEthernet1/0/5")[:2] == [
        "description baru",
        "switchport access vlan 20",
    ]
