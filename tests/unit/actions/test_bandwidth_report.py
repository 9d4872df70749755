"""From segments and promises to the report: what is told of a month, what is refused, and all units at once."""

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from measured_month import write_days
from msgspec.structs import replace

from netops.actions import bandwidth_report, monthly, noting
from netops.actions.bandwidth_report import Asked, monitoring_facts
from netops.actions.bandwidth_report import bandwidth_report as write_report
from netops.actions.measuring import Meter, meter
from netops.app import App
from netops.cli.main import main
from netops.core.canonical import digest, dump
from netops.core.clock import ManualClock
from netops.core.errors import InputError
from netops.core.measured import Commitment, SeriesKind
from netops.core.model import Event
from netops.data_root import init_workspace
from netops.papers.monitoring_facts import Subject

WIB = ZoneInfo("Asia/Jakarta")
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)
START, END = datetime(2026, 11, 1, tzinfo=WIB), datetime(2026, 12, 1, tzinfo=WIB)
AFTER = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
AWAY = (datetime(2026, 11, 9, 22, 10, tzinfo=WIB), datetime(2026, 11, 10, 6, 35, tzinfo=WIB))
RAISED = datetime(2026, 11, 16, 9, 0, tzinfo=WIB)
SERIES = [
    ("gw-kampus", "queue", "fst", 18_000_000),
    ("gw-kampus", "queue", "perpustakaan", 2_000_000),
    ("gw-kampus", "interface", "ether1", 300_000_000),
]
ALLOCATIONS = """
    allocations:
      fst: {name: Fakultas Sains dan Teknologi, uplink: ISP-A, device: gw-kampus, form: simple, queue: fst}
      perpustakaan: {name: Perpustakaan Pusat, uplink: ISP-A, device: gw-kampus, form: simple, queue: perpustakaan}
      baru: {name: Klinik, uplink: ISP-A, device: gw-kampus, form: simple, queue: klinik}
"""


def promise(allocation: str, unit: str, down: int, letter: str, since: datetime, change: str = "") -> Commitment:
    return Commitment(
        allocation=allocation,
        unit=unit,
        letter=letter,
        uplink="kampus/ISP-A",
        up=down // 2,
        down=down,
        since=since,
        until=None,
        kind="permanent",
        change=change,
    )


def allocate(root: Path, allocations: str) -> None:
    """The site's list of allocations, in the place of the example's."""
    sites = root / "inventory" / "sites.yaml"
    text, count = re.subn(r"\n    allocations:\n(      .*\n)+", allocations or "\n", sites.read_text("utf-8"), count=1)
    assert count == 1
    sites.write_text(text, "utf-8")


def log(app: App, kind: str, change: str, **data: object) -> None:
    app.journal.append((Event(kind=kind, change=change, at=START - timedelta(days=3), actor="sari", data=data),), ())


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("kantor") / "w"
    init_workspace(root)
    allocate(root, ALLOCATIONS)
    write_days(root / "var" / "segments", SERIES, START - timedelta(hours=1), END + timedelta(hours=1), [AWAY])
    with App(root, clock=ManualClock(AFTER)) as app:
        year = datetime(2026, 1, 1, tzinfo=UTC)
        first = [
            promise("gw-kampus/fst", "Fakultas Sains dan Teknologi", 20_000_000, "B-7/FST/2025", year),
            promise("gw-kampus/perpustakaan", "Perpustakaan Pusat", 20_000_000, "", year),
        ]
        log(app, "capacity.adopted", "", commitments=[dump(one) for one in first])
        change = "BW-1-abcdef"
        raised = promise("gw-kampus/fst", "Fakultas Sains dan Teknologi", 40_000_000, "B-113/FST/2026", RAISED, change)
        log(
            app, "plan.recorded", change, plan="sha256:" + "0" * 64, request="sha256:" + "1" * 64, reservations=[],
            commitments=[dump(raised)], expires_at="2027-01-01T00:00:00+00:00", papers=[], manual=[],
        )  # fmt: skip
        log(app, "change.started", change, plan="sha256:" + "0" * 64)
        log(app, "change.active", change)
    return root


@pytest.fixture
def app(workspace: Path) -> Iterator[App]:
    with App(workspace, clock=ManualClock(AFTER), actor="sari") as opened:
        yield opened


def asked(kind: str, name: str, first: date = FIRST, last: date = LAST) -> Asked:
    return Asked(kind=kind, name=name, first=first, last=last)  # type: ignore[arg-type]


