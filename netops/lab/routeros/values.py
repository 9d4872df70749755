"""Property values as a device gives them back (manual, "API", values); refuses what a device would refuse, in its words."""

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache

from netops.lab.routeros.schema import Prop
from netops.lab.routeros.texts import Texts, Trap

YES, NO = ("yes", "true"), ("no", "false")
UNITS = {"w": 604800, "d": 86400, "h": 3600, "m": 60, "s": 1}
DURATION = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s|in))?(?:(\d+)s)?(?:(\d+)ms)?(?:(\d+)us)?")
CLOCK = re.compile(r"(\d+):(\d\d)(?::(\d\d))?")
RATE = re.compile(r"(\d+(?:\.\d+)?)([kKMG]?)(?:bps)?")
SIZE = re.compile(r"(\d+)(KiB|MiB|GiB|k|K|M|G)?")
MAC = re.compile(r"([0-9A-Fa-f]{2})[:.-]?" * 5 + r"([0-9A-Fa-f]{2})")
SCALE = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9}
BYTES = {None: 1, "k": 2**10, "K": 2**10, "M": 2**20, "G": 2**30, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
WORDS = {"none", "auto", "forever", "received", "unlimited", "immediate", "disabled"}
GROUP_POLICIES = ("local", "telnet", "ssh", "ftp", "reboot", "read", "write", "policy", "test", "winbox", "password",
                  "web", "sniff", "sensitive", "api", "romon")  # fmt: skip
VLANS = (1, 4094)


def normalise(prop: Prop, text: str, texts: Texts) -> str:
    """The stored form of `text`. Raises `Trap`. References are not looked up here."""
    how = KINDS.get(prop.kind)
    return text if how is None else how(prop, text, texts)


def parse_duration(text: str) -> int | None:
    """Microseconds of `1d2h3m4s`, `00:10:00`, `31s250ms` or plain seconds."""
    if text.isdigit():
        return int(text) * 10**6
    clock = CLOCK.fullmatch(text)
    if clock:
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return (hours * 3600 + minutes * 60 + seconds) * 10**6
    found = DURATION.fullmatch(text.replace("min", "m"))
    if not text or not found:
        return None
    weeks, days, hours, minutes, seconds, milli, micro = (int(part or 0) for part in found.groups())
    whole = ((weeks * 7 + days) * 24 + hours) * 3600 + minutes * 60 + seconds
    return whole * 10**6 + milli * 1000 + micro


def format_duration(microseconds: int) -> str:
    """`4w2d`, `1s150ms`, `0s`: weeks and smaller, never months."""
    seconds, rest = divmod(microseconds, 10**6)
    text = ""
    for unit, size in UNITS.items():
        count, seconds = divmod(seconds, size)
        text += f"{count}{unit}" if count else ""
    milli, micro = divmod(rest, 1000)
    text += (f"{milli}ms" if milli else "") + (f"{micro}us" if micro else "")
    return text or "0s"


def merge_ranges(numbers: set[int]) -> str:
    """`10,20-25`: as version 7 prints VLAN lists."""
    parts: list[str] = []
    for number in sorted(numbers):
        if parts and number - 1 in numbers:
            parts[-1] = f"{parts[-1].split('-')[0]}-{number}"
        else:
            parts.append(str(number))
    return ",".join(parts)


def expand_ranges(text: str) -> set[int]:
    """The numbers of `10,20-25`. Raises `ValueError`."""
    numbers: set[int] = set()
    for part in filter(None, text.split(",")):
        low, _, high = part.partition("-")
        numbers.update(range(int(low), int(high or low) + 1))
    return numbers


def _bool(prop: Prop, text: str, texts: Texts) -> str:
    if text in YES:
        return "true"
    if text in NO:
        return "false"
    if prop.default not in (None, "yes", "no"):
        return text
    raise texts.no_match(prop.name)


def _enum(prop: Prop, text: str, texts: Texts) -> str:
    closed = len(prop.values) > 1 and "!" not in prop.values and prop.reference is None
    if not closed or text in prop.values or text == prop.default:
        return text
    raise texts.no_match(prop.name)


def _int(prop: Prop, text: str, texts: Texts) -> str:
    if text in (prop.default, "") or text in prop.values or text in WORDS:
        return text
    size = SIZE.fullmatch(text)
    if size and (size[2] is None or "bytes" in prop.name or "limit" in prop.name or "size" in prop.name):
        value = int(size[1]) * BYTES[size[2]]
    elif re.fullmatch(r"0x[0-9A-Fa-f]+", text):
        return "0x" + text[2:].upper()
    elif re.fullmatch(r"\d+\.\d+", text) or (prop.limits is None and re.fullmatch(r"!?[\d,-]+", text)):
        return text
    else:
        raise texts.invalid(prop.name)
    if prop.limits and not prop.limits[0] <= value <= prop.limits[1]:
        raise texts.out_of_range(prop.name, *prop.limits)
    return str(value)


def _duration(prop: Prop, text: str, texts: Texts) -> str:
    if text in WORDS:
        return text
    value = parse_duration(text)
    if value is None:
        raise texts.invalid(prop.name)
    return format_duration(value)


def _rate(prop: Prop, text: str, texts: Texts) -> str:
    found = RATE.fullmatch(text)
    if found is None:
        if text in WORDS:
            return text
        raise texts.invalid(prop.name)
    return str(int(float(found[1]) * SCALE[found[2]]) if "." in found[1] else int(found[1]) * SCALE[found[2]])


def _pair(one: Callable[[Prop, str, Texts], str]) -> Callable[[Prop, str, Texts], str]:
    def pair(prop: Prop, text: str, texts: Texts) -> str:
        first, slash, second = text.partition("/")
        left = one(prop, first, texts)
        return f"{left}/{one(prop, second, texts) if slash else left}"

    return pair


def _mac(prop: Prop, text: str, texts: Texts) -> str:
    if not text and prop.default == "":
        return text
    found = MAC.fullmatch(text)
    if found is None:
        raise Trap(f"invalid value of {prop.name}, mac address required", 1)
    return ":".join(found.groups()).upper()


def _ip(prop: Prop, text: str, texts: Texts) -> str:
    if not text:
        return text
    for part in text.split(","):
        for end in part.lstrip("!").split("-"):
            host = end.rsplit(":", 1)[0] if end.count(":") == 1 else end
            _address(host.partition("/")[0], prop, texts)
    return text


def _address(text: str, prop: Prop, texts: Texts) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise texts.invalid(prop.name) from None


@lru_cache(maxsize=1024)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _prefix(prop: Prop, text: str, texts: Texts) -> str:
    network = _network(text)
    if network is None:
        raise texts.invalid(prop.name)
    if str(network.network_address) != text.partition("/")[0]:
        raise Trap("failure: invalid network")
    return str(network)


def _prefix_host(prop: Prop, text: str, texts: Texts) -> str:
    try:
        return str(ipaddress.ip_interface(text))
    except ValueError:
        raise texts.invalid(prop.name) from None


def _prefix_or_range(prop: Prop, text: str, texts: Texts) -> str:
    """A host is shown without `/32`; a DNS name stays."""
    network = _network(text.lstrip("!"))
    if network is None:
        return text
    mark = "!" if text.startswith("!") else ""
    full = network.prefixlen == network.max_prefixlen
    return mark + (str(network.network_address) if full else str(network))


def _target_list(prop: Prop, text: str, texts: Texts) -> str:
    """Addresses always with their mask; anything else is the name of an interface."""
    return ",".join([_target(part) for part in text.split(",") if part])


@lru_cache(maxsize=1024)
def _target(text: str) -> str:
    network = _network(text) if text[0].isdigit() or ":" in text else None
    return text if network is None else str(network)


def _list(prop: Prop, text: str, texts: Texts) -> str:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if prop.name == "ranges":
        return ",".join(_range(part) for part in parts)
    if prop.name == "policy":
        return _policy(prop, parts, texts)
    if prop.name == "login-by":
        for part in parts:
            if part not in prop.values:
                raise texts.no_match(prop.name)
        parts.sort(key=prop.values.index)
    return ",".join(parts)


def _policy(prop: Prop, parts: list[str], texts: Texts) -> str:
    """In the device's order. A user group tells the refused ones too, a script only what it is granted."""
    group = "api" in prop.values and "!" in prop.values
    known = [*GROUP_POLICIES, *(("rest-api",) if texts.version >= (7,) else ("dude", "tikapp"))]
    granted = {part for part in parts if not part.startswith("!")}
    if not granted <= set(known) or not {part.lstrip("!") for part in parts} <= {*known, "rest-api", "dude", "tikapp"}:
        raise texts.no_match(prop.name)
    return ",".join(name if name in granted else f"!{name}" for name in known if group or name in granted)


def _range(text: str) -> str:
    first, dash, last = text.partition("-")
    if _network(first) is None or (dash and "/" in text):
        raise Trap("value of range expects range of ip addresses", 1)
    if dash:
        try:
            ipaddress.ip_address(last)
        except ValueError:
            raise Trap("value of range must have ip address after '-'", 1) from None
        if ipaddress.ip_address(last).packed < ipaddress.ip_address(first).packed:
            raise Trap("value of range expects range of ip addresses", 1)
    return text


def _int_ranges(prop: Prop, text: str, texts: Texts) -> str:
    try:
        numbers = expand_ranges(text)
    except ValueError:
        raise texts.invalid(prop.name) from None
    if not numbers or not VLANS[0] <= min(numbers) <= max(numbers) <= VLANS[1]:
        raise texts.out_of_range(prop.name, *VLANS)
    if texts.version < (7,):
        return ",".join(part.strip() for part in text.split(","))
    return merge_ranges(numbers)


KINDS: dict[str, Callable[[Prop, str, Texts], str]] = {
    "bool": _bool,
    "enum": _enum,
    "int": _int,
    "int-pair": _pair(_int),
    "duration": _duration,
    "duration-pair": _pair(_duration),
    "rate": _rate,
    "rate-pair": _pair(_rate),
    "name-pair": _pair(lambda prop, text, texts: text),
    "mac": _mac,
    "ip": _ip,
    "prefix": _prefix,
    "prefix-host": _prefix_host,
    "prefix-or-range": _prefix_or_range,
    "target-list": _target_list,
    "list": _list,
    "int-range-list": _int_ranges,
}
