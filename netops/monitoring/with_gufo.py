"""The fast poller, on gufo-snmp: SNMP v2c only, one thread, all devices in flight at once.

What gufo-snmp 0.13 does was read in its source and tried: its sockets are connected and its request ids random, so that only
the agent that was asked can answer; but a v3 answer is taken without a look at its digest, which is why v3 is not done here.
Its decoder panics on some rubbish, which is caught. It drops an error-status and with it the values (`discover.gather` asks for less then), and follows a walk that goes in
circles (`discover.walk` does not). Its asyncio sessions cost more than the rest of a reading; the sockets below them are used.
"""

import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from gufo.snmp import SnmpAuthError, SnmpError
from gufo.snmp._fast import GetIter, SnmpV2cClientSocket
from msgspec import Struct, field

from netops.core.clock import Clock
from netops.core.errors import NetopsError
from netops.core.measured import Sample
from netops.core.model import Target
from netops.core.secret import SecretSource
from netops.monitoring import login
from netops.monitoring.asking import (
    REPETITIONS,
    Get,
    Rows,
    Talk,
    Walk,
    refused,
    timed_out,
    undecodable,
    unreachable,
)
from netops.monitoring.descriptors import room
from netops.monitoring.plan import Memory
from netops.monitoring.reading import talk

RECEIVE_BUFFER = 1 << 18
SWEEP_SECONDS = 0.05
RESOLVE_SECONDS = 3.0


class _Line(Struct):
    """One device: its socket while one is open, and where its talk stands."""

    target: Target
    memory: Memory = field(default_factory=Memory)
    address: str = ""
    sock: Any = None
    fd: int = -1
    iterator: Any = None
    talk: Talk | None = None
    ask: Get | Walk | None = None
    seconds: int = 0
    deadline: float = 0.0
    again: float = 0.0
    pause: float = 0.0
    rubbish: bool = False


