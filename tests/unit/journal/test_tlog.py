"""The tree against RFC 6962: published roots, and a slow plain reading of the definition."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.journal.tlog import (
    EMPTY_ROOT,
    Tree,
    consistency,
    consistent,
    included,
    inclusion,
    leaf_hash,
    node_hash,
    root,
)

# Entries and roots of certificate-transparency's own test (merkletree/merkle_tree_test.go and its C++ forerunner).
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
# Proofs of the same test: (index or old size, size) → hex of each node.
INCLUSION = {
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
}


def slow_root(entries: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not entries:
        return sha256().digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while k * 2 < len(entries):
        k *= 2
    return sha256(b"\x01" + slow_root(entries[:k]) + slow_root(entries[k:])).digest()


def test_published_roots() -> None:
    leaves = [leaf_hash(entry) for entry in ENTRIES]
    assert [root(leaves[:size]).hex() for size in range(9)] == list(ROOTS)
    assert EMPTY_ROOT.hex() == ROOTS[0]


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_published_inclusion_proofs(index: int, size: int) -> None:
    leaves = [leaf_hash(entry) for entry in ENTRIES[:size]]
    assert tuple(node.hex() for node in inclusion(leaves, index)) == INCLUSION[index, size]


def test_an_entry_cannot_pass_for_a_node() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=4), max_size=40))
def test_growing_gives_the_roots_of_the_definition(entries: list[bytes]) -> None:
    tree = Tree()
    for size, entry in enumerate(entries):
        assert tree.root() == slow_root(entries[:size])
        tree.add(leaf_hash(entry))
    assert (tree.size, tree.root()) == (len(entries), slow_root(entries))


@settings(max_examples=80)
@given(st.data())
def test_inclusion_proofs_hold_for_their_leaf_only(data: st.DataObject) -> None:
    entries = data.draw(st.lists(st.binary(max_size=3), min_size=1, max_size=40, unique=True))
    leaves = [leaf_hash(entry) for entry in entries]
    index = data.draw(st.integers(0, len(leaves) - 1))
    path, top = inclusion(leaves, index), slow_root(entries)
    assert included(leaves[index], index, len(leaves), path, top)
    assert not included(leaf_hash(b"other"), index, len(leaves), path, top)
    assert not included(leaves[index], index, len(leaves), (*path, top), top)
    other = data.draw(st.integers(0, len(leaves)))
    assert included(leaves[index], other, len(leaves), path, top) == (other == index)
    if path:
        assert not included(leaves[index], index, len(leaves), path[:-1], top)


@settings(max_examples=80)
@given(st.data())
def test_consistency_proofs_hold_for_a_prefix_only(data: st.DataObject) -> None:
    entries = data.draw(st.lists(st.binary(max_size=3), min_size=1, max_size=40, unique=True))
    leaves = [leaf_hash(entry) for entry in entries]
    old = data.draw(st.integers(0, len(leaves)))
    proof = consistency(leaves, old)
    before, after = slow_root(entries[:old]), slow_root(entries)
    assert consistent(old, before, len(leaves), after, proof)
    forged = leaf_hash(b"other")
    assert not consistent(old, forged, len(leaves), after, proof)
    assert not consistent(old, before, len(leaves), after, (*proof, forged))
    if old:
        assert not consistent(old, before, len(leaves), forged, proof)
        rewritten = [forged, *leaves[1:]]
        assert not consistent(old, before, len(leaves), root(rewritten), consistency(rewritten, old))


def test_indexes_outside_the_tree_are_refused() -> None:
    leaves = [leaf_hash(b"a")]
    with pytest.raises(ValueError, match="no leaf 1 in a tree of 1"):
        inclusion(leaves, 1)
    with pytest.raises(ValueError, match="never had 2"):
        consistency(leaves, 2)
    assert not included(leaves[0], 1, 1, (), leaves[0])
    assert not consistent(2, leaves[0], 1, leaves[0], ())
