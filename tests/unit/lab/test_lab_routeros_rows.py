"""Facts: commands and semantics, errors, references and uniqueness, what is left out (manual and probes of real devices)."""

import pytest
from routeros_desk import Desk, campus, make

from netops.lab.routeros.machine import Actor
from netops.lab.routeros.quirks import SCRIPT_POLICIES


def desk(version: str = "7.16.2", config: str = "") -> Desk:
    return Desk(make(version, config))


def test_ids_are_upper_hex_from_star_zero_and_never_used_again() -> None:
    d = desk()
    refs = [d.add("/system/scheduler", name=f"s{number}") for number in range(12)]
    assert refs[0] == "*0"
    assert refs[10:] == ["*A", "*B"]
    d.run("/system/scheduler/remove", id="*B")
    assert d.add("/system/scheduler", name="again") == "*C"
    assert d.rows("/ip/service")[0][".id"] == "*0"
    assert d.row("/queue/type", "pcq-upload-default")[".id"] == "*FFFFFFFA"


def test_unknown_paths_verbs_and_parameters_in_both_wordings() -> None:
    new, old = desk(), desk("6.49.17")
    assert new.refusal("/nothing/print") == "no such command prefix"
    assert new.refusal("/ip/nothing/print") == "no such command or directory (nothing)"
    assert old.refusal("/ip/nothing/print") == "no such command prefix"
    assert new.refusal("/ip/pool/explode") == "no such command"
    assert new.refusal("/ip/pool/add", name="x", ranges="10.0.0.1", colour="red") == "unknown parameter colour"
    assert old.refusal("/ip/pool/add", name="x", ranges="10.0.0.1", colour="red") == "unknown parameter"
    assert new.refusal("/queue/simple/add", target="10.0.0.1", bytes="1/1") == "unknown parameter bytes"
    assert new.refusal("/ip/pool/set", id="*99", name="y") == "no such item"
    assert new.refusal("/ip/pool/set", name="y") == "missing =.id="
    assert new.refusal("/ip/pool/add", name="x") == "missing =ranges="


def test_menus_and_properties_are_there_by_version() -> None:
    assert desk("7.16.2").run("/system/device-mode/print").single is not None
    assert desk("6.49.17").refusal("/system/device-mode/print") == "no such command prefix"
    assert (
        desk("6.49.17").refusal("/ip/hotspot/profile/add", name="p", install_hotspot_queue="yes") == "unknown parameter"
    )
    assert desk().add("/ip/hotspot/profile", name="p", install_hotspot_queue="yes")
    assert desk("7.16.2").refusal("/system/scheduler/add", name="s", days="mon") == "unknown parameter days"
    assert desk("7.24").add("/system/scheduler", name="s", days="mon")


def test_hotspot_server_is_disabled_unless_told() -> None:
    d = desk()
    assert d.row("/ip/hotspot", d.add("/ip/hotspot", name="a", interface="ether3"))["disabled"] == "true"
    assert (
        d.row("/ip/hotspot", d.add("/ip/hotspot", name="b", interface="ether4", disabled="no"))["disabled"] == "false"
    )


def test_dhcp_server_is_disabled_unless_told_in_version_6_only() -> None:
    for version, value in (("6.49.17", "true"), ("7.16.2", "false")):
        d = desk(version)
        assert d.row("/ip/dhcp-server", d.add("/ip/dhcp-server", interface="ether2"))["disabled"] == value


def test_what_is_left_out() -> None:
    d = desk()
    d.add("/ip/hotspot/user", name="u", password="x")
    user = d.row("/ip/hotspot/user", "u")
    assert {"comment", "server", "limit-uptime", "limit-bytes-total"}.isdisjoint(user)
    assert user["profile"] == "default"
    server = d.row("/ip/hotspot", d.add("/ip/hotspot", interface="ether3"))
    assert "address-pool" not in server
    assert server["HTTPS"] == "false"
    profile = d.row("/ip/hotspot/profile", "default")
    assert not [name for name in profile if name.startswith(("trial-", "radius-", "mac-auth-", "ssl-", "rate-"))]
    assert profile["default"] == "true"
    rule = d.row("/ip/firewall/filter", d.add("/ip/firewall/filter", chain="input"))
    assert {"disabled", "log"}.isdisjoint(rule)
    assert rule["action"] == "accept"
    d.run("/ip/firewall/filter/set", id=rule[".id"], disabled="no")
    assert d.row("/ip/firewall/filter", rule[".id"])["disabled"] == "false"
    assert "disabled" not in d.row("/ip/pool", d.add("/ip/pool", ranges="10.0.0.1"))


