"""Small real files for the tests of what comes back: a PNG, a JPEG and a PDF, made here."""

import base64
import struct
import zlib

JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4z"
    "NDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q=="
)
"""One grey pixel: baseline JPEG with its tables."""


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 40, height: int = 30, shade: int = 90, *, pixels: bytes | None = None) -> bytes:
    """An RGB picture; `pixels` in the place of the right ones."""
    rows = b"".join(
        b"\0" + bytes((x * 255 // width, shade, 40)[i] for x in range(width) for i in range(3)) for _ in range(height)
    )
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(rows if pixels is None else pixels)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def pdf(inside: bytes = b"") -> bytes:
    """A small scan-like PDF: no text, no metadata; `inside` goes into its catalog."""
    head = b"%PDF-1.4\n"
    body = (
        b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R "
        + inside
        + b">>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 0 >>\nendobj\n"
    )
    second = len(head) + body.index(b"2 0 obj")
    start = len(head) + len(body)
    table = b"xref\n0 3\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \n" % (len(head), second)
    return head + body + table + b"trailer\n<< /Size 3 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start
