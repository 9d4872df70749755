"""Columns from answers that stop anywhere: whatever the cuts, the same table; what cannot be is refused."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.errors import Misbehaved
from netops.monitoring import oids
from netops.monitoring.oids import Oid
from netops.monitoring.table import Columns, Plain

IN, OUT, NAME, SPEED, STATUS = (
    oids.IF_HC_IN_OCTETS,
    oids.IF_HC_OUT_OCTETS,
    oids.IF_DESCR,
    oids.IF_HIGH_SPEED,
    oids.IF_OPER_STATUS,
)
END: Oid = (1, 3, 6, 1, 9)


def agent(table: dict[Oid, Plain], asked: tuple[Oid, ...], rows: int) -> list[tuple[Oid, Plain]]:
    """GETBULK after RFC 3416, written apart from the lab's."""
    names = sorted(table)
    answer: list[tuple[Oid, Plain]] = []
    cursor = list(asked)
    for _ in range(rows):
        for place, at in enumerate(cursor):
            after = next((name for name in names if name > at), None)
            answer.append((at, None) if after is None else (after, table[after]))
            cursor[place] = at if after is None else after
    return answer


def read(table: dict[Oid, Plain], cuts: list[int]) -> Columns:
    columns = Columns("gw", oids.INTERFACE_COLUMNS)
    for turn in range(10_000):
        asked = columns.asked()
        if not asked:
            return columns
        columns.accept(agent(table, asked, 10)[: cuts[turn % len(cuts)]])
    raise AssertionError("no end")


@settings(max_examples=40)
@given(
    st.dictionaries(st.integers(1, 2**31 - 1), st.integers(0, 2**64 - 1), min_size=1, max_size=12),
    st.lists(st.integers(1, 50), min_size=1, max_size=6),
    st.booleans(),
)
def test_cuts_change_nothing(octets: dict[int, int], cuts: list[int], more: bool) -> None:
    table: dict[Oid, Plain] = {END: 1} if more else {}
    for index, count in octets.items():
        row: dict[Oid, Plain] = {NAME: b"e%d" % index, IN: count, OUT: count // 2, SPEED: 1000, STATUS: 1 + index % 2}
        table |= {(*column, index): value for column, value in row.items()}
    found = read(table, cuts).interfaces()
    assert [(each.index, each.name, each.in_octets, each.out_octets) for each in found] == [
        (index, f"e{index}", count, count // 2) for index, count in sorted(octets.items())
    ]
    assert all(each.speed == 10**9 and each.up == (each.index % 2 == 0) for each in found)


def test_an_interface_without_64_bit_counters_is_left_out() -> None:
    table: dict[Oid, Plain] = {(*NAME, 1): b"ether1", (*NAME, 2): b"Null0", (*IN, 1): 5, (*OUT, 1): 6}
    (only,) = read(table, [3]).interfaces()
    assert (only.name, only.in_octets, only.out_octets, only.speed, only.up) == ("ether1", 5, 6, 0, False)


def test_a_name_cannot_steer_a_terminal() -> None:
    table: dict[Oid, Plain] = {(*NAME, 1): b"ether1\x1b[2J\xff\0", (*IN, 1): 1, (*OUT, 1): 1}
    assert read(table, [50]).interfaces()[0].name == "ether1\ufffd[2J\ufffd"


@pytest.mark.parametrize(
    ("answers", "word"),
    [
        ([[]], "kosong"),
        ([[((*NAME, 1), b"a")], [((*NAME, 1), b"a")] * 5], "tidak naik"),
        ([[((*NAME, 1, 2), b"a")]], "indeks"),
    ],
)
def test_answers_that_cannot_be(answers: list[list[tuple[Oid, Plain]]], word: str) -> None:
    columns = Columns("gw", oids.INTERFACE_COLUMNS)
    for answer in answers[:-1]:
        columns.accept(answer)
    with pytest.raises(Misbehaved) as caught:
        columns.accept(answers[-1])
    assert word in caught.value.describe("id")
    assert caught.value.device == "gw"


@pytest.mark.parametrize("column", [NAME, IN, SPEED])
def test_a_value_of_another_type_is_refused(column: Oid) -> None:
    table: dict[Oid, Plain] = {(*NAME, 1): b"ether1", (*IN, 1): 1, (*OUT, 1): 1, (*SPEED, 1): 1000}
    table[(*column, 1)] = 5 if column == NAME else b"lima"
    columns = read(table, [50])
    with pytest.raises(Misbehaved):
        columns.interfaces()


def test_error_counters_and_load_are_read_where_the_agent_has_them() -> None:
    table: dict[Oid, Plain] = {
        (*NAME, 1): b"ether1", (*IN, 1): 5, (*OUT, 1): 6,
        (*NAME, 2): b"vlan10", (*IN, 2): 5, (*OUT, 2): 6,
        (*oids.IF_IN_ERRORS, 1): 7, (*oids.IF_OUT_ERRORS, 1): 2**32 - 1,
        (*oids.HR_PROCESSOR_LOAD, 1): 10, (*oids.HR_PROCESSOR_LOAD, 2): 91,
    }  # fmt: skip
    columns = Columns("gw", oids.COLUMNS)
    while asked := columns.asked():
        columns.accept(agent(table, asked, 10))
    one, two = columns.interfaces()
    assert (one.in_errors, one.out_errors) == (7, 2**32 - 1)
    assert (two.in_errors, two.out_errors) == (None, None)
    assert columns.cpu() == 50


@pytest.mark.parametrize("load", [None, 33], ids=["none", "cisco"])
def test_the_load_of_a_switch_is_in_its_vendors_table(load: int | None) -> None:
    table: dict[Oid, Plain] = {(*NAME, 1): b"Gi1", (*IN, 1): 5, (*OUT, 1): 6}
    if load is not None:
        table[(*oids.CPM_CPU_TOTAL_1MIN, 1)] = load
    columns = Columns("sw", oids.COLUMNS)
    while asked := columns.asked():
        columns.accept(agent(table, asked, 10))
    assert columns.cpu() == load
