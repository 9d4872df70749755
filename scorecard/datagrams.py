"""Between the poller and a device's agent: datagrams that are lost, doubled, late or forged; understands none of them."""

import contextlib
import socket
import threading
from pathlib import Path

MODES = ("silent", "first lost", "doubled", "replayed", "garbled", "stranger")
"""Nothing comes; the first request is lost; every answer twice; an earlier answer before each; half of the answer before each;
an answer from another port before each."""


class Datagrams:
    """`with Datagrams(workspace, agent's port, mode):` the inventory names this in the agent's place."""

    def __init__(self, root: Path, port: int, mode: str) -> None:
        if mode not in MODES:
            raise ValueError(f"{mode} is none of {', '.join(MODES)}")
        self._hosts, self._target, self._mode = root / "inventory" / "hosts.yaml", port, mode
        self._text = self._hosts.read_text(encoding="utf-8")
        self._over = threading.Event()
        self._requests = 0
        self._last = b""

    def __enter__(self) -> "Datagrams":
        self._near, self._far, self._stranger = (self._socket() for _ in range(3))
        named = f"snmp_port: {self._near.getsockname()[1]}\n"
        self._hosts.write_text(self._text.replace(f"snmp_port: {self._target}\n", named), encoding="utf-8")
        if named not in self._hosts.read_text(encoding="utf-8"):
            raise ValueError(f"no device has SNMP on port {self._target}")
        self._who = ("127.0.0.1", 0)
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._requested, self._answered)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._hosts.write_text(self._text, encoding="utf-8")
        self._over.set()
        for thread in self._threads:
            thread.join(5)
        for one in (self._near, self._far, self._stranger):
            one.close()

    @staticmethod
    def _socket() -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(("127.0.0.1", 0))
        made.settimeout(0.1)
        return made

    def _requested(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                data, self._who = self._near.recvfrom(65535)
                self._requests += 1
                lost = self._mode == "silent" or (self._mode == "first lost" and self._requests == 1)
                if not lost:
                    self._far.sendto(data, ("127.0.0.1", self._target))

    def _answered(self) -> None:
        while not self._over.is_set():
            with contextlib.suppress(TimeoutError):
                data, _ = self._far.recvfrom(65535)
                for answer, teller in self._instead(data):
                    teller.sendto(answer, self._who)
                self._last = data

    def _instead(self, data: bytes) -> list[tuple[bytes, socket.socket]]:
        true = (data, self._near)
        match self._mode:
            case "doubled":
                return [true, true]
            case "replayed":
                return [(self._last or data[::-1], self._near), true]
            case "garbled":
                return [(data[: len(data) // 2], self._near), true]
            case "stranger":
                return [(data, self._stranger), true]
        return [true]
