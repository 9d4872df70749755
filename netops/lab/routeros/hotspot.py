"""People at a hotspot: they join, log in, come back by cookie, and are thrown out; as rows of the menus that show them."""

import ipaddress
from dataclasses import dataclass, field

from netops.lab.routeros.machine import Machine
from netops.lab.routeros.store import Row
from netops.lab.routeros.texts import DANGLING_SERVER
from netops.lab.routeros.values import parse_duration

SERVERS, USERS, PROFILES = "/ip/hotspot", "/ip/hotspot/user", "/ip/hotspot/user/profile"
ACTIVE, HOSTS, COOKIES = "/ip/hotspot/active", "/ip/hotspot/host", "/ip/hotspot/cookie"
LEASES, QUEUES = "/ip/dhcp-server/lease", "/queue/simple"


class Denied(Exception):
    """The login page's own words."""


@dataclass(slots=True)
class _Client:
    mac: str
    address: str
    server: Row
    lease: Row | None = None
    host: Row | None = None
    active: Row | None = None
    queue: Row | None = None
    user: str = ""
    since: float = 0.0
    leaving: bool = False
    words: dict[str, str] = field(default_factory=dict)


class Hotspot:
    """The clients of one router's hotspot servers, by MAC address."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.clients: dict[str, _Client] = {}
        machine.watchers.append(self._changed)
        for path in (ACTIVE, HOSTS, LEASES):
            machine.refreshers[path] = self._refresh

    def join(self, mac: str, server: str) -> str:
        """A device appears on a hotspot's network, gets a lease and becomes a host. Returns its address; raises `Denied`."""
        row = self.machine.store.named(SERVERS, server)
        if row is None or not row.enabled or row.marks.get("invalid") == "true":
            raise Denied("no hotspot answers")
        mac = mac.upper()
        known = self.clients.get(mac)
        if known is not None:
            return known.address
        dhcp = next(
            (
                s
                for s in self.machine.store.rows("/ip/dhcp-server")
                if s.enabled and s.get("interface") == row.get("interface")
            ),
            None,
        )
        client = _Client(mac, self._free_address(dhcp.get("address-pool") if dhcp else row.get("address-pool")), row)
        self.clients[mac] = client
        client.since = self.machine.clock.monotonic()
        if dhcp is not None:
            client.lease = self._lease(client, dhcp)
        client.host = self.machine.store.insert(HOSTS, {}, dynamic=True)
        client.host.marks.update(
            {"mac-address": mac, "address": client.address, "to-address": client.address, "server": row.name,
             "bridge-port": row.get("interface"), "authorized": "false", "bypassed": "false", "DHCP": "true",
             "uptime": "0s", "idle-time": "0s", "keepalive-timeout": "2m", "found-by": "DHCP",
             "bytes-in": "0", "bytes-out": "0", "packets-in": "0", "packets-out": "0"}
        )  # fmt: skip
        client.host.touch()
        self.machine.changed(HOSTS, "add", client.host)
        self._by_cookie(client)
        return client.address

    def login(self, mac: str, user: str, password: str) -> None:
        """Raises `Denied` with the text of the login page."""
        client = self.clients.get(mac.upper())
        if client is None:
            raise Denied("no hotspot answers")
        row = self._user(user, client.server.name)
        if row is None or not row.enabled or row.get("password") != password:
            self._log(f"{user} ({client.address}): login failed: invalid username or password")
            raise Denied("invalid username or password")
        profile = self.machine.store.named(PROFILES, row.get("profile"))
        shared = profile.get("shared-users") if profile is not None else "1"
        sessions = [c for c in self.clients.values() if c.user == user and c is not client]
        if shared.isdigit() and len(sessions) >= int(shared):
            self._log(f"{user} ({client.address}): login failed: no more sessions are allowed for user {user}")
            raise Denied(f"no more sessions are allowed for user {user}")
        if client.active is not None:
            self._leave(client)
        self._enter(client, row, profile, "http-chap")
        methods = self._methods(client.server)
        if "cookie" in methods or (
            "mac-cookie" in methods and profile is not None and profile.get("add-mac-cookie") == "true"
        ):
            self._cookie(client, user, "mac-cookie" in methods)

    def leave(self, mac: str) -> None:
        """The device goes away: nothing of it stays but its cookie."""
        client = self.clients.pop(mac.upper(), None)
        if client is not None:
            self._leave(client)
            self._drop(HOSTS, client.host)
            self._drop(LEASES, client.lease)

    def _enter(self, client: _Client, user: Row, profile: Row | None, how: str) -> None:
        now = self.machine.clock.monotonic()
        client.user, client.since = user.name, now
        client.active = self.machine.store.insert(ACTIVE, {}, dynamic=True)
        client.active.marks.update(
            {"server": client.server.name, "user": user.name, "address": client.address, "mac-address": client.mac,
             "login-by": how, "uptime": "0s", "idle-time": "0s", "keepalive-timeout": "2m", "bytes-in": "0", "bytes-out": "0",
             "packets-in": "0", "packets-out": "0", "radius": "false", "blocked": "false"}
        )  # fmt: skip
        client.active.touch()
        if client.host is not None:
            client.host.mark(authorized="true")
        limit = profile.get("rate-limit").split(" ")[0] if profile is not None else ""
        if limit:
            from netops.lab.routeros.arguments import parse

            menu = self.machine.schema.menus[QUEUES]
            values, _ = parse(self.machine, menu, {"target": client.address, "max-limit": limit})
            words = {name: text for name, text in values.items() if text is not None}
            client.queue = self.machine.store.insert(QUEUES, {"name": f"<hotspot-{user.name}>", **words}, dynamic=True)
        self.machine.changed(ACTIVE, "add", client.active)
        self._log(f"{user.name} ({client.address}): logged in")

    def _leave(self, client: _Client) -> None:
        """Log out; what the session counted stays with the user."""
        if not client.user:
            return
        user = self._user(client.user, client.server.name)
        if user is not None:
            before = parse_duration(user.marks.get("uptime", "0s")) or 0
            user.mark(uptime=self.machine.elapsed(before / 1e6 + self.machine.clock.monotonic() - client.since))
        client.user, active, client.active = "", client.active, None
        self._drop(ACTIVE, active)
        self._drop(QUEUES, client.queue)
        client.queue = None
        if client.host is not None:
            client.host.mark(authorized="false")

    def _cookie(self, client: _Client, user: str, by_mac: bool) -> None:
        table = self.machine.store.tables[COOKIES]
        for row in list(table.rows.values()):
            if row.marks.get("mac-address") == client.mac:
                self.machine.store.remove(row)
        profile = self.machine.store.named("/ip/hotspot/profile", client.server.get("profile"))
        life = profile.get("http-cookie-lifetime") if profile is not None else "3d"
        row = self.machine.store.insert(COOKIES, {})
        row.mark(user=user, mac_address=client.mac, expires_in=life, mac_cookie="true" if by_mac else "false")

    def _by_cookie(self, client: _Client) -> None:
        """Whoever kept a cookie is back at once, as long as the user exists (manual, hotspot: cookie login)."""
        for row in self.machine.store.tables[COOKIES].rows.values():
            if row.marks.get("mac-address") == client.mac:
                user = self._user(row.marks["user"], client.server.name)
                if user is not None and user.enabled and client.server.enabled:
                    self._enter(client, user, self.machine.store.named(PROFILES, user.get("profile")), "cookie")
                return

    def _changed(self, path: str, verb: str, row: Row | None) -> None:
        if row is None:
            return
        if path == SERVERS and (verb == "remove" or not row.enabled):
            for mac in [mac for mac, client in self.clients.items() if client.server is row]:
                self.leave(mac)
        elif path == ACTIVE and verb == "remove":
            for client in [c for c in self.clients.values() if c.active is row]:
                client.active = None
                self._leave(client)
                self._by_cookie(client)
        elif path == HOSTS and verb == "remove":
            for mac in [mac for mac, client in self.clients.items() if client.host is row]:
                self.clients[mac].host = None
                self.leave(mac)
        elif path == "/ip/dhcp-server" and verb == "remove":
            for lease in [r for r in self.machine.store.rows(LEASES) if r.dynamic and r.get("server") == row.ref]:
                self._drop(LEASES, lease)
            for lease in self.machine.store.rows(LEASES):
                if lease.get("server") == row.ref:
                    lease.mark(active_server=DANGLING_SERVER)

    def _drop(self, path: str, row: Row | None) -> None:
        if row is not None and row.id in self.machine.store.tables[path].rows:
            self.machine.store.remove(row)
            if path in (HOSTS, QUEUES):
                self.machine.changed(path, "remove", row)

    def _refresh(self) -> None:
        now = self.machine.clock.monotonic()
        for client in self.clients.values():
            for row in (client.active, client.host):
                if row is not None:
                    row.mark(uptime=self.machine.elapsed(now - client.since))

    def _lease(self, client: _Client, dhcp: Row) -> Row:
        values = {"address": client.address, "mac-address": client.mac, "server": dhcp.name}
        lease = self.machine.store.insert(LEASES, values, dynamic=True)
        lease.marks.update(
            {"active-address": client.address, "active-mac-address": client.mac, "active-server": dhcp.name,
             "status": "bound", "expires-after": dhcp.get("lease-time"), "last-seen": "1s"}
        )  # fmt: skip
        lease.touch()
        return lease

    def _free_address(self, pool_name: str) -> str:
        pool = self.machine.store.named("/ip/pool", pool_name)
        used = {row.get("address") for row in self.machine.store.rows(LEASES)}
        used |= {client.address for client in self.clients.values()}
        for part in (pool.get("ranges") if pool is not None else "").split(","):
            first, _, last = part.partition("-")
            if first:
                low, high = int(ipaddress.IPv4Address(first)), int(ipaddress.IPv4Address(last or first))
                for number in range(low, high + 1):
                    if str(ipaddress.IPv4Address(number)) not in used:
                        return str(ipaddress.IPv4Address(number))
        raise Denied("no address is free")

    def _user(self, name: str, server: str) -> Row | None:
        rows = self.machine.store.tables[USERS]
        for values in ((name, server), (name, "all")):
            number = rows.taken.get(values)
            if number is not None:
                return rows.rows[number]
        return None

    def _methods(self, server: Row) -> list[str]:
        profile = self.machine.store.named("/ip/hotspot/profile", server.get("profile"))
        return (profile.get("login-by") if profile is not None else "").split(",")

    def _log(self, message: str) -> None:
        self.machine.log("hotspot,account,info,debug", message)
