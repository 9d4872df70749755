"""An event whose device closed by itself and that goes on: all that its END timer switched off comes back, and it closes later."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from event_desk import Desk, close_by_itself, open_desk

from netops import actions, views
from netops.actions import extending, lasting, vouchers
from netops.core.errors import OutsideWindow, Refused
from netops.core.model import GuardState, Needs, Tag
from netops.filing import Filed
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.hotspot import Denied
from netops.practice import KEY, SIGNER
from netops.requests.common import ZONES

MAC = "02:00:00:00:00:01"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def router(desk: Desk, name: str) -> RouterOS:
    device = desk.campus.devices[name]
    assert isinstance(device, RouterOS)
    return device


def off(desk: Desk, name: str) -> set[str]:
    """Menus with a row of an event that is off."""

    def found() -> set[str]:
        store = router(desk, name).machine.store
        menus = ("/interface/vlan", "/ip/hotspot", "/ip/hotspot/user", "/interface/wifi", "/interface/wireless")
        rows = [(path, row) for path in menus if path in store.tables for row in store.rows(path)]
        return {path for path, row in rows if not row.enabled and "netops" in f"{row.name} {row.get('comment')}"}

    return desk.campus.call(found)


def state_of(desk: Desk, change: str, name: str) -> GuardState:
    handle = views.state(desk.app, change).device(name).end_guard
    assert handle is not None
    with desk.app.tools.open(name) as driver:
        return driver.guard_state(handle)


def extend(desk: Desk, filed: Filed) -> None:
    assert filed.request.ends_at is not None
    until = f"{(filed.request.ends_at + timedelta(hours=3)).astimezone(ZONES[filed.request.zone]):%Y-%m-%d %H:%M}"
    wanted = extending.extension_to_sign(desk.app, filed, until)
    actions.decide(
        desk.app, filed, decision="approve", role="kepala", approver=SIGNER, key=desk.root / KEY,
        about=lasting.extension_matter(wanted),
    )  # fmt: skip
    extending.extend(desk.app, filed.change, until)


def mend(desk: Desk, filed: Filed) -> None:
    vouchers.reconcile(desk.app, filed.change, fix=True)


CASES = [
    ("aula", "gw-kampus", extend, False),
    ("aula", "gw-kampus", mend, True),
    ("gedung-lama", "gw-lama", extend, True),
    ("gedung-lama", "gw-lama", mend, False),
]


@pytest.mark.parametrize(("place", "gateway", "goes_on", "reboot"), CASES)
def test_what_the_timer_closed_comes_back(
    desk: Desk, place: str, gateway: str, goes_on: Callable[[Desk, Filed], None], reboot: bool
) -> None:
    before = desk.configuration()
    filed = desk.approved(place=place, people=4)
    actions.apply(desk.app, filed.change)
    needs = desk.app.tools.plan(views.state(desk.app, filed.change).plan).needs
    assert isinstance(needs, Needs)

    def join() -> str:
        return desk.campus.call(lambda: desk.campus.people.join_ssid(MAC, needs.ssid)).server

    assert join() and not off(desk, gateway)
    close_by_itself(desk, gateway, reboot=reboot)
    assert off(desk, gateway) == {"/interface/vlan", "/ip/hotspot", "/ip/hotspot/user"}
    with pytest.raises(Denied):
        join()
    assert state_of(desk, filed.change, gateway) is GuardState.FIRED
    with pytest.raises(Refused):  # the log says that it runs: nothing is sent a second time
        actions.apply(desk.app, filed.change)
    goes_on(desk, filed)
    assert not off(desk, gateway), "nothing of ours stays off"
    assert join() == Tag(filed.change).name
    assert state_of(desk, filed.change, gateway) is GuardState.ARMED
    (found,) = vouchers.reconcile(desk.app, filed.change)
    assert found.clean and found.serving and found.end == "armed"
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    assert desk.configuration() == before


def test_what_was_revoked_stays_gone_and_what_is_over_stays_closed(desk: Desk) -> None:
    filed = desk.approved(people=4)
    actions.apply(desk.app, filed.change)
    vouchers.revoke(desk.app, filed.change, "1", reason="hilang")
    close_by_itself(desk, "gw-kampus")
    extend(desk, filed)
    (found,) = vouchers.reconcile(desk.app, filed.change)
    assert found.present == 3 and not off(desk, "gw-kampus")
    close_by_itself(desk, "gw-kampus")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vouchers, "closes_at", lambda *_: desk.app.clock.now() - timedelta(seconds=1))
        with pytest.raises(OutsideWindow, match="nothing is opened again"):
            vouchers.reconcile(desk.app, filed.change, fix=True)
    assert {"/interface/vlan", "/ip/hotspot"} <= off(desk, "gw-kampus"), "its time is over"
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
