"""Files that hold secrets of people: written 0600, whole or not at all; refuses to follow a link or leave one half written."""

from pathlib import Path

from netops.core.errors import InputError
from netops.core.files import write_whole
from netops.core.text import Text


def write_private(path: Path, data: bytes) -> None:
    """Nobody else can read it at any moment. Raises `InputError` where the folder does not take it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(Text(f"tidak dapat ditulis: {reason}", f"cannot be written: {reason}"), path=path) from error
