"""Names of the requester in bodies beside the request: gone once erased, and not in a pack without personal data."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from life_desk import LifeDesk, open_life_desk
from pdf_signing import HEAD, Authority, write_roots

from netops import actions, views
from netops.actions import erasing, packing, publishing, sheets
from netops.filing import Filed, record
from netops.journal.verify import verify
from netops.practice import SIGNER, new_key

ROOT = Authority()

NAME = b"Siti Aminah"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LifeDesk]:
    with open_life_desk(tmp_path / "kampus") as found:
        inventory = found.root / "inventory"
        text = (inventory / "policy.yaml").read_text("utf-8")
        (inventory / "policy.yaml").write_text(text + f'\ncertificates:\n  {SIGNER}: "CN={HEAD},C=ID"\n', "utf-8")
        write_roots(inventory, ROOT)
        yield found


def approved_by_sheet(desk: LifeDesk) -> Filed:
    filed = desk.filed()
    said = actions.statement(desk.app, filed, "approve", "kepala", SIGNER)
    signed = ROOT.sign(sheets.issue(desk.app, filed, said, desk.root / "lembar.pdf").read_bytes())
    path = desk.root / "kembali.pdf"
    path.write_bytes(signed)
    statement, body, _ = sheets.read(desk.app, filed, path)
    actions.receive(desk.app, filed, statement, body)
    return filed


def pdfs(desk: LifeDesk) -> int:
    objects = (path for path in (desk.root / "var" / "objects").rglob("*") if path.is_file())
    return sum(path.read_bytes().startswith(b"%PDF-") for path in objects)


def test_sheets_and_scans_that_name_the_requester_are_erased(desk: LifeDesk) -> None:
    filed = approved_by_sheet(desk)
    scan = desk.app.objects.put(b"%PDF-1.7 disposition about Siti Aminah")
    record(desk.app, "approval.scanned", filed.change, request=filed.digest, scan=scan)
    record(desk.app, "approval.refused", filed.change, reason="x", signature=desk.app.objects.put(b"%PDF-1.7 Siti"))
    assert pdfs(desk) == 4
    record(desk.app, "request.cancelled", filed.change, reason="tidak jadi")
    desk.clock.move(1_826 * 86_400)
    erasing.erase(desk.app, filed.change, "masa simpan lewat")
    assert pdfs(desk) == 0
    assert not verify(desk.app.journal, desk.app.objects).missing
    assert "kelengkapan" not in views.describe(desk.app, filed.change)
    assert "bukti persetujuan dihapus" in views.describe(desk.app, filed.change)


@pytest.mark.parametrize("salt", ["", "5a" * 16], ids=["salt of the workspace", "salt of the file"])
def test_a_pack_without_personal_data_has_none(desk: LifeDesk, salt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (desk.root / "netops.toml").write_text('[log]\norigin = "ptipd.kampus.example/log"\n', "utf-8")
    desk.app.__dict__.pop("settings", None)
    new_key(desk.root / "log.key")
    real = desk.file

    def file(*words: object, **wishes: object) -> Path:
        path = real(*words, **wishes)  # type: ignore[arg-type]  # handed on
        if salt:
            path.write_text(path.read_text("utf-8") + f"salt: {salt}\n", "utf-8")
        return path

    monkeypatch.setattr(desk, "file", file)
    filed = approved_by_sheet(desk)
    publishing.publish(desk.app)
    packing.export(desk.app, filed.change, desk.root / "pack.zip", redact=True)
    with zipfile.ZipFile(desk.root / "pack.zip") as archive:
        inside = {name: archive.read(name) for name in archive.namelist()}
    assert not [name for name, data in inside.items() if NAME in data or data.startswith(b"%PDF-")]
