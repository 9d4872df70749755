"""A site's own service the whole way over sockets: port-vlan on a switch and a router, its end, and what people changed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions, filing, views
from netops.actions.serving import Done, Server
from netops.app import App
from netops.changes.lifecycle import Phase
from netops.core.clock import ManualClock
from netops.core.errors import InputError, Locked, NoCapacity, OutOfBounds, OutsideWindow, Refused
from netops.core.model import Batch, LineOp
from netops.filing import Filed, find

POLICY = "vlan: 20-49"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("port-vlan") / "ws") as found:
        policy = found.app.settings.inventory / "policy.yaml"
        text = policy.read_text("utf-8")
        assert POLICY in text
        policy.write_text(text.replace(POLICY, "vlan: 10-49"), encoding="utf-8")
        yield found


def write(desk: Desk, ticket: str, port: str, vlan: int, *, ends: bool = False) -> Path:
    """The service's own example with another ticket, port and VLAN."""
    starts = desk.app.clock.now().replace(second=0, microsecond=0) + timedelta(minutes=30)
    text = filing.form(desk.app, "port-vlan", starts)
    for old, new in (
        ("PTIPD-2026-0117", ticket),
        ("sw-aula GigabitEthernet1/0/25", port),
        ("vlan: 20 ", f"vlan: {vlan} "),
    ):
        assert old in text
        text = text.replace(old, new)
    if ends:
        later = (starts + timedelta(hours=2)).astimezone(UTC)
        text = text.replace("\n\nfields:", f"\n  ends_at: {later:%Y-%m-%d %H:%M}Z\n\nfields:")
    path = desk.root / f"{ticket}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def approved(desk: Desk, ticket: str, port: str, vlan: int, **wishes: bool) -> Filed:
    path = write(desk, ticket, port, vlan, **wishes)
    actions.plan(desk.app, str(path))
    filed = find(desk.app, str(path))
    desk.approve(filed)
    return filed


def port_of(config: bytes, port: str) -> list[str]:
    """The lines of a port in an IOS configuration."""
    section = config.decode().partition(f"interface {port}\n")[2].split("\n")
    return list(takewhile(lambda line: line.startswith(" "), section))


def test_a_lasting_vlan_on_a_switch_port_and_its_end(desk: Desk) -> None:
    before = desk.configuration()
    filed = approved(desk, "HD-P1", "sw-aula Gi1/0/12", 10)
    actions.apply(desk.app, filed.change)
    during = desk.configuration()
    assert port_of(before["sw-aula"], "GigabitEthernet1/0/12") == [
        " switchport access vlan 20",
        " switchport mode access",
    ]
    assert port_of(during["sw-aula"], "GigabitEthernet1/0/12") == [
        " switchport access vlan 10",
        " switchport mode access",
    ]
    (line,) = [line for line in views.overview(desk.app) if line.change == filed.change]
    assert (line.ends, line.title) == ("-", "VLAN pada port untuk unit")
    with pytest.raises(OutsideWindow, match="this change is lasting"):
        actions.end(desk.app, filed.change)
    ended = actions.end(desk.app, filed.change, early=True)
    assert ended.leftovers == ()
    assert desk.configuration() == before, "the port's own old VLAN is back"


def test_a_port_that_had_nothing_has_nothing_again(desk: Desk) -> None:
    before = desk.configuration()
    filed = approved(desk, "HD-P2", "sw-aula GigabitEthernet1/0/26", 20, ends=True)
    actions.apply(desk.app, filed.change)
    assert b"access vlan 20" in desk.configuration()["sw-aula"].partition(b"0/26\n")[2][:60]
    assert filed.request.ends_at is not None and views.state(desk.app, filed.change).phase == "active"
    actions.end(desk.app, filed.change, early=True)
    assert desk.configuration() == before


def test_a_bridge_port_of_a_router(desk: Desk) -> None:
    before = desk.configuration()
    filed = approved(desk, "HD-P3", "gw-kampus ether4", 10)
    actions.apply(desk.app, filed.change)
    lines = desk.configuration()["gw-kampus"].decode().splitlines()
    (line,) = [line for line in lines if "bridge/port" in line and "interface=ether4 " in f"{line} "]
    assert "pvid=10" in line.split()
    actions.end(desk.app, filed.change, early=True)
    assert desk.configuration() == before


def test_the_same_port_is_not_promised_twice(desk: Desk) -> None:
    actions.plan(desk.app, str(write(desk, "HD-P4", "sw-aula GigabitEthernet1/0/11", 10)))
    with pytest.raises(NoCapacity, match="sw-aula/gi1/0/11 is reserved by HD-P4"):
        actions.plan(desk.app, str(write(desk, "HD-P5", "sw-aula Gi1/0/11", 20)))


def test_a_vlan_outside_the_policy_is_refused_whoever_signs(desk: Desk) -> None:
    with pytest.raises(OutOfBounds, match="vlan 50 is beyond the bound of port-vlan: 49"):
        actions.plan(desk.app, str(write(desk, "HD-P6", "sw-aula Gi1/0/27", 50)))