# ── what is told ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_units_month_from_its_queue(app: App) -> None:
    facts = monitoring_facts(app, asked("unit", "Fakultas Sains dan Teknologi"))
    (line,) = facts.lines
    down, up = line.flow(1), line.flow(0)
    assert down is not None and up is not None and line.figures is not None
    assert abs(down.maximum - 18_000_000) < 1_000 and abs(up.maximum - 4_500_000) < 1_000
    assert line.figures.expected - line.figures.measured == pytest.approx((AWAY[1] - AWAY[0]).total_seconds(), abs=600)
    assert line.figures.office is not None
    assert [(term.down, term.letter) for term in line.terms] == [
        (20_000_000, "B-7/FST/2025"),
        (40_000_000, "B-113/FST/2026"),
    ]
    # 18 of 20 Mbps at day until the 16th at 9, then 18 of 40: only before is it above 80 %
    assert down.over_80 is not None and 0.15 < down.over_80 / line.figures.measured < 0.30
    (gap,) = line.gaps
    assert abs((gap.since - AWAY[0]).total_seconds()) <= 300 and abs((gap.until - AWAY[1]).total_seconds()) <= 300
    (turn,) = facts.turns
    assert turn.at == RAISED and turn.before == (10_000_000, 20_000_000) and turn.after == (20_000_000, 40_000_000)
    assert (turn.letter, turn.change) == ("B-113/FST/2026", "BW-1-abcdef")


def test_a_site_tells_of_every_unit_and_of_what_the_provider_has_left(app: App) -> None:
    facts = monitoring_facts(app, asked("site", "kampus"))
    assert [line.unit for line in facts.lines] == ["Fakultas Sains dan Teknologi", "Klinik", "Perpustakaan Pusat"]
    (supply,) = facts.supplies
    assert supply.contract == (500_000_000, 500_000_000) and supply.promised == (30_000_000, 60_000_000)
    assert supply.figures is not None and supply.figures.down is not None
    assert abs(supply.figures.down.maximum - 300_000_000 / 4) < 10_000  # what comes in at the provider's port
    assert len(facts.proven) == 31 and facts.proven[0].digest.startswith("sha256:")


def test_a_unit_by_its_key_and_an_allocation_by_its_name(app: App) -> None:
    assert monitoring_facts(app, asked("unit", "perpustakaan")).subject.name == "Perpustakaan Pusat"
    assert monitoring_facts(app, asked("allocation", "fst")).subject.name == "gw-kampus/fst"
    assert len(monitoring_facts(app, asked("device", "gw-kampus")).lines) == 3
    assert monitoring_facts(app, asked("device", "gw-lama")).lines == ()


def test_a_unit_that_nothing_promises_and_nothing_measures_is_told(app: App) -> None:
    (line,) = monitoring_facts(app, asked("unit", "Klinik")).lines
    assert line.terms == () and line.evidence is None and line.gaps == ()


def test_a_period_without_data_is_one_gap(app: App) -> None:
    facts = monitoring_facts(app, asked("unit", "perpustakaan", date(2026, 3, 1), date(2026, 3, 7)))
    (line,) = facts.lines
    assert line.figures is None and [gap.seconds for gap in line.gaps] == [7 * 86_400]


def test_four_hundred_days(app: App) -> None:
    facts = monitoring_facts(app, asked("unit", "perpustakaan", date(2025, 10, 28), date(2026, 12, 1)))
    assert (facts.ends_at - facts.starts_at).days == 400
    assert facts.lines[0].figures is not None
    assert bandwidth_report.render(app, facts, "id", "pdf").startswith(b"%PDF-1.7")


def test_a_month_that_runs_is_reported_up_to_now(workspace: Path) -> None:
    with App(workspace, clock=ManualClock(datetime(2026, 11, 20, 3, 7, 30, tzinfo=UTC))) as app:
        facts = monitoring_facts(app, asked("unit", "perpustakaan"))
    assert facts.ends_at == datetime(2026, 11, 20, 3, 5, tzinfo=UTC) and facts.running


