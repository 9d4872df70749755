"""Policy-maps in force on ports: who polices or shapes what, and what of the offered traffic passes; refuses nothing."""

import re
from collections.abc import Iterator

from msgspec import Struct

from netops.lab.ios.tree import Tree

_ATTACHED = re.compile(r"service-policy (input|output) (\S+)")
_RATE = re.compile(r"(?:police (?:cir )?|shape average )(\d+)")


class Limiter(Struct, frozen=True):
    """The class of a policy-map that limits a port one way (`input`, `output`) to `rate` bit/s, by this line."""

    port: str
    way: str
    policy: str
    name: str
    line: str
    rate: int


def attached(root: Tree) -> Iterator[tuple[str, str, str]]:
    """(port, way, policy-map) for every `service-policy`, in the order of the configuration."""
    for header, lines in root.items():
        if header.startswith("interface "):
            for line in lines:
                found = _ATTACHED.fullmatch(line)
                if found:
                    yield header.removeprefix("interface "), found[1], found[2]


def shapes(root: Tree, policy: str) -> bool:
    classes = root.get(f"policy-map {policy}", {})
    return any(line.startswith("shape ") for below in classes.values() for line in below)


def limiters(root: Tree) -> tuple[Limiter, ...]:
    """What limits everything of a port: the lab's hosts mark nothing, so all they send is of `class-default`."""
    found = []
    for port, way, policy in attached(root):
        for line in root.get(f"policy-map {policy}", {}).get("class class-default", {}):
            rate = _RATE.match(line)
            if rate:
                found.append(Limiter(port, way, policy, "class-default", line, int(rate[1])))
    return tuple(found)


def classes(root: Tree, policy: str) -> list[str]:
    """The classes of a policy-map in order; what no class takes is of `class-default`, which is always there."""
    named = [line.removeprefix("class ") for line in root.get(f"policy-map {policy}", {}) if line.startswith("class ")]
    return [name for name in named if name != "class-default"] + ["class-default"]
