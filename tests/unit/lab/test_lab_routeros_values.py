"""Facts: RouterOS manual and captures, values: what is written in many ways is read back in one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from routeros_desk import Desk, make

from netops.lab.routeros.values import expand_ranges, format_duration, merge_ranges, parse_duration


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("90", "1m30s"),
        ("00:10:00", "10m"),
        ("1d2h3m4s", "1d2h3m4s"),
        ("44d", "6w2d"),
        ("31s250ms", "31s250ms"),
        ("0s", "0s"),
    ],
)
def test_durations(written: str, read: str) -> None:
    length = parse_duration(written)
    assert length is not None
    assert format_duration(length) == read


@given(st.integers(0, 10**15))
def test_durations_round_trip(microseconds: int) -> None:
    assert parse_duration(format_duration(microseconds)) == microseconds


@given(st.sets(st.integers(1, 4094), min_size=1, max_size=30))
def test_vlan_ranges_round_trip(numbers: set[int]) -> None:
    assert expand_ranges(merge_ranges(numbers)) == numbers


@pytest.mark.parametrize(
    ("name", "written", "read"),
    [
        ("max-limit", "10M/5M", "10000000/5000000"),
        ("max-limit", "128k", "128000/128000"),
        ("max-limit", "1G/2500000", "1000000000/2500000"),
        ("target", "192.168.88.10", "192.168.88.10/32"),
        ("target", "10.0.0.0/8,192.168.0.7", "10.0.0.0/8,192.168.0.7/32"),
        ("target", "ether1", "ether1"),
        ("disabled", "yes", "true"),
        ("disabled", "false", "false"),
        ("burst-time", "8/16", "8s/16s"),
        ("priority", "1", "1/1"),
        ("queue", "default-small", "default-small/default-small"),
        ("packet-marks", "a, b", "a,b"),
    ],
)
def test_queue_values(name: str, written: str, read: str) -> None:
    desk = Desk(make())
    ref = desk.raw("/queue/simple/add", {"name": "q", "target": "10.9.9.9", name: written}).ret or ""
    assert desk.row("/queue/simple", ref)[name] == read


def test_other_values() -> None:
    desk = Desk(make())
    desk.add("/interface/bridge", name="bridge-lan")
    desk.add("/interface/vlan", name="v", interface="bridge-lan", vlan_id="210")
    desk.add("/interface/bridge/vlan", bridge="bridge-lan", vlan_ids="12,10,11", tagged="bridge-lan,ether2")
    row = desk.rows("/interface/bridge/vlan", "?dynamic=false")[0]
    assert (row["vlan-ids"], row["tagged"]) == ("10-12", "ether2,bridge-lan")
    desk.add("/ip/address", address="10.90.3.7", interface="v")
    assert desk.rows("/ip/address")[0]["address"] == "10.90.3.7/32"
    ref = desk.add("/ip/dhcp-server/lease", address="10.90.3.9", mac_address="aa-bb-cc-00-11-22", server="all")
    lease = desk.row("/ip/dhcp-server/lease", ref)
    assert lease["mac-address"] == "AA:BB:CC:00:11:22"
    assert "server" not in lease
    desk.add("/ip/firewall/address-list", list="x", address="10.0.0.5/32")
    assert desk.rows("/ip/firewall/address-list")[0]["address"] == "10.0.0.5"
    desk.add("/ip/hotspot/profile", name="p", login_by="http-chap,cookie")
    assert desk.row("/ip/hotspot/profile", "p")["login-by"] == "cookie,http-chap"


@pytest.mark.parametrize(
    ("menu", "args", "text"),
    [
        ("/queue/simple", {"target": "10.0.0.1", "max-limit": "fast"}, "invalid value for argument max-limit"),
        ("/queue/simple", {"target": "10.0.0.1", "priority": "9/9"}, "value of priority out of range (1..8)"),
        ("/queue/simple", {"target": "nowhere"}, "input does not match any value of target"),
        ("/interface/vlan", {"interface": "ether1", "vlan-id": "4095"}, "value of vlan-id out of range (1..4094)"),
        ("/ip/dhcp-server/lease", {"mac-address": "x"}, "invalid value of mac-address, mac address required"),
        ("/ip/pool", {"ranges": "abc"}, "value of range expects range of ip addresses"),
        ("/ip/pool", {"ranges": "10.0.0.1-x"}, "value of range must have ip address after '-'"),
        ("/ip/dhcp-server/network", {"address": "10.0.0.1/24"}, "failure: invalid network"),
        ("/ip/hotspot/profile", {"login-by": "smoke"}, "input does not match any value of login-by"),
    ],
)
def test_bad_values(menu: str, args: dict[str, str], text: str) -> None:
    assert (
        Desk(make()).refusal(f"{menu}/add", **{name.replace("-", "_"): value for name, value in args.items()}) == text
    )
