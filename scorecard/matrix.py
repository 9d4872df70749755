"""Runs rows on a stand; whatever a case did, the next one begins with devices that are as they were."""

import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from scorecard import kills, links, own_state, pauses, people
from scorecard.forks import Hanging
from scorecard.kept import Found, Kept
from scorecard.points import Counted
from scorecard.rows import Row, Setting
from scorecard.stand import Broken, Stand

ROWS: tuple[Row, ...] = (*kills.ROWS, *pauses.ROWS, *links.ROWS, *own_state.ROWS, *people.ROWS)


def run(rows: Sequence[Row], folder: Path, kept: Kept, most: int = 0, case: str = "") -> None:
    """Every case of the rows that nobody has run or runs; `case`: those only whose label has this text in it."""
    with Stand(folder) as stand:
        setting = Setting(stand=stand, counted=Counted(), most=most)
        for row in rows:
            if kept.done(row.name):
                continue
            trials = [trial for trial in row.trials(setting) if case in trial.label]
            kept.plan(row.name, len(trials))
            for trial in trials:
                if kept.claim(row.name, trial.label):
                    kept.keep(_try(stand, row, trial.label, trial.run))


def _try(stand: Stand, row: Row, label: str, work: object) -> Found:
    assert callable(work)
    why, measured, began = "", None, time.monotonic()
    try:
        measured = work()
    except (Broken, Hanging) as broken:
        why = str(broken)
    except Exception as error:  # noqa: BLE001 - a case that fails in itself is no reason to leave out the others
        why = f"{error!r}: {traceback.format_exc(limit=-3)}"
    stand.still()
    if why or stand.devices() != stand.old:
        why = why or "the devices were left changed"
        sys.stderr.write(f"faults: {row.name}: {label}: {why}\n")
        stand.renew()
    return Found(row=row.name, label=label, why=why, measured=measured, seconds=round(time.monotonic() - began, 2))
