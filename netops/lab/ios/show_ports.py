"""Show commands about VLANs, ports, addresses and neighbours: pure functions from a snapshot to lines."""

from netops.lab.ios import names, state, tree
from netops.lab.ios.state import Port, Snapshot, Svi

Args = tuple[str, ...]
_TYPE = "10/100/1000BaseTX"


def _vlan_rows(snap: Snapshot, vlan: int, name: str, ports: list[Port]) -> list[str]:
    """One VLAN; as many ports a line as its 31 columns take, the rest below."""
    status = "act/unsup" if vlan in names.RESERVED else _vlan_status(snap, vlan)
    groups = [""]
    for port in ports:
        joined = f"{groups[-1]}, {names.short(port.name)}" if groups[-1] else names.short(port.name)
        if len(joined) > 31:
            groups.append(names.short(port.name))
        else:
            groups[-1] = joined
    return [f"{vlan:<4d} {name:<32s} {status:<9s} {groups[0]}", *(" " * 48 + group for group in groups[1:])]


def _vlan_status(snap: Snapshot, vlan: int) -> str:
    below = snap.running.get(f"vlan {vlan}", {})
    if "shutdown" in below:
        return "act/lshut"
    return "suspended" if "state suspend" in below else "active"


def _access(snap: Snapshot, vlan: int) -> list[Port]:
    """Ports shown with a VLAN: its access ports, and configured trunks that do not trunk now; working trunks are not."""
    return [port for port in snap.ports if port.access_vlan == vlan and not (port.trunk and port.up)]


_VLAN_HEAD = [
    "",
    "VLAN Name                             Status    Ports",
    "---- -------------------------------- --------- -------------------------------",
]


def vlan_brief(snap: Snapshot, _args: Args) -> list[str]:
    rows = [_vlan_rows(snap, vlan, name, _access(snap, vlan)) for vlan, name in tree.vlans(snap.running).items()]
    return [*_VLAN_HEAD, *(line for row in rows for line in row)]


def _vlan_types(vlans: list[int]) -> list[str]:
    kinds = {1002: "fddi", 1003: "tr", 1004: "fdnet", 1005: "trnet"}
    return [
        "",
        "VLAN Type  SAID       MTU   Parent RingNo BridgeNo Stp  BrdgMode Trans1 Trans2",
        "---- ----- ---------- ----- ------ ------ -------- ---- -------- ------ ------",
        *(
            f"{vlan:<4d} {kinds.get(vlan, 'enet'):<5s} {100000 + vlan:<10d} 1500  -      -      -        -    -        0      0"
            for vlan in vlans
        ),
    ]


def vlan(snap: Snapshot, _args: Args) -> list[str]:
    return [
        *vlan_brief(snap, ()),
        *_vlan_types(list(tree.vlans(snap.running))),
        "",
        "Remote SPAN VLANs",
        "------------------------------------------------------------------------------",
        "",
        "",
        "Primary Secondary Type              Ports",
        "------- --------- ----------------- ------------------------------------------",
        "",
    ]


def vlan_id(snap: Snapshot, args: Args) -> list[str]:
    """One VLAN by number, here with the trunks that carry it."""
    number, known = int(args[0]), tree.vlans(snap.running)
    if number not in known:
        return [f"VLAN id {number} not found in current VLAN database"]
    ports = [port for port in snap.ports if port in _access(snap, number) or (port.trunk and number in port.allowed)]
    ports = [port for port in ports if not port.trunk or port.up]
    return [*_VLAN_HEAD, *_vlan_rows(snap, number, known[number], ports), *_vlan_types([number]), ""]


def _states(port: Port) -> tuple[str, str]:
    if port.status == "disabled":
        return "administratively down", "down (disabled) "
    # Which link state a port of a removed VLAN shows is from memory; that it is `inactive` is documented.
    return ("up", "up (connected) ") if port.up else ("down", f"down ({port.status}) ")


