"""Exec commands as data: pattern, privilege level, and the function that answers; refuses everything else."""

from collections.abc import Callable

from msgspec import Struct

from netops.lab.ios import file_commands, grammar, show, show_policies, show_ports
from netops.lab.ios.state import Snapshot

Answer = Callable[[Snapshot, tuple[str, ...]], list[str] | None]


class Command(Struct, frozen=True, kw_only=True):
    """Either `show` (a function of the snapshot) or `act` (a name that the shell knows)."""

    level: int = 1
    show: Answer | None = None
    act: str = ""


SHOWS: tuple[tuple[str, int, Answer], ...] = (
    ("show archive", 15, show.archive),
    ("show archive config differences", 15, show.differences),
    ("show archive config differences <word>", 15, show.differences),
    ("show archive config differences <word> <word>", 15, show.differences),
    ("show archive config incremental-diffs <word>", 15, show.incremental),
    ("show archive config incremental-diffs <word> ignorecase", 15, show.incremental),
    ("show archive config rollback timer", 15, show.rollback_timer),
    ("show arp", 1, show_ports.arp),
    ("show clock", 1, show.clock),
    ("show configuration", 15, show.startup),
    ("show environment temperature", 1, show.temperature),
    ("show environment temperature status", 1, show.temperature),
    ("show hosts", 1, show.hosts),
    ("show interfaces", 1, show_ports.interfaces),
    ("show interfaces <if>", 1, show_ports.interfaces),
    ("show interfaces <if> status", 1, show_ports.interfaces_status),
    ("show interfaces <if> switchport", 1, show_ports.interfaces_switchport),
    ("show interfaces description", 1, show_ports.interfaces_description),
    ("show interfaces status", 1, show_ports.interfaces_status),
    ("show interfaces switchport", 1, show_ports.interfaces_switchport),
    ("show interfaces trunk", 1, show_ports.interfaces_trunk),
    ("show inventory", 1, show.inventory),
    ("show ip arp", 1, show_ports.arp),
    ("show ip interface", 1, show_ports.ip_interface),
    ("show ip interface <if>", 1, show_ports.ip_interface),
    ("show ip interface brief", 1, show_ports.ip_brief),
    ("show ip ssh", 1, show.ip_ssh),
    ("show lldp neighbors", 1, show_ports.lldp),
    ("show lldp neighbors detail", 1, show_ports.lldp_detail),
    ("show mac address-table", 1, show_ports.mac_table),
    ("show mac address-table interface <if>", 1, show_ports.mac_table),
    ("show mac address-table vlan <1-4094>", 1, show_ports.mac_table),
    ("show memory statistics", 1, show.memory),
    ("show ntp associations", 1, show.ntp),
    ("show class-map", 1, show_policies.class_map),
    ("show policy-map", 1, show_policies.policy_map),
    ("show policy-map <word>", 1, show_policies.policy_map),
    ("show policy-map interface", 1, show_policies.policy_map_interface),
    ("show policy-map interface <if>", 1, show_policies.policy_map_interface),
    ("show processes cpu", 1, show.cpu),
    ("show running-config", 15, show.running),
    ("show running-config all", 15, show.running),
    ("show running-config interface <if>", 15, show.running),
    ("show snmp chassis", 15, show.snmp_chassis),
    ("show startup-config", 15, show.startup),
    ("show users", 1, show.users),
    ("show version", 1, show.version),
    ("show vlan", 1, show_ports.vlan),
    ("show vlan brief", 1, show_ports.vlan_brief),
    ("show vlan id <1-4094>", 1, show_ports.vlan_id),
    ("show vtp status", 1, show.vtp_status),
)

ACTS: tuple[tuple[str, int, str], ...] = (
    ("archive config", 15, "archive_config"),
    ("configure", 15, "configure_ask"),
    ("configure terminal", 15, "configure"),
    ("configure terminal revert timer <1-120>", 15, "configure_revert_timer"),
    ("configure confirm", 15, "confirm"),
    ("configure revert now", 15, "revert_now"),
    ("configure revert timer <1-120>", 15, "revert_timer"),
    ("copy running-config startup-config", 15, "copy_save"),
    ("disable", 1, "disable"),
    ("enable", 1, "enable"),
    ("exit", 1, "logout"),
    ("logout", 1, "logout"),
    ("quit", 1, "logout"),
    ("reload", 15, "reload"),
    ("show privilege", 1, "privilege"),
    ("terminal length <0-512>", 1, "length"),
    ("terminal monitor", 1, "nothing"),
    ("terminal no monitor", 1, "nothing"),
    ("terminal width <0-512>", 1, "nothing"),
    ("write", 15, "save"),
    ("write memory", 15, "save"),
)

# Words that a real switch knows too and that make abbreviations ambiguous; beyond the word itself nothing is simulated.
WORDS = (
    ("clear", 1),
    ("connect", 1),
    ("ping", 1),
    ("ssh", 1),
    ("telnet", 1),
    ("traceroute", 1),
    ("clock", 15),
    ("debug", 15),
    ("delete", 15),
    ("erase", 15),
    ("test", 15),
)


def _table(level: int) -> grammar.Node[Command]:
    rows = [(pattern, Command(level=need, show=answer)) for pattern, need, answer in SHOWS if need <= level]
    rows += [(pattern, Command(level=need, act=act)) for pattern, need, act in ACTS if need <= level]
    rows += [(pattern, Command(level=15, act=pattern)) for pattern in file_commands.COMMANDS if level == 15]
    root = grammar.build(rows)
    for word, need in WORDS:
        if need <= level:
            root.keywords.setdefault(word, grammar.Node())
    return root


TABLES = {1: _table(1), 15: _table(15)}
