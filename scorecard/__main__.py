"""`./dev faults`: the matrix of faults on real processes; prints k/N for each row, and fails where k is not N."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scorecard import table
from scorecard.matrix import ROWS, Found, run


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./dev faults", description=__doc__)
    parser.add_argument("--only", action="append", metavar="ROW", help="one row (may be repeated); see --list")
    parser.add_argument("--quick", action="store_true", help="three points of each kind in place of all")
    parser.add_argument("--most", type=int, default=0, metavar="K", help="so many points of each kind")
    parser.add_argument("--jobs", type=int, default=3, metavar="N", help="campuses side by side")
    parser.add_argument("--list", action="store_true", help="the rows")
    parser.add_argument("--model", type=int, metavar="N", help="only the model test, with so many examples")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the scorecard there (docs/scorecard.md)")
    parser.add_argument("--results", type=Path, nargs="+", metavar="FILE", help="only the table, of runs kept before")
    parser.add_argument("--share", help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    if asked.list:
        print("\n".join(f"{row.name:24} {row.fault}" for row in ROWS))
        return 0
    if asked.model:
        from scorecard.model import check

        return check(asked.model)
    unknown = set(asked.only or ()) - {row.name for row in ROWS}
    if unknown:
        parser.error(f"no such row: {', '.join(sorted(unknown))}; see --list")
    names = asked.only or [row.name for row in ROWS]
    most = asked.most or (3 if asked.quick else 0)
    if asked.results:
        return _report(names, [found for path in asked.results for found in _read(path)], most, asked.write)
    if asked.share:
        part, _, of = asked.share.partition("/")
        return _work(names, most, int(part), int(of))
    began = time.monotonic()
    found = _side_by_side(names, most, max(1, asked.jobs))
    sys.stderr.write(f"{len(found)} cases in {time.monotonic() - began:.0f} s\n")
    return _report(names, found, most, asked.write)


def _report(names: list[str], found: list[Found], most: int, write: Path | None) -> int:
    text = table.render([row for row in ROWS if row.name in names], found)
    print(text)
    if write:
        write.write_text(table.page(text, most), encoding="utf-8")
    return 0 if found and all(not one.why for one in found) else 1


def _read(path: Path) -> list[Found]:
    return [Found(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _work(names: list[str], most: int, part: int, of: int) -> int:
    """One of the processes that share the matrix: a line of JSON for each case on stdout."""
    with tempfile.TemporaryDirectory(prefix="netops-faults-") as folder:
        for one in run([row for row in ROWS if row.name in names], Path(folder), most, part, of):
            print(one.line(), flush=True)
    return 0


def _side_by_side(names: list[str], most: int, jobs: int) -> list[Found]:
    words = [sys.executable, "-m", "scorecard", "--most", str(most)]
    words += [word for name in names for word in ("--only", name)]
    # A file each: nobody waits for somebody to read.
    with tempfile.TemporaryDirectory(prefix="netops-faults-") as folder:
        outs = [Path(folder) / f"{number}.jsonl" for number in range(jobs)]
        workers = []
        for number, out in enumerate(outs):
            with out.open("w") as file:
                workers.append(subprocess.Popen([*words, "--share", f"{number}/{jobs}"], stdout=file))
        seen = 0
        while any(worker.poll() is None for worker in workers):
            time.sleep(1)
            seen = _tell(outs, seen)
        _tell(outs, seen)
        if any(worker.returncode for worker in workers):
            raise SystemExit("a process of the matrix itself failed; see above")
        return [found for out in outs for found in _read(out)]


def _tell(outs: list[Path], seen: int) -> int:
    """Failures as they come, and how far it is."""
    lines = sorted(line for out in outs for line in out.read_text().splitlines() if line.endswith("}"))
    if len(lines) // 20 > seen // 20:
        bad = sum(1 for line in lines if json.loads(line)["why"])
        sys.stderr.write(f"faults: {len(lines)} cases, {bad} that do not hold\n")
    return len(lines)


if __name__ == "__main__":
    sys.exit(main())
