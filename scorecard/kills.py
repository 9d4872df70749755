"""Death at every point: behind each durable event, at each write of a device, in rollback and teardown, of a successor too."""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from scorecard.judge import recovered
from scorecard.points import refuse_late, some
from scorecard.rows import Row, Setting, Trial
from scorecard.stand import LEASE, SITES, Case, Stand, Wanted

COMMANDS = {"apply": ("apply",), "rollback": ("apply",), "end": ("end", "--early")}


def ready(stand: Stand, wanted: Sequence[Wanted], command: str) -> Case:
    """A case in which this command comes next."""
    case = stand.case(wanted)
    if command == "end":
        case.must("apply", case.change)
        stand.writes.clear()
    if command == "rollback":
        refuse_late(case)
    return case


def calm(stand: Stand) -> None:
    """The devices do as they are told again; what was counted stays."""
    stand.on_write = lambda device, number: None

    def clear() -> None:
        for device in stand.campus.devices.values():
            device.mishaps.clear()

    stand.campus.call(clear)


def at_event(stand: Stand, wanted: Sequence[Wanted], command: str, number: int) -> None:
    case = ready(stand, wanted, command)
    word, *options = COMMANDS[command]
    case.run(word, case.change, *options, strike={"point": "append", "number": number, "act": "kill"})
    calm(stand)
    recovered(case)
    case.close()


def at_write(stand: Stand, wanted: Sequence[Wanted], command: str, number: int) -> None:
    case = ready(stand, wanted, command)
    word, *options = COMMANDS[command]
    pids: list[int] = []

    def strike(device: str, count: int) -> None:
        if count == number and pids:
            os.kill(pids[0], signal.SIGKILL)

    stand.on_write = strike
    child = case.start(word, case.change, *options)
    pids.append(child.pid)
    child.wait()
    calm(stand)
    recovered(case)
    case.close()


def of_the_successor(stand: Stand, wanted: Sequence[Wanted], first: int, second: int) -> None:
    case = ready(stand, wanted, "apply")
    case.run("apply", case.change, strike={"point": "append", "number": first, "act": "kill"})
    case.run("resume", case.change, offset=LEASE, strike={"point": "append", "number": second, "act": "kill"})
    recovered(case, offset=2 * LEASE)
    case.close()


def _every(
    command: str, what: str, one: Callable[[Stand, Sequence[Wanted], str, int], None]
) -> Callable[[Setting], Iterator[Trial]]:
    def trials(setting: Setting) -> Iterator[Trial]:
        for site, wanted in SITES.items():
            counts = setting.counted.of(setting.stand, wanted, command)
            total = counts.append if what == "event" else counts.written
            for number in some(range(1, total + 1), setting.most):
                yield Trial(
                    label=f"{site}: {what} {number}/{total}", run=partial(one, setting.stand, wanted, command, number)
                )

    return trials


def _twice(setting: Setting) -> Iterator[Trial]:
    for site, wanted in SITES.items():
        total = setting.counted.of(setting.stand, wanted, "apply").append
        first = total // 2
        for number in some(range(1, total - first + 1), setting.most):
            label = f"{site}: event {first}, then event {number} of the successor"
            yield Trial(label=label, run=partial(of_the_successor, setting.stand, wanted, first, number))


OLD_OR_NEW = "every device old or new (or quarantined), the log verifies, nothing doubled"
ROWS = (
    *(
        Row(
            name=f"kill-{command}-{what}",
            fault=f"`kill -9` in {where}: {point}",
            holds=OLD_OR_NEW,
            trials=_every(command, what, one),
        )
        for command, where in (
            ("apply", "apply"),
            ("rollback", "the rollback (apply and its rollback)"),
            ("end", "teardown"),
        )
        for what, point, one in (
            ("event", "behind every durable append", at_event),
            ("write", "as a device does each write", at_write),
        )
    ),
    Row(name="kill-successor", fault="`kill -9` of the one who resumes, too", holds=OLD_OR_NEW, trials=_twice),
)
