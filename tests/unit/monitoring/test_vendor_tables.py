"""Classes of policy-maps, queue trees and hotspot logins as agents show them, read by both pollers."""

from datetime import UTC, datetime

import pytest
from snmp_agent import COUNTER32, COUNTER64, GAUGE, SYSTEM, Agent, oid, ports, secrets

from benchmarks.agents import Oid, name, number, tlv
from netops.core.clock import ManualClock
from netops.core.measured import QueueSample, Sample, SeriesKind
from netops.monitoring.with_gufo import GufoPoller
from netops.monitoring.with_pysnmp import PysnmpPoller

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
POLLERS = pytest.mark.parametrize("make", [GufoPoller, PysnmpPoller], ids=["gufo", "pysnmp"])
QOS = "1.3.6.1.4.1.9.9.166.1"
MIKROTIK = "1.3.6.1.4.1.14988.1.1"


def classes() -> dict[Oid, bytes]:
    """Two service-policies: one in on port 1 with two classes, one out on port 2 with one, its map named as the first's."""
    cells: dict[str, bytes] = {}
    for policy, direction, port in ((18, 1, 1), (34, 2, 2)):
        cells |= {f"1.1.1.2.{policy}": number(1), f"1.1.1.3.{policy}": number(direction)}
        cells |= {f"1.1.1.4.{policy}": number(port)}
    # Objects: type 1 a policy-map, 2 a class, 7 a policer; what they are is under their configuration's index.
    objects = [
        (18, 181, 1, 900, 0), (18, 182, 2, 901, 181), (18, 183, 2, 902, 181), (18, 184, 7, 903, 182),
        (34, 341, 1, 910, 0), (34, 342, 2, 901, 341),
    ]  # fmt: skip
    for policy, thing, kind, config, parent in objects:
        cells |= {
            f"5.1.1.2.{policy}.{thing}": number(config, GAUGE),
            f"5.1.1.3.{policy}.{thing}": number(kind),
            f"5.1.1.4.{policy}.{thing}": number(parent, GAUGE),
        }
    cells |= {"6.1.1.1.900": tlv(4, b"FKIP-MASUK"), "6.1.1.1.910": tlv(4, b"FKIP-KELUAR")}
    cells |= {"7.1.1.1.901": tlv(4, b"class-default"), "7.1.1.1.902": tlv(4, b"SUARA")}
    for policy, thing, octets, drops in ((18, 182, 2**40, 7), (18, 183, 5, 0), (34, 342, 77, 1)):
        cells |= {
            f"15.1.1.10.{policy}.{thing}": number(octets, COUNTER64),
            f"15.1.1.14.{policy}.{thing}": number(drops, COUNTER64),
        }
    return {oid(f"{QOS}.{key}"): value for key, value in cells.items()}


def read(make: type[GufoPoller | PysnmpPoller], table: dict[Oid, bytes]) -> Sample:
    with Agent(table) as agent, make(secrets(), ManualClock(AT)) as poller:
        first, again = (poller.sample([agent.target(timeout=20)], AT)["palsu"] for _ in range(2))
    assert isinstance(first, Sample), repr(first)
    assert first == again, "discovered and known"
    return first


@POLLERS
def test_classes_are_named_by_port_way_map_and_class(make: type[GufoPoller | PysnmpPoller]) -> None:
    found = read(make, ports("Gi1/0/1", "Gi1/0/2") | classes()).queues
    assert found == tuple(
        QueueSample(kind=SeriesKind.CLASS, name=named, index=index, in_octets=0, out_octets=octets, drops=drops)
        for named, index, octets, drops in (
            ("Gi1/0/1 in FKIP-MASUK class-default", 182, 2**40, 7),
            ("Gi1/0/1 in FKIP-MASUK SUARA", 183, 5, 0),
            ("Gi1/0/2 out FKIP-KELUAR class-default", 342, 77, 1),
        )
    )


@POLLERS
def test_a_class_with_counters_of_32_bits_is_marked(make: type[GufoPoller | PysnmpPoller]) -> None:
    table = ports("Gi1/0/1", "Gi1/0/2") | classes()
    for column in (10, 14):
        del table[oid(f"{QOS}.15.1.1.{column}.34.342")]
    table |= {
        oid(f"{QOS}.15.1.1.9.34.342"): number(99, COUNTER32),
        oid(f"{QOS}.15.1.1.13.34.342"): number(4, COUNTER32),
    }
    *wide, narrow = read(make, table).queues
    assert {each.bits for each in wide} == {64}
    assert (narrow.bits, narrow.out_octets, narrow.drops) == (32, 99, 4)


@POLLERS
@pytest.mark.parametrize("guests", [0, 1, 130])
def test_guests_are_counted_every_time(make: type[GufoPoller | PysnmpPoller], guests: int) -> None:
    router = ports("ether1") | {oid(f"{SYSTEM}.2.0"): name(oid("1.3.6.1.4.1.14988.1"))}

    def logged_in(count: int) -> dict[Oid, bytes]:
        return router | {oid(f"{MIKROTIK}.5.1.1.2.{each}"): number(1) for each in range(1, count + 1)}

    with Agent(logged_in(guests)) as agent, make(secrets(), ManualClock(AT)) as poller:
        counted = []
        for count in (guests, guests + 3, 0):
            agent.show(logged_in(count))
            result = poller.sample([agent.target(timeout=20)], AT)["palsu"]
            assert isinstance(result, Sample), repr(result)
            counted.append(result.guests)
    assert counted == [guests, guests + 3, 0]