def _port_block(port: Port) -> list[str]:
    link, protocol = _states(port)
    mac, count = names.mac_dotted(port.mac), port.count
    speed = "Full-duplex, 1000Mb/s" if port.up else "Auto-duplex, Auto-speed"
    return [
        f"{port.name} is {link}, line protocol is {protocol}",
        f"  Hardware is Gigabit Ethernet, address is {mac} (bia {mac})",
        *([f"  Description: {port.description}"] if port.description else []),
        f"  MTU 1500 bytes, BW {port.speed // 1000} Kbit/sec, DLY 10 usec, ",
        "     reliability 255/255, txload 1/255, rxload 1/255",
        "  Encapsulation ARPA, loopback not set",
        "  Keepalive set (10 sec)",
        f"  {speed}, media type is {_TYPE}",
        "  input flow-control is off, output flow-control is unsupported ",
        "  ARP type: ARPA, ARP Timeout 04:00:00",
        f"  Last input {'00:00:00' if port.up else 'never'}, output {'00:00:00' if port.up else 'never'}, output hang never",
        '  Last clearing of "show interface" counters never',
        "  Input queue: 0/75/0/0 (size/max/drops/flushes); Total output drops: 0",
        "  Queueing strategy: fifo",
        "  Output queue: 0/40 (size/max)",
        f"  5 minute input rate {port.in_rate} bits/sec, {port.in_rate // 6400} packets/sec",
        f"  5 minute output rate {port.out_rate} bits/sec, {port.out_rate // 6400} packets/sec",
        f"     {count.in_packets} packets input, {count.in_octets} bytes, 0 no buffer",
        "     Received 0 broadcasts (0 multicasts)",
        "     0 runts, 0 giants, 0 throttles ",
        "     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored",
        "     0 watchdog, 0 multicast, 0 pause input",
        "     0 input packets with dribble condition detected",
        f"     {count.out_packets} packets output, {count.out_octets} bytes, 0 underruns",
        "     0 output errors, 0 collisions, 1 interface resets",
        "     0 unknown protocol drops",
        "     0 babbles, 0 late collision, 0 deferred",
        "     0 lost carrier, 0 no carrier, 0 pause output",
        "     0 output buffer failures, 0 output buffers swapped out",
    ]


def _svi_link(svi: Svi) -> tuple[str, str]:
    if not svi.admin_up:
        return "administratively down", "down"
    if svi.name.startswith("FastEthernet"):
        return ("up", "up") if svi.up else ("down", "down")
    return "up", "up" if svi.up else "down"


def _svi_block(svi: Svi) -> list[str]:
    link, protocol = _svi_link(svi)
    mac = names.mac_dotted(svi.mac)
    kind, fast = ("EtherSVI", "1000000") if names.is_vlan(svi.name) else ("Fast Ethernet", "100000")
    return [
        f"{svi.name} is {link}, line protocol is {protocol} ",
        f"  Hardware is {kind}, address is {mac} (bia {mac})",
        *([f"  Description: {svi.description}"] if svi.description else []),
        *([f"  Internet address is {svi.address}"] if svi.address else []),
        f"  MTU 1500 bytes, BW {fast} Kbit/sec, DLY 10 usec, ",
        "     reliability 255/255, txload 1/255, rxload 1/255",
        "  Encapsulation ARPA, loopback not set",
        "  ARP type: ARPA, ARP Timeout 04:00:00",
        "  Last input never, output never, output hang never",
        '  Last clearing of "show interface" counters never',
        "  Input queue: 0/75/0/0 (size/max/drops/flushes); Total output drops: 0",
        "  5 minute input rate 0 bits/sec, 0 packets/sec",
        "  5 minute output rate 0 bits/sec, 0 packets/sec",
        "     0 packets input, 0 bytes, 0 no buffer",
        "     Received 0 broadcasts (0 IP multicasts)",
        "     0 runts, 0 giants, 0 throttles ",
        "     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored",
        "     0 packets output, 0 bytes, 0 underruns",
        "     0 output errors, 0 interface resets",
    ]


def _wanted(snap: Snapshot, args: Args) -> tuple[list[Svi], list[Port]] | None:
    """All interfaces, or the one named; None where there is no such interface."""
    svis = [svi for svi in snap.svis if not args or svi.name == args[0]]
    ports = [port for port in snap.ports if not args or port.name == args[0]]
    svis.sort(key=lambda svi: (not names.is_vlan(svi.name), names.order(svi.name)))
    return (svis, ports) if svis or ports else None


def interfaces(snap: Snapshot, args: Args) -> list[str] | None:
    found = _wanted(snap, args)
    if found is None:
        return None
    return [line for svi in found[0] for line in _svi_block(svi)] + [line for p in found[1] for line in _port_block(p)]


def interfaces_description(snap: Snapshot, _args: Args) -> list[str]:
    rows = ["Interface                      Status         Protocol Description"]
    found = _wanted(snap, ()) or ([], [])
    for svi in found[0]:
        link, protocol = _svi_link(svi)
        link = link.replace("administratively", "admin")
        rows.append(f"{names.short(svi.name):<30s} {link:<14s} {protocol:<8s} {svi.description}".rstrip())
    for port in found[1]:
        link = "admin down" if port.status == "disabled" else "up" if port.up else "down"
        proto = "up" if port.up else "down"
        rows.append(f"{names.short(port.name):<30s} {link:<14s} {proto:<8s} {port.description}".rstrip())
    return rows


