"""A CAPsMAN and the access points that find it: radios, provisioning, stations; refuses a manager of the other generation."""

import re
from collections.abc import Callable, Sequence

from msgspec import Struct, field

from netops.lab.routeros.machine import Machine
from netops.lab.routeros.profiles import Air, effective
from netops.lab.routeros.store import Row

WIFI, CAPS = "/interface/wifi", "/caps-man"
MATTERS = ("/interface/wifi", "/interface/wireless", "/caps-man", "/system/identity", "/interface/ethernet")
AGENTS = (f"{WIFI}/capsman", f"{WIFI}/cap", f"{CAPS}/manager", "/interface/wireless/cap")
"""A change here and CAPs come or go at once."""
CREATES = ("create-enabled", "create-disabled", "create-dynamic-enabled")


class Radio(Struct, eq=False):
    """One wireless card of a CAP: its own row there, its row and its interfaces here."""

    cap: Machine
    local: Row
    band: str
    row: Row
    interfaces: list[Row] = field(default_factory=list)


class Station(Struct, eq=False):
    """A device on the air; `lost` is called when it has to go."""

    mac: str
    radio: Radio
    interface: Row
    row: Row
    since: float
    lost: Callable[[], None]


class Capsman:
    """The manager of one router. `nearby` are the access points that reach it over Ethernet.

    A rule is applied when a CAP connects or when somebody says `provision`, not when the rule is changed; changed
    configuration profiles reach the CAPs at once (manual, WiFi CAPsMAN and CAPsMAN: provisioning).
    """

    def __init__(self, machine: Machine, nearby: Sequence[Machine]) -> None:
        self.machine, self.nearby = machine, tuple(nearby)
        self.wifi = WIFI in machine.schema.menus
        self.home = WIFI if self.wifi else CAPS
        self.interfaces = WIFI if self.wifi else f"{CAPS}/interface"
        self.caps: dict[str, tuple[Row, list[Radio]]] = {}
        self.stations: dict[str, Station] = {}
        self._stale, self._busy = True, False
        for each in (machine, *self.nearby):
            each.watchers.append(self._changed)
        menus = (self.remote, f"{self.home}/radio", f"{self.home}/registration-table", self.interfaces, "/interface")
        for path in menus:
            _chain(machine, path, self.refresh)
        machine.provision = self.provision

    @property
    def remote(self) -> str:
        return f"{WIFI}/capsman/remote-cap" if self.wifi else f"{CAPS}/remote-cap"

    def _changed(self, path: str, verb: str, row: Row | None) -> None:
        if path == f"{self.home}/registration-table" and verb == "remove":
            for station in [one for one in self.stations.values() if one.row is row]:
                self.part(station.mac)
            return
        if path.startswith(MATTERS):
            self._stale = True
        if path in AGENTS:
            self.refresh()

    def refresh(self) -> None:
        """CAPs that came are connected and provisioned, those that went are gone; stations without an interface too."""
        if self._stale and not self._busy:
            self._busy = True
            wanted = {cap.name: cap for cap in self.nearby if self._finds(cap)}
            for name in [name for name in self.caps if name not in wanted]:
                self._gone(name)
            for name, cap in wanted.items():
                if name not in self.caps:
                    self._came(cap)
            self._stale = self._busy = False
        for station in list(self.stations.values()):
            row = station.interface
            if row.id not in row.table.rows or not row.enabled or not effective(self.machine, row).ssid:
                self.part(station.mac)
            else:
                station.row.mark(uptime=self.machine.elapsed(self.machine.clock.monotonic() - station.since))

    def _finds(self, cap: Machine) -> bool:
        """Only a WiFi CAP joins a WiFi CAPsMAN, and the other way round (manual, WiFi CAPsMAN: requirements)."""
        manager = self.machine.row_of(f"{WIFI}/capsman" if self.wifi else f"{CAPS}/manager")
        menu = f"{WIFI}/cap" if self.wifi else "/interface/wireless/cap"
        if manager.get("enabled") != "true" or menu not in cap.schema.menus or (WIFI in cap.schema.menus) != self.wifi:
            return False
        agent = cap.row_of(menu)
        return agent.get("enabled") == "true" and bool(agent.get("discovery-interfaces")) and bool(_radios(cap))

    def _came(self, cap: Machine) -> None:
        identity, cards = cap.row_of("/system/identity").get("name"), _radios(cap)
        base = cap.interfaces()[0].get("mac-address")
        about = {"identity": identity, "version": cap.version, "base-mac": base, "address": f"{base}/1/0"}
        words: dict[str, str] = {"state": "Ok", "board-name": cap.board, "common-name": "", "connected-time": "0s"}
        if not self.wifi:
            name = f"[{base}]"
            words = {"state": "Run", "board": cap.board, "radios": str(len(cards)), "name": name}
        remote = self.machine.store.insert(self.remote, {})
        remote.marks.update({**about, **words})
        remote.touch()
        radios: list[Radio] = []
        for local, band in cards:
            row = self.machine.store.insert(f"{self.home}/radio", {})
            mac = local.get("mac-address")
            row.marks.update({"radio-mac": mac, "interface": ""})
            if self.wifi:
                row.marks.update({"cap": f"{identity}@{base}", "local": "false", "bands": f"{band}:20mhz"})
            else:
                row.marks.update(
                    {"remote-cap-name": f"[{base}]", "remote-cap-identity": identity, "provisioned": "true"}
                )
            row.touch()
            radios.append(Radio(cap, local, band, row))
        self.caps[cap.name] = (remote, radios)
        for radio in radios:
            self._provision(radio)
            _managed(radio, self.machine, wifi=self.wifi)
        self.machine.log(
            "caps,info", f"[{base}] joined, provides radio(s): {','.join(r.row.marks['radio-mac'] for r in radios)}"
        )

    def _gone(self, name: str) -> None:
        remote, radios = self.caps.pop(name)
        for radio in radios:
            self._clear(radio)
            self._remove(radio.row)
            radio.local.marks.pop(".about", None)
            radio.local.touch()
        self._remove(remote)

    def provision(self, path: str, rows: Sequence[Row]) -> None:
        """`provision` of radios or of whole CAPs, by their rows."""
        self.refresh()
        for remote, radios in self.caps.values():
            for radio in radios:
                if radio.row in rows or remote in rows:
                    self._provision(radio)
        self.refresh()

    def _clear(self, radio: Radio) -> None:
        """Dynamic interfaces go; static ones stay, unbound."""
        for row in radio.interfaces:
            if row.dynamic:
                self._remove(row)
                self.machine.changed(self.interfaces, "remove", row)
            elif row.id in row.table.rows:
                row.mark(bound="false", inactive="true", running="false")
        radio.interfaces.clear()

    def _provision(self, radio: Radio) -> None:
        self._clear(radio)
        rule = next(
            (rule for rule in self.machine.store.rows(f"{self.home}/provisioning") if self._fits(rule, radio)), None
        )
        action = rule.get("action") if rule is not None else ("none" if self.wifi else "create-enabled")
        if action not in CREATES:
            radio.row.mark(interface="")
            return
        master = self._interface(radio, rule, "" if rule is None else rule.get("master-configuration"), action, None)
        radio.row.mark(interface=master.name)
        for name in filter(None, (rule.get("slave-configurations") if rule is not None else "").split(",")):
            self._interface(radio, rule, name, action, master)

    def _fits(self, rule: Row, radio: Radio) -> bool:
        mac, identity = radio.local.get("mac-address"), radio.cap.row_of("/system/identity").get("name")
        bands = set(filter(None, rule.get("supported-bands").split(",")))
        modes = {mode for mode in rule.get("hw-supported-modes").split(",") if mode}
        wanted = rule.get("radio-mac")
        return (
            rule.enabled
            and wanted in ("", "00:00:00:00:00:00", mac)
            and (not rule.get("identity-regexp") or re.search(rule.get("identity-regexp"), identity) is not None)
            and bands <= _bands(radio.band)
            and (
                not modes or bool(modes & {"gn", "b", "g"} if radio.band.startswith("2") else modes & {"an", "ac", "a"})
            )
        )

    def _interface(self, radio: Radio, rule: Row | None, configuration: str, action: str, master: Row | None) -> Row:
        mac = radio.local.get("mac-address")
        number = len(radio.interfaces)
        values = {
            "name": self._name(radio, rule, master),
            "disabled": "true" if action == "create-disabled" else "false",
            "mac-address": mac if master is None else _next_mac(mac, number),
        }
        if configuration:
            values["configuration"] = configuration
        if master is not None:
            values["master-interface"] = master.name
        if master is None or not self.wifi:
            values["radio-mac"] = mac if master is None else "00:00:00:00:00:00"
        same = (
            row for row in self.machine.store.rows(self.interfaces) if not row.dynamic and row not in radio.interfaces
        )
        old = next((row for row in same if row.get("mac-address") == values["mac-address"]), None)
        row = old or self.machine.store.insert(self.interfaces, values, dynamic=action == "create-dynamic-enabled")
        up = "true" if row.enabled else "false"
        row.mark(bound="true", inactive="false", master="true" if master is None else "false", running=up)
        if not self.wifi:
            row.mark(current_state="running-ap" if row.enabled else "disabled")
        radio.interfaces.append(row)
        self.machine.changed(self.interfaces, "add", row)
        return row

    def _name(self, radio: Radio, rule: Row | None, master: Row | None) -> str:
        """WiFi: `name-format` (cap-wifi), `slave-name-format` (master-virtual), a number where it is taken.

        Version 6: `name-format` cap, identity, prefix, prefix-identity, always numbered; a slave is numbered below its
        master except for `cap`, where it takes the next number (manual, CAPsMAN: interface configuration).
        """
        identity, mac = radio.cap.row_of("/system/identity").get("name"), radio.local.get("mac-address")
        taken = self.machine.interface
        if self.wifi:
            base = (rule.get("name-format") if rule is not None else "") or "cap-wifi"
            if master is not None:
                base = (rule.get("slave-name-format") if rule is not None else "") or "%m-virtual"
                base = base.replace("%m", master.name).replace("%v", "virtual")
            base = base.replace("%I", identity).replace("%C", "").replace("%R", mac).replace("%r", mac.lower())
            first = 1 if base.endswith(("cap-wifi", "virtual")) else 0
            names = (f"{base}{number or ''}" for number in range(first, 10_000))
            return next(name for name in names if taken(name) is None)
        how = rule.get("name-format") if rule is not None else "cap"
        prefix = rule.get("name-prefix") if rule is not None else ""
        base = {"identity": f"{identity}-", "prefix": f"{prefix}-", "prefix-identity": f"{prefix}-{identity}-"}.get(
            how, "cap"
        )
        if master is not None and base != "cap":
            base = f"{master.name}-"
        return next(f"{base}{number}" for number in range(1, 10_000) if taken(f"{base}{number}") is None)

    def _remove(self, row: Row) -> None:
        if row.id in row.table.rows:
            self.machine.store.remove(row)

    # stations

    def offers(self, ssid: str, cap: str = "") -> tuple[Radio, Row, Air] | None:
        """An interface on the air with that name, of one access point or of any."""
        self.refresh()
        for name, (_, radios) in self.caps.items():
            for radio in radios if cap in ("", name) else ():
                for row in radio.interfaces:
                    air = effective(self.machine, row)
                    if row.enabled and row.id in row.table.rows and air.ssid == ssid:
                        return radio, row, air
        return None

    def associate(self, mac: str, radio: Radio, interface: Row, air: Air, lost: Callable[[], None]) -> None:
        """A station in the registration table; one that was there already moves."""
        self.stations.pop(mac, None)
        row = self.machine.store.insert(f"{self.home}/registration-table", {}, dynamic=True)
        row.marks.update({"interface": interface.name, "ssid": air.ssid, "mac-address": mac, "uptime": "0s"})
        if self.wifi:
            # CAPs tell the manager nothing of their traffic (manual, WiFi CAPsMAN).
            row.marks.update({"signal": "-52", "tx-rate": "286800000", "rx-rate": "286800000", "band": radio.band,
                              "auth-type": air.authentication.split(",")[-1] or "open", "authorized": "true",
                              "bytes": "0,0", "packets": "0,0", **({"vlan-id": str(air.vlan)} if air.vlan else {})})  # fmt: skip
        else:
            row.marks.update({"rx-signal": "-52", "tx-rate": "72.2Mbps-20MHz/1S/SGI", "rx-rate": "65Mbps-20MHz/1S",
                              "bytes": "0,0", "packets": "0,0"})  # fmt: skip
        row.touch()
        self.stations[mac] = Station(mac, radio, interface, row, self.machine.clock.monotonic(), lost)

    def part(self, mac: str) -> None:
        """A station is off the air."""
        station = self.stations.pop(mac, None)
        if station is not None:
            self._remove(station.row)
            station.lost()


