"""A port that joins a VLAN which the change does not make: it must be there, stay there, and be nobody else's."""

import pytest

from netops.core.errors import Refused
from netops.core.model import Tag, Tree
from netops.platforms.ios import PLATFORM

OWNER = Tag("HD-2026-0117-abcdef")
PORT = ("interface GigabitEthernet1/0/12", " switchport access vlan 20", " switchport mode access")
WANT = Tree(lines=("interface GigabitEthernet1/0/12", " switchport mode access", " switchport access vlan 30"))


def seen(*vlans: str) -> Tree:
    return Tree(lines=("vlan 20", " name KANTOR", *vlans, *PORT))


def test_a_vlan_that_is_there_is_joined_and_left_alone() -> None:
    ops = PLATFORM.diff(seen("vlan 30", " name LAB"), WANT, OWNER)
    assert PLATFORM.show(ops).splitlines() == [
        " interface GigabitEthernet1/0/12",
        "- switchport access vlan 20",
        "+ switchport access vlan 30",
    ]


def test_a_vlan_that_is_not_there_is_not_made_unnamed() -> None:
    with pytest.raises(Refused, match="vlan 30 is not on the device"):
        PLATFORM.diff(seen(), WANT, OWNER)


def test_another_changes_vlan_is_not_joined() -> None:
    with pytest.raises(Refused, match=r"vlan 30 \(netops-HD-9-123456\) belongs to another change and will go with it"):
        PLATFORM.diff(seen("vlan 30", " name netops-HD-9-123456"), WANT, OWNER)


def test_a_plan_is_stale_once_the_vlan_is_gone_or_another_one() -> None:
    there = PLATFORM.touched(seen("vlan 30", " name LAB"), WANT, OWNER)
    assert PLATFORM.touched(seen("vlan 30", " name LAB"), WANT, OWNER) == there
    assert PLATFORM.touched(seen(), WANT, OWNER) != there
    assert PLATFORM.touched(seen("vlan 30", " name TAMU"), WANT, OWNER) != there
