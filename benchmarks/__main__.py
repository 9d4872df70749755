"""`./dev bench`: run the measurements and print one Markdown table; fails where a promise is not met."""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import approvals, big, doctor, far, log, month, planning, push, snmp, start, vouchers
from benchmarks.measure import BenchError, Line, table

PARTS = (
    "help",
    "inventory",
    "push",
    "far",
    "big",
    "vouchers",
    "planning",
    "approvals",
    "log",
    "snmp",
    "month",
    "doctor",
)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="one part (may be repeated)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--fleet", type=int, default=2000, help="devices that doctor looks at")
    parser.add_argument("--no-ansible", action="store_true", help="leave out the slowest contestant")
    asked = parser.parse_args(arguments)
    lines: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="netops-bench-") as name:
        base = Path(name)
        runs: dict[str, Callable[[Path], list[Line]]] = {
            "help": lambda folder: start.help_page(folder, asked.rounds),
            "inventory": lambda folder: start.inventory(folder, asked.rounds),
            "push": lambda folder: push.measure(folder, asked.devices, asked.rounds, not asked.no_ansible),
            "far": lambda folder: far.measure(folder, asked.devices, asked.rounds),
            "big": lambda folder: big.measure(folder, asked.rounds),
            "planning": lambda folder: planning.measure(folder, asked.rounds),
            "approvals": lambda folder: approvals.measure(folder, asked.rounds),
            "log": lambda folder: log.measure(folder, asked.rounds),
            "snmp": lambda folder: snmp.measure(folder, asked.rounds),
            "month": lambda folder: month.measure(folder, asked.rounds),
            "doctor": lambda folder: doctor.measure(folder, asked.fleet),
            "vouchers": lambda folder: vouchers.measure(folder, asked.rounds),
        }
        for part in asked.only or PARTS:
            sys.stderr.write(f"bench: {part} …\n")
            folder = base / part
            folder.mkdir()
            try:
                lines += runs[part](folder)
            except BenchError as exc:
                lines.append(Line(what=part, measured=f"not measured: {' '.join(str(exc).split())}", met=False))
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; ", end="")
    print(f"medians of {asked.rounds} interleaved rounds; loopback.\n")
    print(table(lines))
    return 1 if any(line.met is False for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
