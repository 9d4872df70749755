"""The log as static files: paths of the specification, proofs out of tiles, and a folder that is checked by itself."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count, islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.errors import JournalBroken, JournalError
from netops.core.model import Event
from netops.journal import published, tlog
from netops.journal.checkpoint import Checkpoint
from netops.journal.entry import Entry, freeze
from netops.journal.tiles import Tile, TiledTree, levels, pack, tiles, unpack

LEAVES = [sha256(number.to_bytes(4)).digest() for number in range(70_000)]


def rows(number: int, mark: str = "") -> list[Entry]:
    event = Event(kind="k.k", change="HD-1-aaaaaa", at=datetime(2026, 11, 20, tzinfo=UTC), actor=f"a{mark}")
    return list(map(freeze(event)[1], range(number)))


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(level=0, index=0), "tile/0/000"),
        (Tile(level=0, index=1234067), "tile/0/x001/x234/067"),
        (Tile(level=1, index=5, width=17), "tile/1/005.p/17"),
        (Tile(level=-1, index=1000, width=1), "tile/entries/x001/000.p/1"),
    ],
)
def test_paths_are_those_of_the_specification(tile: Tile, path: str) -> None:
    assert tile.path == path


def test_a_tree_of_70000_has_the_tiles_that_the_specification_counts() -> None:
    """c2sp.org/tlog-tiles, Partial Tiles."""
    found = {level: list(tiles(70_000, level)) for level, _ in levels(LEAVES)}
    assert [len([t for t in found[level] if t.width == 256]) for level in (0, 1, 2)] == [273, 1, 0]
    assert [found[level][-1].width for level in (0, 1, 2)] == [112, 17, 1]
    assert list(tiles(256, 0)) == [Tile(level=0, index=0)] and list(tiles(256, 1)) == [Tile(level=1, index=0, width=1)]


def tiled(size: int) -> TiledTree:
    store = {
        tile.path: b"".join(hashes[tile.index * 256 : tile.index * 256 + tile.width])
        for level, hashes in levels(LEAVES[:size])
        for tile in tiles(size, level)
    }
    return TiledTree(size=size, read=lambda tile: store[tile.path])


@settings(max_examples=25)
@given(
    st.one_of(st.integers(1, 1100), st.sampled_from([255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000])),
    st.data(),
)
def test_proofs_out_of_tiles_are_those_out_of_leaves(size: int, data: st.DataObject) -> None:
    tree, top = tiled(size), tlog.root(LEAVES[:size])
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    assert tree.root() == top
    assert tlog.included(LEAVES[index], index, size, tree.inclusion(index), top)
    assert tlog.consistent(old, tlog.root(LEAVES[:old]), size, top, tree.consistency(old))
    if size < 1100:
        assert tree.inclusion(index) == tlog.inclusion(LEAVES[:size], index)
        assert tree.consistency(old) == tlog.consistency(LEAVES[:size], old)


@pytest.mark.parametrize("outside", [-1, 7])
def test_no_proof_for_what_is_not_in_the_tree(outside: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        tiled(7).inclusion(outside)
    with pytest.raises(ValueError, match="never had"):
        tiled(7).consistency(outside if outside < 0 else 8)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    assert unpack(pack(entries), Tile(level=-1, index=0, width=len(entries))) == tuple(entries)


@pytest.mark.parametrize("cut", [1, 5])
def test_a_bundle_cut_short_is_told(cut: int) -> None:
    with pytest.raises(JournalError, match="whole entries"):
        unpack(pack([b"abc", b"de"])[:-cut], Tile(level=-1, index=0, width=2))


# ── the folder ───────────────────────────────────────────────────────────────────────────────────────────────────


def publish(folder: Path, entries: list[Entry], *kept: Checkpoint) -> Checkpoint:
    grown = published.grow([entry.leaf for entry in entries], *kept)

    def after(start: int) -> Iterator[Entry]:
        return iter(entries[start:])

    published.write_tiles(folder, grown, after)
    return Checkpoint(origin="kampus.example/log", size=grown.size, root=grown.root)


def test_a_folder_that_grew_in_steps_is_that_made_at_once(tmp_path: Path) -> None:
    entries, head = rows(700), None
    for size in (3, 256, 257, 600, 700):
        head = publish(tmp_path / "steps", entries[:size], *([head] if head else []))
    assert head == publish(tmp_path / "once", entries)
    for path in (tmp_path / "once").rglob("*"):
        if path.is_file():
            assert (tmp_path / "steps" / path.relative_to(tmp_path / "once")).read_bytes() == path.read_bytes()
    assert published.verify_folder(tmp_path / "steps", head) == 700


def test_an_older_head_is_proven_from_a_folder_that_has_grown(tmp_path: Path) -> None:
    entries = rows(700)
    old = publish(tmp_path, entries[:300])
    new = publish(tmp_path, entries, old)
    proof = published.tree(tmp_path, 700).consistency(300)
    assert tlog.consistent(300, old.root, 700, new.root, proof)
    assert published.verify_folder(tmp_path, old) == 300


def test_publishing_again_writes_nothing(tmp_path: Path) -> None:
    entries = rows(300)
    publish(tmp_path, entries)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    publish(tmp_path, entries)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def change(folder: Path, seqs: list[int], replaced: list[bytes], *, hashes: bool) -> None:
    """Somebody with the folder in hand rewrites entries, and with `hashes` the leaf hashes too."""
    for seq, body in zip(seqs, replaced, strict=True):
        start = seq // 256 * 256
        path = next(p for p in (folder / "tile/entries").rglob("*") if p.is_file() and f"{seq // 256:03}" in str(p))
        width = int(path.name) if path.parent.suffix == ".p" else 256
        tile = Tile(level=-1, index=seq // 256, width=width)
        bodies = list(unpack(path.read_bytes(), tile))
        bodies[seq - start] = body
        path.write_bytes(pack(bodies))
        if hashes:
            leaf = folder / Tile(level=0, index=seq // 256, width=width).path
            data = bytearray(leaf.read_bytes())
            data[(seq - start) * 32 : (seq - start + 1) * 32] = tlog.leaf_hash(body)
            leaf.write_bytes(bytes(data))


@pytest.mark.parametrize("seq", [0, 41, 255, 256, 599])
def test_a_flipped_byte_is_named(tmp_path: Path, seq: int) -> None:
    entries = rows(600)
    head = publish(tmp_path, entries)
    body = entries[seq].body.replace(b'"actor":"a"', b'"actor":"b"')
    change(tmp_path, [seq], [body], hashes=False)
    with pytest.raises(JournalBroken) as caught:
        published.verify_folder(tmp_path, head)
    assert caught.value.seq == seq


def test_a_flipped_byte_with_its_hash_is_found_within_its_tile(tmp_path: Path) -> None:
    entries = rows(600)
    head = publish(tmp_path, entries)
    change(tmp_path, [300], [entries[300].body.replace(b'"a"', b'"b"')], hashes=True)
    with pytest.raises(JournalBroken, match="rewritten") as caught:
        published.verify_folder(tmp_path, head)
    assert caught.value.seq == 256


def test_two_swapped_entries_are_named(tmp_path: Path) -> None:
    entries = rows(600)
    head = publish(tmp_path, entries)
    change(tmp_path, [10, 20], [entries[20].body, entries[10].body], hashes=True)
    with pytest.raises(JournalBroken, match="number 20 stands in its place") as caught:
        published.verify_folder(tmp_path, head)
    assert caught.value.seq == 10


def test_a_removed_entry_is_named(tmp_path: Path) -> None:
    entries = rows(600)
    head = publish(tmp_path, entries)
    change(tmp_path, list(range(5, 255)), [entries[n + 1].body for n in range(5, 255)], hashes=True)
    with pytest.raises(JournalBroken, match="number 6 stands in its place") as caught:
        published.verify_folder(tmp_path, head)
    assert caught.value.seq == 5


@pytest.mark.parametrize(
    ("name", "seq"), [("taken-out", 261), ("last-bytes", 511), ("length", 263), ("added", 512), ("empty", 256)]
)
def test_a_bundle_that_lost_or_gained_bytes_names_the_entry(tmp_path: Path, name: str, seq: int) -> None:
    head = publish(tmp_path, rows(600))
    path = tmp_path / "tile/entries/001"
    data = path.read_bytes()
    bodies = list(unpack(data, Tile(level=-1, index=1)))
    place = len(pack(bodies[:7]))
    path.write_bytes(
        {
            "taken-out": pack(bodies[:5] + bodies[6:]),
            "last-bytes": data[:-3],
            "length": data[: place + 1] + bytes((data[place + 1] ^ 1,)) + data[place + 2 :],
            "added": data + pack(bodies[:1]),
            "empty": b"",
        }[name]
    )
    with pytest.raises(JournalBroken) as caught:
        published.verify_folder(tmp_path, head)
    assert caught.value.seq == seq


@pytest.mark.parametrize("path", ["tile/entries/001", "tile/0/001"])
def test_a_missing_file_is_named_with_its_first_entry(tmp_path: Path, path: str) -> None:
    head = publish(tmp_path, rows(600))
    (tmp_path / path).unlink()
    with pytest.raises(JournalBroken, match="is missing") as caught:
        published.verify_folder(tmp_path, head)
    assert caught.value.seq == 256


def test_a_cut_log_is_not_published_again(tmp_path: Path) -> None:
    entries = rows(600)
    head = publish(tmp_path, entries)
    with pytest.raises(JournalBroken, match="entry 599 and all after it are gone") as caught:
        publish(tmp_path, entries[:599], head)
    assert caught.value.seq == 599


def test_a_forked_log_is_not_published_again(tmp_path: Path) -> None:
    head = publish(tmp_path, rows(600))
    with pytest.raises(JournalBroken, match="forked"):
        publish(tmp_path, rows(700, "other"), head)
    with pytest.raises(JournalBroken, match="is not this log's"):
        publish(tmp_path, rows(700, "other"))


def test_disk_full_leaves_the_old_head_with_its_tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = rows(600)
    head = publish(tmp_path, entries[:300])
    written = count()

    def full(handle: int) -> None:
        if next(written) == 1:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(JournalError, match="No space left"):
            publish(tmp_path, entries, head)
    assert not list(tmp_path.rglob(".new-*"))
    assert published.verify_folder(tmp_path, head) == 300
    assert publish(tmp_path, entries, head).size == 600


def test_the_first_rows_are_asked_for_once(tmp_path: Path) -> None:
    """A grown log reads only the bundles that are new."""
    entries, asked = rows(600), []

    def after(start: int) -> Iterator[Entry]:
        asked.append(start)
        return islice(iter(entries), start, None)

    published.write_tiles(tmp_path, published.grow([e.leaf for e in entries[:512]]), after)
    published.write_tiles(tmp_path, published.grow([e.leaf for e in entries]), after)
    assert asked == [0, 256, 512]
