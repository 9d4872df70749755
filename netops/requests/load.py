"""Reads what people write (YAML 1.2 or JSON) with a line for each key; refuses aliases, tags, duplicate keys, control
characters and anything over the limit, and tells pydantic's findings in two languages."""

import json
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, TypeVar

from msgspec import Struct
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from netops.core.errors import InputError
from netops.core.text import Text
from netops.requests.told import translate

T = TypeVar("T")
Loc = tuple[str | int, ...]
LIMIT = 256 * 1024
MAX_DEPTH = 32
_INT = re.compile(r"-?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]*)?\.[0-9]+([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_TEMPLATE = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|#\{|\$\(|\$\{|<%")


class Document(Struct, frozen=True, kw_only=True):
    """A file's JSON value, with the 1-based line of every key and list item by its place in the value."""

    name: str
    data: Any
    lines: Mapping[Loc, int]

    def line(self, loc: Loc) -> int | None:
        """The line of that place, or of the nearest thing around it that has one."""
        for length in range(len(loc), -1, -1):
            if loc[:length] in self.lines:
                return self.lines[loc[:length]]
        return None

    def error(self, loc: Loc, message: Text, hint: Text | None = None) -> InputError:
        field = ".".join(map(str, loc)) or None
        return InputError(message, hint, path=self.name or None, line=self.line(loc), field=field)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


def read_document(
    source: Path | str | bytes, *, limit_bytes: int = LIMIT, name: str = "", stdin: BinaryIO | None = None
) -> Document:
    """A user's file (`-` is standard input) or its bytes as a `Document`. Raises `InputError` with the line.

    Times stay text. Plain digits become integers only when that loses nothing: `0812…` and `+62…` stay text.
    """
    if isinstance(source, bytes):
        raw, shown = source, name
    else:
        raw, shown = _read(source, limit_bytes, stdin), name or ("(stdin)" if str(source) == "-" else str(source))
    if len(raw) > limit_bytes:
        raise InputError(
            Text(
                f"berkas lebih besar dari batas {limit_bytes} bita",
                f"the file is over the limit of {limit_bytes} bytes",
            ),
            Text("Pecah atau ringkas berkas ini.", "Split this file or make it shorter."),
            path=shown or None,
        )
    text = _decode(raw, shown)
    if shown.endswith(".json") or (text.lstrip()[:1] in ("{", "[") and not shown.endswith((".yaml", ".yml"))):
        return _from_json(text, shown)
    data, lines = _Composer(shown).document(text)
    return Document(name=shown, data=data, lines=lines)


def _read(source: Path | str, limit: int, stdin: BinaryIO | None) -> bytes:
    """At most one byte more than the limit, so that a huge file costs nothing."""
    if str(source) == "-":
        return (stdin or sys.stdin.buffer).read(limit + 1)
    try:
        with Path(source).open("rb") as file:
            return file.read(limit + 1)
    except OSError as exc:
        reason = exc.strerror or str(exc)
        raise InputError(
            Text(f"berkas tidak dapat dibaca: {reason}", f"the file cannot be read: {reason}"),
            Text("Periksa nama dan izin berkas.", "Check the file's name and permissions."),
            path=str(source),
        ) from exc


