"""Bodies by content in a folder (`objects/ab/cdef…`); refuses a body that no longer has its digest."""

import errno
import os
import re
import stat
import threading
import time
from pathlib import Path

from netops.core.canonical import digest as digest_bytes
from netops.core.errors import JournalError, JournalFull
from netops.core.files import same_bytes, sync_folder, write_into
from netops.core.text import Text

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG, errno.EACCES, errno.EPERM)
_TRUSTED = 60.0
"""Seconds that a body is not read again after it was, provided that its file is untouched."""
_TICK = 50_000_000
"""Nanoseconds in which a file may be written twice and show one time: Linux takes it from a clock that counts 1 to 10 ms.
Some file systems count whole seconds: what shows one is never trusted."""
_REMEMBERED = 10_000


class FolderObjects:
    """`Objects` of core.ports. A body is on the disk, under its name, when `put` returns; files have mode 0600."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._making = threading.Lock()
        self._turns = tuple(threading.Lock() for _ in range(256))
        self._read: dict[str, tuple[tuple[int, ...], float]] = {}  # by name: the file's marks, trusted until when

    def put(self, data: bytes) -> str:
        """Store a body and return its `sha256:` digest; again for the same body changes nothing. Raises `JournalFull`."""
        name = digest_bytes(data)
        folder, file = f"{self.path}/{name[7:9]}", name[9:]
        try:
            if not self._untouched(name, f"{folder}/{file}"):
                # Equal bodies of many devices come at once: one is written, the others wait until it is safe.
                with self._turns[int(name[7:9], 16)]:
                    if not self._whole(name, f"{folder}/{file}", data):
                        self._keep(folder, file, data)
        except OSError as error:
            raise _refused(Path(folder, file), error) from error
        return name

    def _untouched(self, name: str, place: str) -> bool:
        """Whether the body was found whole moments ago and nobody wrote to its file since: then it need not be read again."""
        before, until = self._read.get(name, (None, 0.0))
        return before is not None and time.monotonic() < until and before == _marks(_status(place))

    def _whole(self, name: str, place: str, data: bytes) -> bool:
        """Whether the body is there as it should be, by reading it."""
        now, until = time.time_ns(), time.monotonic() + _TRUSTED
        found = _status(place)
        if found is None or not stat.S_ISREG(found.st_mode) or not same_bytes(place, data):
            return False
        # Writing changes a time that no program can set (ctime); but not within a tick of the clock that it is taken from.
        if now - found.st_ctime_ns > _TICK and found.st_ctime_ns % 1_000_000_000:
            if len(self._read) >= _REMEMBERED:
                self._read.clear()
            self._read[name] = (_marks(found), until)
        return True

    def _keep(self, folder: str, file: str, data: bytes) -> None:
        try:
            write_into(folder, file, data)
        except FileNotFoundError:
            with self._making:
                for each in (self.path, Path(folder)):
                    _folder(each)
            write_into(folder, file, data)

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


def _status(place: str) -> os.stat_result | None:
    try:
        return os.stat(place)  # noqa: PTH116  # a Path takes as long to make as this takes to ask
    except FileNotFoundError:
        return None


def _marks(found: os.stat_result | None) -> tuple[int, ...]:
    if found is None:
        return ()
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


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
