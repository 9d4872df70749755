"""Recordings of real devices, replayed: both pollers read the same, and what an independent monitor derived from them."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import SHARED_DATA
from msgspec.structs import replace
from snmp_agent import TICKS, Agent, oid, recorded, secrets

from benchmarks.agents import Oid, number
from netops.core.clock import ManualClock
from netops.core.measured import Sample, SeriesKind
from netops.monitoring.with_gufo import GufoPoller
from netops.monitoring.with_pysnmp import PysnmpPoller

pytestmark = pytest.mark.shared
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
UPTIME = oid("1.3.6.1.2.1.1.3.0")
FOLDER = SHARED_DATA / "snmprec"
DEVICES = ("routeros_rb750gr3", "routeros_rb2011il", "ios_c3560", "iosxe_c9200l")


def table(device: str) -> dict[Oid, bytes]:
    """The recording; an uptime is put where nobody recorded one, for without it there is no sample."""
    return {UPTIME: number(430400, TICKS)} | recorded(FOLDER / f"{device}.snmprec")


def read(device: str) -> Sample:
    with Agent(table(device)) as agent:
        target = agent.target(device, timeout=30)
        samples = []
        for make in (GufoPoller, PysnmpPoller):
            with make(secrets(device), ManualClock(AT)) as poller:
                for _ in range(2):
                    result = poller.sample([target], AT)[device]
                    assert isinstance(result, Sample), repr(result)
                    samples.append(result)
    assert all(each == samples[0] for each in samples), "discovered and known, gufo and pysnmp: all the same"
    return samples[0]


def derived(device: str, part: str, rows: str, phase: str = "poller") -> list[dict[str, Any]]:
    whole = json.loads((FOLDER / f"{device}.json").read_text("utf-8"))
    found = whole[part][phase]
    if found == "matches discovery":
        found = whole[part]["discovery"]
    listed: list[dict[str, Any]] = found[rows]
    return listed


def by_index(rows: list[dict[str, Any]]) -> Mapping[int, dict[str, Any]]:
    return {int(row["ifIndex"]): row for row in rows}


@pytest.mark.parametrize("device", DEVICES)
def test_both_pollers_read_the_same(device: str) -> None:
    assert read(device).device == device


def test_ports_of_a_router_as_the_independent_monitor_has_them() -> None:
    found = read("routeros_rb750gr3")
    known = by_index(derived("routeros_rb750gr3", "ports", "ports"))
    assert {each.index for each in found.interfaces} == set(known)
    assert len(known) == 14
    for each in found.interfaces:
        row = known[each.index]
        assert (each.name, each.speed, each.bits) == (row["ifDescr"], row["ifSpeed"] or 0, 64)
        assert (each.in_octets, each.out_octets) == (row["ifInOctets"], row["ifOutOctets"])
        assert (each.in_errors, each.out_errors) == (row["ifInErrors"], row["ifOutErrors"])
        assert (each.in_discards, each.out_discards) == (row["ifInDiscards"], row["ifOutDiscards"])
        assert (each.up, each.admin_up) == (row["ifOperStatus"] == "up", row["ifAdminStatus"] == "up")
    assert any(each.in_octets > 2**30 for each in found.interfaces)
    assert found.uptime == 430400


def test_load_memory_and_health_of_a_router_as_the_independent_monitor_has_them() -> None:
    found = read("routeros_rb750gr3")
    loads = [row["processor_usage"] for row in derived("routeros_rb750gr3", "processors", "processors")]
    assert len(loads) == 4
    assert found.cpu == round(sum(loads) / 4)
    memory = next(
        row for row in derived("routeros_rb750gr3", "mempools", "mempools") if row["mempool_descr"] == "main memory"
    )
    assert found.memory == round(memory["mempool_perc"])
    sensors = {row["sensor_class"]: row for row in derived("routeros_rb750gr3", "sensors", "sensors")}
    assert found.health["temperature"] == sensors["temperature"]["sensor_current"]
    assert found.health["voltage"] / 10 == sensors["voltage"]["sensor_current"]
    assert found.guests == 0


def test_queues_of_a_router_as_the_independent_monitor_has_them() -> None:
    found = {(each.kind, each.name): each for each in read("routeros_rb2011il").queues}
    known = derived("routeros_rb2011il", "qos", "qos")
    kinds = {"routeros_simple": SeriesKind.QUEUE, "routeros_tree": SeriesKind.TREE}
    assert {(kinds[row["type"]], row["title"]) for row in known} == set(found)
    assert len(found) == 6
    for row in known:
        queue = found[kinds[row["type"]], row["title"]]
        assert (queue.index, queue.bits) == (int(row["snmp_idx"]), 64)
        assert (queue.in_octets, queue.out_octets) == (row["last_bytes_in"] or 0, row["last_bytes_out"])
        assert queue.drops == sum(row[f"last_packets_drop_{way}"] or 0 for way in ("in", "out"))


def test_a_switch_as_the_independent_monitor_has_it() -> None:
    """Nobody recorded its counters: given some, its 58 ports are read under the names and states that the monitor has."""
    bare = read("ios_c3560")
    assert bare.interfaces == ()
    assert bare.cpu == 10, "cpmCPUTotal1minRev, which the monitor does not keep"
    known = by_index(derived("ios_c3560", "ports", "ports"))
    memory = {row["mempool_descr"]: row["mempool_perc"] for row in derived("ios_c3560", "mempools", "mempools")}
    assert bare.memory == memory["Processor"]
    counted = table("ios_c3560")
    for index in known:
        for column, each in ((6, index), (10, 2 * index)):
            counted[oid(f"1.3.6.1.2.1.31.1.1.1.{column}.{index}")] = number(each, 0x46)
    with Agent(counted) as agent, GufoPoller(secrets("c3560"), ManualClock(AT)) as poller:
        found = poller.sample([agent.target("c3560", timeout=30)], AT)["c3560"]
    assert isinstance(found, Sample)
    assert {each.index: (each.name, each.up) for each in found.interfaces} == {
        index: (row["ifDescr"], row["ifOperStatus"] == "up") for index, row in known.items()
    }
    assert len(found.interfaces) == 58
    assert all(each.out_octets == 2 * each.in_octets == 2 * each.index for each in found.interfaces)


def test_the_recordings_are_the_ones_meant() -> None:
    for device in DEVICES:
        assert Path(FOLDER / f"{device}.snmprec").stat().st_size > 1000
    assert replace(read("routeros_rb2011il"), queues=()).interfaces == ()
