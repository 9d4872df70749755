"""The fleet: hosts from the inventory, work on them through Nornir; refuses zero devices, unknown names, lost outcomes."""

import hashlib
import json
import os
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from netops.core.errors import Failed, InputError, NoTarget
from netops.core.model import Target
from netops.core.text import Text
from netops.fleet.book import Book

if TYPE_CHECKING:
    from nornir.core.inventory import Host, Inventory
    from nornir.core.task import AggregatedResult, Result, Task

T = TypeVar("T")
WORKERS = 64
"""Threads at most: nearly all of a far device's time is waiting."""
FEW = 8
"""Threads at first."""
MOMENT, LONGEST = 0.001, 0.25
"""Seconds of a look at whether more threads are wanted: each time none were it is twice as long, up to the longest."""
BUSY = 0.5
"""The share of one processor beyond which they are not."""
FILES = ("hosts.yaml", "groups.yaml", "defaults.yaml")
_FORMAT = "netops-inventory-1"


class _Targets(Mapping[str, Target]):
    """Targets built when asked for: an inventory of thousands opens at once."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._made: dict[str, Target] = {}

    def __getitem__(self, name: str) -> Target:
        if name not in self._made:
            if name not in self._book.hosts:
                raise KeyError(name)
            self._made[name] = self._book.target(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._book.hosts)

    def __len__(self) -> int:
        return len(self._book.hosts)


class Fleet:
    """The devices of one inventory, in the order of `hosts.yaml`; each `run` has a Nornir of its own."""

    def __init__(self, book: Book, inventory: Path) -> None:
        self._book, self._inventory = book, inventory
        self.targets: Mapping[str, Target] = _Targets(book)

    @classmethod
    def open(cls, inventory: Path, cache: Path | None = None, more: Mapping[str, Any] | None = None) -> "Fleet":
        """Reads `hosts.yaml`, and `groups.yaml` and `defaults.yaml` where there are any.

        `more` are hosts from elsewhere (`fleet.netbox`), in the shape of `hosts.yaml`, which goes before them field by
        field and may then be missing.

        `cache` is a folder for the checked inventory as JSON, by digest of the files; it may vanish at any time.
        Raises `InputError` with file, line and field.
        """
        data = {name: _bytes(inventory / name) for name in FILES}
        if data["hosts.yaml"] is None and more is None:
            raise InputError(
                Text(id="berkas inventaris tidak ada", en="the inventory file is missing"),
                Text(id="Buat dengan `netops init`.", en="Make one with `netops init`."),
                path=inventory / "hosts.yaml",
            )
        digest = hashlib.sha256(_FORMAT.encode())
        for name, content in data.items():
            digest.update(f"\n{name} {-1 if content is None else len(content)}\n".encode())
            digest.update(content or b"")
        if more is not None:
            digest.update(b"\nmore\n" + json.dumps(more, sort_keys=True).encode())
        place = None if cache is None else cache / f"inventory-{digest.hexdigest()}.json"
        kept = _kept(place)
        if kept is None:
            kept = _parsed(inventory, data, more)
            _keep(place, kept)
        return cls(Book(kept["hosts"], kept["groups"], kept["defaults"]), inventory)

    def target(self, name: str) -> Target:
        """Raises `NoTarget` for a name that the inventory lacks."""
        try:
            return self.targets[name]
        except KeyError:
            raise self._no_target(Text(id=f"perangkat {name!r} tidak ada", en=f"there is no device {name!r}")) from None

    def select(self, *, site: str | None = None, role: str | None = None) -> tuple[str, ...]:
        """Names of the devices of a site and role, in the inventory's order; () when there are none."""
        book = self._book
        return tuple(
            name
            for name in book.hosts
            if (site is None or book.datum(name, "site") == site)
            and (role is None or role in book.datum(name, "roles"))
        )

    def limit(self, expression: str) -> tuple[str, ...]:
        """`role=gateway`, `site=kampus,platform=ios`, `sw-*`: comma is "and", `*` any text, a bare word a name.

        Raises `InputError` for an unknown word and `NoTarget` when nothing matches.
        """
        wanted = [_condition(part) for part in expression.split(",")]
        found = tuple(name for name in self._book.hosts if all(self._matches(name, *each) for each in wanted))
        if not found:
            raise self._no_target(
                Text(id=f"tidak ada perangkat untuk {expression!r}", en=f"no device matches {expression!r}")
            )
        return found

    def _matches(self, name: str, word: str, pattern: str) -> bool:
        values: Iterable[str]
        if word == "name":
            values = (name,)
        elif word == "role":
            values = self._book.datum(name, "roles")
        elif word == "site":
            values = (self._book.datum(name, "site"),)
        elif word == "group":
            values = self._book.hosts[name].get("groups") or ()
        else:
            values = (self._book.field(name, "platform"),)
        return any(fnmatchcase(each, pattern) for each in values)

    def run(
        self, names: Sequence[str], work: Callable[[Target], T], workers: int | None = None
    ) -> Mapping[str, T | Exception]:
        """`work` on each device side by side: exactly one outcome per name, in the order given.

        What `work` raises is that device's outcome; `KeyboardInterrupt` passes. Raises `NoTarget` for no or unknown
        names, `Failed` when Nornir lost a device. Secrets never become task arguments (Nornir logs those).
        """
        asked = tuple(dict.fromkeys(names))
        if not asked:
            raise self._no_target(Text(id="tidak ada perangkat yang dipilih", en="no device was chosen"))
        targets = {name: self.target(name) for name in asked}
        outcomes = _through_nornir(self._book.nornir(asked), targets, work, workers or min(len(asked), WORKERS))
        if outcomes.keys() != targets.keys():
            lost = ", ".join(sorted(targets.keys() ^ outcomes.keys()))
            raise Failed(
                Text(id=f"tanpa hasil tepat satu: {lost}", en=f"not exactly one outcome: {lost}"),
                Text(id="Baca dulu keadaan perangkat itu.", en="Read the state of these devices first."),
            )
        return {name: outcomes[name] for name in asked}

    def _no_target(self, message: Text) -> NoTarget:
        path = self._inventory / "hosts.yaml"
        return NoTarget(
            message, Text(id=f"Lihat nama, site dan roles di {path}.", en=f"See names, sites and roles in {path}.")
        )


