"""A unit's bandwidth raised on the lab, measured before and after, and told: report, notice and form, in an office's words."""

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from event_desk import Desk, open_desk
from measured_month import write_days
from msgspec.structs import replace

from netops import actions
from netops.actions import followup, living, noting
from netops.cli.main import main
from netops.core.clock import ManualClock
from netops.core.errors import Refused
from netops.filing import Filed
from netops.papers.followup import followup_page, form_page, labels, notice_page
from netops.papers.pdf import render_sheet

QUEUE = ("gw-kampus", "queue", "Perpustakaan")


def text(path: Path) -> str:
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode("utf-8").replace("\u200b", "").replace("\u00a0", " ").split())


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    clock = ManualClock(datetime.now(UTC).replace(microsecond=0))
    with open_desk(tmp_path_factory.mktemp("followup") / "ws", clock) as found:
        yield found


@pytest.fixture(scope="module")
def raised(desk: Desk) -> Filed:
    """Raised from 10 to 20 Mbps; a week of segments before, two days after."""
    filed = desk.raised("HD-F1", rate="15M/20M")
    actions.apply(desk.app, filed.change)
    clock = desk.app.clock
    assert isinstance(clock, ManualClock)
    at = clock.now()
    clock.move(2 * 86_400)
    segments = desk.root / "var" / "segments"
    write_days(segments, [(*QUEUE, 9_800_000)], at - timedelta(days=8), at - timedelta(seconds=60), seconds=60)
    write_days(segments, [(*QUEUE, 18_000_000)], at + timedelta(seconds=60), clock.now(), seconds=60, poller="second")
    return filed


@pytest.mark.needs_debian("poppler-utils")
def test_the_report_tells_before_and_after(desk: Desk, raised: Filed, tmp_path: Path) -> None:
    report, notice, form = followup.followup(
        desk.app, raised.change, lang="id", numbers={"notice": "B-9/PTIPD/2026"}, folder=tmp_path
    )
    said = text(report)
    parts = [said.index(labels("id")[letter]) for letter in "abcdefghi"]
    assert parts == sorted(parts)
    for words in (
        "NOTA DINAS",
        "LAPORAN HASIL TINDAK LANJUT ALOKASI BANDWIDTH",
        "Hasil tindak lanjut alokasi bandwidth Perpustakaan",
        "Disposisi dan persetujuan Kepala dinas",
        "Semula : unduh 10 Mbps, unggah 10 Mbps",
        "Diminta : unduh 20 Mbps, unggah 15 Mbps",
        "semula unduh 10 Mbps, unggah 10 Mbps; menjadi unduh 20 Mbps, unggah 15 Mbps",
        "Terlaksana: alokasi berlaku sesuai permohonan.",
        "Persentil 95 unduh sebelum pelaksanaan 9,8 Mbps, sesudahnya 18 Mbps.",
        "tidak tercatat",  # steps that nobody reported
        "Paraf berjenjang",
        "max-limit=15000000/20000000",
        "LAMPIRAN: GRAFIK",
    ):
        assert words in said, words
    assert re.search(r"Sebelum: .* kelengkapan data 100 %", said) or re.search(
        r"Sebelum: .* kelengkapan data 99,\d %", said
    )
    assert "B-9/PTIPD/2026" in text(notice) and "Alokasi bandwidth telah diubah sesuai permohonan" in text(notice)
    filled = text(form)
    for words in ("FORMULIR PENAMBAHAN BANDWIDTH", "Rina Contohwati", "Tiket : HD-F1", "gw-kampus Perpustakaan"):
        assert words in filled, words


def test_what_the_uplink_has_is_counted_without_the_change_and_with_it(desk: Desk, raised: Filed) -> None:
    facts = followup.followup_facts(desk.app, raised, "id", {})
    assert facts.space_after is not None
    before, after = facts.space_before.promised, facts.space_after.promised
    assert (after[0] - before[0], after[1] - before[1]) == (15_000_000, 20_000_000)
    assert facts.space_after.left == tuple(s - p for s, p in zip(facts.space_after.share, after, strict=True))