def _decode(raw: bytes, name: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise InputError(
            Text("berkas bukan teks UTF-8", "the file is not UTF-8 text"),
            Text("Simpan ulang berkas sebagai UTF-8.", "Save the file again as UTF-8."),
            path=name or None,
            line=raw.count(b"\n", 0, exc.start) + 1,
        ) from exc
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    for number, line in enumerate(text.split("\n"), 1):
        found = find_forbidden(line.replace("\t", " "))
        if found:
            raise InputError(_forbidden(found), path=name or None, line=number)
    return text


def find_forbidden(text: str) -> str:
    """`U+202E` of the first character that must not stand in a line: control, bidi, zero-width, private use; or ''."""
    if text.isascii() and text.isprintable():
        return ""
    for character in text:
        category = unicodedata.category(character)
        if category in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") or (ord(character) & 0xFFFE) == 0xFFFE:
            return f"U+{ord(character):04X}"
    return ""


def _forbidden(found: str) -> Text:
    return Text(
        f"karakter kendali atau tak terlihat {found} tidak diterima",
        f"the control or invisible character {found} is not accepted",
    )


def _from_json(text: str, name: str) -> Document:
    """Strict JSON; the lines come from reading the same text as YAML, of which JSON is a part."""
    lines: Mapping[Loc, int] = {}
    try:
        _, lines = _Composer(name, json=True).document(text)
    except _NotYaml:
        lines = {}

    def refuse(word: str) -> NoReturn:
        raise ValueError(f"{word} is not JSON")

    def finite(word: str) -> float:
        return float(word) if isfinite(float(word)) else refuse(f"{word} is too large: it")

    try:
        data = _nfc(json.loads(text, object_pairs_hook=_pairs, parse_constant=refuse, parse_float=finite))
    except (ValueError, RecursionError) as exc:
        line = exc.lineno if isinstance(exc, json.JSONDecodeError) else None
        reason = exc.msg if isinstance(exc, json.JSONDecodeError) else str(exc)
        raise InputError(
            Text(f"JSON tidak sah: {reason}", f"not valid JSON: {reason}"), path=name or None, line=line
        ) from exc
    for loc, value in _strings(data, ()):
        found = find_forbidden(value.replace("\n", " ").replace("\t", " "))
        if found:
            raise Document(name=name, data=None, lines=lines).error(loc, _forbidden(found))
    return Document(name=name, data=data, lines=lines)


def _pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in items:
        key = unicodedata.normalize("NFC", key)
        if key in seen:
            raise ValueError(f"duplicate key {key!r}")
        seen[key] = value
    return seen


def _nfc(value: Any) -> Any:
    """Text that came from escapes in normal form C, as the file's own text is already."""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_nfc(one) for one in value]
    return {key: _nfc(one) for key, one in value.items()} if isinstance(value, dict) else value


