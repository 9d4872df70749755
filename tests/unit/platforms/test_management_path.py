"""What of a plan touches the path by which we reach a device: from its operations and the inventory, without a device."""

from collections.abc import Mapping
from typing import Any

import pytest

from netops.core.model import GuardKind, LineOp, Op, RowOp, Rows, Tag, Target, Tree, Verb
from netops.core.secret import SecretRef
from netops.platforms.ios import PLATFORM as IOS
from netops.platforms.routeros import PLATFORM as ROUTEROS

OWNER = Tag("HD-7-abc123")


def target(host: str, **data: Any) -> Target:
    return Target(
        name="dev", host=host, platform="", site="kampus", roles=(), username="netops",
        password=SecretRef("device/dev"), options={}, data=data,
    )  # fmt: skip


ROUTER = target("10.10.0.1", uplink_interface="ether1", links={"ether2": "sw:Gi1/0/1"})


def row(verb: Verb, path: str, key: Mapping[str, str], owned: bool = True, **values: str) -> RowOp:
    words = {name.replace("_", "-"): value for name, value in values.items()}
    return RowOp(verb=verb, path=path, key=key, new=words, owned=owned)


ADD, SET, REMOVE, JOIN, LEAVE = Verb.ADD, Verb.SET, Verb.REMOVE, Verb.JOIN, Verb.LEAVE


@pytest.mark.parametrize(
    "op",
    [
        row(REMOVE, "/ip/address", {"address": "10.10.0.1/24"}, owned=False),
        row(SET, "/ip/address", {"address": "10.99.0.1/24"}, owned=False, interface="ether9"),
        row(ADD, "/ip/address", {"address": "10.10.0.77/24"}, address="10.10.0.77/24", interface="vlan210"),
        row(SET, "/interface/vlan", {"name": "vlan10"}, owned=False, vlan_id="11"),
        row(LEAVE, "/interface/bridge/vlan", {"bridge": "b", "vlan-ids": "10"}, owned=False),
        row(SET, "/interface/bridge", {"name": "bridge-lan"}, owned=False, vlan_filtering="yes"),
        row(ADD, "/ip/route", {"dst-address": "0.0.0.0/0"}, gateway="10.10.0.254"),
        row(ADD, "/ip/firewall/filter", {"comment": OWNER.comment}, chain="input", action="drop"),
        row(SET, "/ip/firewall/filter", {"comment": "x"}, owned=False, disabled="yes"),
        row(SET, "/interface/ethernet", {"name": "ether1"}, owned=False, disabled="yes"),
        row(SET, "/interface/bridge/port", {"interface": "ether2"}, owned=False, pvid="20"),
        row(SET, "/ip/service", {"name": "api-ssl"}, owned=False, disabled="yes"),
        row(JOIN, "/ip/service", {"name": "api-ssl"}, owned=False, address="10.0.0.0/8"),
        row(SET, "/user", {"name": "netops"}, owned=False, group="read"),
        row(SET, "/user/group", {"name": "full"}, owned=False, policy="read"),
    ],
    ids=lambda op: f"{op.verb}{op.path}{op.key.get('name', '')}",
)  # fmt: skip
def test_a_routers_management_path(op: RowOp) -> None:
    assert ROUTEROS.management(Rows(rows=()), (op,), ROUTER)


@pytest.mark.parametrize(
    "op",
    [
        row(ADD, "/ip/address", {"address": "10.90.0.1/24"}, address="10.90.0.1/24", interface="vlan210"),
        row(ADD, "/interface/vlan", {"name": OWNER.name}, vlan_id="210", interface="bridge-lan"),
        row(ADD, "/interface/bridge/vlan", {"bridge": "b", "vlan-ids": "210"}, tagged="b,ether2"),
        row(JOIN, "/interface/bridge/vlan", {"bridge": "b", "vlan-ids": "20"}, owned=False, tagged="ether3"),
        row(ADD, "/ip/firewall/filter", {"comment": OWNER.comment}, chain="forward", action="drop"),
        row(SET, "/interface/bridge/port", {"interface": "ether5"}, owned=False, pvid="20"),
        row(ADD, "/user", {"name": "guest"}, group="read"),
        row(ADD, "/queue/simple", {"name": OWNER.name}, target="10.90.0.0/24"),
        row(ADD, "/ip/hotspot", {"name": OWNER.name}, interface="vlan210"),
    ],
    ids=lambda op: f"{op.verb}{op.path}",
)  # fmt: skip
def test_what_of_a_router_does_not_lead_to_us(op: RowOp) -> None:
    assert ROUTEROS.management(Rows(rows=()), (op,), ROUTER) == ()


