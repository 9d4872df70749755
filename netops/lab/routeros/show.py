"""Rows as a device prints them: defaults, what is left out, marks, secrets; computes nothing that moves."""

from collections.abc import Callable, Mapping

from netops.lab.routeros import quirks
from netops.lab.routeros.schema import INTERFACES, PORTS
from netops.lab.routeros.store import Row

TYPES = {
    "/interface/ethernet": "ether",
    "/interface/bridge": "bridge",
    "/interface/vlan": "vlan",
    "/interface/wifi": "wifi",
    "/interface/wireless": "wlan",
    "/caps-man/interface": "cap",
}
COUNTERS = ("rx-byte", "tx-byte", "rx-packet", "tx-packet", "rx-drop", "tx-drop", "rx-error", "tx-error", "link-downs")
# In ethernet's own menu the same counters have other names.
ONLY_IN_INTERFACE = {*COUNTERS, "last-link-up-time", "actual-mtu", "type"}

Shown = dict[str, str]


def show(row: Row) -> Shown:
    """All words of a row, secrets included; `.id` first. Do not change the result."""
    if row.shown is None:
        row.shown = _show(row)
    return row.shown


def show_interface(row: Row) -> Shown:
    """The row as `/interface` prints it."""
    shown = {".id": row.ref, "name": row.name, "type": TYPES[row.table.path], "mtu": row.get("mtu") or "1500"}
    if row.table.path in PORTS and "default-name" in row.marks:
        shown["default-name"] = row.marks.get("default-name", row.name)
    for name in ("actual-mtu", "mac-address", "last-link-up-time", *COUNTERS):
        if name in row.marks:
            shown[name] = row.marks[name]
    shown["running"] = row.marks.get("running", "true") if row.enabled else "false"
    if row.marks.get("slave") == "true":
        shown["slave"] = "true"
    shown["disabled"] = row.get("disabled") or "false"
    if row.values.get("comment"):
        shown["comment"] = row.values["comment"]
    return shown


def is_plain(row: Row) -> bool:
    """Whether all that a row was given is shown as it is."""
    path = row.table.path
    special = (
        path in INTERFACES or path in CONDITIONS or row.table.absent or path in {menu for menu, _ in quirks.NEVER_READ}
    )
    return not (special or row.hidden or row.dynamic)


def _show(row: Row) -> Shown:
    table = row.table
    shown: Shown = {".id": row.ref}
    if "name" in row.values:
        shown["name"] = row.values["name"]
    shown.update(table.defaults)
    shown.update(row.values)
    shown.update(table.marks)
    shown.update(row.marks)
    if row.dynamic:
        shown["dynamic"] = "true"
    if table.path in INTERFACES:
        for name in ONLY_IN_INTERFACE:
            shown.pop(name, None)
    for name in row.hidden:
        shown.pop(name, None)
    for name, value in table.absent.items():
        if shown.get(name) == value:
            del shown[name]
    if shown.get("default") == "false" and table.path != "/ip/hotspot/user":
        del shown["default"]
    for path, name in quirks.NEVER_READ:
        if path == table.path:
            shown.pop(name, None)
    condition = CONDITIONS.get(table.path)
    if condition is not None:
        condition(row, shown)
    return shown


def _hotspot_profile(row: Row, shown: Shown) -> None:
    methods = shown.get("login-by", "").split(",")
    radius = shown.get("use-radius") == "true"
    gone = {
        "ssl-certificate": "https" in methods,
        "trial-": "trial" in methods,
        "mac-auth-": "mac" in methods,
        "radius-": radius,
        "nas-port-type": radius,
    }
    if "install-hotspot-queue" in row.table.menu.props:
        gone["rate-limit"] = shown.get("install-hotspot-queue") == "true"
    _drop(shown, gone)


def _queue_type(row: Row, shown: Shown) -> None:
    kind = shown.get("kind", "")
    prefixes = ("bfifo", "pfifo", "mq-pfifo", "red", "sfq", "pcq", "codel", "fq-codel", "cake")
    _drop(shown, {f"{prefix}-": prefix == kind for prefix in prefixes})


def _bridge_port(row: Row, shown: Shown) -> None:
    if row.get("disabled") == "true":
        shown["inactive"] = "true"


def _route(row: Row, shown: Shown) -> None:
    for name in ("static", "inactive", "connect"):
        if shown.get(name) == "false" or (name == "static" and row.dynamic):
            shown.pop(name, None)


def _drop(shown: Shown, keep: Mapping[str, bool]) -> None:
    for prefix, kept in keep.items():
        if not kept:
            for name in [name for name in shown if name.startswith(prefix)]:
                del shown[name]


CONDITIONS: dict[str, Callable[[Row, Shown], None]] = {
    "/ip/hotspot/profile": _hotspot_profile,
    "/queue/type": _queue_type,
    "/interface/bridge/port": _bridge_port,
    "/ip/route": _route,
}
