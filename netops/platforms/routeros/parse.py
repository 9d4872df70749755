"""A rendered template to wanted rows; refuses unknown menus and properties, secrets in text, and control characters.

A row that the template adds is a `Row` of its values. A row that it adopts (`set [ find name=X ] max-limit=…`) carries
its condition beside the named properties as keys with a leading `?` (`?name`), which no property has.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache
from threading import Lock

from netops.core.errors import InputError
from netops.core.model import Claim, Row, Rows, Tag, Value
from netops.core.secret import SecretRef
from netops.core.text import Text
from netops.platforms.routeros.facts import Menu, menus
from netops.platforms.routeros.quirks import GUARD_MENUS, RUNTIME
from netops.platforms.routeros.table import owns
from netops.platforms.routeros.values import row_key
from netops.platforms.routeros.words import Statement, statements

_PLACEHOLDER = re.compile("[\ue000-\uf8ff][^\ue000-\uf8ff]*[\ue000-\uf8ff]")
_PRIVATE = re.compile("[\ue000-\uf8ff]")


def parse(text: str, values: Mapping[str, Value]) -> Rows:
    """Wanted rows in the order of the text, placeholders spliced in after parsing; the same ones for the same text and values.

    Raises `InputError` with line and field: unknown menu, command or property, a duplicate row or property, a missing
    key, a value with control characters, a secret in a place that would show it, a plain text in a secret's place.
    """
    with _parsing:
        return _parsed(text, tuple(values.items()))


_parsing = Lock()
"""Devices are planned side by side: who comes while the first one's text is parsed waits for it instead of parsing it too."""


@lru_cache(maxsize=8)
def _parsed(text: str, written: tuple[tuple[str, Value], ...]) -> Rows:
    """Devices of one role mostly get one text: it is parsed for the first of them."""
    values = dict(written)
    rows: list[Row] = []
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for statement in statements(text):
        row = _row(statement, values)
        key = (row.menu, row_key(menus()[row.menu], row.values)) if statement.verb == "add" else None
        if key in seen:
            raise _bad(
                statement, menus()[row.menu].key[0], "baris ini sudah ditulis di atas", "the row was given before"
            )
        if key:
            seen.add(key)
        rows.append(row)
    return Rows(rows=tuple(rows))


def foreign(text: str, values: Mapping[str, Value], owner: Tag, named: Collection[str]) -> tuple[Claim, ...]:
    """Rows that a template adds without the owner's tag, or adopts by a condition that names nothing of `named`."""
    found: list[Claim] = []
    for statement in statements(text):
        row = _row(statement, values)
        condition = adopted(row)
        if set(condition.values()) & set(named) if condition else owns(owner, row):
            continue
        key = condition or {name: str(row.values[name]) for name in menus()[row.menu].key if name in row.values}
        shown = " ".join(f"{name}={value}" for name, value in key.items() if name)
        found.append(Claim(line=statement.line, what=f"{row.menu} {shown}".strip()))
    return tuple(found)


def adopted(row: Row) -> dict[str, str]:
    """The condition of an adopted row, {} for one that is added."""
    if "?" not in "".join(row.values):
        return {}
    return {name[1:]: str(value) for name, value in row.values.items() if name.startswith("?")}


def named(row: Row) -> dict[str, Value]:
    """The properties that a wanted row names."""
    if "?" not in "".join(row.values):
        return dict(row.values)
    return {name: value for name, value in row.values.items() if not name.startswith("?")}


def _bad(statement: Statement, field: str, id: str, en: str) -> InputError:
    shown = field if field.isprintable() else repr(field)
    return InputError(Text(id, en), line=statement.line, field=f"{statement.path} {shown}".strip())


