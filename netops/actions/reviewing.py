"""What an auditor is given of a period: the report and the yearly register. Reads the log only; tells nothing that it does not bear out."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from netops.actions.attaching import missing
from netops.actions.clocking import sop_times
from netops.actions.publishing import seal_of
from netops.actions.reporting import Form, write_paper
from netops.app import App
from netops.changes.account import HANDS, Account, Entry, Exceptional, Oddity, accounts, two_roles
from netops.changes.diary import WORDS
from netops.changes.lifecycle import Change, Phase, fold_all
from netops.changes.office_time import working_seconds
from netops.changes.sampling import draw
from netops.changes.sop import Standing
from netops.core.errors import InputError, JournalBroken
from netops.core.model import Recorded
from netops.core.text import Lang, Text
from netops.filing import filed
from netops.journal.verify import Verified, verify
from netops.papers.seal import Seal
from netops.views import said_phase

if TYPE_CHECKING:
    from netops.papers.audit import Audited, LateStep, OutOfHours


class Span(Struct, frozen=True, kw_only=True):
    """Days of the office, both included, and the same as instants (half-open)."""

    first: date
    last: date
    since: datetime
    until: datetime

    def has(self, moment: datetime) -> bool:
        return self.since <= moment < self.until


class Checked(Struct, frozen=True, kw_only=True):
    """What verifying the log said; `broken` where it does not hold."""

    sentence: Text
    size: int = 0
    root: str = ""
    broken: JournalBroken | None = None


def span(app: App, first: date, last: date) -> Span:
    """Raises `InputError` for a period that ends before it begins."""
    if last < first:
        raise InputError(
            Text("periode berakhir sebelum mulai", "the period ends before it begins"),
            Text("--to sama dengan atau sesudah --from", "--to is on or after --from"),
            field="--to",
        )
    zone = app.office.timezone
    until = datetime.combine(last + timedelta(days=1), time(), zone)
    return Span(first=first, last=last, since=datetime.combine(first, time(), zone), until=until)


def check(app: App) -> Checked:
    """Verify the whole log, and say so in one sentence."""
    try:
        found = verify(app.journal, app.objects)
        seal = seal_of(app, found.size - 1)
    except JournalBroken as error:
        said = Text(
            f"Catatan TIDAK utuh: {error.message.id}.",
            f"The log is NOT whole: {error.message.en}.",
        )
        return Checked(sentence=said, broken=error)
    return Checked(sentence=_sentence(found, seal), size=found.size, root=found.root)


def _sentence(found: Verified, seal: Seal) -> Text:
    if seal.size:
        head = Text(
            f"dan memuat checkpoint {seal.short} ({seal.size} entri) yang terakhir diterbitkan",
            f"and contains the checkpoint {seal.short} ({seal.size} entries) that was published last",
        )
    else:
        head = Text(
            "tetapi belum pernah diterbitkan, sehingga penulisan ulang seluruhnya tidak akan terlihat",
            "but was never published, so that a rewrite of all of it would not be seen",
        )
    gone = len({one.digest for one in found.missing})
    lost = Text(f"; {gone} isi tidak tersimpan", f"; {gone} bodies are not kept") if gone else Text("", "")
    if erased := len({one.digest for one in found.erased}):
        lost = Text(f"{lost.id}; {erased} isi dihapus menurut catatan", f"{lost.en}; {erased} bodies erased by the log")
    return Text(
        f"Catatan utuh: {found.size} entri dihitung ulang tanpa satu pun yang berubah, hilang atau bertukar tempat, {head.id}{lost.id}.",
        f"The log is whole: {found.size} entries were recomputed and none was changed, lost or moved, {head.en}{lost.en}.",
    )


def audit(
    app: App,
    first: date,
    last: date,
    *,
    lang: Lang,
    form: Form = "pdf",
    out: Path | None = None,
    seed: str = "",
    count: int = 0,
) -> Path:
    """Write the audit report of a period; returns the file. Without a `seed` the log's root is the seed.

    Where the log does not verify, the report says that and nothing else, and `JournalBroken` is raised once it is written.
    """
    from netops.papers.audit import AuditFacts, audit_page
    from netops.papers.facts import signatory
    from netops.papers.pdf import render_sheet

    office, period = app.office, span(app, first, last)
    at = app.clock.now().astimezone(office.timezone)
    checked = check(app)
    changes, hours = ((), ()) if checked.broken else _period(app, period)
    seal = Seal() if checked.broken else seal_of(app, checked.size - 1)
    chosen = seed or checked.root
    facts = AuditFacts(
        office=office,
        lab=app.settings.lab,
        at=at,
        since=first,
        until=last,
        verdict=checked.sentence,
        sound=checked.broken is None,
        size=checked.size,
        root=checked.root,
        covered=seal.size,
        short=seal.short,
        changes=changes,
        hours=hours,
        seed=chosen,
        sample=draw(chosen, [one.account.change for one in changes], count) if changes else (),
        made_by=signatory(office, office.handover, at.date()),
        acknowledges=signatory(office, office.acknowledges, at.date()),
    )
    path = out or app.settings.var / "papers" / f"AUDIT-{first}-{last}-{lang}.{form}"
    write_paper(path, render_sheet(audit_page(facts, lang), at, form, seal))
    if checked.broken is not None:
        raise checked.broken
    return path


def _period(app: App, period: Span) -> "tuple[tuple[Audited, ...], tuple[OutOfHours, ...]]":
    from netops.papers.audit import OutOfHours

    log = tuple(app.journal.read())
    told, states = accounts(log), fold_all(log)
    there = {one.event.change for one in log if period.has(one.event.at)}
    changes = tuple(
        _audited(app, told[name], states[name], log, period) for name in told if name in there and told[name].request
    )
    hours = tuple(
        OutOfHours(change=one.event.change, entry=_entry(one), what=WORDS.get(one.event.kind, _HANDS_WORDS))
        for one in log
        if one.event.kind in HANDS and period.has(one.event.at) and not _at_work(app, one.event.at)
    )
    return changes, hours


_HANDS_WORDS = Text("memutuskan atau mengubah", "decided or changed")


def _entry(one: Recorded) -> Entry:
    return Entry(seq=one.seq, leaf=one.leaf, at=one.event.at, actor=one.event.actor)


def _at_work(app: App, moment: datetime) -> bool:
    return working_seconds(app.office.working_time(), moment, moment + timedelta(seconds=1)) > 0


def _audited(app: App, told: Account, state: Change, log: Sequence[Recorded], period: Span) -> "Audited":
    from netops.papers.audit import Audited

    request = filed(app, state).request
    ran = bool(state.running_plan) and state.phase is not Phase.RESTORED
    due = () if state.papers_due is None else (Text("surat keadaan darurat", "the emergency's letter"),)
    return Audited(
        account=told,
        title=request.title,
        unit=request.unit,
        state=said_phase(state),
        odd=tuple(one for one in told.oddities if period.has(one.entry.at)),
        late=_late(app, told, log, period),
        missing=(*due, *(missing(state) if ran else ())),
        roles=two_roles(told, request.requester.email),
    )


def _late(app: App, told: Account, log: Sequence[Recorded], period: Span) -> "tuple[tuple[LateStep, Oddity], ...]":
    """Steps of the SOP beyond their standard, each at the entry that finished it (the last one where none did)."""
    from netops.papers.audit import LateStep

    found = []
    for one in sop_times(app, told.change).steps:
        taken = one.taken
        if taken.standing is not Standing.LATE or taken.minutes is None or taken.seconds is None:
            continue
        entry = next(
            (_entry(r) for r in log if r.event.change == told.change and r.event.at == taken.done_at), told.last
        )
        if entry is None or not period.has(taken.done_at or entry.at):
            continue
        step = LateStep(number=taken.number, title=one.title, taken=-(-taken.seconds // 60), standard=taken.minutes)
        found.append(
            (step, Oddity(what=Exceptional.LATE, entry=replace(entry, at=taken.done_at or entry.at), reason=""))
        )
    return tuple(found)


# ── register ─────────────────────────────────────────────────────────────────────────────────────────────────────


def register(app: App, year: int, *, lang: Lang, out: Path | None = None) -> Path:
    """The year's register of changes (Register Perubahan) as a spreadsheet: those filed in that year, in order.

    The same log gives the same bytes (but for steps of an SOP that run just now). Raises `InputError` for a year that is none.
    """
    from netops.papers.register import register_sheet

    if not 2000 <= year <= 9998:
        raise InputError(Text("bukan tahun empat angka", "not a year of four digits"), field="--year")
    period = span(app, date(year, 1, 1), date(year, 12, 31))
    log = tuple(app.journal.read())
    states = fold_all(log)
    rows = [
        _audited(
            app,
            told,
            states[told.change],
            log,
            Span(first=period.first, last=date.max, since=period.since, until=_EVER),
        )
        for told in accounts(log).values()
        if told.received is not None and period.has(told.received.at)
    ]
    letters: Mapping[str, str] = {one.account.change: _letter(app, states[one.account.change]) for one in rows}
    path = out or app.settings.var / "papers" / f"REGISTER-{year}-{lang}.xlsx"
    write_paper(path, register_sheet(rows, letters, app.office, year, lang))
    return path


_EVER = datetime(9999, 1, 1, tzinfo=UTC)


def _letter(app: App, state: Change) -> str:
    letter = filed(app, state).request.letter
    return f"{letter.number}, {letter.date}"
