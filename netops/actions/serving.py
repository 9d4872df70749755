"""Do what is due, by itself and exactly once: starts, ends, warnings, mails, and what a dead worker left.

Leases decide who acts, so several servers, and people beside them, do no harm. What is refused or fails is tried again
later and later, and never holds up another change.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event as Flag

from netops.actions.carrying import apply, end, resume
from netops.actions.lasting import ends_at
from netops.actions.mailing import deliver, tell
from netops.app import App
from netops.changes.duties import Due, Duty, Times, duties, watched
from netops.changes.lifecycle import Change, fold_all
from netops.core.clock import Clock
from netops.core.errors import Locked, NetopsError
from netops.filing import filed, look

AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30))
"""Until a duty that was refused or failed is tried again; then always the last."""
SOON = timedelta(seconds=5)
"""Until a resumption is tried again that met a lease: its holder is at work, or dead and taken over when the lease runs out."""
WORKERS = 4
"""Changes worked on at a time: an installation that takes long must not keep an event open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One duty that was tried; `error` says why it is not done yet."""

    due: Due
    error: NetopsError | None = None


@dataclass
class _Trouble:
    """How often a duty failed in a row, and when it is tried next."""

    times: int
    next_at: datetime


@dataclass
class Server:
    """Runs what is due in the workspace that `open_app` opens; each duty in a thread and an `App` of its own."""

    open_app: Callable[[], App]
    told: Callable[[Done], None]
    clock: Clock
    _busy: dict[str, Future[Done]] = field(default_factory=dict)
    _trouble: dict[tuple[str, Duty], _Trouble] = field(default_factory=dict)
    _warned: set[Due] = field(default_factory=set)

    def run(self, stop: Flag, every: float) -> None:
        """Look every `every` seconds until `stop`; what was begun by then is finished before this returns."""
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="duty") as pool:
            while not stop.is_set():
                self.look(pool)
                stop.wait(every)
        self._collect()

    def once(self) -> None:
        """Do everything that is due now, and what becomes due by it."""
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="duty") as pool:
            while self.look(pool):
                for future in list(self._busy.values()):
                    future.result()
        self._collect()

    def look(self, pool: ThreadPoolExecutor) -> int:
        """Begin what is due and not in work; returns how many. The journal out of reach is told and tried again."""
        self._collect()
        begun = 0
        try:
            with self.open_app() as app:
                deliver(app)
                for due in self._open(app):
                    self._busy[due.change] = pool.submit(self._do, due)
                    begun += 1
        except NetopsError as error:
            self.told(Done(due=Due(change="", duty=Duty.RESUME, since=self.clock.now()), error=error))
        return begun

    def _open(self, app: App) -> Iterator[Due]:
        now = app.clock.now()
        for due in duties(list(_watched(app)), now):
            trouble = self._trouble.get((due.change, due.duty))
            again = trouble is None or now >= trouble.next_at
            if due.change not in self._busy and due not in self._warned and again:
                yield due

    def _do(self, due: Due) -> Done:
        try:
            with self.open_app() as app:
                _carry_out(app, due)
        except NetopsError as error:
            return Done(due=due, error=error)
        return Done(due=due)

    def _collect(self) -> None:
        for change, future in list(self._busy.items()):
            if not future.done():
                continue
            del self._busy[change]
            done = future.result()
            key = (done.due.change, done.due.duty)
            if done.error is None:
                self._trouble.pop(key, None)
                if done.due.duty is Duty.WARN:
                    self._warned.add(done.due)
            elif done.due.duty is Duty.RESUME and isinstance(done.error, Locked):
                self._trouble[key] = _Trouble(0, self.clock.now() + SOON)
            else:
                before = self._trouble.get(key)
                times = before.times + 1 if before else 1
                wait = AGAIN[min(times, len(AGAIN)) - 1]
                self._trouble[key] = _Trouble(times, self.clock.now() + wait)
            # Somebody else is at work on it: that is how it should be, and needs no line.
            if not isinstance(done.error, Locked) and (done.error or done.due.duty is not Duty.WARN):
                self.told(done)


def _watched(app: App) -> Iterator[tuple[Change, Times]]:
    for change in fold_all(app.journal.read()).values():
        if change.request and watched(change):
            one = filed(app, change)
            setup = timedelta(seconds=app.playbook(one.request.service).setup)
            yield change, Times(opens_at=one.request.starts_at - setup, ends_at=ends_at(app, one, change))


def _carry_out(app: App, due: Due) -> None:
    match due.duty:
        case Duty.RESUME:
            resume(app, due.change)
        case Duty.END:
            end(app, due.change)
        case Duty.START:
            apply(app, due.change)
        case Duty.WARN:
            tell(app, look(app, due.change), "ending")
