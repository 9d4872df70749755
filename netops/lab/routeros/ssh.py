"""SSH on a simulated router: one command, or a shell with its prompt; passwords only, no files, no forwarding."""

import asyncio
from typing import Any, Protocol

import asyncssh

from netops.lab.faults import Mishaps
from netops.lab.routeros.console import Console
from netops.lab.routeros.faults import Faults
from netops.lab.routeros.machine import Actor, Machine

BANNER = "\n\n  MikroTik RouterOS {version} (c) 1999-2024       https://www.mikrotik.com/\n\n\n"
HALF_OPEN_POLL = 0.1
QUIT = {"quit", "/quit", "exit"}


class Host(Protocol):
    machine: Machine
    faults: Faults
    mishaps: Mishaps
    down: bool
    shells: set[Any]

    def tick(self) -> None: ...


async def listen(device: Host, host: str, private_key: bytes) -> Any:
    """An asyncssh acceptor on a free port of `host`."""
    return await asyncssh.listen(
        host,
        0,
        server_factory=lambda: _Server(device),
        server_host_keys=[asyncssh.import_private_key(private_key)],
        process_factory=lambda process: _serve(device, process),
        encoding=None,
        line_editor=False,
        allow_scp=False,
        server_version="ROSSSH",
        compression_algs=None,
        login_timeout=30,
    )


class _Server(asyncssh.SSHServer):
    def __init__(self, device: Host) -> None:
        self._device = device
        self._peer = ""

    def connection_made(self, conn: Any) -> None:
        self._peer = str(conn.get_extra_info("peername")[0])
        self._conn = conn
        self._device.shells.add(conn)
        row = self._device.machine.store.named("/ip/service", "ssh")
        if self._device.faults.refuse_connections or self._device.down or row is None or not row.enabled:
            conn.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._device.shells.discard(self._conn)

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """The part from `+` on is for the terminal (`admin+ct511w4098h`), not of the name."""
        user = username.partition("+")[0]
        actor = self._device.machine.login(user, lambda word: word == password, "ssh", self._peer)
        if actor is None or self._device.faults.refuse_login or self._device.mishaps.wrong_password:
            return False
        self._conn.set_extra_info(actor=actor)
        return True


async def _serve(device: Host, process: Any) -> None:
    actor: Actor = process.get_extra_info("connection").get_extra_info("actor")
    device.tick()
    active = device.machine.store.insert("/user/active", {})
    active.mark(when=device.machine.stamp(), name=actor.name, address=actor.address, via="ssh", radius="false")
    try:
        console = Console(device.machine, actor)
        if process.command is not None:
            _write(process, await _run(device, console, _decode(process.command)))
        else:
            await _shell(device, process, console)
        process.exit(0)
    except (asyncssh.Error, OSError):
        process.close()
    finally:
        device.machine.store.remove(active)


async def _run(device: Host, console: Console, line: str) -> str:
    if device.faults.delay + device.mishaps.slow:
        await asyncio.sleep(device.faults.delay + device.mishaps.slow)
    while device.mishaps.half_open:
        await asyncio.sleep(HALF_OPEN_POLL)
    device.tick()
    return console.run(line)


def _decode(command: str | bytes) -> str:
    return command.decode("latin-1") if isinstance(command, bytes) else command.encode("utf-8").decode("latin-1")


def _write(process: Any, text: str) -> None:
    process.stdout.write(text.replace("\n", "\r\n").encode("latin-1", "replace"))


async def _shell(device: Host, process: Any, console: Console) -> None:
    """Echoes what is typed, as terminals expect; `\\r`, `\\n` and both together end a line."""
    _write(process, BANNER.format(version=device.machine.version) + console.prompt)
    line, last = "", ""
    while not process.stdin.at_eof():
        data = (await process.stdin.read(4096)).decode("latin-1")
        echo = ""
        for char in data:
            before, last = last, char
            if char in "\r\n":
                if char == "\n" and before == "\r":
                    continue
                if line.strip() in QUIT:
                    _write(process, echo + "\ninterrupted\n")
                    return
                # What was typed is shown before the command runs; it may take its time.
                _write(process, echo + "\n")
                echo = await _run(device, console, line) + console.prompt
                line = ""
            elif char == "\x04":
                return
            elif char == "\x03":
                echo, line = echo + "\n" + console.prompt, ""
            elif char in "\x7f\b":
                echo, line = echo + ("\b \b" if line else ""), line[:-1]
            elif char >= " ":
                echo, line = echo + char, line + char
        if echo:
            _write(process, echo)
