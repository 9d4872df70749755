"""Which characters the papers' font can print (its `cmap` table); what it lacks is written as `[U+1F600]`, not dropped."""

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

FONTS = ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf", "LiberationSans-Italic.ttf")


def printable(text: str) -> str:
    """`text` with every character that has no glyph, or that hides or reorders others, spelled as its code point."""
    have = _coverage()
    return "".join(c if ord(c) in have and unicodedata.category(c) != "Cf" else f"[U+{ord(c):04X}]" for c in text)


@cache
def _coverage() -> frozenset[int]:
    """Code points that all our faces have."""
    folder = files("netops").joinpath("data", "fonts")
    sets = [frozenset(_codepoints(folder.joinpath(name).read_bytes())) for name in FONTS]
    return frozenset.intersection(*sets)


def _codepoints(font: bytes) -> Iterator[int]:
    """Mapped code points of the Unicode subtable (OpenType 1.9, `cmap` format 4)."""
    count = struct.unpack_from(">H", font, 4)[0]
    tables = {font[12 + 16 * n : 16 + 16 * n]: struct.unpack_from(">I", font, 20 + 16 * n)[0] for n in range(count)}
    cmap = tables[b"cmap"]
    for n in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        platform, encoding, offset = struct.unpack_from(">HHI", font, cmap + 4 + 8 * n)
        if (platform, encoding) == (3, 1):
            yield from _format4(font, cmap + offset)


def _format4(font: bytes, at: int) -> Iterator[int]:
    form, _, _, double = struct.unpack_from(">HHHH", font, at)
    if form != 4:
        raise ValueError(f"cmap format {form}, expected 4")
    segments = double // 2
    ends = struct.unpack_from(f">{segments}H", font, at + 14)
    starts = struct.unpack_from(f">{segments}H", font, at + 16 + double)
    deltas = struct.unpack_from(f">{segments}H", font, at + 16 + 2 * double)
    ranges_at = at + 16 + 3 * double
    ranges = struct.unpack_from(f">{segments}H", font, ranges_at)
    for index, (start, end, delta, distance) in enumerate(zip(starts, ends, deltas, ranges, strict=True)):
        for code in range(start, min(end, 0xFFFE) + 1):
            if distance:
                glyph = struct.unpack_from(">H", font, ranges_at + 2 * index + distance + 2 * (code - start))[0]
                glyph = (glyph + delta) & 0xFFFF if glyph else 0
            else:
                glyph = (code + delta) & 0xFFFF
            if glyph:
                yield code
