"""A template's rows made ready to be looked for on many devices: keys, meanings and operations, worked out once; sees no device."""

from collections.abc import Mapping
from dataclasses import dataclass

from netops.core.model import Row, RowOp, Value, Verb
from netops.core.secret import SecretRef
from netops.platforms.routeros.facts import Menu, menu
from netops.platforms.routeros.parse import adopted, named
from netops.platforms.routeros.quirks import DISABLED_BY_VERSION, SHARED_LISTS
from netops.platforms.routeros.table import Key, elements, text_key
from netops.platforms.routeros.values import normal, row_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A property that a template names: as it is written, what that means (canonical), and what holds where it is absent."""

    name: str
    value: str
    text: str
    default: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A row of ours. `op` brings it where nothing stands in its place; `expected` is what it must show once it is there."""

    row: Row
    menu: Menu
    key: Key
    op: RowOp
    expected: tuple[Named, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """A row that is there: found by `condition`, gets `joined` elements of shared lists, must show what is `expected`."""

    row: Row
    menu: Menu
    condition: Mapping[str, str]
    joined: tuple[Named, ...]
    expected: tuple[Named, ...]


def wanted(row: Row) -> Added | Adopted:
    """Secrets are never expected to be seen, since nobody can read them back."""
    menu_, condition, values = menu(row.menu), adopted(row), named(row)
    if condition:
        shared = SHARED_LISTS.get(row.menu, ())
        joined = tuple(_named(menu_, name, one) for name in shared for one in elements(values.get(name)))
        plain = {name: value for name, value in values.items() if name not in shared}
        return Adopted(row=row, menu=menu_, condition=condition, joined=joined, expected=_expected(menu_, plain))
    add = RowOp(verb=Verb.ADD, path=row.menu, key=text_key(menu_, values), new=values)
    enabled: dict[str, Value] = {"disabled": "no"} if _enabled_unless_told(menu_) else {}
    return Added(
        row=row,
        menu=menu_,
        key=row_key(menu_, values),
        op=add,
        expected=_expected(menu_, values if "disabled" in values else values | enabled),
    )


def _enabled_unless_told(menu_: Menu) -> bool:
    prop = menu_.settable.get("disabled")
    return prop is not None and prop.default == "no" and menu_.path not in DISABLED_BY_VERSION


def _expected(menu_: Menu, values: Mapping[str, Value]) -> tuple[Named, ...]:
    return tuple(
        _named(menu_, name, value)
        for name, value in values.items()
        if not isinstance(value, SecretRef) and name not in menu_.secrets
    )


def _named(menu_: Menu, name: str, value: str) -> Named:
    prop = menu_.settable.get(name)
    default = (prop.default or "") if prop else ""
    return Named(name=name, value=value, text=normal(menu_, name, value or default), default=default)
