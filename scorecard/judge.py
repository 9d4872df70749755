"""What must hold when it is over: old or new or quarantined, nothing doubled, a log that verifies, no secret told."""

from netops import views
from netops.app import App
from netops.changes.lifecycle import Phase
from netops.core.errors import NetopsError
from scorecard.stand import LEASE, Broken, Case

MOST = 3
"""Devices or lines that a complaint names."""


def in_between(case: Case) -> list[str]:
    """Devices that are neither as before nor as the change leaves them."""
    new, now = case.stand.applied(case), case.stand.devices()
    return [name for name, text in now.items() if text not in (case.stand.old[name], new[name])]


def _odd(case: Case, name: str) -> str:
    new, now = (set(where[name].splitlines()) for where in (case.stand.applied(case), case.stand.devices()))
    return "; ".join(
        [f"+ {line[:160]}" for line in sorted(now - new)[:MOST]]
        + [f"- {line[:160]}" for line in sorted(new - now)[:MOST]]
    )


def all_old(case: Case) -> None:
    """Raises `Broken` where a device is not what it was before everything."""
    old = case.stand.old
    for name, text in case.stand.devices().items():
        if text != old[name]:
            extra = set(text.splitlines()) ^ set(old[name].splitlines())
            raise Broken(f"{name} is not as it was: {'; '.join(sorted(extra)[:MOST])}")


def nothing_doubled(case: Case) -> None:
    if case.stand.effects.doubled:
        raise Broken(f"doubled: {'; '.join(case.stand.effects.doubled[:MOST])}")


def log_whole(case: Case) -> None:
    try:
        with App(case.root) as app:
            views.verify_log(app)
    except NetopsError as error:
        raise Broken(f"the log does not verify: {error.describe('en')}") from error


def nothing_told(case: Case, codes: list[bytes]) -> None:
    """No secret in any output, nor in the log and its bodies. Raises `Broken`, which does not tell it either."""
    needles = [*case.stand.secrets(), *codes]
    files = [child.out for child in case.children]
    files += [path for path in (case.root / "var").rglob("*") if path.is_file() and "vault" not in path.parts]
    for path in files:
        data = path.read_bytes() if path.exists() else b""
        if any(needle in data for needle in needles):
            raise Broken(f"a secret stands in {path.name}")


def recovered(case: Case, *, offset: float = LEASE) -> Phase:
    """After a fault: `resume`, then judge, then take the event down and judge again. The phase that `resume` left.

    Raises `Broken`.
    """
    case.offset = offset
    before = case.state().phase
    child = case.run("resume", case.change)
    wanted = {Phase.APPLYING: (0, 5, 6), Phase.ENDING: (0, 5, 6), Phase.QUARANTINED: (6,)}.get(before, (0, 4))
    if child.code not in wanted:
        raise Broken(f"`netops resume` ended with {child.code} ({before}): {child.text.strip()[-400:]}")
    return judged(case)


def judged(case: Case) -> Phase:
    """Old or new or quarantined now; then everything is taken away, and all is old. Raises `Broken`."""
    state, codes = case.state(), case.codes()
    phase = state.phase
    quarantined = {name for name, progress in state.devices.items() if progress.quarantine}
    between = [name for name in in_between(case) if name not in quarantined]
    if between:
        raise Broken(f"{phase}: {', '.join(between)} in between, and not quarantined: {_odd(case, between[0])}")
    if phase in (Phase.APPLYING, Phase.ENDING):
        raise Broken(f"it is still {phase}")
    log_whole(case)
    nothing_doubled(case)
    if phase is Phase.QUARANTINED:
        case.must("revert", case.change)
    elif phase is Phase.ACTIVE:
        if case.stand.devices() != case.stand.applied(case):
            raise Broken("it is said to run, and a device is not as it should be")
        case.must("end", case.change, "--early")
    all_old(case)
    log_whole(case)
    nothing_doubled(case)
    nothing_told(case, codes)
    return phase