def test_a_segment_is_named_with_its_digest_and_entry_in_the_log(workspace: Path) -> None:
    with App(workspace, clock=ManualClock(AFTER)) as app:
        path = "poller=main/samples/day=2026-11-05/2026-11-05.parquet"
        log(app, "segment.compacted", "segments/main", file={"path": path, "sha256": "ab" * 32}, sources={})
        found = {one.name: one for one in monitoring_facts(app, asked("unit", "perpustakaan")).proven}
        assert found[path].digest == "sha256:" + "ab" * 32 and found[path].entry >= 0
        other = found["poller=main/samples/day=2026-11-06/2026-11-06.parquet"]
        body = (workspace / "var" / "segments" / other.name).read_bytes()
        assert (other.digest, other.entry) == (digest(body), -1)  # not in the log: its own bytes


def test_what_measures_an_allocation(app: App) -> None:
    def where(name: str) -> Meter:
        found = meter(app, name, ())
        assert found is not None
        return found

    assert where("gw-kampus/fst").down.series.kind is SeriesKind.QUEUE
    assert meter(app, "event/EV-1", ()) is None
    assert where("gw-lama/antrean lama").down.series.name == "antrean lama"


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (asked("unit", "Perpustakan Pusat"), "Perpustakaan Pusat"),
        (asked("device", "gw-kampuss"), "gw-kampus"),
        (asked("allocation", "gw-kampus/fs"), "gw-kampus/fst"),
        (asked("site", "bulan"), "kampus"),
        (asked("unit", "Klinik", LAST, FIRST), "--to"),
        (asked("unit", "Klinik", date(2027, 1, 1), date(2027, 1, 31)), "belum mulai"),
    ],
)
def test_a_wrong_name_or_period_is_refused_with_what_to_do(app: App, one: Asked, says: str) -> None:
    with pytest.raises(InputError) as caught:
        monitoring_facts(app, one)
    assert says in caught.value.describe("id")


def test_the_command_says_what_is_missing(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, says in (
        (["--unit", "Klinik"], "--month"),
        (["--unit", "Klinik", "--month", "2026-11", "--from", "2026-11-01"], "--month"),
        (["--month", "2026-11"], "--unit"),
        (["--unit", "Klinik", "--site", "kampus", "--month", "2026-11"], "salah satu"),
        (["--all", "--unit", "Klinik", "--month", "2026-11"], "--all"),
    ):
        assert main(["-C", str(workspace), "report", "bandwidth", *words]) == 2
        assert says in capsys.readouterr().err


# ── the paper ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form", bandwidth_report.FORMS)
def test_every_form_is_written_and_recorded_and_the_same_again(
    app: App, tmp_path: Path, form: bandwidth_report.BandwidthForm
) -> None:
    one = asked("unit", "Fakultas Sains dan Teknologi")
    first = write_report(app, one, form=form, out=tmp_path / f"a.{form}").read_bytes()
    events = [one.event for one in app.journal.read("") if one.event.kind == "paper.written"]
    assert events[-1].data["document"] == digest(first) and events[-1].data["about"] == f"unit:{one.name}"
    facts = monitoring_facts(app, one)
    again = bandwidth_report.render(app, replace(facts, anchor=events_before(app)), one.lang, form)
    if form in ("xlsx", "csv"):
        assert again == first or form == "xlsx"  # the code in the workbook is over the log's head too
    assert len(first) > 2_000


def events_before(app: App) -> int:
    return max(one.seq for one in app.journal.read() if one.event.kind != "paper.written")


@pytest.mark.needs_debian("poppler-utils")
def test_what_an_officer_wrote_is_printed_with_whose_words_they_are(workspace: Path, tmp_path: Path) -> None:
    with App(workspace, clock=ManualClock(AFTER), actor="sari") as app:
        one = asked("unit", "Klinik", FIRST, date(2026, 11, 15))  # a period that no other test writes about
        facts = monitoring_facts(app, one)
        assert all(remark.at is None for remark in facts.remarks.values())
        texts = noting.read_parts(
            "# Kesimpulan\nUnit ini belum dipasang.\n\nMenunggu alat.\n", ("analysis", "conclusion")
        )
        assert noting.note(app, facts.key, texts, "Sari Contohwati, S.Kom.") == ("conclusion",)
        assert noting.note(app, facts.key, texts, "Sari Contohwati, S.Kom.") == ()  # nothing new
        path = write_report(app, one, out=tmp_path / "klinik.pdf")
        other = monitoring_facts(app, asked("unit", "Klinik", FIRST, FIRST))
        assert other.remarks["conclusion"].at is None  # another period, other words
    said = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True).stdout.decode()
    flat = " ".join(said.split())
    assert "Unit ini belum dipasang. Menunggu alat. Ditulis oleh Sari Contohwati, S.Kom., Rabu, 2 Desember 2026" in flat


