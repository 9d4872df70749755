"""Signed notes (C2SP signed-note): text under Ed25519 signatures by named keys; refuses what no known key signed.

Formats: c2sp.org/signed-note and, for the cosignatures of witnesses, c2sp.org/tlog-cosignature (its Ed25519 type).
"""

import base64
import re
from collections.abc import Callable, Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from msgspec import Struct

from netops.core.errors import InputError, JournalError
from netops.core.text import Text

LOG, WITNESS = 1, 4
"""Signature type bytes: a log's own Ed25519 signature, and a witness's timestamped one."""
MAX_NOTE = 65_536
MAX_SIGNATURES = 64
_DASH = "— "
_NAME = re.compile(r"[^\s+\u0085\u2028\u2029]{1,200}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")

Sign = Callable[[bytes], bytes]
"""Makes the 64 bytes of an Ed25519 signature over a message: a key file or an ssh agent."""


class VerifierKey(Struct, frozen=True, kw_only=True):
    """A public key with its name: `name+<key id in hex>+<base64 of type byte and key>` in text."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"


class Signature(Struct, frozen=True, kw_only=True):
    """One signature line, not believed yet. `value` is what follows the four bytes of the key id."""

    name: str
    id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {base64.b64encode(self.id + self.value).decode()}"


class Note(Struct, frozen=True, kw_only=True):
    """`text` ends in a newline and is what is signed."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(f"{line}\n" for line in self.signatures)


def verifier_key(name: str, public: bytes, kind: int = LOG) -> VerifierKey:
    """Raises `InputError` for a name that cannot stand in a signature line, or a key that is not 32 bytes."""
    if not _NAME.fullmatch(name) or len(public) != 32:
        raise InputError(
            Text(f"nama kunci log {name!r} tidak dapat dipakai", f"the log key's name {name!r} cannot be used"),
            Text(
                "tanpa spasi dan tanpa tanda tambah, misalnya ptipd.kampus.example/log",
                "no blanks and no plus sign, such as ptipd.kampus.example/log",
            ),
        )
    return VerifierKey(name=name, kind=kind, public=public)


def parse_key(text: str) -> VerifierKey:
    """A verifier key from its text form. Raises `InputError`."""
    parts = text.strip().split("+", 2)
    try:
        name, number, encoded = parts
        data = base64.b64decode(encoded, validate=True)
        key = verifier_key(name, data[1:], data[0])
        if key.kind not in (LOG, WITNESS) or key.id.hex() != number:
            raise ValueError
    except (ValueError, IndexError) as error:
        raise InputError(
            Text(
                f"bukan kunci pemeriksa log: {text.strip()[:80]!r}", f"not a log's verifier key: {text.strip()[:80]!r}"
            ),
            Text("bentuknya nama+angka heksa+base64", "its form is name+hex number+base64"),
        ) from error
    return key


def parse(data: bytes) -> Note:
    """A note's text and signature lines; nothing is verified. Raises `JournalError`."""
    if len(data) > MAX_NOTE:
        raise _no(f"lebih dari {MAX_NOTE} byte", f"over {MAX_NOTE} bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise _no("bukan UTF-8", "not UTF-8") from error
    if _CONTROL.search(whole):
        raise _no("berisi karakter kendali", "it holds control characters")
    text, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise _no("tanda tangannya tidak ada", "it has no signatures")
    rows = lines[:-1].split("\n")
    if len(rows) > MAX_SIGNATURES:
        raise _no(f"lebih dari {MAX_SIGNATURES} tanda tangan", f"over {MAX_SIGNATURES} signatures")
    return Note(text=text + "\n", signatures=tuple(_signature(row) for row in rows))


def _signature(row: str) -> Signature:
    name, _, encoded = row.removeprefix(_DASH).partition(" ")
    try:
        value = base64.b64decode(encoded, validate=True)
    except ValueError:
        value = b""
    if not row.startswith(_DASH) or not _NAME.fullmatch(name) or len(value) < 5:
        raise _no(f"baris tanda tangan tidak dapat dibaca: {row[:60]!r}", f"unreadable signature line: {row[:60]!r}")
    return Signature(name=name, id=value[:4], value=value[4:])


def sign(text: str, key: VerifierKey, sign_with: Sign) -> Signature:
    """The log's own signature over `text`."""
    return Signature(name=key.name, id=key.id, value=sign_with(text.encode()))


def cosign(text: str, key: VerifierKey, sign_with: Sign, at: int) -> Signature:
    """A witness's signature: as of `at` (POSIX seconds), this is the largest consistent tree it has seen."""
    return Signature(name=key.name, id=key.id, value=at.to_bytes(8) + sign_with(_cosigned(text, at)))


def cosigned_at(signature: Signature) -> int:
    """POSIX seconds of a witness's signature."""
    return int.from_bytes(signature.value[:8])


def verify(note: Note, keys: Sequence[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Those of `keys` that signed the note. Raises `JournalError` where none did, or one's signature is wrong."""
    known = {(key.name, key.id): key for key in keys}
    found: list[VerifierKey] = []
    for signature in note.signatures:
        key = known.get((signature.name, signature.id))
        if key is None:
            continue
        try:
            _check(note.text, signature, key)
        except (InvalidSignature, ValueError) as error:
            raise _no(
                f"tanda tangan {signature.name} salah: isinya diubah sesudah ditandatangani",
                f"the signature of {signature.name} is wrong: the text was changed after signing",
            ) from error
        found.append(key)
    if not found:
        names = ", ".join(sorted({signature.name for signature in note.signatures})) or "-"
        raise _no(
            f"tidak ditandatangani kunci yang dikenal (tanda tangan: {names})",
            f"no known key signed it (signatures: {names})",
        )
    return tuple(found)


def _check(text: str, signature: Signature, key: VerifierKey) -> None:
    public = Ed25519PublicKey.from_public_bytes(key.public)
    if key.kind == WITNESS:
        if len(signature.value) != 72:
            raise ValueError("a cosignature has 72 bytes")
        public.verify(signature.value[8:], _cosigned(text, cosigned_at(signature)))
    else:
        public.verify(signature.value, text.encode())


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def _no(id: str, en: str) -> JournalError:
    return JournalError(
        Text(f"checkpoint: {id}", f"checkpoint: {en}"),
        Text(
            "Bandingkan dengan checkpoint yang disimpan di luar kantor ini.",
            "Compare with the checkpoint that is kept outside this office.",
        ),
    )
