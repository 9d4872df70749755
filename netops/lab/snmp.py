"""An SNMP agent for one simulated device: v2c and v3 authPriv, read only; SET is refused, SNMPv1 not answered."""

import asyncio
import socket
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from msgspec import Struct, field
from pyasn1.codec.ber import encoder
from pyasn1.error import PyAsn1Error
from pysnmp.carrier.asyncio.dgram import udp
from pysnmp.carrier.asyncio.dispatch import AsyncioDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413 import cmdrsp
from pysnmp.entity.rfc3413.context import SnmpContext
from pysnmp.error import PySnmpError
from pysnmp.proto.api import v2c
from pysnmp.proto.rfc1902 import (
    Counter32,
    Counter64,
    Gauge32,
    Integer32,
    IpAddress,
    ObjectIdentifier,
    OctetString,
    TimeTicks,
)
from pysnmp.proto.rfc1905 import endOfMibView, noSuchInstance, noSuchObject
from pysnmp.smi.error import NoAccessError
from pysnmp.smi.instrum import AbstractMibInstrumController

from netops.lab.engines import new_engine
from netops.lab.mib import Leaf, Oid, Snapshot, Syntax, snapshot
from netops.lab.spec import word
from netops.lab.view import LabDevice

V2C, USM = 2, 3
AUTH = {"SHA": config.USM_AUTH_HMAC96_SHA, "SHA-256": config.USM_AUTH_HMAC192_SHA256}
PRIV = {"AES": config.USM_PRIV_CFB128_AES}
# Net-SNMP's agent stops a GETBULK at 100 variables, and no agent sends more than a datagram of Ethernet size.
BULK_VARIABLES = 100
BULK_OCTETS = 1400
MOMENT_SECONDS = 0.1

SYNTAX = {
    Syntax.INTEGER: Integer32,
    Syntax.STRING: OctetString,
    Syntax.OID: ObjectIdentifier,
    Syntax.ADDRESS: IpAddress,
    Syntax.COUNTER32: Counter32,
    Syntax.GAUGE: Gauge32,
    Syntax.TICKS: TimeTicks,
    Syntax.COUNTER64: Counter64,
}

VarBind = tuple[object, object]


class SnmpUser(Struct, frozen=True, kw_only=True):
    """A v3 user with authPriv: `auth` is `SHA` or `SHA-256`, `priv` is `AES` (128 bits); passphrases of 8 or more."""

    name: str
    auth: str
    auth_key: str
    priv: str
    priv_key: str


class SnmpAccess(Struct, frozen=True, kw_only=True):
    community: str
    users: tuple[SnmpUser, ...]


class SnmpFaults(Struct):
    """What goes wrong on the way: requests lost, replies late (seconds), doubled, or from another port."""

    lose: int = 0
    delay: float = 0.0
    double: bool = False
    foreign: bool = False
    bulk_variables: int = BULK_VARIABLES


