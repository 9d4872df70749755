"""The menus of one RouterOS version, out of the fact file; refuses nothing, and knows nothing of rows."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from msgspec import Struct

from netops.lab.routeros.quirks import NEVER_READ
from netops.lab.routeros.reports import MENUS
from netops.lab.routeros.texts import parse_version

INTERFACES = ("/interface/ethernet", "/interface/bridge", "/interface/vlan", "/interface/wifi", "/interface/wireless",
              "/caps-man/interface")  # fmt: skip
PORTS = ("/interface/ethernet", "/interface/wifi", "/interface/wireless")
"""Interfaces that are hardware: their `default-name` names them too."""
PATH = re.compile(r"/[a-z0-9/-]+")
WORD = re.compile(r"[a-z][a-z0-9-]*")
NOT_WORDS = {"or", "list", "pair", "address", "addresses"}


class Reference(Struct, frozen=True, kw_only=True):
    """What must exist: a row of one of `menus`, or one of `words`; `free` when addresses are allowed too."""

    menus: tuple[str, ...]
    words: frozenset[str]
    free: bool


class Prop(Struct, frozen=True, kw_only=True):
    """One settable property. `default` is as written in the fact file, None where an unset one is not shown."""

    name: str
    kind: str
    default: str | None = None
    required: bool = False
    unset: bool = False
    secret: bool = False
    reference: Reference | None = None
    values: tuple[str, ...] = ()
    limits: tuple[int, int] | None = None


class Menu(Struct, frozen=True, kw_only=True):
    """`required` are the properties that a new row must be given, in the order in which they are missed."""

    path: str
    kind: str
    single: bool
    props: Mapping[str, Prop]
    read_only: frozenset[str]
    ordered: bool
    can_add: bool
    can_remove: bool
    has_disabled: bool
    has_comment: bool
    commands: frozenset[str]
    required: tuple[str, ...]


class Schema(Struct, frozen=True):
    version: tuple[int, ...]
    menus: Mapping[str, Menu]
    folders: frozenset[str]


@cache
def load_schema(version: str) -> Schema:
    """Menus and properties that exist in `version` (such as `7.16.2`)."""
    number = parse_version(version)
    facts = [*_facts()["menus"].items(), *MENUS]
    menus = {path: _menu(path, raw, number) for path, raw in facts if _present(raw, number)}
    folders = {"/".join(path.split("/")[:depth]) for path in menus for depth in range(2, path.count("/") + 2)}
    return Schema(number, menus, frozenset(folders))


@cache
def _facts() -> Any:
    return json.loads(files("netops.data").joinpath("routeros.json").read_text(encoding="utf-8"))


def _present(raw: Mapping[str, Any], version: tuple[int, ...]) -> bool:
    if "since" in raw and version < parse_version(raw["since"]):
        return False
    return not ("until" in raw and version >= parse_version(raw["until"]))


def _menu(path: str, raw: Mapping[str, Any], version: tuple[int, ...]) -> Menu:
    props = {name: _prop(name, fact) for name, fact in raw.get("settable", {}).items() if _present(fact, version)}
    return Menu(
        path=path,
        kind=raw["kind"],
        single=raw["kind"] != "list",
        props=props,
        read_only=frozenset(raw.get("read_only", ())),
        ordered=raw.get("ordered", False),
        can_add=raw.get("can_add", False),
        can_remove=raw.get("can_remove", False),
        has_disabled=raw.get("has_disabled", False),
        has_comment=raw.get("has_comment", False),
        commands=frozenset(raw.get("commands", ())),
        required=tuple(sorted(name for name in props if props[name].required and (path, name) not in NEVER_READ)),
    )


def _prop(name: str, fact: Mapping[str, Any]) -> Prop:
    default = fact.get("default")
    limits = fact.get("range")
    return Prop(
        name=name,
        kind=fact["type"],
        default=None if default is None else str(default).strip('"'),
        required=fact.get("required", False),
        unset=fact.get("unset", False),
        secret=fact.get("secret", False),
        reference=_reference(fact["ref"]) if "ref" in fact else None,
        values=tuple(str(value).strip('"') for value in fact.get("values", ())),
        limits=(limits[0], limits[1]) if limits else None,
    )


def _reference(text: str) -> Reference | None:
    if text.startswith("soft"):
        return None
    words = set(WORD.findall(PATH.sub(" ", text)))
    return Reference(
        menus=tuple(PATH.findall(text)), words=frozenset(words - NOT_WORDS), free=bool(words & {"address", "addresses"})
    )
