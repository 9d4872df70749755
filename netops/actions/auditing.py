"""What an auditor runs on a published log, without our workspace: verify, check a receipt, stand witness.

Believes nothing that the folder says of itself: the key is the auditor's own copy, or the result says that it is not.
"""

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from netops.core.errors import InputError, JournalBroken, JournalError
from netops.core.text import Text
from netops.journal import checkpoint as checkpoints
from netops.journal import note, published, receipt
from netops.journal.checkpoint import Checkpoint
from netops.journal.entry import parse_body
from netops.journal.note import Note, VerifierKey
from netops.journal.tlog import consistent
from netops.requests import sshsig
from netops.requests.sshsig import SigningKey


class Sound(Struct, frozen=True, kw_only=True):
    """A folder whose entries make exactly the signed tree. `trusted`: the key came from the auditor, not the folder."""

    head: Checkpoint
    key: str
    trusted: bool
    grown_from: int | None = None


class Proven(Struct, frozen=True, kw_only=True):
    """What a receipt proves: entry `index` of the log is this event."""

    head: Checkpoint
    index: int
    kind: str
    change: str
    at: str


def read_key(text: str) -> VerifierKey:
    """A key given as text, or as a file that holds it. Raises `InputError`."""
    if "+" not in text or Path(text).is_file():
        try:
            return note.parse_key(Path(text).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(Text("kunci log tidak dapat dibaca", "the log's key cannot be read"), path=text) from error
    return note.parse_key(text)


def verify_folder(folder: Path, key: VerifierKey | None = None, against: Path | None = None) -> Sound:
    """Signature, every entry, the whole tree, and `against` an older head that was kept.

    Raises `JournalBroken` with the first bad entry, `JournalError` for a head that nobody known signed.
    """
    head, _, used = _head(folder, key)
    published.verify_folder(folder, head)
    grown_from = None
    if against is not None:
        old, old_note = _read(against)
        note.verify(old_note, [used])
        _contains(folder, head, old)
        grown_from = old.size
    return Sound(head=head, key=str(used), trusted=key is not None, grown_from=grown_from)


def check_receipt(path: Path, key: VerifierKey) -> Proven:
    """Raises `JournalError` for a receipt that does not hold, or whose head this key did not sign."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error
    given = receipt.parse(data)
    head = receipt.check(given)
    note.verify(given.head, [key])
    _of(head, key)
    event = parse_body(given.entry)
    return Proven(head=head, index=given.index, kind=event["kind"], change=event["change"], at=event["at"])


def witness(folder: Path, state: Path, key: VerifierKey, name: str, own: SigningKey, at: datetime) -> Checkpoint:
    """Check that the log only grew since the last visit, cosign its head, and keep it in `state`.

    The first visit has nothing to compare with. On a fork the new head is kept beside the old one (`<state>.fork`):
    two heads signed by one key are the evidence. Raises `JournalBroken`, `JournalError`.
    """
    head, signed, _ = _head(folder, key)
    published.verify_folder(folder, head)
    if state.is_file():
        old, old_note = _read(state)
        note.verify(old_note, [key])
        try:
            _contains(folder, head, old)
        except JournalBroken:
            published.write_file(state.with_name(state.name + ".fork"), str(signed).encode())
            raise
    cosigner = note.verifier_key(name, sshsig.raw_public(own.public), note.WITNESS)
    line = note.cosign(signed.text, cosigner, lambda data: sshsig.sign_raw(data, own), int(at.timestamp()))
    kept = Note(text=signed.text, signatures=(*signed.signatures, line))
    note.verify(kept, [key, cosigner])
    published.write_file(state, str(kept).encode())
    return head


def _head(folder: Path, key: VerifierKey | None) -> tuple[Checkpoint, Note, VerifierKey]:
    found = published.head(folder)
    if found is None:
        raise InputError(
            Text("bukan catatan yang diterbitkan: tidak ada checkpoint", "not a published log: it has no checkpoint"),
            Text("buat dengan `netops log publish`", "make one by `netops log publish`"),
            path=folder,
        )
    used = key or read_key(str(folder / published.KEY))
    head, signed = found
    note.verify(signed, [used])
    _of(head, used)
    return head, signed, used


def _of(head: Checkpoint, key: VerifierKey) -> None:
    if head.origin != key.name:
        raise JournalError(
            Text(
                f"checkpoint milik catatan {head.origin}, bukan {key.name}",
                f"a checkpoint of {head.origin}, not of {key.name}",
            )
        )


def _contains(folder: Path, head: Checkpoint, old: Checkpoint) -> None:
    """Raises `JournalBroken` where the tree of `head` does not continue that of `old`."""
    if old.origin != head.origin:
        raise InputError(
            Text(f"checkpoint milik catatan lain ({old.origin})", f"a checkpoint of another log ({old.origin})")
        )
    if old.size > head.size:
        raise JournalBroken(
            Text(
                f"catatan memendek: checkpoint yang disimpan berisi {old.size} entri, kini {head.size}; "
                f"entri {head.size} dan sesudahnya hilang",
                f"the log shrank: the kept checkpoint has {old.size} entries, there are {head.size} now; "
                f"entry {head.size} and all after it are gone",
            ),
            seq=head.size,
        )
    proof = published.tree(folder, head.size).consistency(old.size)
    if not consistent(old.size, old.root, head.size, head.root, proof):
        raise JournalBroken(
            Text(
                f"catatan bercabang: {old.size} entri pertama bukan yang ditandatangani dulu ({old.short})",
                f"the log was forked: its first {old.size} entries are not those signed then ({old.short})",
            ),
            Text(
                "Simpan kedua checkpoint: dua kepala bertanda tangan sama adalah buktinya.",
                "Keep both checkpoints: two heads under one signature are the evidence.",
            ),
            seq=max(old.size - 1, 0),
        )


def _read(path: Path) -> tuple[Checkpoint, Note]:
    try:
        return checkpoints.read(path.read_bytes())
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(Text(f"tidak dapat dibaca: {error.strerror}", f"cannot be read: {error.strerror}"), path=path)