class SnmpAgent(Struct):
    """Answers from the device's view at the moment of each request. `stop` frees the port."""

    device: LabDevice
    access: SnmpAccess
    random: Random
    faults: SnmpFaults = field(default_factory=SnmpFaults)
    port: int = 0
    _engine: SnmpEngine | None = None
    _transport: "_Transport | None" = None

    async def start(self, host: str, *, whole: bool = True) -> None:
        """Opens the port; not `whole`: pysnmp's engine (a tenth of a second) is built when the first datagram comes."""
        loop = asyncio.get_running_loop()
        transport = _Transport(self.device, self.faults, loop, lambda: self._answering(transport, loop))
        sock = _bound(host)
        self.port = sock.getsockname()[1]
        await loop.create_datagram_endpoint(lambda: transport, sock=sock)
        self._transport = transport
        if whole:
            self._answering(transport, loop)

    def _answering(self, transport: "_Transport", loop: asyncio.AbstractEventLoop) -> SnmpEngine:
        """The engine behind the transport, built once."""
        if self._engine is not None:
            return self._engine
        engine = new_engine()
        _identify(engine, self.device.platform, self.random)
        del engine.message_processing_subsystems[0]
        engine.register_transport_dispatcher(AsyncioDispatcher(loop=loop, timeout=0.5))
        config.add_transport(engine, udp.DOMAIN_NAME, transport)
        _admit(engine, self.access)
        context = SnmpContext(engine)
        context.unregister_context_name(b"")
        context.register_context_name(b"", _View(self.device, transport))
        cmdrsp.GetCommandResponder(engine, context)
        cmdrsp.NextCommandResponder(engine, context)
        cmdrsp.SetCommandResponder(engine, context)
        _Bulk(engine, context, self.faults)
        self._engine = engine
        return engine

    async def stop(self) -> None:
        if self._engine is not None:
            self._engine.close_dispatcher()
            self._engine = None
        elif self._transport is not None and self._transport.transport is not None:
            self._transport.transport.close()
        self._transport = None
        await asyncio.sleep(0)

    @property
    def engine_id(self) -> bytes:
        """The v3 engine id (RFC 3411); empty while the agent is down. Builds the engine: call it on the agent's own loop."""
        if self._transport is None:
            return b""
        return bytes(self._answering(self._transport, self._transport.loop).snmpEngineID)

    def describe(self) -> dict[str, object]:
        users = [
            {"user": u.name, "auth": u.auth, "auth_key": u.auth_key, "priv": u.priv, "priv_key": u.priv_key}
            for u in self.access.users
        ]
        return {"community": self.access.community, "v3": users[0] if users else None, "v3_users": users}


def make_access(random: Random, user: str = "netops") -> SnmpAccess:
    """Credentials of one device's agent: a community, a SHA user and a SHA-256 user (`<user>256`)."""
    users = tuple(
        SnmpUser(name=name, auth=auth, auth_key=word(random), priv="AES", priv_key=word(random))
        for name, auth in ((user, "SHA"), (f"{user}256", "SHA-256"))
    )
    return SnmpAccess(community=word(random), users=users)


