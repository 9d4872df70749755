"""Facts: manual, WiFi CAPsMAN and CAPsMAN (version 6): joining, provisioning, names, datapaths, registration tables."""

import pytest
from routeros_desk import Desk

from netops.lab.campus import Campus
from netops.lab.people import People
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.hotspot import Denied

GUEST = "02:4E:00:00:00:00"
Ground = tuple[Campus, People, dict[str, Desk]]


@pytest.fixture
def ground(fresh_campus: Campus) -> Ground:
    desks = {name: Desk(device) for name, device in fresh_campus.devices.items() if isinstance(device, RouterOS)}
    return fresh_campus, fresh_campus.people, desks


def names(desk: Desk, menu: str) -> list[str]:
    return [row["name"] for row in desk.rows(menu)]


def event(desk: Desk, vlan: str = "210", trunk: str = "bridge-lan,ether2") -> None:
    """The wired side of an event on a gateway."""
    desk.add("/interface/vlan", name="acara", interface="bridge-lan", vlan_id=vlan)
    desk.add("/interface/bridge/vlan", bridge="bridge-lan", vlan_ids=vlan, tagged=trunk)
    desk.add("/ip/address", address="10.90.0.1/24", interface="acara")
    desk.add("/ip/pool", name="acara", ranges="10.90.0.10-10.90.0.19")
    desk.add("/ip/dhcp-server", name="acara", interface="acara", address_pool="acara", disabled="no")
    desk.add("/ip/hotspot/user/profile", name="acara")
    desk.add("/ip/hotspot", name="acara", interface="acara", address_pool="acara", disabled="no")
    desk.add("/ip/hotspot/user", name="tamu", password="kode", profile="acara", server="acara")


def ssid7(desk: Desk) -> None:
    desk.add("/interface/wifi/datapath", name="acara", vlan_id="210", disabled="no")
    desk.add("/interface/wifi/configuration", name="acara", ssid="Wisuda", datapath="acara", mode="ap", disabled="no")
    for rule in desk.rows("/interface/wifi/provisioning"):
        desk.run("/interface/wifi/provisioning/set", id=rule[".id"], slave_configurations="acara")


def test_a_cap_joins_and_is_provisioned_by_the_first_rule_that_fits(ground: Ground) -> None:
    campus, _, desks = ground

    def look() -> None:
        gateway = desks["gw-kampus"]
        (cap,) = gateway.rows("/interface/wifi/capsman/remote-cap")
        assert (cap["identity"], cap["state"], cap["version"]) == ("ap-aula", "Ok", "7.16.2")
        assert [row["interface"] for row in gateway.rows("/interface/wifi/radio")] == ["ap-aula-2g", "ap-aula-5g"]
        rows = gateway.rows("/interface/wifi")
        assert [(row["name"], row["configuration"], row["dynamic"]) for row in rows] == [
            ("ap-aula-2g", "kampus-2g", "true"),
            ("ap-aula-5g", "kampus-5g", "true"),
        ]
        assert gateway.refusal("/interface/wifi/set", id="ap-aula-2g", disabled="yes").startswith(
            "failure: can not change dynamic"
        )
        own = desks["ap-aula"].row("/interface/wifi", "wifi1")
        assert own[".about"].startswith("managed by CAPsMAN")

    campus.call(look)


def test_a_changed_rule_waits_for_provision(ground: Ground) -> None:
    """Rules apply when a CAP connects or when somebody provisions; slaves are named after their master."""
    campus, _, desks = ground

    def change() -> None:
        gateway = desks["gw-kampus"]
        ssid7(gateway)
        assert names(gateway, "/interface/wifi") == ["ap-aula-2g", "ap-aula-5g"]
        (cap,) = gateway.rows("/interface/wifi/capsman/remote-cap")
        gateway.run("/interface/wifi/capsman/remote-cap/provision", numbers=cap[".id"])
        assert names(gateway, "/interface/wifi") == [
            "ap-aula-2g", "ap-aula-2g-virtual1", "ap-aula-5g", "ap-aula-5g-virtual1",
        ]  # fmt: skip
        slave = gateway.row("/interface/wifi", "ap-aula-2g-virtual1")
        assert (slave["master-interface"], slave["configuration"]) == ("ap-aula-2g", "acara")
        for rule in gateway.rows("/interface/wifi/provisioning"):
            gateway.run("/interface/wifi/provisioning/unset", id=rule[".id"], value_name="slave-configurations")
        for radio in gateway.rows("/interface/wifi/radio"):
            gateway.run("/interface/wifi/radio/provision", numbers=radio[".id"])
        assert names(gateway, "/interface/wifi") == ["ap-aula-2g", "ap-aula-5g"]

    campus.call(change)


