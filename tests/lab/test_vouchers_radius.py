"""Vouchers in a FreeRADIUS database beside the gateway: written, proven by Debian's radiusd, revoked, restored, ended."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from event_desk import Desk, open_desk
from msgspec import Struct
from radius_server import DATABASE, ask, make_database, radiusd, rows, set_up

from netops import actions
from netops.actions import needs, vouchers
from netops.core.errors import InputError, NoTarget, Refused, Restored
from netops.core.model import Tag
from netops.filing import Filed, find
from netops.lab.routeros.device import RouterOS

GATEWAY = "gw-lama"


class Rig(Struct):
    desk: Desk
    database: Path

    @property
    def gateway(self) -> RouterOS:
        device = self.desk.campus.devices[GATEWAY]
        assert isinstance(device, RouterOS)
        return device

    def menu(self, path: str) -> list[dict[str, str]]:
        store = self.gateway.machine.store
        return self.desk.campus.call(lambda: [{**row.values, **row.marks} for row in store.rows(path)])

    def users(self) -> set[str]:
        return {name for name, *_ in rows(self.database, "radcheck")} - {"dosen"}

    def codes(self, filed: Filed) -> dict[str, str]:
        return {number: code.reveal() for number, code in self.desk.app.vault.codes(filed.change).items()}


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    database = tmp_path / "radius.db"
    make_database(database)
    with closing(sqlite3.connect(database)) as db, db:
        db.execute(
            "INSERT INTO radcheck (username, attribute, op, value) VALUES ('dosen','Cleartext-Password',':=','x')"
        )
    with open_desk(tmp_path / "kampus") as desk:
        set_up(desk.root, database)
        yield Rig(desk, database)


def approved(rig: Rig, access: str = "up") -> Filed:
    path = str(rig.desk.request(place="gedung-lama", people=4))
    actions.plan(rig.desk.app, path)
    if access != "up":
        needs.edit(rig.desk.app, path, {"access": access, "data_limit": "5GB"})
        actions.plan(rig.desk.app, path)
    filed = find(rig.desk.app, path)
    rig.desk.approve(filed)
    return filed


def applied(rig: Rig, access: str = "up") -> Filed:
    filed = approved(rig, access)
    actions.apply(rig.desk.app, filed.change)
    return filed


def test_users_are_in_the_database_and_the_gateway_asks_it(rig: Rig) -> None:
    filed = applied(rig)
    name, short = Tag(filed.change).name, filed.change.rpartition("-")[2].lower()
    assert rig.users() == {f"{short}-00{n}" for n in range(1, 5)}
    assert {group for _, group, _ in rows(rig.database, "radusergroup")} == {name}
    reply = {a: v for user, a, _, v in rows(rig.database, "radreply") if user == f"{short}-001"}
    assert reply["Mikrotik-Group"] == name and "/" in reply["Mikrotik-Rate-Limit"]
    assert not [row for row in rig.menu("/ip/hotspot/user") if "netops" in row.get("comment", "")]
    (server,) = rig.menu("/radius")
    assert server["address"] == "10.30.0.5" and server["service"] == "hotspot" and server["secret"] == "rahasia-bersama"
    (profile,) = (row for row in rig.menu("/ip/hotspot/profile") if row["name"] == name)
    assert profile["use-radius"] == "true"
    expires = {v for _, a, _, v in rows(rig.database, "radcheck") if a == "Expiration"}
    assert len(expires) == 1, "every user ends when the event does"
    assert actions.apply(rig.desk.app, filed.change) == "nothing"
    found = {one.device: one for one in vouchers.reconcile(rig.desk.app, filed.change)}
    assert set(found) == {DATABASE, GATEWAY} and all(one.clean for one in found.values())
    assert found[DATABASE].present == 4 and found[DATABASE].end == "armed"
    ended = actions.end(rig.desk.app, filed.change, early=True)
    assert ended.leftovers == () and rig.users() == set() and not rig.menu("/radius")
    for table in ("radreply", "radusergroup", "radgroupcheck"):
        assert rows(rig.database, table) == []
    assert rows(rig.database, "radcheck") == [("dosen", "Cleartext-Password", ":=", "x")]


@pytest.mark.needs_debian("freeradius")
@pytest.mark.needs_debian("freeradius-utils")
def test_radiusd_lets_a_code_in_during_the_event_and_not_after(rig: Rig, tmp_path: Path) -> None:
    filed = applied(rig, "vc")
    made = rig.codes(filed)
    assert rig.users() == set(made.values())
    with radiusd(tmp_path / "raddb", rig.database) as port:
        answer = ask(port, made["001"], made["001"], "CHAP-Password")
        assert "Access-Accept" in answer and f'Mikrotik-Group = "{Tag(filed.change).name}"' in answer
        assert "Mikrotik-Total-Limit-Gigawords = 1" in answer
        assert "Access-Reject" in ask(port, made["001"], "salahsalah")
        assert vouchers.revoke(rig.desk.app, filed.change, "1", reason="slip hilang") == ("001",)
        assert "Access-Reject" in ask(port, made["001"], made["001"])
        assert "Access-Accept" in ask(port, made["002"], made["002"])
        assert vouchers.reconcile(rig.desk.app, filed.change, fix=True)[1].mended == 0, "revoked stays revoked"
        assert actions.end(rig.desk.app, filed.change, early=True).leftovers == ()
        assert "Access-Reject" in ask(port, made["002"], made["002"])
    for path in (rig.desk.root / "var").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [code for code in made.values() if code.encode() in data], path


def test_what_is_deleted_or_edited_there_is_told_and_mended(rig: Rig) -> None:
    filed = applied(rig)
    short = filed.change.rpartition("-")[2].lower()
    with closing(sqlite3.connect(rig.database)) as db, db:
        for table in ("radcheck", "radreply", "radusergroup"):
            db.execute(f"DELETE FROM {table} WHERE username = ?", (f"{short}-001",))
        db.execute(
            "UPDATE radreply SET value = '9/9' WHERE username = ?  AND attribute LIKE '%Rate%'", (f"{short}-002",)
        )
        db.execute("DELETE FROM radcheck WHERE attribute = 'Expiration' AND username = ?", (f"{short}-003",))
    found = {one.device: one for one in vouchers.reconcile(rig.desk.app, filed.change)}[DATABASE]
    assert found.missing == ("001",) and len(found.edited) == 1 and found.end == "inactive" and not found.clean
    assert {one.device: one for one in vouchers.reconcile(rig.desk.app, filed.change, fix=True)}[DATABASE].mended == 2
    after = {one.device: one for one in vouchers.reconcile(rig.desk.app, filed.change)}[DATABASE]
    assert after.clean and after.present == 4 and after.end == "armed"
    actions.end(rig.desk.app, filed.change, early=True)
    assert rig.users() == set()


def test_a_failure_of_the_database_restores_the_gateway_too(rig: Rig) -> None:
    filed = approved(rig)
    before = rows(rig.database, "radcheck")
    with closing(sqlite3.connect(rig.database)) as db, db:
        db.execute("CREATE TRIGGER broken BEFORE INSERT ON radreply BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    with pytest.raises(Restored):
        actions.apply(rig.desk.app, filed.change)
    assert rows(rig.database, "radcheck") == before and not rig.menu("/radius")
    assert rows(rig.database, "radgroupcheck") == []


def test_a_name_that_is_taken_is_refused_before_anything_is_sent(rig: Rig) -> None:
    path = str(rig.desk.request(place="gedung-lama", people=4))
    filed = find(rig.desk.app, path)
    short = filed.change.rpartition("-")[2].lower()
    with closing(sqlite3.connect(rig.database)) as db, db:
        db.execute(
            "INSERT INTO radcheck (username, attribute, op, value) VALUES (?, 'Cleartext-Password', ':=', 'y')",
            (f"{short}-002",),
        )
    with pytest.raises(Refused, match="1 names are taken"):
        actions.plan(rig.desk.app, path)


def test_a_site_without_the_database_or_its_time_zone_is_told(rig: Rig) -> None:
    hosts = rig.desk.root / "inventory/hosts.yaml"
    text = hosts.read_text("utf-8")
    path = str(rig.desk.request(place="gedung-lama", people=4))
    hosts.write_text(text.replace("time_zone: UTC", "time_zone: Nowhere/None"), "utf-8")
    with pytest.raises(InputError, match="no time zone"):
        actions.plan(rig.desk.app, path)
    rig.desk.app.__dict__.pop("fleet")
    hosts.write_text(text.replace("roles: [radius]", "roles: [lain]"), "utf-8")
    with pytest.raises(NoTarget, match="radius"):
        actions.plan(rig.desk.app, path)
