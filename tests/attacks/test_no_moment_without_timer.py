"""A gateway with an event on it always carries a timer: the one that takes it back, or the one that closes it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions, views
from netops.changes.lifecycle import Phase
from netops.core.model import Event, Fence, Recorded
from netops.lab.routeros.device import RouterOS


class Dead(BaseException):
    """Stands for `kill -9`: nothing of ours may catch it."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def dies_behind(desk: Desk, kind: str, device: str) -> Callable[..., tuple[Recorded, ...]]:
    real = desk.app.journal.append

    def append(events: Sequence[Event], fences: Sequence[Fence] = (), *, alive: bool = False) -> tuple[Recorded, ...]:
        recorded = real(events, fences, alive=alive)
        if any((event.kind, event.device) == (kind, device) for event in events):
            raise Dead
        return recorded

    return append


def timers(desk: Desk) -> list[str]:
    gateway = desk.campus.devices["gw-kampus"]
    assert isinstance(gateway, RouterOS)
    rows = gateway.machine.store.rows("/system/scheduler")
    return [str(row.get("name")) for row in rows if "netops" in str(row.get("comment")) + str(row.get("name"))]


@pytest.mark.parametrize(
    ("kind", "device"),
    [("guard.confirmed", "gw-kampus"), ("device.confirmed", "gw-kampus"), ("guard.armed", "sw-aula")],
    ids=["confirmed", "wave-done", "next-wave"],
)
def test_a_worker_that_dies_between_two_waves_leaves_the_gateway_with_a_timer(
    desk: Desk, kind: str, device: str
) -> None:
    filed = desk.approved(people=3)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Dead):
        patch.setattr(desk.app.journal, "append", dies_behind(desk, kind, device))
        actions.apply(desk.app, filed.change)
    assert timers(desk), "nothing would ever close it"
    actions.resume(desk.app, filed.change)
    assert views.state(desk.app, filed.change).phase is Phase.ACTIVE
    (timer,) = timers(desk)
    assert timer.endswith(".end")
    before = views.state(desk.app, filed.change)
    assert before.device("gw-kampus").end_armed
    actions.end(desk.app, filed.change, early=True)
    assert timers(desk) == []
