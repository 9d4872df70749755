"""What the demo's scenes share: the printed steps, what was checked, the lab as a workspace. Refuses a folder that is not its own."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct, field

from netops import actions
from netops.actions.deciding import Matter
from netops.app import App
from netops.core.errors import Failed, InputError
from netops.core.text import Lang, Text
from netops.data_root import init_workspace
from netops.filing import Filed
from netops.lab.campus import Campus
from netops.lab.routeros.device import RouterOS
from netops.practice import KEY, SIGNER, mark
from netops.settings import DEFAULT

MARK = ".netops-demo"
WORKSPACE = "kampus"
RENTED = """
ap-sewa:
  platform: manual
  data: {site: kampus, place: aula, roles: [ap], type: Ruijie RG-AP820-L, serial: CONTOH-0042, by: admin-jaringan,
         loan: true, condition: baik, needed: true}
"""
"""A rented access point that nobody can configure remotely."""


class Stage(Struct):
    """Prints the steps, and keeps what was checked for the closing table."""

    lang: Lang
    echo: Callable[[str], None]
    checked: list[tuple[str, str]] = field(default_factory=list)
    papers: list[tuple[str, Path]] = field(default_factory=list)
    number: int = 0

    def step(self, id: str, en: str) -> None:
        self.number += 1
        self.echo(f"\n── {self.number}. {Text(id, en).to(self.lang)}")

    def show(self, text: str, most: int = 40) -> None:
        lines = text.splitlines()
        self.echo("\n".join(f"   {line}" for line in lines[:most]))
        if len(lines) > most:
            self.echo(f"   … (+{len(lines) - most})")

    def check(self, holds: bool, what: Text, how: Text) -> None:
        """Note a fact that was looked at. Raises `Failed` where it does not hold: a demo does not gloss over."""
        if not holds:
            raise Failed(Text(f"tidak terbukti: {what.id} ({how.id})", f"not shown: {what.en} ({how.en})"))
        self.checked.append((what.to(self.lang), how.to(self.lang)))
        self.echo(f"   ✓ {what.to(self.lang)}")

    def keep(self, id: str, en: str, path: Path) -> None:
        """A paper to look at afterwards."""
        self.papers.append((Text(id, en).to(self.lang), path))


def prepare_folder(out: Path) -> Path:
    """An empty folder for the demo; an earlier demo's is cleared, anything else is refused."""
    if out.exists() and not (out / MARK).exists() and any(out.iterdir()):
        raise InputError(
            Text("folder ini bukan peragaan lama dan tidak kosong", "this folder is no earlier demo and is not empty"),
            Text("pilih folder lain dengan --out", "choose another one with --out"),
            path=out,
        )
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / MARK).write_text("Dibuat oleh `netops demo`; ditimpa pada peragaan berikutnya.\n", encoding="utf-8")
    init_workspace(out / WORKSPACE, settings=DEFAULT)
    return out / WORKSPACE


@contextmanager
def lab_workspace(root: Path) -> Iterator[Campus]:
    """A campus whose inventory, secrets, mail and one approver's key are put into the workspace."""
    with Campus() as campus:
        campus.write_inventory(root / "inventory", root / "secrets.json")
        mark(root, campus.mail.port)
        yield campus


def rent_access_point(root: Path) -> None:
    """Put a device that netops does not connect to into the workspace's inventory."""
    with (root / "inventory" / "hosts.yaml").open("a", encoding="utf-8") as file:
        file.write(RENTED)


def signed(app: App, filed: Filed, root: Path, about: Matter | None = None) -> tuple[bytes, str]:
    """The head's statement and its SSH signature, about the request or a document beside it."""
    from netops.requests.approvals import sign_statement

    return sign_statement(actions.statement(app, filed, "approve", "kepala", SIGNER, "", about), root / KEY)


def configuration(app: App) -> dict[str, bytes]:
    """Each driven device's whole configuration as its driver captures it for the backup."""
    from netops.planning.manual import MANUAL

    tools = app.tools
    names = [name for name, target in app.fleet.targets.items() if target.platform != MANUAL]

    def capture(name: str) -> bytes:
        with tools.open(name) as driver:
            return driver.capture()

    return {name: _captured(one) for name, one in tools.fleet.run(names, lambda t: capture(t.name)).items()}


def _captured(outcome: bytes | Exception) -> bytes:
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def inject_refusal(campus: Campus, name: str, write: int) -> None:
    """Let a simulated device refuse its `write`-th write from now on; 0 takes the fault away."""
    device = router(campus, name)

    def change() -> None:
        device.faults.reset()
        if write:
            device.faults.refuse = {write: "failure: injected by the demo"}

    campus.call(change)


def router(campus: Campus, name: str) -> RouterOS:
    device = campus.devices[name]
    if not isinstance(device, RouterOS):
        raise TypeError(f"{name} is no router of the lab")
    return device
