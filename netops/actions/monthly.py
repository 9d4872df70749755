"""One monitoring report for each unit, written side by side by several processes; what is written already from the same inputs is left."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from datetime import date, datetime
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from netops.actions import bandwidth_report as single
from netops.actions.bandwidth_report import Asked, BandwidthForm, Promised
from netops.actions.measuring import digests
from netops.actions.noting import NOTED
from netops.actions.publishing import seal_of
from netops.actions.reporting import write_paper
from netops.actions.reviewing import span
from netops.app import App
from netops.core.canonical import digest, digest_of
from netops.core.clock import ManualClock
from netops.core.errors import Failed, InputError, NetopsError
from netops.core.text import Lang, Text

if TYPE_CHECKING:
    from netops.papers.monitoring_facts import Subject

Work = tuple[Asked, str]
"""A report and the digest of what it is made from."""
CHUNKS = 4
"""So many pieces of work for each process: those that end early take more."""


class Outcome(Struct, frozen=True, kw_only=True):
    """One unit's report: written, left as it was, or failed with a reason."""

    unit: str
    state: Literal["written", "there", "failed"]
    path: Path | None = None
    why: Text | None = None


class _Made(Struct, frozen=True, kw_only=True):
    """What a process brings back: `document` is the digest of the body that it put beside the log."""

    asked: Asked
    inputs: str
    subject: "Subject | None" = None
    path: Path | None = None
    document: str = ""
    code: str = ""
    error: NetopsError | None = None


def all_units(
    app: App,
    first: date,
    last: date,
    *,
    lang: Lang,
    form: BandwidthForm = "pdf",
    folder: Path | None = None,
    workers: int = 0,
) -> Iterator[Outcome]:
    """Outcomes as they come. Raises `InputError` where no unit has an allocation, and for a period that is none."""
    known, period = single.promised(app), span(app, first, last)
    at = app.clock.now()
    if period.since >= at:
        raise InputError(Text("periode itu belum mulai", "that period has not begun"), field="--from")
    names = single.units(known)
    if not names:
        raise InputError(
            Text("belum ada unit yang punya alokasi", "no unit has an allocation yet"),
            Text(
                "Tulis allocations di inventory/sites.yaml, atau catat yang ada dengan `netops capacity adopt`.",
                "Write allocations in inventory/sites.yaml, or record what exists by `netops capacity adopt`.",
            ),
        )
    target = folder or app.settings.var / "papers"
    work: list[Work] = []
    done = _written(app)
    common = _common(app, first, last, lang, form, at)
    for name in names:
        asked = Asked(kind="unit", name=name, first=first, last=last, lang=lang)
        inputs = _inputs(app, asked, known, common)
        there = target / done.get((f"unit:{name}", inputs), ("", ""))[0]
        if there.is_file() and digest(there.read_bytes()) == done[f"unit:{name}", inputs][1]:
            yield Outcome(unit=name, state="there", path=there)
        else:
            work.append((asked, inputs))
    yield from _side_by_side(app, work, form, target, workers or os.cpu_count() or 1, at)


def _common(app: App, first: date, last: date, lang: Lang, form: str, at: datetime) -> dict[str, object]:
    """What every unit's report is made from."""
    period = span(app, first, last)
    until = min(period.until, single.five_minutes(at))
    return {
        "program": version("netops"),
        "office": digest_of(app.office),
        "sites": digest_of(app.sites),
        "segments": [list(one[:2]) for one in digests(app, period.since, until)],
        "until": until.isoformat(),
        "lab": app.settings.lab,
        "seal": seal_of(app, 0).short,
        "lang": lang,
        "form": form,
    }


def _inputs(app: App, asked: Asked, known: Promised, common: dict[str, object]) -> str:
    own = [name for name, unit in known.units.items() if unit == asked.name]
    terms = [digest_of(piece.commitment) for name in sorted(own) for piece in known.pieces.get(name, ())]
    about = f"unit:{asked.name} {asked.first}/{asked.last}"
    notes = [
        [one.event.data["part"], one.event.data["note"], one.event.data["author"]]
        for one in app.journal.read("")
        if one.event.kind == NOTED and one.event.data["about"] == about
    ]
    return digest_of({**common, "about": about, "terms": terms, "notes": notes, "number": asked.number})


def _written(app: App) -> dict[tuple[str, str], tuple[str, str]]:
    """File and digest of each report in the log, by what it is about and made from."""
    return {
        (str(data["about"]), str(data["inputs"])): (str(data["file"]), str(data["document"]))
        for one in app.journal.read("")
        if one.event.kind == "paper.written" and (data := one.event.data).get("inputs")
    }


# ── processes ────────────────────────────────────────────────────────────────────────────────────────────────────


def _side_by_side(
    app: App, work: Sequence[Work], form: BandwidthForm, folder: Path, workers: int, at: datetime
) -> Iterator[Outcome]:
    """The log has one writer: processes bring back what they made, and it is recorded here."""
    if not work:
        return
    workers = min(workers, len(work))
    parts = [list(work[n :: workers * CHUNKS]) for n in range(min(workers * CHUNKS, len(work)))]
    # Not forked: this process holds a database and a thread that writes it.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        open_: dict[Future[list[_Made]], list[Work]] = {
            pool.submit(_reports, app.root, part, form, folder, at): part for part in parts
        }
        while open_:
            over, _ = wait(open_, return_when=FIRST_COMPLETED)
            for future in over:
                yield from _recorded(app, _brought(future, open_.pop(future)))


def _brought(future: "Future[list[_Made]]", part: Sequence[Work]) -> list[_Made]:
    try:
        return future.result()
    except BrokenProcessPool:
        gone = Failed(
            Text("prosesnya mati sebelum selesai", "its process died before it was done"),
            Text("Jalankan perintah yang sama sekali lagi.", "Run the same command once more."),
        )
        return [_Made(asked=asked, inputs=inputs, error=gone) for asked, inputs in part]


def _recorded(app: App, made: Iterable[_Made]) -> Iterator[Outcome]:
    for one in made:
        if one.error is not None or one.subject is None or one.path is None:
            why = one.error.message if one.error is not None else Text("gagal", "failed")
            yield Outcome(unit=one.asked.name, state="failed", why=why)
            continue
        single.record_report(
            app, one.subject, one.asked, one.path, document=one.document, code=one.code, inputs=one.inputs
        )
        yield Outcome(unit=one.asked.name, state="written", path=one.path)


def _reports(root: Path, part: Sequence[Work], form: BandwidthForm, folder: Path, at: datetime) -> list[_Made]:
    """In a process of its own: the reports of one part, all as of the same moment."""
    with App(root, clock=ManualClock(at)) as app:
        known = single.promised(app)
        return [_report(app, asked, inputs, known, form, folder) for asked, inputs in part]


def _report(app: App, asked: Asked, inputs: str, known: Promised, form: BandwidthForm, folder: Path) -> _Made:
    made = _Made(asked=asked, inputs=inputs)
    try:
        facts = single.monitoring_facts(app, asked, known)
        document = single.render(app, facts, asked.lang, form)
        path = folder / single.file_name(facts.subject, asked, form)
        write_paper(path, document)
        return replace(made, subject=facts.subject, path=path, document=app.objects.put(document), code=facts.code)
    except NetopsError as error:  # one unit's trouble is not the others'
        return replace(made, error=error)
