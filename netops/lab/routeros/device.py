"""A simulated RouterOS router on loopback: API in clear and over TLS, SSH; keeps to `netops.lab.view.LabDevice`."""

import asyncio
import ipaddress
import secrets
import ssl
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from netops.core.clock import Clock, SystemClock
from netops.lab.faults import Mishaps
from netops.lab.routeros import boot, power
from netops.lab.routeros.api import ApiConnection
from netops.lab.routeros.certs import Identity, make_identity
from netops.lab.routeros.console import Console
from netops.lab.routeros.encoder import Encoder
from netops.lab.routeros.export import export
from netops.lab.routeros.faults import Faults
from netops.lab.routeros.flows import Flows
from netops.lab.routeros.hotspot import Hotspot
from netops.lab.routeros.machine import Account, Actor, Machine
from netops.lab.routeros.observed import Neighbour, Observed
from netops.lab.routeros.scheduler import Scheduler
from netops.lab.routeros.schema import INTERFACES
from netops.lab.routeros.script import Interpreter
from netops.lab.routeros.show import show, show_interface
from netops.lab.routeros.state import Derived
from netops.lab.routeros.store import Row
from netops.lab.routeros.syntax import ScriptError
from netops.lab.routeros.texts import Trap
from netops.lab.routeros.tls import Tls
from netops.lab.traffic import Load
from netops.lab.view import USUAL_LOAD, LabClass, LabGuest, LabInterface, LabQueue, LabSystem, LabTree

BOARD = "RB750Gr3"
JOBS = "/system/scheduler"
COUNTED = ("/queue/simple", "/queue/tree")
# The parent `global` of a queue tree row over SNMP, as a recorded RB2011iL shows it.
GLOBAL_PARENT = 0xFFFFF4
INTERFACE_MENUS = ("/interface", *INTERFACES)
DERIVED = (
    "/interface/bridge/vlan",
    "/interface/bridge/port",
    "/ip/address",
    "/ip/dhcp-server",
    "/ip/hotspot",
    "/ip/route",
)
# ifType by menu (IANAifType: 71 is ieee80211), and the speed of a port with link (a recording of an RB750Gr3).
KINDS = {
    "/interface/ethernet": 6,
    "/interface/bridge": 209,
    "/interface/vlan": 135,
    "/interface/wifi": 71,
    "/interface/wireless": 71,
    "/caps-man/interface": 71,
}
BEAT = 0.2
CLOSING_TURNS = 1000
CERTIFICATE = "api-lab"
GIGABIT = 1_000_000_000
MIKROTIK = (1, 3, 6, 1, 4, 1, 14988, 1)


