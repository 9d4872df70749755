"""A first text for a monitoring report's analysis, conclusion and recommendation, from its figures alone; guesses no cause."""

from collections.abc import Sequence
from enum import IntEnum

from msgspec import Struct

from netops.core.text import Lang, Text
from netops.papers.monitoring_facts import Line, MonitoringFacts, Part, Supply, promised
from netops.papers.words import say_count, say_measured, say_percent

NEARLY, OFTEN, LOOSE, WHOLE = 0.8, 0.05, 0.3, 0.95
"""An allocation is nearly full from a 95th percentile of 80 %, or with 5 % of the time at its limit; loose below 30 %;
figures of less than 95 % of the time are told as such."""
MOST = 12
"""So many allocations are told one by one, the fullest first; the others are counted."""


class Load(IntEnum):
    """How full an allocation is, the fullest first."""

    NEARLY_FULL = 0
    ENOUGH = 1
    LOOSE = 2
    UNPROMISED = 3  # measured, but nobody knows what was allocated
    UNMEASURED = 4


class _Judged(Struct, frozen=True):
    line: Line
    load: Load
    share: float  # the higher of both ways' 95th percentile, of what is allocated at the end
    way: int


def proposed(facts: MonitoringFacts, part: Part, lang: Lang) -> str:
    """Paragraphs parted by line breaks."""
    judged = sorted((_judge(line) for line in facts.lines), key=lambda one: (one.load, -one.share, one.line.allocation))
    match part:
        case "analysis":
            said = _analysis(facts, judged, lang)
        case "conclusion":
            said = _conclusion(facts, judged, lang)
        case "recommendation":
            said = _recommendation(facts, judged, lang)
    return "\n".join(said)


def load(line: Line) -> Load:
    return _judge(line).load


def _judge(line: Line) -> _Judged:
    figures = line.figures
    if figures is None:
        return _Judged(line, Load.UNMEASURED, 0, 1)
    flows = [(way, flow) for way in (1, 0) if (flow := line.flow(way)) is not None]
    shares = [(flow.p95 / most, way) for way, flow in flows if (most := promised(line, way))]
    if not shares:
        return _Judged(line, Load.UNPROMISED, 0, flows[0][0])
    share, way = max(shares, key=lambda one: one[0])
    at_limit = max(flow.at_limit or 0 for _, flow in flows) / max(figures.measured, 1)
    if share >= NEARLY or at_limit >= OFTEN:
        return _Judged(line, Load.NEARLY_FULL, share, way)
    return _Judged(line, Load.LOOSE if share < LOOSE else Load.ENOUGH, share, way)


def _way(one: _Judged) -> Text:
    return Text("unduh", "download") if one.way else Text("unggah", "upload")


def _analysis(facts: MonitoringFacts, judged: Sequence[_Judged], lang: Lang) -> list[str]:
    if not judged:
        return [
            Text(
                "Pada periode ini tidak ada alokasi yang tercatat untuk yang dilaporkan.",
                "In this period no allocation is recorded for what is reported.",
            ).to(lang)
        ]
    said = [_told(one, lang) for one in judged[:MOST]]
    if len(judged) > MOST:
        more = say_count(len(judged) - MOST, lang)
        said.append(
            Text(
                f"{more} alokasi lain terpakai lebih longgar daripada yang disebut di atas; angkanya ada di bagian D.",
                f"{more} more allocations are less full than those named above; part D has their figures.",
            ).to(lang)
        )
    said += [_supplied(one, lang) for one in facts.supplies]
    return said


def _told(one: _Judged, lang: Lang) -> str:
    line, flow, figures = one.line, one.line.flow(one.way), one.line.figures
    if flow is None or figures is None:
        return Text(
            f"{line.title}: tidak ada data sah pada periode ini, sehingga pemakaiannya tidak dapat dinilai.",
            f"{line.title}: there are no valid data in this period, so that its use cannot be judged.",
        ).to(lang)
    average, p95, most = (say_measured(rate, lang) for rate in (flow.average, flow.p95, flow.maximum))
    words = Text(
        f"{line.title}: {_way(one).id} rata-rata {average}, persentil 95 {p95}, puncak {most}",
        f"{line.title}: {_way(one).en} average {average}, 95th percentile {p95}, peak {most}",
    ).to(lang)
    allocated = promised(line, one.way)
    if allocated is None:
        words += Text(
            "; alokasinya tidak tercatat, sehingga utilisasinya tidak dihitung.",
            "; what is allocated is not recorded, so that no utilisation is given.",
        ).to(lang)
    else:
        rate, share = say_measured(allocated, lang), say_percent(flow.p95, allocated, lang)
        words += Text(f" ({share} dari alokasi {rate})", f" ({share} of the allocation of {rate})").to(lang)
        if flow.over_80 is not None:
            long = say_percent(flow.over_80, figures.measured, lang)
            words += Text(
                f"; {long} dari waktu terukur berada pada atau di atas 80\u00a0% alokasi",
                f"; {long} of the measured time was at or above 80% of the allocation",
            ).to(lang)
        if flow.at_limit:
            long = say_percent(flow.at_limit, figures.measured, lang)
            words += Text(f", {long} pada batasnya", f", {long} at its limit").to(lang)
        words += "."
        if len({(term.up, term.down) for term in line.terms}) > 1:
            words += Text(
                " Alokasi berubah di dalam periode; persentil 95 dibandingkan dengan alokasi pada akhir periode.",
                " The allocation changed within the period; the 95th percentile is compared with the one at its end.",
            ).to(lang)
    if figures.measured < WHOLE * figures.expected:
        part = say_percent(figures.measured, figures.expected, lang)
        words += Text(
            f" Kelengkapan data hanya {part}: angka ini berlaku untuk waktu yang terukur saja.",
            f" Only {part} of the data is there: these figures hold for the measured time only.",
        ).to(lang)
    return words