@pytest.mark.parametrize("text", ["", "tanpa judul", "# gosip\nx", "# analisis\n", "# analisis\na\n# analisis\nb"])
def test_a_text_without_its_headings_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        noting.read_parts(text, ("analysis", "conclusion"))
    assert "# analisis" in caught.value.describe("id")


def test_a_note_takes_no_control_characters_and_has_an_end(app: App) -> None:
    for text in ("a\x1b[31m", "x" * (noting.MOST + 1)):
        with pytest.raises(InputError):
            noting.note(app, "unit:Klinik 2026-01-01/2026-01-31", {"analysis": text}, "Sari")


def test_the_text_is_shown_edited_and_kept_by_the_command(
    workspace: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    about = ["--unit", "Perpustakaan Pusat", "--month", "2026-10"]
    assert main(["-C", str(workspace), "report", "note", *about]) == 0
    shown = capsys.readouterr().out
    assert "# analisis" in shown and "# rekomendasi" in shown
    edited = tmp_path / "teks.txt"
    edited.write_text(shown.replace("# rekomendasi\n", "# rekomendasi\nTidak ada.\n"), "utf-8")
    assert main(["-C", str(workspace), "report", "note", *about, "--file", str(edited), "--by", "Joko"]) == 0
    assert "rekomendasi" in capsys.readouterr().err
    assert main(["-C", str(workspace), "report", "note", *about]) == 0
    assert "# rekomendasi\nTidak ada.\n" in capsys.readouterr().out


# ── all units ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_units_in_one_command_and_only_what_is_new_the_next_time(workspace: Path, tmp_path: Path) -> None:
    folder = tmp_path / "november"
    with App(workspace, clock=ManualClock(AFTER), actor="sari") as app:
        first = list(monthly.all_units(app, FIRST, LAST, lang="id", folder=folder, workers=2))
        assert {(one.unit, one.state) for one in first} == {
            ("Fakultas Sains dan Teknologi", "written"), ("Klinik", "written"), ("Perpustakaan Pusat", "written"),
        }  # fmt: skip
        assert all(one.path is not None and one.path.read_bytes().startswith(b"%PDF-1.7") for one in first)
        again = list(monthly.all_units(app, FIRST, LAST, lang="id", folder=folder, workers=2))
        assert {one.state for one in again} == {"there"}
        # an officer's words, a file that was changed: those two are written again
        noting.note(app, f"unit:Klinik {FIRST}/{LAST}", {"analysis": "Lain."}, "Sari")
        changed = next(one.path for one in again if one.unit == "Perpustakaan Pusat")
        assert changed is not None
        changed.write_bytes(b"%PDF-1.7 half")
        third = {
            one.unit: one.state for one in monthly.all_units(app, FIRST, LAST, lang="id", folder=folder, workers=1)
        }
    assert third == {
        "Fakultas Sains dan Teknologi": "there", "Klinik": "written", "Perpustakaan Pusat": "written",
    }  # fmt: skip


def test_one_units_trouble_is_told_and_the_exit_code_says_so(
    workspace: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "papers"
    name = bandwidth_report.file_name(
        Subject(kind="unit", name="Klinik"), asked("unit", "Klinik", date(2026, 10, 1), date(2026, 10, 31)), "csv"
    )
    (folder / name).mkdir(parents=True)  # a folder stands where the file should be
    words = [
        "report",
        "bandwidth",
        "--all",
        "--month",
        "2026-10",
        "--format",
        "csv",
        "--out",
        str(folder),
        "--workers",
        "1",
    ]
    assert main(["-C", str(workspace), *words]) == 1
    out = capsys.readouterr()
    assert sorted(line.split()[0] for line in out.out.splitlines()) == ["GAGAL", "ditulis", "ditulis"]
    assert "1 laporan gagal" in out.err


def test_without_any_allocation_all_units_are_refused(tmp_path: Path) -> None:
    init_workspace(tmp_path / "w")
    allocate(tmp_path / "w", "")
    with App(tmp_path / "w", clock=ManualClock(AFTER)) as app, pytest.raises(InputError) as caught:
        list(monthly.all_units(app, FIRST, LAST, lang="id"))
    assert "netops capacity adopt" in caught.value.describe("id")


def test_the_log_still_verifies_and_has_no_text_in_it(app: App) -> None:
    events = json.dumps([dump(one.event) for one in app.journal.read("")])
    assert "belum dipasang" not in events
