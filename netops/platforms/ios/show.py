"""What the device's own texts say: sections of a running configuration, VLAN tables, errors; and secrets made `***`."""

import re
from collections.abc import Iterable, Sequence

from netops.core.model import Tree
from netops.platforms.ios.lines import Sections, expand, header, key, split, tree, vlan_id
from netops.platforms.ios.quirks import RESERVED_VLANS

_VLAN_ROW = re.compile(r"^(\d{1,4})[ \t]+(\S+)[ \t]+(?:active|act/\S+|suspend\S*|sus/\S+)", re.MULTILINE)
_VERSION = re.compile(r"Version ([^\s,]+)")
_NOISE = re.compile(
    r"Building configuration|Current configuration|Using \d+ out of|Load for |Time source is|! (?:Last configuration change|NVRAM config last updated) at"
)

ERROR = (
    r"^[ \t]*%(?![ \t]*(?:Warning|Portfast|Access VLAN|Voice VLAN|Applying|Generating))(?!\w+(?:-\w+)*-[0-7]-\w+:).*$"
    r"|^(?!.*\(config)[^%\r\n]*(?:Command rejected|not allowed when|authorization failed).*$"
)
"""A line that refuses a command. Hints (`%Warning: portfast …`) and log messages (`%SYS-5-CONFIG_I:`) begin alike."""

_SECRETS = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"(^(?![ \t]*description ).*?(?<!\S)(?:(?:\S+-)?password|secret|key-string|pre-shared-key|authentication-key|server-key"
        r"|md5|wpa-psk) +).+$",
        r"(^[ \t]+(?:pac )?key +).+$",
        r"(^[ \t]*(?:tacacs-server|radius-server|server-private|crypto isakmp|encryption)(?: .*?)? key +).+$",
        r"(^[ \t]*(?:standby|vrrp|glbp) \d+ authentication +).+$",
        r"(^snmp-server community +)\S+",
        r"(^snmp-server host +\S+ +).+$",
        r"(^snmp-server user +\S+ +).+$",
    )
)
"""What stands in front of a secret (blanks, never line ends: those would make it quadratic); what follows is masked to the line's end, since forms and encodings differ."""


def masked(text: str) -> str:
    """A configuration as it may be kept: passwords, keys and communities are `***`."""
    for pattern in _SECRETS:
        text = pattern.sub(r"\1***", text)
    return text


def version(text: str) -> str:
    """`… Software (…), Version 15.2(7)E3, RELEASE …` → `15.2(7)E3`; the text itself where it says no version."""
    found = _VERSION.search(text)
    return found[1] if found else text.strip()


def configuration(text: str) -> str:
    """A `show running-config` without the lines in front of it that change at every reading."""
    lines = [line.rstrip() for line in text.splitlines() if not _NOISE.match(line)]
    first = next((number for number, line in enumerate(lines) if line not in ("", "!")), len(lines))
    return "\n".join(lines[first:]).strip("\n") + "\n"


def vlan_table(text: str) -> dict[int, str]:
    """`show vlan brief` → id → name; '' for the name that a VLAN has by default (`VLAN0210`); reserved ones left out."""
    rows = ((int(row[1]), row[2]) for row in _VLAN_ROW.finditer(text))
    return {vlan: "" if name == f"VLAN{vlan:04}" else name for vlan, name in rows if vlan not in RESERVED_VLANS}


def observed(running: str, vlans: dict[int, str], paths: Sequence[str]) -> Tree:
    """The sections that `paths` name, VLANs completed by the table: as VTP server a switch keeps them elsewhere.

    A path is a header, a header's first word with ` *`, or the command of a global line. Raises ValueError for a list of
    VLANs that is none: what a trunk carries is never guessed.
    """
    parts = _with_vlans(_one_each(split(configuration(running).splitlines())), vlans)
    named = {header(path) for path in paths if not path.endswith(" *")}
    kinds = {path[:-2] for path in paths if path.endswith(" *")}
    return tree(
        {
            name: lines
            for name, lines in parts.items()
            if name in named or _kind(name) in kinds or (not lines and key(name) in named)
        }
    )


def _kind(name: str) -> str:
    """`vlan` of `vlan 210`, but nothing of `vlan internal allocation policy ascending`."""
    word = name.partition(" ")[0]
    return "" if word == "vlan" and vlan_id(name) is None else word


def _one_each(parts: Sections) -> Sections:
    """`vlan 30,40-42`, as VLANs without names are shown, to one section each."""
    found: Sections = {}
    for name, lines in parts.items():
        ids: Iterable[int] = ()
        if re.fullmatch(r"vlan [\d,-]+", name) and not name[5:].isdecimal():
            ids = sorted(expand(name[5:]))
        found.update({f"vlan {vlan}": lines for vlan in ids} if ids else {name: lines})
    return found


def _with_vlans(parts: Sections, vlans: dict[int, str]) -> Sections:
    found = {name: lines for name, lines in parts.items() if vlan_id(name) is None}
    known = {vlan: lines for name, lines in parts.items() if (vlan := vlan_id(name)) is not None}
    for vlan in sorted(known.keys() | vlans.keys()):
        lines = tuple(line for line in known.get(vlan, ()) if vlan not in vlans or not line.startswith("name "))
        name = vlans.get(vlan, "")
        found[f"vlan {vlan}"] = (f"name {name}", *lines) if name else lines
    return found