@pytest.mark.parametrize("end", ["manager", "cap"])
def test_a_cap_is_gone_with_its_interfaces(ground: Ground, end: str) -> None:
    campus, _, desks = ground

    def leave() -> None:
        gateway, point = desks["gw-kampus"], desks["ap-aula"]
        gateway.rows("/interface/wifi")
        if end == "manager":
            gateway.run("/interface/wifi/capsman/set", enabled="no")
        else:
            point.run("/interface/wifi/cap/set", enabled="no")
        for menu in ("/interface/wifi", "/interface/wifi/radio", "/interface/wifi/capsman/remote-cap"):
            assert gateway.rows(menu) == []
        assert ".about" not in point.row("/interface/wifi", "wifi1")

    campus.call(leave)


def test_the_older_generation_numbers_its_interfaces_and_tunnels_its_frames(ground: Ground) -> None:
    campus, people, desks = ground

    def go() -> None:
        gateway = desks["gw-lama"]
        (cap,) = gateway.rows("/caps-man/remote-cap")
        assert (cap["identity"], cap["state"], cap["board"]) == ("ap-lama", "Run", "RBcAP2nD")
        assert names(gateway, "/caps-man/interface") == ["ap-lama-1"]
        event(gateway, "310", "bridge-lan")
        gateway.add("/caps-man/datapath", name="acara", bridge="bridge-lan", vlan_id="310", vlan_mode="use-tag")
        gateway.add("/caps-man/configuration", name="acara", ssid="Wisuda", datapath="acara", mode="ap")
        (rule,) = gateway.rows("/caps-man/provisioning")
        gateway.run("/caps-man/provisioning/set", id=rule[".id"], slave_configurations="acara")
        (radio,) = gateway.rows("/caps-man/radio")
        gateway.run("/caps-man/radio/provision", numbers=radio[".id"])
        assert names(gateway, "/caps-man/interface") == ["ap-lama-1", "ap-lama-1-1"]
        guest = people.join_ssid(GUEST, "Wisuda")
        assert (guest.router.name, guest.address) == ("gw-lama", "10.90.0.10")
        (station,) = gateway.rows("/caps-man/registration-table")
        assert (station["interface"], station["ssid"], station["mac-address"]) == ("ap-lama-1-1", "Wisuda", GUEST)
        assert people.login(GUEST, "tamu", "kode").said == ""
        assert people.online(GUEST)
        gateway.run("/caps-man/registration-table/remove", id=station[".id"])
        assert not people.online(GUEST), "who is removed from the table is off the air until it comes again"

    campus.call(go)


def test_implicit_names_and_an_unknown_reference(ground: Ground) -> None:
    """Without name-format: cap1 …, a slave takes the next number (manual, CAPsMAN); no rule at all still creates (6.x)."""
    campus, _, desks = ground

    def go() -> None:
        gateway = desks["gw-lama"]
        gateway.add("/caps-man/configuration", name="acara", ssid="Wisuda")
        (rule,) = gateway.rows("/caps-man/provisioning")
        gateway.run("/caps-man/provisioning/set", id=rule[".id"], slave_configurations="acara", name_format="cap")
        gateway.run("/caps-man/remote-cap/provision", numbers="0")
        assert names(gateway, "/caps-man/interface") == ["cap1", "cap2"]
        assert gateway.row("/caps-man/interface", "cap2")["master-interface"] == "cap1"
        gateway.run("/caps-man/provisioning/remove", id=rule[".id"])
        gateway.run("/caps-man/remote-cap/provision", numbers="0")
        assert [row.get("dynamic") for row in gateway.rows("/caps-man/interface")] == [None]
        said = gateway.refusal("/caps-man/configuration/add", name="x", datapath="tidak-ada")
        assert said == "input does not match any value of datapath"
        said = desks["gw-kampus"].refusal("/interface/wifi/provisioning/add", master_configuration="kampus-2g")
        assert said == "missing =action="

    campus.call(go)


