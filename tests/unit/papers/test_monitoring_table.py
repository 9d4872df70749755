"""The report as XLSX and CSV: numbers and moments as such, native charts with gaps, no formula out of a device's name."""

import csv
import io
import re
import zipfile
from datetime import datetime, timedelta

import pytest
from monitoring_sample import START, facts, lines
from msgspec.structs import replace

from netops.papers.monitoring_facts import MonitoringFacts
from netops.papers.monitoring_table import CSV_HEAD, monitoring_csv, monitoring_workbook

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", ' "=1', "'=1", '=HYPERLINK("http://x","y")']


def parts(made: MonitoringFacts) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(monitoring_workbook(made, "id"))) as book:
        return {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}


def named(name: str) -> MonitoringFacts:
    line = lines()[0]
    terms = tuple(replace(one, letter=name) for one in line.terms)
    hostile = replace(line, unit=name, allocation=name, terms=terms)
    return facts(lines=(hostile,), turns=(replace(facts().turns[0], unit=name, allocation=name, letter=name),))


def test_the_same_facts_give_the_same_bytes() -> None:
    assert monitoring_workbook(facts(), "id") == monitoring_workbook(facts(), "id")
    assert monitoring_csv(facts()) == monitoring_csv(facts())


def test_sheets_with_frozen_heads_and_charts_over_the_data() -> None:
    book = parts(facts())
    names = re.findall(r'<sheet name="([^"]+)"', book["xl/workbook.xml"])
    assert names == ["Pemakaian", "Penyedia", "Grafik", "Gangguan", "Perubahan", "Uraian dan bukti", "Data"]
    for n in (1, 2, 4, 5, 6, 7):
        assert 'state="frozen"' in book[f"xl/worksheets/sheet{n}.xml"]
    charts = [text for name, text in book.items() if name.startswith("xl/charts/")]
    assert len(charts) == 2  # the third allocation has no data
    # a blank is a gap where nothing else is said (xlsxwriter, show_blanks_as)
    assert all("<c:scatterChart>" in text and "<c:dispBlanksAs" not in text for text in charts)
    assert all(text.count("<c:ser>") == 4 and "Data!$" in text for text in charts)


def test_rates_shares_and_moments_are_numbers() -> None:
    book = parts(facts())
    use = book["xl/worksheets/sheet1.xml"]
    rows = re.findall(r'<row r="4".*?</row>', use)[0]
    assert re.search(r'<c r="F4" s="\d+"><v>40</v>', rows)  # Mbps
    share = re.search(r'<c r="P4" s="\d+"|<c r="N4" s="\d+"><v>([\d.]+)</v>', rows)
    assert share and 0.98 < float(share[1]) < 1
    data = book["xl/worksheets/sheet7.xml"]
    moment = (datetime(2026, 11, 1) - datetime(1899, 12, 30)) / timedelta(days=1)
    assert re.search(rf'<c r="A4" s="\d+"><v>{moment:.0f}</v>', data)
    assert "<f>" not in "".join(book.values())


def test_what_was_not_measured_is_blank_and_not_zero() -> None:
    data = parts(facts())["xl/worksheets/sheet7.xml"]
    row = 4 + 9 * 24 + 1 - 1  # 10 November, 00.00: the device was not reached
    cells = re.findall(rf'<c r="([BDFH]){row}"[^/]*(/>|><v>)', data)
    assert [end for column, end in cells if column in "BDFH"] == ["/>"] * 4


def test_a_week_is_told_in_five_minutes_and_a_month_in_hours() -> None:
    month = parts(facts())["xl/worksheets/sheet7.xml"]
    assert month.count("<row ") == 2 + 30 * 24
    week = parts(facts(ends_at=START + timedelta(days=7)))["xl/worksheets/sheet7.xml"]
    assert week.count("<row ") == 2 + 7 * 288


@pytest.mark.parametrize("name", FORMULAS)
def test_no_name_becomes_a_formula(name: str) -> None:
    book = parts(named(name))
    assert "<f>" not in "".join(book.values()) and "<hyperlink" not in "".join(book.values())
    texts = re.findall(r"<t[^>]*>([^<]*)</t>", book["xl/sharedStrings.xml"])
    assert texts
    for text in (*texts, *re.findall(r"<c:v>([^<]*)</c:v>", "".join(book.values()))):
        if not re.fullmatch(r"-?[\d.]+(E-?\d+)?", text):
            assert not re.match(r"[ \"']*[=+\-@\t\r]", text.replace("&quot;", '"')) or text.startswith("'"), text
    for row in csv.reader(io.StringIO(monitoring_csv(named(name)).decode(), newline="")):
        assert all(not cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row), row


def test_csv_has_every_measured_five_minutes_and_nothing_else() -> None:
    rows = list(csv.DictReader(io.StringIO(monitoring_csv(facts()).decode(), newline="")))
    assert tuple(rows[0]) == CSV_HEAD
    slots = sum(len(line.evidence.slots) for line in lines() if line.evidence)
    assert len(rows) == slots
    assert rows[0]["time"] == "2026-11-01T00:00:00+07:00"
    assert {row["allocated_down_bps"] for row in rows if row["allocation"] == "gw-kampus/fst"} == {
        "20000000",
        "40000000",
    }
