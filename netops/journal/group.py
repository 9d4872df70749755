"""One transaction for many jobs: leases looked up together, events numbered and written together; refuses job by job.

Each statement gives other threads of this process a turn, and that may last: few of them is what makes a group fast.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from operator import attrgetter

from netops.core.errors import NetopsError
from netops.core.model import Fence
from netops.journal.database import Connection, Row
from netops.journal.entry import Entry
from netops.journal.trouble import lost

MOST = 100
"""Rows of one INSERT, pairs and resources of one question: SQLite may be built to take 999 parameters only."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAMES = tuple(Entry.__annotations__)
_COLUMNS = attrgetter(*_NAMES)
_INSERT = f"INSERT INTO events ({', '.join(_NAMES)}) VALUES "
_ROW = f"({', '.join('?' for _ in _NAMES)})"
_LAST = "SELECT max(seq), 0 FROM events"
_LAST_AND_ALIVE = """WITH asked (resource, number) AS (VALUES {})
    SELECT (SELECT max(seq) FROM events), count(*) FROM asked CROSS JOIN leases
    ON leases.resource = asked.resource AND leases.number = asked.number
    WHERE leases.holder <> '' AND leases.expires_at > ?"""


def micros(moment: datetime) -> int:
    """Microseconds since 1970, as leases have them."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


class Group:
    """Begun at `now`. `fences` are those that its jobs will ask about, as far as they are known."""

    def __init__(self, connection: Connection, fences: Iterable[Fence], now: datetime) -> None:
        self.connection, self.now = connection, now
        last, self._alive = _look(connection, frozenset(fences), now)
        self._next = 0 if last is None else last + 1
        self._entries: list[Entry] = []

    def attempt(self, work: Callable[["Group"], object]) -> object:
        """The job's result, or its refusal. A job refuses before it writes: only its numbered events are undone."""
        mark, start = len(self._entries), self._next
        try:
            return work(self)
        except NetopsError as error:
            del self._entries[mark:]
            self._next = start
            return error

    def hold(self, fences: Sequence[Fence], *, alive: bool) -> None:
        """Raises `FenceLost` for a lease that somebody took over or gave back, or (`alive`) that has run out."""
        if self._alive.issuperset(fences):
            return
        rows = leases(self.connection, [fence.resource for fence in fences])
        for fence in fences:
            row = rows.get(fence.resource)
            if row is None or row["number"] != fence.number:
                raise lost(fence, "sudah diambil alih", "somebody took over")
            if not row["holder"]:
                raise lost(fence, "sudah dilepas", "it was released")
            if alive and row["expires_at"] <= micros(self.now):
                raise lost(fence, "masa berlakunya habis", "it has run out")

    def leases_change(self) -> None:
        """A job is about to write leases: what was found out about them does not hold for those behind it."""
        self._alive = frozenset()

    def add(self, row: Callable[[int], Entry]) -> Entry:
        """Number an event; it is written with the others, right before the commit."""
        entry = row(self._next)
        self._entries.append(entry)
        self._next += 1
        return entry

    def write(self) -> None:
        for at in range(0, len(self._entries), MOST):
            page = self._entries[at : at + MOST]
            values = list(chain.from_iterable(map(_COLUMNS, page)))
            self.connection.execute(_INSERT + ", ".join([_ROW] * len(page)), values)


def _look(connection: Connection, fences: frozenset[Fence], now: datetime) -> tuple[int | None, frozenset[Fence]]:
    """The last event's number; and the fences, where all are held and none has run out at `now`. Otherwise none of them.

    Where there are none, or very many, each job asks for its own.
    """
    if not 0 < len(fences) <= MOST:
        (last, _) = connection.execute(_LAST).fetchone()
        return last, frozenset()
    pairs = [part for fence in fences for part in (fence.resource, fence.number)]
    query = _LAST_AND_ALIVE.format(", ".join(["(?, ?)"] * len(fences)))
    last, alive = connection.execute(query, (*pairs, micros(now))).fetchone()
    return last, fences if alive == len(fences) else frozenset()


def leases(connection: Connection, resources: Sequence[str]) -> dict[str, Row]:
    """The lease rows of these resources, in one query for each page of them."""
    found: dict[str, Row] = {}
    for at in range(0, len(resources), MOST):
        page = resources[at : at + MOST]
        query = f"SELECT * FROM leases WHERE resource IN ({', '.join('?' for _ in page)})"
        found.update((row["resource"], row) for row in connection.execute(query, page))
    return found
