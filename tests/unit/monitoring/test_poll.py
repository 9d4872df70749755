"""The poller against agents that answer, stay silent, refuse, lose, double, and against strangers who answer for them."""

import asyncio
import itertools
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from lab_fakes import DictSecrets, FakeDevice, fake_spec, port, snmp_target
from pyasn1.codec.ber import decoder, encoder
from pysnmp.entity.engine import SnmpEngine
from pysnmp.hlapi.v3arch.asyncio import (
    CommunityData,
    ContextData,
    ObjectIdentity,
    ObjectType,
    UdpTransportTarget,
    bulk_cmd,
)
from pysnmp.proto import rfc1905
from pysnmp.proto.api import v2c

from netops.core.clock import ManualClock, SystemClock
from netops.core.errors import InputError, LoginRefused, Misbehaved, TimedOut, Unreachable
from netops.core.measured import Sample
from netops.core.model import Target
from netops.core.secret import SecretRef
from netops.lab.campus import Campus
from netops.monitoring import oids
from netops.monitoring.poll import PysnmpPoller

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def device() -> FakeDevice:
    return FakeDevice()


@pytest.fixture
def lab(device: FakeDevice) -> Iterator[Campus]:
    with Campus(fake_spec(device)) as campus:
        yield campus


def sample(target: Target, secrets: DictSecrets) -> Sample | Exception:
    return PysnmpPoller(secrets, ManualClock(AT)).sample([target], AT)[target.name]


def good(result: Sample | Exception) -> Sample:
    assert isinstance(result, Sample), repr(result)
    return result


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"snmp_version": "3", "snmp_auth": "SHA", "snmp_priv": "AES"},
        {"snmp_version": "3", "snmp_auth": "SHA-256", "snmp_priv": "AES"},
    ],
    ids=["v2c", "v3-sha", "v3-sha256"],
)
def test_a_sample_is_what_the_device_shows(lab: Campus, device: FakeDevice, options: dict[str, str]) -> None:
    device.ports = (port(1), port(7, "bridge-lan", oper_up=False, in_octets=2**63, speed=0))
    found = good(sample(*snmp_target(lab, "palsu", **options)))
    assert (found.device, found.at, found.uptime) == ("palsu", AT, 12345)
    first, second = found.interfaces
    assert (first.name, first.index, first.speed, first.up) == ("ether1", 1, 1_000_000_000, True)
    assert (first.in_octets, first.out_octets) == (5 * 2**32 + 1, 7 * 2**32 + 1)
    assert (second.name, second.in_octets, second.speed, second.up) == ("bridge-lan", 2**63, 0, False)


@pytest.mark.parametrize("cap", [1, 2, 4, 7, 100])
def test_an_agent_that_caps_getbulk_is_asked_again(lab: Campus, device: FakeDevice, cap: int) -> None:
    device.ports = tuple(port(index) for index in range(1, 61))
    lab.agents["palsu"].faults.bulk_variables = cap + 1  # and the uptime
    found = good(sample(*snmp_target(lab, "palsu", timeout=30)))
    assert [each.index for each in found.interfaces] == list(range(1, 61))
    assert [each.in_octets for each in found.interfaces] == [5 * 2**32 + index for index in range(1, 61)]


def test_a_lost_request_is_sent_again(lab: Campus) -> None:
    lab.agents["palsu"].faults.lose = 2
    good(sample(*snmp_target(lab, "palsu", timeout=4)))


def test_doubled_answers_change_nothing(lab: Campus) -> None:
    lab.agents["palsu"].faults.double = True
    assert len(good(sample(*snmp_target(lab, "palsu"))).interfaces) == 5


def test_an_answer_from_another_port_is_not_taken(lab: Campus) -> None:
    lab.agents["palsu"].faults.foreign = True
    assert isinstance(sample(*snmp_target(lab, "palsu", timeout=1)), TimedOut)


def test_a_wrong_community_gets_no_answer(lab: Campus) -> None:
    target, secrets = snmp_target(lab, "palsu", timeout=1)
    secrets.values["snmp/palsu/community"] = "tebakan"
    result = sample(target, secrets)
    assert isinstance(result, TimedOut)
    assert (result.device, result.step, result.may_have_written) == ("palsu", "snmp", False)
    assert "tebakan" not in result.describe("id") + result.describe("en")


