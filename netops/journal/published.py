"""The log as a folder that anybody can check without us: written from the rows, verified from the files alone.

Layout (C2SP tlog-tiles): `checkpoint`, `tile/<level>/…`, `tile/entries/…`. Tiles come first and the checkpoint last,
so that a reader never finds a head without its tree. Refuses to publish over a head that the log does not contain.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from msgspec import Struct

from netops.core.errors import JournalBroken, JournalError, JournalFull
from netops.core.files import write_whole
from netops.core.text import Text
from netops.journal import checkpoint as checkpoints
from netops.journal.checkpoint import Checkpoint
from netops.journal.entry import Entry, broken, parse_body
from netops.journal.note import Note
from netops.journal.tiles import WIDTH, Tile, TiledTree, levels, pack, tiles, unpack, unpack_hashes, whole, wrong
from netops.journal.tlog import Tree, leaf_hash, root

HEAD, KEY = "checkpoint", "log.vkey"
"""The signed head, and the key that it is verified by as the folder states it."""


class Grown(Struct, frozen=True, kw_only=True):
    """The tree that the rows make now, ready to be written: `leaves` are its leaf hashes."""

    size: int
    root: bytes
    leaves: Sequence[bytes]


def grow(leaves: Sequence[bytes], *kept: Checkpoint) -> Grown:
    """The present tree. Raises `JournalBroken` where it does not contain every one of the `kept` heads.

    A log that was restored from an old copy, cut or rewritten is found here, before anything is signed.
    """
    for head in kept:
        if head.size > len(leaves):
            raise _shrunk(head, len(leaves))
        if root(leaves[: head.size]) != head.root:
            raise _forked(head)
    return Grown(size=len(leaves), root=root(leaves), leaves=leaves)


def write_tiles(folder: Path, grown: Grown, entries: Callable[[int], Iterator[Entry]]) -> int:
    """Write what is missing of the tree; returns how many files. `entries(n)` gives the rows from number n on.

    Raises `JournalBroken` where a full tile in the folder is not the log's, `JournalFull` where nothing can be written.
    """
    written = 0
    for level, hashes in levels(grown.leaves):
        for tile in tiles(grown.size, level):
            start = tile.index * WIDTH
            written += _put(folder, tile, b"".join(hashes[start : start + tile.width]))
    for tile in tiles(grown.size, -1):
        if not (folder / tile.path).is_file():
            rows = islice(entries(tile.index * WIDTH), tile.width)
            written += _put(folder, tile, pack([entry.body for entry in rows]))
    return written


def _put(folder: Path, tile: Tile, data: bytes) -> int:
    path = folder / tile.path
    if path.is_file():
        if path.read_bytes() != data:
            raise JournalBroken(
                Text(f"{path} bukan milik catatan ini", f"{path} is not this log's"),
                Text(
                    "Folder terbitan diubah, atau catatan ditulis ulang; jangan menerbitkan apa pun sebelum jelas.",
                    "The published folder was changed, or the log rewritten; publish nothing before that is clear.",
                ),
                seq=tile.index * WIDTH,
            )
        return 0
    write_file(path, data)
    return 1


def write_file(path: Path, data: bytes) -> None:
    """For everybody to read, whole or not at all. Raises `JournalFull`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data, 0o644)
    except OSError as error:
        raise JournalFull(
            Text(f"{path}: tidak dapat ditulis: {error.strerror}", f"{path}: cannot be written: {error.strerror}"),
            Text("Periksa ruang dan izin folder itu, lalu ulangi.", "Check that folder's space and permissions."),
        ) from error


def head(folder: Path) -> tuple[Checkpoint, Note] | None:
    """The folder's checkpoint, unverified, or None where it has none. Raises `JournalError` for what is not one."""
    try:
        data = (folder / HEAD).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(folder / HEAD, error) from error
    return checkpoints.read(data)


def tree(folder: Path, size: int) -> TiledTree:
    """The tree of a published folder, for proofs."""

    def read(tile: Tile) -> bytes:
        return read_tile(folder, tile)

    return TiledTree(size=size, read=read)


def read_tile(folder: Path, tile: Tile) -> bytes:
    """A tile, or the first part of the full one that has grown out of it since. Raises `JournalError`."""
    full = Tile(level=tile.level, index=tile.index)
    for candidate in (tile, full):
        try:
            data = (folder / candidate.path).read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise _unreadable(folder / candidate.path, error) from error
        if candidate.width == tile.width:
            return data
        if tile.level < 0:
            return pack(unpack(data, full)[: tile.width])
        return b"".join(unpack_hashes(data, full)[: tile.width])
    raise JournalError(
        Text(f"{folder / tile.path} tidak ada", f"{folder / tile.path} is missing"),
        Text("Salin ulang folder log dari kantor penerbitnya.", "Copy the log's folder from its office again."),
    )


