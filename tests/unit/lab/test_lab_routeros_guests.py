"""Facts: limits of hotspot users, what a session books, cookies, restarts; texts are those of the factory's errors.txt."""

import pytest
from routeros_desk import Desk, campus, make

from netops.lab.routeros.hotspot import Denied

MAC, OTHER = "02:4E:00:00:00:00", "02:4E:00:00:00:01"
MEGABIT = 1_000_000


def place(version: str = "7.16.2", *, login: str = "cookie,http-chap", **profile: str) -> Desk:
    """A gateway with a hotspot for ten devices and nothing else moving."""
    desk = Desk(campus("gw-kampus" if version.startswith("7") else "gw-lama", version))
    bridge = {"interface": "bridge-lan", "vlan_id": "210"}
    desk.add("/interface/vlan", name="acara", **bridge)
    desk.add("/ip/address", address="10.90.0.1/24", interface="acara")
    desk.add("/ip/pool", name="acara", ranges="10.90.0.10-10.90.0.19")
    desk.add("/ip/dhcp-server", name="acara", interface="acara", address_pool="acara", disabled="no")
    desk.add("/ip/hotspot/profile", name="acara", hotspot_address="10.90.0.1", login_by=login)
    desk.add("/ip/hotspot/user/profile", name="acara", **profile)
    desk.add("/ip/hotspot", name="acara", interface="acara", address_pool="acara", profile="acara", disabled="no")
    return desk


def user(desk: Desk, name: str = "tamu", **limits: str) -> None:
    desk.add("/ip/hotspot/user", name=name, password="kode", profile="acara", server="acara", **limits)


def enter(desk: Desk, mac: str = MAC, name: str = "tamu") -> None:
    desk.device.hotspot.join(mac, "acara")
    desk.device.hotspot.login(mac, name, "kode")


@pytest.mark.parametrize(
    ("limits", "up", "down", "seconds", "said"),
    [
        ({"limit_uptime": "1h"}, 0, 0, 3600, "user tamu has reached uptime limit"),
        ({"limit_bytes_total": "100M"}, 1, 7, 100, "user tamu has reached traffic limit"),
        ({"limit_bytes_in": "10M"}, 1, 7, 100, "user tamu has reached traffic limit"),
        ({"limit_bytes_out": "10M"}, 1, 7, 14, "user tamu has reached traffic limit"),
    ],
    ids=["uptime", "total", "in", "out"],
)
def test_who_is_at_a_limit_is_out_and_stays_out(
    limits: dict[str, str], up: int, down: int, seconds: int, said: str
) -> None:
    """Manual, hotspot user: "user is disconnected after the limit is reached"; errors.txt: uptime-limit, traffic-limit."""
    desk = place()
    user(desk, **limits)
    enter(desk)
    desk.device.hotspot.use(MAC, up * MEGABIT, down * MEGABIT)
    desk.move(seconds / 2)
    assert len(desk.rows("/ip/hotspot/active")) == 1
    desk.move(seconds)
    assert desk.rows("/ip/hotspot/active") == []
    with pytest.raises(Denied, match=said):
        desk.device.hotspot.login(MAC, "tamu", "kode")
    desk.device.hotspot.leave(MAC)
    desk.device.hotspot.join(MAC, "acara")
    assert desk.rows("/ip/hotspot/active") == [], "a cookie does not help"
    row = desk.row("/ip/hotspot/user", "tamu")
    if "limit_uptime" in limits:
        assert row["uptime"] == "1h"
    else:
        came, left = int(row["bytes-in"]), int(row["bytes-out"])
        used = {"limit_bytes_in": came, "limit_bytes_out": left, "limit_bytes_total": came + left}
        ((name, text),) = limits.items()
        assert used[name] == int(text.removesuffix("M")) * 2**20