def test_each_generation_has_its_own_menus(ground: Ground) -> None:
    """From 7.13 `/caps-man` and `/interface/wireless` need the package wireless; `/interface/wifi` is not in version 6."""
    campus, _, desks = ground

    def go() -> None:
        assert "no such command" in desks["gw-kampus"].refusal("/caps-man/manager/print")
        assert "no such command" in desks["ap-aula"].refusal("/interface/wireless/print")
        assert desks["gw-lama"].refusal("/interface/wifi/print") == "no such command prefix"

    campus.call(go)


def test_a_vlan_has_to_be_carried_all_the_way_from_the_access_point(ground: Ground) -> None:
    """WiFi CAPs forward by themselves: the event's VLAN must be on their bridge and on every trunk to the gateway."""
    campus, people, desks = ground
    core, access = (campus.devices[name] for name in ("sw-inti", "sw-aula"))

    def configure(switch: object, *lines: str) -> None:
        from netops.lab.ios.machine import Machine
        from netops.lab.ios.work import Mode

        assert isinstance(switch, Machine)
        mode = Mode()
        for line in lines:
            _, mode = switch.apply(mode, line, "admin")

    def go() -> None:
        gateway = desks["gw-kampus"]
        event(gateway)
        ssid7(gateway)
        gateway.run("/interface/wifi/capsman/remote-cap/provision", numbers="0")
        with pytest.raises(Denied, match="VLAN 210 from ap-aula is not carried by ap-aula ether1"):
            people.join_ssid(GUEST, "Wisuda")
        desks["ap-aula"].add("/interface/bridge/vlan", bridge="bridge", vlan_ids="210", tagged="ether1")
        trunk = "switchport trunk allowed vlan add 210"
        with pytest.raises(Denied, match="sw-aula GigabitEthernet1/0/23"):
            people.join_ssid(GUEST, "Wisuda")
        configure(access, "vlan 210")
        for port in ("GigabitEthernet1/0/23", "GigabitEthernet1/0/1"):
            configure(access, f"interface {port}", trunk)
        with pytest.raises(Denied, match="sw-inti GigabitEthernet1/0/2"):
            people.join_ssid(GUEST, "Wisuda")
        configure(core, "vlan 210")
        for port in ("GigabitEthernet1/0/1", "GigabitEthernet1/0/2"):
            configure(core, f"interface {port}", trunk)
        guest = people.join_ssid(GUEST, "Wisuda")
        assert guest.router.name == "gw-kampus"
        (station,) = gateway.rows("/interface/wifi/registration-table")
        assert (station["ssid"], station["vlan-id"], station["bytes"]) == ("Wisuda", "210", "0,0")
        assert people.login(GUEST, "tamu", "salah").said == "invalid username or password"
        assert people.login(GUEST, "tamu", "kode").said == ""
        configure(access, "interface GigabitEthernet1/0/5", "switchport access vlan 210")
        assert people.join_port("02:4E:00:00:00:01", "sw-aula", "GigabitEthernet1/0/5").address == "10.90.0.11"
        gateway.run("/interface/wifi/configuration/set", id="acara", ssid="")
        assert gateway.rows("/interface/wifi/registration-table") == []
        assert not people.online(GUEST), "who was on the air is off it with the network"

    campus.call(go)


def test_who_has_no_passphrase_does_not_get_in(ground: Ground) -> None:
    campus, people, _ = ground

    def go() -> None:
        with pytest.raises(Denied, match="no access point offers Tetangga"):
            people.join_ssid(GUEST, "Tetangga")
        with pytest.raises(Denied, match="wrong passphrase for Kampus"):
            people.join_ssid(GUEST, "Kampus")
        with pytest.raises(Denied, match="no hotspot answers on gw-kampus vlan20-kantor"):
            people.join_ssid(GUEST, "Kampus", passphrase="Contoh-Kata-Sandi-Kantor")
        with pytest.raises(Denied, match="is no access port that is up"):
            people.join_port(GUEST, "sw-aula", "GigabitEthernet1/0/20")

    campus.call(go)
