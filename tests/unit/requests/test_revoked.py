"""Revoked keys: a list, and KRLs made by `ssh-keygen -k`; what it does not understand it refuses."""

import contextlib
import shutil
import subprocess
from pathlib import Path

import pytest
from approval_office import new_key, public_line
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.canonical import digest
from netops.core.errors import InputError, NotApproved
from netops.requests.revoked import KRL_MAGIC, Revoked, parse_revoked, read_revoked

SHIPPED = Path(__file__).resolve().parents[3] / "inventory" / "revoked_keys"
GOOD, BAD, RSA, EC = new_key(), new_key(), new_key("rsa"), new_key("p384")


def holds(revoked: Revoked, key: bytes) -> bool:
    try:
        revoked.refuse(key)
    except NotApproved as refusal:
        assert "is revoked" in refusal.message.en and "dicabut" in refusal.message.id
        return False
    return True


def test_the_shipped_file_revokes_nothing() -> None:
    revoked = read_revoked(SHIPPED)
    assert not revoked.keys and revoked.digest == digest(SHIPPED.read_bytes())
    assert read_revoked(SHIPPED.with_name("no-such-file")) == Revoked()


def test_a_list_of_keys() -> None:
    data = f"# lost\n\n{public_line(BAD)} of somebody\n  {public_line(RSA)}\n".encode()
    revoked = parse_revoked(data)
    assert [holds(revoked, key.public) for key in (GOOD, BAD, RSA, EC)] == [True, False, False, True]
    assert revoked.digest == digest(data)


@pytest.mark.parametrize(
    "line",
    ["ssh-ed25519", "ssh-ed25519 AAAA", "ssh-rsa " + public_line(BAD).split()[1], "nonsense", "\xff\xfe x"],
    ids=["alone", "short", "another kind", "nonsense", "no text"],  # keys are new in each process of the suite
)
def test_a_line_that_is_no_key_is_refused_with_its_number(line: str) -> None:
    with pytest.raises(InputError, match="not an OpenSSH public key") as caught:
        parse_revoked(f"# one\n{line}\n".encode("latin-1"), "inventory/revoked_keys")
    assert (caught.value.path, caught.value.line) == ("inventory/revoked_keys", 2)


def krl(folder: Path, *specification: str) -> bytes:
    """As `ssh-keygen -k` makes it of a KRL specification."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen: apt install openssh-client")
    (folder / "spec").write_text("\n".join(specification) + "\n")
    subprocess.run(
        ["ssh-keygen", "-q", "-k", "-f", folder / "krl", "-z", "7", folder / "spec"], check=True, capture_output=True
    )
    return (folder / "krl").read_bytes()


@pytest.mark.parametrize("how", ["key", "sha1", "sha256", "hash"])
@pytest.mark.parametrize("kind", [BAD, RSA, EC], ids=["ed25519", "rsa", "p384"])
def test_krl_of_ssh_keygen(tmp_path: Path, how: str, kind: object) -> None:
    key = {id(one): one for one in (BAD, RSA, EC)}[id(kind)]
    word = f"hash: {key.fingerprint}" if how == "hash" else f"{how}: {public_line(key)}"
    data = krl(tmp_path, word)
    revoked = parse_revoked(data)
    assert not holds(revoked, key.public) and holds(revoked, GOOD.public)
    (tmp_path / "key.pub").write_text(public_line(key) + "\n")
    asked = subprocess.run(["ssh-keygen", "-Q", "-f", tmp_path / "krl", tmp_path / "key.pub"], capture_output=True)
    assert asked.returncode == 1, "OpenSSH says that it is revoked too"
    assert revoked.digest == digest(data)


def test_krl_of_several_kinds(tmp_path: Path) -> None:
    revoked = parse_revoked(
        krl(tmp_path, f"key: {public_line(BAD)}", f"sha256: {public_line(RSA)}", f"sha1: {public_line(EC)}")
    )
    assert [holds(revoked, key.public) for key in (GOOD, BAD, RSA, EC)] == [True, False, False, False]


def head(*sections: bytes) -> bytes:
    return KRL_MAGIC + b"\0\0\0\x01" + bytes(24) + bytes(8) + b"".join(sections)


def section(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(4) + body


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (KRL_MAGIC, "not format 1"),
        (KRL_MAGIC + b"\0\0\0\x02" + bytes(32), "not format 1"),
        (head()[:-1], "ends too early"),
        (head(section(4, b"")), "section of type 4"),
        (head(section(9, b"")), "section of type 9"),
        (head(b"\x02\0\0"), "ends too early"),
        (head(section(2, b"\0\0\0\x09x")), "ends too early"),
        (head(section(3, b"\0\0\0\x02xx")), "wrong length"),
        (head(section(5, b"\0\0\0\x14" + bytes(20))), "wrong length"),
        (head(section(2, bytes(4))), "wrong length"),
        (head(section(255, b"\0\0\0\x01x\x01\0\0\0\0")), "critical extension 'x'"),
    ],
)
def test_a_krl_that_is_only_partly_understood_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        parse_revoked(data)


def test_a_harmless_extension_and_certificates_are_passed_over() -> None:
    assert not parse_revoked(head(section(255, b"\0\0\0\x01x\0\0\0\0\0"), section(1, b"any"))).keys


@settings(max_examples=80)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for one in (data, KRL_MAGIC + b"\0\0\0\x01" + data):
        with contextlib.suppress(InputError):
            parse_revoked(one)
