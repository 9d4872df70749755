"""The monitoring report as a spreadsheet with native charts, and its five-minute averages as CSV; device text is never a formula."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import timedelta

from netops.core.measured import Slot
from netops.core.text import Lang, Text
from netops.papers.monitoring import labels, measured_within, say_period, say_subject, working
from netops.papers.monitoring_facts import Line, MonitoringFacts, Stretch, promised
from netops.papers.sheet_xlsx import Cell, Column, Curve, Page, Plot, safe, workbook_of
from netops.papers.words import zone_name

SLOT = timedelta(minutes=5)
FINE = timedelta(days=8)
"""A workbook of a longer period holds averages of an hour: nobody sees more in a chart. The CSV has every five minutes."""
MBPS, GB = 1_000_000, 1_000_000_000


def monitoring_workbook(facts: MonitoringFacts, lang: Lang) -> bytes:
    """Sheets: use, providers, charts, averages, disturbances, changes, text and evidence."""
    t = labels(lang)
    title = f"{t['title']} – {say_subject(facts.subject, lang)}"
    names = _SHEETS[lang]
    pages = [
        _use(facts, names["use"], lang),
        _supply(facts, names["supply"], lang),
        Page(name=names["charts"], title=title, plots=tuple(_plots(facts, names["data"], lang))),
        _gaps(facts, names["gaps"], lang),
        _turns(facts, names["turns"], lang),
        _text(facts, names["text"], lang),
        _data(facts, names["data"], lang),
    ]
    return workbook_of([page for page in pages if page.columns or page.plots], title, author=facts.office.unit)


_SHEETS: dict[Lang, dict[str, str]] = {
    "id": {
        "use": "Pemakaian",
        "supply": "Penyedia",
        "charts": "Grafik",
        "data": "Data",
        "gaps": "Gangguan",
        "turns": "Perubahan",
        "text": "Uraian dan bukti",
    },
    "en": {
        "use": "Use",
        "supply": "Providers",
        "charts": "Graphs",
        "data": "Data",
        "gaps": "Disturbances",
        "turns": "Changes",
        "text": "Text and evidence",
    },
}


def _head(facts: MonitoringFacts, lang: Lang, part: str) -> str:
    subject = say_subject(facts.subject, lang)
    return f"{labels(lang)[part]} – {subject} – {say_period(facts.first, facts.last, lang)}"


def _mbps(rate: int | None) -> float | None:
    return None if rate is None else rate / MBPS


def _share(part: float | None, whole: float) -> float | None:
    return None if part is None or not whole else part / whole


def _use(facts: MonitoringFacts, name: str, lang: Lang) -> Page:
    t, work = labels(lang), working(facts.office, facts)
    unit, letter = Text("Unit", "Unit").to(lang), Text("Surat", "Letter").to(lang)
    rates = [Column(head=t[f"col_{word}"], width=13, kind="rate") for word in ("allocated", "average", "p95", "peak")]
    shares = [Column(head=t[f"col_{word}"], width=11, kind="share") for word in ("used", "over", "limit")]
    columns = (
        Column(head=t["col_no"], width=5, kind="count"),
        Column(head=unit, width=30),
        Column(head=t["col_what"], width=26),
        Column(head=letter, width=26),
        Column(head=t["col_way"], width=18),
        *rates,
        *shares,
        Column(head=f"{t['col_volume']} (GB)", width=12, kind="volume"),
        Column(head=t["sum_data"], width=12, kind="share"),
    )
    rows = [
        (number, line.unit, line.allocation, _letters(line), *row)
        for number, line in enumerate(facts.lines, 1)
        for row in _used(line, measured_within(line.evidence.slots, work) if line.evidence else 0, lang)
    ]
    return Page(name=name, title=_head(facts, lang, "d"), columns=columns, rows=rows, still=3)


def _letters(line: Line) -> str:
    return "; ".join(dict.fromkeys(term.letter for term in line.terms if term.letter))


def _used(line: Line, in_office: int, lang: Lang) -> Iterator[tuple[Cell, ...]]:
    t, figures = labels(lang), line.figures
    flows = [("down", 1, line.flow(1), False), ("up", 0, line.flow(0), False)]
    if figures is not None and figures.office is not None:
        up, down = figures.office
        flows += [("down_office", 1, down, True), ("up_office", 0, up, True)]
    for name, way, flow, office in flows:
        allocated = _mbps(promised(line, way))
        if flow is None or figures is None:
            if not office:
                yield (t[name], allocated, *([None] * 7), 0.0 if line.evidence is not None else None)
            continue
        whole = in_office if office else figures.measured
        yield (
            t[name],
            allocated,
            _mbps(flow.average),
            _mbps(flow.p95),
            _mbps(flow.maximum),
            _share(flow.utilisation, 1000),
            _share(flow.over_80, whole),
            _share(flow.at_limit, whole),
            flow.volume / GB,
            None if office else _share(figures.measured, figures.expected),
        )


def _supply(facts: MonitoringFacts, name: str, lang: Lang) -> Page:
    t = labels(lang)
    rates = [Column(head=t[f"col_{w}"], width=14, kind="rate") for w in ("contract", "promised", "left", "peak", "p95")]
    columns = (
        Column(head="Uplink", width=18),
        Column(head=Text("Penyedia", "Provider").to(lang), width=30),
        Column(head=t["col_way"], width=12),
        *rates,
        Column(head=t["col_of_contract"], width=12, kind="share"),
    )
    rows = []
    for one in facts.supplies:
        for key, way in (("down", 1), ("up", 0)):
            flow = None if one.figures is None else (one.figures.down if way else one.figures.up)
            rates_of = (one.contract[way], one.promised[way], one.left[way])
            seen = (flow.maximum, flow.p95) if flow is not None else (None, None)
            part = _share(flow.p95, one.contract[way]) if flow is not None else None
            rows.append((one.uplink, one.provider, t[key], *map(_mbps, (*rates_of, *seen)), part))
    return Page(name=name, title=_head(facts, lang, "c"), columns=columns, rows=rows, still=1)


# ── averages ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _measured(facts: MonitoringFacts) -> list[Line]:
    return [line for line in facts.lines if line.figures is not None]


def _step(facts: MonitoringFacts) -> timedelta:
    return SLOT if facts.ends_at - facts.starts_at <= FINE else timedelta(hours=1)


def _data(facts: MonitoringFacts, name: str, lang: Lang) -> Page:
    """A row for each moment, four columns for each allocation; blank where nothing valid was measured."""
    t, zone, step = labels(lang), facts.office.timezone, _step(facts)
    lines = _measured(facts)
    columns = [Column(head=f"{Text('Waktu', 'Time').to(lang)} ({zone_name(facts.starts_at)})", width=17, kind="moment")]
    series: list[list[float | None]] = []
    for line in lines:
        for way in ("down", "up"):
            columns.append(Column(head=f"{line.title}: {t[way]} (Mbps)", width=16, kind="rate"))
            columns.append(Column(head=f"{line.title}: {t['col_allocated']}, {t[way]}", width=16, kind="rate"))
            series.append(_averages(facts, line, way == "down", step))
            series.append(_allocated(facts, line, way == "down", step))
    count = -(-(facts.ends_at - facts.starts_at) // step)
    moments = [(facts.starts_at + n * step).astimezone(zone) for n in range(count)]
    rows = list(zip(moments, *series, strict=True))
    hours = (
        Text("rata-rata per jam", "hourly averages") if step > SLOT else Text("rata-rata 5 menit", "5-minute averages")
    )
    title = f"{hours.to(lang)} – {say_subject(facts.subject, lang)} – {say_period(facts.first, facts.last, lang)}"
    return Page(name=name, title=title, columns=tuple(columns), rows=rows, still=1, filters=False)


def _averages(facts: MonitoringFacts, line: Line, down: bool, step: timedelta) -> list[float | None]:
    count = -(-(facts.ends_at - facts.starts_at) // step)
    total, weight = [0] * count, [0] * count
    for slot in line.evidence.slots if line.evidence is not None else ():
        place = (slot.at - facts.starts_at) // step
        if 0 <= place < count:
            total[place] += (slot.down if down else slot.up) * slot.measured
            weight[place] += slot.measured
    return [amount / of / MBPS if of else None for amount, of in zip(total, weight, strict=True)]


def _allocated(facts: MonitoringFacts, line: Line, down: bool, step: timedelta) -> list[float | None]:
    found: list[float | None] = []
    for n in range(-(-(facts.ends_at - facts.starts_at) // step)):
        moment = facts.starts_at + n * step
        terms = [one for one in line.terms if one.since <= moment and (one.until is None or moment < one.until)]
        found.append(_mbps(terms[-1].down if down else terms[-1].up) if terms else None)
    return found


def _plots(facts: MonitoringFacts, data: str, lang: Lang) -> Iterator[Plot]:
    t = labels(lang)
    for number, line in enumerate(_measured(facts)):
        first = 1 + 4 * number
        allocated = Text("alokasi", "allocation").to(lang)
        yield Plot(
            title=t["figure"].format(n=number + 1, title=line.title),
            data=data,
            unit="Mbps",
            curves=(
                Curve(name=t["down"], column=first),
                Curve(name=t["up"], column=first + 2),
                Curve(name=f"{allocated}, {t['down']}", column=first + 1, dashed=True),
                Curve(name=f"{allocated}, {t['up']}", column=first + 3, dashed=True),
            ),
        )


# ── what is beside the figures ───────────────────────────────────────────────────────────────────────────────────


def _gaps(facts: MonitoringFacts, name: str, lang: Lang) -> Page:
    t, zone = labels(lang), facts.office.timezone
    found: list[Stretch] = []
    found += [gap for one in facts.supplies for gap in (*one.outages, *one.gaps)]
    found += [gap for line in facts.lines for gap in (*line.outages, *line.gaps)]
    found.sort(key=lambda gap: (gap.since, gap.allocation))
    columns = (
        Column(head=t["col_what"], width=30),
        Column(head=t["col_from"].format(zone=zone_name(facts.starts_at)), width=18, kind="moment"),
        Column(head=t["col_until"].format(zone=zone_name(facts.starts_at)), width=18, kind="moment"),
        Column(head=Text("Lama (menit)", "Length (minutes)").to(lang), width=14, kind="volume"),
        Column(head=t["col_cause"], width=44),
    )
    rows = [
        (
            gap.allocation,
            gap.since.astimezone(zone),
            gap.until.astimezone(zone),
            gap.seconds / 60,
            t["outage"] if gap.down else t[f"flaw_{gap.flaw or 'none'}"],
        )
        for gap in found
    ]
    return Page(name=name, title=_head(facts, lang, "f"), columns=columns, rows=rows, still=1)


def _turns(facts: MonitoringFacts, name: str, lang: Lang) -> Page:
    t, zone = labels(lang), facts.office.timezone
    rates = [
        Column(head=f"{t[word]}, {t[way]} (Mbps)", width=14, kind="rate")
        for word in ("col_before", "col_after")
        for way in ("down", "up")
    ]
    columns = (
        Column(head=t["col_at"].format(zone=zone_name(facts.starts_at)), width=18, kind="moment"),
        Column(head=t["col_who"], width=44),
        *rates,
        Column(head=t["col_letter"], width=44),
    )
    rows = []
    for one in facts.turns:
        pairs = [pair if pair is not None else (None, None) for pair in (one.before, one.after)]
        told = [_mbps(pair[way]) for pair in pairs for way in (1, 0)]
        who = f"{one.unit} ({one.allocation})" if one.unit else one.allocation
        letter = ", ".join(part for part in (one.letter or t["no_letter"], one.change) if part)
        rows.append((one.at.astimezone(zone), who, *told, letter))
    return Page(name=name, title=_head(facts, lang, "g"), columns=columns, rows=rows, still=1)


def _text(facts: MonitoringFacts, name: str, lang: Lang) -> Page:
    t = labels(lang)
    rows: list[tuple[str, str]] = [(t[part], facts.remarks[part].text) for part in facts.remarks]
    rows += [(one.name, one.digest) for one in facts.proven]
    columns = (Column(head=Text("Bagian", "Part").to(lang), width=40), Column(head=t["evidence"], width=100))
    rows.append((Text("Kode laporan", "Code of the report").to(lang), facts.code))
    return Page(name=name, title=_head(facts, lang, "h"), columns=columns, rows=rows, filters=False)


# ── CSV ──────────────────────────────────────────────────────────────────────────────────────────────────────────

CSV_HEAD = (
    "time",
    "unit",
    "allocation",
    "down_bps",
    "up_bps",
    "measured_seconds",
    "allocated_down_bps",
    "allocated_up_bps",
    "letter",
)


def monitoring_csv(facts: MonitoringFacts) -> bytes:
    """A row for each allocation and five minutes in which something valid was measured; RFC 4180, UTF-8, times ISO 8601.

    The names of the columns are the same in every language: this is for programs.
    """
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\r\n")
    write.writerow(CSV_HEAD)
    zone = facts.office.timezone
    for line in facts.lines:
        name = (safe(line.unit), safe(line.allocation))
        for slot in line.evidence.slots if line.evidence is not None else ():
            term = next(
                (one for one in reversed(line.terms) if one.since <= slot.at < (one.until or facts.ends_at)), None
            )
            held: Sequence[object] = ("", "", "") if term is None else (term.down, term.up, safe(term.letter))
            write.writerow((slot.at.astimezone(zone).isoformat(), *name, *_ways(slot, line), slot.measured, *held))
    return out.getvalue().encode()


def _ways(slot: Slot, line: Line) -> tuple[object, object]:
    """'' for a way that the series does not count."""
    return (slot.down if line.flow(1) is not None else ""), (slot.up if line.flow(0) is not None else "")
