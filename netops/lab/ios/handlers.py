"""What each configuration command does to the tree, as a Catalyst does it; refuses with the device's own texts."""

import ipaddress
import re
from collections.abc import Callable

from netops.lab.ios import names, policies, tree
from netops.lab.ios.rules import Rule
from netops.lab.ios.tree import Path, Tree
from netops.lab.ios.work import Entry, Misplaced, Mode, Rejected, Work


def _key(work: Work, rule: Rule) -> Path:
    return tuple(tree.positive(work.line).split()[: rule.key])


def _plain(work: Work, entry: Entry) -> Mode | None:
    rule, key, line = entry.rule, _key(work, entry.rule), tree.positive(work.line)
    for _, lines in work.below():
        is_default = bool(rule.default) and line.split()[-len(rule.default.split()) :] == rule.default.split()
        if entry.negative and rule.negative:
            tree.put(lines, "no " + " ".join(key), key)
        elif entry.negative or is_default:
            tree.drop(lines, key)
        elif key[:2] == ("snmp-server", "community"):
            tree.put(lines, f"{line[:-2]}{line[-2:].upper()}", key)  # the listing says RO and RW
        else:
            tree.put(lines, line, key)
    return None


def _enter(work: Work, entry: Entry) -> Mode | None:
    header = tree.positive(work.line)
    if entry.negative:
        for _, lines in work.below():
            tree.drop(lines, tuple(header.split()))
        return None
    paths = []
    for path, lines in work.below():
        lines.setdefault(header, {})
        paths.append((*path, header))
    return Mode(f"config-{entry.rule.enters}", tuple(paths))


def _hostname(work: Work, entry: Entry) -> Mode | None:
    name = "Switch" if entry.negative else work.args[0]
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,62}", name):
        raise Rejected("% Hostname contains one or more illegal characters.")
    tree.put(work.root, f"hostname {name}", ("hostname",))
    return None


def _must_exist(work: Work, name: str) -> None:
    if not names.is_switchport(name) and not name.startswith("FastEthernet"):
        if names.is_vlan(name) and not 1 <= names.order(name)[1][0] <= 4094:
            raise Misplaced(_number(work.typed))
    elif not name.startswith("Port-channel") and name not in work.hardware:
        raise Misplaced(_number(work.typed))


def _number(typed: str) -> int:
    """Where the last number of a typed interface name begins: a port that the hardware lacks is invalid there."""
    found = list(re.finditer(r"\d+", typed))
    return found[-1].start() if found else len(typed)


def _fresh(name: str) -> Tree:
    """A layer-3 interface without an address says so; a switch port says nothing."""
    return {} if names.is_switchport(name) else {"no ip address": {}}


def _interface(work: Work, entry: Entry) -> Mode | None:
    name = work.args[0]
    _must_exist(work, name)
    header = f"interface {name}"
    if entry.negative:
        if name in work.hardware and not names.is_vlan(name):
            raise Rejected("% Removal of physical interfaces is not permitted")
        work.root.pop(header, None)
        return None
    work.root.setdefault(header, _fresh(name))
    return Mode("config-if", ((header,),))


def _interface_range(work: Work, _entry: Entry) -> Mode | None:
    found: list[Path] = []
    for part in work.args[0].split(","):
        shape = re.fullmatch(r"([A-Za-z-]+ ?(?:\d+/)*)(\d+)(?: *- *(\d+))?", part.strip())
        last = int(shape[3] or shape[2]) if shape else 0
        if shape is None or last < int(shape[2]):
            raise Misplaced(_number(work.typed))
        for number in range(int(shape[2]), last + 1):
            name = names.canonical(f"{shape[1]}{number}")
            if name is None or f"interface {name}" not in work.root:
                raise Misplaced(_number(work.typed))
            found.append((f"interface {name}",))
    return Mode("config-if-range", tuple(found))


