"""Keep `netops collect` alive beside `netops serve`, as a process of its own: whatever becomes of it, no event ends late.

It shares nothing with the server but the workspace, and ends with it, even where the server was killed.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct, field

from netops.actions.serving import AGAIN
from netops.core.errors import Failed
from netops.core.text import Text

PATIENCE = 30.0
"""Seconds that a round in hand has to end when the server stops."""
STEADY = timedelta(minutes=10)
"""Alive so long, it counts as well again: the next death is the first."""


def command(root: Path, *words: str) -> list[str]:
    return [sys.executable, "-c", "from netops.cli.main import entry; entry()", "-C", str(root), "collect", *words]


class Collector(Struct):
    """`every` seconds between rounds; `told` hears of a collector that ended by itself. `start` makes the process."""

    root: Path
    every: int
    told: Callable[[Failed], None]
    start: Callable[[Sequence[str]], "subprocess.Popen[bytes]"] = field(default=subprocess.Popen)
    _process: "subprocess.Popen[bytes] | None" = None
    _began: datetime | None = None
    _died: int = 0
    _next: datetime | None = None

    def look(self, now: datetime) -> None:
        """Start it where it does not run; after a death later and later, as with every duty."""
        if self._process is not None:
            code = self._process.poll()
            if code is None:
                return
            self._process = None
            well = self._began is not None and now - self._began >= STEADY
            self._died = 1 if well else self._died + 1
            self._next = now + AGAIN[min(self._died, len(AGAIN)) - 1]
            self.told(_ended(code, self._next - now))
        turned = self._next is not None and self._next - now > AGAIN[-1]  # the clock was put back
        if self._next is None or now >= self._next or turned:
            words = ("--every", f"{self.every}s", "--with-parent", str(os.getpid()))
            self._process, self._began = self.start(command(self.root, *words)), now

    def stop(self) -> None:
        """Let it finish its round; what it read is on the disk in any case."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def _ended(code: int, wait: timedelta) -> Failed:
    minutes = int(wait.total_seconds() // 60)
    return Failed(
        Text(f"pengukuran berhenti (kode {code})", f"measuring ended (code {code})"),
        Text(
            f"dimulai lagi {minutes} menit lagi; sebabnya ada di baris-baris di atas",
            f"it is started again in {minutes} minutes; the reason is in the lines above",
        ),
    )