@pytest.mark.parametrize("what", ["auth", "priv"])
def test_a_wrong_v3_passphrase_is_refused(lab: Campus, what: str) -> None:
    target, secrets = snmp_target(lab, "palsu", snmp_version="3", timeout=3)
    secrets.values[f"snmp/palsu/{what}"] = "bukan-yang-benar"
    assert isinstance(sample(target, secrets), LoginRefused)


def test_an_unknown_v3_user_is_refused(lab: Campus) -> None:
    target, secrets = snmp_target(lab, "palsu", snmp_version="3", timeout=3)
    assert isinstance(sample(replace(target, options={**target.options, "snmp_user": "siapa"}), secrets), LoginRefused)


def test_snmp_switched_off_is_silence(lab: Campus, device: FakeDevice) -> None:
    device.on = False
    assert isinstance(sample(*snmp_target(lab, "palsu", timeout=1)), TimedOut)


def test_a_closed_port_is_unreachable_at_once(lab: Campus) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))
        number = closed.getsockname()[1]
    began = time.monotonic()
    assert isinstance(sample(*snmp_target(lab, "palsu", snmp_port=number)), Unreachable)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("field", "value"),
    [("snmp_version", "1"), ("snmp_auth", "MD5"), ("snmp_priv", "DES"), ("snmp_user", ""), ("timeout", 0)],
)
def test_options_that_cannot_be_used_are_named(lab: Campus, field: str, value: str | int) -> None:
    target, secrets = snmp_target(lab, "palsu", snmp_version="3")
    result = sample(replace(target, options={**target.options, field: value}), secrets)
    assert isinstance(result, InputError)
    assert result.field == field


def test_a_restart_in_the_middle_is_no_sample(lab: Campus, device: FakeDevice) -> None:
    device.ports = tuple(port(index) for index in range(1, 200))

    class Restarting(FakeDevice):
        asked = 0

        def system(self) -> Any:
            self.asked += 1
            self.uptime = 500.0 if self.asked < 6 else 0.5
            return super().system()

    restarting = Restarting(name="ulang", ports=device.ports)
    with Campus(fake_spec(restarting)) as campus:
        result = sample(*snmp_target(campus, "ulang"))
    assert isinstance(result, Misbehaved)
    assert "dimulai ulang" in result.describe("id")


def test_a_dead_device_delays_nobody() -> None:
    devices = [FakeDevice(name=f"gw-{number}") for number in range(6)]
    with Campus(fake_spec(*devices)) as campus:
        pairs = [snmp_target(campus, each.name, timeout=2) for each in devices]
        campus.agents["gw-0"].faults.lose = 10**6
        secrets = DictSecrets({key: value for _, found in pairs for key, value in found.values.items()})
        began = time.monotonic()
        results = PysnmpPoller(secrets, SystemClock()).sample([target for target, _ in pairs], AT)
        passed = time.monotonic() - began
    assert isinstance(results["gw-0"], TimedOut)
    others = [good(results[f"gw-{number}"]) for number in range(1, 6)]
    assert all((each.at - AT).total_seconds() < 1.9 for each in others)
    assert passed < 4


def test_v3_users_of_one_name_with_different_keys(lab: Campus) -> None:
    devices = [FakeDevice(name=f"gw-{number}", uptime=number) for number in range(1, 4)]
    with Campus(fake_spec(*devices)) as campus:
        pairs = [snmp_target(campus, each.name, snmp_version="3") for each in devices]
        secrets = DictSecrets({key: value for _, found in pairs for key, value in found.values.items()})
        results = PysnmpPoller(secrets, ManualClock(AT)).sample([target for target, _ in pairs], AT)
    assert [good(results[f"gw-{number}"]).uptime for number in range(1, 4)] == [100, 200, 300]


