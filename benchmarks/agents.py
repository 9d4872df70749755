"""SNMP agents that answer from encoded bytes, many in one process; they know nothing of netops and change no value."""

import argparse
import resource
import selectors
import socket
import sys
import time
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator, Mapping, Sequence

Oid = tuple[int, ...]
Table = Mapping[Oid, bytes]
"""What an agent shows: object identifiers, and their values as BER."""

GET, GETNEXT, RESPONSE, GETBULK = 0xA0, 0xA1, 0xA2, 0xA5
NO_SUCH_INSTANCE, END_OF_MIB = b"\x81\x00", b"\x82\x00"
INTEGER, OCTETS, NULL, OBJECT, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
GAUGE, TICKS, COUNTER64 = 0x42, 0x43, 0x46
BULK_VARIABLES = 100  # where Net-SNMP's agent stops
BUFFER = 1 << 22


def tlv(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 128:
        return bytes((tag, size)) + body
    return bytes((tag, 0x82, size >> 8, size & 255)) + body


def number(value: int, tag: int = INTEGER) -> bytes:
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def name(oid: Oid) -> bytes:
    body = bytearray((oid[0] * 40 + oid[1],))
    for part in oid[2:]:
        seven = [part & 127]
        while part := part >> 7:
            seven.append(part & 127 | 128)
        body += bytes(reversed(seven))
    return tlv(OBJECT, bytes(body))


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 128:
            count = size & 127
            size = int.from_bytes(data[at : at + count], "big")
            at += count
        yield tag, data[at : at + size]
        at += size


def _oid(body: bytes) -> Oid:
    found, part = [body[0] // 40, body[0] % 40], 0
    for octet in body[1:]:
        part = part << 7 | octet & 127
        if not octet & 128:
            found.append(part)
            part = 0
    return tuple(found)


class Book:
    """Answers by what was asked, encoded once: the same for every agent that shows this table."""

    def __init__(self, table: Table, bulk: int = BULK_VARIABLES) -> None:
        self._table, self._bulk = dict(table), bulk
        self._order = sorted(table)
        self._known: dict[tuple[int, bytes], bytes] = {}

    def answer(self, data: bytes, error: int = 0) -> bytes:
        """The reply to a message of SNMPv2c, with its community and request id; with an error-status it has no values."""
        at = 2 + (data[1] & 127 if data[1] & 128 else 0)
        head = at
        at += 3
        at += 2 + data[at + 1]
        community, tag = data[head:at], data[at]
        at += 2 + (data[at + 1] & 127 if data[at + 1] & 128 else 0)
        end = at + 2 + data[at + 1]
        if error:
            body = data[at:end] + number(error) + number(0) + tlv(SEQUENCE, b"")
            return tlv(SEQUENCE, community + tlv(RESPONSE, body))
        key = (tag, data[end:])
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = b"\x02\x01\x00\x02\x01\x00" + self._variables(*key)
        body = data[at:end] + known
        return tlv(SEQUENCE, community + tlv(RESPONSE, body))

    def _variables(self, tag: int, rest: bytes) -> bytes:
        (_, first), (_, second), (_, listed) = _parts(rest)
        asked = [_oid(next(_parts(each))[1]) for _, each in _parts(listed)]
        if tag == GET:
            found = [(oid, self._table.get(oid, NO_SUCH_INSTANCE)) for oid in asked]
        elif tag == GETNEXT:
            found = [self._next(oid) for oid in asked]
        else:
            single, rounds = int.from_bytes(first, "big"), int.from_bytes(second, "big")
            found = [self._next(oid) for oid in asked[:single]]
            cursor = asked[single:]
            while cursor and rounds > 0 and len(found) < self._bulk:
                row = [self._next(oid) for oid in cursor]
                found += row[: self._bulk - len(found)]
                cursor, rounds = [oid for oid, _ in row], rounds - 1
                if all(value is END_OF_MIB for _, value in row):
                    break  # RFC 3416, 4.2.3
        return tlv(SEQUENCE, b"".join(tlv(SEQUENCE, name(oid) + value) for oid, value in found))

    def _next(self, oid: Oid) -> tuple[Oid, bytes]:
        at = bisect_right(self._order, oid)
        return (self._order[at], self._table[self._order[at]]) if at < len(self._order) else (oid, END_OF_MIB)


IF_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
IF_X_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
COLUMNS: tuple[Oid, ...] = ((*IF_ENTRY, 2), (*IF_ENTRY, 8), (*IF_X_ENTRY, 6), (*IF_X_ENTRY, 10), (*IF_X_ENTRY, 15))
UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
OBJECT_ID: Oid = (1, 3, 6, 1, 2, 1, 1, 2, 0)


def interfaces(count: int) -> Table:
    """Name, state, octets in and out of 64 bits, speed of so many interfaces; the uptime, and that it is a Catalyst 9200L."""
    table: dict[Oid, bytes] = {UPTIME: number(123_456_789, TICKS), OBJECT_ID: name((1, 3, 6, 1, 4, 1, 9, 1, 2694))}
    for index in range(1, count + 1):
        values = (
            tlv(OCTETS, f"GigabitEthernet1/0/{index}".encode()),
            number(1),
            number(2**40 + index, COUNTER64),
            number(2**41 + index, COUNTER64),
            number(1000, GAUGE),
        )
        table |= {(*column, index): value for column, value in zip(COLUMNS, values, strict=True)}
    return table


def serve(sockets: Sequence[socket.socket], book: Book, delay: float) -> None:
    """Answer until the process is ended; each reply `delay` seconds after its request."""
    chooser = selectors.DefaultSelector()
    for each in sockets:
        chooser.register(each, selectors.EVENT_READ)
    waiting: deque[tuple[float, socket.socket, bytes, tuple[str, int]]] = deque()
    while True:
        pause = max(0.0, waiting[0][0] - time.monotonic()) if waiting else None
        for key, _ in chooser.select(pause):
            sock: socket.socket = key.fileobj  # type: ignore[assignment]  # registered above
            while True:
                try:
                    data, who = sock.recvfrom(65535)
                except BlockingIOError:
                    break
                if delay:
                    waiting.append((time.monotonic() + delay, sock, book.answer(data), who))
                else:
                    sock.sendto(book.answer(data), who)
        now = time.monotonic() if waiting else 0.0
        while waiting and waiting[0][0] <= now:
            _, sock, data, who = waiting.popleft()
            sock.sendto(data, who)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--interfaces", type=int, default=24)
    parser.add_argument("--delay", type=float, default=0.0)
    asked = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < asked.agents + 64:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, asked.agents + 64), hard))
    sockets = []
    for _ in range(asked.agents):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        sock.setblocking(False)
        sock.bind(("127.0.0.1", 0))
        sockets.append(sock)
    print(*(sock.getsockname()[1] for sock in sockets), flush=True)
    try:
        serve(sockets, Book(interfaces(asked.interfaces)), asked.delay)
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
