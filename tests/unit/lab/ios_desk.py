"""Helpers of the switch simulator's tests: a machine on a manual clock, and a person who types at it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from netops.core.clock import ManualClock
from netops.lab.ios.machine import Machine
from netops.lab.ios.shell import Session
from netops.lab.ios.state import Neighbour
from netops.lab.ios.terminal import Terminal

CONFIG = """\
hostname sw
clock timezone WIB 7 0
vtp mode transparent
archive
 path flash:cfg
vlan 10
 name MGMT
vlan 20
 name KANTOR
lldp run
interface FastEthernet0
 no ip address
 shutdown
interface GigabitEthernet1/0/1
 description gw ether2
 switchport trunk allowed vlan 10,20
 switchport mode trunk
interface GigabitEthernet1/0/2
 switchport access vlan 20
 switchport mode access
interface GigabitEthernet1/0/5
 description Aula
 switchport access vlan 20
 switchport mode access
interface GigabitEthernet1/0/6
 switchport mode access
interface GigabitEthernet1/0/20
interface Vlan10
 ip address 10.10.0.2 255.255.255.0
ip default-gateway 10.10.0.1
snmp-server community kampus RO
line vty 0 4
 login local
"""
START = datetime(2026, 11, 20, 1, 2, 3, 456000, tzinfo=UTC)


def machine(config: str = CONFIG, *, clock: ManualClock | None = None, version: str = "15.2(7)E") -> Machine:
    gateway = Neighbour(name="gw", port="ether2", mac="4c:5e:0c:00:00:01", description="MikroTik", address="10.10.0.1")
    return Machine(
        config=config,
        name="sw",
        enable="rahasia",
        clock=clock or ManualClock(START),
        version=version,
        links=None,
        neighbours={"GigabitEthernet1/0/1": gateway},
    )


def keys(
    device: Machine,
    typed: str,
    *,
    level: int = 15,
    height: int = 0,
    user: str = "netops",
    then: Callable[[], Awaitable[str]] | None = None,
    shown: list[str] | None = None,
) -> str:
    """What the screen shows when `typed` is typed, every key as it is, and then the line drops (after `then`)."""
    screen: list[str] = [] if shown is None else shown
    waiting = [typed]

    async def read() -> str:
        if waiting:
            return waiting.pop(0)
        return await then() if then else ""

    async def run() -> None:
        session = Session(device, Terminal(read, screen.append, height), user=user, line=0, level=level)
        device.sessions[0] = (session, "127.0.0.1")
        await session.run()
        session.terminal.flush()
        del device.sessions[0]

    asyncio.run(run())
    return "".join(screen)


def say(device: Machine, *lines: str, level: int = 15) -> str:
    """The screen after typing these lines, with plain newlines."""
    return keys(device, "".join(f"{line}\r" for line in lines), level=level).replace("\r\n", "\n")


def configure(device: Machine, *lines: str) -> str:
    """Type lines in configuration mode; what the screen shows from the first of them on."""
    screen = say(device, "configure terminal", *lines, "end")
    return screen.partition("End with CNTL/Z.\n")[2]


def section(device: Machine, header: str) -> list[str]:
    """The lines below one header of the running configuration."""
    lines: Iterable[str] = device.running_config.split("\n")
    found: list[str] = []
    inside = False
    for line in lines:
        if line == header:
            inside = True
        elif inside and line.startswith(" "):
            found.append(line.strip())
        elif inside:
            break
    return found
