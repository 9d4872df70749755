"""What is known now, gathered for a monitoring system: the log read on from where it was, the pollers' newest readings. Reads only."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from msgspec import Struct, field

from netops import __version__
from netops.app import App
from netops.changes.lifecycle import Change, Phase, fold_all, held, promised
from netops.core.errors import NetopsError
from netops.core.measured import Commitment
from netops.core.model import Recorded
from netops.core.text import Text
from netops.core.units import RatePair
from netops.journal import published
from netops.monitoring.exposition import Known, UplinkNow, exposition
from netops.monitoring.latest import Latest, Watcher
from netops.planning.availability import governing
from netops.planning.capacity import Way, office_share, peak, uplink_resource
from netops.planning.commitments import adopted, level, steps, uplink_key

T = TypeVar("T")
AGAIN = 1.0
"""Seconds for which an answer is good: however many ask, the log is read once."""
WAYS: tuple[Way, ...] = ("up", "down")


class Exposer(Struct):
    """Gathers over one workspace of its own. For several threads: one gathers, the others wait for it."""

    app: App
    told: Callable[[Text], None] = lambda text: None
    _changes: dict[str, Change] = field(default_factory=dict)
    _adopted: list[Recorded] = field(default_factory=list)
    _seq: int = -1
    _watcher: Watcher | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last: tuple[float, bytes] | None = None
    _troubles: dict[str, str] = field(default_factory=dict)

    def text(self) -> bytes:
        with self._lock:
            now = self.app.clock.monotonic()
            if self._last is None or now - self._last[0] >= AGAIN:
                self._last = (now, exposition(self._known()))
            return self._last[1]

    def _known(self) -> Known:
        now = self.app.clock.now()
        failed: dict[str, bool] = {}
        log = self._part("log", failed, self._read_log)
        promises = self._part("promises", failed, lambda: self._promises(now)) if log is not None else None
        latest = self._part("readings", failed, lambda: self._latest(now))
        checkpoint = self._part("checkpoint", failed, self._checkpoint)
        return Known(
            version=__version__,
            latest=latest,
            uplinks=promises[0] if promises else (),
            promises=promises[1] if promises else (),
            phases=self._phases() if log is not None else None,
            log_entries=log,
            checkpoint=checkpoint[0] if checkpoint else None,
            failed=failed,
        )

    def _part(self, name: str, failed: dict[str, bool], work: Callable[[], T]) -> T | None:
        """A part that fails is marked, told once, and holds up no other."""
        try:
            found = work()
        except (NetopsError, OSError) as error:
            failed[name] = True
            said = error.message if isinstance(error, NetopsError) else Text(str(error), str(error))
            if self._troubles.get(name) != str(said):
                self._troubles[name] = str(said)
                self.told(Text(f"/metrics, {name}: {said.id}", f"/metrics, {name}: {said.en}"))
            return None
        failed[name] = False
        self._troubles.pop(name, None)
        return found

    def _read_log(self) -> int:
        """How many entries the log has; the state of every change is taken on from where it was."""
        new = tuple(self.app.journal.read(after=self._seq))
        if new:
            self._changes = fold_all(new, self._changes)
            self._adopted += [one for one in new if one.event.kind == "capacity.adopted"]
            self._seq = new[-1].seq
        return self._seq + 1

    def _phases(self) -> dict[str, int]:
        counted = Counter(one.phase for one in self._changes.values() if one.request)
        return {phase.value: counted[phase] for phase in Phase}

    def _promises(self, now: datetime) -> tuple[tuple[UplinkNow, ...], tuple[Commitment, ...]]:
        changes = self._changes.values()
        commitments = (*adopted(self._adopted), *promised(changes, now))
        reserved = held(changes, now)
        uplinks = []
        for site in self.app.sites.sites.values():
            for name, line in site.uplinks.items():
                over = steps(commitments, uplink_key(site.key, name))
                events = {
                    way: peak(reserved, uplink_resource(site, name, way), now, now + timedelta(microseconds=1))
                    for way in WAYS
                }
                uplinks.append(
                    UplinkNow(
                        site=site.key,
                        uplink=name,
                        provider=line.provider,
                        contract=RatePair(up=line.up, down=line.down),
                        share=RatePair(up=office_share(line, "up"), down=office_share(line, "down")),
                        units=RatePair(up=level(over, now, "up"), down=level(over, now, "down")),
                        events=RatePair(up=events["up"], down=events["down"]),
                    )
                )
        holding = tuple(piece.commitment for piece in governing(commitments, now).values())
        return tuple(uplinks), holding

    def _latest(self, now: datetime) -> Latest:
        if self._watcher is None:
            self._watcher = Watcher(self.app.settings.var / "segments")
        return self._watcher.look(now)

    def _checkpoint(self) -> tuple[tuple[int, datetime] | None]:
        """In a tuple of its own: no checkpoint is no failure."""
        folder = self.app.settings.log_folder
        found = published.head(folder)
        if found is None:
            return (None,)
        written = datetime.fromtimestamp((folder / published.HEAD).stat().st_mtime, UTC)
        return ((found[0].size, written),)
