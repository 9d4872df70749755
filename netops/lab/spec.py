"""What stands on a campus: each device with its place in the inventory, and how it is built; opens nothing."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from msgspec import Struct, field

from netops.core.clock import Clock
from netops.lab.view import LabDevice

if TYPE_CHECKING:
    from netops.lab.routeros.certs import Identity

CONFIGS = Path(__file__).parent / "configs"
USER = "netops"
SMALL = """\
/interface bridge add name=bridge-lan
/interface bridge port add bridge=bridge-lan interface=ether2
/ip address add address=10.20.0.1/24 interface=bridge-lan
/snmp set enabled=yes
"""

Build = Callable[[Clock, Random], LabDevice]


class DeviceSpec(Struct, frozen=True, kw_only=True):
    """One device. `data` goes into the inventory as it is; `snmp_version` (`2c` or `3`) is what the inventory asks for."""

    name: str
    platform: str
    site: str
    roles: tuple[str, ...]
    build: Build
    data: Mapping[str, object] = field(default_factory=dict)
    snmp: bool = True
    snmp_version: str = "2c"


class CampusSpec(Struct, frozen=True, kw_only=True):
    devices: tuple[DeviceSpec, ...]


def default_spec() -> CampusSpec:
    """The example campus: gateways, switches and access points of two sites, cabled as their `links` say.

    Kampus: `gw-kampus` (RouterOS 7.16.2) – `sw-inti` – `sw-aula` (IOS 15.2) – `ap-aula` (RouterOS 7.16.2, wifi), and
    behind `sw-inti` `sw-fakultas` (IOS XE 16.12), whose ports have policy-maps of people's own.
    Kampus lama: `gw-lama` – `ap-lama` (RouterOS 6.49.17, wireless).
    """
    return CampusSpec(
        devices=(
            DeviceSpec(
                name="gw-kampus",
                platform="routeros",
                site="kampus",
                roles=("gateway",),
                build=_router("gw-kampus", "7.16.2", uplink=500_000_000),
                data={"lan_bridge": "bridge-lan", "uplink_interface": "ether1"},
                snmp_version="3",
            ),
            DeviceSpec(
                name="gw-lama",
                platform="routeros",
                site="kampus-lama",
                roles=("gateway",),
                build=_router("gw-lama", "6.49.17", uplink=100_000_000),
                data={"lan_bridge": "bridge-lan", "uplink_interface": "ether1"},
            ),
            DeviceSpec(
                name="sw-inti",
                platform="ios",
                site="kampus",
                roles=("core",),
                build=_switch("sw-inti"),
                data={
                    "links": {
                        "GigabitEthernet1/0/1": "gw-kampus:ether2",
                        "GigabitEthernet1/0/2": "sw-aula:GigabitEthernet1/0/1",
                        "GigabitEthernet1/0/3": "sw-fakultas:GigabitEthernet1/0/1",
                    },
                },
                snmp_version="3",
            ),
            DeviceSpec(
                name="sw-aula",
                platform="ios",
                site="kampus",
                roles=("access",),
                build=_switch("sw-aula", "GigabitEthernet1/0/23"),
                data={"links": {"GigabitEthernet1/0/1": "sw-inti:GigabitEthernet1/0/2"}},
                snmp_version="3",
            ),
            DeviceSpec(
                name="sw-fakultas",
                platform="ios",
                site="kampus",
                roles=("access",),
                build=_switch("sw-fakultas", version="16.12.4", offered=UNITS),
                data={"links": {"GigabitEthernet1/0/1": "sw-inti:GigabitEthernet1/0/3"}},
                snmp_version="3",
            ),
            DeviceSpec(
                name="ap-aula",
                platform="routeros",
                site="kampus",
                roles=("ap",),
                build=_access_point("ap-aula", "7.16.2", "cAPGi-5HaxD2HaxD", ports=2, radios=("2ghz-ax", "5ghz-ax")),
                data={
                    "lan_bridge": "bridge",
                    "provisioning": ["AP kampus 2 GHz", "AP kampus 5 GHz"],
                    "links": {"ether1": "sw-aula:GigabitEthernet1/0/23"},
                },
            ),
            DeviceSpec(
                name="ap-lama",
                platform="routeros",
                site="kampus-lama",
                roles=("ap",),
                build=_access_point("ap-lama", "6.49.17", "RBcAP2nD", ports=1, radios=("2ghz-g/n",)),
                data={"provisioning": ["AP gedung lama"], "links": {"ether1": "gw-lama:ether3"}},
            ),
        )
    )


def fleet_spec(count: int, *, snmp: bool = False) -> CampusSpec:
    """`count` small gateways `gw-001` … with one certificate between them and without SSH, for benches."""
    share = cache(_shared_identity)

    def build(name: str) -> Build:
        def small(clock: Clock, random: Random) -> LabDevice:
            from netops.lab.routeros.device import RouterOS
            from netops.lab.routeros.machine import Account

            users = (Account(name=USER, password=word(random)),)
            return RouterOS(
                name=name,
                version="7.16.2",
                config=SMALL,
                users=users,
                clock=clock,
                identity=share(),
                ssh=False,
                random=random,
            )

        return small

    width = max(3, len(str(count)))
    names = [f"gw-{number:0{width}d}" for number in range(1, count + 1)]
    data = {"lan_bridge": "bridge-lan", "trunks": ["ether2"], "uplink_interface": "ether1"}
    return CampusSpec(
        devices=tuple(
            DeviceSpec(
                name=name,
                platform="routeros",
                site="kampus",
                roles=("gateway",),
                build=build(name),
                data=data,
                snmp=snmp,
            )
            for name in names
        )
    )


def _shared_identity() -> "Identity":
    from netops.lab.routeros.certs import make_identity

    return make_identity("fleet")


def _router(name: str, version: str, uplink: int) -> Build:
    def build(clock: Clock, random: Random) -> LabDevice:
        from netops.lab.routeros.device import RouterOS
        from netops.lab.routeros.machine import Account
        from netops.lab.traffic import CAMPUS

        users = (Account(name=USER, password=word(random), group="netops"),)
        return RouterOS(
            name=name,
            version=version,
            config=_config(f"{name}.rsc"),
            users=users,
            clock=clock,
            random=random,
            loads=CAMPUS,
            uplink=uplink,
        )

    return build


def _access_point(name: str, version: str, board: str, *, ports: int, radios: tuple[str, ...]) -> Build:
    def build(clock: Clock, random: Random) -> LabDevice:
        from netops.lab.routeros.device import RouterOS
        from netops.lab.routeros.machine import Account

        users = (Account(name=USER, password=word(random), group="netops"),)
        return RouterOS(
            name=name,
            version=version,
            config=_config(f"{name}.rsc"),
            users=users,
            clock=clock,
            random=random,
            board=board,
            ports=ports,
            radios=radios,
        )

    return build


UNITS = {
    "GigabitEthernet1/0/2": (9_000_000, 48_000_000),  # FKIP
    "GigabitEthernet1/0/3": (8_000_000, 30_000_000),  # FMIPA
}
"""Mean bit/s that units behind ports of `sw-fakultas` want to send and to receive: more than they may."""


def _switch(
    name: str, *also: str, version: str = "15.2(7)E", offered: Mapping[str, tuple[int, int]] | None = None
) -> Build:
    """`also` are ports with a link beside the first twelve; `offered` what units behind its ports want."""

    def build(clock: Clock, random: Random) -> LabDevice:
        from netops.lab.ios.device import Ios

        return Ios(
            name=name,
            config=_config(f"{name}.cfg"),
            username=USER,
            password=word(random),
            enable=word(random),
            clock=clock,
            version=version,
            offered=offered,
            links=frozenset({*(f"GigabitEthernet1/0/{number}" for number in range(1, 13)), *also}),
        )

    return build


def _config(name: str) -> str:
    return (CONFIGS / name).read_text(encoding="utf-8")


def word(random: Random) -> str:
    """A password or community of 16 characters that no command line, URL or YAML needs to quote."""
    return "".join(random.choices("abcdefghijkmnpqrstuvwxyz23456789", k=16))
