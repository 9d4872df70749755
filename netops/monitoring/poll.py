"""Reads interfaces of devices by SNMP v2c and v3 (authPriv), side by side; never writes, never takes a stranger's answer."""

import asyncio
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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
from netops.core.errors import DeviceError, InputError, LoginRefused, NetopsError, TimedOut, Unreachable
from netops.core.measured import Sample
from netops.core.model import Target
from netops.core.secret import SecretRef, SecretSource
from netops.core.text import Text
from netops.monitoring import oids
from netops.monitoring.oids import Oid
from netops.monitoring.table import STEP, Columns, Plain, misbehaved

SIDE_BY_SIDE = 64
DEADLINE_SECONDS = 10
REPETITIONS = 10
RECEIVE_BUFFER = 1 << 20
AUTH = {"SHA": config.USM_AUTH_HMAC96_SHA, "SHA-256": config.USM_AUTH_HMAC192_SHA256}
PRIV = {"AES": config.USM_PRIV_CFB128_AES}
V2C, V3 = 1, 3  # message processing models, RFC 3411
V2C_SECURITY, USM = 2, 3
NO_AUTH, AUTH_PRIV = 1, 3
TOO_BIG, NO_ACCESS, AUTHORIZATION = 1, 6, 16  # error-status, RFC 3416
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


