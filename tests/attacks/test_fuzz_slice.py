"""A slice of `./dev fuzz`: any bytes give a value or the parser's own clear error, never another exception."""

import pytest
from fuzz_parsers import fuzz, hold, targets


@pytest.mark.parametrize("name", sorted(targets()))
def test_any_bytes_give_a_value_or_a_clear_error(name: str) -> None:
    fuzz(name, 40, shrink=False)


@pytest.mark.parametrize("name", sorted(targets()))
def test_huge_and_empty_inputs(name: str) -> None:
    seed = targets()[name].seeds[0]
    for data in (
        b"",
        b"\0" * 60_000,
        b"[" * 60_000,
        b"a" * 60_000,
        b"\xff" * 60_000,
        b"\n" * 60_000,
        (seed * 2000)[:60_000],
    ):
        hold(name, data)


def test_the_search_bites() -> None:
    """An exception of another kind is told with the input that made it."""
    with pytest.raises(AssertionError, match="note: AttributeError for 'x'"):
        hold("note", "x")  # type: ignore[arg-type]  # text is what no parser of bytes expects
