"""`GET /metrics` and nothing else, over HTTP, on loopback unless somebody says otherwise; refuses every method that could write."""

import ipaddress
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from netops.core.errors import Failed, InputError
from netops.core.text import Text

TYPE = "text/plain; version=0.0.4; charset=utf-8"
AT_ONCE = 8
"""Connections served at a time; one more is closed at once."""
SECONDS = 10.0
"""For a client to say what it wants, and to take the answer."""


def listening(text: str) -> tuple[str, int]:
    """`127.0.0.1:9190`, `[::1]:9190`, `localhost:9190` → host and port. Raises `InputError`."""
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or port is None or parts.path or "@" in text:
        raise InputError(
            Text(f"{text!r} bukan alamat seperti 127.0.0.1:9190", f"{text!r} is no address such as 127.0.0.1:9190"),
            field="metrics",
        )
    return host, port


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class MetricsServer:
    """Serves what `gather` returns until `close`; a gathering that fails is a 500 without its reason."""

    def __init__(self, address: tuple[str, int], gather: Callable[[], bytes]) -> None:
        """Raises `Failed` where nobody may listen there."""
        host, port = address
        try:
            family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
            self._server = _Server((host, port), gather, family)
        except OSError as error:
            reason = error.strerror or str(error)
            raise Failed(
                Text(f"/metrics di {host}:{port}: {reason}", f"/metrics at {host}:{port}: {reason}"),
                Text("Pilih alamat lain dengan --metrics.", "Choose another address by --metrics."),
            ) from error
        self.address: tuple[str, int] = (host, self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], gather: Callable[[], bytes], family: socket.AddressFamily) -> None:
        self.address_family = family
        self.gather = gather
        self.local = is_loopback(address[0])
        self._room = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(address, _Handler)

    def process_request(self, request: object, client_address: object) -> None:
        if not self._room.acquire(blocking=False):
            self.shutdown_request(request)  # type: ignore[arg-type]  # a socket, as socketserver hands it on
            return
        try:
            super().process_request(request, client_address)  # type: ignore[arg-type]
        except BaseException:
            self._room.release()
            raise

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self._room.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version = "netops"
    sys_version = ""
    timeout = SECONDS

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._refuse
        raise AttributeError(name)

    def _refuse(self) -> None:
        self.close_connection = True
        self._say(405, b"read only\n", Allow="GET, HEAD")

    def _answer(self, *, body: bool) -> None:
        if self.server.local and not self._named_locally():
            # A page in somebody's browser may let its own name point at this machine: it must not read along.
            self._say(403, b"not under this name\n", body=body)
        elif urlsplit(self.path).path != "/metrics":
            self._say(404, b"see /metrics\n", body=body)
        else:
            try:
                text = self.server.gather()
            except Exception:  # noqa: BLE001  # told to the person at the terminal by whoever gathers, never to a client
                self._say(500, b"not available\n", body=body)
                return
            self._say(200, text, body=body)

    def _named_locally(self) -> bool:
        named = self.headers.get_all("Host") or []
        try:
            return len(named) == 1 and is_loopback(urlsplit(f"//{named[0]}").hostname or "")
        except ValueError:
            return False

    def _say(self, status: int, text: bytes, *, body: bool = True, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", TYPE if status == 200 else "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if body:
            self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """What a client asked for is not for the terminal."""
