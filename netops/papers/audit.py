"""The audit report of a period: exceptions first, each with reason, follow-up and receipt. Adds no fact, hides none."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files

from msgspec import Struct

from netops.changes.account import Account, Entry, Exceptional, Oddity
from netops.changes.diary import WORDS
from netops.changes.sampling import rank
from netops.core.text import Lang, Text
from netops.papers import sheet
from netops.papers.facts import Party, short_code
from netops.papers.office import Office
from netops.papers.sheet import Json
from netops.papers.words import say_brief, say_count, say_date

ANSWERS = {
    "device.accepted": Text("diterima petugas apa adanya", "accepted by a person as it is"),
    "device.restored": Text("perangkat dipulihkan", "device restored"),
    "device.absent": Text("dibuktikan bersih", "proven clean"),
    "device.verified": Text("terbukti sesuai", "verified"),
    "emergency.settled": Text("surat keadaan darurat sudah ada", "the emergency's papers came"),
    "request.cancelled": Text("permohonan dibatalkan", "request cancelled"),
    "request.superseded": Text("digantikan permohonan lain", "superseded by another request"),
}
"""What answers an exception, beside what a logbook tells of."""


class LateStep(Struct, frozen=True, kw_only=True):
    """A step of the SOP beyond its standard; minutes."""

    number: int
    title: Text
    taken: int
    standard: int


class Audited(Struct, frozen=True, kw_only=True):
    """One change of the period. `missing`: papers and confirmations that are to come; `roles`: people with two."""

    account: Account
    title: str
    unit: str
    state: Text
    odd: tuple[Oddity, ...]
    late: tuple[tuple[LateStep, Oddity], ...] = ()
    missing: tuple[Text, ...] = ()
    roles: tuple[tuple[str, tuple[str, ...]], ...] = ()


class OutOfHours(Struct, frozen=True, kw_only=True):
    change: str
    entry: Entry
    what: Text


class AuditFacts(Struct, frozen=True, kw_only=True):
    """What the report says. `verdict` is that of the log's verification; where it is not `sound` nothing else is told.

    `covered` entries stand under the published checkpoint `short` (0 and '': the log was never published).
    """

    office: Office
    lab: bool
    at: datetime
    since: date
    until: date
    verdict: Text
    sound: bool
    size: int
    root: str
    covered: int
    short: str
    changes: tuple[Audited, ...]
    hours: tuple[OutOfHours, ...]
    seed: str
    sample: tuple[str, ...]
    made_by: Party
    acknowledges: Party

    @property
    def period(self) -> str:
        return f"{self.since}/{self.until}"

    @property
    def code(self) -> str:
        """Over all that the report says but the moment at which it was made."""
        names = [name for name in self.__struct_fields__ if name != "at"]
        return short_code("audit", {name: getattr(self, name) for name in names})


@cache
def labels(lang: Lang) -> dict[str, str]:
    text = files("netops").joinpath("papers", "i18n", f"audit.{lang}.json").read_text("utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def audit_page(facts: AuditFacts, lang: Lang) -> Json:
    """Every word of the report, as blocks."""
    t = labels(lang)
    blocks = [sheet.heading(t["verdict"]), sheet.paragraph(facts.verdict.to(lang))]
    if not facts.sound:
        blocks.append(sheet.paragraph(t["not_made"]))
    else:
        blocks += [
            sheet.heading(t["summary"]),
            sheet.pairs(_summary(facts, lang)),
            *_part(t, "exceptions", ("9mm", "29mm", "1fr", "1fr", "1fr", "32mm"),
                   ("no", "change", "what", "reason", "follow", "receipt"), _exceptions(facts, lang)),
            *_part(t, "changes", ("9mm", "29mm", "1fr", "35mm", "35mm", "26mm"),
                   ("no", "change", "about", "approved", "run", "state"), _changes(facts, lang)),
            *_part(t, "hours", ("9mm", "32mm", "1fr", "1fr"), ("no", "change", "what", "who"), _hours(facts, lang)),
            *_part(t, "roles", ("9mm", "32mm", "1fr", "1fr"), ("no", "change", "who", "roles"), _roles(facts, lang)),
            *_part(t, "papers", ("9mm", "32mm", "1fr", "1fr"), ("no", "change", "about", "missing"), _papers(facts, lang)),
            *_sample(facts, lang),
        ]  # fmt: skip
    page = sheet.sheet(
        office=facts.office,
        lang=lang,
        lab=facts.lab,
        paper="audit",
        change=facts.period,
        code=facts.code,
        day=facts.at.date(),
        title=(t["title"], t["period"].format(since=_day(facts.since, lang), until=_day(facts.until, lang))),
        blocks=blocks,
        signatures=((t["made_by"], facts.made_by), (t["acknowledged"], facts.acknowledges)),
        words=t,
    )
    return {**page, "footer_change": t["footer"].format(change=facts.period)}


def _part(
    t: dict[str, str], name: str, columns: Sequence[str], head: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[Json]:
    if not rows:
        return [sheet.heading(t[name]), sheet.paragraph(t["none"])]
    numbered = [(str(n), *row) for n, row in enumerate(rows, 1)]
    return [sheet.heading(t[name]), sheet.table(columns, [t[f"col_{word}"] for word in head], numbered)]


def _summary(facts: AuditFacts, lang: Lang) -> list[tuple[str, str]]:
    t = labels(lang)
    odd = sum(1 for one in facts.changes if one.odd or one.late)
    run = sum(1 for one in facts.changes if one.account.runs)
    counts = (("changes", len(facts.changes)), ("run", run), ("odd", odd), ("entries", facts.size))
    return [(t[f"count_{name}"], say_count(count, lang)) for name, count in counts]


def _exceptions(facts: AuditFacts, lang: Lang) -> list[tuple[str, ...]]:
    """By kind in the order of `Exceptional`, then by time."""
    t = labels(lang)
    order = list(Exceptional)
    found: list[tuple[Oddity, Audited, str]] = []
    for one in facts.changes:
        found += [(odd, one, odd.reason) for odd in one.odd]
        found += [
            (odd, one, t["late_step"].format(
                number=step.number, title=step.title.to(lang), taken=step.taken, standard=step.standard))
            for step, odd in one.late
        ]  # fmt: skip
    found.sort(key=lambda row: (order.index(row[0].what), row[0].entry.seq))
    return [
        (
            one.account.change,
            f"{t[f'exc_{odd.what}']}{f' ({odd.device})' if odd.device else ''}, {_when(odd.entry, facts, lang)}",
            _short(reason) or t["no_reason"],
            _follow(odd, facts, lang),
            _receipt(odd.entry, facts, lang),
        )
        for odd, one, reason in found
    ]


def _follow(odd: Oddity, facts: AuditFacts, lang: Lang) -> str:
    t = labels(lang)
    if odd.answered is None:
        return t["no_follow"]
    what = (WORDS | ANSWERS)[odd.answer].to(lang)
    return t["follow"].format(what=what, at=_when(odd.answered, facts, lang), seq=odd.answered.seq)


def _receipt(entry: Entry, facts: AuditFacts, lang: Lang) -> str:
    t = labels(lang)
    covered = t["covered"].format(short=facts.short) if entry.seq < facts.covered else t["uncovered"]
    return t["receipt"].format(seq=entry.seq, leaf=entry.leaf[:12], covered=covered)


def _changes(facts: AuditFacts, lang: Lang) -> list[tuple[str, ...]]:
    t = labels(lang)
    rows: list[tuple[str, ...]] = []
    for one in facts.changes:
        told = one.account
        approved = [
            f"{done.role}: {done.approver}, {_when(done.entry, facts, lang)}"
            for done in told.decisions
            if done.decision == "approve"
        ]
        runs = [
            f"{t['from_host'].format(who=run.entry.actor, host=run.host) if run.host else run.entry.actor}, "
            f"{_when(run.entry, facts, lang)}"
            for run in told.runs
        ]
        rows.append(
            (
                f"{told.change}, {told.ticket}",
                f"{one.unit}: {one.title}",
                "; ".join(approved) or t["never"],
                "; ".join(runs) or t["never"],
                one.state.to(lang),
            )
        )
    return rows


def _hours(facts: AuditFacts, lang: Lang) -> list[tuple[str, ...]]:
    return [
        (one.change, f"{one.what.to(lang)}, {_when(one.entry, facts, lang)}", one.entry.actor) for one in facts.hours
    ]


def _roles(facts: AuditFacts, lang: Lang) -> list[tuple[str, ...]]:
    return [
        (one.account.change, name, ", ".join(_role(role, lang) for role in held))
        for one in facts.changes
        for name, held in one.roles
    ]


def _role(role: str, lang: Lang) -> str:
    word, _, name = role.partition(":")
    return labels(lang)[f"role_{word}"].format(role=name)


def _papers(facts: AuditFacts, lang: Lang) -> list[tuple[str, ...]]:
    return [
        (one.account.change, f"{one.unit}: {one.title}", "; ".join(line.to(lang) for line in one.missing))
        for one in facts.changes
        if one.missing
    ]


def _sample(facts: AuditFacts, lang: Lang) -> list[Json]:
    t = labels(lang)
    if not facts.sample:
        return [sheet.heading(t["sample"]), sheet.paragraph(t["none"])]
    said = t["sample_text"].format(seed=facts.seed, count=len(facts.sample), total=len(facts.changes))
    about = {one.account.change: one for one in facts.changes}
    rows = [
        (str(n), name, f"{about[name].unit}: {about[name].title}", rank(facts.seed, name)[:16])
        for n, name in enumerate(facts.sample, 1)
    ]
    head = [t[f"col_{word}"] for word in ("no", "change", "about", "rank")]
    return [
        sheet.heading(t["sample"]),
        sheet.paragraph(said),
        sheet.table(("9mm", "36mm", "1fr", "36mm"), head, rows),
    ]


def _when(entry: Entry, facts: AuditFacts, lang: Lang) -> str:
    return say_brief(entry.at.astimezone(facts.office.timezone), lang)


def _day(day: date, lang: Lang) -> str:
    return say_date(day, lang, with_weekday=False)


def _short(text: str) -> str:
    """A reason as long as a table's cell bears; all of it is in the log."""
    line = " ".join(text.split())
    return line if len(line) <= 240 else line[:239] + "…"
