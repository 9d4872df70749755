"""A whole event for an auditor: account, report, BAST with the published head, pack, and all of it after erasure."""

import os
import re
import subprocess
import sys
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

from event_desk import open_desk

from netops import actions
from netops.actions import erasing, packing, publishing, reviewing
from netops.app import App
from netops.changes.account import account
from netops.core.clock import ManualClock
from netops.filing import look

LATER = timedelta(days=1_900)


def _words(path: Path) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", path.read_text("utf-8").partition("</style>")[2]).split())


def _verified(pack: Path, folder: Path) -> str:
    with zipfile.ZipFile(pack) as archive:
        archive.extractall(folder)
    (inside,) = folder.iterdir()
    python = str(Path(getattr(sys, "_base_executable", sys.executable)))
    done = subprocess.run(
        [python, "-I", "-S", "verify.py"], cwd=inside, env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_event_is_told_packed_and_erased(tmp_path: Path) -> None:
    root = tmp_path / "kampus"
    with open_desk(root) as desk:
        app = desk.app
        filed = desk.approved()
        actions.apply(app, filed.change)
        first = publishing.publish(app).head
        bast = actions.report(app, filed.change, lang="id", form="html", out=tmp_path / "bast.html")
        said = _words(bast)
        assert f"tercakup checkpoint {first.short} ({first.size} entri)" in said and "LAMPIRAN BUKTI" in said
        assert first.text.split("\n")[2] in said, "the whole checkpoint is in the annex"
        actions.end(app, filed.change, early=True)
        told = account(filed.change, app.journal.read(filed.change))
        assert set(told.inputs) == {"inventory", "templates", "playbook", "policy", "program"}
        assert {group.outcome for group in told.groups} == {"sent"}
        assert {fact.device for fact in told.verified} == {"gw-kampus", "sw-inti", "sw-aula", "ap-aula"}
        assert told.runs[0].host and told.runs[0].program and not told.oddities
        today = datetime.now(app.office.timezone).date()
        report = reviewing.audit(
            app, today - timedelta(days=1), today, lang="id", form="html", out=tmp_path / "audit.html"
        )
        assert filed.change in _words(report) and "C. Pengecualian Tidak ada." in _words(report)
        publishing.publish(app)
        packing.export(app, filed.change, tmp_path / "pack.zip")
        assert "1 approvals of this request" in _verified(tmp_path / "pack.zip", tmp_path / "one")

    with App(root, clock=ManualClock(datetime.now().astimezone() + LATER), actor="admin.jaringan") as app:
        assert erasing.erase(app, filed.change, "masa simpan lewat").count >= 2
        assert look(app, filed.change).request.requester.name == "[dihapus]"
        again = _words(actions.report(app, filed.change, lang="id", form="html", out=tmp_path / "again.html"))
        assert "[dihapus]" in again and "Siti Aminah" not in again and "Budi Santoso" not in again
        publishing.publish(app)
        packing.export(app, filed.change, tmp_path / "later.zip")
        assert "HOLDS" in _verified(tmp_path / "later.zip", tmp_path / "two")
