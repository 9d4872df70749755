"""A tree head as text (C2SP tlog-checkpoint): origin, size, root; refuses other forms."""

import base64
import re

from msgspec import Struct

from netops.core.errors import JournalError
from netops.core.text import Text
from netops.journal import note as notes
from netops.journal.note import Note

_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")


class Checkpoint(Struct, frozen=True, kw_only=True):
    """`size` entries under the RFC 6962 `root` (32 bytes) of the log called `origin`."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """What is signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @property
    def short(self) -> str:
        """Twelve characters of the root for people to compare on paper: `XXXX-XXXX-XXXX`, base32 (60 bits)."""
        code = base64.b32encode(self.root)[:12].decode()
        return "-".join((code[:4], code[4:8], code[8:]))


def read(data: bytes) -> tuple[Checkpoint, Note]:
    """A checkpoint and the note it came in; its signatures are not verified. Raises `JournalError`."""
    note = notes.parse(data)
    return parse(note.text), note


def parse(text: str) -> Checkpoint:
    """Raises `JournalError`. Extension lines are allowed and mean nothing to us."""
    lines = text.split("\n")
    try:
        origin, size, encoded = lines[:3]
        root = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise _malformed() from error
    if not origin or not _SIZE.fullmatch(size) or len(root) != 32 or lines[-1] or not all(lines[:-1]):
        raise _malformed()
    return Checkpoint(origin=origin, size=int(size), root=root)


def _malformed() -> JournalError:
    return JournalError(Text("bukan checkpoint sebuah log", "not a log's checkpoint"))
