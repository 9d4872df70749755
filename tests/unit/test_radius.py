"""Vouchers in FreeRADIUS's own tables, on its own schema; and Debian's server that accepts and refuses them."""

import os
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from netops.core.errors import Failed, Refused
from netops.core.model import Tag
from netops.core.secret import Secret
from netops.radius import RadiusSql, RadiusUser, expiration

WIB = timezone(timedelta(hours=7))
OWNER = Tag("HD-2026-0117-3f9a1c")
SCHEMA = """
CREATE TABLE radcheck (id INTEGER PRIMARY KEY AUTOINCREMENT, username varchar(64) NOT NULL default '',
  attribute varchar(64) NOT NULL default '', op char(2) NOT NULL DEFAULT '==', value varchar(253) NOT NULL default '');
CREATE TABLE radreply (id INTEGER PRIMARY KEY AUTOINCREMENT, username varchar(64) NOT NULL default '',
  attribute varchar(64) NOT NULL default '', op char(2) NOT NULL DEFAULT '=', value varchar(253) NOT NULL default '');
CREATE TABLE radusergroup (id INTEGER PRIMARY KEY AUTOINCREMENT, username varchar(64) NOT NULL default '',
  groupname varchar(64) NOT NULL default '', priority int(11) NOT NULL default '1');
CREATE TABLE radgroupcheck (id INTEGER PRIMARY KEY AUTOINCREMENT, groupname varchar(64) NOT NULL default '',
  attribute varchar(64) NOT NULL default '', op char(2) NOT NULL DEFAULT '==', value varchar(253) NOT NULL default '');
CREATE TABLE radgroupreply (id INTEGER PRIMARY KEY AUTOINCREMENT, groupname varchar(64) NOT NULL default '',
  attribute varchar(64) NOT NULL default '', op char(2) NOT NULL DEFAULT '=', value varchar(253) NOT NULL default '');
"""
"""Of FreeRADIUS 3.2 (mods-config/sql/main/sqlite/schema.sql), as far as authorisation reads it."""


def user(number: int, *, hours: float = 8, name: str = "") -> RadiusUser:
    return RadiusUser(
        name=Secret(name or f"3f9a1c-{number:03d}"),
        code=Secret(f"kode{number:04d}"),
        until=datetime.now(UTC) + timedelta(hours=hours),
        up=2_000_000,
        down=5_000_000,
        data_limit=5_000_000_000,
        time_limit=3_600,
    )


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "radius.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(SCHEMA)
    return path


def store(path: Path) -> RadiusSql:
    return RadiusSql(Secret(f"sqlite:///{path}"), UTC)


