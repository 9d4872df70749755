"""Tells each device of a campus who is at the other end of its cables, as LLDP would; a device that is gone stays told."""

from netops.lab.ios import names
from netops.lab.ios.machine import Machine as Ios
from netops.lab.ios.state import Neighbour as IosNeighbour
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.observed import Neighbour
from netops.lab.view import LabDevice
from netops.lab.wires import Wires


def introduce(wires: Wires) -> None:
    """Call it once, when every device is built and cabled."""
    for (name, port), (there, plug) in wires.links.items():
        here, other = wires.devices.get(name), wires.devices.get(there)
        if here is None or other is None:
            continue
        mac, address, description = _mac(other, plug), _address(other), other.system().description
        if isinstance(here, RouterOS):
            shown = names.short(plug) if isinstance(other, Ios) else plug
            found = Neighbour(
                interface=port, identity=there, port=shown, mac=mac.upper(), address=address, description=description
            )
            here.observed.neighbours = (*here.observed.neighbours, found)
        elif isinstance(here, Ios):
            text = description if isinstance(other, Ios) else f"MikroTik RouterOS {other.version}"
            here.neighbours[port] = IosNeighbour(
                name=there, port=plug, mac=mac.lower(), description=text, address=address
            )


def _mac(device: LabDevice, port: str) -> str:
    return next((one.mac for one in device.interfaces() if one.name == port), "")


def _address(device: LabDevice) -> str:
    """One that it can be reached at: a router's last one written, the first of a switch's VLAN interfaces."""
    if isinstance(device, RouterOS):
        rows = [row for row in device.machine.store.rows("/ip/address") if row.enabled]
        return rows[-1].values["address"].partition("/")[0] if rows else ""
    if isinstance(device, Ios):
        return next((str(svi.address.ip) for svi in device.snapshot(0).svis if svi.address is not None), "")
    return ""
