"""A campus, prepared workspaces and netops processes over them; what the devices themselves say is what counts.

Each case gets a copy of a workspace in which everything is planned and approved. The devices are read inside the lab,
not through the drivers under test, and every row that is added is counted there by its natural key.
"""

import contextlib
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from netops import actions
from netops.app import App
from netops.changes.lifecycle import Change, fold
from netops.core.errors import NetopsError
from netops.data_root import init_workspace
from netops.filing import find
from netops.lab.campus import Campus
from netops.lab.faults import Blow, Mishaps
from netops.lab.ios.device import Ios
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.export import export
from netops.lab.routeros.machine import Actor
from netops.lab.routeros.store import Row
from netops.practice import KEY, SIGNER, mark
from netops.requests.example import example
from netops.settings import DEFAULT
from scorecard.forks import Child, Forks

ROOT = Actor(name="judge", policies=frozenset({"read", "write", "policy", "sensitive", "test"}))
VOLATILE = re.compile(
    r"start-(date|time)=\S+ ?|interval=\S+ ?|password=\S+ ?|^#.*$|(?<=[ {;])on-event=.*$", re.MULTILINE
)
"""What differs between two runs of the same change: codes, and when a timer was armed."""
LEASE = 51.0
"""Seconds by which a successor's clock is ahead: more than lease and send deadline, so that nobody waits for them."""
IGNORED = ("/log", "/ip/hotspot/active", "/ip/hotspot/host", "/ip/hotspot/cookie", "/interface")


class Wanted(Struct, frozen=True, kw_only=True):
    """One approved request of a prepared workspace."""

    ticket: str = "HD-1"
    place: str = "aula"
    name: str = "Wisuda"
    bandwidth: str = "20M/50M"
    hours: int = 1


KAMPUS = (Wanted(),)
LAMA = (Wanted(place="gedung-lama"),)
TWO = (Wanted(), Wanted(ticket="HD-2", place="lapangan", name="Seminar", bandwidth="10M/20M", hours=2))
SITES = {"7.16 + IOS": KAMPUS, "6.49": LAMA}


class Struck(Mishaps, kw_only=True):
    """Mishaps that tell of each write before anything befalls it."""

    told: Callable[[], None]

    def write(self) -> Blow:
        self.told()
        return super().write()


class Effects(Struct):
    """Rows that were added to the routers, by what makes them one row; a second one alive beside it is a doubled effect."""

    alive: Counter[tuple[str, ...]] = field(default_factory=Counter)
    born: dict[tuple[str, str, int], tuple[str, ...]] = field(default_factory=dict)
    doubled: list[str] = field(default_factory=list)
    adds: int = 0

    def watch(self, device: str, path: str, verb: str, row: Row | None) -> None:
        if row is None or row.dynamic or verb not in ("add", "remove") or path.startswith(IGNORED):
            return
        place = (device, path, row.id)
        if verb == "remove":
            self.alive[self.born.pop(place, ())] -= 1
        else:
            key = (device, path, *(f"{name}={value}" for name, value in sorted(row.values.items())))
            self.born[place] = key
            self.alive[key] += 1
            self.adds += 1
            if self.alive[key] > 1:
                self.doubled.append(f"{device} {path} {row.name or row.values.get('comment', '')}")

    def clear(self) -> None:
        self.alive.clear()
        self.born.clear()
        self.doubled.clear()
        self.adds = 0


