"""The PDF itself: reproducible, our font only, requests as data, marked when from the lab."""

import hashlib
import re
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from msgspec.structs import replace
from papers_sample import events, office, plan, request

from netops.core.errors import Failed
from netops.core.text import Lang
from netops.papers.facts import BastFacts, bast_facts
from netops.papers.glyphs import printable
from netops.papers.pdf import qr_svg, render_pdf

TWICE = """
import sys
sys.path.insert(0, sys.argv[1])
from test_papers_pdf import facts
from netops.papers.pdf import render_pdf
sys.stdout.buffer.write(render_pdf("bast", facts(), sys.argv[2]))
"""


def facts(lab: bool = True, **event: object) -> BastFacts:
    asked = request(**event)
    made = plan(asked)
    return bast_facts(request=asked, plan=made, events=events(made), office=office(), lab=lab)


def _text(pdf: bytes, mode: str = "-layout") -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("needs the program pdftotext (Debian package poppler-utils)")
    done = subprocess.run(["pdftotext", mode, "-", "-"], input=pdf, capture_output=True, check=True)
    return done.stdout.decode("utf-8").replace("\u200b", "")


@pytest.mark.parametrize("lang", ["id", "en"])
def test_same_facts_same_bytes_in_two_processes(lang: Lang, tmp_path: Path) -> None:
    here = str(Path(__file__).parent)
    renders = [
        subprocess.run(
            [sys.executable, "-c", TWICE, here, lang],
            capture_output=True,
            check=True,
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path / home), "TZ": zone},
        ).stdout
        for home, zone in (("a", "UTC"), ("b", "Asia/Tokyo"))
    ]
    assert renders[0].startswith(b"%PDF-1.7")
    assert hashlib.sha256(renders[0]).digest() == hashlib.sha256(renders[1]).digest()


def test_only_our_font_is_embedded_and_the_file_is_tagged() -> None:
    pdf = render_pdf("bast", facts(), "id")
    fonts = set(re.findall(rb"/FontName\s*/(?:[A-Z]{6}\+)?([A-Za-z-]+)", pdf))
    assert fonts and all(name.startswith(b"LiberationSans") for name in fonts)
    assert b"/StructTreeRoot" in pdf
    assert b"pdfaid:part>2<" in pdf and b"pdfuaid:part>1<" in pdf


@pytest.mark.needs_debian("poppler-utils")
def test_what_the_paper_says() -> None:
    said = " ".join(_text(render_pdf("bast", facts(), "id")).split())
    for words in (
        "UNIVERSITAS CONTOH NUSANTARA",
        "BERITA ACARA SERAH TERIMA",
        "Pada hari ini, Jumat tanggal dua puluh bulan November tahun dua ribu dua puluh enam",
        "selanjutnya disebut PIHAK PERTAMA",
        "Dasar",
        "Rincian layanan",
        "Perangkat dipinjamkan",
        "Masa layanan dan pengakhiran",
        "Narahubung",
        "Catatan penerima",
        "rangkap 2 (dua)",
        "Mengetahui",
        "Tanda terima voucher",
        "275 (dua ratus tujuh puluh lima) lembar",
        "Perubahan HD-2026-0117-3f9a1c",
        "Halaman 1 dari 3",
    ):
        assert words in said, words
    code = facts().code
    assert said.count(f"Kode {code[:4]}-{code[4:8]}-{code[8:]}") == 3  # every page's footer


@pytest.mark.needs_debian("poppler-utils")
@pytest.mark.parametrize("lang", ["id", "en"])
def test_lab_papers_are_marked_on_every_page_and_real_ones_are_not(lang: Lang) -> None:
    marked, real = (_text(render_pdf("bast", facts(lab=lab), lang), "-raw") for lab in (True, False))
    pages = marked.split("\f")[:-1]
    assert len(pages) == 3
    assert all("CONTOH–BUKANDOKUMENDINAS" in "".join(page.split()) for page in pages)
    assert "BUKANDOKUMEN" not in "".join(real.split())


