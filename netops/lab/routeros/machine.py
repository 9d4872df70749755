"""One simulated router without its sockets: rows, clock, log, users and what moves by itself; speaks no protocol."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from netops.core.clock import Clock
from netops.lab.routeros.dates import MONTHS
from netops.lab.routeros.schema import Menu, load_schema
from netops.lab.routeros.show import Shown, show, show_interface
from netops.lab.routeros.store import Row, Store
from netops.lab.routeros.texts import Texts
from netops.lab.routeros.values import GROUP_POLICIES, format_duration

LOG_ROWS = 1000


class Account(Struct, frozen=True, kw_only=True):
    """A login of the device; `group` must exist in its configuration or be built in."""

    name: str
    password: str
    group: str = "full"


class Actor(Struct, frozen=True, kw_only=True):
    """Who runs a command, and with which policies."""

    name: str
    policies: frozenset[str]
    via: str = "console"
    address: str = ""


SYSTEM = Actor(name="system", policies=frozenset({*GROUP_POLICIES, "rest-api"}))


class Machine:
    """State of a router. `watchers` are told the menu after each change, `refreshers` run before a menu is read.

    `radios` are the wireless cards by interface with the band each is for.
    """

    def __init__(self, *, name: str, version: str, clock: Clock, board: str, passwords: dict[str, str]) -> None:
        self.name, self.version, self.clock, self.board = name, version, clock, board
        self.schema = load_schema(version)
        self.number = self.schema.version
        self.texts = Texts(self.number)
        self.store = Store(self.schema, self.texts)
        self.passwords = passwords
        self.booted, self.started = clock.monotonic(), clock.now()
        self.rates: dict[str, tuple[int, int]] = {}
        self.radios: dict[str, str] = {}
        self.device_mode: dict[str, str] = {}
        self.refreshers: dict[str, Callable[[], None]] = {}
        self.before_change: list[Callable[[], None]] = []
        self.watchers: list[Callable[[str, str, Row | None], None]] = []
        self.singles: dict[str, Callable[[], Shown]] = {}
        self.export: Callable[[Actor, str, dict[str, str]], str] = lambda actor, path, args: ""
        self.console: Callable[[str, Actor], str] = lambda source, actor: ""
        self.provision: Callable[[str, Sequence[Row]], None] = lambda path, rows: None
        self.run_script: Callable[[str, Actor], int] = lambda source, actor: 0
        self.added: Callable[[str, Row, bool], None] = lambda path, row, explicit: None

    def menu(self, path: str) -> Menu | None:
        return self.schema.menus.get(path)

    def refresh(self, path: str) -> None:
        refresher = self.refreshers.get(path)
        if refresher is not None:
            refresher()

    def changing(self) -> None:
        for hook in self.before_change:
            hook()

    def changed(self, path: str, verb: str, row: Row | None) -> None:
        for watcher in self.watchers:
            watcher(path, verb, row)

    def rows(self, path: str) -> Iterable[Row]:
        self.refresh(path)
        return self.store.rows(path)

    def shown(self, path: str, row: Row) -> Shown:
        return show_interface(row) if path == "/interface" else show(row)

    def single(self, path: str) -> Shown:
        """The words of a singleton menu; no `.id`."""
        made = self.singles.get(path)
        words = dict(show(self.row_of(path)))
        del words[".id"]
        if made is not None:
            words.update(made())
        return words

    def row_of(self, path: str) -> Row:
        """The one row of a singleton."""
        table = self.store.tables[path]
        if not table.rows:
            self.store.insert(path, {}, number=0)
        return table.rows[0]

    def actor(self, user: str, via: str, address: str = "") -> Actor | None:
        """The actor of an enabled user, None where there is none of that name."""
        row = self.store.named("/user", user)
        if row is None or not row.enabled:
            return None
        group = self.store.named("/user/group", row.get("group"))
        return _actor(user, "" if group is None else group.get("policy"), via, address)

    @property
    def people(self) -> int:
        """Another number after each change of users and groups."""
        tables = self.store.tables
        return tables["/user"].changes + tables["/user/group"].changes

    def login(self, user: str, check: Callable[[str], bool], via: str, address: str) -> Actor | None:
        """None when refused; a refusal is a line in the log, a success is dated in `/user`."""
        actor = self.actor(user, via, address)
        policy = "ssh" if via == "ssh" else "api"
        if actor is None or policy not in actor.policies or not check(self.passwords.get(user, "")):
            self.log("system,error,critical", f"login failure for user {user} from {address} via {via}")
            return None
        row = self.store.named("/user", user)
        if row is not None:
            row.mark(last_logged_in=self.stamp())
        self.log("system,info,account", f"user {user} logged in from {address} via {via}")
        return actor

    def log(self, topics: str, message: str) -> None:
        table = self.store.tables["/log"]
        row = self.store.insert("/log", {})
        row.marks = {"time": self.stamp(log=True), "topics": topics, "message": message}
        while len(table.rows) > LOG_ROWS:
            del table.rows[next(iter(table.rows))]

    @property
    def uptime(self) -> float:
        return self.clock.monotonic() - self.booted

    @property
    def zone(self) -> str:
        return self.row_of("/system/clock").get("time-zone-name")

    def local(self, moment: datetime | None = None) -> datetime:
        return (moment or self.clock.now()).astimezone(_place(self.zone))

    def date(self, moment: datetime) -> str:
        return _date(moment, self.number)

    def stamp(self, moment: datetime | None = None, *, log: bool = False) -> str:
        """Local date and time as this version writes them; old logs show only the time of today."""
        second = (moment or self.clock.now()).replace(microsecond=0)
        return _stamp(second, self.zone, self.number, log)

    def elapsed(self, seconds: float) -> str:
        return format_duration(int(seconds) * 10**6)

    def interface(self, name: str) -> Row | None:
        return self.store.named("/interface", name)

    def interfaces(self) -> list[Row]:
        return sorted(
            (row for path in self.store.interfaces for row in self.store.tables[path].rows.values()),
            key=lambda row: row.id,
        )


@lru_cache
def _actor(name: str, policies: str, via: str, address: str) -> Actor:
    """`policies` as a group has them: it names the refused ones too, behind a `!`."""
    granted = frozenset(policy for policy in policies.split(",") if policy and not policy.startswith("!"))
    return Actor(name=name, policies=granted, via=via, address=address)


@lru_cache
def _place(zone: str) -> ZoneInfo:
    try:
        return ZoneInfo(zone if "/" in zone else "UTC")
    except ZoneInfoNotFoundError:
        return ZoneInfo("UTC")


def _date(moment: datetime, version: tuple[int, ...]) -> str:
    if version < (7, 10):
        return f"{MONTHS[moment.month - 1]}/{moment.day:02}/{moment.year}"
    return f"{moment:%Y-%m-%d}"


@lru_cache
def _stamp(second: datetime, zone: str, version: tuple[int, ...], log: bool) -> str:
    """Many routers write the same second into their logs."""
    here = second.astimezone(_place(zone))
    if log and version < (7, 10):
        return f"{here:%H:%M:%S}"
    return f"{_date(here, version)} {here:%H:%M:%S}"
