"""A wire between netops and one device that breaks, falls silent or lies at a given byte; forwards everything else unread."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct, field

RESET = struct.pack("ii", 1, 0)


class Wire(Struct, dict=True):
    """TCP, all connections counted together, both ways. `at` 0: nothing happens.

    `reset`: every connection is reset when so many bytes went through, and new ones work. `silent`: from then on nothing
    goes through any more, and connections stay open. `gone` says whether the path is gone now: silence as long as it is so.
    """

    target: int
    reset: int = 0
    silent: int = 0
    gone: Callable[[], bool] = lambda: False
    passed: int = 0
    connections: int = 0
    _open: set[socket.socket] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Wire":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._break()
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                return
            far.settimeout(None)
            with self._lock:
                self.connections += 1
                self._open |= {near, far}
            for source, sink in ((near, far), (far, near)):
                thread = threading.Thread(target=self._pump, args=(source, sink), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                data = self._let_through(data)
                if data:
                    sink.sendall(data)
                if self._due():
                    self._break()
                    return
        while self._quiet() and not self._over.wait(0.05):
            pass  # a silent wire does not tell of an end either
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _let_through(self, data: bytes) -> bytes:
        """As much of it as goes through before it breaks or falls silent."""
        if self.gone():
            return b""
        with self._lock:
            limit = self.reset or self.silent
            room = max(0, limit - self.passed) if limit else len(data)
            self.passed += min(room, len(data))
            return data[:room]

    def _quiet(self) -> bool:
        return bool(self.silent and self.passed >= self.silent) or self.gone()

    def _due(self) -> bool:
        """Whether it breaks now; once."""
        with self._lock:
            due = bool(self.reset and self.passed >= self.reset)
            self.reset = 0 if due else self.reset
            return due

    def _break(self) -> None:
        with self._lock:
            ends, self._open = self._open, set()
        for end in ends:
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


@contextlib.contextmanager
def wired(root: Path, port: int) -> Iterator[Wire]:
    """A wire in front of a device's port, which the workspace's inventory names from here on."""
    hosts = root / "inventory" / "hosts.yaml"
    text = hosts.read_text(encoding="utf-8")
    with Wire(port) as wire:
        if f": {port}\n" not in text:
            raise ValueError(f"no device has port {port}")
        hosts.write_text(text.replace(f": {port}\n", f": {wire.port}\n"), encoding="utf-8")
        try:
            yield wire
        finally:
            hosts.write_text(text, encoding="utf-8")
