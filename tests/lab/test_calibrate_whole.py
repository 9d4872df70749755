"""A router's queues read over API and SNMP, on sockets: which counter is upload is found, recorded with evidence, and used."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from event_desk import Desk, open_desk

from netops.actions.calibrating import calibrate
from netops.actions.measuring import meter
from netops.cli.main import main
from netops.core.errors import Unsupported
from netops.core.measured import Sample, SeriesKind
from netops.lab import mib
from netops.lab.routeros.device import RouterOS

GATEWAY = "gw-kampus"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        yield opened


def test_upload_is_found_recorded_with_its_evidence_and_used(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["-C", str(desk.root), "calibrate", GATEWAY, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)[GATEWAY]
    assert (told["verdict"]["up"], told["changed"]) == ("in", True)
    (event,) = [each.event for each in desk.app.journal.read() if each.event.kind == "queue.calibrated"]
    assert (event.device, event.data["up"]) == (GATEWAY, "in")
    evidence = json.loads(desk.app.objects.get(event.data["evidence"]))
    assert {"before", "sample", "after"} <= set(evidence)
    assert len(evidence["before"]) == len(evidence["after"]) >= 2

    # An agent that counts the other way round: the same question, the other answer, and the reports follow it.
    honest = mib._queues

    def crossed(queues: Any) -> Any:
        from msgspec.structs import replace

        return honest([replace(one, up_bytes=one.down_bytes, down_bytes=one.up_bytes) for one in queues])

    monkeypatch.setattr(mib, "_queues", crossed)
    found = calibrate(desk.app, GATEWAY)
    assert (found.verdict.up, found.changed) == ("out", True)
    used = meter(desk.app, f"{GATEWAY}/Rektorat", ())
    assert used is not None and used.down.up == "out"


def test_a_device_without_such_queues_is_said_to_be_that(desk: Desk) -> None:
    with pytest.raises(Unsupported) as caught:
        calibrate(desk.app, "sw-aula")
    assert "RouterOS" in caught.value.describe("id")
    assert not [each for each in desk.app.journal.read() if each.event.kind == "queue.calibrated"]


def test_queues_trees_guests_and_memory_are_one_state_over_api_and_snmp(desk: Desk) -> None:
    app, device = desk.app, cast(RouterOS, desk.campus.devices[GATEWAY])

    def dressed() -> None:
        store = device.machine.store
        root = store.insert("/queue/tree", {"name": "unduh", "parent": "bridge-lan"})
        child = store.insert("/queue/tree", {"name": "unduh-perpustakaan", "parent": "unduh", "packet-mark": "perpus"})
        root.mark(bytes="123456789012", dropped="0")
        child.mark(bytes="5000000000", dropped="77")
        login = store.insert("/ip/hotspot/active", {}, dynamic=True)
        login.marks.update({"server": "hs", "user": "tamu", "address": "10.90.0.5", "mac-address": "02:00:00:00:00:05"})
        login.touch()

    desk.campus.call(dressed)
    sample = app.poller.sample([app.fleet.target(GATEWAY)], app.clock.now())[GATEWAY]
    assert isinstance(sample, Sample), repr(sample)
    trees = {each.name: each for each in sample.queues if each.kind is SeriesKind.TREE}
    assert (trees["unduh"].out_octets, trees["unduh"].in_octets, trees["unduh"].bits) == (123456789012, 0, 64)
    assert (trees["unduh-perpustakaan"].out_octets, trees["unduh-perpustakaan"].drops) == (5 * 10**9, 77)
    assert {"Rektorat", "Perpustakaan"} <= {each.name for each in sample.queues if each.kind is SeriesKind.QUEUE}
    assert sample.guests == 1
    resource = desk.campus.call(lambda: dict(device.machine.single("/system/resource")))
    total, free = int(resource["total-memory"]), int(resource["free-memory"])
    assert sample.memory == round(100 * (total - free) / total)
    assert sample.health == {"voltage": 243, "temperature": 38}
    assert sample.cpu == 4


def test_a_switchs_memory_is_what_it_says_itself(desk: Desk) -> None:
    sample = desk.app.poller.sample([desk.app.fleet.target("sw-aula")], desk.app.clock.now())["sw-aula"]
    assert isinstance(sample, Sample), repr(sample)
    assert sample.memory == round(100 * 45_519_304 / (45_519_304 + 330_633_472))
    assert (sample.guests, sample.queues) == (None, ())


def test_classes_of_policy_maps_are_one_state_over_snmp_and_on_the_switch(desk: Desk) -> None:
    device = desk.campus.devices["sw-fakultas"]
    before = desk.campus.call(lambda: tuple(device.classes()))
    sample = desk.app.poller.sample([desk.app.fleet.target("sw-fakultas")], desk.app.clock.now())["sw-fakultas"]
    after = desk.campus.call(lambda: tuple(device.classes()))
    assert isinstance(sample, Sample), repr(sample)
    names = {port.index: port.name for port in desk.campus.call(lambda: tuple(device.interfaces()))}
    found = {each.name: each for each in sample.queues}
    assert len(before) == len(found) >= 4
    for first, last in zip(before, after, strict=True):
        queue = found[f"{names[first.port]} {first.way} {first.policy} {first.name}"]
        assert (queue.kind, queue.bits, queue.in_octets) == (SeriesKind.CLASS, 64, 0)
        assert first.passed <= queue.out_octets <= last.passed
        assert queue.drops is not None and first.dropped <= queue.drops <= last.dropped
    assert any(each.out_octets for each in found.values()), "nothing moves: agreement on zeros proves nothing"
