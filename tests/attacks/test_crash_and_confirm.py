"""Moments in which a worker dies or a device forgets, between two lines of the log: never reported as done."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions, views
from netops.changes.lifecycle import Phase
from netops.core.errors import Locked, NeedsPerson, Restored
from netops.core.model import Event, Fence, Recorded, Tag
from netops.lab.routeros.device import RouterOS


class Dead(BaseException):
    """Stands for `kill -9`: nothing of ours may catch it."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


@contextlib.contextmanager
def when_logged(desk: Desk, kind: str, device: str, act: Callable[[], None], *, before: bool = False) -> Iterator[None]:
    """`act` once, right before or behind the append of that event."""
    real = desk.app.journal.append
    done: list[bool] = []

    def append(events: Sequence[Event], fences: Sequence[Fence] = (), *, alive: bool = False) -> tuple[Recorded, ...]:
        meant = not done and any((event.kind, event.device) == (kind, device) for event in events)
        if meant and before:
            done.append(True)
            act()
        recorded = real(events, fences, alive=alive)
        if meant and not before:
            done.append(True)
            act()
        return recorded

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.app.journal, "append", append)
        yield
    assert done, f"{kind} of {device} was never logged"


def die() -> None:
    raise Dead


def test_apply_after_a_crash_behind_the_last_push_is_not_nothing_to_do(desk: Desk) -> None:
    """The timers are armed and will take everything back: `resume` is needed, and finishes it."""
    filed = desk.approved(people=3)
    with when_logged(desk, "device.verified", "sw-aula", die), pytest.raises(Dead):
        actions.apply(desk.app, filed.change)
    assert views.state(desk.app, filed.change).phase is Phase.APPLYING
    with pytest.raises(Locked, match="interrupted"):
        actions.apply(desk.app, filed.change)
    actions.resume(desk.app, filed.change)
    assert views.state(desk.app, filed.change).phase is Phase.ACTIVE


def test_a_switch_that_reverts_between_verification_and_confirmation_is_noticed(desk: Desk) -> None:
    """ "No change pending" may mean confirmed, fired or restarted: only the configuration tells."""
    filed = desk.approved(people=3)
    before = desk.configuration()

    def revert() -> None:
        handle = views.state(desk.app, filed.change).device("sw-aula").guard
        assert handle is not None
        with desk.app.tools.open("sw-aula") as driver:
            driver.fire(handle)

    with when_logged(desk, "device.verified", "sw-aula", revert), pytest.raises(Restored):
        actions.apply(desk.app, filed.change)
    assert desk.configuration() == before


def test_a_guard_that_only_its_intent_tells_of_is_taken_away(desk: Desk) -> None:
    filed = desk.approved(people=3)
    before = desk.configuration()
    with when_logged(desk, "guard.armed", "gw-kampus", die, before=True), pytest.raises(Dead):
        actions.apply(desk.app, filed.change)
    assert Tag(filed.change).name.encode() in desk.configuration()["gw-kampus"], "the timer stands"
    actions.take_back(desk.app, filed.change)
    gateway = desk.campus.devices["gw-kampus"]
    assert isinstance(gateway, RouterOS)
    jobs = desk.campus.call(lambda: [row.get("name") for row in gateway.machine.store.rows("/system/scheduler")])
    assert jobs == [] and desk.configuration() == before


def test_a_guard_of_unknown_fate_is_replaced_when_the_work_is_resumed(desk: Desk) -> None:
    filed = desk.approved(people=3)
    with when_logged(desk, "guard.armed", "gw-kampus", die, before=True), pytest.raises(Dead):
        actions.apply(desk.app, filed.change)
    actions.resume(desk.app, filed.change)
    state = views.state(desk.app, filed.change)
    assert state.phase is Phase.ACTIVE and state.device("gw-kampus").guard_over
    with desk.app.tools.open("gw-kampus") as driver:
        assert b"/system/scheduler/add" not in driver.capture()


def test_a_journal_restored_from_an_old_copy_needs_a_person(desk: Desk) -> None:
    """The devices run what the log knows nothing of: "nothing to do" would leave an event that cannot be ended."""
    filed = desk.approved(people=3)
    desk.app.journal.close()
    database = desk.app.settings.journal
    old = {path.name: path.read_bytes() for path in database.parent.glob(database.name + "*")}
    desk.app.__dict__.pop("journal")
    actions.apply(desk.app, filed.change)
    desk.app.journal.close()
    desk.app.__dict__.pop("journal")
    for path in database.parent.glob(database.name + "*"):
        path.unlink()
    for name, data in old.items():
        (database.parent / name).write_bytes(data)
    with pytest.raises(NeedsPerson, match=r"old copy|never applied") as caught:
        actions.apply(desk.app, filed.change)
    assert "gw-kampus" in caught.value.describe("id") and "salinan lama" in caught.value.describe("id")
