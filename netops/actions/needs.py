"""Technical needs of an event: shown, edited, remembered with who and when. Refuses what the request or others do not allow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from netops.actions.common import change_of, recorded_refusal
from netops.actions.publishing import seal_of
from netops.actions.scene import Scene, prospects, scene
from netops.app import App
from netops.changes.lifecycle import OPEN, STOPPED
from netops.changes.lines import Lines
from netops.changes.words import PHASES
from netops.core.canonical import dump, load, parse_json
from netops.core.errors import InputError, Refused
from netops.core.model import Needs, Plan
from netops.core.text import Lang, Text
from netops.filing import Filed, find, look, record
from netops.planning.briefing import NeedsFacts
from netops.planning.event import within_bounds
from netops.planning.needs import Difference, differences, edited, still_free
from netops.planning.sizing import propose
from netops.requests.common import ZONES
from netops.requests.event_hotspot import EventHotspot
from netops.requests.load import read_document


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the history: `source` is `proposed` (a plan), `edited` or `reset`."""

    at: datetime
    actor: str
    source: str
    changes: tuple[Difference, ...] = ()
    needs: Needs | None = None


def show(app: App, ref: str) -> NeedsFacts:
    """The needs as they stand: recorded by an admin, else of the plan, else proposed now (devices are observed)."""
    filed = look(app, ref)
    return _facts(app, filed)


def _facts(app: App, filed: Filed) -> NeedsFacts:
    request = _event(filed)
    with Lines(app.tools) as lines:
        at = scene(app, filed, lines)
        return prospects(app, filed, request, at, current(app, filed, at))


def current(app: App, filed: Filed, at: Scene) -> Needs:
    change = change_of(app, filed)
    digest = change.needs
    if digest:
        return _body(app, digest)
    plan = change.running_plan or change.plan
    if plan:
        needs = app.tools.plan(plan).needs
        if isinstance(needs, Needs):
            return needs
    ground, used = at.ground, at.ground.used()
    return propose(
        _event(filed), ground.site, ground.period, ground.taken, used.vlans, used.subnets, change=filed.change
    )


def edit(app: App, ref: str, wishes: Mapping[str, str | int]) -> Needs:
    """Record needs with these fields changed; the plan made before is outdated by it.

    Raises `InputError` for a field or value that is none, `OutOfBounds` beyond the request or the site's ranges,
    `NoCapacity` for what another change holds, `Refused` once the change is on devices or over.
    """
    filed = find(app, ref)
    request = _event(filed)
    _may_edit(app, filed)
    with Lines(app.tools) as lines:
        at = scene(app, filed, lines)
        ground, before = at.ground, current(app, filed, at)
    after = edited(before, wishes)
    changes = differences(before, after)
    if not changes:
        return before
    with recorded_refusal(app, filed.change):
        within_bounds(after, request, ground.site)
        still_free(after, ground.site, ground.period, ground.taken, filed.change)
    after = replace(after, basis=(*after.basis, _basis(app, request, changes)))
    _record(app, filed, "edited", app.tools.body(after), changes)
    return after


def reset(app: App, ref: str) -> None:
    """Leave the needs to the planner again."""
    filed = find(app, ref)
    _event(filed)
    _may_edit(app, filed)
    if change_of(app, filed).needs:
        _record(app, filed, "reset", "", ())


def history(app: App, ref: str) -> tuple[Entry, ...]:
    """Every proposal of a plan and every edit, oldest first."""
    found: list[Entry] = []
    for recorded in app.journal.read(look(app, ref).change):
        event = recorded.event
        if event.kind == "plan.recorded":
            plan: Plan = app.tools.plan(event.data["plan"])
            if isinstance(plan.needs, Needs):
                found.append(Entry(at=event.at, actor=event.actor, source="proposed", needs=plan.needs))
        elif event.kind == "needs.recorded":
            changes = tuple(load(Difference, one) for one in event.data["changes"])
            needs = _body(app, event.data["needs"]) if event.data["needs"] else None
            source = str(event.data["source"])
            found.append(Entry(at=event.at, actor=event.actor, source=source, changes=changes, needs=needs))
    return tuple(found)


def paper(app: App, ref: str, *, lang: Lang, form: str = "pdf", out: Path | None = None) -> Path:
    """Write the *daftar kebutuhan teknis* and record its digest; returns the file. Same log, same paper."""
    from netops.papers.needs import needs_page
    from netops.papers.pdf import render_sheet

    filed = find(app, ref)
    facts = _facts(app, filed)
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
        found = f"VLAN {one.needs.vlan}, {one.needs.subnet}, {one.needs.ssid}" if one.needs and not changes else changes
        what = words[one.source].to(lang)
        lines.append(f"{one.at:%Y-%m-%d %H:%M}Z  {one.actor}  {what}" + (f": {found}" if found else ""))
    return "\n".join(lines)


def _event(filed: Filed) -> EventHotspot:
    if not isinstance(filed.request, EventHotspot):
        raise Refused(
            Text(
                f"{filed.change}: kebutuhan layanan {filed.request.service} adalah isian permohonannya sendiri",
                f"{filed.change}: the needs of the service {filed.request.service} are the fields of its request",
            ),
            Text("Ubah permohonannya.", "Change the request."),
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


def _basis(app: App, request: EventHotspot, changes: tuple[Difference, ...]) -> str:
    fields = ", ".join(one.field for one in changes)
    at = app.clock.now().astimezone(ZONES[request.zone])
    actor = app.actor.replace("|", "/")
    return f"{fields} ditetapkan {actor}, {at:%Y-%m-%d %H.%M} | {fields} set by {actor}, {at:%Y-%m-%d %H:%M}"


def _body(app: App, digest: str) -> Needs:
    return load(Needs, parse_json(app.objects.get(digest)))
