"""Papers of a change. Writes to files and the log, never to a device."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from netops.actions import needs
from netops.actions.common import change_of, running_plan
from netops.actions.publishing import seal_of
from netops.actions.steps import wait_to_hand_over
from netops.app import App
from netops.core.errors import InputError, Refused
from netops.core.text import Lang, Text
from netops.filing import Filed, look, record
from netops.requests.common import canonical_json

Form = Literal["pdf", "html"]


class Made(Struct, frozen=True, kw_only=True):
    """A paper as rendered, and the short code printed on it."""

    document: bytes
    code: str


def report(
    app: App,
    ref: str,
    *,
    lang: Lang,
    number: str = "",
    out: Path | None = None,
    paper: str = "bast",
    form: Form = "pdf",
) -> Path:
    """Write a paper of a change and record its digest and code; returns the file.

    Raises `Failed` and `Refused` where the log does not bear the paper out, or nobody may sign it.
    """
    if paper == "needs":
        return needs.paper(app, ref, lang=lang, form=form, out=out)
    filed = look(app, ref)
    made = PAPERS[paper](app, filed, lang, form, number)
    path = out or app.settings.var / "papers" / f"{paper.upper()}-{filed.change}-{lang}.{form}"
    write_paper(path, made.document)
    record(
        app,
        "paper.written",
        filed.change,
        paper=paper,
        lang=lang,
        file=path.name,
        document=app.objects.put(made.document),
        code=made.code,
    )
    return path


def write_paper(path: Path, document: bytes) -> None:
    """Raises `InputError` where the folder does not take it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document)
    except OSError as error:
        raise InputError(
            Text(f"tidak dapat ditulis: {error.strerror}", f"cannot be written: {error.strerror}"), path=path
        ) from error


def _bast(app: App, filed: Filed, lang: Lang, form: Form, number: str) -> Made:
    from netops.papers.bast import MOST_PHOTOS
    from netops.papers.facts import bast_facts
    from netops.papers.pdf import render_html, render_pdf

    change = change_of(app, filed)
    if not change.running_plan:
        raise Refused(
            Text(f"{filed.change} belum pernah dijalankan", f"{filed.change} was never applied"),
            Text("BAST ditulis setelah `netops apply`", "the BAST is written after `netops apply`"),
        )
    wait_to_hand_over(change)
    facts = bast_facts(
        request=canonical_json(filed.request),
        plan=running_plan(app, change),
        events=tuple(app.journal.read(filed.change)),
        office=app.office,
        place=app.sites.place(filed.request.place).name if filed.request.place else "",
        number=number,
        lab=app.settings.lab,
        plan_digest=change.running_plan,
        erased=bool(change.redacted),
    )
    if change.redacted:  # pictures were erased too
        facts = replace(facts, photos=tuple(one for one in facts.photos if app.objects.has(one.digest)))
    photos = {photo.digest: app.objects.get(photo.digest) for photo in facts.photos[:MOST_PHOTOS]}
    seal = seal_of(app, facts.anchor)
    if form == "html":
        return Made(document=render_html(facts, lang, photos, seal), code=facts.code)
    document = render_pdf("bast", facts, lang, photos, seal)
    return Made(document=document, code=facts.code)


def _checklist(app: App, filed: Filed, lang: Lang, form: Form, number: str) -> Made:
    from netops.papers.checklist import checklist_facts, checklist_page
    from netops.papers.pdf import render_sheet

    change, request = change_of(app, filed), filed.request
    digest = change.running_plan or change.plan
    if not digest:
        raise Refused(
            Text("belum ada rencana", "there is no plan yet"),
            Text(f"jalankan `netops plan {filed.change}`", f"run `netops plan {filed.change}`"),
        )
    place = app.sites.place(request.place) if request.place else None
    events = tuple(app.journal.read(filed.change))
    facts = checklist_facts(
        plan=app.tools.plan(digest),
        events=events,
        office=app.office,
        title=request.title,
        unit=request.unit,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        place=place.name if place else "",
        contact=f"{request.contact.name}, {request.contact.phone}",
        ports=place.ports if place else {},
        lab=app.settings.lab,
    )
    seal = seal_of(app, events[-1].seq)
    return Made(document=render_sheet(checklist_page(facts, lang), facts.at, form, seal), code=facts.code)


def _account(app: App, filed: Filed, lang: Lang, form: Form, number: str) -> Made:
    from netops.actions.clocking import sop_times
    from netops.changes.account import account
    from netops.papers.account import AccountFacts, account_page
    from netops.papers.facts import Letter
    from netops.papers.pdf import render_sheet

    request, events = filed.request, tuple(app.journal.read(filed.change))
    if not events:
        raise Refused(
            Text(f"{filed.change} belum tercatat", f"{filed.change} is not in the log"),
            Text("jalankan `netops plan` dengan berkasnya", "run `netops plan` with its file"),
        )
    times, letter = sop_times(app, filed.change), request.letter
    at = app.clock.now().astimezone(app.office.timezone)
    facts = AccountFacts(
        account=account(filed.change, events),
        office=app.office,
        lab=app.settings.lab,
        at=at,
        unit=request.unit,
        subject=request.title,
        requester=request.requester.name,
        letter=Letter(number=letter.number, date=letter.date, subject=letter.subject, signatory=letter.signatory),
        scan=letter.scan or "",
        sop=times.number,
        steps=tuple((one.title, one.taken) for one in times.steps),
    )
    document = render_sheet(account_page(facts, lang), at, form, seal_of(app, events[-1].seq))
    return Made(document=document, code=facts.code)


PAPERS: Mapping[str, Callable[[App, Filed, Lang, Form, str], Made]] = {
    "bast": _bast,
    "checklist": _checklist,
    "account": _account,
}
"""What `netops report --paper` writes from the log, in two languages, as PDF and HTML; `needs` has a module of its own."""
