"""What goes wrong on purpose on the switch: its own faults and the lab's common mishaps, asked for at each line; does nothing."""

import asyncio

from msgspec import Struct, field

from netops.lab.faults import Mishaps


class Faults(Struct):
    """What goes wrong on purpose. All off by default; plain attributes, changed at any time.

    refuse: text within a line → the device's answer; the line is not taken.
    cut_after: after so many more configuration lines (applied) the connection breaks without an answer; then off again.
    delay: seconds before each command is answered.
    hang_on: a line that contains this text is echoed and never answered.
    no_login: every password is wrong.
    """

    refuse: dict[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    delay: float = 0.0
    hang_on: str = ""
    no_login: bool = False


async def before(faults: Faults, mishaps: Mishaps, typed: str, closing: asyncio.Event) -> str | None:
    """Wait as long as the device is slow, for ever where it hangs; the refusal of this line, None without one."""
    if faults.delay or mishaps.slow:
        await asyncio.sleep(faults.delay + mishaps.slow)
    if mishaps.half_open or (faults.hang_on and faults.hang_on in typed):
        await closing.wait()
        raise EOFError
    return next((answer for text, answer in faults.refuse.items() if text in typed), None)


def cuts(faults: Faults) -> bool:
    """Whether the connection breaks behind this configuration line."""
    if faults.cut_after is None:
        return False
    faults.cut_after -= 1
    if faults.cut_after > 0:
        return False
    faults.cut_after = None
    return True