class Stand:
    """`with Stand(folder) as stand:` has a campus, the processes' parent, and workspaces by what was asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.effects = Effects()
        self.on_write: Callable[[str, int], None] = lambda device, number: None
        self.writes: Counter[str] = Counter()
        self._numbers = count(1)
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> "Stand":
        self.forks = self._stack.enter_context(Forks())
        self._begin()
        return self

    def __exit__(self, *exc: object) -> None:
        self.campus.close()
        self._stack.close()

    def _begin(self) -> None:
        """A campus as it comes out of the box; what was prepared for another one is forgotten."""
        self.campus = Campus().__enter__()
        self._prepared: dict[tuple[object, ...], Path] = {}
        self._applied: dict[tuple[object, ...], dict[str, str]] = {}
        for name, device in self.campus.devices.items():
            device.mishaps = Struck(told=lambda name=name: self._written(name))  # type: ignore[misc]  # bound per device
            if isinstance(device, RouterOS):
                device.machine.watchers.append(
                    lambda path, verb, row, name=name: self.effects.watch(name, path, verb, row)  # type: ignore[misc]
                )
        self.old = self.devices()

    def renew(self) -> None:
        """After a case that did not hold: the next one begins with new devices."""
        self.campus.close()
        self._begin()

    def _written(self, name: str) -> None:
        self.writes[name] += 1
        self.on_write(name, sum(self.writes.values()))

    def devices(self) -> dict[str, str]:
        """Each device's configuration as it stands, without what differs by itself."""
        return {name: self.text(name) for name in self.campus.devices}

    def text(self, name: str) -> str:
        device = self.campus.devices[name]
        if isinstance(device, RouterOS):
            machine = device.machine
            text = self.campus.call(lambda: export(machine, ROOT, "", {"terse": "", "show-sensitive": ""}))
        else:
            assert isinstance(device, Ios)
            text = self.campus.call(lambda: device.running_config)
        return "\n".join(sorted(line for line in VOLATILE.sub("", text).splitlines() if line.strip()))

    def saved(self) -> bool:
        """Whether every switch would start with what it runs."""
        switches = [device for device in self.campus.devices.values() if isinstance(device, Ios)]
        return all(device.running_config == device.startup_config for device in switches)

    def still(self) -> None:
        """No fault, nothing counted."""

        def clear() -> None:
            for device in self.campus.devices.values():
                device.mishaps.clear()
            self.effects.clear()
            self.writes.clear()

        self.on_write = lambda device, number: None
        self.campus.call(clear)

    def case(self, wanted: Sequence[Wanted] = KAMPUS, *, prepare: Callable[[Path], None] | None = None) -> "Case":
        """A workspace of its own, with everything planned and approved. `prepare` edits it before the plan is made."""
        key = (*wanted, prepare)
        if key not in self._prepared:
            self._prepared[key] = self._prepare(wanted, prepare)
            self._applied[key] = self._learn(wanted, key)
        root = self.folder / f"case-{next(self._numbers)}"
        shutil.copytree(self._prepared[key], root)
        self.still()
        return Case(self, root, wanted, key)

    def _prepare(self, wanted: Sequence[Wanted], prepare: Callable[[Path], None] | None) -> Path:
        root = self.folder / f"workspace-{next(self._numbers)}"
        init_workspace(root, settings=DEFAULT)
        self.campus.write_inventory(root / "inventory", root / "secrets.json")
        mark(root, self.campus.mail.port)
        if prepare is not None:
            prepare(root)
        with App(root, actor="admin.jaringan") as app:
            for one in wanted:
                path = root / f"{one.ticket}.yaml"
                path.write_text(_request(one), encoding="utf-8")
                actions.plan(app, str(path))
                filed = find(app, str(path))
                actions.decide(app, filed, decision="approve", role="kepala", approver=SIGNER, key=root / KEY)
        shutil.rmtree(root / "var" / "cache", ignore_errors=True)
        return root

    def applied(self, case: "Case") -> dict[str, str]:
        """The devices as they are when the first change of such a workspace runs."""
        return self._applied[case.key]

    def _learn(self, wanted: Sequence[Wanted], key: tuple[object, ...]) -> dict[str, str]:
        """An undisturbed run. Raises `Broken` where that leaves anything behind."""
        case = Case(self, self.folder / f"case-{next(self._numbers)}", wanted, key)
        shutil.copytree(self._prepared[key], case.root)
        case.must("apply", case.change)
        found = self.devices()
        case.must("end", case.change, "--early")
        if self.devices() != self.old:
            raise Broken("an undisturbed run does not bring the devices back")
        case.close()
        return found

    def secrets(self) -> list[bytes]:
        """What must never be said: every password, community and key of the lab."""
        found: list[bytes] = []
        for about in _about(self.campus):
            found += [value.encode() for value in about if len(value) >= 8]
        return found


