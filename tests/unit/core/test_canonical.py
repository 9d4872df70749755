"""Canonical bytes, strict JSON, and nouns that survive the way to JSON and back."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from pydantic import TypeAdapter

from netops.core.canonical import body_of, canonical, digest, digest_of, dump, load, parse_json
from netops.core.model import (
    Batch,
    Event,
    GuardHandle,
    GuardKind,
    GuardPurpose,
    LineOp,
    Op,
    Row,
    RowOp,
    Rows,
    Tag,
    Target,
    Tree,
    Used,
    Verb,
)
from netops.core.secret import SecretRef

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(alphabet='abcäß ☃"\\/\n', max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet="abz☃", max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_rfc_8785_example_of_sorting_and_numbers() -> None:
    # RFC 8785 section 3.2.2/3.2.3, shortened: keys by UTF-16 code units, numbers as ECMAScript writes them.
    assert canonical({"b": [56.0, 1e30, 4.5], "a": "€\u000f"}) == b'{"a":"\xe2\x82\xac\\u000f","b":[56,1e+30,4.5]}'


@given(JSON)
def test_canonical_bytes_parse_to_the_same_value_and_again_to_the_same_bytes(value: object) -> None:
    once = canonical(value)
    assert canonical(parse_json(once)) == once


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats()
    | st.text(alphabet=st.characters(), max_size=6)
    | st.text(alphabet="\x00\x1f\x7f\u2028\ud7ff\ue000\uffff\U00010000\U0010ffff\ud800", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(
            st.text(max_size=3) | st.text(alphabet="a\ue000\uffff\U00010000\U0010ffff", max_size=3) | st.integers(0, 3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@settings(max_examples=400)
@given(ANYTHING)
def test_every_value_has_the_bytes_that_rfc_8785_gives_it_or_is_refused_alike(value: object) -> None:
    """The fast way of `canonical` against the library that is the standard's reference here."""
    try:
        expected = rfc8785.dumps(value)  # type: ignore[arg-type]  # what it refuses is part of the test
    except rfc8785.CanonicalizationError:
        with pytest.raises(ValueError, match=r"."):
            canonical(value)
    else:
        assert canonical(value) == expected


def test_keys_are_in_the_order_of_utf_16_code_units() -> None:
    assert canonical({"\ue000": 1, "\U00010000": 2}) == '{"\U00010000":2,"\ue000":1}'.encode()


