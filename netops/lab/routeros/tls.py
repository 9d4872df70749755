"""TLS between a socket and one protocol, in half the steps of asyncio's own; refuses whoever speaks anything else, silently."""

import asyncio
import ssl
from typing import Any

RECORD = 16 * 1024
HANDSHAKE_SECONDS, GOODBYE_SECONDS = 60.0, 30.0
"""How long a client may take, as asyncio has it."""


class Tls(asyncio.Transport, asyncio.Protocol):
    """To the socket below a protocol, to `above` a transport, from the end of the handshake on."""

    def __init__(self, above: asyncio.Protocol, context: ssl.SSLContext) -> None:
        super().__init__()
        self._above, self._made, self._closing = above, False, False
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._below: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._below = transport
        self._abort_after(HANDSHAKE_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._closing, self._below = True, None
        self._stop_timer()
        if self._made:
            self._above.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._in.write(data)
        try:
            if self._closing:
                self._say_goodbye()
            else:
                if not self._made:
                    self._shake()
                self._read()
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError:
            self.abort()
            return
        self._flush()

    def _shake(self) -> None:
        """What ends the handshake leaves with the first answer. Raises `ssl.SSLError` while it is not done."""
        self._tls.do_handshake()
        self._stop_timer()
        self._made = True
        self._above.connection_made(self)

    def _read(self) -> None:
        """What came together is handed on together."""
        chunks: list[bytes] = []
        ended = False
        while not ended and (self._in.pending or self._tls.pending()):
            try:
                chunk = self._tls.read(RECORD)
            except ssl.SSLWantReadError:
                break
            ended = not chunk
            chunks.append(chunk)
        data = b"".join(chunks)
        if data and not self._closing:
            self._above.data_received(data)
        if ended:
            self.close()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if data and not self._closing:
            self._tls.write(data)
            self._flush()

    def _flush(self) -> None:
        if self._below is not None and self._out.pending:
            self._below.write(self._out.read())

    def close(self) -> None:
        """Says goodbye and waits for the client's, so that nothing on its way is lost."""
        if self._closing:
            return
        self._closing = True
        self._abort_after(GOODBYE_SECONDS)
        try:
            self._say_goodbye()
        except ssl.SSLWantReadError:
            self._flush()
        except ssl.SSLError:
            self.abort()

    def _say_goodbye(self) -> None:
        """Raises `ssl.SSLError`, and `SSLWantReadError` until the client has said it too."""
        self._tls.unwrap()
        self._flush()
        if self._below is not None:
            self._below.close()

    def abort(self) -> None:
        self._closing = True
        if self._below is not None:
            self._below.abort()

    def is_closing(self) -> bool:
        return self._closing

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default if self._below is None else self._below.get_extra_info(name, default)

    def _abort_after(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
