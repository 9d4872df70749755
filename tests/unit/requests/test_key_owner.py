"""Whose key it is can be told from a private key file without its passphrase."""

from pathlib import Path

import pytest
from approval_office import new_key, write_private

from netops.requests.sshsig import public_of


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "p256"])
@pytest.mark.parametrize("passphrase", [b"", b"frasa sandi"])
def test_the_public_half_is_read_from_a_locked_key_too(tmp_path: Path, kind: str, passphrase: bytes) -> None:
    key = new_key(kind)
    assert public_of(write_private(key, tmp_path / "key", passphrase)) == key.public


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"-----BEGIN X-----\nAAAA\n", b"b3BlbnNzaC1rZXktdjEAAAAABA==", b"a b"]
)
def test_what_is_no_key_file_has_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "key").write_bytes(data)
    assert public_of(tmp_path / "key") == b""
    assert public_of(tmp_path / "missing") == b""
