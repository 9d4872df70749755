"""Facts: hotspot sessions, hosts and cookies; simple queues (first match, parents limit); counters of queues and interfaces."""

from collections.abc import Hashable
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from routeros_desk import Desk, campus, make

from netops.lab.routeros.hotspot import Denied
from netops.lab.traffic import OFFICE, STEADY, Flow, Load, carry

MAC = "02:00:00:00:00:01"
EVENT = Load(network="10.90.0.0/16", up=10_000_000, down=80_000_000, event=True, day=STEADY)
OFFICE_LOAD = Load(network="10.20.0.0/26", up=8_000_000, down=40_000_000, day=STEADY)


def event(desk: Desk, **profile: str) -> None:
    """What an approved event leaves on a gateway."""
    desk.add("/interface/vlan", name="acara", interface="bridge-lan", vlan_id="210")
    desk.add("/interface/bridge/vlan", bridge="bridge-lan", vlan_ids="210", tagged="bridge-lan,ether2")
    desk.add("/ip/address", address="10.90.0.1/24", interface="acara")
    desk.add("/ip/pool", name="acara", ranges="10.90.0.10-10.90.0.11")
    desk.add("/ip/dhcp-server", name="acara", interface="acara", address_pool="acara", disabled="no")
    desk.add("/ip/hotspot/profile", name="acara", hotspot_address="10.90.0.1", login_by="cookie,http-chap")
    desk.add("/ip/hotspot/user/profile", name="acara", rate_limit="2M/4M", **profile)
    desk.add("/ip/hotspot", name="acara", interface="acara", address_pool="acara", profile="acara", disabled="no")
    desk.add("/ip/hotspot/user", name="tamu", password="kode", profile="acara", server="acara")


def crowd(**profile: str) -> Desk:
    desk = Desk(campus("gw-kampus", "7.16.2", loads=(EVENT, OFFICE_LOAD)))
    event(desk, **profile)
    return desk


def test_a_client_joins_and_logs_in() -> None:
    desk = crowd()
    hotspot = desk.device.hotspot
    assert hotspot.join(MAC, "acara") == "10.90.0.10"
    (host,) = desk.rows("/ip/hotspot/host")
    assert (host["mac-address"], host["authorized"], host["dynamic"]) == (MAC, "false", "true")
    (lease,) = desk.rows("/ip/dhcp-server/lease", "?dynamic=true")
    assert (lease["status"], lease["active-server"], lease["address"]) == ("bound", "acara", "10.90.0.10")
    hotspot.login(MAC, "tamu", "kode")
    desk.move(65)
    (active,) = desk.rows("/ip/hotspot/active")
    assert (active["user"], active["uptime"], active["login-by"]) == ("tamu", "1m5s", "http-chap")
    assert desk.rows("/ip/hotspot/host")[0]["authorized"] == "true"
    assert desk.rows("/ip/hotspot/cookie")[0]["user"] == "tamu"
    (queue,) = desk.rows("/queue/simple", "?dynamic=true")
    assert (queue["name"], queue["target"], queue["max-limit"]) == (
        "<hotspot-tamu>",
        "10.90.0.10/32",
        "2000000/4000000",
    )
    assert desk.refusal("/queue/simple/set", id=queue[".id"], max_limit="0") == "failure: can not change dynamic"


def test_refused_logins_say_why() -> None:
    desk = crowd()
    hotspot = desk.device.hotspot
    with pytest.raises(Denied, match="no hotspot answers"):
        hotspot.login(MAC, "tamu", "kode")
    for number in (1, 2):
        hotspot.join(f"02:00:00:00:00:0{number}", "acara")
    with pytest.raises(Denied, match="no address is free"):
        hotspot.join("02:00:00:00:00:03", "acara")
    with pytest.raises(Denied, match="invalid username or password"):
        hotspot.login(MAC, "tamu", "salah")
    hotspot.login(MAC, "tamu", "kode")
    with pytest.raises(Denied, match="no more sessions are allowed for user tamu"):
        hotspot.login("02:00:00:00:00:02", "tamu", "kode")
    assert "login failed: invalid username or password" in desk.rows("/log")[0]["message"]


def test_whoever_keeps_the_cookie_is_back_at_once() -> None:
    desk = crowd()
    desk.device.hotspot.join(MAC, "acara")
    desk.device.hotspot.login(MAC, "tamu", "kode")
    (first,) = desk.rows("/ip/hotspot/active")
    desk.run("/ip/hotspot/active/remove", id=first[".id"])
    (back,) = desk.rows("/ip/hotspot/active")
    assert back[".id"] != first[".id"]
    assert back["login-by"] == "cookie"
    desk.run("/ip/hotspot/cookie/remove", id=desk.rows("/ip/hotspot/cookie")[0][".id"])
    desk.run("/ip/hotspot/active/remove", id=back[".id"])
    assert desk.rows("/ip/hotspot/active") == []
    assert desk.rows("/queue/simple", "?dynamic=true") == []


def test_a_session_outlives_its_user_but_not_its_server() -> None:
    desk = crowd()
    desk.device.hotspot.join(MAC, "acara")
    desk.device.hotspot.login(MAC, "tamu", "kode")
    desk.run("/ip/hotspot/user/remove", id="tamu")
    assert len(desk.rows("/ip/hotspot/active")) == 1
    desk.run("/ip/hotspot/disable", id="acara")
    assert desk.rows("/ip/hotspot/active") == desk.rows("/ip/hotspot/host") == []
    assert len(desk.rows("/ip/hotspot/cookie")) == 1
    with pytest.raises(Denied):
        desk.device.hotspot.join(MAC, "acara")


