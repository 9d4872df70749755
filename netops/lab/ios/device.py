"""The IOS-like switch of the lab: state, SSH server, confirmed changes, faults on demand; refuses SCP and SFTP."""

import asyncio
import contextlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import asyncssh

from netops.core.clock import Clock
from netops.lab.ios import configure, grammar, names, show, state, timer, tree
from netops.lab.ios.configure import Mode, Rejected
from netops.lab.ios.shell import NotUnderstood, Session
from netops.lab.ios.state import Neighbour, Snapshot
from netops.lab.ios.terminal import Terminal
from netops.lab.ios.traffic import Traffic
from netops.lab.view import LabInterface, LabQueue, LabSystem

_POLL = 0.05  # s between looks at the clock: the rollback timer of a manual clock fires this soon after a move
_OBJECT_ID = (1, 3, 6, 1, 4, 1, 9, 1, 1208)  # cat29xxStack, what a 2960-X answers in its stack


@dataclass(slots=True)
class Faults:
    """What goes wrong on purpose. All off by default; plain attributes, changed at any time.

    refuse: text within a line → the device's answer; the line is not taken.
    cut_after: after so many more configuration lines (applied) the connection breaks without an answer; then off again.
    delay: seconds before each command is answered.
    hang_on: a line that contains this text is echoed and never answered.
    no_login: every password is wrong.
    """

    refuse: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    delay: float = 0.0
    hang_on: str = ""
    no_login: bool = False


