"""A FreeRADIUS database as a device: observe, write in one transaction, expire; refuses a name that somebody else has.

How it closes by itself: `Expiration` of each user, which the RADIUS server reads at every login. A timer is a record in
`radgroupcheck` (a group without members) with its moment; the soonest one is what the users expire at. So access that was
put in and is not confirmed ends after the guard's time, and a confirmed one at the event's end, if we do not come back.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from netops.core.clock import Clock
from netops.core.errors import CommandRefused, InputError
from netops.core.model import (
    Batch,
    DeviceFacts,
    Finding,
    GuardHandle,
    GuardPurpose,
    GuardSpec,
    GuardState,
    Receipt,
    Row,
    RowOp,
    Rows,
    Scope,
    Severity,
    State,
    Target,
    Value,
    Verb,
)
from netops.core.secret import SecretRef, SecretSource, parse_ref
from netops.core.text import Text
from netops.drivers import radius_sql as sql
from netops.drivers.routeros_codes import codes_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

USER, SESSION = "user", "session"
_OURS = "netops-"


class RadiusDriver:
    """One database, opened; `target.password` is its address (`mysql+pymysql://…`, `postgresql+psycopg://…`, `sqlite:///…`)."""

    def __init__(self, target: Target, secrets: SecretSource, clock: Clock) -> None:
        self._target, self._secrets, self._clock = target, secrets, clock
        self._zone = _zone(target)
        self._sql = sql.RadiusSql(secrets.get(target.password), target.name)

    @property
    def facts(self) -> DeviceFacts:
        return DeviceFacts(platform="radius", version="", board="SQL", identity=self._target.name)

    @property
    def features(self) -> tuple[str, ...]:
        return ()

    def __enter__(self) -> Self:
        """Raises `DeviceError`s: where nobody answers it is found out before anything else is done."""
        with self._sql.reading("connect") as db:
            sql.missing(db)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._sql.close()

    def preflight(self) -> tuple[Finding, ...]:
        with self._sql.reading("preflight") as db:
            lacking = sql.missing(db)
        if lacking:
            names = ", ".join(lacking)
            return (
                Finding(
                    about="radius",
                    severity=Severity.STOP,
                    id=f"tabel {names} tidak ada: pasang skema mods-config/sql/main dari FreeRADIUS",
                    en=f"there is no table {names}: load FreeRADIUS's schema mods-config/sql/main",
                ),
            )
        return (
            Finding(
                about="radius",
                severity=Severity.OK,
                id=f"basis data terbaca; Expiration ditulis dalam zona {self._zone.key}",
                en=f"the database is readable; Expiration is written in the zone {self._zone.key}",
            ),
        )

    def observe(self, scope: Scope, *, facts: bool = False, counters: bool = False) -> State:
        if USER not in scope.paths:
            return Rows(rows=())
        with self._sql.reading("observe") as db:
            found, used = sql.users(db), sql.sessions(db)
        hidden = self._hidden(found)
        rows = [Row(menu=USER, values={"name": hidden.get(name, name), **values}) for name, values in found.items()]
        for name, one in used.items():
            if name in found:
                counts = {"up": one.up, "down": one.down, "seconds": one.seconds, "online": one.online}
                rows.append(Row(menu=SESSION, values={"name": hidden.get(name, name)} | _text(counts)))
        return Rows(rows=tuple(rows))

    def capture(self) -> bytes:
        """Every user and its attributes, passwords as `(set)`, codes of ours by reference."""
        state = self.observe(Scope(paths=(USER,)))
        assert isinstance(state, Rows)
        return "".join(f"{' '.join(f'{k}={v}' for k, v in row.values.items())}\n" for row in state.rows).encode()

    def _hidden(self, found: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
        """Names that are codes of ours → their references."""
        changes = {
            group.removeprefix(_OURS)
            for values in found.values()
            if (group := values.get("group", "")).startswith(_OURS)
        }
        return {code: str(ref) for change in sorted(changes) for ref, code in codes_of(change, self._secrets)}

    def apply(self, batch: Batch, secrets: SecretSource) -> Receipt:
        """All operations or none. Raises `CommandRefused` for a name that is another's, with nothing written."""
        ops = [op for op in batch.ops if isinstance(op, RowOp)]
        names = [_plain(op.key["name"], secrets) for op in ops]
        with self._sql.writing("apply") as db:
            there = sql.users(db)
            groups: dict[str, None] = {}
            new: dict[str, dict[str, str]] = {}
            for index, (op, name) in enumerate(zip(ops, names, strict=True)):
                group = str(
                    (op.new if op.verb is Verb.ADD else op.old).get("group", there.get(name, {}).get("group", ""))
                )
                if name in there and (op.verb is Verb.ADD or there[name].get("group") != group):
                    raise self._taken(index)
                groups[group] = None
                if op.verb is Verb.ADD:
                    new[name] = {key: _plain(value, secrets) for key, value in op.new.items() if key != "name"}
                elif op.verb is Verb.SET:
                    for key, value in op.new.items():
                        sql.set_value(db, name, key, _plain(value, secrets))
            sql.delete(db, [name for op, name in zip(ops, names, strict=True) if op.verb is Verb.REMOVE])
            sql.insert(db, new)
            for group in groups:
                self._settle(db, group)
        return Receipt(batch=batch.number, replies=("",) * len(batch.ops))

    def _taken(self, index: int) -> CommandRefused:
        return CommandRefused(
            Text("nama itu milik orang lain di RADIUS", "that name is somebody else's in RADIUS"),
            Text("baris orang lain tidak ditimpa", "rows of others are not overwritten"),
            device=self._target.name,
            step="apply",
            may_have_written=False,
            reply="",
            op=index,
        )

    def arm(self, spec: GuardSpec) -> GuardHandle:
        now = self._clock.now()
        at = now + timedelta(seconds=spec.seconds)
        name = f"{spec.owner.name}.{spec.purpose.value}"
        with self._sql.writing("arm") as db:
            sql.note(db, name, sql.expiration(at, self._zone))
            self._settle(db, spec.owner.name)
        return GuardHandle(
            purpose=spec.purpose, kind=spec.kind, device=self._target.name, name=name, armed_at=now, fires_at=at
        )

    def guard_state(self, handle: GuardHandle) -> GuardState:
        """INACTIVE where users of ours do not expire as recorded: somebody edited them."""
        group = _group(handle)
        with self._sql.reading("guard") as db:
            until = sql.noted(db, handle.name)
            whole, right = sql.expiring(db, group, self._soonest(db, group))
        moment = sql.moment_of(until, self._zone)
        if not until:
            return GuardState.ABSENT
        if moment is None or whole != right:
            return GuardState.INACTIVE
        return GuardState.ARMED if moment > self._clock.now() else GuardState.FIRED

    def confirm(self, handle: GuardHandle) -> None:
        with self._sql.writing("confirm") as db:
            sql.note(db, handle.name, "")
            self._settle(db, _group(handle))

    def fire(self, handle: GuardHandle) -> None:
        """It has closed already, or what it closes has gone: its record goes too."""
        self.confirm(handle)

    def save(self) -> None:
        """A transaction is durable when it is over."""

    def _settle(self, db: "Connection", group: str) -> None:
        """Users expire at the soonest of the change's timers."""
        sql.expire(db, group, self._soonest(db, group))

    def _soonest(self, db: "Connection", group: str) -> str:
        noted = [sql.noted(db, f"{group}.{purpose.value}") for purpose in GuardPurpose]
        moments = [(moment, text) for text in noted if text and (moment := sql.moment_of(text, self._zone))]
        return min(moments)[1] if moments else ""