def test_papers_are_the_same_again_and_recorded(desk: Desk, raised: Filed, tmp_path: Path) -> None:
    facts = followup.followup_facts(desk.app, raised, "en", {})
    for page in (followup_page, notice_page, form_page):
        for form in ("pdf", "html"):
            first = render_sheet(page(facts, "en"), facts.at, form)
            assert first == render_sheet(page(facts, "en"), facts.at, form)
    followup.followup(desk.app, raised.change, lang="en", form="html", sorts=("notice",), folder=tmp_path)
    last = [one.event for one in desk.app.journal.read(raised.change)][-1]
    assert (last.kind, last.data["paper"], last.data["lang"]) == ("paper.written", "notice", "en")
    assert (
        last.data["code"] == facts.code("notice")
        or facts.anchor != followup.followup_facts(desk.app, raised, "en", {}).anchor
    )  # written later it rests on a later entry


def test_the_two_languages_have_the_same_words_to_say() -> None:
    assert labels("id").keys() == labels("en").keys()
    fields = {key: set(re.findall(r"{\w+}", value)) for key, value in labels("id").items()}
    assert fields == {key: set(re.findall(r"{\w+}", value)) for key, value in labels("en").items()}


@pytest.mark.needs_debian("poppler-utils")
def test_what_people_and_devices_wrote_is_text(desk: Desk, raised: Filed, tmp_path: Path) -> None:
    facts = followup.followup_facts(desk.app, raised, "id", {})
    name = '<script>x</script> #read("/etc/passwd") $ x $ {number}'
    touched = replace(facts.touched[0], difference=name, limit=name)
    hostile = replace(
        facts,
        unit=name,
        link=name,
        reason=name,
        why=name,
        touched=(touched,),
        letter=replace(facts.letter, subject=name),
    )
    for page in (followup_page, notice_page, form_page):
        path = tmp_path / "h.pdf"
        path.write_bytes(render_sheet(page(hostile, "id"), hostile.at, "pdf"))
        assert re.sub(r"\s", "", name) in re.sub(r"\s", "", text(path))
        assert b"<script" not in render_sheet(page(hostile, "id"), hostile.at, "html")


@pytest.mark.needs_debian("poppler-utils")
def test_an_officers_words_take_the_place_of_the_logs(
    desk: Desk, raised: Filed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = tmp_path / "teks.txt"
    words.write_text("# kendala\nListrik padam 10 menit.\n\n# saran\nPasang UPS.\n", "utf-8")
    where = ["-C", str(desk.root), "report"]
    assert main([*where, "note", raised.change, "--file", str(words), "--by", "Sari Contohwati, S.Kom."]) == 0
    capsys.readouterr()
    assert main([*where, "note", raised.change]) == 0
    shown = capsys.readouterr().out
    assert "# kendala\nListrik padam 10 menit.\n" in shown and "# kesimpulan\n" in shown
    (path,) = followup.followup(desk.app, raised.change, lang="id", sorts=("followup",), folder=tmp_path)
    said = text(path)
    assert "Listrik padam 10 menit. Ditulis oleh Sari Contohwati, S.Kom." in said
    wrong = tmp_path / "salah.txt"
    wrong.write_text("# analisis\nx\n", "utf-8")
    assert main([*where, "note", raised.change, "--file", str(wrong)]) == 2
    assert noting.noted(desk.app, raised.change, raised.change).keys() == {"obstacles", "advice"}


def test_what_was_not_carried_out_has_no_report(desk: Desk, tmp_path: Path) -> None:
    filed = desk.raised("HD-F2", link="rektorat", rate="15M/20M")
    with pytest.raises(Refused, match="was not carried out yet"):
        followup.followup(desk.app, filed.change, lang="id", folder=tmp_path)
    living.postpone(desk.app, filed.change, "bandwidth belum tersedia")
    facts = followup.followup_facts(desk.app, filed, "id", {})
    assert (facts.result, facts.why, facts.active_at) == ("postponed", "bandwidth belum tersedia", None)
    page = notice_page(facts, "id")
    assert any("ditunda: bandwidth belum tersedia" in block.get("text", "") for block in page["blocks"])
    assert followup_page(facts, "id")["annexes"] is not None
    living.cancel(desk.app, filed.change, "selesai diuji")
