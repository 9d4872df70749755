"""Templates of a switch: what becomes of them, and each text that must never reach a device."""

from pathlib import Path

import pytest

from netops.core.errors import InputError
from netops.core.model import Tree, Value
from netops.core.secret import SecretRef
from netops.platforms.ios import PLATFORM

A, B = "\ue0000\ue001", "\ue0001\ue001"


def parse(text: str, values: dict[str, Value] | None = None) -> Tree:
    return PLATFORM.parse(text, values or {})


def test_sections_are_read_by_indentation_and_values_spliced_afterwards() -> None:
    text = f"! a comment\nvlan {A}\n name {B}\n\ninterface Gi1/0/5\n switchport access vlan {A}\n"
    assert parse(text, {A: "210", B: "netops-X-1"}).lines == (
        "vlan 210",
        " name netops-X-1",
        "interface GigabitEthernet1/0/5",
        " switchport access vlan 210",
    )


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("interface gi1/0/5", "interface GigabitEthernet1/0/5"),
        ("interface GigabitEthernet 1/0/5", "interface GigabitEthernet1/0/5"),
        ("interface Te1/1/1", "interface TenGigabitEthernet1/1/1"),
        ("interface po3", "interface Port-channel3"),
        ("interface vlan 10", "interface Vlan10"),
        ("interface Serial0/0", "interface Serial0/0"),
    ],
)
def test_interface_names_are_written_as_the_device_shows_them(short: str, full: str) -> None:
    assert parse(f"{short}\n description x\n").lines[0] == full


def test_several_elements_of_a_list_are_elements_each() -> None:
    lines = parse("interface Gi1/0/1\n switchport trunk allowed vlan add 210-212,220\n").lines[1:]
    assert lines == tuple(f" switchport trunk allowed vlan add {vlan}" for vlan in (210, 211, 212, 220))


def test_a_section_named_twice_is_one() -> None:
    both = parse("interface Gi1/0/1\n description a\ninterface gi1/0/1\n shutdown\n")
    assert both.lines == ("interface GigabitEthernet1/0/1", " description a", " shutdown")


@pytest.mark.parametrize(
    "value",
    [
        "x\nreload",
        "x\rreload",
        "x\x1b[2J",
        "x\x00",
        "x\x7f",
        "why?",
        "caf\u00e9",
        "a\u2028b",
        "\u202eabc",
        "",
        "  ",
        "x\ue0002",
    ],
    ids=repr,
)
def test_values_that_a_command_line_cannot_hold_are_refused_with_their_line(value: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(f"interface Gi1/0/5\n description {A}\n", {A: value})
    assert caught.value.line == 2


def test_a_secret_is_refused() -> None:
    with pytest.raises(InputError, match="secret"):
        parse(f"vlan 210\n name {A}\n", {A: SecretRef("device/x")})


@pytest.mark.parametrize(
    "line",
    [
        "end",
        "exit",
        "do reload",
        "do-exec show run",
        "reload in 5",
        "rel",
        "write erase",
        "wr mem",
        "configure terminal",
        "conf t",
        "copy run start",
        "erase startup-config",
        "delete flash:x",
        "tclsh",
        "banner motd #x#",
        "event manager applet x",
        "no vlan 20",
        "no interface Vlan10",
        "interface range Gi1/0/1 - 4",
        "default interface Gi1/0/1",
        "vlan",
        "vlan 1",
        "vlan 1002",
        "vlan 4095",
        "vlan 210,211",
        "vlan abc",
        "hostname why?",
        "hostname a\x07b",
        "\thostname tab",
    ],
)
def test_lines_that_a_template_may_never_send(line: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(f"! first\n{line}\n")
    assert caught.value.line == 2
    with pytest.raises(InputError):
        parse(f"interface Gi1/0/5\n {line}\n") if not line.startswith(("vlan", "hostname")) else parse(f"{line}\n")


def test_an_escape_inside_a_value_is_an_escape() -> None:
    with pytest.raises(InputError):
        parse(f"{A}\n", {A: "reload"})
    with pytest.raises(InputError):
        parse(f"interface Gi1/0/1\n {A}\n", {A: "do write erase"})


@pytest.mark.parametrize(
    "line",
    [
        "switchport trunk allowed vlan 210",
        "switchport trunk allowed vlan none",
        "switchport trunk allowed vlan all",
        "switchport trunk allowed vlan except 5",
        "switchport trunk allowed vlan remove 20",
        "no switchport trunk allowed vlan",
        "switchport trunk allowed vlan add",
        "switchport trunk allowed vlan add 5-1",
        "switchport trunk allowed vlan add 4095",
        "switchport trunk allowed vlan add x",
    ],
)
def test_a_shared_list_takes_elements_only(line: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(f"interface Gi1/0/1\n {line}\n")
    assert caught.value.line == 2
    assert "add <vlan>" in caught.value.describe("en")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (" name x\n", 1),
        ("vlan 210\n  name x\n", 2),
        ("vlan 210\n name a\n name b\n", 3),
        ("interface Gi1/0/5\n switchport access vlan 20\n switchport access vlan 30\n", 3),
        ("vlan 210\n name " + "x" * 33 + "\n", 2),
        ("vlan 210\n name two words\n", 2),
        (f"vlan {A}\n", 1),
    ],
)
def test_broken_structure_names_the_line(text: str, line: int) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    assert caught.value.line == line


def test_a_port_cannot_be_trunk_and_access_at_once() -> None:
    with pytest.raises(InputError, match="GigabitEthernet1/0/1"):
        parse("interface Gi1/0/1\n switchport trunk allowed vlan add 210\n switchport mode access\n")


def test_the_shipped_template_is_understood() -> None:
    """The text as the renderer leaves it, with its loops unrolled by hand: one trunk, one port."""
    shipped = (Path(__file__).parents[3] / "templates" / "event-hotspot" / "ios.j2").read_text(encoding="utf-8")
    text = (
        "\n".join(line for line in shipped.splitlines() if not line.startswith("{%"))
        .replace("{{ needs.vlan }}", A)
        .replace("{{ name }}", B)
        .replace("{{ port }}", "Gi1/0/1", 1)
        .replace("{{ port }}", "Gi1/0/5")
    )
    assert "{" not in text
    lines = parse(text, {A: "210", B: "netops-X"}).lines
    assert lines[:4] == (
        "vlan 210",
        " name netops-X",
        "interface GigabitEthernet1/0/1",
        " switchport trunk allowed vlan add 210",
    )
    assert "interface GigabitEthernet1/0/5" in lines
