"""Unmodified SNMP clients against the lab's agents: gufo-snmp (Rust) and Net-SNMP (C)."""

import asyncio
import ssl
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

import librouteros
import pytest
from gufo.snmp import Aes128Key, Sha1Key, Sha256Key, SnmpAuthError, SnmpVersion, User
from gufo.snmp.aio import SnmpSession
from msgspec import Struct

from netops.lab.campus import Campus
from netops.lab.snmp import SnmpUser
from netops.lab.view import LabInterface

IF_DESCR = "1.3.6.1.2.1.2.2.1.2"
IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
IF_ALIAS = "1.3.6.1.2.1.31.1.1.1.18"
HC_IN, HC_OUT = "1.3.6.1.2.1.31.1.1.1.6", "1.3.6.1.2.1.31.1.1.1.10"
SYS_NAME, SYS_DESCR = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.1.0"
DEVICES = ("gw-kampus", "gw-lama", "sw-aula")
WAYS = ("v2c", "SHA", "SHA-256")


class Way(Struct, frozen=True):
    """A device's port and how to log in: a community, or a v3 user."""

    port: int
    community: str
    user: SnmpUser | None

    def gufo(self) -> SnmpSession:
        if self.user is None:
            return SnmpSession(
                "127.0.0.1", port=self.port, community=self.community, version=SnmpVersion.v2c, timeout=10
            )
        key = {"SHA": Sha1Key, "SHA-256": Sha256Key}[self.user.auth]
        user = User(
            self.user.name,
            auth_key=key(self.user.auth_key.encode()),
            priv_key=Aes128Key(self.user.priv_key.encode()),
        )
        return SnmpSession("127.0.0.1", port=self.port, user=user, version=SnmpVersion.v3, timeout=10)

    def net_snmp(self, program: str, *rest: str) -> "subprocess.CompletedProcess[str]":
        if self.user is None:
            login = ["-v2c", "-c", self.community]
        else:
            user = self.user
            login = ["-v3", "-l", "authPriv", "-u", user.name, "-a", user.auth, "-A", user.auth_key]
            login += ["-x", user.priv, "-X", user.priv_key]
        command = [program, *login, "-On", "-Oe", "-m", "", "-t", "5", "-r", "1", f"127.0.0.1:{self.port}", *rest]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)


def way(campus: Campus, name: str, kind: str) -> Way:
    agent = campus.agents[name]
    user = next((user for user in agent.access.users if user.auth == kind), None)
    return Way(port=agent.port, community=agent.access.community, user=user)


def ports(campus: Campus, name: str) -> Sequence[LabInterface]:
    return campus.call(lambda: tuple(campus.devices[name].interfaces()))


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("name", DEVICES)
def test_gufo_reads_what_the_device_has(campus: Campus, name: str, kind: str) -> None:
    async def read() -> tuple[object, Mapping[str, object], Mapping[str, object]]:
        async with way(campus, name, kind).gufo() as session:
            names = {oid: value async for oid, value in session.getbulk(IF_DESCR)}
            walked = {oid: value async for oid, value in session.getnext(IF_ALIAS)}
            return await session.get(SYS_NAME), names, walked

    identity, names, aliases = asyncio.run(read())
    expected = ports(campus, name)
    assert expected
    assert identity == campus.call(campus.devices[name].system).name.encode()
    assert names == {f"{IF_DESCR}.{port.index}": port.name.encode() for port in expected}
    assert aliases == {f"{IF_ALIAS}.{port.index}": port.alias.encode() for port in expected}


def test_gufo_counters_lie_between_two_looks_at_the_device(campus: Campus) -> None:
    async def read() -> dict[str, int]:
        async with way(campus, "gw-kampus", "v2c").gufo() as session:
            return {oid: value async for oid, value in session.getbulk(HC_IN) if isinstance(value, int)}

    before = ports(campus, "gw-kampus")
    found = asyncio.run(read())
    after = ports(campus, "gw-kampus")
    assert before
    for first, last in zip(before, after, strict=True):
        assert first.in_octets <= found[f"{HC_IN}.{first.index}"] <= last.in_octets


def test_gufo_is_refused_with_a_wrong_passphrase(campus: Campus) -> None:
    agent = campus.agents["gw-kampus"]
    good = agent.access.users[0]
    bad = SnmpUser(name=good.name, auth="SHA", auth_key="bukan-yang-benar", priv="AES", priv_key=good.priv_key)

    async def read() -> object:
        async with Way(agent.port, "", bad).gufo() as session:
            return await session.get(SYS_NAME)

    with pytest.raises((SnmpAuthError, TimeoutError)):
        asyncio.run(asyncio.wait_for(read(), 3))


