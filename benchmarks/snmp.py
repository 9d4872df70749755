"""SNMP: our poller from the request to the durable sample, beside bare libraries, command lines, the Go exporter and the floor."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from shutil import which

from benchmarks.measure import BenchError, Line, Timing, median

AGENTS, INTERFACES = 200, 24
FEW = 20
SLOW = ("pysnmp", "snmpbulkwalk")
"""Contestants that are given fewer devices, so that a round ends."""
FAR, LATENCY = 1000, 0.02
WORDS = {
    "floor": "the floor: the same datagrams sent, answers thrown away (Python)",
    "gufo": "bare gufo-snmp, asyncio, GET of 60 object identifiers",
    "samples": "netops, to samples in memory",
    "netops": "netops, to samples on the disk (fsync)",
    "pysnmp": f"bare pysnmp, GET of 60, no MIB look-up ({FEW} of them)",
    "exporter": "prometheus-snmp-exporter (Go) on one core; its own CPU",
    "snmpbulkwalk": f"snmpbulkwalk, a process a column ({FEW} of them)",
}


def measure(folder: Path, rounds: int) -> list[Line]:
    asked = [name for name in WORDS if _there(name)]
    found: dict[str, list[Timing]] = {name: [] for name in asked}
    with agents(AGENTS) as ports:
        for _ in range(rounds):
            for name in asked:
                found[name].append(_run(name, ports[:FEW] if name in SLOW else ports))
    each = {name: _per_device(median(timings), FEW if name in SLOW else AGENTS) for name, timings in found.items()}
    with agents(FAR, LATENCY) as ports:
        far = median([_run("netops", ports) for _ in range(rounds)])
        bare = median([_run("gufo", ports) for _ in range(rounds)])
    head = f"SNMP, {AGENTS} agents × {INTERFACES} interfaces × 5 columns"
    return [
        *(_line(head, name, each) for name in asked),
        Line(
            what=f"SNMP, {FAR} devices that answer after {LATENCY * 1000:.0f} ms, one round, to the disk",
            measured=f"{far.wall:.2f} s wall, {far.cpu:.2f} s CPU (bare gufo-snmp {bare.wall:.2f} s and {bare.cpu:.2f} s)",
            promised="well under 1 s",
            met=far.wall < 0.8,
        ),
    ]


def _line(head: str, name: str, each: Mapping[str, Timing]) -> Line:
    mine = each[name]
    measured = f"{1 / mine.wall:,.0f} devices/s wall; {mine.cpu * 1e6:,.0f} µs CPU a device"
    if name != "netops":
        return Line(what=f"{head}: {WORDS[name]}", measured=measured)
    rate, cpu = each["gufo"].wall / mine.wall, each["gufo"].cpu / mine.cpu
    measured += f"; {rate:.2f} × bare gufo-snmp's rate by the clock, {cpu:.2f} × by CPU"
    met = max(rate, cpu) >= 0.5
    promised = "≥ 0.5 × bare gufo-snmp"
    if "exporter" in each:
        faster, less = each["exporter"].wall / mine.wall, each["exporter"].cpu / mine.cpu
        measured += f"; {faster:.1f} × the exporter's by the clock, {less:.1f} × by CPU"
        met = met and less >= 3
        promised += ", ≥ 3 × the exporter"
    return Line(what=f"{head}: {WORDS[name]}", measured=measured, promised=promised, met=met)


def _per_device(timing: Timing, devices: int) -> Timing:
    return Timing(wall=timing.wall / devices, cpu=timing.cpu / devices)


def _there(name: str) -> bool:
    programs = {"exporter": "prometheus-snmp-exporter", "snmpbulkwalk": "snmpbulkwalk"}
    return name not in programs or which(programs[name]) is not None


def _run(name: str, ports: list[int]) -> Timing:
    """The median round of one process. Raises `BenchError` when a value is missing."""
    command = [sys.executable, "-m", "benchmarks.snmp_run", name, "--ports", ",".join(map(str, ports))]
    command += ["--interfaces", str(INTERFACES), "--repeat", "2" if name in SLOW else "10"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise BenchError(f"{name}: {done.stderr.strip()[-800:]}")
    rounds: list[tuple[float, float]] = json.loads(done.stdout)
    return Timing(wall=statistics.median(wall for wall, _ in rounds), cpu=statistics.median(cpu for _, cpu in rounds))


@contextmanager
def agents(count: int, delay: float = 0.0) -> Iterator[list[int]]:
    """Ports of so many agents in one process on the last core."""
    command = [sys.executable, "-m", "benchmarks.agents", "--agents", str(count), "--delay", str(delay)]
    child = subprocess.Popen([*command, "--interfaces", str(INTERFACES)], stdout=subprocess.PIPE, text=True)
    try:
        os.sched_setaffinity(child.pid, {max(os.sched_getaffinity(0))})
        assert child.stdout is not None
        yield [int(port) for port in child.stdout.readline().split()]
    finally:
        child.terminate()
        child.wait(10)
