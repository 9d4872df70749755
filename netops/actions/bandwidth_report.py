"""The Laporan Monitoring Bandwidth of a unit, device, allocation or site: promises from the log, figures from the segments. Reads only, and records the paper."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from netops.actions.allocating import promises
from netops.actions.measuring import (
    Measurer,
    Meter,
    allocation_of,
    digests,
    listed_allocations,
    measurer,
    meter,
    uplink_watch,
)
from netops.actions.noting import notes
from netops.actions.publishing import seal_of
from netops.actions.reporting import write_paper
from netops.actions.reviewing import span
from netops.app import App
from netops.core.canonical import digest
from netops.core.errors import InputError
from netops.core.measured import Commitment, Limit
from netops.core.text import Lang, Text
from netops.filing import record
from netops.planning.commitments import Piece, highest, in_force, steps, uplink_key
from netops.requests.common import slug

if TYPE_CHECKING:
    from netops.papers.facts import Party
    from netops.papers.monitoring_facts import Kind, Line, MonitoringFacts, Proven, Subject, Supply, Turn

BandwidthForm = Literal["pdf", "html", "xlsx", "csv"]
FORMS: tuple[BandwidthForm, ...] = ("pdf", "html", "xlsx", "csv")


class Asked(Struct, frozen=True, kw_only=True):
    """A report as it is asked for: on what, over which days (both included), in which language, under which number."""

    kind: "Kind"
    name: str
    first: date
    last: date
    lang: Lang = "id"
    number: str = ""


class Promised(Struct, frozen=True, kw_only=True):
    """What the log and `sites.yaml` say of allocations; read once for many reports. `pieces` by allocation, in order of time."""

    commitments: tuple[Commitment, ...]
    pieces: Mapping[str, tuple[Piece, ...]]
    units: Mapping[str, str]  # allocation → unit
    sites: Mapping[str, str]  # allocation → key of its site
    head: int  # the log's last entry


def promised(app: App) -> Promised:
    log = tuple(app.journal.read())
    commitments, _ = promises(app, log, app.clock.now())
    units = [one for one in commitments if one.kind != "event"]
    pieces: dict[str, list[Piece]] = {}
    for piece in in_force(units):
        pieces.setdefault(piece.commitment.allocation, []).append(piece)
    listed = {allocation_of(one): (site.key, one.name) for site, one in listed_allocations(app)}
    names = {name: unit for name, (_, unit) in listed.items()} | {one.allocation: one.unit for one in units}
    sites = {one.allocation: one.uplink.partition("/")[0] for one in units}
    return Promised(
        commitments=commitments,
        pieces={name: tuple(found) for name, found in pieces.items()},
        units=names,
        sites={name: site for name, (site, _) in listed.items()} | sites,
        head=log[-1].seq if log else -1,
    )


def units(known: Promised) -> list[str]:
    """Every unit that has an allocation, in order of the alphabet."""
    return sorted({unit for unit in known.units.values() if unit}, key=str.casefold)


# ── facts ────────────────────────────────────────────────────────────────────────────────────────────────────────


def monitoring_facts(app: App, asked: Asked, known: Promised | None = None) -> "MonitoringFacts":
    """What the report says. Raises `InputError` for an unknown subject and a period that is none or has not begun."""
    from netops.papers.monitoring_facts import MonitoringFacts

    known = known or promised(app)
    office = app.office
    at = app.clock.now().astimezone(office.timezone)
    period = span(app, asked.first, asked.last)
    if period.since >= at:
        raise InputError(
            Text("periode itu belum mulai", "that period has not begun"),
            Text("sebut hari yang sudah lewat", "name days that are over"),
            field="--from",
        )
    until = min(period.until, five_minutes(at))
    subject = _subject(app, asked, known)
    names = _allocations(app, asked, known)
    measure = measurer(app, period.since, until)
    lines = tuple(_line(app, name, known, measure) for name in names)
    made = MonitoringFacts(
        subject=subject,
        first=asked.first,
        last=asked.last,
        starts_at=period.since,
        ends_at=until,
        at=at,
        number=asked.number,
        lab=app.settings.lab,
        office=office,
        supplies=tuple(_supplies(app, asked, lines, known, measure)),
        lines=lines,
        turns=tuple(_turns(lines, known, period.since, until)),
        remarks={},
        proven=_proven(app, lines, period.since, until),
        made_by=_signs(app, office.reports.made_by or office.handover, at.date()),
        checked_by=_signs(app, office.reports.checked_by, at.date()),
        acknowledges=_signs(app, office.reports.acknowledges or office.acknowledges, at.date()),
        anchor=known.head,
    )
    return replace(made, remarks=notes(app, made, asked.lang))


def five_minutes(at: datetime) -> datetime:
    """The last moment of the five-minute grid: what lies behind it is not whole yet."""
    return at - timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)


def _signs(app: App, role: str, day: date) -> "Party":
    from netops.papers.facts import Party, signatory

    return signatory(app.office, role, day) if role else Party(name="")


def _subject(app: App, asked: Asked, known: Promised) -> "Subject":
    """Raises `InputError` with names that come near, where nothing is called that."""
    from netops.papers.monitoring_facts import Subject

    wanted = " ".join(asked.name.split())
    match asked.kind:
        case "site":
            return Subject(kind="site", name=app.sites.site(wanted).key, title=app.sites.site(wanted).name)
        case "unit":
            keys = {one.key: one.name for _, one in listed_allocations(app)}
            there = units(known)
            found = next((one for one in there if one.casefold() == wanted.casefold()), keys.get(wanted))
            options: Iterable[str] = there
            field_, what = "--unit", Text("unit", "unit")
        case "device":
            options = sorted(app.fleet.targets)
            found = wanted if wanted in options else None
            field_, what = "--device", Text("perangkat", "device")
        case "allocation":
            keys = {one.key: allocation_of(one) for _, one in listed_allocations(app)}
            options = sorted({*known.pieces, *keys.values()})
            found = wanted if wanted in options else keys.get(wanted)
            field_, what = "--allocation", Text("alokasi", "allocation")
    if found is not None:
        return Subject(kind=asked.kind, name=found)
    near = ", ".join(difflib.get_close_matches(wanted, list(options), 6, 0.0)) or "-"
    raise InputError(
        Text(f"{what.id} {wanted!r} tidak dikenal", f"the {what.en} {wanted!r} is not known"),
        Text(f"yang dikenal antara lain: {near}", f"known are, among others: {near}"),
        field=field_,
    )


def _allocations(app: App, asked: Asked, known: Promised) -> list[str]:
    """The subject's allocations, by unit and name."""
    subject = _subject(app, asked, known)
    everything = sorted({*known.units, *known.pieces}, key=lambda name: (known.units.get(name, "").casefold(), name))
    match subject.kind:
        case "unit":
            return [name for name in everything if known.units.get(name) == subject.name]
        case "device":
            return [name for name in everything if name.partition("/")[0] == subject.name]
        case "site":
            return [name for name in everything if known.sites.get(name) == subject.name]
    return [subject.name]