class RouterOS:
    """One router. Its state is there from construction; `start` opens the ports.

    `users` are the logins with their passwords, the first of them the one `describe` tells; their groups are in `config`,
    which reads like an export. `identity` lets many devices share one certificate and host key; without `tls` the device
    has no certificate and no ordinary client can speak TLS with it. `radios` are the wireless cards by their bands (`2ghz-ax`). `uplink` is in bit/s. Change `faults` at any time; everything runs on the event loop that `start` ran on.
    """

    platform = "routeros"

    def __init__(
        self,
        *,
        name: str,
        version: str,
        config: str = "",
        users: Sequence[Account] = (),
        clock: Clock | None = None,
        identity: Identity | None = None,
        ssh: bool = True,
        ports: int = 5,
        board: str = BOARD,
        radios: Sequence[str] = (),
        random: Random | None = None,
        loads: Sequence[Load] = (),
        uplink: int = 500_000_000,
        tls: bool = True,
        neighbours: Sequence[Neighbour] = (),
    ) -> None:
        self.name, self.version = name, version
        self.faults = Faults()
        self.mishaps = Mishaps()
        self.down = False
        self.encoder = Encoder()
        self.connections: set[ApiConnection] = set()
        self.shells: set[Any] = set()
        self.ports: dict[str, int] = {}
        self.users = tuple(users)
        self._random = random or Random(secrets.token_bytes(16))
        self._ssh, self._tls, self._identity = ssh, tls, identity
        self._servers: list[asyncio.Server] = []
        self._acceptor: Any = None
        self._timer: asyncio.TimerHandle | None = None
        self.machine = Machine(name=name, version=version, clock=clock or SystemClock(), board=board, passwords={})
        boot.built_in(self.machine, ports, radios)
        self.scheduler = Scheduler(self.machine)
        self.hotspot = Hotspot(self.machine)
        self.flows = Flows(self.machine, loads, uplink, self.hotspot)
        self.derived = Derived(self.machine)
        self.observed = Observed(self.machine, neighbours)
        self._wire()
        boot.load(self.machine, config, self.users)

    def _wire(self) -> None:
        machine = self.machine
        machine.run_script = self._run_script
        machine.console = lambda source, actor: Console(machine, actor).run(source)
        machine.export = lambda actor, path, args: export(machine, actor, path, args)
        machine.added = lambda path, row, explicit: self.scheduler.added(row, explicit) if path == JOBS else None
        for path in COUNTED:
            machine.refreshers[path] = self.flows.advance
        for path in DERIVED:
            machine.refreshers[path] = self.derived.refresh
        for path in INTERFACE_MENUS:
            machine.refreshers[path] = self._refresh_interfaces

    def _refresh_interfaces(self) -> None:
        self.derived.refresh()
        self.flows.advance()

    def _run_script(self, source: str, actor: Actor) -> int:
        interpreter = Interpreter(self.machine, actor)
        try:
            interpreter.run(source)
        except ScriptError as error:
            raise Trap(str(error)) from error
        return interpreter.ran

    def challenge(self) -> bytes:
        return self._random.randbytes(16)

    @property
    def identity(self) -> Identity:
        if self._identity is None:
            self._identity = make_identity(self.name)
        return self._identity

    async def start(self, host: str) -> None:
        loop = asyncio.get_running_loop()
        context = self._certificate()
        plain = await loop.create_server(lambda: ApiConnection(self, "api"), host, 0)
        tls = await loop.create_server(lambda: Tls(ApiConnection(self, "api-ssl"), context), host, 0)
        self._servers = [plain, tls]
        self.ports = {
            "api": plain.sockets[0].getsockname()[1],
            "api_tls": tls.sockets[0].getsockname()[1],
        }
        if self._ssh:
            from netops.lab.routeros.ssh import listen

            self._acceptor = await listen(self, host, self.identity.ssh_private)
            self.ports["ssh"] = self._acceptor.get_port()
        self._beat(loop)

    def _certificate(self) -> ssl.SSLContext:
        """The API's certificate, as a row too; without one only anonymous suites are left, which nobody else offers."""
        if not self._tls:
            return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        store = self.machine.store
        if store.named("/certificate", CERTIFICATE) is None:
            values = {"name": CERTIFICATE, "common-name": self.identity.subject, "trusted": "true"}
            store.insert("/certificate", values).mark(fingerprint=self.identity.fingerprint)
            service = store.named("/ip/service", "api-ssl")
            if service is not None:
                store.change(service, {"certificate": CERTIFICATE})
        return self.identity.context

    def set_mode(self, **features: bool) -> None:
        """Allow or forbid features of `/system/device-mode` (`scheduler`, `hotspot` …), as a button press would."""
        self.machine.device_mode.update({name: "true" if on else "false" for name, on in features.items()})
        self.scheduler.reconsider()
        self.machine.changed("/ip/hotspot", "set", None)

    def tick(self) -> None:
        """Fire what is due by the clock."""
        if not self.down:
            self.scheduler.tick()

    def reboot(self, *, proper: bool = True, seconds: float = 0.0) -> None:
        """Restart, and be gone for so many seconds; without `proper` it is a power failure. The configuration stays."""
        self.down = seconds > 0
        for connection in (*self.connections, *self.shells):
            connection.abort()
        power.restart(self.machine, self.scheduler, self.hotspot, self.flows, proper=proper)
        if self.down:
            asyncio.get_running_loop().call_later(seconds, self._up)

    def fail(self) -> None:
        self.reboot(proper=False)

    def _up(self) -> None:
        self.down = False

    def change_identity(self) -> None:
        """Another certificate and another host key from the next connection on, as after a reset or by an impostor."""
        old, new = self.identity, make_identity(self.name)
        self._identity = new
        # The listening socket keeps its context: each handshake is handed to the new one.
        old.context.sni_callback = lambda socket, name, context: setattr(socket, "context", new.context)
        row = self.machine.store.named("/certificate", CERTIFICATE)
        if row is not None:
            row.mark(fingerprint=new.fingerprint)
        if self._acceptor is not None:
            import asyncssh

            self._acceptor.update(server_host_keys=[asyncssh.import_private_key(new.ssh_private)])

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self.tick()
        self._timer = loop.call_later(BEAT, self._beat, loop)

    async def stop(self) -> None:
        """Close every port and connection, and wait until their sockets are closed."""
        if self._timer is not None:
            self._timer.cancel()
        if self._acceptor is not None:
            self._acceptor.close()
            await self._acceptor.wait_closed()
            self._acceptor = None
        for server in self._servers:
            server.close()
        shells = list(self.shells)
        for connection in (*self.connections, *shells):
            connection.abort()
        for shell in shells:
            await shell.wait_closed()
        for server in self._servers:
            await server.wait_closed()
        for _ in range(CLOSING_TURNS):
            await asyncio.sleep(0)
            if not self.connections:
                break
        self._servers.clear()

    def describe(self) -> dict[str, object]:
        described: dict[str, object] = {
            "ports": dict(self.ports),
        }
        if self._tls:
            described["tls_fingerprint"] = f"sha256:{self.identity.fingerprint}"
        if self.users:
            described["credentials"] = {"username": self.users[0].name, "password": self.users[0].password}
        if "ssh" in self.ports:
            described["host_key"] = self.identity.host_key
        return described

    def system(self) -> LabSystem:
        snmp = self.machine.row_of("/snmp")
        return LabSystem(
            description=f"RouterOS {self.machine.board}",
            object_id=MIKROTIK,
            name=_text(self.machine.row_of("/system/identity").get("name")),
            contact=_text(snmp.get("contact")),
            location=_text(snmp.get("location")),
            uptime=self.machine.uptime,
            snmp_enabled=snmp.get("enabled") == "true" and not self.down,
            cpu=self.mishaps.cpu or USUAL_LOAD,
            memory=self._memory(),
        )

    def _memory(self) -> tuple[int, int]:
        resource = self.machine.single("/system/resource")
        total, free = int(resource["total-memory"]), int(resource["free-memory"])
        return total - free, free

    def interfaces(self) -> Sequence[LabInterface]:
        self.scheduler.tick()
        self._refresh_interfaces()
        broken = int(self.mishaps.errors * self.machine.uptime)
        return [_interface(row, broken) for row in self.machine.interfaces()]

    def queues(self) -> Sequence[LabQueue]:
        self.scheduler.tick()
        self.flows.advance()
        return [_queue(row) for row in self.machine.store.tables["/queue/simple"].rows.values()]

    def trees(self) -> Sequence[LabTree]:
        self.scheduler.tick()
        self.flows.advance()
        rows = self.machine.store.tables["/queue/tree"].rows.values()
        parents = {row.name: row.id for row in (*self.machine.interfaces(), *rows)}
        return [_tree(row, parents.get(row.get("parent"), GLOBAL_PARENT)) for row in rows]

    def classes(self) -> Sequence[LabClass]:
        return ()

    def guests(self) -> Sequence[LabGuest]:
        servers = {row.name: row.id for row in self.machine.rows("/ip/hotspot")}
        return [_guest(row, servers) for row in self.machine.rows("/ip/hotspot/active")]


