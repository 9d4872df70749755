"""A log as static files (C2SP tlog-tiles): paths, contents and proofs of tiles; pure, refuses tiles of a wrong size.

A tile holds up to 256 hashes of one level; an entry bundle the 256 entries below a tile of level 0.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from netops.core.errors import JournalError
from netops.core.text import Text
from netops.journal.tlog import node_hash, root

WIDTH = 256
HASH = 32


class Tile(Struct, frozen=True, kw_only=True):
    """Tile `index` of `level` (-1: an entry bundle), `width` hashes or entries wide."""

    level: int
    index: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """`tile/0/x001/x234/067` or `tile/entries/000.p/7`: three digits a folder, all but the last behind an x."""
        groups: list[str] = []
        digits = self.index
        while digits or not groups:
            digits, group = divmod(digits, 1000)
            groups.append(f"{group:03}")
        number = "/".join([f"x{group}" for group in reversed(groups[1:])] + groups[:1])
        partial = f".p/{self.width}" if self.width < WIDTH else ""
        return f"tile/{'entries' if self.level < 0 else self.level}/{number}{partial}"


Read = Callable[[Tile], bytes]
"""The bytes of a tile. Raises `JournalError` where there is none."""


def tiles(size: int, level: int) -> Iterator[Tile]:
    """The tiles of one level (-1: entry bundles) in a log of `size` entries, from the left."""
    count = size >> (8 * max(level, 0))
    for index in range(count // WIDTH):
        yield Tile(level=level, index=index)
    if count % WIDTH:
        yield Tile(level=level, index=count // WIDTH, width=count % WIDTH)


def levels(leaves: Sequence[bytes]) -> Iterator[tuple[int, Sequence[bytes]]]:
    """Each tile level with its hashes: level 0 are the leaves, every next one the roots of full tiles below."""
    level, hashes = 0, leaves
    while hashes:
        yield level, hashes
        full = len(hashes) // WIDTH
        hashes = [root(hashes[index * WIDTH : (index + 1) * WIDTH]) for index in range(full)]
        level += 1


def pack(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry behind its length in two bytes."""
    return b"".join(len(entry).to_bytes(2) + entry for entry in entries)


def unpack(data: bytes, tile: Tile) -> tuple[bytes, ...]:
    """The entries of a bundle. Raises `JournalError` where it is cut short or holds another number."""
    found, rest = whole(data)
    if rest or len(found) != tile.width:
        raise wrong(tile, f"berisi {len(found)} entri utuh", f"it holds {len(found)} whole entries")
    return found


def whole(data: bytes) -> tuple[tuple[bytes, ...], int]:
    """The entries of a bundle as far as they are whole, and how many bytes are left behind them."""
    found, rest = [], memoryview(data)
    while rest:
        size = int.from_bytes(rest[:2])
        if len(rest) < 2 + size:
            break
        found.append(bytes(rest[2 : 2 + size]))
        rest = rest[2 + size :]
    return tuple(found), len(rest)


def unpack_hashes(data: bytes, tile: Tile) -> tuple[bytes, ...]:
    """The hashes of a tile. Raises `JournalError` where there are not `width` of them."""
    if len(data) != tile.width * HASH:
        raise wrong(tile, f"berisi {len(data)} byte", f"it holds {len(data)} bytes")
    return tuple(data[start : start + HASH] for start in range(0, len(data), HASH))


def wrong(tile: Tile, id: str, en: str) -> JournalError:
    return JournalError(
        Text(f"{tile.path}: {id}, seharusnya {tile.width}", f"{tile.path}: {en}, not {tile.width}"),
        Text("Salin ulang folder log dari kantor penerbitnya.", "Copy the log's folder from its office again."),
    )


class TiledTree(Struct, frozen=True):
    """A tree of `size` leaves, read from its tiles as far as a proof needs them: O(log size) tiles."""

    size: int
    read: Read

    def root(self) -> bytes:
        return self._range(0, self.size) if self.size else root(())

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """Audit path of leaf `index` (RFC 6962 section 2.1.1). Raises ValueError outside the tree."""
        if not 0 <= index < self.size:
            raise ValueError(f"no leaf {index} in a tree of {self.size}")
        path: list[bytes] = []
        low, high = 0, self.size
        while high - low > 1:
            middle = low + _split(high - low)
            if index < middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low = middle
        return tuple(reversed(path))

    def consistency(self, old: int) -> tuple[bytes, ...]:
        """Proof that the first `old` leaves are a prefix (RFC 6962 section 2.1.2). Raises ValueError."""
        if not 0 <= old <= self.size:
            raise ValueError(f"a tree of {self.size} leaves never had {old}")
        if old in (0, self.size):
            return ()
        path: list[bytes] = []
        low, high, complete = 0, self.size, True
        while old != high:
            middle = low + _split(high - low)
            if old <= middle:
                path.append(self._range(middle, high))
                high = middle
            else:
                path.append(self._range(low, middle))
                low, complete = middle, False
        if not complete:
            path.append(self._range(low, high))
        return tuple(reversed(path))

    def _range(self, low: int, high: int) -> bytes:
        """Hash over leaves `low` to `high`; `low` is always a multiple of the split's power of two."""
        count = high - low
        if count & (count - 1):
            middle = low + _split(count)
            return node_hash(self._range(low, middle), self._range(middle, high))
        height = count.bit_length() - 1
        level, above = divmod(height, 8)
        first = low >> (8 * level)
        tile = self._tile(level, first // WIDTH)
        hashes = unpack_hashes(self.read(tile), tile)
        start = first % WIDTH
        return root(hashes[start : start + (1 << above)])

    def _tile(self, level: int, index: int) -> Tile:
        count = self.size >> (8 * level)
        return Tile(level=level, index=index, width=min(WIDTH, count - index * WIDTH))


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (> 1)."""
    return 1 << ((size - 1).bit_length() - 1)
