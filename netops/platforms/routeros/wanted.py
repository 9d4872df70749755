"""A template's rows made ready to be looked for on many devices: keys, meanings and operations; sees no device."""

from collections.abc import Mapping
from functools import cached_property

from netops.core.model import Row, RowOp, Value, Verb
from netops.core.secret import SecretRef
from netops.platforms.routeros.facts import Menu, menu
from netops.platforms.routeros.parse import adopted, named
from netops.platforms.routeros.quirks import DISABLED_BY_VERSION, SHARED_LISTS
from netops.platforms.routeros.table import elements, text_key
from netops.platforms.routeros.values import row_key


class Added:
    """A row of ours: where it stands; what is needed of it besides is worked out when it is first asked for."""

    def __init__(self, row: Row) -> None:
        self.row, self.menu = row, menu(row.menu)
        self.key = row_key(self.menu, row.values)

    @cached_property
    def op(self) -> RowOp:
        """What brings it where nothing stands in its place."""
        values = self.row.values
        return RowOp(verb=Verb.ADD, path=self.menu.path, key=text_key(self.menu, values), new=dict(values))

    @cached_property
    def expected(self) -> Mapping[str, str]:
        """What it must show once it is there: what the template names, and that it is enabled."""
        found, prop = _shown(self.menu, self.row.values), self.menu.settable.get("disabled")
        if prop and prop.default == "no" and self.menu.path not in DISABLED_BY_VERSION:
            found.setdefault("disabled", "no")
        return found


class Adopted:
    """A row that is there: found by `condition`, gets elements of shared lists, must show the rest of what is named."""

    def __init__(self, row: Row, condition: Mapping[str, str]) -> None:
        self.row, self.menu, self.condition = row, menu(row.menu), condition
        values, shared = named(row), SHARED_LISTS.get(row.menu, ())
        self.joined = tuple((name, one) for name in shared for one in elements(values.get(name)))
        self.expected = _shown(self.menu, {name: value for name, value in values.items() if name not in shared})


def wanted(row: Row) -> Added | Adopted:
    condition = adopted(row)
    return Adopted(row, condition) if condition else Added(row)


def _shown(menu_: Menu, values: Mapping[str, Value]) -> dict[str, str]:
    """What a device shows of them: no secrets, since nobody can read them back."""
    secret = menu_.secrets
    return {name: value for name, value in values.items() if not isinstance(value, SecretRef) and name not in secret}
