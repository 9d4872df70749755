"""The store: what is appended is read, fences and leases hold, many threads and processes share one file."""

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.clock import ManualClock
from netops.core.errors import FenceLost, JournalBroken, JournalError, Locked, NetopsError
from netops.core.model import Event, Fence, Recorded
from netops.core.secret import Secret
from netops.journal.entry import MAX_ENTRY, freeze, thaw
from netops.journal.objects import FolderObjects
from netops.journal.store import SqlJournal
from netops.journal.verify import verify

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def event(number: int = 0, change: str = "HD-1-abcdef", **data: object) -> Event:
    return Event(
        kind="batch.sent", change=change, at=START, actor="budi", device="gw-kampus", data={"n": number, **data}
    )


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def journal(tmp_path: Path, clock: ManualClock) -> Iterator[SqlJournal]:
    with SqlJournal.open(tmp_path / "journal.db", clock) as opened:
        yield opened


def test_what_is_appended_is_read_back_as_returned(journal: SqlJournal) -> None:
    first = journal.append([event(0), event(1, "other")])
    second = journal.append([event(2, words=("a", "b"), place="Aula é 😀")])
    assert [recorded.seq for recorded in (*first, *second)] == [0, 1, 2]
    assert tuple(journal.read()) == (*first, *second)
    assert second[0].event.data == {"n": 2, "words": ["a", "b"], "place": "Aula é 😀"}
    assert tuple(journal.read("other")) == first[1:]
    assert tuple(journal.read(after=1)) == second
    assert journal.append([]) == ()


def test_times_are_kept_in_utc(journal: SqlJournal) -> None:
    wib = timezone(timedelta(hours=7))
    (recorded,) = journal.append([Event(kind="x", change="c", at=START.astimezone(wib), actor="a")])
    assert recorded.event.at.utcoffset() == timedelta(0)
    assert recorded.event.at == START
    with pytest.raises(JournalError, match="without a zone"):
        journal.append([Event(kind="x", change="c", at=START.replace(tzinfo=None), actor="a")])


def test_reading_many_pages_while_writing(journal: SqlJournal) -> None:
    journal.append([event(number) for number in range(1_200)])
    reader = journal.read()
    assert next(reader).seq == 0
    journal.append([event(1_200)])
    assert [recorded.seq for recorded in reader] == list(range(1, 1_201))


def test_it_survives_closing(tmp_path: Path, clock: ManualClock) -> None:
    with SqlJournal.open(tmp_path / "j.db", clock) as journal:
        written = journal.append([event(1)])
        lease = journal.acquire("device/a", "one", 60)
    with SqlJournal.open(f"sqlite:///{tmp_path / 'j.db'}", clock) as journal:
        assert tuple(journal.read()) == written
        assert journal.append([event(2)], [lease.fence], alive=True)[0].seq == 1


def test_file_is_private_and_durable(journal: SqlJournal, tmp_path: Path) -> None:
    journal.append([event()])
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("journal.db*")} == {0o600}
    with journal._database.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2


def test_an_entry_of_65535_bytes_is_the_largest(journal: SqlJournal) -> None:
    room = MAX_ENTRY - len(freeze(event(text=""))[1](0).body)
    (recorded,) = journal.append([event(text="x" * room)])
    assert len(next(journal.entries()).body) == MAX_ENTRY
    with pytest.raises(JournalError, match=r"65536 bytes are over the limit of 65535"):
        journal.append([event(1), event(text="x" * (room + 1))])
    assert tuple(journal.read()) == (recorded,)


@pytest.mark.parametrize("value", [Secret("rahasia-sekali"), 2**60, "\ud800", object()])
def test_what_json_cannot_hold_is_refused(journal: SqlJournal, value: object) -> None:
    with pytest.raises(JournalError, match="cannot be written as JSON") as caught:
        journal.append([event(value=value)])
    assert "rahasia" not in caught.value.describe("id") + caught.value.describe("en")
    assert tuple(journal.read()) == ()


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=80)
@given(
    st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), JSON, max_size=4),
    st.integers(0, 2**40),
)
def test_any_json_goes_into_a_row_and_back(data: dict[str, object], seq: int) -> None:
    frozen, row = freeze(Event(kind="k", change="c", at=START, actor="a", data=data))
    entry = row(seq)
    assert thaw(entry) == Recorded(seq=seq, leaf=entry.leaf.hex(), event=frozen)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(
    ["", '"\\\n', "\x7f\x1f\u2028", "😀"]
)