def _line(app: App, name: str, known: Promised, measure: Measurer) -> "Line":
    from netops.papers.monitoring_facts import Line

    pieces = known.pieces.get(name, ())
    terms = _cut(pieces, measure.since, measure.until)
    limits = [Limit(since=one.since, until=one.until, up=one.up, down=one.down) for one in terms]
    where = meter(app, name, [piece.commitment for piece in pieces])
    return Line(allocation=name, unit=known.units.get(name, ""), terms=terms, evidence=measure.of(where, limits))


def _cut(pieces: Sequence[Piece], since: datetime, until: datetime) -> tuple[Commitment, ...]:
    """What held within the period, cut to it; a part that goes on at the same rates by the same letter is one."""
    found: list[Commitment] = []
    for piece in pieces:
        start, end = max(piece.since, since), min(piece.until, until)
        if start >= end:
            continue
        one = replace(piece.commitment, since=start, until=end)
        if found and found[-1].until == start and _same(found[-1], one):
            found[-1] = replace(found[-1], until=end)
        else:
            found.append(one)
    return tuple(found)


def _same(one: Commitment, other: Commitment) -> bool:
    return (one.up, one.down, one.letter) == (other.up, other.down, other.letter)


def _supplies(
    app: App, asked: Asked, lines: Sequence["Line"], known: Promised, measure: Measurer
) -> Iterable["Supply"]:
    """The uplinks that the reported allocations come out of; of a site, all of them."""
    from netops.papers.monitoring_facts import Supply

    used = {term.uplink for line in lines for term in line.terms}
    for site in app.sites.sites.values():
        for name, uplink in site.uplinks.items():
            key = uplink_key(site.key, name)
            if key not in used and not (asked.kind == "site" and site.key == asked.name):
                continue
            over = steps(known.commitments, key)
            yield Supply(
                uplink=name,
                provider=uplink.provider,
                contract=(uplink.up, uplink.down),
                promised=(
                    highest(over, measure.since, measure.until, "up"),
                    highest(over, measure.since, measure.until, "down"),
                ),
                evidence=measure.of(
                    Meter(down=watch) if (watch := uplink_watch(app, site.key, name)) is not None else None,
                    (Limit(since=measure.since, until=None, up=uplink.up, down=uplink.down),),
                ),
            )


