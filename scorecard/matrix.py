"""Runs rows on a stand; whatever a case did, the next one begins with devices that are as they were."""

import json
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from scorecard import kills, links, own_state, pauses, people
from scorecard.forks import Hanging
from scorecard.points import Counted
from scorecard.rows import Row, Setting
from scorecard.stand import Broken, Stand

ROWS: tuple[Row, ...] = (*kills.ROWS, *pauses.ROWS, *links.ROWS, *own_state.ROWS, *people.ROWS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One case. `why` is '' where everything held; `measured` seconds, or None."""

    row: str
    label: str
    why: str
    measured: float | None
    seconds: float

    def line(self) -> str:
        return json.dumps(asdict(self))


def run(rows: Sequence[Row], folder: Path, most: int = 0, part: int = 0, of: int = 1) -> Iterator[Found]:
    """Every `of`-th case of each row, from `part` on."""
    with Stand(folder) as stand:
        setting = Setting(stand=stand, counted=Counted(), most=most)
        number = 0
        for row in rows:
            for trial in row.trials(setting):
                number += 1
                if number % of == part:
                    yield _try(stand, row, trial.label, trial.run)


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
        sys.stderr.write(f"faults: {row.name}: {label}: {why}\n")
        stand.renew()
        why = why or "the devices were left changed"
    return Found(row=row.name, label=label, why=why, measured=measured, seconds=round(time.monotonic() - began, 2))