def open_driver(target: Target, secrets: SecretSource, clock: Clock) -> RadiusDriver:
    return RadiusDriver(target, secrets, clock)


def _zone(target: Target) -> ZoneInfo:
    """The RADIUS server's own time zone: a wrong one closes hours early or late, so none is assumed."""
    name = target.data.get("time_zone")
    try:
        return ZoneInfo(str(name or ""))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InputError(
            Text(
                f"zona waktu server RADIUS {target.name} tidak ada: {name!r}",
                f"no time zone of the RADIUS server {target.name}: {name!r}",
            ),
            Text(
                "isi data: time_zone (mis. Asia/Jakarta, seperti TZ server itu) di inventory/hosts.yaml",
                "give data: time_zone (such as Asia/Jakarta, as that server's TZ) in inventory/hosts.yaml",
            ),
            field=f"{target.name}.data.time_zone",
        ) from error


def _group(handle: GuardHandle) -> str:
    return handle.name.rpartition(".")[0]


def _plain(value: Value, secrets: SecretSource) -> str:
    ref = value if isinstance(value, SecretRef) else parse_ref(value)
    return secrets.get(ref).reveal() if ref else str(value)


def _text(counts: Mapping[str, int]) -> dict[str, Value]:
    return {key: str(value) for key, value in counts.items()}
