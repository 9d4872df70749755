"""The composition root: reads `netops.toml`, builds the adapters once each, and hands them over as ports."""

import atexit
import gc
import getpass
import importlib
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property, partial
from importlib.metadata import entry_points
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, field

from netops.changes.tools import Tools
from netops.core.clock import Clock, SystemClock
from netops.core.errors import Failed
from netops.core.measured import Sample
from netops.core.model import Target
from netops.core.ports import Driver, OpenPoller, Platform, Poller
from netops.core.secret import SecretRef, SecretSource
from netops.core.text import Lang, Text, language
from netops.settings import Settings, load_settings

if TYPE_CHECKING:
    from netops.fleet import Fleet
    from netops.journal.objects import FolderObjects
    from netops.journal.store import SqlJournal
    from netops.papers.office import Office
    from netops.planning.playbook import Playbook
    from netops.planning.sites import Sites
    from netops.requests.fields import FieldSpec
    from netops.requests.policy import Policy
    from netops.requests.revoked import Revoked
    from netops.requests.services import Own
    from netops.requests.signers import Signers
    from netops.vault import Secrets, Vault

DRIVERS = {"routeros": "netops.drivers.routeros", "ios": "netops.drivers.ios", "radius": "netops.drivers.radius"}
"""Platform → the module whose `open_driver(target, secrets, clock)` talks to it."""


OURS = {"routeros": "netops.platforms.routeros", "ios": "netops.platforms.ios", "radius": "netops.platforms.radius"}
"""Platform → the module whose `PLATFORM` knows its language; others install theirs as entry points `netops.platforms`."""


class Platforms(Mapping[str, Platform]):
    """Platforms by name, each imported when it is wanted; other packages' are only looked for under a name not ours."""

    def __getitem__(self, name: str) -> Platform:
        if name in OURS:
            ours: Platform = importlib.import_module(OURS[name]).PLATFORM
            return ours
        for point in entry_points(group="netops.platforms").select(name=name):
            theirs: Platform = point.load()
            return theirs
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*OURS, *(point.name for point in entry_points(group="netops.platforms")))))

    def __len__(self) -> int:
        return len(list(iter(self)))


class _LatePoller(Struct, frozen=True):
    """Brings in the pollers with the first sample: what asks for none does not pay for them. Leaves nothing open."""

    secrets: SecretSource
    clock: Clock

    def sample(self, targets: Sequence[Target], at: datetime) -> Mapping[str, Sample | Exception]:
        from netops.monitoring.poll import SnmpPoller

        with SnmpPoller(self.secrets, self.clock) as poller:
            return poller.sample(targets, at)


def _silent(where: str, what: str) -> None:
    return None


def _fields(app: "App", service: str) -> "Mapping[str, FieldSpec]":
    return app.playbook(service).fields


@cache
def _spare_the_collector() -> None:
    """Nearly all that a command makes goes without it. Asked less often, it costs a push a fortieth less; and told at the
    end of the process that nothing is left for it, it does not look through everything once more (a twentieth).
    """
    gc.set_threshold(50_000)
    atexit.register(gc.freeze)


