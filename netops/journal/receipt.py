"""Receipts (C2SP tlog-proof): one entry, its place in the tree and the head above it; refuses what does not add up."""

import base64
import re

from msgspec import Struct

from netops.core.errors import JournalError
from netops.core.text import Text
from netops.journal import checkpoint as checkpoints
from netops.journal.checkpoint import Checkpoint
from netops.journal.note import Note
from netops.journal.tlog import included, leaf_hash

MAGIC = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,17})")
MAX_RECEIPT = 262_144


class Receipt(Struct, frozen=True, kw_only=True):
    """`entry` is the logged body itself, so that the receipt says what it proves; `head` is not verified yet."""

    entry: bytes
    index: int
    path: tuple[bytes, ...]
    head: Note

    def __str__(self) -> str:
        lines = [MAGIC, f"extra {base64.b64encode(self.entry).decode()}", f"index {self.index}"]
        lines += [base64.b64encode(node).decode() for node in self.path]
        return "\n".join(lines) + f"\n\n{self.head}"


def parse(data: bytes) -> Receipt:
    """Raises `JournalError` for what is no receipt of ours; nothing in it is believed yet."""
    if len(data) > MAX_RECEIPT:
        raise _no("terlalu besar", "too large")
    proof, _, head = data.partition(b"\n\n")
    try:
        lines = proof.decode("ascii").split("\n")
        index = _INDEX.fullmatch(lines[2])
        entry = base64.b64decode(lines[1].removeprefix("extra "), validate=True)
        path = tuple(base64.b64decode(line, validate=True) for line in lines[3:])
    except (ValueError, IndexError) as error:
        raise _no("isinya rusak", "it is damaged") from error
    if lines[0] != MAGIC or not lines[1].startswith("extra ") or index is None or {len(node) for node in path} - {32}:
        raise _no("bentuknya lain", "it has another form")
    return Receipt(entry=entry, index=int(index[1]), path=path, head=checkpoints.read(head)[1])


def check(receipt: Receipt) -> Checkpoint:
    """The head under which the entry stands where the receipt says. Raises `JournalError`.

    Whether that head is the log's, `note.verify` says.
    """
    head = checkpoints.parse(receipt.head.text)
    if not included(leaf_hash(receipt.entry), receipt.index, head.size, receipt.path, head.root):
        raise _no(
            f"entri {receipt.index} tidak ada di pohon berisi {head.size} entri itu",
            f"entry {receipt.index} is not in that tree of {head.size} entries",
        )
    return head


def _no(id: str, en: str) -> JournalError:
    return JournalError(
        Text(f"tanda terima tidak sah: {id}", f"the receipt does not hold: {en}"),
        Text("Minta tanda terima yang baru dengan `netops log prove`.", "Ask for a new one by `netops log prove`."),
    )
