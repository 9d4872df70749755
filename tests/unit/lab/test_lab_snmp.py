"""The agent on the wire, byte by byte: what it answers, where it stops, and when it says nothing."""

import asyncio
import socket
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_fakes import FakeDevice, fake_spec, port
from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto.api import v1, v2c
from pysnmp.proto.rfc1905 import EndOfMibView, NoSuchInstance, NoSuchObject

from netops.lab.campus import Campus
from netops.lab.mib import DIALECTS, Leaf, Oid, Snapshot, Syntax, short_name, snapshot
from netops.lab.view import LabQueue

SYS_DESCR = (1, 3, 6, 1, 2, 1, 1, 1, 0)
SYS_NAME = (1, 3, 6, 1, 2, 1, 1, 5, 0)
IF_TABLE = (1, 3, 6, 1, 2, 1, 2, 2, 1)
IF_X = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
QUEUE = (1, 3, 6, 1, 4, 1, 14988, 1, 1, 2, 1, 1)


@pytest.fixture
def device() -> FakeDevice:
    return FakeDevice()


@pytest.fixture
def lab(device: FakeDevice) -> Iterator[Campus]:
    with Campus(fake_spec(device)) as campus:
        yield campus


def ask(
    lab: Campus, pdu: Any, oids: Sequence[Oid], *, community: str | None = None, api: Any = v2c, seconds: float = 2.0
) -> Any:
    """Send one request by hand; the answered PDU, or None when nobody answers."""
    agent = lab.agents["palsu"]
    api.apiPDU.set_request_id(pdu, 77)
    api.apiPDU.set_varbinds(pdu, [(api.ObjectIdentifier(oid), api.null) for oid in oids])
    message = api.Message()
    api.apiMessage.set_defaults(message)
    api.apiMessage.set_community(message, agent.access.community if community is None else community)
    api.apiMessage.set_pdu(message, pdu)
    data = encoder.encode(message)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(seconds)
        sock.sendto(data, ("127.0.0.1", agent.port))
        try:
            reply, _ = sock.recvfrom(65535)
        except TimeoutError:
            return None
    assert len(reply) <= 1500
    answered, _ = decoder.decode(reply, asn1Spec=api.Message())
    found = api.apiMessage.get_pdu(answered)
    assert int(api.apiPDU.get_request_id(found)) == 77
    return found


def values(pdu: Any) -> list[tuple[Oid, Any]]:
    return [(tuple(name), value) for name, value in v2c.apiPDU.get_varbinds(pdu)]


def request(kind: Any) -> Any:
    pdu = kind()
    v2c.apiPDU.set_defaults(pdu)
    return pdu


def bulk(single: int, repetitions: int) -> Any:
    pdu = v2c.GetBulkRequestPDU()
    v2c.apiBulkPDU.set_defaults(pdu)
    v2c.apiBulkPDU.set_non_repeaters(pdu, single)
    v2c.apiBulkPDU.set_max_repetitions(pdu, repetitions)
    return pdu


def test_get_answers_from_the_device_at_that_moment(lab: Campus, device: FakeDevice) -> None:
    first = values(ask(lab, request(v2c.GetRequestPDU), [SYS_DESCR, SYS_NAME]))
    assert [bytes(value) for _, value in first] == [b"RouterOS RB5009", b"palsu"]
    device.name = "berganti"
    assert bytes(values(ask(lab, request(v2c.GetRequestPDU), [SYS_NAME]))[0][1]) == b"berganti"


def test_what_is_not_there_says_how(lab: Campus) -> None:
    oids = [(*IF_TABLE, 2, 99), (1, 3, 6, 1, 9, 9, 9, 0), SYS_DESCR[:-1]]
    kinds = [type(value) for _, value in values(ask(lab, request(v2c.GetRequestPDU), oids))]
    assert kinds == [NoSuchInstance, NoSuchObject, NoSuchInstance]


def test_getnext_goes_from_column_to_column_and_ends(lab: Campus) -> None:
    found = values(ask(lab, request(v2c.GetNextRequestPDU), [(*IF_TABLE, 1, 5), (1, 3, 6, 1, 5)]))
    assert found[0][0] == (*IF_TABLE, 2, 1)
    assert isinstance(found[1][1], EndOfMibView)


def test_32_bit_counters_wrap_where_64_bit_ones_go_on(lab: Campus, device: FakeDevice) -> None:
    device.ports = (port(1, in_octets=2**32 + 7, out_octets=2**40),)
    oids = [(*IF_TABLE, 10, 1), (*IF_X, 6, 1), (*IF_TABLE, 16, 1), (*IF_X, 10, 1)]
    found = values(ask(lab, request(v2c.GetRequestPDU), oids))
    assert [int(value) for _, value in found] == [7, 2**32 + 7, 0, 2**40]
    assert [value.__class__.__name__ for _, value in found] == ["Counter32", "Counter64", "Counter32", "Counter64"]


def test_getbulk_has_singles_first_and_then_rows(lab: Campus) -> None:
    found = values(ask(lab, bulk(1, 3), [SYS_DESCR[:-1], (*IF_TABLE, 2), (*IF_X, 6)]))
    assert [name for name, _ in found] == [
        SYS_DESCR,
        *((*table, index) for index in (1, 2, 3) for table in ((*IF_TABLE, 2), (*IF_X, 6))),
    ]


