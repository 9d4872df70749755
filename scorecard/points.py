"""Which moments are tried: counted from an undisturbed run, all of them or evenly many."""

from collections.abc import Sequence
from typing import TypeVar

from msgspec import Struct

from scorecard.stand import Case, Stand, Wanted

T = TypeVar("T")


class Counts(Struct, frozen=True, kw_only=True):
    """What one undisturbed process passes: durable appends, checks of the fence, sends, and writes by device."""

    append: int
    fence: int
    send: int
    writes: dict[str, int]

    @property
    def written(self) -> int:
        return sum(self.writes.values())


def some(points: Sequence[T], most: int) -> list[T]:
    """`most` of them, evenly, the first and last among them; all where `most` is 0."""
    if not most or len(points) <= most:
        return list(points)
    if most == 1:
        return [points[len(points) // 2]]
    return [points[round(number * (len(points) - 1) / (most - 1))] for number in range(most)]


class Counted:
    """Counts by workspace and command, each found out once on a stand."""

    def __init__(self) -> None:
        self._found: dict[tuple[object, ...], Counts] = {}

    def of(self, stand: Stand, wanted: Sequence[Wanted], command: str) -> Counts:
        """`apply`, `end`, or `rollback`: an apply whose last write is refused."""
        key = (*wanted, command)
        if key not in self._found:
            case = stand.case(wanted)
            self._found[key] = _count(case, command)
            stand.still()
            if command != "end":
                case.run(
                    "end" if command == "apply" else "revert", case.change, *(["--early"] if command == "apply" else [])
                )
            case.close()
        return self._found[key]


def _count(case: Case, command: str) -> Counts:
    stand = case.stand
    if command == "end":
        case.must("apply", case.change)
        stand.writes.clear()
        child = case.must("end", case.change, "--early")
    elif command == "rollback":
        refuse_late(case)
        child = case.must("apply", case.change, code=5)
    else:
        child = case.must("apply", case.change)
    return Counts(**child.counts, writes=dict(stand.writes))


LATE = {"aula": ("ap-aula", 4), "gedung-lama": ("gw-lama", 14)}
"""Where a refusal comes late: everything that was done before it has to go back."""


def refuse_late(case: Case) -> None:
    """A device refuses a write when most of the change is done."""
    name, number = LATE[case.wanted[0].place]
    device = case.stand.campus.devices[name]
    case.stand.campus.call(lambda: device.mishaps.refuse.update({number: "failure: refused on purpose"}))
