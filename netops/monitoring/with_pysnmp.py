"""The complete poller, on pysnmp: SNMP v2c and v3 (authPriv); never writes, never takes a stranger's answer.

It is the one for v3, whose answers pysnmp authenticates, and for everything where gufo-snmp is not installed. About ten
times the processor time of `with_gufo`.
"""

import asyncio
import secrets as random_numbers
import socket
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct, field
from pyasn1.error import PyAsn1Error
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.carrier.asyncio.dispatch import AsyncioDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.error import PySnmpError
from pysnmp.proto import errind
from pysnmp.proto.api import v2c
from pysnmp.proto.error import StatusInformation
from pysnmp.proto.rfc1905 import EndOfMibView, NoSuchInstance, NoSuchObject

from netops.core.clock import Clock
from netops.core.errors import DeviceError, NetopsError
from netops.core.measured import Sample
from netops.core.model import Target
from netops.core.secret import SecretSource
from netops.monitoring import login
from netops.monitoring.asking import (
    REPETITIONS,
    Get,
    Plain,
    Rows,
    Talk,
    Walk,
    misbehaved,
    refused,
    timed_out,
    undecodable,
    unreachable,
)
from netops.monitoring.descriptors import room
from netops.monitoring.engines import new_engine
from netops.monitoring.oids import Oid
from netops.monitoring.plan import Memory
from netops.monitoring.reading import talk

SIDE_BY_SIDE = 256
RECEIVE_BUFFER = 1 << 20
AUTH = {"SHA": config.USM_AUTH_HMAC96_SHA, "SHA-256": config.USM_AUTH_HMAC192_SHA256}
PRIV = {"AES": config.USM_PRIV_CFB128_AES}
V2C, V3 = 1, 3  # message processing models, RFC 3411
V2C_SECURITY, USM = 2, 3
NO_AUTH, AUTH_PRIV = 1, 3
NO_ACCESS, AUTHORIZATION = 6, 16  # error-status, RFC 3416
SEQUENCE = 0x30
DISCOVERY = (errind.unknownEngineID, errind.notInTimeWindow)
REFUSALS = (
    errind.wrongDigest,
    errind.authenticationFailure,
    errind.authenticationError,
    errind.unknownUserName,
    errind.unknownSecurityName,
    errind.unsupportedSecurityLevel,
    errind.decryptionError,
)


class _Known(Struct):
    """What is remembered of a device between rounds: how it is spoken to, and what it has."""

    target: Target
    memory: Memory = field(default_factory=Memory)
    way: "_Way | None" = None


