"""What devices and lines do to us: refusals, cuts, restarts, silence, wrong identities, a path that the change itself takes away."""

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from netops.changes.lifecycle import Phase
from netops.lab.faults import PLACES
from netops.lab.ios.device import Ios
from netops.lab.routeros.device import RouterOS
from scorecard.judge import all_old, judged, log_whole, nothing_doubled, nothing_told, recovered
from scorecard.kills import calm
from scorecard.points import some
from scorecard.rows import Row, Setting, Trial
from scorecard.stand import KAMPUS, LAMA, SITES, Broken, Case, Stand, Wanted, until
from scorecard.wire import wired

REFUSALS = ("failure: refused on purpose", "% Command rejected: refused on purpose")
"""As RouterOS and as IOS say it."""
BOUND = 120.0
"""Seconds within which a worker has to give up or be done, whatever a device does."""
TIMEOUT = 4
"""Seconds that a device may take to answer, where it does not answer: the site's own `timeout` in the inventory."""
QUICK = "gw-lama"
"""The device of the one case where one has to do: it does not answer at the pace of a terminal."""
DEVICES = {"gw-kampus": KAMPUS, "sw-inti": KAMPUS, "sw-aula": KAMPUS, "ap-aula": KAMPUS, "gw-lama": LAMA}


def impatient(root: Path) -> None:
    """Every device of this workspace has `timeout` in its options."""
    hosts = root / "inventory" / "hosts.yaml"
    text = hosts.read_text(encoding="utf-8")
    hosts.write_text(text.replace("    options:\n", f"    options:\n      timeout: {TIMEOUT}\n"), encoding="utf-8")


def mishap(stand: Stand, device: str, wish: dict[str, Any]) -> None:
    stand.campus.call(lambda: stand.campus.devices[device].mishaps.wish(wish))


def gone_through(case: Case, *, codes: Sequence[int] = (0, 1, 5, 6)) -> Phase:
    """An apply in trouble ended in time, and did not claim what is not so; then everything is judged."""
    worker = case.children[-1]
    if worker.seconds > BOUND:
        raise Broken(f"it took {worker.seconds:.0f} s")
    if worker.code not in codes:
        raise Broken(f"`netops apply` ended with {worker.code}: {worker.text.strip()[-300:]}")
    if worker.code == 0 and case.state().phase is not Phase.ACTIVE:
        raise Broken("it reports success, and the log does not")
    calm(case.stand)
    return recovered(case)


def struck(stand: Stand, wanted: Sequence[Wanted], device: str, wish: dict[str, Any]) -> None:
    """One mishap in the middle of an apply."""
    case = stand.case(wanted, prepare=impatient)
    mishap(stand, device, wish)
    case.run("apply", case.change)
    if "reboot" in wish:
        time.sleep(0.3)
    gone_through(case)
    case.close()


def refused(stand: Stand, wanted: Sequence[Wanted], device: str, number: int) -> None:
    """Restored, unless what was refused is no part of the change (its timer for the end): then it says so and goes on."""
    case = stand.case(wanted)
    mishap(stand, device, {"refuse": {str(number): REFUSALS[isinstance(stand.campus.devices[device], Ios)]}})
    worker = case.run("apply", case.change)
    if worker.code == 0:
        shown = case.run("show", case.change).text
        if "guard.refused" not in case.kinds():
            raise Broken("it reports success although an operation was refused")
        if "WARNING" not in worker.text or f"{device} refused the timer for the end" not in shown:
            raise Broken("nobody is told that the device refuses the timer for the end")
        _without_end_timer(case)
        return
    phase = gone_through(case, codes=(4, 5, 6))
    if phase not in (Phase.RESTORED, Phase.APPROVED):
        raise Broken(f"not restored: {phase}")
    case.close()


def _without_end_timer(case: Case) -> None:
    """It runs as any other but for the timer, and ends as any other."""
    new = case.stand.applied(case)
    odd = [name for name in new if _timerless(new[name]) != _own(case.stand, name)]
    if odd:
        raise Broken(f"it is said to run, and {', '.join(odd)} is not as it should be")
    calm(case.stand)
    case.must("end", case.change, "--early")
    all_old(case)
    log_whole(case)
    nothing_doubled(case)
    case.close()


