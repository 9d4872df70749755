"""What a recorded plan holds, against other requests: while it holds, only where they overlap, and not after it expired."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from event_desk import Desk, event_needs, open_desk

from netops import actions, views
from netops.changes.execute import Outcome
from netops.core.clock import SystemClock
from netops.core.errors import NoCapacity, Restored
from netops.core.model import Plan
from netops.demo import inject_refusal
from netops.filing import find
from netops.practice import KEY, SIGNER

SOON = timedelta(hours=2)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def plan(desk: Desk, ticket: str, starts: datetime, bandwidth: str = "150M/150M", place: str = "aula") -> Plan:
    request = desk.request(ticket, starts=starts, bandwidth=bandwidth, people=3, place=place)
    return actions.plan(desk.app, str(request))


def test_only_overlapping_events_are_in_each_others_way(desk: Desk) -> None:
    """The uplink has 500M less the office's share; events last six hours, set up a day before, close an hour after."""
    starts = datetime.now(UTC).replace(second=0, microsecond=0) + SOON
    first = plan(desk, "HD-1", starts)
    with pytest.raises(NoCapacity, match="HD-1"):
        plan(desk, "HD-2", starts + timedelta(hours=5))
    apart = plan(desk, "HD-2", starts + timedelta(days=1, hours=7))
    assert (event_needs(apart).vlan, event_needs(apart).subnet) == (event_needs(first).vlan, event_needs(first).subnet)
    with pytest.raises(NoCapacity, match="HD-2"):
        plan(desk, "HD-3", starts + timedelta(days=1, hours=7))
    with pytest.raises(NoCapacity, match="HD-1"):
        plan(desk, "HD-3", starts, bandwidth="5M/10M")  # the hall is taken
    small = plan(desk, "HD-4", starts, bandwidth="5M/10M", place="lapangan")
    assert event_needs(small).vlan != event_needs(first).vlan and event_needs(small).subnet != event_needs(first).subnet


def test_a_plan_that_expired_holds_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    starts = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(days=12)
    first = plan(desk, "HD-1", starts)
    assert first.expires_at < starts, "seven days, by the playbook"
    with pytest.raises(NoCapacity, match="HD-1"):
        plan(desk, "HD-2", starts)
    ahead = first.expires_at - datetime.now(UTC) + timedelta(seconds=1)
    monkeypatch.setattr(SystemClock, "now", lambda self: datetime.now(UTC) + ahead)
    second = plan(desk, "HD-2", starts)
    assert (event_needs(second).vlan, event_needs(second).subnet) == (
        event_needs(first).vlan,
        event_needs(first).subnet,
    )
    with pytest.raises(NoCapacity, match="HD-2"):
        plan(desk, "HD-1", starts)


def test_a_rejected_request_holds_nothing(desk: Desk) -> None:
    starts = datetime.now(UTC).replace(second=0, microsecond=0) + SOON
    first = plan(desk, "HD-1", starts)
    filed = find(desk.app, first.change)
    key = desk.root / KEY
    actions.decide(desk.app, filed, decision="reject", role="kepala", approver=SIGNER, key=key, reason="Aula dipakai")
    assert event_needs(plan(desk, "HD-2", starts)).vlan == event_needs(first).vlan


def test_a_restored_change_still_holds_what_it_may_be_applied_with_again(desk: Desk) -> None:
    """Its plan is still good: a VLAN that went to somebody else meanwhile would be on the air twice."""
    filed = desk.approved("HD-1", people=3)
    inject_refusal(desk.campus, "gw-kampus", write=6)
    with pytest.raises(Restored):
        actions.apply(desk.app, filed.change)
    inject_refusal(desk.campus, "gw-kampus", write=0)
    other = desk.approved("HD-2", people=3, place="lapangan")
    needs = [event_needs(desk.app.tools.plan(views.state(desk.app, one.change).plan)) for one in (filed, other)]
    assert needs[0].vlan != needs[1].vlan and needs[0].subnet != needs[1].subnet
    for one in (filed, other):
        assert actions.apply(desk.app, one.change) is Outcome.DONE
