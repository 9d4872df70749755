"""`allowed_signers` of OpenSSH (ssh-keygen(1)): who may sign with which key, when; refuses patterns and certificates.

Stricter than OpenSSH where that would leave room for two readings: principals are exact, times are UTC (`Z`).
"""

import base64
import binascii
import re
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from netops.core.canonical import digest
from netops.core.errors import InputError, NotApproved
from netops.core.text import Text
from netops.requests.sshsig import KEY_TYPES, fingerprint, load_public

PRINCIPAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+@-]{0,127}")
"""A person as `allowed_signers`, the policy and statements name them: ASCII, so that no letter looks like another."""
MAX_FILE = 1024 * 1024
_OPTION = re.compile(r'([A-Za-z-]+)(?:="((?:[^"\\]|\\.)*)")?(,|\s+|$)')
_TIMES = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


class Signer(Struct, frozen=True, kw_only=True):
    """One line: these principals sign with `key` (wire form), in `namespaces` (() for any), between two moments."""

    principals: tuple[str, ...]
    key: bytes
    line: int
    namespaces: tuple[str, ...] = ()
    valid_after: datetime | None = None
    valid_before: datetime | None = None


class Signers(Struct, frozen=True, kw_only=True):
    """The whole file; `digest` names the file that a judgement was made by."""

    entries: tuple[Signer, ...]
    digest: str

    def find(self, principal: str, key: bytes, namespace: str, at: datetime) -> Signer:
        """The line by which `principal` may sign with `key` in `namespace` at the moment `at`.

        Both ends of a validity period count as inside, as in OpenSSH. Raises `NotApproved` with the precise reason.
        """
        name = fingerprint(key)
        with_key = [entry for entry in self.entries if entry.key == key]
        if not with_key:
            raise _refused(f"kunci {name} tidak terdaftar", f"key {name} is not listed")
        own = [entry for entry in with_key if principal in entry.principals]
        if not own:
            raise _refused(
                f"kunci {name} terdaftar, tetapi bukan atas nama {principal}",
                f"key {name} is listed, but not for {principal}",
            )
        here = [entry for entry in own if not entry.namespaces or namespace in entry.namespaces]
        if not here:
            raise _refused(
                f"kunci {name} milik {principal} tidak berlaku untuk {namespace}",
                f"key {name} of {principal} is not valid for {namespace}",
            )
        for entry in here:
            if (entry.valid_after is None or entry.valid_after <= at) and (
                entry.valid_before is None or at <= entry.valid_before
            ):
                return entry
        entry = here[-1]
        if entry.valid_after is not None and at < entry.valid_after:
            raise _refused(
                f"kunci {name} milik {principal} baru berlaku sejak {entry.valid_after:%Y-%m-%d %H:%M:%S} UTC",
                f"key {name} of {principal} is not valid before {entry.valid_after:%Y-%m-%d %H:%M:%S} UTC",
            )
        raise _refused(
            f"kunci {name} milik {principal} tidak berlaku lagi sejak {entry.valid_before:%Y-%m-%d %H:%M:%S} UTC",
            f"key {name} of {principal} expired at {entry.valid_before:%Y-%m-%d %H:%M:%S} UTC",
        )