def test_getbulk_stops_at_the_agents_limit_in_the_middle_of_a_row(lab: Campus) -> None:
    lab.agents["palsu"].faults.bulk_variables = 5
    assert len(values(ask(lab, bulk(0, 50), [(*IF_TABLE, 2), (*IF_X, 6)]))) == 5


def test_getbulk_never_outgrows_a_datagram(lab: Campus, device: FakeDevice) -> None:
    device.ports = tuple(port(index, f"jalur-{index}-" + "x" * 100) for index in range(1, 100))
    found = values(ask(lab, bulk(0, 100), [(*IF_TABLE, 2)]))
    assert 5 <= len(found) < 15


@pytest.mark.parametrize(("single", "repetitions", "answered"), [(0, 0, 0), (5, 5, 1), (0, 2**31 - 1, 100)])
def test_odd_getbulk_numbers_do_no_harm(lab: Campus, single: int, repetitions: int, answered: int) -> None:
    found = values(ask(lab, bulk(single, repetitions), [SYS_DESCR[:-1]]))
    assert len(found) == answered or (answered == 100 and 30 < len(found) <= 100)


def test_set_is_refused(lab: Campus) -> None:
    assert int(v2c.apiPDU.get_error_status(ask(lab, request(v2c.SetRequestPDU), [SYS_NAME]))) == 6


def test_silence(lab: Campus, device: FakeDevice) -> None:
    get = v2c.GetRequestPDU
    assert ask(lab, request(get), [SYS_NAME]) is not None
    assert ask(lab, request(get), [SYS_NAME], community="public", seconds=0.3) is None
    old = v1.GetRequestPDU()
    v1.apiPDU.set_defaults(old)
    assert ask(lab, old, [SYS_NAME], api=v1, seconds=0.3) is None
    device.on = False
    assert ask(lab, request(get), [SYS_NAME], seconds=0.3) is None


@pytest.mark.parametrize("data", [b"", b"\0", b"\x30\x82\xff\xff", b"x" * 1400, bytes(range(256))])
def test_rubbish_is_dropped_and_the_agent_lives(lab: Campus, data: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.sendto(data, ("127.0.0.1", lab.agents["palsu"].port))
    assert ask(lab, request(v2c.GetRequestPDU), [SYS_NAME]) is not None


def test_simple_queues_as_the_mikrotik_mib_has_them(lab: Campus, device: FakeDevice) -> None:
    device.shaped = (
        LabQueue(
            index=0x15,
            name="Rektorat",
            source="10.20.0.0",
            source_mask="255.255.255.192",
            up_bytes=2**33,
            down_bytes=2**34,
            up_dropped=3,
            down_dropped=4,
        ),
    )
    oids = [(*QUEUE, column, 21) for column in (2, 3, 4, 8, 9, 10, 11, 14, 15)]
    found = [value for _, value in values(ask(lab, request(v2c.GetRequestPDU), oids))]
    assert bytes(found[0]) == b"Rektorat"
    assert [value.prettyPrint() for value in found[1:3]] == ["10.20.0.0", "255.255.255.192"]
    assert [int(value) for value in found[3:]] == [2**33, 2**34, 0, 0, 3, 4]
    assert found[3].__class__.__name__ == "Counter64"


def test_a_switch_has_short_names_and_no_mikrotik_tables() -> None:
    switch = FakeDevice(platform="ios", ports=(port(10101, "GigabitEthernet1/0/1", oper_up=False),))
    shown = snapshot(switch)
    assert shown.get((*IF_TABLE, 2, 10101)) == Leaf((*IF_TABLE, 2, 10101), Syntax.STRING, b"GigabitEthernet1/0/1")
    assert shown.get((*IF_X, 1, 10101)) == Leaf((*IF_X, 1, 10101), Syntax.STRING, b"Gi1/0/1")
    speed = shown.get((*IF_X, 15, 10101))
    assert speed is not None
    assert speed.value == 1000  # a Catalyst keeps the nominal speed of a port without link, RouterOS shows 0
    assert shown.after((1, 3, 6, 1, 4, 1, 10)) is None
    assert short_name("Vlan10", DIALECTS["ios"]) == "Vl10"


def test_routeros_shows_no_speed_without_link() -> None:
    down = snapshot(FakeDevice(ports=(port(1, oper_up=False),))).get((*IF_X, 15, 1))
    assert down is not None
    assert down.value == 0


@given(st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=4).map(tuple), unique=True), st.data())
def test_a_snapshot_walks_in_order_and_misses_nothing(oids: list[Oid], data: st.DataObject) -> None:
    shown = Snapshot([Leaf(oid, Syntax.INTEGER, 0) for oid in oids])
    walked, at = [], shown.after(())
    while at is not None:
        walked.append(at.oid)
        at = shown.after(at.oid)
    assert walked == sorted(oids)
    probe = data.draw(st.lists(st.integers(0, 4), max_size=4).map(tuple))
    assert (shown.get(probe) is not None) == (probe in oids)


def test_two_agents_have_two_engines() -> None:
    with Campus(fake_spec(FakeDevice(name="a"), FakeDevice(name="b"))) as campus:

        async def engine(name: str) -> bytes:
            await asyncio.sleep(0)
            return bytes(campus.agents[name].engine_id)

        one, two = campus.call(lambda: engine("a")), campus.call(lambda: engine("b"))
    assert one != two
    assert one[:5] == two[:5] == bytes.fromhex("80003a8c05")