class Ios:
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
    ) -> None:
        self.name, self.version, self.enable = name, version, enable
        self.username, self.password = username, password
        self.faults = Faults()
        self._clock = clock
        self._born = clock.monotonic()
        self._key = host_key or asyncssh.generate_private_key("ssh-ed25519")
        self._rsa = asyncssh.generate_private_key("ssh-rsa", key_size=2048)
        number = random.Random(name).getrandbits(16)
        self._base_mac = f"00:1e:14:{number >> 8:02x}:{number & 255:02x}:00"
        self._serial = f"FOC{2000 + number % 100}{number:04X}"[:11]
        modern = _release(version) >= (15, 2)
        self._modern = modern
        self._running = configure.load(config, modern=modern)
        self._startup = tree.clone(self._running)
        self._startup_text = tree.text_of(self._startup)
        ports = [port for port in tree.interfaces(self._running) if not names.is_vlan(port)]
        self._hardware = frozenset(port for port in ports if not port.startswith("Port-channel"))
        self._links = (
            links if links is not None else frozenset(p for p in ports if names.order(p)[1][-1] in range(1, 13))
        )
        self._neighbours = neighbours if neighbours is not None else _uplink(self._running)
        self._traffic = Traffic()
        self._changed = self._saved = ""
        self._archives: list[tuple[str, str]] = []
        self._archived = 0
        self._armed: timer.Armed | None = None
        self._sessions: dict[int, tuple[Session, str]] = {}
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._server: asyncssh.SSHAcceptor | None = None
        self._watch: asyncio.Task[None] | None = None

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
        for connection in list(self._connections):
            connection.abort()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

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
            object_id=_OBJECT_ID,
            name=self.hostname,
            contact=_value(root, "snmp-server", "contact"),
            location=_value(root, "snmp-server", "location"),
            uptime=self._uptime,
            snmp_enabled=tree.find(root, ("snmp-server", "community")) is not None,
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

    # what tests look at

    @property
    def hostname(self) -> str:
        return (tree.find(self._running, ("hostname",)) or "hostname Switch").split()[1]

    @property
    def running_config(self) -> str:
        return tree.text_of(self._running)

    @property
    def startup_config(self) -> str:
        return self._startup_text

    # Switch, for sessions

    @property
    def _uptime(self) -> float:
        return self._clock.monotonic() - self._born

    def root(self) -> tree.Tree:
        return self._running

    def _advance(self) -> None:
        """Count what flowed under the configuration so far."""
        ports = state.ports(self._running, self._links, self._base_mac, {}, self._uptime)
        self._traffic.advance(self._uptime, *state.forwarding(ports, self._running))

    def snapshot(self, line: int) -> Snapshot:
        self._advance()
        counts = {name: self._traffic.count(name) for name in tree.interfaces(self._running)}
        ports = state.ports(self._running, self._links, self._base_mac, counts, self._uptime)
        return Snapshot(
            name=self.hostname,
            version=self.version,
            serial=self._serial,
            base_mac=self._base_mac,
            running=self._running,
            startup=self._startup,
            startup_text=self._startup_text,
            changed=self._changed,
            saved=self._saved,
            now=self._clock.now(),
            uptime=self._uptime,
            ports=ports,
            svis=state.svis(self._running, ports, self._base_mac),
            neighbours=self._neighbours,
            archives=tuple(self._archives),
            archive_next=f"{self._archive_path()}-<timestamp>-{self._archived}",
            pending=self._armed.pending if self._armed else None,
            users=tuple((at, session.user, place) for at, (session, place) in sorted(self._sessions.items())),
            line=line,
        )

    def apply(self, mode: Mode, typed: str, user: str) -> tuple[list[str], Mode]:
        found = configure.understand(mode, typed)
        if not isinstance(found, grammar.Matched):
            raise NotUnderstood(found)
        self._advance()
        result = configure.apply(self._running, mode, typed, found, hardware=self._hardware, modern=self._modern)
        self._changed = f"! Last configuration change at {self._stamp()} by {user}"
        return result

    def _stamp(self) -> str:
        # A whole snapshot for one time stamp would count traffic twice a line; only clock and time zone are needed.
        return show.stamp_of(self._running, self._clock.now())

    def save(self, user: str) -> list[str]:
        self._startup = tree.clone(self._running)
        self._startup_text = tree.text_of(self._startup)
        self._saved = f"! NVRAM config last updated at {self._stamp()} by {user}"
        if "write-memory" in (self._running.get("archive") or {}) and self._archive_path():
            self._archive_as(self._archive_name())
        return ["Building configuration...", "[OK]"]

    # archive and confirmed change

    def _archive_path(self) -> str:
        return _value(self._running.get("archive") or {}, "path")

    def _archive_name(self) -> str:
        now = self._clock.now()
        return f"{self._archive_path()}-{now:%b-%d-%H-%M-%S}.{now.microsecond // 1000:03d}-{self._archived}"

    def _archive_as(self, name: str) -> None:
        limit = int(_value(self._running.get("archive") or {}, "maximum") or 10)
        self._archives.append((name, tree.text_of(self._running)))
        self._archives = self._archives[-limit:]
        self._archived += 1

    def archive(self) -> list[str]:
        if not self._archive_path():
            raise Rejected(" Archive feature not enabled")
        self._archive_as(self._archive_name())
        return []

    def arm(self, user: str, line: int, minutes: int) -> list[str]:
        if not self._archive_path():
            raise Rejected(timer.NEED_ARCHIVE)
        if self._armed is not None:
            # That a second timer is refused is documented; these words are from memory.
            raise Rejected("%Rollback Confirmed Change already pending")
        self._armed = timer.arm(
            self._running,
            user=user,
            line=line,
            minutes=minutes,
            now=self._clock.now(),
            monotonic=self._clock.monotonic(),
            prefix=self._archive_path(),
            number=self._archived,
        )
        self._archive_as(self._armed.pending.file)
        return [f"Rollback Confirmed Change: Backing up current running config to {self._armed.pending.file}", ""]

    def rearm(self, minutes: int) -> list[str]:
        if self._armed is None:
            raise Rejected(timer.NONE_PENDING)
        now, monotonic = self._clock.now(), self._clock.monotonic()
        self._armed = timer.again(self._armed, minutes=minutes, now=now, monotonic=monotonic)
        return []

    def confirm(self) -> list[str]:
        if self._armed is None:
            raise Rejected(timer.NONE_PENDING)
        self._armed = None
        return []

    def revert(self) -> list[str]:
        if self._armed is None:
            raise Rejected(timer.NONE_PENDING)
        return self._roll_back(self._armed)

    def _roll_back(self, armed: timer.Armed) -> list[str]:
        self._advance()
        lines = timer.report(armed, self._running)
        self._running = timer.restored(armed, self._running)
        self._armed = None
        return lines

    def tick(self) -> None:
        """Let timers that are due by the clock run; called from the loop, and by tests without one."""
        armed = self._armed
        if armed is None:
            return
        now = self._clock.monotonic()
        if timer.due(armed, now):
            self._tell(armed.line, self._roll_back(armed))
        elif timer.warning_due(armed, now):
            self._armed = timer.warned(armed)
            self._tell(armed.line, list(timer.WARNING))

    def _tell(self, line: int, lines: list[str]) -> None:
        """Messages of the rollback appear, unasked, on the line that armed it (seen on a console; a vty is assumed)."""
        if line in self._sessions:
            terminal = self._sessions[line][0].terminal
            terminal.lines(lines)
            terminal.flush()

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(_POLL)
            self.tick()

    # sessions

    async def before(self, typed: str, *, configuring: bool) -> str | None:
        self.tick()
        if self.faults.delay:
            await asyncio.sleep(self.faults.delay)
        if self.faults.hang_on and self.faults.hang_on in typed:
            await asyncio.Event().wait()
        return next((answer for text, answer in self.faults.refuse.items() if text in typed), None)

    async def after(self, *, configuring: bool) -> None:
        if configuring and self.faults.cut_after is not None:
            self.faults.cut_after -= 1
            if self.faults.cut_after <= 0:
                self.faults.cut_after = None
                for connection in list(self._connections):
                    connection.abort()
                raise EOFError

    def level_of(self, user: str) -> int:
        line = tree.find(self._running, ("username", user)) or ""
        return 15 if " privilege 15 " in f"{line} " else 1

    async def _serve(self, process: "asyncssh.SSHServerProcess[str]") -> None:
        user = process.get_extra_info("username")
        place = process.get_extra_info("peername")[0]
        height = process.get_terminal_size()[1] or 24
        line = next(number for number in range(1000) if number not in self._sessions)

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
        self._sessions[line] = (session, place)
        try:
            if process.command:
                terminal.length = 0
                await session.execute(process.command)
                terminal.flush()
            else:
                await session.run()
        except (EOFError, asyncssh.Error):
            pass
        finally:
            del self._sessions[line]
        process.exit(0)

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

    def validate_password(self, username: str, password: str) -> bool:
        device = self._device
        if username == device.username and password == device.password and not device.faults.no_login:
            return True
        self._wrong += 1
        if self._wrong >= 3:
            raise asyncssh.PermissionDenied("Too many authentication failures")
        return False


def _release(version: str) -> tuple[int, int]:
    major, _, rest = version.partition(".")
    return int(major), int(rest.partition("(")[0])


def _value(lines: tree.Tree, *key: str) -> str:
    line = tree.find(lines, key)
    return line.split(" ", len(key))[len(key)] if line and not line.startswith("no ") else ""


def _uplink(root: tree.Tree) -> dict[str, Neighbour]:
    """The gateway behind the first trunk whose description names a device and a port, as the campus has it."""
    gateway = _value(root, "ip", "default-gateway")
    for name, lines in tree.interfaces(root).items():
        words = _value(lines, "description").split()
        if "switchport mode trunk" in lines and len(words) == 2:
            mac = state.mac_at("4c:5e:0c:00:00:00", random.Random(words[0]).getrandbits(16))
            system = "MikroTik RouterOS 7.16.2 (stable)"
            return {name: Neighbour(name=words[0], port=words[1], mac=mac, description=system, address=gateway)}
    return {}
