"""The log under an attacker with the database file in hand: each attack is named with the first bad entry."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import Struct

from netops.core.canonical import canonical
from netops.core.clock import ManualClock
from netops.core.errors import JournalBroken
from netops.core.model import Event
from netops.journal.objects import FolderObjects
from netops.journal.store import SqlJournal
from netops.journal.verify import Verified, verify

START = datetime(2026, 11, 20, tzinfo=UTC)


class Log(Struct):
    """Six entries in a file; entry 3 names a body."""

    path: Path
    objects: FolderObjects
    remembered: Verified
    body: str

    def sql(self, *statements: str) -> None:
        raw = sqlite3.connect(self.path)
        raw.create_function("leaf", 1, lambda body: hashlib.sha256(b"\x00" + body).digest())
        for statement in statements:
            raw.execute(statement)
        raw.commit()
        raw.close()

    def rewrite(self, seq: int, edit: Callable[[dict[str, object]], object]) -> None:
        """Edit an entry as somebody would who knows the format: body, columns and leaf hash all agree afterwards."""
        raw = sqlite3.connect(self.path)
        value = json.loads(raw.execute("SELECT body FROM events WHERE seq = ?", (seq,)).fetchone()[0])
        edit(value)
        body = canonical(value)
        leaf = hashlib.sha256(b"\x00" + body).digest()
        fields = [value[name] for name in ("change", "kind", "at", "actor", "device")]
        raw.execute(
            "UPDATE events SET body=?, leaf=?, change=?, kind=?, at=?, actor=?, device=? WHERE seq=?",
            (body, leaf, *fields, seq),
        )
        raw.commit()
        raw.close()

    def verify(self, expect: Verified | None = None) -> Verified:
        with SqlJournal.open(self.path, ManualClock(START)) as journal:
            return verify(journal, self.objects, expect)

    def broken_at(self, seq: int, reason: str, expect: Verified | None = None) -> None:
        with pytest.raises(JournalBroken, match=reason) as caught:
            self.verify(expect)
        assert caught.value.seq == seq
        assert caught.value.hint is not None


@pytest.fixture
def log(tmp_path: Path) -> Log:
    objects = FolderObjects(tmp_path / "objects")
    body = objects.put(b"the plan")
    path = tmp_path / "journal.db"
    with SqlJournal.open(path, ManualClock(START)) as journal:
        journal.append(
            [
                Event(
                    kind="batch.sent", change="c", at=START, actor="budi", data={"n": n, "plan": body if n == 3 else ""}
                )
                for n in range(6)
            ]
        )
        remembered = verify(journal, objects)
    made = Log(path=path, objects=objects, remembered=remembered, body=body)
    assert made.verify(expect=remembered) == remembered
    return made


def test_body_edited(log: Log) -> None:
    log.sql("UPDATE events SET body = CAST(replace(CAST(body AS TEXT), 'budi', 'bodo') AS BLOB) WHERE seq = 2")
    log.broken_at(2, "its body does not match its leaf hash")


def test_body_edited_with_its_leaf_hash(log: Log) -> None:
    log.sql("UPDATE events SET body = CAST(replace(CAST(body AS TEXT), 'budi', 'bodo') AS BLOB) WHERE seq = 2")
    log.sql("UPDATE events SET leaf = leaf(body) WHERE seq = 2")
    log.broken_at(2, "column actor differs from its body")


def test_body_respaced_with_its_leaf_hash(log: Log) -> None:
    log.sql("UPDATE events SET body = CAST(replace(CAST(body AS TEXT), ',', ', ') AS BLOB) WHERE seq = 4")
    log.sql("UPDATE events SET leaf = leaf(body) WHERE seq = 4")
    log.broken_at(4, "not in RFC 8785 form")


def test_body_with_a_duplicate_key(log: Log) -> None:
    log.sql("""UPDATE events SET body = CAST('{"kind":"x",' || substr(CAST(body AS TEXT), 2) AS BLOB) WHERE seq = 4""")
    log.sql("UPDATE events SET leaf = leaf(body) WHERE seq = 4")
    log.broken_at(4, "not in RFC 8785 form")


@pytest.mark.parametrize("garbage", ["X'00'", "X'7b7d'", "X'5b5d'", "'text'", "X'6e756c6c'"])
def test_body_replaced_by_garbage(log: Log, garbage: str) -> None:
    log.sql(f"UPDATE events SET body = {garbage} WHERE seq = 1")
    log.sql("UPDATE events SET leaf = leaf(CAST(body AS BLOB)) WHERE seq = 1")
    log.broken_at(1, "its body")


@pytest.mark.parametrize("column", ["change", "kind", "at", "actor", "device"])
def test_column_edited(log: Log, column: str) -> None:
    log.sql(f"UPDATE events SET {column} = 'other' WHERE seq = 5")
    log.broken_at(5, f"column {column} differs from its body")


def test_leaf_edited(log: Log) -> None:
    log.sql("UPDATE events SET leaf = zeroblob(32) WHERE seq = 0")
    log.broken_at(0, "does not match its leaf hash")


def test_the_first_of_several_bad_entries_is_named(log: Log) -> None:
    log.sql("UPDATE events SET actor = 'x' WHERE seq IN (1, 3, 5)", "DELETE FROM events WHERE seq = 4")
    log.broken_at(1, "column actor")


def test_entry_removed(log: Log) -> None:
    log.sql("DELETE FROM events WHERE seq = 3")
    log.broken_at(3, "this number is missing; the next one there is 4")


def test_first_entry_removed(log: Log) -> None:
    log.sql("DELETE FROM events WHERE seq = 0")
    log.broken_at(0, "this number is missing; the next one there is 1")


def test_entry_removed_and_the_gap_closed(log: Log) -> None:
    log.sql("DELETE FROM events WHERE seq = 3", "UPDATE events SET seq = seq - 1 WHERE seq > 3")
    log.broken_at(3, "its body carries number 4")


def test_entry_added_in_the_middle(log: Log) -> None:
    log.sql("UPDATE events SET seq = seq + 100 WHERE seq >= 2", "UPDATE events SET seq = seq - 99 WHERE seq > 100")
    log.sql("INSERT INTO events SELECT 2, change, kind, at, actor, device, body, leaf FROM events WHERE seq = 1")
    log.broken_at(2, "its body carries number 1")


def test_entry_added_before_the_first(log: Log) -> None:
    log.sql("INSERT INTO events SELECT -1, change, kind, at, actor, device, body, leaf FROM events WHERE seq = 0")
    log.broken_at(0, "the next one there is -1")


def test_entries_moved(log: Log) -> None:
    log.sql(
        "UPDATE events SET seq = 100 WHERE seq = 1",
        "UPDATE events SET seq = 1 WHERE seq = 2",
        "UPDATE events SET seq = 2 WHERE seq = 100",
    )
    log.broken_at(1, "its body carries number 2")


def test_entry_rewritten_consistently_shows_against_a_remembered_root(log: Log) -> None:
    log.rewrite(2, lambda value: value.update(actor="somebody-else"))
    assert log.verify().size == 6  # by itself the log is whole: this is why roots are kept elsewhere
    log.broken_at(0, "the log was rewritten", expect=log.remembered)


def test_tail_truncated_shows_against_a_remembered_size(log: Log) -> None:
    log.sql("DELETE FROM events WHERE seq >= 4")
    assert log.verify().size == 4
    log.broken_at(4, "there were 6 entries before", expect=log.remembered)


def test_old_copy_restored_shows_against_a_remembered_size(log: Log, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(log.path, copy)
    with SqlJournal.open(log.path, ManualClock(START)) as journal:
        journal.append([Event(kind="change.ended", change="c", at=START, actor="budi")])
        later = verify(journal, log.objects)
    shutil.copy(copy, log.path)
    assert log.verify(expect=log.remembered).size == 6
    log.broken_at(6, "there were 7 entries before", expect=later)


def test_old_copy_restored_and_grown_again_shows_against_a_remembered_root(log: Log, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    shutil.copy(log.path, copy)
    for target, kind in ((log.path, "change.ended"), (copy, "change.failed")):
        with SqlJournal.open(target, ManualClock(START)) as journal:
            journal.append([Event(kind=kind, change="c", at=START, actor="budi")])
    forked = Log(path=copy, objects=log.objects, remembered=log.remembered, body=log.body)
    assert forked.verify(expect=log.remembered).size == 7
    forked.broken_at(0, "the log was rewritten", expect=log.verify())


def test_object_body_edited(log: Log) -> None:
    path = log.objects.path / log.body[7:9] / log.body[9:]
    path.write_bytes(b"the pran")
    log.broken_at(3, f"body {log.body} .* was changed")


def test_object_body_removed_is_named(log: Log) -> None:
    (log.objects.path / log.body[7:9] / log.body[9:]).unlink()
    assert [(missing.seq, missing.digest) for missing in log.verify().missing] == [(3, log.body)]