def _condition(part: str) -> tuple[str, str]:
    word, equals, pattern = (text.strip() for text in part.partition("="))
    word, pattern = (word, pattern) if equals else ("name", word)
    if word not in ("name", "role", "site", "platform", "group") or not pattern:
        raise InputError(
            Text(id=f"pembatas {part!r} tidak dikenal", en=f"unknown limit {part!r}"),
            Text(id="Contoh: role=gateway,site=kampus.", en="Such as: role=gateway,site=kampus."),
            field="limit",
        )
    return word, pattern


def _through_nornir(
    inventory: "Inventory", targets: Mapping[str, Target], work: Callable[[Target], T], workers: int
) -> dict[str, T | Exception]:
    """A fresh Nornir, so that a host which failed before is not skipped; good and failed hosts alike."""
    from nornir.core import Nornir
    from nornir.core.task import Result

    def one(task: "Task") -> "Result":
        try:
            return Result(host=task.host, result=work(targets[task.host.name]))
        except Exception as error:  # noqa: BLE001  # the outcome of this device, given to the caller as it is
            return Result(host=task.host, failed=True, exception=error)

    nornir = Nornir(inventory=inventory, runner=_Patient(workers))
    done = nornir.run(task=one, name="netops", on_good=True, on_failed=True)
    outcomes: dict[str, T | Exception] = {}
    for name, (result,) in done.items():
        outcomes[name] = result.exception if isinstance(result.exception, Exception) else result.result
    return outcomes


class _Patient:
    """Threads, as Nornir's own runner has them; but an interrupt waits until no worker acts on a device any more.

    What comes after it (a restoration) would else run beside a push that nobody looks after. And it begins with few
    threads: devices near by keep the processor busy with those, and more only take it from each other. While it idles,
    the devices are far, and their number doubles.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def run(self, task: "Task", hosts: Sequence["Host"]) -> "AggregatedResult":
        from nornir.core.task import AggregatedResult

        waiting = deque(hosts)
        found = AggregatedResult(task.name)

        acting: list[None] = []

        def work() -> None:
            acting.append(None)
            try:
                while waiting:
                    try:
                        host = waiting.popleft()
                    except IndexError:  # another took the last
                        break
                    found[host.name] = task.copy().start(host)
            finally:
                acting.pop()

        futures: list[Future[None]] = []
        interrupt: KeyboardInterrupt | None = None
        moment = MOMENT
        with ThreadPoolExecutor(self._workers) as pool:
            while (waiting and not futures) or acting or not all(future.done() for future in futures):
                try:
                    if not waiting or len(futures) >= self._workers:
                        wait(futures)
                        if acting:  # of a thread whose start was interrupted nobody else knows
                            time.sleep(MOMENT)
                        continue
                    wanted = not futures or _idle(futures, moment)
                    moment = MOMENT if wanted else min(2 * moment, LONGEST)
                    if wanted:
                        more = min(max(FEW, len(futures)), self._workers - len(futures), len(waiting))
                        futures += [pool.submit(work) for _ in range(more)]
                except KeyboardInterrupt as pressed:
                    interrupt = pressed
                    waiting.clear()
        if interrupt is not None:
            raise interrupt
        for future in futures:
            future.result()
        return found


def _idle(futures: Sequence["Future[None]"], moment: float) -> bool:
    """Looks for a moment whether this process leaves its processor idle."""
    spent, began = time.process_time(), time.perf_counter()
    wait(futures, timeout=moment)
    return time.process_time() - spent < BUSY * (time.perf_counter() - began)


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as exc:
        reason = exc.strerror or str(exc)
        raise InputError(Text(id=f"tidak dapat dibaca: {reason}", en=f"cannot be read: {reason}"), path=path) from exc


def _parsed(inventory: Path, data: Mapping[str, bytes | None], more: Mapping[str, Any] | None) -> dict[str, Any]:
    from netops.fleet.book import check, check_hosts, over
    from netops.fleet.read import Document, read

    hosts, groups, defaults = (read(inventory / name, data[name] or b"") for name in FILES)
    if more is not None:
        elsewhere = Document(Path("NetBox"), dict(more), {})
        check_hosts(elsewhere, groups)
        hosts = Document(hosts.path, over(hosts.values, elsewhere.values), hosts.lines)
    check(hosts, groups, defaults)
    return {"format": _FORMAT, "hosts": hosts.values, "groups": groups.values, "defaults": defaults.values}


def _kept(place: Path | None) -> dict[str, Any] | None:
    """The checked inventory of that digest; None where there is none that can be used."""
    if place is None:
        return None
    try:
        kept = json.loads(place.read_bytes())
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and kept.get("format") == _FORMAT else None


def _keep(place: Path | None, parsed: dict[str, Any]) -> None:
    """Written whole or not at all; without space or permission the next start parses again."""
    if place is None:
        return
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=".inventory-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(parsed, file, ensure_ascii=False, separators=(",", ":"))
            Path(name).replace(place)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        for other in place.parent.glob("inventory-*.json"):
            if other != place:
                other.unlink(missing_ok=True)
