"""`netops doctor` on the campus: each finding by a device made so, what to paste, and one dead device that delays nobody."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pytest
from event_desk import Desk, open_desk

from netops import actions
from netops.actions import examining
from netops.actions.examining import room, said, stops
from netops.core.measured import Sample
from netops.core.model import Batch, Finding, LineOp, Reservation, RowOp, Severity, Target, Used, Verb
from netops.core.text import Lang
from netops.lab.routeros.device import RouterOS
from netops.planning.sites import Site

GOLDEN = Path(__file__).parent.parent / "golden" / "doctor"
OK, WARNING, STOP = Severity.OK, Severity.WARNING, Severity.STOP


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def put(desk: Desk, device: str, path: str, new: Mapping[str, str], key: Mapping[str, str] | None = None) -> None:
    op = RowOp(verb=Verb.SET, path=path, key=key or {}, new=new)
    with desk.app.tools.open(device) as driver:
        driver.apply(Batch(number=1, ops=(op,)), desk.app.secrets)


def severities(found: tuple[Finding, ...]) -> set[tuple[str, Severity]]:
    return {(one.about, one.severity) for one in found}


def one_of(found: tuple[Finding, ...], about: str) -> Finding:
    [finding] = [one for one in found if one.about == about and one.severity is not OK]
    return finding


def test_a_campus_in_order_stops_nothing(desk: Desk) -> None:
    found = actions.doctor(desk.app)
    assert not stops(found)
    assert list(found) == [
        "ap-aula", "ap-lama", "gw-kampus", "gw-lama", "sw-aula", "sw-fakultas", "sw-inti", "site:kampus", "site:kampus-lama"
    ]  # fmt: skip
    assert {("capsman", OK), ("hotspot", OK), ("zone", OK), ("snmp", OK)} <= severities(found["gw-kampus"])
    assert one_of(found["ap-aula"], "ntp").paste == ("/system ntp client set enabled=yes servers=id.pool.ntp.org",)
    assert one_of(found["ap-lama"], "ntp").paste[0].startswith("/system ntp client set enabled=yes primary-ntp=")
    assert found["site:kampus"][0].en == "20 of 20 event VLANs 210-229 are free"
    assert found["site:kampus"][1].en == "65536 of 65536 event addresses 10.90.0.0/16 are free, largest block /16"


def test_of_many_devices_it_says_how_far_it_is_and_polls_them_in_goes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sockets and memory of a poll are bounded by a go, however many devices there are."""
    hosts = desk.root / "inventory" / "hosts.yaml"
    hosts.write_text(re.sub(r"(\n +)(snmp_version:)", r"\1timeout: 60\1\2", hosts.read_text("utf-8")), encoding="utf-8")
    monkeypatch.setattr(examining, "TOLD", 2)
    monkeypatch.setattr(examining, "AT_ONCE", 4)
    goes: list[int] = []
    sample = type(desk.app.poller).sample

    def counted(self: object, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        goes.append(len(targets))
        return sample(self, targets, at)  # type: ignore[arg-type]  # the poller itself

    monkeypatch.setattr(type(desk.app.poller), "sample", counted)
    words: list[tuple[str, str]] = []
    monkeypatch.setattr(desk.app, "say", lambda step, what: words.append((step, what)))
    found = actions.doctor(desk.app)
    total = len(desk.app.fleet.targets)
    assert not stops(found) and goes == [4, total - 4]
    assert all(("snmp", OK) in severities(found[name]) for name in desk.app.fleet.targets)
    examined = [("examine", f"{done}/{total}") for done in range(2, total + 1, 2)]
    assert words == [*examined, ("poll", f"4/{total}"), ("poll", f"{total}/{total}")]


def test_the_table_of_a_campus_with_troubles(desk: Desk) -> None:
    """One of each: a table to be read, worst first for each device."""
    hosts = desk.root / "inventory" / "hosts.yaml"
    hosts.write_text(re.sub(r"(\n +)(snmp_version:)", r"\1timeout: 5\1\2", hosts.read_text("utf-8")), encoding="utf-8")
    put(desk, "gw-kampus", "/system/clock", {"time-zone-name": "Asia/Jayapura"})
    put(desk, "gw-kampus", "/interface/wifi/provisioning", {"disabled": "yes"}, {"comment": "AP kampus 5 GHz"})
    put(desk, "gw-lama", "/caps-man/manager", {"enabled": "no"})
    put(desk, "gw-lama", "/user", {"disabled": "no"}, {"name": "admin"})
    put(desk, "gw-lama", "/snmp", {"enabled": "no"})
    put(desk, "ap-aula", "/interface/wifi/cap", {"enabled": "no"})
    with desk.app.tools.open("sw-aula") as driver:
        lines = ("no ntp server 10.10.0.1", "clock timezone WITA 8 0")
        driver.apply(Batch(number=1, ops=(LineOp(path="", lines=lines),)), desk.app.secrets)
    found = actions.doctor(desk.app)
    assert stops(found)
    assert one_of(found["gw-kampus"], "provisioning").paste == (
        '/interface wifi provisioning enable [find comment="AP kampus 5 GHz"]',
    )
    assert one_of(found["gw-kampus"], "capsman").en.startswith("access point ap-aula is not connected")
    assert {("capsman", STOP), ("admin", WARNING), ("snmp", STOP)} <= severities(found["gw-lama"])
    assert {("ntp", WARNING), ("zone", WARNING)} <= severities(found["sw-aula"])
    languages: tuple[Lang, ...] = ("id", "en")
    for lang in languages:
        golden, text = GOLDEN / f"{lang}.txt", said(found, lang) + "\n"
        if os.environ.get("NETOPS_WRITE_GOLDEN"):
            golden.write_text(text, "utf-8")
        assert text == golden.read_text("utf-8")


def test_a_dead_device_is_a_finding_and_the_others_are_looked_at(desk: Desk) -> None:
    device = desk.campus.devices["gw-lama"]
    desk.campus.call(device.stop)
    found = actions.doctor(desk.app)
    assert ("connection", STOP) in severities(found["gw-lama"]) and stops(found)
    assert ("version", OK) in severities(found["gw-kampus"])
    assert "(1 devices not answered)" in found["site:kampus-lama"][0].en
    only = actions.doctor(desk.app, "site=kampus")
    assert "gw-lama" not in only and "site:kampus-lama" not in only and not stops(only)


def test_what_plans_hold_and_devices_carry_is_not_free(desk: Desk) -> None:
    desk.approved(people=8)
    text = [one.en for one in actions.doctor(desk.app, "gw-kampus")["site:kampus"]]
    assert text[0].startswith("19 of 20") and "largest block /17" in text[1]


def test_a_gateway_without_hotspot_or_rule_would_stop_an_event(desk: Desk) -> None:
    put(desk, "gw-kampus", "/interface/wifi/provisioning", {"comment": "lain"}, {"comment": "AP kampus 5 GHz"})
    device = desk.campus.devices["gw-kampus"]
    assert isinstance(device, RouterOS)
    found = actions.doctor(desk.app, "gw-kampus")["gw-kampus"]
    assert "0 rules carry the comment 'AP kampus 5 GHz'" in one_of(found, "provisioning").en


def test_a_site_that_is_full_stops_an_event(desk: Desk) -> None:
    site: Site = desk.app.sites.site("kampus")
    full = Used(vlans=frozenset(range(210, 229)), subnets=("10.0.0.0/8",))
    at = desk.app.clock.now()
    last = Reservation(resource="vlan:kampus:229", amount=1, starts_at=at, ends_at=at)
    assert [one.severity for one in room(site, [full], [last])] == [STOP, STOP]
    assert [one.severity for one in room(site, [full], [])] == [OK, STOP]
    half = Used(vlans=frozenset(), subnets=("10.90.0.0/17", "10.90.0.0/24", "192.168.0.0/16"))
    assert room(site, [half, half], [])[1].en.startswith("32768 of 65536")
