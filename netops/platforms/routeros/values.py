"""One writing for each meaning of a RouterOS value, so that texts can be compared; refuses nothing, unknown stays as is."""

import ipaddress
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from netops.core.model import Row, Value
from netops.core.units import parse_rate
from netops.platforms.routeros.facts import Menu, Property, menu
from netops.platforms.routeros.quirks import FLAGS, RATE_TEXTS, UNORDERED

_TRUE = frozenset({"yes", "true"})
_FALSE = frozenset({"no", "false"})
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|us|w|d|h|m|s)")
_MICROSECONDS = {
    "w": 604_800_000_000,
    "d": 86_400_000_000,
    "h": 3_600_000_000,
    "m": 60_000_000,
    "s": 1_000_000,
    "ms": 1_000,
    "us": 1,
}
_CLOCK = re.compile(r"(?:(\d+)d)?(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?")
BROKEN = re.compile(r"\*[0-9A-F]+")
"""A name-valued property that reads like an id: what it named was removed."""


@lru_cache(maxsize=65_536)
def _normal(kind: str, name: str, value: str) -> str:
    """The canonical text of a value. Equal texts mean the same to the device."""
    if name in UNORDERED and kind == "list":
        return ",".join(sorted({part.strip() for part in value.split(",") if part.strip()}))
    if name in RATE_TEXTS:
        return " ".join(_pair(part, _rate) for part in value.split())
    match kind:
        case "bool":
            return "yes" if value in _TRUE else "no" if value in _FALSE else value
        case "duration":
            return _duration(value)
        case "rate":
            return _rate(value)
        case "rate-pair":
            return _pair(value, _rate)
        case "duration-pair":
            return _pair(value, _duration)
        case "int-pair" | "name-pair":
            return _pair(value, _int if kind == "int-pair" else str)
        case "int":
            return _int(value)
        case "int-range-list":
            return ",".join(str(number) for number in sorted(numbers(value))) or value
        case "mac":
            return value.upper()
        case "ip" | "prefix" | "prefix-or-range" | "list":
            return ",".join(_host(part.strip()) for part in value.split(",")) if value else ""
        case "prefix-host":
            return value if "/" in value or not value else f"{value}/32"
        case "target-list":
            return ",".join(sorted({_masked(part.strip()) for part in value.split(",") if part.strip()}))
    return value


def normal(menu: Menu, name: str, value: str) -> str:
    """The canonical text of one property's value (booleans, bit/s, seconds, /32, unordered lists, MAC case …)."""
    prop = menu.settable.get(name)
    if prop is None:
        kind = "bool" if name in FLAGS else "mac" if name == "mac-address" else "ip" if name == "address" else "string"
        return _normal(kind, name, value)
    return _normal(prop.kind, name, value)


def present(menu: Menu, values: Mapping[str, Value], name: str) -> str:
    """The canonical text of a property of a row, with the default in place of what is absent. Secrets are ''."""
    prop: Property | None = menu.settable.get(name)
    value = values.get(name)
    if isinstance(value, str) and value != "":
        return normal(menu, name, value) if prop is None else _normal(prop.kind, name, value)
    if value is not None and not isinstance(value, str):
        return ""
    return normal(menu, name, prop.default) if prop is not None and prop.default else ""


def row_key(menu: Menu, values: Mapping[str, Value]) -> tuple[str, ...]:
    """The natural key of a row, canonical: what tells it apart in its menu."""
    return _key(menu.path, *map(values.get, menu.key))


@lru_cache(maxsize=65_536)
def _key(path: str, *written: Value | None) -> tuple[str, ...]:
    """A row is looked up by its key again and again between plan and proof: made once for each way it is written."""
    menu_ = menu(path)
    values = {name: value for name, value in zip(menu_.key, written, strict=True) if value is not None}
    return tuple(present(menu_, values, name) for name in menu_.key)


def is_flag(row: Row, *names: str) -> bool:
    """Whether any of the flags is set on the row (`dynamic`, `default`, `builtin`)."""
    for name in names:  # noqa: SIM110  # no generator: rows are asked by the thousand
        if row.values.get(name) in _TRUE:
            return True
    return False


def numbers(value: str) -> frozenset[int]:
    """`10,20-25` → the numbers; empty where it is no such list. Bounded to VLAN ids."""
    found: set[int] = set()
    for part in value.split(","):
        low, dash, high = part.strip().partition("-")
        if not low.isdecimal() or (dash and not high.isdecimal()):
            return frozenset()
        first, last = int(low), int(high if dash else low)
        if not first <= last <= 4095:
            return frozenset()
        found.update(range(first, last + 1))
    return frozenset(found)


def _pair(value: str, one: Callable[[str], str]) -> str:
    first, slash, second = value.partition("/")
    return f"{one(first)}/{one(second if slash else first)}"


def _int(value: str) -> str:
    try:
        return str(int(value, 16 if value.lower().startswith("0x") else 10))
    except ValueError:
        return value


def _rate(value: str) -> str:
    if value.isdecimal():
        return value.lstrip("0") or "0"
    try:
        return str(parse_rate(value))
    except ValueError:
        return value


def _duration(value: str) -> str:
    """Seconds, with a fraction where there is one; words (`none`, `auto`) stay."""
    if value.isdecimal():
        return str(int(value))
    clock = _CLOCK.fullmatch(value)
    if clock:
        days, hours, minutes, seconds, fraction = clock.groups()
        total = ((int(days or 0) * 24 + int(hours)) * 60 + int(minutes)) * 60 + int(seconds)
        return _seconds(total * 1_000_000 + int((fraction or "0").ljust(6, "0")))
    parts = _PART.findall(value)
    if not parts or "".join(count + unit for count, unit in parts) != value:
        return value
    return _seconds(sum(round(float(count) * _MICROSECONDS[unit]) for count, unit in parts))


def _seconds(microseconds: int) -> str:
    whole, rest = divmod(microseconds, 1_000_000)
    return f"{whole}.{rest:06d}".rstrip("0") if rest else str(whole)


def _host(value: str) -> str:
    return value[:-3] if value.endswith("/32") else value


def _masked(value: str) -> str:
    """A queue's target with its mask; an interface's name stays."""
    if "/" in value or not (value[:1].isdigit() or ":" in value):
        return value
    try:
        return str(ipaddress.ip_network(value))
    except ValueError:
        return value


@lru_cache(maxsize=65_536)
def network(value: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """A target as network, None where it is an interface's name."""
    try:
        return ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None