def _bound(host: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.setblocking(False)
    sock.bind((host, 0))
    return sock


def _identify(engine: SnmpEngine, platform: str, random: Random) -> None:
    """An engine id of its own, by RFC 3411 with the vendor's number; set here because the constructor would write files."""
    vendor = bytes.fromhex("80003a8c05" if platform == "routeros" else "8000000905")
    (symbol,) = engine.get_mib_builder().import_symbols("__SNMP-FRAMEWORK-MIB", "snmpEngineID")
    symbol.syntax = symbol.syntax.clone(vendor + random.randbytes(8))
    engine.snmpEngineID = symbol.syntax


def _admit(engine: SnmpEngine, access: SnmpAccess) -> None:
    config.add_v1_system(engine, "community", access.community)
    config.add_vacm_user(engine, V2C, "community", "noAuthNoPriv", (1,))
    for user in access.users:
        config.add_v3_user(engine, user.name, AUTH[user.auth], user.auth_key, PRIV[user.priv], user.priv_key)
        config.add_vacm_user(engine, USM, user.name, "authPriv", (1,))


class _Transport(udp.UdpAsyncioTransport):  # type: ignore[misc]  # pysnmp has no types
    """The agent's socket. While SNMP is off, and for what is no SNMP at all, nothing answers."""

    def __init__(
        self, device: LabDevice, faults: SnmpFaults, loop: asyncio.AbstractEventLoop, wake: Callable[[], object]
    ) -> None:
        super().__init__(loop=loop)
        self._device, self._faults, self._wake = device, faults, wake
        self.asking: object = None

    def datagram_received(self, datagram: bytes, transportAddress: tuple[str, int]) -> None:
        if self._faults.lose > 0:
            self._faults.lose -= 1
            return
        if not self._device.system().snmp_enabled:
            return
        self._wake()
        if self._callback_function is None:
            return
        self.asking = transportAddress
        try:
            self._callback_function(self, transportAddress, datagram)
        except (PySnmpError, PyAsn1Error):
            return

    def send_message(self, outgoingMessage: bytes, transportAddress: Any) -> None:
        address = (str(transportAddress[0]), int(transportAddress[1]))
        if self._faults.foreign:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.sendto(outgoingMessage, address)
            return
        for _ in range(2 if self._faults.double else 1):
            self.loop.call_later(self._faults.delay, self._send, outgoingMessage, address)

    def _send(self, message: bytes, address: tuple[str, int]) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.sendto(message, address)


class _View(AbstractMibInstrumController):  # type: ignore[misc]  # pysnmp has no types
    """Reads for pysnmp's responders; each request sees one moment of the device, and so do those of one client soon after.

    Real agents keep values for a while too; here it is what makes reading a whole device bearable.
    """

    def __init__(self, device: LabDevice, transport: "_Transport") -> None:
        self._device, self._transport = device, transport
        self._seen: tuple[object, float, Snapshot] | None = None

    def read_variables(self, *varBinds: VarBind, **context: Any) -> list[VarBind]:
        now = self.moment(varBinds, context)
        return [(name, _exact(now, tuple(name))) for name, _ in varBinds]  # type: ignore[arg-type]

    def read_next_variables(self, *varBinds: VarBind, **context: Any) -> list[VarBind]:
        now = self.moment(varBinds, context)
        return [_next(now, name) for name, _ in varBinds]

    def write_variables(self, *varBinds: VarBind, **context: Any) -> list[VarBind]:
        raise NoAccessError(idx=0)

    def moment(self, varBinds: Sequence[VarBind], context: dict[str, Any]) -> Snapshot:
        if varBinds:
            context["acFun"]("read", (varBinds[0][0], None), **context)
        asking, time = self._transport.asking, self._transport.loop.time()
        if self._seen is not None and self._seen[0] == asking and time - self._seen[1] < MOMENT_SECONDS:
            return self._seen[2]
        found = snapshot(self._device)
        self._seen = (asking, time, found)
        return found


def _object(leaf: Leaf) -> object:
    return SYNTAX[leaf.syntax](leaf.value)


def _exact(now: Snapshot, oid: Oid) -> object:
    leaf = now.get(oid)
    if leaf is not None:
        return _object(leaf)
    return noSuchInstance if now.has_object(oid) else noSuchObject


def _next(now: Snapshot, name: object) -> VarBind:
    leaf = now.after(tuple(name))  # type: ignore[arg-type]  # an ObjectIdentifier or a tuple
    return (name, endOfMibView) if leaf is None else (ObjectIdentifier(leaf.oid), _object(leaf))


class _Bulk(cmdrsp.BulkCommandResponder):  # type: ignore[misc]  # pysnmp has no types
    """GETBULK by RFC 3416 4.2.3 that stops, as real agents do, at a number of variables or a datagram's size."""

    def __init__(self, engine: SnmpEngine, context: SnmpContext, faults: SnmpFaults) -> None:
        super().__init__(engine, context)
        self._faults = faults

    def handle_management_operation(
        self, snmpEngine: SnmpEngine, stateReference: object, contextName: object, PDU: Any
    ) -> None:
        asked: list[VarBind] = v2c.apiPDU.get_varbinds(PDU)
        single = min(max(int(v2c.apiBulkPDU.get_non_repeaters(PDU)), 0), len(asked))
        rounds = max(int(v2c.apiBulkPDU.get_max_repetitions(PDU)), 0)
        view: _View = self.snmpContext.get_mib_instrum(contextName)
        now = view.moment(asked, {"snmpEngine": snmpEngine, "acFun": self.verify_access, "cbCtx": self.cbCtx})
        answer = [_next(now, name) for name, _ in asked[:single]]
        cursor = [name for name, _ in asked[single:]]
        room = BULK_OCTETS - sum(_size(item) for item in answer)
        for _ in range(rounds if cursor else 0):
            row = [_next(now, name) for name in cursor]
            for item in row:
                room -= _size(item)
                if len(answer) >= self._faults.bulk_variables or room < 0:
                    break
                answer.append(item)
            else:
                cursor = [name for name, _ in row]
                if all(value is endOfMibView for _, value in row):
                    break
                continue
            break
        self.send_varbinds(snmpEngine, stateReference, 0, 0, answer)
        self.release_state_information(stateReference)


def _size(item: VarBind) -> int:
    """Octets of one variable in the message: name, value and the sequence around them."""
    return len(encoder.encode(ObjectIdentifier(item[0]))) + len(encoder.encode(item[1])) + 4
