"""The Laporan Monitoring Bandwidth laid out as blocks of a paper, parts A to I and an annex; adds no fact and hides no gap."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files

from msgspec.structs import replace

from netops.changes.office_time import Span, working_spans
from netops.core.errors import InputError
from netops.core.measured import Flow, Limit, Slot
from netops.core.text import Lang, Text
from netops.papers import sheet
from netops.papers.charts import Chart, chart_svg
from netops.papers.monitoring_facts import (
    Line,
    MonitoringFacts,
    Part,
    Stretch,
    Subject,
    Supply,
    Turn,
    promised,
)
from netops.papers.office import Office
from netops.papers.proposed import Load, load
from netops.papers.sheet import Json
from netops.papers.words import (
    say_count,
    say_date,
    say_days,
    say_lasting,
    say_mbps,
    say_measured,
    say_moment,
    say_month,
    say_percent,
    say_short,
    say_volume,
    zone_name,
)

BLANK = "–"
MOST_GAPS = 25
"""The longest stretches without valid data are told one by one; the others are summed up."""
MOST_SEGMENTS = 40
FOOTER = 48
"""Characters that stand beside the code below a page."""
REASONS = {
    "Unreachable": Text("perangkat tidak terjangkau", "the device was not reached"),
    "TimedOut": Text("perangkat tidak menjawab", "the device did not answer"),
    "LoginRefused": Text("kredensial SNMP tidak diterima", "the SNMP credentials were refused"),
    "Misbehaved": Text("jawaban perangkat tidak dapat dipakai", "the device's answer could not be used"),
    "Unsupported": Text("perangkat tidak menyediakannya", "the device does not offer it"),
}
"""Why a reading did not come, by the error's class; others are not told in words."""
_USE = ("1fr", "17mm", "17mm", "17mm", "17mm", "16mm", "15mm", "15mm", "21mm")


