"""What a router has before anyone configures it: built-in rows, fixed rows, singletons; then its saved configuration."""

import hashlib
from collections.abc import Sequence

from netops.lab.routeros import quirks
from netops.lab.routeros.machine import SYSTEM, Account, Machine
from netops.lab.routeros.script import Interpreter
from netops.lab.routeros.show import Shown
from netops.lab.routeros.store import Row
from netops.lab.routeros.syntax import ScriptError
from netops.lab.routeros.values import GROUP_POLICIES, normalise

SERVICES = (("telnet", 23), ("ftp", 21), ("www", 80), ("ssh", 22), ("www-ssl", 443), ("api", 8728), ("winbox", 8291),
            ("api-ssl", 8729))  # fmt: skip
QUEUE_TYPES = (
    ("default", "pfifo"),
    ("ethernet-default", "pfifo"),
    ("wireless-default", "sfq"),
    ("synchronous-default", "red"),
    ("hotspot-default", "sfq"),
    ("pcq-upload-default", "pcq"),
    ("pcq-download-default", "pcq"),
    ("only-hardware-queue", "none"),
    ("multi-queue-ethernet-default", "mq-pfifo"),
    ("default-small", "pfifo"),
)
GROUPS = {
    "read": "local,telnet,ssh,reboot,read,test,winbox,password,web,sniff,sensitive,api,romon",
    "write": "local,telnet,ssh,reboot,read,write,test,winbox,password,web,sniff,sensitive,api,romon",
    "full": ",".join(GROUP_POLICIES),
}
MODES_ON = ("scheduler", "hotspot", "fetch", "email", "sniffer", "socks", "pptp", "l2tp", "proxy", "bandwidth-test",
            "container", "zerotier", "romon", "smb", "ipsec")  # fmt: skip


def built_in(machine: Machine, ports: int, radios: Sequence[str] = ()) -> None:
    """Rows that are there from the factory; `ports` Ethernet ports with addresses made from the device's name.

    `radios` are wireless cards by the band they are for: `wifi1` … or, before version 7, `wlan1` …, all disabled.
    """
    insert = machine.store.insert
    seed = hashlib.sha256(machine.name.encode()).digest()
    for number in range(ports):
        name = f"ether{number + 1}"
        mac = f"48:A9:8A:{seed[0]:02X}:{seed[1]:02X}:{(seed[2] + number) % 256:02X}"
        row = insert("/interface/ethernet", {"name": name, "mac-address": mac, "orig-mac-address": mac})
        row.mark(default_name=name)
        row.builtin = True
    _radios(machine, radios, seed)
    for name, port in SERVICES:
        values = {"port": str(port)} | ({"disabled": "true"} if name == "www-ssl" else {})
        row = insert("/ip/service", values)
        row.values["name"] = name
        row.table.named[name] = row
        row.builtin = True
    for index, (name, kind) in enumerate(QUEUE_TYPES):
        extra = {"pcq-classifier": f"{'src' if 'upload' in name else 'dst'}-address"} if kind == "pcq" else {}
        row = insert("/queue/type", {"name": name, "kind": kind, **extra}, number=quirks.BUILT_IN_QUEUE_TYPE - index)
        _built_in(row)
    for name in ("all", "none", "dynamic", "static") if machine.number >= (7,) else ("all", "none", "dynamic"):
        row = insert("/interface/list", {"name": name})
        row.mark(builtin="true")
        row.builtin = True
    _built_in(insert("/ip/hotspot/profile", {"name": "default", "html-directory": "hotspot"}))
    _built_in(insert("/ip/hotspot/user/profile", {"name": "default", "transparent-proxy": "false"}))
    trial = {"name": "default-trial", "comment": "counters and limits for trial users"}
    _built_in(insert("/ip/hotspot/user", trial))
    _built_in(insert("/snmp/community", {"name": "public"}))
    policies = machine.schema.menus["/user/group"].props["policy"]
    for name, policy in GROUPS.items():
        policy += ",rest-api" if machine.number >= (7,) else ",tikapp"
        granted = normalise(policies, policy, machine.texts)
        insert("/user/group", {"name": name, "policy": granted, "skin": "default"}).builtin = True
    admin = insert("/user", {"name": "admin", "group": "full", "comment": "system default user"})
    admin.values["address"] = ""
    _singletons(machine)


