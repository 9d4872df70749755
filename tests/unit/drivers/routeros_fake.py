"""A few lines of RouterOS API on a loopback socket for the driver's tests: own codec, recorded replies, faults on demand."""

import socket
import ssl
import threading
from collections.abc import Callable
from typing import Self

Sentence = list[bytes]
Reply = Callable[["FakeRouter", str, dict[str, str]], list[Sentence]]


def encode(words: Sentence) -> bytes:
    out = b""
    for word in words:
        size = len(word)
        if size < 0x80:
            out += bytes([size])
        elif size < 0x4000:
            out += (size | 0x8000).to_bytes(2, "big")
        elif size < 0x200000:
            out += (size | 0xC00000).to_bytes(3, "big")
        else:
            out += (size | 0xE0000000).to_bytes(4, "big")
        out += word
    return out + b"\0"


class FakeRouter:
    """Rows by menu, traps by command; `chunk` bytes at a time; `stop_after` commands the line goes dead or closes."""

    def __init__(
        self,
        rows: dict[str, list[dict[str, str]]] | None = None,
        *,
        chunk: int = 0,
        context: ssl.SSLContext | None = None,
        password: str = "s3cret",
        challenge: str = "",
    ) -> None:
        self.rows = {
            "/system/resource": [{"version": "7.16.2 (stable)", "board-name": "CHR", "free-hdd-space": "90000000"}],
            "/system/identity": [{"name": "gw"}],
            "/user": [{".id": "*1", "name": "netops", "group": "netops"}],
            "/user/group": [{".id": "*1", "name": "netops", "policy": "read,write,test,api,!ftp"}],
            "/system/scheduler": [],
            "/system/script": [],
            **(rows or {}),
        }
        self.traps: dict[str, str] = {}
        self.raw: dict[str, bytes] = {}
        self.heard: list[tuple[str, dict[str, str]]] = []
        self.logins = 0
        self.password, self.challenge, self.chunk = password, challenge, chunk
        self.silent_on = ""
        self.close_on = ""
        self._context = context
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._connections: list[socket.socket] = []
        self._next = 0x10
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)

    def written(self) -> list[tuple[str, dict[str, str]]]:
        """Commands other than prints and logins."""
        return [one for one in self.heard if not one[0].endswith(("/print", "/login"))]

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            try:
                if self._context:
                    connection = self._context.wrap_socket(connection, server_side=True)
                self._serve(connection)
            except OSError:
                pass
            finally:
                connection.close()

    def _serve(self, connection: socket.socket) -> None:
        stream = connection.makefile("rb")
        try:
            while words := self._sentence(stream.read):
                if not self._answer(connection, words):
                    return
        finally:
            stream.close()

    @staticmethod
    def _sentence(read: Callable[[int], bytes]) -> Sentence:
        words: Sentence = []
        while first := read(1):
            size = first[0]
            if size == 0:
                return words
            if size >= 0xE0:
                size = int.from_bytes(bytes([size & 0x0F]) + read(3), "big")
            elif size >= 0xC0:
                size = int.from_bytes(bytes([size & 0x1F]) + read(2), "big")
            elif size >= 0x80:
                size = int.from_bytes(bytes([size & 0x3F]) + read(1), "big")
            words.append(read(size))
        return []

    def _answer(self, connection: socket.socket, words: Sentence) -> bool:
        command = words[0].decode("utf-8", "replace")
        tag = [word for word in words if word.startswith(b".tag=")]
        values = dict(word[1:].decode("utf-8", "replace").split("=", 1) for word in words[1:] if word.count(b"=") > 1)
        self.heard.append((command, values))
        if command == self.close_on:
            return False
        if command == self.silent_on:
            return True
        if command in self.raw:
            connection.sendall(self.raw[command])
            return True
        data = b"".join(encode([one[0], *tag, *one[1:]]) for one in self._replies(command, values))
        step = self.chunk or len(data)
        for at in range(0, len(data), step):
            connection.sendall(data[at : at + step])
        return True

    def _replies(self, command: str, values: dict[str, str]) -> list[Sentence]:
        if command == "/login":
            return self._login(values)
        if command in self.traps:
            return [[b"!trap", b"=message=" + self.traps[command].encode()], [b"!done"]]
        menu, _, verb = command.rpartition("/")
        if menu not in self.rows:
            return [[b"!trap", b"=category=0", b"=message=no such command prefix"], [b"!done"]]
        return self._do(self.rows[menu], verb, values)

    def _login(self, values: dict[str, str]) -> list[Sentence]:
        self.logins += 1
        if self.challenge and "response" not in values:
            return [[b"!done", b"=ret=" + self.challenge.encode()]]
        if "response" in values or values["password"] == self.password:
            return [[b"!done"]]
        return [[b"!trap", b"=message=invalid user name or password (6)"], [b"!done"]]

    def _do(self, rows: list[dict[str, str]], verb: str, values: dict[str, str]) -> list[Sentence]:
        ids = values.pop(".id", "").split(",")
        if verb == "print":
            wanted = values.get(".proplist", "").split(",")
            return [
                *(
                    [
                        b"!re",
                        *(
                            f"={k}={v}".encode("utf-8", "surrogateescape")
                            for k, v in row.items()
                            if k in wanted or wanted == [""]
                        ),
                    ]
                    for row in rows
                ),
                [b"!done"],
            ]
        if verb == "add":
            self._next += 1
            rows.append({".id": f"*{self._next:X}", **values})
            return [[b"!done", f"=ret=*{self._next:X}".encode()]]
        found = [row for row in rows if row.get(".id") in ids]
        if not found and verb != "run":
            return [[b"!trap", b"=message=no such item"], [b"!done"]]
        for row in found:
            if verb == "set":
                row.update(values)
            elif verb == "unset":
                row.pop(values["value-name"], None)
            elif verb == "remove":
                rows.remove(row)
        return [[b"!done"]]