@settings(max_examples=200)
@given(
    TEXT,
    TEXT,
    TEXT,
    TEXT,
    st.datetimes(timezones=st.just(UTC)),
    st.dictionaries(TEXT, JSON, max_size=4),
    st.integers(0, 2**40),
)
def test_a_body_is_what_rfc_8785_makes_of_the_event_and_its_number(
    kind: str, change: str, actor: str, device: str, at: datetime, data: dict[str, object], seq: int
) -> None:
    entry = freeze(Event(kind=kind, change=change, at=at, actor=actor, device=device, data=data))[1](seq)
    moment = at.isoformat().replace("+00:00", "Z")
    value = {"kind": kind, "change": change, "at": moment, "actor": actor, "device": device, "data": data, "seq": seq}
    assert entry.body == rfc8785.dumps(value)  # type: ignore[arg-type]  # JSON it is, by the strategies
    columns = (entry.kind, entry.change, entry.at, entry.actor, entry.device)
    assert columns == (kind, change, moment, actor, device)


# ── leases ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_holder_at_a_time(journal: SqlJournal, clock: ManualClock) -> None:
    lease = journal.acquire("device/gw", "one", 60)
    assert (lease.number, lease.expires_at) == (1, START + timedelta(seconds=60))
    with pytest.raises(Locked, match="device/gw is held by one until 2026-11-20 02:01:00"):
        journal.acquire("device/gw", "two", 60)
    assert journal.acquire("device/sw", "two", 60).number == 1
    clock.move(60)
    assert journal.acquire("device/gw", "two", 60).number == 2


def test_a_fence_that_was_taken_over_changes_nothing(journal: SqlJournal, clock: ManualClock) -> None:
    old = journal.acquire("device/gw", "one", 60)
    other = journal.acquire("device/sw", "one", 600)
    clock.move(61)
    new = journal.acquire("device/gw", "two", 60)
    with pytest.raises(FenceLost, match=r"device/gw .number 1. is lost: somebody took over"):
        journal.append([event()], [other.fence, old.fence])
    with pytest.raises(FenceLost):
        journal.append([event()], [other.fence, old.fence], alive=True)
    with pytest.raises(FenceLost):
        journal.renew(old, 60)
    journal.release(old)  # the successor's lease stays
    assert tuple(journal.read()) == ()
    assert journal.append([event()], [new.fence], alive=True)[0].seq == 0


def test_a_lease_that_ran_out_may_still_record_but_not_send(journal: SqlJournal, clock: ManualClock) -> None:
    lease = journal.acquire("device/gw", "one", 60)
    clock.move(60)
    with pytest.raises(FenceLost, match="it has run out"):
        journal.append([event()], [lease.fence], alive=True)
    assert journal.append([event()], [lease.fence])[0].seq == 0
    renewed = journal.renew(lease, 30)
    assert (renewed.number, renewed.expires_at) == (1, START + timedelta(seconds=90))
    journal.append([event()], [renewed.fence], alive=True)


def test_a_released_lease_is_free_and_its_fence_is_dead(journal: SqlJournal) -> None:
    lease = journal.acquire("device/gw", "one", 60)
    journal.release(lease)
    with pytest.raises(FenceLost, match="it was released"):
        journal.append([event()], [lease.fence])
    with pytest.raises(FenceLost):
        journal.append([event()], [lease.fence])
    with pytest.raises(FenceLost):
        journal.renew(lease, 60)
    assert journal.acquire("device/gw", "two", 60).number == 2


def test_the_same_holder_takes_it_again_with_a_new_number(journal: SqlJournal) -> None:
    first = journal.acquire("change/x", "one", 60)
    second = journal.acquire("change/x", "one", 60)
    assert second.number == 2
    with pytest.raises(FenceLost):
        journal.append([event()], [first.fence])


def test_a_fence_of_nothing_is_lost(journal: SqlJournal) -> None:
    with pytest.raises(FenceLost):
        journal.append([event()], [Fence(resource="device/nowhere", number=1)])


def test_fifty_claims_at_once_have_one_winner(journal: SqlJournal) -> None:
    def claim(number: int) -> bool:
        try:
            journal.acquire("change/x", f"worker {number}", 60)
        except Locked:
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(claim, range(50))) == 1


