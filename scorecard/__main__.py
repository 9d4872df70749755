"""`./dev faults`: the matrix of faults on real processes; prints k/N for each row, and fails where k is not N."""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from scorecard import table
from scorecard.kept import Kept
from scorecard.matrix import ROWS, run


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="./dev faults", description=__doc__)
    parser.add_argument("--only", action="append", metavar="ROW", help="one row (may be repeated); see --list")
    parser.add_argument("--case", default="", metavar="TEXT", help="only cases with this in their label")
    parser.add_argument("--quick", action="store_true", help="three points of each kind in place of all")
    parser.add_argument("--most", type=int, default=0, metavar="K", help="so many points of each kind")
    parser.add_argument("--jobs", type=int, default=3, metavar="N", help="campuses side by side")
    parser.add_argument("--list", action="store_true", help="the rows")
    parser.add_argument("--model", type=int, metavar="N", help="only the model test, with so many examples")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the scorecard there (docs/scorecard.md)")
    parser.add_argument(
        "--keep", type=Path, metavar="FOLDER", help="keep each case's result there, and run what is not there yet"
    )
    parser.add_argument("--again", action="store_true", help="with --keep: run what did not hold once more")
    parser.add_argument("--table", action="store_true", help="with --keep: only the table of what is there")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
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
    if asked.work:
        return _work(names, most, asked.case, Kept(asked.keep))
    with ExitStack() as stack:
        folder = asked.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="netops-faults-")))
        kept = Kept(folder)
        if not asked.table:
            kept.forget(broken=asked.again)
            _side_by_side(names, most, asked.case, kept, max(1, asked.jobs))
        return _report(names, kept, most, asked.write)


def _report(names: list[str], kept: Kept, most: int, write: Path | None) -> int:
    found = kept.read(names)
    rows = [row for row in ROWS if row.name in names]
    text = table.render(rows, found, {row.name: kept.planned(row.name) for row in rows})
    print(text)
    sys.stderr.write(table.spent(rows, found))
    if write:
        write.write_text(table.page(text, most), encoding="utf-8")
    return 0 if found and all(not one.why for one in found) else 1


def _work(names: Sequence[str], most: int, case: str, kept: Kept) -> int:
    """One of the processes that share the matrix."""
    with tempfile.TemporaryDirectory(prefix="netops-faults-") as folder:
        run([row for row in ROWS if row.name in names], Path(folder), kept, most, case)
    return 0


def _side_by_side(names: Sequence[str], most: int, case: str, kept: Kept, jobs: int) -> None:
    words = [
        sys.executable,
        "-m",
        "scorecard",
        "--work",
        "--most",
        str(most),
        "--case",
        case,
        "--keep",
        str(kept.folder),
    ]
    words += [word for name in names for word in ("--only", name)]
    began, told = time.monotonic(), 0
    workers = [subprocess.Popen(words) for _ in range(jobs)]
    while any(worker.poll() is None for worker in workers):
        time.sleep(1)
        found = kept.read(names)
        if len(found) // 20 > told // 20:
            bad = sum(1 for one in found if one.why)
            sys.stderr.write(f"faults: {len(found)} cases, {bad} that do not hold, {time.monotonic() - began:.0f} s\n")
        told = len(found)
    if any(worker.returncode for worker in workers):
        raise SystemExit("a process of the matrix itself failed; see above")


if __name__ == "__main__":
    sys.exit(main())
