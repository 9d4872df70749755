"""Canonical bytes (RFC 8785), digests, strict JSON, and the way of our nouns to JSON and back."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection
from types import NoneType
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

T = TypeVar("T")
MAX_JSON = 4 * 1024 * 1024


_EXACT = 2**53 - 1
_SIMPLE = frozenset({str, bool, NoneType})
_TEXT = frozenset({str})
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_OTHERWISE = tuple(re.compile(before + rb"(?:-?\d{16}|-?\d+[.eE]|null)") for before in (rb'":', rb",", rb"\["))
"""Where RFC 8785 may write otherwise than the encoder: integers that may be over 2^53, numbers with a fraction, null (may be
NaN). Text that only looks so takes the slow way, too. One search for each, as a search for text is four times faster than for a choice.
"""


def canonical(value: object) -> bytes:
    """RFC 8785 bytes of a JSON value. Raises ValueError for what JSON cannot hold (NaN, integers over 2^53).

    The standard library writes the same bytes many times faster wherever no number has a fraction and no character is
    beyond U+FFFF (RFC 8785 sorts keys by UTF-16 code units); all else takes the slow way.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)
        if (text.isascii() or not _ASTRAL.search(text)) and _plain(value):
            return text.encode()
    except (TypeError, ValueError):
        pass  # the slow way says what is wrong with it
    import rfc8785

    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]  # it refuses at run time what is no JSON
    except rfc8785.CanonicalizationError as error:
        raise ValueError(str(error)) from error


def _plain(value: object) -> bool:
    """Whether it is made of text, exact integers, true, false, null, and lists and text-keyed objects of them only."""
    stack = [value]
    while stack:
        item = stack.pop()
        inner: Collection[object]
        if isinstance(item, dict):
            if set(map(type, item)) - {str}:
                return False
            inner = item.values()
        elif type(item) in (list, tuple):
            inner = item  # type: ignore[assignment]  # a list or tuple, by the line above
        elif type(item) in _SIMPLE or (type(item) is int and -_EXACT <= item <= _EXACT):
            continue
        else:
            return False
        if not set(map(type, inner)) <= _SIMPLE:
            stack.extend(inner)
    return True


def digest(data: bytes) -> str:
    """`sha256:` and 64 hex digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def digest_of(value: object) -> str:
    """Digest of a noun or JSON value, over its canonical bytes."""
    return digest(body_of(value))


def body_of(value: object) -> bytes:
    """The canonical bytes of a noun or JSON value: what the object store keeps and digests are made over."""
    if isinstance(value, Struct) or (value.__class__ is tuple and all(isinstance(item, Struct) for item in value)):
        try:
            written = _ENCODER.encode(value)
        except (TypeError, OverflowError, UnicodeError):
            return canonical(dump(value))  # which says what is wrong with it
        if (written.isascii() or not _ASTRAL.search(written.decode())) and not any(
            each.search(written) for each in _OTHERWISE
        ):
            return written
    return canonical(dump(value))


def dump(value: Any) -> Any:
    """A noun (a frozen `Struct`, or pydantic's at the edges) as JSON value; JSON values pass through.

    Raises ValueError for what is neither.
    """
    return _lists(msgspec.to_builtins(value, enc_hook=_at_the_edge))


def _at_the_edge(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    raise ValueError(f"{value.__class__.__name__} is no JSON value")


_ENCODER = msgspec.json.Encoder(order="sorted", enc_hook=_at_the_edge)


def _lists(value: Any) -> Any:
    """A JSON value without tuples. Raises ValueError for an object's name that is no text."""
    kind = value.__class__
    if kind is dict:
        if not set(map(type, value)) <= _TEXT:
            raise ValueError("a name in a JSON object is no text")
        return {name: item if item.__class__ in _SIMPLE else _lists(item) for name, item in value.items()}
    if kind is tuple or kind is list:
        return [item if item.__class__ in _SIMPLE else _lists(item) for item in value]
    return value


def load(shape: type[T], value: object) -> T:
    """A JSON value back to the noun of that shape. Raises ValueError (msgspec's) where it does not fit."""
    return msgspec.convert(value, shape)


def parse_json(data: bytes | str) -> Any:
    """Strict JSON: duplicate keys, NaN, text not in NFC and deep nesting are refused with ValueError; size is bounded."""
    if len(data) > MAX_JSON:
        raise ValueError(f"JSON of {len(data)} bytes is over the limit of {MAX_JSON}")

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in items:
            if key in seen:
                raise ValueError(f"duplicate key {key!r}")
            seen[key] = value
        return seen

    def refuse(name: str) -> None:
        raise ValueError(f"{name} is not JSON")

    text = data.decode("utf-8") if isinstance(data, bytes) else data
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("text is not in Unicode normal form C")
    try:
        return json.loads(text, object_pairs_hook=pairs, parse_constant=refuse)
    except RecursionError:
        raise ValueError("JSON is nested too deeply") from None
