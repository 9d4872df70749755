"""netmiko, unmodified, on the simulated switch: lines from a file, error patterns, saving, files by SCP, and bad days."""

import time
from pathlib import Path
from typing import Any

import paramiko
import pytest
from ios_rig import CONFIG, PASSWORD, START, USER, switching, target
from netmiko import ConfigInvalidException, ConnectHandler, NetmikoTimeoutException, ReadTimeout, file_transfer
from netmiko.exceptions import NetmikoAuthenticationException
from scp import SCPClient, SCPException  # type: ignore[import-untyped]  # has neither stubs nor types

from netops.lab.ios.device import Ios

LINES = "vlan 210\n name ACARA\ninterface GigabitEthernet1/0/6\n switchport access vlan 210\n"
ERRORS = r"% (Invalid|Incomplete|Ambiguous)"


def connect(switch: Ios, **more: Any) -> Any:
    return ConnectHandler(**target(switch), **more)


def test_lines_from_a_file_and_saving(tmp_path: Path) -> None:
    file = tmp_path / "acara.txt"
    file.write_text(LINES, encoding="utf-8")
    with switching() as switch, connect(switch) as connection:
        assert connection.check_enable_mode()  # privilege 15 needs no enable
        screen = connection.send_config_from_file(str(file), error_pattern=ERRORS)
        assert "sw-uji(config-if)#" in screen
        assert "vlan 210" not in switch.startup_config
        # netmiko's save_config answers the question for the destination itself.
        assert "[OK]" in connection.save_config("copy running-config startup-config", confirm=True)
    assert "vlan 210\n name ACARA\n" in switch.startup_config


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("switchport acess vlan 20", "% Invalid"),
        ("switchport access vlan", "% Incomplete"),
        ("s", "% Ambiguous"),
    ],
)
def test_a_bad_line_raises_and_the_rest_is_not_sent(line: str, text: str) -> None:
    with switching() as switch, connect(switch) as connection:
        with pytest.raises(ConfigInvalidException, match="Invalid input detected at command") as caught:
            connection.send_config_set(
                ["interface GigabitEthernet1/0/6", line, "description lanjut"], error_pattern=ERRORS
            )
        assert line in str(caught.value)
        assert text in str(caught.value)
        assert "description lanjut" not in switch.running_config


def test_a_file_goes_to_flash_and_back(tmp_path: Path) -> None:
    file = tmp_path / "acara.txt"
    file.write_text(LINES, encoding="utf-8")
    with switching() as switch, connect(switch) as connection:
        put: dict[str, Any] = {
            "source_file": str(file),
            "dest_file": "acara.txt",
            "file_system": "flash:",
            "direction": "put",
        }
        done = file_transfer(connection, **put)
        assert done == {"file_exists": True, "file_transferred": True, "file_verified": True}
        assert file_transfer(connection, **put)["file_transferred"] is False  # same MD5
        back = tmp_path / "kembali.txt"
        get: dict[str, Any] = {
            "source_file": "acara.txt",
            "dest_file": str(back),
            "file_system": "flash:",
            "direction": "get",
        }
        assert file_transfer(connection, **get)["file_verified"]
        assert back.read_text("utf-8") == LINES
        assert "acara.txt" in connection.send_command("dir flash:")
        connection.send_command("delete /force flash:/acara.txt")
        assert "acara.txt" not in switch.flash.files


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (CONFIG.replace("ip scp server enable\n", ""), "Administratively disabled."),
        (CONFIG.replace("privilege 15 ", ""), "Privilege denied."),
    ],
)
def test_scp_is_refused_with_the_switch_s_words(config: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x", encoding="utf-8")
    with switching(config) as switch, paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        port = int(str(switch.describe()["ssh"]))
        client.connect("127.0.0.1", port, USER, PASSWORD, look_for_keys=False, allow_agent=False)
        transport = client.get_transport()
        with SCPClient(transport) as copier, pytest.raises(SCPException, match=words):
            copier.put(str(file), "flash:/a.txt")
        assert "a.txt" not in switch.flash.files


def test_the_connection_breaks_within_a_change_and_what_was_done_stays() -> None:
    with switching() as switch:
        connection = connect(switch)
        switch.mishaps.wish({"cut": {"3": "within"}})
        with pytest.raises((OSError, EOFError, NetmikoTimeoutException, paramiko.SSHException)):
            connection.send_config_set(LINES.splitlines(), read_timeout=5)
        connection.remote_conn.close()
        assert "vlan 210\n name ACARA\n" in switch.running_config
        assert "switchport access vlan 210" not in switch.running_config
        with connect(switch) as again:
            assert "ACARA" in again.send_command("show vlan brief")


def test_a_restart_refuses_logins_for_a_while_and_comes_back_with_the_startup_configuration() -> None:
    with switching() as switch:
        with connect(switch) as connection:
            connection.send_config_set(LINES.splitlines())
            switch.call_soon(lambda: switch.reboot(proper=False, seconds=1.0))
            with pytest.raises((OSError, paramiko.SSHException, NetmikoTimeoutException)):
                connect(switch, conn_timeout=2)
        while switch.down:
            time.sleep(0.05)
        with connect(switch) as connection:
            assert "ACARA" not in connection.send_command("show vlan brief")


def test_half_open_slow_and_wrong_passwords() -> None:
    with switching() as switch:
        with connect(switch) as connection:
            switch.mishaps.slow = 1.0
            with pytest.raises(ReadTimeout):
                connection.send_command("show clock", read_timeout=0.2)
            switch.mishaps.clear()
            assert "2026" in connection.read_until_pattern("2026", read_timeout=10)
            switch.mishaps.half_open = True
            with pytest.raises(ReadTimeout):
                connection.send_command("show clock", read_timeout=0.5)
            with pytest.raises((NetmikoTimeoutException, NetmikoAuthenticationException)):
                connect(switch, auth_timeout=1)
            connection.remote_conn.close()
        switch.mishaps.clear()
        switch.mishaps.wrong_password = True
        with pytest.raises(NetmikoAuthenticationException):
            connect(switch)


def test_a_changed_host_key_is_noticed(tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    with switching() as switch:
        about = switch.describe()
        known.write_text(f"[127.0.0.1]:{about['ssh']} {about['host_key']}\n", encoding="utf-8")
        strict: dict[str, Any] = {"ssh_strict": True, "alt_host_keys": True, "alt_key_file": str(known)}
        with connect(switch, **strict) as connection:
            assert connection.find_prompt() == "sw-uji#"
        switch.call_soon(switch.change_identity)
        assert switch.describe()["host_key"] != about["host_key"]
        with pytest.raises((NetmikoTimeoutException, paramiko.SSHException, NetmikoAuthenticationException)):
            connect(switch, **strict)


def test_times_of_files_are_the_switch_s_own() -> None:
    with switching() as switch, connect(switch) as connection:
        connection.send_command("copy running-config flash:cadangan", expect_string=r"\?")
        connection.send_command("", expect_string="#")
        assert switch.flash.files["cadangan"].written == START
        assert "Nov 20 2026 01:02:03 +00:00  cadangan" in connection.send_command("dir flash:/cadangan")
