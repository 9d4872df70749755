"""A change is finished only when its manual steps are confirmed and its signed papers and photos are back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from event_desk import Desk, open_desk
from returned_files import JPEG, pdf, png

from netops import actions, views
from netops.app import App
from netops.changes.lifecycle import Phase
from netops.cli.main import main
from netops.core.errors import InputError, Refused
from netops.papers.received import marks

NEEDED = """manual:
  - id: pasang-ap
    title: {id: Pasang access point sewaan, en: Put up the rented access point}
    before: gateway
    by: admin-jaringan
    photo: true
    needed: true
"""
AFTER = "    after: change\n"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "kampus") as opened:
        playbook = opened.root / "playbooks" / "event-hotspot.yaml"
        playbook.write_text(
            playbook.read_text("utf-8").replace("manual:\n", NEEDED, 1).replace(AFTER, f"{AFTER}    needed: true\n"),
            "utf-8",
        )
        yield opened


def _write(desk: Desk, name: str, data: bytes) -> Path:
    path = desk.root / name
    path.write_bytes(data)
    return path


def _code(desk: Desk, change: str) -> str:
    written = [r.event for r in desk.app.journal.read(change) if r.event.kind == "paper.written"]
    code = str(written[-1].data["code"])
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"


def test_a_change_is_finished_when_everything_is_back(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    app = desk.app
    filed = desk.approved(people=3)
    change = filed.change
    photo = _write(desk, "ap.png", png())
    shown = desk.app.tools.plan(views.state(app, change).plan)
    assert [step.id for step in shown.manual] == ["pasang-ap", "kabel-daya", "uji-ponsel"]

    with pytest.raises(Refused, match="pasang-ap"):
        actions.apply(app, change)
    assert "change.started" not in desk.kinds(change) and "change.refused" in desk.kinds(change)

    for step, options, said in (
        ("pasang-ap", {"by": "Sari"}, "needs a photo"),
        ("pasang-ap", {"by": "Sari", "photo": _write(desk, "x.jpg", b"not one")}, "no PDF, JPEG or PNG"),
        ("pasang-ap", {"by": "", "photo": photo}, "1 to 200"),
        ("pasang-ap", {"by": "a\x1b[31m", "photo": photo}, "not accepted"),
        ("pasang-ap", {"by": "Sari", "photo": photo, "at": "2099-01-01 08:00"}, "has not come yet"),
        ("pasang-ap", {"by": "Sari", "photo": photo, "at": "kemarin"}, "not a time"),
        ("kopi", {"by": "Sari"}, "no manual step"),
    ):
        with pytest.raises(InputError, match=said):
            actions.confirm(app, change, step, **options)
    assert "manual.confirmed" not in desk.kinds(change)

    actions.confirm(app, change, "1", by="Sari Contohwati", photo=photo, at="2026-01-02 08:00", note="92 Mbps")
    with pytest.raises(Refused, match="already"):
        actions.confirm(app, change, "pasang-ap", by="Lain", photo=photo)
    actions.retract(app, change, "pasang-ap", reason="salah perangkat")
    with pytest.raises(Refused, match="pasang-ap"):
        actions.apply(app, change)
    actions.confirm(app, change, "pasang-ap", by="Sari Contohwati", photo=photo)
    with pytest.raises(Refused, match="never applied"):
        actions.attach(app, change, "bast", _write(desk, "early.pdf", pdf()))
    actions.apply(app, change)
    actions.attach(app, change, "foto", _write(desk, "panggung.jpg", JPEG + b"behind"))

    with pytest.raises(Refused, match="no BAST was written"):
        actions.attach(app, change, "bast", _write(desk, "scan.pdf", pdf()), code="AAAA-BBBB-CCCC")
    with pytest.raises(Refused, match="waiting for manual steps: uji-ponsel"):
        actions.report(app, change, lang="id")
    actions.confirm(app, change, "uji-ponsel", by="Sari Contohwati", note="unduh 48 Mbps")
    paper = actions.report(app, change, lang="id")
    assert [(one.change, one.code) for one in marks(paper.read_bytes())] == [(change, _code(desk, change))]
    with pytest.raises(Refused, match="nobody has signed"):
        actions.attach(app, change, "bast", paper)
    scan = _write(desk, "scan.pdf", pdf(b"/Scan 1 "))
    with pytest.raises(InputError, match="does not say"):
        actions.attach(app, change, "bast", scan)
    with pytest.raises(Refused, match="is not that of a BAST"):
        actions.attach(app, change, "bast", scan, code="AAAA-BBBB-CCCC")

    actions.end(app, change, early=True)
    state = views.state(app, change)
    assert state.phase is Phase.ENDED and not state.finished
    assert "menunggu dokumen" in views.describe(app, change)
    assert set(actions.all_missing(app)) == {change}
    kept = actions.attach(app, change, "bast", scan, code=_code(desk, change).lower())
    assert not views.state(app, change).finished
    actions.confirm(app, change, "kabel-daya", by="Sari Contohwati")
    assert views.state(app, change).finished and actions.all_missing(app) == {}
    assert f"{change}: selesai" in views.describe(app, change)
    assert app.objects.get(kept.document) == scan.read_bytes()

    # A second one takes its place only with a reason; what is taken off stays in the log and the store.
    second = _write(desk, "scan-2.png", png(shade=10))
    with pytest.raises(Refused, match="has a bast already"):
        actions.attach(app, change, "bast", second, code=_code(desk, change))
    again = actions.attach(app, change, "bast", second, code=_code(desk, change), replace="halaman 2 hilang")
    assert [one.document for one in views.state(app, change).demands.attached if one.kind == "bast"] == [again.document]
    with pytest.raises(Refused, match="there is no bast"):
        actions.withdraw(app, change, "bast", kept.document, reason="x")
    with pytest.raises(InputError, match="1 to 200"):
        actions.withdraw(app, change, "bast", again.document[7:17], reason="")
    actions.withdraw(app, change, "bast", again.document[7:17], reason="salah pindai")
    assert not views.state(app, change).finished
    assert app.objects.get(again.document) and app.objects.get(kept.document)
    assert views.verify_log(app).size == len(list(app.journal.read()))

    root = ["-C", str(desk.root)]
    assert main([*root, "missing", change]) == 0
    assert "BAST bertanda tangan" in capsys.readouterr().out
    assert main([*root, "attach", change, "--as", "foto", str(scan)]) == 2
    assert main([*root, "attach", change, "--as", "bast", str(second)]) == 2
    assert main([*root, "checklist", change]) == 0
    assert "[x]  1   pasang-ap" in capsys.readouterr().out


def test_a_signed_bast_for_another_change_is_refused(desk: Desk) -> None:
    app = desk.app
    one, two = desk.approved("HD-1", people=3), desk.approved("HD-2", people=3, place="lapangan")
    photo = _write(desk, "ap.png", png())
    for filed in (one, two):
        actions.confirm(app, filed.change, "pasang-ap", by="Sari", photo=photo)
        actions.apply(app, filed.change)
        actions.confirm(app, filed.change, "uji-ponsel", by="Sari", note="unduh 48 Mbps")
    paper, other = (actions.report(app, filed.change, lang="id") for filed in (one, two))
    # Electronically signed: our own PDF with something appended still says whose it is.
    signed = _write(desk, "signed.pdf", other.read_bytes() + b"\n%% signature\nstartxref\n9\n%%EOF\n")
    scan = _write(desk, "scan.png", png(shade=3))
    for path, code in ((other, ""), (signed, ""), (signed, _code(desk, one.change)), (scan, _code(desk, two.change))):
        with pytest.raises(Refused, match=two.change):
            actions.attach(app, one.change, "bast", path, code=code)
    assert "paper.attached" not in desk.kinds(one.change)
    assert actions.attach(app, two.change, "bast", signed).type == "pdf"
    with pytest.raises(Refused, match=two.change):
        actions.attach(app, one.change, "bast", signed)
    assert paper.read_bytes() != other.read_bytes()


RENTED = """
ap-sewa:
  platform: manual
  data:
    site: kampus
    roles: [rented]
    place: aula
    type: Ruijie RG-AP820
    serial: G1QH000000000
    by: vendor
    loan: true
