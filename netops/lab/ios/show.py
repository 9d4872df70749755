"""Show commands about the system, its configuration and its archive: pure functions from a snapshot to lines."""

from datetime import datetime, timedelta, timezone

from netops.lab.ios import configure, files, replace, tree
from netops.lab.ios.models import model_of
from netops.lab.ios.state import Snapshot


def zone(root: tree.Tree) -> timezone:
    """`clock timezone WIB 7 0` of the running configuration; UTC without it."""
    line = tree.find(root, ("clock", "timezone"))
    words = line.split() if line else []
    if len(words) < 4:
        return timezone(timedelta(), "UTC")
    minutes = int(words[4]) if len(words) > 4 else 0
    return timezone(timedelta(hours=int(words[3]), minutes=minutes), words[2])


def stamp_of(root: tree.Tree, at: datetime, *, fraction: bool = False) -> str:
    """`19:10:00.123 WIB Fri Nov 20 2026`."""
    local = at.astimezone(zone(root))
    seconds = f"{local:%H:%M:%S}" + (f".{local.microsecond // 1000:03d}" if fraction else "")
    return f"{seconds} {local.tzname()} {local:%a %b} {local.day} {local.year}"


def stamp(snap: Snapshot, at: datetime, *, fraction: bool = False) -> str:
    return stamp_of(snap.running, at, fraction=fraction)


def uptime_text(seconds: float) -> str:
    """Weeks to minutes, without leading zeros: `1 week, 2 days, 3 minutes`."""
    minutes = int(seconds) // 60
    parts: list[str] = []
    for unit, size in (("year", 525_600), ("week", 10_080), ("day", 1_440), ("hour", 60), ("minute", 1)):
        count, minutes = divmod(minutes, size)
        if count or (unit == "minute" and not parts):
            parts.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return ", ".join(parts)


def description(version: str) -> str:
    """sysDescr: the first lines of `show version`."""
    model = model_of(version)
    return (
        f"{model.head} {version}, {model.tail}\r\n"
        "Technical Support: http://www.cisco.com/techsupport\r\n"
        f"{model.copyright}\r\n{model.compiled}"
    )


