"""netops processes, forked from one that has everything imported: each a process of its own with its own pid and death.

`python -m scorecard.forks` is that one. It takes a line of JSON for each process wanted and tells of each when it stops or
ends; it runs nothing else, and ends when its input does.
"""

import json
import os
import random
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from scorecard.worker import arrange

LIMIT = 240.0
"""Seconds after which a process counts as hanging: nothing here waits longer than its devices' timeouts together."""


class Hanging(Exception):
    """A process that neither stopped nor ended within its time."""


class Child(Struct):
    """One netops process. `code` is None while it lives, negative where a signal ended it."""

    pid: int
    out: Path
    began: float
    code: int | None = None
    stopped: bool = False
    ended: float = 0.0
    _news: threading.Condition = field(default_factory=threading.Condition)

    def told(self, words: Mapping[str, Any]) -> None:
        with self._news:
            self.stopped = bool(words.get("stopped"))
            if "code" in words:
                self.code, self.ended = int(words["code"]), time.monotonic()
            self._news.notify_all()

    def wait(self, seconds: float = LIMIT) -> int | None:
        """Its exit code; None where it stands still. Raises `Hanging`, with the process ended."""
        with self._news:
            if not self._news.wait_for(lambda: self.code is not None or self.stopped, seconds):
                self.signal(signal.SIGKILL)
                raise Hanging(f"no end within {seconds:g} s: {self.text[-300:]}")
        return self.code

    def signal(self, number: int) -> None:
        if self.code is None:
            if number == signal.SIGCONT:
                self.stopped = False
            os.kill(self.pid, number)

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    @property
    def text(self) -> str:
        return self.out.read_text(encoding="utf-8", errors="replace")

    @property
    def counts(self) -> dict[str, int]:
        """How many points it passed; of a process that ended by itself."""
        found: dict[str, int] = json.loads(self.out.with_suffix(".tally").read_text(encoding="utf-8"))
        return found


class Forks:
    """The parent's side: `with Forks() as forks: forks.start([...], out).wait()`."""

    def __init__(self) -> None:
        self._children: dict[int, Child] = {}
        self._born: list[int] = []
        self._news = threading.Condition()

    def __enter__(self) -> "Forks":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scorecard.forks"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=self._read, name="forks", daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *exc: object) -> None:
        for child in self._children.values():
            if child.code is None:
                child.signal(signal.SIGKILL)
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)
        self._reader.join(10)
        assert self._process.stdout
        self._process.stdout.close()

    def start(self, words: list[str], out: Path, **more: Any) -> Child:
        """`netops` with these words, its output in `out`; `more` is what befalls it (see `worker.arrange`)."""
        assert self._process.stdin
        with self._news:
            self._process.stdin.write(json.dumps({"words": words, "out": str(out), **more}) + "\n")
            self._process.stdin.flush()
            if not self._news.wait_for(lambda: self._born, 60):
                raise Hanging("no process was born within 60 s")
            return self._children[self._born.pop()]

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            words = json.loads(line)
            with self._news:
                if "born" in words:
                    child = Child(words["born"], Path(words["out"]), time.monotonic())
                    self._children[child.pid] = child
                    self._born.append(child.pid)
                    self._news.notify_all()
                    continue
                child = self._children[words["pid"]]
            child.told(words)


def _become(words: Mapping[str, Any]) -> None:
    """The forked process is netops from here on, and never returns."""
    code = 70
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        out = os.open(words["out"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        null = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((null, 0), (out, 1), (out, 2)):
            os.dup2(source, target)
        random.seed()
        os.environ.update(words.get("environment", {}))
        time.tzset()
        strikes = arrange(words, Path(words["out"]).with_suffix(".tally"))
        from netops.cli.main import main

        code = main(words["words"])
        strikes.leave()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 1
    except BaseException:  # noqa: BLE001 - nothing of it may run on as the parent
        import traceback

        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def _look(tell: Any) -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
        except ChildProcessError:
            return
        if not pid:
            return
        tell(pid=pid, stopped=True) if os.WIFSTOPPED(status) else tell(pid=pid, code=os.waitstatus_to_exitcode(status))


def _serve() -> None:
    def tell(**words: object) -> None:
        sys.stdout.write(json.dumps(words) + "\n")
        sys.stdout.flush()

    _import_all()
    buffer = b""
    while True:
        ready, _, _ = select.select([0], [], [], 0.01)
        _look(tell)
        if not ready:
            continue
        data = os.read(0, 1 << 16)
        if not data:
            return
        *lines, buffer = (buffer + data).split(b"\n")
        for line in lines:
            words = json.loads(line)
            pid = os.fork()
            if not pid:
                _become(words)
            tell(born=pid, out=words["out"])


def _import_all() -> None:
    """What a netops process imports sooner or later, so that none of the many does it again."""
    import importlib

    for name in (
        "netops.actions", "netops.actions.serving", "netops.cli.change", "netops.cli.log", "netops.cli.main",
        "netops.cli.serve", "netops.drivers.ios", "netops.drivers.routeros", "netops.fleet", "netops.journal.store",
        "netops.monitoring.poll", "netops.monitoring.with_pysnmp",
        "netops.platforms.ios", "netops.platforms.routeros", "netops.vault", "netops.views",
        "netmiko", "nornir.plugins.runners",
    ):  # fmt: skip
        importlib.import_module(name)


if __name__ == "__main__":
    _serve()