class PysnmpPoller:
    """A `Poller`; kept open (`with`), it remembers engines, keys and rows. Without that a `sample` leaves nothing open."""

    def __init__(self, secrets: SecretSource, clock: Clock) -> None:
        self._secrets, self._clock = secrets, clock
        self._runner: asyncio.Runner | None = None
        self._engines: _Engines | None = None
        self._known: dict[str, _Known] = {}

    def __enter__(self) -> "PysnmpPoller":
        self._runner = asyncio.Runner()
        self._engines = _Engines(self._secrets)
        return self

    def __exit__(self, *exc: object) -> None:
        assert self._runner is not None and self._engines is not None
        self._runner.run(self._engines.close())
        self._runner.close()
        self._runner = self._engines = None
        self._known.clear()

    def sample(self, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        """One reading each; `Sample.at` is `at` plus the time that passed until the device had answered.

        Instead of a sample: `Unreachable` (port closed, name unknown), `TimedOut` (no complete answer within option
        `timeout`, seconds; a wrong community looks the same), `LoginRefused` (v3), `Misbehaved`, `InputError` (options).
        """
        if self._runner is None:
            with self:
                return self.sample(targets, at)
        return self._runner.run(self._all(targets, at))

    async def _all(self, targets: Sequence[Target], at: datetime) -> dict[str, Sample | Exception]:
        started = self._clock.monotonic()
        turn = asyncio.Semaphore(room(min(SIDE_BY_SIDE, len(targets))) if targets else 1)

        def stamp() -> datetime:
            return at + timedelta(seconds=self._clock.monotonic() - started)

        async def one(target: Target) -> Sample | Exception:
            async with turn:
                known = self._known.get(target.name)
                if known is None or known.target != target:
                    known = self._known[target.name] = _Known(target)
                try:
                    return await self._read(known, stamp)
                except NetopsError as error:
                    self._known.pop(target.name, None)
                    return error

        results = await asyncio.gather(*(one(target) for target in targets))
        return {target.name: result for target, result in zip(targets, results, strict=True)}

    async def _read(self, known: _Known, stamp: Callable[[], datetime]) -> Sample:
        """A reading within the target's deadline."""
        target = known.target
        seconds = login.deadline(target)
        assert self._engines is not None
        if known.way is None:
            known.way = self._engines.way(target)
        session: _Session | None = None
        try:
            async with asyncio.timeout(seconds):
                session = await _Session.open(target, known.way, retry=min(1.0, seconds / 4))
                return await _converse(session, talk(target.name, known.memory, self._clock.monotonic, stamp))
        except TimeoutError as exc:
            if session is not None and session.wire.rubbish:
                raise undecodable(target.name) from exc
            raise timed_out(target, seconds) from exc
        finally:
            if session is not None:
                session.close()


async def _converse(session: "_Session", talking: Talk) -> Sample:
    answer: object = None
    try:
        while True:
            ask = talking.send(answer)
            answer = await (_get(session, ask) if isinstance(ask, Get) else _walk(session, ask))
    except StopIteration as end:
        sample: Sample = end.value
        return sample
    finally:
        talking.close()


async def _get(session: "_Session", ask: Get) -> dict[Oid, Plain]:
    status, found = await session.ask(lambda: _pdu(v2c.GetRequestPDU, ask.oids))
    return {} if status else {name: value for name, value in found if value is not None}


async def _walk(session: "_Session", ask: Walk) -> Rows:
    kind = v2c.GetNextRequestPDU if ask.single else v2c.GetBulkRequestPDU
    status, found = await session.ask(lambda: _pdu(kind, (ask.after,)))
    if status:
        return Rows((), False)
    below = f"{ask.column}."
    for number, (name, value) in enumerate(found):
        if value is None or not name.startswith(below):
            return Rows(found[:number], True)
    return Rows(found, False)


class _Way(Struct, frozen=True, kw_only=True):
    """How a device is spoken to: its engine, and model, security model, name and level as RFC 3411 numbers them."""

    engine: SnmpEngine
    domain: tuple[int, ...]
    security: tuple[int, int, Any, int]


class _Engines:
    """One engine for all communities; one for each v3 device, because its table of users goes by name alone."""

    def __init__(self, source: SecretSource) -> None:
        self._source = source
        self._engines: list[SnmpEngine] = []
        self._shared: SnmpEngine | None = None
        self._communities: dict[str, str] = {}
        self._ways = 0

    def way(self, target: Target) -> _Way:
        version = login.version(target)
        self._ways += 1
        domain = (*udp.DOMAIN_NAME, self._ways)
        engine, security = self._community(target) if version == "2c" else self._user(target)
        return _Way(engine=engine, domain=domain, security=security)

    async def close(self) -> None:
        for engine in self._engines:
            engine.close_dispatcher()
        await asyncio.sleep(0)

    def _community(self, target: Target) -> tuple[SnmpEngine, tuple[int, int, Any, int]]:
        if self._shared is None:
            self._shared = self._engine()
        community = login.secret(self._source, target, "community")
        if community not in self._communities:
            self._communities[community] = f"reader-{len(self._communities)}"
            config.add_v1_system(self._shared, self._communities[community], community)
        return self._shared, (V2C, V2C_SECURITY, v2c.OctetString(self._communities[community]), NO_AUTH)

    def _user(self, target: Target) -> tuple[SnmpEngine, tuple[int, int, Any, int]]:
        user = login.user(target)
        keys = (login.secret(self._source, target, "auth"), login.secret(self._source, target, "priv"))
        engine = self._engine()
        config.add_v3_user(engine, user.name, AUTH[user.auth], keys[0], PRIV[user.priv], keys[1])
        return engine, (V3, USM, v2c.OctetString(user.name), AUTH_PRIV)

    def _engine(self) -> SnmpEngine:
        engine = new_engine()
        for number in (V2C, V3):
            # pysnmp numbers messages one after the other; a stranger must not guess them (31 bits, RFC 3412).
            engine.message_processing_subsystems[number]._cache.new_message_id = _fresh_id
        engine.register_transport_dispatcher(AsyncioDispatcher(loop=asyncio.get_running_loop()))
        self._engines.append(engine)
        return engine


class _Session(Struct):
    """One device's socket. It is connected: the kernel drops what comes from another address or port."""

    target: Target
    way: _Way
    wire: "_Wire"
    retry: float

    @classmethod
    async def open(cls, target: Target, way: _Way, retry: float) -> "_Session":
        loop = asyncio.get_running_loop()
        wire = _Wire(loop)
        address = (target.host, login.port(target))
        try:
            await loop.create_datagram_endpoint(lambda: wire, remote_addr=address)
        except OSError as exc:
            raise unreachable(target, exc) from exc
        wire.widen()
        config.add_transport(way.engine, way.domain, wire)
        return cls(target=target, way=way, wire=wire, retry=retry)

    def close(self) -> None:
        self.way.engine.transport_dispatcher.unregister_transport(self.way.domain)
        self.wire.close_transport()

    async def ask(self, make: Callable[[], Any]) -> tuple[int, list[tuple[Oid, Plain]]]:
        """One request, sent anew after `retry` seconds, then twice that and so on; error-status and variables.

        Raises `LoginRefused`, `Misbehaved`, `Unreachable`; the caller holds the deadline.
        """
        discoveries, pause = 0, self.retry
        while True:
            answer: asyncio.Future[tuple[object, Any]] = asyncio.get_running_loop().create_future()
            self.wire.waiting = answer
            self._send(make(), answer)
            try:
                problem, pdu = await asyncio.wait_for(answer, pause)
            except TimeoutError:
                pause *= 2
                continue
            except OSError as exc:
                raise unreachable(self.target, exc) from exc
            if problem in DISCOVERY and discoveries < 3:
                discoveries += 1
            elif problem == errind.requestTimedOut:
                continue
            elif problem is not None:
                raise self._problem(problem)
            else:
                status = int(v2c.apiPDU.get_error_status(pdu))
                if status in (NO_ACCESS, AUTHORIZATION):
                    raise refused(self.target, f"error-status {status}")
                return status, _plain(self.target, pdu)

    def _problem(self, problem: object) -> DeviceError:
        if any(problem == refusal for refusal in REFUSALS):
            return refused(self.target, str(problem))
        return misbehaved(self.target.name, str(problem), str(problem))

    def _send(self, pdu: Any, answer: "asyncio.Future[tuple[object, Any]]") -> None:
        def answered(*received: Any) -> None:
            reply, status = received[8], received[9]
            problem = status["errorIndication"] if status else None
            if problem is None and v2c.apiPDU.get_request_id(reply) != v2c.apiPDU.get_request_id(pdu):
                return
            if not answer.done():
                answer.set_result((problem, reply))

        engine = self.way.engine
        timeout = 1_000_000  # in ticks: never; the deadline is ours
        where = (self.way.domain, self.wire.peer())
        try:
            engine.message_dispatcher.send_pdu(
                engine, *where, *self.way.security, None, b"", 1, pdu, True, timeout, answered, None
            )
        except StatusInformation as exc:
            raise self._problem(exc["errorIndication"]) from exc


class _Wire(udp.UdpAsyncioTransport):  # type: ignore[misc]  # pysnmp has no types
    """A connected UDP socket; what cannot be decoded is dropped, a refusal by the host ends the wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop=loop)
        self.waiting: asyncio.Future[tuple[object, Any]] | None = None
        self.rubbish = False

    def widen(self) -> None:
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)

    def peer(self) -> object:
        """The address as answers carry it: pysnmp finds a discovered engine by it."""
        return self.transport.get_extra_info("peername")

    def datagram_received(self, datagram: bytes, transportAddress: object) -> None:
        if self._callback_function is None:
            return
        if not _whole(datagram):
            self.rubbish = True
            return
        try:
            self._callback_function(self, transportAddress, datagram)
        except (PySnmpError, PyAsn1Error):
            self.rubbish = True

    def send_message(self, outgoingMessage: bytes, transportAddress: object) -> None:
        self.transport.sendto(outgoingMessage)

    def error_received(self, exc: Exception) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(exc)


def _whole(datagram: bytes) -> bool:
    """Whether a datagram is one SEQUENCE from end to end; pysnmp says nothing of what it cannot read."""
    if len(datagram) < 2 or datagram[0] != SEQUENCE:
        return False
    size, at = datagram[1], 2
    if size & 128:
        at += size & 127
        size = int.from_bytes(datagram[2:at], "big")
    return len(datagram) == at + size


def _fresh_id() -> int:
    return random_numbers.randbelow(2**31 - 2) + 1


def _pdu(kind: Any, names: Sequence[Oid]) -> Any:
    pdu = kind()
    if kind is v2c.GetBulkRequestPDU:
        v2c.apiBulkPDU.set_defaults(pdu)
        v2c.apiBulkPDU.set_non_repeaters(pdu, 0)
        v2c.apiBulkPDU.set_max_repetitions(pdu, REPETITIONS)
    else:
        v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_request_id(pdu, _fresh_id())
    v2c.apiPDU.set_varbinds(pdu, [(v2c.ObjectIdentifier(name), v2c.null) for name in names])
    return pdu


def _plain(target: Target, pdu: Any) -> list[tuple[Oid, Plain]]:
    """Names and values as Python has them; None for what the agent does not have."""
    found: list[tuple[Oid, Plain]] = []
    for name, value in v2c.apiPDU.get_varbinds(pdu):
        plain: Plain
        if isinstance(value, EndOfMibView | NoSuchObject | NoSuchInstance | v2c.Null):
            plain = None
        elif isinstance(value, v2c.IpAddress):
            plain = ".".join(map(str, bytes(value)))
        elif isinstance(value, v2c.OctetString):
            plain = bytes(value)
        elif isinstance(value, v2c.ObjectIdentifier):
            plain = str(value)
        else:
            try:
                plain = int(value)
            except (TypeError, ValueError, PyAsn1Error) as exc:
                raise misbehaved(target.name, "tipe nilai lain", "a value of another type") from exc
        found.append((str(name), plain))
    return found
