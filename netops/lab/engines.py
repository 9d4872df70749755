"""pysnmp engines for the lab, whose MIB modules are compiled once in a process; changes nothing of what they are.

An engine of its own for each agent compiles some 27 files twice (pysnmp 7.1, `smi/builder.py`): 80 ms of processor each
time, so that the agents of a campus on a busy machine answered only after pollers had given up.
"""

import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

from pysnmp.entity.engine import SnmpEngine
from pysnmp.smi import builder


def new_engine() -> SnmpEngine:
    with _compiled_once():
        return SnmpEngine()


@lru_cache(maxsize=256)
def _compiled(source: str, path: str, mode: str) -> CodeType:
    return compile(source, path, mode)


class _Runner:
    """In `runpy`'s place: runs a MIB module's file with these names in it, and returns all that it left."""

    @staticmethod
    def run_path(path: str, names: dict[str, Any]) -> dict[str, Any]:
        found = {**names, "__name__": "<run_path>", "__file__": path}
        exec(_compiled(Path(path).read_text(encoding="utf-8"), path, "exec"), found)
        return found


@contextmanager
def _compiled_once() -> Iterator[None]:
    builder.runpy, builder.compile = _Runner, _compiled
    try:
        yield
    finally:
        builder.runpy, builder.compile = runpy, compile
