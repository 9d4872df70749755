"""Vouchers for FreeRADIUS in its SQL tables (`radcheck`, `radreply`, `radusergroup`): written and read back in one
transaction; refuses a user name that somebody else has, and never reads a password back.

Attributes and operators as FreeRADIUS's SQL module and the MikroTik dictionary have them. Ownership is the group
`netops-<change>`. `Expiration` is in the RADIUS server's own time zone and in the format that it parses everywhere:
`20 Nov 2026 17:00:00` (month names in English whatever the locale).
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from netops.core.errors import Failed, Refused
from netops.core.model import Tag
from netops.core.secret import Secret
from netops.core.text import Text

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

TABLES = ("radcheck", "radreply", "radusergroup")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_GIGA = 2**32
_CHUNK = 500
"""Names in one `IN (…)`: SQLite takes 999 parameters in older builds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RadiusUser:
    """One voucher. Rates in bit/s (0: none), limits in bytes and seconds (0: none); `until` is aware."""

    name: Secret
    code: Secret
    until: datetime
    up: int = 0
    down: int = 0
    data_limit: int = 0
    time_limit: int = 0
    devices: int = 1


def expiration(moment: datetime, zone: tzinfo) -> str:
    """`20 Nov 2026 17:00:00` in the RADIUS server's zone. Raises ValueError for a moment without a zone."""
    if moment.tzinfo is None:
        raise ValueError("the end of a voucher needs a zone")
    local = moment.astimezone(zone)
    return f"{local.day:02d} {_MONTHS[local.month - 1]} {local:%Y %H:%M:%S}"


def rows_of(user: RadiusUser, owner: Tag, zone: tzinfo) -> dict[str, list[dict[str, str]]]:
    """The rows of one voucher by table."""
    name = user.name.reveal()
    check = [
        ("Cleartext-Password", user.code.reveal()),
        ("Expiration", expiration(user.until, zone)),
        ("Simultaneous-Use", str(user.devices)),
    ]
    reply = []
    if user.up and user.down:
        reply.append(("Mikrotik-Rate-Limit", f"{user.up}/{user.down}"))
    if user.data_limit:
        # 32 bits, and how often they are full: two gigabytes do not fit otherwise.
        reply.append(("Mikrotik-Total-Limit", str(user.data_limit % _GIGA)))
        if user.data_limit >= _GIGA:
            reply.append(("Mikrotik-Total-Limit-Gigawords", str(user.data_limit // _GIGA)))
    if user.time_limit:
        reply.append(("Session-Timeout", str(user.time_limit)))
    return {
        "radcheck": [{"username": name, "attribute": a, "op": ":=", "value": v} for a, v in check],
        "radreply": [{"username": name, "attribute": a, "op": ":=", "value": v} for a, v in reply],
        "radusergroup": [{"username": name, "groupname": owner.name, "priority": "1"}],
    }


class RadiusSql:
    """The tables behind one database URL (a secret: it may hold a password)."""

    def __init__(self, url: Secret, zone: tzinfo) -> None:
        self._url, self._zone = url, zone

    def add(self, users: Sequence[RadiusUser], owner: Tag) -> int:
        """All of them or none; those of ours that are there are written anew. Raises `Refused` for a foreign name."""
        with self._open() as db:
            names = [user.name.reveal() for user in users]
            ours = self._owned(db, owner)
            foreign = len(set(self._known(db, names)) - ours)
            if foreign:
                raise Refused(
                    Text(f"{foreign} nama sudah dipakai di RADIUS", f"{foreign} names are taken in RADIUS"),
                    Text("baris orang lain tidak ditimpa", "rows of others are not overwritten"),
                )
            self._delete(db, [name for name in names if name in ours])
            rows: dict[str, list[dict[str, str]]] = {table: [] for table in TABLES}
            for user in users:
                for table, found in rows_of(user, owner, self._zone).items():
                    rows[table] += found
            for table, values in rows.items():
                if values:
                    columns = list(values[0])
                    marks = ", ".join(f":{column}" for column in columns)
                    self._run(db, f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)
        return len(users)

    def remove(self, owner: Tag, names: Collection[str] | None = None) -> int:
        """Ours (all, or those named) go from every table; returns how many. What is foreign stays."""
        with self._open() as db:
            ours = self._owned(db, owner)
            gone = sorted(ours if names is None else ours & set(names))
            self._delete(db, gone)
        return len(gone)

    def names(self, owner: Tag) -> frozenset[str]:
        """Who of ours is there; the proof of absence when empty."""
        with self._open() as db:
            return self._owned(db, owner)

    def _owned(self, db: "Connection", owner: Tag) -> frozenset[str]:
        rows = self._select(db, "SELECT username FROM radusergroup WHERE groupname = :group", {"group": owner.name})
        return frozenset(rows)

    def _known(self, db: "Connection", names: Sequence[str]) -> Iterator[str]:
        for part in _parts(names):
            marks, values = _marks(part)
            for table in TABLES:
                yield from self._select(
                    db, f"SELECT DISTINCT username FROM {table} WHERE username IN ({marks})", values
                )

    def _delete(self, db: "Connection", names: Sequence[str]) -> None:
        for part in _parts(names):
            marks, values = _marks(part)
            for table in TABLES:
                self._run(db, f"DELETE FROM {table} WHERE username IN ({marks})", values)

    @staticmethod
    def _select(db: "Connection", statement: str, values: dict[str, str]) -> list[str]:
        from sqlalchemy import text

        return [str(row[0]) for row in db.execute(text(statement), values)]

    @staticmethod
    def _run(db: "Connection", statement: str, values: dict[str, str] | list[dict[str, str]]) -> None:
        from sqlalchemy import text

        db.execute(text(statement), values)

    @contextmanager
    def _open(self) -> Iterator["Connection"]:
        """One transaction. Raises `Failed` without the statement: it would hold codes."""
        from sqlalchemy import create_engine
        from sqlalchemy.exc import SQLAlchemyError

        engine: Engine | None = None
        why = ""
        try:
            engine = create_engine(self._url.reveal(), hide_parameters=True)
            with engine.begin() as db:
                yield db
        except SQLAlchemyError as error:
            why = type(error).__name__
        finally:
            if engine is not None:
                engine.dispose()
        if why:  # outside the handler: the library's error carries the address with its password
            raise Failed(
                Text(f"basis data RADIUS: {why}", f"the RADIUS database: {why}"),
                Text(
                    "periksa alamat, hak tulis dan skema radcheck, radreply, radusergroup",
                    "check the address, the right to write, and the schema of radcheck, radreply, radusergroup",
                ),
            )


def _parts(names: Sequence[str]) -> Iterable[Sequence[str]]:
    return (names[at : at + _CHUNK] for at in range(0, len(names), _CHUNK))


def _marks(names: Sequence[str]) -> tuple[str, dict[str, str]]:
    values = {f"n{number}": name for number, name in enumerate(names)}
    return ", ".join(f":{key}" for key in values), values