def test_a_session_is_booked_when_it_ends_and_the_next_one_adds_to_it() -> None:
    """`/ip hotspot user` counts what ended sessions used, `/ip hotspot active` the present one (scripts that add both)."""
    desk = place()
    user(desk)
    enter(desk)
    desk.device.hotspot.use(MAC, MEGABIT, 8 * MEGABIT)
    desk.move(80)
    (active,) = desk.rows("/ip/hotspot/active")
    assert (active["bytes-in"], active["bytes-out"], active["uptime"]) == ("10000000", "80000000", "1m20s")
    assert desk.row("/ip/hotspot/user", "tamu")["bytes-out"] == "0"
    desk.device.hotspot.leave(MAC)
    desk.device.hotspot.join(MAC, "acara")
    desk.device.hotspot.use(MAC, 0, 8 * MEGABIT)
    desk.move(20)
    desk.device.hotspot.leave(MAC)
    row = desk.row("/ip/hotspot/user", "tamu")
    assert (row["uptime"], row["bytes-in"], row["bytes-out"]) == ("1m40s", "10000000", "100000000")


def test_the_rate_limit_of_the_profile_holds_in_the_queue_of_the_client() -> None:
    """rate-limit is rx/tx of the router: upload/download of the client (manual, hotspot user profile)."""
    desk = place(rate_limit="1M/4M")
    user(desk)
    enter(desk)
    desk.device.hotspot.use(MAC, 10 * MEGABIT, 10 * MEGABIT)
    desk.move(8)
    (queue,) = desk.rows("/queue/simple", "?dynamic=true")
    assert (queue["name"], queue["bytes"]) == ("<hotspot-tamu>", "1000000/4000000")
    assert desk.rows("/ip/hotspot/active")[0]["bytes-out"] == "4000000"


def test_a_queue_above_catches_first_unless_it_is_the_parent() -> None:
    """Simple queues: the first match of a level decides; a child counts in its parent too (manual, queues)."""
    alone, below = place(rate_limit="1M/4M"), place(rate_limit="1M/4M")
    for desk in (alone, below):
        desk.add("/queue/simple", name="acara", target="10.90.0.0/24", max_limit="20M/20M")
    below.run("/ip/hotspot/user/profile/set", id="acara", parent_queue="acara")
    got = []
    for desk in (alone, below):
        user(desk)
        enter(desk)
        desk.device.hotspot.use(MAC, 0, 50 * MEGABIT)
        desk.move(8)
        got.append(desk.rows("/ip/hotspot/active")[0]["bytes-out"])
    assert got == ["20000000", "4000000"]
    assert below.row("/queue/simple", "acara")["bytes"] == "0/4000000"


def test_where_the_queue_of_a_client_goes() -> None:
    desk = place(rate_limit="1M/4M", insert_queue_before="first")
    user(desk)
    enter(desk)
    assert desk.rows("/queue/simple")[0]["name"] == "<hotspot-tamu>"
    assert desk.refusal("/queue/simple/set", id="<hotspot-tamu>", max_limit="0").endswith("can not change dynamic")


def test_shared_users_and_a_bound_address() -> None:
    desk = place(shared_users="2")
    user(desk)
    user(desk, "terikat", mac_address=OTHER)
    for number in range(2):
        enter(desk, f"02:4E:00:00:00:0{number}")
    desk.device.hotspot.join("02:4E:00:00:00:02", "acara")
    with pytest.raises(Denied, match="no more sessions are allowed for user tamu"):
        desk.device.hotspot.login("02:4E:00:00:00:02", "tamu", "kode")
    with pytest.raises(Denied, match="user terikat is not allowed to log in from this MAC address"):
        desk.device.hotspot.login("02:4E:00:00:00:02", "terikat", "kode")


def test_a_session_timeout_ends_it() -> None:
    desk = place(session_timeout="10m", login="http-chap")
    desk.run("/ip/hotspot/profile/set", id="acara", login_by="http-chap")
    user(desk)
    enter(desk)
    desk.move(601)
    assert desk.rows("/ip/hotspot/active") == []
    assert desk.row("/ip/hotspot/user", "tamu")["uptime"] == "10m"
    assert "logged out: session timeout" in desk.rows("/log")[-1]["message"]


