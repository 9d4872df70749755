"""What every simulated device shows to the campus around it: its system, interfaces and queues at this moment."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from netops.lab.faults import Mishaps

USUAL_LOAD = 4
"""Per cent, of a device that nothing ails."""


class LabSystem(Struct, frozen=True, kw_only=True):
    """`uptime` in seconds, `cpu` in per cent over the last minute, `memory` used and free in octets."""

    description: str
    object_id: tuple[int, ...]
    name: str
    contact: str
    location: str
    uptime: float
    snmp_enabled: bool
    cpu: int = USUAL_LOAD
    memory: tuple[int, int] = (0, 0)


class LabInterface(Struct, frozen=True, kw_only=True):
    """`kind` is the ifType number, `speed` bit/s, octets and packets count since boot."""

    index: int
    name: str
    alias: str
    kind: int
    mtu: int
    speed: int
    mac: str
    admin_up: bool
    oper_up: bool
    in_octets: int
    out_octets: int
    in_packets: int
    out_packets: int
    in_errors: int = 0
    out_errors: int = 0


class LabQueue(Struct, frozen=True, kw_only=True):
    """A RouterOS simple queue; `index` is the decimal of its `.id`, bytes as upload and download of the target."""

    index: int
    name: str
    source: str
    source_mask: str
    up_bytes: int
    down_bytes: int
    up_dropped: int
    down_dropped: int


class LabTree(Struct, frozen=True, kw_only=True):
    """A RouterOS queue tree row; `parent` is the number of an interface, of another row, or of `global`."""

    index: int
    name: str
    mark: str
    parent: int
    bytes: int
    dropped: int


class LabGuest(Struct, frozen=True, kw_only=True):
    """Somebody logged in to a hotspot; octets from and to the client."""

    index: int
    server: int
    name: str
    address: str
    mac: str
    in_octets: int
    out_octets: int


class LabClass(Struct, frozen=True, kw_only=True):
    """A class of a policy-map in force on a port (`port`: its ifIndex) that limits to `rate` bit/s by policing or shaping.

    Octets offered and let through, packets dropped. `index` tells it apart on the device, `policy_index` its service-policy.
    """

    index: int
    policy_index: int
    port: int
    way: str
    policy: str
    name: str
    rate: int
    police: bool
    offered: int
    passed: int
    dropped: int


class LabDevice(Protocol):
    """One device of the campus. All methods run on the campus's own event loop."""

    name: str
    platform: str
    version: str
    mishaps: Mishaps

    def reboot(self, *, proper: bool = True, seconds: float = 0.0) -> None:
        """Restart and be gone for so many seconds; without `proper` the power failed."""
        ...

    def change_identity(self) -> None:
        """Another certificate and host key from the next connection on."""
        ...

    async def start(self, host: str) -> None:
        """Listen on free ports of `host`."""
        ...

    async def stop(self) -> None: ...

    def describe(self) -> dict[str, object]:
        """What a client needs to be pointed at it; keys that do not apply are left out.

        `ports` {`api`, `api_tls`, `ssh`: int}, `credentials` {`username`, `password`}, `enable` (IOS),
        `tls_fingerprint` (`sha256:<hex of the DER>`), `host_key` (`ssh-ed25519 AAAA…`).
        """
        ...

    def system(self) -> LabSystem: ...
    def interfaces(self) -> Sequence[LabInterface]: ...
    def queues(self) -> Sequence[LabQueue]: ...
    def trees(self) -> Sequence[LabTree]: ...
    def guests(self) -> Sequence[LabGuest]: ...
    def classes(self) -> Sequence[LabClass]: ...