# ── group commit ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_thousand_events_of_fifty_threads_share_commits(
    journal: SqlJournal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[int] = []
    writing = journal._database.writing

    def counted() -> AbstractContextManager[sqlite3.Connection]:
        commits.append(1)
        return writing()

    monkeypatch.setattr(journal._database, "writing", counted)
    fence = journal.acquire("device/gw", "one", 60).fence

    def work(thread: int) -> list[Recorded]:
        return [
            recorded for number in range(20) for recorded in journal.append([event(number, thread=thread)], [fence])
        ]

    with ThreadPoolExecutor(50) as pool:
        returned = [recorded for part in pool.map(work, range(50)) for recorded in part]
    assert sorted(recorded.seq for recorded in returned) == list(range(1_000))
    assert sorted(returned, key=lambda recorded: recorded.seq) == list(journal.read())
    assert len(commits) < 500  # about 50 where nothing else runs
    assert verify(journal, FolderObjects(tmp_path / "objects")).size == 1_000


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_one_refused_submission_does_not_fail_its_neighbours(journal: SqlJournal, tmp_path: Path) -> None:
    groups: list[int] = []
    commit = journal._writer._commit

    def counting(jobs):  # type: ignore[no-untyped-def]  # stands in for the store's own method
        groups.append(len(jobs))
        commit(jobs)

    journal._writer._commit = counting
    lost = Fence(resource="device/gw", number=7)
    blocker = sqlite3.connect(tmp_path / "journal.db", isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")  # holds the writer back until everything is queued
    outcomes: dict[int, object] = {}

    def submit(number: int) -> None:
        events = [event(number), event(number, text="x" * (MAX_ENTRY if number == 4 else 1))]
        try:
            outcomes[number] = journal.append(events, [lost] if number == 2 else [])
        except NetopsError as error:
            outcomes[number] = error

    threads = [threading.Thread(target=submit, args=(number,)) for number in range(6)]
    for waiting, thread in enumerate(threads):
        thread.start()
        wait_until(lambda: groups == [1] and journal._writer._jobs.qsize() == waiting)  # noqa: B023  # called at once
    blocker.execute("ROLLBACK")
    blocker.close()
    for thread in threads:
        thread.join()
    assert sorted(groups) == [1, 5]
    assert isinstance(outcomes[2], FenceLost)
    assert isinstance(outcomes[4], JournalError)
    kept = [recorded for number in (0, 1, 3, 5) for recorded in outcomes[number]]  # type: ignore[attr-defined]
    assert sorted(recorded.seq for recorded in kept) == list(range(8))
    assert sorted(kept, key=lambda recorded: recorded.seq) == list(journal.read())


WRITE = """
import sys
from datetime import UTC, datetime
from netops.core.clock import SystemClock
from netops.core.model import Event
from netops.journal.store import SqlJournal
with SqlJournal.open(sys.argv[1], SystemClock()) as journal:
    for number in range(40):
        journal.append([Event(kind="k", change=sys.argv[2], at=datetime.now(UTC), actor="a", data={"n": number})])
"""


def test_several_processes_share_one_file(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "journal.db"
    running = [subprocess.Popen([sys.executable, "-c", WRITE, str(path), f"p{number}"]) for number in range(4)]
    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    with SqlJournal.open(path, clock) as journal:
        assert [recorded.seq for recorded in journal.read()] == list(range(160))
        for number in range(4):
            assert [recorded.event.data["n"] for recorded in journal.read(f"p{number}")] == list(range(40))


# ── life cycle ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_closed_journal_fails_loudly(tmp_path: Path, clock: ManualClock) -> None:
    journal = SqlJournal.open(tmp_path / "j.db", clock)
    journal.close()
    journal.close()
    for action in (
        lambda: journal.append([event()]),
        lambda: list(journal.read()),
        lambda: journal.acquire("a", "b", 1),
    ):
        with pytest.raises(JournalError, match="is closed"):
            action()


FORK = """
import os, sys
from netops.core.clock import SystemClock
from netops.core.errors import JournalError
from netops.journal.store import SqlJournal
journal = SqlJournal.open(sys.argv[1], SystemClock())
child = os.fork()
if child == 0:
    try:
        journal.acquire("a", "b", 1)
    except JournalError as error:
        os._exit(3 if "before a fork" in str(error) else 1)
    os._exit(0)
code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
journal.acquire("a", "b", 1)
journal.close()
sys.exit(code)
"""


def test_a_forked_child_fails_loudly(tmp_path: Path) -> None:
    assert subprocess.run([sys.executable, "-c", FORK, tmp_path / "j.db"], timeout=60).returncode == 3


def test_a_later_format_is_refused(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "j.db"
    SqlJournal.open(path, clock).close()
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE about SET value = '2'")
    raw.close()
    with pytest.raises(JournalError, match="has format 2; this version knows only 1"):
        SqlJournal.open(path, clock)


@pytest.mark.parametrize("url", ["postgresql://db/netops", "sqlite://", "mysql:///x"])
def test_other_addresses_are_refused(url: str, clock: ManualClock) -> None:
    with pytest.raises(JournalError, match="is not known") as caught:
        SqlJournal.open(url, clock)
    assert caught.value.hint is not None


def test_reading_stops_at_an_edited_row(journal: SqlJournal, tmp_path: Path) -> None:
    journal.append([event(number) for number in range(3)])
    with sqlite3.connect(tmp_path / "journal.db") as raw:
        raw.execute("UPDATE events SET body = replace(body, 'budi', 'bodo') WHERE seq = 1")
    raw.close()
    reader = journal.read()
    assert next(reader).seq == 0
    with pytest.raises(JournalBroken, match="entry 1 is broken") as caught:
        next(reader)
    assert caught.value.seq == 1
