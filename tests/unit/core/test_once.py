"""An answer is kept for the very objects that were asked about, for so many of them, and for as long as they live."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netops.core.model import Row
from netops.core.once import once


def row(name: str) -> Row:
    return Row(menu="/queue/simple", values={"name": name})


class Names:
    """Names of rows behind a greeting, and how often they were worked out."""

    def __init__(self, most: int = 100) -> None:
        self.worked = 0

        @once(most=most)
        def names(rows: tuple[Row, ...], greeting: str = "") -> tuple[str, ...]:
            self.worked += 1
            if not rows:
                raise ValueError("no rows")
            return tuple(f"{greeting}{row.values['name']}" for row in rows)

        self.of = names


def test_the_same_rows_are_worked_out_once_in_whatever_sequence_they_come() -> None:
    names, a, b = Names(), row("a"), row("b")
    assert names.of((a, b)) is names.of([a, b])
    assert names.worked == 1


def test_equal_rows_are_not_the_same() -> None:
    names = Names()
    assert names.of((row("a"),)) == names.of((row("a"),)) == ("a",)
    assert names.worked == 2


def test_order_and_what_else_is_asked_count() -> None:
    names, a, b = Names(), row("a"), row("b")
    assert (names.of((a, b)), names.of((b, a))) == (("a", "b"), ("b", "a"))
    assert (names.of((a,), "hi "), names.of((a,), greeting="hello ")) == (("hi a",), ("hello a",))
    assert names.worked == 4


def test_what_is_raised_is_raised_again() -> None:
    names = Names()
    for worked in (1, 2):
        with pytest.raises(ValueError, match="no rows"):
            names.of(())
        assert names.worked == worked


def test_so_many_are_kept_and_the_longest_unused_goes_first() -> None:
    names, rows = Names(most=4), [row(name) for name in "abc"]
    a, b, c = ((one,) for one in rows)
    names.of(a), names.of(b), names.of(a), names.of(c)  # b goes: each counts as its row and itself
    names.of(a), names.of(c)
    assert names.worked == 3
    names.of(b)
    assert names.worked == 4


def test_more_than_all_room_is_not_kept_and_pushes_nothing_out() -> None:
    names, a, many = Names(most=4), (row("a"),), tuple(row(str(number)) for number in range(9))
    names.of(a), names.of(many), names.of(many), names.of(a)
    assert names.worked == 3


@given(st.lists(st.integers(0, 30), max_size=60))
def test_a_row_that_was_let_go_is_never_taken_for_another(asked: list[int]) -> None:
    names = Names(most=5)
    for number in asked:  # a row lives no longer than its question: ids are given out again
        assert names.of((row(str(number)),)) == (str(number),)


def test_threads_get_the_right_answers() -> None:
    names, rows = Names(most=20), [row(str(number)) for number in range(40)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda number: names.of((rows[number % 40],)), range(2_000)))
    assert found == [(str(number % 40),) for number in range(2_000)]
