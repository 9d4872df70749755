"""`/export` of a router: compact, verbose or terse, folded at 80 columns, secrets as the version treats them; changes nothing."""

import hashlib
import re
from collections.abc import Iterator

from netops.lab.routeros.machine import Actor, Machine
from netops.lab.routeros.schema import PORTS, Prop
from netops.lab.routeros.store import Row

ORDER = (
    "/caps-man/channel", "/interface/bridge", "/interface/ethernet", "/interface/wireless", "/interface/vlan",
    "/caps-man/datapath", "/caps-man/security", "/caps-man/configuration", "/caps-man/interface", "/interface/list",
    "/interface/wifi/channel", "/interface/wifi/datapath", "/interface/wifi/security", "/interface/wifi/configuration",
    "/interface/wifi", "/interface/wireless/security-profiles", "/ip/hotspot/profile",
    "/ip/hotspot/user/profile", "/ip/pool", "/ip/dhcp-server", "/ip/hotspot", "/queue/type", "/queue/simple", "/queue/tree",
    "/snmp/community", "/user/group", "/caps-man/manager", "/caps-man/access-list", "/caps-man/provisioning",
    "/interface/bridge/port", "/interface/bridge/vlan", "/interface/list/member", "/interface/wifi/access-list",
    "/interface/wifi/cap", "/interface/wifi/capsman", "/interface/wifi/provisioning", "/interface/wireless/cap",
    "/ip/address", "/ip/dhcp-server/lease", "/ip/dhcp-server/network", "/ip/dns", "/ip/dns/static",
    "/ip/firewall/address-list", "/ip/firewall/filter", "/ip/firewall/nat", "/ip/hotspot/ip-binding", "/ip/hotspot/user",
    "/ip/hotspot/walled-garden", "/ip/hotspot/walled-garden/ip", "/ip/route", "/ip/service", "/snmp", "/system/clock",
    "/system/identity", "/system/ntp/client", "/system/scheduler", "/system/script",
)  # fmt: skip
PLAIN = re.compile(r"[A-Za-z0-9_.:/,*@+%-]+")
ESCAPED = {'"': '\\"', "\\": "\\\\", "$": "\\$", "?": "\\?", "\r": "\\r", "\n": "\\n", "\t": "\\t"}
PIECE = re.compile(r"\\[0-9A-F]{2}|\\.|.", re.DOTALL)
WIDTH = 80
INDENT = "    "
HARDWARE = {path: {"mac-address", "orig-mac-address", "default-name", "radio-mac"} for path in PORTS}


def export(machine: Machine, actor: Actor, path: str, args: dict[str, str]) -> str:
    """Text with `\\n` line ends. `path` limits it to a menu and what is below; flags are keys of `args`."""
    if machine.number >= (7,):
        secrets = "show-sensitive" in args and "sensitive" in actor.policies
    else:
        secrets = "hide-sensitive" not in args and "sensitive" in actor.policies
    terse = "terse" in args
    lines = list(_header(machine))
    for menu in ORDER:
        if menu not in machine.schema.menus or not (menu + "/").startswith(path + "/"):
            continue
        title = "/" + menu[1:].replace("/", " ")
        commands = list(_commands(machine, menu, "verbose" in args, secrets))
        if terse:
            lines += [" ".join([title, *words]) for words in commands]
        elif commands:
            lines += [title, *(fold(words) for words in commands)]
    return "\n".join(lines) + "\n"


def _header(machine: Machine) -> Iterator[str]:
    seed = hashlib.sha256(machine.name.encode()).hexdigest().upper()
    yield f"# {machine.stamp()} by RouterOS {machine.version}"
    yield f"# software id = {seed[12:16]}-{seed[16:20]}"
    yield "#"
    yield f"# model = {machine.board}"
    yield f"# serial number = {seed[:12]}"


