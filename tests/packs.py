"""An auditor's pack as an auditor has it: unpacked, and judged by its own verify.py with nothing but Python and OpenSSH."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

from netops.actions import packing
from netops.app import App
from netops.filing import Filed


def unpack(app: App, filed: Filed, folder: Path, *, redact: bool = False) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    packing.export(app, filed.change, folder / "pack.zip", redact=redact)
    with zipfile.ZipFile(folder / "pack.zip") as archive:
        archive.extractall(folder)
    (folder / "pack.zip").unlink()
    return folder / filed.change


def verdict(folder: Path, *words: str) -> tuple[int, str]:
    """`verify.py` alone, isolated from this environment."""
    base = Path(getattr(sys, "_base_executable", sys.executable))
    done = subprocess.run(
        [str(base), "-I", "-S", "verify.py", *words],
        cwd=folder,
        env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.returncode, done.stdout
