"""A FreeRADIUS database on SQLite with the server's own schema, and Debian's radiusd over it, as whoever runs the test."""

import json
import os
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

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


DATABASE = "radius-lama"
HOST = f"""
{DATABASE}:
  hostname: 10.30.0.5
  platform: radius
  username: netops
  data:
    site: kampus-lama
    roles: [radius]
    time_zone: UTC
    options: {{snmp: {{version: none}}}}
"""


def set_up(root: Path, database: Path, url: str = "") -> None:
    """The workspace keeps the old campus' vouchers in that database."""
    hosts, sites, secrets = root / "inventory/hosts.yaml", root / "inventory/sites.yaml", root / "secrets.json"
    hosts.write_text(hosts.read_text("utf-8") + HOST, "utf-8")
    head, tail = sites.read_text("utf-8").split("domain: acara.kampus-lama.example\n")
    kept = "      vouchers: {backend: radius, server: 10.30.0.5}\n"
    sites.write_text(f"{head}domain: acara.kampus-lama.example\n{kept}{tail}", "utf-8")
    values = json.loads(secrets.read_text("utf-8"))
    values |= {f"device/{DATABASE}": url or f"sqlite:///{database}", "radius/kampus-lama": "rahasia-bersama"}
    secrets.write_text(json.dumps(values), "utf-8")


def make_database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(SCHEMA)


def rows(path: Path, table: str) -> list[tuple[str, ...]]:
    """A table's rows without their ids."""
    with closing(sqlite3.connect(path)) as db:
        return [row[1:] for row in db.execute(f"SELECT * FROM {table} ORDER BY id")]


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


@contextmanager
def radiusd(folder: Path, database: Path, zone: str = "UTC") -> Iterator[int]:
    """Debian's radiusd with rlm_sql_sqlite on a free port of 127.0.0.1, as whoever runs the test."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder.mkdir()
    (folder / "dictionary").write_text("$INCLUDE /usr/share/freeradius/dictionary\n", "ascii")
    (folder / "radiusd.conf").write_text(CONFIG.format(folder=folder, database=database, port=port))
    (folder / "radiusd.conf").chmod(0o600)
    with (folder / "radiusd.log").open("wb") as log:
        command = ["freeradius", "-f", "-l", "stdout", "-d", str(folder), "-n", "radiusd"]
        child = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "TZ": zone})
    try:
        deadline = time.monotonic() + 15
        while b"Ready to process" not in (folder / "radiusd.log").read_bytes():
            if child.poll() is not None or time.monotonic() > deadline:
                pytest.fail((folder / "radiusd.log").read_text("utf-8", "replace")[-2000:])
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
