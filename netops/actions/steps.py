"""Manual steps of a change: listed, confirmed by a named officer with time and photo, taken back. Refuses unknown steps, future times."""

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from netops.actions.common import change_of, one_line
from netops.app import App
from netops.changes.demands import Confirmation
from netops.changes.lifecycle import Change
from netops.core.errors import InputError, Refused
from netops.core.model import ManualStep
from netops.core.text import Text
from netops.filing import Filed, look, record
from netops.planning.plan import say_when
from netops.requests.common import read_time, say_time


class Item(Struct, frozen=True, kw_only=True):
    """One line of the checklist: the step, when and by whom, and its confirmation; `told` is that in words."""

    step: ManualStep
    when: str
    done: bool
    confirmed: Confirmation | None
    told: str


def checklist(app: App, ref: str) -> tuple[Item, ...]:
    """The manual steps of the recorded plan, in order, with what was confirmed of them."""
    filed = look(app, ref)
    demands = change_of(app, filed).demands
    waiting = {step.id for step in demands.open_steps}
    items = []
    for step in demands.steps:
        done = demands.confirmation(step.id)
        items.append(
            Item(
                step=step,
                when=say_when(step, app.lang),
                done=step.id not in waiting,
                confirmed=done,
                told=f"{done.by}, {say_time(done.at, filed.request.zone, app.lang)}" if done else "-",
            )
        )
    return tuple(items)


def confirm(
    app: App, ref: str, step: str, *, by: str, photo: Path | None = None, at: str = "", note: str = ""
) -> ManualStep:
    """Record that a named officer did a step. Raises `InputError` for a bad name, time or photo, `Refused` where it was
    confirmed already: take that back first, so that both remain in the log."""
    filed = look(app, ref)
    change = change_of(app, filed)
    found = _step(change, step)
    if change.demands.confirmation(found.id):
        raise Refused(
            Text(f"langkah {found.id} sudah dikonfirmasi", f"the step {found.id} is confirmed already"),
            Text(
                f"batalkan dahulu: netops confirm {change.id} {found.id} --undo --reason …",
                f"take it back first: netops confirm {change.id} {found.id} --undo --reason …",
            ),
        )
    who, said = one_line(by, "by"), one_line(note, "note") if note else ""
    if found.photo and photo is None:
        raise InputError(
            Text(f"langkah {found.id} memerlukan foto", f"the step {found.id} needs a photo"),
            Text("sertakan --photo BERKAS", "give --photo FILE"),
            field="photo",
        )
    picture = _photo(app, photo) if photo else {}
    when = _moment(app, filed, at)
    record(app, "manual.confirmed", change.id, step=found.id, by=who, done_at=when.isoformat(), note=said, **picture)
    return found


def retract(app: App, ref: str, step: str, *, reason: str) -> ManualStep:
    """Take a confirmation back; both stay in the log. Raises `Refused` where there is none."""
    change = change_of(app, look(app, ref))
    found = _step(change, step)
    if change.demands.confirmation(found.id) is None:
        raise Refused(Text(f"langkah {found.id} belum dikonfirmasi", f"the step {found.id} is not confirmed"))
    record(app, "manual.retracted", change.id, step=found.id, reason=one_line(reason, "reason"))
    return found


def wait_for_people(change: Change) -> None:
    """Raises `Refused`, naming the open steps that applying depends on."""
    _wait(change, change.demands.waited_for)


def wait_to_hand_over(change: Change) -> None:
    """Raises `Refused`, naming the open steps that the handover depends on."""
    _wait(change, change.demands.handover_waits)


def _wait(change: Change, waiting: tuple[ManualStep, ...]) -> None:
    if waiting:
        raise Refused(
            Text(
                "menunggu langkah manual: " + "; ".join(f"{one.id} ({one.title.id})" for one in waiting),
                "waiting for manual steps: " + "; ".join(f"{one.id} ({one.title.en})" for one in waiting),
            ),
            Text(
                f"sesudah dikerjakan: netops confirm {change.id} {waiting[0].id} --by NAMA --photo BERKAS",
                f"when it is done: netops confirm {change.id} {waiting[0].id} --by NAME --photo FILE",
            ),
        )


def _step(change: Change, step: str) -> ManualStep:
    """By its id, or its number on the checklist."""
    steps = change.demands.steps
    for number, one in enumerate(steps, 1):
        if step in (one.id, str(number)):
            return one
    known = ", ".join(one.id for one in steps)
    raise InputError(
        Text(f"{change.id} tidak memiliki langkah manual {step!r}", f"{change.id} has no manual step {step!r}"),
        Text(f"yang ada: {known or 'tidak ada'}", f"there are: {known or 'none'}"),
        field="step",
    )


def _photo(app: App, path: Path) -> dict[str, object]:
    from netops.papers.received import receive

    taken = receive(path, ("jpeg", "png"), app.office.attachment_limit_mb * 1_000_000)
    return {
        "photo": app.objects.put(taken.data),
        "type": taken.type,
        "size": len(taken.data),
        "name": taken.name,
        "cut": taken.cut,
    }


def _moment(app: App, filed: Filed, at: str) -> datetime:
    """When it was done: now, or a time in the request's zone. Raises `InputError` for the future and for no time."""
    now = app.clock.now()
    if not at:
        return now
    try:
        when = read_time(at, filed.request.zone)
    except ValueError:
        when = None
    if not isinstance(when, datetime):
        raise InputError(
            Text(f"{at!r} bukan waktu seperti 2026-11-20 08.00", f"{at!r} is not a time such as 2026-11-20 08:00"),
            field="at",
        )
    if when > now:
        zone = filed.request.zone
        raise InputError(
            Text(f"{say_time(when, zone, 'id')} belum terjadi", f"{say_time(when, zone, 'en')} has not come yet"),
            field="at",
        )
    return when
