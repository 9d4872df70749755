"""The whole way of an event over real sockets: applied, proven, repeated without effect, taken away without a trace."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from event_desk import Desk, event_needs, open_desk

from netops import actions, views
from netops.changes.execute import Outcome
from netops.changes.lifecycle import Phase
from netops.core.canonical import load, parse_json
from netops.core.errors import NoCapacity, OutsideWindow, Refused, StalePlan
from netops.core.measured import Sample
from netops.core.model import Batch, LineOp, Tag
from netops.core.secret import SecretRef
from netops.lab.routeros.device import RouterOS


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


@pytest.mark.parametrize(("place", "gateway"), [("aula", "gw-kampus"), ("gedung-lama", "gw-lama")])
def test_an_event_comes_and_goes_without_a_trace(desk: Desk, place: str, gateway: str) -> None:
    before = desk.configuration()
    filed = desk.approved(place=place, people=8)
    assert desk.configuration() == before, "planning and approving write nothing"

    assert actions.apply(desk.app, filed.change) is Outcome.DONE
    during = desk.configuration()
    assert Tag(filed.change).name.encode() in during[gateway]

    kinds = desk.kinds(filed.change)
    assert kinds.index("guard.armed") < kinds.index("batch.intent") < kinds.index("device.verified")
    samples = [r.event for r in desk.app.journal.read(filed.change) if r.event.kind == "evidence.sampled"]
    after = [event for event in samples if event.device == gateway and event.data["when"] == "after"]
    sample = load(Sample, parse_json(desk.app.objects.get(after[-1].data["sample"])))
    assert any(one.name == Tag(filed.change).name and one.up for one in sample.interfaces)

    assert actions.apply(desk.app, filed.change) is Outcome.NOTHING
    assert desk.configuration() == during

    ended = actions.end(desk.app, filed.change, early=True)
    assert ended.leftovers == ()
    assert desk.configuration() == before
    assert views.state(desk.app, filed.change).phase is Phase.ENDED
    assert views.verify_log(desk.app).size == len(list(desk.app.journal.read()))


def test_two_events_at_once_get_their_own_vlan_and_subnet(desk: Desk) -> None:
    one, two = desk.approved("HD-1", people=8), desk.approved("HD-2", people=8, place="lapangan")
    first, second = (event_needs(desk.app.tools.plan(views.state(desk.app, f.change).plan)) for f in (one, two))
    assert first.vlan != second.vlan and first.subnet != second.subnet
    for filed in (one, two):
        assert actions.apply(desk.app, filed.change) is Outcome.DONE
    actions.end(desk.app, one.change, early=True)
    assert actions.apply(desk.app, two.change) is Outcome.NOTHING, "the other event is untouched"


def test_a_reservation_counts_against_the_uplink(desk: Desk) -> None:
    desk.approved("HD-1", bandwidth="100M/150M", people=8)
    with pytest.raises(NoCapacity) as caught:
        actions.plan(desk.app, str(desk.request("HD-2", place="lapangan", bandwidth="100M/150M", people=8)))
    assert "HD-1" in caught.value.describe("en")


def test_an_end_before_its_time_has_to_be_asked_for(desk: Desk) -> None:
    filed = desk.approved(people=8)
    with pytest.raises(Refused, match="nothing to end"):
        actions.end(desk.app, filed.change)
    actions.apply(desk.app, filed.change)
    with pytest.raises(OutsideWindow, match=r"ends only"):
        actions.end(desk.app, filed.change)


def test_a_guest_who_is_online_at_the_end_is_off_the_air(desk: Desk) -> None:
    """Ending access is user, active connection, cookie and lease: a cookie alone lets a client back in."""
    filed = desk.approved(people=3)
    actions.apply(desk.app, filed.change)
    gateway = desk.campus.devices["gw-kampus"]
    assert isinstance(gateway, RouterOS)
    code = desk.app.vault.get(SecretRef(f"voucher/{filed.change}/001")).reveal()
    short = filed.change.rpartition("-")[2]
    guest = "02:00:00:00:00:01"
    desk.campus.call(lambda: gateway.hotspot.join(guest, Tag(filed.change).name))
    desk.campus.call(lambda: gateway.hotspot.login(guest, f"{short}-001", code))
    assert desk.campus.call(lambda: len(list(gateway.machine.store.rows("/ip/hotspot/active")))) == 1
    ended = actions.end(desk.app, filed.change, early=True)
    assert ended.leftovers == ()
    closing = [r.event for r in desk.app.journal.read(filed.change) if r.event.kind == "device.closed"]
    assert any(event.device == "gw-kampus" and event.data["removed"] >= 3 for event in closing)


def test_drift_between_plan_and_apply_is_refused_and_shown(desk: Desk) -> None:
    filed = desk.approved(people=8)
    by_hand = LineOp(path="interface GigabitEthernet1/0/5", lines=(" switchport access vlan 10",))
    with desk.app.tools.open("sw-aula") as driver:
        driver.apply(Batch(number=1, ops=(by_hand,)), desk.app.secrets)
    with pytest.raises(StalePlan) as caught:
        actions.apply(desk.app, filed.change)
    assert "sw-aula" in caught.value.describe("en") and caught.value.difference
    assert "change.started" not in desk.kinds(filed.change)
    assert "change.refused" in desk.kinds(filed.change)
