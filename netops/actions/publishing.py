"""Publish the log for those who do not trust us: static files, a signed head, receipts; refuses to sign a fork."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from netops.app import App
from netops.core.errors import InputError, JournalError, LockedKey
from netops.core.secret import Secret
from netops.core.text import Text
from netops.filing import look
from netops.journal import checkpoint as checkpoints
from netops.journal import note, published, receipt
from netops.journal.checkpoint import Checkpoint
from netops.journal.note import Note, VerifierKey
from netops.journal.verify import verify
from netops.papers.seal import Seal
from netops.requests import sshsig
from netops.requests.sshsig import SigningKey

NAMESPACE = "checkpoint@netops"
BODY, SIGNATURE, SIGNERS = "checkpoint.body", "checkpoint.body.sig", "checkpoint.signers"
"""Beside `checkpoint`: the same head for machines that have only OpenSSH."""


class Publication(Struct, frozen=True, kw_only=True):
    """A head that was signed and written to `folder`; `written` files were new."""

    head: Checkpoint
    key: str
    folder: Path
    written: int


def publish(app: App, passphrase: Callable[[], Secret] | None = None) -> Publication:
    """Verify the whole log, write its tiles and sign its head.

    Raises `JournalBroken` where the log does not hold, or does not contain a head that was signed before: the one in
    the folder, and the one kept outside (`log.kept`).
    """
    settings = app.settings
    if not settings.log_origin:
        raise InputError(
            Text("catatan belum bernama", "the log has no name yet"),
            Text(
                'isi [log] origin = "ptipd.kampus.example/log" di netops.toml',
                'set [log] origin = "ptipd.kampus.example/log" in netops.toml',
            ),
            path=settings.root / "netops.toml",
            field="log.origin",
        )
    key = _key(settings.log_key, passphrase)
    verifier = note.verifier_key(settings.log_origin, _raw(key, settings.log_key))
    lease = app.journal.acquire("log", app.holder, 300.0)
    try:
        sound = verify(app.journal, app.objects)
        leaves = [entry.leaf for entry in app.journal.entries()][: sound.size]
        grown = published.grow(leaves, *_kept(settings.log_folder, settings.log_kept, verifier))
        written = published.write_tiles(settings.log_folder, grown, lambda first: app.journal.entries(after=first - 1))
        head = Checkpoint(origin=settings.log_origin, size=grown.size, root=grown.root)
        _sign(settings.log_folder, settings.log_kept, head, key, verifier)
    finally:
        app.journal.release(lease)
    return Publication(head=head, key=str(verifier), folder=settings.log_folder, written=written)


def _key(path: Path, passphrase: Callable[[], Secret] | None) -> SigningKey:
    if not path.exists():
        raise InputError(
            Text("kunci catatan belum ada", "there is no key of the log yet"),
            Text(f"buat: ssh-keygen -t ed25519 -C log -f {path}", f"make one: ssh-keygen -t ed25519 -C log -f {path}"),
            path=path,
        )
    try:
        return sshsig.load_key(path)
    except LockedKey:
        if passphrase is None:
            raise
        return sshsig.load_key(path, passphrase())


def _raw(key: SigningKey, path: Path) -> bytes:
    try:
        return sshsig.raw_public(key.public)
    except ValueError as error:
        raise InputError(
            Text("kunci catatan harus Ed25519", "the log's key must be Ed25519"),
            Text(f"buat: ssh-keygen -t ed25519 -C log -f {path}", f"make one: ssh-keygen -t ed25519 -C log -f {path}"),
            path=path,
        ) from error


def _kept(folder: Path, kept: Path | None, key: VerifierKey) -> list[Checkpoint]:
    """The heads that were signed before and must be in what is signed now."""
    heads: list[Checkpoint] = []
    for path in (folder / published.HEAD, kept):
        if path is None or not path.is_file():
            continue
        try:
            head, signed = checkpoints.read(path.read_bytes())
        except OSError as error:
            raise InputError(
                Text(f"tidak dapat dibaca: {error.strerror}", f"cannot be read: {error.strerror}"), path=path
            ) from error
        if head.origin != key.name:
            raise InputError(
                Text(
                    f"checkpoint milik catatan lain ({head.origin})", f"the checkpoint of another log ({head.origin})"
                ),
                Text("periksa [log] origin dan kept di netops.toml", "check [log] origin and kept in netops.toml"),
                path=path,
            )
        note.verify(signed, [key])
        heads.append(head)
    return heads


def _sign(folder: Path, kept: Path | None, head: Checkpoint, key: SigningKey, verifier: VerifierKey) -> None:
    """The head last, and its copy outside after that: neither ever names a tree that is not there."""
    signed = Note(text=head.text, signatures=(note.sign(head.text, verifier, lambda data: sshsig.sign_raw(data, key)),))
    note.verify(signed, [verifier])
    line = sshsig.public_line(key.public)
    published.write_file(folder / BODY, head.text.encode())
    published.write_file(folder / SIGNATURE, sshsig.sign(head.text.encode(), key, NAMESPACE).encode())
    published.write_file(folder / SIGNERS, f'{head.origin} namespaces="{NAMESPACE}" {line}\n'.encode())
    published.write_file(folder / published.KEY, f"{verifier}\n".encode())
    published.write_file(folder / published.HEAD, str(signed).encode())
    if kept is not None:
        published.write_file(kept, str(signed).encode())


def seal_of(app: App, entry: int) -> Seal:
    """The last published head for a paper that rests on the log up to `entry`; empty where nothing was published.

    Raises `JournalBroken` where that head is not one of this log: no paper shows another log's.
    """
    found = published.head(app.settings.log_folder)
    if found is None:
        return Seal(entry=entry)
    head, signed = found
    published.grow([one.leaf for one in app.journal.entries()], head)
    return Seal(size=head.size, short=head.short, text=str(signed), entry=entry)


def prove(app: App, ref: str, out: Path | None = None) -> tuple[Path, Checkpoint]:
    """A receipt for the last published entry of a change: it names its state then, and all before it is under it.

    Raises `JournalError` where nothing of the change is published yet.
    """
    filed, folder = look(app, ref), app.settings.log_folder
    found = published.head(folder)
    seqs = [recorded.seq for recorded in app.journal.read(filed.change) if found and recorded.seq < found[0].size]
    if found is None or not seqs:
        raise JournalError(
            Text(f"belum ada entri {filed.change} yang diterbitkan", f"no entry of {filed.change} is published yet"),
            Text("jalankan `netops log publish`", "run `netops log publish`"),
        )
    head, signed = found
    entry = next(app.journal.entries(after=seqs[-1] - 1))
    path = published.tree(folder, head.size).inclusion(seqs[-1])
    given = receipt.Receipt(entry=entry.body, index=seqs[-1], path=path, head=signed)
    receipt.check(given)
    where = out or app.settings.var / "papers" / f"{filed.change}.tlog-proof"
    published.write_file(where, str(given).encode())
    return where, head
