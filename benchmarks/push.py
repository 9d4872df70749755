"""Ten rows on a hundred routers: netops beside bare librouteros under Nornir and beside Ansible, whole processes."""

import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks import ansible
from benchmarks.fleet import ROWS, lab, take_away
from benchmarks.measure import BenchError, Line, Timing, interleaved, timed_process

Run = Callable[[int], Timing]


def contestants(
    folder: Path, devices: Mapping[str, Mapping[str, Any]], *, with_ansible: bool
) -> tuple[dict[str, Run], str]:
    """A run for each contestant; each proves its rows and takes them away, outside its time. And Ansible's version."""
    numbers = count()

    def proven(command: Callable[[str], tuple[list[str], dict[str, str]]]) -> Run:
        def run(_: int) -> Timing:
            words, env = command(f"bench-{next(numbers)}")
            timing = timed_process(words, folder / "run.log", env)
            wrong = {name: found for name, found in take_away(devices).items() if found != ROWS}
            if wrong:
                raise BenchError(f"after {words[2]}: not {ROWS} rows each: {dict(list(wrong.items())[:3])}")
            return timing

        return run

    def netops(*more: str) -> Run:
        return proven(lambda change: ([sys.executable, "-m", "benchmarks.push_netops", str(folder), change, *more], {}))

    def bare(module: str) -> Run:
        return proven(lambda change: ([sys.executable, "-m", module, str(folder / "lab.json"), change], {}))

    found = {"netops": netops(), "netops, guarded": netops("guarded")}
    found |= {"bare": bare("benchmarks.push_bare"), "checked": bare("benchmarks.push_checked")}
    version = ""
    if with_ansible:
        program, version = ansible.prepare()
        space = folder / "ansible"

        def play(change: str) -> tuple[list[str], dict[str, str]]:
            return [str(program), *ansible.write_play(space, devices, change, clear=False)], ansible.environment(space)

        found["ansible"] = proven(play)
    return found, version


def measure(folder: Path, devices: int, rounds: int, with_ansible: bool) -> list[Line]:
    with lab(folder, devices) as routers:
        why = ""
        try:
            runs, version = contestants(folder, routers, with_ansible=with_ansible)
        except BenchError as exc:
            runs, version = contestants(folder, routers, with_ansible=False)
            why = str(exc)
        for name, run in runs.items():
            if name != "ansible":
                run(0)  # once unmeasured: bytecode, page cache
        found = interleaved(runs, rounds)
    said = {name: f"{timing.wall:.2f} s wall, {timing.cpu:.2f} s CPU" for name, timing in found.items()}
    head = f"{ROWS} queue rows on {devices} routers over TLS"
    own, other, like = found["netops"], found["bare"], found["checked"]
    lines = [
        Line(what=f"{head}: bare librouteros under Nornir (no plan, no read-back, no log)", measured=said["bare"]),
        Line(
            what=f"{head}: bare librouteros that looks before and, over a new connection, after (two logins)",
            measured=said["checked"],
        ),
        Line(
            what=f"{head}: netops (plan, journal, backup, push, read-back; three logins)",
            measured=f"{said['netops']}: {own.wall / other.wall:.1f} × bare wall, {own.cpu / other.cpu:.1f} × its CPU; "
            f"{own.wall / like.wall:.1f} × and {own.cpu / like.cpu:.1f} × the bare one that looks",
            promised="≤ 2 × bare",
            met=max(own.wall / other.wall, own.cpu / other.cpu) <= 2,
        ),
        Line(what=f"{head}: the same with a REVERT guard on each router", measured=said["netops, guarded"]),
    ]
    if "ansible" not in found:
        return [*lines, Line(what=f"{head}: Ansible", measured=f"skipped: {why or 'not asked for'}", promised="≥ 30 ×")]
    wall, cpu = found["ansible"].wall / own.wall, found["ansible"].cpu / own.cpu
    return [
        *lines,
        Line(
            what=f"{head}: Ansible api_modify, 50 forks ({version})",
            measured=f"{said['ansible']}: {wall:.0f} × netops' wall, {cpu:.0f} × its CPU",
            promised="≥ 30 × both",
            met=wall >= 30 and cpu >= 30,
        ),
    ]
