"""One API connection: login, sentences in, replies out, tags, cancel; accepts nothing before login but `/login` and `/quit`."""

import asyncio
import hashlib
import hmac
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

from netops.lab.faults import Blow, Mishaps
from netops.lab.routeros import commands, streams
from netops.lab.routeros.asked import Asked, read
from netops.lab.routeros.codec import BadStream, Decoder, encode_sentence, encode_word
from netops.lab.routeros.encoder import Encoder
from netops.lab.routeros.faults import Faults
from netops.lab.routeros.machine import Actor, Machine
from netops.lab.routeros.store import Row
from netops.lab.routeros.texts import Trap

BEFORE_LOGIN = 65536
TIMED_OUT = "action timed out - try again, if error continues contact MikroTik support and send a supout file (13)"
"""What a router says when it is too busy for a write (forum reports of 6.x and 7.x)."""


class Host(Protocol):
    """What a connection needs of its device."""

    machine: Machine
    faults: Faults
    mishaps: Mishaps
    down: bool
    connections: "set[ApiConnection]"
    encoder: Encoder

    def challenge(self) -> bytes: ...

    def fail(self) -> None:
        """The power fails now."""
        ...

    def tick(self) -> None: ...


class ApiConnection(asyncio.Protocol):
    def __init__(self, host: Host, via: str) -> None:
        self.host, self.machine, self.via = host, host.machine, via
        self.actor: Actor | None = None
        self._present: tuple[int, Actor] | None = None
        self.running: dict[str, streams.Stream] = {}
        self._decoder = Decoder(BEFORE_LOGIN)
        self._challenge = b""
        self._transport: asyncio.Transport | None = None
        self._waiting: deque[tuple[float, list[bytes]]] = deque()
        self._worker: asyncio.Task[None] | None = None
        self._out: list[bytes] | None = None
        self._count = 0
        self._active: Row | None = None
        self.peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.peer = str((transport.get_extra_info("peername") or ("",))[0])
        tls = self.via == "api-ssl" and self.host.faults.drop_tls
        if self.host.faults.refuse_connections or self.host.down or tls or not self._served():
            transport.abort()
            return
        self.host.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.host.connections.discard(self)
        self._logged_out()
        for stream in list(self.running.values()):
            stream.stop()
        self.running.clear()
        if self._worker is not None:
            self._worker.cancel()

    def _served(self) -> bool:
        row = self.machine.store.named("/ip/service", self.via)
        return row is not None and row.enabled and streams.allowed(row.get("address"), self.peer)

    def data_received(self, data: bytes) -> None:
        if self.host.mishaps.half_open:
            return
        try:
            sentences = self._decoder.feed(data)
        except BadStream:
            self.abort()
            return
        delay, slow = self.host.faults.delay, self.host.mishaps.slow
        if delay <= 0 and slow <= 0 and not self._waiting:
            self._out = []
            try:
                for words in sentences:
                    self._handle(words)
            finally:
                self._flush()
            return
        due = time.monotonic() + delay
        for words in sentences:
            due = max(due, self._waiting[-1][0] if self._waiting else due) + slow
            self._waiting.append((due, words))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        """Commands wait for the latency of the device, in order; those sent together wait together."""
        while self._waiting:
            due, words = self._waiting[0]
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._waiting.popleft()
            self._handle(words)

    def abort(self) -> None:
        self._flush()
        if self._transport is not None:
            self._transport.abort()

    def _flush(self) -> None:
        """Answers to what came together leave together; what was answered before a cut has left before it."""
        out, self._out = self._out, None
        if out and self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(out))

    def send(self, *words: str, tag: str | None) -> None:
        sentence = [words[0], *(() if tag is None else (f".tag={tag}",)), *words[1:]]
        self.write(encode_sentence([word.encode("latin-1", "replace") for word in sentence]))

    def write(self, data: bytes) -> None:
        if self._out is not None:
            self._out.append(data)
        elif self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)

    def trap(self, trap: Trap, tag: str | None) -> None:
        category = () if trap.category is None else (f"=category={trap.category}",)
        self.send("!trap", *category, f"=message={trap.message}", tag=tag)

    def _handle(self, raw: list[bytes]) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        asked = read(raw)
        command, faults = asked.command, self.host.faults
        self._count += 1
        if faults.cut_after is not None and self._count > faults.cut_after:
            self.abort()
            return
        if command == "/quit":
            self.send("!fatal", "session terminated on request", tag=asked.tag)
            self._close()
        elif command == "/login":
            self._login(asked.args, asked.tag)
        elif self.actor is None:
            self.send("!fatal", "not logged in", tag=asked.tag)
            self._close()
        elif command == "/cancel":
            self._cancel(asked.args, asked.tag)
        else:
            self._command(self.actor, asked)
        if faults.cut_after_reply is not None and self._count >= faults.cut_after_reply:
            self._close()

    def _close(self) -> None:
        self._flush()
        if self._transport is not None:
            self._transport.close()

    def _command(self, actor: Actor, asked: Asked) -> None:
        self.host.tick()
        actor = self._now(actor)
        faults, command, writes, blow = self.host.faults, asked.command, asked.verb in WRITES, UNHARMED
        try:
            if asked.verb in streams.VERBS and streams.start(self, asked) is not None:
                return
            if writes:
                faults.before_write(command)
                blow = self.host.mishaps.write()
                self._struck(blow, command)
            answer = commands.run(self.machine, actor, command, asked.args, asked.queries)
            if blow.reboot:
                self.host.fail()
                return
            if writes and faults.cut_after_write(command):
                self.abort()
                return
        except Trap as trap:
            self.trap(trap, asked.tag)
            self.write(asked.done)
            return
        except ConnectionResetError:
            self.abort()
            return
        if blow.cut is not None:
            self._cut(lambda: self._reply(actor, answer, asked), whole=blow.cut == "after")
            return
        self._reply(actor, answer, asked)

    def _now(self, actor: Actor) -> Actor:
        """With its present policies, looked up again when they may have changed; who is gone has those of the login."""
        people = self.machine.people
        if self._present is None or self._present[0] != people:
            self._present = people, self.machine.actor(actor.name, actor.via, actor.address) or actor
        return self._present[1]

    def _struck(self, blow: Blow, command: str) -> None:
        if blow.refuse is not None:
            raise Trap(blow.refuse or TIMED_OUT)
        if blow.cut == "before":
            raise ConnectionResetError(command)

    def _cut(self, answer: Callable[[], None], *, whole: bool) -> None:
        """The connection ends behind an answer, or in the middle of it."""
        self._flush()
        self._out = []
        answer()
        data = b"".join(self._out)
        self._out = [data if whole else data[: len(data) // 2]]
        self._close()

    def _reply(self, actor: Actor, answer: commands.Answer, asked: Asked) -> None:
        if answer.rows:
            bodies = self.host.encoder.rows(self.machine, actor, answer, asked)
            self.write(asked.row + (b"\x00" + asked.row).join(bodies) + b"\x00")
        elif answer.single is not None:
            self.write(asked.row + self.host.encoder.single(self.machine, actor, answer, asked) + b"\x00")
        elif answer.rows is not None and self.machine.number >= (7, 18):
            self.write(asked.empty)
        for _ in range(answer.empty):
            self.write(asked.row + b"\x00")
        if answer.ret is None:
            self.write(asked.done)
        else:
            ret = encode_word(f"=ret={answer.ret}".encode("latin-1", "replace"))
            self.write(asked.done[:-1] + ret + b"\x00")

    def _login(self, args: Mapping[str, str], tag: str | None) -> None:
        number = self.machine.number
        name = args.get("name", "")
        if "response" in args and number < (6, 45) and self._challenge:
            challenge, self._challenge = self._challenge, b""
            self._enter(name, lambda word: hmac.compare_digest(args["response"], respond(word, challenge)), tag)
        elif "password" in args and number >= (6, 43):
            self._enter(name, lambda word: hmac.compare_digest(args["password"].encode(), word.encode()), tag)
        elif number < (6, 45):
            self._challenge = self.host.challenge()
            self.send("!done", f"=ret={self._challenge.hex()}", tag=tag)
        else:
            self._enter(name, lambda word: False, tag)

    def _enter(self, name: str, check: Callable[[str], bool], tag: str | None) -> None:
        actor = self.machine.login(name, check, self.via, self.peer)
        if actor is None or self.host.faults.refuse_login or self.host.mishaps.wrong_password:
            self.trap(self.machine.texts.login_refused(), tag)
        else:
            self._logged_out()
            self.actor, self._present = actor, None
            self._decoder.limit = 64 * 1024 * 1024
            self._active = self.machine.store.insert("/user/active", {})
            self._active.mark(when=self.machine.stamp(), name=name, address=self.peer, via="api", radius="false")
        self.send("!done", tag=tag)

    def _logged_out(self) -> None:
        table = self.machine.store.tables["/user/active"]
        if self._active is not None and self._active.id in table.rows:
            self.machine.store.remove(self._active)
            self.machine.log(
                "system,info,account", f"user {self._active.marks['name']} logged out from {self.peer} via api"
            )
        self._active = None

    def _cancel(self, args: Mapping[str, str], tag: str | None) -> None:
        """Observed order: the trap of what was interrupted, the end of the cancel, the end of what was interrupted."""
        wanted = [args["tag"]] if "tag" in args else list(self.running)
        stopped = [key for key in wanted if key in self.running]
        for key in stopped:
            self.running.pop(key).stop()
            self.trap(Trap("interrupted", 2), key or None)
        self.send("!done", tag=tag)
        for key in stopped:
            self.send("!done", tag=key or None)


WRITES = frozenset(
    [
        "add",
        "set",
        "remove",
        "enable",
        "disable",
        "unset",
        "move",
        "comment",
        "run",
        "make-static",
        "login",
        "provision",
    ]
)
UNHARMED = Blow()


def respond(password: str, challenge: bytes) -> str:
    """The answer to a challenge, by the old login: `00` and the MD5 of a zero byte, the password and the challenge."""
    return "00" + hashlib.md5(b"\x00" + password.encode("utf-8") + challenge, usedforsecurity=False).hexdigest()
