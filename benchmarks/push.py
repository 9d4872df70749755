"""Ten rows on a hundred routers: netops beside bare librouteros under Nornir and beside Ansible, whole processes.

Bare three times: as the two libraries' documentation has it (`push_documented`), which the promise is about; the leanest that
we could write, without an inventory file, Nornir's set-up or authorities (`push_bare`); and by an admin who looks first and looks
again (`push_checked`). Only netops plans, backs up, logs and can take it back.
"""

import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks import ansible, push_documented
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

    def bare(module: str, place: Path = folder / "lab.json") -> Run:
        return proven(lambda change: ([sys.executable, "-m", f"benchmarks.push_{module}", str(place), change], {}))

    push_documented.write_inventory(folder / "documented", devices)
    found = {"netops": netops(), "netops, guarded": netops("guarded")}
    found |= {
        "documented": bare("documented", folder / "documented"),
        "leanest": bare("bare"),
        "checked": bare("checked"),
    }
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
    own = found["netops"]

    def beside(name: str) -> str:
        return f"{own.wall / found[name].wall:.1f} × its wall, {own.cpu / found[name].cpu:.1f} × its CPU"

    bare = "bare librouteros under Nornir"
    worst = max(own.wall / found["documented"].wall, own.cpu / found["documented"].cpu)
    lines = [
        Line(what=f"{head}: {bare}, as their documentation has it", measured=said["documented"]),
        Line(what=f"{head}: {bare}, the leanest: no inventory file, no set-up", measured=said["leanest"]),
        Line(
            what=f"{head}: {bare}, looking before and, over a new connection, after (two logins)",
            measured=said["checked"],
        ),
        Line(
            what=f"{head}: netops (plan, journal, backup, push, read-back; three logins)",
            measured=f"{said['netops']}: beside the documented one {beside('documented')}",
            promised="≤ 2 × bare",
            met=worst <= 2,
        ),
        Line(what=f"{head}: netops beside the leanest", measured=beside("leanest")),
        Line(what=f"{head}: netops beside the one that looks", measured=beside("checked")),
        Line(what=f"{head}: netops with a REVERT guard on each router", measured=said["netops, guarded"]),
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
