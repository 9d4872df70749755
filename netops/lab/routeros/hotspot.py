"""People at a hotspot: they join, log in, use, come back by cookie, and are thrown out; as rows of the menus that show them."""

import ipaddress
from collections.abc import Callable, Iterator

from msgspec import Struct, field

from netops.lab.routeros import cookies, usermanager
from netops.lab.routeros.machine import Machine
from netops.lab.routeros.store import Row
from netops.lab.routeros.texts import DANGLING_SERVER
from netops.lab.routeros.values import parse_duration
from netops.lab.traffic import PACKET_BYTES, Pair

SERVERS, USERS, PROFILES = "/ip/hotspot", "/ip/hotspot/user", "/ip/hotspot/user/profile"
ACTIVE, HOSTS, COOKIES = "/ip/hotspot/active", "/ip/hotspot/host", "/ip/hotspot/cookie"
LEASES, QUEUES = "/ip/dhcp-server/lease", "/queue/simple"
BYTE_LIMITS = ("limit-bytes-in", "limit-bytes-out", "limit-bytes-total")


class Denied(Exception):
    """The login page's own words: those of the factory's errors.txt."""


class Client(Struct, eq=False):
    """One device. `wants` is what it tries to send and receive, in bit/s; `octets` what it did in this session."""

    mac: str
    address: str
    server: Row
    lease: Row | None = None
    host: Row | None = None
    active: Row | None = None
    queue: Row | None = None
    user: str = ""
    since: float = 0.0
    wants: Pair = (0.0, 0.0)
    octets: list[float] = field(default_factory=lambda: [0.0, 0.0])

    @property
    def moving(self) -> bool:
        """Logged in, and wants something."""
        return self.active is not None and any(self.wants)