def at_byte(stand: Stand, device: str, what: str, part: float) -> None:
    """The wire to a device breaks, or falls silent, when a part of the bytes of an undisturbed apply went through."""
    wanted = DEVICES[device]
    total = _bytes(stand, device)
    case = stand.case(wanted, prepare=impatient)
    with wired(case.root, _port(stand, device)) as wire:
        setattr(wire, what, max(1, round(total * part)))
        case.run("apply", case.change)
    gone_through(case, codes=(0, 1, 4, 5, 6))
    case.close()


_TOTALS = "bytes of an undisturbed apply"


def _bytes(stand: Stand, device: str) -> int:
    found: dict[str, int] = stand.__dict__.setdefault(_TOTALS, {})
    if device not in found:
        case = stand.case(DEVICES[device], prepare=impatient)
        with wired(case.root, _port(stand, device)) as wire:
            case.must("apply", case.change)
            found[device] = wire.passed
        case.must("end", case.change, "--early")
        case.close()
    return found[device]


def _port(stand: Stand, device: str) -> int:
    simulated = stand.campus.devices[device]
    if isinstance(simulated, RouterOS):
        return simulated.ports["api_tls"]
    assert isinstance(simulated, Ios)
    return int(str(simulated.describe()["ssh"]))


def slow(stand: Stand, device: str, seconds: float = 0.15) -> None:
    case = stand.case(DEVICES[device])
    mishap(stand, device, {"slow": seconds})
    case.run("apply", case.change)
    gone_through(case)
    case.close()


def not_let_in(stand: Stand, device: str, how: str) -> None:
    """0 writes anywhere, at most one try at a password for each connection that is needed, no secret told."""
    case = stand.case(DEVICES[device], prepare=impatient)
    simulated = stand.campus.devices[device]
    if how == "password":
        mishap(stand, device, {"wrong_password": True})
    else:
        stand.campus.call(simulated.change_identity)
    with wired(case.root, _port(stand, device)) as wire:
        worker = case.run("apply", case.change)
        tries = wire.connections
    if worker.code == 0 or stand.writes.total():
        raise Broken(f"code {worker.code}, {stand.writes.total()} writes")
    if tries > 3:
        raise Broken(f"{tries} connections: a storm")
    if worker.seconds > BOUND:
        raise Broken(f"it took {worker.seconds:.0f} s")
    nothing_told(case, case.codes())
    if how == "identity":
        if stand.devices() != stand.old:
            raise Broken("a device changed")
        stand.renew()  # the key stays another one
        return
    calm(stand)
    judged(case)
    case.close()


def short_guard(root: Path) -> None:
    """The shortest timer that a switch has, so that the wait for it is one minute."""
    impatient(root)
    playbook = root / "playbooks" / "event-hotspot.yaml"
    text = playbook.read_text(encoding="utf-8")
    playbook.write_text(text.replace("guard_seconds: 10m", "guard_seconds: 60s"), encoding="utf-8")


def path_lost(stand: Stand, device: str, **more: float) -> float:
    """From its first change on, the device cannot be reached until it is back to its old configuration by itself.

    Returns the seconds from the loss to the moment when the device has restored itself.
    """
    case = stand.case(DEVICES[device], prepare=short_guard)
    lost, back = _first_change(stand, device), False
    with wired(case.root, _port(stand, device)) as wire:
        wire.gone = lambda: bool(lost) and not back
        worker = case.start("apply", case.change, **more)
        until(lambda: bool(lost) or worker.code is not None, 90)
        if not lost:
            raise Broken(f"the path was never lost: {worker.text[-200:]}")
        until(lambda: _own(stand, device) == stand.old[device], 180, 0.1)
        seconds, back = time.monotonic() - lost[0], True
        worker.wait()
    gone_through(case, codes=(5, 6))
    case.close()
    return seconds


def _own(stand: Stand, device: str) -> str:
    """The device's configuration without its timers."""
    return _timerless(stand.text(device))


def _timerless(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(("/system scheduler", "/system script")))


def _first_change(stand: Stand, device: str) -> list[float]:
    """When the device was first asked for a write of the change itself: behind its guard."""
    lost: list[float] = []

    def look(name: str, number: int) -> None:
        if name == device and not lost and _guarded(stand, device):
            lost.append(time.monotonic())

    stand.on_write = look
    return lost


def _guarded(stand: Stand, device: str) -> bool:
    simulated = stand.campus.devices[device]
    if isinstance(simulated, RouterOS):
        return any(True for _ in simulated.machine.store.rows("/system/scheduler"))
    assert isinstance(simulated, Ios)
    return simulated.snapshot(0).pending is not None