def test_a_vlan_that_the_switch_does_not_have_is_not_made_on_the_way(desk: Desk) -> None:
    before = desk.configuration()
    with pytest.raises(Refused, match="vlan 30 is not on the device; the switch would make it without our name"):
        actions.plan(desk.app, str(write(desk, "HD-P7", "sw-aula Gi1/0/27", 30)))
    assert desk.configuration() == before


def test_a_port_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(Refused, match="GigabitEthernet1/0/99 is not on the device"):
        actions.plan(desk.app, str(write(desk, "HD-P8", "sw-aula Gi1/0/99", 20)))


def test_a_template_that_makes_foreign_rows_sends_nothing(desk: Desk) -> None:
    template = desk.app.settings.templates / "port-vlan" / "ios.j2"
    good, before = template.read_text("utf-8"), desk.configuration()
    template.write_text(good + "interface GigabitEthernet1/0/9\n shutdown\n", encoding="utf-8")
    try:
        with pytest.raises(InputError) as caught:
            actions.plan(desk.app, str(write(desk, "HD-P9", "sw-aula Gi1/0/28", 20)))
    finally:
        template.write_text(good, encoding="utf-8")
    told = caught.value.describe("en")
    assert told.startswith(f"{template}:6: the template makes or changes what is not of this request: interface")
    assert desk.configuration() == before


def test_no_paper_is_promised_that_the_service_does_not_have(desk: Desk) -> None:
    filed = approved(desk, "HD-P10", "sw-aula Gi1/0/10", 10)
    actions.apply(desk.app, filed.change)
    with pytest.raises(Exception, match="the service port-vlan has no BAST"):
        actions.report(desk.app, filed.change, lang="en")
    actions.end(desk.app, filed.change, early=True)


def test_what_a_person_changed_meanwhile_stays_and_is_told(desk: Desk) -> None:
    before = desk.configuration()
    filed = approved(desk, "HD-P11", "sw-aula Gi1/0/8", 10)
    actions.apply(desk.app, filed.change)

    def by_hand(line: str) -> None:
        op = LineOp(path="interface GigabitEthernet1/0/8", lines=(line,))
        with desk.app.tools.open("sw-aula") as driver:
            driver.apply(Batch(number=1, ops=(op,)), desk.app.secrets)
            driver.save()

    by_hand("switchport access vlan 1")
    ended = actions.end(desk.app, filed.change, early=True)
    assert any("GigabitEthernet1/0/8" in line for line in ended.leftovers)
    assert "vlan 20" not in "".join(port_of(desk.configuration()["sw-aula"], "GigabitEthernet1/0/8"))
    by_hand("switchport access vlan 20")
    assert desk.configuration() == before


def test_a_temporary_one_ends_by_itself_and_a_lasting_one_stays(tmp_path: Path) -> None:
    clock = ManualClock(datetime.now(UTC).replace(microsecond=0))
    with open_desk(tmp_path / "ws", clock) as desk:
        before = desk.configuration()
        temporary = approved(desk, "HD-T", "sw-aula Gi1/0/26", 20, ends=True)
        lasting = approved(desk, "HD-L", "sw-aula Gi1/0/27", 20)
        trouble: list[Done] = []

        def served() -> App:
            return App(desk.root, clock=clock, actor="netops-serve", lease_seconds=5.0)

        server = Server(served, trouble.append, clock)
        server.once()
        clock.move(60)  # both are on one switch: one of them may have had to wait
        server.once()
        phases = [views.state(desk.app, one.change).phase for one in (temporary, lasting)]
        assert phases == [Phase.ACTIVE, Phase.ACTIVE]
        clock.move(4 * 3600)
        server.once()
        phases = [views.state(desk.app, one.change).phase for one in (temporary, lasting)]
        assert phases == [Phase.ENDED, Phase.ACTIVE]
        assert {type(done.error) for done in trouble if done.error} <= {Locked}
        assert port_of(desk.configuration()["sw-aula"], "GigabitEthernet1/0/26") == []
        actions.end(desk.app, lasting.change, early=True)
        assert desk.configuration() == before


def test_a_request_is_still_told_when_its_playbook_is_gone(desk: Desk) -> None:
    filed = find(desk.app, str(write(desk, "HD-P12", "sw-aula Gi1/0/28", 20)))
    playbook = desk.app.settings.playbooks / "port-vlan.yaml"
    assert "Port untuk unit:" in views.in_words(desk.app, filed, "id")
    hidden = playbook.rename(playbook.with_suffix(".gone"))
    try:
        assert "port:         sw-aula Gi1/0/28" in views.in_words(desk.app, filed, "en")
    finally:
        hidden.rename(playbook)


def test_a_playbook_goes_by_its_files_name(desk: Desk) -> None:
    playbook = desk.app.settings.playbooks / "port-vlan.yaml"
    other = playbook.with_name("port-lain.yaml")
    other.write_bytes(playbook.read_bytes())
    try:
        with pytest.raises(InputError, match=r"port-lain\.yaml names another service"):
            filing.form(desk.app, "port-lain")
        with pytest.raises(InputError) as caught:
            filing.form(desk.app, "../port-vlan")
    finally:
        other.unlink()
    assert "Services: bandwidth-change, event-hotspot, port-lain, port-vlan" in caught.value.describe("en")
