"""SSH signatures: our own round trip, and agreement with OpenSSH's `ssh-keygen` in both directions."""

import base64
import hashlib
import struct
import subprocess
from pathlib import Path

import pytest
from approval_office import new_key, public_line, write_private
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from netops.core.errors import InputError, NotApproved
from netops.core.secret import Secret
from netops.requests import sshsig
from netops.requests.signers import parse_signers

KINDS = ("ed25519", "p256", "p384", "p521", "rsa")
SPACE = "approval@netops"
MESSAGE = '{"reason":"Setuju é"}'.encode()
openssh = pytest.mark.needs_debian("openssh-client")


def keygen(*arguments: str | Path, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["ssh-keygen", *arguments], input=data, capture_output=True, timeout=30)


def openssh_verifies(folder: Path, line: str, armored: str, message: bytes = MESSAGE) -> bool:
    (folder / "allowed").write_text(f'kepala@x namespaces="{SPACE}" {line}\n')
    (folder / "m.sig").write_text(armored)
    found = keygen(
        "-Y", "verify", "-f", folder / "allowed", "-I", "kepala@x", "-n", SPACE, "-s", folder / "m.sig", data=message
    )
    return found.returncode == 0


@pytest.mark.parametrize("kind", KINDS)
def test_what_we_sign_we_verify(kind: str) -> None:
    key = new_key(kind)
    armored = sshsig.sign(MESSAGE, key, SPACE)
    found = sshsig.verify(MESSAGE, armored, SPACE)
    assert (found.key, found.fingerprint) == (key.public, key.fingerprint)
    assert sshsig.armor(sshsig.parse(armored)) == armored
    for message, space in ((MESSAGE + b" ", SPACE), (MESSAGE, "git")):
        with pytest.raises(NotApproved):
            sshsig.verify(message, armored, space)


@openssh
@pytest.mark.parametrize("kind", KINDS)
def test_openssh_verifies_what_we_sign(tmp_path: Path, kind: str) -> None:
    key = new_key(kind)
    armored = sshsig.sign(MESSAGE, key, SPACE)
    assert openssh_verifies(tmp_path, public_line(key), armored)
    assert not openssh_verifies(tmp_path, public_line(key), armored, MESSAGE + b" ")
    checked = keygen("-Y", "check-novalidate", "-n", SPACE, "-s", tmp_path / "m.sig", data=MESSAGE)
    assert checked.returncode == 0
    assert key.fingerprint in checked.stdout.decode()


@openssh
@pytest.mark.parametrize(
    "options",
    [("ed25519",), ("ecdsa", "-b", "256"), ("ecdsa", "-b", "384"), ("ecdsa", "-b", "521"), ("rsa", "-b", "2048")],
)
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_we_verify_what_openssh_signs(tmp_path: Path, options: tuple[str, ...], digest: str) -> None:
    assert keygen("-q", "-t", *options, "-N", "", "-f", tmp_path / "key").returncode == 0
    signed = keygen("-Y", "sign", "-f", tmp_path / "key", "-n", SPACE, "-O", f"hashalg={digest}", data=MESSAGE)
    assert signed.returncode == 0, signed.stderr
    found = sshsig.verify(MESSAGE, signed.stdout.decode(), SPACE)
    assert found.hash == digest
    assert found.fingerprint in keygen("-l", "-f", tmp_path / "key.pub").stdout.decode()
    with pytest.raises(NotApproved):
        sshsig.verify(MESSAGE + b"\n", signed.stdout.decode(), SPACE)


@openssh
def test_our_reading_of_allowed_signers_agrees_with_openssh(tmp_path: Path) -> None:
    key = new_key()
    line = f'a@x,kepala@x namespaces="git,{SPACE}",valid-after="20200101Z" {public_line(key)} a comment'
    (tmp_path / "allowed").write_text(f"# comment\n\n{line}\n")
    (tmp_path / "m.sig").write_text(sshsig.sign(MESSAGE, key, SPACE))
    found = keygen("-Y", "find-principals", "-f", tmp_path / "allowed", "-s", tmp_path / "m.sig")
    (entry,) = parse_signers((tmp_path / "allowed").read_bytes()).entries
    assert tuple(found.stdout.decode().replace(",", " ").split()) == entry.principals
    assert entry.namespaces == ("git", SPACE)


