"""What a RouterOS device says when it refuses, by version; every text is from captures or the manual."""

from msgspec import Struct

MISSING, ARGUMENT, INTERRUPTED, SCRIPTING = 0, 1, 2, 3

DANGLING_SERVER = "*FFFFFFFF"
NO_SUCH_ITEM = "no such item"
INACTIVATED = "inactivated, not allowed by device-mode"


class Trap(Exception):
    """A refusal. `category` is the number of the `!trap` sentence, None where devices send none."""

    def __init__(self, message: str, category: int | None = None) -> None:
        super().__init__(message)
        self.message, self.category = message, category


def parse_version(text: str) -> tuple[int, ...]:
    """`7.16.2` or `7.16` as numbers that compare."""
    return tuple(int(part) for part in text.split("."))


class Texts(Struct, frozen=True):
    """The wordings that differ between RouterOS 6 and 7."""

    version: tuple[int, ...]

    def unknown_parameter(self, name: str) -> Trap:
        return Trap("unknown parameter" if self.version < (7,) else f"unknown parameter {name}", MISSING)

    def no_such_path(self, parts: tuple[str, ...], known: int) -> Trap:
        """`known` is how many leading parts exist."""
        if self.version < (7,) or known == 0:
            return Trap("no such command prefix", MISSING)
        return Trap(f"no such command or directory ({parts[known]})", MISSING)

    def no_such_command(self) -> Trap:
        return Trap("no such command", MISSING)

    def missing(self, name: str) -> Trap:
        return Trap(f"missing ={name}=", MISSING)

    def no_such_item(self) -> Trap:
        return Trap(NO_SUCH_ITEM)

    def no_match(self, name: str) -> Trap:
        return Trap(f"input does not match any value of {name}", ARGUMENT)

    def out_of_range(self, name: str, low: int, high: int) -> Trap:
        if self.version < (7,):
            return Trap(f"value of {name} is out of range ({low} .. {high})", ARGUMENT)
        return Trap(f"value of {name} out of range ({low}..{high})", ARGUMENT)

    def invalid(self, name: str) -> Trap:
        return Trap(f"invalid value for argument {name}", ARGUMENT)

    def no_permission(self) -> Trap:
        return Trap("not enough permissions (9)")

    def login_refused(self) -> Trap:
        return Trap("cannot log in" if self.version < (6, 43) else "invalid user name or password (6)")

    def dynamic(self, word: str) -> Trap:
        return Trap(f"failure: can not change dynamic{' ' + word if word else ''}")