def rows(path: Path, table: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return [row[1:] for row in db.execute(f"SELECT * FROM {table} ORDER BY id")]


def test_a_batch_is_written_read_back_and_taken_away(database: Path) -> None:
    radius = store(database)
    with closing(sqlite3.connect(database)) as db, db:
        db.execute(
            "INSERT INTO radcheck (username, attribute, op, value) VALUES ('dosen', 'Cleartext-Password', ':=', 'x')"
        )
    assert radius.add([user(n) for n in range(1, 1_201)], OWNER) == 1_200
    assert len(radius.names(OWNER)) == 1_200
    reply = dict((a, v) for n, a, _, v in rows(database, "radreply") if n == "3f9a1c-001")
    assert reply == {
        "Mikrotik-Rate-Limit": "2000000/5000000",
        "Mikrotik-Total-Limit": str(5_000_000_000 % 2**32),
        "Mikrotik-Total-Limit-Gigawords": "1",
        "Session-Timeout": "3600",
    }
    assert radius.add([user(1)], OWNER) == 1
    assert len([1 for name, *_ in rows(database, "radcheck") if name == "3f9a1c-001"]) == 3, "written anew, not twice"
    assert radius.remove(OWNER, ["3f9a1c-002", "dosen"]) == 1
    assert radius.remove(OWNER) == 1_199
    assert radius.names(OWNER) == frozenset()
    assert rows(database, "radcheck") == [("dosen", "Cleartext-Password", ":=", "x")]


def test_a_name_of_somebody_else_is_refused_and_nothing_written(database: Path) -> None:
    radius = store(database)
    radius.add([user(7)], Tag("HD-OTHER"))
    before = rows(database, "radcheck")
    with pytest.raises(Refused, match="1 names are taken"):
        radius.add([user(6), user(7)], OWNER)
    assert rows(database, "radcheck") == before


def test_an_error_of_the_database_names_neither_code_nor_address(tmp_path: Path) -> None:
    radius = RadiusSql(Secret(f"sqlite:///{tmp_path / 'rahasia-sandi.db'}"), UTC)
    with pytest.raises(Failed) as caught:
        radius.add([user(1)], OWNER)
    told = caught.value.describe("en") + repr(caught.value.__context__) + repr(caught.value.__cause__)
    assert "kode0001" not in told and "rahasia-sandi" not in told


def test_the_end_is_written_in_the_servers_zone_and_in_english() -> None:
    moment = datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert expiration(moment, WIB) == "20 Nov 2026 17:00:00"
    assert expiration(replace_day(moment), UTC) == "03 May 2026 10:00:00"
    with pytest.raises(ValueError, match="zone"):
        expiration(datetime(2026, 11, 20, 10), UTC)


def replace_day(moment: datetime) -> datetime:
    return moment.replace(month=5, day=3)


# ── the real server ──────────────────────────────────────────────────────────────────────────────────────────────

CONFIG = """
prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = {folder}
logdir = {folder}
run_dir = {folder}
name = netops-test
max_requests = 256
log {{
destination = stdout
}}
security {{
allow_core_dumps = no
status_server = yes
}}
thread pool {{
start_servers = 1
max_servers = 2
min_spare_servers = 1
max_spare_servers = 1
}}
client lab {{
ipaddr = 127.0.0.1
secret = testing
}}
modules {{
  pap {{
  }}
  chap {{
  }}
  expiration {{
  }}
  sql {{
    driver = "rlm_sql_sqlite"
    dialect = "sqlite"
    sqlite {{
    filename = "{database}"
    }}
    radius_db = "radius"
    acct_table1 = "radacct"
    acct_table2 = "radacct"
    postauth_table = "radpostauth"
    authcheck_table = "radcheck"
    groupcheck_table = "radgroupcheck"
    authreply_table = "radreply"
    groupreply_table = "radgroupreply"
    usergroup_table = "radusergroup"
    read_groups = yes
    delete_stale_sessions = no
    read_clients = no
    client_table = "nas"
    group_attribute = "SQL-Group"
    pool {{
    start = 1
    min = 1
    max = 2
    spare = 1
    }}
    sql_user_name = "%{{User-Name}}"
authorize_check_query = "SELECT id, username, attribute, value, op FROM radcheck WHERE username = '%{{SQL-User-Name}}' ORDER BY id"
authorize_reply_query = "SELECT id, username, attribute, value, op FROM radreply WHERE username = '%{{SQL-User-Name}}' ORDER BY id"
group_membership_query = "SELECT groupname FROM radusergroup WHERE username = '%{{SQL-User-Name}}' ORDER BY priority"
authorize_group_check_query = "SELECT id, groupname, attribute, value, op FROM radgroupcheck WHERE groupname = '%{{SQL-Group}}' ORDER BY id"
authorize_group_reply_query = "SELECT id, groupname, attribute, value, op FROM radgroupreply WHERE groupname = '%{{SQL-Group}}' ORDER BY id"
  }}
}}
server default {{
  listen {{
  type = auth
  ipaddr = 127.0.0.1
  port = {port}
  }}
  authorize {{
  chap
  sql
  expiration
  pap
  }}
  authenticate {{
  Auth-Type PAP {{
  pap
  }}
  Auth-Type CHAP {{
  chap
  }}
  }}
}}
"""
"""The queries are those of `mods-config/sql/main/sqlite/queries.conf`, without accounting."""


@pytest.fixture
def server(tmp_path: Path, database: Path) -> Iterator[int]:
    """Debian's radiusd with rlm_sql_sqlite on a free port of 127.0.0.1, as whoever runs the test."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path / "raddb"
    folder.mkdir()
    (folder / "dictionary").write_text("$INCLUDE /usr/share/freeradius/dictionary\n", "ascii")
    (folder / "radiusd.conf").write_text(CONFIG.format(folder=folder, database=database, port=port))
    (folder / "radiusd.conf").chmod(0o600)
    with (tmp_path / "radiusd.log").open("wb") as log:
        command = ["freeradius", "-f", "-l", "stdout", "-d", str(folder), "-n", "radiusd"]
        child = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "TZ": "UTC"})
    try:
        deadline = time.monotonic() + 15
        while b"Ready to process" not in (tmp_path / "radiusd.log").read_bytes():
            if child.poll() is not None or time.monotonic() > deadline:
                pytest.fail((tmp_path / "radiusd.log").read_text("utf-8", "replace")[-2000:])
            time.sleep(0.05)
        yield port
    finally:
        child.terminate()
        child.wait(10)


def ask(port: int, name: str, code: str, attribute: str = "User-Password") -> str:
    done = subprocess.run(
        ["radclient", "-x", "-r", "1", "-t", "5", f"127.0.0.1:{port}", "auth", "testing"],
        input=f'User-Name = "{name}"\n{attribute} = "{code}"\n',
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.needs_debian("freeradius")
@pytest.mark.needs_debian("radclient")
def test_a_real_server_accepts_a_code_and_refuses_it_after_the_end_and_when_revoked(
    server: int, database: Path
) -> None:
    radius = store(database)
    radius.add(
        [user(1), user(2, hours=-0.01), user(3), replace(user(4, name="k7m2pq9x"), code=Secret("k7m2pq9x"))], OWNER
    )
    accepted = ask(server, "3f9a1c-001", "kode0001")
    assert "Access-Accept" in accepted and 'Mikrotik-Rate-Limit = "2000000/5000000"' in accepted
    assert "Mikrotik-Total-Limit-Gigawords = 1" in accepted and "Session-Timeout" in accepted
    assert "Access-Accept" in ask(server, "k7m2pq9x", "k7m2pq9x", "CHAP-Password"), "as a hotspot asks by http-chap"
    assert "Access-Reject" in ask(server, "3f9a1c-001", "salah000")
    assert "Access-Reject" in ask(server, "3f9a1c-002", "kode0002"), "its end is past"
    assert "Access-Accept" in ask(server, "3f9a1c-003", "kode0003")
    radius.remove(OWNER, ["3f9a1c-003"])
    assert "Access-Reject" in ask(server, "3f9a1c-003", "kode0003"), "revoked"
    radius.remove(OWNER)
    assert "Access-Reject" in ask(server, "3f9a1c-001", "kode0001"), "the event is over"