def test_version_6_shows_the_rate_limit_of_a_hotspot_profile() -> None:
    assert desk("6.49.17").row("/ip/hotspot/profile", "default")["rate-limit"] == ""


@pytest.mark.parametrize(
    ("menu", "args", "text"),
    [
        ("/ip/address", {"address": "10.0.0.1/24", "interface": "ether1"}, "failure: already have such address"),
        ("/interface/bridge", {"name": "b"}, "failure: already have interface with such name"),
        (
            "/interface/bridge/port",
            {"bridge": "b", "interface": "ether2"},
            "failure: device already added as bridge port",
        ),
        ("/interface/bridge/vlan", {"bridge": "b", "vlan-ids": "10"}, "failure: vlan already added"),
        ("/ip/pool", {"name": "p", "ranges": "10.0.0.9"}, "failure: pool with such name exists"),
        ("/ip/dhcp-server/network", {"address": "10.0.0.0/24"}, "failure: such network already exists"),
        ("/ip/hotspot/user", {"name": "u"}, "failure: already have user with this name for this server"),
        ("/queue/simple", {"name": "q", "target": "10.0.0.1"}, "failure: already have such name"),
        ("/system/script", {"name": "s"}, "failure: item with such name already exists"),
        ("/ip/firewall/address-list", {"list": "l", "address": "10.0.0.7"}, "failure: already have such entry"),
    ],
)
def test_twice_is_refused(menu: str, args: dict[str, str], text: str) -> None:
    d = desk()
    words = {name.replace("-", "_"): value for name, value in args.items()}
    if menu.startswith("/interface/bridge/"):
        d.add("/interface/bridge", name="b")
    d.add(menu, **words)
    assert d.refusal(f"{menu}/add", **words) == text


def test_what_may_be_there_twice() -> None:
    d = desk()
    d.add("/ip/hotspot", name="h", interface="ether3", disabled="no")
    d.add("/ip/hotspot/user", name="u")
    assert d.add("/ip/hotspot/user", name="u", server="h")
    d.add("/ip/firewall/address-list", list="l", address="10.0.0.7")
    assert d.add("/ip/firewall/address-list", list="l", address="10.0.0.7", disabled="yes")
    for _ in range(2):
        d.add("/ip/firewall/filter", chain="forward")
    d.add("/queue/simple", name="a", target="10.0.0.1")
    assert d.add("/queue/simple", name="b", target="10.0.0.1")
    d.run("/queue/simple/remove", id="a")
    assert d.add("/queue/simple", name="a", target="10.0.0.1")


def test_references_are_checked_by_the_types_own_name() -> None:
    d = desk()
    assert d.refusal("/ip/dhcp-server/add", interface="x") == "input does not match any value of interface"
    assert d.refusal("/ip/dhcp-server/add", interface="ether1", address_pool="x") == (
        "input does not match any value of address-pool"
    )
    assert d.refusal("/ip/firewall/filter/add", chain="input", in_interface="x") == (
        "input does not match any value of interface"
    )
    assert d.refusal("/ip/firewall/filter/add", chain="input", in_interface_list="x") == (
        "input does not match any value of interface-list"
    )
    assert d.refusal("/user/add", name="u", password="", group="x") == "input does not match any value of group"
    assert d.add("/ip/firewall/filter", chain="input", src_address_list="free text")
    assert d.add("/system/scheduler", name="s", on_event="no such script")


