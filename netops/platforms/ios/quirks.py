"""What Cisco-like switches spell, default and forbid: data only, no logic."""

INTERFACES = {
    "fa": "FastEthernet",
    "gi": "GigabitEthernet",
    "te": "TenGigabitEthernet",
    "fo": "FortyGigabitEthernet",
    "hu": "HundredGigE",
    "et": "Ethernet",
    "po": "Port-channel",
    "lo": "Loopback",
    "vl": "Vlan",
}
"""First two letters of an interface kind, lower case, to the name that the running configuration shows."""

LOGICAL = ("Vlan", "Loopback", "Port-channel")
"""Kinds that exist by being configured; every other interface must be there already."""

KEYED = (
    "description",
    "duplex",
    "hostname",
    "ip address",
    "name",
    "police",
    "service-policy input",
    "service-policy output",
    "shape average",
    "spanning-tree bpduguard",
    "spanning-tree portfast",
    "speed",
    "switchport access vlan",
    "switchport mode",
    "switchport trunk encapsulation",
    "switchport trunk native vlan",
    "switchport voice vlan",
)
"""Commands of which a section holds one: the last value wins, and `no <command>` takes any value away."""

WHOLE = ("service-policy input", "service-policy output")
"""Of these `no` takes the value too: `no service-policy input <policy-map>` (command reference, service-policy)."""

RATES = r"(police (?:cir )?|shape average )(\d+)(?= |$)"
"""A line that limits, up to its rate in bit/s; what stands behind it (burst, actions) is its owner's."""

DEFAULTS = ("switchport access vlan 1", "switchport trunk native vlan 1", "duplex auto", "speed auto")
"""Values that a running configuration does not show."""

SPELLINGS = {"spanning-tree portfast edge": "spanning-tree portfast"}
"""Lines that later releases show in other words (the portfast of 15.2E), to ours."""

ALLOWED = "switchport trunk allowed vlan"
"""The shared list: a trunk without this line carries every VLAN."""

FORBIDDEN = (
    r"end$",
    r"exi(t)?\b",
    r"do(-exec)?\b",
    r"rel(oad)?\b",
    r"wr(i|it|ite)?\b",
    r"conf(i|ig|igure)?\b",
    r"copy\b",
    r"erase\b",
    r"del(ete)?\b",
    r"format\b",
    r"tclsh\b",
    r"macro\b",
    r"banner\b",
    r"event\s+manager\b",
    r"alias\b",
    r"boot\b",
    r"default\b",
    r"interface\s+range\b",
    r"(no\s+)?(vlan|interface)\s*$",
    r"no\s+(vlan|interface)\b",
)
"""Lines a template may never send: they leave the section, reach exec mode, or remove what only an end may remove."""

MAX_VLAN_NAME = 32
RESERVED_VLANS = frozenset({1, 1002, 1003, 1004, 1005})

ARCHIVE = ("configure terminal", "archive", " path flash:netops-archive", " maximum 14", "end", "write memory")
"""What to paste on a device so that `configure terminal revert timer` works."""
