"""Recomputes the whole log from its rows and bodies; refuses at the first entry that is not what it was."""

import re
from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct

from netops.core.canonical import canonical
from netops.core.errors import JournalBroken, JournalError
from netops.core.text import Text
from netops.journal.entry import Entry, broken, parse_body, thaw
from netops.journal.tlog import Tree

_BEFORE_ALL = -(2**62)  # an entry slipped in before number 0 must be seen
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Rows(Protocol):
    def entries(self, change: str | None = None, after: int = -1) -> Iterator[Entry]: ...


class Bodies(Protocol):
    def has(self, digest: str) -> bool: ...
    def get(self, digest: str) -> bytes: ...


class Missing(Struct, frozen=True, kw_only=True):
    """A digest in entry `seq` whose body is not in the object store (lost, or never kept there; or erased)."""

    seq: int
    digest: str


class Verified(Struct, frozen=True, kw_only=True):
    """A log that holds together: `size` entries, `root` the RFC 6962 root in hex. Keep both elsewhere to see a rewrite.

    `erased` are the bodies that a `data.erased` entry says were taken away.
    """

    size: int
    root: str
    missing: tuple[Missing, ...] = ()
    erased: tuple[Missing, ...] = ()


def verify(journal: Rows, objects: Bodies, expect: Verified | None = None) -> Verified:
    """Check every row, every hash and every body that is there.

    A log that was rewritten as a whole or cut at its end holds together by itself: that is seen only against `expect`,
    a size and root remembered elsewhere. Raises `JournalBroken` with the first bad entry's number and the reason.
    """
    tree = Tree()
    missing: list[Missing] = []
    seen: dict[str, bool] = {}
    erased: set[str] = set()
    _compare(tree, expect)
    for entry in journal.entries(after=_BEFORE_ALL):
        if entry.seq != tree.size:
            raise broken(
                tree.size,
                f"nomor ini hilang; sesudahnya ada nomor {entry.seq}",
                f"this number is missing; the next one there is {entry.seq}",
            )
        value = _row(entry)
        if entry.kind == "data.erased" and isinstance(value, dict):
            erased.update(value.get("bodies", ()))
        for digest in _digests(value):
            if digest not in seen:
                seen[digest] = _body(entry.seq, digest, objects)
            if not seen[digest]:
                missing.append(Missing(seq=entry.seq, digest=digest))
        tree.add(entry.leaf)
        _compare(tree, expect)
    if expect is not None and tree.size < expect.size:
        raise broken(
            tree.size,
            f"hilang bersama semua sesudahnya: sebelumnya ada {expect.size} catatan",
            f"it is gone with all that followed: there were {expect.size} entries before",
        )
    return Verified(
        size=tree.size,
        root=tree.root().hex(),
        missing=tuple(one for one in missing if one.digest not in erased),
        erased=tuple(one for one in missing if one.digest in erased),
    )


def _row(entry: Entry) -> object:
    """The `data` of a row whose body, columns, leaf hash and canonical form agree."""
    thaw(entry)
    value = parse_body(entry.body)
    try:
        same = canonical(value) == entry.body
    except ValueError:
        same = False
    if not same:
        raise broken(entry.seq, "isinya tidak dalam bentuk baku RFC 8785", "its body is not in RFC 8785 form")
    return value["data"]


def _digests(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if _DIGEST.fullmatch(value):
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _digests(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _digests(inner)


def _body(seq: int, digest: str, objects: Bodies) -> bool:
    """False where the body is missing; raises `JournalBroken` where it was changed."""
    if not objects.has(digest):
        return False
    try:
        objects.get(digest)
    except JournalError as error:
        raise broken(seq, error.message.id, error.message.en) from error
    return True


def _compare(tree: Tree, expect: Verified | None) -> None:
    if expect is None or tree.size != expect.size or tree.root().hex() == expect.root:
        return
    raise JournalBroken(
        Text(
            f"akar dari {expect.size} catatan pertama bukan {expect.root}: log pernah ditulis ulang",
            f"the root of the first {expect.size} entries is not {expect.root}: the log was rewritten",
        ),
        Text(
            "Bandingkan dengan cadangan terakhir; nomor pertama yang berbeda tidak dapat diketahui dari log ini saja.",
            "Compare with the last backup; the first differing number cannot be told from this log alone.",
        ),
        seq=0,
    )
