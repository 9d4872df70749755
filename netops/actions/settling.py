"""Settle devices that wait for a person: restore one, or accept its state with a reason; refuses a new plan over one."""

from collections.abc import Collection

from netops.actions.common import change_of, one_line, recorded_refusal, running_plan
from netops.app import App
from netops.changes import settle
from netops.changes.lifecycle import OPEN, Change, Phase, fold_all
from netops.changes.tools import hold
from netops.changes.words import PHASES
from netops.core.errors import Locked, Refused
from netops.core.text import Text
from netops.filing import Filed, look


def revert_device(app: App, ref: str, device: str) -> Phase:
    """Bring one device in quarantine back. Raises `Refused` (recorded), `NeedsPerson`; returns where the change stands."""
    filed = look(app, ref)
    with recorded_refusal(app, filed.change):
        made = running_plan(app, _open(app, filed))
        with hold(app.tools, made.change, [device]) as held:
            return settle.restore_device(held, made, device)


def accept_state(app: App, ref: str, device: str, reason: str) -> Phase:
    """Take a device in quarantine as it is. Raises `InputError` for an empty reason, `Refused` (recorded)."""
    filed, why = look(app, ref), one_line(reason, "reason")
    with recorded_refusal(app, filed.change):
        made = running_plan(app, _open(app, filed))
        with hold(app.tools, made.change, [device]) as held:
            return settle.accept(held, made, device, why)


def _open(app: App, filed: Filed) -> Change:
    """Raises `Refused` for a change that has nothing on any device, and so no device in quarantine."""
    change = change_of(app, filed)
    if change.phase not in OPEN:
        raise Refused(
            Text(
                f"{filed.change} {PHASES[change.phase].id}; tidak ada perangkat yang menunggu petugas",
                f"{filed.change} is {PHASES[change.phase].en}; no device waits for a person",
            ),
            Text(f"lihat `netops show {filed.change}`", f"see `netops show {filed.change}`"),
        )
    return change


def refuse_quarantined(app: App, mine: str, names: Collection[str]) -> None:
    """A device that another change left at neither end is a person's until it is settled. Raises `Locked`."""
    for change in fold_all(app.journal.read()).values():
        stuck = sorted(name for name in names if change.device(name).quarantine)
        if change.id != mine and change.phase in OPEN and stuck:
            raise Locked(
                Text(
                    f"{', '.join(stuck)} menunggu petugas sejak {change.id}",
                    f"{', '.join(stuck)} waits for a person since {change.id}",
                ),
                _hint(change.id, stuck[0]),
            )


def _hint(change: str, device: str) -> Text:
    way = settle.way_out(change, device)
    return Text(f"lihat `netops show {change}`, lalu {way.id}", f"see `netops show {change}`, then {way.en}")
