"""The running configuration as a tree of lines: parse, set, unset, print in IOS's order; refuses nothing by itself."""

import copy
import re
from collections.abc import Iterator

from netops.lab.ios import names

Tree = dict[str, "Tree"]
Path = tuple[str, ...]

# The order in which a Catalyst 2960-X prints its sections, by the beginning of the line; "" is everything unknown.
_ORDER = (
    "version", "service", "hostname", "boot-start-marker", "boot-end-marker", "logging", "enable", "username", "aaa",
    "clock", "switch", "system", "ip routing", "ip dhcp", "ip domain", "ip name-server", "vtp", "errdisable", "",
    "archive", "file", "spanning-tree", "vlan internal", "vlan", "lldp", "cdp", "class-map", "policy-map", "interface", "ip default-gateway", "ip http",
    "ip route", "ip ssh", "ip access-list", "access-list", "snmp-server", "banner", "line", "ntp",
)  # fmt: skip
# The order of lines inside an interface.
_INSIDE = (
    "description", "switchport access", "switchport trunk native", "switchport trunk allowed", "switchport mode",
    "switchport nonegotiate", "switchport voice", "switchport port-security", "switchport", "ip dhcp", "ip address",
    "ip helper-address", "shutdown", "", "speed", "duplex", "storm-control", "spanning-tree", "service-policy",
)  # fmt: skip
_NOISE = re.compile(r"Building configuration|Current configuration|Using \d+ out of|Last configuration|NVRAM config")
_WIDTH = 80  # a long list of VLANs is broken into `add` lines that stay within a terminal line


def positive(line: str) -> str:
    return line.removeprefix("no ")


def same_key(line: str, key: Path) -> bool:
    return tuple(positive(line).split()[: len(key)]) == key


def parse(text: str) -> Tree:
    """Any configuration text by its indentation; comments, headers and `end` are dropped, a banner is one line."""
    root: Tree = {}
    stack: list[tuple[int, Tree]] = [(-1, root)]
    lines = iter(text.splitlines())
    for raw in lines:
        line = raw.strip()
        if line.startswith("banner "):
            root[banner_line(line, lines)] = {}
            continue
        if not line or line.startswith("!") or line == "end" or _NOISE.match(line):
            continue
        indent = len(raw) - len(raw.lstrip())
        while stack[-1][0] >= indent:
            stack.pop()
        stack.append((indent, stack[-1][1].setdefault(line, {})))
    return root


def banner_line(line: str, following: Iterator[str]) -> str:
    """A banner runs to the second delimiter: `^C` (two characters in a listing, or one 0x03) or any single character."""
    head = re.match(r"(banner \w+) (\^C|\x03|\S)", line)
    if head is None:
        return line
    body = line[head.end() :]
    while head[2] not in body:
        more = next(following, None)
        if more is None:
            break
        body += f"\n{more}"
    return f"{head[1]} ^C{body.split(head[2])[0]}^C"


def banner(root: Tree, kind: str) -> str:
    """The text of `banner motd` or `banner login`; "" without one."""
    line = next((line for line in root if line.startswith(f"banner {kind} ")), "")
    return line.removeprefix(f"banner {kind} ^C").removesuffix("^C")


def at(root: Tree, path: Path) -> Tree | None:
    """The lines below a path of headers; None where it does not exist."""
    node: Tree | None = root
    for header in path:
        node = None if node is None else node.get(header)
    return node


def find(lines: Tree, key: Path) -> str | None:
    return next((line for line in lines if same_key(line, key)), None)


def put(lines: Tree, line: str, key: Path) -> None:
    """Set a line: it replaces, in its place, the one with the same key (positive or `no`)."""
    old = find(lines, key)
    if old is None:
        lines[line] = {}
    elif old != line:
        items = [(line if known == old else known, below) for known, below in lines.items()]
        lines.clear()
        lines.update(items)


def drop(lines: Tree, key: Path) -> None:
    for line in [line for line in lines if same_key(line, key)]:
        del lines[line]


def vlans(root: Tree) -> dict[int, str]:
    """The VLAN database by number, with names; VLAN 1 and the four reserved ones are always there."""
    found = {1: "default"}
    for line, below in root.items():
        number = re.fullmatch(r"vlan (\d+)", line)
        if number is not None:
            named = find(below, ("name",))
            found[int(number[1])] = named.split(" ", 1)[1] if named else f"VLAN{int(number[1]):04d}"
    reserved = ("fddi-default", "token-ring-default", "fddinet-default", "trnet-default")
    return dict(sorted(found.items())) | dict(zip(range(1002, 1006), reserved, strict=True))


def is_vlan_section(line: str) -> bool:
    return re.fullmatch(r"vlan \d+", line) is not None


def is_transparent(root: Tree) -> bool:
    """Only a transparent (or off) VTP switch keeps its VLANs in the configuration; a server keeps them in vlan.dat."""
    return any(line in root for line in ("vtp mode transparent", "vtp mode off"))


