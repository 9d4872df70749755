"""Arguments of `add` and `set` become stored values: names, types, references, requirements; refuses as a device does."""

import ipaddress
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from netops.lab.routeros import quirks
from netops.lab.routeros.dates import parse_date
from netops.lab.routeros.machine import Actor, Machine
from netops.lab.routeros.schema import Menu, Prop
from netops.lab.routeros.store import Row
from netops.lab.routeros.texts import Trap
from netops.lab.routeros.values import CLOCK, normalise

Args = Mapping[str, str]
Values = dict[str, str | None]
SCRIPTS = ("/system/script", "/system/scheduler")


def add(machine: Machine, actor: Actor, menu: Menu, args: Args) -> Row:
    """A new row. Raises `Trap`."""
    rest = dict(args)
    before = rest.pop("place-before", None) if menu.ordered else None
    origin = rest.pop("copy-from", None)
    base: Values = {}
    if origin is not None:
        base = {**_row(machine, menu, origin).values}
        base.pop("name", None)
    place = _row(machine, menu, before) if before else None
    password = rest.get("password") if menu.path == "/user" else None
    values, hidden = parse(machine, menu, rest)
    merged = {name: text for name, text in {**base, **values}.items() if text is not None}
    for name in menu.required:
        if name not in merged:
            raise machine.texts.missing(name)
    _complete(machine, actor, menu, merged)
    row = machine.store.insert(menu.path, merged)
    row.hidden = frozenset(hidden)
    if menu.path in SCRIPTS:
        row.mark(owner=actor.name)
    if password is not None:
        machine.passwords[row.name] = password
    if place is not None:
        machine.store.move([row], place)
    machine.changed(menu.path, "add", row)
    machine.added(menu.path, row, "start-time" in args or "start-date" in args)
    return row


def change(machine: Machine, actor: Actor, row: Row, args: Args, menu: Menu) -> None:
    """Write `args` to a row. Raises `Trap`."""
    values, hidden = parse(machine, menu, args)
    if row.table.path in SCRIPTS and values.get("policy"):
        _policies(machine, actor, str(values["policy"]))
    if row.table.path == "/ip/address" and values.get("address"):
        values.setdefault("network", str(ipaddress.ip_interface(str(values["address"])).network.network_address))
    if menu.path == "/system/scheduler" and ("start-date" in values or "start-time" in values):
        timing = {name: str(values.get(name) or row.get(name)) for name in ("start-date", "start-time")}
        _timing(machine, timing)
        values.update(timing)
    if menu.path == "/user" and "password" in args:
        machine.passwords[row.name] = args["password"]
    old = row.name
    machine.store.change(row, values)
    if menu.path == "/user" and old != row.name:
        machine.passwords[row.name] = machine.passwords.pop(old, "")
    row.hidden = (row.hidden - set(values)) | hidden


def parse(machine: Machine, menu: Menu, args: Args) -> tuple[Values, set[str]]:
    """Stored values (None: taken away) and the properties unset although they have a default."""
    values: Values = {}
    hidden: set[str] = set()
    for name, text in args.items():
        if name.startswith("!"):
            prop = menu.props.get(name[1:])
            if prop is None:
                raise machine.texts.unknown_parameter(name[1:])
            values[name[1:]] = None
            if prop.default is not None:
                hidden.add(name[1:])
            continue
        prop = menu.props.get(name)
        if prop is None:
            raise machine.texts.unknown_parameter(name)
        if (menu.path, name) in quirks.NEVER_READ:
            continue
        if not text and prop.default is None and prop.name != "name" and prop.kind in ("string", "list", "name"):
            values[name] = None
            continue
        value = resolve(machine, prop, normalise(prop, text, machine.texts))
        values[name] = None if name == "comment" and not value else value
    return values, hidden