class Forger:
    """Answers each request twice: first a forgery (from the asked port or another, with the id or another), then truly."""

    def __init__(self, *, own_port: bool, right_id: bool) -> None:
        self.own_port, self.right_id = own_port, right_id
        self.ids: list[int] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.stranger.bind(("127.0.0.1", 0))
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Forger":
        self.thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stopped.set()
        self.thread.join(5)
        self.socket.close()
        self.stranger.close()

    def _serve(self) -> None:
        while not self.stopped.is_set():
            try:
                data, who = self.socket.recvfrom(65535)
            except TimeoutError:
                continue
            message, _ = decoder.decode(data, asn1Spec=v2c.Message())
            request = v2c.apiMessage.get_pdu(message)
            self.ids.append(int(v2c.apiPDU.get_request_id(request)))
            forged = self._answer(message, request, 666, 0 if self.right_id else 1)
            (self.socket if self.own_port else self.stranger).sendto(forged, who)
            time.sleep(0.02)
            self.socket.sendto(self._answer(message, request, 1000, 0), who)

    def _answer(self, message: Any, request: Any, octets: int, shift: int) -> bytes:
        """One interface with that many octets; the end of the view to whoever asks on."""
        uptime, *asked = (tuple(name) for name, _ in v2c.apiPDU.get_varbinds(request))
        if all(name in oids.COLUMNS for name in asked):
            values = [((*name, 1), CELLS.get(name, v2c.Counter64(octets))) for name in asked]
        else:
            values = [(name, rfc1905.endOfMibView) for name in asked]
        found = [((*uptime, 0), v2c.TimeTicks(4242)), *values]
        pdu = v2c.GetResponsePDU()
        v2c.apiPDU.set_defaults(pdu)
        v2c.apiPDU.set_request_id(pdu, (int(v2c.apiPDU.get_request_id(request)) + shift) % 2**31)
        v2c.apiPDU.set_varbinds(pdu, [(v2c.ObjectIdentifier(name), value) for name, value in found])
        reply = v2c.Message()
        v2c.apiMessage.set_defaults(reply)
        v2c.apiMessage.set_community(reply, v2c.apiMessage.get_community(message))
        v2c.apiMessage.set_pdu(reply, pdu)
        return bytes(encoder.encode(reply))


CELLS = {
    oids.IF_DESCR: v2c.OctetString(b"ether1"),
    oids.IF_HIGH_SPEED: v2c.Gauge32(1000),
    oids.IF_OPER_STATUS: v2c.Integer(1),
}


def forged(forger: Forger) -> Sample:
    target = Target(
        name="palsu",
        host="127.0.0.1",
        platform="routeros",
        site="kampus",
        roles=("gateway",),
        username="",
        password=SecretRef("device/palsu"),
        options={"snmp_port": forger.socket.getsockname()[1], "timeout": 3},
        data={},
    )
    return good(sample(target, DictSecrets({"snmp/palsu/community": "umum"})))


def test_a_forged_answer_from_another_port_is_dropped() -> None:
    """pysnmp by itself takes it: it looks only at the request id (next test)."""
    with Forger(own_port=False, right_id=True) as forger:
        assert forged(forger).interfaces[0].in_octets == 1000


def test_pysnmp_by_itself_takes_a_strangers_answer() -> None:
    """The trap is real: the library's own call returns the forgery."""

    async def ask(number: int) -> int:
        engine = SnmpEngine()
        where = await UdpTransportTarget.create(("127.0.0.1", number), timeout=2, retries=0)
        asked = [ObjectType(ObjectIdentity(oid)) for oid in (oids.SYS_UPTIME, oids.IF_HC_IN_OCTETS)]
        _, _, _, found = await bulk_cmd(engine, CommunityData("umum"), where, ContextData(), 1, 1, *asked)
        engine.close_dispatcher()
        await asyncio.sleep(0.05)
        return int(found[1][1])

    with Forger(own_port=False, right_id=True) as forger:
        assert asyncio.run(ask(forger.socket.getsockname()[1])) == 666


def test_a_forged_answer_with_another_id_is_dropped() -> None:
    with Forger(own_port=True, right_id=False) as forger:
        assert forged(forger).interfaces[0].in_octets == 1000


def test_request_ids_cannot_be_guessed() -> None:
    with Forger(own_port=True, right_id=False) as forger:
        for _ in range(4):
            forged(forger)
    steps = {after - before for before, after in itertools.pairwise(forger.ids)}
    assert len(forger.ids) >= 8
    assert len(steps) == len(forger.ids) - 1
    assert not {1, -1, 0} & steps
    assert max(forger.ids) > 2**24
