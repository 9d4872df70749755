"""HTML papers: the PDF's words, nothing from outside, requests as text, the lab's mark, pictures, the same bytes again."""

import html
import re
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace
from papers_sample import events, office, plan, recorded, request
from returned_files import JPEG, png

from netops.core.canonical import digest, dump
from netops.core.model import Loan, ManualStep
from netops.core.text import Lang, Text
from netops.papers.bast import labels as bast_labels
from netops.papers.checklist import ChecklistFacts, checklist_facts, checklist_page, labels
from netops.papers.facts import BastFacts, bast_facts
from netops.papers.pdf import render_html, render_pdf, render_sheet
from netops.papers.received import marks

PHOTOS = {digest(data): data for data in (png(), JPEG)}
STEPS = (
    ManualStep(
        id="ap",
        title=Text("Pasang access point sewaan", "Put up the rented access point"),
        when="before",
        by="admin-jaringan",
        photo=True,
        needed=True,
    ),
    ManualStep(id="uji", title=Text("Uji dengan ponsel", "Test with a phone"), when="after", of="gateway"),
)
CAME_BACK: list[tuple[str, str, dict[str, Any]]] = [
    ("plan.recorded", "", {"papers": ["bast"], "manual": dump(STEPS)}),
    (
        "manual.confirmed",
        "",
        {
            "step": "ap",
            "by": "Sari",
            "done_at": "2026-11-20T01:30:00+00:00",
            "photo": next(iter(PHOTOS)),
            "note": "92 Mbps",
        },
    ),
    (
        "paper.attached",
        "",
        {"as": "foto", "document": list(PHOTOS)[1], "type": "jpeg", "size": 1, "name": "panggung.jpg"},
    ),
]


def facts(*, lab: bool = True, came_back: bool = True, loans: tuple[Loan, ...] = ()) -> BastFacts:
    asked = request()
    made = replace(plan(asked), loans=loans)
    log = events(made)
    log += recorded(CAME_BACK, first=len(log)) if came_back else []
    return bast_facts(request=asked, plan=made, events=log, office=office(), place="Aula Utama", lab=lab)


def checks(lab: bool = True) -> ChecklistFacts:
    made = plan(request())
    return checklist_facts(
        plan=made,
        events=recorded(CAME_BACK),
        office=office(),
        title="Seminar",
        unit="Fakultas",
        starts_at=datetime(2026, 11, 20, 2, tzinfo=UTC),
        ends_at=datetime(2026, 11, 20, 9, tzinfo=UTC),
        place="Aula Utama",
        contact="Ani",
        ports={"sw-aula": ("GigabitEthernet1/0/5",)},
        lab=lab,
    )


def _rendered(paper: str, lang: Lang, form: str, *, lab: bool = True) -> bytes:
    if paper == "checklist":
        one = checks(lab)
        return render_sheet(checklist_page(one, lang), one.at, "html" if form == "html" else "pdf")
    return (
        render_html(facts(lab=lab), lang, PHOTOS)
        if form == "html"
        else render_pdf("bast", facts(lab=lab), lang, PHOTOS)
    )


def _words(page: bytes) -> str:
    """What a reader sees, without blanks (the two forms break lines elsewhere)."""
    body = re.sub(r"(?s)<(style|head)>.*?</\1>|<head>.*?</head>", "", page.decode())
    return re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def _pdf_words(pdf: bytes) -> str:
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.sub(r"[\s\u200b]", "", done.stdout.decode())


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("paper", ["bast", "checklist"])
@pytest.mark.parametrize("form", ["pdf", "html"])
def test_the_same_facts_are_the_same_bytes(paper: str, lang: Lang, form: str) -> None:
    assert _rendered(paper, lang, form) == _rendered(paper, lang, form)


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("paper", ["bast", "checklist"])
def test_a_page_needs_nothing_from_outside(paper: str, lang: Lang) -> None:
    page = _rendered(paper, lang, "html").decode()
    policy = re.search(r"<meta http-equiv[^>]+>", page)
    assert policy and "default-src 'none'" in policy[0]
    sources = re.findall(r"""\b(?:src|href|url\()\s*=?\s*["']?([^"')\s>]+)""", page.replace(policy[0], ""))
    assert sources and all(source.startswith("data:image/") for source in sources)
    assert "<script" not in page and "@import" not in page
    assert "http://" not in re.sub(r"data:[^\"')]+", "", page) and "https://" not in page


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("paper", ["bast", "checklist"])
def test_the_labs_mark_is_across_each_page_and_only_the_labs(paper: str, lang: Lang) -> None:
    marked, real = (_rendered(paper, lang, "html", lab=lab).decode() for lab in (True, False))
    assert "CONTOH – BUKAN DOKUMEN DINAS" in marked and 'class="mark"' in marked and "repeat-y" in marked
    assert "position: fixed" in marked  # a fixed element is printed on each page
    assert "BUKAN DOKUMEN" not in real and 'class="mark"' not in real


