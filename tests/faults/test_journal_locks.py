"""Two journals of one process and one of another: whoever opens or closes takes no lock away from the others."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from netops.core.clock import SystemClock
from netops.core.model import Event
from netops.journal.store import SqlJournal

READ = """
import sys
from netops.core.clock import SystemClock
from netops.journal.store import SqlJournal
with SqlJournal.open(sys.argv[1], SystemClock()) as journal:
    print(len(list(journal.read())))
"""


def test_another_process_does_not_take_the_log_from_under_a_server(tmp_path: Path) -> None:
    """A second opening in the same process used to drop its locks: who read last then removed what was being written."""
    path = tmp_path / "journal.db"
    event = Event(kind="k", change="c", at=datetime(2026, 11, 20, tzinfo=UTC), actor="a", data={})
    with SqlJournal.open(path, SystemClock()) as first:
        first.append([event])
        for count in range(1, 4):
            with SqlJournal.open(path, SystemClock()) as second:
                assert len(list(second.read())) == count
            read = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, timeout=60)
            assert read.stdout.strip() == str(count), read.stderr
            assert path.with_name("journal.db-wal").exists(), "removed while a connection is open"
            first.append([event])
        assert len(list(first.read())) == 4
