"""Words and sentences of the RouterOS API as bytes (manual, "API", protocol); refuses control bytes and oversized words."""

from collections.abc import Iterable

CONTROL = 0xF1
MAX_WORD = 64 * 1024 * 1024


class BadStream(Exception):
    """The peer sent a control byte or more than allowed: the connection has to be dropped."""


def encode_length(size: int) -> bytes:
    """The shortest of the five forms. Raises `ValueError` beyond 32 bits."""
    if size < 0x80:
        return bytes((size,))
    if size < 0x4000:
        return (size | 0x8000).to_bytes(2, "big")
    if size < 0x200000:
        return (size | 0xC00000).to_bytes(3, "big")
    if size < 0x10000000:
        return (size | 0xE0000000).to_bytes(4, "big")
    if size < 0x100000000:
        return b"\xf0" + size.to_bytes(4, "big")
    raise ValueError(f"a word of {size} octets has no length form")


def encode_word(word: bytes) -> bytes:
    return encode_length(len(word)) + word


def encode_sentence(words: Iterable[bytes]) -> bytes:
    return b"".join(encode_length(len(word)) + word for word in words) + b"\x00"


class Decoder:
    """Bytes in, whole sentences out; keeps what is incomplete. Empty sentences are passed over."""

    def __init__(self, limit: int = MAX_WORD) -> None:
        self.limit = limit
        self._rest = bytearray()  # begins with a length
        self._wanted = 0  # with fewer octets the first word of the rest is not whole
        self._words: list[bytes] = []

    def feed(self, data: bytes) -> list[list[bytes]]:
        """Raises `BadStream`; sentences completed before the bad byte are lost with the connection."""
        if self._rest:
            self._rest += data
            if len(self._rest) < self._wanted:
                return []
            data = bytes(self._rest)
            self._rest.clear()
        sentences: list[list[bytes]] = []
        words, at, end = self._words, 0, len(data)
        while at < end:
            size = data[at]
            start = at + 1
            if size >= 0x80:
                start, size = self._long(data, at, end)
            if size > self.limit:
                raise BadStream(f"a word of {size} octets")
            if start + size > end:
                self._wanted = start + size - at
                self._rest += data[at:]
                break
            at = start + size
            if size:
                words.append(data[start:at])
            elif words:
                sentences.append(words)
                words = []
        self._words = words
        return sentences

    @staticmethod
    def _long(data: bytes, at: int, end: int) -> tuple[int, int]:
        """Where the word begins, and its size; 0 while the length itself is not whole."""
        first = data[at]
        if first >= CONTROL:
            raise BadStream(f"control byte {first:#x}")
        extra = 1 if first < 0xC0 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
        start = at + 1 + extra
        if start > end:
            return start, 0
        mask = (0x3F, 0x1F, 0x0F, 0)[extra - 1]
        return start, (first & mask) << (8 * extra) | int.from_bytes(data[at + 1 : start], "big")
