"""The published log against those who rewrite it: each is named with its entry, by us and by software we did not write."""

import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key

from netops.actions import auditing, publishing
from netops.app import App
from netops.cli.main import main
from netops.core.clock import ManualClock
from netops.core.errors import InputError, JournalBroken, JournalError, LockedKey
from netops.core.model import Event
from netops.data_root import init_workspace
from netops.filing import Filed, find
from netops.journal import note, published
from netops.practice import new_key
from netops.requests import sshsig
from netops.requests.example import example

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ORIGIN = "ptipd.kampus.example/log"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    root = tmp_path / "kampus"
    init_workspace(root, settings=f'[log]\norigin = "{ORIGIN}"\nkept = "../usb/checkpoint"\n')
    new_key(root / "log.key")
    with App(root, clock=ManualClock(AT), actor="admin.jaringan") as opened:
        yield opened


@pytest.fixture
def filed(app: App) -> Filed:
    path = app.root / "permohonan.yaml"
    path.write_text(example(AT.replace(day=22), ticket="HD-1"), encoding="utf-8")
    return find(app, str(path))


def fill(app: App, count: int, mark: str = "x") -> None:
    app.journal.append(
        tuple(
            Event(kind="change.refused", change="HD-9-999999", at=AT, actor="admin", data={"reason": f"{mark}{number}"})
            for number in range(count)
        )
    )


def test_a_published_folder_is_verified_without_the_workspace(app: App, filed: Filed, tmp_path: Path) -> None:
    fill(app, 600)
    done = publishing.publish(app)
    copy = tmp_path / "auditor"
    shutil.copytree(done.folder, copy)
    found = auditing.verify_folder(copy, auditing.read_key(done.key))
    assert (found.head, found.trusted) == (done.head, True)
    assert not auditing.verify_folder(copy).trusted, "a key out of the folder proves nothing by itself"


def test_a_receipt_proves_what_the_log_said(app: App, filed: Filed, tmp_path: Path) -> None:
    fill(app, 300)
    done = publishing.publish(app)
    path, _ = publishing.prove(app, filed.change, tmp_path / "bukti.tlog-proof")
    proven = auditing.check_receipt(path, auditing.read_key(done.key))
    assert (proven.kind, proven.change, proven.index) == ("request.received", filed.change, 0)
    other = note.verifier_key(ORIGIN, bytes(range(32)))
    with pytest.raises(JournalError, match="no known key signed it"):
        auditing.check_receipt(path, other)
    path.write_bytes(path.read_bytes().replace(b"index 0", b"index 1"))
    with pytest.raises(JournalError, match="is not in that tree"):
        auditing.check_receipt(path, auditing.read_key(done.key))


def test_nothing_of_a_change_is_published_before_its_publication(app: App, filed: Filed) -> None:
    with pytest.raises(JournalError, match="is published yet"):
        publishing.prove(app, filed.change)


def test_a_log_restored_from_an_old_copy_is_not_signed(app: App, filed: Filed, tmp_path: Path) -> None:
    """Even when the published folder was restored with it: the checkpoint outside remembers."""
    fill(app, 10)
    app.close()
    old = tmp_path / "old"
    shutil.copytree(app.root / "var", old)
    with App(app.root, clock=ManualClock(AT)) as later:
        fill(later, 10)
        publishing.publish(later)
    shutil.rmtree(app.root / "var")
    shutil.copytree(old, app.root / "var")
    with (
        App(app.root, clock=ManualClock(AT)) as again,
        pytest.raises(JournalBroken, match="entry 11 and all after it") as caught,
    ):
        publishing.publish(again)
    assert caught.value.seq == 11


def test_a_forked_log_is_not_signed(app: App, filed: Filed, tmp_path: Path) -> None:
    app.close()
    before = tmp_path / "before"
    shutil.copytree(app.root / "var", before)
    with App(app.root, clock=ManualClock(AT)) as one:
        fill(one, 5, "a")
        publishing.publish(one)
    shutil.rmtree(app.root / "var")
    shutil.copytree(before, app.root / "var")
    with App(app.root, clock=ManualClock(AT)) as other:
        fill(other, 9, "b")
        with pytest.raises(JournalBroken, match="forked"):
            publishing.publish(other)
        assert published.head(other.settings.log_folder) is None


