"""What limits units, read from rows and from a configuration; and rates reworded without touching what stands behind them."""

import pytest

from netops.core.model import Row, Rows, Tree
from netops.platforms.ios import PLATFORM as IOS
from netops.platforms.ios.lines import limit, reworded
from netops.platforms.routeros import PLATFORM as ROUTEROS


def test_routeros_limits_in_bits_whatever_way_they_are_written() -> None:
    rows = (
        Row(menu="/queue/simple", values={"name": "A", "target": "10.0.0.1", "max-limit": "7M/7000000"}),
        Row(menu="/queue/simple", values={"name": "B", "target": "10.0.0.2", "max-limit": "1M/1M", "disabled": "yes"}),
        Row(menu="/queue/simple", values={"name": "<hotspot-x>", "target": "10.0.0.3", "dynamic": "true"}),
        Row(menu="/queue/tree", values={"name": "T", "parent": "global", "packet-mark": "m", "max-limit": "2500k"}),
        Row(menu="/ip/hotspot/user/profile", values={"name": "P", "rate-limit": "1M/2M 2M/4M 1M/1M 8/8"}),
        Row(menu="/ip/hotspot/user/profile", values={"name": "default"}),
    )
    found = [(one.form, one.name, one.up, one.down) for one in ROUTEROS.limits(Rows(rows=rows))]
    assert found == [
        ("simple", "A", 7_000_000, 7_000_000),
        ("tree", "T", 2_500_000, 2_500_000),
        ("profile", "P", 1_000_000, 2_000_000),
        ("profile", "default", 0, 0),
    ]


def test_ios_limits_by_port_and_direction_and_how_many_share_one() -> None:
    seen = Tree(lines=(
        "policy-map A", " class class-default", "  police cir 8000000 bc 250000", "   conform-action transmit",
        "policy-map B", " class VOICE", "  set dscp ef", " class class-default", "  shape average 9000000",
        "policy-map UNUSED", " class class-default", "  police 1000000 8000 exceed-action drop",
        "interface GigabitEthernet1/0/1", " service-policy input A", " service-policy output B",
        "interface GigabitEthernet1/0/2", " service-policy input A",
    ))  # fmt: skip
    assert [(one.form, one.name, one.down, one.target, one.shared) for one in IOS.limits(seen)] == [
        ("police", "A class-default", 8_000_000, "GigabitEthernet1/0/1 in", 1),
        ("shape", "B class-default", 9_000_000, "GigabitEthernet1/0/1 out", 0),
        ("police", "A class-default", 8_000_000, "GigabitEthernet1/0/2 in", 1),
    ]


@pytest.mark.parametrize(("present", "wanted", "sent"), [
    ("police cir 5000000 bc 156250", "police cir 7000000", "police cir 7000000 bc 156250"),
    ("police 8000000 80000 exceed-action drop", "police cir 7000000", "police 7000000 80000 exceed-action drop"),
    ("shape average 5000000", "shape average 7000000", "shape average 7000000"),
    ("police cir percent 10", "police cir 7000000", "police cir 7000000"),
])  # fmt: skip
def test_a_rate_in_the_words_of_what_stands_there(present: str, wanted: str, sent: str) -> None:
    assert reworded((present,), wanted) == sent


def test_a_percentage_is_no_rate() -> None:
    assert limit("police cir percent 10") is None and limit("shape average percent 20") is None
