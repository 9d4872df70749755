"""`allowed_signers`: what a line means, who may sign when, and errors that name the line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from approval_office import key_of, new_key, public_line
from cryptography.hazmat.primitives.asymmetric import ed25519

from netops.core.canonical import digest
from netops.core.errors import InputError, NotApproved
from netops.requests.signers import parse_signers, read_signers

# A fixed key: its line is in test names, which must be the same in every worker.
KEY, OTHER = key_of(ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))), new_key("p256")
LINE = public_line(KEY)
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def test_lines_of_a_file(tmp_path: Path) -> None:
    text = f'# people\n\na@x,b@x {LINE} comment here\r\nc@x  namespaces="git,approval@netops"\t{public_line(OTHER)}\n'
    path = tmp_path / "allowed_signers"
    path.write_text(text, newline="")
    found = read_signers(path)
    first, second = found.entries
    assert (first.principals, first.key, first.line, first.namespaces) == (("a@x", "b@x"), KEY.public, 3, ())
    assert (second.principals, second.key, second.namespaces) == (("c@x",), OTHER.public, ("git", "approval@netops"))
    assert found.digest == digest(text.encode())


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("20271231Z", datetime(2027, 12, 31, tzinfo=UTC)),
        ("202712310830Z", datetime(2027, 12, 31, 8, 30, tzinfo=UTC)),
        ("20271231083059Z", datetime(2027, 12, 31, 8, 30, 59, tzinfo=UTC)),
    ],
)
def test_times(text: str, moment: datetime) -> None:
    (entry,) = parse_signers(f'a@x valid-before="{text}",valid-after="20200101Z" {LINE}'.encode()).entries
    assert (entry.valid_after, entry.valid_before) == (datetime(2020, 1, 1, tzinfo=UTC), moment)


def test_both_ends_of_validity_are_inside() -> None:
    signers = parse_signers(f'a@x valid-after="20261120Z",valid-before="20261121Z" {LINE}'.encode())
    for moment in (NOW, NOW + timedelta(days=1)):
        assert signers.find("a@x", KEY.public, "approval@netops", moment)
    with pytest.raises(NotApproved, match="is not valid before"):
        signers.find("a@x", KEY.public, "approval@netops", NOW - timedelta(seconds=1))
    with pytest.raises(NotApproved, match="expired at"):
        signers.find("a@x", KEY.public, "approval@netops", NOW + timedelta(days=1, seconds=1))


def test_a_renewed_line_of_the_same_key_counts() -> None:
    signers = parse_signers(f'a@x valid-before="20260101Z" {LINE}\na@x valid-after="20261101Z" {LINE}\n'.encode())
    assert signers.find("a@x", KEY.public, "n", NOW).line == 2
    with pytest.raises(NotApproved):
        signers.find("a@x", KEY.public, "n", datetime(2026, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("a@x", "option '' cannot be read"),
        ("a@x ssh-ed25519", "key type and key are missing"),
        ("a@x ssh-ed25519 %%%", "the key is not accepted"),
        ("a@x ssh-ed25519 AAAA", "the key is not accepted"),
        (f"a@x {LINE[:-8]}", "the key is not accepted"),
        (f"a@x ecdsa-sha2-nistp256 {LINE.split()[1]}", "it says ecdsa-sha2-nistp256, but the key is ssh-ed25519"),
        (f"a@x ssh-dss {LINE.split()[1]}", "unknown option or key type 'ssh-dss'"),
        (f"a@x cert-authority {LINE}", "cert-authority is not accepted"),
        (f'a@x cert-authority,namespaces="git" {LINE}', "cert-authority is not accepted"),
        (f"a@x no-touch-required {LINE}", "unknown option"),
        (f'a@x namespaces="a",namespaces="b" {LINE}', "given twice"),
        (f'a@x namespaces="*" {LINE}', "namespaces must be full names"),
        (f'a@x namespaces="" {LINE}', "namespaces must be full names"),
        (f"a@x namespaces=git {LINE}", "cannot be read"),
        (f'a@x namespaces="git {LINE}', "cannot be read"),
        (f'a@x valid-before="20271231" {LINE}', "is not a time in UTC"),
        (f'a@x valid-before="20271331Z" {LINE}', "is not a date"),
        (f'a@x valid-before="２０２７１２３１Z" {LINE}', "is not a time in UTC"),
        (f'a@x valid-after="20270101Z",valid-before="20260101Z" {LINE}', "is not before"),
        (f"*@x {LINE}", "principal '[*]@x' is not accepted"),
        (f"!a@x {LINE}", "is not accepted"),
        (f"a@x,,b@x {LINE}", "principal '' is not accepted"),
        (f"kep\u0430la@x {LINE}", "is not accepted"),
        (f'"a b" {LINE}', "is not accepted"),
    ],
)
def test_errors_name_the_line(line: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        parse_signers(f"# one\nok@x {LINE}\n{line}\n".encode(), "inventory/allowed_signers")
    assert caught.value.line == 3
    assert caught.value.describe("id").startswith("inventory/allowed_signers:3: ")


def test_files_that_are_no_text_or_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not UTF-8") as caught:
        parse_signers(b"# one\n\xff\n")
    assert caught.value.line == 2
    with pytest.raises(InputError, match="over 1 MB"):
        parse_signers(b"#" * 2_000_000)
    with pytest.raises(InputError, match="cannot be read") as caught:
        read_signers(tmp_path / "none")
    assert "ssh-ed25519" in caught.value.describe("id")


def test_the_shipped_file_lists_nobody() -> None:
    shipped = Path(__file__).resolve().parents[3] / "inventory" / "allowed_signers"
    assert read_signers(shipped).entries == ()