def read_signers(path: Path) -> Signers:
    """The file at `path`. Raises `InputError` with path and line."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            Text(f"tidak dapat dibaca: {error.strerror}", f"cannot be read: {error.strerror}"),
            Text(
                'Buat berkas itu dengan satu baris per penyetuju: `nama namespaces="approval@netops" ssh-ed25519 AAAA…`.',
                'Create it with one line per approver: `name namespaces="approval@netops" ssh-ed25519 AAAA…`.',
            ),
            path=path,
        ) from error
    return parse_signers(data, path)


def parse_signers(data: bytes, path: Path | str = "allowed_signers") -> Signers:
    """Raises `InputError` with path and line."""
    if len(data) > MAX_FILE:
        raise InputError(Text("berkas lebih dari 1 MB", "the file is over 1 MB"), path=path)
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        place = data[: error.start].count(b"\n") + 1
        raise InputError(Text("bukan UTF-8", "not UTF-8"), path=path, line=place) from error
    entries = []
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.strip()
        if words and not words.startswith("#"):
            try:
                entries.append(_entry(words, number))
            except _Bad as bad:
                raise InputError(bad.text, bad.hint, path=path, line=number) from bad
    return Signers(entries=tuple(entries), digest=digest(data))


class _Bad(Exception):
    def __init__(self, id: str, en: str, hint: Text | None = None) -> None:
        super().__init__(en)
        self.text, self.hint = Text(id, en), hint


def _entry(line: str, number: int) -> Signer:
    names, *more = line.split(maxsplit=1)
    principals = tuple(names.split(","))
    for principal in principals:
        if not PRINCIPAL.fullmatch(principal):
            raise _Bad(
                f"nama {principal[:80]!r} tidak diterima",
                f"principal {principal[:80]!r} is not accepted",
                Text(
                    "Tulis nama lengkap dengan huruf ASCII, tanpa tanda * ? ! atau kutip.",
                    "Write the full name in ASCII, without * ? ! or quotes.",
                ),
            )
    options, words = _options(more[0] if more else "")
    if len(words) < 2:
        raise _Bad("jenis kunci dan kunci tidak lengkap", "key type and key are missing")
    kind = words[0]
    try:
        key = base64.b64decode(words[1], validate=True)
        found, _ = load_public(key)
    except (binascii.Error, ValueError) as error:
        raise _Bad(f"kunci tidak diterima: {error}", f"the key is not accepted: {error}") from error
    if found != kind:
        raise _Bad(f"tertulis {kind}, tetapi kuncinya {found}", f"it says {kind}, but the key is {found}")
    spaces = tuple(options["namespaces"].split(",")) if "namespaces" in options else ()
    if any(not space or set(space) & set("*?! ") for space in spaces):
        raise _Bad("namespaces harus nama lengkap", "namespaces must be full names")
    after, before = (_time(name, options.get(name)) for name in ("valid-after", "valid-before"))
    if after and before and after >= before:
        raise _Bad("valid-after tidak sebelum valid-before", "valid-after is not before valid-before")
    return Signer(
        principals=principals, key=key, line=number, namespaces=spaces, valid_after=after, valid_before=before
    )


def _options(text: str) -> tuple[dict[str, str], list[str]]:
    """The options in front of the key type, and the words of the rest of the line."""
    options: dict[str, str] = {}
    more = True
    while more and (not text or text.split(maxsplit=1)[0] not in KEY_TYPES):
        match = _OPTION.match(text)
        if match is None:
            raise _Bad(f"pilihan {text[:40]!r} tidak dapat dibaca", f"option {text[:40]!r} cannot be read")
        name, value = match[1].lower(), match[2]
        if name == "cert-authority":
            raise _Bad(
                "cert-authority tidak diterima",
                "cert-authority is not accepted",
                Text("Daftarkan kunci setiap orang.", "List the key of each person."),
            )
        if name not in ("namespaces", "valid-after", "valid-before") or value is None:
            raise _Bad(f"pilihan atau jenis kunci {name!r} tidak dikenal", f"unknown option or key type {name!r}")
        if name in options:
            raise _Bad(f"pilihan {name} tertulis dua kali", f"option {name} is given twice")
        options[name] = value
        text, more = text[match.end() :], match[3] == ","
    return options, text.split()


def _time(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    shape = _TIMES.get(len(text) - 1)
    if not re.fullmatch(r"[0-9]+Z", text) or shape is None:
        raise _Bad(
            f"{name}={text!r} bukan waktu UTC",
            f"{name}={text!r} is not a time in UTC",
            Text(
                f'Contoh: {name}="20271231Z" atau "20271231235959Z".',
                f'Such as {name}="20271231Z" or "20271231235959Z".',
            ),
        )
    try:
        return datetime.strptime(text[:-1], shape).replace(tzinfo=UTC)
    except ValueError as error:
        raise _Bad(f"{name}={text!r} bukan tanggal", f"{name}={text!r} is not a date") from error


def _refused(id: str, en: str) -> NotApproved:
    return NotApproved(
        Text(id, en),
        Text(
            "Daftar kunci penyetuju ada di inventory/allowed_signers.",
            "The approvers' keys are listed in inventory/allowed_signers.",
        ),
    )
