"""A RouterOS guard on the campus: what the device does when nobody comes back, at the timer, by hand, and at the end."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from netops.core.model import (
    Batch,
    GuardKind,
    GuardPurpose,
    GuardSpec,
    GuardState,
    RowOp,
    Verb,
)
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
