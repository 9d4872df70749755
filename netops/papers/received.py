"""What a file that came back really is, by its content: PDF, JPEG or PNG, whole and of sane size. Refuses all else.

Structure is checked, not trusted: a JPEG's segments to its end (ITU-T T.81, annex B), a PNG's chunks with their CRCs and its
pixels' exact number of bytes (PNG, third edition, 5 and 10), a PDF's head, cross-reference and end (ISO 32000-2, 7.5).
What stands behind a picture's end (some phones keep a film there) is cut off; nothing in a file is ever run.
"""

import re
import struct
import zlib
from pathlib import Path
from typing import Literal

from msgspec import Struct

from netops.core.errors import InputError
from netops.core.text import Text

Kind = Literal["pdf", "jpeg", "png"]
MOST_PIXELS = 80_000_000
"""More than phones and scanners make; a picture beyond it is a decompression bomb."""
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_MARK = re.compile(rb"netops (bast|checklist|needs) ([A-Za-z0-9-]{1,24}) ([A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4})")


class Received(Struct, frozen=True, kw_only=True):
    """A checked file: its content, what it is, a clean name, and how many bytes behind a picture's end were cut off."""

    data: bytes
    type: Kind
    name: str
    cut: int = 0


class Mark(Struct, frozen=True):
    """What our own PDFs carry in their metadata: which paper of which change, with its code."""

    paper: str
    change: str
    code: str


class _Bad(Exception):
    def __init__(self, id_: str, en: str) -> None:
        super().__init__(en)
        self.text = Text(id_, en)


def receive(path: Path, allowed: tuple[Kind, ...], limit: int) -> Received:
    """Read and check a file of at most `limit` bytes. Raises `InputError` naming file and reason."""
    data = _read(path, limit)
    try:
        kind = _kind(data)
        if kind not in allowed:
            names = " / ".join(one.upper() for one in allowed)
            raise _Bad(f"ini {kind.upper()}; yang diterima: {names}", f"this is a {kind.upper()}; accepted: {names}")
        end = {"jpeg": _jpeg, "png": _png, "pdf": _pdf}[kind](data)
    except _Bad as bad:
        raise InputError(
            bad.text,
            Text(
                "Ambil ulang foto atau pindaian itu, lalu lampirkan lagi.",
                "Take the photo or scan again, and attach that.",
            ),
            path=path,
        ) from bad
    return Received(data=data[:end], type=kind, name=clean_name(path.name), cut=len(data) - end)


def marks(data: bytes) -> tuple[Mark, ...]:
    """Our marks in a PDF's plain metadata. A scan has none; a PDF that was rewritten by another program may have lost them."""
    found = dict.fromkeys(Mark(*(part.decode("ascii") for part in match.groups())) for match in _MARK.finditer(data))
    return tuple(found)


def clean_name(name: str) -> str:
    """A file's name for the log: no folders, nothing unprintable, at most 100 characters."""
    kept = "".join(char for char in name.replace("\\", "/").rpartition("/")[2] if char.isprintable())
    return kept.strip()[:100] or "-"


def _read(path: Path, limit: int) -> bytes:
    try:
        if not path.is_file():
            raise InputError(
                Text("bukan berkas biasa, atau tidak ada", "no plain file, or it does not exist"), path=path
            )
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise InputError(
            Text(f"tidak dapat dibaca: {error.strerror}", f"cannot be read: {error.strerror}"), path=path
        ) from error
    if len(data) > limit:
        most = f"{limit / 1e6:g} MB"
        raise InputError(
            Text(f"lebih besar dari {most}", f"larger than {most}"),
            Text(
                "Perkecil pindaian itu, atau ubah attachment_limit_mb di inventory/office.yaml.",
                "Make the scan smaller, or change attachment_limit_mb in inventory/office.yaml.",
            ),
            path=path,
        )
    return data


def _kind(data: bytes) -> Kind:
    if data.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"%PDF-"):
        return "pdf"
    known = "kosong" if not data else "bukan PDF, JPEG atau PNG menurut isinya"
    raise _Bad(f"berkas ini {known}", f"the file is {'empty' if not data else 'no PDF, JPEG or PNG by its content'}")


def _pixels(width: int, height: int) -> None:
    if not width or not height:
        raise _Bad("gambar tanpa ukuran", "a picture without a size")
    if width * height > MOST_PIXELS or max(width, height) > 65_500:
        raise _Bad(f"gambar {width} × {height} terlalu besar", f"a picture of {width} × {height} is too large")