def _refusals(setting: Setting) -> Iterator[Trial]:
    for site, wanted in SITES.items():
        counts = setting.counted.of(setting.stand, wanted, "apply")
        for device, writes in sorted(counts.writes.items()):
            for number in some(range(1, writes + 1), setting.most):
                label = f"{site}: {device} refuses write {number}/{writes}"
                yield Trial(label=label, run=partial(refused, setting.stand, wanted, device, number))


def _blows(wishes: Callable[[int], Sequence[dict[str, Any]]]) -> Callable[[Setting], Iterator[Trial]]:
    def trials(setting: Setting) -> Iterator[Trial]:
        for site, wanted in SITES.items():
            counts = setting.counted.of(setting.stand, wanted, "apply")
            for device, writes in sorted(counts.writes.items()):
                for number in some(range(1, writes + 1), setting.most):
                    for wish in wishes(number):
                        label = f"{site}: {device} {wish}, of {writes}"
                        yield Trial(label=label, run=partial(struck, setting.stand, wanted, device, wish))

    return trials


def _bytes_of(what: str, most: int) -> Callable[[Setting], Iterator[Trial]]:
    def trials(setting: Setting) -> Iterator[Trial]:
        for device in DEVICES:
            if setting.most == 1 and device != QUICK:
                continue
            for number in some(range(most), min(setting.most, most)):
                part = (number + 0.5) / most
                run = partial(at_byte, setting.stand, device, what, part)
                yield Trial(label=f"{device}: {part:.0%} of the bytes", run=run)

    return trials


def _each(one: Callable[..., float | None], *more: str) -> Callable[[Setting], Iterator[Trial]]:
    def trials(setting: Setting) -> Iterator[Trial]:
        for device in [QUICK] if setting.most == 1 else list(DEVICES):
            yield Trial(label=" ".join((device, *more)), run=partial(one, setting.stand, device, *more))

    return trials


def _slowly(setting: Setting) -> Iterator[Trial]:
    if setting.most == 1:
        yield Trial(label=f"{QUICK}, 0.03 s", run=partial(slow, setting.stand, QUICK, 0.03))
        return
    yield from _each(slow)(setting)


def _losses(setting: Setting) -> Iterator[Trial]:
    if setting.most == 1:
        run = partial(path_lost, setting.stand, QUICK, lease=1.0, timer=8)
        yield Trial(label=f"{QUICK}, a timer of 8 s", run=run)
        return
    yield from _each(path_lost)(setting)


OLD_OR_NEW = "bounded time, no false success, every device old or new"
ROWS = (
    Row(
        name="refused",
        fault="a device refuses operation k, for every k, timers and saving among them",
        holds="restored (exit 5, or 4 before the first send); a refused timer for the end: it runs, warns, and `show` names it",
        trials=_refusals,
    ),
    Row(
        name="cut",
        fault="the connection breaks before, within or after write k",
        holds=OLD_OR_NEW,
        trials=_blows(lambda number: [{"cut": {str(number): place}} for place in PLACES]),
    ),
    Row(
        name="reboot",
        fault="the power fails at write k; what was not saved is lost",
        holds=OLD_OR_NEW,
        trials=_blows(lambda number: [{"reboot": [number]}]),
    ),
    Row(name="reset", fault="TCP reset at byte k", holds=OLD_OR_NEW, trials=_bytes_of("reset", 20)),
    Row(
        name="half-open",
        fault="nothing more comes from byte k on, the connection stays open",
        holds=OLD_OR_NEW,
        trials=_bytes_of("silent", 6),
    ),
    Row(name="slow", fault="a slow reader: 0.15 s for each command", holds=OLD_OR_NEW, trials=_slowly),
    Row(
        name="wrong-password",
        fault="every password is wrong",
        holds="0 writes, no storm of logins, no secret in any output",
        trials=_each(not_let_in, "password"),
    ),
    Row(
        name="changed-key",
        fault="another certificate or host key",
        holds="0 writes, no storm of logins, no secret in any output",
        trials=_each(not_let_in, "identity"),
    ),
    Row(
        name="path-lost",
        fault="the change itself takes the management path away (timers of 60 s)",
        holds="the device restores itself; the others are restored",
        trials=_losses,
        measured="from the loss until the device is back by itself",
    ),
)
