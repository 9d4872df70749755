"""The RouterOS API on the wire: sentences, tags, deadlines; refuses answers to nothing and answers without end.

librouteros encodes the sentences and the login. Reading is ours: one pass over the buffered bytes, words kept raw
(the library casts `007` to 7 and cannot read `.tag`), no logging (the library's DEBUG log shows passwords).
"""

import socket
from collections import deque
from collections.abc import Collection, Sequence
from functools import lru_cache

from librouteros.protocol import encode_sentence
from msgspec import Struct, field

from netops.core.clock import Clock
from netops.core.errors import Misbehaved, TimedOut, Unreachable
from netops.core.text import Text
from netops.platforms.routeros.words import text_of

_CHUNK = 64 * 1024
"""More than a TLS record holds, and little enough to be taken from memory at hand instead of asking the system for it."""
_LONGEST = 16 * 1024 * 1024
_WINDOW = 96
"""Commands in flight at most: a whole backup, few enough that neither side's buffer can fill and stall."""
_PATIENCE = 4
"""A whole exchange may take so many times the timeout of one read: a device that drips bytes is not waited for."""

Command = tuple[str, ...]
Words = list[str]


class Answer(Struct):
    """The reply to one command: its data rows as they came, the value of `ret`, and the messages of traps."""

    sentences: list[Words] = field(default_factory=list)
    ret: str = ""
    traps: list[str] = field(default_factory=list)

    @property
    def rows(self) -> list[dict[str, str]]:
        """The data rows by name, raw text; made each time they are asked for."""
        return [values_of(words) for words in self.sentences]


def values_of(words: Words) -> dict[str, str]:
    values: dict[str, str] = {}
    for word in words:
        if word[0] == "=":
            name, _, value = word[1:].partition("=")
            values[name] = value
    return values


class Channel:
    """Sentences over a socket, with a buffer and deadlines; all errors are ours, none carries what was sent."""

    def __init__(self, sock: socket.socket, device: str, timeout: float, clock: Clock) -> None:
        self.sock = sock
        self.device, self.timeout, self.clock = device, timeout, clock
        self.step, self.writing = "login", False
        self._deadline = clock.monotonic() + timeout * _PATIENCE
        self._bound = sock.gettimeout()
        self._buffer = bytearray()
        self._wanted = 0
        self._sentences: deque[Words] = deque()

    def begin(self, step: str) -> None:
        """A new exchange: its name for errors, its own deadline, nothing written yet."""
        self.step, self.writing = step, False
        self._deadline = self.clock.monotonic() + self.timeout * _PATIENCE

    def close(self) -> None:
        self.sock.close()

    def write(self, data: bytes) -> None:
        self._set_bound()
        try:
            self.sock.sendall(data)
        except TimeoutError as exc:
            raise self._late() from exc
        except OSError as exc:
            raise self._broken(exc) from exc

    def sentence(self) -> Words:
        """The next sentence; waits for it."""
        return self.sentences().popleft()

    def sentences(self) -> deque[Words]:
        """Those that have come, to be taken from the left; waits for at least one."""
        while not self._sentences:
            self._fill()
        return self._sentences

    def early(self) -> deque[Words]:
        """Those that came without being asked for."""
        return self._sentences

    def _set_bound(self) -> None:
        """The next write or read may last `timeout`, or what the exchange has left; told to the system when it is new."""
        left = self._deadline - self.clock.monotonic()
        if left <= 0:
            raise self._late()
        bound = min(self.timeout, left)
        if bound != self._bound:
            self.sock.settimeout(bound)
            self._bound = bound

    def _fill(self) -> None:
        self._set_bound()
        try:
            got = self.sock.recv(_CHUNK)
        except TimeoutError as exc:
            raise self._late() from exc
        except OSError as exc:
            raise self._broken(exc) from exc
        if not got:
            raise self._broken(None)
        if not self._buffer:
            self._scan(got)
            return
        self._buffer += got
        if len(self._buffer) >= self._wanted:
            self._scan(bytes(self._buffer))

    def _scan(self, data: bytes) -> None:
        """Cuts the complete sentences off; what is incomplete stays in the buffer for the next bytes."""
        text, plain = data.decode("latin-1"), data.isascii()
        size, at, start = len(data), 0, 0
        words: Words = []
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
        self._buffer[:] = data[start:]

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
        self._asked = 0

    def close(self) -> None:
        self._channel.close()

    def exchange(self, step: str, commands: Sequence[Command], *, writes: bool = False) -> list[Answer]:
        """Send commands, many in flight, and return their answers in the order of the commands.

        Each command carries `.tag`, a number of its own in this session, and each reply is matched by it: a lost or doubled
        reply is found out instead of shifting all later ones, however late it comes, and so is a reply to what was not sent
        yet. Traps are data here. Raises `Unreachable`, `TimedOut`, `Misbehaved`; with `writes` their `may_have_written` is
        True from the first byte on.
        """
        channel = self._channel
        channel.begin(step)
        answers = [Answer() for _ in commands]
        waiting: dict[str, Answer] = {}
        first, sent = self._asked, 0
        self._asked += len(answers)
        while waiting or sent < len(answers):
            if sent < len(answers) and len(waiting) <= _WINDOW // 2:
                for words in channel.early():
                    raise self._strange(words, "a reply to no command")
                upto = min(len(answers), sent + _WINDOW - len(waiting))
                channel.writing = channel.writing or writes
                encode = _sentences if writes else _known_sentences
                channel.write(encode(tuple(commands[sent:upto]), first + sent))
                waiting |= {f".tag={first + place}": answers[place] for place in range(sent, upto)}
                sent = upto
            self._file(channel.sentences(), waiting)
        return answers

    def _file(self, sentences: deque[Words], waiting: dict[str, Answer]) -> None:
        """Files reply sentences as long as there are some and an answer waits for one; ended answers wait no longer."""
        while sentences and waiting:
            words = sentences.popleft()
            kind, tag = words[0], words[1] if len(words) > 1 else ""
            if tag not in waiting:
                tag = self._tag(words, waiting)
            answer = waiting[tag]
            if kind == "!re":
                answer.sentences.append(words)
            elif kind == "!done":
                answer.ret = values_of(words).get("ret", "") if len(words) > 2 else ""
                del waiting[tag]
            elif kind == "!trap":
                answer.traps.append(values_of(words).get("message", ""))
            elif kind != "!empty":
                raise self._strange(words, "an unknown reply word")

    def _tag(self, words: Words, waiting: Collection[str]) -> str:
        """The tag of a sentence that does not begin with it."""
        tag = next((word for word in reversed(words) if word.startswith(".tag=")), "")
        if tag not in waiting:
            raise self._strange(words, "a reply to no command")
        return tag

    def _strange(self, words: Words, what: str) -> Unreachable | Misbehaved:
        channel = self._channel
        if words[0] != "!fatal":
            return channel.misbehaved(what)
        return Unreachable(
            Text("perangkat mengakhiri sesi", "the device ended the session"),
            device=channel.device,
            step=channel.step,
            may_have_written=channel.writing,
        )