def test_what_json_cannot_hold_is_refused() -> None:
    for value in (float("nan"), 2**60):
        with pytest.raises(ValueError, match=r"."):
            canonical(value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a": 1, "a": 2}', "duplicate key"),
        ('{"a": NaN}', "NaN is not JSON"),
        ('"e\u0301"', "normal form C"),
        ('"' + "x" * (4 * 1024 * 1024) + '"', "over the limit"),
    ],
)
def test_strict_json_refuses(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_json(text)


def test_nouns_go_to_json_and_back() -> None:
    ops: tuple[Op, ...] = (
        RowOp(verb=Verb.ADD, path="/x", key={"name": "a"}, new={"password": SecretRef("voucher/C/001")}),
        LineOp(path="interface Gi1/0/5", lines=("switchport access vlan 210",), old=("switchport access vlan 20",)),
    )
    batch = Batch(number=1, ops=ops)
    assert load(Batch, dump(batch)) == batch
    assert load(tuple[Op, ...], parse_json(canonical(dump(ops)))) == ops
    event = Event(kind="k", change="C", at=datetime(2026, 11, 20, tzinfo=UTC), actor="a", data={"n": 1})
    assert load(Event, dump(event)) == event


def test_digests_name_their_algorithm() -> None:
    assert digest(b"").startswith("sha256:e3b0c442")
    assert digest_of({"a": 1}) == digest(b'{"a":1}')


def test_a_tag_owns_its_own_rows_only() -> None:
    tag = Tag("HD-1-abc123")
    assert tag.owns_comment("netops:HD-1-abc123") and tag.owns_comment("netops:HD-1-abc123 001")
    assert not tag.owns_comment("netops:HD-1-abc1234") and not tag.owns_comment("x netops:HD-1-abc123")
    assert tag.owns_name("netops-HD-1-abc123") and tag.owns_name("netops-HD-1-abc123.vlan")
    assert not tag.owns_name("netops-HD-1-abc123-2")


NOUNS: dict[str, object] = {
    "event": Event(kind="k", change="c", at=datetime(2026, 11, 20, 1, 2, 3, 4, tzinfo=UTC), actor="a", data={"n": [1, {"x": None}]}),
    "target": Target(
        name="gw", host="h", platform="routeros", site="s", roles=("gateway",), username="u",
        password=SecretRef("device/gw"), options={"api_port": 1, "cleartext": True}, data={"vlan": {"a": [1, "b"]}},
    ),
    "op": RowOp(verb=Verb.ADD, path="/user", key={"name": "x"}, new={"name": "x", "password": SecretRef("v/1")}),
    "line": LineOp(path="interface Vlan1", lines=("no shutdown",)),
    "rows": Rows(rows=(Row(menu="/user", values={"name": "x"}, id="*1"),)),
    "tree": Tree(lines=("a", " b")),
    "guard": GuardHandle(
        purpose=GuardPurpose.END, kind=GuardKind.DEVICE_TIMER, device="gw", name="n",
        armed_at=datetime(2026, 11, 20, tzinfo=UTC), fires_at=datetime(2026, 11, 20, 0, 5, tzinfo=UTC),
    ),
    "elsewhere": Event(kind="k", change="c", at=datetime(2026, 11, 20, tzinfo=timezone(timedelta(hours=7))), actor="a"),
    "fraction": Event(kind="k", change="c", at=datetime(2026, 11, 20, tzinfo=UTC), actor="a", data={"x": 0.5}),
    "used": Used(vlans=frozenset({3}), subnets=("10.0.0.0/8",)),
    "tuple of ops": (RowOp(verb=Verb.REMOVE, path="/user", key={}), LineOp(path="", lines=())),
}  # fmt: skip


def plainly(value: object) -> object:
    """A noun as JSON value by the rules alone: fields by name and the kind, texts of enums and moments, lists."""
    if isinstance(value, Struct):
        fields = {name: plainly(getattr(value, name)) for name in value.__struct_fields__}
        return {"kind": value.kind} | fields if isinstance(value, (Rows, Tree, RowOp, LineOp)) else fields
    if isinstance(value, dict):
        return {name: plainly(item) for name, item in value.items()}
    if isinstance(value, (tuple, list, frozenset)):
        return [plainly(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, str) else value


@pytest.mark.parametrize("name", NOUNS)
def test_a_noun_is_written_by_its_fields(name: str) -> None:
    noun = NOUNS[name]
    assert json.dumps(dump(noun), sort_keys=True) == json.dumps(plainly(noun), sort_keys=True)


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=7)), UTC])))
def test_a_moment_is_written_as_pydantic_writes_it(moment: datetime) -> None:
    assert dump(moment) == TypeAdapter(datetime).dump_python(moment, mode="json")


@settings(max_examples=300)
@given(ANYTHING)
def test_any_json_value_passes_through_with_tuples_as_lists(value: object) -> None:
    if _has_number_as_key(value):
        with pytest.raises(ValueError, match="no text"):
            dump(value)
    else:
        assert repr(dump(value)) == repr(plainly(value))


@settings(max_examples=300)
@given(ANYTHING)
def test_a_body_is_the_canonical_bytes_of_what_is_dumped_or_is_refused_alike(value: object) -> None:
    try:
        expected = canonical(dump(value))
    except ValueError:
        with pytest.raises(ValueError):
            body_of(value)
    else:
        assert body_of(value) == expected


@settings(max_examples=300)
@given(st.dictionaries(st.text(max_size=3), ANYTHING, max_size=3))
def test_the_body_of_a_noun_is_canonical_whatever_it_holds_or_refused_alike(data: dict[str, object]) -> None:
    noun = Event(kind="k", change="c", at=datetime(2026, 11, 20, tzinfo=UTC), actor="a", data=data)
    try:
        expected = canonical(dump(noun))
    except ValueError:
        if not _has_number_as_key(data):  # the type says text; the encoder writes a number as text
            with pytest.raises(ValueError):
                body_of(noun)
    else:
        assert body_of(noun) == expected


def _has_number_as_key(value: object) -> bool:
    if isinstance(value, dict):
        return any(isinstance(key, int) or _has_number_as_key(item) for key, item in value.items())
    return isinstance(value, (list, tuple)) and any(map(_has_number_as_key, value))


@pytest.mark.parametrize("name", NOUNS)
def test_the_body_of_a_noun_is_canonical(name: str) -> None:
    assert body_of(NOUNS[name]) == canonical(dump(NOUNS[name]))
