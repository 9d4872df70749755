"""The audit report, the register and the account of a change: what the log says, exceptions first, nothing invented."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from netops import actions
from netops.actions import publishing, reviewing
from netops.app import App
from netops.changes.account import Exceptional, account, two_roles
from netops.cli.main import main
from netops.core.clock import ManualClock
from netops.core.errors import InputError, JournalBroken
from netops.core.model import Event
from netops.data_root import init_workspace
from netops.filing import Filed, find, record
from netops.journal.note import parse as parse_note
from netops.practice import new_key
from netops.requests.example import example

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # 19.00 WIB: out of hours
DAY = date(2026, 11, 20)
SIGNER = "kepala@kampus.example"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(AT)


@pytest.fixture
def app(tmp_path: Path, clock: ManualClock) -> Iterator[App]:
    root = tmp_path / "kampus"
    init_workspace(root, settings='language = "en"\n[log]\norigin = "ptipd.kampus.example/log"\n')
    new_key(root / "log.key")
    line = new_key(root / "kepala.key")
    (root / "inventory" / "allowed_signers").write_text(f'{SIGNER} namespaces="approval@netops" {line}\n')
    with App(root, clock=clock, actor="kepala") as opened:
        yield opened


def file(app: App, ticket: str = "HD-1", name: str = "Wisuda") -> Filed:
    path = app.root / f"{ticket}.yaml"
    path.write_text(example(AT.replace(day=22), ticket=ticket, name=name), encoding="utf-8")
    return find(app, str(path))


@pytest.fixture
def filed(app: App) -> Filed:
    """Approved by the one who then executes, refused once outside the window, restored, one device by hand, ended with leftovers."""
    one = file(app)
    actions.decide(app, one, decision="approve", role="kepala", approver=SIGNER, key=app.root / "kepala.key")
    record(app, "change.refused", one.change, reason="OutsideWindow", message="too early: setting up opens later")
    plan = {"plan": "sha256:" + "0" * 64, "request": one.digest}
    record(
        app, "change.started", one.change, **plan, holder="kepala@noc-1:77/ab", program="9.9", accepted_no_guard=False
    )
    send(app, one, "batch.intent", phase="apply", batch=0, ops="sha256:" + "1" * 64, count=3)
    send(
        app,
        one,
        "batch.failed",
        phase="apply",
        batch=0,
        error="CommandRefused",
        message="no such VLAN",
        may_have_written=False,
    )
    record(app, "change.restored", one.change, message="sw-aula refused")
    return one


def send(app: App, one: Filed, kind: str, **data: object) -> None:
    app.journal.append(
        (Event(kind=kind, change=one.change, at=app.clock.now(), actor=app.actor, device="sw-aula", data=data),)
    )


def written(app: App, tmp_path: Path, **more: str) -> str:
    path = reviewing.audit(app, DAY, DAY, lang="en", form="html", out=tmp_path / "audit.html", **more)  # type: ignore[arg-type]
    return " ".join(re.sub(r"<[^>]+>", " ", path.read_text("utf-8").partition("</style>")[2]).split())


def test_the_account_says_who_what_from_where_and_how_it_came_out(app: App, filed: Filed) -> None:
    told = account(filed.change, app.journal.read(filed.change))
    (run,), (group,) = told.runs, told.groups
    assert (run.entry.actor, run.host, run.program) == ("kepala", "noc-1", "9.9")
    assert (group.device, group.count, group.outcome, group.message) == ("sw-aula", 3, "failed", "no such VLAN")
    assert [one.what for one in told.oddities] == [Exceptional.OUTSIDE, Exceptional.RESTORED]
    assert told.oddities[0].answer == "change.started", "the refusal was followed by an execution"
    assert told.oddities[1].answered is None
    assert [one.role for one in told.decisions] == ["kepala"]
    assert two_roles(told, "siti@kampus.example") == (("kepala", ("approver:kepala", "executor")),)


def test_what_was_never_answered_by_the_device_is_not_known_to_be_sent(app: App) -> None:
    one = file(app)
    send(app, one, "batch.intent", phase="apply", batch=0, ops="sha256:" + "1" * 64, count=3)
    (group,) = account(one.change, app.journal.read(one.change)).groups
    assert group.outcome == "intended"


def test_exceptions_come_first_each_with_reason_follow_up_and_receipt(app: App, filed: Filed, tmp_path: Path) -> None:
    publishing.publish(app)
    said = written(app, tmp_path)
    assert (
        said.index("C. Exceptions")
        < said.index("restored,")
        < said.index("outside the approved time,")
        < said.index("D. All")
    )
    assert "sw-aula refused none yet entry 6, leaf" in said
    assert "too early: setting up opens later began to carry the change out" in said
    assert re.search(r"under checkpoint [A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}", said)
    assert "approver (kepala), executor" in said
    assert "E. Done out of working hours No." in said and "kepala from noc-1" in said


def test_the_verdict_is_one_sentence(app: App, filed: Filed, tmp_path: Path) -> None:
    assert "but was never published, so that a rewrite of all of it would not be seen" in written(app, tmp_path)
    head = publishing.publish(app).head
    assert f"contains the checkpoint {head.short} ({head.size} entries) that was published last" in written(
        app, tmp_path
    )


def test_a_log_that_does_not_hold_is_said_to_and_nothing_else(app: App, filed: Filed, tmp_path: Path) -> None:
    publishing.publish(app)
    app.objects._place(filed.digest).write_bytes(b"{}")
    with pytest.raises(JournalBroken):
        written(app, tmp_path)
    said = (tmp_path / "audit.html").read_text("utf-8")
    assert "The log is NOT whole: " in said and filed.change not in said and "The other parts were not made" in said


def test_the_sample_is_drawn_by_the_stated_seed(app: App, filed: Filed, tmp_path: Path) -> None:
    for number in range(2, 9):
        file(app, f"HD-{number}")
    first, again = written(app, tmp_path, seed="dadu: 4 1 6"), written(app, tmp_path, seed="dadu: 4 1 6")
    assert first.partition("H. Random sample")[2] == again.partition("H. Random sample")[2]
    assert "Seed: dadu: 4 1 6." in first and "the first 5 of 8 are taken" in first
    assert first.partition("H. Random")[2] != written(app, tmp_path, seed="lain").partition("H. Random")[2]


def test_a_change_of_another_time_is_not_in_the_period(app: App, filed: Filed, tmp_path: Path) -> None:
    path = reviewing.audit(app, date(2026, 12, 1), date(2026, 12, 31), lang="id", form="html", out=tmp_path / "a.html")
    assert filed.change not in path.read_text("utf-8")
    with pytest.raises(InputError, match="ends before it begins"):
        reviewing.audit(app, DAY, date(2026, 11, 1), lang="id")


def test_the_register_takes_formulas_as_text_and_gives_the_same_bytes(app: App, filed: Filed, tmp_path: Path) -> None:
    file(app, "HD-2", name="=HYPERLINK(0)")
    a = reviewing.register(app, 2026, lang="id", out=tmp_path / "a.xlsx").read_bytes()
    assert a == reviewing.register(app, 2026, lang="id", out=tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(a)) as book:
        sheet, words = book.read("xl/worksheets/sheet1.xml").decode(), book.read("xl/sharedStrings.xml").decode()
        assert {info.date_time[0] for info in book.infolist()} == {1980}
        assert "1980-01-01T00:00:00Z" in book.read("docProps/core.xml").decode()
    assert "<f>" not in sheet and "<t>'=HYPERLINK(0)</t>" in words and filed.change in words
    assert "Siti Aminah" not in words, "the register names the unit"
    empty = reviewing.register(app, 2025, lang="en", out=tmp_path / "c.xlsx").read_bytes()
    assert filed.change.encode() not in empty
    with pytest.raises(InputError, match="four digits"):
        reviewing.register(app, 26, lang="id")


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("form", ["pdf", "html"])
def test_papers_carry_the_published_head_or_say_that_there_is_none(
    app: App, filed: Filed, tmp_path: Path, lang: str, form: str
) -> None:
    out = tmp_path / f"account.{form}"
    words = [
        "-C",
        str(app.root),
        "report",
        filed.change,
        "--paper",
        "account",
        "--lang",
        lang,
        "--format",
        form,
        "--out",
        str(out),
    ]
    assert main(words) == 0
    if form == "pdf":
        assert out.read_bytes().startswith(b"%PDF-")
        return
    none = {"id": "belum ada checkpoint", "en": "there is no checkpoint yet"}[lang]
    assert none in out.read_text("utf-8")
    head = publishing.publish(app).head
    assert main(words) == 0
    said = out.read_text("utf-8")
    assert none not in said and head.short in said and filed.digest in said
    lines = re.search(r'<p class="head">(.*?)</p>', said)
    assert lines is not None
    text = lines[1].replace("<br>", "\n").replace("\u00a0", "") + "\n"
    assert parse_note(text.encode()).text == head.text, "the annex is the whole checkpoint"


def test_no_paper_shows_the_head_of_another_log(app: App, filed: Filed, tmp_path: Path) -> None:
    publishing.publish(app)
    head = app.settings.log_folder / "checkpoint"
    head.write_text(head.read_text().replace(head.read_text().split("\n")[2], "A" * 43 + "="))
    with pytest.raises(JournalBroken, match="forked"):
        actions.report(app, filed.change, lang="id", paper="account", out=tmp_path / "x.pdf")


def test_report_still_takes_a_request_wherever_it_stands(app: App, filed: Filed, tmp_path: Path) -> None:
    root = ["-C", str(app.root)]
    assert main([*root, "laporan", "--paper", "account", filed.change, "--out", str(tmp_path / "a.pdf")]) == 0
    assert (
        main([*root, "report", "audit", "--from", "2026-11-20", "--to", "2026-11-20", "--out", str(tmp_path / "b.pdf")])
        == 0
    )
    assert main([*root, "report", "register", "--year", "2026", "--out", str(tmp_path / "c.xlsx")]) == 0
    assert main([*root, "log", "show", filed.change, "--sop"]) == 0
    assert main([*root, "log", "show", "--sop"]) == 2
