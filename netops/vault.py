"""Secrets at rest: a private file for devices, encrypted batches for vouchers; refuses files that others can read.

A code or password appears in no exception and no repr: library errors that carry file contents are not chained.
"""

import contextlib
import errno
import hmac
import math
import os
import re
import secrets
import tempfile
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from netops.core.canonical import canonical, parse_json
from netops.core.errors import Failed, InputError
from netops.core.files import sync_folder
from netops.core.quiet import quiet_libraries
from netops.core.secret import Secret, SecretRef
from netops.core.text import Text
from netops.references import References, is_reference

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Lower case, as phones type it, without 0 o 1 l i: 31 letters; 8 of them are 39.6 bits."""
CODE_LENGTH = 8
MAX_CODES = 100_000
VOUCHER = "voucher/"
_MAGIC = b"netops-vault-1\n"
_BATCH = re.compile(r"[A-Za-z0-9-]{1,24}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]*(?:/[A-Za-z0-9][A-Za-z0-9._@+-]*)*")

Stamp = tuple[int, int, int]


def _stamp(about: os.stat_result) -> Stamp:
    """Changes whenever the file's content may have."""
    return about.st_mtime_ns, about.st_ino, about.st_size


def _private(path: Path) -> os.stat_result:
    """What the system says of a file. Raises `Failed` for one that other users may read or write."""
    about = path.stat()
    if about.st_mode & 0o077:
        raise Failed(
            Text(f"{path} dapat dibaca pengguna lain", f"other users can read {path}"),
            Text(f"chmod 600 {path}", f"chmod 600 {path}"),
        )
    return about


def _none(ref: SecretRef, hint: Text) -> Failed:
    return Failed(Text(f"rahasia {ref.name} tidak ada", f"there is no secret {ref.name}"), hint)


def _io(path: Path, error: OSError) -> Failed:
    reason = error.strerror or type(error).__name__
    return Failed(
        Text(f"{path}: {reason}", f"{path}: {reason}"),
        Text("Periksa ruang dan hak akses folder itu.", "Check the folder's space and permissions."),
    )


class FileSecrets:
    """`SecretSource` from a JSON file of name → value or reference, mode 0600; `NETOPS_SECRET_<NAME>` overrides it.

    A name may itself be a reference: `env:SMTP_PASSWORD` in a setting needs no entry in the file. Relative paths of
    references, and `age.key`, which opens `age:` files, are of the folder of the file. In the variable's name everything
    but letters and digits is `_`, in capitals: `device/gw-kampus` is `NETOPS_SECRET_DEVICE_GW_KAMPUS`. The file may be
    absent.
    """

    def __init__(self, path: Path, environ: Mapping[str, str] | None = None) -> None:
        quiet_libraries()
        self.path = path
        self._environ = os.environ if environ is None else environ
        self._references = References(path.parent, path.parent / "age.key", self._environ)
        self._read: tuple[Stamp, dict[str, Secret]] | None = None

    def get(self, ref: SecretRef) -> Secret:
        """Raises `Failed` where there is none or the file is open to others, `InputError` where it is not as described."""
        if is_reference(ref.name):
            return self._references.follow(ref.name, ref.name.partition(":")[0])
        variable = _variable(ref.name)
        override = self._environ.get(variable)
        if override is not None:
            return Secret(override)
        found = self._values().get(ref.name)
        if found is None:
            raise _none(ref, Text(f"Isi di {self.path} atau {variable}.", f"Put it into {self.path} or {variable}."))
        text = found.reveal()
        return self._references.follow(text, ref.name) if is_reference(text) else found

    def _values(self) -> dict[str, Secret]:
        """The file's, read anew where it is not the one we know. No lock: at worst two threads read the same file."""
        try:
            stamp = _stamp(_private(self.path))
            known = self._read
            if known is None or known[0] != stamp:
                known = self._read = (stamp, self._load())
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise _io(self.path, error) from error
        return known[1]

    def _load(self) -> dict[str, Secret]:
        try:
            value = parse_json(self.path.read_bytes())
        except (ValueError, RecursionError) as error:
            line = getattr(error, "lineno", None)
        else:
            if isinstance(value, dict) and all(isinstance(text, str) for text in value.values()):
                return {name: Secret(text) for name, text in value.items()}
            line = None
        # Outside the handler: a JSONDecodeError would carry the whole file along as the context.
        raise InputError(
            Text("bukan JSON berisi pasangan nama dan teks", "not JSON with pairs of name and text"),
            Text('Contoh: {"device/gw-kampus": "…"}', 'Such as {"device/gw-kampus": "…"}'),
            path=self.path,
            line=line,
        )


def variable_of(ref: SecretRef) -> str:
    """Name of the environment variable that overrides a secret."""
    return "NETOPS_SECRET_" + re.sub(r"[^A-Za-z0-9]", "_", ref.name).upper()


