"""The auditor's pack in an empty environment: it verifies with Python and OpenSSH alone, and every tampering is found."""

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from packs import unpack as unpacked
from packs import verdict

from netops import actions
from netops.actions import erasing, living, packing, publishing
from netops.app import App
from netops.core.clock import ManualClock
from netops.core.errors import JournalError
from netops.data_root import init_workspace
from netops.filing import Filed, find, record
from netops.practice import new_key
from netops.requests.example import example

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ORIGIN = "ptipd.kampus.example/log"
SIGNER = "kepala@kampus.example"

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH: apt install openssh-client")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(AT)


@pytest.fixture
def app(tmp_path: Path, clock: ManualClock) -> Iterator[App]:
    root = tmp_path / "kampus"
    init_workspace(root, settings=f'[log]\norigin = "{ORIGIN}"\n')
    new_key(root / "log.key")
    line = new_key(root / "kepala.key")
    (root / "inventory" / "allowed_signers").write_text(f'{SIGNER} namespaces="approval@netops" {line}\n')
    with App(root, clock=clock, actor="admin.jaringan") as opened:
        yield opened


@pytest.fixture
def filed(app: App) -> Filed:
    path = app.root / "permohonan.yaml"
    text = example(AT.replace(day=22), ticket="HD-1") + "salt: " + "5a" * 16 + "\n"
    path.write_text(text, encoding="utf-8")
    one = find(app, str(path))
    other = app.root / "lain.yaml"
    other.write_text(text.replace("HD-1", "HD-2"), encoding="utf-8")
    find(app, str(other))
    actions.decide(app, one, decision="approve", role="kepala", approver=SIGNER, key=app.root / "kepala.key")
    backup = app.objects.put(b"hostname sw-aula\n")
    record(app, "device.captured", one.change, backup=backup)
    letter = app.objects.put(b"%PDF-1.7 letter of Siti Aminah")
    record(app, "paper.attached", one.change, **{"as": "surat"}, document=letter, type="pdf", size=30, name="surat.pdf")
    record(app, "mail.queued", one.change, mail=app.objects.put(b"Dear Siti Aminah"), kind="ready")
    publishing.publish(app)
    return one


def test_a_pack_is_verified_by_python_and_openssh_alone(app: App, filed: Filed, tmp_path: Path) -> None:
    folder = unpacked(app, filed, tmp_path)
    key = (app.root / "var" / "log" / "checkpoint.signers").read_text().split('" ')[1]
    code, said = verdict(folder, "--key", key, "--checkpoint", str(app.root / "var" / "log" / "checkpoint"))
    assert code == 0, said
    assert "HOLDS" in said and "NOTE" not in said
    assert f"kepala: {SIGNER} approve" in said and "0 personal fields closed" in said
    assert b"hostname sw-aula" in next((folder / "devices").rglob("*-before.txt")).read_bytes()
    assert {"PERIKSA.md", "README.md"} <= {path.name for path in folder.iterdir()}


def test_mails_stay_out_and_redacted_fields_stay_provable(app: App, filed: Filed, tmp_path: Path) -> None:
    open_, closed = tmp_path / "open", tmp_path / "closed"
    first, folder = unpacked(app, filed, open_), unpacked(app, filed, closed, redact=True)
    assert b"Dear Siti" not in b"".join(path.read_bytes() for path in first.rglob("*") if path.is_file())
    assert b"Siti" not in b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert "6 personal fields closed" in verdict(folder)[1]
    shown = json.loads((first / "persons.json").read_text())
    (folder / "persons.json").write_text(json.dumps({"requester/name": shown["requester/name"]}))
    code, said = verdict(folder)
    assert code == 0, "one field is shown later, with its key"
    (folder / "persons.json").write_text(
        json.dumps({"requester/name": shown["requester/name"] | {"value": "Orang Lain"}})
    )
    code, said = verdict(folder)
    assert code == 1 and "requester/name" in said


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def first(folder: Path, pattern: str) -> Path:
    return sorted(folder.glob(pattern))[0]


def edit_manifest(folder: Path, change: Callable[[dict[str, object]], None]) -> None:
    path = folder / "manifest.json"
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def _other_entry(folder: Path) -> None:
    """The entry says something else, its receipt is left as it was."""
    path = first(folder, "entries/*")
    lines = path.read_text().split("\n")
    entry = base64.b64decode(lines[1].removeprefix("extra ")).replace(b"HD-1", b"HD-9")
    lines[1] = f"extra {base64.b64encode(entry).decode()}"
    path.write_text("\n".join(lines))


def _swapped(folder: Path) -> None:
    one, two = sorted(folder.glob("entries/*"))[:2]
    a, b = one.read_bytes(), two.read_bytes()
    one.write_bytes(b)
    two.write_bytes(a)


def _other_signature(folder: Path) -> None:
    """Signed by somebody else, body and manifest fitted to it: the entry names the digest of the first."""
    path = first(folder, "approvals/*.sig")
    new_key(folder / "thief")
    path.unlink()
    statement = first(folder, "approvals/*.json")
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", str(folder / "thief"), "-n", "approval@netops", str(statement)],
        check=True, capture_output=True,
    )  # fmt: skip
    statement.with_name(statement.name + ".sig").rename(path)
    (folder / "thief").unlink()


