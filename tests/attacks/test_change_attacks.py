"""Attacks and accidents around one change: what was not approved reaches no device, and nothing is called done that is not."""

import contextlib
import json
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk
from requests_sample import load_event

from netops import actions, filing, views
from netops.actions import making
from netops.app import App
from netops.changes.execute import Outcome
from netops.changes.lifecycle import Phase
from netops.changes.teardown import Ended
from netops.cli.main import main
from netops.cli.output import as_json
from netops.core.errors import InputError, Locked, NeedsPerson, NetopsError, Refused
from netops.core.model import Tag
from netops.lab.ios.device import Ios
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.store import Row
from netops.practice import KEY, SIGNER
from netops.requests import approvals
from netops.requests.chain import Approval
from netops.requests.common import change_id, request_digest
from netops.requests.event_hotspot import EventHotspot
from netops.requests.load import read_document


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


class Dead(BaseException):
    """Stands for `kill -9`: nothing of ours catches it."""


def die_when(desk: Desk, kind: str, device: str, act: Callable[[], object]) -> None:
    """Runs `act` until the log holds that event, then as if the process had died."""
    journal = desk.app.journal
    append = journal.append

    def watched(events, fences=(), **more):  # type: ignore[no-untyped-def]  # as SqlJournal.append
        recorded = append(events, fences, **more)
        if any((event.kind, event.device) == (kind, device) for event in events):
            raise Dead
        return recorded

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "append", watched)
        with pytest.raises(Dead):
            act()


def gateway(desk: Desk) -> RouterOS:
    device = desk.campus.devices["gw-kampus"]
    assert isinstance(device, RouterOS)
    return device


def switch(desk: Desk) -> Ios:
    device = desk.campus.devices["sw-aula"]
    assert isinstance(device, Ios)
    return device


def our_queue(desk: Desk) -> Row:
    rows = gateway(desk).machine.store.rows("/queue/simple")
    return next(row for row in rows if "netops:" in str(row.values.get("comment", "")))


def slow_down(desk: Desk) -> None:
    """Somebody turns our queue by hand."""
    desk.campus.call(lambda: our_queue(desk).values.update({"max-limit": "1000000/1000000"}))


def timer(desk: Desk) -> str:
    with desk.app.tools.open("sw-aula") as driver:
        return str(driver.ask("show archive config rollback timer", "test"))  # type: ignore[attr-defined]  # IOS's driver


# ── what was not approved ────────────────────────────────────────────────────────────────────────────────────────


def same_id(desk: Desk) -> tuple[Path, Path]:
    """Two requests with one change id, the second for thirty people: some thousand tries, as 24 bits allow."""
    path = desk.request(people=3)
    text = path.read_text(encoding="utf-8") + "salt: " + "5a" * 16 + "\n"  # else the workspace gives each its own
    path.write_text(text, encoding="utf-8")
    small = load_event(read_document(path))
    large = small.model_copy(update={"event": small.event.model_copy(update={"participants": 30})})
    innocent: dict[str, str] = {}
    for number in range(40_000):
        reason = f"Wisuda {number}"
        innocent[change_id(small.model_copy(update={"reason": reason}))] = reason
        twin = innocent.get(change_id(large.model_copy(update={"reason": reason})))
        if twin:
            break
    else:
        raise AssertionError("no two requests with one change id")

    def write(name: str, why: str, people: int) -> Path:
        body = re.sub(r"(?m)^(reason:).*$", rf'\1 "{why}"', text)
        file = desk.root / name
        file.write_text(re.sub(r"participants: *\d+", f"participants: {people}", body), encoding="utf-8")
        return file

    return write("innocent.yaml", twin, 3), write("evil.yaml", reason, 30)


def read(path: Path) -> EventHotspot:
    return load_event(read_document(path))


def test_a_second_request_with_the_same_change_id_is_refused(desk: Desk) -> None:
    """It is not planned under the approval of the first: that plan would have been the latest, and carried out."""
    innocent, evil = same_id(desk)
    assert change_id(read(innocent)) == change_id(read(evil)) and request_digest(read(innocent)) != request_digest(
        read(evil)
    )
    actions.plan(desk.app, str(innocent))
    filed = filing.find(desk.app, str(innocent))
    desk.approve(filed)
    planned = views.state(desk.app, filed.change).plan
    for act in (actions.plan, actions.apply, actions.resume, actions.take_back, actions.end, views.describe):
        with pytest.raises(Refused, match="another request"):
            act(desk.app, str(evil))
    assert views.state(desk.app, filed.change).plan == planned
    actions.apply(desk.app, str(innocent))
    assert desk.app.tools.plan(views.state(desk.app, filed.change).running_plan).request == filed.digest


def test_a_plan_made_for_another_request_is_not_carried_out(desk: Desk) -> None:
    """However it came to be the latest of this change in the log."""
    filed = desk.approved(people=3)
    other = desk.approved("HD-2", people=3, place="lapangan")
    foreign = next(r.event for r in desk.app.journal.read(other.change) if r.event.kind == "plan.recorded")
    filing.record(desk.app, "plan.recorded", filed.change, **foreign.data)
    before = desk.configuration()
    with pytest.raises(Refused, match="another request"):
        actions.apply(desk.app, filed.change)
    assert desk.configuration() == before and "change.started" not in desk.kinds(filed.change)


