"""Our tree beside pymerkle's, which somebody else wrote after RFC 9162: the same roots, the same audit paths."""

from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_inclusion

from netops.journal import tlog

ENTRIES = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


def theirs(entries: list[bytes]) -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for entry in entries:
        tree.append_entry(entry)
    return tree


@given(ENTRIES, st.data())
def test_roots_of_every_size_agree(entries: list[bytes], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(entries)))
    leaves = [tlog.leaf_hash(entry) for entry in entries]
    assert theirs(entries).get_root(size) == tlog.root(leaves[:size])


@given(ENTRIES, st.data())
def test_audit_paths_agree_both_ways(entries: list[bytes], data: st.DataObject) -> None:
    """pymerkle counts from 1 and puts the leaf in front of its path."""
    index = data.draw(st.integers(0, len(entries) - 1))
    leaves = [tlog.leaf_hash(entry) for entry in entries]
    tree, size = theirs(entries), len(entries)
    proof = tree.prove_inclusion(index + 1, size)
    assert tuple(proof.path[1:]) == tlog.inclusion(leaves, index)
    verify_inclusion(leaves[index], tlog.root(leaves), proof)
    assert tlog.included(leaves[index], index, size, proof.path[1:], tree.get_root())
