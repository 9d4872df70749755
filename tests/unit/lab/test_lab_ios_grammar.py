"""Abbreviation, ambiguity and the caret: Cisco IOS Configuration Fundamentals, "Using the command-line interface"."""

import pytest

from netops.lab.ios import grammar
from netops.lab.ios.grammar import Ambiguous, Incomplete, Invalid, Matched

ROOT = grammar.build(
    [
        ("configure terminal", "conf"),
        ("show version", "version"),
        ("show vlan brief", "brief"),
        ("show interfaces", "all"),
        ("show interfaces <if>", "one"),
        ("show interfaces status", "status"),
        ("show interfaces switchport", "switchport"),
        ("description <line>", "text"),
        ("maximum <1-14>", "max"),
        ("ip address <ip> <mask>", "address"),
    ]
)


@pytest.mark.parametrize(
    ("line", "action", "words"),
    [
        ("conf t", "conf", "configure terminal"),
        ("SH VER", "version", "show version"),
        ("sh int gig 1/0/5", "one", "show interfaces GigabitEthernet1/0/5"),
        ("show interface", "all", "show interfaces"),
        ("sh int stat", "status", "show interfaces status"),
        ("des  Aula  timur ", "text", "description Aula  timur"),
        ("max 07", "max", "maximum 7"),
        ("ip add 10.0.0.1 255.0.0.0", "address", "ip address 10.0.0.1 255.0.0.0"),
    ],
)
def test_unique_beginnings_stand_for_words(line: str, action: str, words: str) -> None:
    found = grammar.match(ROOT, line)
    assert isinstance(found, Matched)
    assert (found.action, found.line) == (action, words)


@pytest.mark.parametrize("line", ["sh v", "show interfaces s"])
def test_a_beginning_of_two_words_is_ambiguous(line: str) -> None:
    assert isinstance(grammar.match(ROOT, line), Ambiguous)


@pytest.mark.parametrize("line", ["show", "conf", "show vlan", "description", "ip address 10.0.0.1"])
def test_a_line_that_stops_early_is_incomplete(line: str) -> None:
    assert isinstance(grammar.match(ROOT, line), Incomplete)


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("shw version", 2),  # `sh` fits, the `w` does not
        ("show xersion", 5),
        ("show versionx", 12),
        ("show version extra", 13),
        ("  zzz", 2),
        ("maximum 15", 8),
        ("ip address 10.0.0.300 255.0.0.0", 11),
    ],
)
def test_the_caret_stands_under_the_first_character_that_cannot_be(line: str, column: int) -> None:
    # A captured session shows `nterface …` (an `i` was lost) with the caret under the `e`: `nt` could still be `ntp`.
    found = grammar.match(ROOT, line)
    assert isinstance(found, Invalid)
    assert found.column == column


def test_first_tells_an_unknown_first_word() -> None:
    assert grammar.match(ROOT, "foo") == Invalid(0, True)
    assert grammar.match(ROOT, "show foo") == Invalid(5, False)


def test_help_lists_words_parameters_and_the_end() -> None:
    assert grammar.expect(ROOT, "show v") == ["version", "vlan"]
    assert grammar.expect(ROOT, "show interfaces ") == ["status", "switchport", "interface", "<cr>"]
    assert grammar.expect(ROOT, "zzz ") == []