# ── JPEG ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _jpeg(data: bytes) -> int:
    """Where the picture ends. Walks all segments; there must be a frame with a size, a scan with data and an end."""
    at, framed, scanned = 2, False, False
    while True:
        marker, at = _jpeg_marker(data, at)
        if marker == 0xD9:
            if not (framed and scanned):
                raise _not_whole("JPEG")
            return at
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            continue
        if marker in (0x00, 0xD8) or at + 2 > len(data):
            raise _not_whole("JPEG")
        (length,) = struct.unpack_from(">H", data, at)
        if length < 2 or at + length > len(data):
            raise _not_whole("JPEG")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            if length < 8:
                raise _not_whole("JPEG")
            height, width = struct.unpack_from(">HH", data, at + 3)
            _pixels(width, height)
            framed = True
        at += length
        if marker == 0xDA:
            start = at
            at = _jpeg_scan(data, at)
            scanned = scanned or at > start


def _jpeg_marker(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data) or data[at] != 0xFF:
        raise _not_whole("JPEG")
    while at < len(data) and data[at] == 0xFF:
        at += 1
    if at >= len(data):
        raise _not_whole("JPEG")
    return data[at], at + 1


def _jpeg_scan(data: bytes, at: int) -> int:
    """The next marker behind entropy-coded data, in which FF is followed by 00 or a restart marker."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise _not_whole("JPEG")
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        else:
            return at


# ── PNG ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _png(data: bytes) -> int:
    """Where the picture ends. Chunks with right CRCs, and pixels that unpack to exactly what the head announces."""
    at, first, expected, inflate, got = 8, True, 0, zlib.decompressobj(), 0
    while True:
        if at + 12 > len(data):
            raise _not_whole("PNG")
        length = int.from_bytes(data[at : at + 4])
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if (
            at + 12 + length > len(data)
            or zlib.crc32(name + body) != struct.unpack_from(">I", data, at + 8 + length)[0]
        ):
            raise _not_whole("PNG")
        at += 12 + length
        if first != (name == b"IHDR"):
            raise _not_whole("PNG")
        if first:
            expected, first = _png_size(body), False
        elif name == b"IDAT":
            got += _inflated(inflate, body, expected - got)
        elif name == b"IEND":
            if got != expected:
                raise _not_whole("PNG")
            return at


def _png_size(head: bytes) -> int:
    """How many bytes the pixels unpack to, filter bytes included."""
    if len(head) != 13:
        raise _not_whole("PNG")
    width, height, depth, colour, compression, filtering, interlace = struct.unpack(">IIBBBBB", head)
    if depth not in _DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
        raise _not_whole("PNG")
    _pixels(width, height)
    bits = depth * _CHANNELS[colour]
    passes = _ADAM7 if interlace else ((0, 0, 1, 1),)
    total = 0
    for x, y, across, down in passes:
        columns, rows = -(-(width - x) // across), -(-(height - y) // down)
        total += rows * (1 + -(-columns * bits // 8)) if columns > 0 and rows > 0 else 0
    return total


def _inflated(inflate: "zlib._Decompress", body: bytes, room: int) -> int:
    """Bytes that come out, counted in pieces and dropped; more than the head announced is refused."""
    got = 0
    try:
        while body:
            out = len(inflate.decompress(body, 1 << 20))
            got += out
            if got > room:
                raise _Bad("PNG berisi lebih dari ukuran gambarnya", "the PNG holds more than its picture's size")
            body = inflate.unconsumed_tail
            if not out and not body:
                break
    except zlib.error as error:
        raise _not_whole("PNG") from error
    return got


# ── PDF ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _pdf(data: bytes) -> int:
    """Its length: head, a cross-reference that points inside, an end with nothing behind it, nothing that acts.

    Names can hide inside compressed objects: what is refused here is what stands in the open.
    """
    if not re.match(rb"%PDF-[12]\.[0-9]", data):
        raise _not_whole("PDF")
    tail = re.search(rb"startxref\s+(\d{1,10})\s+%%EOF[\s\0]*\Z", data[-4096:])
    if not tail or not 0 < int(tail[1]) < len(data):
        raise _not_whole("PDF")
    plain = re.sub(rb"\bstream\r?\n.*?\bendstream\b", b"", data, flags=re.DOTALL)  # in pixels any few letters occur
    if b"/Encrypt" in plain:
        raise _Bad("PDF ini terkunci kata sandi", "this PDF is locked by a password")
    acting = re.search(rb"/(JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|XFA)\b", plain)
    if acting:
        name = acting[1].decode("ascii")
        raise _Bad(f"PDF ini memuat {name}; pindai sebagai gambar", f"this PDF holds {name}; scan it as a picture")
    return len(data)


def _not_whole(kind: str) -> _Bad:
    return _Bad(
        f"awalnya seperti {kind}, tetapi isinya bukan {kind} yang utuh",
        f"it begins like a {kind}, but its content is no whole {kind}",
    )
