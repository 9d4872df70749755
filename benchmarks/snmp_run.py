"""One contestant of the SNMP measurement as a process of its own: polls the given ports, prints wall and CPU seconds a round."""

import argparse
import asyncio
import json
import os
import resource
import select
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.agents import COLUMNS, GET, SEQUENCE, name, number, tlv

A_PDU = 60
COMMUNITY = "public"
Round = Callable[[], int]
"""Polls every port once; how many values came."""


def oids(interfaces: int) -> list[str]:
    return [".".join(map(str, (*column, index))) for column in COLUMNS for index in range(1, interfaces + 1)]


def netops(ports: Sequence[int], interfaces: int, folder: Path, *, keep: bool = True) -> Round:
    """The whole path: from the request to samples that are on the disk (the spool's fsync), or without the disk."""
    from netops.core.clock import SystemClock
    from netops.core.measured import Sample
    from netops.core.model import Target
    from netops.core.secret import Secret, SecretRef
    from netops.monitoring.poll import SnmpPoller
    from netops.monitoring.spool import Spool

    class Community:
        def get(self, ref: SecretRef) -> Secret:
            return Secret(COMMUNITY)

    targets = [
        Target(
            name=f"sw-{port}", host="127.0.0.1", platform="ios", site="bench", roles=(), username="",
            password=SecretRef("device/x"), options={"snmp_port": port}, data={},
        )
        for port in ports
    ]  # fmt: skip
    poller, spool = SnmpPoller(Community(), SystemClock()), Spool(folder)

    def once() -> int:
        found = poller.sample(targets, datetime.now(UTC))
        samples = [each for each in found.values() if isinstance(each, Sample)]
        if keep:
            spool.append(samples)
        return sum(len(each.interfaces) for each in samples) * len(COLUMNS)

    return once


def netops_to_samples(ports: Sequence[int], interfaces: int, folder: Path) -> Round:
    """The same, without the disk."""
    return netops(ports, interfaces, folder, keep=False)


def gufo(ports: Sequence[int], interfaces: int, folder: Path) -> Round:
    from gufo.snmp import SnmpVersion
    from gufo.snmp.aio import SnmpSession

    wanted = oids(interfaces)
    pdus = [wanted[at : at + A_PDU] for at in range(0, len(wanted), A_PDU)]
    loop = asyncio.new_event_loop()
    sessions: list[SnmpSession] = []

    async def one(session: SnmpSession) -> int:
        return sum([len(await session.get_many(each)) for each in pdus])

    async def everybody() -> int:
        if not sessions:
            sessions.extend(
                SnmpSession("127.0.0.1", port=port, community=COMMUNITY, version=SnmpVersion.v2c, timeout=10)
                for port in ports
            )
        return sum(await asyncio.gather(*(one(session) for session in sessions)))

    return lambda: loop.run_until_complete(everybody())


def pysnmp(ports: Sequence[int], interfaces: int, folder: Path) -> Round:
    from pysnmp.hlapi.v3arch.asyncio import (
        CommunityData,
        ContextData,
        ObjectIdentity,
        ObjectType,
        SnmpEngine,
        UdpTransportTarget,
        get_cmd,
    )

    wanted = oids(interfaces)
    pdus = [wanted[at : at + A_PDU] for at in range(0, len(wanted), A_PDU)]
    loop = asyncio.new_event_loop()
    engine, where = SnmpEngine(), list[object]()

    async def one(target: object) -> int:
        count = 0
        for each in pdus:
            asked = [ObjectType(ObjectIdentity(oid)) for oid in each]
            _, _, _, found = await get_cmd(
                engine, CommunityData(COMMUNITY), target, ContextData(), *asked, lookupMib=False
            )
            count += len(found)
        return count

    async def everybody() -> int:
        if not where:
            where.extend([await UdpTransportTarget.create(("127.0.0.1", port), timeout=10) for port in ports])
        turn = asyncio.Semaphore(16)  # more in flight overrun its one socket's buffer

        async def in_turn(target: object) -> int:
            async with turn:
                return await one(target)

        return sum(await asyncio.gather(*(in_turn(each) for each in where)))

    return lambda: loop.run_until_complete(everybody())


def floor(ports: Sequence[int], interfaces: int, folder: Path) -> Round:
    """The same datagrams as bare gufo's, sent and received; the answers are thrown away."""
    wanted = oids(interfaces)
    messages = []
    for at in range(0, len(wanted), A_PDU):
        listed = b"".join(
            tlv(SEQUENCE, name(tuple(map(int, each.split(".")))) + b"\x05\x00") for each in wanted[at : at + A_PDU]
        )
        pdu = tlv(GET, number(123_456_789) + number(0) + number(0) + tlv(SEQUENCE, listed))
        messages.append(tlv(SEQUENCE, number(1) + tlv(4, COMMUNITY.encode()) + pdu))
    epoll, lines = select.epoll(), {}
    for port in ports:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect(("127.0.0.1", port))
        sock.setblocking(False)
        lines[sock.fileno()] = sock
        epoll.register(sock.fileno(), select.EPOLLIN)

    def once() -> int:
        left = dict.fromkeys(lines, len(messages) - 1)
        for sock in lines.values():
            sock.send(messages[0])
        while left:
            for number_, _ in epoll.poll(5):
                sock = lines[number_]
                sock.recv(65535)
                if left[number_]:
                    sock.send(messages[len(messages) - left[number_]])
                    left[number_] -= 1
                else:
                    del left[number_]
        return len(ports) * len(wanted)

    return once