def _default_interface(work: Work, _entry: Entry) -> Mode | None:
    name = work.args[0]
    _must_exist(work, name)
    work.root[f"interface {name}"] = _fresh(name)
    work.output.append(f"Interface {name} set to default configuration")
    return None


def _vlans(text: str) -> frozenset[int]:
    found = names.vlan_set(text)
    if found is None:
        raise Rejected(
            f"Command rejected: Bad VLAN list - character #{len(text)} (EOL) delimits a VLAN",
            "number which is out of the range 1..4094.",
        )
    return found


def _vlan(work: Work, entry: Entry) -> Mode | None:
    found = sorted(_vlans(work.args[0]))
    if entry.negative:
        fixed = [vlan for vlan in found if vlan == 1 or vlan in names.RESERVED]
        if fixed:
            raise Rejected(f"%Default VLAN {fixed[0]} may not be deleted.")
        for vlan in found:
            work.root.pop(f"vlan {vlan}", None)
        return None
    for vlan in found:
        if vlan != 1 and vlan not in names.RESERVED:
            work.root.setdefault(f"vlan {vlan}", {})
    return Mode("config-vlan", tuple((f"vlan {vlan}",) for vlan in found))


def _vlan_name(work: Work, entry: Entry) -> Mode | None:
    for path in work.mode.paths:
        own = int(path[0].split()[1])
        if own == 1 or own in names.RESERVED:
            raise Rejected(f"Default VLAN {own} may not have its name changed.")
        name = "" if entry.negative else work.args[0]
        # The limit is documented (1 to 32 characters); the exact words of the two refusals are from memory.
        if len(name) > 32:
            raise Rejected("Command rejected: Bad VLAN name - longer than 32 characters.")
        twin = [vlan for vlan, known in tree.vlans(work.root).items() if known == name and vlan != own]
        if twin:
            raise Rejected(f"VLAN #{twin[0]} and #{own} have an identical name: {name}")
    return _plain(work, entry)


def _switchport(work: Work, entry: Entry) -> Mode | None:
    for path, lines in work.below():
        name = path[0].split(" ", 1)[1]
        if not names.is_switchport(name):
            raise Misplaced(len(work.typed) - len(work.typed.lstrip()))
        dynamic = tree.find(lines, ("switchport", "mode"))
        if work.line == "switchport nonegotiate" and work.strict and (dynamic is None or "dynamic" in dynamic):
            raise Rejected(
                "Command rejected: Conflict between 'nonegotiate' and 'dynamic' status on this interface:"
                f" {names.short(name)}"
            )
    return _plain(work, entry)


def _access_vlan(work: Work, entry: Entry) -> Mode | None:
    vlan = 1 if entry.negative else int(work.args[0])
    if vlan in names.RESERVED:
        raise Rejected(f"Command rejected: VLAN {vlan} is not a valid access VLAN.")
    if work.strict and vlan not in tree.vlans(work.root):
        work.output.append(f"% Access VLAN does not exist. Creating vlan {vlan}")
        work.root[f"vlan {vlan}"] = {}
    return _switchport(work, entry)


def _allowed(work: Work, entry: Entry) -> Mode | None:
    key = ("switchport", "trunk", "allowed", "vlan")
    given = _vlans(work.args[0]) if work.args else frozenset()
    word = "all" if entry.negative else (work.line.split()[4:] or ["all"])[0]
    for path, lines in work.below():
        if not names.is_switchport(path[0].split(" ", 1)[1]):
            raise Misplaced(0)
        old = tree.find(lines, key)
        text = old.split()[-1] if old else ""
        now = names.ALL_VLANS if old is None else frozenset() if text == "none" else _vlans(text)
        # Adding to a trunk that carries everything changes nothing: `all` is the absence of a list.
        match word:
            case "all":
                now = names.ALL_VLANS
            case "none":
                now = frozenset()
            case "add":
                now |= given
            case "remove":
                now -= given
            case "except":
                now = names.ALL_VLANS - given
            case _:
                now = given
        if now == names.ALL_VLANS:
            tree.drop(lines, key)
        else:
            tree.put(lines, f"switchport trunk allowed vlan {names.vlan_text(now) or 'none'}", key)
    return None


