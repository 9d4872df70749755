"""A month of readings in segments, made by DuckDB in seconds: devices that sleep at night, restart, miss readings and lie a little."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from netops.monitoring import duck
from netops.monitoring.segments import OPTIONS, Segment

FIRST = datetime(2026, 11, 1, tzinfo=UTC)
DAYS = 30
INTERFACES = 20
A_DAY = 288
POLLERS = ("barat", "pusat", "timur", "utara")
"""A quarter of the devices each, so that a quarter and a half of the data can be read alone."""

ONE_DAY = """
CREATE TABLE one_day AS
WITH rates AS (
    SELECT d, i, k,
        (hash(d * 31 + i) % 40000000 + 500000)
        * (1 + 4 * greatest(0, sin((k - 84) * pi() / 144)))
        * (0.7 + (hash(d * 7919 + i * 104729 + k) % 1000) / 1600.0) AS rate  -- bit/s: more by day, noisy
    FROM range({first}, {last}) AS device(d), range({interfaces}) AS interface(i), range({a_day}) AS step(k)
)
SELECT 'sw-' || lpad(d::VARCHAR, 4, '0') AS device, 'interface' AS kind, 'ether' || lpad((i + 1)::VARCHAR, 2, '0') AS name,
    d, i, k,
    sum((rate * 37.5 / 8)::BIGINT) OVER (PARTITION BY d, i ORDER BY k) AS in_octets,
    sum((rate * 37.5)::BIGINT) OVER (PARTITION BY d, i ORDER BY k) AS out_octets,
    sum((rate * 37.5 / 8)::BIGINT) OVER (PARTITION BY d, i) AS in_day, sum((rate * 37.5)::BIGINT) OVER (PARTITION BY d, i) AS out_day
FROM rates ORDER BY d, i, k
"""

A_LATER_DAY = """
SELECT device, kind, name,
    TIMESTAMPTZ '{start}' + to_milliseconds(k * 300000 + (d * 7919 % 290000) + hash(d, k, {day}) % 400) AS time,
    ((d * 100000 + {day} * 8640000 + k * 30000 + hash(d, k, {day}) % 400 // 10)
        % CASE WHEN d % 50 = 7 THEN 60000000 ELSE 4294967296 END)::UBIGINT AS uptime,  -- these restart every week
    (CASE WHEN d % 50 = 7 AND k = 100 THEN 0 ELSE {day} * in_day + in_octets END)::UBIGINT AS in_octets,
    ({day} * out_day + out_octets)::UBIGINT AS out_octets,
    64::UTINYINT AS bits, 1000000000::UBIGINT AS speed, (d + i) % 20 <> 3 AS up, true AS admin_up,
    0::UBIGINT AS in_errors, 0::UBIGINT AS out_errors, 0::UBIGINT AS in_discards, 0::UBIGINT AS out_discards,
    NULL::UBIGINT AS drops, 0::UBIGINT AS discontinuity, (i + 1)::UINTEGER AS idx, '' AS alias
FROM one_day WHERE hash(d, k, {day}) % 1000 > 0  -- one reading of a thousand is missed
"""


def device(number: int) -> str:
    return f"sw-{number:04}"


def make(root: Path, devices: int, days: int = DAYS) -> int:
    """Daily segments of `devices` (a multiple of four) × 20 interfaces × 288 readings a day; how many readings."""
    made = 0
    share = devices // len(POLLERS)
    with duck.connect(root.parent) as connection:
        for place, poller in enumerate(POLLERS):
            connection.execute("DROP TABLE IF EXISTS one_day")
            connection.execute(
                ONE_DAY.format(first=place * share, last=(place + 1) * share, interfaces=INTERFACES, a_day=A_DAY)
            )
            for day in range(days):
                start = FIRST + timedelta(days=day)
                file = root / Segment(poller=poller, table="samples", day=start.date(), hour=None).path
                file.parent.mkdir(parents=True)
                query = A_LATER_DAY.format(start=start.isoformat(), day=day)
                made += duck.copy(connection, query, file, options=OPTIONS)
    return made
