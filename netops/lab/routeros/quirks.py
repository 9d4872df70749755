"""What the property facts cannot say of RouterOS menus, as tables: defaults, ids, uniqueness, what is left out when printed."""

from msgspec import Struct

# First id of a menu where it is not *1: the first rows of these are *0; queue trees count from *1000000.
FIRST_ID = {
    "/ip/service": 0,
    "/system/scheduler": 0,
    "/interface/bridge/port": 0,
    "/ip/hotspot/profile": 0,
    "/ip/hotspot/user/profile": 0,
    "/ip/hotspot/user": 0,
    "/snmp/community": 0,
    "/queue/tree": 0x1000000,
}
BUILT_IN_QUEUE_TYPE = 0xFFFFFFFF

# Menus whose rows show a property only once it was written, however it was written.
AS_WRITTEN = {
    "/ip/firewall/filter",
    "/ip/firewall/nat",
    "/ip/route",
    "/ip/dns/static",
    "/ip/dhcp-server/lease",
    "/ip/hotspot/walled-garden",
    "/ip/hotspot/walled-garden/ip",
    "/certificate",
    "/interface/wifi",
    "/interface/wifi/channel",
    "/interface/wifi/security",
    "/interface/wifi/datapath",
    "/interface/wifi/configuration",
    "/interface/wifi/provisioning",
    "/interface/wifi/access-list",
    "/caps-man/channel",
    "/caps-man/security",
    "/caps-man/datapath",
    "/caps-man/configuration",
}
ALWAYS_SHOWN = {
    "/ip/firewall/filter": {"action"},
    "/ip/firewall/nat": {"action"},
    "/ip/route": {"disabled"},
    **{
        f"/interface/wifi{part}": {"disabled"}
        for part in ("", "/channel", "/security", "/datapath", "/configuration", "/provisioning", "/access-list")
    },
    "/ip/dns/static": {"disabled", "ttl"},
    "/ip/dhcp-server/lease": {"disabled", "address-lists", "dhcp-option", "lease-time"},
    "/ip/hotspot/walled-garden": {"disabled", "action"},
    "/ip/hotspot/walled-garden/ip": {"disabled", "action"},
}
# A property that is not shown while it has this value.
ABSENT = {
    "/ip/hotspot": {"address-pool": "none"},
    "/ip/hotspot/ip-binding": {"type": "regular", "server": "all", "mac-address": "", "address": "", "to-address": ""},
    "/ip/dhcp-server/lease": {"server": "all"},
    "/ip/hotspot/walled-garden": {"server": "all"},
    "/ip/hotspot/walled-garden/ip": {"server": "all"},
    "/ip/hotspot/user": {
        "server": "all",
        "address": "0.0.0.0",
        "mac-address": "00:00:00:00:00:00",
        "limit-uptime": "0s",
        "limit-bytes-in": "0",
        "limit-bytes-out": "0",
        "limit-bytes-total": "0",
    },
    "/ip/hotspot/user/profile": {"address-pool": "none", "session-timeout": "0s", "on-login": "", "on-logout": ""},
    "/interface/bridge": {"admin-mac": ""},
    "/user": {"inactivity-policy": "none"},
}
# Properties that can be unset and are yet always shown with their default.
SHOWN_UNSET = {"/ip/hotspot/user/profile", "/interface/ethernet", "/interface/bridge/port"}
NEVER_READ = {("/user", "password")}
# The default of version 6 where it is another one.
V6_DEFAULTS = {
    ("/interface/bridge/port", "ingress-filtering"): "no",
    ("/interface/bridge", "ingress-filtering"): "no",
    ("/ip/dhcp-server", "disabled"): "yes",
}
# The row's read-only marks that are always there.
MARKS: dict[str, dict[str, str]] = {
    "/interface/bridge": {"running": "true", "dynamic": "false"},
    "/interface/vlan": {"running": "true", "dynamic": "false"},
    "/interface/ethernet": {"running": "true", "slave": "false"},
    "/interface/wifi": {"running": "false", "inactive": "true", "bound": "false", "master": "false"},
    "/interface/wireless": {"running": "false", "slave": "false"},
    "/caps-man/interface": {"running": "false", "inactive": "true", "bound": "false", "master": "false"},
    "/interface/list": {"dynamic": "false", "builtin": "false"},
    "/interface/list/member": {"dynamic": "false"},
    "/interface/bridge/port": {"inactive": "false", "dynamic": "false", "hw-offload": "true"},
    "/interface/bridge/vlan": {"dynamic": "false", "current-tagged": "", "current-untagged": ""},
    "/ip/address": {"invalid": "false", "dynamic": "false"},
    "/ip/dhcp-server": {"dynamic": "false", "invalid": "false"},
    "/ip/dhcp-server/network": {"dynamic": "false"},
    "/ip/dhcp-server/lease": {"radius": "false", "dynamic": "false", "blocked": "false"},
    "/ip/dns/static": {"dynamic": "false"},
    "/ip/route": {"active": "true", "dynamic": "false", "static": "true", "inactive": "false"},
    "/ip/hotspot": {"invalid": "false", "HTTPS": "false", "proxy-status": "running"},
    "/ip/hotspot/profile": {"default": "false"},
    "/ip/hotspot/user": {
        "uptime": "0s",
        "bytes-in": "0",
        "bytes-out": "0",
        "packets-in": "0",
        "packets-out": "0",
        "dynamic": "false",
        "default": "false",
    },
    "/ip/hotspot/user/profile": {"default": "false"},
    "/ip/hotspot/walled-garden": {"hits": "0", "dynamic": "false"},
    "/ip/hotspot/walled-garden/ip": {"invalid": "false"},
    "/ip/hotspot/ip-binding": {"bypassed": "false", "blocked": "false"},
    "/queue/simple": {
        name: "0/0" for name in ("bytes", "packets", "dropped", "rate", "packet-rate", "queued-bytes", "queued-packets")
    }
    | {
        f"total-{name}": "0"
        for name in ("bytes", "packets", "dropped", "rate", "packet-rate", "queued-bytes", "queued-packets")
    }
    | {"dynamic": "false", "invalid": "false"},
    "/queue/tree": {name: "0" for name in ("bytes", "packets", "dropped", "rate", "packet-rate", "queued-bytes")}
    | {"invalid": "false"},
    "/queue/type": {"default": "false"},
    "/ip/firewall/filter": {"bytes": "0", "packets": "0", "invalid": "false", "dynamic": "false"},
    "/ip/firewall/nat": {"bytes": "0", "packets": "0", "invalid": "false", "dynamic": "false"},
    "/ip/firewall/address-list": {"dynamic": "false"},
    "/system/scheduler": {"run-count": "0"},
    "/system/script": {"run-count": "0", "invalid": "false"},
    "/user": {"expired": "false"},
    "/snmp/community": {"default": "false"},
    "/ip/service": {"invalid": "false"},
    "/certificate": {"private-key": "true", "crl": "false", "expired": "false", "ca": "false"},
}
AUTO_NAME = {
    "/interface/bridge": "bridge",
    "/interface/vlan": "vlan",
    "/ip/pool": "pool",
    "/ip/dhcp-server": "dhcp",
    "/ip/hotspot": "hotspot",
    "/ip/hotspot/profile": "hsprof",
    "/ip/hotspot/user/profile": "uprof",
    "/queue/simple": "queue",
    "/queue/tree": "queue",
    "/system/script": "script",
    "/user/group": "group",
    "/snmp/community": "community",
}


