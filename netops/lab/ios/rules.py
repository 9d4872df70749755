"""Configuration commands as data: pattern, mode, and which leading words identify the line; refuses unknown commands."""

from msgspec import Struct


class Rule(Struct, frozen=True, kw_only=True):
    """`key` leading words identify the line (a second one replaces it); `default` is the line that is not shown.

    `handler` names a function of `configure`; `negative` keeps `no …` as a line of its own, because the positive form
    is the default; `enters` is the mode that the command opens.
    """

    mode: str
    pattern: str
    key: int
    default: str = ""
    handler: str = "plain"
    negative: bool = False
    enters: str = ""


def _rules(mode: str, *rows: tuple[str, int]) -> tuple[Rule, ...]:
    return tuple(Rule(mode=mode, pattern=pattern, key=key) for pattern, key in rows)


GLOBAL = (
    Rule(mode="config", pattern="hostname <word>", key=1, handler="hostname"),
    Rule(mode="config", pattern="interface range <range>", key=0, handler="interface_range"),
    Rule(mode="config", pattern="interface <if>", key=2, handler="interface"),
    Rule(mode="config", pattern="vlan <vlans>", key=2, handler="vlan"),
    Rule(mode="config", pattern="vlan internal allocation policy <word>", key=4),
    Rule(mode="config", pattern="vtp mode <word>", key=2, handler="vtp_mode"),
    Rule(mode="config", pattern="archive", key=1, enters="archive", handler="enter"),
    Rule(mode="config", pattern="class-map <word>", key=2, enters="cmap", handler="class_map"),
    Rule(mode="config", pattern="class-map match-all <word>", key=3, enters="cmap", handler="class_map"),
    Rule(mode="config", pattern="class-map match-any <word>", key=3, enters="cmap", handler="class_map"),
    Rule(mode="config", pattern="policy-map <word>", key=2, enters="pmap", handler="policy_map"),
    Rule(mode="config", pattern="line con <0-0>", key=3, enters="line", handler="enter"),
    Rule(mode="config", pattern="line vty <0-15> <0-15>", key=4, enters="line", handler="enter"),
    Rule(mode="config", pattern="ip access-list standard <word>", key=4, enters="std-nacl", handler="enter"),
    Rule(mode="config", pattern="ip access-list extended <word>", key=4, enters="ext-nacl", handler="enter"),
    Rule(mode="config", pattern="ip domain-lookup", key=2, default="ip domain-lookup", negative=True),
    Rule(mode="config", pattern="ip http server", key=3, negative=True),
    Rule(mode="config", pattern="ip http secure-server", key=3, negative=True),
    Rule(mode="config", pattern="service pad", key=2, default="service pad", negative=True),
    Rule(mode="config", pattern="service password-encryption", key=2, negative=True),
    Rule(mode="config", pattern="aaa new-model", key=2, negative=True),
    Rule(mode="config", pattern="banner motd <line>", key=2, handler="banner"),
    Rule(mode="config", pattern="banner login <line>", key=2, handler="banner"),
    Rule(mode="config", pattern="default interface <if>", key=0, handler="default_interface"),
    *_rules(
        "config",
        ("cdp run", 2),
        ("clock timezone <word> <line>", 2),
        ("enable secret <line>", 2),
        ("errdisable recovery cause <word>", 4),
        ("errdisable recovery interval <30-86400>", 3),
        ("file prompt quiet", 2),
        ("ip default-gateway <ip>", 2),
        ("ip dhcp snooping", 3),
        ("ip dhcp snooping vlan <vlans>", 5),
        ("ip domain-name <word>", 2),
        ("ip name-server <ip>", 3),
        ("ip route <ip> <mask> <ip>", 5),
        ("ip scp server enable", 4),
        ("ip ssh version <1-2>", 3),
        ("lldp run", 2),
        ("logging buffered <4096-2147483647>", 2),
        ("logging host <ip>", 3),
        ("ntp server <ip>", 3),
        ("service timestamps debug <line>", 3),
        ("service timestamps log <line>", 3),
        ("snmp-server community <word> ro", 3),
        ("snmp-server community <word> rw", 3),
        ("snmp-server contact <line>", 2),
        ("snmp-server group <word> v3 priv", 3),
        ("snmp-server host <ip> <line>", 3),
        ("snmp-server location <line>", 2),
        ("spanning-tree extend system-id", 3),
        ("spanning-tree mode mst", 2),
        ("spanning-tree mode pvst", 2),
        ("spanning-tree mode rapid-pvst", 2),
        ("spanning-tree portfast bpduguard default", 4),
        ("spanning-tree vlan <vlans> priority <0-61440>", 4),
        ("username <word> <line>", 2),
        ("version <word>", 1),
        ("switch <1-9> provision <word>", 3),
    ),
)