@openssh
@pytest.mark.parametrize("passphrase", [None, "frasa sandi é"])
def test_keys_made_by_openssh_are_read(tmp_path: Path, passphrase: str | None) -> None:
    assert keygen("-q", "-t", "ed25519", "-N", passphrase or "", "-f", tmp_path / "key").returncode == 0
    key = sshsig.load_key(tmp_path / "key", Secret(passphrase) if passphrase else None)
    assert key.fingerprint in keygen("-l", "-f", tmp_path / "key.pub").stdout.decode()


# ── FIDO: no hardware here, so the device's part is played by a software key ─────────────────────────────────────


def string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def fido(kind: str, flags: int = 1, counter: int = 7) -> sshsig.SshSignature:
    """What an authenticator answers (PROTOCOL.u2f): it signs hash(application) ‖ flags ‖ counter ‖ hash(data)."""
    plain = sshsig.SshSignature(key=b"", namespace=SPACE, hash="sha512", value=b"")
    signed = sshsig._signed_bytes(MESSAGE, SPACE, "sha512")
    tail = struct.pack(">BI", flags, counter)
    blob = hashlib.sha256(b"ssh:").digest() + tail + hashlib.sha256(signed).digest()
    if kind == "ed25519":
        private = ed25519.Ed25519PrivateKey.generate()
        name = b"sk-ssh-ed25519@openssh.com"
        public = string(name) + string(private.public_key().public_bytes_raw()) + string(b"ssh:")
        return replace(plain, key=public, value=string(name) + string(private.sign(blob)) + tail)
    curve = ec.generate_private_key(ec.SECP256R1())
    name = b"sk-ecdsa-sha2-nistp256@openssh.com"
    point = curve.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    public = string(name) + string(b"nistp256") + string(point) + string(b"ssh:")
    pair = b"".join(sshsig._mpint(half) for half in decode_dss_signature(curve.sign(blob, ec.ECDSA(hashes.SHA256()))))
    return replace(plain, key=public, value=string(name) + string(pair) + tail)


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
def test_fido_signatures_are_verified(kind: str) -> None:
    signature = fido(kind)
    assert sshsig.verify(MESSAGE, sshsig.armor(signature), SPACE) == signature
    recounted = replace(signature, value=signature.value[:-1] + b"\x08")
    with pytest.raises(NotApproved, match="does not match"):
        sshsig.verify(MESSAGE, sshsig.armor(recounted), SPACE)
    with pytest.raises(NotApproved, match="was not touched"):
        sshsig.verify(MESSAGE, sshsig.armor(fido(kind, flags=0)), SPACE)
    with pytest.raises(NotApproved, match="flags and counter"):
        sshsig.verify(MESSAGE, sshsig.armor(replace(signature, value=signature.value[:-5])), SPACE)


@openssh
@pytest.mark.parametrize("kind", ["ed25519", "ecdsa"])
def test_openssh_agrees_about_fido_signatures(tmp_path: Path, kind: str) -> None:
    signature = fido(kind)
    name = signature.key[4 : 4 + int.from_bytes(signature.key[:4])].decode()

    line = f"{name} {base64.b64encode(signature.key).decode()}"
    assert openssh_verifies(tmp_path, line, sshsig.armor(signature))


# ── what is refused ──────────────────────────────────────────────────────────────────────────────────────────────


def rsa_signature(algorithm: bytes, digest: hashes.HashAlgorithm, bits: int = 2048) -> str:
    private = rsa.generate_private_key(65537, bits)
    numbers = private.public_key().public_numbers()
    public = string(b"ssh-rsa") + sshsig._mpint(numbers.e) + sshsig._mpint(numbers.n)
    signed = sshsig._signed_bytes(MESSAGE, SPACE, "sha512")
    value = string(algorithm) + string(private.sign(signed, padding.PKCS1v15(), digest))
    return sshsig.armor(sshsig.SshSignature(key=public, namespace=SPACE, hash="sha512", value=value))


