"""Bodies by content in a folder (`objects/ab/cdef…`); refuses a body that no longer has its digest."""

import errno
import re
from pathlib import Path

from netops.core.canonical import digest as digest_bytes
from netops.core.errors import JournalError, JournalFull
from netops.core.files import sync_folder, write_whole
from netops.core.text import Text

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EACCES, errno.EPERM)


class FolderObjects:
    """`Objects` of core.ports. A body is on the disk, under its name, when `put` returns; files have mode 0600."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def put(self, data: bytes) -> str:
        """Store a body and return its `sha256:` digest; again for the same body changes nothing. Raises `JournalFull`."""
        name = digest_bytes(data)
        place = self._place(name)
        try:
            if place.is_file() and place.read_bytes() == data:
                return name
            for folder in (self.path, place.parent):
                _folder(folder)
            write_whole(place, data)
        except OSError as error:
            raise _refused(place, error) from error
        return name

    def has(self, digest: str) -> bool:
        """Whether a body of that name is there (its content is only checked by `get`)."""
        return self._place(digest).is_file()

    def get(self, digest: str) -> bytes:
        """The body. Raises `JournalError` where it is missing or was changed."""
        place = self._place(digest)
        try:
            data = place.read_bytes()
        except FileNotFoundError as error:
            raise JournalError(
                Text(f"isi {digest} tidak ada di {self.path}", f"body {digest} is missing from {self.path}"),
                Text("Pulihkan folder objek dari cadangan.", "Restore the object folder from the backup."),
            ) from error
        except OSError as error:
            raise _refused(place, error) from error
        if digest_bytes(data) != digest:
            raise JournalError(
                Text(
                    f"isi {digest} di {self.path} sudah diubah: digestnya kini {digest_bytes(data)}",
                    f"body {digest} in {self.path} was changed: its digest is now {digest_bytes(data)}",
                ),
                Text(
                    "Simpan salinannya, lalu pulihkan folder objek dari cadangan.",
                    "Keep a copy, then restore the object folder from the backup.",
                ),
            )
        return data

    def erase(self, digest: str) -> None:
        """Take a body away for good; nothing happens where it is gone already. Raises `JournalError`."""
        place = self._place(digest)
        try:
            if place.is_file():
                place.unlink()
                sync_folder(place.parent)
        except OSError as error:
            raise _refused(place, error) from error

    def _place(self, digest: str) -> Path:
        if not _DIGEST.fullmatch(digest):
            raise JournalError(Text(f"{digest!r} bukan digest sha256", f"{digest!r} is not a sha256 digest"))
        return self.path / digest[7:9] / digest[9:]


def _folder(folder: Path) -> None:
    """Make a folder durably: a new name is only safe once the folder above was synced."""
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        sync_folder(folder.parent)


def _refused(place: Path, error: OSError) -> JournalError:
    shape = JournalFull if error.errno in _NO_ROOM else JournalError
    return shape(
        Text(
            f"penyimpanan objek {place}: {error.strerror}; tidak ada yang disimpan",
            f"object store {place}: {error.strerror}; nothing was stored",
        ),
        Text(
            "Periksa ruang dan hak tulis folder itu, lalu ulangi.",
            "Check the folder's space and write permission, then try again.",
        ),
    )