class GufoPoller:
    """A `Poller` kept open between rounds; `close` or leaving the context frees its sockets."""

    def __init__(self, secrets: SecretSource, clock: Clock, *, descriptors: int | None = None) -> None:
        self._secrets, self._clock = secrets, clock
        self._lines: dict[str, _Line] = {}
        self._open: dict[int, _Line] = {}
        self._room = descriptors
        self._chooser = selectors.DefaultSelector()

    def __enter__(self) -> "GufoPoller":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        for line in list(self._open.values()):
            self._hang_up(line)
        self._chooser.close()

    def sample(self, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        """As `with_pysnmp.PysnmpPoller.sample` says, for v2c."""
        return _Round(self, targets, at).run()

    def lines(self, targets: Sequence[Target]) -> list[_Line]:
        """What is known of the devices, with addresses for names; a device whose inventory entry changed starts afresh."""
        found = []
        for target in targets:
            line = self._lines.get(target.name)
            if line is None or line.target != target:
                if line is not None:
                    self._hang_up(line)
                line = self._lines[target.name] = _Line(target)
            found.append(line)
        _resolve([line for line in found if not line.address])
        return found

    def dial(self, line: _Line) -> bool:
        """An open socket for the line, or False while there are as many as may be."""
        if line.sock is not None:
            return True
        if self._room is None:
            self._room = room(len(self._lines))
        if len(self._open) >= self._room and not self._hang_up_an_idle_one():
            return False
        community = login.secret(self._secrets, line.target, "community")
        line.sock = SnmpV2cClientSocket(line.address, community, 0, 0, RECEIVE_BUFFER, 0)
        line.fd = line.sock.get_fd()
        self._open[line.fd] = line
        self._chooser.register(line.fd, selectors.EVENT_READ, line)
        return True

    def ready(self, seconds: float) -> list[_Line]:
        return [key.data for key, _ in self._chooser.select(seconds)]

    def forget(self, line: _Line) -> None:
        """After a failure nothing of the device is taken for granted: address, community and rows are looked up again."""
        self._hang_up(line)
        self._lines.pop(line.target.name, None)

    def now(self) -> float:
        return self._clock.monotonic()

    def _hang_up(self, line: _Line) -> None:
        if line.sock is not None:
            self._chooser.unregister(line.fd)
            del self._open[line.fd]
            line.sock, line.iterator = None, None

    def _hang_up_an_idle_one(self) -> bool:
        for line in self._open.values():
            if line.talk is None:
                self._hang_up(line)
                return True
        return False


class _Round:
    """One reading of every target."""

    def __init__(self, poller: GufoPoller, targets: Sequence[Target], at: datetime) -> None:
        self._poller, self._at = poller, at
        self._started = poller.now()
        self._results: dict[str, Sample | Exception] = {}
        self._targets = targets
        self._waiting: deque[_Line] = deque()
        self._talking: dict[int, _Line] = {}
        # Seconds in which answers were listened for: when this machine is too busy to, no device is late for it.
        self._listened = 0.0

    def run(self) -> Mapping[str, Sample | Exception]:
        usable = []
        for target in self._targets:
            try:
                login.deadline(target), login.port(target)
                usable.append(target)
            except NetopsError as error:
                self._results[target.name] = error
        self._waiting.extend(self._poller.lines(usable))
        self._fill()
        before, swept = time.monotonic(), self._listened
        while self._talking or self._waiting:
            for line in self._poller.ready(SWEEP_SECONDS):
                if line.talk is None:
                    _drop(line)
                else:
                    self._hear(line)
            now = time.monotonic()
            self._listened += min(now - before, 2 * SWEEP_SECONDS)
            before = now
            if self._listened - swept >= SWEEP_SECONDS:
                swept = self._listened
                self._sweep(swept)
            if self._waiting:
                self._fill()
        return {target.name: self._results[target.name] for target in self._targets}

    def _fill(self) -> None:
        """Begin with as many as there are descriptors for; a device's deadline runs from its own first request."""
        while self._waiting:
            line = self._waiting[0]
            try:
                if not self._poller.dial(line):
                    return
            except NetopsError as error:
                self._end(self._waiting.popleft(), error)
                continue
            except OSError as exc:
                self._end(self._waiting.popleft(), unreachable(line.target, exc))
                continue
            self._begin(self._waiting.popleft())

    def _begin(self, line: _Line) -> None:
        line.seconds = login.deadline(line.target)
        line.rubbish = False
        line.talk = talk(line.target.name, line.memory, self._poller.now, self._stamp)
        line.deadline = self._listened + line.seconds
        self._talking[id(line)] = line
        self._step(line, line.talk.__next__)

    def _stamp(self) -> datetime:
        return self._at + timedelta(seconds=self._poller.now() - self._started)

    def _step(self, line: _Line, go: Callable[[], Get | Walk]) -> None:
        try:
            line.ask = go()
        except StopIteration as end:
            self._end(line, end.value)
        except NetopsError as error:
            self._end(line, error)
        else:
            line.pause = min(1.0, line.seconds / 4)
            self._send(line)

    def _send(self, line: _Line) -> None:
        ask = line.ask
        line.again = self._listened + line.pause
        try:
            if isinstance(ask, Get):
                line.sock.send_get_many(ask.oids)
            elif isinstance(ask, Walk):
                if ask.after == ask.column:
                    line.iterator = GetIter(ask.column, REPETITIONS)
                if ask.single:
                    line.sock.send_get_next(line.iterator)
                else:
                    line.sock.send_get_bulk(line.iterator)
        except BlockingIOError:
            return
        except OSError as exc:
            self._end(line, unreachable(line.target, exc))

    def _hear(self, line: _Line) -> None:
        try:
            answer = _answer(line)
        except BlockingIOError:
            return
        except TimeoutError as exc:  # as gufo says that the host has no such port
            self._end(line, unreachable(line.target, exc))
        except SnmpAuthError as exc:
            self._end(line, refused(line.target, str(exc)))
        except OSError as exc:
            self._end(line, unreachable(line.target, exc))
        except (SnmpError, ValueError, RuntimeError):
            line.rubbish = True
        except BaseException as exc:
            if not _panicked(exc):
                raise
            line.rubbish = True
        else:
            talking = line.talk
            assert talking is not None
            self._step(line, lambda: talking.send(answer))

    def _sweep(self, now: float) -> None:
        for line in list(self._talking.values()):
            if now >= line.deadline:
                name = line.target
                self._end(line, undecodable(name.name) if line.rubbish else timed_out(name, line.seconds))
            elif now >= line.again:
                line.pause *= 2
                self._send(line)

    def _end(self, line: _Line, result: Sample | Exception) -> None:
        self._results[line.target.name] = result
        self._talking.pop(id(line), None)
        if line.talk is not None:
            line.talk.close()
            line.talk = None
        if isinstance(result, Exception):
            self._poller.forget(line)


def _answer(line: _Line) -> Mapping[str, Any] | Rows:
    ask = line.ask
    if isinstance(ask, Get):
        values: Mapping[str, Any] = line.sock.recv_get_many()
        return values
    assert ask is not None
    try:
        if ask.single:
            return Rows([line.sock.recv_get_next(line.iterator)], False)
        rows = line.sock.recv_get_bulk(line.iterator)
    except StopAsyncIteration:
        return Rows((), False)
    return Rows(rows[:-1], True) if rows[-1] is None else Rows(rows, False)


def _panicked(exc: BaseException) -> bool:
    """gufo-snmp's decoder panics on some datagrams, and says so with a BaseException that has no public name."""
    return type(exc).__name__ == "PanicException"


def _drop(line: _Line) -> None:
    """An answer that came twice, or too late."""
    try:
        line.sock.recv_get_many()
    except (BlockingIOError, SnmpError, OSError, StopAsyncIteration, ValueError, RuntimeError):
        return
    except BaseException as exc:
        if not _panicked(exc):
            raise


def _resolve(lines: Sequence[_Line]) -> None:
    """Addresses for host names, side by side: a name server that is silent delays no other device for long."""

    def look_up(line: _Line) -> str:
        found: list[Any] = socket.getaddrinfo(line.target.host, login.port(line.target), type=socket.SOCK_DGRAM)
        host, number = str(found[0][4][0]), found[0][4][1]
        return f"[{host}]:{number}" if ":" in host else f"{host}:{number}"

    named = []
    for line in lines:
        try:
            socket.inet_pton(socket.AF_INET, line.target.host)
            line.address = f"{line.target.host}:{login.port(line.target)}"
        except OSError:
            named.append(line)
    if not named:
        return
    workers = ThreadPoolExecutor(max_workers=min(16, len(named)))
    try:
        asked = {line.target.name: workers.submit(look_up, line) for line in named}
        until = time.monotonic() + RESOLVE_SECONDS
        for line in named:
            with suppress(OSError, TimeoutError):
                line.address = asked[line.target.name].result(max(0.0, until - time.monotonic()))
    finally:
        workers.shutdown(wait=False, cancel_futures=True)
