"""The monitoring report: its parts in order, figures as an office writes them, gaps shown, device text as text."""

import re
import subprocess
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta

import pytest
from monitoring_sample import AT, END, LAST, RAISED, START, ZONE, evidence, facts, lines, slots, term
from msgspec.structs import replace

from netops.core.measured import Limit, Slot
from netops.core.text import Lang
from netops.papers.charts import Chart, chart_svg
from netops.papers.monitoring import labels, measured_within, monitoring_page, say_period
from netops.papers.monitoring_facts import Line, MonitoringFacts, Subject
from netops.papers.pdf import render_sheet
from netops.papers.proposed import Load, load, proposed
from netops.papers.words import say_days, say_lasting, say_mbps, say_percent, say_volume


def text(made: MonitoringFacts, lang: Lang = "id", mode: str = "-raw") -> str:
    pdf = render_sheet(monitoring_page(made, lang), made.at, "pdf")
    done = subprocess.run(["pdftotext", mode, "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode("utf-8").replace("\u200b", "").replace("\u00a0", " ").split())


def html(made: MonitoringFacts, lang: Lang = "id") -> str:
    return render_sheet(monitoring_page(made, lang), made.at, "html").decode()


# ── what it says ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.needs_debian("poppler-utils")
def test_parts_a_to_i_in_their_order() -> None:
    said = text(facts())
    parts = [labels("id")[letter] for letter in "abcdefghi"]
    places = [said.index(part) for part in parts]
    assert places == sorted(places)
    for words in ("Disusun oleh", "Diperiksa oleh", "Mengetahui", "Tembusan:", "LAMPIRAN METODE DAN BUKTI"):
        assert said.index(words) > places[-1]


@pytest.mark.needs_debian("poppler-utils")
def test_what_the_report_says_of_a_month() -> None:
    said = text(facts())
    for words in (
        "LAPORAN MONITORING BANDWIDTH",
        "Lokasi: Kampus Utama",
        "Bulan November 2026",
        "Surat B-113/Un.03/FST/HM.01/11/2026 (alokasi gw-kampus/fst)",
        "1. Fakultas Sains dan Teknologi (gw-kampus/fst); surat B-7/FST/2025; surat B-113/Un.03/FST/HM.01/11/2026",
        "2. Perpustakaan Pusat (gw-kampus/perpustakaan); tanpa surat yang tercatat; kelengkapan data 98,8 %",
        "3. Bagian Arsip dan Tata Usaha Kampus Lama (gw-lama/arsip); surat 12/TU/2024; tidak ada data sah pada periode ini",
        "unduh, jam kerja",
        "8 jam 25 menit gw-kampus/fst, gw-kampus/perpustakaan",
        "perangkat tidak terjangkau",
        "perangkat dimulai ulang",
        "unduh 20 Mbps, unggah 10 Mbps",
        "unduh 40 Mbps, unggah 20 Mbps",
        "Ditulis oleh Sari Contohwati, S.Kom., Selasa, 1 Desember 2026, pukul 07.30 WIB.",
        "Disusun otomatis dari angka laporan ini dan belum disunting petugas.",
        "Joko Contohnugroho, M.T.",
        "Persentil 95: peringkat terdekat",
        "−20",  # more is allocated than contracted
        "antarmuka mati menurut perangkatnya sendiri",
        "CONTOH",
    ):
        assert words in said, words
    assert "Unreachable" not in said


@pytest.mark.needs_debian("poppler-utils")
def test_a_number_of_a_letter_is_never_invented() -> None:
    assert "B-1/Un.03/2026" in text(facts(number="B-1/Un.03/2026"))
    assert re.search(r"Nomor: A\. Dasar|Nomor: \.* ?A\. Dasar", text(facts()))


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_same_facts_give_the_same_bytes_and_the_code_is_over_all_of_them(lang: Lang) -> None:
    made = facts()
    page = monitoring_page(made, lang)
    assert render_sheet(page, made.at, "pdf") == render_sheet(monitoring_page(facts(), lang), made.at, "pdf")
    assert facts(at=AT + timedelta(days=1)).code == made.code  # written again is the same report
    assert facts(number="1").code != made.code
    changed = replace(made.lines[0], evidence=evidence("gw-kampus", "fst", slots(5, 1_000_000)))
    assert replace(made, lines=(changed, *made.lines[1:])).code != made.code


def test_the_two_languages_have_the_same_words_to_say() -> None:
    assert labels("id").keys() == labels("en").keys()
    fields = {key: set(re.findall(r"{\w+}", value)) for key, value in labels("id").items()}
    assert fields == {key: set(re.findall(r"{\w+}", value)) for key, value in labels("en").items()}


@pytest.mark.needs_debian("poppler-utils")
def test_no_english_words_in_an_indonesian_report() -> None:
    said = text(facts())
    own = set(re.findall(r"[a-z]{3,}", " ".join(labels("en").values()).lower()))
    own -= set(re.findall(r"[a-z]{3,}", " ".join(labels("id").values()).lower()))
    assert not {"download", "upload", "the", "average"} - own  # the check can fail
    assert not own & set(re.findall(r"[a-z]{3,}", said.lower()))


@pytest.mark.needs_debian("poppler-utils")
def test_a_period_without_data_is_an_honest_paper() -> None:
    nothing = tuple(replace(line, evidence=evidence("gw", "q", ())) for line in lines())
    made = replace(facts(lines=nothing, supplies=(), turns=(), proven=()), remarks={})
    made = facts(lines=nothing, supplies=(), turns=(), proven=())
    said = text(made)
    assert "Tidak ada data sah untuk digambar." in said
    assert "belum ada pengumpulan data" in said
    assert "3 tanpa data sah" not in said  # the officer's conclusion stands in its place
    assert "Pengumpulan data perlu diperbaiki" in said
    assert "Tidak ada segmen data" in said


@pytest.mark.needs_debian("poppler-utils")
def test_a_unit_without_an_allocation_is_told() -> None:
    made = facts(subject=Subject(kind="unit", name="Klinik"), lines=(), supplies=(), turns=())
    said = text(made)
    assert "Unit: Klinik" in said
    assert "Tidak ada alokasi yang tercatat untuk yang dilaporkan pada periode ini." in said
    assert "tidak ada alokasi yang tercatat untuk yang dilaporkan" in proposed(made, "analysis", "id")


def test_a_month_that_is_not_over_says_until_when() -> None:
    page = monitoring_page(facts(ends_at=datetime(2026, 11, 20, 9, 0, tzinfo=ZONE)), "id")
    said = " ".join(block["text"] for block in page["blocks"] if block["kind"] == "text")
    assert "data dilaporkan sampai Jumat, 20 November 2026, pukul 09.00 WIB" in said


HOSTILE = [
    "=HYPERLINK(1)",
    "<script>alert(1)</script>",
    "</svg><b>",
    '#read("/etc/passwd")',
    '$ x $ \\ ] [ * _ ` @a <b> // "',
    "{name} {0} %s %(x)s",
    "W" * 120,
]


@pytest.mark.needs_debian("poppler-utils")
@pytest.mark.parametrize("name", HOSTILE)
def test_what_devices_and_units_are_called_is_text(name: str) -> None:
    first = lines()[0]
    line = replace(
        first, unit=name, allocation=f"gw/{name}", terms=tuple(replace(one, letter=name) for one in first.terms)
    )
    made = facts(lines=(line,), turns=(replace(facts().turns[0], allocation=line.allocation, unit=name),))
    said = re.sub(r"\s", "", text(made))
    assert said.count(re.sub(r"\s", "", name)) >= 4
    page = html(made)
    assert "<script" not in page and "</svg><b>" not in page
    for svg in (block["svg"] for block in monitoring_page(made, "id")["blocks"] if block["kind"] == "figure"):
        ET.fromstring(svg)


@pytest.mark.needs_debian("poppler-utils")
def test_forty_units_keep_their_rows_together_and_inside_the_page() -> None:
    line = lines()[1]
    many = tuple(
        replace(line, unit=f"Bagian Nomor {n} Sekretariat Daerah", allocation=f"gw/{n:02d}") for n in range(40)
    )
    pdf = render_sheet(monitoring_page(facts(lines=many, turns=(), lab=False), "id"), AT, "pdf")
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    for page in done.stdout.decode().split("\f"):
        rows = [row.strip() for row in page.splitlines() if row.strip()]
        for n, row in enumerate(rows):
            if re.match(r"\d+\. Bagian Nomor \d+ .*kelengkapan", row):
                assert rows[n + 1].startswith("unduh ") and rows[n + 4].startswith("unggah, jam kerja"), rows[n : n + 6]
    boxes = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    words = re.findall(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"', boxes)
    right = 595.28 - 20 / 25.4 * 72 + 2
    assert len(words) > 2000
    assert [one for one in words if not 50 <= float(one[0]) <= float(one[1]) <= right and float(one[1]) > right] == []


# ── charts ───────────────────────────────────────────────────────────────────────────────────────────────────────


def chart(**more: object) -> Chart:
    plain: dict[str, object] = {"title": "x", "since": START, "until": START + timedelta(days=1), "slots": ()}
    return Chart(**(plain | more))  # type: ignore[arg-type]


def test_a_gap_is_hatched_and_not_bridged() -> None:
    whole = slots(1, 10_000_000, end=START + timedelta(days=1))
    hole = [one for one in whole if not 6 <= one.at.hour < 12]
    assert chart_svg(chart(slots=whole), "id").count('fill="url(#gap)"') == 0
    svg = chart_svg(chart(slots=hole), "id")
    assert svg.count('height="104" fill="url(#gap)"') == 2  # once in each panel
    assert svg.count('stroke-width="0.9"/><') == chart_svg(chart(slots=whole), "id").count('stroke-width="0.9"/><') + 2
    assert "tanpa data sah" in svg


def test_a_slot_of_which_nothing_was_measured_is_a_gap() -> None:
    empty = [Slot(at=START, up=0, down=0, measured=0)]
    assert "tanpa data sah" in chart_svg(chart(slots=empty, until=START + timedelta(minutes=5)), "id")


def test_a_change_is_marked_by_its_number_and_the_limit_steps() -> None:
    limits = [
        Limit(since=START, until=RAISED, up=1_000_000, down=2_000_000),
        Limit(since=RAISED, until=None, up=2_000_000, down=4_000_000),
    ]
    svg = chart_svg(chart(until=END, slots=slots(1, 1_000_000), limits=limits, marks=[(RAISED, "7")]), "en")
    assert svg.count(">7</text>") == 2 and ">change</text>" in svg and ">allocation</text>" in svg
    assert svg.count('stroke-dasharray="7 3"') == 5  # two limits in each panel, and the legend


def test_a_queue_of_one_direction_has_one_panel() -> None:
    svg = chart_svg(chart(slots=slots(1, 1_000_000, end=START + timedelta(days=1)), ways=(1,)), "id")
    assert "Unduh (Mbps)" in svg and "Unggah" not in svg


def test_four_hundred_days_are_drawn_in_columns_and_stay_small() -> None:
    until = START + timedelta(days=400)
    svg = chart_svg(chart(until=until, slots=slots(1, 5_000_000, end=until)), "id")
    assert len(svg) < 100_000 and "terendah–tertinggi" in svg
    ET.fromstring(svg)


# ── proposals ────────────────────────────────────────────────────────────────────────────────────────────────────


def judged(seen: list[Slot], limit: int = 10_000_000, **more: object) -> Line:
    return Line(
        allocation="gw/a",
        unit="Unit A",
        terms=(term("gw/a", "Unit A", limit, limit // 2),),
        evidence=evidence("gw", "a", seen, limit),
    )


def flat(rate: int, count: int = 8640) -> list[Slot]:
    return [Slot(at=START + n * timedelta(minutes=5), up=rate // 8, down=rate, measured=300) for n in range(count)]


def test_how_full_an_allocation_is() -> None:
    assert load(judged(flat(9_000_000))) is Load.NEARLY_FULL
    assert load(judged(flat(5_000_000))) is Load.ENOUGH
    assert load(judged(flat(2_000_000))) is Load.LOOSE
    assert load(judged([])) is Load.UNMEASURED
    assert load(replace(judged(flat(2_000_000)), terms=())) is Load.UNPROMISED


def test_the_proposal_says_what_the_figures_say_and_for_which_time() -> None:
    half = facts(lines=(judged(flat(9_000_000, 4320)),), supplies=())
    said = proposed(half, "analysis", "id").replace("\u00a0", " ")
    assert "unduh rata-rata 9 Mbps, persentil 95 9 Mbps" in said
    assert "90 % dari alokasi 10 Mbps" in said and "100 % dari waktu terukur" in said
    assert "Kelengkapan data hanya 50 %" in said
    assert "Unit A" in proposed(half, "conclusion", "id") and "hampir penuh" in proposed(half, "conclusion", "id")
    advice = proposed(half, "recommendation", "id")
    assert "Penambahan alokasi dapat dipertimbangkan" in advice and "Pengumpulan data perlu diperbaiki" in advice


def test_figures_that_ask_for_nothing_are_given_no_advice() -> None:
    made = facts(lines=(judged(flat(5_000_000)),), supplies=())
    assert proposed(made, "recommendation", "id") == "Dari angka periode ini tidak ada tindakan yang disarankan."


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_numbers_as_an_office_writes_them() -> None:
    assert [say_mbps(rate, "id") for rate in (2_500_000, 512_000, 18_234_567, 123_456_789, 1_234_500_000, 0)] == [
        "2,5", "0,512", "18,23", "123,5", "1.234", "0",
    ]  # fmt: skip
    assert say_volume(1_234_500_000_000, "id").replace("\u00a0", " ") == "1.234,5 GB"
    assert say_volume(12_345_678, "en").replace("\u00a0", " ") == "12.3 MB"
    assert [say_percent(part, 1000, "en") for part in (1000, 999.9, 0, 0.01, 412.5)] == [
        "100%",
        "99.9%",
        "0%",
        "0.1%",
        "41.2%",
    ]
    assert say_percent(1, 0, "id") == "–"
    assert [say_lasting(n, "id").replace("\u00a0", " ") for n in (0, 40, 300, 90_061, 86_400)] == [
        "0 detik", "40 detik", "5 menit", "1 hari 1 jam", "1 hari",
    ]  # fmt: skip


def test_periods_as_an_office_says_them() -> None:
    first = START.date()
    assert say_period(first, LAST, "id") == "Bulan November 2026"
    assert say_period(first, first, "id") == "Hari Minggu, 1 November 2026"
    assert say_period(first, LAST - timedelta(days=1), "id") == "Periode 1 November 2026 sampai dengan 29 November 2026"
    assert say_days(first, LAST, "id") == "1–30 November 2026"
    assert say_days(first - timedelta(days=4), first, "id") == "28 Oktober – 1 November 2026"


def test_measured_time_within_working_hours() -> None:
    work = [
        (START + timedelta(hours=8), START + timedelta(hours=12)),
        (START + timedelta(hours=13), START + timedelta(hours=16)),
    ]
    assert measured_within(flat(1, 288), work) == 7 * 3600
    assert measured_within(flat(1, 288), []) == 0
