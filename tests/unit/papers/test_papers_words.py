"""Numbers, dates and rates in words, in both languages."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netops.core.text import Lang
from netops.papers.words import (
    ZONES,
    date_words,
    number_words,
    say_count,
    say_count_words,
    say_moment,
    say_rates,
    say_span,
    time_words,
    zone_name,
)

WIB = ZONES["WIB"]
MOMENT = datetime(2026, 11, 20, 9, 5, tzinfo=WIB)


@pytest.mark.parametrize(
    ("number", "indonesian", "english"),
    [
        (0, "nol", "zero"),
        (1, "satu", "one"),
        (10, "sepuluh", "ten"),
        (11, "sebelas", "eleven"),
        (12, "dua belas", "twelve"),
        (19, "sembilan belas", "nineteen"),
        (20, "dua puluh", "twenty"),
        (21, "dua puluh satu", "twenty-one"),
        (100, "seratus", "one hundred"),
        (101, "seratus satu", "one hundred and one"),
        (111, "seratus sebelas", "one hundred and eleven"),
        (250, "dua ratus lima puluh", "two hundred and fifty"),
        (1000, "seribu", "one thousand"),
        (1999, "seribu sembilan ratus sembilan puluh sembilan", "one thousand nine hundred and ninety-nine"),
        (2026, "dua ribu dua puluh enam", "two thousand and twenty-six"),
        (11_000, "sebelas ribu", "eleven thousand"),
        (100_000, "seratus ribu", "one hundred thousand"),
    ],
)
def test_number_words(number: int, indonesian: str, english: str) -> None:
    assert number_words(number, "id") == indonesian
    assert number_words(number, "en") == english


@pytest.mark.parametrize("number", [-1, 1_000_000])
def test_number_words_refuses_what_it_cannot_say(number: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        number_words(number, "id")


@given(st.integers(0, 999_999), st.integers(0, 999_999), st.sampled_from(["id", "en"]))
def test_number_words_tell_numbers_apart(one: int, other: int, lang: Lang) -> None:
    assert (number_words(one, lang) == number_words(other, lang)) == (one == other)
    assert "  " not in number_words(one, lang)


def test_dates_in_words_as_a_berita_acara_opens() -> None:
    day = date(2026, 11, 20)
    assert date_words(day, "id") == (
        "Jumat tanggal dua puluh bulan November tahun dua ribu dua puluh enam (20-11-2026)"
    )
    assert date_words(day, "en") == (
        "Friday, day twenty of November in the year two thousand and twenty-six (20-11-2026)"
    )


def test_times_in_words() -> None:
    assert time_words(MOMENT, "id") == "09.05 WIB (sembilan lewat lima menit)"
    assert time_words(MOMENT.replace(minute=0), "id") == "09.00 WIB (sembilan tepat)"
    assert time_words(MOMENT.replace(minute=1), "en") == "09:01 WIB (one minute past nine)"
    assert time_words(MOMENT.replace(hour=0, minute=0), "en") == "00:00 WIB (zero exactly)"


def test_moments_and_spans() -> None:
    assert say_moment(MOMENT, "id") == "Jumat, 20 November 2026, pukul 09.05 WIB"
    assert say_moment(MOMENT, "en") == "Friday, 20 November 2026, at 09:05 WIB"
    assert say_span(MOMENT, MOMENT + timedelta(hours=7), "id") == "Jumat, 20 November 2026, pukul 09.05 – 16.05 WIB"
    assert say_span(MOMENT, MOMENT + timedelta(days=1), "id") == (
        "Jumat, 20 November 2026, pukul 09.05 WIB s.d. Sabtu, 21 November 2026, pukul 09.05 WIB"
    )


def test_zones_by_offset() -> None:
    assert [zone_name(MOMENT.astimezone(zone)) for zone in ZONES.values()] == ["WIB", "WITA", "WIT"]
    assert zone_name(MOMENT.astimezone(UTC)) == "UTC"
    assert zone_name(MOMENT.astimezone(timezone(timedelta(hours=-3, minutes=-30)))) == "UTC−03.30"
    with pytest.raises(ValueError, match="needs a zone"):
        zone_name(datetime(2026, 11, 20))


def test_counts_and_rates() -> None:
    assert say_count(2500, "id") == "2.500"
    assert say_count_words(250, "id") == "250 (dua ratus lima puluh)"
    assert say_rates(2_500_000, 1_000_000, "id") == "unduh\u00a02,5\u00a0Mbps, unggah\u00a01\u00a0Mbps"
    assert say_rates(2_500_000, 1_000_000, "en") == "download\u00a02.5\u00a0Mbps, upload\u00a01\u00a0Mbps"