def interfaces(root: Tree) -> dict[str, Tree]:
    found = {line.removeprefix("interface "): below for line, below in root.items() if line.startswith("interface ")}
    return {name: found[name] for name in sorted(found, key=names.order)}


def _rank(order: tuple[str, ...], line: str) -> int:
    text = positive(line)
    ranked = [(len(start), rank) for rank, start in enumerate(order) if start and (text + " ").startswith(start + " ")]
    return max(ranked)[1] if ranked else order.index("")


def _sorted(root: Tree) -> list[tuple[str, Tree]]:
    def place(item: tuple[int, str]) -> tuple[int, tuple[object, ...], int]:
        index, line = item
        inner: tuple[object, ...] = ()
        if line.startswith("interface "):
            inner = names.order(line.removeprefix("interface "))
        elif number := re.fullmatch(r"vlan (\d+)", line):
            inner = (int(number[1]),)
        return _rank(_ORDER, line), inner, index

    return [(line, root[line]) for _, line in sorted(enumerate(root), key=place)]


def allowed_lines(vlans_text: str) -> list[str]:
    """`switchport trunk allowed vlan …`, continued by `… add …` lines where the list is longer than a terminal line."""
    out: list[str] = []
    head, rest = " switchport trunk allowed vlan ", vlans_text.split(",")
    while rest:
        taken = 1
        while taken < len(rest) and len(head) + len(",".join(rest[: taken + 1])) < _WIDTH:
            taken += 1
        out.append(head + ",".join(rest[:taken]))
        head, rest = " switchport trunk allowed vlan add ", rest[taken:]
    return out


def _inside(below: Tree, depth: int, *, port: bool) -> Iterator[str]:
    lines = sorted(below, key=lambda line: _rank(_INSIDE, line)) if port else list(below)
    for line in lines:
        if port and line.startswith("switchport trunk allowed vlan "):
            yield from allowed_lines(line.removeprefix("switchport trunk allowed vlan "))
        else:
            yield " " * depth + line
        yield from _inside(below[line], depth + 1, port=False)


def body(root: Tree) -> list[str]:
    """The configuration's lines in IOS's order, `!` between sections, without header and `end`."""
    out: list[str] = []
    unnamed: list[int] = []
    previous = ""
    sections = [item for item in _sorted(root) if is_transparent(root) or not is_vlan_section(item[0])]

    def flush() -> None:
        # VLANs that have nothing of their own share one line (seen in listings of transparent switches).
        if unnamed:
            text = names.vlan_text(unnamed)
            out.extend([f"vlan {text} " if len(unnamed) > 1 else f"vlan {text}", "!"])
            unnamed.clear()

    for line, below in sections:
        number = re.fullmatch(r"vlan (\d+)", line)
        if number and not below:
            unnamed.append(int(number[1]))
            continue
        flush()
        word = positive(line).split()[0]
        together = {word, previous} <= {"version", "service"} or word == previous == "line"
        if out and out[-1] != "!" and not together and (below or word != previous or word == "interface"):
            out.append("!")
        previous = word
        out.append(line)
        if below or word in {"interface", "archive"}:
            out.extend(_inside(below, 1, port=word == "interface"))
            out.extend([] if word == "line" else ["!"])
    flush()
    if out and out[-1] != "!":
        out.append("!")
    return out


def text_of(root: Tree) -> str:
    """The whole configuration as a file: what startup-config, an archive and a backup hold."""
    return "\n".join(["!", *body(root), "end", ""])


def section(root: Tree, header: str) -> list[str] | None:
    below = root.get(header)
    if below is None:
        return None
    return [header, *_inside(below, 1, port=header.startswith("interface "))]


def clone(root: Tree) -> Tree:
    return copy.deepcopy(root)


def differences(old: Tree, new: Tree) -> list[str]:
    """`!Contextual Config Diffs:`: lines of `new` with `+`, of `old` with `-`, under their unmarked headers."""
    out = _differences(old, new, 0, sections=True)
    return ["!Contextual Config Diffs:", *(out or ["!No changes were found"])]


def _differences(old: Tree, new: Tree, depth: int, *, sections: bool, port: bool = False) -> list[str]:
    both = {line: {**new.get(line, {}), **old.get(line, {})} for line in [*old, *new]}
    lines = [line for line, _ in _sorted(both)] if sections else list(both)
    if port:
        lines.sort(key=lambda line: _rank(_INSIDE, line))
    out: list[str] = []
    for line in lines:
        marks = [mark for mark, side in (("-", old), ("+", new)) if line in side]
        below = _differences(
            old.get(line, {}), new.get(line, {}), depth + 1, sections=False, port=line.startswith("interface ")
        )
        if len(marks) == 1:
            out += [f"{marks[0]}{' ' * depth}{line}", *below]
        elif below:
            out += [" " * depth + line, *below]
    return out
