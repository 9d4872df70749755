"""The newest reading of each device out of the open hour's spool; refuses what is older than a quarter of an hour: it is no present state.

Reads only, beside the poller that writes; a tail that is being written is left for the next look.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from netops.core.measured import Missed, Sample
from netops.core.noun import noun
from netops.monitoring.spool import FOLDER, minutes
from netops.monitoring.spool_codec import Cut, decode, thaw

FRESH = timedelta(minutes=15)


@noun
class Latest:
    """By device: its newest reading, and how many of the last quarter of an hour's did not come, by reason."""

    samples: Mapping[str, Sample]
    missed: Mapping[tuple[str, str], int]


@dataclass
class Watcher:
    """Looks at every poller's folder under `root`; a file that did not grow is not read again."""

    root: Path
    _read: dict[Path, tuple[int, tuple[Sample | Missed, ...]]] = field(default_factory=dict)

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
        samples: dict[str, Sample] = {}
        missed: Counter[tuple[str, str]] = Counter()
        for _, readings in self._read.values():
            for one in readings:
                if not since <= one.at <= now + FRESH:
                    continue
                if isinstance(one, Missed):
                    missed[one.device, one.reason] += 1
                elif one.device not in samples or samples[one.device].at < one.at:
                    samples[one.device] = one
        return Latest(samples=samples, missed=dict(missed))

    def _file(self, path: Path, since: datetime) -> tuple[int, tuple[Sample | Missed, ...]] | None:
        try:
            size, changed = path.stat().st_size, path.stat().st_mtime
            if changed < since.timestamp():
                return None
            kept = self._read.get(path)
            if kept is not None and kept[0] == size:
                return kept
            data = path.read_bytes()
        except OSError:  # the hour was closed meanwhile
            return None
        return len(data), tuple(thaw(one) for one in decode(data) if not isinstance(one, Cut))