@dataclass(frozen=True, slots=True)
class PysnmpPoller:
    """A `Poller` on pysnmp. Every `sample` has an event loop of its own and leaves nothing open."""

    secrets: SecretSource
    clock: Clock

    def __enter__(self) -> "PysnmpPoller":
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def sample(self, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        """One reading each; `Sample.at` is `at` plus the time that passed until the device had answered.

        Instead of a sample: `Unreachable` (port closed, name unknown), `TimedOut` (no complete answer within option
        `timeout`, seconds; a wrong community looks the same), `LoginRefused` (v3), `Misbehaved`, `InputError` (options).
        """
        started = self.clock.monotonic()
        return asyncio.run(self._all(targets, at, started))

    async def _all(self, targets: Sequence[Target], at: datetime, started: float) -> dict[str, Sample | Exception]:
        turn = asyncio.Semaphore(SIDE_BY_SIDE)
        engines = _Engines(self.secrets)

        async def one(target: Target) -> Sample | Exception:
            async with turn:
                try:
                    uptime, columns = await _read(target, engines)
                    elapsed = timedelta(seconds=self.clock.monotonic() - started)
                    return Sample(
                        device=target.name,
                        at=at + elapsed,
                        uptime=uptime,
                        interfaces=columns.interfaces(),
                        cpu=columns.cpu(),
                    )
                except NetopsError as error:
                    return error

        try:
            results = await asyncio.gather(*(one(target) for target in targets))
        finally:
            await engines.close()
        return {target.name: result for target, result in zip(targets, results, strict=True)}


async def _read(target: Target, engines: "_Engines") -> tuple[int, Columns]:
    """Uptime of the first answer and all interface columns, within the target's deadline."""
    seconds = _number(target, "timeout", DEADLINE_SECONDS)
    columns = Columns(target.name, oids.COLUMNS)
    way = engines.way(target)
    try:
        async with asyncio.timeout(seconds):
            session = await _Session.open(target, way, retry=min(1.0, seconds / 4))
            try:
                return await _walk(session, columns), columns
            finally:
                session.close()
    except TimeoutError as exc:
        raise _timed_out(target, seconds) from exc


async def _walk(session: "_Session", columns: Columns) -> int:
    """Each GETBULK also carries sysUpTime: when it goes back, the agent restarted and the counters do not belong together."""
    device, repetitions = session.target.name, REPETITIONS
    first: int | None = None
    last = 0
    while asked := columns.asked():
        status, answer = await session.bulk((oids.SYS_UPTIME,), asked, repetitions)
        if status == TOO_BIG and repetitions > 1:
            repetitions //= 2
            continue
        if status in (NO_ACCESS, AUTHORIZATION):
            raise _refused(session.target, f"error-status {status}")
        if status or not answer:
            raise misbehaved(device, Text(id=f"error-status {status}", en=f"error-status {status}"))
        name, uptime = answer[0]
        if name != (*oids.SYS_UPTIME, 0) or not isinstance(uptime, int):
            raise misbehaved(device, Text(id="tanpa sysUpTime", en="no sysUpTime"))
        if uptime < last:
            raise misbehaved(device, Text(id="agen dimulai ulang saat dibaca", en="the agent restarted meanwhile"))
        first, last = uptime if first is None else first, uptime
        columns.accept(answer[1:])
    assert first is not None
    return first


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """How a device is spoken to: its engine, and model, security model, name and level as RFC 3411 numbers them."""

    engine: SnmpEngine
    domain: Oid
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
        version = str(target.options.get("snmp_version", "2c"))
        if version not in ("2c", "3"):
            raise _bad_option(target, "snmp_version", ("2c", "3"))
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
        community = _secret(self._source, target, "community")
        if community not in self._communities:
            self._communities[community] = f"reader-{len(self._communities)}"
            config.add_v1_system(self._shared, self._communities[community], community)
        return self._shared, (V2C, V2C_SECURITY, v2c.OctetString(self._communities[community]), NO_AUTH)

    def _user(self, target: Target) -> tuple[SnmpEngine, tuple[int, int, Any, int]]:
        user = str(target.options.get("snmp_user", ""))
        auth, priv = str(target.options.get("snmp_auth", "SHA")), str(target.options.get("snmp_priv", "AES"))
        if not user:
            raise _bad_option(target, "snmp_user", ())
        if auth not in AUTH:
            raise _bad_option(target, "snmp_auth", tuple(AUTH))
        if priv not in PRIV:
            raise _bad_option(target, "snmp_priv", tuple(PRIV))
        keys = (_secret(self._source, target, "auth"), _secret(self._source, target, "priv"))
        engine = self._engine()
        config.add_v3_user(engine, user, AUTH[auth], keys[0], PRIV[priv], keys[1])
        return engine, (V3, USM, v2c.OctetString(user), AUTH_PRIV)

    def _engine(self) -> SnmpEngine:
        engine = SnmpEngine()
        for number in (V2C, V3):
            # pysnmp numbers messages one after the other; a stranger must not guess them (31 bits, RFC 3412).
            engine.message_processing_subsystems[number]._cache.new_message_id = _fresh_id
        engine.register_transport_dispatcher(AsyncioDispatcher(loop=asyncio.get_running_loop()))
        self._engines.append(engine)
        return engine


@dataclass(slots=True)
class _Session:
    """One device's socket. It is connected: the kernel drops what comes from another address or port."""

    target: Target
    way: _Way
    wire: "_Wire"
    retry: float

    @classmethod
    async def open(cls, target: Target, way: _Way, retry: float) -> "_Session":
        loop = asyncio.get_running_loop()
        wire = _Wire(loop)
        address = (target.host, _number(target, "snmp_port", 161))
        try:
            await loop.create_datagram_endpoint(lambda: wire, remote_addr=address)
        except OSError as exc:
            raise _unreachable(target, exc) from exc
        wire.widen()
        config.add_transport(way.engine, way.domain, wire)
        return cls(target=target, way=way, wire=wire, retry=retry)

    def close(self) -> None:
        self.way.engine.transport_dispatcher.unregister_transport(self.way.domain)
        self.wire.close_transport()

    async def bulk(
        self, single: Sequence[Oid], repeated: Sequence[Oid], repetitions: int
    ) -> tuple[int, list[tuple[Oid, Plain]]]:
        """One GETBULK, sent again every `retry` seconds until an answer comes; error-status and variables.

        Raises `LoginRefused`, `Misbehaved`, `Unreachable`; the caller holds the deadline.
        """
        discoveries = 0
        while True:
            answer: asyncio.Future[tuple[object, Any]] = asyncio.get_running_loop().create_future()
            self.wire.waiting = answer
            self._send(_pdu(single, repeated, repetitions), answer)
            try:
                problem, pdu = await asyncio.wait_for(answer, self.retry)
            except TimeoutError:
                continue
            except OSError as exc:
                raise _unreachable(self.target, exc) from exc
            if problem in DISCOVERY and discoveries < 3:
                discoveries += 1
            elif problem == errind.requestTimedOut:
                continue
            elif problem is not None:
                raise self._problem(problem)
            else:
                return int(v2c.apiPDU.get_error_status(pdu)), _plain(self.target, pdu)

    def _problem(self, problem: object) -> DeviceError:
        if any(problem == refusal for refusal in REFUSALS):
            return _refused(self.target, str(problem))
        return misbehaved(self.target.name, Text(id=str(problem), en=str(problem)))

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

    def widen(self) -> None:
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)

    def peer(self) -> object:
        """The address as answers carry it: pysnmp finds a discovered engine by it."""
        return self.transport.get_extra_info("peername")

    def datagram_received(self, datagram: bytes, transportAddress: object) -> None:
        if self._callback_function is None:
            return
        try:
            self._callback_function(self, transportAddress, datagram)
        except (PySnmpError, PyAsn1Error):
            return

    def send_message(self, outgoingMessage: bytes, transportAddress: object) -> None:
        self.transport.sendto(outgoingMessage)

    def error_received(self, exc: Exception) -> None:
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(exc)


