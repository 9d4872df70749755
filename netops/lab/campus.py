"""A campus on loopback: devices, their SNMP agents and a mail catcher on one event loop of its own; never leaves 127.0.0.1."""

import asyncio
import base64
import hashlib
import secrets
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from netops.core.clock import Clock, SystemClock
from netops.lab.inventory import write_inventory, write_secrets
from netops.lab.mail import MailCatcher
from netops.lab.snmp import SnmpAgent, make_access
from netops.lab.spec import CampusSpec, DeviceSpec, default_spec
from netops.lab.view import LabDevice

if TYPE_CHECKING:
    from netops.lab.people import People

HOST = "127.0.0.1"
READY_SECONDS = 60.0
FEW_AGENTS = 12

T = TypeVar("T")


class LabError(Exception):
    """The lab itself failed: it did not start, or was asked for something while it is down."""


class Campus:
    """`with Campus() as campus:` starts every device of `spec` on free ports and stops them all at the end.

    Devices live on the campus's own thread: from outside, touch them only through `call`.
    """

    def __init__(
        self,
        spec: CampusSpec | None = None,
        *,
        clock: Clock | None = None,
        random: Random | None = None,
        mail_folder: Path | None = None,
    ) -> None:
        self.spec = spec or default_spec()
        self.clock: Clock = clock or SystemClock()
        self.devices: dict[str, LabDevice] = {}
        self.agents: dict[str, SnmpAgent] = {}
        self.mail = MailCatcher(mail_folder)
        self._random = random or Random(secrets.token_bytes(16))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._people: People | None = None

    def __enter__(self) -> "Campus":
        """Raises `LabError` where a device does not start; nothing is left running then."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(self._loop,), name="campus", daemon=True)
        self._thread.start()
        try:
            self.call(self._start, seconds=READY_SECONDS)
        except BaseException as error:
            self.close()
            if isinstance(error, Exception) and not isinstance(error, LabError):
                raise LabError(f"the campus did not start: {error!r}") from error
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything; safe to repeat."""
        if self._loop is None or self._thread is None:
            return
        loop, thread = self._loop, self._thread
        try:
            self.call(self._stop, seconds=READY_SECONDS)
        finally:
            self._loop = self._thread = None
            loop.call_soon_threadsafe(loop.stop)
            thread.join(READY_SECONDS)
            loop.close()

    @overload
    def call(self, work: Callable[[], Coroutine[Any, Any, T]], seconds: float = 30.0) -> T: ...

    @overload
    def call(self, work: Callable[[], T], seconds: float = 30.0) -> T: ...

    def call(self, work: Callable[[], Any], seconds: float = 30.0) -> Any:
        """Run `work` (plain or `async`) on the campus's thread and return its result: faults, clients, clocks.

        Raises what `work` raises, `LabError` while the campus is down or on its own thread, `TimeoutError` after `seconds`.
        """
        if self._loop is None or self._thread is None:
            raise LabError("the campus is not running")
        if threading.current_thread() is self._thread:
            raise LabError("already on the campus's thread: call the function itself")

        async def run() -> object:
            result = work()
            return await result if asyncio.iscoroutine(result) else result

        future = asyncio.run_coroutine_threadsafe(run(), self._loop)
        try:
            return future.result(seconds)
        except (TimeoutError, CancelledError):
            future.cancel()
            raise

    @property
    def people(self) -> "People":
        """The guests of the campus; use it inside `call`."""
        if self._people is None:
            raise LabError("the campus is not running")
        return self._people

    def describe(self) -> dict[str, object]:
        """JSON: `devices` by name and `mail`; everything a client needs, credentials included."""
        return {
            "devices": {spec.name: self._describe(spec) for spec in self.spec.devices},
            "mail": {"host": HOST, "port": self.mail.port},
        }

    def write_inventory(self, folder: Path, secrets_file: Path) -> None:
        """`hosts.yaml`, `groups.yaml`, `defaults.yaml` for this lab, and its secrets by name (mode 0600)."""
        described = cast(dict[str, dict[str, object]], self.describe()["devices"])
        write_inventory(folder, self.spec, described)
        write_secrets(secrets_file, described)

    def _describe(self, spec: DeviceSpec) -> dict[str, object]:
        device, agent = self.devices[spec.name], self.agents.get(spec.name)
        about = dict(device.describe())
        ports = dict(cast(dict[str, int], about.pop("ports", {})))
        ports |= {kind: cast(int, about.pop(kind)) for kind in ("api", "api_tls", "ssh") if kind in about}
        about.setdefault("credentials", {key: about.pop(key) for key in ("username", "password") if key in about})
        if "host_key" in about:
            about.setdefault("host_key_fingerprint", _fingerprint(str(about["host_key"])))
        if agent is not None:
            ports["snmp"] = agent.port
            about["snmp"] = {"version": spec.snmp_version, **agent.describe()}
        head = {"name": device.name, "platform": device.platform, "version": device.version, "host": HOST}
        return {**about, **head, "site": spec.site, "ports": ports}

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        loop.run_forever()
        asyncio.set_event_loop(None)

    async def _start(self) -> None:
        for spec in self.spec.devices:
            device = spec.build(self.clock, Random(self._random.randbytes(16)))
            self.devices[spec.name] = device
            if spec.snmp:
                access = make_access(self._random)
                self.agents[spec.name] = SnmpAgent(device, access, Random(self._random.randbytes(16)))
        from netops.lab.ground import populate

        self._people = populate(self.devices, self.spec)
        work: list[Coroutine[object, object, None]] = [device.start(HOST) for device in self.devices.values()]
        # A poll of a whole fleet would wait for a hundred engines; a campus is up sooner without its few.
        whole = len(self.agents) > FEW_AGENTS
        work += [agent.start(HOST, whole=whole) for agent in self.agents.values()]
        results = await asyncio.gather(*work, self.mail.start(HOST), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _stop(self) -> None:
        work: list[Coroutine[object, object, None]] = [agent.stop() for agent in self.agents.values()]
        work += [device.stop() for device in self.devices.values()]
        results = await asyncio.gather(*work, self.mail.stop(), return_exceptions=True)
        me = asyncio.current_task()
        left = [task for task in asyncio.all_tasks() if task is not me]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result


def _fingerprint(line: str) -> str:
    """As OpenSSH shows a host key: `SHA256:` and unpadded base64."""
    blob = base64.b64decode(line.split()[1])
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
