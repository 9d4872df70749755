"""What befalls one netops process from inside, at an exact point: death, a pause, no space; the product knows nothing of it.

A strike counts from 1: `append` is behind the n-th durable append to the journal, `fence` before the n-th check of the
fences, `send` between the n-th check and what is sent after it (a batch, a timer, a save). Every process leaves its counts.
"""

import functools
import json
import resource
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

CALM = 20.0
"""Seconds that a strike waits for what is being sent."""
ACTS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


class Strikes:
    """Counts the points of this process, and strikes at the one that was asked for."""

    def __init__(self, wish: Mapping[str, Any] | None, tally: Path) -> None:
        self._wish, self._tally = wish or {}, tally
        self._news = threading.Condition()
        self._cleared: set[int] = set()
        self._inside = 0
        self._striking = False
        self.counts = {"append": 0, "fence": 0, "send": 0}

    def pass_by(self, point: str) -> None:
        with self._news:
            if point == "fence":
                self._news.wait_for(lambda: not self._striking, CALM)
            self.counts[point] += 1
            hit = self._wish.get("point") == point and self._wish.get("number") == self.counts[point]
            if hit and self._wish["act"] == "stop":
                # The whole process sleeps: what its other threads were cleared to send is sent before, and no more; nor do
                # they sleep within a transaction, where nobody else could write until they wake.
                self._striking = True
                self._news.wait_for(lambda: not self._inside and not (point == "fence" and self._cleared), CALM)
        if hit:
            # To this very thread: another might be busy for a moment before it stops us all, and we would go on meanwhile.
            signal.pthread_kill(threading.get_ident(), ACTS[self._wish["act"]])
            with self._news:
                self._striking = False
                self._news.notify_all()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around a transaction of the journal."""
        with self._news:
            self._news.wait_for(lambda: not self._striking, CALM)
            self._inside += 1
        try:
            yield
        finally:
            with self._news:
                self._inside -= 1
                self._news.notify_all()

    def cleared(self, now: bool) -> None:
        """This thread may send from now on, or has sent."""
        with self._news:
            (self._cleared.add if now else self._cleared.discard)(threading.get_ident())
            self._news.notify_all()

    def leave(self) -> None:
        self._tally.write_text(json.dumps(self.counts), encoding="utf-8")


def arrange(words: Mapping[str, Any], tally: Path) -> Strikes:
    """Put everything in place that `words` asks for; for a process that ends soon, as nothing is ever put back."""
    strikes = Strikes(words.get("strike"), tally)
    _around_journal(strikes)
    _around_drivers(strikes)
    if words.get("offset") or "jump" in words:
        at, seconds = words.get("jump", (0, 0.0))
        _shift(strikes, float(words.get("offset", 0.0)), int(at), float(seconds))
    if "lease" in words:
        _hurry(float(words["lease"]))
    if "timer" in words:
        _soon(int(words["timer"]))
    if "pages" in words:
        _few_pages(int(words["pages"]))
    if "bytes" in words:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(words["bytes"]), resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    return strikes


def _around_journal(strikes: Strikes) -> None:
    from netops.journal.store import SqlJournal

    real = SqlJournal.append

    @functools.wraps(real)
    def append(self: SqlJournal, events: Any, fences: Any = (), *, alive: bool = False) -> Any:
        if alive:
            strikes.pass_by("fence")
        with strikes.writing():
            recorded = real(self, events, fences, alive=alive)
            strikes.cleared(
                alive
            )  # still inside: a strike elsewhere may not come between the check and this word of it
        if recorded:
            strikes.pass_by("append")
        return recorded

    renewing = SqlJournal.renew

    @functools.wraps(renewing)
    def renew(*given: Any, **named: Any) -> Any:
        with strikes.writing():
            return renewing(*given, **named)

    SqlJournal.renew = renew  # type: ignore[method-assign]  # this process only
    SqlJournal.append = append  # type: ignore[method-assign]  # this process only


def _around_drivers(strikes: Strikes) -> None:
    from netops.drivers.ios.driver import IosDriver
    from netops.drivers.routeros import RouterOSDriver

    def late(real: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(real)
        def sending(*given: Any, **named: Any) -> Any:
            strikes.pass_by("send")
            try:
                return real(*given, **named)
            finally:
                strikes.cleared(False)

        return sending

    for driver in (IosDriver, RouterOSDriver):
        for name in ("apply", "arm", "confirm", "fire", "save"):
            setattr(driver, name, late(getattr(driver, name)))


def _shift(strikes: Strikes, seconds: float, at: int, more: float) -> None:
    """This process's clock is wrong by so much, and by so much more from its `at`-th durable append on."""
    from netops.core.clock import SystemClock

    real = SystemClock.now

    def now(self: SystemClock) -> datetime:
        jumped = at and strikes.counts["append"] >= at
        return real(self) + timedelta(seconds=seconds + (more if jumped else 0.0))

    SystemClock.now = now  # type: ignore[method-assign]  # this process only


def _hurry(seconds: float) -> None:
    """Leases of so many seconds, and as much before a timer: nobody waits for the site's own."""
    from netops.app import App

    real: property = vars(App)["tools"]

    def tools(app: App) -> Any:
        return replace(real.__get__(app), lease_seconds=seconds, guard_margin=seconds)

    App.tools = property(tools)  # type: ignore[method-assign, assignment]  # this process only


def _soon(seconds: int) -> None:
    """RouterOS timers of so many seconds, which no playbook may ask for."""
    from netops.core.model import GuardPurpose, GuardSpec
    from netops.drivers.routeros import RouterOSDriver

    real = RouterOSDriver.arm

    def arm(self: RouterOSDriver, spec: GuardSpec) -> Any:
        return real(self, replace(spec, seconds=seconds) if spec.purpose is GuardPurpose.REVERT else spec)

    RouterOSDriver.arm = arm  # type: ignore[method-assign]  # this process only


def _few_pages(pages: int) -> None:
    """The database may have so many pages: what SQLite answers then is what it answers on a full disk."""
    from netops.journal import database

    setattr(database, "PRAGMAS", (*database.PRAGMAS, f"PRAGMA max_page_count = {pages}"))  # noqa: B010 - typed as one
