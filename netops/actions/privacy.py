"""Files that hold secrets of people: written 0600, whole or not at all; refuses to follow a link or leave one half written."""

import contextlib
import os
import tempfile
from pathlib import Path

from netops.core.errors import InputError
from netops.core.text import Text


def write_private(path: Path, data: bytes) -> None:
    """Nobody else can read it at any moment. Raises `InputError` where the folder does not take it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".netops-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                Path(temporary).unlink()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Text(f"tidak dapat ditulis: {reason}", f"cannot be written: {reason}"), path=path) from error
