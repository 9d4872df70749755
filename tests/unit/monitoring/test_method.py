"""The queries of docs/monitoring-method.md, run as they are printed there, give the figures that the product gives."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from plain_figures import Reading, cs
from segment_maker import write
from test_statistics import ETHER1, START, WATCH, adversarial, several_limits

from netops.core.measured import Asked, Figures, Flow, Limit
from netops.monitoring import duck
from netops.monitoring.figures import figures
from netops.monitoring.readings import Record
from netops.monitoring.statistics import moment_of

PAGE = (Path(__file__).parents[3] / "docs" / "monitoring-method.md").read_text("utf-8")
INTERVALS, COMPLETENESS, FIGURES = re.findall(r"```sql\n(.*?)```", PAGE, re.S)
Span = tuple[datetime, datetime]
WIB = timezone(timedelta(hours=7))


def printed(
    root: Path, since: datetime, until: datetime, limits: Sequence[Limit] | None = None, office: Sequence[Span] = ()
) -> tuple[dict[str, int], dict[tuple[str, str], Flow]]:
    """Run the page's queries; only what it tells the reader to fill in is filled in. `limits` None: those of the page."""
    filled = INTERVALS.replace("var/segments", str(root))
    for name, value in (("since", since), ("until", until)):
        filled = re.sub(rf"(SET VARIABLE {name} = TIMESTAMPTZ) '[^']*'", rf"\1 '{value.isoformat()}'", filled)
    filled = filled.replace("'gw-kampus'", "'gw'")
    last = FIGURES
    if limits is not None:
        rows = [(one.since, one.until, one.up, one.down) for one in limits]
        last = _insert(last, "limits", rows)
        last = _insert(last, "office", list(office))
    with duck.connect() as connection:
        connection.execute(filled)
        told = {str(what): int(n) for what, n in connection.execute(COMPLETENESS).fetchall() if n}
        found = connection.execute(last).fetchall()
    return told, {
        (part, way): Flow(
            average=average, maximum=maximum, p95=p95, volume=volume, over_80=over, at_limit=at, utilisation=use
        )
        for part, way, average, maximum, p95, volume, over, at, use in found
    }


def _insert(query: str, table: str, rows: Sequence[tuple[object, ...]]) -> str:
    def word(value: object) -> str:
        return "NULL" if value is None else f"'{value.isoformat()}'" if isinstance(value, datetime) else str(value)

    values = ", ".join(f"({', '.join(map(word, row))})" for row in rows)
    return re.sub(
        rf"INSERT INTO {table} .*?;", f"INSERT INTO {table} VALUES {values};" if rows else "", query, flags=re.S
    )


def agree(ours: Figures, told: dict[str, int], flows: dict[tuple[str, str], Flow]) -> None:
    counted = {str(flaw): number for flaw, number in ours.flaws.items()}
    ends = told.pop("ends", 0)
    if ends:
        told["gap"] = told.get("gap", 0) + ends
    assert told.pop("measured", 0) == ours.measured
    assert told == counted
    assert (flows.get(("all", "in")), flows.get(("all", "out"))) == (ours.up, ours.down)
    if ours.office is not None:
        assert (flows.get(("office", "in")), flows.get(("office", "out"))) == ours.office


def test_a_month_by_the_page_as_it_stands(tmp_path: Path) -> None:
    """November in WIB with the limits and hours of the page: a reading every five minutes, one of a hundred missed."""
    since, until = datetime(2026, 11, 1, tzinfo=WIB), datetime(2026, 12, 1, tzinfo=WIB)
    readings, into, out = [], 0, 0
    for n in range(-1, 30 * 288 + 2):
        busy = 7 * 12 < n % 288 < 17 * 12
        into, out = into + 300_000_000 * (1 + busy), out + (2_000_000_000 if busy else 40_000_000) + n * 1000
        if n % 100 != 50:
            at = cs(since) + n * 30_000 + 4_200
            uptime = (3_000_000_000 + n * 30_000) if n < 5_000 else (n - 5_000) * 30_000 + 9_000
            readings.append(Reading(at=at, uptime=uptime % 2**32, into=into, out=out, speed=10**9, discontinuity=0))
    root = tmp_path / "segments"
    write(root, [(ETHER1, one) for one in readings])
    change = datetime(2026, 11, 16, tzinfo=WIB)
    limits = (
        Limit(since=datetime(2026, 10, 1, tzinfo=WIB), until=change, up=10_000_000, down=50_000_000),
        Limit(since=change, until=None, up=20_000_000, down=100_000_000),
    )
    days = [since + timedelta(days=n) for n in range(30)]
    office = [(day.replace(hour=7, minute=30), day.replace(hour=16)) for day in days if day.isoweekday() <= 5]
    (ours,) = figures(Record(roots=(root,)), [Asked(watch=WATCH, limits=limits)], since, until, office=office)
    told, flows = printed(root, since.astimezone(UTC), until.astimezone(UTC))
    assert ours.down and ours.down.over_80 and ours.office and ours.office[1]
    assert ours.office[1].average > ours.down.average and len(ours.flaws) == 2
    agree(ours, told, flows)


@settings(max_examples=15, phases=[Phase.explicit, Phase.generate])
@given(adversarial(), st.integers(0, 1_500_000), st.integers(100_000, 1_500_000), several_limits(), st.booleans())
def test_whatever_the_readings_are(
    readings: list[Reading], offset: int, length: int, limits: tuple[Limit, ...], working: bool
) -> None:
    since, until = moment_of(START + offset), moment_of(START + offset + length)
    office = [(moment_of(START + 123_456), moment_of(START + 654_321))] if working else []
    margin = 45_000
    kept = [one for one in readings if START + offset - margin <= one.at < START + offset + length + margin]
    assume(len(kept) >= 2)  # without an interval the page has nothing to count
    with TemporaryDirectory() as folder:
        root = Path(folder) / "segments"
        write(root, [(ETHER1, one) for one in readings])
        (ours,) = figures(Record(roots=(root,)), [Asked(watch=WATCH, limits=limits)], since, until, office=office)
        told, flows = printed(root, since, until, limits, office)
    agree(ours, told, flows)