def _commands(machine: Machine, path: str, verbose: bool, secrets: bool) -> Iterator[list[str]]:
    menu = machine.schema.menus[path]
    rows = [machine.row_of(path)] if menu.single else list(machine.store.rows(path))
    for row in rows:
        if row.dynamic or (path == "/queue/type" and row.builtin):
            continue
        words = [
            word
            for name in sorted(menu.props)
            if name not in HARDWARE.get(path, ()) and (secrets or not menu.props[name].secret)
            for word in _words(menu.props[name], row, verbose)
        ]
        if menu.single:
            head = ["set"]
        elif row.builtin:
            head = ["set", *_address(row)]
            words = [word for word in words if not word.startswith("name=") or _renamed(row)]
            if path in ("/user/group", "/interface/list") or row.name == "default-trial":
                continue
            words = [word for word in words if word not in _factory(row)]
        else:
            head = ["add"]
        if words or head == ["add"]:
            yield [*head, *words]


def _address(row: Row) -> list[str]:
    if row.table.path in PORTS:
        return [f"[ find default-name={row.marks['default-name']} ]"]
    if row.table.path == "/ip/service":
        return [row.name]
    return ["[ find default=yes ]"]


def _renamed(row: Row) -> bool:
    return row.table.path in PORTS and row.name != row.marks.get("default-name")


def _factory(row: Row) -> set[str]:
    """Words that a built-in row has from the factory."""
    if row.table.path == "/ip/service":
        usual = {
            "telnet": 23,
            "ftp": 21,
            "www": 80,
            "ssh": 22,
            "www-ssl": 443,
            "api": 8728,
            "winbox": 8291,
            "api-ssl": 8729,
        }
        return {f"port={usual.get(row.name)}", *(["disabled=yes"] if row.name == "www-ssl" else [])}
    return {"html-directory=hotspot", "transparent-proxy=no"}


def _words(prop: Prop, row: Row, verbose: bool) -> Iterator[str]:
    default = row.table.all_defaults.get(prop.name)
    if prop.name in row.hidden:
        yield f"!{prop.name}"
        return
    value = row.values.get(prop.name, default if verbose else None)
    # Wireless rows of 7.13 and later say disabled=no as well (exports of real devices).
    explicit = prop.name == "disabled" and row.table.path.startswith("/interface/wifi")
    if (value is not None and (verbose or value != default)) or explicit:
        value = row.get(prop.name) if value is None else value
        yield f"{prop.name}={quote(as_written(prop, value))}"


def as_written(prop: Prop, value: str) -> str:
    """A stored value as an export writes it: yes/no, `10M/10M`."""
    if prop.kind == "bool":
        return {"true": "yes", "false": "no"}.get(value, value)
    if prop.kind in ("rate", "rate-pair"):
        return "/".join(_rate(part) for part in value.split("/"))
    return value


def _rate(text: str) -> str:
    for suffix, size in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if text.isdigit() and int(text) and int(text) % size == 0:
            return f"{int(text) // size}{suffix}"
    return text


def quote(text: str) -> str:
    if PLAIN.fullmatch(text):
        return text
    inner = "".join(ESCAPED.get(char, char if " " <= char <= "~" else f"\\{ord(char):02X}") for char in text)
    return f'"{inner}"'


def fold(words: list[str]) -> str:
    """One command over lines of at most 80 columns: broken at a space, after `=`, or inside a string."""
    lines: list[str] = []
    line = words[0]
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if len(line) + 1 + len(word) <= WIDTH - 2:
            line += " " + word
            continue
        if equals and not word.startswith("[") and len(line) + len(name) + 3 <= WIDTH:
            lines.append(f"{line} {name}=\\")
            line, rest = INDENT, value
        else:
            lines.append(f"{line} \\")
            line, rest = INDENT, word
        if len(line) + len(rest) <= WIDTH - 2:
            line += rest
            continue
        for piece in PIECE.findall(rest):
            if len(line) + len(piece) > WIDTH - 1:
                lines.append(line + "\\")
                line = INDENT
                if piece == " ":
                    piece = "\\_"
            line += piece
    return "\n".join([*lines, line])
