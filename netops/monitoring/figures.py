"""Figures and evidence of series from a record of segments; refuses a series that nobody ever measured.

Many series are read some at a time by two workers, so that a month of a thousand devices takes no more memory than a
month of ten.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from msgspec.structs import replace

from netops.core.measured import Asked, Evidence, Figures
from netops.monitoring import statistics
from netops.monitoring.readings import LeftOut, Reader, Record
from netops.monitoring.statistics import Period, Rules

Span = tuple[datetime, datetime]
WORKERS = 2
POINTS = 720
DEFAULT = Rules()


def figures(
    record: Record,
    asked: Sequence[Asked],
    since: datetime,
    until: datetime,
    *,
    office: Iterable[Span] | None = None,
    rules: Rules = DEFAULT,
    left_out: LeftOut | None = None,
) -> tuple[Figures, ...]:
    """One for each of `asked`, in their order; a series without a reading has nothing measured and one gap.

    `office`: stretches of working hours. Raises `Failed` for a segment that cannot be read (with `left_out` it is told of
    and left out) and without DuckDB; ValueError for limits that overlap and for a period that is none.
    """
    period = Period(since, until, office)
    if not asked:
        return ()
    order = sorted(range(len(asked)), key=lambda place: asked[place].watch.series)
    found: dict[int, Figures] = {}
    with Reader(record, period, rules, left_out, WORKERS) as reader:
        size = reader.series_at_once([asked[order[0]]])

        def work(places: Sequence[int]) -> None:
            part = [asked[place] for place in places]
            for place, one, readings in zip(places, part, reader.read(part), strict=True):
                found[place] = statistics.figures(readings, one, period, rules)

        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(work, [order[start : start + size] for start in range(0, len(order), size)]))
    return tuple(found[place] for place in range(len(asked)))


def evidence(
    record: Record,
    asked: Asked,
    since: datetime,
    until: datetime,
    *,
    office: Iterable[Span] | None = None,
    rules: Rules = DEFAULT,
    points: int = POINTS,
    left_out: LeftOut | None = None,
) -> Evidence:
    """All that a report shows of one series, with at most `points` points for its chart. Raises as `figures`.

    And `InputError` for a series that is in no segment of any time: that is a wrong name, no gap.
    """
    period = Period(since, until, office)
    with Reader(record, period, rules, left_out, WORKERS) as reader:
        (readings,) = reader.read([asked])
        if not len(readings.at):
            reader.must_be_known(asked)
        found = statistics.evidence(readings, asked, period, rules, points)
        return replace(found, unanswered=reader.unanswered(asked))