@pytest.mark.needs_debian("poppler-utils")
@pytest.mark.parametrize("lang", ["id", "en"])
def test_both_forms_say_the_same(lang: Lang) -> None:
    """Every table cell, label and sentence of the HTML is in the PDF."""
    for paper in ("bast", "checklist"):
        page, pdf = _rendered(paper, lang, "html", lab=False), _pdf_words(_rendered(paper, lang, "pdf", lab=False))
        body = re.sub(r"(?s)<head>.*?</head>", "", page.decode())
        said = [re.sub(r"\s", "", html.unescape(text)) for text in re.findall(r">([^<]+)<", body)]
        absent = [text for text in said if text and text.casefold() not in pdf.casefold() and text != "✓"]
        assert len(said) > 40 and absent == []


def test_what_came_back_is_on_the_bast() -> None:
    lent = Loan(device="ap-1", type="Ruijie RG-AP820", number="SN-1")
    page = render_html(facts(loans=(lent,)), "id", PHOTOS).decode()
    for words in (
        "Pasang access point sewaan", "dikonfirmasi Sari, 20 Nov 2026, 08.30 WIB", "menurut petugas: 92 Mbps", "Uji dengan ponsel",
        "Foto 1: Pasang access point sewaan", "Foto 2: panggung.jpg", "Ruijie RG-AP820", "SN-1", "275 (dua ratus tujuh puluh lima) lembar",
    ):  # fmt: skip
        assert words in page, words
    assert page.count("data:image/jpeg;base64,") == 1 and page.count("data:image/png;base64,") == 1
    assert "ditempel atau dilampirkan" in render_html(facts(came_back=False), "id").decode()


def test_the_code_tells_papers_apart() -> None:
    codes = {facts().code, facts(came_back=False).code, facts(loans=(Loan(device="a", type="b", number="c"),)).code}
    assert len(codes) == 3
    (mark,) = marks(render_pdf("bast", facts(), "id", PHOTOS))
    assert (mark.change, mark.code.replace("-", "")) == (facts().change, facts().code)


@pytest.mark.parametrize("name", ["<img src=x onerror=alert(1)>", "</style><script>alert(1)</script>", "\"' & <b>"])
def test_a_request_is_text_and_never_markup(name: str) -> None:
    given = facts()
    given = replace(given, event=replace(given.event, name=name, place=name), reason=name, contact_name=name)
    page = render_html(given, "id", PHOTOS).decode()
    assert name not in page and html.escape(name, quote=True) in page
    assert page.count("<script") == 0 and page.count("<img") == 4


def test_a_deputys_warrant_is_printed() -> None:
    given = facts()
    deputy = replace(given.first, title="Plh. Administrator Jaringan", warrant="SP-7/2026")
    page = _words(render_html(replace(given, first=deputy), "id", PHOTOS))
    assert "Suratperintah:SP-7/2026" in page and "Plh.AdministratorJaringan" in page


@pytest.mark.needs_debian("poppler-utils")
def test_the_checklist_has_boxes_names_and_one_page() -> None:
    page = _rendered("checklist", "id", "html").decode()
    assert page.count('class="tick">✓<') == 1 and page.count('class="tick"><') == 1
    pdf = _rendered("checklist", "id", "pdf")
    assert b"/Count 1" in pdf or len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    said = _pdf_words(pdf)
    for words in (
        "Paraf",
        "AdministratorJaringan",
        "GigabitEthernet1/0/5",
        "ditunggu:pemasanganbelumdijalankan",
        "Hasilmenurutpetugas:92Mbps",
    ):
        assert words in said, words


@pytest.mark.parametrize("words", [labels, bast_labels])
def test_both_languages_have_the_same_words(words: Any) -> None:
    indonesian: Mapping[str, str] = words("id")
    assert indonesian.keys() == words("en").keys()
    for key, value in indonesian.items():
        assert set(re.findall(r"\{\w+\}", value)) == set(re.findall(r"\{\w+\}", words("en")[key])), key
