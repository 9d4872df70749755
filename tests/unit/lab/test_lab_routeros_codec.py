"""Facts: RouterOS manual, API protocol, words and sentences; the vectors follow from its table of length forms."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.lab.routeros.codec import BadStream, Decoder, encode_length, encode_sentence

VECTORS = {
    0: "00",
    0x7F: "7f",
    0x80: "8080",
    0x3FFF: "bfff",
    0x4000: "c04000",
    0x1FFFFF: "dfffff",
    0x200000: "e0200000",
    0xFFFFFFF: "efffffff",
    0x10000000: "f010000000",
}


@pytest.mark.parametrize(("size", "form"), VECTORS.items())
def test_length_forms(size: int, form: str) -> None:
    assert encode_length(size).hex() == form


def test_five_octets_reach_to_32_bits() -> None:
    assert encode_length(0xFFFFFFFF) == b"\xf0\xff\xff\xff\xff"
    with pytest.raises(ValueError, match="no length form"):
        encode_length(1 << 32)


@given(st.lists(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=5), max_size=5), st.integers(1, 40))
@settings(max_examples=60)
def test_sentences_survive_any_cut(sentences: list[list[bytes]], size: int) -> None:
    stream = b"".join(encode_sentence(words) for words in sentences)
    decoder, found = Decoder(), []
    for at in range(0, len(stream), size):
        found += decoder.feed(stream[at : at + size])
    assert found == sentences


@pytest.mark.parametrize("size", [0x7F, 0x80, 0x3FFF, 0x4000, 0x1FFFFF, 0x200000])
def test_every_length_is_read_back(size: int) -> None:
    word = b"=" * size
    assert Decoder().feed(encode_sentence([word])) == [[word]]


def test_empty_sentences_are_passed_over() -> None:
    assert Decoder().feed(b"\x00\x00\x01a\x00\x00") == [[b"a"]]


@pytest.mark.parametrize("first", [0xF1, 0xF8, 0xFF])
def test_control_bytes_drop_the_connection(first: int) -> None:
    with pytest.raises(BadStream):
        Decoder().feed(bytes((1, 0x61, first)))


def test_a_word_beyond_the_limit_is_refused_before_it_arrives() -> None:
    with pytest.raises(BadStream):
        Decoder(limit=100).feed(encode_length(101))
