"""Finds out which of a router's SNMP queue counters is upload, by reading API and SNMP side by side; writes to the log only.

MIKROTIK-MIB gives mtxrQueueSimpleBytesIn and BytesOut an empty DESCRIPTION. The console's and API's `bytes` is the pair
upload/download of the queue's target (manual, Queues), so what agrees with its first half is upload.
"""

from collections.abc import Sequence

from msgspec import Struct

from netops.app import App
from netops.changes.directions import Pair, Verdict, decide
from netops.core.canonical import body_of
from netops.core.errors import DeviceError, NetopsError, Unsupported
from netops.core.measured import Sample
from netops.core.model import Event, Rows, Scope
from netops.core.ports import Driver
from netops.core.text import Text

MENU = "/queue/simple"
PLATFORM = "routeros"


class Calibrated(Struct, frozen=True, kw_only=True):
    """`changed` when the log said something else, or nothing, before."""

    device: str
    verdict: Verdict
    changed: bool
    evidence: str


def routers(app: App, names: Sequence[str]) -> tuple[str, ...]:
    """The named devices, or all that have queues of this kind. Raises `NoTarget` for a name that nobody has."""
    if names:
        return tuple(app.fleet.target(name).name for name in names)
    return tuple(name for name in app.fleet.targets if app.fleet.target(name).platform == PLATFORM)


def calibrate(app: App, device: str) -> Calibrated:
    """Reads the device's queues three times (API, SNMP, API), decides, and records what was decided with its evidence.

    Raises `Unsupported` where no queue decides, or queues contradict each other; nothing is recorded then.
    """
    target = app.fleet.target(device)
    if target.platform != PLATFORM:
        raise _undecided(device, Text("bukan RouterOS", "no RouterOS"))
    with app.tools.open(device) as driver:
        before = _pairs(driver)
        sample = app.poller.sample([target], app.clock.now())[device]
        after = _pairs(driver)
    if not isinstance(sample, Sample):
        raise sample if isinstance(sample, NetopsError) else _undecided(device, Text(str(sample), str(sample)))
    verdict = decide(before, sample.queues, after)
    if verdict.up is None:
        raise _undecided(device, _why(verdict, len(before)))
    evidence = app.objects.put(body_of({"before": before, "sample": sample, "after": after}))
    known = app.queue_directions.get(device)
    event = Event(
        kind="queue.calibrated",
        change="",
        at=app.clock.now(),
        actor=app.actor,
        device=device,
        data={
            "up": verdict.up,
            "queues": len(verdict.for_in) + len(verdict.for_out),
            "evidence": evidence,
        },
    )
    app.journal.append([event])
    app.__dict__.pop("queue_directions", None)
    return Calibrated(device=device, verdict=verdict, changed=known != verdict.up, evidence=evidence)


def _pairs(driver: Driver) -> tuple[Pair, ...]:
    seen = driver.observe(Scope(paths=(MENU,)), counters=True)
    assert isinstance(seen, Rows)
    found = []
    for row in seen.rows:
        up, _, down = str(row.values.get("bytes", "")).partition("/")
        if up.isdigit() and down.isdigit():
            found.append(Pair(name=str(row.values.get("name", "")), up=int(up), down=int(down)))
    return tuple(found)


def _why(verdict: Verdict, queues: int) -> Text:
    if verdict.for_in and verdict.for_out:
        one, other = verdict.for_in[0], verdict.for_out[0]
        return Text(f"antrean {one} dan {other} bertentangan", f"the queues {one} and {other} contradict each other")
    return Text(
        f"dari {queues} antrean tidak satu pun cukup berbeda antara unggah dan unduh",
        f"of {queues} queues none differs enough between upload and download",
    )


def _undecided(device: str, why: Text) -> DeviceError:
    return Unsupported(
        Text(f"arah antrean tidak dapat ditentukan: {why.id}", f"the queues' direction cannot be told: {why.en}"),
        Text(
            "ulangi setelah ada lalu lintas melalui antrean (unduh biasanya lebih besar daripada unggah)",
            "try again after traffic went through a queue (download is usually more than upload)",
        ),
        device=device,
        step="calibrate",
        may_have_written=False,
    )
