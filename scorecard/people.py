"""x."""

from scorecard.rows import Row

ROWS: tuple[Row, ...] = ()
