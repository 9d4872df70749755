"""At least one case of each row of the scorecard, on real processes and sockets; `./dev faults` runs them all."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scorecard.matrix import ROWS
from scorecard.points import Counted
from scorecard.rows import Row, Setting, Trial
from scorecard.stand import Stand


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    with Stand(tmp_path_factory.mktemp("scorecard")) as stand:
        yield Setting(stand=stand, counted=Counted(), most=1)


def shortest(row: Row, setting: Setting) -> Trial:
    """The case without switches, which answer at the pace of a terminal, where there is one."""
    trials = list(row.trials(setting))
    return next((trial for trial in trials if "6.49" in trial.label or "gw-lama" in trial.label), trials[0])


@pytest.mark.parametrize("name", [row.name for row in ROWS])
def test_one_case_of_the_row_holds(name: str, setting: Setting) -> None:
    row = next(row for row in ROWS if row.name == name)
    try:
        shortest(row, setting).run()
    except BaseException:
        setting.stand.renew()
        raise
    setting.stand.still()
    assert setting.stand.devices() == setting.stand.old
