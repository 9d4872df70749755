"""What an auditor's pack shows of evidence that is no personal SSH signature: two officers' scan, a workflow server's word."""

import base64
import contextlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from approval_office import new_key, public_line
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from evidence_office import b64
from hypothesis import given
from hypothesis import strategies as st
from life_desk import NOON, LifeDesk, open_life_desk
from packs import unpack, verdict
from pdf_signing import HEAD, Authority, with_proofs, write_roots
from returned_files import pdf

from netops import actions
from netops.actions import publishing, sheets, witnessing
from netops.core.canonical import canonical
from netops.filing import Filed, record
from netops.journal import pack_verify
from netops.practice import OFFICERS, SIGNER
from netops.practice import new_key as key_file
from netops.requests import sshsig
from netops.requests.statement import SERVER, statement_bytes

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="needs OpenSSH: apt install openssh-client")

ANYBODYS = bytes.fromhex("b862409fb5c4c4123df2abf7462b88f041ad36dd6864ce872fd5472be363c5b1") + bytes((7, *bytes(31)))
"""7·B and 7: under a public key of a small order that signs every text."""
ROOT = Authority()
BELOW = Authority("Penerbit Contoh", above=ROOT)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LifeDesk]:
    with open_life_desk(tmp_path / "kampus") as found:
        yield found


def scanned(desk: LifeDesk) -> Filed:
    filed = desk.filed()
    (desk.root / "disposisi.pdf").write_bytes(pdf())
    first, second = (witnessing.Signing(officer=name, key=desk.root / key) for key, name in OFFICERS.items())
    witnessing.record_scan(desk.app, filed, desk.root / "disposisi.pdf", first, decision="approve", role="kepala")
    witnessing.confirm_scan(desk.app, filed, second)
    return filed


def attested(desk: LifeDesk, *, jws: bool) -> Filed:
    """A helpdesk whose server may attest for small events has said so."""
    server = new_key()
    policy, signers = desk.root / "inventory" / "policy.yaml", desk.root / "inventory" / "allowed_signers"
    text = policy.read_text("utf-8").replace("# systems:\n#   helpdesk:", "systems:\n  helpdesk:")
    accepted = "      - { class: workflow-attestation, up_to: { participants: 50 } }\n"
    policy.write_text(text.replace("      - ssh-signature\n", "      - ssh-signature\n" + accepted, 1), "utf-8")
    with signers.open("a") as file:
        file.write(f'helpdesk-server namespaces="{SERVER}" {public_line(server)}\n')
    filed = desk.filed()
    said = actions.attestation(actions.statement(desk.app, filed, "approve", "kepala", SIGNER), "helpdesk", NOON)
    data = statement_bytes(said)
    evidence = sshsig.sign(data, server, SERVER)
    if jws:
        head = b64(b'{"alg":"EdDSA","kid":"%s"}' % server.fingerprint.encode())
        signing = f"{head}.{b64(data)}"
        evidence = f"{signing}.{b64(sshsig.sign_raw(signing.encode(), server))}"
    actions.receive(desk.app, filed, data, evidence)
    return filed


def packed(desk: LifeDesk, filed: Filed, folder: Path, *, redact: bool = False) -> Path:
    if not (desk.root / "log.key").exists():
        key_file(desk.root / "log.key")
    publishing.publish(desk.app)
    return unpack(desk.app, filed, folder, redact=redact)


def test_two_officers_signatures_about_a_scan_are_checked(desk: LifeDesk, tmp_path: Path) -> None:
    filed = scanned(desk)
    folder = packed(desk, filed, tmp_path / "a")
    code, said = verdict(folder)
    assert code == 0, said
    assert "both officers' signatures good (" + ", ".join(OFFICERS.values()) in said
    (scan,) = (folder / "papers").glob("*-disposition.pdf")
    assert scan.read_bytes() == pdf() and f"papers/{scan.name}" in said
    folder = packed(desk, filed, tmp_path / "b", redact=True)
    code, said = verdict(folder)
    assert code == 0 and "a person looks at the scan (left out)" in said
    assert not list((folder / "papers").glob("*"))


