"""The driver of a FreeRADIUS database: one transaction, timers as `Expiration`, errors without codes; and radiusd over it."""

import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from radius_server import ask, make_database, radiusd, rows

from netops.core.clock import Clock, ManualClock, SystemClock
from netops.core.errors import CommandRefused, DeviceError, Failed, InputError, Unsupported
from netops.core.model import (
    Batch,
    GuardKind,
    GuardPurpose,
    GuardSpec,
    GuardState,
    RowOp,
    Rows,
    Scope,
    Severity,
    Tag,
    Target,
    Value,
    Verb,
)
from netops.core.secret import Secret, SecretRef
from netops.drivers.radius import RadiusDriver, open_driver
from netops.drivers.radius_sql import expiration, moment_of

OWNER = Tag("HD-7-abc123")
START = datetime(2026, 11, 20, 10, tzinfo=UTC)


class Codes:
    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values

    def get(self, ref: SecretRef) -> Secret:
        if ref.name not in self.values:
            raise Failed(ref.name)  # type: ignore[arg-type]  # nobody reads its text here
        return Secret(self.values[ref.name])


def driver(path: Path, clock: Clock, *, zone: str = "UTC", url: str = "") -> RadiusDriver:
    target = Target(
        name="radius", host="h", platform="radius", site="s", roles=("radius",), username="u",
        password=SecretRef("device/radius"), options={}, data={"time_zone": zone},
    )  # fmt: skip
    codes = {"device/radius": url or f"sqlite:///{path}", "voucher/HD-7-abc123/001": "kode0001"}
    return open_driver(target, Codes(codes), clock)


def add(*names: str) -> Batch:
    new: dict[str, Value] = {"group": OWNER.name, "check.Cleartext-Password": SecretRef("voucher/HD-7-abc123/001")}
    return Batch(
        number=1,
        ops=tuple(RowOp(verb=Verb.ADD, path="user", key={"name": n}, new={"name": n, **new}) for n in names),
    )


def spec(purpose: GuardPurpose, seconds: int) -> GuardSpec:
    return GuardSpec(purpose=purpose, kind=GuardKind.DEVICE_TIMER, owner=OWNER, seconds=seconds, inverse=())


@pytest.fixture
def database(tmp_path: Path) -> Path:
    make_database(tmp_path / "radius.db")
    return tmp_path / "radius.db"


def expires(database: Path) -> set[str]:
    return {value for _, attribute, _, value in rows(database, "radcheck") if attribute == "Expiration"}


def test_timers_are_the_users_expiration_and_the_soonest_counts(database: Path) -> None:
    clock = ManualClock(START)
    with driver(database, clock, zone="Asia/Jakarta") as radius:
        revert = radius.arm(spec(GuardPurpose.REVERT, 600))
        radius.apply(add("a-001", "a-002"), radius._secrets)
        assert expires(database) == {"20 Nov 2026 17:10:00"} and radius.guard_state(revert) is GuardState.ARMED
        end = radius.arm(spec(GuardPurpose.END, 3600))
        assert expires(database) == {"20 Nov 2026 17:10:00"}
        radius.confirm(revert)
        assert expires(database) == {"20 Nov 2026 18:00:00"} and radius.guard_state(revert) is GuardState.ABSENT
        clock.move(3600)
        assert radius.guard_state(end) is GuardState.FIRED
        radius.fire(end)
        assert expires(database) == set() and rows(database, "radgroupcheck") == []


def test_an_expiration_changed_by_hand_is_seen(database: Path) -> None:
    with driver(database, ManualClock(START)) as radius:
        radius.apply(add("a-001", "a-002"), radius._secrets)
        end = radius.arm(spec(GuardPurpose.END, 3600))
        with closing(sqlite3.connect(database)) as db, db:
            db.execute("UPDATE radcheck SET value = '1 Jan 2030' WHERE username = 'a-001' AND attribute = 'Expiration'")
        assert radius.guard_state(end) is GuardState.INACTIVE


