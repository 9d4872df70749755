"""Cables between the devices of a campus, and how far a VLAN gets on them; it follows configurations and changes none."""

from collections.abc import Iterator, Mapping

from netops.lab.ios import tree
from netops.lab.ios.machine import Machine as Ios
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.values import expand_ranges
from netops.lab.view import LabDevice

End = tuple[str, str]


class Cut(Exception):
    """A VLAN does not get through; the message names the device and port where it ends."""


class Wires:
    """`links` are pairs of ends (device, port), each cable once or twice."""

    def __init__(self, devices: Mapping[str, LabDevice], links: Mapping[End, End]) -> None:
        self.devices = devices
        self.links = {**links, **{there: here for here, there in links.items()}}

    def near(self, name: str) -> list[str]:
        """Every device that is cabled to this one, directly or not, itself left out."""
        found, open_ = [name], [name]
        while open_:
            here = open_.pop()
            for _, (there, _port) in self._ends(here):
                if there not in found:
                    found.append(there)
                    open_.append(there)
        return found[1:]

    def gateway(self, name: str, vlan: int) -> tuple[RouterOS, str]:
        """The router with an interface in the VLAN that a frame from this device reaches, and that interface.

        Raises `Cut` with the first port that does not carry the VLAN, or where no router has an interface in it.
        """
        seen, open_, ends = {name}, [name], []
        while open_:
            here = open_.pop(0)
            device = self.devices[here]
            interface = _interface(device, vlan) if isinstance(device, RouterOS) else ""
            if isinstance(device, RouterOS) and interface:
                return device, interface
            for port, (there, far) in self._ends(here):
                if there in seen:
                    continue
                broken = next((end for end in ((here, port), (there, far)) if not self._carries(*end, vlan)), None)
                if broken is not None:
                    ends.append(f"{broken[0]} {broken[1]}")
                    continue
                seen.add(there)
                open_.append(there)
        where = f"not carried by {', '.join(ends)}" if ends else "nobody's"
        raise Cut(f"VLAN {vlan} from {name} is {where}")

    def access(self, name: str, port: str) -> int:
        """The VLAN of an access port that is up. Raises `Cut`."""
        device = self.devices[name]
        found = next((p for p in device.snapshot(0).ports if p.name == port), None) if isinstance(device, Ios) else None
        if found is None or found.trunk or not found.up:
            raise Cut(f"{name} {port} is no access port that is up")
        return found.access_vlan

    def _ends(self, name: str) -> Iterator[tuple[str, End]]:
        return ((port, far) for (device, port), far in self.links.items() if device == name and far[0] in self.devices)

    def _carries(self, name: str, port: str, vlan: int) -> bool:
        device = self.devices[name]
        if isinstance(device, Ios):
            known = next((p for p in device.snapshot(0).ports if p.name == port), None)
            if known is None or not known.up:
                return False
            return vlan in tree.vlans(device.root()) and (
                vlan in known.allowed if known.trunk else known.access_vlan == vlan
            )
        return isinstance(device, RouterOS) and _bridged(device, port, vlan)


def _bridged(device: RouterOS, port: str, vlan: int) -> bool:
    """Whether a bridge passes the VLAN at a port; without VLAN filtering it passes every one (manual, bridging)."""
    store = device.machine.store
    member = next((r for r in store.rows("/interface/bridge/port") if r.get("interface") == port and r.enabled), None)
    bridge = store.named("/interface/bridge", member.get("bridge")) if member is not None else None
    interface = device.machine.interface(port)
    if member is None or bridge is None or interface is None or not interface.enabled or not bridge.enabled:
        return False
    if bridge.get("vlan-filtering") != "true":
        return True
    if member.get("pvid") == str(vlan):
        return True
    return any(
        row.enabled
        and row.get("bridge") == bridge.name
        and vlan in expand_ranges(row.values["vlan-ids"])
        and port in (*row.get("tagged").split(","), *row.get("untagged").split(","))
        for row in store.rows("/interface/bridge/vlan")
    )


def _interface(device: RouterOS, vlan: int) -> str:
    """A VLAN interface with an address, on a bridge that is a tagged member of the VLAN itself."""
    store = device.machine.store
    addressed = {row.get("interface") for row in store.rows("/ip/address") if row.enabled}
    for row in store.rows("/interface/vlan"):
        bridge = store.named("/interface/bridge", row.get("interface"))
        if row.get("vlan-id") == str(vlan) and row.enabled and bridge is not None and row.name in addressed:
            if bridge.get("vlan-filtering") != "true":
                return row.name
            for member in store.rows("/interface/bridge/vlan"):
                inside = member.enabled and vlan in expand_ranges(member.values["vlan-ids"])
                if inside and bridge.name in member.get("tagged").split(","):
                    return row.name
    return ""