def _supplied(one: Supply, lang: Lang) -> str:
    left = one.left[1]
    if left < 0:
        words = Text(
            f"{one.uplink}: yang dialokasikan (unduh) melebihi kontrak sebesar {say_measured(-left, 'id')}",
            f"{one.uplink}: what is allocated (download) is {say_measured(-left, 'en')} above the contract",
        ).to(lang)
    else:
        words = Text(
            f"{one.uplink}: sisa kontrak (unduh) {say_measured(left, 'id')}",
            f"{one.uplink}: {say_measured(left, 'en')} of the contract (download) is left",
        ).to(lang)
    if one.figures is not None and one.figures.down is not None:
        p95, part = one.figures.down.p95, say_percent(one.figures.down.p95, one.contract[1], lang)
        words += Text(
            f"; persentil 95 terukur {say_measured(p95, 'id')} ({part} dari kontrak)",
            f"; measured 95th percentile {say_measured(p95, 'en')} ({part} of the contract)",
        ).to(lang)
    return words + "."


def _names(judged: Sequence[_Judged]) -> str:
    return ", ".join(one.line.title for one in judged[:MOST]) + (" …" if len(judged) > MOST else "")


def _conclusion(facts: MonitoringFacts, judged: Sequence[_Judged], lang: Lang) -> list[str]:
    if not judged:
        return [
            Text("Tidak ada pemakaian yang dapat disimpulkan.", "No use can be concluded on.").to(lang),
        ]
    words = {
        Load.NEARLY_FULL: Text("hampir penuh", "nearly full"),
        Load.ENOUGH: Text("mencukupi", "sufficient"),
        Load.LOOSE: Text("longgar", "loose"),
        Load.UNPROMISED: Text("tanpa catatan alokasi", "without a recorded allocation"),
        Load.UNMEASURED: Text("tanpa data sah", "without valid data"),
    }
    count = say_count(len(judged), lang)
    kinds = [
        f"{say_count(len(same), lang)} {words[kind].to(lang)} ({_names(same)})"
        for kind in Load
        if (same := [one for one in judged if one.load is kind])
    ]
    said = [
        Text(
            f"Dari {count} alokasi yang dilaporkan: {'; '.join(kinds)}.",
            f"Of {count} allocations reported: {'; '.join(kinds)}.",
        ).to(lang)
    ]
    short = [one for one in facts.supplies if min(one.left) < 0]
    if short:
        names = ", ".join(one.uplink for one in short)
        said.append(
            Text(
                f"Jumlah alokasi melampaui kontrak penyedia pada {names}.",
                f"Allocations add up to more than the provider's contract on {names}.",
            ).to(lang)
        )
    return said


def _recommendation(facts: MonitoringFacts, judged: Sequence[_Judged], lang: Lang) -> list[str]:
    said: list[str] = []
    full = [one for one in judged if one.load is Load.NEARLY_FULL]
    loose = [one for one in judged if one.load is Load.LOOSE]
    blind = [
        one
        for one in judged
        if one.line.figures is None or one.line.figures.measured < WHOLE * one.line.figures.expected
    ]
    unwritten = [one for one in judged if not one.line.terms or any(not term.letter for term in one.line.terms)]
    if full:
        said.append(
            Text(
                f"Penambahan alokasi dapat dipertimbangkan untuk {_names(full)}, dengan memperhatikan sisa penyedia (bagian C).",
                f"More may be considered for {_names(full)}, with an eye on what the provider has left (part C).",
            ).to(lang)
        )
    if loose:
        said.append(
            Text(
                f"Alokasi {_names(loose)} dapat ditinjau kembali bersama unitnya: kurang dari 30\u00a0% yang terpakai.",
                f"The allocation of {_names(loose)} may be reviewed with its unit: less than 30% of it is used.",
            ).to(lang)
        )
    if blind:
        said.append(
            Text(
                f"Pengumpulan data perlu diperbaiki untuk {_names(blind)} sebelum angkanya dijadikan dasar keputusan.",
                f"Data collection needs mending for {_names(blind)} before its figures become the ground of a decision.",
            ).to(lang)
        )
    if unwritten:
        said.append(
            Text(
                f"Surat dasar alokasi perlu dilengkapi untuk {_names(unwritten)}.",
                f"The letter behind the allocation is to be supplied for {_names(unwritten)}.",
            ).to(lang)
        )
    if any(min(one.left) < 0 for one in facts.supplies):
        said.append(
            Text(
                "Alokasi tidak ditambah pada penyedia yang jumlah alokasinya melampaui kontrak sebelum kontraknya ditambah.",
                "Nothing is added on a provider whose allocations exceed its contract before the contract is raised.",
            ).to(lang)
        )
    return said or [
        Text(
            "Dari angka periode ini tidak ada tindakan yang disarankan.",
            "The figures of this period suggest no action.",
        ).to(lang)
    ]
