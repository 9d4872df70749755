"""Moments as they are typed: several ways of writing one, and what is no moment."""

from datetime import UTC, datetime

import pytest

from netops.core.errors import InputError
from netops.requests.moments import read_moment

FIVE = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "20 Nov 2026 17:00",
        "20 November 2026, pukul 17.00 WIB",
        "Jumat, 20 November 2026, pukul 17.00 WIB",
        "Friday, 20 November 2026, 17:00 WIB",
        "2026-11-20 17:00",
        "2026-11-20T10:00Z",
        "2026-11-20 19:00 WIT",
        "2026-11-20 18:00+08:00",
        "  20   nop 2026  17.00 ",
    ],
)
def test_one_moment_written_in_many_ways(text: str) -> None:
    assert read_moment(text, "WIB", "--until") == FIVE


@pytest.mark.parametrize(
    ("text", "month"),
    [("1 Mei 2026 07:00", 5), ("1 Agustus 2026 07:00", 8), ("1 Okt 2026 07:00", 10), ("1 Des 2026 07:00", 12)],
)
def test_months_in_indonesian(text: str, month: int) -> None:
    assert read_moment(text, "WIB", "--until") == datetime(2026, month, 1, 0, 0, tzinfo=UTC)


def test_the_zone_of_the_request_holds_where_none_is_said() -> None:
    assert read_moment("20 Nov 2026 19:00", "WIT", "--until") == FIVE


@pytest.mark.parametrize(
    "text",
    [
        "",
        "besok",
        "17:00",
        "31 Feb 2026 17:00",
        "20 Nov 2026 25:00",
        "20 Xyz 2026 17:00",
        "20/11/2026 17:00",
        "0001-01-01 00:00",
    ],
)
def test_what_is_no_moment_is_refused_naming_the_option(text: str) -> None:
    with pytest.raises(InputError) as caught:
        read_moment(text, "WIB", "--until")
    assert caught.value.field == "--until" and caught.value.hint
