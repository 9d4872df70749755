"""Cables a campus as its spec says: who finds which CAPsMAN, and the people who walk on it; opens nothing."""

from collections.abc import Mapping
from typing import cast

from netops.lab.lldp import introduce
from netops.lab.people import People
from netops.lab.routeros.capsman import Capsman
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.standalone import Standalone
from netops.lab.spec import CampusSpec
from netops.lab.view import LabDevice
from netops.lab.wires import End, Wires


def populate(devices: Mapping[str, LabDevice], spec: CampusSpec) -> People:
    """Call it once, when every device is built."""
    links: dict[End, End] = {}
    for one in spec.devices:
        for port, far in cast(Mapping[str, str], one.data.get("links", {})).items():
            there, _, plug = far.partition(":")
            links[one.name, port] = (there, plug)
    wires, managers = Wires(devices, links), []
    roles = {one.name: one.roles for one in spec.devices}
    for name, device in devices.items():
        if isinstance(device, RouterOS) and "ap" not in roles[name]:
            near = [devices[other] for other in wires.near(name)]
            points = [other.machine for other in near if isinstance(other, RouterOS) and other.machine.radios]
            if points:
                managers.append(Capsman(device.machine, points))
    for manager in managers:
        manager.refresh()
    introduce(wires)
    alone = [
        Standalone(device.machine)
        for device in devices.values()
        if isinstance(device, RouterOS) and device.machine.radios
    ]
    return People(wires, managers, points=alone)
