"""`/system/scheduler`: jobs that fire by the clock, again and again by their interval, with the policies they were given."""

from datetime import datetime, timedelta

from netops.lab.routeros.dates import parse_date
from netops.lab.routeros.machine import Actor, Machine
from netops.lab.routeros.script import Interpreter
from netops.lab.routeros.store import Row
from netops.lab.routeros.syntax import ScriptError
from netops.lab.routeros.texts import INACTIVATED, Trap
from netops.lab.routeros.values import parse_duration

PATH = "/system/scheduler"
AFTER_BOOT = 3.0
TURNS = 10_000
TIMING = ("interval", "start-date", "start-time", "disabled", "name")


class Scheduler:
    """Call `tick` often: it fires every job whose time has come, in order, each at its own time."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._next: dict[int, datetime] = {}
        self._seen: dict[int, tuple[str, ...]] = {}
        machine.watchers.append(self._changed)
        machine.refreshers[PATH] = self.tick

    def _changed(self, path: str, verb: str, row: Row | None) -> None:
        if path != PATH or row is None:
            return
        if verb == "remove":
            self._next.pop(row.id, None)
            self._seen.pop(row.id, None)
            return
        timing = tuple(row.get(name) for name in TIMING)
        if self._seen.get(row.id) != timing:
            self._seen[row.id] = timing
            self._plan(row)

    @property
    def allowed(self) -> bool:
        return self.machine.device_mode.get("scheduler", "true") == "true"

    @property
    def due(self) -> datetime | None:
        """When the next job fires, None when none will."""
        return min(self._next.values(), default=None)

    def reconsider(self) -> None:
        """After device-mode changed."""
        for row in self.machine.store.rows(PATH):
            self._plan(row)

    def _plan(self, row: Row) -> None:
        self._next.pop(row.id, None)
        row.marks.pop("next-run", None)
        row.marks.pop(".about", None)
        row.touch()
        if not self.allowed:
            row.mark(**{".about": INACTIVATED})
            return
        if not row.enabled:
            return
        start = self._start(row)
        now, interval = self.machine.clock.now(), _interval(row)
        if start is not None and start <= now and interval:
            start += (int((now - start) / interval) + 1) * interval
        if start is not None and start > now:
            self._set(row, start)

    def _set(self, row: Row, moment: datetime) -> None:
        self._next[row.id] = moment
        row.mark(next_run=self.machine.stamp(moment))

    def _start(self, row: Row) -> datetime | None:
        """When the job first runs by its own words; in the past for one that was added without a start."""
        if row.get("start-time") == "startup":
            boot = self.machine.started + timedelta(seconds=AFTER_BOOT)
            return boot if boot > self.machine.clock.now() else self.machine.clock.now()
        here = self.machine.local()
        date, clock = parse_date(row.get("start-date")), row.get("start-time")
        if date is None:
            return None
        hours, minutes, seconds = (int(part) for part in clock.split(":"))
        return here.replace(
            year=date[0], month=date[1], day=date[2], hour=hours, minute=minutes, second=seconds, microsecond=0
        ).astimezone(self.machine.clock.now().tzinfo)

    def added(self, row: Row, explicit: bool) -> None:
        """A job without a start of its own first runs one interval after it was added, to the fraction of a second."""
        interval = _interval(row)
        if not explicit and interval and self.allowed and row.enabled:
            self._set(row, self.machine.clock.now() + interval)

    def tick(self) -> None:
        if not self._next:
            return
        for _ in range(TURNS):
            now = self.machine.clock.now()
            number = min(self._next, key=lambda key: self._next[key], default=None)
            if number is None or self._next[number] > now:
                return
            row = self.machine.store.tables[PATH].rows.get(number)
            moment = self._next.pop(number)
            if row is not None:
                self._fire(row, moment)

    def _fire(self, row: Row, moment: datetime) -> None:
        interval = _interval(row)
        if interval:
            self._set(row, moment + interval)
        else:
            row.marks.pop("next-run", None)
        row.mark(run_count=str(int(row.marks.get("run-count", "0")) + 1))
        row.touch()
        text = row.get("on-event")
        script = self.machine.store.named("/system/script", text)
        source = text if script is None else script.get("source")
        policies = frozenset(filter(None, row.get("policy").split(",")))
        actor = Actor(name=row.marks.get("owner", ""), policies=policies, via="scheduler")
        try:
            Interpreter(self.machine, actor).run(source)
        except (ScriptError, Trap) as error:
            self.machine.log("script,error", f"script error: {error}")
            if self.machine.number >= (7,):
                message = f"executing script from scheduler ({row.name}) failed, please check it manually"
                self.machine.log("script,error", message)


def _interval(row: Row) -> timedelta | None:
    microseconds = parse_duration(row.get("interval") or "0s")
    return timedelta(microseconds=microseconds) if microseconds else None
