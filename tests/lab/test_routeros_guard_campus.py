"""A RouterOS guard on the campus: what the device does when nobody comes back, at the timer, by hand, and at the end."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from netops.core.errors import Misbehaved
from netops.core.model import (
    Batch,
    GuardKind,
    GuardPurpose,
    GuardSpec,
    GuardState,
    RowOp,
    Verb,
)
from netops.drivers.routeros import RouterOSDriver
from netops.lab.routeros.device import RouterOS
from netops.platforms.routeros import PLATFORM
from netops.platforms.routeros.operations import invert

if TYPE_CHECKING:
    from netops.lab.campus import Campus

from routeros_site import GATEWAYS, TAG, Site, configured, observe, ops_for, revert_guard, send


@pytest.fixture(params=GATEWAYS)
def site(request: pytest.FixtureRequest, fresh_campus: "Campus") -> Iterator[Site]:
    found: Any = fresh_campus.describe()["devices"]
    yield Site(found[request.param])


def test_a_device_left_alone_takes_the_change_back_by_itself(site: Site) -> None:
    want = site.want()
    before = observe(site, want)
    ops = ops_for(site, want)
    handle, state = revert_guard(site, ops, seconds=2)
    assert state is GuardState.ARMED
    send(site, ops)
    deadline = time.monotonic() + 15
    with site.open() as driver:
        while driver.guard_state(handle) is not GuardState.FIRED and time.monotonic() < deadline:
            time.sleep(0.1)
        assert driver.guard_state(handle) is GuardState.FIRED
        time.sleep(0.3)
        driver.fire(handle)
    after = observe(site, want)
    assert configured(after) == configured(before)
    assert PLATFORM.owned(after, TAG) == ()


@pytest.mark.parametrize("purpose", list(GuardPurpose))
def test_a_guard_that_fired_before_a_reboot_is_not_taken_for_armed(
    fresh_campus: "Campus", purpose: GuardPurpose
) -> None:
    """A restart resets `run-count`; that the script switched its own scheduler off stays. Confirming it says so too."""
    device = fresh_campus.devices["gw-kampus"]
    assert isinstance(device, RouterOS)
    described: Any = fresh_campus.describe()["devices"]
    site = Site(described["gw-kampus"])
    ops = ops_for(site, site.want(users=2))
    send(site, ops)
    spec = GuardSpec(purpose=purpose, kind=GuardKind.DEVICE_TIMER, owner=TAG, seconds=600, inverse=invert(ops))
    with site.open() as driver:
        handle = driver.arm(spec)
        assert driver.guard_state(handle) is GuardState.ARMED
    fresh_campus.call(device.reboot)
    with site.open() as driver:
        assert driver.guard_state(handle) is GuardState.ARMED, "a restart alone fires nothing"

    def due() -> None:
        (job,) = device.machine.store.rows("/system/scheduler")
        device.scheduler._fire(job, device.machine.clock.now())
        device.reboot(proper=False)

    fresh_campus.call(due)
    (job,) = fresh_campus.call(lambda: list(device.machine.store.rows("/system/scheduler")))
    assert device.machine.shown("/system/scheduler", job)["run-count"] == "0"
    with site.open() as driver:
        assert driver.guard_state(handle) is GuardState.FIRED
        if purpose is GuardPurpose.REVERT:
            with pytest.raises(Misbehaved, match="restored it before"):
                driver.confirm(handle)
        else:
            driver.confirm(handle)
        assert driver.guard_state(handle) is GuardState.ABSENT


def test_a_confirmation_that_broke_half_way_is_none_that_fired(fresh_campus: "Campus") -> None:
    """Switched off by us and not removed yet: by a reboot it does not turn into a guard that fired."""
    device = fresh_campus.devices["gw-kampus"]
    assert isinstance(device, RouterOS)
    described: Any = fresh_campus.describe()["devices"]
    site = Site(described["gw-kampus"])
    ops = ops_for(site, site.want(users=2))
    send(site, ops)
    handle, _ = revert_guard(site, ops, seconds=600)
    with site.open() as driver, pytest.MonkeyPatch.context() as patch:
        patch.setattr(RouterOSDriver, "_remove", lambda *_: None)
        driver.confirm(handle)
    fresh_campus.call(device.reboot)
    with site.open() as driver:
        assert driver.guard_state(handle) is GuardState.INACTIVE
        driver.confirm(handle)
        assert driver.guard_state(handle) is GuardState.ABSENT


def test_a_guard_fired_by_hand_takes_everything_back(site: Site) -> None:
    want = site.want(users=45)
    before = observe(site, want)
    ops = ops_for(site, want)
    handle, _ = revert_guard(site, ops, seconds=300)
    send(site, ops)
    with site.open() as driver:
        driver.fire(handle)
    after = observe(site, want)
    assert PLATFORM.owned(after, TAG) == ()
    assert configured(after) == configured(before)


def test_the_end_timer_closes_access_and_destroys_nothing(site: Site) -> None:
    want = site.want(users=4)
    ops = ops_for(site, want)
    send(site, ops)
    spec = GuardSpec(
        purpose=GuardPurpose.END, kind=GuardKind.DEVICE_TIMER, owner=TAG, seconds=3600, inverse=invert(ops)
    )
    with site.open() as driver:
        driver.fire(driver.arm(spec))
    after = observe(site, want)
    off = {row.menu for row in after.rows if row.values.get("disabled") == "true" and TAG.name in str(row.values)}
    assert off == {"/interface", "/interface/vlan", "/ip/hotspot", "/ip/hotspot/user"}
    # What we closed is still ours to take away.
    assert PLATFORM.restore(after, ops, TAG).conflicts == ()


def test_the_end_timer_finds_a_renamed_server_by_its_interface(site: Site) -> None:
    want = site.want(users=2)
    ops = ops_for(site, want)
    send(site, ops)
    server = next(op for op in ops if isinstance(op, RowOp) and op.path == "/ip/hotspot")
    rename = RowOp(verb=Verb.SET, path="/ip/hotspot", key=server.key, new={"name": "panggung"})
    with site.open() as driver:
        driver.apply(Batch(number=1, ops=(rename,)), site.secrets)
        spec = GuardSpec(
            purpose=GuardPurpose.END, kind=GuardKind.DEVICE_TIMER, owner=TAG, seconds=3600, inverse=invert(ops)
        )
        driver.fire(driver.arm(spec))
    after = observe(site, want)
    off = {
        row.values["name"] for row in after.rows if row.menu == "/ip/hotspot" and row.values.get("disabled") == "true"
    }
    users = [row for row in after.rows if row.menu == "/ip/hotspot/user" and row.values.get("server") == "panggung"]
    assert off == {"panggung"}
    assert users and all(row.values.get("disabled") == "true" for row in users)
