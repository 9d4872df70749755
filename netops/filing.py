"""Requests as the log knows them: checked, recorded at first sight, found again by file, ticket or change id."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from netops.app import App
from netops.changes.lifecycle import OVER, Change, Phase, fold, fold_all
from netops.core.canonical import canonical
from netops.core.errors import InputError, Refused
from netops.core.model import Event, Fence
from netops.core.text import Text
from netops.planning.design import design_of
from netops.requests.common import Request, canonical_json, change_id, request_digest, slug
from netops.requests.load import read_document
from netops.requests.persons import persons, signed_form
from netops.requests.services import known, load_request, read_body


class Filed(Struct, frozen=True, kw_only=True):
    """A request with its change id and the digest that is approved."""

    change: str
    digest: str
    request: Request


def check(app: App, source: str) -> Filed:
    """A request file (or `-`), validated against itself, the clock and the site. Raises `InputError`s; records nothing."""
    document = read_document(source if source == "-" else Path(source))
    request = load_request(document, app.own_services)
    design = design_of(request)
    where = design.where(app.sites, lambda: list(app.fleet.targets.values()), document)
    app.playbook(request.service).check(request, app.clock.now(), document)
    design.check(where, app.sites.site(where.site), document)
    return _file(app, request)


def form(app: App, service: str, starts: datetime | None = None) -> str:
    """A site's own service as an empty form, or filled with its examples from `starts`. Raises `InputError`."""
    from netops.requests.new import blank_own, example_own

    if service not in app.own_services:
        raise InputError(
            Text(f"layanan {service!r} tidak dikenal", f"the service {service!r} is not known"),
            known(app.own_services),
            field="service",
        )
    playbook = app.playbook(service)
    lasting = playbook.limits.lasting
    if starts is None:
        return blank_own(service, playbook.title.text, playbook.fields, lasting, app.lang)
    return example_own(service, playbook.title.text, playbook.fields, lasting, starts, app.lang)


def find(app: App, ref: str) -> Filed:
    """By file or `-` (recorded at first sight), change id or ticket."""
    one = look(app, ref)
    if not _known(app, one):
        record(
            app,
            "request.received",
            one.change,
            **put_request(app, one.request),
            service=one.request.service,
            ticket=one.request.ticket,
            source=Path(ref).name,
        )
    return one


def look(app: App, ref: str) -> Filed:
    """The same, recording nothing. Raises `InputError` where the log knows no such request.

    A file that is in the log already is not checked against the clock again: an event that is over can still be shown
    and ended by its file.
    """
    if ref == "-":
        one = check(app, ref)
        _known(app, one)
        return one
    if _is_file(ref):
        one = _file(app, load_request(read_document(Path(ref)), app.own_services))
        return one if _known(app, one) else check(app, ref)
    known = [change for change in fold_all(app.journal.read()).values() if change.request]
    exact = [change for change in known if change.id == ref]
    matching = exact or _by_ticket(app, known, ref)
    if not matching:
        raise InputError(
            Text(f"tidak ada berkas atau permohonan {ref!r}", f"there is no file or request {ref!r}"),
            Text(
                "lihat `netops status`, atau sebut berkas permohonannya",
                "see `netops status`, or name the request's file",
            ),
        )
    return filed(app, matching[0])


def _by_ticket(app: App, known: Sequence[Change], ref: str) -> list[Change]:
    """The one request of a ticket that got furthest: planned or running, else received, else ended, else the only one.

    A file that was only ever refused never takes the place of the request that is at work. Raises `InputError` where
    there are several of that kind.
    """
    same = [change for change in known if slug(filed(app, change).request.ticket) == slug(ref)]
    going_on = [change for change in same if change.phase not in OVER]
    kinds = (
        [change for change in going_on if change.phase is not Phase.NEW],
        going_on,
        [change for change in same if change.phase is Phase.ENDED],
        [change for change in same if change.phase is not Phase.SUPERSEDED],
        same,
    )
    found = next((kind for kind in kinds if kind), [])
    if len(found) > 1:
        names = ", ".join(change.id for change in found)
        raise InputError(
            Text(f"tiket {ref!r} memiliki beberapa permohonan", f"ticket {ref!r} has several requests"),
            Text(f"sebut nomor perubahannya: {names}", f"name the change: {names}"),
        )
    return found


def _file(app: App, request: Request) -> Filed:
    """Every request has a salt: where its file brings none, the workspace's own for just this content.

    The same file so always has the same digest here, and nobody without the vault's key can guess what was erased.
    """
    if request.salt is None:
        request = request.model_copy(update={"salt": app.vault.salt(canonical(canonical_json(request)))})
    return Filed(change=change_id(request), digest=request_digest(request), request=request)


def _known(app: App, one: Filed) -> bool:
    """Raises `Refused` where the log knows another request by that change id.

    An id holds 24 bits of the digest: whoever writes both requests finds two with one id in seconds.
    """
    request = fold(one.change, app.journal.read(one.change)).request
    if request and request != one.digest:
        raise Refused(
            Text(
                f"nomor {one.change} sudah dipakai permohonan lain ({request})",
                f"the change id {one.change} belongs to another request ({request})",
            ),
            Text("ubah permohonan ini, misalnya alasannya", "change something in this request, such as its reason"),
        )
    return bool(request)


def put_request(app: App, request: Request) -> dict[str, str]:
    """Keep what is signed, and what can be erased beside it; their digests for `request.received`."""
    value = canonical_json(request)
    return {
        "request": app.objects.put(canonical(signed_form(value))),
        "persons": app.objects.put(canonical(persons(value))),
    }


def filed(app: App, change: Change) -> Filed:
    """The request of a change, from the object store; its personal data reads `[dihapus]` once it was erased."""
    beside = app.objects.get(change.persons) if change.persons and not change.redacted else None
    request = read_body(app.objects.get(change.redacted or change.request), beside)
    return Filed(change=change.id, digest=change.request, request=request)


def record(app: App, kind: str, change: str, fences: Sequence[Fence] = (), /, **data: Any) -> None:
    app.journal.append((Event(kind=kind, change=change, at=app.clock.now(), actor=app.actor, data=data),), fences)


def _is_file(ref: str) -> bool:
    return "/" in ref or ref.endswith((".yaml", ".yml", ".json")) or Path(ref).is_file()
