"""The voucher sheet: every code once, the same bytes again, both languages, no secret in a repr."""

import re
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pypdf
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from netops.core.text import Lang
from netops.papers.office import load_office
from netops.papers.pdf import render_vouchers
from netops.papers.qr import qr_svg_many
from netops.papers.vouchers import Form, Slip, VoucherFacts, in_fours, labels, login_text, voucher_page, wifi_text

ROOT = Path(__file__).resolve().parents[3]
WIB = timezone(timedelta(hours=7))


def facts(count: int = 45, *, user: bool = True, lab: bool = False) -> VoucherFacts:
    return VoucherFacts(
        office=load_office(ROOT / "inventory" / "office.yaml"),
        change="HD-2026-0117-117ABC",
        batch="up-123-11.20.26-wisuda",
        event="Wisuda",
        ticket="HD-2026-0117",
        place="Aula Utama",
        ssid='wisuda; "78"',
        login="117abc.acara.kampus.example",
        until=datetime(2026, 11, 20, 17, tzinfo=WIB),
        devices=1,
        down=5_000_000,
        up=2_000_000,
        data_limit=2_000_000_000,
        time_limit=5_400,
        slips=tuple(
            Slip(number=f"{n:03d}", user=f"117abc-{n:03d}" if user else "", code=f"kode{n:04d}")
            for n in range(1, count + 1)
        ),
        at=datetime(2026, 11, 19, 9, tzinfo=WIB),
        lab=lab,
    )


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.needs_debian("poppler-utils")
def test_every_code_is_printed_once_with_its_number(tmp_path: Path, lang: Lang) -> None:
    document = render_vouchers(facts(), lang, "a4")
    (tmp_path / "v.pdf").write_bytes(document)
    done = subprocess.run(["pdftotext", str(tmp_path / "v.pdf"), "-"], capture_output=True, text=True, check=True)
    for n in range(1, 46):
        assert done.stdout.count(f"kode {n:04d}") == 1 and f"117abc-{n:03d}" in done.stdout
    assert len(pypdf.PdfReader(tmp_path / "v.pdf").pages) == 3, "a cover, forty slips, five slips"
    assert ("17.00 WIB" if lang == "id" else "17:00 WIB") in done.stdout


def test_the_narrow_sheet_is_58_mm_wide_with_every_code(tmp_path: Path) -> None:
    (tmp_path / "v.pdf").write_bytes(render_vouchers(facts(3), "id", "58mm"))
    pages = pypdf.PdfReader(tmp_path / "v.pdf").pages
    assert {round(float(page.mediabox.width) / 72 * 25.4) for page in pages} == {58}
    text = "".join(page.extract_text() for page in pages)
    assert all(text.count(f"kode {n:04d}") == 1 and f"117abc-{n:03d}" in text for n in (1, 2, 3))


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.needs_debian("poppler-utils")
def test_long_names_are_set_smaller_and_lines_do_not_run_into_each_other(tmp_path: Path, lang: Lang) -> None:
    login = "117abc.acara.kampus-dengan-nama-panjang.universitas-contoh.example"
    long = replace(facts(1), login=login, ssid="W" * 32, event="Wisuda " * 20, whole=False)
    (tmp_path / "v.pdf").write_bytes(render_vouchers(long, lang, "a4"))
    command = ["pdftotext", "-bbox", str(tmp_path / "v.pdf"), "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<', done)
    boxes = {word: tuple(map(float, box)) for *box, word in found}
    help_line, last_step = ("Bantuan:", "Masuk.") if lang == "id" else ("Help:", "in.")
    assert boxes[last_step][3] <= boxes[help_line][1] + 0.5
    inside = (6 + 1.2 + 34) / 25.4 * 72
    assert boxes["W" * 32][2] <= inside and boxes["menit" if lang == "id" else "min"][2] <= inside
    assert sum(word.startswith("Wisud") for *_, word in found) < 12 and any(word.endswith("…") for word in boxes)


@pytest.mark.parametrize("form", ["a4", "58mm", "html"])
def test_the_same_codes_give_the_same_bytes(form: Form) -> None:
    assert render_vouchers(facts(3), "id", form) == render_vouchers(facts(3), "id", form)
    assert render_vouchers(facts(3), "id", form) != render_vouchers(replace(facts(3), ssid="lain"), "id", form)


def test_a_reprint_has_no_cover_and_the_lab_is_marked() -> None:
    one = replace(facts(1, lab=True), whole=False)
    page = voucher_page(one, "id")
    assert page["whole"] is False and page["specimen"]
    assert "CONTOH" in render_vouchers(one, "id", "html").decode()


def test_what_a_phone_reads() -> None:
    assert wifi_text('a;b"') == 'WIFI:T:nopass;S:a\\;b\\";;'
    slip = Slip(number="001", user="u-1", code="ab&c")
    assert login_text("x.y", slip) == "http://x.y/login?username=u-1&password=ab%26c"
    assert login_text("x.y", replace(slip, user="")) == "http://x.y/login?username=ab%26c&password=ab%26c"


@settings(max_examples=40)
@given(
    st.lists(
        st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=9, max_size=9), min_size=2, max_size=4
    )
)
def test_the_path_draws_exactly_the_modules_of_each_code(texts: list[str]) -> None:
    """Codes that are told from the first of their length are the very ones that an encoder makes."""
    for text, svg in zip(texts, qr_svg_many(texts), strict=True):
        dark = set()
        for x, y, width in re.findall(r"M(\d+) (\d+)\.5h(\d+)", svg):
            dark |= {(int(y), int(x) + step) for step in range(int(width))}
        rows = segno.make_qr(text.encode(), error="l", mask=3, mode="byte", boost_error=False).matrix
        assert dark == {(y, x) for y, row in enumerate(rows) for x, bit in enumerate(row) if bit}


def test_words_and_reprs() -> None:
    assert set(labels("id")) == set(labels("en"))
    assert in_fours("abcdefghi") == "abcd efgh i"
    assert "kode0001" not in repr(facts(1))
    assert "sandi" in " ".join(voucher_page(facts(1, user=False), "id")["steps"])
