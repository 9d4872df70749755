"""Follows a page of the documentation as a reader does: its files are written, its commands run, in their order."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

_BLOCK = re.compile(r"(?:^`([^`\n]+)`:\n)?^```(\w+)\n(.*?)^```$", re.M | re.S)


class Step(Struct, frozen=True):
    """A file to write (`path` and its text), or a command with the exit code that the page shows."""

    text: str
    path: str = ""
    code: int = 0


def steps(page: Path) -> Iterator[Step]:
    """Blocks under a line "`path`:" are files, lines `$ …` of console blocks commands (`# exit N` behind them)."""
    for path, kind, text in _BLOCK.findall(page.read_text("utf-8")):
        if path:
            yield Step(text, path=path)
        elif kind == "console":
            for line in re.findall(r"^\$ (.+)$", text, re.M):
                command, _, code = line.partition("  # exit ")
                yield Step(command, code=int(code or 0))


def follow(page: Path, root: Path, lang: str = "id") -> dict[str, str]:
    """Do every step in `root`; asserts the exit codes. Returns what each command said, stdout and stderr."""
    programs = root / "bin"
    programs.mkdir()
    run = "import sys; from netops.cli.main import main; sys.exit(main())"
    (programs / "netops").write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{run}" "$@"\n')
    (programs / "netops").chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "NETOPS_OPERATOR": "admin.jaringan",
        "NETOPS_LANG": lang,
    }
    folder = root
    said: dict[str, str] = {}
    try:
        for step in steps(page):
            if step.path:
                (folder / step.path).parent.mkdir(parents=True, exist_ok=True)
                (folder / step.path).write_text(step.text, encoding="utf-8")
            elif step.text.startswith("cd "):
                folder /= step.text[3:]
            else:
                done = subprocess.run(
                    step.text, shell=True, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True,
                    text=True, timeout=120, check=False,
                )  # fmt: skip
                assert done.returncode == step.code, f"{step.text}\n{done.stdout}\n{done.stderr}"
                assert "Traceback" not in done.stderr, f"{step.text}\n{done.stderr}"
                said[step.text] = said.get(step.text, "") + done.stdout + done.stderr
    finally:
        subprocess.run("netops lab down", shell=True, cwd=folder, env=environment, capture_output=True, check=False)
    return said
