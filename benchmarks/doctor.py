"""`netops doctor` over a whole fleet: simulated routers and SNMP agents in processes of their own, all over real sockets.

The routers are the lab's small gateways (API with TLS); their agents answer SNMPv2c from one encoded table and know
nothing of the router beside them.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from benchmarks.fleet import read_hosts, write_hosts
from benchmarks.measure import BenchError, Line
from netops.data_root import init_workspace
from netops.lab import process
from netops.settings import DEFAULT

EACH = 250
"""Routers in one process: two sockets each to listen on, and 1,024 files are what a process may have by default."""
INTERFACES = 8
UP_SECONDS = 300.0
MEGABYTES = 400
DESCRIPTORS = 1024


class Seen(Struct, frozen=True, kw_only=True):
    """What one process took: seconds, and the most memory (MB) and descriptors that it had at a time."""

    code: int
    seconds: float
    memory: int
    descriptors: int


def measure(folder: Path, devices: int) -> list[Line]:
    with fleet(folder, devices) as root:
        out = folder / "doctor.json"
        seen = _watched([str(Path(sys.executable).with_name("netops")), "-C", str(root), "doctor", "--json"], out)
        findings: dict[str, list[dict[str, Any]]] = json.loads(out.read_text("utf-8"))
    routers = {name: found for name, found in findings.items() if not name.startswith("site:")}
    polled = [one for found in routers.values() for one in found if one["about"] == "snmp" and one["severity"] == "ok"]
    stops = [(name, one["about"]) for name, found in findings.items() for one in found if one["severity"] == "stop"]
    if len(routers) != devices:
        raise BenchError(f"{len(routers)} of {devices} devices were looked at")
    clean = not stops and seen.code == 0 and len(polled) == devices
    return [
        Line(
            what=f"doctor over {devices:,} routers, each by its API and by SNMP",
            measured=f"{len(polled):,} polled, {len(stops)} findings that stop a change; {seen.seconds:.0f} s, "
            f"{seen.memory} MB, {seen.descriptors} descriptors",
            promised=f"clean, < {MEGABYTES} MB, < {DESCRIPTORS:,} descriptors",
            met=clean and seen.memory < MEGABYTES and seen.descriptors < DESCRIPTORS,
        )
    ]


@contextmanager
def fleet(folder: Path, devices: int) -> Iterator[Path]:
    """A workspace whose inventory names so many running routers, each with an agent."""
    hosts: dict[str, Any] = {}
    secrets: dict[str, str] = {}
    root = folder / "workspace"
    init_workspace(root, settings=DEFAULT)
    with ExitStack() as stack:
        for number, begin in enumerate(range(0, devices, EACH)):
            place = folder / f"lab-{number}"
            process.start(place, devices=min(EACH, devices - begin), seconds=UP_SECONDS)
            stack.callback(process.stop, place)
            hosts |= {f"{name}-{number}": host for name, host in read_hosts(place).items()}
            for key, value in json.loads((place / "secrets.json").read_text("utf-8")).items():
                kind, _, name = key.partition("/")
                secrets[f"{kind}/{name}-{number}"] = value
            for name in ("groups.yaml", "defaults.yaml"):
                (root / "inventory" / name).write_bytes((place / "inventory" / name).read_bytes())
        ports = [port for begin in range(0, devices, EACH) for port in _agents(stack, min(EACH, devices - begin))]
        for (name, host), port in zip(hosts.items(), ports, strict=True):
            host["data"]["options"] |= {"snmp_port": port, "snmp_version": "2c"}
            secrets[f"snmp/{name}/community"] = "bench"
        write_hosts(root, hosts)
        kept = root / "secrets.json"
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(secrets), "utf-8")
        yield root


def _agents(stack: ExitStack, count: int) -> list[int]:
    command = [sys.executable, "-m", "benchmarks.agents", "--agents", str(count), "--interfaces", str(INTERFACES)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    stack.callback(child.wait, 10)
    stack.callback(child.terminate)
    assert child.stdout
    return [int(port) for port in child.stdout.readline().split()]


def _watched(command: Sequence[str], out: Path) -> Seen:
    """Runs it to its end and looks at it meanwhile; what it says on the way stays to be read."""
    memory = descriptors = 0
    began = time.perf_counter()
    with out.open("wb") as file:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file)
        place = Path("/proc") / str(child.pid)
        while child.poll() is None:
            try:
                descriptors = max(descriptors, sum(1 for _ in (place / "fd").iterdir()))
                status = (place / "status").read_text()
                memory = max(memory, int(status.partition("VmRSS:")[2].split()[0]) // 1024)
            except (OSError, IndexError):
                pass  # it has just ended
            time.sleep(0.1)
    return Seen(code=child.returncode, seconds=time.perf_counter() - began, memory=memory, descriptors=descriptors)
