"""The RouterOS API on the wire: sentences, tags, deadlines; refuses answers to nothing and answers without end.

librouteros encodes the sentences and carries the login. Reading is ours: one pass over the buffered bytes, words kept raw
(the library casts `007` to 7 and cannot read `.tag`), no logging (the library's DEBUG log shows passwords).
"""

import socket
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from librouteros.connections import SocketTransport
from librouteros.exceptions import FatalError
from librouteros.protocol import ApiProtocol, encode_sentence

from netops.core.clock import Clock
from netops.core.errors import Misbehaved, TimedOut, Unreachable
from netops.core.text import Text
from netops.platforms.routeros.words import text_of

_CHUNK = 256 * 1024
_LONGEST = 16 * 1024 * 1024
_WINDOW = 64
"""Commands in flight at most: enough to hide a round trip, few enough that neither side's buffer can fill and stall."""
_PATIENCE = 4
"""A whole exchange may take so many times the timeout of one read: a device that drips bytes is not waited for."""

Command = tuple[str, ...]


@dataclass(slots=True)
class Answer:
    """The reply to one command: data rows (raw text), the value of `ret`, and the messages of traps."""

    rows: list[dict[str, str]] = field(default_factory=list)
    ret: str = ""
    traps: list[str] = field(default_factory=list)
    done: bool = False


class Channel(SocketTransport):  # type: ignore[misc]  # the library carries no types
    """A transport for librouteros with a buffer and deadlines; all errors are ours, none carries what was sent."""

    def __init__(self, sock: socket.socket, device: str, timeout: float, clock: Clock) -> None:
        super().__init__(sock)
        self.device, self.timeout, self.clock = device, timeout, clock
        self.step, self.writing = "login", False
        self._deadline = clock.monotonic() + timeout * _PATIENCE
        self._buffer = bytearray()
        self._wanted = 0
        self._sentences: deque[list[str]] = deque()

    def begin(self, step: str) -> None:
        """A new exchange: its name for errors, its own deadline, nothing written yet."""
        self.step, self.writing = step, False
        self._deadline = self.clock.monotonic() + self.timeout * _PATIENCE

    def write(self, data: bytes) -> None:
        try:
            self.sock.settimeout(self._left())
            self.sock.sendall(data)
        except TimeoutError as exc:
            raise self._late() from exc
        except OSError as exc:
            raise self._broken(exc) from exc

    def sentence(self) -> list[str]:
        """The next sentence; waits for it."""
        while not self._sentences:
            self._fill()
        return self._sentences.popleft()

    def _left(self) -> float:
        left = self._deadline - self.clock.monotonic()
        if left <= 0:
            raise self._late()
        return min(self.timeout, left)

    def _fill(self) -> None:
        try:
            self.sock.settimeout(self._left())
            got = self.sock.recv(_CHUNK)
        except TimeoutError as exc:
            raise self._late() from exc
        except OSError as exc:
            raise self._broken(exc) from exc
        if not got:
            raise self._broken(None)
        self._buffer += got
        if len(self._buffer) >= self._wanted:
            self._scan()

    def _scan(self) -> None:
        """Cuts the complete sentences off the buffer; what is incomplete stays for the next bytes."""
        data = bytes(self._buffer)
        text, plain = data.decode("latin-1"), data.isascii()
        size, at, start = len(data), 0, 0
        words: list[str] = []
        self._wanted = 0
        while at < size:
            length = data[at]
            begin = at + 1
            if length == 0:
                if words:
                    self._sentences.append(words)
                    words = []
                at = start = begin
                continue
            if length >= 0x80:
                begin, length = self._long(data, at)
            end = begin + length
            if end > size:
                self._wanted = end - start
                break
            word = text[begin:end]
            words.append(word if plain or word.isascii() else text_of(data[begin:end]))
            at = end
        del self._buffer[:start]

    def _long(self, data: bytes, at: int) -> tuple[int, int]:
        """Where the word of a longer length begins, and that length."""
        first = data[at]
        if first >= 0xF8:
            raise self.misbehaved(f"control byte {first:#04x}")
        extra = 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
        begin = at + 1 + extra
        if begin > len(data):
            return begin, 1  # the length itself is not here yet: as good as a word that is not
        mask = (0x3F, 0x1F, 0x0F, 0x00)[extra - 1]
        length = int.from_bytes(bytes([first & mask]) + data[at + 1 : begin], "big")
        if length > _LONGEST:
            raise self.misbehaved(f"a word of {length} bytes")
        return begin, length

    def misbehaved(self, what: str) -> Misbehaved:
        return Misbehaved(
            Text(f"jawaban di luar protokol API: {what}", f"an answer that the API protocol does not allow: {what}"),
            Text("periksa apakah port itu benar port API RouterOS", "check that this is the RouterOS API port"),
            device=self.device,
            step=self.step,
            may_have_written=self.writing,
        )

    def _late(self) -> TimedOut:
        return TimedOut(
            Text(f"tidak ada jawaban dalam {self.timeout:g} detik", f"no answer within {self.timeout:g} seconds"),
            device=self.device,
            step=self.step,
            may_have_written=self.writing,
        )

    def _broken(self, exc: OSError | None) -> Unreachable:
        why = exc.strerror or type(exc).__name__ if exc else "closed by the device"
        return Unreachable(
            Text(f"sambungan putus ({why})", f"the connection broke ({why})"),
            device=self.device,
            step=self.step,
            may_have_written=self.writing,
        )


