"""The benchmark's own parts: what would make its figures wrong."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.measure import BenchError, Line, Timing, interleaved, median, table, timed_process
from benchmarks.slow import sentences


def _word(text: bytes) -> bytes:
    size = len(text)
    if size < 0x80:
        return bytes([size]) + text
    return (size | 0x8000).to_bytes(2, "big") + text if size < 0x4000 else (size | 0xC00000).to_bytes(3, "big") + text


@given(
    st.lists(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=4), max_size=5),
    st.binary(min_size=1, max_size=3),
    st.integers(1, 50),
)
def test_sentences_come_out_whole_however_they_arrive(given_: list[list[bytes]], rest: bytes, step: int) -> None:
    wire = [b"".join(map(_word, words)) + b"\0" for words in given_]
    tail = _word(rest + b"x" * 20)[:-1]  # a word that is not all there yet
    stream = b"".join(wire) + tail
    buffer, found = bytearray(), list[bytes]()
    for at in range(0, len(stream), step):
        buffer += stream[at : at + step]
        found += sentences(buffer)
    assert found == wire
    assert bytes(buffer) == tail


def test_a_process_that_fails_is_not_timed(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="ended with 3"):
        timed_process([sys.executable, "-c", "print('why'); raise SystemExit(3)"], tmp_path / "log")
    assert (tmp_path / "log").read_text("utf-8") == "why\n"


def test_cpu_of_children_counts(tmp_path: Path) -> None:
    burn = "import time\nend = time.process_time() + 0.15\nwhile time.process_time() < end: pass"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}], check=True)"
    assert timed_process([sys.executable, "-c", code], tmp_path / "log").cpu >= 0.15


def test_rounds_are_interleaved_and_medians_taken() -> None:
    order: list[str] = []

    def one(name: str, wall: float) -> Timing:
        order.append(name)
        return Timing(wall=wall, cpu=0.0)

    found = interleaved({"a": lambda n: one("a", n), "b": lambda n: one("b", -n)}, 3)
    assert order == ["a", "b"] * 3
    assert (found["a"].wall, found["b"].wall) == (1, -1)
    assert median([Timing(wall=9, cpu=1), Timing(wall=1, cpu=2), Timing(wall=2, cpu=9)]) == Timing(wall=2, cpu=2)


def test_a_promise_that_is_not_met_stands_out() -> None:
    said = table([Line(what="x", measured="1", promised="2", met=False), Line(what="y", measured="z")])
    assert "| x | 1 | 2 | **no** |" in said and "| y | z | – | – |" in said
