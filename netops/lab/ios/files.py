"""The switch's flash: names, contents, room; paths as IOS writes them. Refuses nothing by itself: callers say what is missing."""

import hashlib
from datetime import datetime

from msgspec import Struct

TOTAL = 122_185_728  # bytes of a 2960-X's flash
IMAGE = "c2960x-universalk9-mz.152-7.E.bin"
FIXED = {IMAGE: 21_536_768, "vlan.dat": 676}


class File(Struct, frozen=True, kw_only=True):
    """`text` holds one character for each byte; `size` in bytes, which for the image is more than is kept here."""

    text: str
    size: int
    written: datetime


def local(path: str) -> str | None:
    """The name in flash: `flash:/x`, `flash:x` and a bare `x` are the same file; None for another file system."""
    system, colon, name = path.rpartition(":")
    if colon and system != "flash":
        return None
    return name.lstrip("/")


class Flash:
    """Files by name, in the order in which they were written."""

    def __init__(self, now: datetime) -> None:
        self.files = {name: File(text="", size=size, written=now) for name, size in FIXED.items()}

    @property
    def free(self) -> int:
        return TOTAL - sum(file.size for file in self.files.values())

    def write(self, name: str, text: str, now: datetime) -> bool:
        """False where it does not fit; the old file of that name is gone then, as on the device."""
        self.files.pop(name, None)
        if len(text) > self.free:
            return False
        self.files[name] = File(text=text, size=len(text), written=now)
        return True

    def read(self, name: str) -> str | None:
        file = self.files.get(name)
        return None if file is None else file.text

    def delete(self, name: str) -> bool:
        return self.files.pop(name, None) is not None


def md5(text: str) -> str:
    return hashlib.md5(text.encode("latin-1", "replace"), usedforsecurity=False).hexdigest()


def missing(path: str) -> str:
    return f"%Error opening {path} (No such file or directory)"


def copied(size: int) -> str:
    """The last line of a copy; the time is that of a published session, not measured."""
    return f"{size} bytes copied in 0.416 secs ({int(size / 0.416)} bytes/sec)"