class Unique(Struct, frozen=True):
    """No two rows of a menu with the same `fields`, or the device answers `text`; `enabled`: only among enabled rows."""

    fields: tuple[str, ...]
    text: str
    enabled: bool = False


INTERFACE_NAME = Unique(("name",), "failure: already have interface with such name")
PROFILE_NAME = Unique(("name",), "failure: profile with the same name already exists")
ITEM_NAME = Unique(("name",), "failure: item with such name already exists")
UNIQUE: dict[str, Unique] = {
    "/interface/ethernet": INTERFACE_NAME,
    "/interface/wifi": INTERFACE_NAME,
    "/interface/wireless": INTERFACE_NAME,
    "/caps-man/interface": INTERFACE_NAME,
    # The wording for wireless profiles is not recorded: the one of most menus is assumed.
    **{
        path: Unique(("name",), "failure: already have such name")
        for path in (
            *(f"/interface/wifi/{part}" for part in ("channel", "security", "datapath", "configuration")),
            *(f"/caps-man/{part}" for part in ("channel", "security", "datapath", "configuration")),
            "/interface/wireless/security-profiles",
        )
    },
    "/interface/bridge": INTERFACE_NAME,
    "/interface/vlan": INTERFACE_NAME,
    "/interface/list": Unique(("name",), "failure: already have interface list with such name"),
    "/interface/bridge/port": Unique(("interface",), "failure: device already added as bridge port"),
    "/ip/address": Unique(("address",), "failure: already have such address"),
    "/ip/pool": Unique(("name",), "failure: pool with such name exists"),
    "/ip/dhcp-server": Unique(("name",), "failure: server with such name already exists"),
    "/ip/dhcp-server/network": Unique(("address",), "failure: such network already exists"),
    "/ip/hotspot": Unique(("name",), "failure: server with such name already exists"),
    "/ip/hotspot/profile": PROFILE_NAME,
    "/ip/hotspot/user/profile": PROFILE_NAME,
    "/ip/hotspot/user": Unique(("name", "server"), "failure: already have user with this name for this server"),
    "/queue/simple": Unique(("name",), "failure: already have such name"),
    "/queue/tree": Unique(("name",), "failure: already have such name"),
    "/queue/type": Unique(("name",), "failure: already have such name"),
    "/ip/firewall/address-list": Unique(("list", "address"), "failure: already have such entry", enabled=True),
    "/system/scheduler": ITEM_NAME,
    "/system/script": ITEM_NAME,
    "/user": Unique(("name",), "failure: user with the same name already exists"),
    "/user/group": Unique(("name",), "failure: group with the same name already exists"),
    "/snmp/community": Unique(("name",), "failure: community with the same name already exists"),
}
# The word after "can not change dynamic", and the menus whose dynamic rows may be removed all the same.
DYNAMIC_WORD = {"/ip/dhcp-server/lease": "lease"}
DYNAMIC_REMOVABLE = {
    "/ip/dhcp-server/lease",
    "/ip/hotspot/active",
    "/ip/hotspot/host",
    "/ip/hotspot/cookie",
    "/interface/wifi/registration-table",
    "/caps-man/registration-table",
    "/ip/firewall/address-list",
    "/queue/simple",
}
ARGUMENT_OF = {"/interface": "interface", "/interface/list": "interface-list"}
SCRIPT_POLICIES = ("ftp", "reboot", "read", "write", "policy", "test", "password", "sniff", "sensitive", "romon")
