"""A switch's clock, NTP, flash and zone, from what it answers."""

from datetime import UTC, datetime

import pytest

from netops.core.model import Expected, Severity
from netops.platforms.ios.preflight import compare, device_time, surroundings, zone_minutes

NOW = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
WIB = "clock timezone WIB 7 0\n"
PEER = "\n  address  ref clock\n*~10.10.0.1  203.0.113.1\n * sys.peer, # selected\n"
FLASH = "57931776 bytes total (33034240 bytes free)"


def told(clock: str = ".06:10:01.123 WIB Sat Nov 21 2026", ntp: str = PEER, flash: str = FLASH) -> list[str]:
    found = surroundings(clock=clock, ntp=ntp, flash=flash, now=NOW, running=WIB)
    assert all(one.severity is Severity.WARNING and one.paste for one in found)
    return [one.about for one in found]


def test_a_good_switch_has_nothing_to_tell() -> None:
    assert told() == []
    assert told(clock="% Invalid input", ntp="% Invalid input", flash="% Invalid input") == [], "no answer, no finding"


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"clock": "*06:20:01.123 WIB Sat Nov 21 2026"}, "clock"),
        ({"clock": "*00:00:05.000 WIB Mon Mar 1 1993"}, "clock"),
        ({"ntp": "%NTP is not enabled."}, "ntp"),
        ({"ntp": PEER.replace("*~", " ~")}, "ntp"),
        ({"flash": "57931776 bytes total (34240 bytes free)"}, "flash"),
    ],
    ids=["ten minutes", "never set", "no NTP", "no peer", "full flash"],
)
def test_each_trouble_is_told(change: dict[str, str], about: str) -> None:
    assert told(**change) == [about]


@pytest.mark.parametrize(
    ("line", "minutes"), [(WIB, 420), ("clock timezone NST -3 30\n", -210), ("clock timezone X 9\n", 540), ("", 0)]
)
def test_zones(line: str, minutes: int) -> None:
    assert zone_minutes(f"hostname a\n{line}!\n") == minutes
    [finding] = compare(line, Expected(offset=minutes))
    assert finding.severity is Severity.OK
    [other] = compare(line, Expected(offset=480))
    assert "clock timezone WITA 8 0" in other.paste


def test_a_time_that_is_none() -> None:
    assert device_time("*99:10:01.123 WIB Sat Nov 21 2026") is None
