"""Facts: RouterOS manual, API, queries: tests push on a stack whose bottom is an endless supply of true."""

import pytest

from netops.lab.routeros.query import Query

ROW = {"name": "a", "mtu": "1500", "disabled": "false", "target": "10.0.0.0/24", "time": "1h", "comment": "rapat"}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["?name"], True),
        (["?-name"], False),
        (["?-missing"], True),
        (["?missing"], False),
        (["?name=a"], True),
        (["?=name=a"], True),
        (["?name=A"], False),
        (["?missing=a"], False),
        (["?mtu=1500"], True),
        (["?>mtu=900"], True),  # as numbers, not as text
        (["?<mtu=900"], False),
        (["?<mtu=10000"], True),
        (["?disabled=no"], True),
        (["?disabled=false"], True),
        (["?disabled=yes"], False),
        (["?target=10.0.0.0"], False),  # a prefix as the router prints it
        (["?time=60m"], True),
        (["?>comment="], True),
        (["?>missing="], False),
        (["?name=a", "?mtu=1"], False),  # words in a row: all of them
        (["?name=b", "?mtu=1500", "?#|"], True),
        (["?name=b", "?mtu=1500", "?#&"], False),
        (["?name=b", "?#!"], True),
        (["?name=a", "?mtu=1", "?#|!"], False),  # neither
        (["?name=b", "?mtu=1", "?#|!"], True),
        (["?name=b", "?name=a", "?#0"], True),  # the whole stack becomes its top
        (["?name=a", "?name=b", "?#1"], True),
        (["?name=b", "?name=a", "?#1"], False),
        (["?name=b", "?name=a", "?#1!|"], False),  # copy of the entry below, negated, or-ed
        (["?name=a", "?#.&"], True),
        (["?name=b", "?#.!|"], True),  # doubled, negated: one of them is true
        (["?name=b", "?#0.!|"], True),  # the dot after an index does nothing
        (["?#!"], False),
        ([], True),
    ],
)
def test_queries(words: list[str], found: bool) -> None:
    assert Query(words).matches(ROW) is found
