"""The lines of a configuration as sections, VLAN ranges as sets, and what sending lines does to them; refuses broken ranges."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Interface

from netops.core.model import LineOp, Tree
from netops.platforms.ios.quirks import ALLOWED, DEFAULTS, INTERFACES, KEYED, LOGICAL, RATES, SPELLINGS, WHOLE

Sections = dict[str, tuple[str, ...]]
"""Header (or global line) → its lines without the first blank, in device order; deeper lines keep theirs.

A class of a policy-map is a section of its own: `policy-map UNIT | class class-default`.
"""

POLICY, DEEPER = "policy-map ", " | "

ALL_VLANS = frozenset(range(1, 4095))
_INTERFACE = re.compile(r"interface\s+([A-Za-z][A-Za-z-]*)\s*(\d[\d/.:]*)$", re.IGNORECASE)
_BANNER = re.compile(r"banner \S+ (\^\S|\S)(.*)$")
_KEYS = sorted(KEYED, key=len, reverse=True)


def header(text: str) -> str:
    """`interface Gi1/0/5` → `interface GigabitEthernet1/0/5`; other headers with single blanks."""
    words = " ".join(text.split())
    match = _INTERFACE.match(words)
    if not match:
        return words
    kind = match[1].lower()
    full = INTERFACES.get(kind[:2], match[1])
    return f"interface {full if full.lower().startswith(kind) else match[1]}{match[2]}"


def is_logical(name: str) -> bool:
    return name.removeprefix("interface ").startswith(LOGICAL)


def spelled(line: str) -> str:
    return SPELLINGS.get(line, line)


def key(line: str) -> str:
    """What a line sets: the command of which there is one, or the whole line; `no` in front does not count."""
    text = line.removeprefix("no ")
    for prefix in _KEYS:
        if text == prefix or text.startswith(prefix + " "):
            return prefix
    return text


def negated(line: str) -> str:
    """The line that takes `line` back: by command alone where the value does not matter."""
    if line.startswith("no "):
        return line.removeprefix("no ")
    return f"no {line if key(line) in WHOLE else key(line)}"


def steps(path: str) -> list[str]:
    """The lines by which a section is entered, outermost first."""
    return path.split(DEEPER)


def gone(name: str) -> str:
    """The line that takes a whole section away; a policy-map goes with its classes."""
    return f"no {steps(name)[0]}"


def limit(line: str) -> int | None:
    """The bit/s of a line that polices or shapes; None for any other, and for a percentage."""
    found = re.match(RATES, line)
    return int(found[2]) if found else None


def reworded(present: Sequence[str], line: str) -> str:
    """A wanted rate in the words of the limit that stands there: its burst and actions stay as somebody chose them."""
    rate = limit(line)
    if rate is None:
        return line
    return next(
        (re.sub(RATES, rf"\g<1>{rate}", old) for old in present if key(old) == key(line) and limit(old) is not None),
        line,
    )


def expand(text: str) -> frozenset[int]:
    """`10,20-22` → {10, 20, 21, 22}; `none` → nothing, `all` → every VLAN. Raises ValueError."""
    if text in ("none", "all"):
        return ALL_VLANS if text == "all" else frozenset()
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        low, high = int(first), int(last if dash else first)
        if not 1 <= low <= high <= 4094:
            raise ValueError(f"{part!r} is not a range of VLANs")
        found.update(range(low, high + 1))
    return frozenset(found)


def collapse(vlans: Iterable[int]) -> str:
    """{10, 20, 21, 22} → `10,20-22`, as the device writes it: two neighbours stay apart, none is `none`."""
    runs: list[list[int]] = []
    for vlan in sorted(vlans):
        if runs and vlan == runs[-1][-1] + 1:
            runs[-1].append(vlan)
        else:
            runs.append([vlan])
    words = [f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in runs]
    return ",".join(words) or "none"


def _changed_list(before: frozenset[int] | None, argument: str) -> frozenset[int] | None:
    """The trunk's list after `switchport trunk allowed vlan <argument>`; None is no list, so every VLAN."""
    word, _, rest = argument.partition(" ")
    present = ALL_VLANS if before is None else before
    if word == "add":
        after = present | expand(rest)
    elif word == "remove":
        after = present - expand(rest)
    elif word == "except":
        after = ALL_VLANS - expand(rest)
    else:
        after = expand(argument)
    return None if after == ALL_VLANS else after


def trunk_list(lines: Iterable[str]) -> frozenset[int] | None:
    """The VLANs a section's allowed list names, with its `add` continuations; None when there is no list (all)."""
    found: frozenset[int] | None = None
    for line in lines:
        if line.startswith(ALLOWED + " "):
            found = _changed_list(found, line[len(ALLOWED) + 1 :])
    return found


