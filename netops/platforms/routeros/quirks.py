"""What RouterOS menus do that their schema does not say, as data; sources are the vendor's manual and field reports."""

# Natural keys where the schema has none. Firewall rules have no unique property: ours are told apart by comment.
KEYS: dict[str, tuple[str, ...]] = {
    "/ip/firewall/filter": ("comment",),
    "/ip/firewall/nat": ("comment",),
    "/ip/firewall/mangle": ("comment",),
    "/ip/hotspot/active": ("server", "user", "address", "mac-address"),
    "/ip/hotspot/host": ("server", "mac-address"),
    "/ip/hotspot/cookie": ("user", "mac-address"),
    # A lease is dynamic or static; one address may be known to two servers.
    "/ip/dhcp-server/lease": ("server", "address", "mac-address"),
    "/user/active": ("name", "address", "via"),
    # Provisioning rules have no unique property either: a site names its own by comment.
    "/interface/wifi/provisioning": ("comment",),
    "/caps-man/provisioning": ("comment",),
    "/interface/wifi/registration-table": ("interface", "mac-address"),
    "/caps-man/registration-table": ("interface", "mac-address"),
}

# Rows that the device makes while people use it: never planned, removed when access is closed, gone is as good as removed.
RUNTIME = frozenset({"/ip/hotspot/active", "/ip/hotspot/host", "/ip/hotspot/cookie", "/user/active"})

# Rows that have neither comment nor name: whose they are says what they name.
OWNED_BY: dict[str, str] = {"/user-manager/user-profile": "profile"}

# What a login used: of its past sessions by its own row, of the present ones by theirs; what went through a queue.
COUNTED = frozenset({"/ip/hotspot/user", "/ip/hotspot/active", "/queue/simple"})
COUNTERS = ("uptime", "bytes-in", "bytes-out", "bytes")

# Rows that guards are made of: they come and go beside a plan, and only their absence at the end is a plan's business.
GUARD_MENUS = ("/system/scheduler", "/system/script")

# Which rows must exist before which: lower first on the way in, higher first on the way out.
LEVELS: dict[str, int] = {
    "/interface/bridge": 0,
    "/interface/ethernet": 0,
    "/interface/list": 0,
    "/queue/type": 0,
    "/user/group": 0,
    # A port's interface may be a virtual access point.
    "/interface/bridge/port": 5,
    "/interface/bridge/vlan": 1,
    "/interface/vlan": 1,
    "/ip/pool": 1,
    "/queue/simple": 2,
    "/queue/tree": 2,
    "/interface/list/member": 2,
    "/ip/address": 2,
    "/ip/hotspot/profile": 2,
    "/user": 2,
    "/radius": 2,
    "/user-manager/router": 2,
    "/user-manager/limitation": 2,
    "/user-manager/profile": 2,
    "/user-manager/profile-limitation": 3,
    "/user-manager/user": 5,
    "/user-manager/user-profile": 6,
    "/interface/wifi/channel": 2,
    "/interface/wifi/security": 2,
    "/interface/wifi/datapath": 2,
    "/interface/wifi/configuration": 3,
    "/interface/wifi": 4,
    "/interface/wireless/security-profiles": 2,
    "/interface/wireless": 4,
    "/interface/wifi/provisioning": 6,
    "/caps-man/channel": 2,
    "/caps-man/security": 2,
    "/caps-man/datapath": 2,
    "/caps-man/configuration": 3,
    "/caps-man/provisioning": 6,
    "/ip/dhcp-server": 3,
    "/ip/dhcp-server/network": 3,
    "/ip/hotspot/user/profile": 3,
    "/ip/dhcp-server/lease": 4,
    "/ip/hotspot": 4,
    "/ip/hotspot/user": 5,
    "/ip/hotspot/walled-garden": 5,
    "/ip/hotspot/walled-garden/ip": 5,
    "/ip/hotspot/ip-binding": 5,
}
LAST_LEVEL = 6

# `set [ find … ]` of these lists adds the named elements; the rest of the list belongs to others.
SHARED_LISTS: dict[str, tuple[str, ...]] = {
    "/interface/bridge/vlan": ("tagged", "untagged"),
    "/interface/list": ("include", "exclude"),
    "/ip/service": ("address",),
    # Access points are provisioned by the site's own rule: an event adds its network to the list and takes it out again.
    "/interface/wifi/provisioning": ("slave-configurations",),
    "/caps-man/provisioning": ("slave-configurations",),
}

# A changed provisioning rule reaches connected access points only when their radios are provisioned again (manual, WiFi
# and CAPsMAN): rule menu → the radio menu, and the radio's property that names its access point.
PROVISIONED: dict[str, tuple[str, str]] = {
    "/interface/wifi/provisioning": ("/interface/wifi/radio", "cap"),
    "/caps-man/provisioning": ("/caps-man/radio", "remote-cap-identity"),
}