def _interface(row: Row, broken: int) -> LabInterface:
    words = show_interface(row)
    running = words["running"] == "true"
    return LabInterface(
        index=row.id,
        name=_text(row.name),
        alias=_text(row.get("comment")),
        kind=KINDS[row.table.path],
        mtu=int(words["mtu"]) if words["mtu"].isdigit() else 1500,
        speed=GIGABIT if row.table.path == "/interface/ethernet" and running else 0,
        mac=words.get("mac-address", "00:00:00:00:00:00"),
        admin_up=row.enabled,
        oper_up=running,
        in_octets=int(words.get("rx-byte", 0)),
        out_octets=int(words.get("tx-byte", 0)),
        in_packets=int(words.get("rx-packet", 0)),
        out_packets=int(words.get("tx-packet", 0)),
        in_errors=broken if running and row.table.path == "/interface/ethernet" else 0,
    )


def _queue(row: Row) -> LabQueue:
    """Source and mask of the first target; an interface as a target shows as 0.0.0.0 (recordings)."""
    source, _, length = row.get("target").partition(",")[0].partition("/")
    known = length.isdigit() and ":" not in source
    network = ipaddress.IPv4Network((source, int(length))) if known else ipaddress.IPv4Network("0.0.0.0/0")
    up, down = (int(part) for part in row.marks.get("bytes", "0/0").split("/"))
    up_dropped, down_dropped = (int(part) for part in row.marks.get("dropped", "0/0").split("/"))
    return LabQueue(
        index=row.id,
        name=_text(row.name),
        source=str(network.network_address),
        source_mask=str(network.netmask) if known else "0.0.0.0",
        up_bytes=up,
        down_bytes=down,
        up_dropped=up_dropped,
        down_dropped=down_dropped,
    )


def _tree(row: Row, parent: int) -> LabTree:
    return LabTree(
        index=row.id,
        name=_text(row.name),
        mark=_text(row.get("packet-mark")),
        parent=parent,
        bytes=int(row.marks.get("bytes", "0")),
        dropped=int(row.marks.get("dropped", "0")),
    )


def _guest(row: Row, servers: Mapping[str, int]) -> LabGuest:
    words = show(row)
    return LabGuest(
        index=row.id,
        server=servers.get(words.get("server", ""), 0),
        name=_text(words.get("user", "")),
        address=words.get("address", "0.0.0.0"),
        mac=words.get("mac-address", "00:00:00:00:00:00"),
        in_octets=int(words.get("bytes-in", "0")),
        out_octets=int(words.get("bytes-out", "0")),
    )


def _text(raw: str) -> str:
    """Stored text is bytes one by one; people write UTF-8."""
    return raw.encode("latin-1", "replace").decode("utf-8", "replace")
