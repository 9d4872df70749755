"""Facts of menus that mostly report (ARP, neighbours, health, CPU, packages, BGP), in the fact file's shape; no rows here.

Names and verbs of ARP, bridge hosts, neighbours and health are those of MikroTik's console schema (7.16.2); the others are
the words that napalm-ros 1.6 and MikroTik's manual read. The IPv6 package of version 6 is off, as it is from the factory.
"""

from typing import Any

_LIST: dict[str, Any] = {"kind": "list", "key": []}


def _report(*names: str, **more: Any) -> dict[str, Any]:  # JSON, as the fact file holds it
    return {**_LIST, "read_only": list(names), **more}


_NAME = {"name": {"type": "name", "required": True}}
_SEVEN, _SIX = {"since": "7.0"}, {"until": "7.0"}

MENUS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "/ip/arp",
        _report(
            *("DHCP", "complete", "dynamic", "invalid", "status"),
            can_add=True,
            can_remove=True,
            has_comment=True,
            has_disabled=True,
            settable={
                "address": {"type": "ip", "required": True},
                "interface": {"type": "name", "required": True, "ref": "/interface"},
                "mac-address": {"type": "mac", "default": "00:00:00:00:00:00"},
                "published": {"type": "bool", "default": "no"},
                "disabled": {"type": "bool", "default": "no"},
                "comment": {"type": "string", "unset": True},
            },
        ),
    ),
    (
        "/interface/bridge/host",
        _report("mac-address", "vid", "interface", "bridge", "on-interface", "dynamic", "local", "external", "invalid"),
    ),
    (
        "/ip/neighbor",
        _report(
            *("address", "address4", "age", "board", "discovered-by", "identity", "interface", "interface-name"),
            *("mac-address", "platform", "system-caps", "system-caps-enabled", "system-description", "version"),
        ),
    ),
    ("/system/health", {**_report("name", "value", "type"), **_SEVEN}),
    ("/system/health", {"kind": "singleton", "key": [], "read_only": ["voltage", "temperature"], **_SIX}),
    ("/system/script/job", _report("type", "started", "owner", "script")),
    ("/system/resource/cpu", _report("cpu", "load", "irq", "disk")),
    (
        "/system/package/update",
        {
            "kind": "singleton",
            "key": [],
            "settable": {"channel": {"type": "name", "default": "stable"}},
            "read_only": ["installed-version"],
        },
    ),
    ("/ipv6/address", {**_report("address", "interface", "from-pool", "link-local", "dynamic", "invalid"), **_SEVEN}),
    ("/ipv6/neighbor", {**_report("address", "interface", "mac-address", "router", "status"), **_SEVEN}),
    ("/ip/vrf", {**_report("name", "interfaces", "builtin"), **_SEVEN}),
    ("/ip/route/vrf", {**_report("routing-mark", "interfaces", "route-distinguisher"), **_SIX}),
    ("/routing/bgp/connection", {**_report("name", "remote.address"), **_SEVEN}),
    ("/routing/bgp/session", {**_report("name", "remote.address", "established"), **_SEVEN}),
    ("/routing/bgp/instance", {**_report("as", "router-id", settable=_NAME), **_SIX}),
    ("/routing/bgp/peer", {**_report("remote-address", settable=_NAME), **_SIX}),
    ("/routing/bgp/advertisements", {**_report("peer", "prefix"), **_SIX}),
)