def test_a_batch_is_written_whole_or_not_at_all(database: Path) -> None:
    with driver(database, ManualClock(START)) as radius:
        radius.apply(add("a-001"), radius._secrets)
        before = rows(database, "radcheck")
        with pytest.raises(CommandRefused) as caught:
            radius.apply(add("a-002", "a-001"), radius._secrets)
        assert caught.value.op == 1 and not caught.value.may_have_written
        assert rows(database, "radcheck") == before
        seen = radius.observe(Scope(paths=("user",)))
        assert isinstance(seen, Rows) and seen.rows[0].values["check.Cleartext-Password"] == "(set)"
        assert b"kode0001" not in radius.capture()


def test_what_accounting_counted_is_read(database: Path) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        db.execute(
            "CREATE TABLE radacct (username TEXT, acctinputoctets INT, acctoutputoctets INT, acctsessiontime INT, acctstoptime TEXT)"
        )
        db.execute("INSERT INTO radacct VALUES ('a-001', 10, 20, 30, '2026-11-20'), ('a-001', 1, 2, 3, NULL)")
    with driver(database, ManualClock(START)) as radius:
        radius.apply(add("a-001"), radius._secrets)
        seen = radius.observe(Scope(paths=("user",)))
    assert isinstance(seen, Rows)
    assert dict(seen.rows[1].values) == {"name": "a-001", "up": "11", "down": "22", "seconds": "33", "online": "1"}


def test_errors_name_neither_code_nor_address(tmp_path: Path, database: Path) -> None:
    with closing(sqlite3.connect(database)) as db, db:
        db.execute("DROP TABLE radreply")
    radius = driver(database, ManualClock(START))
    assert [one.severity for one in radius.preflight()] == [Severity.STOP]
    with pytest.raises(DeviceError) as caught:
        radius.apply(add("a-001"), radius._secrets)
    told = caught.value.describe("en") + repr(caught.value.__context__) + repr(caught.value.__cause__)
    assert "kode0001" not in told and "radius.db" not in told and not caught.value.may_have_written
    radius.__exit__(None, None, None)
    for url in ("nonsense", "kind://u:rahasia@h/db"):
        with pytest.raises(Unsupported) as refused, driver(tmp_path, ManualClock(START), url=url):
            pass
        assert "rahasia" not in refused.value.describe("en") + repr(refused.value.__context__)
    with pytest.raises(InputError, match="time zone"):
        driver(database, ManualClock(START), zone="")


def test_the_end_is_written_in_the_servers_zone_and_in_english() -> None:
    assert expiration(START, ZoneInfo("Asia/Jakarta")) == "20 Nov 2026 17:00:00"
    assert expiration(START.replace(month=5, day=3), UTC) == "03 May 2026 10:00:00"
    assert moment_of("20 Nov 2026 17:00:00", ZoneInfo("Asia/Jakarta")) == START
    assert moment_of("besok", UTC) is None and moment_of("1 Jan 2030", UTC) is None
    with pytest.raises(ValueError, match="zone"):
        expiration(datetime(2026, 11, 20, 10), UTC)


@pytest.mark.needs_debian("freeradius")
@pytest.mark.needs_debian("radclient")
def test_a_real_server_refuses_once_the_timer_is_due_though_we_do_nothing(database: Path, tmp_path: Path) -> None:
    with driver(database, SystemClock(), zone="Asia/Makassar") as radius:
        radius.apply(add("a-001"), radius._secrets)
        radius.arm(spec(GuardPurpose.END, 3600))
        with radiusd(tmp_path / "raddb", database, "Asia/Makassar") as port:
            assert "Access-Accept" in ask(port, "a-001", "kode0001")
            radius.arm(spec(GuardPurpose.END, 1))
            time.sleep(2.1)
            assert "Access-Reject" in ask(port, "a-001", "kode0001")
