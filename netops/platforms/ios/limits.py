"""What limits units on a switch: the policers and shapers of policy-maps that are in force on its ports; refuses nothing."""

import re
from collections import Counter

from netops.core.model import Limit
from netops.platforms.ios.changes import policy_of
from netops.platforms.ios.lines import DEEPER, Sections, key, limit

_ATTACHED = re.compile(r"service-policy (input|output) (\S+)$")


def attached(line: str) -> tuple[str, str] | None:
    """`service-policy input UNIT` → (`input`, `UNIT`); None for any other line."""
    found = _ATTACHED.match(line)
    return (found[1], found[2]) if found else None


def limits(parts: Sections) -> tuple[Limit, ...]:
    """One for each class that limits and each port and direction where its policy-map is in force. What comes in is the
    unit's upload.
    """
    places = [(header[10:], *there) for header, lines in parts.items() for there in map(attached, lines) if there]
    used = Counter(policy for _, _, policy in places)
    found: list[Limit] = []
    for port, way, policy in places:
        for header, lines in parts.items():
            if policy_of(header) != policy or DEEPER not in header:
                continue
            for line in lines:
                rate = limit(line)
                if rate is not None:
                    found.append(
                        _limit(port, way, f"{policy} {header.rpartition(' ')[2]}", line, rate, used[policy] - 1)
                    )
    return tuple(found)


def _limit(port: str, way: str, name: str, line: str, rate: int, shared: int) -> Limit:
    return Limit(
        form="police" if key(line) == "police" else "shape",
        name=name,
        up=rate,
        down=rate,
        target=f"{port} {'in' if way == 'input' else 'out'}",
        way="up" if way == "input" else "down",
        shared=shared,
    )
