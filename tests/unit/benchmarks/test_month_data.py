"""The month that the benchmark makes is what it says: all readings but the missed, days by their hours, restarts, one gap each."""

from datetime import timedelta
from pathlib import Path

from benchmarks.month import asked
from benchmarks.month_data import A_DAY, FIRST, INTERFACES, make
from netops.core.measured import Flaw
from netops.monitoring.figures import figures
from netops.monitoring.readings import Record


def test_two_days_of_eight_devices(tmp_path: Path) -> None:
    root = tmp_path / "segments"
    made = make(root, 8, days=2)
    whole = 8 * INTERFACES * A_DAY * 2
    assert 0.99 * whole < made < whole, "one reading of a thousand is missed"
    assert len(list(root.rglob("*.parquet"))) == 8, "four pollers, two days"
    every = [asked(device, interface) for device in range(8) for interface in range(INTERFACES)]
    found = figures(Record(roots=(root,)), every, FIRST, FIRST + timedelta(days=2))
    assert all(one.up and one.down and one.down.maximum > one.down.average > 0 for one in found)
    assert {flaw for one in found[:140] for flaw in one.flaws} == {Flaw.GAP}
    assert {flaw for one in found[140:] for flaw in one.flaws} == {Flaw.GAP, Flaw.RESET, Flaw.IMPOSSIBLE}
