"""RouterOS text: quoting and parsing are inverse, folds and shorthand are read, live script characters are refused."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.errors import InputError
from netops.platforms.routeros import words
from netops.platforms.routeros.parse import parse
from netops.platforms.routeros.words import quote, statements, text_of

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "rsc"

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)


@given(texts, st.booleans())
@settings(max_examples=150)
def test_what_is_quoted_is_read_back(value: str, ascii_only: bool) -> None:
    written = quote(value, ascii_only=ascii_only)
    assert not ascii_only or written.isascii()
    assert "\n" not in written
    [found] = statements(f"/queue simple\nadd name={written} comment=end\n")
    # A line end is a line end, however it was written on the device.
    assert found.values == {"name": value, "comment": "end"}


@given(st.text(st.sampled_from('a $"\\[];{}?\n#=/`'), max_size=12))
def test_no_value_leaves_its_quotes(value: str) -> None:
    text = f"/system identity\nset name={quote(value) if value else chr(34) * 2}\nset name=after\n"
    first, second = statements(text)
    assert (first.values, second.values) == ({"name": value}, {"name": "after"})


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (r'"a\_b"', "a b"),
        (r'"\48\C3\A9"', "Hé"),
        (r'"\E9"', "é"),
        (r'"\$x\?\"\\"', '$x?"\\'),
        ('"two \\\n    words"', "two words"),
        ("\\\n    folded", "folded"),
        ("half\\\n    half", "halfhalf"),
        ('""', ""),
        ("!192.168.0.0/16", "!192.168.0.0/16"),
    ],
)
def test_values_as_a_device_exports_them(written: str, value: str) -> None:
    [found] = statements(f"/ip address\nadd comment={written}\n")
    assert found.values == {"comment": value}


def test_every_way_to_name_a_menu_and_a_row() -> None:
    text = """# 2024-01-01 by RouterOS 7.16
/ip address add address=10.0.0.1/24
/ip/address/add address=10.0.0.2/24
/ip address
add address=10.0.0.3/24
/interface ethernet
set [ find default-name=ether1 ] comment="up link"
/ip service
set telnet disabled=yes
/queue type
set 2 kind=pcq
/ip hotspot user profile
set [ find where default=yes ] !idle-timeout
"""
    found = list(statements(text))
    assert [(one.path, one.verb) for one in found[:3]] == [("/ip/address", "add")] * 3
    assert [one.find for one in found[3:]] == [
        {"default-name": "ether1"},
        {"name": "telnet"},
        {"#": "2"},
        {"default": "yes"},
    ]
    assert [one.line for one in found] == [2, 3, 5, 7, 9, 11, 13]
    assert found[-1].values == {"!idle-timeout": ""}


def test_a_leading_dot_repeats_the_last_full_prefix() -> None:
    line = "/interface wifi\nadd configuration.country=Latvia .mode=ap disabled=no security.ft=yes .ssid=x\n"
    [found] = statements(line)
    assert found.values == {
        "configuration.country": "Latvia",
        "configuration.mode": "ap",
        "disabled": "no",
        "security.ft": "yes",
        "security.ssid": "x",
    }


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("add name=a; remove", "name"),
        ("add name=$x", "name"),
        ("add name=[find]", "name"),
        ("add name={1}", "name"),
        ('add name="a', '"'),
        (r'add name="\q"', "\\"),
        (r'add name="\00"', "\\"),
        ("add name=a name=b", "name"),
        ("add \ue0000\ue001=a", "'\\ue0000\\ue001'"),
        ("add .mode=a", ".mode"),
        ("add loose", "loose"),
        ("destroy name=a", "destroy"),
        ("set [ find ] name=a", "find"),
        ("set [ print ] name=a", "["),
        ("set [ find name=a", "["),
    ],
)
def test_what_only_a_script_would_understand_is_refused_with_its_line(line: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        list(statements(f"/queue simple\nadd name=fine\n{line}\n"))
    assert (caught.value.line, caught.value.field) == (3, field)


def test_a_command_outside_any_menu_is_refused() -> None:
    with pytest.raises(InputError):
        list(statements("add name=a\n"))


def test_bytes_of_winbox_never_fail_to_be_read() -> None:
    assert text_of(b"caf\xc3\xa9") == "café"
    assert text_of(b"caf\xe9 \x80") == "café €"
    assert text_of(bytes(range(128, 256)))


@pytest.mark.shared
@pytest.mark.parametrize("name", sorted(path.name for path in SHARED.glob("*.rsc")) or ["none"])
def test_real_exports_are_read_whole(name: str) -> None:
    text = (SHARED / name).read_text("utf-8")
    found = list(statements(text))
    begun = [line for line in text.splitlines() if line.startswith(("add ", "set "))]
    assert len(found) == len(begun) > 10
    assert not any(value.endswith("\\") for one in found for value in one.values.values())


@given(
    st.lists(
        st.sampled_from(
            [
                "/queue simple",
                "add",
                "set",
                "[ find",
                "]",
                "name=a",
                '"',
                "\\",
                "\n",
                " ",
                "=",
                "#",
                "\ue0000\ue001",
                "$x",
                "!x",
                ".y=1",
            ]
        ),
        max_size=14,
    )
)
@settings(max_examples=200)
def test_any_text_is_read_or_refused_with_a_line(parts: list[str]) -> None:
    text = "".join(parts)
    try:
        parse(text, {})
    except InputError as error:
        assert error.line is not None and 1 <= error.line <= text.count("\n") + 1


SCRAPS = [
    "/queue simple",
    "add",
    "set",
    "[ find",
    "]",
    "name=a",
    '"',
    "\\",
    "\n",
    "\r\n",
    " ",
    "\t",
    "=",
    "#",
    "\x0b",
    "\u00a0",
    "é",
    "\0",
    "x",
]


@given(st.lists(st.sampled_from(SCRAPS), max_size=14).map("".join))
@settings(max_examples=300)
def test_a_line_taken_at_once_has_the_words_that_it_has_one_by_one(text: str) -> None:
    def read() -> object:
        try:
            return [(one.line, one.path, one.verb, one.find, one.values) for one in statements(text)]
        except InputError as error:
            return error.describe("en")

    at_once = read()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(words._Scanner, "plain_line", lambda self: [])
        assert read() == at_once


def test_a_property_may_have_a_slash_in_its_name() -> None:
    """Those of the old wireless package do: a backup with one could not be read otherwise."""
    (one,) = statements(
        "/interface wireless set [ find name=wlan1 ] basic-rates-a/g=6Mbps supported-rates-a/g=6Mbps,9Mbps\n"
    )
    assert one.values == {"basic-rates-a/g": "6Mbps", "supported-rates-a/g": "6Mbps,9Mbps"}
