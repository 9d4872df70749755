"""A matrix that was stopped is gone on with: what was found stays, what was in work is run again, nothing is run twice."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scorecard import table
from scorecard.kept import Found, Kept
from scorecard.matrix import ROWS

LABELS = ("6.49: +1 h at event 2/23", "6.49: -1 h at event 2/23", "gw-lama {'cut': {'3': 'after'}}, of 24")


def found(label: str, why: str = "") -> Found:
    return Found(row="clock", label=label, why=why, measured=None, seconds=1.5)


def test_a_case_is_claimed_once_and_a_stopped_one_again(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.plan("clock", len(LABELS))
    assert [kept.claim("clock", label) for label in LABELS] == [True, True, True]
    assert not any(Kept(tmp_path).claim("clock", label) for label in LABELS)
    kept.keep(found(LABELS[0]))
    kept.keep(found(LABELS[1], why="it hangs"))
    assert kept.done("clock")
    kept.forget(broken=False)  # the third was in work
    assert not kept.done("clock")
    assert [kept.claim("clock", label) for label in LABELS] == [False, False, True]
    kept.forget(broken=True)
    assert [kept.claim("clock", label) for label in LABELS] == [False, True, True]


def test_the_table_says_where_fewer_cases_ran_than_there_are(tmp_path: Path) -> None:
    row = next(row for row in ROWS if row.name == "clock")
    part = table.render([row], [found(LABELS[0])], {"clock": 3})
    assert "| 1/1, of 3 cases |" in part
    whole = table.render([row], [found(label) for label in LABELS], {"clock": 3})
    assert "| 3/3 |" in whole
    broken = table.render([row], [found(LABELS[0], why="it hangs")], {"clock": 1})
    assert "**0/1**" in broken and "it hangs" in broken
