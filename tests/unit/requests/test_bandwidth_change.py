"""The request for a unit's bandwidth: what it says, and every kind of bad input with its line."""

from datetime import UTC, datetime

import pytest

from netops.core.errors import InputError
from netops.requests.bandwidth_change import BandwidthChange
from netops.requests.common import canonical_json, request_digest
from netops.requests.example import bandwidth_example
from netops.requests.load import read_document, validate
from netops.requests.new import blank, show
from netops.requests.services import load_request, read_body

STARTS = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)


def load(old: str = "", new: str = "", **wishes: str | int) -> BandwidthChange:
    text = bandwidth_example(STARTS, **wishes)  # type: ignore[arg-type]  # the names are those of the example
    assert old in text
    found = load_request(read_document(text.replace(old, new, 1).encode(), name="b.yaml"), {})
    assert isinstance(found, BandwidthChange)
    return found


def test_a_request_for_good_and_one_for_a_time() -> None:
    lasting, temporary = load(), load(hours=48)
    assert (lasting.starts_at, lasting.ends_at) == (STARTS, None)
    assert temporary.ends_at == datetime(2026, 12, 3, 1, 0, tzinfo=UTC)
    assert (lasting.bandwidth.rate.up, lasting.bandwidth.rate.down) == (20_000_000, 40_000_000)
    assert lasting.figures == {"bandwidth": 40_000_000}, "the policy bounds the greater of both ways"
    assert "Sampai:" in show(lasting, "id") and "for good" in show(lasting, "en")


def test_an_empty_end_is_for_good() -> None:
    assert load("  zone: WIB\n", "  zone: WIB\n  ends_at:\n").ends_at is None


def test_it_is_recorded_and_read_again_as_it_was_signed() -> None:
    from netops.core.canonical import canonical

    one = load(hours=3)
    again = read_body(canonical(canonical_json(one)))
    assert request_digest(again) == request_digest(one)


@pytest.mark.parametrize(("old", "new", "line", "said"), [
    ("rate: 20M/40M", "rate: cepat", 25, "'cepat' is not a rate such as 20M or 10M/20M (upload/download)"),
    ("rate: 20M/40M", "rate: 0", 25, "bandwidth.rate"),
    ("rate: 20M/40M", "speed: 20M", 25, "bandwidth.speed"),
    ("starts_at: 2026-12-01 08:00", "starts_at: besok", 27, "not a time such as"),
    ("starts_at: 2026-12-01 08:00", "starts_at: 2026-12-01 08:00\n  ends_at: 2026-12-01 07:00", 28, "it ends before it starts"),
    ("zone: WIB", "zone: CET", 26, "bandwidth.zone"),
    ("link: Perpustakaan\n  rate", "link: ''\n  rate", 24, "bandwidth.link"),
])  # fmt: skip
def test_bad_input_is_told_with_line_and_field(old: str, new: str, line: int, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load(old, new)
    told = caught.value.describe("en")
    assert said in told and f"b.yaml:{line}" in told, told


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_empty_form_has_every_field(lang: str) -> None:
    form = blank("bandwidth-change", "id" if lang == "id" else "en")
    with pytest.raises(InputError) as caught:
        validate(BandwidthChange, read_document(form.encode(), name="f.yaml"))
    for field in ("bandwidth.link", "bandwidth.rate", "bandwidth.starts_at", "letter.number"):
        assert field in caught.value.describe("en")
    assert "bandwidth.ends_at" not in caught.value.describe("en"), "it may stay empty"
