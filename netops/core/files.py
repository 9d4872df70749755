"""Files that are there whole or not at all, also after a power cut; refuses nothing by itself: callers map the OSError.

Through one handle of the folder and bare system calls: a change keeps a body of each device, and `tempfile` and `Path`
take longer to say what is wanted than the system to do it.
"""

import contextlib
import os
from pathlib import Path


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Temporary file, fsync, rename, fsync of the folder. Nobody else can read it before it has its `mode`. Raises OSError."""
    write_into(path.parent, path.name, data, mode)


def write_into(folder: str | Path, name: str, data: bytes, mode: int = 0o600) -> None:
    """As `write_whole`; raises FileNotFoundError, with nothing written, where there is no such folder."""
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        temporary = f".new-{os.urandom(8).hex()}"
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=place)
        try:
            try:
                _write_all(handle, data)
                if mode != 0o600:
                    os.fchmod(handle, mode)
                os.fsync(handle)
            finally:
                os.close(handle)
            os.rename(temporary, name, src_dir_fd=place, dst_dir_fd=place)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=place)
            raise
        os.fsync(place)
    finally:
        os.close(place)


def _write_all(handle: int, data: bytes) -> None:
    """A write may take less than all: a signal, a disk that is nearly full, more than two gigabytes."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def same_bytes(path: str | Path, data: bytes) -> bool:
    """Whether a file holds exactly these bytes. Raises OSError."""
    handle = os.open(path, os.O_RDONLY)
    try:
        return os.read(handle, len(data) + 1) == data
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """A name in it is only safe from a power cut after this. Raises OSError."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
