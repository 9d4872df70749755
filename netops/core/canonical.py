"""Canonical bytes (RFC 8785), digests, strict JSON, and the way of our nouns to JSON and back."""

import hashlib
import json
import re
import threading
import unicodedata
from collections.abc import Collection
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")
MAX_JSON = 4 * 1024 * 1024


_EXACT = 2**53 - 1
_SIMPLE = frozenset({str, bool, NoneType})
_TEXT = frozenset({str})
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


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
    try:
        written = _noun(value)
        text = json.dumps(written, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        if text.isascii() or not _ASTRAL.search(text):
            return text.encode()
    except (_OtherKind, UnicodeError):
        pass
    return canonical(dump(value))


_building = threading.Lock()


def _adapter(shape: Any) -> "TypeAdapter[Any]":
    """Made once: tens of milliseconds, which threads that start together would otherwise pay each."""
    with _building:
        return _made(shape)


@cache
def _made(shape: Any) -> "TypeAdapter[Any]":
    from pydantic import TypeAdapter

    return TypeAdapter(shape)


class _OtherKind(Exception):
    """A value that is no noun of `core` and nothing that they are made of."""


def dump(value: Any) -> Any:
    """A noun (frozen dataclass, pydantic model) as JSON value; JSON values pass through.

    The nouns of `core` are written here, as pydantic would write them: it takes longer to start than all of a change's
    events to write. Everything else is its.
    """
    try:
        return _noun(value)
    except _OtherKind:
        return _adapter(value.__class__).dump_python(value, mode="json")


def _noun(value: Any) -> Any:
    kind = value.__class__
    if kind in _SIMPLE or (kind is int and -_EXACT <= value <= _EXACT):
        return value
    if kind is dict:
        if not set(map(type, value)) <= _TEXT:
            raise _OtherKind
        return {name: item if item.__class__ in _SIMPLE else _noun(item) for name, item in value.items()}
    if kind is tuple or kind is list:
        return [item if item.__class__ in _SIMPLE else _noun(item) for item in value]
    if kind is datetime and value.tzinfo is UTC:
        return value.isoformat().removesuffix("+00:00") + "Z"
    names = _names(kind)
    if names:
        return {name: item if (item := getattr(value, name)).__class__ in _SIMPLE else _noun(item) for name in names}
    if isinstance(value, StrEnum):
        return value.value
    raise _OtherKind


@cache
def _names(kind: type) -> tuple[str, ...]:
    """The fields of a noun of `core`, () for anything else."""
    ours = kind.__module__.startswith("netops.core.") and is_dataclass(kind)
    return tuple(field.name for field in fields(kind)) if ours else ()


def load(shape: type[T], value: object) -> T:
    """A JSON value back to the noun of that shape. Raises ValueError (pydantic's) where it does not fit."""
    adapter: TypeAdapter[T] = _adapter(shape)
    return adapter.validate_python(value)


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
