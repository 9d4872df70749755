"""FreeRADIUS's SQL tables over one database address: read and written in transactions; reads no password back.

The only importer of sqlalchemy. Errors carry neither the statement (it holds codes) nor the address (it holds a password).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from msgspec import Struct

from netops.core.errors import DeviceError, Misbehaved, Unreachable, Unsupported
from netops.core.secret import Secret
from netops.core.text import Text

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

TABLES = ("radcheck", "radreply", "radusergroup", "radgroupcheck")
SET, EXPIRATION = "(set)", "Expiration"
PARTS = {"check": "radcheck", "reply": "radreply"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CHUNK = 500
"""Names in one `IN (…)`: SQLite takes 999 parameters in older builds."""

Values = dict[str, str]


class Session(Struct, frozen=True, kw_only=True):
    """What one user used, over all sessions; `online` of them are open now. Octets as the router counts: `up` is input."""

    up: int
    down: int
    seconds: int
    online: int


def expiration(moment: datetime, zone: tzinfo) -> str:
    """`20 Nov 2026 17:00:00` in the RADIUS server's zone, month names in English whatever the locale.

    It is what FreeRADIUS parses everywhere. Raises ValueError for a moment without a zone.
    """
    if moment.tzinfo is None:
        raise ValueError("the end of a voucher needs a zone")
    local = moment.astimezone(zone)
    return f"{local.day:02d} {_MONTHS[local.month - 1]} {local:%Y %H:%M:%S}"


def moment_of(text: str, zone: tzinfo) -> datetime | None:
    """Back from `expiration`; None for what somebody wrote otherwise."""
    try:
        day, month, year, clock = text.split()
        hour, minute, second = (int(part) for part in clock.split(":"))
        return datetime(int(year), _MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=zone)
    except ValueError:
        return None


class RadiusSql:
    """The tables behind one address. `close()` when done."""

    def __init__(self, url: Secret, device: str) -> None:
        self._url, self._device = url, device
        self._engine: Engine | None = None

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @contextmanager
    def reading(self, step: str) -> Iterator["Connection"]:
        """One reading transaction. Raises `Unreachable`, `Unsupported`, `Misbehaved`."""
        with self._mapped(step), self._opened().begin() as db:
            yield db

    @contextmanager
    def writing(self, step: str) -> Iterator["Connection"]:
        """One transaction: all or nothing. `may_have_written` only where the commit itself went wrong."""
        committing = [False]
        with self._mapped(step, committing), self._opened().connect() as db:
            yield db
            committing[0] = True
            db.commit()

    def _opened(self) -> "Engine":
        if self._engine is None:
            from sqlalchemy import create_engine

            self._engine = create_engine(self._url.reveal(), hide_parameters=True)
        return self._engine

    @contextmanager
    def _mapped(self, step: str, committing: Sequence[bool] = (False,)) -> Iterator[None]:
        from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError, SQLAlchemyError

        found: type[DeviceError] | None = None
        why = ""
        try:
            yield
        except (NoSuchModuleError, ArgumentError, ImportError) as error:
            found, why = Unsupported, type(error).__name__
        except OperationalError as error:
            found, why = Unreachable, type(error).__name__
        except SQLAlchemyError as error:
            found, why = Misbehaved, type(error).__name__
        if found is not None:  # outside the handler: the library's error carries the address with its password
            raise found(
                Text(f"basis data RADIUS: {why}", f"the RADIUS database: {why}"),
                Text(
                    f"periksa alamat di rahasia device/{self._device}, pustaka basis datanya, hak tulis, dan tabel "
                    f"{', '.join(TABLES)}",
                    f"check the address in the secret device/{self._device}, its database library, the right to write, "
                    f"and the tables {', '.join(TABLES)}",
                ),
                device=self._device,
                step=step,
                may_have_written=committing[0],
            )


def missing(db: "Connection") -> tuple[str, ...]:
    """Which of the tables that we need are not there."""
    from sqlalchemy import inspect

    there = set(inspect(db).get_table_names())
    return tuple(table for table in TABLES if table not in there)


def users(db: "Connection") -> dict[str, Values]:
    """Every user with `group`, `check.<attribute>` and `reply.<attribute>`; of a password only that there is one."""
    found: dict[str, Values] = {}
    for part, table in PARTS.items():
        # The value of a password is not even asked for.
        shown = f"CASE WHEN attribute LIKE '%Password%' THEN '{SET}' ELSE value END"
        for name, attribute, value in _select(db, f"SELECT username, attribute, {shown} FROM {table} ORDER BY id"):
            found.setdefault(name, {})[f"{part}.{attribute}"] = value
    for name, group in _select(db, "SELECT username, groupname FROM radusergroup ORDER BY priority DESC"):
        found.setdefault(name, {})["group"] = group
    return found


def sessions(db: "Connection") -> dict[str, Session]:
    """What users used by RADIUS accounting; {} where the server keeps none."""
    from sqlalchemy import inspect

    if not inspect(db).has_table("radacct"):
        return {}
    rows = _select(
        db,
        "SELECT username, SUM(acctinputoctets), SUM(acctoutputoctets), SUM(acctsessiontime), "
        "SUM(CASE WHEN acctstoptime IS NULL THEN 1 ELSE 0 END) FROM radacct GROUP BY username",
    )
    return {
        name: Session(up=_int(up), down=_int(down), seconds=_int(seconds), online=_int(online))
        for name, up, down, seconds, online in rows
    }


def _int(text: str) -> int:
    return int(float(text)) if text and text != "None" else 0


def insert(db: "Connection", wanted: Mapping[str, Mapping[str, str]]) -> None:
    """New users, in a few statements however many."""
    rows: dict[str, list[Values]] = {"radcheck": [], "radreply": [], "radusergroup": []}
    for name, values in wanted.items():
        for key, value in values.items():
            part, _, attribute = key.partition(".")
            if part in PARTS:
                rows[PARTS[part]].append({"username": name, "attribute": attribute, "op": ":=", "value": value})
            elif key == "group":
                rows["radusergroup"].append({"username": name, "groupname": value, "priority": "1"})
    for table, values_ in rows.items():
        _insert(db, table, values_)


def set_value(db: "Connection", name: str, key: str, value: str) -> None:
    """One attribute of a user in place of what is there; '' takes it away."""
    part, _, attribute = key.partition(".")
    where = {"name": name, "attribute": attribute}
    _run(db, f"DELETE FROM {PARTS[part]} WHERE username = :name AND attribute = :attribute", where)
    if value:
        _insert(db, PARTS[part], [{"username": name, "attribute": attribute, "op": ":=", "value": value}])


def delete(db: "Connection", names: Sequence[str]) -> None:
    for at in range(0, len(names), _CHUNK):
        values = {f"n{number}": name for number, name in enumerate(names[at : at + _CHUNK])}
        marks = ", ".join(f":{key}" for key in values)
        for table in ("radusergroup", "radreply", "radcheck"):
            _run(db, f"DELETE FROM {table} WHERE username IN ({marks})", values)


def expire(db: "Connection", group: str, until: str) -> None:
    """Every user of a group gets this `Expiration`; '' takes it away."""
    inside = "username IN (SELECT username FROM radusergroup WHERE groupname = :group)"
    _run(db, f"DELETE FROM radcheck WHERE attribute = '{EXPIRATION}' AND {inside}", {"group": group})
    if until:
        _run(
            db,
            "INSERT INTO radcheck (username, attribute, op, value) "
            f"SELECT username, '{EXPIRATION}', ':=', :until FROM radusergroup WHERE groupname = :group",
            {"group": group, "until": until},
        )


def expiring(db: "Connection", group: str, until: str) -> tuple[int, int]:
    """How many users the group has, and how many of them expire at exactly that moment."""
    (whole,) = _select(db, "SELECT COUNT(*) FROM radusergroup WHERE groupname = :group", {"group": group})
    (right,) = _select(
        db,
        f"SELECT COUNT(*) FROM radcheck WHERE attribute = '{EXPIRATION}' AND value = :until AND username IN "
        "(SELECT username FROM radusergroup WHERE groupname = :group)",
        {"group": group, "until": until},
    )
    return int(whole[0]), int(right[0])


def note(db: "Connection", name: str, until: str) -> None:
    """The record of a timer: a group without members, with the moment; '' takes it away."""
    _run(db, "DELETE FROM radgroupcheck WHERE groupname = :name", {"name": name})
    if until:
        row = {"groupname": name, "attribute": EXPIRATION, "op": ":=", "value": until}
        _insert(db, "radgroupcheck", [row])


def noted(db: "Connection", name: str) -> str:
    """The moment that `note` wrote; '' without one."""
    found = _select(db, "SELECT value FROM radgroupcheck WHERE groupname = :name", {"name": name})
    return found[0][0] if found else ""


def _insert(db: "Connection", table: str, rows: Sequence[Values]) -> None:
    if rows:
        columns = list(rows[0])
        marks = ", ".join(f":{column}" for column in columns)
        _run(db, f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", list(rows))


def _select(db: "Connection", statement: str, values: Mapping[str, str] | None = None) -> list[tuple[str, ...]]:
    from sqlalchemy import text

    return [tuple(str(one) for one in row) for row in db.execute(text(statement), dict(values or {}))]


def _run(db: "Connection", statement: str, values: Values | list[Values]) -> None:
    from sqlalchemy import text

    db.execute(text(statement), values)
