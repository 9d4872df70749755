"""What has to be observed for wanted rows, and which of it they touch or depend on; everything else may move freely."""

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network

from netops.core.model import Row, Rows, Scope, Tag, Used, Value
from netops.core.once import once
from netops.platforms.routeros.diff import level
from netops.platforms.routeros.facts import Menu, menu
from netops.platforms.routeros.parse import adopted, named
from netops.platforms.routeros.queues import PATH as QUEUES
from netops.platforms.routeros.queues import Networks
from netops.platforms.routeros.quirks import FLAGS, GUARD_MENUS, ON_AIR, REFERS, RELIED_ON, RUNTIME, VIRTUAL
from netops.platforms.routeros.table import Key, owns, settable
from netops.platforms.routeros.values import is_flag, network, normal, numbers, present, row_key

_USED = (
    "/interface/vlan",
    "/interface/bridge/vlan",
    "/interface/bridge/port",
    "/ip/address",
    "/ip/dhcp-server/network",
    "/ip/route",
    "/queue/simple",
)
_ALWAYS = ("/interface", "/interface/bridge", *GUARD_MENUS)
_BY_THEMSELVES = frozenset({*RUNTIME, *GUARD_MENUS})
"""Menus whose rows come and go beside a plan."""
_BESIDE: dict[str, tuple[str, ...]] = {
    "/ip/hotspot": (
        "/ip/hotspot/active",
        "/ip/hotspot/cookie",
        "/ip/hotspot/host",
        "/ip/hotspot/user",
        "/ip/dhcp-server/lease",
    ),
    "/ip/dhcp-server": ("/ip/dhcp-server/lease",),
    "/ip/hotspot/user": ("/ip/hotspot/active", "/ip/hotspot/cookie"),
    "/user-manager/user": (
        "/ip/hotspot/active",
        "/ip/hotspot/cookie",
        "/user-manager",
        "/user-manager/router",
        "/radius",
    ),
    **{path: (interfaces,) for path, interfaces in ON_AIR.items()},
}


def scope(want: Rows) -> Scope:
    """The menus of the wanted rows, of what they name, of the clients they will have, and of our guards."""
    return _scope(want.rows)


@once(most=20_000)
def _scope(want: tuple[Row, ...]) -> Scope:
    paths = {row.menu for row in want}
    for menu_, name in {(row.menu, name) for row in want for name in row.values}:
        paths.update(path for path in _referred(menu_, name) if level(path) <= level(menu_))
    for menu_ in {row.menu for row in want}:
        paths.update(_BESIDE.get(menu_, ()))
    paths.update(_ALWAYS)
    return Scope(paths=tuple(sorted(paths, key=lambda path: (level(path), path))))


def _referred(menu_: str, name: str) -> tuple[str, ...]:
    """The menus that a property may name; of the wireless generations only the row's own: a device has one of them."""
    others = tuple(root for root in ("/caps-man", *VIRTUAL) if not menu_.startswith(root))
    return tuple(path for path in REFERS.get(name, ()) if not path.startswith(others))


def touched(seen: Rows, want: Rows, owner: Tag) -> Rows:
    """Rows at a wanted key or in its way, rows of the owner, named properties of adopted rows, and rows relied on.

    Canonical values without ids, counters and flags that come and go: equal digests mean that nothing relevant moved.
    """
    wanted = _wanted(want.rows)
    rows: list[Row] = []
    for row in seen.rows:
        if row.menu in _BY_THEMSELVES or not (row.menu in wanted.paths or menu(row.menu).can_add):
            continue
        reduced = _reduced(wanted, row, owner)
        if reduced is not None:
            rows.append(reduced)
    rows.sort(key=lambda row: (row.menu, sorted((name, str(value)) for name, value in row.values.items())))
    return Rows(rows=tuple(rows))


@once(most=20_000)
def _wanted(want: tuple[Row, ...]) -> "_Wanted":
    return _Wanted(want)


