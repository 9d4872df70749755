"""How vouchers are named and counted; a batch comment that Mikhmon reads stays ours by its tag."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from netops.core.errors import OutOfBounds
from netops.core.model import Needs, Tag
from netops.core.secret import parse_ref
from netops.planning.codes import batch_comment, check_codes, code_ref, codes_of, numbers_of, user_name

NEEDS = Needs(
    site="kampus", vlan=210, subnet="10.90.0.0/23", ssid="Wisuda", lease_seconds=3600, client_up=1, client_down=1,
    total_up=1, total_down=1, users=250, basis=(),
)  # fmt: skip
AT = datetime(2026, 11, 20, 2, tzinfo=UTC)


@settings(max_examples=60)
@given(st.text(max_size=60), st.sampled_from(("up", "vc", "shared")))
def test_a_batch_comment_is_mikhmons_and_still_owned(note: str, access: str) -> None:
    tag = Tag("HD-2026-0117-abcdef")
    batch = batch_comment(tag.change, access, AT, note)
    kind, number, date, rest = batch.split("-", 3)
    assert kind == ("up" if access == "up" else "vc") and 100 <= int(number) <= 999 and date == "11.20.26" and rest
    assert tag.owns_comment(f"{tag.comment} {batch}") and not Tag("HD-2026-0117").owns_comment(f"{tag.comment} {batch}")
    assert batch.isascii() and " " not in batch and len(batch) < 45


def test_names_and_numbers() -> None:
    assert numbers_of(2) == ("001", "002") and numbers_of(2000)[0] == "0001"
    assert user_name("HD-1-ABC123", "001", "up") == "abc123-001"
    hidden = user_name("HD-1-ABC123", "001", "vc")
    assert parse_ref(hidden) == code_ref("HD-1-ABC123", "001")
    assert parse_ref("abc123-001") is None
    assert codes_of(replace(NEEDS, access="shared")) == 1


def test_more_vouchers_than_addresses_are_refused_with_both_numbers() -> None:
    with pytest.raises(OutOfBounds) as caught:
        check_codes(replace(NEEDS, users=300, subnet="10.90.1.0/24"))
    for lang in ("id", "en"):
        assert "300" in caught.value.describe(lang) and "253" in caught.value.describe(lang)


@pytest.mark.parametrize("wrong", [{"devices_per_code": 0}, {"data_limit": -1}])
def test_what_cannot_be_served_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(OutOfBounds):
        check_codes(replace(NEEDS, **wrong))
