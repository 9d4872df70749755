"""One change from the letter to the last paper, as the log has it: every entry numbered, every body by digest. Adds no fact."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files

from msgspec import Struct

from netops.changes.account import Account, Entry, Fact
from netops.changes.sop import Taken
from netops.core.text import Lang, Text
from netops.papers import sheet
from netops.papers.audit import labels as audit_labels
from netops.papers.facts import Letter, short_code
from netops.papers.office import Office
from netops.papers.sheet import Json
from netops.papers.words import say_brief, say_date, say_moment


class AccountFacts(Struct, frozen=True, kw_only=True):
    """`steps` are those of the SOP with their titles; `scan` is the digest of the letter's scan, '' where none was given."""

    account: Account
    office: Office
    lab: bool
    at: datetime
    unit: str
    subject: str
    requester: str
    letter: Letter
    scan: str
    sop: str
    steps: tuple[tuple[Text, Taken], ...]

    @property
    def code(self) -> str:
        names = [name for name in self.__struct_fields__ if name != "at"]
        return short_code("account", {name: getattr(self, name) for name in names})


@cache
def labels(lang: Lang) -> dict[str, str]:
    text = files("netops").joinpath("papers", "i18n", f"account.{lang}.json").read_text("utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def account_page(facts: AccountFacts, lang: Lang) -> Json:
    """Every word of the account, as blocks."""
    t, told = labels(lang), facts.account
    blocks = [sheet.heading(t["asked"]), sheet.pairs(_asked(facts, lang))]
    blocks += _part(t, "decided", ("role", "who", "when", "class", "entry"), ("24mm", "1fr", "34mm", "1fr", "13mm"),
                    _decided(facts, lang))  # fmt: skip
    blocks += [sheet.heading(t["made_from"]), sheet.pairs(_inputs(facts, lang))]
    blocks += _part(t, "ran", ("who", "host", "version", "when", "entry"), ("1fr", "1fr", "18mm", "36mm", "13mm"), [
        (run.entry.actor, run.host or t["unrecorded"], run.program or t["unrecorded"], _when(run.entry, facts, lang),
         str(run.entry.seq)) for run in told.runs])  # fmt: skip
    blocks += _part(t, "groups", ("device", "phase", "count", "outcome", "digest", "entry"),
                    ("28mm", "18mm", "18mm", "1fr", "30mm", "13mm"), _groups(facts, lang))  # fmt: skip
    facts_of = {"guards": told.guards, "verified": told.verified, "evidence": told.evidence, "papers": told.papers}
    for name, found in facts_of.items():
        blocks += _part(t, name, ("what", "when", "device", "words", "digest", "entry"),
                        ("31mm", "26mm", "20mm", "1fr", "27mm", "13mm"), _facts(found, facts, lang))  # fmt: skip
    blocks += _part(t, "sop", ("no", "step", "standard", "taken", "standing"), ("9mm", "1fr", "20mm", "22mm", "32mm"),
                    _steps(facts, lang))  # fmt: skip
    blocks += _part(t, "odd", ("what", "when", "words", "entry"), ("36mm", "34mm", "1fr", "13mm"), _odd(facts, lang))
    return sheet.sheet(
        office=facts.office,
        lang=lang,
        lab=facts.lab,
        paper="account",
        change=told.change,
        code=facts.code,
        day=facts.at.date(),
        title=(t["title"], told.change),
        blocks=blocks,
        signatures=(),
        words=t,
    )


def _part(
    t: dict[str, str], name: str, head: Sequence[str], columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> list[Json]:
    if not rows:
        return [sheet.heading(t[name]), sheet.paragraph(t["none"])]
    return [sheet.heading(t[name]), sheet.table(columns, [t[f"col_{word}"] for word in head], rows)]


def _asked(facts: AccountFacts, lang: Lang) -> list[tuple[str, str]]:
    t, told, letter = labels(lang), facts.account, facts.letter
    day = say_date(letter.date, lang, with_weekday=False) if letter.date else "–"
    received = t["unrecorded"]
    if told.received:
        moment = say_moment(told.received.at.astimezone(facts.office.timezone), lang)
        received = f"{moment} ({told.received.actor}, {t['col_entry'].lower()} {told.received.seq})"
    return [
        (t["unit"], facts.unit),
        (t["subject"], facts.subject),
        (t["requester"], facts.requester),
        (t["ticket"], told.ticket),
        (t["letter"], t["letter_text"].format(number=letter.number or "–", date=day)),
        (t["scan"], facts.scan or t["no_scan"]),
        (t["received"], received),
        (t["digest"], told.request),
    ]


def _decided(facts: AccountFacts, lang: Lang) -> list[tuple[str, ...]]:
    t = labels(lang)
    return [
        (
            one.role,
            f"{one.approver} ({t.get(one.decision, one.decision)})",
            _when(one.entry, facts, lang),
            f"{one.evidence} {one.key}",
            str(one.entry.seq),
        )
        for one in facts.account.decisions
    ]


def _inputs(facts: AccountFacts, lang: Lang) -> list[tuple[str, str]]:
    t, told = labels(lang), facts.account
    planned = t["unrecorded"]
    if told.planned:
        planned = (
            f"{_when(told.planned, facts, lang)} ({told.planned.actor}, {t['col_entry'].lower()} {told.planned.seq})"
        )
    names = ("inventory", "templates", "playbook", "policy", "program")
    return [
        (t["planned"], planned),
        (t["plan"], told.plan or t["unrecorded"]),
        *((t[f"in_{name}"], told.inputs.get(name, t["unrecorded"])) for name in names),
    ]


def _groups(facts: AccountFacts, lang: Lang) -> list[tuple[str, ...]]:
    t = labels(lang)
    return [
        (
            one.device,
            f"{one.phase} {one.number}",
            str(one.count),
            t[f"out_{one.outcome}"] + (f": {one.message}" if one.message else ""),
            _digest(one.ops),
            str(one.entry.seq),
        )
        for one in facts.account.groups
    ]


def _facts(found: Sequence[Fact], facts: AccountFacts, lang: Lang) -> list[tuple[str, ...]]:
    t = labels(lang)
    return [
        (
            t[f"ev_{one.kind}"],
            _when(one.entry, facts, lang),
            one.device or "–",
            ", ".join(t.get(f"w_{word}", word) for word in one.words.split(", ")) or "–",
            _digest(one.digest),
            str(one.entry.seq),
        )
        for one in found
    ]


def _steps(facts: AccountFacts, lang: Lang) -> list[tuple[str, ...]]:
    t = labels(lang)
    return [
        (
            str(taken.number),
            title.to(lang),
            "–" if taken.minutes is None else str(taken.minutes),
            "–" if taken.seconds is None else str(-(-taken.seconds // 60)),
            t[taken.standing.value],
        )
        for title, taken in facts.steps
    ]


def _odd(facts: AccountFacts, lang: Lang) -> list[tuple[str, ...]]:
    words = audit_labels(lang)
    return [
        (
            words[f"exc_{one.what}"] + (f" ({one.device})" if one.device else ""),
            _when(one.entry, facts, lang),
            " ".join(one.reason.split()) or words["no_reason"],
            str(one.entry.seq),
        )
        for one in facts.account.oddities
    ]


def _when(entry: Entry, facts: AccountFacts, lang: Lang) -> str:
    return say_brief(entry.at.astimezone(facts.office.timezone), lang)


def _digest(digest: str) -> str:
    """Enough to find the body by; the whole digest is in the log."""
    return digest.removeprefix("sha256:")[:12] or "–"