INTERFACE = (
    Rule(mode="config-if", pattern="switchport access vlan <1-4094>", key=3, default="1", handler="access_vlan"),
    Rule(mode="config-if", pattern="switchport trunk native vlan <1-4094>", key=4, default="1", handler="switchport"),
    Rule(mode="config-if", pattern="switchport voice vlan <1-4094>", key=3, handler="switchport"),
    Rule(mode="config-if", pattern="switchport mode access", key=2, handler="switchport"),
    Rule(mode="config-if", pattern="switchport mode trunk", key=2, handler="switchport"),
    Rule(mode="config-if", pattern="switchport mode dynamic auto", key=2, default="auto", handler="switchport"),
    Rule(mode="config-if", pattern="switchport mode dynamic desirable", key=2, handler="switchport"),
    Rule(mode="config-if", pattern="switchport nonegotiate", key=2, handler="switchport"),
    Rule(mode="config-if", pattern="switchport protected", key=2, handler="switchport"),
    Rule(mode="config-if", pattern="switchport port-security", key=2, handler="switchport"),
    Rule(mode="config-if", pattern="switchport trunk allowed vlan <vlans>", key=4, handler="allowed"),
    *(
        Rule(mode="config-if", pattern=f"switchport trunk allowed vlan {tail}", key=4, handler="allowed")
        for tail in ("add <vlans>", "remove <vlans>", "except <vlans>", "none", "all")
    ),
    Rule(mode="config-if", pattern="spanning-tree portfast", key=2, handler="portfast"),
    Rule(mode="config-if", pattern="spanning-tree portfast edge", key=2, handler="portfast"),
    Rule(mode="config-if", pattern="spanning-tree portfast edge trunk", key=2, handler="portfast"),
    Rule(mode="config-if", pattern="spanning-tree portfast trunk", key=2, handler="portfast"),
    Rule(mode="config-if", pattern="ip address <ip> <mask>", key=2, handler="ip_address"),
    Rule(mode="config-if", pattern="ip address dhcp", key=2, handler="ip_address"),
    Rule(mode="config-if", pattern="cdp enable", key=2, default="cdp enable", negative=True),
    Rule(mode="config-if", pattern="lldp transmit", key=2, default="lldp transmit", negative=True),
    Rule(mode="config-if", pattern="lldp receive", key=2, default="lldp receive", negative=True),
    Rule(mode="config-if", pattern="speed auto", key=1, default="auto"),
    Rule(mode="config-if", pattern="duplex auto", key=1, default="auto"),
    *_rules(
        "config-if",
        ("description <line>", 1),
        ("duplex full", 1),
        ("duplex half", 1),
        ("ip dhcp snooping limit rate <1-2048>", 5),
        ("ip dhcp snooping trust", 4),
        ("ip helper-address <ip>", 3),
        ("load-interval <30-600>", 1),
        ("power inline auto", 2),
        ("power inline never", 2),
        ("shutdown", 1),
        ("spanning-tree bpduguard disable", 2),
        ("spanning-tree bpduguard enable", 2),
        ("speed 10", 1),
        ("speed 100", 1),
        ("speed 1000", 1),
        ("storm-control broadcast level <word>", 3),
        ("storm-control multicast level <word>", 3),
    ),
)

RATE = "<8000-100000000000>"
OTHERS = (
    Rule(mode="config-pmap", pattern="class <word>", key=2, enters="pmap-c", handler="policy_class"),
    *_rules("config-pmap", ("description <line>", 1)),
    *(
        Rule(mode="config-pmap-c", pattern=f"police {tail}", key=1, enters="pmap-c-police", handler="police")
        for tail in (
            f"{RATE}",
            f"{RATE} <1000-2000000000>",
            f"{RATE} <1000-2000000000> exceed-action drop",
            f"cir {RATE}",
            f"cir {RATE} bc <1000-2000000000>",
        )
    ),
    Rule(mode="config-pmap-c", pattern=f"shape average {RATE}", key=2, handler="shape"),
    *_rules("config-pmap-c", ("set dscp <word>", 2), ("bandwidth percent <1-100>", 1), ("bandwidth <1-100000000>", 1)),
    *_rules("config-pmap-c-police", ("conform-action transmit", 1), ("exceed-action drop", 1)),
    *_rules("config-cmap", ("match <line>", 99)),
    Rule(mode="config-if", pattern="service-policy input <word>", key=3, handler="service_policy"),
    Rule(mode="config-if", pattern="service-policy output <word>", key=3, handler="service_policy"),
    Rule(mode="config-vlan", pattern="name <word>", key=1, handler="vlan_name"),
    Rule(mode="config-vlan", pattern="state active", key=1, default="active"),
    Rule(mode="config-vlan", pattern="state suspend", key=1),
    Rule(mode="config-vlan", pattern="shutdown", key=1),
    Rule(mode="config-archive", pattern="log config", key=2, enters="archive-log-cfg", handler="enter"),
    Rule(mode="config-archive", pattern="maximum <1-14>", key=1, default="10"),
    *_rules("config-archive", ("path <line>", 1), ("time-period <1-525600>", 1), ("write-memory", 1)),
    *_rules("config-archive-log-cfg", ("hidekeys", 1), ("logging enable", 2), ("notify syslog", 2)),
    *_rules(
        "config-line",
        ("access-class <word> in", 1),
        ("exec-timeout <0-35791> <0-2147483>", 1),
        ("exec-timeout <0-35791>", 1),
        ("length <0-512>", 1),
        ("logging synchronous", 2),
        ("login", 1),
        ("login local", 1),
        ("password <line>", 1),
        ("privilege level <0-15>", 2),
        ("transport input <line>", 2),
    ),
    *_rules("config-std-nacl", ("permit <line>", 99), ("deny <line>", 99), ("<1-99999> <line>", 1)),
    *_rules("config-ext-nacl", ("permit <line>", 99), ("deny <line>", 99), ("<1-99999> <line>", 1)),
)

RULES = GLOBAL + INTERFACE + OTHERS
