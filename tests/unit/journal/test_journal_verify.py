"""Verifying a healthy log: its size and root, the bodies it names, and what a remembered root adds."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netops.core.canonical import digest
from netops.core.clock import ManualClock
from netops.core.model import Event
from netops.journal.objects import FolderObjects
from netops.journal.store import SqlJournal
from netops.journal.tlog import EMPTY_ROOT, root
from netops.journal.verify import Missing, Verified, verify

START = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqlJournal]:
    with SqlJournal.open(tmp_path / "journal.db", ManualClock(START)) as opened:
        yield opened


@pytest.fixture
def objects(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path / "objects")


def event(**data: object) -> Event:
    return Event(kind="k", change="c", at=START, actor="a", data=data)


def test_an_empty_log_has_the_empty_root(journal: SqlJournal, objects: FolderObjects) -> None:
    assert verify(journal, objects) == Verified(size=0, root=EMPTY_ROOT.hex())


def test_size_and_root_are_those_of_the_leaves(journal: SqlJournal, objects: FolderObjects) -> None:
    recorded = journal.append([event(n=n, rate=4.8186784743676232e16, half=0.5) for n in range(5)])
    assert verify(journal, objects) == Verified(size=5, root=root(bytes.fromhex(r.leaf) for r in recorded).hex())


def test_an_older_root_still_holds_after_appending(journal: SqlJournal, objects: FolderObjects) -> None:
    empty = verify(journal, objects)
    journal.append([event(n=1), event(n=2)])
    remembered = verify(journal, objects, expect=empty)
    journal.append([event(n=3)])
    assert verify(journal, objects, expect=remembered).size == 3
    now = verify(journal, objects)
    assert verify(journal, objects, expect=now) == now


def test_digests_anywhere_in_the_data_are_looked_up(journal: SqlJournal, objects: FolderObjects) -> None:
    kept, gone = objects.put(b"kept"), digest(b"gone")
    journal.append(
        [event(plan=kept), event(deep={"list": [kept, {"x": gone}]}, text=f"see {gone}"), event(key="SHA256:abc")]
    )
    assert verify(journal, objects).missing == (Missing(seq=1, digest=gone),)
    objects.put(b"gone")
    assert verify(journal, objects).missing == ()
