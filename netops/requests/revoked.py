"""Keys that are no longer believed: a list of public keys, or OpenSSH's KRL. Refuses a list of which it knows only a part.

KRL: PROTOCOL.krl of OpenSSH. Its sections on certificates are passed over, since no certificate is ever accepted here.
"""

import base64
import binascii
import hashlib
from pathlib import Path

from msgspec import Struct, field

from netops.core.canonical import digest
from netops.core.errors import InputError
from netops.core.text import Text
from netops.requests.refusal import no
from netops.requests.sshsig import fingerprint, load_public

KRL_MAGIC = b"SSHKRL\n\0"
MAX_FILE = 4 * 1024 * 1024
_CERTIFICATES, _KEYS, _SHA1, _SHA256, _EXTENSION = 1, 2, 3, 5, 255


class Revoked(Struct, frozen=True, kw_only=True):
    """Keys in wire form and hashes of such; `digest` names the file that a judgement was made by, '' for none."""

    keys: frozenset[bytes] = frozenset()
    sha1: frozenset[bytes] = frozenset()
    sha256: frozenset[bytes] = field(default=frozenset())
    digest: str = ""

    def refuse(self, key: bytes) -> None:
        """Raises `NotApproved` for a revoked key."""
        if (
            key in self.keys
            or hashlib.sha256(key).digest() in self.sha256
            or hashlib.sha1(key, usedforsecurity=False).digest() in self.sha1
        ):
            name = fingerprint(key)
            raise no(
                f"kunci {name} sudah dicabut",
                f"key {name} is revoked",
                "Kunci yang dicabut ada di inventory/revoked_keys; tanda tangani dengan kunci yang berlaku.",
                "Revoked keys are in inventory/revoked_keys; sign with a key that holds.",
            )


def read_revoked(path: Path) -> Revoked:
    """The file at `path`; no file revokes nothing. Raises `InputError` with path and line."""
    try:
        return parse_revoked(path.read_bytes(), path)
    except FileNotFoundError:
        return Revoked()
    except OSError as error:
        raise InputError(
            Text(f"tidak dapat dibaca: {error.strerror}", f"cannot be read: {error.strerror}"), path=path
        ) from error


def parse_revoked(data: bytes, path: Path | str = "revoked_keys") -> Revoked:
    """Raises `InputError` with path and line."""
    if len(data) > MAX_FILE:
        raise InputError(Text("berkas lebih dari 4 MB", "the file is over 4 MB"), path=path)
    if data.startswith(KRL_MAGIC):
        try:
            return _krl(data)
        except ValueError as error:
            raise InputError(
                Text(f"KRL tidak dapat dibaca: {error}", f"the KRL cannot be read: {error}"),
                Text("Buat ulang dengan `ssh-keygen -k -f BERKAS …`.", "Make it anew by `ssh-keygen -k -f FILE …`."),
                path=path,
            ) from error
    keys = set()
    for number, line in enumerate(data.split(b"\n"), start=1):
        words = line.split()
        if not words or words[0].startswith(b"#"):
            continue
        try:
            key = base64.b64decode(words[1], validate=True)
            if load_public(key)[0].encode() != words[0]:
                raise ValueError("the key is of another type")
        except (IndexError, binascii.Error, ValueError) as error:
            raise InputError(
                Text(f"bukan kunci publik OpenSSH: {error}", f"not an OpenSSH public key: {error}"),
                Text("Satu kunci publik per baris, atau sebuah KRL.", "One public key per line, or a KRL."),
                path=path,
                line=number,
            ) from error
        keys.add(key)
    return Revoked(keys=frozenset(keys), digest=digest(data))


def _krl(data: bytes) -> Revoked:
    """Head: magic, format 1, version, date, flags, reserved, comment; then sections of a type byte and a string."""
    if data[8:12] != b"\0\0\0\x01":
        raise ValueError("not format 1")
    rest = data[36:]
    for _ in ("reserved", "comment"):
        _, rest = _take(rest)
    found: dict[int, set[bytes]] = {_KEYS: set(), _SHA1: set(), _SHA256: set()}
    while rest:
        kind = rest[0]
        body, rest = _take(rest[1:])
        if kind in found:
            while body:
                one, body = _take(body)
                if len(one) != {_SHA1: 20, _SHA256: 32}.get(kind, len(one)) or not one:
                    raise ValueError("a hash of the wrong length")
                found[kind].add(one)
        elif kind == _EXTENSION:
            name, body = _take(body)
            if body[:1] != b"\0":
                raise ValueError(f"critical extension {name.decode('ascii', 'replace')!r} is not known")
        elif kind != _CERTIFICATES:
            raise ValueError(f"section of type {kind} is not known")
    return Revoked(
        keys=frozenset(found[_KEYS]),
        sha1=frozenset(found[_SHA1]),
        sha256=frozenset(found[_SHA256]),
        digest=digest(data),
    )


def _take(data: bytes) -> tuple[bytes, bytes]:
    if len(data) < 4 or len(data) - 4 < (size := int.from_bytes(data[:4])):
        raise ValueError("it ends too early")
    return data[4 : 4 + size], data[4 + size :]