@lru_cache(maxsize=4096)
def _variable(name: str) -> str:
    """The variable of a name that is one; what is none is not kept, it may be a password. Raises `Failed`."""
    if not _NAME.fullmatch(name):
        raise Failed(Text(f"nama rahasia {name!r} tidak sah", f"{name!r} is not a name of a secret"))
    return variable_of(SecretRef(name))


class Vault:
    """Voucher codes in AES-256-GCM, one file a batch; the key file (0600, made on first use) lies outside the folder.

    `pick` takes one letter of an alphabet at random.
    """

    def __init__(self, folder: Path, key_path: Path, pick: Callable[[str], str] | None = None) -> None:
        if key_path.resolve().is_relative_to(folder.resolve()):
            raise Failed(
                Text(f"kunci {key_path} berada di dalam {folder}", f"the key {key_path} lies inside {folder}"),
                Text("Letakkan kunci di luar folder itu.", "Keep the key outside that folder."),
            )
        self.folder, self.key_path, self._pick = folder, key_path, pick
        self._lock = threading.Lock()
        self._opened: dict[str, tuple[Path, Stamp, dict[str, Secret]]] = {}

    def create(self, batch: str, count: int, taken: Collection[str] = ()) -> tuple[SecretRef, ...]:
        """Make `count` different codes, or return the references of a batch of that size that is there already.

        None of `taken` (names on the device) is used. Raises `Failed` where the batch exists with another size, or the
        disk refuses.
        """
        if not 1 <= count <= MAX_CODES:
            raise Failed(Text(f"jumlah kode {count} di luar 1–{MAX_CODES}", f"{count} codes are not 1–{MAX_CODES}"))
        path, refs = self._path(batch), _refs(batch, count)
        if not path.exists():
            pick = self._pick or letters()  # one for each batch: threads share none
            codes: dict[str, None] = {}  # a set that keeps its order
            while len(codes) < count:
                code = "".join(pick(ALPHABET) for _ in range(CODE_LENGTH))
                if code not in taken:
                    codes[code] = None
            self._write(batch, dict(zip(refs, codes, strict=True)))
        if set(self._open(batch)) != {ref.name for ref in refs}:
            raise Failed(
                Text(
                    f"batch {batch} sudah ada dengan jumlah kode lain",
                    f"batch {batch} exists with another number of codes",
                ),
                Text("Hapus batch itu lebih dahulu.", "Destroy that batch first."),
            )
        return refs

    def keep(self, batch: str, codes: Sequence[str]) -> tuple[SecretRef, ...]:
        """Codes that were made elsewhere. Raises `Failed` where the batch exists already: no code is ever replaced."""
        refs = _refs(batch, len(codes))
        if self.exists(batch):
            raise Failed(
                Text(f"batch {batch} sudah ada", f"batch {batch} exists already"),
                Text("kode yang sudah dibuat tidak diganti", "codes that were made are not replaced"),
            )
        self._write(batch, dict(zip(refs, codes, strict=True)))
        return refs

    def codes(self, batch: str) -> dict[str, Secret]:
        """Every code of a batch by the last part of its reference (`001` …), in order."""
        return {name.rpartition("/")[2]: code for name, code in sorted(self._open(batch).items())}

    def seal(self, data: bytes) -> str:
        """A keyed digest (HMAC-SHA-256): tells our paper again, and tells nobody without the key which codes were on it."""
        key = hmac.digest(self._key(make=False), b"netops-paper-1", "sha256")
        return "hmac-sha256:" + hmac.digest(key, data, "sha256").hex()

    def salt(self, data: bytes) -> str:
        """32 hex digits that belong to these bytes in this workspace, and that nobody without the key can make."""
        key = hmac.digest(self._key(make=True), b"netops-salt-1", "sha256")
        return hmac.digest(key, data, "sha256").hex()[:32]

    def _write(self, batch: str, codes: Mapping[SecretRef, str]) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        path = self._path(batch)
        plain = canonical({ref.name: code for ref, code in codes.items()})
        try:
            key = self._key(make=True)
            nonce = secrets.token_bytes(12)
            _create(path, _MAGIC + nonce + AESGCM(key).encrypt(nonce, plain, _MAGIC + batch.encode()))
        except FileExistsError:
            pass  # another process was faster: its codes count
        except OSError as error:
            raise _io(path, error) from error

    def exists(self, batch: str) -> bool:
        return self._path(batch).exists()

    def get(self, ref: SecretRef) -> Secret:
        """The code. Raises `Failed` where there is none, or the batch does not open with this key."""
        batch = ref.name.removeprefix(VOUCHER).partition("/")[0]
        if not ref.name.startswith(VOUCHER):
            raise _none(ref, Text("Itu bukan kode voucher.", "It is not a voucher code."))
        code = self._open(batch).get(ref.name)
        if code is None:
            raise _none(ref, Text("Batch itu lebih kecil.", "That batch is smaller."))
        return code

    def destroy(self, batch: str) -> None:
        """Remove a batch; nothing happens where there is none. On flash media the old blocks may outlive the file."""
        path = self._path(batch)
        with self._lock:
            self._opened.pop(batch, None)
        try:
            path.unlink(missing_ok=True)
            if path.parent.is_dir():
                sync_folder(path.parent)
        except OSError as error:
            raise _io(path, error) from error

    def _path(self, batch: str) -> Path:
        if not _BATCH.fullmatch(batch):
            raise Failed(Text(f"nama batch {batch!r} tidak sah", f"{batch!r} is not a name of a batch"))
        return self.folder / f"{batch}.vault"

    def _open(self, batch: str) -> dict[str, Secret]:
        with self._lock:
            held = self._opened.get(batch)
        path = held[0] if held is not None else self._path(batch)
        try:
            stamp = _stamp(path.stat())
            if held is not None and held[1] == stamp:
                return held[2]
            values = self._decrypt(batch, path.read_bytes())
        except FileNotFoundError:
            raise Failed(
                Text(f"batch voucher {batch} tidak ada", f"there is no voucher batch {batch}"),
                Text("Batch dibuat saat perubahan dijalankan.", "A batch is made when its change is applied."),
            ) from None
        except OSError as error:
            raise _io(path, error) from error
        with self._lock:
            self._opened[batch] = (path, stamp, values)
        return values

    def _decrypt(self, batch: str, data: bytes) -> dict[str, Secret]:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        start = len(_MAGIC)
        nonce, body = data[start : start + 12], data[start + 12 :]
        try:
            if data[:start] != _MAGIC or len(nonce) != 12:
                raise InvalidTag
            value = parse_json(AESGCM(self._key(make=False)).decrypt(nonce, body, _MAGIC + batch.encode()))
        except InvalidTag:
            raise Failed(
                Text(
                    f"batch {batch} rusak atau bukan milik kunci {self.key_path}",
                    f"batch {batch} is damaged or does not belong to the key {self.key_path}",
                ),
                Text("Pulihkan batch dan kuncinya dari cadangan.", "Restore the batch and its key from the backup."),
            ) from None
        return {name: Secret(code) for name, code in value.items()}

    def _key(self, *, make: bool) -> bytes:
        if make and not self.key_path.exists():
            if any(self.folder.glob("*.vault")):
                raise self._keyless()  # a new key would hide that the old batches are lost
            with contextlib.suppress(FileExistsError):
                _create(self.key_path, secrets.token_hex(32).encode() + b"\n")
        try:
            _private(self.key_path)
            text = self.key_path.read_text("ascii").strip()
        except FileNotFoundError:
            raise self._keyless() from None
        except ValueError:
            text = ""
        if not re.fullmatch(r"[0-9a-f]{64}", text):
            raise Failed(Text(f"{self.key_path} bukan kunci vault", f"{self.key_path} is not a vault key"))
        return bytes.fromhex(text)

    def _keyless(self) -> Failed:
        return Failed(
            Text(f"kunci {self.key_path} hilang", f"the key {self.key_path} is missing"),
            Text("Pulihkan dari cadangan.", "Restore it from the backup."),
        )


