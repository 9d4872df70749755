"""An access point without a manager: its own wireless interfaces, their stations; refuses nothing, answers None."""

from collections.abc import Callable

from netops.lab.routeros.machine import Machine
from netops.lab.routeros.profiles import WIFI, Air, effective
from netops.lab.routeros.store import Row

WIRELESS = "/interface/wireless"
PORTS = "/interface/bridge/port"


class Standalone:
    """The air around one router: master interfaces and virtual access points that are on, and no CAPsMAN has taken."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.path = WIFI if WIFI in machine.schema.menus else WIRELESS
        self.stations: dict[str, tuple[Row, Row, Callable[[], None]]] = {}
        machine.watchers.append(self._changed)

    def offers(self, ssid: str) -> tuple[Row, Air, int] | None:
        """An interface with that name, what it asks for, and the VLAN of its guests on the bridge (0: untagged)."""
        for row in self.machine.store.rows(self.path):
            air = self._air(row)
            if air is not None and air.ssid == ssid:
                return row, air, air.vlan or self._pvid(row.name)
        return None

    def associate(self, mac: str, interface: Row, lost: Callable[[], None]) -> None:
        self.stations.pop(mac, None)
        row = self.machine.store.insert(f"{self.path}/registration-table", {}, dynamic=True)
        row.marks.update({"interface": interface.name, "mac-address": mac, "uptime": "0s"})
        row.touch()
        self.stations[mac] = (interface, row, lost)

    def part(self, mac: str) -> None:
        """A station is off the air."""
        found = self.stations.pop(mac, None)
        if found is not None:
            if found[1].id in found[1].table.rows:
                self.machine.store.remove(found[1])
            found[2]()

    def _changed(self, path: str, verb: str, row: Row | None) -> None:
        if path.startswith((WIFI, WIRELESS, PORTS)):
            for mac, (interface, _, _) in list(self.stations.items()):
                if interface.id not in interface.table.rows or self._air(interface) is None:
                    self.part(mac)

    def _air(self, row: Row) -> Air | None:
        """None where the interface, or the card below it, is off, taken by a manager, or without a name."""
        master = self.machine.store.named(self.path, row.get("master-interface")) or row
        if not (row.enabled and master.enabled) or ".about" in master.marks or row.get("configuration.manager"):
            return None
        air = effective(self.machine, row) if self.path == WIFI else _old(self.machine, row)
        return air if air.ssid else None

    def _pvid(self, name: str) -> int:
        rows = self.machine.store.rows(PORTS)
        found = next((row.get("pvid") for row in rows if row.get("interface") == name and row.enabled), "")
        return int(found) if found.isdigit() else 0


def _old(machine: Machine, row: Row) -> Air:
    """Before 7.13: everything on the interface, the passphrase in its security profile (manual, Wireless)."""
    profile = machine.store.named(f"{WIRELESS}/security-profiles", row.get("security-profile") or "default")
    secured = profile is not None and profile.get("mode") not in ("", "none")
    tagged = row.get("vlan-mode") == "use-tag"
    return Air(
        ssid=row.get("ssid"),
        passphrase=profile.get("wpa2-pre-shared-key") if secured and profile is not None else "",
        authentication=profile.get("authentication-types") if secured and profile is not None else "",
        vlan=int(row.get("vlan-id")) if tagged else 0,
        bridge="",
        local=True,
    )
