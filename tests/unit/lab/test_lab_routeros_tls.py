"""The lab's TLS, driven octet by octet by OpenSSL's own client: nothing is lost, nobody unknown gets through, goodbyes are said."""

import asyncio
import ssl
from collections.abc import Callable
from functools import cache

import pytest

from netops.lab.routeros import tls
from netops.lab.routeros.certs import Identity, make_identity
from netops.lab.routeros.tls import Tls


@cache
def identity() -> Identity:
    return make_identity("tls")


class Socket(asyncio.Transport):
    """What the router sends, and how it ends the connection."""

    def __init__(self) -> None:
        super().__init__()
        self.sent, self.ended = b"", ""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += bytes(data)

    def close(self) -> None:
        self.ended = self.ended or "closed"

    def abort(self) -> None:
        self.ended = self.ended or "aborted"


class Heard(asyncio.Protocol):
    """What got through."""

    def __init__(self) -> None:
        self.port: asyncio.Transport | None = None
        self.chunks: list[bytes] = []
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.port = transport

    def data_received(self, data: bytes) -> None:
        self.chunks.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True


class Wire:
    """A client, a router, and between them a wire that carries at most `size` octets at a time."""

    def __init__(self, size: int = 1 << 20) -> None:
        self.size = size
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.to_client, self.to_router = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.client = context.wrap_bio(self.to_client, self.to_router)
        self.socket, self.heard = Socket(), Heard()
        self.router = Tls(self.heard, identity().context)
        self.router.connection_made(self.socket)

    def carry(self) -> None:
        while self.to_router.pending:
            self.router.data_received(self.to_router.read(self.size))
        self.to_client.write(self.socket.sent)
        self.socket.sent = b""

    def shake(self) -> "Wire":
        for _ in range(3):
            try:
                self.client.do_handshake()
            except ssl.SSLWantReadError:
                self.carry()
        self.carry()
        assert self.heard.port is self.router
        return self

    def answer(self) -> bytes:
        self.carry()
        found = b""
        while True:
            try:
                chunk = self.client.read()
            except ssl.SSLWantReadError:
                return found
            if not chunk:
                return found
            found += chunk


def play(work: Callable[[], None]) -> None:
    async def run() -> None:
        work()

    asyncio.run(run())


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_both_ways_whole_however_the_wire_cuts_them(size: int) -> None:
    def work() -> None:
        wire = Wire(size).shake()
        asked, told = bytes(range(256)) * 90, bytes(range(255)) * 400
        wire.client.write(asked)
        wire.carry()
        assert b"".join(wire.heard.chunks) == asked
        wire.router.write(told)
        assert wire.answer() == told

    play(work)


def test_records_that_come_together_are_handed_on_together() -> None:
    def work() -> None:
        wire = Wire().shake()
        for word in (b"one", b"two", b"three"):
            wire.client.write(word)
        wire.carry()
        assert wire.heard.chunks == [b"onetwothree"]

    play(work)


def test_who_speaks_no_tls_is_cut_off_unheard() -> None:
    def work() -> None:
        wire = Wire()
        wire.router.data_received(b"\x06/login\x00" * 3)
        assert wire.socket.ended == "aborted"
        assert wire.heard.port is None
        wire.router.connection_lost(None)
        assert not wire.heard.lost

    play(work)


def test_a_forged_record_ends_the_connection_unheard() -> None:
    def work() -> None:
        wire = Wire().shake()
        wire.client.write(b"remove everything")
        record = bytearray(wire.to_router.read())
        record[-1] ^= 1
        wire.router.data_received(bytes(record))
        assert wire.socket.ended == "aborted"
        assert wire.heard.chunks == []

    play(work)


def test_the_router_says_goodbye_and_waits_for_the_clients() -> None:
    def work() -> None:
        wire = Wire().shake()
        wire.router.write(b"last words")
        wire.router.close()
        wire.router.write(b"never said")
        assert wire.router.is_closing()
        assert wire.socket.ended == ""
        assert wire.answer() == b"last words"
        wire.client.unwrap()
        wire.carry()
        assert wire.socket.ended == "closed"
        wire.router.connection_lost(None)
        assert wire.heard.lost

    play(work)


def test_a_client_that_says_goodbye_is_answered() -> None:
    def work() -> None:
        wire = Wire().shake()
        wire.client.write(b"done")
        with pytest.raises(ssl.SSLWantReadError):
            wire.client.unwrap()
        wire.carry()
        assert wire.heard.chunks == [b"done"]
        assert wire.socket.ended == "closed"
        wire.client.unwrap()

    play(work)


@pytest.mark.parametrize("shaken", [False, True])
def test_who_never_comes_to_an_end_is_cut_off(shaken: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the handshake nor after the goodbye does a router wait for ever."""
    monkeypatch.setattr(tls, "GOODBYE_SECONDS" if shaken else "HANDSHAKE_SECONDS", 0.0)

    async def work() -> None:
        wire = Wire()
        if shaken:
            wire.shake().router.close()
        for _ in range(3):
            await asyncio.sleep(0)
        assert wire.socket.ended == "aborted"

    asyncio.run(work())