class App(Struct, dict=True):
    """One workspace, opened. Nothing is read or imported before it is needed; `close()` lets the journal go."""

    root: Path
    clock: Clock = field(default_factory=SystemClock)
    actor: str = field(default_factory=lambda: os.environ.get("NETOPS_OPERATOR") or getpass.getuser())
    say: Callable[[str, str], None] = _silent
    lease_seconds: float = 30.0

    @cached_property
    def settings(self) -> Settings:
        return load_settings(self.root)

    @cached_property
    def lang(self) -> Lang:
        return language() if "NETOPS_LANG" in os.environ else self.settings.language

    @cached_property
    def journal(self) -> "SqlJournal":
        from netops.journal.store import SqlJournal

        # Whatever the umask is, nobody else may put another journal here.
        self.settings.var.mkdir(mode=0o755, parents=True, exist_ok=True)
        return SqlJournal.open(self.settings.journal, self.clock)

    @cached_property
    def objects(self) -> "FolderObjects":
        from netops.journal.objects import FolderObjects

        return FolderObjects(self.settings.var / "objects")

    @cached_property
    def fleet(self) -> "Fleet":
        from netops.fleet import Fleet

        return Fleet.open(self.settings.inventory, self.settings.var / "cache", self._from_netbox())

    def _from_netbox(self) -> Mapping[str, Any] | None:
        """What NetBox says, where the site has one; what it said within the day where it cannot be asked, and that is told."""
        settings = self.settings
        if not settings.netbox_url:
            return None
        from netops.fleet.netbox import hosts
        from netops.fleet.netbox_api import NetBox

        token = self.secrets.get(SecretRef(settings.netbox_token))
        netbox = NetBox(url=settings.netbox_url, token=token, ca=settings.netbox_ca)
        told = hosts(netbox, settings.netbox_filter, settings.inventory, settings.netbox_refresh)
        if told.error is not None:
            self.say("netbox-old", told.error.message.to(self.lang))
        elif told.left_out:
            self.say("netbox-left-out", str(told.left_out))
        return told.hosts

    @cached_property
    def platforms(self) -> Mapping[str, Platform]:
        return Platforms()

    @cached_property
    def vault(self) -> "Vault":
        from netops.vault import Vault

        return Vault(self.settings.var / "vault", self.settings.vault_key)

    @cached_property
    def secrets(self) -> "Secrets":
        from netops.vault import FileSecrets, Secrets

        return Secrets(FileSecrets(self.settings.secrets), self.vault)

    @cached_property
    def poller(self) -> Poller:
        return _LatePoller(self.secrets, self.clock)

    @cached_property
    def queue_directions(self) -> Mapping[str, Literal["in", "out"]]:
        """Which of a router's queue counters over SNMP is upload, as it was calibrated last; read once."""
        from netops.changes.directions import directions

        return directions(self.journal.read())

    def open_poller(self) -> OpenPoller:
        """For rounds, as `with app.open_poller() as poller: … poller.sample(targets, at)`; close it when done."""
        from netops.monitoring.poll import SnmpPoller

        return SnmpPoller(self.secrets, self.clock)

    @cached_property
    def policy(self) -> "Policy":
        from netops.requests.policy_file import read_policy

        return read_policy(self.settings.inventory / "policy.yaml")

    @cached_property
    def signers(self) -> "Signers":
        from netops.requests.signers import read_signers

        return read_signers(self.settings.inventory / "allowed_signers")

    @cached_property
    def revoked(self) -> "Revoked":
        from netops.requests.revoked import read_revoked

        return read_revoked(self.settings.inventory / "revoked_keys")

    @cached_property
    def sites(self) -> "Sites":
        from netops.planning.sites import load_sites
        from netops.requests.load import read_document

        return load_sites(read_document(self.settings.inventory / "sites.yaml"))

    @cached_property
    def office(self) -> "Office":
        from netops.papers.office import load_office

        return load_office(self.settings.inventory / "office.yaml")

    def playbook(self, service: str) -> "Playbook":
        from netops.planning.playbook import load_playbook
        from netops.requests.load import read_document

        document = read_document(self.settings.playbooks / f"{service}.yaml")
        found = load_playbook(document)
        if found.service != service:
            raise document.error(
                ("service",),
                Text(f"berkas {service}.yaml menyebut layanan lain", f"the file {service}.yaml names another service"),
                Text("Samakan nama berkas dan isi service.", "Let the file's name and service agree."),
            )
        return found

    @property
    def own_services(self) -> "Own":
        """The site's own services: every playbook of a service that netops does not bring itself."""
        from netops.requests.services import BUILT_IN

        names = sorted(path.stem for path in self.settings.playbooks.glob("*.yaml"))
        return {name: partial(_fields, self, name) for name in names if name not in BUILT_IN}

    def connect(self, target: Target) -> Driver:
        """A driver for the target's platform, not yet entered. Raises `DeviceError`s."""
        module = DRIVERS.get(target.platform)
        if module is None:
            raise Failed(
                Text(
                    id=f"{target.name}: platform {target.platform!r} tidak dikenal",
                    en=f"{target.name}: unknown platform {target.platform!r}",
                ),
                Text(
                    id=f"pilih salah satu di inventory/hosts.yaml: {', '.join(DRIVERS)}",
                    en=f"choose one in inventory/hosts.yaml: {', '.join(DRIVERS)}",
                ),
            )
        driver: Driver = importlib.import_module(module).open_driver(target, self.secrets, self.clock)
        return driver

    @property
    def holder(self) -> str:
        """Names one execution in leases: who, and where, so that a person can tell who holds a device.

        Another name each time: two threads of a server, or two containers with one host name and process id, that
        shared a name would take each other's leases in the middle of a push.
        """
        return f"{self.actor}@{socket.gethostname()}:{os.getpid()}/{token_hex(3)}"

    @property
    def tools(self) -> Tools:
        return Tools(
            journal=self.journal,
            objects=self.objects,
            fleet=self.fleet,
            platforms=self.platforms,
            connect=self.connect,
            poller=self.poller,
            secrets=self.secrets,
            clock=self.clock,
            actor=self.actor,
            holder=self.holder,
            lease_seconds=self.lease_seconds,
            say=self.say,
        )

    def close(self) -> None:
        """Let the journal go, if it was opened."""
        if "journal" in self.__dict__:
            self.journal.close()

    def __enter__(self) -> "App":
        _spare_the_collector()
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