def test_the_witness_sees_a_fork_and_keeps_both_heads(app: App, filed: Filed, tmp_path: Path) -> None:
    fill(app, 5, "a")
    new_key(tmp_path / "saksi.key")
    own, state = sshsig.load_key(tmp_path / "saksi.key"), tmp_path / "saksi" / "checkpoint"
    folder = app.settings.log_folder
    key = auditing.read_key(publishing.publish(app).key)
    auditing.witness(folder, state, key, "inspektorat.example/saksi", own, AT)
    fill(app, 300)
    publishing.publish(app)
    grown = auditing.witness(folder, state, key, "inspektorat.example/saksi", own, AT)
    assert grown.size == 306
    cosigned = note.parse(state.read_bytes())
    witness_key = note.verifier_key("inspektorat.example/saksi", sshsig.raw_public(own.public), note.WITNESS)
    assert note.verify(cosigned, [key, witness_key]) == (key, witness_key)

    app.close()
    shutil.rmtree(app.root / "var")
    (app.settings.log_kept or Path()).unlink()  # the office removes its own reminder, too
    with App(app.root, clock=ManualClock(AT)) as forger:
        fill(forger, 400, "b")
        publishing.publish(forger)
    assert auditing.verify_folder(folder, key).head.size == 400, "by itself the forgery holds together"
    with pytest.raises(JournalBroken, match="first 306 entries are not those signed then"):
        auditing.witness(folder, state, key, "inspektorat.example/saksi", own, AT)
    assert note.verify(note.parse(state.read_bytes()), [key]) == (key,), "the last good head is kept"
    fork = note.parse(state.with_name("checkpoint.fork").read_bytes())
    assert note.verify(fork, [key]) == (key,), "two heads under one signature are the evidence"


def test_an_auditor_with_an_older_head_sees_growth_shrinking_and_forks(app: App, filed: Filed, tmp_path: Path) -> None:
    fill(app, 5)
    done = publishing.publish(app)
    kept = tmp_path / "kept"
    shutil.copy(done.folder / "checkpoint", kept)
    key = auditing.read_key(done.key)
    shutil.copytree(done.folder, tmp_path / "small")
    fill(app, 300)
    publishing.publish(app)
    assert auditing.verify_folder(done.folder, key, kept).grown_from == 6
    shutil.copy(done.folder / "checkpoint", kept)
    with pytest.raises(JournalBroken, match=r"the log shrank.*entry 6 and all after it") as caught:
        auditing.verify_folder(tmp_path / "small", key, kept)
    assert caught.value.seq == 6


@pytest.mark.parametrize("name", ["checkpoint", "tile/entries/000.p/6", "tile/0/000.p/6"])
def test_every_flipped_byte_of_a_published_file_is_seen(app: App, filed: Filed, name: str) -> None:
    fill(app, 5)
    done = publishing.publish(app)
    key, path = auditing.read_key(done.key), done.folder / name
    good = path.read_bytes()
    for place in range(0, len(good), 7):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        with pytest.raises((JournalBroken, JournalError)):
            auditing.verify_folder(done.folder, key)


def test_another_key_and_another_log_are_refused(app: App, filed: Filed) -> None:
    done = publishing.publish(app)
    (app.root / "log.key").unlink()
    new_key(app.root / "log.key")
    with pytest.raises(JournalError, match="no known key signed it"):
        publishing.publish(app)
    renamed = note.verifier_key("other.example/log", auditing.read_key(done.key).public)
    with pytest.raises(JournalError, match="no known key signed it"):
        auditing.verify_folder(done.folder, renamed)


