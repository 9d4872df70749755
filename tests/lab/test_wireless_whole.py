"""An event on the air: guests join by access points of both generations, over every switch on the way, and by nothing afterwards."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions, views
from netops.changes import checks
from netops.changes.execute import Outcome
from netops.core.errors import InputError, Restored
from netops.core.model import Batch, Needs, RowOp, Tag, Verb
from netops.core.secret import SecretRef
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.hotspot import Denied

MAC = "02:00:00:00:00:01"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def ssid_of(desk: Desk, change: str) -> str:
    needs = actions.plan(desk.app, change).needs
    assert isinstance(needs, Needs)
    return needs.ssid


def join(desk: Desk, ssid: str, passphrase: str = "") -> str:
    """The server that a guest gets an address of."""
    return desk.campus.call(lambda: desk.campus.people.join_ssid(MAC, ssid, passphrase=passphrase)).server


def rules(desk: Desk, gateway: str, path: str) -> list[str]:
    device = desk.campus.devices[gateway]
    assert isinstance(device, RouterOS)
    rows = desk.campus.call(lambda: [dict(row.values) for row in device.machine.store.rows(path)])
    return [str(row.get("slave-configurations", "")) for row in rows]


@pytest.mark.parametrize(
    ("place", "gateway", "menu"),
    [("aula", "gw-kampus", "/interface/wifi/provisioning"), ("gedung-lama", "gw-lama", "/caps-man/provisioning")],
)
def test_a_guest_joins_by_the_access_point_of_the_place(desk: Desk, place: str, gateway: str, menu: str) -> None:
    before, air = desk.configuration(), rules(desk, gateway, menu)
    filed = desk.approved(place=place, people=8)
    ssid = ssid_of(desk, filed.change)
    with pytest.raises(Denied, match="no access point offers"):
        join(desk, ssid)
    assert actions.apply(desk.app, filed.change) is Outcome.DONE
    name = Tag(filed.change).name
    assert all(name in rule for rule in rules(desk, gateway, menu))
    assert join(desk, ssid) == name, "over the access point and every switch to the gateway's hotspot"
    code = desk.app.vault.get(SecretRef(f"voucher/{filed.change}/001")).reveal()
    user = f"{filed.change.rpartition('-')[2]}-001"
    desk.campus.call(lambda: desk.campus.people.login(MAC, user, code))
    assert desk.campus.call(lambda: desk.campus.people.online(MAC))
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    assert desk.configuration() == before and rules(desk, gateway, menu) == air
    with pytest.raises(Denied, match="no access point offers"):
        join(desk, ssid)


def test_every_device_on_the_way_carries_the_event(desk: Desk) -> None:
    filed = desk.approved(people=8)
    plan = desk.app.tools.plan(views.state(desk.app, filed.change).plan)
    assert [(part.device, part.order) for part in plan.devices] == [
        ("gw-kampus", 1), ("sw-inti", 2), ("sw-aula", 3), ("ap-aula", 4)
    ]  # fmt: skip
    assert plan.devices[0].checks == ("configuration", "snmp-interfaces", "wireless")
    actions.apply(desk.app, filed.change)
    assert isinstance(plan.needs, Needs)
    carried = desk.configuration()
    for switch in ("sw-inti", "sw-aula"):
        assert f"vlan {plan.needs.vlan}\n".encode() in carried[switch]
    tagged = f"tagged=ether1 vlan-ids={plan.needs.vlan}".encode()
    assert tagged in b" ".join(carried["ap-aula"].replace(b"\\\n", b"").split())


def test_somebody_elses_network_in_the_same_rule_stays(desk: Desk) -> None:
    """Put there while the event runs: an element of a shared list, as ours is."""
    filed = desk.approved(people=8)
    actions.apply(desk.app, filed.change)
    menu = "/interface/wifi/provisioning"
    join_ = RowOp(
        verb=Verb.JOIN, path=menu, key={"comment": "AP kampus 2 GHz"}, new={"slave-configurations": "kampus-5g"}
    )
    with desk.app.tools.open("gw-kampus") as driver:
        driver.apply(Batch(number=1, ops=(join_,)), desk.app.secrets)
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    assert rules(desk, "gw-kampus", menu) == ["kampus-5g", ""]


def test_a_passphrase_by_the_sites_policy_is_in_no_plan(desk: Desk) -> None:
    sites = desk.root / "inventory" / "sites.yaml"
    sites.write_text(sites.read_text("utf-8").replace("wireless: open ", "wireless: wpa2-psk ", 1), encoding="utf-8")
    secret = "Kata-Sandi-Acara-4711"
    file = desk.app.settings.secrets
    known = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps({**known, "wifi/kampus": secret}), encoding="utf-8")
    filed = desk.approved(people=8)
    ssid = ssid_of(desk, filed.change)
    assert actions.apply(desk.app, filed.change) is Outcome.DONE
    with pytest.raises(Denied, match="wrong passphrase"):
        join(desk, ssid)
    assert join(desk, ssid, secret) == Tag(filed.change).name
    for path in (desk.root / "var").rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path


def test_a_network_that_no_access_point_announces_is_taken_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "AIR_SECONDS", 0.2)
    monkeypatch.setattr(checks, "AIR_STEP", 0.1)
    filed = desk.approved(people=8)
    off = RowOp(verb=Verb.SET, path="/interface/wifi/cap", key={}, new={"enabled": "no"})
    with desk.app.tools.open("ap-aula") as driver:
        driver.apply(Batch(number=1, ops=(off,)), desk.app.secrets)
    before = desk.configuration()
    with pytest.raises(Restored, match="no access point announces"):
        actions.apply(desk.app, filed.change)
    assert desk.configuration() == before


def test_a_place_without_a_path_is_told_before_anything_is_asked_of_a_device(desk: Desk) -> None:
    hosts = desk.root / "inventory" / "hosts.yaml"
    text = hosts.read_text("utf-8")
    hosts.write_text(text.replace("gw-kampus:ether2", "sw-aula:GigabitEthernet1/0/24"), encoding="utf-8")
    with pytest.raises(InputError, match="the place 'aula' has no path: no links lead from ap-aula to gw-kampus"):
        actions.plan(desk.app, str(desk.request()))
