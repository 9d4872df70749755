"""SSH signatures over bytes (OpenSSH's PROTOCOL.sshsig): sign, armor, parse, verify; refuses SHA-1 and unknown forms.

Keys: Ed25519, ECDSA P-256/384/521, RSA with SHA-2, and FIDO keys (verify only: their private half is in hardware).
"""

import base64
import binascii
import hashlib
import struct
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from msgspec import Struct

from netops.core.errors import InputError, LockedKey, NotApproved
from netops.core.secret import Secret
from netops.core.text import Text

MAGIC = b"SSHSIG"
KEY_MAGIC = b"openssh-key-v1\0"
BEGIN, END = "-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"
MAX_ARMOR = 32_768
MIN_RSA_BITS = 2_048

if TYPE_CHECKING:
    from netops.requests.agent import AgentKey

Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Public = ed25519.Ed25519PublicKey | ec.EllipticCurvePublicKey | rsa.RSAPublicKey

_DIGESTS = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}  # the only two of PROTOCOL.sshsig
_CURVE_HASH: dict[str, type[hashes.HashAlgorithm]] = {  # RFC 5656 section 6.2.1
    "ecdsa-sha2-nistp256": hashes.SHA256,
    "ecdsa-sha2-nistp384": hashes.SHA384,
    "ecdsa-sha2-nistp521": hashes.SHA512,
    "sk-ecdsa-sha2-nistp256@openssh.com": hashes.SHA256,
}
_RSA_HASH: dict[str, type[hashes.HashAlgorithm]] = {"rsa-sha2-256": hashes.SHA256, "rsa-sha2-512": hashes.SHA512}
_FIDO = ("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com")
KEY_TYPES = ("ssh-ed25519", "ssh-rsa", *_CURVE_HASH, _FIDO[0])
_USER_PRESENT = 0x01
_ANYBODY = frozenset(
    bytes.fromhex(point)
    for point in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        *(low + "ff" * 30 + "7f" for low in ("ec", "ed", "ee")),
    )
)
"""Ed25519 keys (their sign bit cleared) under which anybody can sign: points of a small order, as libsodium lists them."""


class SshSignature(Struct, frozen=True, kw_only=True):
    """A parsed signature: `key` is the public key in wire form, `value` the signature in wire form."""

    key: bytes
    namespace: str
    hash: str
    value: bytes

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.key)


class SigningKey(Struct, frozen=True, kw_only=True):
    """A private key from a file, or one that an ssh agent holds; prints only its public half."""

    private: "Private | AgentKey"
    public: bytes

    def __repr__(self) -> str:
        return f"SigningKey(public={self.public!r})"

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.public)