def letters(source: Callable[[int], bytes] = secrets.token_bytes) -> Callable[[str], str]:
    """`secrets.choice` that asks the system for many bytes at a time: 500 codes take 4,000 letters.

    A byte is used once; one beyond the last whole multiple of the alphabet is dropped, so that each letter is as likely.
    """
    left = bytearray()

    def pick(alphabet: str) -> str:
        size = len(alphabet)
        while True:
            if not left:
                left.extend(source(1024))
            byte = left.pop()
            if byte < 256 - 256 % size:
                return alphabet[byte % size]

    return pick


def entropy(length: int = CODE_LENGTH) -> float:
    """Bits of a code that was made here: each letter is one of the alphabet, independent of the others."""
    return length * math.log2(len(ALPHABET))


class Secrets:
    """`SecretSource` of a workspace: voucher codes from the vault, everything else from the file."""

    def __init__(self, file: FileSecrets, vault: Vault) -> None:
        self.file, self.vault = file, vault

    def get(self, ref: SecretRef) -> Secret:
        return self.vault.get(ref) if ref.name.startswith(VOUCHER) else self.file.get(ref)


def _refs(batch: str, count: int) -> tuple[SecretRef, ...]:
    """`voucher/<batch>/001` …, wide enough for the last one."""
    width = max(3, len(str(count)))
    return tuple(SecretRef(f"{VOUCHER}{batch}/{number:0{width}}") for number in range(1, count + 1))


def _create(path: Path, data: bytes) -> None:
    """A new 0600 file, whole or not at all, on the disk when this returns. Raises FileExistsError, never replaces."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS):
                raise
            os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))  # a file system without links
            Path(temporary).replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(temporary).unlink()
    sync_folder(path.parent)
