"""The IOS session against devices that are slower, more talkative or more silent than the lab's: nothing is cut or lost."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import asyncssh
import pytest
from msgspec import Struct, field

from netops.core.clock import SystemClock
from netops.core.errors import TimedOut
from netops.core.model import Scope, Target, Tree
from netops.core.secret import Secret, SecretRef
from netops.drivers.ios import IosDriver, open_driver
from netops.drivers.ios.session import GREETING

RUNNING = """Building configuration...

Current configuration : 99 bytes
!
hostname sw-uji
!
banner motd ^C
##################
^C
interface GigabitEthernet1/0/5
 description Aula Aisyiyah – café, 2 × 10G
 switchport mode access
!
end
"""
ANSWERS = {"show running-config": RUNNING, "show archive": "% Archive not enabled\n"}


class Secrets:
    def get(self, ref: SecretRef) -> Secret:
        return Secret("sandi")


class Device(Struct):
    """A switch of privilege 15 that answers from `ANSWERS`. `say` sends text its own way."""

    greets_after: float = 0.0
    silent: bool = False
    banner: str = ""
    dribble: int = 0
    warning: str = ""
    timeout: int = 5
    ready: bool = False
    heard: list[str] = field(default_factory=list)
    thrown_away: list[str] = field(default_factory=list)
    connections: list[asyncssh.SSHServerConnection] = field(default_factory=list)
    key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))

    async def say(self, process: Any, text: str) -> None:
        data = text.replace("\n", "\r\n").encode()
        step = self.dribble or len(data) or 1
        for start in range(0, len(data), step):
            process.stdout.write(data[start : start + step])
            await asyncio.sleep(0.0005 if self.dribble else 0)

    async def greet(self, process: Any) -> None:
        await asyncio.sleep(self.greets_after)
        await self.say(process, self.banner)
        self.ready = True
        await self.say(process, "" if self.silent else "sw-uji#")

    async def serve(self, process: Any) -> None:
        greeting = asyncio.create_task(self.greet(process))
        pending = b""
        try:
            while data := await process.stdin.read(4096):
                pending += data
                while b"\n" in pending:
                    line, _, pending = pending.partition(b"\n")
                    typed = line.decode().strip()
                    if self.ready:
                        await self._answer(process, typed)
                    else:
                        self.thrown_away.append(typed)
        except (asyncssh.Error, BrokenPipeError, ConnectionError):
            pass
        finally:
            greeting.cancel()
        process.exit(0)

    async def listen(self) -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            lambda: _Anyone(self),
            "127.0.0.1",
            0,
            server_host_keys=[self.key],
            process_factory=self.serve,
            encoding=None,
        )

    async def leave(self, server: asyncssh.SSHAcceptor) -> None:
        server.close()
        for connection in self.connections:
            connection.abort()
            await connection.wait_closed()
        await server.wait_closed()

    async def _answer(self, process: Any, typed: str) -> None:
        self.heard.append(typed)
        if typed == "exit":
            process.exit(0)
            return
        await self.say(process, f"{typed}\n{ANSWERS.get(typed, '')}sw-uji#{self.warning}")


class _Anyone(asyncssh.SSHServer):
    def __init__(self, device: Device) -> None:
        self._device = device

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._device.connections.append(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return password == "sandi"


@contextmanager
def running(device: Device) -> Iterator[Callable[[], IosDriver]]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def call(work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, loop).result(20)

    server = call(device.listen())
    target = Target(
        name="sw-uji",
        host="127.0.0.1",
        platform="ios",
        site="kampus",
        roles=("access",),
        username="netops",
        password=SecretRef("device/sw-uji"),
        options={
            "ssh_port": server.get_port(),
            "host_key": device.key.export_public_key().decode().strip(),
            "timeout": device.timeout,
        },
        data={},
    )
    try:
        yield lambda: open_driver(target, Secrets(), SystemClock())
    finally:
        call(device.leave(server))
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


def seen(driver: IosDriver) -> tuple[str, ...]:
    state = driver.observe(Scope(paths=("interface *",)))
    assert isinstance(state, Tree)
    return state.lines


WHOLE = (
    "interface GigabitEthernet1/0/5",
    " description Aula Aisyiyah – café, 2 × 10G",
    " switchport mode access",
)


@pytest.mark.parametrize("dribble", [0, 1, 2, 7])
def test_an_answer_in_pieces_is_read_whole(dribble: int) -> None:
    """Packets end anywhere: in the echo, in the prompt, inside a letter of two or three bytes."""
    with running(Device(dribble=dribble)) as opened, opened() as driver:
        assert seen(driver) == WHOLE
        assert driver.features == ()
        assert seen(driver) == WHOLE


def test_nothing_is_typed_before_the_prompt() -> None:
    device = Device(greets_after=GREETING / 2)
    with running(device) as opened, opened() as driver:
        assert seen(driver) == WHOLE
    assert device.heard[:2] == ["terminal width 511", "terminal length 0"]


def test_a_device_that_waits_for_enter_is_poked() -> None:
    device = Device(silent=True)
    with running(device) as opened, opened() as driver:
        assert seen(driver) == WHOLE
    assert device.heard[:2] == ["", "terminal width 511"]


def test_a_prompt_that_comes_late_finds_no_command_in_its_way() -> None:
    """This device throws away what is typed before: that is the Enter that pokes it, and nothing else."""
    device = Device(greets_after=GREETING * 1.5)
    with running(device) as opened, opened() as driver:
        assert seen(driver) == WHOLE
        assert seen(driver) == WHOLE
    assert device.thrown_away == [""]
    assert device.heard[:2] == ["terminal width 511", "terminal length 0"]


def test_a_banner_that_ends_like_a_prompt_is_none() -> None:
    device = Device(banner="\n# Hanya untuk petugas #\n####>\n", dribble=3)
    with running(device) as opened, opened() as driver:
        assert seen(driver) == WHOLE
        assert seen(driver) == WHOLE


def test_a_warning_behind_the_prompt_is_not_the_next_answer() -> None:
    """The revert timer speaks up at any moment, on the line of the prompt too."""
    device = Device(warning="Rollback Confirmed Change: rollback will begin in one minute.\nsw-uji#")
    with running(device) as opened, opened() as driver:
        assert seen(driver) == WHOLE
        assert driver.features == ()
        assert seen(driver) == WHOLE


def test_a_device_that_never_shows_a_prompt_is_given_up() -> None:
    device = Device(greets_after=60, timeout=2)
    with running(device) as opened, pytest.raises(TimedOut) as caught:
        opened()
    assert not caught.value.may_have_written
    assert device.thrown_away[0] == ""
    assert not [typed for typed in device.thrown_away if typed not in ("", "exit")]