def _row(statement: Statement, values: Mapping[str, Value]) -> Row:
    menu = menus().get(statement.path)
    if menu is None or menu.path in RUNTIME or menu.path in GUARD_MENUS:
        raise _bad(statement, "", "menu tidak dikenal untuk templat", "not a menu that templates may use")
    if statement.verb not in ("add", "set"):
        raise _bad(
            statement,
            statement.verb,
            "templat hanya mengenal add dan set: yang harus hilang cukup tidak ditulis",
            "templates know add and set only: what has to go is left out",
        )
    spliced = {
        name.lstrip("!"): "" if name.startswith("!") else _splice(statement, name, value, values)
        for name, value in statement.values.items()
    }
    for name, value in spliced.items():
        _check(statement, menu, name, value)
    if statement.verb == "add":
        _check_add(statement, menu, spliced)
        return Row(menu=menu.path, values=spliced)
    return Row(menu=menu.path, values=_condition(statement, menu, values) | spliced)


def _check_add(statement: Statement, menu: Menu, values: Mapping[str, Value]) -> None:
    if not menu.can_add:
        raise _bad(statement, "add", "menu ini tidak bisa ditambah", "nothing can be added to this menu")
    for name in menu.key:
        if name not in values and not (name in menu.settable and menu.settable[name].default):
            raise _bad(
                statement,
                name,
                "wajib: membedakan baris ini dari yang lain",
                "required: it tells this row from the others",
            )


def _condition(statement: Statement, menu: Menu, values: Mapping[str, Value]) -> dict[str, Value]:
    if menu.single:
        if statement.find:
            raise _bad(statement, "find", "menu ini hanya punya satu baris", "this menu has one row only")
        return {"?": ""}
    if not statement.find or "#" in statement.find:
        raise _bad(
            statement,
            "set",
            "pilih baris dengan [ find nama=nilai ], bukan nomor",
            "choose the row by [ find name=value ], not by number",
        )
    found: dict[str, Value] = {}
    for name, value in statement.find.items():
        if name not in menu.settable and name not in menu.read_only and name not in menu.key:
            raise _bad(statement, name, "properti tidak dikenal", "unknown property")
        spliced = _splice(statement, name, value, values)
        if isinstance(spliced, SecretRef) or name in menu.secrets:
            raise _bad(statement, name, "rahasia tidak bisa menjadi syarat", "a secret cannot be a condition")
        found[f"?{name}"] = spliced
    if not statement.values:
        raise _bad(statement, "set", "tidak ada properti", "no property is given")
    return found


def _check(statement: Statement, menu: Menu, name: str, value: Value) -> None:
    if name not in menu.settable and not (name in menu.key and name in menu.read_only and not menu.can_add):
        raise _bad(statement, name, "properti tidak dikenal", "unknown property")
    secret = name in menu.settable and menu.settable[name].secret
    if isinstance(value, SecretRef) and not secret:
        raise _bad(
            statement, name, "rahasia di tempat yang bisa dibaca", "a secret in a property that everybody can read"
        )
    if secret and isinstance(value, str) and value:
        raise _bad(
            statement,
            name,
            "rahasia tidak boleh ditulis sebagai teks, pakai rujukan",
            "a secret must be a reference, never text",
        )


def _splice(statement: Statement, name: str, value: str, values: Mapping[str, Value]) -> Value:
    """The value with its placeholders replaced: whole ones by text or a secret's reference, parts by text only."""
    if not _PRIVATE.search(value):
        return value
    if _PLACEHOLDER.fullmatch(value) and value in values:
        whole = values[value]
        return whole if isinstance(whole, SecretRef) else _safe(statement, name, whole)

    def one(match: re.Match[str]) -> str:
        part = values.get(match[0])
        if part is None:
            raise _bad(statement, name, "penanda tanpa nilai", "a placeholder without a value")
        if isinstance(part, SecretRef):
            raise _bad(statement, name, "rahasia di tengah teks", "a secret in the middle of a text")
        return _safe(statement, name, part)

    spliced = _PLACEHOLDER.sub(one, value)
    if _PRIVATE.search(spliced):
        raise _bad(statement, name, "penanda tidak utuh", "a broken placeholder")
    return spliced


def _safe(statement: Statement, name: str, value: str) -> str:
    for char in value:
        if unicodedata.category(char) in ("Cc", "Cs", "Co", "Zl", "Zp"):
            raise _bad(
                statement,
                name,
                f"nilai berisi karakter kendali {char!r}",
                f"the value contains the control character {char!r}",
            )
    return value