def verify_folder(folder: Path, expected: Checkpoint) -> int:
    """Recompute the whole tree from the entries and compare it with `expected`; returns the number of entries.

    Raises `JournalBroken` with the first entry that is not what it was.
    """
    tree_so_far = Tree()
    for bundle in tiles(expected.size, -1):
        start = bundle.index * WIDTH
        try:
            bodies, rest = whole(read_tile(folder, bundle))
        except JournalError as error:
            raise broken(start, error.message.id, error.message.en) from error
        hashes = _claimed(folder, bundle)
        for seq, body in enumerate(bodies[: bundle.width], start):
            leaf = leaf_hash(body)
            _numbered(seq, body)
            if hashes is not None and leaf != hashes[seq - start]:
                raise broken(seq, "isinya tidak cocok dengan hash daunnya", "its body does not match its leaf hash")
            tree_so_far.add(leaf)
        if rest or len(bodies) != bundle.width:
            lost = wrong(bundle, f"berisi {len(bodies)} entri utuh", f"it holds {len(bodies)} whole entries")
            raise broken(start + min(len(bodies), bundle.width), lost.message.id, lost.message.en)
    if tree_so_far.root() != expected.root:
        raise broken(
            _first_block(folder, expected),
            "akar pohonnya bukan yang ditandatangani: dari sini catatan ditulis ulang",
            "the tree's root is not the signed one: from here on the log was rewritten",
        )
    return tree_so_far.size


def _claimed(folder: Path, bundle: Tile) -> tuple[bytes, ...] | None:
    """The leaf hashes of a bundle as the folder states them: they tell which entry was changed."""
    tile = Tile(level=0, index=bundle.index, width=bundle.width)
    try:
        return unpack_hashes(read_tile(folder, tile), tile)
    except JournalError as error:
        raise broken(bundle.index * WIDTH, error.message.id, error.message.en) from error


def _numbered(seq: int, body: bytes) -> None:
    try:
        value = parse_body(body)
        number = value.get("seq") if isinstance(value, dict) else None
    except ValueError as error:
        raise broken(seq, "isinya bukan sebuah kejadian", "its body is not an event") from error
    if type(number) is not int or number != seq:
        raise broken(seq, f"di tempatnya ada nomor {number!r}", f"number {number!r} stands in its place")


def _first_block(folder: Path, expected: Checkpoint) -> int:
    """The first entry of the first tile whose hash is not the one that the level above states; 0 if none can be told."""
    for above in tiles(expected.size, 1):
        stated = unpack_hashes(read_tile(folder, above), above)
        for place, claimed in enumerate(stated, above.index * WIDTH):
            below = Tile(level=0, index=place)
            if root(unpack_hashes(read_tile(folder, below), below)) != claimed:
                return place * WIDTH
    return 0


def _shrunk(kept: Checkpoint, size: int) -> JournalBroken:
    return JournalBroken(
        Text(
            f"catatan kini hanya {size} entri, padahal pernah ditandatangani dengan {kept.size}: entri {size} dan sesudahnya hilang",
            f"the log has {size} entries now, but was signed with {kept.size}: entry {size} and all after it are gone",
        ),
        Text(
            "Basis data dipulihkan dari salinan lama atau dipotong; jangan menandatangani apa pun, cari salinan yang lengkap.",
            "The database was restored from an old copy or cut; sign nothing, find the complete copy.",
        ),
        seq=size,
    )


def _forked(kept: Checkpoint) -> JournalBroken:
    return JournalBroken(
        Text(
            f"{kept.size} entri pertama bukan lagi yang pernah ditandatangani ({kept.short}): catatan bercabang",
            f"the first {kept.size} entries are not those that were signed ({kept.short}): the log was forked",
        ),
        Text(
            "Simpan kedua checkpoint sebagai bukti dan beri tahu auditor; jangan menandatangani apa pun.",
            "Keep both checkpoints as evidence and tell the auditor; sign nothing.",
        ),
        seq=kept.size - 1,
    )


def _unreadable(path: Path, error: OSError) -> JournalError:
    return JournalError(
        Text(f"{path}: tidak dapat dibaca: {error.strerror}", f"{path}: cannot be read: {error.strerror}")
    )
