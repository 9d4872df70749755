"""A gateway of the campus as the driver's tests use it: how to reach it, an event for it, what it was told."""

from typing import TYPE_CHECKING, Any

from netops.core.clock import SystemClock
from netops.core.model import (
    GuardHandle,
    GuardKind,
    GuardPurpose,
    GuardSpec,
    GuardState,
    RowOp,
    Rows,
    Tag,
    Target,
    Value,
)
from netops.core.secret import Secret, SecretRef
from netops.drivers.routeros import RouterOSDriver, open_driver
from netops.platforms.routeros import PLATFORM
from netops.platforms.routeros.operations import invert
from netops.platforms.routeros.parse import parse
from netops.platforms.routeros.table import canonical_rows

if TYPE_CHECKING:
    pass

TAG = Tag("HD-9-abc123")
NAME = TAG.name
GATEWAYS = ["gw-kampus", "gw-lama"]
WANT = f"""/interface vlan
add name={NAME} interface=bridge-lan vlan-id=%(vlan)s comment={TAG.comment}
/interface bridge vlan
add bridge=bridge-lan vlan-ids=%(vlan)s tagged=bridge-lan,ether2 comment={TAG.comment}
/ip address
add address=%(net)s.1/24 interface={NAME} comment={TAG.comment}
/ip pool
add name={NAME} ranges=%(net)s.10-%(net)s.254
/ip dhcp-server
add name={NAME} interface={NAME} address-pool={NAME} lease-time=3600s disabled=no
/ip dhcp-server network
add address=%(net)s.0/24 gateway=%(net)s.1 dns-server=%(net)s.1 comment={TAG.comment}
/ip hotspot profile
add name={NAME} hotspot-address=%(net)s.1 dns-name=acara.kampus login-by=cookie,http-chap
/ip hotspot user profile
add name={NAME} shared-users=1 rate-limit=2M/5M add-mac-cookie=no
/ip hotspot
add name={NAME} interface={NAME} address-pool={NAME} profile={NAME} disabled=no
/ip hotspot user
%(users)s
/queue simple
add name={NAME} target=%(net)s.0/24 max-limit=20M/50M comment={TAG.comment}
"""


class Known:
    def __init__(self, password: str) -> None:
        self.password = password

    def get(self, ref: SecretRef) -> Secret:
        return Secret(self.password if ref.name.startswith("device/") else f"kode-{ref.name[-3:]}")


class Site:
    """One gateway of the campus and the way to it."""

    def __init__(self, device: dict[str, Any]) -> None:
        self.device = device
        self.secrets = Known(device["credentials"]["password"])
        self.vlan, self.net = ("210", "10.90.0") if device["name"] == "gw-kampus" else ("310", "10.91.0")

    def open(self, **options: str | int | bool) -> RouterOSDriver:
        ports = self.device["ports"]
        return open_driver(
            Target(
                name=self.device["name"],
                host=self.device["host"],
                platform="routeros",
                site="kampus",
                roles=("gateway",),
                username=self.device["credentials"]["username"],
                password=SecretRef(f"device/{self.device['name']}"),
                options={
                    "api_tls_port": ports["api_tls"],
                    "api_port": ports["api"],
                    "tls_fingerprint": self.device["tls_fingerprint"],
                    "timeout": 10,
                    **options,
                },
                data={},
            ),
            self.secrets,
            SystemClock(),
        )

    def want(self, users: int = 30) -> Rows:
        lines = "\n".join(
            f'add name=acara-{n:03} password=\ue000{n}\ue001 profile={NAME} server={NAME} comment="{TAG.comment} {n:03}"'
            for n in range(users)
        )
        values: dict[str, Value] = {f"\ue000{n}\ue001": SecretRef(f"voucher/HD-9/{n:03}") for n in range(users)}
        return parse(WANT % {"vlan": self.vlan, "net": self.net, "users": lines}, values)


def observe(site: Site, want: Rows) -> Rows:
    with site.open() as driver:
        seen = driver.observe(PLATFORM.scope(want))
    assert isinstance(seen, Rows)
    return seen


def send(site: Site, ops: tuple[RowOp, ...]) -> None:
    with site.open() as driver:
        for batch in PLATFORM.batches(ops):
            receipt = driver.apply(batch, site.secrets)
            assert len(receipt.replies) == len(batch.ops)


def ops_for(site: Site, want: Rows) -> tuple[RowOp, ...]:
    return tuple(op for op in PLATFORM.diff(observe(site, want), want, TAG) if isinstance(op, RowOp))


def configured(rows: Rows) -> Rows:
    """What the device was told, without what it makes by itself and without our guards."""
    kept = (row for row in rows.rows if row.values.get("dynamic") != "true" and not row.menu.startswith("/system"))
    return canonical_rows(Rows(rows=tuple(row for row in kept if row.menu != "/interface")))


def revert_guard(site: Site, ops: tuple[RowOp, ...], seconds: int) -> tuple[GuardHandle, GuardState]:
    spec = GuardSpec(
        purpose=GuardPurpose.REVERT,
        kind=GuardKind.DEVICE_TIMER,
        owner=TAG,
        seconds=seconds,
        inverse=invert(ops),
    )
    with site.open() as driver:
        assert GuardKind.DEVICE_TIMER in PLATFORM.guards(driver.features, ops)
        handle = driver.arm(spec)
        return handle, driver.guard_state(handle)
