"""What RouterOS menus have (key, settable properties, order, defaults), read from the data file; knows no device."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from msgspec import Struct

from netops.platforms.routeros.quirks import KEYS


class Property(Struct, frozen=True, kw_only=True):
    """`default` is what an `add` leaves when the property is not given; None where absence means nothing set."""

    kind: str
    default: str | None
    secret: bool
    unset: bool


class Menu(Struct, frozen=True, kw_only=True):
    """One menu: `key` tells its rows apart, `single` menus have one row without id."""

    path: str
    key: tuple[str, ...]
    single: bool
    ordered: bool
    can_add: bool
    can_remove: bool
    settable: Mapping[str, Property]
    read_only: frozenset[str]
    secrets: frozenset[str]


@cache
def menus() -> Mapping[str, Menu]:
    """Every menu of `netops/data/routeros.json` by path (`/queue/simple`)."""
    raw = json.loads(files("netops").joinpath("data/routeros.json").read_text("utf-8"))
    return {path: _menu(path, spec) for path, spec in raw["menus"].items()}


def _menu(path: str, spec: Mapping[str, object]) -> Menu:
    settable: Mapping[str, Mapping[str, object]] = spec.get("settable") or {}  # type: ignore[assignment]  # JSON of our own file
    key: list[str] = spec.get("key") or []  # type: ignore[assignment]  # as above
    read_only: list[str] = spec.get("read_only") or []  # type: ignore[assignment]  # as above
    secrets = frozenset(name for name, prop in settable.items() if prop.get("secret"))
    return Menu(
        path=path,
        key=KEYS.get(path) or tuple(key),
        single=spec.get("kind") != "list",
        ordered=bool(spec.get("ordered")),
        can_add=bool(spec.get("can_add")),
        can_remove=bool(spec.get("can_remove")),
        settable={
            name: Property(
                kind=str(prop.get("type", "string")),
                default=None if prop.get("default") is None else str(prop["default"]),
                secret=name in secrets,
                unset=bool(prop.get("unset")),
            )
            for name, prop in settable.items()
        },
        read_only=frozenset(read_only),
        secrets=secrets,
    )


def menu(path: str) -> Menu:
    """The menu of that path. Raises KeyError: paths are checked where text or scopes come in."""
    return menus()[path]
