"""The open hour: readings appended to a file a minute, on the disk when `append` returns. One writer a folder; refuses a second.

A crash loses what was not appended yet. A tail that it tore off is recognised by its CRC when the hour is closed
(`spool_codec`). No file is written to by a second process: each has a name of its own.
"""

import contextlib
import fcntl
import os
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex

from msgspec import Struct, field

from netops.core.errors import JournalFull, Locked
from netops.core.files import sync_folder
from netops.core.measured import Missed, Sample
from netops.core.text import Text
from netops.monitoring.spool_codec import MAGIC, Encoder

FOLDER = "spool"
OPEN = 2
"""Minutes kept open: answers of one round may fall into two."""
PENDING = 200_000
"""Readings kept in memory while the disk takes none; beyond it the oldest go, and that is told."""
_NAME = re.compile(r"(\d{8}T\d{4})-[0-9a-f]{8}\.spool")


class _File(Struct):
    path: Path
    handle: int
    encoder: Encoder
    size: int


class Spool(Struct):
    """Appends to `folder`, which the caller holds by `locked`. For one thread."""

    folder: Path
    dropped: int = 0
    _files: dict[str, _File] = field(default_factory=dict)
    _pending: dict[str, list[Sample | Missed]] = field(default_factory=dict)
    _known: Encoder = field(default_factory=Encoder)

    def __enter__(self) -> "Spool":
        return self

    def __exit__(self, *exc: object) -> None:
        for minute in list(self._files):
            self._close(minute)

    @property
    def pending(self) -> int:
        """Readings that are in memory only, because the disk took none."""
        return sum(map(len, self._pending.values()))

    def append(self, readings: Iterable[Sample | Missed]) -> tuple[Missed, ...]:
        """Make the readings durable, with all that are pending; returns those that hold numbers that cannot be.

        Raises `JournalFull` where the disk refuses: the readings stay pending and go with the next call.
        """
        for one in readings:
            self._pending.setdefault(one.at.astimezone(UTC).strftime("%Y%m%dT%H%M"), []).append(one)
        refused: list[Missed] = []
        for minute in sorted(self._pending):
            try:
                refused += self._write(minute, self._pending[minute])
            except OSError as error:
                self._shed()
                raise self._full(error) from error
            del self._pending[minute]
        return tuple(refused)

    def _write(self, minute: str, readings: list[Sample | Missed]) -> list[Missed]:
        file = self._files.get(minute) or self._open(minute)
        block, refused = file.encoder.block(readings)
        try:
            rest = memoryview(block)
            while rest:
                rest = rest[os.write(file.handle, rest) :]
            os.fdatasync(file.handle)
        except OSError:
            # What was written before stays whole. After a failed fsync nobody knows what of this file's pages will reach the
            # disk: the next call begins another.
            with contextlib.suppress(OSError):
                os.ftruncate(file.handle, file.size)
            self._close(minute)
            raise
        file.size += len(block)
        return refused

    def _open(self, minute: str) -> _File:
        for oldest in sorted(self._files)[: len(self._files) + 1 - OPEN]:
            self._close(oldest)
        path = self.folder / f"{minute}-{token_hex(4)}.spool"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            if os.write(handle, MAGIC) != len(MAGIC):
                raise OSError(28, os.strerror(28))
            sync_folder(self.folder)
        except OSError:
            os.close(handle)
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        file = self._files[minute] = _File(path, handle, Encoder(self._known.known), len(MAGIC))
        return file

    def _close(self, minute: str) -> None:
        file = self._files.pop(minute)
        with contextlib.suppress(OSError):
            os.close(file.handle)
        if file.size == len(MAGIC):
            with contextlib.suppress(OSError):
                file.path.unlink()

    def _shed(self) -> None:
        while self.pending > PENDING:
            oldest = min(self._pending)
            self.dropped += len(self._pending.pop(oldest))

    def _full(self, error: OSError) -> JournalFull:
        return JournalFull(
            Text(
                f"hasil ukur {self.folder}: {error.strerror}; {self.pending} bacaan masih di memori saja",
                f"samples {self.folder}: {error.strerror}; {self.pending} readings are in memory only",
            ),
            Text(
                "Periksa ruang dan hak tulis folder itu; selama proses ini hidup, bacaan itu ditulis begitu bisa.",
                "Check the folder's space and write permission; as long as this process lives they are written once that works.",
            ),
        )


def minutes(folder: Path) -> dict[datetime, list[Path]]:
    """The spool files by the hour (UTC) that their readings belong to, oldest first. What has another name is not ours."""
    found: dict[datetime, list[Path]] = {}
    for path in sorted(folder.glob("*.spool")):
        name = _NAME.fullmatch(path.name)
        with contextlib.suppress(ValueError):
            if name:
                minute = datetime.strptime(name[1], "%Y%m%dT%H%M").replace(tzinfo=UTC)
                found.setdefault(minute.replace(minute=0), []).append(path)
    return dict(sorted(found.items()))


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a poller's folder, made where it is missing; the kernel gives it back when the process ends, however it ends.

    Raises `Locked` where another process holds it, `JournalFull` where the folder cannot be written.
    """
    try:
        for one in (folder, folder / FOLDER):
            one.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(one.parent)
        handle = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise JournalFull(
            Text(f"folder ukur {folder}: {error.strerror}", f"folder of samples {folder}: {error.strerror}"),
            Text("Periksa ruang dan hak tulis folder itu.", "Check that folder's space and write permission."),
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "?"
            raise Locked(
                Text(
                    f"proses lain (nomor {holder}) sedang mengukur ke {folder}",
                    f"another process (number {holder}) is collecting into {folder}",
                ),
                Text(
                    "Hentikan proses itu, atau beri pengukur ini nama lain: [collect] poller di netops.toml.",
                    "Stop that process, or give this poller another name: [collect] poller in netops.toml.",
                ),
            ) from error
        with contextlib.suppress(OSError):  # only for people; a full disk must not keep one from closing an hour
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)
