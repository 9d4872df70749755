"""Segments are found by their names; plain DuckDB reads them with the queries of docs/segments.md."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netops.monitoring import duck
from netops.monitoring.segments import MOVING, OPTIONS, ORDER, TABLES, Segment, live, parse

DOC = Path(__file__).parents[3] / "docs" / "segments.md"
DAY = date(2026, 11, 30)

SEGMENTS = st.builds(
    Segment,
    poller=st.from_regex(r"[a-z0-9][a-z0-9-]{0,31}", fullmatch=True),
    table=st.sampled_from(sorted(TABLES)),
    day=st.dates(),
    hour=st.none() | st.integers(0, 23),
    again=st.integers(1, 99),
)


@given(SEGMENTS)
def test_a_path_says_which_segment_it_is(one: Segment) -> None:
    assert parse(one.path) == one
    assert one.since < one.until or one.day == date.max


@pytest.mark.parametrize(
    "path",
    [
        "poller=main/samples/day=2026-11-30/2026-11-29T07.parquet",  # another day's
        "poller=main/samples/day=2026-11-30/2026-11-30T24.parquet",
        "poller=main/samples/day=2026-11-30/2026-11-30T07-1.parquet",  # the first has no number
        "poller=main/samples/day=2026-13-30/2026-13-30.parquet",
        "poller=main/other/day=2026-11-30/2026-11-30.parquet",
        "poller=MAIN/samples/day=2026-11-30/2026-11-30.parquet",
        "poller=main/samples/day=2026-11-30/.new-1",
        "poller=main/superseded/samples/day=2026-11-30/2026-11-30.parquet",
        "spool/x",
    ],
)
def test_what_is_no_segment_is_not_taken_for_one(path: str) -> None:
    assert parse(path) is None


def put(root: Path, hour: int | None, poller: str = "main", day: date = DAY) -> Path:
    place = root / Segment(poller=poller, table="samples", day=day, hour=hour).path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"")
    return place


def test_the_files_of_a_period_come_from_all_pollers_oldest_first(tmp_path: Path) -> None:
    before, seven, eight = put(tmp_path, None, day=date(2026, 11, 29)), put(tmp_path, 7), put(tmp_path, 8)
    branch = put(tmp_path / "copied", 7, "cabang")
    roots = (tmp_path, tmp_path / "copied")

    assert live(roots, "samples") == (before, branch, seven, eight)
    assert live(roots, "samples", datetime(2026, 11, 30, 7, 59, tzinfo=UTC)) == (branch, seven, eight)
    assert live(roots, "samples", until=datetime(2026, 11, 30, 7, tzinfo=UTC)) == (before,)
    assert live(roots, "samples", pollers=("main",)) == (before, seven, eight)
    assert live(roots, "polls") == ()
    assert live((tmp_path / "nothing",), "samples") == ()


def test_hours_make_way_for_their_day_in_one_step(tmp_path: Path) -> None:
    """At no moment is a row there twice or not at all, as far as `live` tells."""
    seven, eight = put(tmp_path, 7), put(tmp_path, 8)
    folder = seven.parent
    (folder / MOVING).write_text("2026-11-30.parquet\n2026-11-30T07.parquet\n2026-11-30T08.parquet\n")
    assert live((tmp_path,), "samples") == (seven, eight)
    day = put(tmp_path, None)
    assert live((tmp_path,), "samples") == (day,)
    seven.unlink()
    assert live((tmp_path,), "samples") == (day,)
    late = put(tmp_path, 9)
    assert live((tmp_path,), "samples") == (day, late)


# ── docs/segments.md ─────────────────────────────────────────────────────────────────────────────────────────────

ROWS = """
SELECT device, 'interface' AS kind, name, make_timestamptz(1796000400000000 + 300000000 * n) AS time,
       (100000 + 30000 * n)::UBIGINT AS uptime, (1000000 * n * n)::UBIGINT AS in_octets, 0::UBIGINT AS out_octets,
       64::UTINYINT AS bits, 1000000000::UBIGINT AS speed, true AS up, true AS admin_up, 0::UBIGINT AS in_errors,
       0::UBIGINT AS out_errors, NULL::UBIGINT AS in_discards, NULL::UBIGINT AS out_discards, NULL::UBIGINT AS drops,
       NULL::UBIGINT AS discontinuity, 1::UINTEGER AS idx, '' AS alias
FROM (VALUES ('gw-pusat'), ('sw-a')) d(device), (VALUES ('ether1'), ('ether2')) i(name), range(3) t(n)
"""
MISSES = """
SELECT 'sw-a' AS device, make_timestamptz(1796000400000000) AS time, NULL::UBIGINT AS uptime, NULL::UBIGINT AS cpu,
       NULL::UBIGINT AS memory, NULL::UBIGINT AS guests, NULL::VARCHAR AS health, 0::UINTEGER AS series,
       'TimedOut' AS reason, 'no answer' AS message
"""


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with duck.connect(tmp_path) as connection:
        for table, query in (("samples", ROWS), ("polls", MISSES)):
            for poller in ("main", "cabang") if table == "samples" else ("main",):
                one = Segment(poller=poller, table=table, day=date(2026, 11, 29), hour=21)
                place = tmp_path / "var" / "segments" / one.path
                place.parent.mkdir(parents=True)
                ordered = f"SELECT * FROM ({query}) ORDER BY {ORDER[table]}"
                duck.copy(connection, ordered, place, options=OPTIONS)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def queries() -> list[str]:
    return re.findall(r"```sql\n(.*?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)


def test_plain_duckdb_reads_them_as_documented(workspace: Path) -> None:
    import duckdb

    rates, gaps, doubled = (duckdb.execute(query).fetchall() for query in queries())
    assert [row[3] for row in rates if row[:2] == ("gw-pusat", "ether1") and row[3] is not None] == [26666, 80000]
    assert [row[:3] for row in gaps] == [("sw-a", "TimedOut", 1)]
    assert len(doubled) == 12 and {row[4:] for row in doubled} == {(2, "cabang,main")}


def test_the_tables_have_the_columns_that_are_documented(workspace: Path) -> None:
    text = DOC.read_text(encoding="utf-8")
    with duck.connect(workspace) as connection:
        for table, columns in TABLES.items():
            files = live((workspace / "var" / "segments",), table)
            shown = connection.execute(f"DESCRIBE SELECT * FROM {duck.parquet(files)}").fetchall()
            assert [(row[0], row[1]) for row in shown][: len(columns)] == list(columns.items())
            assert {row[0] for row in shown} - set(columns) == {"poller", "day"}
            for column in columns:
                assert f"`{column}`" in text, f"{table}.{column} is not in docs/segments.md"


def test_integers_and_times_are_packed_as_differences(workspace: Path) -> None:
    """What the size of a month rests on: DuckDB does so in its V2 files only."""
    (file, *_) = live((workspace / "var" / "segments",), "samples")
    with duck.connect(workspace) as connection:
        found = connection.execute(
            f"SELECT path_in_schema, encodings, compression FROM parquet_metadata({duck.literal(str(file))})"
        ).fetchall()
    packed = {column for column, encodings, _ in found if "DELTA_BINARY_PACKED" in encodings}
    assert packed >= {"time", "in_octets", "uptime"}, found
    assert {compression for *_, compression in found} == {"ZSTD"}


def test_without_duckdb_one_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from netops.core.errors import Failed

    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(Failed) as told, duck.connect():
        pass
    assert "netops[monitoring]" in told.value.describe("en")