def _request(one: Wanted) -> str:
    starts = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=one.hours)
    text = example(starts, ticket=one.ticket, name=one.name, place=one.place, bandwidth=one.bandwidth, participants=3)
    return text.replace("indoor", "outdoor") if one.place == "lapangan" else text


def _about(campus: Campus) -> Iterator[list[str]]:
    devices: Mapping[str, Mapping[str, Any]] = campus.describe()["devices"]  # type: ignore[assignment]  # JSON
    for device in devices.values():
        snmp = device.get("snmp", {})
        v3 = snmp.get("v3", {})
        yield [
            str(device["credentials"]["password"]), str(device.get("enable") or ""), str(snmp.get("community", "")),
            str(v3.get("auth_key", "")), str(v3.get("priv_key", "")),
        ]  # fmt: skip


class Broken(Exception):
    """What must hold did not; the message says what was seen."""


class Case(Struct, dict=True):
    """One workspace and the processes over it; `offset` is how far their clocks are ahead of the lab's."""

    stand: Stand
    root: Path
    wanted: Sequence[Wanted]
    key: tuple[object, ...]
    offset: float = 0.0
    children: list[Child] = field(default_factory=list)

    def id(self, ticket: str = "") -> str:
        """The change of a ticket, the first one's where none is named."""
        with App(self.root) as app:
            return find(app, str(self.root / f"{ticket or self.wanted[0].ticket}.yaml")).change

    @cached_property
    def change(self) -> str:
        return self.id()

    def start(self, *words: str, **more: Any) -> Child:
        """A netops process over this workspace; not waited for."""
        out = self.root / f"out-{len(self.children):02d}.txt"
        more.setdefault("offset", self.offset)
        child = self.stand.forks.start(["-C", str(self.root), "--lang", "en", *words], out, **more)
        self.children.append(child)
        return child

    def run(self, *words: str, **more: Any) -> Child:
        child = self.start(*words, **more)
        child.wait()
        return child

    def must(self, *words: str, code: int = 0, **more: Any) -> Child:
        """A process that has to end with this code. Raises `Broken`."""
        child = self.run(*words, **more)
        if child.code != code:
            raise Broken(f"`netops {words[0]}` ended with {child.code}, not {code}: {child.text.strip()[-400:]}")
        return child

    def state(self, ticket: str = "") -> Change:
        with App(self.root) as app:
            change = self.id(ticket) if ticket else self.change
            return fold(change, app.journal.read(change))

    def kinds(self, ticket: str = "") -> list[str]:
        with App(self.root) as app:
            change = self.id(ticket) if ticket else self.change
            return [one.event.kind for one in app.journal.read(change)]

    def codes(self) -> list[bytes]:
        """The vouchers' codes while there are any."""
        try:
            with App(self.root) as app:
                return [one.reveal().encode() for one in app.vault.codes(self.change).values()]
        except NetopsError:
            return []

    def close(self) -> None:
        """Nothing of it lives on or lies about."""
        for child in self.children:
            if child.code is None:
                child.signal(9)
                with contextlib.suppress(Exception):
                    child.wait(10)
        shutil.rmtree(self.root, ignore_errors=True)


def until(holds: Callable[[], bool], seconds: float, every: float = 0.02) -> float:
    """Seconds until something holds. Raises `Broken` when it does not in time."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > seconds:
            raise Broken(f"waited {seconds:g} s in vain")
        time.sleep(every)
    return time.monotonic() - began