def interfaces_status(snap: Snapshot, args: Args) -> list[str]:
    rows = ["", "Port      Name               Status       Vlan       Duplex  Speed Type"]
    for port in snap.ports:
        if args and port.name != args[0]:
            continue
        vlan = "trunk" if port.trunk and port.up else str(port.access_vlan)
        duplex, speed = ("a-full", "a-1000") if port.up else ("auto", "auto")
        rows.append(
            f"{names.short(port.name):<9s} {port.description[:18]:<18s} {port.status:<12s} {vlan:<10s} "
            f"{duplex:>6s} {speed:>6s} {_TYPE}"
        )
    return rows


def interfaces_trunk(snap: Snapshot, _args: Args) -> list[str]:
    trunks = [port for port in snap.ports if port.trunk and port.up]
    if not trunks:
        return []
    known = frozenset(tree.vlans(snap.running)) - names.RESERVED

    def table(title: str, rows: list[str]) -> list[str]:
        return [
            "",
            f"Port        {title}",
            *(f"{names.short(p.name):<11s} {row}" for p, row in zip(trunks, rows, strict=True)),
        ]

    active = [names.vlan_text(port.allowed & known) or "none" for port in trunks]
    return [
        *table(
            "Mode             Encapsulation  Status        Native vlan",
            [f"on               802.1q         trunking      {port.native_vlan}" for port in trunks],
        ),
        *table("Vlans allowed on trunk", [names.vlan_text(port.allowed) or "none" for port in trunks]),
        *table("Vlans allowed and active in management domain", active),
        *table("Vlans in spanning tree forwarding state and not pruned", active),
    ]


def _switchport(snap: Snapshot, port: Port) -> list[str]:
    known = tree.vlans(snap.running)
    lines = snap.running[f"interface {port.name}"]
    mode = (tree.find(lines, ("switchport", "mode")) or "switchport mode dynamic auto").split(" ", 2)[2]
    admin = "static access" if mode == "access" else mode
    oper = ("trunk" if port.trunk else "static access") if port.up else "down"
    voice = tree.find(lines, ("switchport", "voice", "vlan"))
    carried = "ALL" if port.allowed == names.ALL_VLANS else names.vlan_text(port.allowed) or "NONE"
    return [
        f"Name: {names.short(port.name)}",
        "Switchport: Enabled",
        f"Administrative Mode: {admin}",
        f"Operational Mode: {oper}",
        "Administrative Trunking Encapsulation: dot1q",
        *([f"Operational Trunking Encapsulation: {'dot1q' if port.trunk else 'native'}"] if port.up else []),
        f"Negotiation of Trunking: {'Off' if mode == 'access' or 'switchport nonegotiate' in lines else 'On'}",
        f"Access Mode VLAN: {port.access_vlan} ({known.get(port.access_vlan, 'Inactive')})",
        f"Trunking Native Mode VLAN: {port.native_vlan} ({known.get(port.native_vlan, 'Inactive')})",
        "Administrative Native VLAN tagging: enabled",
        f"Voice VLAN: {voice.split()[-1] if voice else 'none'}",
        "Administrative private-vlan host-association: none ",
        "Administrative private-vlan mapping: none ",
        "Administrative private-vlan trunk native VLAN: none",
        "Administrative private-vlan trunk Native VLAN tagging: enabled",
        "Administrative private-vlan trunk encapsulation: dot1q",
        "Administrative private-vlan trunk normal VLANs: none",
        "Administrative private-vlan trunk associations: none",
        "Administrative private-vlan trunk mappings: none",
        "Operational private-vlan: none",
        f"Trunking VLANs Enabled: {carried}",
        "Pruning VLANs Enabled: 2-1001",
        "Capture Mode Disabled",
        "Capture VLANs Allowed: ALL",
        "",
        f"Protected: {'true' if 'switchport protected' in lines else 'false'}",
        "Unknown unicast blocked: disabled",
        "Unknown multicast blocked: disabled",
        "Appliance trust: none",
    ]


def interfaces_switchport(snap: Snapshot, args: Args) -> list[str] | None:
    found = [port for port in snap.ports if not args or port.name == args[0]]
    if not found:
        return None
    return [line for port in found for line in [*_switchport(snap, port), ""]]


def ip_brief(snap: Snapshot, _args: Args) -> list[str]:
    rows = ["Interface              IP-Address      OK? Method Status                Protocol"]
    found = _wanted(snap, ()) or ([], [])
    for svi in found[0]:
        link, protocol = _svi_link(svi)
        address = str(svi.address.ip) if svi.address else "unassigned"
        rows.append(f"{svi.name:<22s} {address:<15s} YES NVRAM  {link:<21s} {protocol:<8s}")
    for port in found[1]:
        link = "administratively down" if port.status == "disabled" else "up" if port.up else "down"
        rows.append(f"{port.name:<22s} {'unassigned':<15s} YES unset  {link:<21s} {'up' if port.up else 'down':<8s}")
    return rows


