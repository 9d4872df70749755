"""Rates and durations as people and devices write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netops.core.units import (
    RatePair,
    parse_duration,
    parse_rate,
    parse_rate_pair,
    say_duration,
    say_rate,
)


@pytest.mark.parametrize(
    ("text", "bps"),
    [
        ("20M", 20_000_000),
        ("20 Mbps", 20_000_000),
        ("2,5 Mbps", 2_500_000),
        ("2.5M", 2_500_000),
        ("512k", 512_000),
        ("1G", 1_000_000_000),
        ("7000000", 7_000_000),
        (128, 128),
        ("0", 0),
    ],
)
def test_a_rate_is_read_as_bits_per_second(text: str | int, bps: int) -> None:
    assert parse_rate(text) == bps


@pytest.mark.parametrize("text", ["", "fast", "-5M", "1.5", "20MB", "20 M bit", "0,0001k", "M20", "1e6"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"rate|whole"):
        parse_rate(text)


def test_a_pair_is_upload_then_download() -> None:
    assert parse_rate_pair("10M/20M") == RatePair(up=10_000_000, down=20_000_000)
    assert parse_rate_pair("10M") == RatePair(up=10_000_000, down=10_000_000)


@given(st.integers(min_value=0, max_value=10**12))
def test_a_rate_reads_back_in_every_unit(bps: int) -> None:
    assert parse_rate(bps) == parse_rate(f"{bps} bps") == bps
    assert parse_rate(f"{bps}k") == bps * 1_000 and parse_rate(f"{bps} Mbps") == bps * 1_000_000


@given(st.integers(min_value=0, max_value=10**9))
def test_a_duration_reads_back(seconds: int) -> None:
    assert parse_duration(say_duration(seconds)) == seconds


@pytest.mark.parametrize(("text", "seconds"), [("01:30:00", 5400), ("90", 90), ("4w2d", 2_592_000), ("0s", 0)])
def test_durations_of_devices(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "1x", "5 m", "1h30", "31s250ms", "-5m"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


def test_rates_are_said_with_the_comma_or_point_of_the_language() -> None:
    assert say_rate(2_500_000) == "2,5 Mbps"
    assert say_rate(2_500_000, "en") == "2.5 Mbps"
    assert say_rate(1_000_000_000) == "1 Gbps"
    assert say_rate(500) == "500 bps"
