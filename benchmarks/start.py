"""What every command pays first: `netops --help`, and an inventory of 10,000 hosts opened from its cache."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import BenchError, Line, Timing, interleaved, timed_process

HOSTS = 10_000
HEAVY = ("sqlalchemy", "nornir", "netmiko", "napalm", "librouteros", "pydantic", "pysnmp", "typst", "jinja2", "babel")
OPEN = """
import sys, time
from pathlib import Path
started = time.perf_counter()
from netops.fleet import Fleet
fleet = Fleet.open(Path(sys.argv[1]), Path(sys.argv[2]))
count, last = len(fleet.targets), fleet.target("gw-9999").host
print(time.perf_counter() - started, count, last)
"""


def help_page(folder: Path, rounds: int) -> list[Line]:
    netops = Path(sys.executable).with_name("netops")
    runs = {
        "help": lambda _: timed_process([str(netops), "--help"], folder / "run.log"),
        "python": lambda _: timed_process([sys.executable, "-c", "pass"], folder / "run.log"),
    }
    found = interleaved(runs, max(rounds, 5))
    code = "import sys\ntry:\n from netops.cli.main import main; main(['--help'])\nexcept SystemExit: pass\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = done.stdout.splitlines()[-1].split()
    heavy = [name for name in HEAVY if name in modules]
    wall = found["help"].wall
    return [
        Line(
            what="`netops --help`, whole process",
            measured=f"{wall * 1000:.0f} ms wall (bare python {found['python'].wall * 1000:.0f} ms), {len(modules)} modules, "
            f"heavy ones: {', '.join(heavy) or 'none'}",
            promised="< 200 ms, nothing heavy",
            met=wall < 0.2 and not heavy,
        )
    ]


def inventory(folder: Path, rounds: int) -> list[Line]:
    place, cache = folder / "inventory-10000", folder / "cache-10000"
    place.mkdir(parents=True)
    write_hosts(place)

    def opened(_: int) -> Timing:
        done = subprocess.run(
            [sys.executable, "-c", OPEN, str(place), str(cache)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise BenchError(done.stderr[-500:])
        seconds, count, _host = done.stdout.split()
        if int(count) != HOSTS:
            raise BenchError(f"{count} hosts instead of {HOSTS}")
        return Timing(wall=float(seconds), cpu=0.0)

    first = opened(0)
    found = interleaved({"cached": opened}, max(rounds, 5))["cached"]
    return [
        Line(
            what=f"inventory of {HOSTS:,} hosts opened from its cache (parsed and checked the first time: {first.wall:.1f} s)",
            measured=f"{found.wall:.2f} s, import included",
            promised="< 0.3 s",
            met=found.wall < 0.3,
        )
    ]


def write_hosts(place: Path) -> None:
    """YAML as an office would write it; quoted by JSON's rules, which YAML shares."""
    blocks = []
    for n in range(HOSTS):
        address = f"10.{n // 65536}.{n // 256 % 256}.{n % 256}"
        blocks.append(
            f"gw-{n:04d}:\n  hostname: {json.dumps(address)}\n  groups: [routeros]\n"
            f"  data:\n    site: site-{n % 40}\n    roles: [gateway]\n    uplink_interface: ether1\n"
        )
    (place / "hosts.yaml").write_text("".join(blocks), "utf-8")
    (place / "groups.yaml").write_text("routeros:\n  platform: routeros\n  username: netops\n", "utf-8")
    (place / "defaults.yaml").write_text("{}\n", "utf-8")
