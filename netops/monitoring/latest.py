"""The newest reading of each device out of the open hour's spool; refuses what is older than a quarter of an hour: it is no present state.

Reads only, beside the poller that writes; a tail that is being written is left for the next look.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import Struct, field

from netops.core.measured import Sample
from netops.monitoring.spool import FOLDER, minutes
from netops.monitoring.spool_codec import Gap, Reading, decode, thaw

FRESH = timedelta(minutes=15)


class Latest(Struct, frozen=True, kw_only=True):
    """By device: its newest reading, and how many of the last quarter of an hour's did not come, by reason."""

    samples: Mapping[str, Sample]
    missed: Mapping[tuple[str, str], int]


class _File(Struct, frozen=True, kw_only=True):
    """What was in a file when it had that many bytes: the newest reading of each device, and what did not come."""

    size: int
    newest: Mapping[str, Reading]
    gaps: tuple[Gap, ...]


class Watcher(Struct):
    """Looks at every poller's folder under `root`; a file that did not grow is not read again."""

    root: Path
    _read: dict[Path, _File] = field(default_factory=dict)

    def look(self, now: datetime) -> Latest:
        since = now - FRESH
        files = {
            path
            for folder in sorted(self.root.glob(f"poller=*/{FOLDER}"))
            for hour, paths in minutes(folder).items()
            if hour + timedelta(hours=1) > since
            for path in paths
        }
        self._read = {path: kept for path in sorted(files) if (kept := self._file(path, since)) is not None}
        first, last = _ms(since), _ms(now + FRESH)
        newest: dict[str, Reading] = {}
        for one in (reading for file in self._read.values() for reading in file.newest.values()):
            device = one.shape.device
            if first <= one.time <= last and (device not in newest or newest[device].time < one.time):
                newest[device] = one
        gaps = (one for file in self._read.values() for one in file.gaps if first <= one.time <= last)
        samples = (thaw(one) for one in newest.values())
        return Latest(
            samples={one.device: one for one in samples if isinstance(one, Sample)},
            missed=dict(Counter((one.device, one.reason) for one in gaps)),
        )

    def _file(self, path: Path, since: datetime) -> _File | None:
        try:
            about = path.stat()
            if about.st_mtime < since.timestamp():
                return None
            kept = self._read.get(path)
            if kept is not None and kept.size == about.st_size:
                return kept
            data = path.read_bytes()
        except OSError:  # the hour was closed meanwhile
            return None
        newest: dict[str, Reading] = {}
        gaps: list[Gap] = []
        for one in decode(data):
            if isinstance(one, Gap):
                gaps.append(one)
            elif isinstance(one, Reading):
                before = newest.get(one.shape.device)
                newest[one.shape.device] = one if before is None or before.time <= one.time else before
        return _File(size=len(data), newest=newest, gaps=tuple(gaps))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)
