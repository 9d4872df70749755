"""A noun does what the standard library's frozen dataclass does: that one stands beside it and is asked the same."""

import copy
import pickle
from collections.abc import Mapping
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from netops.core.noun import noun


@noun
class Ours:
    """A text."""

    name: str
    rows: tuple[str, ...] = ()
    about: Mapping[str, int] = field(default_factory=dict)
    note: str | None = None

    @property
    def short(self) -> str:
        return self.name[:2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """A text."""

    name: str
    rows: tuple[str, ...] = ()
    about: Mapping[str, int] = field(default_factory=dict)
    note: str | None = None

    @property
    def short(self) -> str:
        return self.name[:2]


@noun
class Single:
    rows: tuple[str, ...]


@noun
class Nothing:
    pass


values = st.fixed_dictionaries(
    {"name": st.text()},
    optional={
        "rows": st.lists(st.text(max_size=3)).map(tuple),
        "about": st.dictionaries(st.text(max_size=3), st.integers()),
        "note": st.none() | st.text(max_size=3),
    },
)


@given(values, values)
def test_it_is_told_made_compared_and_copied_as_a_dataclass(one: dict[str, Any], other: dict[str, Any]) -> None:
    ours, theirs = Ours(**one), Theirs(**one)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert asdict(ours) == asdict(theirs)
    assert (ours == Ours(**other)) == (theirs == Theirs(**other))
    assert (ours != Ours(**other)) == (theirs != Theirs(**other))
    assert ours != object()
    for same in (copy.copy(ours), copy.deepcopy(ours), pickle.loads(pickle.dumps(ours)), replace(ours)):
        assert same == ours
    assert replace(ours, name="x") == Ours(**{**one, "name": "x"})
    assert ours.short == theirs.short


@given(st.lists(st.text(max_size=2)).map(tuple), st.lists(st.text(max_size=2)).map(tuple))
def test_equal_nouns_have_equal_hashes(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert len({Single(rows=one), Single(rows=tuple(one))}) == 1
    assert (Single(rows=one) == Single(rows=other)) == (one == other)
    assert hash(Nothing()) == hash(Nothing())
    assert Nothing() == Nothing()


def test_what_holds_a_mapping_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Ours(name="a"))


def test_nothing_is_set_or_deleted_afterwards() -> None:
    ours: Any = Ours(name="a")
    with pytest.raises(FrozenInstanceError):
        ours.name = "b"
    with pytest.raises(FrozenInstanceError):
        del ours.name
    with pytest.raises((FrozenInstanceError, AttributeError)):
        ours.other = "b"
    assert not hasattr(ours, "__dict__")


def test_each_has_a_mapping_of_its_own() -> None:
    assert Ours(name="a").about is not Ours(name="a").about


@pytest.mark.parametrize(
    ("given_", "said"),
    [({}, "missing 1 required"), ({"name": "a", "other": 1}, "unexpected keyword"), ({"name": "a", "row": ()}, "row")],
)
def test_a_field_that_lacks_or_is_unknown_is_named(given_: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        Ours(**given_)


def test_fields_are_given_by_name_only() -> None:
    shape: Any = Ours
    with pytest.raises(TypeError, match="positional"):
        shape("a")


def test_pydantic_and_dataclasses_know_it() -> None:
    shape: Any = Ours
    assert is_dataclass(shape)
    assert [each.name for each in fields(shape)] == ["name", "rows", "about", "note"]
    adapter = TypeAdapter(shape)
    made = adapter.validate_python({"name": "a", "rows": ["b"]})
    assert made == Ours(name="a", rows=("b",))
    assert adapter.dump_python(made) == TypeAdapter(Theirs).dump_python(Theirs(name="a", rows=("b",)))
    assert adapter.json_schema() == {**TypeAdapter(Theirs).json_schema(), "title": "Ours"}
    with pytest.raises(ValidationError):
        adapter.validate_python({"rows": []})