def resolve(machine: Machine, prop: Prop, text: str) -> str:
    """Every name in `text` must exist; ids become names, and lists of interfaces take the device's order."""
    reference = prop.reference
    if reference is None or not text or not any(menu in machine.schema.menus for menu in reference.menus):
        return text
    if prop.kind == "name-pair":
        return "/".join(_resolve_one(machine, prop, part) for part in text.split("/"))
    if "list" not in prop.kind:
        return _resolve_one(machine, prop, text)
    parts = [_resolve_one(machine, prop, part) for part in text.split(",")]
    if prop.kind == "list" and reference.menus == ("/interface",):
        order = {row.name: row.id for row in machine.interfaces()}
        parts.sort(key=lambda part: order.get(part, 0))
    return ",".join(parts)


def _resolve_one(machine: Machine, prop: Prop, text: str) -> str:
    reference = prop.reference
    assert reference is not None
    mark, name = ("!", text[1:]) if text.startswith("!") else ("", text)
    if name in reference.words or name == prop.default or (reference.free and _is_address(name)):
        return text
    for menu in reference.menus:
        row = machine.store.by_id(menu, name) if name.startswith("*") else machine.store.named(menu, name)
        if row is not None:
            return mark + row.name
    argument = quirks.ARGUMENT_OF.get(reference.menus[0], prop.name)
    if prop.name not in ("in-interface", "out-interface", "in-interface-list", "out-interface-list"):
        argument = prop.name
    raise machine.texts.no_match(argument)


@lru_cache(maxsize=1024)
def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _row(machine: Machine, menu: Menu, text: str) -> Row:
    row = machine.store.by_id(menu.path, text) if text.startswith("*") else machine.store.named(menu.path, text)
    if row is None and text.isdigit():
        rows = list(machine.store.rows(menu.path))
        row = rows[int(text)] if int(text) < len(rows) else None
    if row is None:
        raise machine.texts.no_such_item()
    return row


def _complete(machine: Machine, actor: Actor, menu: Menu, values: dict[str, str]) -> None:
    """What the device fills in by itself when a row is added."""
    prefix = quirks.AUTO_NAME.get(menu.path)
    if prefix and not values.get("name") and "name" in menu.props:
        number = 1
        while machine.store.named(menu.path, f"{prefix}{number}") is not None:
            number += 1
        values["name"] = f"{prefix}{number}"
    if menu.path == "/ip/address":
        network = ipaddress.ip_interface(values["address"]).network
        values.setdefault("network", str(network.network_address))
    elif menu.path in SCRIPTS:
        if "policy" in values:
            _policies(machine, actor, values["policy"])
        else:
            values["policy"] = ",".join(name for name in quirks.SCRIPT_POLICIES if name in actor.policies)
        if menu.path == "/system/scheduler":
            here = machine.local()
            values.setdefault("start-date", machine.date(here))
            values.setdefault("start-time", f"{here:%H:%M:%S}")
            _timing(machine, values)
    elif menu.path == "/ip/route":
        values.setdefault("dst-address", "0.0.0.0/0")
    elif menu.path == "/ip/dns/static":
        values.setdefault("type", "A")
    elif menu.path == "/ip/firewall/address-list" and machine.number >= (6, 40):
        values.setdefault("address", "0.0.0.0")
        if values["address"] == "0.0.0.0":
            raise Trap("failure: address missing")


def _timing(machine: Machine, values: dict[str, str]) -> None:
    """Dates of either spelling become this version's, times get all their digits."""
    date = parse_date(values["start-date"])
    if date is None:
        raise machine.texts.invalid("start-date")
    values["start-date"] = machine.date(datetime(*date))
    if values["start-time"] != "startup":
        clock = CLOCK.fullmatch(values["start-time"])
        if clock is None or int(clock[1]) > 23 or int(clock[2]) > 59:
            raise machine.texts.invalid("start-time")
        values["start-time"] = f"{int(clock[1]):02}:{clock[2]}:{clock[3] or '00'}"


def _policies(machine: Machine, actor: Actor, policy: str) -> None:
    """Nobody hands on a policy that they do not hold (manual, scheduler and scripts)."""
    if not actor.policies.issuperset(filter(None, policy.split(","))):
        raise machine.texts.no_permission()
