"""The journal on a full, locked, read-only or damaged disk and under `kill -9`: loud, and nothing half-written."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import pytest

from netops.core.clock import ManualClock, SystemClock
from netops.core.errors import JournalError, JournalFull
from netops.core.model import Event
from netops.journal import database
from netops.journal.objects import FolderObjects
from netops.journal.store import SqlJournal
from netops.journal.verify import verify

START = datetime(2026, 11, 20, tzinfo=UTC)


def event(number: int, size: int = 0) -> Event:
    return Event(kind="k", change="c", at=START, actor="a", data={"n": number, "text": "x" * size})


@contextmanager
def pragma(statement: str) -> Iterator[None]:
    """Every SQLite connection of a journal that is opened in here starts with this pragma."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "PRAGMAS", (*database.PRAGMAS, statement))
        yield


def good_prefix(path: Path, appended: int) -> None:
    """After the fault: exactly what was acknowledged is there, it verifies, and appending goes on."""
    with SqlJournal.open(path, ManualClock(START)) as journal:
        objects = FolderObjects(path.parent / "objects")
        assert verify(journal, objects).size == appended
        assert journal.append([event(0)])[0].seq == appended
        assert verify(journal, objects).size == appended + 1


def test_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    SqlJournal.open(path, ManualClock(START)).close()
    appended = 0
    with pragma("PRAGMA max_page_count=40"), SqlJournal.open(path, ManualClock(START)) as journal:
        with pytest.raises(JournalFull, match=r"the disk is full .*; nothing was recorded") as caught:
            while True:
                journal.append([event(appended, 5_000), event(appended + 1, 5_000)])
                appended += 2
        assert "netops resume" in caught.value.describe("en")
        assert "media penyimpanan penuh" in caught.value.describe("id")
        assert len(list(journal.read())) == appended
        with pytest.raises(JournalFull):  # still full, still alive
            journal.append([event(0, 60_000)])
    assert 10 < appended < 40
    good_prefix(path, appended)


def test_full_disk_fails_the_big_submission_and_keeps_its_small_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    SqlJournal.open(path, ManualClock(START)).close()
    with pragma("PRAGMA max_page_count=40"), SqlJournal.open(path, ManualClock(START)) as journal:
        blocker = sqlite3.connect(path, isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        outcomes: dict[int, object] = {}

        def submit(number: int) -> None:
            try:
                outcomes[number] = journal.append([event(number, 60_000 if number == 2 else 10) for _ in range(4)])
            except JournalFull as error:
                outcomes[number] = error

        threads = [Thread(target=submit, args=(number,)) for number in range(5)]
        for thread in threads:
            thread.start()
        time.sleep(0.2)  # they queue up behind the blocker; how many make one group does not matter
        blocker.execute("ROLLBACK")
        blocker.close()
        for thread in threads:
            thread.join()
    assert [number for number in range(5) if isinstance(outcomes[number], JournalFull)] == [2]
    good_prefix(path, 16)


LIMITED = """
import resource, sys
from pathlib import Path
from datetime import UTC, datetime
from netops.core.clock import SystemClock
from netops.core.errors import JournalFull
from netops.core.model import Event
from netops.journal import database
from netops.journal.objects import FolderObjects
from netops.journal.store import SqlJournal
def event():
    return Event(kind="k", change="c", at=datetime.now(UTC), actor="a", data={"text": "x" * 5000})
with SqlJournal.open(sys.argv[1], SystemClock()) as journal:
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, hard))
    count = 0
    try:
        while count < 1000:
            journal.append([event()])
            count += 1
    except JournalFull as error:
        print(error, file=sys.stderr)
    try:
        FolderObjects(Path(sys.argv[2])).put(bytes(200_000))
    except JournalFull as error:
        print(error, file=sys.stderr)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    journal.append([event()])  # resumes in the same process once there is space
    print(count + 1)
"""


def test_file_size_limit_of_the_system(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, path, tmp_path / "objects"], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "nothing was recorded" in done.stderr
    assert "nothing was stored" in done.stderr
    assert [found for found in (tmp_path / "objects").rglob("*") if found.is_file()] == []
    good_prefix(path, int(done.stdout))


def test_read_only(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with SqlJournal.open(path, ManualClock(START)) as journal:
        journal.append([event(0)])
        journal._database.close()
        with pragma("PRAGMA query_only=1"), pytest.raises(JournalFull, match="read-only") as caught:
            journal.append([event(1)])
        assert "hak tulis" in caught.value.describe("id")
    good_prefix(path, 1)


def test_read_only_folder(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir()
    path = folder / "journal.db"
    if os.geteuid() == 0:
        folder.rmdir()
        folder.write_text("")  # a superuser writes anywhere, but not inside a file
    else:
        folder.chmod(0o500)
    with pytest.raises(JournalFull, match=r"journal .*journal\.db: the file cannot be opened"):
        SqlJournal.open(path, ManualClock(START))


def test_locked_by_another_process(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with SqlJournal.open(path, ManualClock(START), busy_seconds=0.05) as journal:
        journal.append([event(0)])
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalFull, match="locked by another process"):
            journal.append([event(1)])
        with pytest.raises(JournalFull):
            journal.acquire("device/gw", "one", 60)
        assert len(list(journal.read())) == 1
        other.execute("ROLLBACK")
        other.close()
    good_prefix(path, 1)


def test_a_file_that_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.write_bytes(b"this is a letter, not a journal\n" * 200)
    with pytest.raises(JournalError, match="is not a netops journal"):
        SqlJournal.open(path, ManualClock(START))


def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with SqlJournal.open(path, ManualClock(START)) as journal:
        journal.append([event(number, 500) for number in range(200)])
    data = bytearray(path.read_bytes())
    for page in range(5, len(data) // 4096, 2):
        data[page * 4096 : page * 4096 + 400] = b"\xff" * 400
    path.write_bytes(data)
    with (
        pytest.raises(JournalError, match=r"is damaged|is broken") as caught,
        SqlJournal.open(path, ManualClock(START)) as journal,
    ):
        verify(journal, FolderObjects(tmp_path / "objects"))
    assert caught.value.hint is not None


ENDLESS = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from netops.core.clock import SystemClock
from netops.core.model import Event
from netops.journal.store import SqlJournal
journal = SqlJournal.open(sys.argv[1], SystemClock())
def work(thread):
    while True:
        events = [Event(kind="k", change="c", at=datetime.now(UTC), actor="a", data={"t": thread}) for _ in range(2)]
        for recorded in journal.append(events):
            sys.stdout.write(f"{recorded.seq} {recorded.leaf}\\n")
        sys.stdout.flush()
with ThreadPoolExecutor(8) as pool:
    list(pool.map(work, range(8)))
"""


@pytest.mark.parametrize("lines", [1, 40, 333])
def test_kill_9_loses_nothing_that_was_acknowledged(tmp_path: Path, lines: int) -> None:
    path = tmp_path / "journal.db"
    process = subprocess.Popen([sys.executable, "-c", ENDLESS, path], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process:
        seen = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        seen += process.stdout.readlines()
    acknowledged = dict(line.split() for line in seen if line.endswith("\n") and len(line.split()) == 2)
    with SqlJournal.open(path, SystemClock()) as journal:
        stored = {str(recorded.seq): recorded.leaf for recorded in journal.read()}
    assert len(acknowledged) >= lines
    assert acknowledged.items() <= stored.items()
    assert len(stored) % 2 == 0  # submissions of two are whole or absent
    good_prefix(path, len(stored))
