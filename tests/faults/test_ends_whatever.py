"""An event ends whatever else is wrong: with other requests, with the site's files, with evidence, with one device."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions, views
from netops.actions import serving
from netops.actions.extending import extend
from netops.actions.serving import Done, Server
from netops.actions.settling import accept_state
from netops.app import App
from netops.changes.duties import Due, Duty
from netops.changes.lifecycle import Phase
from netops.core.clock import ManualClock
from netops.core.errors import NeedsPerson
from netops.core.measured import Sample
from netops.core.model import Target
from netops.filing import Filed
from netops.lab.routeros.device import RouterOS

AT = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(AT)


@pytest.fixture
def desk(tmp_path: Path, clock: ManualClock) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus", clock) as opened:
        yield opened


def server(desk: Desk, clock: ManualClock, told: list[Done]) -> Server:
    def open_app() -> App:
        return App(desk.root, clock=clock, actor="netops-serve", lease_seconds=5.0)

    return Server(open_app, told.append, clock)


def running(desk: Desk, ticket: str = "HD-1", place: str = "gedung-lama") -> Filed:
    filed = desk.approved(ticket, starts=AT + timedelta(hours=2), people=3, place=place)
    actions.apply(desk.app, filed.change)
    return filed


def over(filed: Filed, clock: ManualClock) -> None:
    ends_at = filed.request.ends_at
    assert ends_at is not None
    clock.move((ends_at - clock.now()).total_seconds() + 1)


def phase(desk: Desk, filed: Filed) -> Phase:
    return views.state(desk.app, filed.change).phase


def body(desk: Desk, digest: str) -> Path:
    return desk.root / "var" / "objects" / digest[7:9] / digest[9:]


def test_a_request_that_cannot_be_read_keeps_no_other_event_open(desk: Desk, clock: ManualClock) -> None:
    broken, good, told = running(desk, "HD-2", "lapangan"), running(desk), list[Done]()
    body(desk, broken.digest).unlink()
    over(good, clock)
    serving_ = server(desk, clock, told)
    serving_.once()
    assert phase(desk, good) is Phase.ENDED
    errors = [done for done in told if done.error is not None]
    assert [done.due.change for done in errors] == [broken.change], "named, and told once"
    serving_.once()
    assert len([done for done in told if done.error is not None]) == 1, "not again before a minute is over"


@pytest.mark.parametrize("file", ["playbooks/event-hotspot.yaml", "inventory/policy.yaml", "inventory/allowed_signers"])
def test_a_file_broken_by_an_edit_keeps_no_event_open(desk: Desk, clock: ManualClock, file: str) -> None:
    filed, told = running(desk), list[Done]()
    (desk.root / file).write_text("{ not: [finished\n", "utf-8")
    over(filed, clock)
    server(desk, clock, told).once()
    assert phase(desk, filed) is Phase.ENDED


def test_an_extension_that_can_no_longer_be_proven_is_ended_by_hand_and_at_its_own_end(
    desk: Desk, clock: ManualClock
) -> None:
    filed, told = running(desk), list[Done]()
    ends_at = filed.request.ends_at
    assert ends_at is not None
    later = (ends_at + timedelta(minutes=20)).replace(second=0, microsecond=0)
    extend(desk.app, filed.change, later.strftime("%Y-%m-%d %H:%MZ"))
    (desk.root / "inventory" / "policy.yaml").write_text("{ not: [finished\n", "utf-8")
    over(filed, clock)
    serving_ = server(desk, clock, told)
    serving_.once()
    assert phase(desk, filed) is Phase.ACTIVE, "nobody knows that it was not extended"
    clock.move(1200)
    serving_.once()
    assert phase(desk, filed) is Phase.ENDED


def test_an_extension_that_can_no_longer_be_proven_does_not_stop_an_early_end(desk: Desk) -> None:
    filed = running(desk)
    ends_at = filed.request.ends_at
    assert ends_at is not None
    later = (ends_at + timedelta(minutes=20)).replace(second=0, microsecond=0)
    extend(desk.app, filed.change, later.strftime("%Y-%m-%d %H:%MZ"))
    (desk.root / "inventory" / "policy.yaml").write_text("{ not: [finished\n", "utf-8")
    with App(desk.root, clock=desk.app.clock, actor="admin.jaringan", lease_seconds=5.0) as app:
        actions.end(app, filed.change, early=True)
    assert phase(desk, filed) is Phase.ENDED


def test_a_device_taken_out_of_the_inventory_keeps_the_others_not_open(desk: Desk, clock: ManualClock) -> None:
    filed = running(desk, place="aula")
    hosts = desk.root / "inventory" / "hosts.yaml"
    text = hosts.read_text("utf-8")
    hosts.write_text(re.sub(r"(?ms)^sw-aula:.*?(?=^\S|\Z)", "", text), "utf-8")
    over(filed, clock)
    with (
        App(desk.root, clock=clock, actor="admin.jaringan", lease_seconds=5.0) as app,
        pytest.raises(NeedsPerson, match="sw-aula"),
    ):
        actions.end(app, filed.change)
    gateway = desk.campus.devices["gw-kampus"]
    assert isinstance(gateway, RouterOS)
    assert not [row for row in gateway.machine.store.rows("/ip/hotspot") if "netops" in str(row.get("name"))]
    assert views.state(desk.app, filed.change).device("gw-kampus").closed
    hosts.write_text(text, "utf-8")
    with App(desk.root, clock=clock, actor="admin.jaringan", lease_seconds=5.0) as app:
        actions.end(app, filed.change)
    assert phase(desk, filed) is Phase.ENDED


def test_when_every_device_was_accepted_as_it_is_the_end_comes_to_an_end(desk: Desk, clock: ManualClock) -> None:
    filed = running(desk)
    over(filed, clock)
    names = [part.device for part in desk.app.tools.plan(views.state(desk.app, filed.change).running_plan).devices]
    hosts = desk.root / "inventory" / "hosts.yaml"
    text = hosts.read_text("utf-8")
    for name in names:
        text = re.sub(rf"(?ms)^{name}:.*?(?=^\S|\Z)", "", text)
    hosts.write_text(text, "utf-8")
    with App(desk.root, clock=clock, actor="admin.jaringan", lease_seconds=5.0) as app:
        with pytest.raises(NeedsPerson):
            actions.end(app, filed.change)
        for name in names:
            accept_state(app, filed.change, name, "stolen")
        ended = actions.end(app, filed.change)
    assert len(ended.leftovers) == len(names) and phase(desk, filed) is Phase.ENDED


class Broken:
    def sample(self, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        raise OSError("no socket left")


def test_a_reading_that_fails_keeps_no_event_open(desk: Desk, clock: ManualClock) -> None:
    filed = running(desk)
    over(filed, clock)
    desk.app.__dict__["poller"] = Broken()
    actions.end(desk.app, filed.change)
    assert phase(desk, filed) is Phase.ENDED
    missing = [one.event for one in desk.app.journal.read(filed.change) if one.event.kind == "evidence.missing"]
    assert missing and "no socket left" in str(missing[-1].data["message"])


def test_a_mistake_of_ours_with_one_change_stops_no_server(
    desk: Desk, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd, good, told = running(desk, "HD-2", "lapangan"), running(desk), list[Done]()
    over(good, clock)
    real = serving._carry_out

    def carry_out(app: App, due: Due) -> None:
        if due.change == odd.change:
            raise KeyError("a mistake")
        real(app, due)

    monkeypatch.setattr(serving, "_carry_out", carry_out)
    server(desk, clock, told).once()
    assert phase(desk, good) is Phase.ENDED
    (error,) = [done.error for done in told if done.error is not None and done.due.change == odd.change]
    assert "a mistake" in str(error)


def test_a_clock_that_was_put_back_delays_no_end(desk: Desk, clock: ManualClock) -> None:
    """A wrong clock let the end be tried and fail once; set right again, what is due is not put off until that day."""
    filed, told = running(desk), list[Done]()
    serving_ = server(desk, clock, told)
    ends_at = filed.request.ends_at
    assert ends_at is not None
    clock.move(30 * 86_400)
    hosts = desk.root / "inventory" / "hosts.yaml"
    text = hosts.read_text("utf-8")
    hosts.write_text(re.sub(r"(?ms)^gw-lama:.*?(?=^\S|\Z)", "", text), "utf-8")
    serving_.once()
    assert any(done.error is not None for done in told) and phase(desk, filed) is Phase.ENDING
    hosts.write_text(text, "utf-8")
    clock.move(-29 * 86_400)
    serving_.once()
    assert phase(desk, filed) is Phase.ENDED
    assert told[-1].due.duty in (Duty.END, Duty.RESUME) and told[-1].error is None
