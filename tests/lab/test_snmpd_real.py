"""The pollers against Net-SNMP's own agent (Debian's `snmpd`), run as whoever runs the tests, on 127.0.0.1, by v2c and v3."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lab_fakes import DictSecrets
from msgspec.structs import replace

from netops.core.clock import SystemClock
from netops.core.errors import LoginRefused, TimedOut
from netops.core.measured import Sample
from netops.core.model import Target
from netops.core.secret import SecretRef
from netops.monitoring.poll import SnmpPoller
from netops.monitoring.with_gufo import GufoPoller
from netops.monitoring.with_pysnmp import PysnmpPoller

pytestmark = pytest.mark.needs_debian("snmpd")
AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
KEYS = {"auth": "kunci-otentikasi", "priv": "kunci-kerahasiaan", "community": "hanya-baca"}
AUTH = {"SHA": "sha", "SHA-256": "sha256"}


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Its port. Two v3 users, one for each digest; everything that it writes stays in the test's folder."""
    folder = tmp_path_factory.mktemp("snmpd")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    lines = [f"agentaddress udp:127.0.0.1:{port}", f"rocommunity {KEYS['community']} 127.0.0.1"]
    for digest, word in AUTH.items():
        lines.append(f"createUser baca{word} {digest} {KEYS['auth']} AES {KEYS['priv']}")
        lines.append(f"rouser baca{word} authpriv")
    config = folder / "snmpd.conf"
    config.write_text("\n".join(lines) + "\n", "utf-8")
    log = folder / "snmpd.log"
    agent = subprocess.Popen(
        [
            "/usr/sbin/snmpd",
            "-f",
            "-C",
            "-c",
            str(config),
            "-Lf",
            str(log),
            "-p",
            str(folder / "pid"),
            "-I",
            "-smux,mteTrigger",
        ],
        env={**os.environ, "SNMP_PERSISTENT_DIR": str(folder / "persistent"), "MIBS": ""},
        stdin=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            if "NET-SNMP version" in (log.read_text("utf-8", "replace") if log.exists() else ""):
                break
            assert agent.poll() is None, log.read_text("utf-8", "replace")
            time.sleep(0.1)
        yield port
    finally:
        agent.terminate()
        agent.wait(10)


def target(port: int, **options: str | int) -> Target:
    return Target(
        name="mesin", host="127.0.0.1", platform="ios", site="kampus", roles=(), username="",
        password=SecretRef("device/mesin"), options={"snmp_port": port, "timeout": 15, **options}, data={},
    )  # fmt: skip


def secrets(**changed: str) -> DictSecrets:
    return DictSecrets({f"snmp/mesin/{what}": value for what, value in {**KEYS, **changed}.items()})


def good(result: Sample | Exception) -> Sample:
    assert isinstance(result, Sample), repr(result)
    return result


def ports_of_this_machine() -> set[str]:
    return {each.name for each in Path("/sys/class/net").iterdir()}


def believable(found: Sample) -> None:
    """What any machine has: its interfaces by name, the loopback up, memory that is neither empty nor overfull."""
    assert {each.name for each in found.interfaces} == ports_of_this_machine()
    loop = next(each for each in found.interfaces if each.name == "lo")
    assert (loop.up, loop.admin_up, loop.bits) == (True, True, 64)
    assert loop.in_octets == loop.out_octets
    assert found.cpu is None or 0 <= found.cpu <= 100, "there is none in the agent's first minute"
    assert found.memory is not None and 0 < found.memory <= 100
    assert loop.discontinuity == 0


@pytest.mark.parametrize("make", [GufoPoller, PysnmpPoller], ids=["gufo", "pysnmp"])
def test_a_real_agent_by_v2c(snmpd: int, make: type[GufoPoller | PysnmpPoller]) -> None:
    with make(secrets(), SystemClock()) as poller:
        first = good(poller.sample([target(snmpd)], AT)["mesin"])
        again = good(poller.sample([target(snmpd)], AT)["mesin"])
    believable(first)
    believable(again)
    assert again.uptime >= first.uptime
    before, after = (next(each for each in one.interfaces if each.name == "lo") for one in (first, again))
    assert after.in_octets >= before.in_octets


@pytest.mark.parametrize("digest", AUTH)
def test_a_real_agent_by_v3(snmpd: int, digest: str) -> None:
    there = target(snmpd, snmp_version="3", snmp_user=f"baca{AUTH[digest]}", snmp_auth=digest)
    with SnmpPoller(secrets(), SystemClock()) as poller:
        for _ in range(2):
            believable(good(poller.sample([there], AT)["mesin"]))


@pytest.mark.parametrize("what", ["auth", "priv"])
def test_a_real_agent_and_a_wrong_passphrase(snmpd: int, what: str) -> None:
    there = target(snmpd, snmp_version="3", snmp_user="bacasha", timeout=3)
    with SnmpPoller(secrets(**{what: "bukan-kuncinya"}), SystemClock()) as poller:
        result = poller.sample([there], AT)["mesin"]
    # Net-SNMP does not answer what it cannot decrypt, and reports a wrong digest.
    assert isinstance(result, LoginRefused if what == "auth" else LoginRefused | TimedOut), repr(result)


def test_a_real_agent_and_a_wrong_community(snmpd: int) -> None:
    with SnmpPoller(secrets(community="tebakan"), SystemClock()) as poller:
        result = poller.sample([replace(target(snmpd, timeout=1))], AT)["mesin"]
    assert isinstance(result, TimedOut)
