"""Switches by which a test makes a simulated router misbehave; all off by default."""

from msgspec import Struct, field

from netops.lab.routeros.texts import Trap


class Faults(Struct):
    """`delay`: seconds of latency before each command's reply; commands sent together wait together.

    `refuse` maps the number of a write (1 is the next one after `reset`) to the trap text that refuses it.
    `cut_write`: the connection breaks after that write was done and before its reply; `cut_before_write`: before it is done.
    `cut_after`: it breaks when the command after that many (login counts) arrives; `cut_after_reply`: after that many replies.
    `refuse_connections` resets every new connection, `refuse_login` refuses every password, `drop_tls` resets TLS ones.
    """

    delay: float = 0.0
    refuse: dict[int, str] = field(default_factory=dict)
    cut_write: int | None = None
    cut_before_write: int | None = None
    cut_after: int | None = None
    cut_after_reply: int | None = None
    refuse_connections: bool = False
    refuse_login: bool = False
    drop_tls: bool = False
    writes: int = 0

    def reset(self) -> None:
        """Everything off, and counting begins anew."""
        for name, value in _off().items():
            setattr(self, name, value)

    def before_write(self, command: str) -> None:
        """Counts a write. Raises `Trap` where this one is to be refused, `ConnectionResetError` where it is to be cut."""
        self.writes += 1
        if self.cut_before_write == self.writes:
            raise ConnectionResetError(command)
        if self.writes in self.refuse:
            raise Trap(self.refuse[self.writes])

    def cut_after_write(self, command: str) -> bool:
        return self.cut_write == self.writes


def _off() -> dict[str, object]:
    clean = Faults()
    return {name: getattr(clean, name) for name in Faults.__struct_fields__}