def _folded(lines: Sequence[str]) -> tuple[str, ...]:
    """Continuations of the allowed list joined into its first line; other spellings into ours; repeats dropped.

    `add` lines without a list before them are what a template wants, and stay.
    """
    vlans = trunk_list(lines)
    kept: list[str] = []
    for line in lines:
        shown: str | None = spelled(line)
        if line.startswith(ALLOWED + " ") and (vlans is not None or not line.startswith(f"{ALLOWED} add ")):
            shown = None if vlans is None else f"{ALLOWED} {collapse(vlans)}"
        if shown is not None and (shown.startswith(" ") or shown not in kept):
            kept.append(shown)
    return tuple(kept)


def split(lines: Iterable[str]) -> Sections:
    """Lines of a configuration to sections; comments, banners (free text), blank lines and `end` are left out."""
    found: dict[str, list[str]] = {}
    inside: list[str] | None = None
    banner = ""
    for raw in lines:
        text = raw.rstrip()
        if banner:
            banner = "" if banner in text else banner
            continue
        opening = _BANNER.match(text)
        if opening:
            banner = "" if opening[1] in opening[2] else opening[1]
            inside = None
            continue
        if not text.strip() or text.lstrip().startswith("!") or text == "end":
            continue
        if text.startswith(" "):
            if inside is not None:
                inside.append(text[1:])
        else:
            inside = found.setdefault(header(text), [])
    return {name: lines for top, inner in found.items() for name, lines in _deep(top, _folded(inner))}


def _deep(name: str, lines: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A policy-map's classes as sections of their own, and what it says besides."""
    if not name.startswith(POLICY):
        yield name, lines
        return
    own: list[str] = []
    classes: dict[str, list[str]] = {}
    inside: list[str] | None = None
    for line in lines:
        if line.startswith("class "):
            inside = classes.setdefault(f"{name}{DEEPER}{' '.join(line.split())}", [])
        elif line.startswith(" ") and inside is not None:
            inside.append(line[1:])
        else:
            own.append(line)
            inside = None
    if own or not classes:
        yield name, tuple(own)
    yield from ((deep, tuple(inner)) for deep, inner in classes.items())


def sections(tree: Tree) -> Sections:
    return split(tree.lines)


def tree(parts: Mapping[str, Sequence[str]]) -> Tree:
    return Tree(lines=tuple(flat(parts)))


def flat(parts: Mapping[str, Sequence[str]]) -> list[str]:
    found: list[str] = []
    last = ""
    for name, inner in parts.items():
        way = steps(name)
        found += [f"{' ' * depth}{line}" for depth, line in enumerate(way) if depth or line != last]
        last = way[0]
        found += [f"{' ' * len(way)}{text}" for text in inner]
    return found


def value(lines: Iterable[str], command: str) -> str | None:
    """The value of a command in a section, None where it is absent: value(lines, 'name')."""
    for line in lines:
        if line.startswith(command + " "):
            return line[len(command) + 1 :]
    return None


def vlan_id(name: str) -> int | None:
    """`vlan 210` → 210; None for any other header."""
    word, _, rest = name.partition(" ")
    return int(rest) if word == "vlan" and rest.isdecimal() else None


def subnet(line: str) -> str | None:
    """`ip address 10.10.0.2 255.255.255.0` → `10.10.0.0/24`; None for any other line."""
    words = line.split()
    if words[:2] != ["ip", "address"] or len(words) < 4:
        return None
    try:
        return str(IPv4Interface(f"{words[2]}/{words[3]}").network)
    except ValueError:
        return None


def merged(present: Sequence[str], wanted: Iterable[str]) -> tuple[str, ...]:
    """A section after `wanted` was sent: replaced in place by command, negated lines gone, defaults not shown."""
    after = list(present)
    for line in wanted:
        if line.startswith(ALLOWED + " "):
            vlans = _changed_list(trunk_list(after), line[len(ALLOWED) + 1 :])
            new = None if vlans is None else f"{ALLOWED} {collapse(vlans)}"
            places = [at for at, old in enumerate(after) if old.startswith(ALLOWED + " ")]
        else:
            new = None if line.startswith("no ") or line in DEFAULTS else spelled(line)
            places = [at for at, old in enumerate(after) if not old.startswith(" ") and key(old) == key(line)]
        for at in reversed(places[1:] if new else places):
            del after[at]
        if new and places:
            after[places[0]] = new
        elif new:
            after.append(new)
    return tuple(after)


def apply_lines(state: Tree, ops: Iterable[LineOp]) -> Tree:
    """The configuration after the device took `ops`, as its running configuration would show it."""
    parts = sections(state)
    for op in ops:
        if op.path:
            parts[op.path] = merged(parts.get(op.path, ()), op.lines)
            continue
        for name, inner in split(op.lines).items():
            if name.startswith("no "):
                away = key(name)
                parts = {other: rest for other, rest in parts.items() if key(steps(other)[0]) != away}
            else:
                parts = {other: rest for other, rest in parts.items() if other == name or key(other) != key(name)}
                parts[name] = merged(parts.get(name, ()), inner)
    return tree(parts)