# Lists that the device reorders, or where order means nothing.
UNORDERED = frozenset(
    {"login-by", "policy", "tagged", "untagged", "target", "include", "exclude", "service"}
    | {"authentication-types", "encryption", "slave-configurations"}
)

# Texts that are written as rates (`rx/tx …`) though the schema calls them strings.
RATE_TEXTS = frozenset({"rate-limit"})

# Whose default for `disabled` differs by version: compared only when a template names it.
DISABLED_BY_VERSION = frozenset({"/ip/dhcp-server", "/ip/hotspot"})

# Rows that let people in: put back without their secret they would be open, so they come back disabled.
LOGIN_MENUS = frozenset({"/ip/hotspot/user", "/user", "/snmp/community"})

# `disabled` here is ours to turn at the end (our own closing, or the END timer's), so it is no hand's change.
CLOSED_BY_US = frozenset(
    {"/ip/hotspot", "/ip/hotspot/user", "/interface/vlan", "/interface/wifi", "/interface/wireless"}
    | {"/queue/simple", "/queue/tree"}
)

# Settable, but in no export: it moves by itself and is no configuration, or it is the name of a community of SNMP, which is
# the password of SNMPv2c. For the same reason no backup has a word of the communities themselves.
UNSAID: dict[str, tuple[str, ...]] = {"/system/clock": ("date", "time", "gmt-offset"), "/snmp": ("trap-community",)}
NAMED_BY_PASSWORDS = frozenset({"/snmp/community"})

# Flags that say a row is not configuration (`dynamic`) or not removable (`default`, `builtin`).
FLAGS = ("dynamic", "default", "builtin")

# What limits a unit or its clients.
LIMITS = ("/queue/simple", "/queue/tree", "/ip/hotspot/user/profile")

# Interfaces of our own on an access point without a manager: off at the end.
VIRTUAL = ("/interface/wifi", "/interface/wireless")

# By property name, the menus whose rows it may name: what a wanted row depends on.
REFERS: dict[str, tuple[str, ...]] = {
    "interface": ("/interface", "/interface/bridge", "/interface/vlan"),
    "bridge": ("/interface/bridge",),
    "tagged": ("/interface", "/interface/bridge"),
    "untagged": ("/interface", "/interface/bridge"),
    "address-pool": ("/ip/pool",),
    "profile": ("/ip/hotspot/profile", "/ip/hotspot/user/profile"),
    "server": ("/ip/hotspot", "/ip/dhcp-server"),
    "parent": ("/queue/simple", "/queue/tree"),
    "queue": ("/queue/type",),
    "parent-queue": ("/queue/simple",),
    "list": ("/interface/list",),
    "group": ("/user/group",),
    "datapath": ("/interface/wifi/datapath", "/caps-man/datapath"),
    "security": ("/interface/wifi/security", "/caps-man/security"),
    "slave-configurations": ("/interface/wifi/configuration", "/caps-man/configuration"),
    "configuration": ("/interface/wifi/configuration",),
    "master-interface": VIRTUAL,
    "security-profile": ("/interface/wireless/security-profiles",),
}

# What tells a row that we added when its name is another: all of these (as far as the template gave them, the first at
# least), equal or a reference whose row is gone.
IDENTITY: dict[str, tuple[str, ...]] = {
    "/interface/vlan": ("vlan-id", "interface"),
    "/ip/address": ("address",),
    "/ip/pool": ("ranges",),
    "/ip/dhcp-server": ("interface", "address-pool"),
    "/ip/hotspot": ("interface", "address-pool", "profile"),
    "/ip/hotspot/profile": ("hotspot-address",),
    "/ip/hotspot/user": ("name", "profile"),
    "/ip/hotspot/user/profile": ("rate-limit", "shared-users", "add-mac-cookie"),
    "/queue/simple": ("target", "max-limit"),
    "/interface/wifi/configuration": ("ssid", "datapath"),
    "/interface/wifi/datapath": ("vlan-id", "bridge"),
    "/interface/wifi": ("configuration", "master-interface"),
    "/interface/wireless": ("ssid", "master-interface"),
    "/caps-man/configuration": ("ssid", "datapath"),
    "/caps-man/datapath": ("vlan-id", "bridge"),
}

# What announces a network. A guard's script takes it off the air and removes it; what it would have to bring back (a
# network that a needs edit took away, a passphrase) it leaves alone: without VLAN, addresses and hotspot it leads nowhere,
# and we bring it back ourselves, three-way, as soon as we are there again.
ANNOUNCED = frozenset(
    f"{root}/{kind}"
    for root in ("/interface/wifi", "/caps-man")
    for kind in ("security", "datapath", "configuration", "provisioning")
)

# The interfaces that access points get from a configuration, by the menu of configurations.
ON_AIR: dict[str, str] = {
    "/interface/wifi/configuration": "/interface/wifi",
    "/caps-man/configuration": "/caps-man/interface",
}

# What of a row that others depend on matters to them, besides its key.
RELIED_ON = ("disabled", "vlan-filtering", "ranges", "pvid")
