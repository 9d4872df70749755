"""What stands on a campus: each device with its place in the inventory, and how it is built; opens nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from netops.core.clock import Clock
from netops.lab.view import LabDevice

CONFIGS = Path(__file__).parent / "configs"

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
    return CampusSpec(devices=(_sw_aula(),))


def _sw_aula() -> DeviceSpec:
    def build(clock: Clock, random: Random) -> LabDevice:
        from netops.lab.ios.device import Ios

        config = (CONFIGS / "sw-aula.cfg").read_text(encoding="utf-8")
        return Ios(
            name="sw-aula",
            config=config,
            username="netops",
            password=_word(random),
            enable=_word(random),
            clock=clock,
        )

    return DeviceSpec(
        name="sw-aula",
        platform="ios",
        site="kampus",
        roles=("access",),
        build=build,
        data={"trunks": ["GigabitEthernet1/0/1"]},
        snmp_version="3",
    )


def fleet_spec(count: int) -> CampusSpec:
    return CampusSpec(devices=())


def _word(random: Random) -> str:
    return "".join(random.choices("abcdefghijkmnpqrstuvwxyz23456789", k=16))
