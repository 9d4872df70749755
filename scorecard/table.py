"""The scorecard as Markdown: k/N for each row, and what did not hold; no date, no machine."""

from collections.abc import Mapping, Sequence

from scorecard.kept import Found
from scorecard.rows import Row

HEAD = """\
# Scorecard

Every fault of this table was let happen to real `netops` processes (`apply`, `end`, `resume`, `revert`, `serve`) over the
sockets of the lab: gw-kampus (RouterOS 7.16.2) with its switches (IOS 15.2) and access point, and gw-lama (RouterOS 6.49.17).
The points of each kind are counted from an undisturbed run. After each case `netops resume` is called, where it has something
to do, then `netops end`; and each time every device's configuration is compared with what it was before, or is when the
change runs, as the lab itself has it. A row that is added a second time beside itself is counted in the lab as a doubled
effect; every output, the log and its bodies are searched for every password, community, key and voucher code.

k/N: in k of N cases everything held. `./dev faults` runs it again; `./dev faults --list` names the rows.
"""


def render(rows: Sequence[Row], found: Sequence[Found], planned: Mapping[str, int]) -> str:
    """`planned`: how many cases a row has; where fewer ran, the row says so."""
    lines = ["| row | fault | what must hold | k/N | measured |", "|---|---|---|---|---|"]
    broken: list[str] = []
    for row in rows:
        mine = [one for one in found if one.row == row.name]
        good = sum(1 for one in mine if not one.why)
        score = "not run" if not mine else f"{good}/{len(mine)}" if good == len(mine) else f"**{good}/{len(mine)}**"
        if mine and len(mine) < planned[row.name]:
            score += f", of {planned[row.name]} cases"
        lines.append(f"| `{row.name}` | {row.fault} | {row.holds} | {score} | {_measured(row, mine)} |")
        broken += [f"- `{one.row}`, {one.label}: {' '.join(one.why.split())[:300]}" for one in mine if one.why]
    return "\n".join(lines) + ("\n\nWhat did not hold:\n\n" + "\n".join(broken) if broken else "")


def spent(rows: Sequence[Row], found: Sequence[Found]) -> str:
    """Seconds by row, of this machine: for whoever plans how long it will take."""
    lines = []
    for row in rows:
        mine = sorted(one.seconds for one in found if one.row == row.name)
        if mine:
            lines.append(
                f"faults: {row.name:22} {len(mine):4} cases, {sum(mine):6.0f} s, median {mine[len(mine) // 2]:.1f} s\n"
            )
    return "".join(lines)


def _measured(row: Row, found: Sequence[Found]) -> str:
    seconds = sorted(one.measured for one in found if one.measured is not None)
    if not row.measured or not seconds:
        return "–"
    spread = f"{seconds[0]:.1f}" if len(seconds) == 1 else f"{seconds[0]:.1f}–{seconds[-1]:.1f}"
    return f"{row.measured}: {spread} s"


def page(text: str, most: int) -> str:
    which = "every point of each kind" if not most else f"{most} points of each kind, spread evenly over the run"
    return f"{HEAD}\nThis table: {which}.\n\n{text}\n"
