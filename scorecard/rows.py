"""A row of the scorecard: what goes wrong, what must hold, and its trials; a trial raises `Broken` where it does not."""

from collections.abc import Callable, Iterator

from msgspec import Struct

from scorecard.points import Counted
from scorecard.stand import Stand


class Trial(Struct, frozen=True, kw_only=True):
    """One case. `run` returns what was measured, in seconds, or None."""

    label: str
    run: Callable[[], float | None]


class Setting(Struct, frozen=True, kw_only=True):
    """`most` points of each kind, 0 for all of them."""

    stand: Stand
    counted: Counted
    most: int

    def few(self, number: int) -> int:
        """For trials that take long: at most so many, whatever was asked for."""
        return min(self.most, number) if self.most else number


class Row(Struct, frozen=True, kw_only=True):
    """`measured` names what the trials measure, '' where they measure nothing."""

    name: str
    fault: str
    holds: str
    trials: Callable[[Setting], Iterator[Trial]]
    measured: str = ""