@pytest.mark.needs_debian("snmp")
@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("name", DEVICES)
def test_snmpbulkwalk_walks_the_whole_tree(campus: Campus, name: str, kind: str) -> None:
    found = way(campus, name, kind).net_snmp("snmpbulkwalk", "1.3.6.1")
    assert found.returncode == 0, found.stderr
    lines = [line for line in found.stdout.splitlines() if "No more variables" not in line]
    assert "Counter64" in found.stdout
    assert not [line for line in lines if "Wrong Type" in line]
    names = {line.partition(" = ")[0]: line.partition(" = STRING: ")[2].strip('"') for line in lines}
    for port in ports(campus, name):
        assert names[f".{IF_DESCR}.{port.index}"] == port.name
    oids = [tuple(map(int, line.partition(" ")[0].strip(".").split("."))) for line in lines if line.startswith(".")]
    assert oids == sorted(set(oids))


@pytest.mark.needs_debian("snmp")
def test_snmpget_says_what_the_devices_are(campus: Campus) -> None:
    router = way(campus, "gw-kampus", "v2c").net_snmp("snmpget", SYS_DESCR, "1.3.6.1.2.1.1.2.0").stdout
    assert '"RouterOS ' in router
    assert ".1.3.6.1.4.1.14988.1" in router
    switch = way(campus, "sw-aula", "v2c").net_snmp("snmpget", SYS_DESCR, "1.3.6.1.2.1.1.2.0").stdout
    assert "Cisco IOS Software" in switch
    assert ".1.3.6.1.4.1.9.1." in switch
    short = way(campus, "sw-aula", "v2c").net_snmp("snmpwalk", IF_NAME).stdout
    assert '"Gi1/0/1"' in short


@pytest.mark.needs_debian("snmp")
def test_net_snmp_wrong_credentials(campus: Campus) -> None:
    agent = campus.agents["gw-lama"]
    silent = Way(agent.port, "public", None).net_snmp("snmpget", "-t", "0.3", "-r", "0", SYS_NAME)
    assert silent.returncode != 0
    good = agent.access.users[0]
    bad = SnmpUser(name=good.name, auth="SHA", auth_key="bukan-yang-benar", priv="AES", priv_key=good.priv_key)
    refused = Way(agent.port, "", bad).net_snmp("snmpget", SYS_NAME)
    assert "Authentication failure" in refused.stderr


QUEUE = "1.3.6.1.4.1.14988.1.1.2.1.1"


def rows(campus: Campus, menu: str, *words: str) -> dict[int, dict[str, str]]:
    """Rows of a router's menu over its API by the decimal of `.id`, read by librouteros."""
    about = cast(dict[str, Any], campus.describe()["devices"])["gw-kampus"]
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    api = librouteros.connect(
        host=about["host"],
        port=about["ports"]["api_tls"],
        username=about["credentials"]["username"],
        password=about["credentials"]["password"],
        ssl_wrapper=context.wrap_socket,
        encoding="latin-1",
    )
    try:
        found = tuple(api.rawCmd(f"{menu}/print", *words))
    finally:
        api.close()
    return {int(str(row[".id"])[1:], 16): row for row in found}


def walk(campus: Campus, *columns: str) -> list[dict[int, int | bytes]]:
    async def read() -> list[dict[int, int | bytes]]:
        async with way(campus, "gw-kampus", "SHA").gufo() as session:
            found = []
            for column in columns:
                cells = {oid: value async for oid, value in session.getbulk(column)}
                found.append({int(oid.rpartition(".")[2]): cast("int | bytes", value) for oid, value in cells.items()})
            return found

    return asyncio.run(read())


def test_queues_of_api_and_snmp_agree(campus: Campus) -> None:
    time.sleep(0.1)
    before = rows(campus, "/queue/simple", "=stats=")
    names, ups, downs = walk(campus, f"{QUEUE}.2", f"{QUEUE}.8", f"{QUEUE}.9")
    after = rows(campus, "/queue/simple", "=stats=")
    assert {row["name"] for row in before.values()} >= {"Rektorat", "Perpustakaan"}
    assert {index: row["name"].encode() for index, row in before.items()} == names
    for index, row in before.items():
        first, last = (list(map(int, each["bytes"].split("/"))) for each in (row, after[index]))
        for half, column in enumerate((ups, downs)):
            assert 0 < first[half] <= cast(int, column[index]) <= last[half]


def test_interfaces_of_api_and_snmp_agree(campus: Campus) -> None:
    before = rows(campus, "/interface", "=stats=")
    names, inward, outward = walk(campus, IF_DESCR, HC_IN, HC_OUT)
    after = rows(campus, "/interface", "=stats=")
    assert {index: str(row["name"]).encode() for index, row in before.items()} == names
    for index, row in before.items():
        assert int(row["rx-byte"]) <= cast(int, inward[index]) <= int(after[index]["rx-byte"])
        assert int(row["tx-byte"]) <= cast(int, outward[index]) <= int(after[index]["tx-byte"])
    assert any(inward.values()), "nothing moves: agreement on zeros proves nothing"