def snmpbulkwalk(ports: Sequence[int], interfaces: int, folder: Path) -> Round:
    """A process for each device and column, as a script would."""

    def one(port: int) -> int:
        count = 0
        for column in COLUMNS:
            command = ["snmpbulkwalk", "-v2c", "-c", COMMUNITY, "-Cr50", "-On", "-m", "", f"127.0.0.1:{port}"]
            found = subprocess.run(
                [*command, ".".join(map(str, column))], capture_output=True, text=True, check=True, timeout=60
            )
            count += sum(1 for line in found.stdout.splitlines() if "No more variables" not in line)
        return count

    return lambda: sum(one(port) for port in ports)


# The exporter's file before 0.23 (Debian 12 has 0.21), and since.
OLD = """ports:
  version: 2
  auth: {{community: {community}}}
  walk: [{walk}]
  max_repetitions: 50
  metrics: [{metrics}]
"""
NEW = """auths:
  public_v2: {{version: 2, community: {community}}}
modules:
  ports:
    walk: [{walk}]
    max_repetitions: 50
    metrics: [{metrics}]
"""


def exporter(ports: Sequence[int], interfaces: int, folder: Path) -> Round:
    """Debian's prometheus-snmp-exporter on one core, scraped for each device. Its own CPU is what counts (`children`)."""
    columns = [".".join(map(str, column)) for column in COLUMNS]
    kinds = ("DisplayString", "gauge", "counter", "counter", "gauge")
    metrics = ", ".join(
        f"{{name: c{at}, oid: {column}, type: {kind}, help: '', indexes: [{{labelname: ifIndex, type: gauge}}]}}"
        for at, (column, kind) in enumerate(zip(columns, kinds, strict=True))
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def one(agent: int) -> int:
        url = f"http://127.0.0.1:{port}/snmp?target=127.0.0.1:{agent}&module=ports"
        with opener.open(url, timeout=30) as answer:
            body: bytes = answer.read()
        return sum(1 for line in body.splitlines() if line.startswith(b"c") and b"ifIndex" in line)

    def started(text: str) -> bool:
        config = folder / "snmp.yml"
        config.write_text(text.format(community=COMMUNITY, walk=", ".join(columns), metrics=metrics), "utf-8")
        child = subprocess.Popen(
            ["prometheus-snmp-exporter", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}"],
            env={**os.environ, "GOMAXPROCS": "1"},
            stderr=(folder / "exporter.log").open("wb"),
            stdout=subprocess.DEVNULL,
        )
        CHILDREN[:] = [child]
        while child.poll() is None:
            try:
                one(ports[0])
                return True
            except OSError:
                time.sleep(0.1)
        return False

    if not started(OLD) and not started(NEW):
        raise SystemExit((folder / "exporter.log").read_text("utf-8", "replace"))
    pool = ThreadPoolExecutor(max_workers=16)
    return lambda: sum(pool.map(one, ports))


CHILDREN: list["subprocess.Popen[bytes]"] = []
CONTESTANTS = {
    "floor": floor,
    "gufo": gufo,
    "netops": netops,
    "samples": netops_to_samples,
    "pysnmp": pysnmp,
    "snmpbulkwalk": snmpbulkwalk,
    "exporter": exporter,
}


def spent() -> float:
    """CPU seconds: of the exporter where that is what runs, else of this process and what it started."""
    if not CHILDREN:
        started = resource.getrusage(resource.RUSAGE_CHILDREN)
        return time.process_time() + started.ru_utime + started.ru_stime
    fields = Path(f"/proc/{CHILDREN[0].pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("contestant", choices=CONTESTANTS)
    parser.add_argument("--ports", required=True)
    parser.add_argument("--interfaces", type=int, default=24)
    parser.add_argument("--repeat", type=int, default=5)
    asked = parser.parse_args()
    ports = [int(port) for port in asked.ports.split(",")]
    # The agents keep the other core to themselves.
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    expected = len(ports) * asked.interfaces * len(COLUMNS)
    with tempfile.TemporaryDirectory(prefix="netops-bench-snmp-") as folder:
        once = CONTESTANTS[asked.contestant](ports, asked.interfaces, Path(folder))
        try:
            rounds = []
            for turn in range(asked.repeat + 1):
                began, used = time.perf_counter(), spent()
                count = once()
                if count != expected:
                    print(f"{asked.contestant}: {count} values instead of {expected}", file=sys.stderr)
                    return 1
                if turn:  # the first opens, discovers and warms
                    rounds.append((time.perf_counter() - began, spent() - used))
        finally:
            for child in CHILDREN:
                child.terminate()
                child.wait(10)
    print(json.dumps(rounds))
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
