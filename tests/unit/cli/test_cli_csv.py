"""CSV for spreadsheets: what a device or a person wrote is never a formula, and every cell comes back."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netops.cli.output import clean, csv_text


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", " =1", "\t=1", "'=1", '"=1', "\r=1"])
def test_no_cell_begins_a_formula(text: str) -> None:
    ((cell,),) = csv.reader(io.StringIO(csv_text(("x",), [(text,)]).split("\r\n", 1)[1]))
    assert cell.startswith("'") or cell[:1] not in "=+-@\t"


@given(st.lists(st.lists(st.text(max_size=20), min_size=3, max_size=3), max_size=5))
def test_every_cell_comes_back(rows: list[list[str]]) -> None:
    head, *found = csv.reader(io.StringIO(csv_text(("a", "b", "c"), rows), newline=""))
    assert head == ["a", "b", "c"]
    assert [[cell.removeprefix("'") for cell in row] for row in found] == [
        [clean(cell).replace("\t", " ").removeprefix("'") for cell in row] for row in rows
    ]