def _strings(value: Any, loc: Loc) -> Iterator[tuple[Loc, str]]:
    if isinstance(value, str):
        yield loc, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield (*loc, key), key
            yield from _strings(inner, (*loc, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings(inner, (*loc, index))


class _NotYaml(InputError):
    """The text is no YAML at all (as against YAML that we refuse); never leaves this module for JSON."""


class _Composer:
    """Builds the value from ruamel's events, so that nothing is expanded, merged or constructed on the way."""

    def __init__(self, name: str, json: bool = False) -> None:
        self.name, self.json = name, json
        self.lines: dict[Loc, int] = {(): 1}
        self.events: Iterator[Any] = iter(())

    def document(self, text: str) -> tuple[Any, Mapping[Loc, int]]:
        self.events = iter(YAML(typ="safe", pure=True).parse(text))
        try:
            next(self.events)
            start = next(self.events)
            if type(start).__name__ == "StreamEndEvent":
                raise self._refuse(None, "berkas kosong", "the file is empty")
            if start.version or start.tags:
                raise self._refuse(start, "arahan YAML (%) tidak diterima", "YAML directives (%) are refused")
            value = self._value(next(self.events), ())
            next(self.events)
            extra = next(self.events)
            if type(extra).__name__ != "StreamEndEvent":
                raise self._refuse(extra, "hanya satu dokumen YAML diterima", "only one YAML document is accepted")
        except MarkedYAMLError as exc:
            mark = exc.problem_mark or exc.context_mark
            problem = str(exc.problem or exc.context or "").strip()
            raise _NotYaml(
                Text(f"YAML tidak sah: {problem}", f"not valid YAML: {problem}"),
                Text("Periksa lekukan, titik dua dan tanda kutip.", "Check indentation, colons and quotes."),
                path=self.name or None,
                line=mark.line + 1 if mark else None,
            ) from exc
        except YAMLError as exc:
            raise _NotYaml(Text("YAML tidak sah", "not valid YAML"), path=self.name or None) from exc
        if value is None and not self.json:
            raise self._refuse(None, "berkas kosong", "the file is empty")
        return value, self.lines

    def _refuse(self, event: Any, indonesian: str, english: str, loc: Loc = ()) -> InputError:
        line = event.start_mark.line + 1 if event is not None else None
        field = ".".join(map(str, loc)) or None
        return InputError(Text(indonesian, english), path=self.name or None, line=line, field=field)

    def _value(self, event: Any, loc: Loc) -> Any:
        kind = type(event).__name__
        if kind == "AliasEvent" or event.anchor is not None:
            raise self._refuse(
                event,
                "jangkar (&) dan alias (*) YAML tidak diterima",
                "YAML anchors (&) and aliases (*) are refused",
                loc,
            )
        if event.tag is not None:
            raise self._refuse(event, "tag YAML (!) tidak diterima", "YAML tags (!) are refused", loc)
        if len(loc) > MAX_DEPTH:
            raise self._refuse(
                event, f"bersarang lebih dari {MAX_DEPTH} tingkat", f"nested deeper than {MAX_DEPTH} levels", loc[:3]
            )
        if kind == "ScalarEvent":
            return self._scalar(event, loc)
        return self._mapping(loc) if kind == "MappingStartEvent" else self._sequence(loc)

    def _scalar(self, event: Any, loc: Loc) -> Any:
        value = unicodedata.normalize("NFC", str(event.value))
        # JSON writes what is beyond U+FFFF as two escapes, which YAML would not join: its own reader looks at those.
        found = "" if self.json else find_forbidden(value.replace("\n", " ").replace("\t", " "))
        if found:
            text = _forbidden(found)
            raise self._refuse(event, text.id, text.en, loc)
        return value if event.style else _plain(value)

    def _mapping(self, loc: Loc) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while type(event := next(self.events)).__name__ != "MappingEndEvent":
            if type(event).__name__ not in ("ScalarEvent", "AliasEvent"):
                raise self._refuse(event, "kunci harus satu kata", "a key must be one word", loc)
            raw = self._value(event, loc)
            key = raw if isinstance(raw, str) else str(event.value)
            here = (*loc, key)
            if key in found:
                first = self.lines[here]
                raise self._refuse(
                    event,
                    f"kunci {key!r} ditulis dua kali (pertama di baris {first})",
                    f"the key {key!r} is written twice (first on line {first})",
                    here,
                )
            self.lines[here] = event.start_mark.line + 1
            found[key] = self._value(next(self.events), here)
        return found

    def _sequence(self, loc: Loc) -> list[Any]:
        found: list[Any] = []
        while type(event := next(self.events)).__name__ != "SequenceEndEvent":
            here = (*loc, len(found))
            self.lines[here] = event.start_mark.line + 1
            found.append(self._value(event, here))
        return found


def _plain(value: str) -> Any:
    """An unquoted scalar after the core schema of YAML 1.2, except that digits which would lose something stay text."""
    if value in _WORDS:
        return _WORDS[value]
    if _INT.fullmatch(value) and len(value) <= 20:
        return int(value)
    return float(value) if _FLOAT.fullmatch(value) and isfinite(float(value)) else value


# ── validating ───────────────────────────────────────────────────────────────────────────────────────────────────


def said(indonesian: str, english: str) -> PydanticCustomError:
    """What a validator raises so that `validate` can tell it in both languages."""
    return PydanticCustomError("said", "{en}", {"id": indonesian, "en": english})


def check_line(text: str) -> str:
    """One line of plain text without control characters or template syntax (pydantic validator)."""
    found = find_forbidden(text)
    if found:
        raise said(_forbidden(found).id, _forbidden(found).en)
    template = _TEMPLATE.search(text)
    if template:
        raise said(f"tanda templat {template[0]!r} tidak diterima", f"template syntax {template[0]!r} is not accepted")
    return text


def validate(shape: type[T], document: Document) -> T:
    """The document as that pydantic model. Raises one `InputError` with all findings, by line, one per line."""
    try:
        if isinstance(shape, type) and issubclass(shape, BaseModel):  # built once, however often it is asked
            return shape.model_validate(document.data)
        return TypeAdapter(shape).validate_python(document.data)
    except ValidationError as exc:
        raise told(exc, document) from exc


def told(exc: ValidationError, document: Document) -> InputError:
    """pydantic's findings as one `InputError`: the first with its place, the others on lines of their own."""
    return together([document.error(_loc(item, document), translate(item)) for item in exc.errors(include_url=False)])


def together(errors: list[InputError]) -> InputError:
    """Several findings as one error: the first by line with its place, the others on lines of their own."""
    errors.sort(key=lambda error: error.line or 0)
    first, rest = errors[0], errors[1:]
    message = Text(
        "\n".join([first.message.id, *(error.describe("id") for error in rest)]),
        "\n".join([first.message.en, *(error.describe("en") for error in rest)]),
    )
    hint = Text("Perbaiki lalu periksa lagi.", "Mend this and check again.") if len(errors) > 1 else first.hint
    return InputError(message, hint, path=first.path, line=first.line, field=first.field)


def _loc(item: ErrorDetails, document: Document) -> Loc:
    """The place without pydantic's own words (`[key]`, tags of unions), which are no part of the document."""
    loc: Loc = ()
    value: Any = document.data
    for step in item["loc"]:
        if isinstance(value, dict) and isinstance(step, str) and (step in value or item["type"] == "missing"):
            loc, value = (*loc, step), value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            loc, value = (*loc, step), value[step]
    return loc
