"""The switch behind its sessions: configurations, archive, confirmed change, counters, faults on demand; no sockets."""

import asyncio
import random
from collections.abc import Mapping

from netops.core.clock import Clock
from netops.lab.faults import Mishaps
from netops.lab.ios import configure, files, grammar, names, policies, replace, show, state, timer, tree, trouble
from netops.lab.ios.files import Flash
from netops.lab.ios.shell import Session
from netops.lab.ios.state import Neighbour, Snapshot
from netops.lab.ios.traffic import Traffic
from netops.lab.ios.trouble import Faults
from netops.lab.ios.work import Mode, Rejected


class Machine:
    """One switch without its SSH server. The configuration text is both startup and running configuration."""

    def __init__(
        self,
        *,
        config: str,
        name: str,
        enable: str,
        clock: Clock,
        version: str,
        links: frozenset[str] | None,
        neighbours: dict[str, Neighbour] | None,
        offered: Mapping[str, tuple[int, int]] | None = None,
    ) -> None:
        self.name, self.version, self.enable = name, version, enable
        self.faults = Faults()
        self.mishaps = Mishaps()
        self.restarts = ["power-on"]
        self.down = False
        self.sessions: dict[int, tuple[Session, str]] = {}
        self._clock = clock
        self._born = clock.monotonic()
        self._closing = asyncio.Event()
        number = random.Random(name).getrandbits(16)
        self._base_mac = f"00:1e:14:{number >> 8:02x}:{number & 255:02x}:00"
        self._serial = f"FOC{2000 + number % 100}{number:04X}"[:11]
        self._modern, self._xe = _release(version) >= (15, 2), _release(version) >= (16, 0)
        self._offered = offered or {}
        self._running = configure.load(config, modern=self._modern)
        self._startup = tree.clone(self._running)
        self._startup_text = tree.text_of(self._startup)
        ports = [port for port in tree.interfaces(self._running) if not names.is_vlan(port)]
        self._hardware = frozenset(port for port in ports if not port.startswith("Port-channel"))
        self._links = (
            links if links is not None else frozenset(p for p in ports if names.order(p)[1][-1] in range(1, 13))
        )
        self.neighbours = neighbours if neighbours is not None else _uplink(self._running)
        self._traffic = Traffic(self._offered)
        self._changed = self._saved = ""
        self._archives: list[tuple[str, str]] = []
        self._archived = 0
        self._armed: timer.Armed | None = None
        self.flash = Flash(clock.now())

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
        ports = state.ports(self._running, self._links, self._base_mac, {}, self._uptime, self._traffic.means)
        limits = {(one.port, one.way): one.rate for one in policies.limiters(self._running)}
        self._traffic.advance(self._uptime, *state.forwarding(ports, self._running), limits)

    def snapshot(self, line: int) -> Snapshot:
        self._advance()
        counts = {name: self._traffic.count(name) for name in tree.interfaces(self._running)}
        ports = state.ports(self._running, self._links, self._base_mac, counts, self._uptime, self._traffic.means)
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
            policed=dict(self._traffic.policed),
            svis=state.svis(self._running, ports, self._base_mac),
            neighbours=self.neighbours,
            archives=tuple(self._archives),
            archive_next=f"{self._archive_path()}-<timestamp>-{self._archived}",
            files=tuple(self.flash.files.items()),
            modern=self._modern,
            reason=self.restarts[-1],
            pending=self._armed.pending if self._armed else None,
            users=tuple((at, session.user, place) for at, (session, place) in sorted(self.sessions.items())),
            line=line,
        )

    def apply(self, mode: Mode, typed: str, user: str) -> tuple[list[str], Mode]:
        found = configure.understand(mode, typed)
        if not isinstance(found, grammar.Matched):
            raise configure.NotUnderstood(found)
        self._advance()
        result = configure.apply(
            self._running, mode, typed, found, hardware=self._hardware, modern=self._modern, xe=self._xe
        )
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

    # files

    def _store(self, path: str, text: str) -> None:
        name = files.local(path)
        if name:
            self.flash.write(name, text, self._clock.now())

    def unsaved(self) -> bool:
        return tree.body(self._running) != tree.body(self._startup)

    def read_file(self, path: str) -> str | None:
        plain = path.replace(":/", ":")
        if plain in {"running-config", "system:running-config"}:
            return tree.text_of(self._running)
        if plain in {"startup-config", "nvram:startup-config"}:
            return self._startup_text or None
        if plain == "null:":
            return ""
        name = files.local(path)
        return None if name is None else self.flash.read(name)

    def merge(self, text: str, user: str) -> list[str]:
        return replace.merge(text, lambda mode, line: self.apply(mode, line, user))

    def write_startup(self, text: str, user: str) -> list[str]:
        self._startup = configure.load(text, modern=self._modern)
        self._startup_text = text
        self._saved = f"! NVRAM config last updated at {self._stamp()} by {user}"
        return ["[OK]"]

    def replace(self, text: str, user: str, *, with_list: bool, on_error: bool) -> list[str]:
        """`on_error` puts everything back where a line does not apply, and needs the archive. Raises `Rejected`."""
        if on_error and not self._archive_path():
            raise Rejected(replace.PLEASE_ARCHIVE)
        if not replace.is_whole(text):
            raise Rejected(replace.NOT_VALID)
        self._advance()
        before = tree.clone(self._running)
        wanted = configure.load(text, modern=self._modern)
        outcome = replace.replace(self._running, wanted, hardware=self._hardware, modern=self._modern)
        self._changed = f"! Last configuration change at {self._stamp()} by {user}"
        lines = replace.report(outcome, with_list=with_list)
        if outcome.failed and on_error:
            self._running = before
            self._armed = None
            lines += [replace.RESTORED]
        return lines

    # archive and confirmed change

    def _archive_path(self) -> str:
        return value(self._running.get("archive") or {}, "path")

    def _archive_name(self) -> str:
        now = self._clock.now()
        return f"{self._archive_path()}-{now:%b-%d-%H-%M-%S}.{now.microsecond // 1000:03d}-{self._archived}"

    def _archive_as(self, name: str) -> None:
        limit = int(value(self._running.get("archive") or {}, "maximum") or 10)
        text = tree.text_of(self._running)
        self._archives.append((name, text))
        self._store(name, text)
        for old, _ in self._archives[:-limit]:
            self.flash.delete(files.local(old) or "")
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
        """Messages of the rollback appear, unasked, on the line that armed it, right behind the prompt.

        A published console session shows them so; that a vty gets them, and the prompt again after them, is assumed.
        """
        if line in self.sessions:
            self.sessions[line][0].terminal.notify(lines)

    # sessions

    async def before(self, typed: str, *, configuring: bool) -> str | None:
        self.tick()
        return await trouble.before(self.faults, self.mishaps, typed, self._closing)

    async def after(self, *, configuring: bool) -> None:
        if configuring and trouble.cuts(self.faults):
            self.drop_connections()
            raise EOFError

    def level_of(self, user: str) -> int:
        line = tree.find(self._running, ("username", user)) or ""
        return 15 if " privilege 15 " in f"{line} " else 1

    def drop_connections(self) -> None:
        """Break every session at once, without a word; the server does it."""

    def fail(self) -> None:
        """The power fails now."""
        self.reboot(proper=False)

    def reboot(self, *, proper: bool = True, seconds: float = 0.0) -> None:
        """Start again from the startup configuration. What was not saved is gone, and so are a rollback timer and counters.

        A VTP server's VLANs live in vlan.dat and stay. The server of the network is away for `seconds`. That the list of
        archives begins anew, although their files stay, is assumed.
        """
        self.down = seconds > 0
        self.drop_connections()
        vlans = {} if tree.is_transparent(self._startup) else self._running
        self._running = tree.clone(self._startup)
        self._running |= {line: below for line, below in vlans.items() if tree.is_vlan_section(line)}
        self._armed, self._archives, self._archived = None, [], 0
        self._traffic, self._born = Traffic(self._offered), self._clock.monotonic()
        self._changed = self._saved = ""
        self.restarts.append("reload" if proper else "power-on")
        if self.down:
            asyncio.get_running_loop().call_later(seconds, self._up)

    def _up(self) -> None:
        self.down = False


def _release(version: str) -> tuple[int, int]:
    major, _, rest = version.partition(".")
    return int(major), int(rest.replace(".", "(").partition("(")[0])


def value(lines: tree.Tree, *key: str) -> str:
    line = tree.find(lines, key)
    return line.split(" ", len(key))[len(key)] if line and not line.startswith("no ") else ""


def _uplink(root: tree.Tree) -> dict[str, Neighbour]:
    """The gateway behind the first trunk whose description names a device and a port, as the campus has it."""
    gateway = value(root, "ip", "default-gateway")
    for name, lines in tree.interfaces(root).items():
        words = value(lines, "description").split()
        if "switchport mode trunk" in lines and len(words) == 2:
            mac = state.mac_at("4c:5e:0c:00:00:00", random.Random(words[0]).getrandbits(16))
            system = "MikroTik RouterOS 7.16.2 (stable)"
            return {name: Neighbour(name=words[0], port=words[1], mac=mac, description=system, address=gateway)}
    return {}