def _secret(source: SecretSource, target: Target, what: str) -> str:
    return source.get(SecretRef(f"snmp/{target.name}/{what}")).reveal()


def _fresh_id() -> int:
    return secrets.randbelow(2**31 - 2) + 1


def _pdu(single: Sequence[Oid], repeated: Sequence[Oid], repetitions: int) -> Any:
    pdu = v2c.GetBulkRequestPDU()
    v2c.apiBulkPDU.set_defaults(pdu)
    v2c.apiBulkPDU.set_request_id(pdu, _fresh_id())
    v2c.apiBulkPDU.set_non_repeaters(pdu, len(single))
    v2c.apiBulkPDU.set_max_repetitions(pdu, repetitions)
    v2c.apiBulkPDU.set_varbinds(pdu, [(v2c.ObjectIdentifier(oid), v2c.null) for oid in (*single, *repeated)])
    return pdu


def _plain(target: Target, pdu: Any) -> list[tuple[Oid, Plain]]:
    found: list[tuple[Oid, Plain]] = []
    for name, value in v2c.apiPDU.get_varbinds(pdu):
        plain: Plain
        if isinstance(value, EndOfMibView | NoSuchObject | NoSuchInstance):
            plain = None
        elif isinstance(value, v2c.OctetString):
            plain = bytes(value)
        elif isinstance(value, v2c.ObjectIdentifier):
            plain = str(value).encode()  # what lies behind a column's end may be of any type
        else:
            try:
                plain = int(value)
            except (TypeError, ValueError, PyAsn1Error) as exc:
                raise misbehaved(target.name, Text(id="tipe nilai lain", en="a value of another type")) from exc
        found.append((tuple(name), plain))
    return found


def _number(target: Target, key: str, default: int) -> int:
    value = target.options.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise _bad_option(target, key, ("1 …",))
    return value


def _bad_option(target: Target, key: str, allowed: Sequence[str]) -> InputError:
    words = ", ".join(allowed)
    return InputError(
        Text(id=f"{target.name}: isi {key} tidak dapat dipakai", en=f"{target.name}: {key} cannot be used"),
        Text(id=f"pilihan: {words}", en=f"choose from: {words}") if words else None,
        path="inventory/hosts.yaml",
        field=key,
    )


def _timed_out(target: Target, seconds: int) -> TimedOut:
    return TimedOut(
        Text(id=f"tidak ada jawaban SNMP lengkap dalam {seconds} s", en=f"no complete SNMP answer within {seconds} s"),
        Text(
            id="periksa apakah SNMP aktif, community benar, dan UDP tidak diblokir; community yang salah tidak dijawab",
            en="check that SNMP is on, the community right and UDP not blocked; a wrong community gets no answer",
        ),
        **_place(target),
    )


def _unreachable(target: Target, exc: OSError) -> Unreachable:
    return Unreachable(
        Text(id=f"SNMP tidak terjangkau ({exc})", en=f"SNMP cannot be reached ({exc})"),
        Text(
            id="periksa alamat dan snmp_port di inventory/hosts.yaml, dan apakah SNMP aktif di perangkat",
            en="check address and snmp_port in inventory/hosts.yaml, and that SNMP is on at the device",
        ),
        **_place(target),
    )


def _refused(target: Target, why: str) -> LoginRefused:
    name = target.name
    return LoginRefused(
        Text(id=f"SNMPv3 menolak kredensial ({why})", en=f"SNMPv3 refuses the credentials ({why})"),
        Text(
            id=f"periksa snmp_user, snmp_auth, snmp_priv dan rahasia snmp/{name}/auth dan snmp/{name}/priv",
            en=f"check snmp_user, snmp_auth, snmp_priv and the secrets snmp/{name}/auth and snmp/{name}/priv",
        ),
        **_place(target),
    )


def _place(target: Target) -> dict[str, Any]:
    return {"device": target.name, "step": STEP, "may_have_written": False}