def _chain(machine: Machine, path: str, work: Callable[[], None]) -> None:
    before = machine.refreshers.get(path)

    def both() -> None:
        work()
        if before is not None:
            before()

    machine.refreshers[path] = both


def _radios(cap: Machine) -> list[tuple[Row, str]]:
    """The cards that a CAP hands over: WiFi by `configuration.manager`, version 6 by the list in its `cap` menu."""
    if WIFI in cap.schema.menus:
        rows = [row for row in cap.store.rows(WIFI) if row.name and "default-name" in row.marks and row.enabled]
        managed = [row for row in rows if row.get("configuration.manager") in ("capsman", "capsman-or-local")]
    else:
        named = cap.row_of("/interface/wireless/cap").get("interfaces").split(",")
        managed = [row for row in cap.store.rows("/interface/wireless") if row.name in named]
    return [(row, cap.radios.get(row.marks["default-name"], "")) for row in managed]


def _managed(radio: Radio, manager: Machine, *, wifi: bool) -> None:
    where = manager.row_of("/system/identity").get("name")
    text = f"managed by CAPsMAN {where}, traffic processing on CAP" if wifi else "managed by CAPsMAN"
    radio.local.mark(**{".about": text})
    radio.local.mark(running="true", **({"inactive": "false"} if wifi else {}))


def _bands(band: str) -> set[str]:
    """An ax card also does what came before it."""
    older = {"2ghz-ax": {"2ghz-g", "2ghz-n", "2ghz-ax"}, "5ghz-ax": {"5ghz-a", "5ghz-n", "5ghz-ac", "5ghz-ax"}}
    return older.get(band, {band})


def _next_mac(mac: str, number: int) -> str:
    """Locally administered, one for each slave."""
    first, rest = int(mac[:2], 16) | 2, mac[2:-2]
    return f"{first:02X}{rest}{(int(mac[-2:], 16) + 16 * number) % 256:02X}"
