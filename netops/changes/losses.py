"""A failure budget: a device that fails is restored alone and named while the rest goes on; beyond it everything fails.

Never for a canary, never where a whole wave fails, and never where the log could not be written.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct, field

from netops.changes.lines import Lines
from netops.changes.revert import restore_alone
from netops.changes.tools import Held, brief, raise_first
from netops.changes.waves import Wave
from netops.core.errors import JournalError
from netops.core.model import Plan


class Losses(Struct):
    """`lost`: the devices that failed and were restored alone, by name, in the order in which it happened."""

    held: Held
    plan: Plan
    lines: Lines
    lost: list[str] = field(default_factory=list)

    def over(self, wave: Wave, names: Sequence[str], work: Callable[[str], object]) -> tuple[str, ...]:
        """Run `work` over devices side by side; the names of those on which it succeeded.

        Raises the first failure (by name) where the budget does not cover it.
        """
        return self.but(wave, self.held.tools.fleet.run(names, lambda target: work(target.name)))

    def but(self, wave: Wave, outcomes: Mapping[str, object]) -> tuple[str, ...]:
        """The names whose outcome is no exception; those that failed are restored. Raises as `over` does."""
        failures = {name: error for name, error in sorted(outcomes.items()) if isinstance(error, Exception)}
        if failures and not self._covered(wave, failures):
            raise_first(failures)
        for name, error in failures.items():
            self._lose(name, error)
        return tuple(name for name in outcomes if name not in failures)

    def _covered(self, wave: Wave, failures: dict[str, Exception]) -> bool:
        if wave.canary or any(isinstance(error, JournalError) for error in failures.values()):
            return False
        lost = {*self.lost, *failures}
        return len(lost) <= self.plan.failure_budget and not lost >= set(wave.devices)

    def _lose(self, name: str, error: Exception) -> None:
        """Restore one device. Raises the failure where that does not succeed: then everything goes back."""
        held = self.held
        self.lines.drop(name)
        held.log("device.failed", name, error=type(error).__name__, message=brief(str(error)))
        part = next(part for part in self.plan.devices if part.device == name)
        if not restore_alone(held, part):
            raise error
        held.tools.say("restore", name)
        self.lost.append(name)