class Hotspot:
    """The clients of one router's hotspot servers, by MAC address.

    `settle` is called before anything about them changes, `moved` after it: whoever counts traffic catches up, then looks again.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.clients: dict[str, Client] = {}
        self.settle: Callable[[], None] = lambda: None
        self.moved: Callable[[Client], None] = lambda client: None
        machine.watchers.append(self._changed)
        for path in (ACTIVE, HOSTS, LEASES, COOKIES, USERS):
            machine.refreshers[path] = self.refresh

    def join(self, mac: str, server: str) -> str:
        """A device appears on a hotspot's network, gets a lease and becomes a host. Returns its address; raises `Denied`."""
        row = self.machine.store.named(SERVERS, server)
        if row is None or not row.enabled or row.marks.get("invalid") == "true":
            raise Denied("no hotspot answers")
        mac = mac.upper()
        known = self.clients.get(mac)
        if known is not None:
            return known.address
        dhcp = self._dhcp(row)
        pool = dhcp.get("address-pool") if dhcp else row.get("address-pool")
        lease = self._old_lease(mac, dhcp)
        client = Client(mac, lease.get("address") if lease is not None else self._free_address(pool), row)
        self.clients[mac] = client
        client.since = self.machine.clock.monotonic()
        if dhcp is not None:
            client.lease = lease or self._lease(client, dhcp)
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
            raise self._refusal(client, user, "invalid username or password")
        profile = self._admit(client, row)
        if client.active is not None:
            self._leave(client)
        self._enter(client, row, profile, "http-chap")
        methods = self._methods(client.server)
        by_mac = "mac-cookie" in methods and profile is not None and profile.get("add-mac-cookie") == "true"
        if "cookie" in methods or by_mac:
            server = self.machine.store.named("/ip/hotspot/profile", client.server.get("profile"))
            life = profile.get("mac-cookie-timeout") if by_mac and profile is not None else ""
            life = life or (server.get("http-cookie-lifetime") if server is not None else "3d")
            cookies.give(self.machine, client.mac, user, life, by_mac="mac-cookie" in methods)

    def leave(self, mac: str) -> None:
        """The device goes away at once: nothing of it stays but its cookie.

        A real router notices after the keepalive timeout; here that time is left out.
        """
        client = self.clients.get(mac.upper())
        if client is not None:
            self._leave(client, "keepalive timeout")
            del self.clients[client.mac]
            self._drop(HOSTS, client.host)
            self._drop(LEASES, client.lease)

    def use(self, mac: str, up: float, down: float) -> None:
        """From now on the device tries to send and receive at these rates in bit/s; nothing moves before it is logged in."""
        self.settle()
        client = self.clients[mac.upper()]
        client.wants = (float(up), float(down))
        self.moved(client)

    def moving(self) -> Iterator[Client]:
        """Who is logged in and wants something."""
        return (client for client in self.clients.values() if client.moving)

    def refresh(self) -> None:
        """Bring times and counters up to date; who is at a limit is out."""
        self.settle()
        cookies.expire(self.machine)
        now = self.machine.clock.monotonic()
        for client in list(self.clients.values()):
            session = self.machine.elapsed(now - client.since)
            for row in (client.active, client.host):
                if row is not None:
                    came, left = (str(int(octets)) for octets in client.octets)
                    row.mark(uptime=session, bytes_in=came, bytes_out=left)
                    row.mark(packets_in=str(int(came) // PACKET_BYTES), packets_out=str(int(left) // PACKET_BYTES))
            reason = self._at_limit(client) if client.active is not None else ""
            if reason:
                self._leave(client, reason)

    def power_off(self, *, booked: bool) -> None:
        """Everybody is off; what their sessions used is booked or lost. Leases and cookies stay."""
        for client in list(self.clients.values()):
            if not booked:
                client.octets, client.since = [0.0, 0.0], self.machine.clock.monotonic()
            self._leave(client)
            self._drop(HOSTS, client.host)
        self.clients.clear()

    def _admit(self, client: Client, user: Row) -> Row | None:
        """The profile of a user who may log in now. Raises `Denied`."""
        name, profile = user.name, self._profile(user)
        bound = user.get("mac-address")
        if bound not in ("", "00:00:00:00:00:00", client.mac):
            raise self._refusal(client, name, f"user {name} is not allowed to log in from this MAC address")
        limit, used = parse_duration(user.get("limit-uptime") or "0s"), parse_duration(user.marks.get("uptime", "0s"))
        if limit and (used or 0) >= limit:
            raise self._refusal(client, name, f"user {name} has reached uptime limit")
        if any(most and have >= most for _, most, have in _bytes(user, (0, 0))):
            raise self._refusal(client, name, f"user {name} has reached traffic limit")
        shared = profile.get("shared-users") if profile is not None else "1"
        sessions = [one for one in self.clients.values() if one.user == name and one is not client]
        if shared.isdigit() and len(sessions) >= int(shared):
            raise self._refusal(client, name, f"no more sessions are allowed for user {name}")
        return profile

    def _refusal(self, client: Client, user: str, why: str) -> Denied:
        self._log(f"{user} ({client.address}): login failed: {why}")
        return Denied(why)

    def _at_limit(self, client: Client) -> str:
        """Why a session has to end now, in the log's words (those for limits are assumed); "" where it has not to."""
        user = self._user(client.user, client.server.name)
        if user is None or client.active is None:
            return ""
        profile = self._profile(user)
        session = (self.machine.clock.monotonic() - client.since) * 1e6
        timeout = parse_duration(profile.get("session-timeout") or "0s") if profile is not None else 0
        limit, before = parse_duration(user.get("limit-uptime") or "0s"), parse_duration(user.marks.get("uptime", "0s"))
        if limit and (before or 0) + session >= limit:
            client.since = self.machine.clock.monotonic() - (limit - (before or 0)) / 1e6
            return "uptime limit reached"
        if timeout and session >= timeout:
            client.since = self.machine.clock.monotonic() - timeout / 1e6
            return "session timeout"
        for name, most, have in _bytes(user, client.octets):
            if most and have >= most:
                larger = 0 if client.octets[0] >= client.octets[1] else 1
                side = {"limit-bytes-in": 0, "limit-bytes-out": 1}.get(name, larger)
                client.octets[side] = max(0.0, client.octets[side] - (have - most))
                return "traffic limit reached"
        return ""

    def _enter(self, client: Client, user: Row, profile: Row | None, how: str) -> None:
        self.settle()
        now = self.machine.clock.monotonic()
        client.user, client.since, client.octets = user.name, now, [0.0, 0.0]
        client.active = self.machine.store.insert(ACTIVE, {}, dynamic=True)
        client.active.marks.update(
            {"server": client.server.name, "user": user.name, "address": client.address, "mac-address": client.mac,
             "login-by": how, "uptime": "0s", "idle-time": "0s", "keepalive-timeout": "2m", "bytes-in": "0", "bytes-out": "0",
             "packets-in": "0", "packets-out": "0", "radius": str(user.table.path != USERS).lower(), "blocked": "false",
             **{name: user.get(name) for name in BYTE_LIMITS if user.get(name) not in ("", "0")}}
        )  # fmt: skip
        client.active.touch()
        if client.host is not None:
            client.host.mark(authorized="true")
        if profile is not None and profile.get("rate-limit"):
            client.queue = self._queue(client, user, profile)
        self.machine.changed(ACTIVE, "add", client.active)
        self._log(f"{user.name} ({client.address}): logged in")
        self.moved(client)

    def _queue(self, client: Client, user: Row, profile: Row) -> Row:
        """The client's own queue, below the profile's parent.

        At the end of the list unless `insert-queue-before` is `first`: the manual names no default, and operators who want
        it above their static queues write `first` (assumed).
        """
        from netops.lab.routeros.arguments import parse

        wanted = {"target": client.address, "max-limit": profile.get("rate-limit").split(" ")[0]}
        if profile.get("parent-queue") not in ("", "none"):
            wanted["parent"] = profile.get("parent-queue")
        values, _ = parse(self.machine, self.machine.schema.menus[QUEUES], wanted)
        words = {name: text for name, text in values.items() if text is not None}
        first = profile.get("insert-queue-before") == "first"
        return self.machine.store.insert(QUEUES, {"name": f"<hotspot-{user.name}>", **words}, dynamic=True, first=first)

    def _leave(self, client: Client, why: str = "") -> None:
        """Log out; what the session counted stays with the user."""
        if not client.user:
            return
        self.settle()
        user = self._user(client.user, client.server.name)
        if user is not None and user.table.path == USERS:  # User Manager keeps sessions of its own
            before = parse_duration(user.marks.get("uptime", "0s")) or 0
            user.mark(uptime=self.machine.elapsed(before / 1e6 + self.machine.clock.monotonic() - client.since))
            for name, octets in zip(("in", "out"), client.octets, strict=True):
                total = int(user.marks.get(f"bytes-{name}", "0")) + int(octets)
                user.mark(**{f"bytes-{name}": str(total), f"packets-{name}": str(total // PACKET_BYTES)})
        if why:
            self._log(f"{client.user} ({client.address}): logged out: {why}")
        client.user, active, client.active = "", client.active, None
        client.octets = [0.0, 0.0]
        self._drop(ACTIVE, active)
        self._drop(QUEUES, client.queue)
        client.queue = None
        if client.host is not None:
            client.host.mark(authorized="false")
        self.moved(client)

    def _by_cookie(self, client: Client) -> None:
        """Whoever kept a cookie is back at once, as long as the user exists and may (manual, hotspot: cookie login)."""
        name = cookies.owner(self.machine, client.mac)
        user = self._user(name, client.server.name) if name else None
        if user is None or not user.enabled or not client.server.enabled:
            return
        self._log(f"{user.name} ({client.address}): trying to log in by cookie")
        try:
            profile = self._admit(client, user)
        except Denied:
            return
        self._enter(client, user, profile, "cookie")

    def _dhcp(self, server: Row) -> Row | None:
        servers = self.machine.store.rows("/ip/dhcp-server")
        return next((s for s in servers if s.enabled and s.get("interface") == server.get("interface")), None)

    def _old_lease(self, mac: str, dhcp: Row | None) -> Row | None:
        """A lease of this device that outlived a restart."""
        rows = self.machine.store.rows(LEASES)
        name = "" if dhcp is None else dhcp.name
        return next((r for r in rows if r.dynamic and r.get("mac-address") == mac and r.get("server") == name), None)

    def _changed(self, path: str, verb: str, row: Row | None) -> None:
        if row is None:
            return
        if path == SERVERS and (verb == "remove" or not row.enabled):
            for mac in [mac for mac, client in self.clients.items() if client.server is row]:
                self.leave(mac)
        elif path == ACTIVE and verb == "remove":
            for client in [c for c in self.clients.values() if c.active is row]:
                client.active = None
                self._leave(client, "admin reset")
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

    def _lease(self, client: Client, dhcp: Row) -> Row:
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
        return usermanager.user(self.machine, name, server)

    def _profile(self, user: Row) -> Row | None:
        name = user.get("profile") if user.table.path == USERS else usermanager.profile(user)
        return self.machine.store.named(PROFILES, name)

    def _methods(self, server: Row) -> list[str]:
        profile = self.machine.store.named("/ip/hotspot/profile", server.get("profile"))
        return (profile.get("login-by") if profile is not None else "").split(",")

    def _log(self, message: str) -> None:
        self.machine.log("hotspot,account,info,debug", message)


def _bytes(user: Row, session: "Pair | list[float]") -> Iterator[tuple[str, int, float]]:
    """Each byte limit of a user with what was used against it."""
    used = [
        int(user.marks.get(f"bytes-{side}", "0")) + octets for side, octets in zip(("in", "out"), session, strict=True)
    ]
    for name, have in zip(BYTE_LIMITS, (*used, sum(used)), strict=True):
        yield name, int(user.get(name) or 0), have