def test_references_dangle_after_removal_and_do_not_heal() -> None:
    d = desk()
    pool = d.add("/ip/pool", name="p", ranges="10.0.0.2-10.0.0.9")
    d.add("/ip/dhcp-server", name="dhcp", interface="ether2", address_pool="p")
    d.run("/ip/pool/remove", id=pool)
    assert d.row("/ip/dhcp-server", "dhcp")["address-pool"] == pool
    d.add("/ip/pool", name="p", ranges="10.0.0.2-10.0.0.9")
    assert d.row("/ip/dhcp-server", "dhcp")["address-pool"] == pool
    lease = d.add("/ip/dhcp-server/lease", server="dhcp", address="10.0.0.3", mac_address="02:00:00:00:00:01")
    server = d.row("/ip/dhcp-server", "dhcp")[".id"]
    d.run("/ip/dhcp-server/remove", id=server)
    left = d.row("/ip/dhcp-server/lease", lease)
    assert (left["server"], left["active-server"]) == (server, "*FFFFFFFF")
    bridge = d.add("/interface/bridge", name="b")
    d.add("/interface/bridge/port", bridge="b", interface="ether3")
    d.run("/interface/bridge/remove", id="b")
    port = d.rows("/interface/bridge/port")[0]
    assert (port["bridge"], port["inactive"]) == (bridge, "true")
    d.add("/interface/bridge", name="b")
    assert d.refusal("/interface/bridge/port/add", bridge="b", interface="ether3") == (
        "failure: device already added as bridge port"
    )


def test_references_follow_a_new_name() -> None:
    d = desk()
    d.add("/interface/bridge", name="b")
    d.add("/interface/bridge/vlan", bridge="b", vlan_ids="10", tagged="b,ether2")
    d.add("/queue/simple", name="q", target="ether2,10.0.0.1")
    d.run("/interface/ethernet/set", id="ether2", name="trunk")
    d.run("/interface/set", id="b", name="lan")
    row = d.rows("/interface/bridge/vlan", "?dynamic=false")[0]
    assert (row["bridge"], row["tagged"]) == ("lan", "trunk,lan")
    assert d.row("/queue/simple", "q")["target"] == "trunk,10.0.0.1/32"
    assert d.rows("/interface", "?name=trunk")[0]["default-name"] == "ether2"


def test_a_group_with_users_stays() -> None:
    d = desk()
    d.add("/user/group", name="g", policy="read,api")
    d.add("/user", name="u", password="p", group="g")
    assert d.refusal("/user/group/remove", id="g") == "failure: group has some users"
    assert "password" not in d.row("/user", "u")
    policy = d.row("/user/group", "g")["policy"].split(",")
    assert {"read", "api", "!write", "!ftp"} <= set(policy)


def test_dynamic_rows_are_not_changed_and_a_static_one_supersedes() -> None:
    d = desk()
    d.add("/interface/bridge", name="b", vlan_filtering="yes", frame_types="admit-only-vlan-tagged")
    d.add("/interface/bridge/port", bridge="b", interface="ether3", pvid="20")
    (row,) = d.rows("/interface/bridge/vlan")
    assert (row["vlan-ids"], row["dynamic"], row["current-untagged"]) == ("20", "true", "ether3")
    assert d.refusal("/interface/bridge/vlan/set", id=row[".id"], tagged="b") == "failure: can not change dynamic"
    d.add("/interface/bridge/vlan", bridge="b", vlan_ids="20", tagged="b")
    (row,) = d.rows("/interface/bridge/vlan")
    assert (row["dynamic"], row["current-tagged"], row["current-untagged"]) == ("false", "b", "ether3")


def test_order_place_before_move_and_copy() -> None:
    d = desk()
    for name in "abc":
        d.add("/queue/simple", name=name, target="10.0.0.1", comment=f"is {name}")
    d.add("/queue/simple", name="first", target="10.0.0.1", place_before="a")
    d.run("/queue/simple/move", numbers="c", destination="*1")
    assert [row["name"] for row in d.rows("/queue/simple")] == ["first", "c", "a", "b"]
    d.run("/queue/simple/move", numbers="first")
    d.run("/queue/simple/move", numbers="c", destination="*77")
    assert [row["name"] for row in d.rows("/queue/simple")] == ["a", "b", "first", "c"]
    assert d.refusal("/queue/simple/move", numbers="a", destination="a") == "failure: can not move object before itself"
    assert d.refusal("/queue/simple/move", numbers="*77") == "no such item"
    assert d.refusal("/queue/simple/move") == "missing =.id="
    assert d.refusal("/queue/simple/set", id="a", place_before="b") == "unknown parameter place-before"
    assert d.refusal("/ip/pool/move", numbers="0") == "no such command"
    copy = d.row("/queue/simple", d.add("/queue/simple", name="d", copy_from="b"))
    assert copy["comment"] == "is b"