def fingerprint(key: bytes) -> str:
    """`SHA256:` and unpadded base64 of a public key in wire form, as `ssh-keygen -l` prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


# ── signing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def load_key(path: Path, passphrase: Secret | None = None) -> SigningKey:
    """An OpenSSH private key file (mode 0600), or a public one (`.pub`) whose private half an ssh agent holds.

    Raises `InputError` with what is wrong with it.
    """
    public = _public_file(path)
    if public:
        return SigningKey(private=_from_agent(public, path), public=public)
    try:
        if path.stat().st_mode & 0o077:
            raise InputError(
                Text("kunci privat dapat dibaca pengguna lain", "other users can read this private key"),
                Text(f"chmod 600 {path}", f"chmod 600 {path}"),
                path=path,
            )
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            Text(f"kunci tidak dapat dibaca: {error.strerror}", f"cannot read the key: {error.strerror}"), path=path
        ) from error
    try:
        private = serialization.load_ssh_private_key(data, passphrase.reveal().encode() if passphrase else None)
    except TypeError as error:
        if passphrase is None:
            raise LockedKey(
                Text("kunci ini terkunci frasa sandi", "this key is locked by a passphrase"),
                Text("Jalankan di terminal, yang menanyakannya.", "Run it at a terminal, which asks for it."),
                path=path,
            ) from error
        raise InputError(Text("kunci ini tidak berfrasa sandi", "this key has no passphrase"), path=path) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputError(
            Text(
                "bukan kunci privat OpenSSH yang dikenal, atau frasa sandinya salah",
                "not a known OpenSSH private key, or the passphrase is wrong",
            ),
            Text(
                "Kunci perangkat keras: tanda tangani dengan `ssh-keygen -Y sign -n approval@netops`.",
                "A hardware key signs with `ssh-keygen -Y sign -n approval@netops`.",
            ),
            path=path,
        ) from error
    if not isinstance(private, Private):
        raise InputError(
            Text("jenis kunci ini tidak diterima", "this kind of key is not accepted"),
            Text("Buat kunci: `ssh-keygen -t ed25519`.", "Make a key: `ssh-keygen -t ed25519`."),
            path=path,
        )
    line = private.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return SigningKey(private=private, public=base64.b64decode(line.split()[1]))


def _public_file(path: Path) -> bytes:
    """The key of a one-line public key file in wire form; b"" where the file is something else."""
    try:
        words = path.read_text(encoding="ascii").split()
        return base64.b64decode(words[1], validate=True) if words[0] in KEY_TYPES else b""
    except (OSError, ValueError, IndexError):
        return b""


def _from_agent(public: bytes, path: Path) -> "AgentKey":
    from netops.requests import agent

    try:
        if agent.holds(public):
            return agent.AgentKey(public)
        raise InputError(
            Text(
                "ini kunci publik, dan ssh-agent tidak memegang pasangannya",
                "this is a public key, and no ssh agent holds its other half",
            ),
            Text(
                "Masukkan ke agen dengan ssh-add, atau sebut kunci privatnya.",
                "Add it by ssh-add, or name the private key.",
            ),
            path=path,
        )
    except InputError as error:
        error.path = path
        raise


def public_of(path: Path) -> bytes:
    """The public half (wire form) that an OpenSSH key file holds in clear, locked or not (PROTOCOL.key).

    b"" where the file is none: `load_key` says what is wrong with it.
    """
    public = _public_file(path)
    if public:
        return public
    try:
        lines = path.read_text(encoding="ascii").split("\n")
        data = base64.b64decode("".join(line for line in lines if not line.startswith("-----")), validate=True)
        rest = data.removeprefix(KEY_MAGIC)
        for _ in ("cipher", "key derivation", "its options"):
            _, rest = _take(rest)
        return _take(rest[4:])[0] if data.startswith(KEY_MAGIC) else b""
    except (OSError, ValueError):
        return b""


def sign(message: bytes, key: SigningKey, namespace: str) -> str:
    """The armored signature, as `ssh-keygen -Y sign` makes it (SHA-512; RSA as rsa-sha2-512)."""
    signed = _signed_bytes(message, namespace, "sha512")
    kind, _ = _take(key.public)
    if not isinstance(key.private, Private):
        value = key.private.sign(signed, "rsa-sha2-512" if kind == b"ssh-rsa" else kind.decode())
        return armor(SshSignature(key=key.public, namespace=namespace, hash="sha512", value=value))
    if isinstance(key.private, ed25519.Ed25519PrivateKey):
        value = _string(kind) + _string(key.private.sign(signed))
    elif isinstance(key.private, rsa.RSAPrivateKey):
        value = _string(b"rsa-sha2-512") + _string(key.private.sign(signed, padding.PKCS1v15(), hashes.SHA512()))
    else:
        r, s = decode_dss_signature(key.private.sign(signed, ec.ECDSA(_CURVE_HASH[kind.decode()]())))
        value = _string(kind) + _string(_mpint(r) + _mpint(s))
    return armor(SshSignature(key=key.public, namespace=namespace, hash="sha512", value=value))


def sign_raw(message: bytes, key: SigningKey) -> bytes:
    """The bare 64 bytes of an Ed25519 signature, as a signed note carries it. Raises `InputError` for other keys."""
    kind, rest = _take(key.public)
    if kind != b"ssh-ed25519":
        raise InputError(
            Text(f"kunci {kind.decode()} bukan Ed25519", f"the {kind.decode()} key is not an Ed25519 key"),
            Text("Buat kunci: `ssh-keygen -t ed25519`.", "Make a key: `ssh-keygen -t ed25519`."),
        )
    if isinstance(key.private, ed25519.Ed25519PrivateKey):
        return key.private.sign(message)
    assert not isinstance(key.private, Private)
    _, rest = _take(key.private.sign(message, "ssh-ed25519"))
    return _take(rest)[0]


def public_line(key: bytes) -> str:
    """A public key as `allowed_signers` and `.pub` files carry it: type and base64."""
    return f"{_take(key)[0].decode()} {base64.b64encode(key).decode()}"


def raw_public(key: bytes) -> bytes:
    """The bare 32 bytes of an Ed25519 public key in wire form. Raises ValueError for other kinds."""
    kind, rest = _take(key)
    if kind != b"ssh-ed25519":
        raise ValueError(f"{kind!r} is not an Ed25519 key")
    return _take(rest)[0]


def armor(signature: SshSignature) -> str:
    """Text form: base64 in lines of 70 between the two marks."""
    body = MAGIC + struct.pack(">I", 1) + _string(signature.key) + _string(signature.namespace.encode())
    body += _string(b"") + _string(signature.hash.encode()) + _string(signature.value)
    text = base64.b64encode(body).decode()
    lines = [text[start : start + 70] for start in range(0, len(text), 70)]
    return "\n".join([BEGIN, *lines, END, ""])


# ── verifying ────────────────────────────────────────────────────────────────────────────────────────────────────


def parse(armored: str) -> SshSignature:
    """The parts of an armored signature, none of them believed yet. Raises `NotApproved`."""
    lines = armored.strip().splitlines()
    if len(armored) > MAX_ARMOR or len(lines) < 3 or lines[0] != BEGIN or lines[-1] != END:
        raise _malformed("bukan tanda tangan SSH", "not an SSH signature")
    try:
        data = base64.b64decode("".join(lines[1:-1]), validate=True)
        if data[:10] != MAGIC + struct.pack(">I", 1):
            raise _malformed("bukan SSHSIG versi 1", "not SSHSIG version 1")
        key, rest = _take(data[10:])
        namespace, rest = _take(rest)
        reserved, rest = _take(rest)
        digest, rest = _take(rest)
        value, rest = _take(rest)
        if rest or reserved:
            raise _malformed("ada data berlebih", "it carries extra data")
        return SshSignature(key=key, namespace=namespace.decode(), hash=digest.decode(), value=value)
    except (binascii.Error, ValueError) as error:
        raise _malformed("isinya terpotong atau rusak", "it is cut short or damaged") from error


def verify(message: bytes, armored: str, namespace: str) -> SshSignature:
    """The signature, once it is shown that its key signed exactly `message` in `namespace`. Raises `NotApproved`.

    Whose key that is, `signers` answers.
    """
    signature = parse(armored)
    if signature.namespace != namespace:
        raise NotApproved(
            Text(
                f"tanda tangan dibuat untuk keperluan {signature.namespace!r}, bukan {namespace!r}",
                f"the signature was made for the namespace {signature.namespace!r}, not {namespace!r}",
            ),
            Text(f"ssh-keygen -Y sign -n {namespace} …", f"ssh-keygen -Y sign -n {namespace} …"),
        )
    if signature.hash not in _DIGESTS:
        raise _malformed(f"hash {signature.hash!r} tidak diterima", f"hash {signature.hash!r} is not accepted")
    try:
        kind, public = load_public(signature.key)
        _check(kind, public, signature, _signed_bytes(message, namespace, signature.hash))
    except InvalidSignature as error:
        raise NotApproved(
            Text(
                f"tanda tangan kunci {signature.fingerprint} tidak cocok dengan isinya",
                f"the signature of key {signature.fingerprint} does not match what was signed",
            ),
            Text(
                "Isi atau tanda tangan diubah sesudah ditandatangani; minta persetujuan yang baru.",
                "The text or the signature was changed after signing; ask for a new approval.",
            ),
        ) from error
    except ValueError as error:
        raise _malformed(str(error), str(error)) from error
    return signature


def verify_raw(key: bytes, message: bytes, value: bytes) -> bool:
    """Whether `value` (64 bytes) is the bare signature of that Ed25519 key (wire form). Raises ValueError for other keys."""
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(raw_public(key)).verify(value, message)
    except InvalidSignature:
        return False
    return True


def load_public(key: bytes) -> tuple[str, Public]:
    """Type and key of the wire form. Raises ValueError for what is not accepted (DSA, certificates, short RSA)."""
    kind = _take(key)[0].decode("ascii", "replace")
    if kind not in KEY_TYPES:
        raise ValueError(f"key type {kind!r} is not accepted")
    try:
        public = serialization.load_ssh_public_key(kind.encode() + b" " + base64.b64encode(key))
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from error
    if not isinstance(public, Public):
        raise ValueError(f"key type {kind!r} is not accepted")
    if isinstance(public, rsa.RSAPublicKey) and public.key_size < MIN_RSA_BITS:
        raise ValueError(f"an RSA key of {public.key_size} bits is too short; {MIN_RSA_BITS} at least")
    if isinstance(public, ed25519.Ed25519PublicKey):
        raw = public.public_bytes_raw()
        if raw[:31] + bytes((raw[31] & 0x7F,)) in _ANYBODY:
            raise ValueError("anybody can sign for this Ed25519 key: its point has a small order")
    return kind, public


def _check(kind: str, public: Public, signature: SshSignature, signed: bytes) -> None:
    """Raises InvalidSignature, or ValueError for a malformed one."""
    name, rest = _take(signature.value)
    algorithm = name.decode("ascii", "replace")
    value, rest = _take(rest)
    if algorithm not in (_RSA_HASH if kind == "ssh-rsa" else (kind,)):
        raise ValueError(f"signature algorithm {algorithm!r} is not accepted for {kind}")
    if kind in _FIDO:
        if len(rest) != 5:
            raise ValueError("FIDO flags and counter are missing")
        if not rest[0] & _USER_PRESENT:
            raise ValueError("the FIDO key was not touched")
        application = _fido_application(kind, signature.key)
        signed = hashlib.sha256(application).digest() + rest + hashlib.sha256(signed).digest()
    elif rest:
        raise ValueError("extra data behind the signature")
    if isinstance(public, ed25519.Ed25519PublicKey):
        public.verify(value, signed)
    elif isinstance(public, rsa.RSAPublicKey):
        public.verify(value, signed, padding.PKCS1v15(), _RSA_HASH[algorithm]())
    else:
        r, rest = _take(value)
        s, rest = _take(rest)
        if rest:
            raise ValueError("extra data behind the signature")
        pair = encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
        public.verify(pair, signed, ec.ECDSA(_CURVE_HASH[kind]()))


def _fido_application(kind: str, key: bytes) -> bytes:
    """Last field of a FIDO public key (PROTOCOL.u2f): type, [curve,] point, application."""
    _, rest = _take(key)
    fields = 2 if kind == _FIDO[1] else 1
    for _ in range(fields):
        _, rest = _take(rest)
    return _take(rest)[0]


def _signed_bytes(message: bytes, namespace: str, digest: str) -> bytes:
    hashed = _DIGESTS[digest](message).digest()
    return MAGIC + _string(namespace.encode()) + _string(b"") + _string(digest.encode()) + _string(hashed)


# ── wire form (RFC 4251 section 5) ───────────────────────────────────────────────────────────────────────────────


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _mpint(value: int) -> bytes:
    return _string(value.to_bytes(value.bit_length() // 8 + 1))


def _take(data: bytes) -> tuple[bytes, bytes]:
    """A string and what follows it. Raises ValueError where the data ends too early."""
    if len(data) < 4 or len(data) - 4 < (size := int.from_bytes(data[:4])):
        raise ValueError("data ends too early")
    return data[4 : 4 + size], data[4 + size :]


def _malformed(id: str, en: str) -> NotApproved:
    return NotApproved(
        Text(f"tanda tangan tidak dapat diterima: {id}", f"the signature cannot be accepted: {en}"),
        Text(
            "Kirim berkas .sig yang dibuat `ssh-keygen -Y sign -n approval@netops`, tanpa diubah.",
            "Send the .sig file made by `ssh-keygen -Y sign -n approval@netops`, unchanged.",
        ),
    )
