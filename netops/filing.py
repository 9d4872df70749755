"""Requests as the log knows them: checked, recorded at first sight, found again by file, ticket or change id."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netops.app import App
from netops.changes.lifecycle import Change, fold, fold_all
from netops.core.canonical import canonical
from netops.core.errors import InputError
from netops.core.model import Event
from netops.core.text import Text
from netops.requests.common import canonical_json, change_id, request_digest, slug
from netops.requests.event_hotspot import EventHotspot, load_event
from netops.requests.load import read_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A request with its change id and the digest that is approved."""

    change: str
    digest: str
    request: EventHotspot


def check(app: App, source: str) -> Filed:
    """A request file (or `-`), validated against itself, the clock and the site. Raises `InputError`s; records nothing."""
    document = read_document(source if source == "-" else Path(source))
    request = load_event(document)
    place = app.sites.place(request.event.place)
    app.playbook(request.service).check(request, place, app.sites.site(place.site), app.clock.now(), document)
    return Filed(change=change_id(request), digest=request_digest(request), request=request)


def find(app: App, ref: str) -> Filed:
    """By file or `-` (recorded at first sight), change id or ticket."""
    if not _is_file(ref):
        return look(app, ref)
    filed = check(app, ref)
    if not fold(filed.change, app.journal.read(filed.change)).request:
        record(
            app,
            "request.received",
            filed.change,
            request=app.objects.put(canonical(canonical_json(filed.request))),
            service=filed.request.service,
            ticket=filed.request.ticket,
            source=Path(ref).name,
        )
    return filed


def look(app: App, ref: str) -> Filed:
    """The same, recording nothing: a file is only checked. Raises `InputError` where the log knows no such request."""
    if _is_file(ref):
        return check(app, ref)
    known = [change for change in fold_all(app.journal.read()).values() if change.request]
    exact = [change for change in known if change.id == ref]
    matching = exact or [change for change in known if slug(filed(app, change).request.ticket) == slug(ref)]
    if not matching:
        raise InputError(
            Text(f"tidak ada berkas atau permohonan {ref!r}", f"there is no file or request {ref!r}"),
            Text(
                "lihat `netops status`, atau sebut berkas permohonannya",
                "see `netops status`, or name the request's file",
            ),
        )
    return filed(app, matching[-1])


def filed(app: App, change: Change) -> Filed:
    """The request of a change, from the object store."""
    request = EventHotspot.model_validate_json(app.objects.get(change.request))
    return Filed(change=change.id, digest=change.request, request=request)


def record(app: App, kind: str, change: str, **data: Any) -> None:
    app.journal.append((Event(kind=kind, change=change, at=app.clock.now(), actor=app.actor, data=data),))


def _is_file(ref: str) -> bool:
    return ref == "-" or "/" in ref or ref.endswith((".yaml", ".yml", ".json")) or Path(ref).is_file()
