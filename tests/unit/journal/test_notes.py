"""Signed notes, checkpoints and receipts: the specification's own example verifies, and no doubt passes."""

import base64
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from netops.core.errors import InputError, JournalError
from netops.journal import checkpoint, note, receipt, tlog
from netops.journal.checkpoint import Checkpoint

SECRET = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = note.verifier_key("kampus.example/log", SECRET.public_key().public_bytes_raw())
WITNESS = note.verifier_key("inspektorat.example/saksi", SECRET.public_key().public_bytes_raw(), note.WITNESS)
HEAD = Checkpoint(origin="kampus.example/log", size=3, root=sha256(b"x").digest())


def signed(text: str = HEAD.text) -> note.Note:
    return note.Note(text=text, signatures=(note.sign(text, KEY, SECRET.sign),))


def test_the_example_of_gos_note_package_verifies() -> None:
    """golang.org/x/mod/sumdb/note, its documentation: key and note of PeterNeumann."""
    key = note.parse_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    line = (
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    found = note.parse(f"{text}\n{line}".encode())
    assert note.verify(found, [key]) == (key,)
    with pytest.raises(JournalError, match="changed after signing"):
        note.verify(replace(found, text=text.replace("answer", "question")), [key])


def test_a_key_goes_to_text_and_back() -> None:
    for key in (KEY, WITNESS):
        assert note.parse_key(f" {key}\n") == key


@pytest.mark.parametrize(
    "text", ["", "a+b", "a b+00000000+AQ==", f"{KEY}x", str(KEY).replace("kampus", "kampung"), "+++"]
)
def test_what_is_no_key_is_told(text: str) -> None:
    with pytest.raises(InputError):
        note.parse_key(text)


def test_a_note_goes_to_text_and_back() -> None:
    one = signed()
    both = replace(one, signatures=(*one.signatures, note.cosign(one.text, WITNESS, SECRET.sign, 1_795_132_800)))
    again = note.parse(str(both).encode())
    assert again == both
    assert note.verify(again, [KEY, WITNESS]) == (KEY, WITNESS)
    assert note.cosigned_at(again.signatures[1]) == 1_795_132_800


def test_a_witness_signs_its_time_too() -> None:
    line = note.cosign(HEAD.text, WITNESS, SECRET.sign, 1_795_132_800)
    later = replace(line, value=(1_795_132_801).to_bytes(8) + line.value[8:])
    with pytest.raises(JournalError, match="wrong"):
        note.verify(note.Note(text=HEAD.text, signatures=(later,)), [WITNESS])
    with pytest.raises(JournalError, match="wrong"):
        note.verify(note.Note(text=HEAD.text, signatures=(replace(line, value=line.value[:-1]),)), [WITNESS])


def test_unknown_keys_are_passed_over_but_do_not_suffice() -> None:
    stranger = note.verifier_key("other.example", SECRET.public_key().public_bytes_raw())
    with pytest.raises(JournalError, match="no known key signed it"):
        note.verify(signed(), [stranger])
    assert note.verify(signed(), [stranger, KEY]) == (KEY,)


def test_a_known_key_with_a_wrong_signature_condemns_the_note() -> None:
    one = signed()
    bad = replace(one.signatures[0], value=bytes(64))
    with pytest.raises(JournalError, match="is wrong"):
        note.verify(replace(one, signatures=(bad,)), [KEY])
    with pytest.raises(JournalError, match="is wrong"):
        note.verify(replace(one, signatures=(*one.signatures, bad)), [KEY])


GOOD = str(signed()).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        GOOD[:-1],
        GOOD.replace("— ".encode(), b"- "),
        GOOD.replace(b"\n\n", b"\n"),
        GOOD.replace(b"log ", b"log\t"),
        b"\xff" + GOOD,
        GOOD + b"\x1b[2J\n",
        HEAD.text.encode() + b"\n" + "— a AAAA\n".encode(),
        HEAD.text.encode() + b"\n" + "— a b@d=\n".encode() * 3,
        HEAD.text.encode() + b"\n" + GOOD.split(b"\n\n")[1] * 65,
        GOOD + b" " * note.MAX_NOTE,
    ],
)
def test_what_is_no_note_is_told(data: bytes) -> None:
    with pytest.raises(JournalError, match="checkpoint"):
        note.parse(data)


@given(st.binary(max_size=400))
def test_any_bytes_are_a_note_or_a_clear_error(data: bytes) -> None:
    for parse in (note.parse, checkpoint.read, receipt.parse):
        try:
            parse(data)
        except JournalError:
            continue


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_no_flipped_byte_of_a_signed_note_passes(place: int, flip: int) -> None:
    data = bytearray(GOOD)
    data[place] ^= flip
    try:
        found = note.parse(bytes(data))
        verified = note.verify(found, [KEY])
    except JournalError:
        return
    assert verified == (KEY,) and found.text == HEAD.text


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "\n1\nAAAA\n",
        f"a\n01\n{'A' * 43}=\n",
        f"a\n-1\n{'A' * 43}=\n",
        f"a\n1\n{'A' * 43}\n",
        f"a\n1\n{'A' * 44}\n",
        f"a\n1\n{'A' * 43}=",
        f"a\n1\n{'A' * 43}=\n\nmore\n",
    ],
)
def test_what_is_no_checkpoint_is_told(text: str) -> None:
    with pytest.raises(JournalError):
        checkpoint.parse(text)


def test_a_checkpoint_goes_to_text_and_back_and_has_a_short_code() -> None:
    assert checkpoint.parse(HEAD.text) == HEAD
    assert HEAD.short == "-".join(base64.b32encode(HEAD.root)[:12].decode()[start : start + 4] for start in (0, 4, 8))


# ── receipts ─────────────────────────────────────────────────────────────────────────────────────────────────────

BODIES = [b'{"seq":%d}' % number for number in range(9)]
LEAVES = [tlog.leaf_hash(body) for body in BODIES]


def given_receipt(index: int) -> receipt.Receipt:
    head = Checkpoint(origin="kampus.example/log", size=9, root=tlog.root(LEAVES))
    return receipt.Receipt(entry=BODIES[index], index=index, path=tlog.inclusion(LEAVES, index), head=signed(head.text))


@pytest.mark.parametrize("index", range(9))
def test_a_receipt_proves_its_entry(index: int) -> None:
    again = receipt.parse(str(given_receipt(index)).encode())
    assert again == given_receipt(index)
    assert receipt.check(again).size == 9
    assert note.verify(again.head, [KEY]) == (KEY,)


def test_a_receipt_for_another_entry_place_or_tree_is_refused() -> None:
    good = given_receipt(4)
    for wrong in (
        replace(good, entry=BODIES[5]),
        replace(good, index=5),
        replace(good, index=9),
        replace(good, path=good.path[:-1]),
        replace(good, head=signed(Checkpoint(origin="x", size=9, root=bytes(32)).text)),
    ):
        with pytest.raises(JournalError, match="is not in that tree"):
            receipt.check(wrong)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"proof@v1", b"proof@v2"), (b"extra ", b"extra"), (b"index 4", b"index 04"), (b"index 4\n", b"")],
)
def test_what_is_no_receipt_is_told(old: bytes, new: bytes) -> None:
    with pytest.raises(JournalError):
        receipt.parse(str(given_receipt(4)).encode().replace(old, new))
    with pytest.raises(JournalError, match="too large"):
        receipt.parse(b"x" * (receipt.MAX_RECEIPT + 1))