def test_event_traffic_flows_while_the_hotspot_runs_and_within_its_queue() -> None:
    desk = crowd()
    desk.add("/queue/simple", name="acara", target="10.90.0.0/24", max_limit="20M/50M")
    desk.move(60)
    queue = desk.row("/queue/simple", "acara")
    assert queue["bytes"] == f"{10_000_000 * 60 // 8}/{50_000_000 * 60 // 8}"
    assert queue["rate"] == "10000000/50000000"
    assert int(queue["dropped"].split("/")[1]) > 0
    desk.run("/ip/hotspot/disable", id="acara")
    desk.move(60)
    assert desk.row("/queue/simple", "acara")["bytes"] == queue["bytes"]
    assert desk.row("/queue/simple", "acara")["rate"] == "0/0"


def test_queue_interface_and_view_agree() -> None:
    desk = crowd()
    desk.add("/queue/simple", name="acara", target="10.90.0.0/24", max_limit="0/0")
    desk.move(600)
    desk.run("/queue/simple/set", id="acara", max_limit="5M/5M")
    desk.move(600)
    up, down = (int(part) for part in desk.row("/queue/simple", "acara")["bytes"].split("/"))
    assert down == (80_000_000 + 5_000_000) * 600 // 8
    vlan = desk.rows("/interface", "?name=acara")[0]
    assert (int(vlan["rx-byte"]), int(vlan["tx-byte"])) == (up, down)
    view = {port.name: port for port in desk.device.interfaces()}
    assert (view["acara"].in_octets, view["acara"].out_octets) == (up, down)
    office = desk.row("/queue/simple", "Rektorat")["bytes"].split("/")
    assert view["ether1"].in_octets == view["ether2"].out_octets == down + int(office[1])
    seen = {queue.name: queue for queue in desk.device.queues()}
    assert (seen["acara"].up_bytes, seen["acara"].down_bytes) == (up, down)
    assert (seen["acara"].source, seen["acara"].source_mask) == ("10.90.0.0", "255.255.255.0")
    assert seen["acara"].index == int(desk.row("/queue/simple", "acara")[".id"][1:], 16)


def test_the_first_matching_queue_counts_and_a_parent_limits() -> None:
    desk = Desk(campus("gw-kampus", "7.16.2", loads=(OFFICE_LOAD,)))
    desk.add("/queue/simple", name="all", target="10.0.0.0/8", max_limit="0/10M")
    desk.add("/queue/simple", name="child", target="10.20.0.0/24", parent="all")
    desk.move(80)
    assert desk.row("/queue/simple", "Rektorat")["bytes"].endswith(f"/{20_000_000 * 10}")
    assert desk.row("/queue/simple", "all")["bytes"] == "0/0"
    desk.run("/queue/simple/disable", id="Rektorat")
    desk.move(80)
    for name in ("all", "child"):
        assert desk.row("/queue/simple", name)["bytes"].endswith(f"/{10_000_000 * 10}")


def test_nothing_flows_without_an_uplink() -> None:
    desk = Desk(campus("gw-kampus", "7.16.2", loads=(OFFICE_LOAD,)))
    desk.run("/interface/ethernet/disable", id="ether1")
    desk.move(80)
    assert desk.row("/queue/simple", "Rektorat")["bytes"] == "0/0"
    assert {port.name: port.oper_up for port in desk.device.interfaces()}["ether1"] is False


def test_the_day_has_its_shape() -> None:
    load = Load(network="10.0.0.0/8", up=100, down=1000)
    assert load.offered(datetime(2026, 11, 20, 9)) == (100, 1000)
    assert load.offered(datetime(2026, 11, 20, 3))[1] < 150
    assert load.offered(datetime(2026, 11, 20, 7, 30))[1] == pytest.approx(1000 * (OFFICE[7] + OFFICE[8]) / 2)


@given(
    st.lists(st.tuples(st.floats(0, 1e9), st.integers(0, 3)), max_size=8),
    st.lists(st.integers(0, 10**9), min_size=4, max_size=4),
)
@settings(max_examples=60)
def test_no_limit_is_exceeded_and_nothing_is_invented(offers: list[tuple[float, int]], limits: list[int]) -> None:
    flows = [Flow((offer, offer), (queue, "uplink")) for offer, queue in offers]
    caps: dict[Hashable, tuple[float, float]] = {"uplink": (5e8, 5e8)}
    caps.update({queue: (float(limit), float(limit)) for queue, limit in enumerate(limits)})
    passed = carry(flows, caps)
    for (up, _), (offer, _) in zip(passed, offers, strict=True):
        assert up <= offer * (1 + 1e-9)
    for queue, limit in enumerate(limits):
        if limit:
            assert sum(up for (up, _), (_, mine) in zip(passed, offers, strict=True) if mine == queue) <= limit * (
                1 + 1e-9
            )
    assert sum(up for up, _ in passed) <= 5e8 * (1 + 1e-9)


def test_a_second_server_on_an_interface_is_invalid() -> None:
    desk = Desk(make())
    for name in "ab":
        desk.add("/ip/hotspot", name=name, interface="ether3", disabled="no")
    assert [row["invalid"] for row in desk.rows("/ip/hotspot")] == ["false", "true"]
