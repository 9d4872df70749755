"""A device without a protocol of its own, for what stands around devices: agents, campus, poller."""

from collections.abc import Sequence
from random import Random

from msgspec import Struct, field

from netops.core.clock import Clock
from netops.core.model import Target
from netops.core.secret import Secret, SecretRef
from netops.lab.campus import Campus
from netops.lab.faults import Mishaps
from netops.lab.spec import CampusSpec, DeviceSpec
from netops.lab.view import LabClass, LabGuest, LabInterface, LabQueue, LabSystem, LabTree


def port(index: int, name: str = "", **changes: object) -> LabInterface:
    values: dict[str, object] = {
        "alias": "",
        "kind": 6,
        "mtu": 1500,
        "speed": 1_000_000_000,
        "mac": f"02:00:00:00:00:{index % 256:02x}",
        "admin_up": True,
        "oper_up": True,
        "in_octets": 5 * 2**32 + index,
        "out_octets": 7 * 2**32 + index,
        "in_packets": 11,
        "out_packets": 13,
    }
    return LabInterface(index=index, name=name or f"ether{index}", **(values | changes))  # type: ignore[arg-type]  # by name


class FakeDevice(Struct):
    name: str = "palsu"
    platform: str = "routeros"
    version: str = "7.16.2"
    on: bool = True
    uptime: float = 123.45
    ports: Sequence[LabInterface] = field(default_factory=lambda: tuple(port(index) for index in range(1, 6)))
    shaped: Sequence[LabQueue] = ()
    trees_shown: Sequence[LabTree] = ()
    logged_in: Sequence[LabGuest] = ()
    up: bool = False
    fails: bool = False
    mishaps: Mishaps = field(default_factory=Mishaps)

    def reboot(self, *, proper: bool = True, seconds: float = 0.0) -> None:
        self.uptime = 0.0

    def change_identity(self) -> None:
        pass

    async def start(self, host: str) -> None:
        if self.fails:
            raise OSError("no free port")
        self.up = True

    async def stop(self) -> None:
        self.up = False

    def is_up(self) -> bool:
        return self.up

    def describe(self) -> dict[str, object]:
        return {
            "ports": {"api": 8728, "api_tls": 8729, "ssh": 22},
            "credentials": {"username": "netops", "password": "rahasia-perangkat"},
            "enable": "rahasia-enable",
            "tls_fingerprint": "sha256:" + "ab" * 32,
            "host_key": "ssh-ed25519 AAAA",
        }

    def system(self) -> LabSystem:
        return LabSystem(
            description="RouterOS RB5009",
            object_id=(1, 3, 6, 1, 4, 1, 14988, 1),
            name=self.name,
            contact="",
            location="Gedung Pusat",
            uptime=self.uptime,
            snmp_enabled=self.on,
        )

    def interfaces(self) -> Sequence[LabInterface]:
        return self.ports

    def queues(self) -> Sequence[LabQueue]:
        return self.shaped

    def trees(self) -> Sequence[LabTree]:
        return self.trees_shown

    def classes(self) -> Sequence[LabClass]:
        return ()

    def guests(self) -> Sequence[LabGuest]:
        return self.logged_in


def fake_spec(*devices: FakeDevice, snmp_version: str = "2c") -> CampusSpec:
    def entry(device: FakeDevice) -> DeviceSpec:
        def build(clock: Clock, random: Random) -> FakeDevice:
            return device

        return DeviceSpec(
            name=device.name,
            platform=device.platform,
            site="kampus",
            roles=("gateway",),
            build=build,
            data={"uplink_interface": "ether1"},
            snmp_version=snmp_version,
        )

    return CampusSpec(devices=tuple(entry(device) for device in devices))


class DictSecrets(Struct):
    values: dict[str, str]

    def get(self, ref: SecretRef) -> Secret:
        return Secret(self.values[ref.name])


def snmp_target(campus: Campus, name: str, **options: str | int) -> tuple[Target, DictSecrets]:
    """A target and its secrets for a device's agent, as an inventory would say them (v2c unless `snmp_version`)."""
    agent = campus.agents[name]
    user = next(user for user in agent.access.users if user.auth == options.get("snmp_auth", "SHA"))
    found: dict[str, str | int | bool] = {"snmp_port": agent.port, "timeout": 5, "snmp_user": user.name, **options}
    target = Target(
        name=name,
        host="127.0.0.1",
        platform="routeros",
        site="kampus",
        roles=("gateway",),
        username="netops",
        password=SecretRef(f"device/{name}"),
        options=found,
        data={},
    )
    secrets = {"community": agent.access.community, "auth": user.auth_key, "priv": user.priv_key}
    return target, DictSecrets({f"snmp/{name}/{what}": value for what, value in secrets.items()})
