"""What a wireless interface really does: its own words over its configuration's over their profiles'; it changes nothing."""

from msgspec import Struct

from netops.lab.routeros.machine import Machine
from netops.lab.routeros.store import Row

WIFI, CAPS = "/interface/wifi", "/caps-man"


class Air(Struct, frozen=True, kw_only=True):
    """What stations see and where their traffic goes; `vlan` 0 is untagged, `passphrase` "" open."""

    ssid: str
    passphrase: str
    authentication: str
    vlan: int
    bridge: str
    local: bool


def effective(machine: Machine, row: Row) -> Air:
    """Of an interface that a CAPsMAN provisioned, of either generation.

    "Inline overrides beat profile values" (manual, WiFi); version 6 CAPsMAN has the same order (manual, CAPsMAN).
    Version 7 forwards on the CAP, version 6 through the manager unless `local-forwarding` says otherwise (manual).
    """
    wifi = row.table.path == WIFI
    home = WIFI if wifi else CAPS
    configuration = machine.store.named(f"{home}/configuration", row.get("configuration"))

    def value(kind: str, name: str) -> str:
        own = row.get(f"{kind}.{name}")
        if own or kind == "configuration":
            return own or ("" if configuration is None else configuration.get(name))
        chain = [row.get(kind)]
        if configuration is not None:
            inline = configuration.get(f"{kind}.{name}")
            if inline and not row.get(kind):
                return inline
            chain.append(configuration.get(kind))
        for profile in filter(None, chain):
            found = machine.store.named(f"{home}/{kind}", profile)
            if found is not None and found.enabled and found.get(name):
                return found.get(name)
        return ""

    vlan = value("datapath", "vlan-id")
    tagged = vlan.isdigit() and (wifi or value("datapath", "vlan-mode") == "use-tag")
    secured = value("security", "authentication-types")
    return Air(
        ssid=value("configuration", "ssid"),
        passphrase=value("security", "passphrase") if secured else "",
        authentication=secured,
        vlan=int(vlan) if tagged else 0,
        bridge=value("datapath", "bridge"),
        local=wifi or value("datapath", "local-forwarding") == "true",
    )
