"""What the device does by itself at the end and when we do not come back: off the air, at the right moment of its own clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from event_desk import Desk, open_desk

from netops import actions, views
from netops.core.clock import ManualClock
from netops.core.model import Batch, GuardHandle, Needs, Op, RowOp, Tag, Verb
from netops.core.model import GuardKind as Kind
from netops.core.model import GuardPurpose as Purpose
from netops.core.model import GuardSpec as Spec
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.hotspot import Denied

MAC = "02:00:00:00:00:01"
SITES = [
    ("aula", "gw-kampus", "/interface/wifi/provisioning", "kampus-5g"),
    ("gedung-lama", "gw-lama", "/caps-man/provisioning", "lama-2g"),
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def announced(desk: Desk, gateway: str, menu: str) -> set[str]:
    device = desk.campus.devices[gateway]
    assert isinstance(device, RouterOS)
    rows = desk.campus.call(lambda: [row.get("slave-configurations") for row in device.machine.store.rows(menu)])
    return {name for text in rows for name in text.split(",") if name}


def running(desk: Desk, place: str) -> tuple[str, str]:
    """An event that runs: its change and its network's name."""
    filed = desk.approved(place=place, people=4)
    actions.apply(desk.app, filed.change)
    needs = desk.app.tools.plan(views.state(desk.app, filed.change).plan).needs
    assert isinstance(needs, Needs)
    return filed.change, needs.ssid


def foreign(desk: Desk, gateway: str, menu: str, network: str) -> None:
    """Somebody else's network enters a rule beside ours."""
    rule = {"gw-kampus": "AP kampus 2 GHz", "gw-lama": "AP gedung lama"}[gateway]
    op = RowOp(verb=Verb.JOIN, path=menu, key={"comment": rule}, new={"slave-configurations": network})
    with desk.app.tools.open(gateway) as driver:
        driver.apply(Batch(number=1, ops=(op,)), desk.app.secrets)


def timer(desk: Desk, change: str, gateway: str) -> GuardHandle:
    handle = views.state(desk.app, change).device(gateway).end_guard
    assert handle is not None
    return handle


@pytest.mark.parametrize(("place", "gateway", "menu", "network"), SITES)
def test_the_end_timer_takes_the_network_off_the_air(
    desk: Desk, place: str, gateway: str, menu: str, network: str
) -> None:
    before = desk.configuration()
    change, ssid = running(desk, place)
    desk.campus.call(lambda: desk.campus.people.join_ssid(MAC, ssid))
    foreign(desk, gateway, menu, network)
    name = Tag(change).name
    assert announced(desk, gateway, menu) == {name, network}
    with desk.app.tools.open(gateway) as driver:
        driver.fire(timer(desk, change, gateway))
    assert announced(desk, gateway, menu) == {network}, "ours alone leaves the rule"
    with pytest.raises(Denied, match="no access point offers"):
        desk.campus.call(lambda: desk.campus.people.join_ssid(MAC, ssid))
    assert name.encode() in desk.configuration()[gateway], "nothing is destroyed"
    ended = actions.end(desk.app, change, early=True)
    assert ended.leftovers == () and announced(desk, gateway, menu) == {network}
    assert name.encode() not in desk.configuration()[gateway] and before.keys() == desk.configuration().keys()


@pytest.mark.parametrize(("place", "gateway", "menu", "network"), SITES)
def test_a_revert_guard_leaves_nothing_on_the_air(
    desk: Desk, place: str, gateway: str, menu: str, network: str
) -> None:
    """The gateway alone takes the change back, as if we had been lost behind the last batch."""
    before = desk.configuration()[gateway]
    change, ssid = running(desk, place)
    foreign(desk, gateway, menu, network)
    plan = desk.app.tools.plan(views.state(desk.app, change).plan)
    part = next(part for part in plan.devices if part.device == gateway)
    with desk.app.tools.open(gateway) as driver:
        driver.confirm(timer(desk, change, gateway))
        spec = Spec(
            purpose=Purpose.REVERT, kind=Kind.DEVICE_TIMER, owner=Tag(change), seconds=600, inverse=part.inverse
        )
        driver.fire(driver.arm(spec))
    assert announced(desk, gateway, menu) == {network}
    with pytest.raises(Denied, match="no access point offers"):
        desk.campus.call(lambda: desk.campus.people.join_ssid(MAC, ssid))
    back: Op = RowOp(
        verb=Verb.LEAVE,
        path=menu,
        key={"comment": {"gw-kampus": "AP kampus 2 GHz", "gw-lama": "AP gedung lama"}[gateway]},
        old={"slave-configurations": network},
    )
    with desk.app.tools.open(gateway) as driver:
        driver.apply(Batch(number=1, ops=(back,)), desk.app.secrets)
    assert desk.configuration()[gateway] == before, "the script alone brought the rest back"


def scheduler_of(desk: Desk, gateway: str) -> dict[str, str]:
    device = desk.campus.devices[gateway]
    assert isinstance(device, RouterOS)

    def shown() -> dict[str, str]:
        [row] = device.machine.store.rows("/system/scheduler")
        return device.machine.shown("/system/scheduler", row)

    return desk.campus.call(shown)


@pytest.mark.parametrize(
    ("place", "gateway", "zone"),
    [("aula", "gw-kampus", "Asia/Jayapura"), ("gedung-lama", "gw-lama", "Asia/Makassar"), ("aula", "gw-kampus", "")],
)
def test_the_end_timer_is_a_moment_of_the_devices_own_clock(desk: Desk, place: str, gateway: str, zone: str) -> None:
    """The office is at WIB; a device shows WIT, WITA, or its own zone, and closes at the same moment."""
    if zone:
        set_ = RowOp(verb=Verb.SET, path="/system/clock", key={}, new={"time-zone-name": zone})
        with desk.app.tools.open(gateway) as driver:
            driver.apply(Batch(number=1, ops=(set_,)), desk.app.secrets)
    change, _ = running(desk, place)
    handle, job = timer(desk, change, gateway), scheduler_of(desk, gateway)
    there = handle.fires_at.astimezone(ZoneInfo(zone or "Asia/Jakarta"))
    date = there.strftime("%Y-%m-%d" if gateway == "gw-kampus" else "%b/%d/%Y").lower()
    assert job["start-date"] == date and job["next-run"] == f"{date} {job['start-time']}"
    shown = datetime.strptime(job["start-time"], "%H:%M:%S").replace(year=there.year, month=there.month, day=there.day)
    assert 0 <= (shown - there.replace(tzinfo=None)).total_seconds() <= 2, "never early"


def test_a_device_that_was_off_at_the_end_closes_once_it_is_back(desk: Desk) -> None:
    change, _ = running(desk, "aula")
    device = desk.campus.devices["gw-kampus"]
    assert isinstance(device, RouterOS)
    jump = (timer(desk, change, "gw-kampus").fires_at - desk.app.clock.now()).total_seconds()
    machine = device.machine
    late = ManualClock(machine.clock.now() + timedelta(seconds=jump + 900))

    def wake_up() -> None:
        machine.clock = late
        device.scheduler.reconsider()

    desk.campus.call(wake_up)
    assert announced(desk, "gw-kampus", "/interface/wifi/provisioning"), "not before it has looked"
    late.move(301)
    desk.campus.call(device.scheduler.tick)
    assert not announced(desk, "gw-kampus", "/interface/wifi/provisioning")
    assert scheduler_of(desk, "gw-kampus")["disabled"] == "true"
