"""Merkle tree hashing of RFC 6962 (the one of certificate logs and Go's sumdb): pure; refuses indexes outside a tree."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """32 bytes of one entry (RFC 6962 section 2.1: prefix 0x00)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """32 bytes of an inner node (prefix 0x01, so that no entry can pass for a node)."""
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """A growing tree that remembers only its O(log n) complete subtrees: enough for the root, not for proofs."""

    __slots__ = ("_subtrees", "size")

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        """Append one leaf hash; each trailing one bit of the old size is a pair of equal subtrees to merge."""
        merges = self.size
        while merges & 1:
            leaf = node_hash(self._subtrees.pop(), leaf)
            merges >>= 1
        self._subtrees.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """The root over all leaves so far; SHA-256 of nothing for the empty tree."""
        if not self._subtrees:
            return EMPTY_ROOT
        top = self._subtrees[-1]
        for subtree in reversed(self._subtrees[:-1]):
            top = node_hash(subtree, top)
        return top


def root(leaves: Iterable[bytes]) -> bytes:
    """Root of the tree over these leaf hashes, in order."""
    tree = Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree.root()


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (> 1)."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Audit path of leaf `index`, from the leaf upwards (RFC 6962 section 2.1.1). Raises ValueError."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"no leaf {index} in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return ()
    half = _split(len(leaves))
    if index < half:
        return (*inclusion(leaves[:half], index), root(leaves[half:]))
    return (*inclusion(leaves[half:], index - half), root(leaves[:half]))


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes], expected: bytes) -> bool:
    """Whether `path` shows that `leaf` is number `index` of the tree of `size` with root `expected` (RFC 9162 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, top = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            top = node_hash(sibling, top)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            top = node_hash(top, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and top == expected


def consistency(leaves: Sequence[bytes], old: int) -> tuple[bytes, ...]:
    """Proof that the tree over the first `old` leaves is a prefix of the whole (RFC 6962 2.1.2). Raises ValueError."""
    if not 0 <= old <= len(leaves):
        raise ValueError(f"a tree of {len(leaves)} leaves never had {old}")
    if old == 0:
        return ()
    return _subproof(leaves, old, complete=True)


def _subproof(leaves: Sequence[bytes], old: int, *, complete: bool) -> tuple[bytes, ...]:
    if old == len(leaves):
        return () if complete else (root(leaves),)
    half = _split(len(leaves))
    if old <= half:
        return (*_subproof(leaves[:half], old, complete=complete), root(leaves[half:]))
    return (*_subproof(leaves[half:], old - half, complete=False), root(leaves[:half]))


def consistent(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree (`new`, `new_root`) only appended to (`old`, `old_root`) (RFC 9162 2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    nodes = list(proof)
    if old & (old - 1) == 0:  # a power of two is itself a node of the new tree; the proof leaves it out
        nodes.insert(0, old_root)
    if not nodes:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = nodes[0]
    for sibling in nodes[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root
