"""The ten-row change with 20 ms to each router: what they add to the wall time, beside round trips × latency.

For netops and bare librouteros; the same lines without the 20 ms are the other half, as they, the simulated routers and the
contestant share the processors of one machine.
"""

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

LATENCY = 0.02


def measure(folder: Path, devices: int, rounds: int) -> list[Line]:
    with lab(folder, devices) as routers:
        plain = read_hosts(folder)
        found: dict[tuple[str, float], list[tuple[Timing, int]]] = {
            (name, latency): [] for name in ("bare", "netops") for latency in (0.0, LATENCY)
        }
        for number in range(rounds + 1):
            for at, (pair, taken) in enumerate(found.items()):
                run = _run(folder, routers, plain, pair, f"bench-far-{number}-{at}")
                if number:  # the first round warms the page cache
                    taken.append(run)
    head = f"{ROWS} rows on {devices} routers, {LATENCY * 1000:.0f} ms a command"
    waves = -(-devices // 64)
    lines = []
    for name, words in (("bare", "bare librouteros under Nornir"), ("netops", "netops")):
        near, away = (median([timing for timing, _ in found[name, latency]]).wall for latency in (0.0, LATENCY))
        trips = max(trips for _, trips in found[name, LATENCY])
        lines.append(
            Line(
                what=f"{head}: {words}",
                measured=f"{away:.2f} s wall, {away - near:.2f} s more than over the same lines without latency; {trips} round "
                f"trips a device × {LATENCY * 1000:.0f} ms × {waves} waves of 64 = {trips * LATENCY * waves:.2f} s",
                promised="near round trips × latency" if name == "netops" else "–",
                met=away - near <= 1.25 * trips * LATENCY * waves if name == "netops" else None,
            )
        )
    return lines


def _run(
    folder: Path, routers: Mapping[str, Any], plain: Mapping[str, Any], pair: tuple[str, float], change: str
) -> tuple[Timing, int]:
    name, latency = pair
    ports = {router: about["ports"]["api"] for router, about in routers.items()}
    with slow(folder, ports, latency) as (ours, trips):
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
def slow(
    folder: Path, ports: Mapping[str, int], latency: float = LATENCY
) -> Iterator[tuple[dict[str, int], dict[str, int]]]:
    """The slow lines' ports by router; round trips by router once the block ended."""
    wanted, state = folder / "slow-in.json", folder / "slow-out.json"
    wanted.write_text(json.dumps(ports), "utf-8")
    state.unlink(missing_ok=True)
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.slow", str(wanted), str(state), str(latency)],
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
