"""What stands on a campus: each device with its place in the inventory, and how it is built; opens nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from netops.core.clock import Clock
from netops.lab.view import LabDevice

Build = Callable[[Clock, Random], LabDevice]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSpec:
    """One device. `data` goes into the inventory as it is; `snmp_version` (`2c` or `3`) is what the inventory asks for."""

    name: str
    platform: str
    site: str
    roles: tuple[str, ...]
    build: Build
    data: Mapping[str, object] = field(default_factory=dict)
    snmp: bool = True
    snmp_version: str = "2c"


@dataclass(frozen=True, slots=True, kw_only=True)
class CampusSpec:
    devices: tuple[DeviceSpec, ...]


def default_spec() -> CampusSpec:
    """The example campus: `gw-kampus` and `gw-lama` (RouterOS 7.16.2 and 6.49.17), `sw-aula` (IOS 15.2)."""
    return CampusSpec(devices=())
