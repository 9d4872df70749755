"""A simulated switch in an event loop of its own thread, with a login of level 15: what clients' tests connect to."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from napalm import get_network_driver

from netops.core.clock import ManualClock
from netops.lab.ios.device import Ios

USER, PASSWORD, ENABLE = "netops", "sandi", "rahasia"
START = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
CONFIG = """\
version 15.2
hostname sw-uji
username netops privilege 15 secret 9 $9$lab
no ip domain-lookup
ip domain-name kampus.example
vtp mode transparent
archive
 path flash:cfg
 maximum 3
ip scp server enable
vlan 10
 name MGMT
vlan 20
 name KANTOR
interface FastEthernet0
 no ip address
 shutdown
interface GigabitEthernet1/0/1
 description gw-kampus ether2
 switchport trunk allowed vlan 10,20
 switchport mode trunk
interface GigabitEthernet1/0/5
 description Aula
 switchport access vlan 20
 switchport mode access
interface GigabitEthernet1/0/6
 switchport mode access
interface Vlan10
 ip address 10.10.0.2 255.255.255.0
ip default-gateway 10.10.0.1
line con 0
line vty 0 4
 login local
"""


class Switch(Ios):
    """The lab's switch, which can also be told something from another thread."""

    loop: asyncio.AbstractEventLoop

    def call_soon(self, work: Callable[[], object]) -> None:
        """Run `work` on the switch's own thread, and wait for it."""

        async def run() -> None:
            work()

        asyncio.run_coroutine_threadsafe(run(), self.loop).result(10)


@contextmanager
def switching(config: str = CONFIG, clock: ManualClock | None = None) -> Iterator[Switch]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    switch = Switch(
        name="sw-uji",
        config=config,
        username=USER,
        password=PASSWORD,
        enable=ENABLE,
        clock=clock or ManualClock(START),
    )
    switch.loop = loop
    asyncio.run_coroutine_threadsafe(switch.start("127.0.0.1"), loop).result(10)
    try:
        yield switch
    finally:
        asyncio.run_coroutine_threadsafe(switch.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


def target(switch: Ios) -> dict[str, Any]:
    """What netmiko's ConnectHandler wants."""
    place = {"device_type": "cisco_ios", "host": "127.0.0.1", "port": switch.describe()["ssh"]}
    return {**place, "username": USER, "password": PASSWORD, "secret": ENABLE}


@contextmanager
def napalm(switch: Ios, **options: Any) -> Iterator[Any]:
    """NAPALM's ios driver, connected; its name and password, and nothing of it changed."""
    more = {"port": switch.describe()["ssh"], "secret": ENABLE, **options}
    driver = get_network_driver("ios")("127.0.0.1", USER, PASSWORD, optional_args=more)
    driver.open()
    try:
        yield driver
    finally:
        driver.close()
