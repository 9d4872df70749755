"""Interface names and VLAN lists, as Cisco's command reference and listings of Catalyst switches write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.lab.ios import names


@pytest.mark.parametrize(
    ("typed", "full"),
    [
        ("gi1/0/5", "GigabitEthernet1/0/5"),
        ("Gig 1/0/5", "GigabitEthernet1/0/5"),
        ("g1/0/24", "GigabitEthernet1/0/24"),
        ("GigabitEthernet1/0/1", "GigabitEthernet1/0/1"),
        ("vl10", "Vlan10"),
        ("po3", "Port-channel3"),
        ("xe1/0/1", None),
        ("gi", None),
        ("1/0/1", None),
        ("gi1/0/", None),
    ],
)
def test_interface_names_may_be_abbreviated_with_or_without_a_space(typed: str, full: str | None) -> None:
    # Cisco command reference, `interface`: type may be shortened to any unique beginning, number may follow a space.
    assert names.canonical(typed) == full


def test_short_names_have_two_letters() -> None:
    # `show interfaces status` of every Catalyst: Gi1/0/5, Te1/0/1, Po1.
    assert [names.short(n) for n in ("GigabitEthernet1/0/5", "Port-channel1", "Vlan10")] == ["Gi1/0/5", "Po1", "Vl10"]


def test_index_of_an_svi_is_its_vlan_and_of_po30_is_5030() -> None:
    # ifDescr rows of a recorded C3560: index 178 is Vlan178, 5030 is Port-channel30, 10001 is its first port.
    assert names.index_of("Vlan178") == 178
    assert names.index_of("Port-channel30") == 5030
    assert names.index_of("GigabitEthernet1/0/5") == 10105


@pytest.mark.parametrize(
    ("vlans", "text"),
    [([10], "10"), ([10, 11], "10,11"), ([10, 20, 210, 211, 212], "10,20,210-212"), ([], ""), ([4094, 1], "1,4094")],
)
def test_lists_fold_three_neighbours_and_leave_two(vlans: list[int], text: str) -> None:
    # Listings print two neighbours as `10,11` and a run of three or more with a hyphen.
    assert names.vlan_text(vlans) == text


@pytest.mark.parametrize("text", ["", "0", "4095", "20-10", "5-5", "1,,2", "1-2-3", "a", "10 "])
def test_lists_that_ios_refuses(text: str) -> None:
    # Command reference, vlan-list: numbers 1 to 4094, ranges rising, no spaces.
    assert names.vlan_set(text) is None


@given(st.frozensets(st.integers(1, 4094), max_size=60))
@settings(max_examples=60)
def test_a_printed_list_reads_back_as_itself(vlans: frozenset[int]) -> None:
    text = names.vlan_text(vlans)
    assert names.vlan_set(text) == (vlans or None)
