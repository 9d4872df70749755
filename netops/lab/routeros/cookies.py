"""Saved logins of a hotspot (`/ip/hotspot/cookie`): given, read, expired; who may use one is decided elsewhere."""

from netops.lab.routeros.machine import Machine
from netops.lab.routeros.values import parse_duration

COOKIES = "/ip/hotspot/cookie"


def give(machine: Machine, mac: str, user: str, life: str, *, by_mac: bool) -> None:
    """A device has one cookie at most; the new one takes the place of the old. `life` as the device writes times."""
    take(machine, mac)
    row = machine.store.insert(COOKIES, {})
    row.mark(user=user, mac_address=mac, expires_in=life, mac_cookie="true" if by_mac else "false")
    row.ends = machine.clock.now().timestamp() + (parse_duration(life) or 0) / 1e6


def take(machine: Machine, mac: str) -> None:
    for row in [row for row in machine.store.rows(COOKIES) if row.marks.get("mac-address") == mac]:
        machine.store.remove(row)


def owner(machine: Machine, mac: str) -> str:
    """The user whose cookie a device keeps, "" without one."""
    expire(machine)
    rows = machine.store.rows(COOKIES)
    return next((row.marks["user"] for row in rows if row.marks.get("mac-address") == mac), "")


def expire(machine: Machine) -> None:
    """Ended cookies go, the others show how long they last."""
    now = machine.clock.now().timestamp()
    for row in list(machine.store.rows(COOKIES)):
        if row.ends <= now:
            machine.store.remove(row)
        else:
            row.mark(expires_in=machine.elapsed(row.ends - now))