_PORTFAST = (
    "%Warning: portfast should only be enabled on ports connected to a single",
    " host. Connecting hubs, concentrators, switches, bridges, etc... to this",
    " interface  when portfast is enabled, can cause temporary bridging loops.",
    " Use with CAUTION",
    "",
)


def _portfast(work: Work, entry: Entry) -> Mode | None:
    """From 15.2 on the listing says `portfast edge` whichever form was typed."""
    if not entry.negative:
        trunk = " trunk" if work.line.endswith(" trunk") else ""
        work.line = f"spanning-tree portfast{' edge' if work.modern else ''}{trunk}"
        work.output += _PORTFAST
        for path, _ in work.below():
            work.output.append(f"%Portfast has been configured on {path[0].split(' ', 1)[1]} but will only")
            work.output.append(" have effect when the interface is in a non-trunking mode.")
    return _plain(work, entry)


def _ip_address(work: Work, entry: Entry) -> Mode | None:
    for path, lines in work.below():
        name = path[0].split(" ", 1)[1]
        if names.is_switchport(name):
            raise Rejected("% IP addresses may not be configured on L2 links.")
        if entry.negative:
            tree.put(lines, "no ip address", ("ip", "address"))
            continue
        if len(work.args) == 2:
            _no_overlap(work, name)
        tree.put(lines, work.line, ("ip", "address"))
    return None


def _no_overlap(work: Work, name: str) -> None:
    try:
        own = ipaddress.IPv4Interface("/".join(work.args))
    except ValueError:
        raise Rejected(f"Bad mask 0x{int(ipaddress.IPv4Address(work.args[1])):X} for address {work.args[0]}") from None
    for other, lines in tree.interfaces(work.root).items():
        line = tree.find(lines, ("ip", "address"))
        words = line.split() if line else []
        if other != name and len(words) == 4 and words[0] == "ip":
            network = ipaddress.IPv4Interface(f"{words[2]}/{words[3]}").network
            if network.overlaps(own.network):
                raise Rejected(f"% {own.network.network_address} overlaps with {other}")


def _vtp_mode(work: Work, entry: Entry) -> Mode | None:
    mode = "server" if entry.negative else work.args[0].lower()
    modes = [known for known in ("server", "client", "transparent", "off") if known.startswith(mode)]
    if len(modes) != 1:
        raise Misplaced(work.typed.rfind(work.args[0]))
    tree.drop(work.root, ("vtp", "mode"))
    if modes[0] != "server":
        work.root[f"vtp mode {modes[0]}"] = {}
    work.output.append(f"Setting device to VTP {modes[0].capitalize()} mode for VLANS.")
    return None


def _banner(work: Work, entry: Entry) -> Mode | None:
    kind = tree.positive(work.line).split()[1]
    tree.drop(work.root, ("banner", kind))
    if not entry.negative:
        delimiter = "^C" if work.args[0].startswith("^C") else work.args[0][0]
        text = work.args[0].removeprefix(delimiter).split(delimiter)[0]
        work.root[f"banner {kind} ^C{text}^C"] = {}
    return None


def _class_map(work: Work, entry: Entry) -> Mode | None:
    """The listing always says how several matches count; `match-all` is the default (command reference, class-map)."""
    kind = "any" if "match-any" in work.line.split() else "all"
    header = f"class-map match-{kind} {work.args[0]}"
    for line in [line for line in work.root if re.fullmatch(rf"class-map match-\w+ {re.escape(work.args[0])}", line)]:
        if entry.negative:
            del work.root[line]
        else:
            header = line
    if entry.negative:
        return None
    work.root.setdefault(header, {})
    return Mode("config-cmap", ((header,),))