class _Wanted:
    """Wanted rows, prepared for one look at each seen row. Never changed once it is made: threads share it."""

    def __init__(self, want: tuple[Row, ...]) -> None:
        self.keys: set[tuple[str, Key]] = set()
        self.adopted: list[tuple[str, Mapping[str, str], Mapping[str, Value]]] = []
        self.names: dict[str, set[str]] = {}
        self.vlans: set[tuple[Value | None, int]] = set()
        nets: list[IPv4Network | IPv6Network | None] = []
        for row in want:
            self._depends(row)
            if condition := adopted(row):
                self.adopted.append((row.menu, condition, named(row)))
                continue
            menu_ = menu(row.menu)
            self.keys.add((row.menu, row_key(menu_, row.values)))
            if row.menu == "/interface/bridge/vlan":
                vlans = numbers(str(row.values.get("vlan-ids", "")))
                self.vlans.update((row.values.get("bridge"), vlan) for vlan in vlans)
            elif row.menu == QUEUES:
                nets += map(network, present(menu_, row.values, "target").split(","))
        self.nets = Networks(net for net in nets if net is not None)
        self.paths = {row.menu for row in want} | self.names.keys()
        """Menus of which more matters than what carries our tag."""

    def _depends(self, row: Row) -> None:
        """The names that a wanted row uses, by the menus that they may be of."""
        for name in row.values.keys() & REFERS.keys():
            parts = str(row.values[name]).replace("/", ",").split(",")
            for path in REFERS[name]:
                self.names.setdefault(path, set()).update(parts)


def _reduced(wanted: _Wanted, row: Row, owner: Tag) -> Row | None:
    menu_ = menu(row.menu)
    if is_flag(row, "dynamic"):
        return None
    key = row_key(menu_, row.values)
    if (row.menu, key) in wanted.keys or owns(owner, row):
        return _canonical(menu_, settable(menu_, row.values), row)
    for path, condition, names in wanted.adopted:
        if path == row.menu and _meets(menu_, row, condition):
            return _canonical(menu_, {n: row.values.get(n, "") for n in (*menu_.key, *names)}, row)
    if row.menu == "/interface/bridge/vlan":
        carried = numbers(str(row.values.get("vlan-ids", "")))
        if any((row.values.get("bridge"), vlan) in wanted.vlans for vlan in carried):
            return _canonical(menu_, settable(menu_, row.values), row)
    if row.menu == QUEUES and wanted.nets.any_in(present(menu_, row.values, "target")):
        return _canonical(menu_, {n: row.values.get(n, "") for n in ("name", "target", "disabled", "parent")}, row)
    if str(row.values.get("name", "")) in wanted.names.get(row.menu, ()):
        return _canonical(menu_, {n: row.values[n] for n in (*menu_.key, *RELIED_ON) if n in row.values}, row)
    return None


def _meets(menu_: Menu, row: Row, condition: Mapping[str, str]) -> bool:
    for name, value in condition.items():  # no generator: rows are asked by the thousand
        if name and present(menu_, row.values, name) != normal(menu_, name, value):
            return False
    return True


def _canonical(menu_: Menu, values: Mapping[str, Value], row: Row) -> Row:
    texts: dict[str, Value] = {name: present(menu_, values, name) for name in sorted(values)}
    texts |= {name: "yes" for name in FLAGS if is_flag(row, name)}
    return Row(menu=row.menu, values=texts)


def used_scope() -> Scope:
    """Where a RouterOS device says which VLANs and subnets it carries."""
    return Scope(paths=_USED)


def used(seen: Rows) -> Used:
    """VLANs of VLAN interfaces, bridge VLAN rows and port ids; subnets of addresses, DHCP networks and queue targets.

    Dynamic rows count too: what is in use is in use. Host targets (/32) count as themselves.
    """
    vlans: set[int] = set()
    subnets: set[str] = set()
    for row in seen.rows:
        for name in ("vlan-id", "vlan-ids", "pvid"):
            vlans |= numbers(str(row.values.get(name, "")))
        for name in ("address", "target", "dst-address"):
            for part in str(row.values.get(name, "")).split(","):
                net = network(part)
                # A route or queue for everything takes no subnet.
                if net is not None and net.prefixlen and row.menu in _USED:
                    subnets.add(str(net))
    return Used(vlans=frozenset(vlans - {1}), subnets=tuple(sorted(subnets)))


def interfaces(want: Rows) -> tuple[str, ...]:
    """Names of the interfaces that the wanted rows bring."""
    return tuple(
        str(row.values["name"])
        for row in want.rows
        if row.menu in ("/interface/vlan", "/interface/bridge") and "name" in row.values and not adopted(row)
    )


def on_air(seen: Rows, want: Rows) -> tuple[str, ...]:
    """Networks (SSID) of the wanted configurations that no access point's interface announces."""
    carried = {
        (row.menu, str(row.values.get("configuration", "")))
        for row in seen.rows
        if row.menu in ON_AIR.values() and not is_flag(row, "disabled", "inactive")
    }
    return tuple(
        str(row.values.get("ssid", ""))
        for row in want.rows
        if row.menu in ON_AIR and not adopted(row) and (ON_AIR[row.menu], str(row.values["name"])) not in carried
    )