def _own_log(folder: Path) -> None:
    """Another key signs the same head, and stands in the signers' file."""
    line = new_key(folder / "thief")
    (folder / "checkpoint.body.sig").unlink()
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", str(folder / "thief"), "-n", "checkpoint@netops",
         str(folder / "checkpoint.body")], check=True, capture_output=True,
    )  # fmt: skip
    (folder / "checkpoint.signers").write_text(f'{ORIGIN} namespaces="checkpoint@netops" {line}\n')
    (folder / "thief").unlink()


def _hidden_body(folder: Path) -> None:
    """An approval's statement is taken out and said to be left out."""
    path = first(folder, "approvals/*.json")

    def drop(value: dict[str, object]) -> None:
        bodies, left_out = value["bodies"], value["left_out"]
        assert isinstance(bodies, dict) and isinstance(left_out, dict)
        digest = next(name for name, file in bodies.items() if file == path.relative_to(folder).as_posix())
        del bodies[digest]
        left_out[digest] = "x"

    edit_manifest(folder, drop)
    path.unlink()


TAMPERINGS: dict[str, Callable[[Path], object]] = {
    "request": lambda folder: flip(folder / "request.json"),
    "backup": lambda folder: flip(first(folder, "devices/*/*")),
    "letter": lambda folder: flip(first(folder, "papers/*")),
    "statement": lambda folder: flip(first(folder, "approvals/*.json")),
    "signature": lambda folder: flip(first(folder, "approvals/*.sig")),
    "allowed-signers": lambda folder: flip(folder / "approvals" / "allowed_signers"),
    "policy": lambda folder: flip(folder / "inputs" / "policy.yaml"),
    "person": lambda folder: (folder / "persons.json").write_text(
        (folder / "persons.json").read_text().replace("Siti", "Sito")
    ),
    "entry": _other_entry,
    "receipt": lambda folder: flip(first(folder, "entries/*")),
    "receipts-swapped": _swapped,
    "receipt-missing": lambda folder: first(folder, "entries/*").unlink(),
    "body-missing": lambda folder: first(folder, "devices/*/*").unlink(),
    "body-hidden": _hidden_body,
    "file-added": lambda folder: (folder / "papers" / "BAST.pdf").write_text("x"),
    "head": lambda folder: flip(folder / "checkpoint.body"),
    "head-signature": lambda folder: flip(folder / "checkpoint.body.sig"),
    "note": lambda folder: (folder / "checkpoint").write_text("x"),
    "signature-of-another": _other_signature,
    "log-of-another": _own_log,
    "another-change": lambda folder: edit_manifest(folder, lambda value: value.update(change="HD-2-000000")),
    "path-outside": lambda folder: edit_manifest(
        folder, lambda value: value["bodies"].update({"sha256:" + "0" * 64: "../../etc/passwd"})  # type: ignore[attr-defined]  # JSON
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_every_tampering_is_found(app: App, filed: Filed, tmp_path: Path, name: str) -> None:
    folder = unpacked(app, filed, tmp_path)
    key = (folder / "checkpoint.signers").read_text().split('" ')[1]
    TAMPERINGS[name](folder)
    code, said = verdict(folder, "--key", key)
    assert code == 1 and "DOES NOT HOLD" in said, said


def test_a_forked_head_is_found_against_a_kept_one(app: App, filed: Filed, tmp_path: Path) -> None:
    folder = unpacked(app, filed, tmp_path)
    kept = tmp_path / "kept"
    origin, size, _ = (folder / "checkpoint").read_text().split("\n")[:3]
    kept.write_text(f"{origin}\n{size}\n{base64.b64encode(bytes(32)).decode()}\n\n")
    code, said = verdict(folder, "--checkpoint", str(kept))
    assert code == 1 and "forked" in said


def test_the_same_head_gives_the_same_bytes(app: App, filed: Filed, tmp_path: Path) -> None:
    packing.export(app, filed.change, tmp_path / "a.zip")
    packing.export(app, filed.change, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_what_is_not_published_is_not_exported(app: App, filed: Filed, tmp_path: Path) -> None:
    record(app, "change.refused", filed.change, reason="x", message="y")
    with pytest.raises(JournalError, match="not every entry"):
        packing.export(app, filed.change, tmp_path / "pack.zip")


def test_an_erased_change_still_has_a_pack_that_verifies(
    app: App, filed: Filed, clock: ManualClock, tmp_path: Path
) -> None:
    record(app, "mail.failed", filed.change, mail=mail_of(app, filed), message="x", permanent=True)
    living.cancel(app, filed.change, "tidak jadi")
    clock.move(1_830 * 86_400)
    erasing.erase(app, filed.change, "masa simpan lewat")
    publishing.publish(app)
    folder = unpacked(app, filed, tmp_path)
    code, said = verdict(folder)
    assert code == 0, said
    assert b"Siti" not in b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert "left out" in said


def mail_of(app: App, filed: Filed) -> str:
    return next(
        str(one.event.data["mail"]) for one in app.journal.read(filed.change) if one.event.kind == "mail.queued"
    )
