"""What goes wrong on purpose with any device of the lab, counted by writes; it knows no protocol and does nothing itself."""

from collections.abc import Mapping
from typing import Any, Literal, get_args

from msgspec import Struct, field

Where = Literal["before", "within", "after"]
PLACES: tuple[Where, ...] = get_args(Where)


class BadMishap(ValueError):
    """A wish that no device can fulfil; the message says which word is wrong."""


class Blow(Struct, frozen=True, kw_only=True):
    """What happens to one write.

    `refuse`: the device's words, "" for its usual ones; `cut`: where the connection breaks; `reboot`: the power fails.
    """

    refuse: str | None = None
    cut: Where | None = None
    reboot: bool = False


class Mishaps(Struct):
    """Write 1 is the next one after `clear`. A device asks `write` before each of its writes and does as it is told.

    A write is refused; or the connection breaks `before` it is done, `within` it (done, and half of the answer arrives) or
    `after` it (done and answered); or the power fails when it is done and before the answer. `slow` is seconds for each
    command, one after the other. `half_open`: connections stay open and nothing is ever answered. `wrong_password`: no
    login succeeds. `cpu`: the load that SNMP shows, per cent (0: the usual one). `errors`: packets a second that each port
    takes in broken, by SNMP.
    """

    refuse: dict[int, str] = field(default_factory=dict)
    cut: dict[int, Where] = field(default_factory=dict)
    reboot: set[int] = field(default_factory=set)
    slow: float = 0.0
    half_open: bool = False
    wrong_password: bool = False
    cpu: int = 0
    errors: int = 0
    writes: int = 0

    def write(self) -> Blow:
        """Count a write and say what befalls it."""
        self.writes += 1
        number = self.writes
        return Blow(refuse=self.refuse.get(number), cut=self.cut.get(number), reboot=number in self.reboot)

    def clear(self) -> None:
        """Everything off, and counting begins anew."""
        self.refuse.clear()
        self.cut.clear()
        self.reboot.clear()
        self.slow, self.half_open, self.wrong_password, self.writes = 0.0, False, False, 0
        self.cpu, self.errors = 0, 0

    def wish(self, words: Mapping[str, Any]) -> None:
        """Add what JSON asks for: `refuse` {"3": text}, `cut` {"5": "within"}, `reboot` [4], `slow` seconds, switches.

        Counting begins anew. Raises `BadMishap`, and then nothing was changed.
        """
        unknown = set(words) - {"refuse", "cut", "reboot", "slow", "half_open", "wrong_password", "cpu", "errors"}
        if unknown:
            raise BadMishap(f"unknown: {', '.join(sorted(unknown))}")
        refuse = {_number(key): str(text) for key, text in dict(words.get("refuse", {})).items()}
        cut = {_number(key): _place(where) for key, where in dict(words.get("cut", {})).items()}
        reboot = {_number(key) for key in words.get("reboot", ())}
        slow = float(words.get("slow", self.slow))
        if not 0 <= slow <= 3600:
            raise BadMishap(f"slow: {slow} is not between 0 and 3600 seconds")
        cpu, errors = int(words.get("cpu", self.cpu)), int(words.get("errors", self.errors))
        if not (0 <= cpu <= 100 and 0 <= errors <= 10**6):
            raise BadMishap("cpu: 0 to 100 per cent; errors: 0 to 1000000 a second")
        self.refuse |= refuse
        self.cut |= cut
        self.reboot |= reboot
        self.slow, self.writes = slow, 0
        self.cpu, self.errors = cpu, errors
        self.half_open = bool(words.get("half_open", self.half_open))
        self.wrong_password = bool(words.get("wrong_password", self.wrong_password))

    def shown(self) -> dict[str, object]:
        """What is on, as JSON in the words of `wish`; and how many writes were counted."""
        on: dict[str, object] = {
            "refuse": {str(number): text for number, text in sorted(self.refuse.items())},
            "cut": {str(number): where for number, where in sorted(self.cut.items())},
            "reboot": sorted(self.reboot),
            "slow": self.slow,
            "half_open": self.half_open,
            "wrong_password": self.wrong_password,
            "cpu": self.cpu,
            "errors": self.errors,
        }
        return {**{name: value for name, value in on.items() if value}, "writes": self.writes}


def _number(key: object) -> int:
    text = str(key)
    if not text.isdigit() or not 1 <= int(text) <= 10**6:
        raise BadMishap(f"{text!r} is no number of a write (1, 2, 3 …)")
    return int(text)


def _place(where: object) -> Where:
    if where not in PLACES:
        raise BadMishap(f"{where!r} is none of {', '.join(PLACES)}")
    return next(place for place in PLACES if place == where)
