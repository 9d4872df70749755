"""Technical needs of a request: shown, edited, remembered with who and when. Refuses what the request or others do not allow."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from netops.actions.common import change_of, recorded_refusal
from netops.actions.publishing import seal_of
from netops.actions.scene import Scene, needs_body, prospects, recorded, scene
from netops.app import App
from netops.changes.lifecycle import OPEN, STOPPED
from netops.changes.lines import Lines
from netops.changes.words import PHASES
from netops.core.canonical import dump, load
from netops.core.errors import InputError, Refused
from netops.core.model import AnyNeeds, LinkNeeds, Needs, Plan
from netops.core.text import Lang, Text
from netops.core.units import say_rate
from netops.filing import Filed, find, look, record
from netops.planning import briefing
from netops.planning.briefing import NeedsFacts
from netops.planning.design import Design, design_of
from netops.planning.needs import Difference, differences
from netops.requests.common import ZONES, Request
from netops.requests.event_hotspot import EventHotspot
from netops.requests.load import read_document


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the history: `source` is `proposed` (a plan), `edited` or `reset`."""

    at: datetime
    actor: str
    source: str
    changes: tuple[Difference, ...] = ()
    needs: AnyNeeds | None = None


def show(app: App, ref: str) -> NeedsFacts:
    """An event's needs as they stand: recorded by an admin, else of the plan, else proposed now (devices are observed).

    Raises `Refused` for a service that has no list of them.
    """
    filed = look(app, ref)
    request = _event(filed)
    with Lines(app.tools) as lines:
        at = scene(app, filed, lines)
        needs = current(app, filed, at)
        assert isinstance(needs, Needs)  # an event has them
        return prospects(app, filed, request, at, needs)


def shown(app: App, ref: str) -> tuple[NeedsFacts | AnyNeeds, str]:
    """The needs of any request as they stand, and as lines for people. Raises `Refused` where they are its own fields."""
    filed = look(app, ref)
    if isinstance(filed.request, EventHotspot):
        facts = show(app, ref)
        return facts, briefing.say(facts, app.lang)
    design = _editable(filed)
    with Lines(app.tools) as lines:
        needs = current(app, filed, scene(app, filed, lines))
    return needs, briefing.say_plain(filed.change, design.values(needs, app.lang), needs, app.lang)


def current(app: App, filed: Filed, at: Scene) -> AnyNeeds:
    change = change_of(app, filed)
    found = recorded(app, change)
    if found is not None:
        return found
    plan = change.running_plan or change.plan
    return app.tools.plan(plan).needs if plan else design_of(filed.request).propose(at.ground)


def edit(app: App, ref: str, wishes: Mapping[str, str | int]) -> AnyNeeds:
    """Record needs with these fields changed; the plan made before is outdated by it.

    Raises `InputError` for a field or value that is none, `OutOfBounds` beyond the request or the site's ranges,
    `NoCapacity` for what another change holds, `Refused` once the change is on devices or over.
    """
    filed = find(app, ref)
    design = _editable(filed)
    _may_edit(app, filed)
    with Lines(app.tools) as lines:
        at = scene(app, filed, lines)
        ground, before = at.ground, current(app, filed, at)
        after = design.edited(before, wishes)
        changes = differences(design.values(before, "id"), design.values(after, "id"))
        if not changes:
            return before
        with recorded_refusal(app, filed.change):
            design.within_bounds(after, ground.site)
            design.require(after, ground)
    after = replace(after, basis=(*after.basis, _basis(app, filed.request, changes)))
    _record(app, filed, "edited", app.tools.body(after), changes)
    return after


def reset(app: App, ref: str) -> None:
    """Leave the needs to the planner again."""
    filed = find(app, ref)
    _editable(filed)
    _may_edit(app, filed)
    if change_of(app, filed).needs:
        _record(app, filed, "reset", "", ())


def history(app: App, ref: str) -> tuple[Entry, ...]:
    """Every proposal of a plan and every edit, oldest first."""
    found: list[Entry] = []
    for event in (one.event for one in app.journal.read(look(app, ref).change)):
        if event.kind == "plan.recorded":
            plan: Plan = app.tools.plan(event.data["plan"])
            found.append(Entry(at=event.at, actor=event.actor, source="proposed", needs=plan.needs))
        elif event.kind == "needs.recorded":
            changes = tuple(load(Difference, one) for one in event.data["changes"])
            needs = needs_body(app, event.data["needs"]) if event.data["needs"] else None
            source = str(event.data["source"])
            found.append(Entry(at=event.at, actor=event.actor, source=source, changes=changes, needs=needs))
    return tuple(found)


