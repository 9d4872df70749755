"""One transaction for many jobs: each is judged by the leases as they stand, whatever was found out for all at once."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netops.core.clock import ManualClock
from netops.core.errors import FenceLost, JournalError
from netops.core.model import Event, Fence
from netops.journal.entry import MAX_ENTRY, freeze
from netops.journal.group import MOST, Group
from netops.journal.store import SqlJournal
from netops.journal.writer import Job

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def event(number: int = 0, text: str = "") -> Event:
    return Event(kind="k", change="c", at=START, actor="a", device="d", data={"n": number, "text": text})


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def journal(tmp_path: Path, clock: ManualClock) -> Iterator[SqlJournal]:
    with SqlJournal.open(tmp_path / "journal.db", clock) as opened:
        yield opened


def appending(number: int, fences: Sequence[Fence], *, alive: bool = True, text: str = "") -> Job[Group]:
    _, row = freeze(event(number, text))

    def work(group: Group) -> int:
        group.hold(fences, alive=alive)
        return group.add(row).seq

    return Job(work, fences)


def together(journal: SqlJournal, *jobs: Job[Group]) -> list[object]:
    """The outcomes of jobs that were waiting for the writer at the same time."""
    journal._commit(jobs)

    def outcome(job: Job[Group]) -> object:
        try:
            return job.outcome()
        except JournalError as error:
            return error.__class__

    return [outcome(job) for job in jobs]


def numbers(journal: SqlJournal) -> list[object]:
    return [recorded.event.data["n"] for recorded in journal.read()]


def test_a_lost_fence_refuses_its_own_job_only(journal: SqlJournal) -> None:
    mine = [lease.fence for lease in journal.acquire_all(("a", "b", "c"), "me", 60)]
    lost = Fence(resource="b", number=7)
    jobs = [appending(0, mine), appending(1, (mine[0], lost)), appending(2, mine[1:])]
    assert together(journal, *jobs) == [0, FenceLost, 1]
    assert numbers(journal) == [0, 2]


def test_a_lease_that_ran_out_stops_what_sends_and_not_what_records(journal: SqlJournal, clock: ManualClock) -> None:
    short = journal.acquire("short", "me", 10).fence
    long = journal.acquire("long", "me", 60).fence
    clock.move(10)
    jobs = [appending(0, (short, long)), appending(1, (short, long), alive=False), appending(2, (long,))]
    assert together(journal, *jobs) == [FenceLost, 0, 1]


@pytest.mark.parametrize(
    ("change", "outcome"),
    [
        (lambda group, resource: group.connection.execute("UPDATE leases SET holder = ''"), FenceLost),
        (lambda group, resource: group.connection.execute("UPDATE leases SET number = number + 1"), FenceLost),
        (lambda group, resource: None, 0),
    ],
)
def test_leases_that_change_within_the_group_are_looked_at_again(
    journal: SqlJournal, change: Callable[[Group, str], object], outcome: object
) -> None:
    fence = journal.acquire("device", "me", 60).fence

    def work(group: Group) -> None:
        group.leases_change()
        change(group, "device")

    assert together(journal, Job(work, ()), appending(0, (fence,))) == [None, outcome]


def test_a_lease_given_back_or_taken_again_in_the_same_group_is_lost_for_those_behind(
    journal: SqlJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = journal.acquire_all(("a", "b"), "me", 60)
    waiting: list[Job[Group]] = []
    with monkeypatch.context() as patched:
        patched.setattr(journal._writer, "submit", lambda work: waiting.append(Job(work, ())))
        journal.release_all(held[:1])
        journal.acquire_all(("b",), "me", 60)
    fences = [lease.fence for lease in held]
    jobs = [appending(0, fences), *waiting, appending(1, fences[:1]), appending(2, fences[1:])]
    first, *_, released, again = together(journal, *jobs)
    assert (first, released, again) == (0, FenceLost, FenceLost)


@pytest.mark.parametrize("count", [1, MOST, MOST + 1, 3 * MOST])
def test_many_fences_and_many_events_of_one_job(journal: SqlJournal, count: int) -> None:
    resources = tuple(f"device {number}" for number in range(count))
    fences = [lease.fence for lease in journal.acquire_all(resources, "me", 60)]
    recorded = journal.append([event(number) for number in range(count)], fences, alive=True)
    assert tuple(journal.read()) == recorded
    assert numbers(journal) == list(range(count))
    lost = Fence(resource=resources[-1], number=2)
    with pytest.raises(FenceLost, match="somebody took over"):
        journal.append([event(count)], [*fences[:-1], lost], alive=True)
    assert len(numbers(journal)) == count


def test_an_event_that_is_too_large_leaves_no_gap_between_the_numbers(journal: SqlJournal) -> None:
    fence = journal.acquire("device", "me", 60).fence
    jobs = [appending(0, (fence,)), appending(1, (fence,), text="x" * MAX_ENTRY), appending(2, (fence,))]
    assert together(journal, *jobs) == [0, JournalError, 1]
    assert [recorded.seq for recorded in journal.read()] == [0, 1]


def test_a_job_is_settled_also_while_its_thread_takes_the_outcome() -> None:
    """Else a group that fails behind it would settle it again, and what was written would be told as a failure."""
    job: Job[Group] = Job(lambda group: 0, ())
    before = job.settled
    job.succeed(7)
    with job._waiting:  # where `outcome` is for a moment
        assert (before, job.settled) == (False, True)
    assert job.outcome() == 7