def _radios(machine: Machine, radios: Sequence[str], seed: bytes) -> None:
    wifi = "/interface/wifi" in machine.schema.menus
    if not wifi and "/interface/wireless/security-profiles" in machine.schema.menus:
        _built_in(machine.store.insert("/interface/wireless/security-profiles", {"name": "default"}))
    for number, band in enumerate(radios):
        mac = f"48:A9:8A:{seed[3]:02X}:{seed[4]:02X}:{(seed[5] + number) % 256:02X}"
        name = f"{'wifi' if wifi else 'wlan'}{number + 1}"
        values = {"name": name, "mac-address": mac} | ({"radio-mac": mac} if wifi else {})
        row = machine.store.insert("/interface/wifi" if wifi else "/interface/wireless", values)
        row.mark(default_name=name, **({"bound": "true", "master": "true"} if wifi else {}))
        row.builtin = True
        machine.radios[name] = band


def _built_in(row: Row) -> None:
    row.mark(default="true")
    row.builtin = True


def _singletons(machine: Machine) -> None:
    machine.row_of("/system/identity").values["name"] = "MikroTik"
    machine.singles["/system/resource"] = lambda: _resource(machine)
    machine.singles["/system/clock"] = lambda: _clock(machine)
    serial = hashlib.sha256(machine.name.encode()).hexdigest()[:12].upper()
    if "/system/routerboard" in machine.schema.menus:
        machine.singles["/system/routerboard"] = lambda: {
            "routerboard": "true",
            "model": machine.board,
            "serial-number": serial,
            "firmware-type": "mt7621L",
            "factory-firmware": "6.47.10",
            "current-firmware": machine.version,
            "upgrade-firmware": machine.version,
        }
    if "/system/device-mode" in machine.schema.menus:
        machine.device_mode = {
            "mode": "advanced" if machine.number >= (7, 17) else "enterprise",
            **dict.fromkeys(MODES_ON, "true"),
            "flagged": "false",
            "flagging-enabled": "true",
            "attempt-count": "0",
        }
        machine.singles["/system/device-mode"] = lambda: machine.device_mode
    if machine.number < (7, 10):
        machine.singles["/snmp"] = lambda: {"engine-id": "80003a8c" + serial.lower()}
    else:  # read-only since then: MikroTik's enterprise number and format 4 (text), then the suffix
        machine.singles["/snmp"] = lambda: {"engine-id": "80003a8c04" + machine.row_of("/snmp").get("engine-id-suffix")}


def _resource(machine: Machine) -> Shown:
    tree = "stable" if machine.number >= (7,) else "long-term"
    return {
        "uptime": machine.elapsed(machine.uptime),
        "version": f"{machine.version} ({tree})",
        "build-time": "2024-10-24 14:22:05" if machine.number >= (7, 10) else "Mar/28/2025 09:13:52",
        "factory-software": "6.46.3",
        "free-memory": "193986560",
        "total-memory": "268435456",
        "cpu": "MIPS 1004Kc V2.15",
        "cpu-count": "4",
        "cpu-frequency": "880",
        "cpu-load": "3",
        "free-hdd-space": "4128768",
        "total-hdd-space": "16777216",
        "write-sect-since-reboot": "1204",
        "write-sect-total": "88231",
        "bad-blocks": "0",
        "architecture-name": "mmips",
        "board-name": machine.board.replace("RB750Gr3", "hEX"),
        "platform": "MikroTik",
    }


def _clock(machine: Machine) -> Shown:
    here = machine.local()
    offset = here.strftime("%z")
    return {
        "date": machine.date(here),
        "time": f"{here:%H:%M:%S}",
        "gmt-offset": f"{offset[:3]}:{offset[3:]}",
        "dst-active": "false",
    }


def load(machine: Machine, config: str, accounts: tuple[Account, ...]) -> None:
    """Run a saved configuration, then give the accounts their passwords. Raises `ScriptError` with the line."""
    raw = config.encode("utf-8").decode("latin-1")
    interpreter = Interpreter(machine, SYSTEM)
    interpreter.run(raw)
    for account in accounts:
        row = machine.store.named("/user", account.name)
        if row is None:
            if machine.store.named("/user/group", account.group) is None:
                raise ScriptError(f"{machine.name}: no user group {account.group}")
            machine.store.insert("/user", {"name": account.name, "group": account.group, "address": ""})
        machine.passwords[account.name] = account.password
    for row in list(machine.store.rows("/log")):
        machine.store.remove(row)