def test_a_servers_attestation_is_checked_and_called_what_it_is(desk: LifeDesk, tmp_path: Path) -> None:
    code, said = verdict(packed(desk, attested(desk, jws=False), tmp_path))
    assert code == 0, said
    assert "attested by helpdesk-server of helpdesk, no personal signature; the server's signature good" in said
    assert "1 approvals of this request" in said


def test_a_jws_is_checked_with_the_standard_library_alone(desk: LifeDesk, tmp_path: Path) -> None:
    code, said = verdict(packed(desk, attested(desk, jws=True), tmp_path))
    assert code == 0, said
    assert "attested by helpdesk-server of helpdesk (JWS), no personal signature; the server's signature good" in said
    assert "1 approvals of this request" in said


@given(key=st.binary(min_size=32, max_size=32), data=st.binary(max_size=200), flip=st.integers(0, 511))
def test_the_packs_own_ed25519_agrees_with_a_library(key: bytes, data: bytes, flip: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(key)
    public, signature = private.public_key().public_bytes_raw(), private.sign(data)
    assert pack_verify.ed25519(public, signature, data)
    bent = bytearray(signature)
    bent[flip // 8] ^= 1 << flip % 8
    with contextlib.suppress(pack_verify.Bad):  # the first half may be no point of the curve any more
        assert not pack_verify.ed25519(public, bytes(bent), data)
    assert not pack_verify.ed25519(public, signature, data + b"x")


def _sealed(desk: LifeDesk) -> Filed:
    """A head who signed the sheet electronically."""
    inventory = desk.root / "inventory"
    text = (inventory / "policy.yaml").read_text("utf-8")
    (inventory / "policy.yaml").write_text(text + f'\ncertificates:\n  {SIGNER}: "CN={HEAD},C=ID"\n', "utf-8")
    write_roots(inventory, ROOT)
    filed = desk.filed()
    said = actions.statement(desk.app, filed, "approve", "kepala", SIGNER)
    path = desk.root / "kembali.pdf"
    path.write_bytes(BELOW.sign(sheets.issue(desk.app, filed, said, desk.root / "lembar.pdf").read_bytes()))
    statement, body, _ = sheets.read(desk.app, filed, path)
    actions.receive(desk.app, filed, statement, body)
    return filed


@pytest.mark.needs_debian("openssl")
def test_an_electronically_signed_sheet_is_checked_by_openssl(desk: LifeDesk, tmp_path: Path) -> None:
    folder = packed(desk, _sealed(desk), tmp_path / "a")
    code, said = verdict(folder)
    assert code == 0, said
    assert f"electronic signature good (CN={HEAD},C=ID); a person looks at approvals/" in said
    assert "1 approvals of this request" in said


@pytest.mark.needs_debian("openssl")
@pytest.mark.parametrize("proofs", [True, False], ids=["proofs", "anything"])
def test_what_stands_behind_an_electronic_signature_is_for_a_person(
    desk: LifeDesk, tmp_path: Path, proofs: bool
) -> None:
    """PAdES B-LT adds proofs that the certificate held; verify.py reads no PDF, and cannot tell them from anything else."""
    filed = _sealed(desk)
    data = next(one.event.data for one in desk.app.journal.read(filed.change) if one.event.kind == "approval.received")
    signed = desk.app.objects.get(data["signature"])
    _again(desk, filed, with_proofs(ROOT, signed) if proofs else signed + b"\n% x\n")
    code, said = verdict(packed(desk, filed, tmp_path))
    assert code == 0 and "bytes were added behind it" in said and "is for a person to check" in said, said
    assert "1 approvals of this request" in said, "the first alone"


def test_where_a_sheet_is_left_out_a_person_has_to_ask_for_it(desk: LifeDesk, tmp_path: Path) -> None:
    code, said = verdict(packed(desk, _sealed(desk), tmp_path, redact=True))
    assert code == 0 and "bsre-signature diperiksa orang" in said and "0 approvals of this request" in said


def test_the_revoked_keys_of_that_moment_are_in_the_pack_and_hold(desk: LifeDesk, tmp_path: Path) -> None:
    revoked = desk.root / "inventory" / "revoked_keys"
    revoked.write_text(public_line(new_key()) + "\n", "utf-8")
    filed = desk.filed()
    desk.approve(filed)
    folder = packed(desk, filed, tmp_path)
    assert (folder / "approvals" / "revoked_keys").read_text() == revoked.read_text()
    assert verdict(folder)[0] == 0
    # Said to be left out, it would let a revoked key pass.
    manifest = json.loads((folder / "manifest.json").read_text())
    digest = next(name for name, file in manifest["bodies"].items() if file == "approvals/revoked_keys")
    del manifest["bodies"][digest]
    manifest["left_out"][digest] = "x"
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (folder / "approvals" / "revoked_keys").unlink()
    code, said = verdict(folder)
    assert code == 1 and "not in the pack" in said


def _again(desk: LifeDesk, filed: Filed, evidence: bytes | None = None, **other: object) -> None:
    """An office that writes into its own log an approval which was never judged: the last one with something changed."""
    events = [one.event for one in desk.app.journal.read(filed.change) if one.event.kind == "approval.received"]
    data = dict(events[-1].data) | other
    if evidence is not None:
        data["signature"] = desk.app.objects.put(evidence)
    record(desk.app, "approval.received", filed.change, **data)


def _evidence(desk: LifeDesk, filed: Filed) -> dict[str, Any]:
    events = [one.event for one in desk.app.journal.read(filed.change) if one.event.kind == "approval.received"]
    found: dict[str, Any] = json.loads(desk.app.objects.get(events[-1].data["signature"]))
    return found


def _one_officer_twice(desk: LifeDesk) -> Filed:
    filed = scanned(desk)
    found = _evidence(desk, filed)
    officer = found["recorded"]["officer"]
    _again(desk, filed, canonical(found | {"confirmed": found["recorded"]}), by=[officer, officer])
    return filed


def _one_key_for_both_parts(desk: LifeDesk) -> Filed:
    """The first officer signs the second part too, under the second's name."""
    filed = scanned(desk)
    found = _evidence(desk, filed)
    found["confirmed"]["signature"] = found["recorded"]["signature"]
    _again(desk, filed, canonical(found))
    return filed


def _another_scan(desk: LifeDesk) -> Filed:
    filed = scanned(desk)
    _again(desk, filed, canonical(_evidence(desk, filed) | {"scan": "sha256:" + "0" * 64}))
    return filed


def _no_server(desk: LifeDesk) -> Filed:
    """A server that is in no list."""
    filed = attested(desk, jws=False)
    data = next(one.event.data for one in desk.app.journal.read(filed.change) if one.event.kind == "approval.received")
    _again(desk, filed, sshsig.sign(desk.app.objects.get(data["statement"]), new_key(), SERVER).encode())
    return filed


def _server_as_a_person(desk: LifeDesk) -> Filed:
    filed = attested(desk, jws=False)
    _again(desk, filed, None, **{"class": "ssh-signature", "approver": SIGNER})
    return filed


def _jws_by_a_key_that_is_not_listed(desk: LifeDesk) -> Filed:
    filed = attested(desk, jws=True)
    other = new_key()
    data = next(one.event.data for one in desk.app.journal.read(filed.change) if one.event.kind == "approval.received")
    head = b64(b'{"alg":"EdDSA","kid":"%s"}' % other.fingerprint.encode())
    signing = f"{head}.{b64(desk.app.objects.get(data['statement']))}"
    _again(desk, filed, f"{signing}.{b64(sshsig.sign_raw(signing.encode(), other))}".encode())
    return filed


def _jws_with_another_signature(desk: LifeDesk) -> Filed:
    filed = attested(desk, jws=True)
    data = next(one.event.data for one in desk.app.journal.read(filed.change) if one.event.kind == "approval.received")
    head, body, _ = desk.app.objects.get(data["signature"]).split(b".")
    _again(desk, filed, b".".join((head, body, b64(sshsig.sign_raw(b"x", new_key())).encode())))
    return filed


def _jws_by_a_key_that_was_revoked(desk: LifeDesk) -> Filed:
    filed = attested(desk, jws=True)
    line = (desk.root / "inventory" / "allowed_signers").read_text().splitlines()[-1].split(" ", 2)[2]
    _again(desk, filed, revoked=desk.app.objects.put(f"{line}\n".encode()))
    return filed


def _sheet_with_a_byte_changed(desk: LifeDesk) -> Filed:
    filed = _sealed(desk)
    data = next(one.event.data for one in desk.app.journal.read(filed.change) if one.event.kind == "approval.received")
    signed = bytearray(desk.app.objects.get(data["signature"]))
    signed[signed.rindex(b"startxref") - 1] ^= 1
    _again(desk, filed, bytes(signed))
    return filed


def _sheet_whose_signature_is_over_its_beginning(desk: LifeDesk) -> Filed:
    """A signature that leaves out the end of the sheet, where it may be added to."""
    filed = _sealed(desk)
    data = next(one.event.data for one in desk.app.journal.read(filed.change) if one.event.kind == "approval.received")
    signed = desk.app.objects.get(data["signature"])
    start, length, tail, rest = re.findall(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)", signed)[0]
    shorter = signed.replace(
        b"%s %s %s %s" % (start, length, tail, rest), b"%s %s %s %0*d" % (start, length, tail, len(rest), 0)
    )
    assert shorter != signed
    _again(desk, filed, shorter)
    return filed


def _sheet_by_another_authority(desk: LifeDesk) -> Filed:
    filed = _sealed(desk)
    _again(desk, filed, roots=desk.app.objects.put(Authority("Akar Lain").pem))
    return filed


def _jws_around_another_statement(desk: LifeDesk) -> Filed:
    filed = attested(desk, jws=True)
    _again(desk, filed, f"{b64(b'{}')}.{b64(b'{}')}.{b64(b'x')}".encode())
    return filed


def _signers(desk: LifeDesk, old: str, new: str) -> str:
    """`allowed_signers` with something replaced, kept as an object."""
    text = (desk.root / "inventory" / "allowed_signers").read_text("utf-8")
    assert old in text
    return desk.app.objects.put(text.replace(old, new).encode())


def _server_listed_for_anything(desk: LifeDesk, *, jws: bool) -> Filed:
    """As a person's line often is: without it, who holds such a key would speak as a server too."""
    filed = attested(desk, jws=jws)
    _again(desk, filed, signers=_signers(desk, f'helpdesk-server namespaces="{SERVER}"', "helpdesk-server"))
    return filed


def _server_expired_in_capitals(desk: LifeDesk) -> Filed:
    """OpenSSH reads the names of options in any case."""
    filed = attested(desk, jws=True)
    expired = f'Valid-Before="20260101Z",namespaces="{SERVER}"'
    _again(desk, filed, signers=_signers(desk, f'namespaces="{SERVER}"', expired))
    return filed


def _jws_under_a_key_of_a_small_order(desk: LifeDesk) -> Filed:
    """The neutral point as public key: 7·B and 7 sign whatever it is."""
    filed = attested(desk, jws=True)
    data = next(one.event.data for one in desk.app.journal.read(filed.change) if one.event.kind == "approval.received")
    wire = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes((1, *bytes(31)))
    line = (desk.root / "inventory" / "allowed_signers").read_text().splitlines()[-1].split(" ", 2)[2]
    signers = _signers(desk, line, f"ssh-ed25519 {base64.b64encode(wire).decode()}")
    head = b64(b'{"alg":"EdDSA","kid":"%s"}' % sshsig.fingerprint(wire).encode())
    token = f"{head}.{b64(desk.app.objects.get(data['statement']))}.{b64(ANYBODYS)}"
    _again(desk, filed, token.encode(), signers=signers)
    return filed


def _jws_in_another_spelling(desk: LifeDesk) -> Filed:
    filed = attested(desk, jws=True)
    data = next(one.event.data for one in desk.app.journal.read(filed.change) if one.event.kind == "approval.received")
    token = desk.app.objects.get(data["signature"])
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    _again(desk, filed, token[:-1] + alphabet[alphabet.index(token[-1]) + 1 :][:1])
    return filed


def _signers_by_a_pattern(desk: LifeDesk) -> Filed:
    """`ssh-keygen` follows patterns: one key for everybody."""
    filed = desk.filed()
    desk.approve(filed)
    _again(desk, filed, signers=_signers(desk, f"{SIGNER} ", f"*@{SIGNER.partition('@')[2]} "))
    return filed


def _key_of_a_server_and_a_person(desk: LifeDesk) -> Filed:
    filed = desk.filed()
    desk.approve(filed)
    text = (desk.root / "inventory" / "allowed_signers").read_text("utf-8")
    line = next(one for one in text.splitlines() if one.startswith(f"{SIGNER} "))
    server = line.replace(SIGNER, "helpdesk-server", 1).replace("approval@netops", SERVER)
    _again(desk, filed, signers=_signers(desk, line, f"{line}\n{server}"))
    return filed


FORGED: dict[str, tuple[Callable[[LifeDesk], Filed], str]] = {
    "one-officer-twice": (_one_officer_twice, "does not hold"),
    "one-key-for-both": (_one_key_for_both_parts, "ssh-keygen"),
    "another-scan": (_another_scan, "that scan is in no entry"),
    "no-server": (_no_server, "ssh-keygen"),
    "server-as-a-person": (_server_as_a_person, "is not the class"),
    "jws-around-another": (_jws_around_another_statement, "carries another statement"),
    "jws-unlisted-key": (_jws_by_a_key_that_is_not_listed, "was not listed when it was received"),
    "jws-revoked-key": (_jws_by_a_key_that_was_revoked, "was not listed when it was received"),
    "jws-other-signature": (_jws_with_another_signature, "does not match"),
    "server-for-anything": (
        lambda desk: _server_listed_for_anything(desk, jws=False),
        "is not for workflow@netops alone",
    ),
    "jws-for-anything": (
        lambda desk: _server_listed_for_anything(desk, jws=True),
        "was not listed when it was received",
    ),
    "jws-expired-in-capitals": (_server_expired_in_capitals, "was not listed when it was received"),
    "jws-small-order": (_jws_under_a_key_of_a_small_order, "does not match"),
    "jws-other-spelling": (_jws_in_another_spelling, "in another spelling"),
    "signers-by-a-pattern": (_signers_by_a_pattern, "open to two readings"),
    "key-of-server-and-person": (_key_of_a_server_and_a_person, "is a server's too"),
    "sheet-byte-changed": (_sheet_with_a_byte_changed, "openssl"),
    "sheet-beginning": (_sheet_whose_signature_is_over_its_beginning, "does not hold"),
    "sheet-other-authority": (_sheet_by_another_authority, "openssl"),
}


@pytest.mark.parametrize("name", FORGED)
def test_an_approval_that_was_never_judged_is_found_in_the_pack(desk: LifeDesk, tmp_path: Path, name: str) -> None:
    forge, why = FORGED[name]
    if name.startswith("sheet-") and shutil.which("openssl") is None:
        pytest.skip("needs the Debian package openssl")
    code, said = verdict(packed(desk, forge(desk), tmp_path))
    assert code == 1 and "does not hold" in said and why in said, said
