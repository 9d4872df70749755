"""What a router derives from its configuration: dynamic VLAN rows, connected routes, marks of what cannot work."""

import ipaddress

from netops.lab.routeros.machine import Machine
from netops.lab.routeros.schema import PORTS
from netops.lab.routeros.store import Row
from netops.lab.routeros.texts import INACTIVATED
from netops.lab.routeros.values import expand_ranges

MATTERS = ("/interface", "/ip/address", "/ip/dhcp-server", "/ip/hotspot", "/ip/route")
CONNECTED = 0x20180000


class Derived:
    """Brings derived rows and marks up to date before they are read, once after each change that matters."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._stale = True
        self._routes = CONNECTED
        machine.watchers.append(self._changed)

    def _changed(self, path: str, verb: str, row: Row | None) -> None:
        if path.startswith(MATTERS):
            self._stale = True

    def refresh(self) -> None:
        if not self._stale:
            return
        self._stale = False
        self._interfaces()
        self._bridge_vlans()
        self._addresses()
        self._servers("/ip/dhcp-server")
        self._servers("/ip/hotspot")
        self._connected()

    def _interfaces(self) -> None:
        machine = self.machine
        slaves = {row.get("interface"): row.get("bridge") for row in machine.store.rows("/interface/bridge/port")}
        rows = machine.interfaces()
        first = rows[0].get("mac-address") if rows else "00:00:00:00:00:00"
        for row in rows:
            row.mark(last_link_up_time=machine.stamp(machine.started), link_downs="0")
            for name in ("rx-byte", "tx-byte", "rx-packet", "tx-packet", "rx-drop", "tx-drop", "rx-error", "tx-error"):
                row.marks.setdefault(name, "0")
            if row.table.path in PORTS:
                row.mark(mac_address=row.get("mac-address"), actual_mtu=row.get("mtu") or "1500")
                if row.table.path != "/interface/wifi":
                    row.mark(slave="true" if row.name in slaves else "false")
                continue
            if row.table.path == "/caps-man/interface":
                continue
            row.mark(mac_address=row.get("admin-mac") or first)
            mtu = row.get("mtu")
            row.mark(actual_mtu=mtu if mtu.isdigit() else "1500")
            if row.table.path == "/interface/vlan":
                parent = machine.interface(row.get("interface"))
                row.mark(running="true" if parent is not None and parent.enabled and row.enabled else "false")
        for port in machine.store.rows("/interface/bridge/port"):
            broken = port.get("bridge").startswith("*") or port.get("interface").startswith("*")
            port.mark(inactive="true" if broken else "false")

    def _bridge_vlans(self) -> None:
        """A dynamic row for each PVID without a static one while the bridge filters (manual, bridge VLAN table)."""
        table = self.machine.store.tables["/interface/bridge/vlan"]
        wanted: dict[tuple[str, int], list[str]] = {}
        for bridge in self.machine.store.rows("/interface/bridge"):
            if bridge.get("vlan-filtering") != "true" or not bridge.enabled:
                continue
            members = wanted.setdefault((bridge.name, int(bridge.get("pvid") or 1)), [])
            if bridge.get("frame-types") != "admit-only-vlan-tagged":
                members.append(bridge.name)
            for port in self.machine.store.rows("/interface/bridge/port"):
                if port.get("bridge") == bridge.name and port.enabled:
                    members = wanted.setdefault((bridge.name, int(port.get("pvid") or 1)), [])
                    if port.get("frame-types") != "admit-only-vlan-tagged":
                        members.append(port.get("interface"))
        for row in list(table.rows.values()):
            if row.dynamic:
                continue
            untagged = [name for name in row.get("untagged").split(",") if name]
            for number in expand_ranges(row.values["vlan-ids"]):
                untagged += [n for n in wanted.pop((row.get("bridge"), number), []) if n not in untagged]
            on = row.enabled
            row.mark(current_tagged=row.get("tagged") if on else "", current_untagged=",".join(untagged) if on else "")
        for row in [row for row in table.rows.values() if row.dynamic]:
            key = (row.get("bridge"), int(row.values["vlan-ids"]))
            if wanted.get(key):
                row.mark(current_tagged="", current_untagged=",".join(wanted.pop(key)))
            else:
                self.machine.store.remove(row)
        for (bridge_name, number), members in sorted(wanted.items()):
            if members:
                values = {"bridge": bridge_name, "vlan-ids": str(number)}
                row = self.machine.store.insert(table.path, values, dynamic=True)
                row.mark(current_tagged="", current_untagged=",".join(members))

    def _addresses(self) -> None:
        machine = self.machine
        masters = {row.get("interface"): row.get("bridge") for row in machine.store.rows("/interface/bridge/port")}
        for row in machine.store.rows("/ip/address"):
            name = row.get("interface")
            row.mark(actual_interface=masters.get(name, name), invalid="true" if name.startswith("*") else "false")
            if machine.number >= (7, 16):
                row.mark(slave="true" if name in masters else "false")

    def _servers(self, path: str) -> None:
        """One enabled server per interface; the later ones, and those whose interface is gone, are invalid."""
        taken: set[str] = set()
        ports = {row.get("interface") for row in self.machine.store.rows("/interface/bridge/port")}
        blocked = path == "/ip/hotspot" and self.machine.device_mode.get("hotspot", "true") != "true"
        for row in self.machine.store.rows(path):
            name = row.get("interface")
            broken = name.startswith("*") or name in ports or (row.enabled and name in taken)
            row.mark(invalid="true" if broken else "false")
            if row.enabled:
                taken.add(name)
            if blocked:
                row.mark(**{".about": INACTIVATED})

    def _connected(self) -> None:
        machine = self.machine
        table = machine.store.tables["/ip/route"]
        wanted: dict[tuple[str, str], str] = {}
        for row in machine.store.rows("/ip/address"):
            interface = machine.interface(row.get("interface"))
            if row.enabled and interface is not None and interface.enabled:
                network = ipaddress.ip_interface(row.values["address"])
                wanted[str(network.network), interface.name] = str(network.ip)
        for row in [row for row in table.rows.values() if row.dynamic]:
            if wanted.pop((row.get("dst-address"), row.get("gateway")), None) is None:
                machine.store.remove(row)
        for (prefix, name), source in wanted.items():
            values = {"dst-address": prefix, "gateway": name, "distance": "0", "scope": "10", "target-scope": "5"}
            row = machine.store.insert(table.path, values, dynamic=True, number=self._routes)
            row.mark(active="true", connect="true", **({} if machine.number >= (7,) else {"pref-src": source}))
            self._routes += 1
