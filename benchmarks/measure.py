"""Wall and CPU time of whole processes and of calls; refuses to time a process that failed."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct


class Timing(Struct, frozen=True, kw_only=True):
    """Seconds. `cpu` is user and system time of the process and of every child that it waited for."""

    wall: float
    cpu: float


class BenchError(Exception):
    """A contestant failed, so that its time means nothing; or a measurement cannot be made here (the reason says why)."""


def timed_process(command: Sequence[str], log: Path, env: Mapping[str, str] | None = None, code: int = 0) -> Timing:
    """Run a program from start to end. Raises `BenchError` with the end of its output when it ends with another `code`.

    Programs may keep their bytecode, as an installed one does: without it each start compiles what was edited last.
    """
    given = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with log.open("wb") as out:
        started = time.perf_counter()
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=given | dict(env or {}),
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != code:
        tail = "\n".join(log.read_text("utf-8", "replace").splitlines()[-15:])
        raise BenchError(f"{' '.join(command[:4])} … ended with {child.returncode}:\n{tail}")
    return Timing(wall=wall, cpu=usage.ru_utime + usage.ru_stime)


def timed_call(work: Callable[[], object]) -> Timing:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Timing(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)


def interleaved(contestants: Mapping[str, Callable[[int], Timing]], rounds: int) -> dict[str, Timing]:
    """Medians over `rounds`; in each round every contestant once, so that a slow minute hits all alike."""
    found: dict[str, list[Timing]] = {name: [] for name in contestants}
    for number in range(rounds):
        for name, run in contestants.items():
            found[name].append(run(number))
    return {name: median(timings) for name, timings in found.items()}


def median(timings: Sequence[Timing]) -> Timing:
    return Timing(wall=statistics.median(t.wall for t in timings), cpu=statistics.median(t.cpu for t in timings))


class Line(Struct, frozen=True, kw_only=True):
    """One line of the table. `met` None where nothing was promised."""

    what: str
    measured: str
    promised: str = "–"
    met: bool | None = None


def table(lines: Sequence[Line]) -> str:
    words = {True: "yes", False: "**no**", None: "–"}
    rows = [f"| {line.what} | {line.measured} | {line.promised} | {words[line.met]} |" for line in lines]
    return "\n".join(["| what | measured | promised | met |", "|---|---|---|---|", *rows])
