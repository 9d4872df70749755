"""Inventory files as JSON values with a line for each key, by ruamel's C parser; refuses aliases, tags and duplicate keys.

`requests.load` reads what people write, event by event; this reads tens of thousands of lines, so it uses the C parser.
"""

import re
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from netops.core.errors import InputError
from netops.core.text import Text

Json = dict[str, Any]
_MAX_BYTES = 64 * 1024 * 1024
_INT = re.compile(r"-?(?:0|[1-9]\d{0,15})")
"""Digits that mean nothing but a number: `0812` and `0x10` stay text."""
_DEEPEST = 200
_NESTED_BLOCKS = re.compile(rb"(?m)^ {%d}|(?:[-?:][ \t]+){32}" % _DEEPEST)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Document(Struct, frozen=True):
    """One YAML file as JSON values, with the line (1-based) of each key by its path."""

    path: Path
    values: Json
    lines: Mapping[tuple[str, ...], int]

    def error(self, place: tuple[str, ...], indonesian: str, english: str, hint: Text | None = None) -> InputError:
        line = next((self.lines[place[:size]] for size in range(len(place), 0, -1) if place[:size] in self.lines), None)
        return InputError(
            Text(id=indonesian, en=english), hint, path=self.path, line=line, field=".".join(place) or None
        )


def read(path: Path, data: bytes) -> Document:
    """Strict YAML 1.2: duplicate keys, aliases, tags and control characters raise `InputError` with the line."""
    if len(data) > _MAX_BYTES:
        raise InputError(Text(id="berkas terlalu besar", en="the file is too large"), path=path)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        raise InputError(Text(id="bukan teks UTF-8", en="not UTF-8 text"), path=path, line=line) from exc
    if _too_deep(data):
        raise InputError(Text(id="bersarang terlalu dalam", en="nested too deeply"), path=path)
    try:
        root = YAML(typ="safe").compose(BytesIO(data))
    except MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        raise InputError(
            Text(id=f"bukan YAML: {exc.problem}", en=f"not YAML: {exc.problem}"),
            path=path,
            line=mark.line + 1 if mark else None,
        ) from exc
    except YAMLError as exc:
        raise InputError(Text(id="bukan YAML", en="not YAML"), path=path) from exc
    if root is None:
        return Document(path, {}, {})
    walk = _Walk(path)
    values = walk.value(root, ())
    if not isinstance(values, dict):
        raise InputError(Text(id="harus berupa pemetaan", en="must be a mapping"), path=path, line=1)
    return Document(path, values, walk.lines)


def _too_deep(data: bytes) -> bool:
    """The C parser recurses, and a file that nests without end would end the process: told before it runs."""
    depth = 0
    for bracket in re.findall(rb"[\[\]{}]", data):
        depth += 1 if bracket in b"[{" else -1
        if depth > _DEEPEST:
            return True
        depth = max(depth, 0)
    return _NESTED_BLOCKS.search(data) is not None


class _Walk:
    """YAML nodes to JSON values: what the core schema knows, and nothing else."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[tuple[str, ...], int] = {}
        self._seen: set[int] = set()

    def _bad(self, node: Node, place: tuple[str, ...], indonesian: str, english: str) -> InputError:
        line, field = node.start_mark.line + 1, ".".join(place) or None
        return InputError(Text(id=indonesian, en=english), path=self.path, line=line, field=field)

    def value(self, node: Node, place: tuple[str, ...]) -> Any:
        if id(node) in self._seen:
            refused = self._bad(node, place, "alias YAML tidak diterima", "YAML aliases are not accepted")
            # An alias is the very node that it stands for: the key's line is where it was written.
            refused.line = self.lines.get(place, refused.line)
            raise refused
        self._seen.add(id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, place)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*place, str(index))) for index, item in enumerate(node.value)]
        if isinstance(node, ScalarNode):
            return self._scalar(node, place)
        raise self._bad(node, place, "bukan nilai YAML biasa", "not a plain YAML value")

    def _mapping(self, node: MappingNode, place: tuple[str, ...]) -> Json:
        found: Json = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if not isinstance(key_node, ScalarNode) or key == "<<" or id(key_node) in self._seen:
                raise self._bad(key_node, place, "kunci harus berupa teks", "a key must be text")
            if key in found:
                raise self._bad(key_node, (*place, key), "kunci ganda", "duplicate key")
            self._seen.add(id(key_node))
            self.lines[(*place, key)] = key_node.start_mark.line + 1
            found[key] = self.value(value_node, (*place, key))
        return found

    def _scalar(self, node: ScalarNode, place: tuple[str, ...]) -> Any:
        kind, text = str(node.tag).rpartition(":")[2], str(node.value)
        if _CONTROL.search(text):
            raise self._bad(node, place, "karakter kendali dalam nilai", "control characters in a value")
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        if kind == "int" and _INT.fullmatch(text):
            return int(text)
        if kind in ("str", "int", "float", "timestamp"):
            return text
        raise self._bad(node, place, f"tipe YAML {kind!r} tidak diterima", f"YAML type {kind!r} is not accepted")
