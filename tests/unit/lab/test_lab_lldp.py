"""Each device of the campus sees who is at the other end of its cables, from both ends alike."""

from netops.core.clock import SystemClock
from netops.lab.campus import Campus
from netops.lab.ios.machine import Machine as Ios
from netops.lab.routeros.device import RouterOS


def test_both_ends_of_each_cable_name_the_other() -> None:
    with Campus(clock=SystemClock()) as campus:
        switch, gateway, lama = (campus.devices[name] for name in ("sw-inti", "gw-kampus", "gw-lama"))
        assert isinstance(switch, Ios)
        assert isinstance(gateway, RouterOS)
        assert isinstance(lama, RouterOS)
        assert {port: (found.name, found.port) for port, found in switch.neighbours.items()} == {
            "GigabitEthernet1/0/1": ("gw-kampus", "ether2"),
            "GigabitEthernet1/0/2": ("sw-aula", "GigabitEthernet1/0/1"),
            "GigabitEthernet1/0/3": ("sw-fakultas", "GigabitEthernet1/0/1"),
        }
        rows = campus.call(lambda: [dict(row.marks) for row in gateway.machine.rows("/ip/neighbor")])
        assert [(row["identity"], row["interface"], row["interface-name"]) for row in rows] == [
            ("sw-inti", "ether2,bridge-lan", "Gi1/0/1")
        ]
        port = next(one for one in campus.call(switch.interfaces) if one.name == "GigabitEthernet1/0/1")
        assert rows[0]["mac-address"] == port.mac.upper()
        assert [other.identity for other in lama.observed.neighbours] == ["ap-lama"]
