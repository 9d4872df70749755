"""A device beside what the inventory says of it, and the clock's findings: each by a router made so."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, datetime

import pytest
from routeros_fake import FakeRouter

from netops.core.clock import ManualClock
from netops.core.model import Expected, Finding, Severity, Target
from netops.core.secret import Secret, SecretRef
from netops.drivers.routeros import RouterOSDriver, open_driver

NOW = datetime(2026, 11, 20, 23, 10, tzinfo=UTC)
CLOCK = {"date": "2026-11-21", "time": "06:10:00", "gmt-offset": "+07:00"}
WIB = 420
OK, WARNING, STOP = Severity.OK, Severity.WARNING, Severity.STOP
AIR: dict[str, list[dict[str, str]]] = {
    "/ip/hotspot": [],
    "/interface/wifi/capsman": [{"enabled": "true"}],
    "/interface/wifi/capsman/remote-cap": [{".id": "*1", "identity": "ap-1"}],
    "/interface/wifi/provisioning": [{".id": "*1", "comment": "AP", "disabled": "false"}],
}
SERVES = Expected(offset=WIB, points=("ap-1",), rules=("AP",))


class Known:
    def get(self, ref: SecretRef) -> Secret:
        return Secret("s3cret")


@pytest.fixture
def router() -> Iterator[FakeRouter]:
    with FakeRouter(
        {"/system/clock": [dict(CLOCK)], "/system/ntp/client": [{"enabled": "true"}], **deepcopy(AIR)}
    ) as running:
        yield running


def open_(router: FakeRouter) -> RouterOSDriver:
    target = Target(
        name="gw", host="127.0.0.1", platform="routeros", site="kampus", roles=("gateway",), username="netops",
        password=SecretRef("device/gw"), options={"cleartext": True, "api_port": router.port, "timeout": 5}, data={},
    )  # fmt: skip
    return open_driver(target, Known(), ManualClock(NOW))


def told(findings: tuple[Finding, ...], about: str) -> list[Severity]:
    return [one.severity for one in findings if one.about == about]


def compared(router: FakeRouter, expected: Expected) -> tuple[Finding, ...]:
    with open_(router) as driver:
        return driver.compare(expected)


def preflight(router: FakeRouter) -> tuple[Finding, ...]:
    with open_(router) as driver:
        return driver.preflight()


def test_a_device_as_the_inventory_says(router: FakeRouter) -> None:
    assert {one.severity for one in compared(router, SERVES)} == {OK}
    assert {one.about for one in preflight(router)} & {"clock", "ntp"} == set()


@pytest.mark.parametrize(("offset", "name"), [(480, "Asia/Makassar"), (540, "Asia/Jayapura")], ids=["WITA", "WIT"])
def test_a_zone_that_is_not_the_sites(router: FakeRouter, offset: int, name: str) -> None:
    [finding] = compared(router, Expected(offset=offset))
    assert finding.severity is WARNING and name in finding.paste[0] and "+07:00" in finding.en


def test_a_router_without_the_hotspot_package(router: FakeRouter) -> None:
    router.traps["/ip/hotspot/print"] = "no such command prefix"
    assert told(compared(router, Expected(offset=WIB, hotspot=True)), "hotspot") == [STOP]
    del router.traps["/ip/hotspot/print"]
    assert told(compared(router, Expected(offset=WIB, hotspot=True)), "hotspot") == [OK]


def test_wireless_that_is_not_there(router: FakeRouter) -> None:
    router.rows["/interface/wifi/provisioning"][0]["disabled"] = "true"
    assert told(compared(router, SERVES), "provisioning") == [STOP]
    router.rows["/interface/wifi/provisioning"] *= 2
    assert "2 rules carry the comment 'AP'" in compared(router, SERVES)[-1].en
    router.rows["/interface/wifi/capsman/remote-cap"] = []
    assert told(compared(router, SERVES), "capsman") == [OK, WARNING]
    router.rows["/interface/wifi/capsman"][0]["enabled"] = "false"
    assert told(compared(router, SERVES), "capsman") == [STOP]


@pytest.mark.parametrize(
    ("clock", "ntp", "about"),
    [
        (CLOCK, {"enabled": "false"}, "ntp"),
        (CLOCK, {"enabled": "true", "status": "waiting"}, "ntp"),
        ({**CLOCK, "time": "06:15:00"}, {"enabled": "true", "status": "synchronized"}, "clock"),
        ({**CLOCK, "gmt-offset": "+08:00"}, {"enabled": "true"}, "clock"),
        ({}, {"enabled": "true"}, "clock"),
    ],
    ids=["NTP off", "NTP waiting", "five minutes", "another zone's time", "no clock"],
)
def test_what_makes_the_end_timer_uncertain(
    router: FakeRouter, clock: dict[str, str], ntp: dict[str, str], about: str
) -> None:
    router.rows["/system/clock"], router.rows["/system/ntp/client"] = [dict(clock)], [dict(ntp)]
    [finding] = [one for one in preflight(router) if one.about in ("ntp", "clock")]
    assert finding.about == about and finding.severity is WARNING and "END timer" in finding.en
    assert finding.paste