@cache
def labels(lang: Lang) -> dict[str, str]:
    """The fixed words of the paper, by key; the same keys in both languages (tested)."""
    text = files("netops").joinpath("papers", "i18n", f"monitoring.{lang}.json").read_text("utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def monitoring_page(facts: MonitoringFacts, lang: Lang) -> Json:
    """Every word and drawing of the report, in order."""
    t = labels(lang)
    page = sheet.sheet(
        office=facts.office,
        lang=lang,
        lab=facts.lab,
        paper="monitoring",
        change=facts.key,
        code=facts.code,
        day=facts.at.date(),
        title=(t["title"], say_subject(facts.subject, lang), say_period(facts.first, facts.last, lang)),
        number=facts.number,
        blocks=[
            *_ground(facts, lang),
            sheet.heading(t["b"]),
            sheet.pairs(_summary(facts, lang)),
            *_supply(facts, lang),
            *_use(facts, lang),
            *_graphs(facts, lang),
            *_gaps(facts, lang),
            *_turns(facts, lang),
            sheet.heading(t["h"]),
            *_remark(facts, "analysis", lang),
            *_remark(facts, "conclusion", lang),
            sheet.heading(t["i"]),
            *_remark(facts, "recommendation", lang, titled=False),
        ],
        signatures=(
            (t["made_by"], facts.made_by),
            (t["checked_by"], facts.checked_by),
            (t["acknowledged"], facts.acknowledges),
        ),
        words=t,
        copies=facts.office.reports.copies,
        annexes=((t["annex"], _annex(facts, lang)),),
    )
    span = say_days(facts.first, facts.last, lang)
    footer = t["footer"].format(name=facts.subject.title or facts.subject.name, span=span)
    short = f"{t['footer'].partition(' {')[0]}, {span}"
    return {**page, "footer_change": footer if len(footer) <= FOOTER else short}


def say_subject(subject: Subject, lang: Lang) -> str:
    return labels(lang)[f"of_{subject.kind}"].format(name=subject.title or subject.name)


def say_period(first: date, last: date, lang: Lang) -> str:
    t = labels(lang)
    if first == last:
        return t["period_day"].format(first=say_date(first, lang))
    if first.day == 1 and last + timedelta(days=1) == (first + timedelta(days=32)).replace(day=1):
        return t["period_month"].format(month=say_month(first, lang))
    return t["period"].format(first=_day(first, lang), last=_day(last, lang))


def _day(day: date, lang: Lang) -> str:
    return say_date(day, lang, with_weekday=False)


# ── A, B ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _ground(facts: MonitoringFacts, lang: Lang) -> list[Json]:
    t = labels(lang)
    letters = dict.fromkeys(
        (term.letter, line.allocation) for line in facts.lines for term in line.terms if term.letter
    )
    basis = [
        *facts.office.reports.basis,
        *(t["basis_letter"].format(letter=letter, allocation=allocation) for letter, allocation in letters),
    ]
    subject = say_subject(facts.subject, lang)
    scope = t["scope"].format(
        subject=_within(subject, lang),
        count=say_count(len(facts.lines), lang),
        span=_within(say_period(facts.first, facts.last, lang), lang),
    )
    if facts.running:
        scope += t["scope_running"].format(until=say_moment(facts.ends_at.astimezone(facts.office.timezone), lang))
    return [
        sheet.heading(t["a"]),
        sheet.minor(t["basis"]),
        sheet.listing(basis) if basis else sheet.paragraph(t["basis_none"]),
        sheet.paragraph(t["purpose"]),
        sheet.paragraph(scope),
    ]


def _within(text: str, lang: Lang) -> str:
    """In the middle of a sentence; names of months and days keep their capital in English."""
    return text[:1].lower() + text[1:] if lang == "id" else text


def _times(count: int, lang: Lang) -> str:
    return labels(lang)["once" if count == 1 else "times"].format(count=say_count(count, lang))


def _summary(facts: MonitoringFacts, lang: Lang) -> list[tuple[str, str]]:
    t = labels(lang)
    full = [line for line in facts.lines if load(line) is Load.NEARLY_FULL]
    seen = [line.figures for line in facts.lines if line.figures is not None]
    expected, measured = sum(one.expected for one in seen), sum(one.measured for one in seen)
    gaps = [gap for line in facts.lines for gap in line.gaps]
    rows = [
        (t["sum_lines"], say_count(len(facts.lines), lang)),
        (t["sum_full"], "; ".join(line.title for line in full) or t["nothing"]),
        (
            t["sum_data"],
            t["sum_data_text"].format(
                share=say_percent(measured, expected, lang),
                measured=say_lasting(measured, lang),
                expected=say_lasting(expected, lang),
            )
            if expected
            else t["nothing"],
        ),
    ]
    flows = [
        (flow.maximum, way, line)
        for line in facts.lines
        if line.figures is not None
        for way, flow in (("down", line.flow(1)), ("up", line.flow(0)))
        if flow is not None
    ]
    if flows:
        most, way, line = max(flows, key=lambda one: one[0])
        said = t["sum_peak_text"].format(way=t[way], rate=say_measured(most, lang), title=line.title)
        down = sum(one.down.volume for one in seen if one.down is not None)
        up = sum(one.up.volume for one in seen if one.up is not None)
        volume = t["sum_volume_text"].format(down=say_volume(down, lang), up=say_volume(up, lang))
        rows += [(t["sum_peak"], said), (t["sum_volume"], volume)]
    lasting = say_lasting(sum(gap.seconds for gap in gaps), lang)
    rows.append(
        (
            t["sum_gaps"],
            t["sum_gaps_text"].format(count=_times(len(gaps), lang), lasting=lasting) if gaps else t["nothing"],
        )
    )
    turns = _times(len(facts.turns), lang) if facts.turns else t["nothing"]
    return [*rows, (t["sum_turns"], turns)]


# ── C, D ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _supply(facts: MonitoringFacts, lang: Lang) -> list[Json]:
    t = labels(lang)
    if not facts.supplies:
        return [sheet.heading(t["c"]), sheet.paragraph(t["c_none"])]
    words = ("way", "contract", "promised", "left", "peak", "p95", "of_contract", "outage")
    parts = [
        (f"{one.uplink} – {one.provider}", [_supplied(one, way, lang) for way in (1, 0)]) for one in facts.supplies
    ]
    return [
        sheet.heading(t["c"]),
        sheet.groups(
            ("1fr", "19mm", "21mm", "19mm", "19mm", "19mm", "19mm", "24mm"),
            [t[f"col_{word}"] for word in words],
            parts,
            right=range(1, 8),
        ),
        sheet.note(t["c_note"]),
    ]


def _supplied(one: Supply, way: int, lang: Lang) -> list[str]:
    t, figures = labels(lang), one.figures
    flow = None if figures is None else (figures.down if way else figures.up)
    left = one.left[way]
    out = sum(gap.seconds for gap in one.outages)
    return [
        t["down" if way else "up"],
        say_mbps(one.contract[way], lang),
        say_mbps(one.promised[way], lang),
        f"−{say_mbps(-left, lang)}" if left < 0 else say_mbps(left, lang),
        BLANK if flow is None else say_mbps(flow.maximum, lang),
        BLANK if flow is None else say_mbps(flow.p95, lang),
        BLANK if flow is None else say_percent(flow.p95, one.contract[way], lang),
        BLANK if figures is None else say_lasting(out, lang) if out else t["nothing"],
    ]


def _use(facts: MonitoringFacts, lang: Lang) -> list[Json]:
    t = labels(lang)
    if not facts.lines:
        return [sheet.heading(t["d"]), sheet.paragraph(t["d_none"])]
    words = ("way", "allocated", "average", "p95", "peak", "used", "over", "limit", "volume")
    work = working(facts.office, facts)
    parts = [(_unit(n, line, lang), _used(line, work, lang)) for n, line in enumerate(facts.lines, 1)]
    return [
        sheet.heading(t["d"]),
        sheet.groups(_USE, [t[f"col_{word}"] for word in words], parts, right=range(1, 9)),
        sheet.note(t["d_note"]),
    ]


def _unit(number: int, line: Line, lang: Lang) -> str:
    t, figures = labels(lang), line.figures
    letters = list(dict.fromkeys(term.letter for term in line.terms))
    if not line.terms:
        told = [t["unit_no_term"]]
    else:
        told = [t["unit_letter"].format(letter=one) if one else t["unit_no_letter"] for one in letters]
    data = t["unit_no_data"]
    if figures is not None:
        data = t["unit_data"].format(share=say_percent(figures.measured, figures.expected, lang))
    return "; ".join((t["unit_line"].format(n=number, title=line.title), *told, data))


def _used(line: Line, work: Sequence[Span], lang: Lang) -> list[list[str]]:
    """Both ways, and both again within working hours where those are known."""
    t, figures = labels(lang), line.figures
    empty = [[t[name], _allocated(line, way, lang), *([BLANK] * 7)] for name, way in (("down", 1), ("up", 0))]
    if figures is None:
        return empty
    flows = {"down": figures.down, "up": figures.up}
    rows = [_flow(line, flow, name, figures.measured, lang) for name, flow in flows.items() if flow is not None]
    if figures.office is not None and line.evidence is not None:
        (up, down), seconds = figures.office, measured_within(line.evidence.slots, work)
        flows = {"down_office": down, "up_office": up}
        rows += [_flow(line, flow, name, seconds, lang) for name, flow in flows.items() if flow is not None]
    return rows


def measured_within(slots: Sequence[Slot], work: Sequence[Span]) -> int:
    """Measured seconds of the slots that begin within working hours; both are in order."""
    total, n = 0, 0
    for slot in slots:
        while n < len(work) and work[n][1] <= slot.at:
            n += 1
        if n < len(work) and work[n][0] <= slot.at:
            total += slot.measured
    return total


def _allocated(line: Line, way: int, lang: Lang) -> str:
    rate = promised(line, way)
    return BLANK if rate is None else say_mbps(rate, lang)


def _flow(line: Line, flow: Flow, name: str, measured: int, lang: Lang) -> list[str]:
    way = 1 if name.startswith("down") else 0

    def part(value: int | None) -> str:
        return BLANK if value is None else say_percent(value, measured, lang)

    return [
        labels(lang)[name],
        _allocated(line, way, lang),
        say_mbps(flow.average, lang),
        say_mbps(flow.p95, lang),
        say_mbps(flow.maximum, lang),
        BLANK if flow.utilisation is None else say_percent(flow.utilisation, 1000, lang),
        part(flow.over_80),
        part(flow.at_limit),
        say_volume(flow.volume, lang),
    ]


# ── E ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _graphs(facts: MonitoringFacts, lang: Lang) -> list[Json]:
    t = labels(lang)
    blocks = [sheet.heading(t["e"])]
    work = working(facts.office, facts)
    for number, line in enumerate((line for line in facts.lines if line.figures is not None), 1):
        svg = chart_svg(chart_of(facts, line, work), lang)
        about = {"title": line.title, "first": _day(facts.first, lang), "last": _day(facts.last, lang)}
        caption = t["figure"].format(n=number, title=line.title)
        blocks.append(sheet.figure(svg, t["figure_alt"].format(**about), caption))
    if len(blocks) == 1:
        return [*blocks, sheet.paragraph(t["figure_none"])]
    return [*blocks, sheet.note(t["e_note"])]


def working(office: Office, facts: MonitoringFacts) -> tuple[Span, ...]:
    """The office's working hours in the period; () where it has written none."""
    try:
        return working_spans(office.working_time(), facts.starts_at, facts.ends_at)
    except InputError:
        return ()


def chart_of(facts: MonitoringFacts, line: Line, work: Sequence[Span]) -> Chart:
    """One allocation's curve, with what was allocated and the numbers of its changes in part G."""
    down, up = line.flow(1), line.flow(0)
    return Chart(
        title=line.title,
        since=facts.starts_at,
        until=facts.ends_at,
        slots=line.evidence.slots if line.evidence is not None else (),
        limits=[Limit(since=one.since, until=one.until, up=one.up, down=one.down) for one in line.terms],
        marks=[(turn.at, str(n)) for n, turn in enumerate(facts.turns, 1) if turn.allocation == line.allocation],
        work=work,
        p95=(up.p95 if up else None, down.p95 if down else None),
        ways=tuple(way for way, flow in ((1, down), (0, up)) if flow is not None),
    )


# ── F, G ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _gaps(facts: MonitoringFacts, lang: Lang) -> list[Json]:
    t = labels(lang)
    gaps = [
        *(gap for one in facts.supplies for gap in (*one.outages, *one.gaps)),
        *(gap for line in facts.lines for gap in (*line.outages, *line.gaps)),
    ]
    counts: Counter[str] = Counter()
    for figures in (*(one.figures for one in facts.supplies), *(line.figures for line in facts.lines)):
        if figures is not None:
            counts.update({f"flaw_{flaw}": number for flaw, number in figures.flaws.items() if number})
    if not gaps and not counts:
        return [sheet.heading(t["f"]), sheet.paragraph(t["none"])]
    blocks = [sheet.heading(t["f"]), sheet.paragraph(t["f_text"])]
    if counts:
        said = "; ".join(
            f"{t[name]} {t['times'].format(count=say_count(n, lang))}" for name, n in sorted(counts.items())
        )
        blocks.append(sheet.paragraph(t["f_counts"].format(counts=said)))
    longest = sorted(_together(gaps), key=lambda gap: (-gap.seconds, gap.since, gap.allocation))
    shown = sorted(longest[:MOST_GAPS], key=lambda gap: (gap.since, gap.allocation))
    if shown:
        head = _head(("no", "from", "until", "lasting", "what", "cause"), facts, lang)
        rows = [(str(n), *_gap(gap, facts, lang)) for n, gap in enumerate(shown, 1)]
        blocks.append(sheet.grid(("8mm", "29mm", "29mm", "22mm", "1fr", "40mm"), head, rows, right=(0,)))
    if rest := longest[MOST_GAPS:]:
        lasting = say_lasting(sum(gap.seconds for gap in rest), lang)
        blocks.append(sheet.note(t["f_more"].format(count=say_count(len(rest), lang), lasting=lasting)))
    return blocks


def _head(words: Sequence[str], facts: MonitoringFacts, lang: Lang) -> list[str]:
    return [labels(lang)[f"col_{word}"].format(zone=zone_name(facts.starts_at)) for word in words]


def _together(gaps: Sequence[Stretch]) -> list[Stretch]:
    """What several allocations of a device lack at the same time is told once."""
    same: dict[tuple[object, ...], list[str]] = {}
    for gap in gaps:
        same.setdefault((gap.since, gap.until, gap.flaw, gap.reason, gap.down), []).append(gap.allocation)
    seen: set[tuple[object, ...]] = set()
    found = []
    for gap in gaps:
        key = (gap.since, gap.until, gap.flaw, gap.reason, gap.down)
        if key not in seen:
            seen.add(key)
            found.append(replace(gap, allocation=", ".join(dict.fromkeys(same[key]))))
    return found


def _gap(gap: Stretch, facts: MonitoringFacts, lang: Lang) -> tuple[str, ...]:
    t, zone = labels(lang), facts.office.timezone
    cause = t["outage"] if gap.down else t[f"flaw_{gap.flaw or 'none'}"]
    return (
        say_short(gap.since.astimezone(zone), lang),
        say_short(gap.until.astimezone(zone), lang),
        say_lasting(gap.seconds, lang),
        gap.allocation,
        f"{cause} ({REASONS[gap.reason].to(lang)})" if gap.reason in REASONS else cause,
    )


def _turns(facts: MonitoringFacts, lang: Lang) -> list[Json]:
    t = labels(lang)
    if not facts.turns:
        return [sheet.heading(t["g"]), sheet.paragraph(t["g_none"])]
    head = _head(("no", "at", "who", "before", "after", "letter"), facts, lang)
    rows = [(str(n), *_turn(turn, facts, lang)) for n, turn in enumerate(facts.turns, 1)]
    widths = ("8mm", "29mm", "1fr", "24mm", "24mm", "46mm")
    return [sheet.heading(t["g"]), sheet.grid(widths, head, rows, right=(0,))]


def _turn(turn: Turn, facts: MonitoringFacts, lang: Lang) -> tuple[str, ...]:
    t = labels(lang)

    def rates(pair: tuple[int, int] | None) -> str:
        if pair is None:
            return t["no_allocation"]
        up, down = (say_measured(rate, lang) for rate in pair)
        return f"{t['down']} {down}, {t['up']} {up}"

    return (
        say_short(turn.at.astimezone(facts.office.timezone), lang),
        f"{turn.unit} ({turn.allocation})" if turn.unit else turn.allocation,
        rates(turn.before),
        rates(turn.after),
        ", ".join(part for part in (turn.letter or t["no_letter"], turn.change) if part),
    )


# ── H, I, annex ──────────────────────────────────────────────────────────────────────────────────────────────────


def _remark(facts: MonitoringFacts, part: Part, lang: Lang, *, titled: bool = True) -> list[Json]:
    t, remark = labels(lang), facts.remarks[part]
    whose = t["whose_nobody"]
    if remark.at is not None:
        at = say_moment(remark.at.astimezone(facts.office.timezone), lang)
        whose = t["whose"].format(author=remark.author, at=at)
    head = [sheet.minor(t[part])] if titled else []
    return [*head, sheet.quoted(remark.text, whose)]


def _annex(facts: MonitoringFacts, lang: Lang) -> list[Json]:
    t = labels(lang)
    interval = facts.method.get("interval", "")
    said = [
        t["m_source"].format(interval=t["m_interval"].format(seconds=interval) if interval else ""),
        t["m_rate"],
        t["m_valid"],
        t["m_p95"],
        t["m_data"],
    ]
    if facts.office.hours:
        said.append(t["m_hours"].format(hours=_hours(facts, lang)))
    blocks = [sheet.heading(t["method"]), sheet.listing(said), sheet.heading(t["evidence"])]
    if not facts.proven:
        return [*blocks, sheet.paragraph(t["evidence_none"])]
    blocks.append(sheet.paragraph(t["evidence_text"]))
    listed = "".join(f"{one.name} {one.digest}\n" for one in sorted(facts.proven, key=lambda one: one.name))
    all_of_them = sha256(listed.encode()).hexdigest()
    blocks.append(
        sheet.paragraph(t["evidence_more"].format(count=say_count(len(facts.proven), lang), digest=all_of_them))
    )
    if len(facts.proven) <= MOST_SEGMENTS:
        rows = [
            (one.name, one.digest.removeprefix("sha256:"), str(one.entry) if one.entry >= 0 else BLANK)
            for one in facts.proven
        ]
        head = [t["col_segment"], t["col_digest"], t["col_entry"]]
        blocks.append(sheet.grid(("1fr", "107mm", "12mm"), head, rows, right=(2,)))
    return blocks


def _hours(facts: MonitoringFacts, lang: Lang) -> str:
    dot = "." if lang == "id" else ":"
    parts = []
    for one in facts.office.hours:
        days = one.days if lang == "id" else one.days_en or one.days
        rest = f" ({'istirahat' if lang == 'id' else 'rest'} {one.rest.replace('-', '–')})" if one.rest else ""
        parts.append(f"{days} {one.start}–{one.end}{rest}".replace(":", dot))
    return f"{'; '.join(parts)} {zone_name(facts.starts_at + timedelta(hours=12))}"
