"""An access point that nobody manages announces the event by itself, on both generations, and falls silent at the end."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from event_desk import Desk, close_by_itself, open_desk

from netops import actions, views
from netops.actions import vouchers
from netops.changes.execute import Outcome
from netops.core.errors import InputError
from netops.core.model import Batch, Needs, RowOp, Tag, Verb
from netops.lab.routeros.hotspot import Denied

MAC = "02:00:00:00:00:01"
CASES = [("aula", "ap-aula", "wifi"), ("gedung-lama", "ap-lama", "wireless")]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def alone(desk: Desk, point: str) -> None:
    """The campus's access point without its manager: the inventory says its cards, the device has them on."""
    hosts = desk.root / "inventory" / "hosts.yaml"
    text, cards = hosts.read_text("utf-8"), "[wifi1, wifi2]"
    if point == "ap-lama":
        cards = "[wlan1]\n    lan_bridge: bridge"
    head, mark, rest = text.partition(f"\n{point}:")
    before, word, after = rest.partition("    provisioning:")
    _, _, after = after.partition("    links:")
    hosts.write_text(f"{head}{mark}{before}    radios: {cards}\n    links:{after}", encoding="utf-8")
    assert word
    new = RowOp(verb=Verb.SET, path="/interface/wireless/cap", key={}, new={"enabled": "no"})
    card = RowOp(verb=Verb.SET, path="/interface/wireless", key={"name": "wlan1"}, new={"disabled": "no"})
    ops: tuple[RowOp, ...] = (new, card)
    if point == "ap-aula":
        off = RowOp(verb=Verb.SET, path="/interface/wifi/cap", key={}, new={"enabled": "no"})
        ops = (off, *(
            RowOp(verb=Verb.SET, path="/interface/wifi", key={"name": name}, new={"configuration.manager": ""})
            for name in ("wifi1", "wifi2")
        ))  # fmt: skip
    with desk.app.connect(desk.app.fleet.target(point)) as driver:
        driver.apply(Batch(number=1, ops=ops), desk.app.secrets)
    desk.app.__dict__.pop("fleet")


def ssid_of(desk: Desk, change: str) -> str:
    needs = desk.app.tools.plan(views.state(desk.app, change).plan).needs
    assert isinstance(needs, Needs)
    return needs.ssid


def join(desk: Desk, ssid: str, passphrase: str = "") -> str:
    return desk.campus.call(lambda: desk.campus.people.join_ssid(MAC, ssid, passphrase=passphrase)).server


@pytest.mark.parametrize(("place", "point", "menu"), CASES)
def test_a_guest_joins_by_an_access_point_of_its_own(desk: Desk, place: str, point: str, menu: str) -> None:
    alone(desk, point)
    before = desk.configuration()
    filed = desk.approved(place=place, people=4)
    ssid = ssid_of(desk, filed.change)
    assert actions.apply(desk.app, filed.change) is Outcome.DONE
    assert join(desk, ssid) == Tag(filed.change).name
    assert f"/interface {menu}".encode() in desk.configuration()[point].replace(b"/interface/", b"/interface ")
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    assert desk.configuration() == before
    with pytest.raises(Denied, match="no access point offers"):
        join(desk, ssid)


@pytest.mark.parametrize(("place", "point", "menu"), CASES)
def test_it_falls_silent_by_its_own_end_timer(desk: Desk, place: str, point: str, menu: str) -> None:
    alone(desk, point)
    filed = desk.approved(place=place, people=4)
    actions.apply(desk.app, filed.change)
    handle, ssid = views.state(desk.app, filed.change).device(point).end_guard, ssid_of(desk, filed.change)
    assert handle is not None and join(desk, ssid)
    with desk.app.tools.open(point) as driver:
        driver.fire(handle)
    with pytest.raises(Denied, match="no access point offers"):
        join(desk, ssid)
    assert desk.campus.call(lambda: MAC not in desk.campus.people.guests), "who was on it is dropped"
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()


@pytest.mark.parametrize(("place", "point", "menu"), CASES)
def test_what_fell_silent_too_soon_is_heard_again(desk: Desk, place: str, point: str, menu: str) -> None:
    alone(desk, point)
    filed = desk.approved(place=place, people=4)
    actions.apply(desk.app, filed.change)
    ssid = ssid_of(desk, filed.change)
    close_by_itself(desk, point)
    with pytest.raises(Denied, match="no access point offers"):
        join(desk, ssid)
    vouchers.reconcile(desk.app, filed.change, fix=True)
    assert join(desk, ssid) == Tag(filed.change).name
    assert {one.device: one.end for one in vouchers.reconcile(desk.app, filed.change)}[point] == "armed"
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()


@pytest.mark.parametrize(("place", "point", "menu"), CASES)
def test_a_passphrase_is_asked_for(desk: Desk, place: str, point: str, menu: str) -> None:
    alone(desk, point)
    sites = desk.root / "inventory" / "sites.yaml"
    sites.write_text(sites.read_text("utf-8").replace("wireless: open", "wireless: wpa2-psk"), encoding="utf-8")
    known = json.loads(desk.app.settings.secrets.read_text("utf-8"))
    secret = "Kata-Sandi-Acara-4711"
    both = {"wifi/kampus": secret, "wifi/kampus-lama": secret}
    desk.app.settings.secrets.write_text(json.dumps({**known, **both}), encoding="utf-8")
    filed = desk.approved(place=place, people=4)
    assert actions.apply(desk.app, filed.change) is Outcome.DONE
    ssid = ssid_of(desk, filed.change)
    with pytest.raises(Denied, match="wrong passphrase"):
        join(desk, ssid)
    assert join(desk, ssid, secret) == Tag(filed.change).name
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()


def test_cards_without_a_bridge_are_told_before_anything_is_sent(desk: Desk) -> None:
    alone(desk, "ap-lama")
    hosts = desk.root / "inventory" / "hosts.yaml"
    hosts.write_text(
        hosts.read_text("utf-8").replace("    lan_bridge: bridge\n    links:", "    links:"), encoding="utf-8"
    )
    with pytest.raises(InputError, match="ap-lama has radios but no lan_bridge"):
        actions.plan(desk.app, str(desk.request(place="gedung-lama")))