def _policy_map(work: Work, entry: Entry) -> Mode | None:
    header = f"policy-map {work.args[0]}"
    if not entry.negative:
        work.root.setdefault(header, {})
        return Mode("config-pmap", ((header,),))
    if any(name == work.args[0] for _, _, name in policies.attached(work.root)):
        # That it stays while it is in force is documented; these words are from memory.
        raise Rejected(f"% Policy map {work.args[0]} is in use and cannot be removed")
    work.root.pop(header, None)
    return None


def _policy_class(work: Work, entry: Entry) -> Mode | None:
    name = work.args[0]
    known = any(re.fullmatch(rf"class-map match-\w+ {re.escape(name)}", line) for line in work.root)
    if not entry.negative and name != "class-default" and not known:
        raise Rejected(f"% class map {name} not configured")  # words from memory
    return _enter(work, entry)


def _police(work: Work, entry: Entry) -> Mode | None:
    """One policer a class; giving its figures again keeps its actions. Where none are given on the line they are listed
    below it: transmit what conforms, drop what exceeds (command reference, police: the defaults).
    """
    if entry.negative:
        return _plain(work, entry)
    inline = "exceed-action" in work.line
    paths = []
    for path, lines in work.below():
        old = tree.find(lines, ("police",))
        below = (
            {}
            if inline
            else (lines.get(old, {}) if old else {}) or {"conform-action transmit": {}, "exceed-action drop": {}}
        )
        tree.put(lines, work.line, ("police",))
        lines[work.line] = below
        paths.append((*path, work.line))
    return work.mode if inline else Mode("config-pmap-c-police", tuple(paths))


def _shape(work: Work, entry: Entry) -> Mode | None:
    """Only what goes out can be shaped (command reference of the ME 3400, policy-map)."""
    for path, _ in work.below():
        name = path[0].removeprefix("policy-map ")
        if not entry.negative and any(
            way == "input" and other == name for _, way, other in policies.attached(work.root)
        ):
            raise Rejected("shape is not supported in input policies", "Service Policy attachment failed")
    return _plain(work, entry)


def _service_policy(work: Work, entry: Entry) -> Mode | None:
    """One policy-map for each port and direction; one of IOS XE, or only what comes in (command reference of the Catalyst
    3750, service-policy: "The output keyword is also not supported"). The words of the refusals are from memory.
    """
    way, name = tree.positive(work.line).split()[1:3]
    for _, lines in work.below():
        old = tree.find(lines, ("service-policy", way))
        if entry.negative:
            if old == f"service-policy {way} {name}":
                del lines[old]
            continue
        if work.strict and f"policy-map {name}" not in work.root:
            raise Rejected(f"% policy map {name} not configured")
        if way == "output" and not work.xe:
            raise Rejected("% Service policy output is not supported on this interface")
        if old is not None and old != work.line:
            raise Rejected(f"Policy map {old.split()[2]} is already attached")
        if work.strict and way == "input" and policies.shapes(work.root, name):
            raise Rejected("shape is not supported in input policies", "Service Policy attachment failed")
        lines[work.line] = {}
    return None


HANDLERS: dict[str, Callable[[Work, Entry], Mode | None]] = {
    "plain": _plain,
    "enter": _enter,
    "hostname": _hostname,
    "interface": _interface,
    "interface_range": _interface_range,
    "default_interface": _default_interface,
    "vlan": _vlan,
    "vlan_name": _vlan_name,
    "switchport": _switchport,
    "access_vlan": _access_vlan,
    "allowed": _allowed,
    "portfast": _portfast,
    "ip_address": _ip_address,
    "vtp_mode": _vtp_mode,
    "banner": _banner,
    "class_map": _class_map,
    "policy_map": _policy_map,
    "policy_class": _policy_class,
    "police": _police,
    "shape": _shape,
    "service_policy": _service_policy,
}