def test_where_the_inventory_names_no_link_every_port_may_be_the_uplink() -> None:
    op = row(SET, "/interface/bridge/port", {"interface": "ether5"}, owned=False, pvid="20")
    said = ROUTEROS.management(Rows(rows=()), (op,), target("10.10.0.1"))
    assert any("ether5" in line for line in said)


def test_a_router_behind_another_address_is_known_by_its_own() -> None:
    op = row(ADD, "/ip/address", {"address": "10.10.0.77/24"}, address="10.10.0.77/24")
    assert ROUTEROS.management(Rows(rows=()), (op,), target("192.0.2.1")) == ()
    assert ROUTEROS.management(Rows(rows=()), (op,), target("192.0.2.1", management="10.10.0.1"))


SWITCH = Tree(
    lines=(
        "vlan 10", " name MGMT", "vlan 20", " name KANTOR",
        "interface GigabitEthernet1/0/1", " switchport trunk allowed vlan 10,20", " switchport mode trunk",
        "interface GigabitEthernet1/0/5", " switchport access vlan 20", " switchport mode access",
        "interface Vlan10", " ip address 10.10.0.2 255.255.255.0",
        "interface Vlan20", " ip address 10.20.0.2 255.255.255.0",
        "ip default-gateway 10.10.0.1",
    )
)  # fmt: skip
AT = target("10.10.0.2", links={"GigabitEthernet1/0/24": "ap:ether1"})


def lines(path: str, *found: str, old: tuple[str, ...] = ()) -> LineOp:
    return LineOp(path=path, lines=found, old=old)


@pytest.mark.parametrize(
    "op",
    [
        lines("interface Vlan10", "ip address 10.10.9.2 255.255.255.0"),
        lines("", "no interface Vlan10"),
        lines("", "no vlan 10", old=("vlan 10", " name MGMT")),
        lines("vlan 10", "shutdown"),
        lines("interface GigabitEthernet1/0/1", "switchport trunk allowed vlan remove 10"),
        lines("interface GigabitEthernet1/0/1", "switchport mode access"),
        lines("interface GigabitEthernet1/0/1", "shutdown"),
        lines("interface GigabitEthernet1/0/24", "switchport access vlan 20"),
        lines("", "ip default-gateway 10.10.0.9", old=("ip default-gateway 10.10.0.1",)),
        lines("", "username netops privilege 1"),
        lines("", "no ip ssh version 2"),
        lines("line vty 0 4", "transport input telnet"),
    ],
    ids=lambda op: f"{op.path}:{op.lines[0]}".replace(" ", "-").replace("/", "_"),
)
def test_a_switchs_management_path(op: LineOp) -> None:
    assert IOS.management(SWITCH, (op,), AT)


@pytest.mark.parametrize(
    "op",
    [
        lines("", "vlan 210", f" name {OWNER.name}"),
        lines("interface GigabitEthernet1/0/1", "switchport trunk allowed vlan add 210"),
        lines("interface GigabitEthernet1/0/1", "switchport trunk allowed vlan remove 20"),
        lines("interface GigabitEthernet1/0/1", "description ke inti"),
        lines("interface GigabitEthernet1/0/5", "switchport access vlan 210"),
        lines("interface Vlan20", "ip address 10.20.9.2 255.255.255.0"),
        lines("", "no vlan 20", old=("vlan 20", " name KANTOR")),
    ],
    ids=lambda op: f"{op.path}:{op.lines[0]}".replace(" ", "-").replace("/", "_"),
)
def test_what_of_a_switch_does_not_lead_to_us(op: LineOp) -> None:
    assert IOS.management(SWITCH, (op,), AT) == ()


def test_a_switch_behind_another_address_may_be_reached_by_each_of_its_own() -> None:
    op: Op = lines("interface Vlan20", "ip address 10.20.9.2 255.255.255.0")
    assert IOS.management(SWITCH, (op,), target("192.0.2.9"))
    assert IOS.management(SWITCH, (op,), target("192.0.2.9", management="10.10.0.2")) == ()


def test_without_an_archive_a_switch_has_no_timer_to_give() -> None:
    assert IOS.guards((), (lines("vlan 10", "shutdown"),)) == (GuardKind.NONE,)
