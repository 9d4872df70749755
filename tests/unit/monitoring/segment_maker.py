"""Segments for tests: rows as the schema has them, written by DuckDB into the folders where they belong."""

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from plain_figures import Reading

from netops.core.measured import Series
from netops.monitoring import duck
from netops.monitoring.segments import OPTIONS, ORDER, TABLES, Segment
from netops.monitoring.statistics import moment_of


class Poll(Struct, frozen=True, kw_only=True):
    device: str
    at: datetime
    reason: str | None = None


def write(
    root: Path, readings: Sequence[tuple[Series, Reading]], polls: Sequence[Poll] = (), poller: str = "main"
) -> None:
    """A daily segment for each UTC day that these fall on."""
    rows: list[dict[str, object]] = [
        {
            "device": series.device,
            "kind": series.kind.value,
            "name": series.name,
            "time": moment_of(one.at).isoformat(),
            "uptime": one.uptime,
            "in_octets": one.into,
            "out_octets": one.out,
            "bits": one.bits,
            "speed": one.speed,
            "up": one.up,
            "discontinuity": one.discontinuity,
        }
        for series, one in readings
    ]
    _write(root, poller, "samples", rows)
    _write(root, poller, "polls", [{"device": p.device, "time": p.at.isoformat(), "reason": p.reason} for p in polls])


def _write(root: Path, poller: str, table: str, rows: Sequence[dict[str, object]]) -> None:
    days: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        days.setdefault(str(row["time"])[:10], []).append(row)
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in TABLES[table].items())
    with duck.connect(root.parent) as connection:
        for day, mine in days.items():
            segment = Segment(poller=poller, table=table, day=datetime.fromisoformat(day).date(), hour=None)
            place = root / segment.path
            place.parent.mkdir(parents=True, exist_ok=True)
            lines = root.parent / "rows.json"
            lines.write_text("\n".join(map(json.dumps, mine)), "utf-8")
            source = f"read_json({duck.literal(str(lines))}, columns = {{{columns}}}, format = 'newline_delimited')"
            duck.copy(connection, f"FROM {source} ORDER BY {ORDER[table]}", place, options=OPTIONS)