def test_bad_keys_and_settings_are_told(
    app: App, filed: Filed, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (app.root / "log.key").unlink()
    with pytest.raises(InputError, match="no key of the log"):
        publishing.publish(app)
    (app.root / "netops.toml").write_text("", encoding="utf-8")
    app.close()
    assert main(["-C", str(app.root), "--lang", "en", "log", "publish"]) == 2
    assert "log.origin: the log has no name yet" in capsys.readouterr().err
    assert main(["--lang", "en", "log", "verify", str(tmp_path)]) == 2
    assert "it has no checkpoint" in capsys.readouterr().err
    assert main(["--lang", "en", "log", "verify", "--receipt", str(app.root / "netops.toml")]) == 2
    assert "--receipt needs --key" in capsys.readouterr().err


def test_the_auditors_commands(app: App, filed: Filed, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new_key(tmp_path / "saksi.key")
    app.close()
    inside = ["-C", str(app.root), "--lang", "en"]
    assert main([*inside, "log", "publish"]) == 0
    folder = str(app.root / "var" / "log")
    key = (app.root / "var" / "log" / "log.vkey").read_text(encoding="utf-8").strip()
    assert main([*inside, "log", "prove", filed.change, "-o", str(tmp_path / "p")]) == 0
    assert main(["--lang", "en", "log", "verify", "--receipt", str(tmp_path / "p"), "--key", key]) == 0
    assert f"proven: entry 0 of 1 is {filed.change} request.received" in capsys.readouterr().err
    assert main(["--lang", "en", "log", "verify", folder, "--key", key, "--against", f"{folder}/checkpoint"]) == 0
    assert "it only grew since the kept checkpoint (1 entries)" in capsys.readouterr().err
    assert main(["--lang", "en", "log", "verify", folder]) == 0
    assert "NOTE: the key was taken from that folder itself" in capsys.readouterr().err
    words = [
        "--state",
        str(tmp_path / "s"),
        "--log-key",
        key,
        "--name",
        "saksi.example",
        "--key",
        str(tmp_path / "saksi.key"),
    ]
    assert main(["--lang", "en", "log", "witness", folder, *words]) == 0
    assert (tmp_path / "s").read_text(encoding="utf-8").count("— ") == 2


# ── software that we did not write ───────────────────────────────────────────────────────────────────────────────


def test_the_cryptography_library_verifies_the_head(app: App, filed: Filed) -> None:
    done = publishing.publish(app)
    line = (done.folder / "checkpoint.signers").read_text(encoding="utf-8").split(" ", 2)[2]
    public = load_ssh_public_key(line.encode())
    assert isinstance(public, Ed25519PublicKey)
    assert public.public_bytes(Encoding.Raw, PublicFormat.Raw) == auditing.read_key(done.key).public
    _, signed = published.head(done.folder) or pytest.fail("no head")
    public.verify(signed.signatures[0].value, signed.text.encode())
    with pytest.raises(InvalidSignature):
        public.verify(signed.signatures[0].value, signed.text.replace("1", "2").encode())


@pytest.mark.needs_debian("openssh-client")
def test_stock_ssh_keygen_verifies_the_head(app: App, filed: Filed) -> None:
    folder = publishing.publish(app).folder
    call: list[str | Path] = ["ssh-keygen", "-Y", "verify", "-f", folder / "checkpoint.signers", "-I", ORIGIN,
            "-n", publishing.NAMESPACE, "-s", folder / "checkpoint.body.sig"]  # fmt: skip
    body = (folder / "checkpoint.body").read_bytes()
    assert (folder / "checkpoint").read_bytes().startswith(body + b"\n")
    good = subprocess.run(call, input=body, capture_output=True, check=False)
    assert good.returncode == 0 and b"Good" in good.stdout
    assert subprocess.run(call, input=body + b"x\n", capture_output=True, check=False).returncode != 0


@pytest.mark.needs_debian("openssh-client")
def test_a_key_behind_a_passphrase_signs_through_the_agent(
    app: App, filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The private half never reaches us: `log.key` in the settings is the public file."""
    (app.root / "log.key").unlink()
    secret = app.root.parent / "rahasia.key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "kata sandi", "-f", secret], check=True)
    with pytest.raises(LockedKey):
        sshsig.load_key(secret)
    shutil.copy(f"{secret}.pub", app.root / "log.key")
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with pytest.raises(InputError, match="ssh agent"):
        publishing.publish(app)
    socket = app.root.parent / "a"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.DEVNULL)
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        while not socket.exists():
            assert agent.poll() is None
        subprocess.run(["ssh-keygen", "-q", "-p", "-P", "kata sandi", "-N", "", "-f", secret], check=True)
        subprocess.run(["ssh-add", "-q", secret], check=True, capture_output=True)
        secret.unlink()
        done = publishing.publish(app)
    finally:
        agent.terminate()
        agent.wait()
    assert auditing.verify_folder(done.folder, auditing.read_key(done.key)).head == done.head


GO = """\
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Folder, key, receipt's index and entry: verify the head, then prove the entry out of the tiles.
type reader struct{ folder string }

func (r reader) Height() int                                  { return 8 }
func (r reader) SaveTiles(tiles []tlog.Tile, data [][]byte)    {}
func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, t := range tiles {
		path := fmt.Sprintf("tile/%d/%03d", t.L, t.N)
		if t.W < 256 {
			path += fmt.Sprintf(".p/%d", t.W)
		}
		data, err := os.ReadFile(filepath.Join(r.folder, path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func main() {
	data, err := os.ReadFile(filepath.Join(os.Args[1], "checkpoint"))
	check(err)
	verifier, err := note.NewVerifier(os.Args[2])
	check(err)
	open, err := note.Open(data, note.VerifierList(verifier))
	check(err)
	var origin, root string
	var size int64
	_, err = fmt.Sscanf(open.Text, "%s\\n%d\\n%s\\n", &origin, &size, &root)
	check(err)
	hash, err := tlog.ParseHash(root)
	check(err)
	hashes := tlog.TileHashReader(tlog.Tree{N: size, Hash: hash}, reader{os.Args[1]})
	for n := int64(0); n < size; n += 97 {
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, n)})
		check(err)
		proof, err := tlog.ProveRecord(size, n, hashes)
		check(err)
		check(tlog.CheckRecord(proof, size, hash, n, leaf[0]))
	}
	fmt.Println(origin, size)
}

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
"""


@pytest.mark.needs_debian("golang-go")
@pytest.mark.needs_debian("golang-golang-x-mod-dev")
def test_gos_checksum_database_code_verifies_head_and_tiles(app: App, filed: Filed, tmp_path: Path) -> None:
    fill(app, 600)
    done = publishing.publish(app)
    (tmp_path / "main.go").write_text(GO, encoding="utf-8")
    environment = {
        "PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": str(tmp_path), "GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
        "GOCACHE": str(tmp_path / "cache"), "GOFLAGS": "", "GOTOOLCHAIN": "local",
    }  # fmt: skip
    built = subprocess.run(
        ["go", "build", "-o", tmp_path / "verify", tmp_path / "main.go"],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    call: list[str | Path] = [tmp_path / "verify", done.folder, done.key]
    good = subprocess.run(call, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stdout) == (0, f"{ORIGIN} 601\n")
    tile = done.folder / "tile/0/001"
    tile.write_bytes(tile.read_bytes()[:-1] + b"x")
    assert subprocess.run(call, capture_output=True, text=True, check=False).returncode == 1
