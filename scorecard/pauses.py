"""Workers that die or sleep while another lives: taken over in time, and whoever wakes too late does no harm."""

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from netops.changes.lifecycle import Phase
from scorecard.judge import all_old, judged, log_whole, nothing_doubled, nothing_told, recovered
from scorecard.points import some
from scorecard.rows import Row, Setting, Trial
from scorecard.stand import LEASE, SITES, Broken, Case, Stand, Wanted, until

SHORT = 3.0
"""Seconds of a lease where one case has to do."""
TAKEOVER = 60.0
"""Twice the lease."""


def taken_over(stand: Stand, wanted: Sequence[Wanted], number: int, **more: float) -> float:
    """Seconds from the death to the first event of the server that lives. `more`: another `lease`."""
    case = stand.case(wanted)
    dead = case.run("apply", case.change, strike={"point": "append", "number": number, "act": "kill"}, **more)
    events = len(case.kinds())
    server = case.start("serve", "--every", "1", **more)
    try:
        until(lambda: len(case.kinds()) > events or case.state().phase is not Phase.APPLYING, TAKEOVER + 60, 0.25)
        seconds = time.monotonic() - dead.ended
        until(lambda: case.state().phase is not Phase.APPLYING, 120, 0.25)
    finally:
        server.signal(signal.SIGTERM)
        server.wait()
    if seconds > TAKEOVER:
        raise Broken(f"taken over only after {seconds:.1f} s")
    recovered(case, offset=0.0)
    case.close()
    return seconds


def asleep(stand: Stand, wanted: Sequence[Wanted], point: str, number: int, *, at_once: bool = False) -> None:
    """A worker stops at a point, its lease runs out, somebody finishes its work; then it wakes.

    `at_once`: it wakes while its successor is at work.
    """
    case = stand.case(wanted)
    worker = case.start("apply", case.change, strike={"point": point, "number": number, "act": "stop"})
    if worker.wait() is not None:
        raise Broken(f"it never came to {point} {number}")
    if at_once:
        successor = case.start("resume", case.change, offset=LEASE)
        worker.signal(signal.SIGCONT)
        successor.wait()
        worker.wait()
    else:
        case.run("resume", case.change, offset=LEASE)
        phase, intents, writes = case.state().phase, case.kinds().count("batch.intent"), stand.writes.total()
        shown = stand.devices()
        worker.signal(signal.SIGCONT)
        if worker.wait() == 0:
            raise Broken("the worker that had lost its lease reports success")
        more = stand.writes.total() - writes
        if more and point == "fence":
            raise Broken(f"{more} writes by a worker that had lost its lease")
        if (case.state().phase, case.kinds().count("batch.intent")) != (phase, intents):
            raise Broken("the worker that had lost its lease wrote to the log")
        if point == "fence" and stand.devices() != shown:
            raise Broken("a device changed")
    nothing_doubled(case)
    case.offset = LEASE
    if point == "fence":
        judged(case)
    else:
        _reconciled(case)
    case.close()


def _reconciled(case: Case) -> None:
    """What one late batch may leave is found by whoever comes next, and is gone when the event is over."""
    codes = case.codes()
    if case.state().phase is Phase.APPLYING:
        case.run("resume", case.change)
    phase = case.state().phase
    word = {Phase.ACTIVE: ("end", "--early"), Phase.QUARANTINED: ("revert",)}.get(phase)
    if word:
        case.must(word[0], case.change, *word[1:])
    all_old(case)
    log_whole(case)
    nothing_doubled(case)
    nothing_told(case, codes)


def _sleepers(point: str, at_once: bool) -> Callable[[Setting], Iterator[Trial]]:
    def trials(setting: Setting) -> Iterator[Trial]:
        for site, wanted in SITES.items():
            counts = setting.counted.of(setting.stand, wanted, "apply")
            total = counts.fence if point == "fence" else counts.send
            for number in some(range(1, total + 1), setting.most):
                run = partial(asleep, setting.stand, wanted, point, number, at_once=at_once)
                yield Trial(label=f"{site}: {point} {number}/{total}", run=run)

    return trials


def _deaths(setting: Setting) -> Iterator[Trial]:
    if setting.most == 1:
        run = partial(taken_over, setting.stand, SITES["6.49"], 12, lease=SHORT)
        yield Trial(label=f"6.49: event 12, a lease of {SHORT:g} s", run=run)
        return
    for site, wanted in SITES.items():
        total = setting.counted.of(setting.stand, wanted, "apply").append
        for number in some(range(8, total - 6), setting.few(2)):
            run = partial(taken_over, setting.stand, wanted, number)
            yield Trial(label=f"{site}: event {number}/{total}", run=run)


ROWS = (
    Row(
        name="takeover",
        fault="a worker dies while `netops serve` lives",
        holds="taken over within twice the lease (60 s)",
        trials=_deaths,
        measured="takeover",
    ),
    Row(
        name="pause-fence",
        fault="a worker sleeps before the fence check and wakes after losing it",
        holds="0 effects",
        trials=_sleepers("fence", False),
    ),
    Row(
        name="pause-send",
        fault="a worker sleeps between check and send, and wakes when its successor is done",
        holds="at most the batch whose intent is journalled; nothing doubled, nothing left at the end",
        trials=_sleepers("send", False),
    ),
    Row(
        name="pause-race",
        fault="the same, and it wakes while its successor works",
        holds="at most the batch whose intent is journalled; nothing doubled, nothing left at the end",
        trials=_sleepers("send", True),
    ),
)