def _turns(lines: Sequence["Line"], known: Promised, since: datetime, until: datetime) -> list["Turn"]:
    """Where what an allocation may carry changed within the period, in order of time."""
    from netops.papers.monitoring_facts import Turn

    found: list[Turn] = []
    for line in lines:
        pieces = known.pieces.get(line.allocation, ())
        moments = sorted(
            {moment for piece in pieces for moment in (piece.since, piece.until) if since < moment < until}
        )
        for moment in moments:
            before = next((one.commitment for one in pieces if one.since < moment <= one.until), None)
            after = next((one.commitment for one in pieces if one.since <= moment < one.until), None)
            pair = [None if one is None else (one.up, one.down) for one in (before, after)]
            if pair[0] == pair[1]:
                continue
            told = after or before
            found.append(
                Turn(
                    at=moment,
                    allocation=line.allocation,
                    unit=line.unit,
                    before=pair[0],
                    after=pair[1],
                    letter=told.letter if told else "",
                    change=told.change if told else "",
                )
            )
    return sorted(found, key=lambda one: (one.at, one.allocation))


def _proven(app: App, lines: Sequence["Line"], since: datetime, until: datetime) -> "tuple[Proven, ...]":
    from netops.papers.monitoring_facts import Proven

    if not any(line.evidence is not None for line in lines):
        return ()
    return tuple(Proven(name=name, digest=found, entry=entry) for name, found, entry in digests(app, since, until))


# ── paper ────────────────────────────────────────────────────────────────────────────────────────────────────────


def render(app: App, facts: "MonitoringFacts", lang: Lang, form: BandwidthForm) -> bytes:
    from netops.papers.monitoring import monitoring_page
    from netops.papers.monitoring_table import monitoring_csv, monitoring_workbook
    from netops.papers.pdf import render_sheet

    if form == "xlsx":
        return monitoring_workbook(facts, lang)
    if form == "csv":
        return monitoring_csv(facts)
    return render_sheet(monitoring_page(facts, lang), facts.at, form, seal_of(app, max(facts.anchor, 0)))


def file_name(subject: "Subject", asked: Asked, form: BandwidthForm) -> str:
    """`MONITORING-unit-perpustakaan-1a2b3c4d-2026-11-01-2026-11-30-id.pdf`: names that differ by a sign only stay apart."""
    mark = digest(f"{subject.kind} {subject.name}".encode()).removeprefix("sha256:")[:8]
    name = "-".join(part for part in (slug(subject.name)[:60].lower(), mark) if part)
    return f"MONITORING-{subject.kind}-{name}-{asked.first}-{asked.last}-{asked.lang}.{form}"


def bandwidth_report(
    app: App, asked: Asked, *, form: BandwidthForm = "pdf", out: Path | None = None, folder: Path | None = None
) -> Path:
    """Write the report and record its digest and code; returns the file. Raises `InputError`, `Failed`, `Refused`."""
    facts = monitoring_facts(app, asked)
    document = render(app, facts, asked.lang, form)
    path = out or (folder or app.settings.var / "papers") / file_name(facts.subject, asked, form)
    write_paper(path, document)
    record_report(app, facts.subject, asked, path, document=app.objects.put(document), code=facts.code)
    return path


def record_report(
    app: App, subject: "Subject", asked: Asked, path: Path, *, document: str, code: str, inputs: str = ""
) -> None:
    record(
        app,
        "paper.written",
        "",
        paper="monitoring",
        about=f"{subject.kind}:{subject.name}",
        since=str(asked.first),
        until=str(asked.last),
        lang=asked.lang,
        file=path.name,
        document=document,
        code=code,
        **({"inputs": inputs} if inputs else {}),
    )
