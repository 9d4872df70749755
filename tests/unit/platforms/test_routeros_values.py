"""Two writings of one meaning are equal, two meanings are not: section 3.5 of the device facts, case by case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netops.core.model import Row, Value
from netops.core.secret import SecretRef
from netops.platforms.routeros.facts import menu
from netops.platforms.routeros.parse import adopted, named
from netops.platforms.routeros.values import normal, numbers, present, row_key


@pytest.mark.parametrize(
    ("path", "name", "one", "other"),
    [
        ("/queue/simple", "max-limit", "7M", "7000000/7000000"),
        ("/queue/simple", "max-limit", "1M/128k", "1000000/128000"),
        ("/queue/simple", "target", "10.0.0.1,10.1.0.0/24", "10.1.0.0/24,10.0.0.1/32"),
        ("/queue/simple", "priority", "8", "8/8"),
        ("/queue/simple", "disabled", "yes", "true"),
        ("/ip/dhcp-server", "lease-time", "3600s", "1h"),
        ("/ip/dhcp-server", "lease-time", "01:00:00", "1h"),
        ("/ip/dhcp-server", "lease-time", "1w1d", "8d"),
        ("/ip/hotspot/profile", "login-by", "http-chap,cookie", "cookie,http-chap"),
        ("/ip/hotspot/user/profile", "rate-limit", "2M/5M", "2000000/5000000"),
        ("/ip/hotspot/user", "mac-address", "aa:bb:cc:00:11:22", "AA:BB:CC:00:11:22"),
        ("/interface/bridge/vlan", "vlan-ids", "10,20,21,22", "20-22,10"),
        ("/interface/bridge/vlan", "tagged", "ether2,bridge-lan", "bridge-lan,ether2"),
        ("/interface/bridge", "priority", "0x8000", "0x8000"),
        ("/ip/address", "address", "10.0.0.1", "10.0.0.1/32"),
        ("/ip/firewall/address-list", "address", "10.0.0.1/32", "10.0.0.1"),
        ("/interface/vlan", "vlan-id", "0210", "210"),
    ],
)
def test_equal_meanings_are_equal(path: str, name: str, one: str, other: str) -> None:
    assert normal(menu(path), name, one) == normal(menu(path), name, other)


@pytest.mark.parametrize(
    ("path", "name", "one", "other"),
    [
        ("/queue/simple", "max-limit", "7M", "7000001"),
        ("/queue/simple", "max-limit", "1M/2M", "2M/1M"),
        ("/queue/simple", "name", "007", "7"),
        ("/queue/simple", "comment", "yes", "true"),
        ("/ip/hotspot/user/profile", "idle-timeout", "none", "0s"),
        ("/ip/address", "address", "10.0.0.1/24", "10.0.0.0/24"),
        ("/ip/dhcp-server", "lease-time", "1h", "1h1ms"),
        ("/ip/pool", "ranges", "10.0.0.2-10.0.0.9", "10.0.0.2-10.0.0.8"),
    ],
)
def test_different_meanings_differ(path: str, name: str, one: str, other: str) -> None:
    assert normal(menu(path), name, one) != normal(menu(path), name, other)


@given(st.text(max_size=20), st.sampled_from([("/queue/simple", n) for n in menu("/queue/simple").settable]))
def test_normalising_twice_changes_nothing(value: str, place: tuple[str, str]) -> None:
    path, name = place
    once = normal(menu(path), name, value)
    assert normal(menu(path), name, once) == once


def test_absent_means_the_default() -> None:
    assert present(menu("/ip/hotspot/user"), {"name": "a"}, "server") == "all"
    assert present(menu("/queue/simple"), {"disabled": ""}, "disabled") == "no"
    assert present(menu("/queue/simple"), {}, "comment") == ""


def test_vlan_lists_are_bounded() -> None:
    assert numbers("10,20-22") == {10, 20, 21, 22}
    assert numbers("1-99999999999") == frozenset()
    assert numbers("30-20") == frozenset() == numbers("a") == numbers("")


WRITTEN = st.sampled_from(["", "all", "10.0.0.1", "10.0.0.1/32", "20-22,10", "10,20,21,22", "bridge-lan", "007", "7"])


@given(
    path=st.sampled_from(["/ip/hotspot/user", "/ip/address", "/interface/bridge/vlan", "/ip/firewall/address-list"]),
    data=st.data(),
)
def test_a_key_is_the_canonical_texts_of_the_menus_key_each_time_it_is_asked(path: str, data: st.DataObject) -> None:
    menu_ = menu(path)
    values: dict[str, Value] = {name: data.draw(WRITTEN) for name in menu_.key if data.draw(st.booleans())}
    values["comment"] = "netops:hd-1"
    for _ in range(2):
        assert row_key(menu_, values) == tuple(present(menu_, values, name) for name in menu_.key)


def test_a_secret_in_a_key_is_no_text_of_it() -> None:
    users = menu("/ip/hotspot/user")
    secret: dict[str, Value] = {name: SecretRef("voucher/hd-1/001") for name in users.key}
    assert row_key(users, secret) == ("",) * len(users.key)


@given(st.dictionaries(st.sampled_from(["name", "?name", "?", "comment", "?disabled", "802.1x"]), st.just("x")))
def test_a_condition_and_what_is_named_share_out_the_row(values: dict[str, str]) -> None:
    row = Row(menu="/ip/hotspot/user", values=values)
    assert adopted(row) == {name[1:]: "x" for name in values if name.startswith("?")}
    assert named(row) == {name: "x" for name in values if not name.startswith("?")}
    assert named(row) is not values
