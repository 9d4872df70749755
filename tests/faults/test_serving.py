"""Events that start and end by themselves: on time, once, after downtime too, whoever else is at work."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions, views
from netops.actions.serving import Done, Server
from netops.app import App
from netops.changes.duties import Duty
from netops.changes.lifecycle import Phase
from netops.core.clock import ManualClock
from netops.core.errors import NetopsError, Refused
from netops.filing import Filed

AT = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(AT)


@pytest.fixture
def desk(tmp_path: Path, clock: ManualClock) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus", clock) as opened:
        yield opened


class Told(list[Done]):
    def duties(self) -> list[Duty]:
        return [done.due.duty for done in self if done.error is None]

    def errors(self) -> list[NetopsError]:
        return [done.error for done in self if done.error is not None]


def server(desk: Desk, clock: ManualClock, told: Told) -> Server:
    def open_app() -> App:
        return App(desk.root, clock=clock, actor="netops-serve", lease_seconds=5.0)

    return Server(open_app, told.append, clock)


def phase(desk: Desk, filed: Filed) -> Phase:
    return views.state(desk.app, filed.change).phase


def event(desk: Desk, ticket: str = "HD-1", **wishes: object) -> Filed:
    """Begins in two days; setting up opens one day before (the playbook's `setup`)."""
    return desk.approved(ticket, **{"starts": AT + timedelta(days=2), "people": 3, "place": "gedung-lama", **wishes})


def test_an_event_starts_and_ends_by_itself_exactly_once(desk: Desk, clock: ManualClock) -> None:
    before = desk.configuration()
    filed, told = event(desk), Told()
    serving = server(desk, clock, told)
    serving.once()
    assert phase(desk, filed) is Phase.APPROVED and told == []
    clock.move(86_400)
    serving.once()
    assert phase(desk, filed) is Phase.ACTIVE
    ends_at = filed.request.ends_at
    assert ends_at is not None
    clock.move((ends_at - clock.now()).total_seconds() - 1)
    serving.once()
    assert phase(desk, filed) is Phase.ACTIVE
    clock.move(1)
    serving.once()
    serving.once()
    assert phase(desk, filed) is Phase.ENDED
    assert told.duties() == [Duty.START, Duty.END]
    assert desk.configuration() == before
    kinds = desk.kinds(filed.change)
    assert kinds.count("change.started") == kinds.count("change.ended") == kinds.count("change.active") == 1


def test_the_requester_is_warned_once_half_an_hour_before_the_end(desk: Desk, clock: ManualClock) -> None:
    filed, told = event(desk), Told()
    ends_at = filed.request.ends_at
    assert ends_at is not None
    clock.move(86_400)
    server(desk, clock, told).once()
    clock.move((ends_at - clock.now()).total_seconds() - 1800)
    for _ in range(2):
        server(desk, clock, told).once()  # a new process each time: what was queued is in the log
    subjects = [mail.parse()["Subject"] for mail in desk.campus.mail.messages]
    assert [subject for subject in subjects if "akan berakhir" in subject] == ["[HD-1] Internet kegiatan akan berakhir"]


def test_after_downtime_what_was_due_is_done(desk: Desk, clock: ManualClock) -> None:
    filed, told = event(desk), Told()
    clock.move(86_400)
    server(desk, clock, told).once()
    clock.move(30 * 86_400)
    server(desk, clock, told).once()
    assert phase(desk, filed) is Phase.ENDED and told.duties() == [Duty.START, Duty.END]


def test_an_event_that_passed_while_nobody_ran_is_not_started(desk: Desk, clock: ManualClock) -> None:
    filed, told = event(desk), Told()
    clock.move(30 * 86_400)
    server(desk, clock, told).once()
    assert phase(desk, filed) is Phase.APPROVED and told == []


def test_two_servers_at_once_start_it_once(desk: Desk, clock: ManualClock) -> None:
    filed, told = event(desk), Told()
    clock.move(86_400)
    servers = [server(desk, clock, told) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(Server.once, servers))
    assert phase(desk, filed) is Phase.ACTIVE
    assert desk.kinds(filed.change).count("change.started") == 1
    assert told.errors() == []


def test_what_is_refused_is_told_tried_later_and_holds_up_nobody(desk: Desk, clock: ManualClock) -> None:
    stuck, told = event(desk, "HD-2", place="lapangan"), Told()
    good = event(desk, "HD-1")
    clock.move(86_400)
    plan = views.state(desk.app, stuck.change).plan
    (desk.root / "var" / "objects" / plan[7:9] / plan[9:]).unlink()
    serving = server(desk, clock, told)
    serving.once()
    assert phase(desk, good) is Phase.ACTIVE
    (error,) = told.errors()
    assert error.exit_code != 0 and told.duties() == [Duty.START]
    serving.once()
    assert len(told.errors()) == 1, "not again before a minute is over"
    clock.move(61)
    serving.once()
    assert len(told.errors()) == 2


def test_an_end_that_cannot_reach_its_device_is_tried_until_it_can(desk: Desk, clock: ManualClock) -> None:
    filed, told = event(desk), Told()
    clock.move(86_400)
    serving = server(desk, clock, told)
    serving.once()
    clock.move(10 * 86_400)
    hosts = desk.root / "inventory" / "hosts.yaml"
    good = hosts.read_text(encoding="utf-8")
    target = desk.app.fleet.target("gw-lama")
    hosts.write_text(good.replace(str(target.options["api_tls_port"]), "1"), encoding="utf-8")
    serving.once()
    assert told.errors() and phase(desk, filed) in (Phase.ENDING, Phase.ACTIVE)
    hosts.write_text(good, encoding="utf-8")
    clock.move(61)
    serving.once()
    assert phase(desk, filed) is Phase.ENDED


def test_a_journal_out_of_reach_is_told_and_tried_again(desk: Desk, clock: ManualClock) -> None:
    told = Told()
    serving = server(desk, clock, told)
    desk.app.journal.append(())
    desk.app.close()
    journal = desk.root / "var" / "journal.db"
    moved = journal.rename(journal.with_suffix(".away"))
    journal.mkdir()
    with ThreadPoolExecutor(1) as pool:
        assert serving.look(pool) == 0
        assert told.errors()
        journal.rmdir()
        moved.rename(journal)
        count = len(told)
        serving.look(pool)
    assert len(told) == count


def test_the_process_stops_by_signal_after_what_it_does(desk: Desk) -> None:
    run = "import sys; from netops.cli.main import main; sys.exit(main())"
    process = subprocess.Popen(
        [sys.executable, "-c", run, "-C", str(desk.root), "--lang", "en", "serve", "--every", "1"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        assert "looking every 1 seconds" in process.stderr.readline()
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(30) == 0
        assert "stopped" in process.stderr.read()
    finally:
        process.kill()
        process.stderr.close()


def test_a_server_stops_when_told(desk: Desk, clock: ManualClock) -> None:
    stop, told = threading.Event(), Told()
    thread = threading.Thread(target=server(desk, clock, told).run, args=(stop, 0.05))
    thread.start()
    stop.set()
    thread.join(20)
    assert not thread.is_alive() and told == []


def test_an_operators_own_start_and_the_servers_do_no_harm(desk: Desk, clock: ManualClock) -> None:
    filed, told = event(desk), Told()
    clock.move(86_400)

    def by_hand() -> str:
        try:
            return str(actions.apply(desk.app, filed.change))
        except Refused as refusal:
            return type(refusal).__name__

    with ThreadPoolExecutor(2) as pool:
        own = pool.submit(by_hand)
        pool.submit(server(desk, clock, told).once).result()
        assert own.result() in ("done", "nothing", "Locked")
    assert phase(desk, filed) is Phase.ACTIVE
    assert desk.kinds(filed.change).count("change.started") == 1
