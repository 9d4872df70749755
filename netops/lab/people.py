"""People of a campus: their devices come by radio or cable, log in with codes, use and go; the same every time, no chance."""

from collections.abc import Sequence
from functools import partial

from msgspec import Struct, field

from netops.lab.routeros.capsman import Capsman
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.hotspot import SERVERS, Denied
from netops.lab.routeros.standalone import Standalone
from netops.lab.wires import Cut, Wires


class Guest(Struct, kw_only=True):
    """One device of a guest: where it is, and what the login page said ("" when it was let in)."""

    mac: str
    router: RouterOS
    server: str
    address: str
    said: str = ""


class People(Struct):
    """Every guest by MAC address. All methods run on the campus's own loop and raise `Denied` with the reason."""

    wires: Wires
    managers: Sequence[Capsman]
    guests: dict[str, Guest] = field(default_factory=dict)
    points: Sequence[Standalone] = ()

    def join_ssid(self, mac: str, ssid: str, *, passphrase: str = "", cap: str = "") -> Guest:
        """Associate with a network in the air, of one access point or of any, then do what a cabled device does."""
        for manager in self.managers:
            found = manager.offers(ssid, cap)
            if found is None:
                continue
            radio, interface, air = found
            if air.passphrase != passphrase:
                raise Denied(f"wrong passphrase for {ssid}")
            if air.local:
                router, server = self._behind(radio.cap.name, air.vlan)
            else:
                router = next(
                    d for d in self.wires.devices.values() if isinstance(d, RouterOS) and d.machine is manager.machine
                )
                server = _server(router, _tunnelled(router, air.bridge, air.vlan))
            guest = self._join(mac, router, server)
            manager.associate(guest.mac, radio, interface, air, partial(self._off, guest.mac))
            return guest
        for point in self.points:
            offered = point.offers(ssid) if cap in ("", point.machine.name) else None
            if offered is None:
                continue
            interface, air, vlan = offered
            if air.passphrase != passphrase:
                raise Denied(f"wrong passphrase for {ssid}")
            guest = self._join(mac, *self._behind(point.machine.name, vlan))
            point.associate(guest.mac, interface, partial(self._off, guest.mac))
            return guest
        raise Denied(f"no access point offers {ssid}")

    def join_port(self, mac: str, switch: str, port: str) -> Guest:
        """Plugged into an access port of a switch."""
        try:
            vlan = self.wires.access(switch, port)
        except Cut as cut:
            raise Denied(str(cut)) from cut
        return self._join(mac, *self._behind(switch, vlan))

    def join_server(self, mac: str, router: str, server: str = "") -> Guest:
        """On the network of a router's hotspot, however it got there; the first running server where none is named."""
        device = self.wires.devices[router]
        if not isinstance(device, RouterOS):
            raise Denied(f"{router} has no hotspot")
        device.machine.refresh(SERVERS)
        running = [
            row for row in device.machine.store.rows(SERVERS) if row.enabled and row.marks.get("invalid") != "true"
        ]
        name = server or (running[0].name if running else "")
        return self._join(mac, device, name)

    @staticmethod
    def mac(number: int) -> str:
        """The address of the n-th device: locally administered, as phones that randomise theirs."""
        return f"02:4E:00:{number >> 16 & 255:02X}:{number >> 8 & 255:02X}:{number & 255:02X}"

    def login(self, mac: str, user: str, password: str) -> Guest:
        """Type a code into the login page; what it says when it refuses is in `said`."""
        guest = self.guests[mac.upper()]
        try:
            guest.router.hotspot.login(guest.mac, user, password)
            guest.said = ""
        except Denied as denied:
            guest.said = str(denied)
        return guest

    def online(self, mac: str) -> bool:
        """Logged in at this moment."""
        guest = self.guests.get(mac.upper())
        if guest is None:
            return False
        guest.router.hotspot.refresh()
        client = guest.router.hotspot.clients.get(guest.mac)
        return client is not None and client.active is not None

    def use(self, mac: str, up: float, down: float) -> None:
        """Try to send and receive at these rates in bit/s from now on."""
        guest = self.guests[mac.upper()]
        guest.router.hotspot.use(guest.mac, up, down)

    def leave(self, mac: str) -> None:
        """Switched off; a cookie stays on the router and in the device."""
        mac = mac.upper()
        for manager in self.managers:
            manager.part(mac)
        for point in self.points:
            point.part(mac)
        self._off(mac)

    def crowd(self, router: str, count: int, codes: Sequence[tuple[str, str]] = (), *, server: str = "") -> list[Guest]:
        """So many devices join a router's hotspot, and the first of them log in with the codes, one each."""
        found = []
        for number in range(count):
            found.append(self.join_server(self.mac(number), router, server))
        for guest, (user, password) in zip(found, codes, strict=False):
            self.login(guest.mac, user, password)
        return found

    def _behind(self, name: str, vlan: int) -> tuple[RouterOS, str]:
        try:
            router, interface = self.wires.gateway(name, vlan)
        except Cut as cut:
            raise Denied(str(cut)) from cut
        return router, _server(router, interface)

    def _join(self, mac: str, router: RouterOS, server: str) -> Guest:
        router.machine.refresh(SERVERS)
        address = router.hotspot.join(mac, server)
        guest = Guest(mac=mac.upper(), router=router, server=server, address=address)
        self.guests[guest.mac] = guest
        return guest

    def _off(self, mac: str) -> None:
        guest = self.guests.pop(mac, None)
        if guest is not None:
            guest.router.hotspot.leave(mac)


def _tunnelled(router: RouterOS, bridge: str, vlan: int) -> str:
    """Where frames that a CAP sends through its manager arrive."""
    if not vlan:
        return bridge
    rows = router.machine.store.rows("/interface/vlan")
    return next((r.name for r in rows if r.get("interface") == bridge and r.get("vlan-id") == str(vlan)), "")


def _server(router: RouterOS, interface: str) -> str:
    """The hotspot on an interface. Raises `Denied`: a network without one has no login page."""
    for row in router.machine.store.rows(SERVERS):
        if row.get("interface") == interface and row.enabled:
            return row.name
    raise Denied(f"no hotspot answers on {router.name} {interface or '(no interface)'}")
