"""A simulated router on the test's own loop: raw API sentences, commands without a socket, a clock that the test moves."""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from netops.core.clock import ManualClock
from netops.lab import routeros
from netops.lab.routeros import commands
from netops.lab.routeros.codec import Decoder, encode_sentence
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.machine import SYSTEM, Account, Actor
from netops.lab.routeros.texts import Trap

START = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # 10:00 in Jakarta
CONFIGS = Path(routeros.__file__).parent.parent / "configs"
ADMIN = Account(name="admin", password="kunci")


def make(version: str = "7.16.2", config: str = "", **more: object) -> RouterOS:
    """A router without SSH, with user `admin`, and its clock at `START`."""
    options: dict[str, object] = {"ssh": False, "users": (ADMIN,), "clock": ManualClock(START), **more}
    return RouterOS(name="gw", version=version, config=config, **options)  # type: ignore[arg-type]  # a table of options


def campus(name: str, version: str, **more: object) -> RouterOS:
    return make(version, (CONFIGS / f"{name}.rsc").read_text(encoding="utf-8"), **more)


class Desk:
    """Commands on a router without a wire."""

    def __init__(self, device: RouterOS, actor: Actor = SYSTEM) -> None:
        self.device, self.actor = device, actor

    def run(self, command: str, *queries: str, **args: str) -> commands.Answer:
        words = {name.lstrip("_").replace("_", "-"): text for name, text in args.items()}
        if "id" in words:
            words[".id"] = words.pop("id")
        return commands.run(self.device.machine, self.actor, command, words, list(queries))

    def raw(self, command: str, args: Mapping[str, str]) -> commands.Answer:
        return commands.run(self.device.machine, self.actor, command, args)

    def add(self, menu: str, **args: str) -> str:
        ret = self.run(f"{menu}/add", **args).ret
        assert ret is not None
        return ret

    def rows(self, menu: str, *queries: str) -> list[dict[str, str]]:
        answer = self.run(f"{menu}/print", *queries)
        return [dict(self.device.machine.shown(menu, row)) for row in answer.rows or ()]

    def row(self, menu: str, ref: str) -> dict[str, str]:
        (found,) = [row for row in self.rows(menu) if row[".id"] == ref or row.get("name") == ref]
        return found

    def refusal(self, command: str, **args: str) -> str:
        """The trap text of a command that must be refused."""
        try:
            self.run(command, **args)
        except Trap as trap:
            return trap.message
        raise AssertionError(f"{command} was not refused")

    def move(self, seconds: float) -> None:
        clock = self.device.machine.clock
        assert isinstance(clock, ManualClock)
        clock.move(seconds)
        self.device.tick()


class Line:
    """A raw API connection: sentences of text, bytes where they matter. `opened` is for whoever has to close them."""

    opened: ClassVar[list["Line"]] = []

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self._decoder = Decoder()
        self._ready: list[list[bytes]] = []

    @classmethod
    async def open(cls, device: RouterOS, *, tls: bool = False, login: bool = True) -> "Line":
        context = None
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        port = device.ports["api_tls" if tls else "api"]
        line = cls(*await asyncio.open_connection("127.0.0.1", port, ssl=context))
        cls.opened.append(line)
        if login:
            assert await line.talk("/login", f"=name={ADMIN.name}", f"=password={ADMIN.password}") == [["!done"]]
        return line

    def send(self, *words: str | bytes) -> None:
        self.writer.write(encode_sentence([w.encode("utf-8") if isinstance(w, str) else w for w in words]))

    async def sentence(self) -> list[bytes]:
        """Raises `ConnectionError` at the end of the stream."""
        while not self._ready:
            data = await asyncio.wait_for(self.reader.read(65536), 10)
            if not data:
                raise ConnectionError("closed")
            self._ready += self._decoder.feed(data)
        return self._ready.pop(0)

    async def words(self) -> list[str]:
        return [word.decode("utf-8") for word in await self.sentence()]

    async def talk(self, *words: str | bytes) -> list[list[str]]:
        """Send one command; everything up to its `!done` or `!fatal`."""
        self.send(*words)
        replies: list[list[str]] = []
        while not replies or replies[-1][0] not in ("!done", "!fatal"):
            replies.append(await self.words())
        return replies

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await self.writer.wait_closed()