def test_a_ticket_with_two_requests_names_neither(desk: Desk) -> None:
    """Else `netops approve HD-1` signs, and `apply HD-1` runs, whichever was filed last."""
    first = desk.approved(people=3)
    path = str(desk.request(people=4, place="gedung-lama"))
    second = filing.find(desk.app, path)
    assert first.change != second.change
    assert filing.find(desk.app, "HD-1") == first, "a file that was only received does not take its place"
    actions.plan(desk.app, path)
    with pytest.raises(InputError) as caught:
        filing.find(desk.app, "HD-1")
    assert first.change in caught.value.describe("en") and second.change in caught.value.describe("en")
    assert filing.look(desk.app, first.change) == first
    actions.decide(
        desk.app, second, decision="reject", role="kepala", approver=SIGNER, key=desk.root / KEY, reason="ganda"
    )
    assert filing.look(desk.app, "HD 1") == first, "the other one is over"


def test_two_decisions_at_once_do_not_break_the_chain(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both would name the same predecessor: recorded both, no decision about this request could ever be read again."""
    path = desk.request(people=3)
    actions.plan(desk.app, str(path))
    filed = filing.find(desk.app, str(path))
    event_data = approvals.event_data
    between = ["another clerk decides while ours is judged and not yet recorded"]

    def interrupted(approval: Approval) -> dict[str, object]:
        if between:
            between.clear()
            with contextlib.suppress(Locked):
                desk.approve(filed)
        return event_data(approval)

    monkeypatch.setattr(approvals, "event_data", interrupted)
    with App(desk.root, actor="petugas.lain") as app:
        actions.decide(app, filed, decision="approve", role="kepala", approver=SIGNER, key=desk.root / KEY)
    assert len(actions.decisions(desk.app, filed)) == 1
    assert actions.apply(desk.app, filed.change) is Outcome.DONE


def test_a_planner_that_took_too_long_promises_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    make = making.make_plan

    def slow(app: App, filed: filing.Filed):  # type: ignore[no-untyped-def]  # as make_plan
        made = make(app, filed)
        app.journal.acquire("planning:kampus", app.holder, 60)  # another planner, now that our lease ran out
        return made

    monkeypatch.setattr(making, "make_plan", slow)
    monkeypatch.setattr(making, "PLANNING_SECONDS", 0.0)
    path = desk.request(people=3)
    with pytest.raises(NetopsError, match="took over"):
        actions.plan(desk.app, str(path))
    assert "plan.recorded" not in desk.kinds(filing.look(desk.app, str(path)).change)


# ── what is called done ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_second_end_does_not_forget_what_was_left(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    filed = desk.approved(people=3)
    actions.apply(desk.app, filed.change)
    slow_down(desk)
    ended = actions.end(desk.app, filed.change, early=True)
    assert any("/queue/simple" in line for line in ended.leftovers)
    again = actions.end(desk.app, filed.change, early=True)
    assert any("/queue/simple" in line for line in again.leftovers)
    assert main(["-C", str(desk.root), "end", filed.change]) == 6
    assert "/queue/simple" in capsys.readouterr().err
    store = gateway(desk).machine.store
    desk.campus.call(lambda: store.remove(our_queue(desk)))
    assert actions.end(desk.app, filed.change).leftovers == ()
    assert desk.kinds(filed.change)[-1] == "device.absent"


def test_a_switch_that_takes_the_lines_of_the_end_and_does_not_do_them(desk: Desk) -> None:
    """Port and trunk still in the event's VLAN, which is gone: no row of ours, and yet not as it was."""
    filed = desk.approved(people=3)
    before = desk.configuration()
    actions.apply(desk.app, filed.change)
    device = switch(desk)
    desk.campus.call(lambda: device.faults.refuse.__setitem__("switchport access vlan 20", ""))
    with pytest.raises(NeedsPerson, match="GigabitEthernet1/0/5"):
        actions.end(desk.app, filed.change, early=True)
    assert views.state(desk.app, filed.change).phase is Phase.ENDING
    desk.campus.call(device.faults.refuse.clear)
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    assert desk.configuration() == before


@pytest.mark.parametrize(("kind", "device"), [("guard.armed", "gw-kampus"), ("batch.intent", "sw-aula")])
def test_the_end_of_an_interrupted_apply_leaves_no_timer_behind(desk: Desk, kind: str, device: str) -> None:
    """Minutes after "nothing is left" it would take back what anybody did to the switch since."""
    filed = desk.approved(people=3)
    before = desk.configuration()
    die_when(desk, kind, device, lambda: actions.apply(desk.app, filed.change))
    assert actions.end(desk.app, filed.change, early=True).leftovers == ()
    assert desk.campus.call(lambda: list(gateway(desk).machine.store.rows("/system/scheduler"))) == []
    assert "No Rollback Confirmed Change pending" in timer(desk)
    assert desk.configuration() == before


def test_a_resumed_end_says_what_an_end_says(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    filed = desk.approved(people=3)
    actions.apply(desk.app, filed.change)
    slow_down(desk)
    die_when(desk, "change.ending", "", lambda: actions.end(desk.app, filed.change, early=True))
    ended = actions.resume(desk.app, filed.change)
    assert isinstance(ended, Ended) and any("/queue/simple" in line for line in ended.leftovers)
    assert not desk.app.vault.exists(filed.change), "no codes are kept of an event that is over"
    with pytest.raises(Refused):
        actions.apply(desk.app, filed.change)
    assert not desk.app.vault.exists(filed.change), "and none are made again"


def test_who_resumes_accepts_no_more_than_who_started(desk: Desk) -> None:
    """The switch lost its archive meanwhile: nobody said that it may be changed without a guard."""
    filed = desk.approved(people=3)
    before = desk.configuration()
    die_when(desk, "device.confirmed", "gw-kampus", lambda: actions.apply(desk.app, filed.change))
    assert not views.state(desk.app, filed.change).accepted_no_guard
    desk.campus.call(lambda: switch(desk).faults.refuse.update({"show archive": "% Archive is not enabled"}))
    with pytest.raises(NetopsError, match="guard"):
        actions.resume(desk.app, filed.change)
    assert "guard.none" not in desk.kinds(filed.change)
    desk.campus.call(switch(desk).faults.refuse.clear)
    assert desk.configuration() == before


def test_a_device_in_quarantine_takes_no_other_change(desk: Desk) -> None:
    filed, other = desk.approved(people=3), desk.approved("HD-2", people=3, place="lapangan")
    actions.apply(desk.app, filed.change)
    device = switch(desk)
    desk.campus.call(lambda: device.faults.refuse.__setitem__("switchport access vlan 20", "% Bad VLAN"))
    with pytest.raises(NeedsPerson):
        actions.take_back(desk.app, filed.change)
    desk.campus.call(device.faults.refuse.clear)
    with pytest.raises(Locked, match="waits for a person"):
        actions.apply(desk.app, other.change)
    actions.take_back(desk.app, filed.change)
    assert Tag(filed.change).name.encode() not in b"".join(desk.configuration().values())


def test_an_interrupt_waits_for_the_workers_before_the_restoration(desk: Desk) -> None:
    """Ctrl-C while a router is being pushed: what the worker still sends must not land behind "restored"."""
    filed = desk.approved(people=3)
    before = desk.configuration()
    faults = gateway(desk).faults
    desk.campus.call(lambda: setattr(faults, "delay", 0.15))
    seen: list[str] = []

    def press() -> None:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    append = desk.app.journal.append

    def watched(events, fences=(), **more):  # type: ignore[no-untyped-def]  # as SqlJournal.append
        recorded = append(events, fences, **more)
        if any((event.kind, event.device) == ("batch.intent", "gw-kampus") for event in events) and not seen:
            seen.append("pressed")
            threading.Timer(0.05, press).start()
        return recorded

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.app.journal, "append", watched)
        with pytest.raises(NetopsError) as caught:
            actions.apply(desk.app, filed.change)
    assert caught.value.exit_code == 5, caught.value
    desk.campus.call(faults.reset)
    kinds = desk.kinds(filed.change)
    assert kinds[-1] == "change.restored"
    phases = [
        recorded.event.data["phase"]
        for recorded in desk.app.journal.read(filed.change)
        if recorded.event.kind == "batch.intent"
    ]
    assert phases == sorted(phases), "every apply stands before every restore"
    assert desk.configuration() == before


def test_a_second_thread_of_one_process_does_not_take_the_lease_of_the_first(desk: Desk) -> None:
    """Else it would end the first in the middle of its push, and leave the change to the devices' timers."""
    filed = desk.approved(people=3)
    desk.campus.call(lambda: setattr(gateway(desk).faults, "delay", 0.1))
    outcomes: list[object] = []

    def act() -> None:
        try:
            outcomes.append(actions.apply(desk.app, filed.change))
        except NetopsError as error:
            outcomes.append(error)

    first = threading.Thread(target=act)
    first.start()
    while "batch.intent" not in desk.kinds(filed.change) and first.is_alive():
        time.sleep(0.01)
    act()
    first.join()
    assert [type(outcome) for outcome in outcomes] == [Locked, Outcome], outcomes
    assert views.state(desk.app, filed.change).phase is Phase.ACTIVE


def test_json_on_a_terminal_is_no_command_to_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A switch's answer may hold C1 controls, which JSON lets stand and a terminal obeys, and marks that turn text round."""
    hostile = {"reply": "\x9b2J\x1b[31m\x7f\u202e\u2066 kabel é 🎓"}
    as_json(hostile)
    shown = capsys.readouterr().out
    assert all(char.isprintable() for char in shown.replace("\n", "")) and "é 🎓" in shown
    assert json.loads(shown) == hostile
