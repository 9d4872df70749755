"""The IOS-like switch of the lab on the network: its SSH server and its view; refuses SFTP, and SCP unless it is on."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence

import asyncssh

from netops.core.clock import Clock
from netops.lab.ios import names, policies, scp, show, tree
from netops.lab.ios.machine import Machine, value
from netops.lab.ios.models import model_of
from netops.lab.ios.shell import Session
from netops.lab.ios.state import Neighbour
from netops.lab.ios.terminal import Terminal
from netops.lab.ios.traffic import Policed
from netops.lab.view import USUAL_LOAD, LabClass, LabGuest, LabInterface, LabQueue, LabSystem, LabTree

_POLL = 0.05  # s between looks at the clock: the rollback timer of a manual clock fires this soon after a move
MEMORY = (45_519_304, 330_633_472)  # used and free, as `show memory statistics` says


class Ios(Machine):
    """One switch. Credentials are arguments; the configuration text is both startup and running configuration."""

    platform = "ios"

    def __init__(
        self,
        *,
        name: str,
        config: str,
        username: str,
        password: str,
        enable: str,
        clock: Clock,
        version: str = "15.2(7)E",
        host_key: asyncssh.SSHKey | None = None,
        links: frozenset[str] | None = None,
        neighbours: dict[str, Neighbour] | None = None,
        offered: Mapping[str, tuple[int, int]] | None = None,
    ) -> None:
        """`offered`: mean bit/s that the host behind a port wants to send and to receive, where it is not the usual."""
        super().__init__(
            name=name,
            config=config,
            enable=enable,
            clock=clock,
            version=version,
            links=links,
            neighbours=neighbours,
            offered=offered,
        )
        self.username, self.password = username, password
        self._key = host_key or asyncssh.generate_private_key("ssh-ed25519")
        self._rsa = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._server: asyncssh.SSHAcceptor | None = None
        self._watch: asyncio.Task[None] | None = None
        self._serving: set[asyncio.Task[object]] = set()

    # LabDevice

    async def start(self, host: str) -> None:
        """Listen for SSH on a free port of `host`."""
        self._server = await asyncssh.create_server(
            lambda: _Login(self),
            host,
            0,
            server_host_keys=[self._key, self._rsa],
            process_factory=self._serve,
            encoding="latin-1",
            line_editor=False,
            allow_scp=False,
            server_version="Cisco-1.25",
        )
        self._watch = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        self._closing.set()
        self.drop_connections()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for task in list(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    def drop_connections(self) -> None:
        for connection in list(self._connections):
            connection.abort()

    def change_identity(self) -> None:
        """Another host key from the next connection on, as after a new switch or by an impostor."""
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._rsa = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
        if self._server is not None:
            self._server.update(server_host_keys=[self._key, self._rsa])

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(_POLL)
            self.tick()

    def describe(self) -> dict[str, object]:
        """Ports, credentials and host keys; `host_key` is the ed25519 line that a known-hosts file wants."""
        return {
            "name": self.name,
            "platform": self.platform,
            "version": self.version,
            "ssh": self._server.get_port() if self._server else 0,
            "username": self.username,
            "password": self.password,
            "enable": self.enable,
            "host_key": self._key.export_public_key().decode().strip(),
            "host_key_rsa": self._rsa.export_public_key().decode().strip(),
            "host_key_fingerprint": self._key.get_fingerprint(),
        }

    def system(self) -> LabSystem:
        root = self._running
        return LabSystem(
            description=show.description(self.version),
            object_id=model_of(self.version).object_id,
            name=self.hostname,
            contact=value(root, "snmp-server", "contact"),
            location=value(root, "snmp-server", "location"),
            uptime=self._uptime,
            # The first such line starts the agent.
            snmp_enabled=any(line.startswith("snmp-server ") for line in root) and not self.down,
            cpu=self.mishaps.cpu or USUAL_LOAD,
            memory=MEMORY,
        )

    def interfaces(self) -> Sequence[LabInterface]:
        snap = self.snapshot(0)
        found = [
            LabInterface(
                index=names.index_of(port.name),
                name=port.name,
                alias=port.description,
                kind=6,
                mtu=1500,
                speed=port.speed,
                mac=port.mac,
                admin_up=port.status != "disabled",
                oper_up=port.up,
                in_octets=port.count.in_octets,
                out_octets=port.count.out_octets,
                in_packets=port.count.in_packets,
                out_packets=port.count.out_packets,
                in_errors=int(self.mishaps.errors * self._uptime) if port.up else 0,
            )
            for port in snap.ports
        ]
        found += [
            LabInterface(
                index=names.index_of(svi.name),
                name=svi.name,
                alias=svi.description,
                kind=53 if names.is_vlan(svi.name) else 6,  # propVirtual, ethernetCsmacd
                mtu=1500,
                speed=1_000_000_000 if names.is_vlan(svi.name) else 100_000_000,
                mac=svi.mac,
                admin_up=svi.admin_up,
                oper_up=svi.up,
                in_octets=0,
                out_octets=0,
                in_packets=0,
                out_packets=0,
            )
            for svi in snap.svis
        ]
        return sorted(found, key=lambda interface: interface.index)

    def queues(self) -> Sequence[LabQueue]:
        return ()

    def trees(self) -> Sequence[LabTree]:
        return ()

    def guests(self) -> Sequence[LabGuest]:
        return ()

    def classes(self) -> Sequence[LabClass]:
        snap = self.snapshot(0)
        numbers = {(way, policy): at for at, (_, way, policy) in enumerate(policies.attached(self._running), 1)}
        found = []
        for number, one in enumerate(policies.limiters(self._running), 1):
            seen = snap.policed.get((one.port, one.way), Policed())
            found.append(
                LabClass(
                    index=number,
                    policy_index=numbers[one.way, one.policy],
                    port=names.index_of(one.port),
                    way="in" if one.way == "input" else "out",
                    policy=one.policy,
                    name=one.name,
                    rate=one.rate,
                    police=one.line.startswith("police"),
                    offered=int(seen.offered),
                    passed=int(seen.passed),
                    dropped=int(seen.dropped),
                )
            )
        return found

    async def _serve(self, process: "asyncssh.SSHServerProcess[str]") -> None:
        task = asyncio.current_task()
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        user = process.get_extra_info("username")
        place = process.get_extra_info("peername")[0]
        height = process.get_terminal_size()[1] or 24
        line = next(number for number in range(1000) if number not in self.sessions)

        async def read() -> str:
            while True:
                try:
                    return await process.stdin.read(4096)
                except (asyncssh.TerminalSizeChanged, asyncssh.SignalReceived, asyncssh.BreakReceived):
                    continue

        def write(text: str) -> None:
            with contextlib.suppress(BrokenPipeError, ConnectionError):
                process.stdout.write(text)

        terminal = Terminal(read, write, height)
        session = Session(self, terminal, user=user, line=line, level=self.level_of(user))
        self.sessions[line] = (session, place)
        try:
            if process.command and scp.asks(process.command):
                process.exit(0 if await self._scp(process.command, read, write, session.level) else 1)
                return
            if process.command:
                terminal.length = 0
                await session.execute(process.command)
                terminal.flush()
            else:
                await session.run()
        except (EOFError, asyncssh.Error):
            pass
        finally:
            del self.sessions[line]
        if session.broken:
            process.channel.get_connection().abort()
        else:
            process.exit(0)

    async def _scp(
        self, command: str, read: Callable[[], Awaitable[str]], write: Callable[[str], None], level: int
    ) -> bool:
        refused = scp.refusal(self.root(), level)
        if refused:
            write(refused)
            return False
        return await scp.serve(
            command,
            scp.Stream(read),
            write,
            read_file=self.read_file,
            store=lambda name, text: self.flash.write(name, text, self._clock.now()),
        )

    async def silence(self) -> None:
        """What a half-open connection hears: nothing, until the lab is taken down."""
        await self._closing.wait()

    def opened(self, connection: asyncssh.SSHServerConnection) -> None:
        self._connections.add(connection)

    def closed(self, connection: asyncssh.SSHServerConnection) -> None:
        self._connections.discard(connection)


class _Login(asyncssh.SSHServer):
    """One connection's login; the third wrong password ends it, as `ip ssh authentication-retries 3` does."""

    def __init__(self, device: Ios) -> None:
        self._device = device
        self._wrong = 0
        self._connection: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn
        if self._device.down:
            conn.abort()
        self._device.opened(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._device.closed(self._connection)

    def begin_auth(self, username: str) -> bool:
        text = tree.banner(self._device.root(), "login")
        if text and self._connection is not None:
            self._connection.send_auth_banner(text)
        return True

    def password_auth_supported(self) -> bool:
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        device = self._device
        if device.mishaps.half_open:
            await device.silence()
        refused = device.faults.no_login or device.mishaps.wrong_password
        if username == device.username and password == device.password and not refused:
            return True
        self._wrong += 1
        if self._wrong >= 3:
            raise asyncssh.PermissionDenied("Too many authentication failures")
        return False
