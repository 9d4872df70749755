"""Erase what the log's bodies say of people once nothing needs it any more; refuses before the office's time is over.

The log itself is not touched: entries hold digests only, and still verify. Erased are whole bodies: the requester's data,
mails, papers with names on them, approval sheets, scans and photos. What stays is who acted for the office, and what was done.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from msgspec import Struct

from netops.actions.common import change_of, one_line
from netops.actions.living import alone
from netops.app import App
from netops.changes.lifecycle import OVER, Change, fold_all
from netops.core.canonical import canonical
from netops.core.errors import Refused
from netops.core.model import Event, Recorded
from netops.core.text import Text
from netops.filing import Filed, look, record
from netops.notify.outbox import outbox
from netops.requests.common import canonical_json, say_time
from netops.requests.persons import redacted

BODIES = {
    "request.received": ("persons",),
    "mail.queued": ("mail",),
    "paper.written": ("document",),
    "paper.attached": ("document",),
    "manual.confirmed": ("photo",),
    "approval.sheet": ("sheet",),
    "approval.scanned": ("scan",),
    "approval.received": ("signature",),
    "approval.refused": ("signature",),
}
"""Fields whose bodies hold personal data: a signature does where it is a signed sheet, which tells the whole request."""


class Erased(Struct, frozen=True, kw_only=True):
    """How many bodies are gone, and which stay because another change needs them."""

    change: str
    count: int
    kept: tuple[str, ...]


def erase(app: App, ref: str, reason: str) -> Erased:
    """Erase a change's personal data and record that (`data.erased`). Again for the same change finishes what was begun.

    Raises `Refused` while the change is not over, a mail waits, or the office still has to keep it.
    """
    why = one_line(reason, "--reason")
    filed = look(app, ref)
    with alone(app, filed.change) as fences:
        change = change_of(app, filed)
        if not change.redacted:
            _may(app, filed, change)
            mine, others = _split(app, filed.change)
            bodies = {digest for one in mine for digest in personal_of(app, one.event)}
            kept = tuple(sorted(bodies & {digest for one in others for digest in personal_of(app, one.event)}))
            record(
                app,
                "data.erased",
                filed.change,
                fences,
                reason=why,
                bodies=sorted(bodies - set(kept)),
                kept=list(kept),
                redacted=app.objects.put(canonical(redacted(canonical_json(filed.request)))),
                kept_days=app.office.personal_data_days,
            )
        return _finish(app, filed.change)


def _may(app: App, filed: Filed, change: Change) -> None:
    if change.phase not in OVER:
        raise Refused(
            Text(f"{filed.change} belum selesai ({change.phase})", f"{filed.change} is not over ({change.phase})"),
            Text("akhiri atau batalkan dahulu", "end or cancel it first"),
        )
    if any(one.waiting for one in outbox(app.journal.read(filed.change))):
        raise Refused(
            Text("masih ada surel yang menunggu dikirim", "a mail still waits to be sent"),
            Text("kirim dahulu: `netops mail send`", "send it first: `netops mail send`"),
        )
    since = change.last or app.clock.now()
    until = since + timedelta(days=app.office.personal_data_days)
    if app.clock.now() < until:
        zone = filed.request.zone
        raise Refused(
            Text(
                f"data {filed.change} masih harus disimpan sampai {say_time(until, zone, 'id')}",
                f"the data of {filed.change} is to be kept until {say_time(until, zone, 'en')}",
            ),
            Text(
                "masa simpan: personal_data_days di inventory/office.yaml",
                "how long: personal_data_days in inventory/office.yaml",
            ),
        )


def _split(app: App, change: str) -> tuple[list[Recorded], list[Recorded]]:
    """The change's own events, and those of changes whose data is still there."""
    log = tuple(app.journal.read())
    gone = {name for name, state in fold_all(log).items() if state.redacted}
    mine = [one for one in log if one.event.change == change]
    return mine, [one for one in log if one.event.change not in gone | {change}]


def personal_of(app: App, event: Event) -> Iterator[str]:
    """The digests of an event's bodies that name the requester, or may."""
    for name in BODIES.get(event.kind, ()):
        digest = str(event.data.get(name, ""))
        if digest.startswith("sha256:") and (name != "signature" or _is_sheet(app, digest)):
            yield digest


def _is_sheet(app: App, digest: str) -> bool:
    return app.objects.has(digest) and app.objects.get(digest).startswith(b"%PDF-")


def _finish(app: App, change: str) -> Erased:
    """Take away every body that is recorded as erased, and the papers that we wrote."""
    events = [one.event for one in app.journal.read(change)]
    erased = next(event for event in events if event.kind == "data.erased")
    for digest in erased.data["bodies"]:
        app.objects.erase(digest)
    for event in events:
        if event.kind in ("paper.written", "vouchers.printed") and event.data.get("file"):
            (app.settings.var / "papers" / Path(event.data["file"]).name).unlink(missing_ok=True)
    return Erased(change=change, count=len(erased.data["bodies"]), kept=tuple(erased.data["kept"]))