def test_enable_disable_comment_unset_get_and_count() -> None:
    d = desk()
    ref = d.add("/queue/simple", name="q", target="10.0.0.1", dst="10.2.0.0/16", comment="x")
    d.run("/queue/simple/disable", id="q")
    d.run("/queue/simple/disable", id="q")
    d.run("/queue/simple/unset", id=ref, value_name="dst")
    d.run("/queue/simple/comment", id=ref, comment="")
    row = d.row("/queue/simple", ref)
    assert row["disabled"] == "true"
    assert {"dst", "comment"}.isdisjoint(row)
    d.run("/queue/simple/enable", id=ref)
    assert d.run("/queue/simple/get", number=ref, value_name="disabled").ret == "false"
    assert d.run("/queue/simple/print", count_only="").ret == "1"
    assert d.refusal("/queue/simple/unset", id=ref, value_name="name") == "input does not match any value of value-name"
    d.raw("/ip/hotspot/user/profile/set", {".id": "default", "!keepalive-timeout": ""})
    assert "keepalive-timeout" not in d.row("/ip/hotspot/user/profile", "default")


def test_a_list_of_ids_is_changed_as_far_as_it_goes() -> None:
    d = desk()
    first = d.add("/ip/pool", name="a", ranges="10.0.0.1")
    second = d.add("/ip/pool", name="b", ranges="10.0.0.2")
    assert d.refusal("/ip/pool/set", id=f"{first},{second}", name="c") == "failure: pool with such name exists"
    assert [row["name"] for row in d.rows("/ip/pool")] == ["c", "b"]
    d.run("/ip/pool/remove", id=f"{first},b")
    assert d.rows("/ip/pool") == []


def test_built_in_rows_are_set_and_not_removed() -> None:
    d = desk()
    d.run("/ip/hotspot/profile/set", id="default", dns_name="login.kampus")
    assert d.refusal("/ip/hotspot/profile/remove", id="default").startswith("failure: ")
    assert d.refusal("/interface/ethernet/remove", id="ether1") == "no such command"
    assert d.row("/ip/hotspot/user", "default-trial")["default"] == "true"


def test_policies() -> None:
    reader = Desk(make(), Actor(name="r", policies=frozenset({"read", "api"})))
    writer = Desk(reader.device, Actor(name="w", policies=frozenset({"read", "write", "api"})))
    assert reader.refusal("/ip/pool/add", name="p", ranges="10.0.0.1") == "not enough permissions (9)"
    assert writer.add("/ip/pool", name="p", ranges="10.0.0.1")
    assert writer.refusal("/user/add", name="x", password="", group="full") == "not enough permissions (9)"
    assert writer.refusal("/system/scheduler/add", name="s", policy="read,reboot") == "not enough permissions (9)"
    ref = writer.add("/system/scheduler", name="s", policy="read,write")
    assert writer.refusal("/system/scheduler/set", id=ref, policy="read,ftp") == "not enough permissions (9)"
    assert writer.row("/system/scheduler", writer.add("/system/scheduler", name="t"))["policy"] == "read,write"
    assert set(Desk(writer.device).row("/system/scheduler", "s")["policy"].split(",")) <= set(SCRIPT_POLICIES)


def test_the_campus_configurations_load() -> None:
    lan = Desk(campus("gw-kampus", "7.16.2"))
    assert lan.run("/system/identity/print").single == {"name": "gw-kampus"}
    assert [row["name"] for row in lan.rows("/queue/simple")] == ["Rektorat", "Perpustakaan", "Fakultas", "FST", "FEB"]
    assert lan.row("/user", "admin")["disabled"] == "true"
    assert {row["dst-address"] for row in lan.rows("/ip/route", "?dynamic=true")} >= {"10.20.0.0/24", "203.0.113.0/30"}
    old = Desk(campus("gw-lama", "6.49.17"))
    assert old.row("/ip/dhcp-server", "dhcp-kantor")["disabled"] == "false"
    assert {"!dude", "!tikapp", "write"} <= set(old.row("/user/group", "netops")["policy"].split(","))
