"""What the journal says of segments, and what of it is not so in their folder. Pure but for looking at files; takes nothing away."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from netops.core.model import Recorded
from netops.core.text import Text
from netops.monitoring.closing import digest
from netops.monitoring.segments import MOVING, TABLES, Segment, moving, parse
from netops.monitoring.spool import FOLDER, minutes

SUPERSEDED = "superseded"


def log_name(poller: str) -> str:
    """Under which name of a change a poller's segments are in the journal: they belong to no request."""
    return f"segments/{poller}"


class Entry(Struct, frozen=True, kw_only=True):
    """A file as it was recorded. `gone_at`: since when it may be gone (its day was made, its time was up)."""

    segment: Segment
    sha256: str
    seq: int
    gone_at: datetime | None = None
    expired: bool = False


class Ledger(Struct):
    """A fold over the journal, which `read` takes further; `seq` is the last entry seen."""

    entries: dict[str, Entry] = field(default_factory=dict)
    spools: set[str] = field(default_factory=set)
    seq: int = -1

    def read(self, events: Iterable[Recorded]) -> None:
        for recorded in events:
            self.seq = recorded.seq
            data = recorded.event.data
            match recorded.event.kind:
                case "segment.closed":
                    self.spools.update(data["spools"])
                    for file in data["files"]:
                        self._add(file, recorded.seq)
                case "segment.compacted":
                    self._add(data["file"], recorded.seq)
                    for path in data["sources"]:
                        self._gone(path, recorded.event.at, expired=False)
                case "segment.expired":
                    for path in data["files"]:
                        self._gone(path, recorded.event.at, expired=True)

    def _add(self, file: dict[str, Any], seq: int) -> None:
        segment = parse(file["path"])
        if segment is not None:
            self.entries[segment.path] = Entry(segment=segment, sha256=file["sha256"], seq=seq)

    def _gone(self, path: str, at: datetime, *, expired: bool) -> None:
        known = self.entries.get(path)
        if known is not None:
            self.entries[path] = replace(known, gone_at=at, expired=expired)

    def live(self) -> Iterator[Entry]:
        return (one for one in self.entries.values() if one.gone_at is None)

    def free(self, first: Segment, tables: Iterable[str]) -> Segment:
        """The first name of that hour or day that was never used in any of these tables."""
        taken = set(self.entries)
        while {replace(first, table=table).path for table in tables} & taken:
            first = replace(first, again=first.again + 1)
        return first


def put_aside(root: Path, segment: Segment) -> Path:
    """Where an hour lies once its day is there."""
    return root / f"poller={segment.poller}" / SUPERSEDED / segment.table / segment.name


# ── verification ─────────────────────────────────────────────────────────────────────────────────────────────────


class Wrong(StrEnum):
    CHANGED = "changed"
    MISSING = "missing"
    FOREIGN = "foreign"
    UNREADABLE = "unreadable"


WORDS = {
    Wrong.CHANGED: Text("isinya diubah sejak ditutup", "was changed since it was closed"),
    Wrong.MISSING: Text("hilang", "is missing"),
    Wrong.FOREIGN: Text("tidak ada di jurnal", "is not in the journal"),
    Wrong.UNREADABLE: Text("tidak dapat dibaca", "cannot be read"),
}


class Trouble(Struct, frozen=True, kw_only=True):
    """`seq`: the entry that recorded the file; -1 for one that the journal does not know."""

    path: str
    wrong: Wrong
    seq: int = -1


class Checked(Struct, frozen=True, kw_only=True):
    """`files` agree with the journal; `unfinished` are a dead process's tries, whose readings are still in the spool."""

    files: int
    unfinished: tuple[str, ...]
    troubles: tuple[Trouble, ...]


def check(ledger: Ledger, root: Path) -> Checked:
    """Every file against its digest, and every file that `read_parquet` would find against the journal. Offline."""
    troubles: list[Trouble] = []
    good = 0
    for path, entry in sorted(ledger.entries.items()):
        wrong = _compare(root, entry)
        if wrong is not None:
            troubles.append(Trouble(path=path, wrong=wrong, seq=entry.seq))
        good += wrong is None and entry.gone_at is None
    unfinished: list[str] = []
    for found in sorted(root.glob("poller=*/*/*/*.parquet")):
        path = found.relative_to(root).as_posix()
        if path in ledger.entries or path.split("/")[1] == SUPERSEDED or found.name.startswith("."):
            continue
        if _is_unfinished(root, path):
            unfinished.append(path)
        else:
            troubles.append(Trouble(path=path, wrong=Wrong.FOREIGN))
    return Checked(files=good, unfinished=tuple(unfinished), troubles=tuple(troubles))


def _compare(root: Path, entry: Entry) -> Wrong | None:
    """What was let go may lie where it was, aside, or nowhere; whatever of it is there must be what it was."""
    places = [root / entry.segment.path]
    if entry.gone_at is not None:
        places.append(put_aside(root, entry.segment))
    there = [place for place in places if place.is_file()]
    if not there:
        return Wrong.MISSING if entry.gone_at is None else None
    try:
        return None if all(digest(place) == entry.sha256 for place in there) else Wrong.CHANGED
    except OSError:
        return Wrong.UNREADABLE


def _is_unfinished(root: Path, path: str) -> bool:
    """A file that got its name but whose entry was never written: its hour's spool, or its day's hours, are still there."""
    segment = parse(path)
    if segment is None or segment.table not in TABLES:
        return False
    if segment.hour is not None:
        return segment.since in minutes(root / f"poller={segment.poller}" / FOLDER)
    folder = (root / path).parent
    if not (folder / MOVING).is_file():
        return False
    return any((folder / name).is_file() for name in moving(folder)) and _named(folder) == segment.name


def _named(folder: Path) -> str:
    return (folder / MOVING).read_text(encoding="utf-8").split()[0]


def lines(troubles: Sequence[Trouble]) -> tuple[Text, ...]:
    """One for each, for people."""
    return tuple(
        Text(
            f"segmen {one.path} {WORDS[one.wrong].id}" + (f" (entri {one.seq})" if one.seq >= 0 else ""),
            f"segment {one.path} {WORDS[one.wrong].en}" + (f" (entry {one.seq})" if one.seq >= 0 else ""),
        )
        for one in troubles
    )