def paper(app: App, ref: str, *, lang: Lang, form: str = "pdf", out: Path | None = None) -> Path:
    """Write the *daftar kebutuhan teknis* and record its digest; returns the file. Same log, same paper."""
    from netops.papers.needs import needs_page
    from netops.papers.pdf import render_sheet

    filed = find(app, ref)
    facts = show(app, ref)
    seq, at = _stands_since(app)
    page = needs_page(facts, app.office, lang, at=at, lab=app.settings.lab)
    seal = seal_of(app, seq)
    document = render_sheet(page, at, "html" if form == "html" else "pdf", seal)
    path = out or app.settings.var / "papers" / f"KEBUTUHAN-{filed.change}-{lang}.{form}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document)
    except OSError as error:
        raise InputError(
            Text(f"tidak dapat ditulis: {error.strerror}", f"cannot be written: {error.strerror}"), path=path
        ) from error
    digest = app.objects.put(document)
    record(
        app, "paper.written", filed.change, paper="needs", lang=lang, file=path.name, document=digest, code=page["code"]
    )
    return path


def _stands_since(app: App) -> tuple[int, datetime]:
    """Entry and time of the last thing that the paper may say: it is dated by that, not by when it is printed."""
    kinds = ("request.", "plan.", "needs.", "change.")
    stand = [(one.seq, one.event.at) for one in app.journal.read() if one.event.kind.startswith(kinds)]
    return stand[-1] if stand else (-1, app.clock.now())


def parse_wishes(texts: Sequence[str]) -> dict[str, str]:
    """`vlan=215` → field and value. Raises `InputError` for a text without `=` and for a field given twice."""
    found: dict[str, str] = {}
    for text in texts:
        field, sign, value = text.partition("=")
        if not sign or field in found:
            raise InputError(
                Text(
                    f"{text!r}: tulis isian=nilai, tiap isian sekali", f"{text!r}: write field=value, each field once"
                ),
                Text("contoh: --set vlan=215", "for example: --set vlan=215"),
                field="--set",
            )
        found[field] = value
    return found


def read_wishes(path: Path) -> dict[str, str | int]:
    """A YAML file of fields and values. Raises `InputError` with its line."""
    document = read_document(path)
    if not isinstance(document.data, dict):
        raise document.error((), Text("harus berupa isian: nilai", "must be field: value"))
    for field, value in document.data.items():
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise document.error((field,), Text("harus berupa teks atau angka", "must be a text or a number"))
    return dict(document.data)


def say_history(entries: Sequence[Entry], lang: Lang) -> str:
    """One line for each, oldest first."""
    words = {
        "proposed": Text("usulan perencana", "proposed by the planner"),
        "edited": Text("diubah", "edited"),
        "reset": Text("dikembalikan ke perencana", "left to the planner"),
    }
    lines = []
    for one in entries:
        changes = ", ".join(f"{part.field} {part.before} → {part.after}" for part in one.changes)
        found = _short(one.needs, lang) if one.needs and not changes else changes
        what = words[one.source].to(lang)
        lines.append(f"{one.at:%Y-%m-%d %H:%M}Z  {one.actor}  {what}" + (f": {found}" if found else ""))
    return "\n".join(lines)


def _short(needs: AnyNeeds, lang: Lang) -> str:
    match needs:
        case Needs():
            return f"VLAN {needs.vlan}, {needs.subnet}, {needs.ssid}"
        case LinkNeeds():
            return f"{needs.allocation} {say_rate(needs.up, lang)} / {say_rate(needs.down, lang)}"
    return ""


def _editable(filed: Filed) -> Design:
    """How the request is engineered. Raises `Refused` where its needs are what was asked."""
    design = design_of(filed.request)
    if not design.fields:
        raise Refused(
            Text(
                f"{filed.change}: kebutuhan layanan {filed.request.service} adalah isian permohonannya sendiri",
                f"{filed.change}: the needs of the service {filed.request.service} are the fields of its request",
            ),
            Text("Ubah permohonannya.", "Change the request."),
        )
    return design


def _event(filed: Filed) -> EventHotspot:
    _editable(filed)
    if not isinstance(filed.request, EventHotspot):
        raise Refused(
            Text(
                f"{filed.change}: layanan {filed.request.service} tidak punya daftar kebutuhan teknis",
                f"{filed.change}: the service {filed.request.service} has no list of technical needs",
            ),
            Text(f"Lihat `netops needs {filed.change}`.", f"See `netops needs {filed.change}`."),
        )
    return filed.request


def _may_edit(app: App, filed: Filed) -> None:
    phase = change_of(app, filed).phase
    if phase in OPEN or phase in STOPPED:
        raise Refused(
            Text(
                f"{filed.change} {PHASES[phase].id}; kebutuhannya tidak diubah lagi",
                f"{filed.change} is {PHASES[phase].en}; its needs are not edited any more",
            ),
            Text("Lihat `netops show` untuk langkah berikutnya.", "See `netops show` for what is next."),
        )


def _record(app: App, filed: Filed, source: str, needs: str, changes: tuple[Difference, ...]) -> None:
    record(
        app,
        "needs.recorded",
        filed.change,
        needs=needs,
        request=filed.digest,
        source=source,
        changes=dump(changes),
    )


def _basis(app: App, request: Request, changes: tuple[Difference, ...]) -> str:
    fields = ", ".join(one.field for one in changes)
    at = app.clock.now().astimezone(ZONES[request.zone])
    actor = app.actor.replace("|", "/")
    return f"{fields} ditetapkan {actor}, {at:%Y-%m-%d %H.%M} | {fields} set by {actor}, {at:%Y-%m-%d %H:%M}"
