"""Secrets cannot travel: a value that does not print, and references that stand for it in plans and events."""

import re
from typing import Literal, NoReturn, Protocol

from msgspec import Struct


class Secret:
    """A secret text. It prints as `***`, refuses pickling, copying and JSON; `reveal()` only right before use."""

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        return self.__value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.__value

    def __hash__(self) -> int:
        return hash((Secret, self.__value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret must not be pickled or copied")

    def __getstate__(self) -> NoReturn:  # what serialisers ask for that do not ask for the above
        raise TypeError("a Secret must not be pickled or copied")


class SecretRef(Struct, frozen=True):
    """Stands for a secret by name, e.g. `device/gw-kampus` or `voucher/HD-2026-0117/001`; safe in plans and events."""

    name: str
    kind: Literal["secret"] = "secret"

    def __str__(self) -> str:
        return f"<{self.name}>"


def parse_ref(text: str) -> SecretRef | None:
    """The reference that `str()` wrote, where the text is one: a voucher's code may be a row's name, which is text."""
    found = _REF.fullmatch(text)
    return SecretRef(found[1]) if found else None


_REF = re.compile(r"<(voucher/[A-Za-z0-9-]{1,24}/[0-9]{3,6})>")


class SecretSource(Protocol):
    def get(self, ref: SecretRef) -> Secret:
        """The secret, resolved at the last moment. Raises `Failed` with the reference's name when there is none."""
        ...
