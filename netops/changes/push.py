"""Send batches to one device: intent first, fence checked, outcome recorded. Never sends twice, never close to a timer."""

from collections.abc import Callable, Sequence
from datetime import datetime

from netops.changes.tools import Held, brief
from netops.core.canonical import body_of
from netops.core.errors import TimedOut
from netops.core.model import Batch, Op
from netops.core.once import once
from netops.core.ports import Driver
from netops.core.text import Text


def send(
    held: Held, driver: Driver, device: str, phase: str, batches: Sequence[Batch], until: datetime | None = None
) -> int:
    """Send batches one by one: intent durable first, fence checked, read back by the driver, outcome recorded.

    An outcome becomes durable with the device's next event: lost in a crash, it is read from the device again.

    `until`: no batch is started after it (a guard fires soon after). Returns the number of operations sent.
    """
    sent = 0
    for batch in batches:
        clock = held.tools.clock
        refuse_late(device, until, clock.now())
        began, woke = clock.now(), clock.monotonic()
        held.intend(
            "batch.intent",
            device,
            phase=phase,
            batch=batch.number,
            ops=held.tools.objects.put(_body(batch.ops)),
            count=len(batch.ops),
        )
        try:
            waited = max(clock.monotonic() - woke, (clock.now() - began).total_seconds())
            refuse_overslept(device, waited, held.tools.send_seconds)
            receipt = driver.apply(batch, held.tools.secrets)
        except Exception as error:
            held.log(
                "batch.failed",
                device,
                phase=phase,
                batch=batch.number,
                error=type(error).__name__,
                message=brief(str(error)),
                may_have_written=bool(getattr(error, "may_have_written", True)),
            )
            raise
        held.note("batch.sent", device, phase=phase, batch=batch.number, replies=len(receipt.replies))
        sent += len(batch.ops)
    return sent


@once(most=20_000)
def _body(ops: tuple[Op, ...]) -> bytes:
    """What is kept of a batch: the same for all devices of a role. That it is there is seen to for each: hours may lie between."""
    return body_of(ops)


def cleared(held: Held, device: str, ask: Callable[[], object]) -> None:
    """`ask` checks the fence; raises `TimedOut` where this process slept behind it, so that nothing is sent late."""
    clock = held.tools.clock
    began, woke = clock.now(), clock.monotonic()
    ask()
    waited = max(clock.monotonic() - woke, (clock.now() - began).total_seconds())
    refuse_overslept(device, waited, held.tools.send_seconds)


def save(held: Held, driver: Driver, device: str) -> None:
    """What runs now survives a restart; only as long as the device is ours."""
    cleared(held, device, lambda: held.check(device))
    driver.save()


def refuse_late(device: str, until: datetime | None, now: datetime) -> None:
    """Raises `TimedOut` when the device's own timer is about to take the change back."""
    if until is not None and now >= until:
        raise TimedOut(
            Text(
                id="pengiriman dihentikan karena pengaman di perangkat segera memulihkan keadaan semula",
                en="sending stopped because the device's own guard is about to restore it",
            ),
            Text(
                id="naikkan guard_seconds di playbook atau periksa mengapa perangkat lambat",
                en="raise guard_seconds in the playbook, or find out why the device is slow",
            ),
            device=device,
            step="push",
            may_have_written=False,
        )


def refuse_overslept(device: str, waited: float, most: float) -> None:
    """Raises `TimedOut` for a process that was paused behind its fence check: by now another may be at work."""
    if waited > most:
        raise TimedOut(
            Text(
                id=f"pengiriman dibatalkan: proses ini terhenti {waited:.0f} detik sesudah pemeriksaan haknya",
                en=f"sending given up: this process was paused for {waited:.0f} s behind the check of its right to send",
            ),
            device=device,
            step="push",
            may_have_written=False,
        )