class Protocol(ApiProtocol):  # type: ignore[misc]  # the library carries no types
    """librouteros's protocol over our channel: same sentences, nothing logged."""

    transport: Channel

    def writeSentence(self, cmd: str, *words: str) -> None:
        self.transport.write(encode_sentence(cmd, *words, encoding=self.encoding))

    def readSentence(self) -> tuple[str, tuple[str, ...]]:
        words = self.transport.sentence()
        if words[0] == "!fatal":
            raise FatalError(" ".join(words[1:]))
        return words[0], tuple(words[1:])


def _sentences(commands: tuple[Command, ...], first: int) -> bytes:
    """Commands as API sentences, each with its number as tag."""
    return b"".join(
        encode_sentence(*command, f".tag={number}", encoding="utf-8") for number, command in enumerate(commands, first)
    )


_known_sentences = lru_cache(maxsize=256)(_sentences)
"""Questions are the same for every router. Never for writes: those carry secrets, which must not stay in memory."""


class Wire:
    """One logged-in API session: exchanges of tagged commands."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def close(self) -> None:
        self._channel.close()

    def exchange(self, step: str, commands: Sequence[Command], *, writes: bool = False) -> list[Answer]:
        """Send commands, many in flight, and return their answers in the order of the commands.

        Each command carries `.tag`, and each reply is matched by it: a lost or doubled reply is found out instead of
        shifting all later ones. Traps are data here. Raises `Unreachable`, `TimedOut`, `Misbehaved`; with `writes`
        their `may_have_written` is True from the first byte on.
        """
        channel = self._channel
        channel.begin(step)
        answers = [Answer() for _ in commands]
        by_tag = {str(number): answer for number, answer in enumerate(answers)}
        sent = received = 0
        while received < len(commands):
            if sent < len(commands) and sent - received <= _WINDOW // 2:
                upto = min(len(commands), received + _WINDOW)
                channel.writing = channel.writing or writes
                encode = _sentences if writes else _known_sentences
                channel.write(encode(tuple(commands[sent:upto]), sent))
                sent = upto
            received += self._take(channel.sentence(), by_tag)
        return answers

    def _take(self, words: list[str], by_tag: Mapping[str, Answer]) -> int:
        """Files one reply sentence; 1 when it ends its command."""
        kind, tag = words[0], ""
        values: dict[str, str] = {}
        for word in words:
            if word[0] == "=":
                name, _, value = word[1:].partition("=")
                values[name] = value
            elif word[:5] == ".tag=":
                tag = word[5:]
        if kind == "!fatal":
            channel = self._channel
            raise Unreachable(
                Text("perangkat mengakhiri sesi", "the device ended the session"),
                device=channel.device,
                step=channel.step,
                may_have_written=channel.writing,
            )
        answer = by_tag.get(tag)
        if answer is None or answer.done:
            raise self._channel.misbehaved("a reply to no command")
        match kind:
            case "!re":
                answer.rows.append(values)
            case "!trap":
                answer.traps.append(values.get("message", ""))
            case "!done":
                answer.ret = values.get("ret", "")
                answer.done = True
                return 1
            case "!empty":
                pass
            case _:
                raise self._channel.misbehaved("an unknown reply word")
        return 0