HOSTILE = [
    '#read("/etc/passwd")',
    '#import "@preview/x:1.0.0"',
    "$ x^2 $ \\ ] [ * _ ` ~ @ref <label> // /*",
    'quote " and \\u{41} and \\n',
    "= heading",
    "{{ 7*7 }}",
]


@pytest.mark.needs_debian("poppler-utils")
@pytest.mark.parametrize("name", HOSTILE)
def test_values_are_data_and_never_typst_source(name: str) -> None:
    given = facts()
    given = replace(
        given,
        event=replace(given.event, name=name, place=name),
        second=replace(given.second, name=name, unit=name),
        reason=name,
        needs=replace(given.needs, ssid=name),
    )
    said = re.sub(r"\s", "", _text(render_pdf("bast", given, "id")))
    assert said.count(re.sub(r"\s", "", name)) >= 4
    assert "root:" not in said


@pytest.mark.needs_debian("poppler-utils")
def test_characters_without_a_glyph_are_spelled_not_dropped() -> None:
    assert printable("Ça va – “Ω” Ж") == "Ça va – “Ω” Ж"
    assert printable("a\U0001f600b\u4e2d\u202e\n") == "a[U+1F600]b[U+4E2D][U+202E][U+000A]"
    given = facts()
    said = _text(render_pdf("bast", replace(given, event=replace(given.event, name="Pesta \U0001f600")), "id"))
    assert "Pesta [U+1F600]" in said


@pytest.mark.needs_debian("poppler-utils")
@pytest.mark.parametrize("word", ["W" * 200, "Maharani " * 22, "Prof.-Dr.-" * 20])
def test_long_names_stay_inside_the_page(word: str) -> None:
    given = facts()
    given = replace(
        given,
        event=replace(given.event, name=word, place=word),
        second=replace(given.second, name=word, unit=word, nip=word),
        needs=replace(given.needs, ssid=word),
        contact_name=word,
    )
    boxes = _text(render_pdf("bast", replace(given, lab=False), "id"), "-bbox")
    right = 595.28 - 20 / 25.4 * 72 + 2
    words = re.findall(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"[^>]*>([^<]*)<', boxes)
    outside = [found for low, high, found in words if not 68 <= float(low) <= float(high) <= right]
    assert len(words) > 400
    assert outside == []


@pytest.mark.needs_debian("poppler-utils")
@pytest.mark.parametrize("lang", ["id", "en"])
def test_words_of_one_column_do_not_run_into_the_next(lang: Lang) -> None:
    boxes = _text(render_pdf("bast", replace(facts(), lab=False), lang), "-bbox")
    words = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<', boxes)
    rates = [(word, float(low), top, float(high)) for low, top, high, _, word in words if word.startswith("Mbps")]
    assert len(rates) > 4
    for word, low, top, high in rates:
        after = [float(other) for other, level, _, _, _ in words if level == top and float(other) > low]
        assert not after or high <= min(after), f"{word!r} runs into what stands beside it"


def test_f4_is_wider_and_taller() -> None:
    given = facts()
    f4 = replace(given, office=given.office.model_copy(update={"paper": "f4"}))
    sizes = [
        re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", render_pdf("bast", each, "id")) for each in (given, f4)
    ]
    found = [(round(float(m[1])), round(float(m[2]))) for m in sizes if m]
    assert found == [(595, 842), (609, 935)]


def test_a_broken_logo_is_told(tmp_path: Path) -> None:
    given = facts()
    broken = replace(given, office=given.office.model_copy(update={"logo_svg": "<svg"}))
    with pytest.raises(Failed) as caught:
        render_pdf("bast", broken, "id")
    assert "logo" in caught.value.describe("id")


def test_qr_is_svg_of_one_path() -> None:
    svg = qr_svg("netops bast HD-1 AAAA-BBBB-CCCC 1 00")
    assert svg.startswith("<svg") and svg.count("<path") == 1


def test_templates_use_no_packages_and_no_files() -> None:
    folder = files("netops").joinpath("papers", "templates")
    for template in folder.iterdir():
        source = template.read_text("utf-8")
        assert "@preview" not in source and "read(" not in source and "eval(" not in source
        assert set(re.findall(r'#import "([^"]+)"', source)) <= {"frame.typ"}
