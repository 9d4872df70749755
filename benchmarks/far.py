"""The ten-row change with 20 ms to each router: wall time beside round trips × latency, for netops and bare librouteros."""

import copy
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.fleet import ROWS, lab, read_hosts, take_away, write_hosts
from benchmarks.measure import BenchError, Line, Timing, median, timed_process
from benchmarks.slow import LATENCY


def measure(folder: Path, devices: int, rounds: int) -> list[Line]:
    with lab(folder, devices) as routers:
        plain = read_hosts(folder)
        found: dict[str, list[tuple[Timing, int]]] = {"netops": [], "bare": []}
        for number in range(rounds + 1):
            for name, taken in found.items():
                timing, trips = _run(folder, routers, plain, name, f"bench-far-{number}-{name}")
                if number:  # the first round warms the page cache
                    taken.append((timing, trips))
    head = f"{ROWS} rows on {devices} routers, {LATENCY * 1000:.0f} ms a command"
    lines = []
    for name, words in (("bare", "bare librouteros under Nornir"), ("netops", "netops")):
        wall, trips = median([timing for timing, _ in found[name]]).wall, max(trips for _, trips in found[name])
        lines.append(
            Line(
                what=f"{head}: {words}",
                measured=f"{wall:.2f} s wall; {trips} round trips a device × {LATENCY * 1000:.0f} ms × "
                f"{-(-devices // 64)} waves of 64 = {trips * LATENCY * -(-devices // 64):.2f} s",
                promised="near round trips × latency" if name == "netops" else "–",
            )
        )
    return lines


def _run(
    folder: Path, routers: Mapping[str, Any], plain: Mapping[str, Any], name: str, change: str
) -> tuple[Timing, int]:
    ports = {router: about["ports"]["api"] for router, about in routers.items()}
    with slow(folder, ports) as (ours, trips):
        if name == "netops":
            point(folder, plain, ours)
            command = ["benchmarks.push_netops", str(folder), change]
        else:
            about = {
                router: {**each, "ports": {**each["ports"], "api": ours[router]}} for router, each in routers.items()
            }
            state = folder / "far.json"
            state.write_text(json.dumps({"devices": about}), "utf-8")
            command = ["benchmarks.push_bare", str(state), change, "clear"]
        timing = timed_process([sys.executable, "-m", *command], folder / "run.log")
    found = take_away(routers)
    if set(found.values()) != {ROWS}:
        raise BenchError(f"{name}: not {ROWS} rows on every router")
    return timing, max(trips.values())


def point(folder: Path, plain: Mapping[str, Any], ports: Mapping[str, int]) -> None:
    """The inventory with each router's API in clear text behind the slow line."""
    hosts = copy.deepcopy(dict(plain))
    for name, port in ports.items():
        hosts[name]["data"]["options"] |= {"api_port": port, "cleartext": True}
    write_hosts(folder, hosts)


@contextmanager
def slow(folder: Path, ports: Mapping[str, int]) -> Iterator[tuple[dict[str, int], dict[str, int]]]:
    """The slow lines' ports by router; round trips by router once the block ended."""
    wanted, state = folder / "slow-in.json", folder / "slow-out.json"
    wanted.write_text(json.dumps(ports), "utf-8")
    state.unlink(missing_ok=True)
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.slow", str(wanted), str(state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    trips: dict[str, int] = {}
    try:
        deadline = time.monotonic() + 20
        while not state.exists() or not state.read_text("utf-8").endswith("}"):
            if child.poll() is not None or time.monotonic() > deadline:
                raise BenchError("the slow lines did not start")
            time.sleep(0.05)
        yield json.loads(state.read_text("utf-8")), trips
        out, _ = child.communicate(timeout=20)
        trips.update(json.loads(out))
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
