"""What two people (or a person and the server) order at once: the later word counts, and nothing is said that is not so."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from event_desk import Desk, open_desk
from life_desk import LifeDesk, open_life_desk

from netops import actions, views
from netops.actions import extending, lasting, urgent, vouchers
from netops.app import App
from netops.changes import teardown
from netops.changes.lifecycle import Phase
from netops.changes.tools import Tools
from netops.core.clock import ManualClock
from netops.core.errors import Failed, NeedsPerson, NetopsError, OutsideWindow, Refused, StalePlan
from netops.core.model import Plan
from netops.core.text import Text
from netops.filing import Filed, record
from netops.lab.routeros.device import RouterOS

AT = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(AT)


@pytest.fixture
def desk(tmp_path: Path, clock: ManualClock) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus", clock) as opened:
        yield opened


@pytest.fixture
def life(tmp_path: Path) -> Iterator[LifeDesk]:
    with open_life_desk(tmp_path) as found:
        yield found


def running(desk: Desk) -> Filed:
    filed = desk.approved(starts=AT + timedelta(hours=2), people=3, place="gedung-lama")
    actions.apply(desk.app, filed.change)
    return filed


def out_of_reach(*_: object) -> tuple[str, ...]:
    raise Failed(Text("tidak terjangkau", "out of reach"))


def until(filed: Filed, minutes: int) -> str:
    assert filed.request.ends_at is not None
    return (filed.request.ends_at + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%MZ")


def test_an_event_extended_while_its_end_begins_goes_on(
    desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server saw that it is over; before it held the leases a person had extended it."""
    filed = running(desk)
    assert filed.request.ends_at is not None
    clock.move((filed.request.ends_at - clock.now()).total_seconds() + 1)
    real = teardown.end

    def end(plan: Plan, tools: Tools, reason: str, *more: Callable[[], None]) -> teardown.Ended:
        extending.extend(desk.app, filed.change, until(filed, 20))
        return real(plan, tools, reason, *more)

    monkeypatch.setattr(teardown, "end", end)
    with pytest.raises(OutsideWindow):
        actions.end(desk.app, filed.change)
    assert views.state(desk.app, filed.change).phase is Phase.ACTIVE


def test_an_extension_overtaken_by_an_end_arms_no_timer(
    desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the record and the devices somebody ended it early, and one device was out of reach."""
    filed = running(desk)
    real = extending._tell_devices
    armed = desk.kinds(filed.change).count("guard.armed")

    def tell(app: object, one: Filed) -> None:
        with pytest.MonkeyPatch.context() as patch, pytest.raises(NetopsError):
            patch.setattr(teardown, "_end_device", out_of_reach)
            actions.end(desk.app, filed.change, early=True)
        real(desk.app, one)

    monkeypatch.setattr(extending, "_tell_devices", tell)
    with pytest.raises(Refused, match="ended after it was extended"):
        extending.extend(desk.app, filed.change, until(filed, 20))
    assert views.state(desk.app, filed.change).phase is Phase.ENDING
    assert desk.kinds(filed.change).count("guard.armed") == armed


def test_an_early_end_that_was_cut_off_is_repeated_as_its_hint_says(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`netops end` again, without --early, though its time has not come."""
    filed = running(desk)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(NeedsPerson) as stuck:
        patch.setattr(teardown, "_end_device", out_of_reach)
        actions.end(desk.app, filed.change, early=True)
    assert stuck.value.hint is not None and "--early" not in stuck.value.hint.en
    actions.end(desk.app, filed.change)
    assert views.state(desk.app, filed.change).phase is Phase.ENDED


def test_a_planner_overtaken_by_an_apply_does_not_give_away_what_runs(desk: Desk) -> None:
    """It looked before the event was started, and records its plan after: what runs holds what it holds."""
    filed = desk.approved(starts=AT + timedelta(hours=2), people=3, place="gedung-lama")
    recorded = next(one.event for one in desk.app.journal.read(filed.change) if one.event.kind == "plan.recorded")
    actions.apply(desk.app, filed.change)
    before = views.state(desk.app, filed.change)
    late = {**recorded.data, "papers": ["surat"], "reservations": [], "plan": "sha256:" + "0" * 64}
    record(desk.app, "plan.recorded", filed.change, **late)
    after = views.state(desk.app, filed.change)
    assert (after.plan, after.reservations, after.demands) == (
        before.plan,
        before.reservations,
        before.demands,
    ) and after.reservations
    assert actions.apply(desk.app, filed.change) == "nothing"


def test_a_plan_overtaken_by_another_is_not_carried_out(
    desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`apply` read the latest plan; another was recorded before it held the change."""
    filed = desk.approved(starts=AT + timedelta(hours=2), people=3, place="gedung-lama")
    before = desk.configuration()
    real = vouchers.ensure

    def ensure(app: App, made: Plan, phase: Phase) -> None:
        real(app, made, phase)
        clock.move(60)
        actions.plan(desk.app, filed.change)

    monkeypatch.setattr(vouchers, "ensure", ensure)
    with pytest.raises(StalePlan, match="newer"):
        actions.apply(desk.app, filed.change)
    assert "change.started" not in desk.kinds(filed.change) and desk.configuration() == before


def test_one_officer_of_two_does_not_make_an_emergency_approved(life: LifeDesk) -> None:
    """It would be shown as approved, and the server would try to start it."""
    filed = life.filed()
    life.plan(filed, "vlan:kampus:210")
    urgent.declare(life.app, filed.change, "jaringan posko bencana")
    for role, phase in (("koordinator", Phase.PLANNED), ("petugas-piket", Phase.APPROVED)):
        life.approve(filed, role, about=lasting.emergency_matter(life.app, filed, life.change(filed).emergency))
        assert life.change(filed).phase is phase


def test_nothing_is_opened_again_once_the_time_is_over(desk: Desk, clock: ManualClock) -> None:
    """The device closed by itself and no server ran: a tired `reconcile --fix` brings no login back."""
    filed = running(desk)
    gateway = desk.campus.devices["gw-lama"]
    assert isinstance(gateway, RouterOS)
    users = [row for row in gateway.machine.store.rows("/ip/hotspot/user") if "netops" in str(row.get("comment"))]
    desk.campus.call(lambda: [row.values.update(disabled="true") for row in users])
    assert filed.request.ends_at is not None
    clock.move((filed.request.ends_at - clock.now()).total_seconds() + 86_400)
    with pytest.raises(OutsideWindow, match="over"):
        vouchers.reconcile(desk.app, filed.change, fix=True)
    rows = gateway.machine.store.rows("/ip/hotspot/user")
    assert users and {row.get("disabled") for row in rows if "netops" in str(row.get("comment"))} == {"true"}
    actions.end(desk.app, filed.change)
    assert views.state(desk.app, filed.change).phase is Phase.ENDED