def test_rsa_with_sha_1_is_refused() -> None:
    assert sshsig.verify(MESSAGE, rsa_signature(b"rsa-sha2-256", hashes.SHA256()), SPACE)
    with pytest.raises(NotApproved, match="'ssh-rsa' is not accepted"):
        sshsig.verify(MESSAGE, rsa_signature(b"ssh-rsa", hashes.SHA1()), SPACE)
    with pytest.raises(NotApproved, match="1024 bits is too short"):
        sshsig.verify(MESSAGE, rsa_signature(b"rsa-sha2-512", hashes.SHA512(), 1024), SPACE)


@pytest.mark.parametrize("digest", ["sha1", "md5", "SHA512", ""])
def test_other_hashes_are_refused(digest: str) -> None:
    signature = replace(sshsig.parse(sshsig.sign(MESSAGE, new_key(), SPACE)), hash=digest)
    with pytest.raises(NotApproved, match=f"hash '{digest}' is not accepted"):
        sshsig.verify(MESSAGE, sshsig.armor(signature), SPACE)


@pytest.mark.parametrize("kind", ["ssh-dss", "ssh-ed25519-cert-v01@openssh.com", "ssh-ed448", ""])
def test_other_key_types_are_refused(kind: str) -> None:
    signature = sshsig.parse(sshsig.sign(MESSAGE, new_key(), SPACE))
    other = replace(signature, key=string(kind.encode()) + signature.key[15:])
    with pytest.raises(NotApproved, match="is not accepted"):
        sshsig.verify(MESSAGE, sshsig.armor(other), SPACE)


def test_signature_of_another_algorithm_than_the_key() -> None:
    signature = sshsig.parse(sshsig.sign(MESSAGE, new_key("p256"), SPACE))
    other = replace(signature, key=new_key().public)
    with pytest.raises(NotApproved, match="signature algorithm 'ecdsa-sha2-nistp256' is not accepted for ssh-ed25519"):
        sshsig.verify(MESSAGE, sshsig.armor(other), SPACE)


@settings(max_examples=150)
@given(st.data())
def test_no_damage_gets_through_or_crashes(data: st.DataObject) -> None:
    armored = sshsig.sign(MESSAGE, KEY, SPACE)
    start = data.draw(st.integers(0, len(armored) - 1))
    end = data.draw(st.integers(start, min(len(armored), start + 12)))
    damaged = armored[:start] + data.draw(st.text(max_size=6)) + armored[end:]
    try:
        found = sshsig.verify(MESSAGE, damaged, SPACE)
    except NotApproved:
        return
    assert found == sshsig.parse(armored)  # only blanks at the ends or between the lines may differ


KEY = new_key()


# ── private key files ────────────────────────────────────────────────────────────────────────────────────────────


def test_private_key_file(tmp_path: Path) -> None:
    key = new_key()
    open_path = write_private(key, tmp_path / "open")
    locked = write_private(key, tmp_path / "locked", b"frasa")
    assert sshsig.load_key(open_path).public == key.public
    assert sshsig.load_key(locked, Secret("frasa")).public == key.public
    assert "private" not in repr(key)
    for path, passphrase, reason in (
        (locked, None, "locked by a passphrase"),
        (locked, Secret("salah-sandi"), "passphrase is wrong"),
        (open_path, Secret("frasa"), "has no passphrase"),
        (tmp_path / "none", None, "cannot read the key"),
    ):
        with pytest.raises(InputError, match=reason) as caught:
            sshsig.load_key(path, passphrase)
        assert caught.value.path == path
        assert "salah-sandi" not in caught.value.describe("en")
    open_path.chmod(0o640)
    with pytest.raises(InputError, match="other users can read") as caught:
        sshsig.load_key(open_path)
    assert f"chmod 600 {open_path}" in caught.value.describe("id")


def test_files_that_are_no_accepted_key(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("hello")
    path.chmod(0o600)
    with pytest.raises(InputError, match="not a known OpenSSH private key"):
        sshsig.load_key(path)
    old = dsa.generate_private_key(1024)
    path.write_bytes(
        old.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
    )
    with pytest.raises(InputError, match="not a known OpenSSH private key"):
        sshsig.load_key(path)
