"""Interface names and VLAN lists as IOS writes them; refuses names and lists that the hardware cannot have."""

import re
from collections.abc import Iterable

KINDS = {
    "GigabitEthernet": "Gi",
    "TenGigabitEthernet": "Te",
    "FastEthernet": "Fa",
    "Port-channel": "Po",
    "Vlan": "Vl",
    "Loopback": "Lo",
}
ALL_VLANS = frozenset(range(1, 4095))
RESERVED = frozenset(range(1002, 1006))  # FDDI and Token Ring, present on every Catalyst, not removable
_NAME = re.compile(r"([A-Za-z][A-Za-z-]*) ?(\d+(?:/\d+)*)")


def kinds_of(letters: str) -> tuple[str, ...]:
    """The interface kinds that `letters` may abbreviate."""
    return tuple(kind for kind in KINDS if kind.lower().startswith(letters.lower()))


def canonical(text: str) -> str | None:
    """`gi1/0/5`, `Gig 1/0/5` → `GigabitEthernet1/0/5`; None where it is no interface name of one kind."""
    match = _NAME.fullmatch(text.strip())
    if match is None:
        return None
    kinds = kinds_of(match[1])
    return f"{kinds[0]}{match[2]}" if len(kinds) == 1 else None


def short(name: str) -> str:
    """`GigabitEthernet1/0/5` → `Gi1/0/5`."""
    kind = kind_of(name)
    return KINDS.get(kind, "") + name[len(kind) :]


def kind_of(name: str) -> str:
    """ "" for a kind that is not simulated; such interfaces are only kept and listed."""
    return next((kind for kind in KINDS if name.startswith(kind)), "")


def is_vlan(name: str) -> bool:
    return name.startswith("Vlan")


def is_switchport(name: str) -> bool:
    """Port of the switching hardware; FastEthernet0 of a 2960-X is the routed management port."""
    return name.startswith(("GigabitEthernet", "TenGigabitEthernet", "Port-channel"))


def order(name: str) -> tuple[int, tuple[int, ...]]:
    """Sort key of the running configuration: port channels, Fast, Gigabit, Ten, then SVIs, each by number."""
    kinds = ("Port-channel", "Loopback", "FastEthernet", "GigabitEthernet", "TenGigabitEthernet", "", "Vlan")
    return kinds.index(kind_of(name)), tuple(int(part) for part in re.findall(r"\d+", name)) or (0,)


def index_of(name: str) -> int:
    """ifIndex: an SVI has its VLAN's number, Po30 has 5030 (recording of a C3560), Gi1/0/n has 10100+n (stack member 1)."""
    numbers = order(name)[1]
    match kind_of(name):
        case "Vlan":
            return numbers[0]
        case "Port-channel":
            return 5000 + numbers[0]
        case "FastEthernet":
            return 14001 + numbers[-1]
        case "Loopback":
            return 13000 + numbers[0]
        case "TenGigabitEthernet":
            return 10600 + 100 * (numbers[0] if len(numbers) > 1 else 1) + numbers[-1]
        case _:
            return 10000 + 100 * (numbers[0] if len(numbers) > 1 else 1) + numbers[-1]


def vlan_set(text: str) -> frozenset[int] | None:
    """`10,20,210-212` → the set; None for anything that is not a list of VLANs of 1..4094 in rising ranges."""
    found: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"(\d{1,4})(?:-(\d{1,4}))?", part)
        if match is None:
            return None
        first, last = int(match[1]), int(match[2] or match[1])
        if not 1 <= first <= last <= 4094 or (match[2] is not None and first == last):
            return None
        found.update(range(first, last + 1))
    return frozenset(found)


def vlan_text(vlans: Iterable[int]) -> str:
    """As IOS prints it: two neighbours stay `10,11`, three and more become `210-212`."""
    runs: list[list[int]] = []
    for vlan in sorted(vlans):
        if runs and vlan == runs[-1][-1] + 1:
            runs[-1].append(vlan)
        else:
            runs.append([vlan])
    parts: list[str] = []
    for run in runs:
        if len(run) > 2:
            parts.append(f"{run[0]}-{run[-1]}")
        else:
            parts += [str(vlan) for vlan in run]
    return ",".join(parts)


def mac_dotted(mac: str) -> str:
    """`00:1e:14:aa:bb:01` → `001e.14aa.bb01`."""
    digits = mac.replace(":", "").lower()
    return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"
