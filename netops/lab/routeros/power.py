"""A router that restarts: what stays in flash and what was only in memory; it opens and closes nothing."""

from netops.lab.routeros.flows import Flows
from netops.lab.routeros.hotspot import Hotspot
from netops.lab.routeros.machine import Machine
from netops.lab.routeros.scheduler import Scheduler

FORGOTTEN = ("/ip/firewall/address-list", "/interface/wifi/registration-table", "/caps-man/registration-table")

COUNTING = ("/system/scheduler", "/system/script")
"""Their `run-count` starts at nought again (manual, Scheduler)."""


def restart(machine: Machine, scheduler: Scheduler, hotspot: Hotspot, flows: Flows, *, proper: bool) -> None:
    """Configuration, DHCP leases and cookies stay; sessions, hosts, dynamic rows, counters and the log go.

    At a proper reboot sessions end as if their users had logged out, so what they used is booked. At a power failure it is
    lost, the users' earlier totals stay (scripts that mend this on real routers: edmarlozada/mikrotik-fix-usertime-onbrownout
    compares `/ip hotspot user` uptime before and after "router was rebooted without proper shutdown").
    Leases stay within `store-leases-disk` (5m; manual, DHCP). That cookies are kept is assumed.
    """
    machine.refresh("/ip/hotspot/active")
    flows.advance()
    hotspot.power_off(booked=proper)
    for path in FORGOTTEN:
        table = machine.store.tables.get(path)
        for row in [row for row in table.rows.values() if row.dynamic] if table is not None else ():
            machine.store.remove(row)
    for path in COUNTING:
        for row in machine.store.rows(path):
            row.mark(run_count="0")
    for row in list(machine.store.rows("/log")):
        machine.store.remove(row)
    machine.booted, machine.started = machine.clock.monotonic(), machine.clock.now()
    flows.reset()
    if proper:
        machine.log("system,info", "router rebooted")
    else:
        machine.log("system,error,critical", "router was rebooted without proper shutdown")
    scheduler.reconsider()