"""


def test_a_rented_access_point_is_never_connected_to(desk: Desk) -> None:
    """It is on the checklist with its settings, lent on the BAST, and its photo is in the annex; `doctor` leaves it alone."""
    hosts = desk.root / "inventory" / "hosts.yaml"
    hosts.write_text(hosts.read_text("utf-8") + RENTED, "utf-8")
    with App(desk.root, actor="admin.jaringan") as app:
        desk.app = app
        filed = desk.approved(people=3)
        change = filed.change
        steps = [item.step for item in actions.checklist(app, change)]
        assert [step.id for step in steps] == ["pasang-ap", "kabel-daya", "uji-ponsel", "ap-sewa"]
        assert steps[-1].by == "vendor" and "VLAN" in steps[-1].title.id
        photo = _write(desk, "ap.png", png())
        actions.confirm(app, change, "pasang-ap", by="Sari", photo=photo)
        actions.apply(app, change)
        actions.confirm(app, change, "uji-ponsel", by="Sari", note="unduh 48 Mbps")
        actions.confirm(app, change, "ap-sewa", by="Vendor", photo=_write(desk, "sewa.jpg", JPEG), note="menyala")
        page = actions.report(app, change, lang="id", form="html").read_text("utf-8")
        for words in ("Ruijie RG-AP820", "G1QH000000000", "menurut petugas: menyala", "data:image/jpeg;base64,"):
            assert words in page
        for paper in ("checklist", "needs"):
            for form in ("pdf", "html"):
                made = actions.report(app, change, lang="en", paper=paper, form=form).read_bytes()
                assert made.startswith(b"%PDF-" if form == "pdf" else b"<!doctype html>")
        assert actions.report(app, change, lang="id", paper="checklist").read_bytes() == (
            actions.report(app, change, lang="id", paper="checklist", out=desk.root / "again.pdf").read_bytes()
        )
        found = actions.doctor(app)["ap-sewa"]
        assert [one.en for one in found] == ["set up by hand, not connected to"]
        assert "ap-sewa" not in views.state(app, change).devices