def version(snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    ports = [port for port in snap.ports if port.name.startswith("Gigabit")]
    model = model_of(snap.version)
    return [
        *description(snap.version).split("\r\n"),
        "",
        model.rom,
        model.boot,
        "",
        f"{snap.name} uptime is {uptime_text(snap.uptime)}",
        f"System returned to ROM by {snap.reason}",
        f"System restarted at {stamp(snap, snap.now - timedelta(seconds=snap.uptime))}",
        f'System image file is "{model.image}"',
        f"Last reload reason: {'Reload command' if snap.reason == 'reload' else snap.reason}",
        "",
        f"cisco {model.name} {model.processor}",
        f"Processor board ID {snap.serial}",
        "Last reset from power-on",
        f"{len([svi for svi in snap.svis if svi.name.startswith('Vlan')])} Virtual Ethernet interfaces",
        "1 FastEthernet interface",
        f"{len(ports)} Gigabit Ethernet interfaces",
        "The password-recovery mechanism is enabled.",
        "",
        "512K bytes of flash-simulated non-volatile configuration memory.",
        f"Base ethernet MAC Address       : {snap.base_mac.upper()}",
        f"Model number                    : {model.name}",
        f"System serial number            : {snap.serial}",
        "",
        "Switch Ports Model                     SW Version            SW Image",
        "------ ----- -----                     ----------            ----------",
        f"*    1 {len(ports):<5d} {model.name:<25s} {snap.version:<21s} {model.software}",
        "",
        "Configuration register is 0xF",
        "",
    ]


def running(snap: Snapshot, args: tuple[str, ...]) -> list[str] | None:
    """The whole configuration, or one interface's section; None where there is none."""
    if args:
        found = tree.section(snap.running, f"interface {args[0]}")
        if found is None:
            return None
        size = len("\n".join(found)) + 4
        return ["Building configuration...", "", f"Current configuration : {size} bytes", "!", *found, "end", ""]
    header = [line for line in (snap.changed, snap.saved) if line]
    lines = [*header, *(["!"] if header else []), *tree.body(snap.running), "end"]
    size = len("\n".join(lines))
    return ["Building configuration...", "", f"Current configuration : {size} bytes", "!", *lines, ""]


def startup(snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    text = snap.startup_text
    if not text:
        return ["startup-config is not present"]
    return [f"Using {len(text)} out of 524288 bytes", *text.splitlines(), ""]


def clock(snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    return [stamp(snap, snap.now, fraction=True)]


def inventory(snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    model = model_of(snap.version)
    return [f'NAME: "1", DESCR: "{model.name}"', f"PID: {model.name}  , VID: {model.vid}  , SN: {snap.serial}", "", ""]


def has_archive(snap: Snapshot) -> bool:
    below = snap.running.get("archive") or {}
    return tree.find(below, ("path",)) is not None


def archive(snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    if not has_archive(snap):
        return [" Archive feature not enabled"]
    below = snap.running["archive"]
    limit = (tree.find(below, ("maximum",)) or "maximum 10").split()[1]
    lines = [
        f"The maximum archive configurations allowed is {limit}.",
        f"There are currently {len(snap.archives)} archive configurations saved.",
        f"The next archive file will be named {snap.archive_next}",
        " Archive #  Name",
    ]
    for number in range(1, int(limit) + 1):
        file = snap.archives[number - 1][0] if number <= len(snap.archives) else ""
        recent = " <- Most Recent" if file and number == len(snap.archives) else ""
        lines.append(f"   {number:<8d} {file}{recent}")
    return lines


def rollback_timer(snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    if snap.pending is None:
        return ["%No Rollback Confirmed Change pending"]
    return [
        f"Time configured(or reconfigured): {stamp(snap, snap.pending.configured)}",
        "Timer type: absolute timer",
        f"Timer value: {snap.pending.minutes} min",
        f"User: {snap.pending.user}",
    ]


def differences(snap: Snapshot, args: tuple[str, ...]) -> list[str]:
    """Between two named configurations; one name is compared with the running one, none means startup and running."""
    found = []
    for name in (*args, *("nvram:startup-config", "system:running-config")[len(args) :]):
        below = named(snap, name)
        if below is None:
            return [files.missing(name)]
        found.append(below)
    return ["", *tree.differences(found[0], found[1])]


def named(snap: Snapshot, name: str) -> tree.Tree | None:
    plain = name.replace(":/", ":")
    if plain in {"system:running-config", "running-config"}:
        return snap.running
    if plain in {"nvram:startup-config", "startup-config"}:
        return snap.startup
    text = dict(snap.archives).get(plain)
    if text is None:
        text = next((file.text for at, file in snap.files if at == files.local(name)), None)
    return None if text is None else configure.load(text, modern=snap.modern)


def incremental(snap: Snapshot, args: tuple[str, ...]) -> list[str]:
    below = named(snap, args[0])
    if below is None:
        return [files.missing(args[0])]
    return ["", *replace.incremental(snap.running, below)]


def directory(snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    rows = []
    for at, (name, file) in enumerate(snap.files, start=2):
        day = f"{file.written.astimezone(zone(snap.running)):%b %d %Y %H:%M:%S %z}"
        rows.append(f"  {at:3d}  -rwx  {file.size:10d}  {day[:-2]}:{day[-2:]}  {name}")
    free = files.TOTAL - sum(file.size for _, file in snap.files)
    return ["Directory of flash:/", "", *rows, "", f"{files.TOTAL} bytes total ({free} bytes free)"]


def users(snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    lines = ["    Line       User       Host(s)              Idle       Location"]
    for number, user, place in snap.users:
        star = "*" if number == snap.line else " "
        lines.append(f"{star}{number + 1:3d} vty {number:<5d} {user:<10s} idle                 00:00:00 {place}")
    return [*lines, "", "  Interface    User               Mode         Idle     Peer Address", ""]


def hosts(snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    domain = (tree.find(snap.running, ("ip", "domain-name")) or "ip domain-name ").split(" ", 2)[2]
    servers = [line.split()[2] for line in snap.running if line.startswith("ip name-server ")]
    return [
        f"Default domain is {domain or 'not set'}",
        "Name servers are " + (", ".join(servers) or "255.255.255.255"),
        "NAME  TTL  CLASS   TYPE      DATA/ADDRESS",
        "-----------------------------------------",
    ]


def snmp_chassis(snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    return [snap.serial]


def cpu(_snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    return [
        "CPU utilization for five seconds: 9%/0%; one minute: 8%; five minutes: 8%",
        " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process",
        "   1           0          16          0  0.00%  0.00%  0.00%   0 Chunk Manager",
    ]


def memory(_snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    return [
        "                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)",
        "Processor    3C2D6B8   376152776    45519304   330633472   327215104   326983612",
        "      I/O    2C00000    20971520    13882664     7088856     7022212     7068584",
    ]


def temperature(_snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    return [
        "SYSTEM Temperature Value: 38 Degree Celsius",
        "SYSTEM Temperature State: GREEN",
        "Yellow Threshold : 66 Degree Celsius",
        "Red Threshold    : 76 Degree Celsius",
    ]


def ntp(snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    servers = [line.split()[2] for line in snap.running if line.startswith("ntp server ")]
    if not servers:
        return ["%NTP is not enabled."]
    rows = [f"*~{server:<15s}203.0.113.1      3     21     64   377  1.204   0.431  0.110" for server in servers]
    return [
        "",
        "  address         ref clock       st   when   poll reach  delay  offset   disp",
        *rows,
        " * sys.peer, # selected, + candidate, - outlyer, x falseticker, ~ configured",
    ]


def vtp_status(snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    """The layout of switches that know VTP version 3, as the 2960-X does."""
    line = tree.find(snap.running, ("vtp", "mode")) or "vtp mode server"
    mac = snap.base_mac.replace(":", "")
    return [
        "VTP Version capable             : 1 to 3",
        "VTP version running             : 1",
        "VTP Domain Name                 : ",
        "VTP Pruning Mode                : Disabled",
        "VTP Traps Generation            : Disabled",
        f"Device ID                       : {mac[:4]}.{mac[4:8]}.{mac[8:]}",
        "Configuration last modified by 0.0.0.0 at 3-1-93 00:00:00",
        "",
        "Feature VLAN:",
        "--------------",
        f"VTP Operating Mode                : {line.split()[2].capitalize()}",
        "Maximum VLANs supported locally   : 1005",
        f"Number of existing VLANs          : {len(tree.vlans(snap.running))}",
        "Configuration Revision            : 0",
        "MD5 digest                        : 0x57 0xCD 0x40 0x65 0x63 0x59 0x47 0xBD ",
        "                                    0x56 0x9D 0x4A 0x3E 0xA5 0x69 0x35 0xBC ",
    ]


def ip_ssh(_snap: Snapshot, _args: tuple[str, ...]) -> list[str]:
    return [
        "SSH Enabled - version 2.0",
        "Authentication methods:publickey,keyboard-interactive,password",
        "Authentication timeout: 120 secs; Authentication retries: 3",
    ]