def test_a_cookie_lasts_as_long_as_the_profile_says() -> None:
    """http-cookie-lifetime, 3d from the factory (manual, hotspot server profile)."""
    desk = place()
    user(desk)
    enter(desk)
    assert desk.rows("/ip/hotspot/cookie")[0]["expires-in"] == "3d"
    desk.move(3600)
    assert desk.rows("/ip/hotspot/cookie")[0]["expires-in"] == "2d23h"
    desk.device.hotspot.leave(MAC)
    desk.device.hotspot.join(MAC, "acara")
    assert desk.rows("/ip/hotspot/active")[0]["login-by"] == "cookie"
    desk.device.hotspot.leave(MAC)
    desk.move(3 * 86400)
    assert desk.rows("/ip/hotspot/cookie") == []
    desk.device.hotspot.join(MAC, "acara")
    assert desk.rows("/ip/hotspot/active") == []


def test_without_user_cookie_and_session_nobody_returns() -> None:
    """Ending access = user and cookie and active connection: a cookie alone lets a client back in."""
    desk = place()
    user(desk)
    enter(desk)
    for menu in ("/ip/hotspot/user", "/ip/hotspot/cookie", "/ip/hotspot/active"):
        for row in desk.rows(menu):
            if row.get("name") != "default-trial":
                desk.run(f"{menu}/remove", id=row[".id"])
    assert desk.rows("/ip/hotspot/active") == desk.rows("/ip/hotspot/cookie") == []
    desk.device.hotspot.leave(MAC)
    desk.device.hotspot.join(MAC, "acara")
    assert desk.rows("/ip/hotspot/active") == []
    with pytest.raises(Denied, match="invalid username or password"):
        desk.device.hotspot.login(MAC, "tamu", "kode")


@pytest.mark.parametrize("version", ["7.16.2", "6.49.17"])
@pytest.mark.parametrize("proper", [True, False], ids=["reboot", "power"])
def test_a_restart_keeps_the_configuration_and_loses_what_was_in_memory(version: str, *, proper: bool) -> None:
    """A power failure loses the running session; users keep what earlier sessions booked (the scripts of operators)."""
    desk = place(version, rate_limit="1M/4M")
    user(desk)
    enter(desk)
    desk.move(60)
    desk.device.hotspot.leave(MAC)
    desk.device.hotspot.join(MAC, "acara")
    desk.device.hotspot.use(MAC, 0, MEGABIT)
    desk.move(80)
    assert len(desk.rows("/ip/hotspot/active")) == 1
    desk.device.reboot(proper=proper)
    row = desk.row("/ip/hotspot/user", "tamu")
    assert (row["uptime"], row["bytes-out"]) == (("2m20s", "10000000") if proper else ("1m", "0"))
    assert desk.rows("/ip/hotspot/active") == desk.rows("/ip/hotspot/host") == []
    assert desk.rows("/queue/simple", "?dynamic=true") == []
    assert len(desk.rows("/ip/hotspot/cookie")) == 1
    assert desk.run("/system/resource/get", value_name="uptime").ret == "0s"
    said = "router rebooted" if proper else "router was rebooted without proper shutdown"
    assert said in [row["message"] for row in desk.rows("/log")]
    address = desk.device.hotspot.join(MAC, "acara")
    assert address == "10.90.0.10", "the lease was on disk"
    assert desk.rows("/ip/hotspot/active")[0]["login-by"] == "cookie"


def test_counters_of_queues_and_ports_begin_anew_after_a_restart() -> None:
    desk = place(rate_limit="1M/4M")
    user(desk)
    desk.add("/queue/simple", name="acara", target="10.90.0.0/24", max_limit="20M/20M")
    enter(desk)
    desk.device.hotspot.use(MAC, 0, MEGABIT)
    desk.move(8)
    assert desk.row("/queue/simple", "acara")["bytes"] == "0/1000000"
    desk.device.reboot()
    desk.move(8)
    assert desk.row("/queue/simple", "acara")["bytes"] == "0/0"
    assert {port.name: port.in_octets for port in desk.device.interfaces()}["ether1"] == 0


def test_a_job_for_startup_runs_after_a_restart_and_a_missed_one_does_not() -> None:
    """Manual, scheduler: `startup` is three seconds after the console is up; what was due while off is not caught up."""
    desk = Desk(make())
    desk.add("/system/scheduler", name="boot", start_time="startup", on_event=":log info bangun")
    desk.move(5)
    first = [row for row in desk.rows("/log") if row["message"] == "bangun"]
    desk.device.reboot()
    desk.move(5)
    assert len(first) == 1
    assert [row["message"] for row in desk.rows("/log")].count("bangun") == 1
