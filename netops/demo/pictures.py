"""Small real pictures for the demo, said in themselves to be made: a hall for a photo, a lined sheet for a scan. No camera."""

import struct
import zlib
from collections.abc import Callable

Pixel = tuple[int, int, int]


def photo(number: int) -> bytes:
    """An access point on a wall, roughly; each number another picture."""

    def shade(x: int, y: int) -> Pixel:
        if (x - 160 - 9 * number) ** 2 + (y - 90) ** 2 < 45**2:
            return (245, 245, 245) if (x - 160 - 9 * number) ** 2 + (y - 90) ** 2 > 30 else (60, 160, 90)
        return (150 + y // 6, 160 + y // 8, 175) if y < 180 else (120, 95 + number % 40, 70)

    return png(320, 240, shade)


def scan() -> bytes:
    """A page with lines and a stroke in blue where somebody signs."""

    def shade(x: int, y: int) -> Pixel:
        if abs(y - 380 - (x - 250) // 6) < 2 and 230 < x < 300:
            return (30, 50, 160)
        return (70, 70, 70) if 40 < x < 310 and 60 < y < 340 and y % 14 < 3 and (x * 7 + y) % 23 else (250, 249, 245)

    return png(350, 495, shade)


def png(width: int, height: int, shade: Callable[[int, int], Pixel]) -> bytes:
    """An RGB picture (PNG, third edition: 5.6, 11.2)."""
    rows = b"".join(b"\0" + b"".join(bytes(shade(x, y)) for x in range(width)) for y in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