def ip_interface(snap: Snapshot, args: Args) -> list[str] | None:
    found = _wanted(snap, args)
    if found is None:
        return None
    lines: list[str] = []
    for svi in found[0]:
        link, protocol = _svi_link(svi)
        lines.append(f"{svi.name} is {link}, line protocol is {protocol}")
        if svi.address is None:
            lines.append("  Internet protocol processing disabled")
        else:
            lines += [f"  Internet address is {svi.address}", "  Broadcast address is 255.255.255.255"]
            lines += [
                "  Address determined by non-volatile memory",
                "  MTU is 1500 bytes",
                "  Helper address is not set",
            ]
    for port in found[1]:
        link, protocol = _states(port)
        lines.append(f"{port.name} is {link}, line protocol is {protocol.split()[0]}")
        lines.append("  Inbound  access list is not set")
    return lines


def mac_table(snap: Snapshot, args: Args) -> list[str]:
    """Static CPU entries and the hosts; `args` may be a VLAN number or an interface name, which leave hosts only."""
    cpu = [] if args else ["0100.0ccc.cccc", "0100.0ccc.cccd", "0180.c200.0000", "ffff.ffff.ffff"]
    rows = [f" All    {mac}    STATIC      CPU" for mac in cpu]
    for vlan, mac, port in state.hosts(snap.ports, snap.base_mac):
        if not args or args[0] in {str(vlan), port}:
            rows.append(f"{vlan:>4d}    {names.mac_dotted(mac)}    DYNAMIC     {names.short(port)}")
    return [
        "          Mac Address Table",
        "-------------------------------------------",
        "",
        "Vlan    Mac Address       Type        Ports",
        "----    -----------       --------    -----",
        *rows,
        f"Total Mac Addresses for this criterion: {len(rows)}",
    ]


def arp(snap: Snapshot, _args: Args) -> list[str]:
    rows = ["Protocol  Address          Age (min)  Hardware Addr   Type   Interface"]
    for svi in snap.svis:
        if svi.address is None or not svi.up:
            continue
        for neighbour in snap.neighbours.values():
            if neighbour.address and neighbour.address in {str(host) for host in svi.address.network}:
                mac = names.mac_dotted(neighbour.mac)
                rows.append(
                    f"Internet  {neighbour.address:<15s} {int(snap.uptime) // 60 % 240:>9d}   {mac}  ARPA   {svi.name}"
                )
        rows.append(f"Internet  {svi.address.ip!s:<15s} {'-':>9s}   {names.mac_dotted(svi.mac)}  ARPA   {svi.name}")
    return rows


def _heard(snap: Snapshot) -> list[tuple[str, state.Neighbour]]:
    up = {port.name for port in snap.ports if port.up}
    return [(name, neighbour) for name, neighbour in snap.neighbours.items() if name in up]


def lldp(snap: Snapshot, _args: Args) -> list[str]:
    if "lldp run" not in snap.running:
        return ["% LLDP is not enabled"]
    rows = [f"{n.name:<20s}{names.short(port):<15s}120        B,R             {n.port}" for port, n in _heard(snap)]
    return [
        "Capability codes:",
        "    (R) Router, (B) Bridge, (T) Telephone, (C) DOCSIS Cable Device",
        "    (W) WLAN Access Point, (P) Repeater, (S) Station, (O) Other",
        "",
        "Device ID           Local Intf     Hold-time  Capability      Port ID",
        *rows,
        "",
        f"Total entries displayed: {len(rows)}",
        "",
    ]


def lldp_detail(snap: Snapshot, _args: Args) -> list[str]:
    if "lldp run" not in snap.running:
        return ["% LLDP is not enabled"]
    lines: list[str] = []
    for port, n in _heard(snap):
        lines += ["------------------------------------------------", f"Local Intf: {names.short(port)}"]
        lines += [f"Chassis id: {names.mac_dotted(n.mac)}", f"Port id: {n.port}", f"Port Description: {n.port}"]
        lines += [f"System Name: {n.name}", "", "System Description: ", n.description, "", "Time remaining: 95 seconds"]
        lines += [
            "System Capabilities: B,R",
            "Enabled Capabilities: B,R",
            "Management Addresses:",
            f"    IP: {n.address}",
        ]
        lines += ["Auto Negotiation - not supported", "Physical media capabilities - not advertised"]
        lines += ["Media Attachment Unit type - not advertised", "Vlan ID: - not advertised", "", ""]
    return [*lines, f"Total entries displayed: {len(_heard(snap))}"]
