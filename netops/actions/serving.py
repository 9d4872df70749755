"""Do what is due, by itself and exactly once: starts, ends, warnings, mails, and what a dead worker left.

Leases decide who acts, so several servers, and people beside them, do no harm. What is refused or fails is tried again
later and later, and never holds up another change.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Event as Flag

from msgspec import Struct, field

from netops.actions.carrying import apply, end, resume
from netops.actions.lasting import over_at
from netops.actions.mailing import deliver, tell
from netops.app import App
from netops.changes.duties import Due, Duty, Times, duties, watched
from netops.changes.lifecycle import Change, Phase, fold_all
from netops.changes.tools import brief
from netops.core.clock import Clock
from netops.core.errors import Failed, Locked, NetopsError
from netops.core.text import Text
from netops.filing import filed, look

AGAIN = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 30))
"""Until a duty that was refused or failed is tried again; then always the last."""
SOON = timedelta(seconds=5)
"""Until a resumption is tried again that met a lease: its holder is at work, or dead and taken over when the lease runs out."""
WORKERS = 4
"""Changes worked on at a time: an installation that takes long must not keep an event open."""


class Done(Struct, frozen=True, kw_only=True):
    """One duty that was tried; `error` says why it is not done yet."""

    due: Due
    error: NetopsError | None = None


class _Trouble(Struct):
    """How often a duty failed in a row, when it did last, and when it is tried next."""

    times: int
    at: datetime
    next_at: datetime

    def rests(self, now: datetime) -> bool:
        """False also where the clock was put back since: what a wrong clock put off is not off until that day."""
        return self.at <= now < self.next_at


class Server(Struct):
    """Runs what is due in the workspace that `open_app` opens; each duty in a thread and an `App` of its own."""

    open_app: Callable[[], App]
    told: Callable[[Done], None]
    clock: Clock
    _busy: dict[str, Future[Done]] = field(default_factory=dict)
    _trouble: dict[tuple[str, Duty], _Trouble] = field(default_factory=dict)
    _unread: dict[str, _Trouble] = field(default_factory=dict)
    _warned: set[Due] = field(default_factory=set)

    def run(self, stop: Flag, every: float, beside: Callable[[], None] = lambda: None) -> None:
        """Look every `every` seconds until `stop`; what was begun by then is finished before this returns.

        `beside` is called after each look; it must not take long.
        """
        with ThreadPoolExecutor(WORKERS, thread_name_prefix="duty") as pool:
            while not stop.is_set():
                self.look(pool)
                beside()
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
                for due in self._open(app):
                    self._busy[due.change] = pool.submit(self._do, due)
                    begun += 1
                deliver(app)
        except NetopsError as error:
            self.told(Done(due=Due(change="", duty=Duty.RESUME, since=self.clock.now()), error=error))
        return begun

    def _open(self, app: App) -> Iterator[Due]:
        now = app.clock.now()
        for due in duties(list(self._watched(app)), now):
            trouble = self._trouble.get((due.change, due.duty))
            rests = trouble is not None and trouble.rests(now)
            if due.change not in self._busy and due not in self._warned and not rests:
                yield due

    def _watched(self, app: App) -> Iterator[tuple[Change, Times]]:
        """A change whose request or site's files cannot be read is told of, and holds up no other."""
        for change in fold_all(app.journal.read()).values():
            if change.request and watched(change):
                try:
                    times = _times(app, change)
                except NetopsError as error:
                    self._unreadable(change, error)
                    continue
                self._unread.pop(change.id, None)
                yield change, times

    def _unreadable(self, change: Change, error: NetopsError) -> None:
        now, before = self.clock.now(), self._unread.get(change.id)
        if before is None or not before.rests(now):
            self._unread[change.id] = _later(before, now)
            duty = Duty.START if change.phase is Phase.APPROVED else Duty.END
            self.told(Done(due=Due(change=change.id, duty=duty, since=now), error=error))

    def _do(self, due: Due) -> Done:
        try:
            with self.open_app() as app:
                _carry_out(app, due)
        except NetopsError as error:
            return Done(due=due, error=error)
        except Exception as error:  # noqa: BLE001 - a mistake of ours with one change stops no other's end
            what = brief(f"{type(error).__name__}: {error}")
            return Done(due=due, error=Failed(Text(f"kesalahan program: {what}", f"a mistake of the program: {what}")))
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
                now = self.clock.now()
                self._trouble[key] = _Trouble(0, now, now + SOON)
            else:
                self._trouble[key] = _later(self._trouble.get(key), self.clock.now())
            # Somebody else is at work on it: that is how it should be, and needs no line.
            if not isinstance(done.error, Locked) and (done.error or done.due.duty is not Duty.WARN):
                self.told(done)


def _later(before: _Trouble | None, now: datetime) -> _Trouble:
    times = before.times + 1 if before else 1
    return _Trouble(times, now, now + AGAIN[min(times, len(AGAIN)) - 1])


def _times(app: App, change: Change) -> Times:
    """What already runs ends without its playbook, which an edit may have broken."""
    one = filed(app, change)
    setup = app.playbook(one.request.service).setup if change.phase is Phase.APPROVED else 0
    return Times(opens_at=one.request.starts_at - timedelta(seconds=setup), ends_at=over_at(app, one, change))


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
