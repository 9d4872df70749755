"""Facts: exports: header, folding at 80 columns, quoting, secrets by version; an export read back is the same router."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routeros_desk import Desk, campus, make

from netops.lab.routeros.console import Console
from netops.lab.routeros.export import fold, quote
from netops.lab.routeros.machine import SYSTEM, Actor
from netops.lab.routeros.syntax import Literal, parse


def text(desk: Desk, menu: str = "", **flags: str) -> str:
    return desk.raw(f"{menu}/export", {name.replace("_", "-"): value for name, value in flags.items()}).text


def test_headers() -> None:
    assert text(Desk(make("7.16.2"))).startswith("# 2026-11-20 03:00:00 by RouterOS 7.16.2\n# software id = ")
    assert text(Desk(make("6.49.17"))).startswith("# nov/20/2026 03:00:00 by RouterOS 6.49.17\n# software id = ")


@pytest.mark.parametrize(("name", "version"), [("gw-kampus", "7.16.2"), ("gw-lama", "6.49.17")])
@pytest.mark.parametrize("flags", [{}, {"terse": ""}])
def test_an_export_read_back_is_the_same_router(name: str, version: str, flags: dict[str, str]) -> None:
    first = Desk(campus(name, version))
    first.add("/system/script", name="s", source=':log info "a;b [c] \\$d"\r\n:put "\\\\"', comment="é? \t§")
    exported = text(first, **flags)
    second = Desk(make(version, exported.encode("latin-1").decode("utf-8")))
    assert text(second, **flags).splitlines()[5:] == exported.splitlines()[5:]


def test_no_line_is_longer_than_eighty_columns_but_terse() -> None:
    desk = Desk(campus("gw-kampus", "7.16.2"))
    desk.add("/queue/simple", name="q" * 90, target="10.0.0.1", comment="kata " * 60)
    assert max(len(line) for line in text(desk).splitlines()) <= 80
    (line,) = [line for line in text(desk, terse="").splitlines() if "kata" in line]
    assert line.startswith('/queue simple add comment="kata kata ')


def test_secrets_are_hidden_as_the_version_does() -> None:
    new, old = Desk(make("7.16.2")), Desk(make("6.49.17"))
    for desk in (new, old):
        desk.add("/ip/hotspot/user", name="u", password="rahasia")
    assert "rahasia" not in text(new)
    assert "password=rahasia" in text(new, show_sensitive="")
    assert "password=rahasia" in text(old)
    assert "rahasia" not in text(old, hide_sensitive="")
    weak = Desk(new.device, Actor(name="w", policies=frozenset({"read"})))
    assert "rahasia" not in text(weak, show_sensitive="")
    assert "kunci" not in text(new, show_sensitive="")


def test_only_what_differs_and_only_the_menu_asked_for() -> None:
    desk = Desk(make())
    desk.add("/interface/bridge", name="b")
    desk.raw("/ip/hotspot/user/profile/set", {".id": "default", "!keepalive-timeout": ""})
    desk.run("/ip/service/set", numbers="telnet", disabled="yes")
    desk.add("/ip/hotspot", name="h", interface="ether2", disabled="no")
    body = text(desk)
    assert "/ip hotspot user profile\nset [ find default=yes ] !keepalive-timeout\n" in body
    assert "/ip service\nset telnet disabled=yes\n" in body
    assert "/ip hotspot\nadd disabled=no interface=ether2 name=h\n" in body
    assert "default-trial" not in body
    assert text(desk, "/ip/hotspot").count("\n/") == 2
    assert "disabled=no" in text(desk, "/interface/bridge", verbose="")


def test_over_the_api_an_export_goes_to_a_file() -> None:
    desk = Desk(make())
    desk.run("/export", file="cadangan")
    (row,) = desk.rows("/file")
    assert row["name"] == "cadangan.rsc"
    assert "by RouterOS 7.16.2" in row["contents"]


@given(st.text(st.characters(max_codepoint=255), max_size=300))
@settings(max_examples=150)
def test_folded_and_quoted_text_is_read_back(value: str) -> None:
    words = ["add", "name=x", f"comment={quote(value)}", "target=10.0.0.1/32"]
    folded = fold(words)
    assert max(len(line) for line in folded.split("\n")) <= 80
    (command,) = parse(folded)
    assert [word.key for word in command.words] == [None, "name", "comment", "target"]
    parts = command.words[2].parts
    assert "".join(part.text for part in parts if isinstance(part, Literal)) == value


def test_console_prompt_menus_and_errors() -> None:
    for version, prompt in (
        ("7.16.2", "[system@MikroTik] /ip/address> "),
        ("6.49.17", "[system@MikroTik] /ip address> "),
    ):
        console = Console(make(version).machine, SYSTEM)
        assert console.prompt == "[system@MikroTik] > "
        assert console.run("/ip address") == ""
        assert console.prompt == prompt
        assert console.run("add address=10.0.0.1/24 interface=ether1") == ""
        assert " 0     address=10.0.0.1/24 " in console.run("print")
        assert console.run("remove 5") == "no such item\n"
        assert console.run("/") == ""
        assert console.run("quark") == "bad command name quark (line 1 column 1)\n"
    assert "version: 6.49.17 (long-term)" in console.run("/system resource print")
    assert "max-limit=10M/10M" in Console(campus("gw-kampus", "7.16.2").machine, SYSTEM).run("/queue simple print")
