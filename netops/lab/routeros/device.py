"""A simulated RouterOS router on loopback: API in clear and over TLS, SSH; keeps to `netops.lab.view.LabDevice`."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from random import Random

from netops.core.clock import Clock, SystemClock
from netops.lab.routeros import boot
from netops.lab.routeros.api import ApiConnection, Encoder
from netops.lab.routeros.certs import Identity, make_identity
from netops.lab.routeros.faults import Faults
from netops.lab.routeros.machine import Account, Machine
from netops.lab.view import LabInterface, LabQueue, LabSystem

BOARD = "RB750Gr3"
MIKROTIK = (1, 3, 6, 1, 4, 1, 14988, 1)


class RouterOS:
    """One router. Its state is there from construction; `start` opens the ports.

    `users` are the logins with their passwords, the first of them the one `describe` tells; their groups are in `config`,
    which reads like an export. `identity` lets many devices share one certificate and host key. Change `faults` at any
    time; everything runs on the event loop that `start` ran on.
    """

    platform = "routeros"

    def __init__(
        self,
        *,
        name: str,
        version: str,
        config: str = "",
        users: Sequence[Account] = (),
        clock: Clock | None = None,
        identity: Identity | None = None,
        ssh: bool = True,
        ports: int = 5,
        random: Random | None = None,
    ) -> None:
        self.name, self.version = name, version
        self.faults = Faults()
        self.encoder = Encoder()
        self.connections: set[ApiConnection] = set()
        self.ports: dict[str, int] = {}
        self.users = tuple(users)
        self._random = random or Random(secrets.token_bytes(16))
        self._ssh, self._identity = ssh, identity
        self._servers: list[asyncio.Server] = []
        self.machine = Machine(name=name, version=version, clock=clock or SystemClock(), board=BOARD, passwords={})
        boot.built_in(self.machine, ports)
        boot.load(self.machine, config, self.users)

    def challenge(self) -> bytes:
        return self._random.randbytes(16)

    @property
    def identity(self) -> Identity:
        if self._identity is None:
            self._identity = make_identity(self.name)
        return self._identity

    async def start(self, host: str) -> None:
        loop = asyncio.get_running_loop()
        plain = await loop.create_server(self._connection("api"), host, 0)
        tls = await loop.create_server(self._connection("api-ssl"), host, 0, ssl=self.identity.context)
        self._servers = [plain, tls]
        self.ports = {
            "api": plain.sockets[0].getsockname()[1],
            "api_tls": tls.sockets[0].getsockname()[1],
        }

    async def stop(self) -> None:
        for server in self._servers:
            server.close()
        for connection in list(self.connections):
            connection.abort()
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    def _connection(self, via: str) -> Callable[[], ApiConnection]:
        return lambda: ApiConnection(self, via)

    def describe(self) -> dict[str, object]:
        described: dict[str, object] = {
            "ports": dict(self.ports),
            "tls_fingerprint": f"sha256:{self.identity.fingerprint}",
        }
        if self.users:
            described["credentials"] = {"username": self.users[0].name, "password": self.users[0].password}
        if "ssh" in self.ports:
            described["host_key"] = self.identity.host_key
        return described

    def system(self) -> LabSystem:
        snmp = self.machine.row_of("/snmp")
        return LabSystem(
            description=f"RouterOS {self.machine.board}",
            object_id=MIKROTIK,
            name=_text(self.machine.row_of("/system/identity").get("name")),
            contact=_text(snmp.get("contact")),
            location=_text(snmp.get("location")),
            uptime=self.machine.uptime,
            snmp_enabled=snmp.get("enabled") == "true",
        )

    def interfaces(self) -> Sequence[LabInterface]:
        return ()

    def queues(self) -> Sequence[LabQueue]:
        return ()


def _text(raw: str) -> str:
    """Stored text is bytes one by one; people write UTF-8."""
    return raw.encode("latin-1", "replace").decode("utf-8", "replace")
