"""`show policy-map`, `show policy-map interface`, `show class-map`, in the layout of published listings of IOS XE; pure."""

from netops.lab.ios import policies, tree
from netops.lab.ios.state import Snapshot
from netops.lab.ios.traffic import Policed

Args = tuple[str, ...]
_PACKET = 800


def policy_map(snap: Snapshot, args: Args) -> list[str]:
    wanted = [line for line in snap.running if line.startswith("policy-map ")]
    out: list[str] = []
    for header in wanted:
        name = header.removeprefix("policy-map ")
        if args and args[0] != name:
            continue
        out.append(f"  Policy Map {name}")
        for line, below in snap.running[header].items():
            if line.startswith("class "):
                out.append(f"    Class {line.removeprefix('class ')}")
                out += [f"      {text}" for one in below for text in (one, *(f"  {deep}" for deep in below[one]))]
    return out


def class_map(snap: Snapshot, args: Args) -> list[str]:
    found = [line.split()[1:] for line in snap.running if line.startswith("class-map ")]
    out: list[str] = []
    for number, (kind, name) in enumerate(found, 1):
        matches = snap.running[f"class-map {kind} {name}"]
        out += [f" Class Map {kind} {name} (id {number})", *(f"   {line.capitalize()}" for line in matches), ""]
    return [*out, f" Class Map match-any class-default (id {len(found) + 1})", "   Match any ", ""]


def policy_map_interface(snap: Snapshot, args: Args) -> list[str]:
    out: list[str] = []
    shown = ""
    for port, way, policy in policies.attached(snap.running):
        if args and args[0] != port:
            continue
        out += [f" {port} "] if port != shown else []
        shown = port
        out += ["", f"  Service-policy {way}: {policy}", ""]
        for name in policies.classes(snap.running, policy):
            out += _class(snap, port, way, policy, name)
    return out


def _class(snap: Snapshot, port: str, way: str, policy: str, name: str) -> list[str]:
    seen = snap.policed.get((port, way), Policed()) if name == "class-default" else Policed()
    packets = int(seen.offered) // _PACKET
    kind = next(
        (line.split()[1] for line in snap.running if line.startswith("class-map ") and line.endswith(f" {name}")),
        "match-any",
    )
    matches = (
        ["any "]
        if name == "class-default"
        else [line.removeprefix("match ") for line in snap.running.get(f"class-map {kind} {name}", {})]
    )
    below = snap.running.get(f"policy-map {policy}", {}).get(f"class {name}", {})
    out = [
        f"    Class-map: {name} ({kind})  ",
        f"      {packets} packets, {int(seen.offered)} bytes",
        "      5 minute offered rate 0000 bps, drop rate 0000 bps",
        *(f"      Match: {match}" for match in matches),
    ]
    police = tree.find(below, ("police",))
    shape = tree.find(below, ("shape",))
    if police:
        words = police.replace("cir ", "").split()
        burst = next((word for word in words[2:] if word.isdecimal()), str(int(words[1]) // 32))
        conformed, exceeded = int(seen.passed), int(seen.offered - seen.passed)
        out += [
            "      police:",
            f"          cir {words[1]} bps, bc {burst} bytes",
            f"        conformed {conformed} bytes; actions:",
            "          transmit ",
            f"        exceeded {exceeded} bytes; actions:",
            "          drop ",
            "        conformed 0000 bps, exceeded 0000 bps",
        ]
    elif shape:
        rate = int(shape.split()[2])
        out += [
            "      Queueing",
            "      ",
            f"      (total drops) {int(seen.offered - seen.passed)}",
            f"      (bytes output) {int(seen.passed)}",
            f"      shape (average) cir {rate}, bc {rate // 250}, be {rate // 250}",
            f"      target shape rate {rate}",
        ]
    return [*out, ""]
