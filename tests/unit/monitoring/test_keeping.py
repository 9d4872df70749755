"""Hours are closed, days compacted, old days let go: recorded first, whole after a death at any step, and seen when touched."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from netops.core.clock import ManualClock
from netops.core.errors import JournalBroken
from netops.core.measured import InterfaceSample, Missed, Sample
from netops.journal.objects import FolderObjects
from netops.journal.store import SqlJournal
from netops.journal.verify import verify
from netops.monitoring import duck, ledger
from netops.monitoring.keeping import DAY, Keeper, Kept, Policy
from netops.monitoring.ledger import Checked, Ledger, Wrong, check
from netops.monitoring.segments import live
from netops.monitoring.spool import Spool

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
PORT = InterfaceSample(name="ether1", index=1, in_octets=5, out_octets=7, speed=10**9, up=True)


class Killed(BaseException):
    """No `except Exception` may stand in its way."""


class Site:
    """A poller's folder and the journal beside it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "segments"
        self.folder = folder
        self.journal = SqlJournal.open(folder / "journal.db", ManualClock(NOON))
        self.spooled: list[datetime] = []
        (self.root / "poller=main" / "spool").mkdir(parents=True)

    def read(self, *moments: datetime) -> None:
        """A device is read at these moments; another is silent then."""
        with Spool(self.root / "poller=main" / "spool") as spool:
            for at in moments:
                spool.append([Sample(device="sw-a", at=at, uptime=1, interfaces=(PORT,)),
                              Missed(device="sw-b", at=at, reason="TimedOut")])  # fmt: skip
        self.spooled += moments

    def keeper(self, step: str = "", times: int = 1, policy: Policy | None = None) -> Keeper:
        """One that dies when it comes to `step` for that time."""
        left = [times]

        def die(name: str) -> None:
            left[0] -= name == step
            if name == step and not left[0]:
                raise Killed(name)

        return Keeper(self.journal, self.root, "main", "tester", policy or Policy(), die)

    def keep(self, now: datetime, policy: Policy | None = None) -> Kept:
        return self.keeper(policy=policy).keep(now)

    def times(self, table: str = "samples") -> list[datetime]:
        files = live((self.root,), table)
        if not files:
            return []
        with duck.connect() as connection:
            found = connection.execute(f"SELECT time FROM {duck.parquet(files)} ORDER BY time").fetchall()
        return [row[0].astimezone(UTC) for row in found]

    def check(self) -> Checked:
        known = Ledger()
        known.read(self.journal.read(ledger.log_name("main")))
        return check(known, self.root)

    def kinds(self) -> list[str]:
        return [one.event.kind for one in self.journal.read()]

    def names(self) -> list[str]:
        return [path.name for path in live((self.root,), "samples")]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    with made.journal:
        yield made


def hour(n: int, minute: int = 5) -> datetime:
    return datetime(2026, 11, 29, n, minute, tzinfo=UTC)


MORNING = (hour(7), hour(7, 6), hour(8), hour(10))
NEXT_DAY = datetime(2026, 11, 30, 1, 30, tzinfo=UTC)


def test_an_hour_is_closed_once_it_is_over_and_the_log_says_what_it_holds(site: Site) -> None:
    site.read(hour(7), hour(7, 6))
    assert site.keep(hour(8, 1)).closed == () and site.times() == []
    done = site.keep(hour(8, 2))
    assert [one.segment.name for one in done.closed] == ["2026-11-29T07.parquet"] * 2
    (event,) = (one.event for one in site.journal.read())
    assert event.data["readings"] == 2 and event.data["missed"] == 2 and event.data["cut"] == 0
    assert len(event.data["spools"]) == 2 and not list(site.root.rglob("*.spool"))
    assert site.times() == site.times("polls")[::2] == list(MORNING[:2])
    assert site.check() == Checked(files=2, unfinished=(), troubles=())
    assert site.keep(hour(8, 2)) == Kept() and len(site.kinds()) == 1


def test_the_log_with_segments_in_it_verifies_and_misses_no_body(site: Site) -> None:
    site.read(*MORNING)
    site.keep(NEXT_DAY)
    found = verify(site.journal, FolderObjects(site.folder / "objects"))
    assert found.size == 5 and found.missing == ()


def test_a_day_replaces_its_hours_which_stay_aside_for_a_while(site: Site) -> None:
    site.read(*MORNING)
    site.keep(hour(23))
    assert len(site.names()) == 3
    done = site.keep(NEXT_DAY)
    assert [one.segment.name for one in done.compacted] == ["2026-11-29.parquet"] * 2
    assert site.names() == ["2026-11-29.parquet"] and site.times() == list(MORNING)
    assert len(list(site.root.rglob("superseded/*/*.parquet"))) == 6
    assert site.check().files == 2 and not site.check().troubles
    site.keep(NEXT_DAY + 2 * DAY)
    assert not list(site.root.rglob("superseded/*/*.parquet")) and not site.check().troubles
    sources = [one.event.data["sources"] for one in site.journal.read() if one.event.kind == "segment.compacted"]
    assert [len(each) for each in sources] == [3, 3]


def test_a_day_with_an_hour_still_open_waits(site: Site) -> None:
    site.read(hour(7), hour(23, 59))
    site.keep(hour(9))
    assert site.keep(datetime(2026, 11, 30, 0, 1, 30, tzinfo=UTC)).compacted == ()
    assert len(site.keep(NEXT_DAY).compacted) == 2 and site.times() == [hour(7), hour(23, 59)]


STEPS = [("close", 1), ("closed", 1), ("closed", 2), ("recorded", 1), ("recorded", 3), ("noted", 1), ("compacted", 1),
         ("recorded", 4), ("moved", 1), ("moved", 3), ("recorded", 5)]  # fmt: skip


@pytest.mark.parametrize(("step", "times"), STEPS)
def test_killed_at_any_step_nothing_is_lost_doubled_or_foreign(site: Site, step: str, times: int) -> None:
    site.read(*MORNING)
    with pytest.raises(Killed):
        site.keeper(step, times).keep(NEXT_DAY)
    found = site.check()
    assert not found.troubles
    seen = site.times()
    assert len(seen) == len(set(seen)), "a row is there twice for whoever lists with `live`"
    again = site.keep(NEXT_DAY)
    assert not again.troubles
    assert site.times() == site.times("polls")[::2] == list(MORNING)
    assert site.names() == ["2026-11-29.parquet"]
    assert site.check() == Checked(files=2, unfinished=(), troubles=())
    assert not list(site.root.rglob("*.spool")) and not list(site.root.rglob(".moving"))
    assert site.keep(NEXT_DAY) == Kept()


def test_a_clock_that_was_set_back_closes_its_hour_a_second_time(site: Site) -> None:
    site.read(hour(7))
    site.keep(hour(8, 2))
    site.read(hour(7, 30))
    site.keep(hour(8, 2))
    assert site.names() == ["2026-11-29T07.parquet", "2026-11-29T07-2.parquet"]
    site.keep(NEXT_DAY)
    site.read(hour(7, 40))
    site.keep(NEXT_DAY)
    assert site.names() == ["2026-11-29.parquet", "2026-11-29-2.parquet"]
    assert site.times() == [hour(7), hour(7, 30), hour(7, 40)] and not site.check().troubles


def test_hours_of_a_future_that_a_wrong_clock_made_are_closed_too(site: Site) -> None:
    far = datetime(2036, 1, 1, 5, tzinfo=UTC)
    site.read(far, hour(7))
    assert len(site.keep(hour(7, 20)).closed) == 2
    assert site.times() == [far]
    site.read(hour(8))  # a clock a few seconds ahead: no reason to close
    assert site.keep(hour(7, 59)).closed == ()


def test_retention_is_recorded_and_lets_go_of_whole_days_only(site: Site) -> None:
    days = [NOON + n * DAY for n in range(10)]
    site.read(*days)
    now = days[-1] + DAY
    site.keep(now)
    done = site.keep(now, Policy(keep=4 * DAY))
    assert {path.split("/")[2] for path in done.expired} == {f"day={at:%Y-%m-%d}" for at in days[:3]}
    assert site.times() == days[3:] and not site.check().troubles
    assert not list(site.root.rglob("day=2026-11-30"))
    (event,) = (one.event for one in site.journal.read() if one.event.kind == "segment.expired")
    assert event.data["keep_days"] == 4 and len(event.data["files"]) == 6


def test_a_clock_years_ahead_for_a_day_lets_go_of_nothing(site: Site) -> None:
    days = [NOON + n * DAY for n in range(10)]
    site.read(*days)
    wrong = datetime(2036, 1, 1, 12, tzinfo=UTC)
    site.read(wrong, wrong + DAY)
    done = site.keep(wrong + 2 * DAY, Policy(keep=400 * DAY))
    assert done.expired == () and site.times()[:10] == days


def test_killed_while_letting_go_the_rest_goes_next_time(site: Site) -> None:
    site.read(*(NOON + n * DAY for n in range(10)))
    now, policy = NOON + 10 * DAY, Policy(keep=4 * DAY)
    site.keep(now)
    with pytest.raises(Killed):
        site.keeper("recorded", 1, policy).keep(now)
    assert not site.check().troubles and len(site.times()) == 10
    site.keep(now, policy)
    assert len(site.times()) == 7 and not site.check().troubles and site.kinds().count("segment.expired") == 1


# ── what somebody did to the files ───────────────────────────────────────────────────────────────────────────────


def test_a_changed_a_missing_and_a_foreign_segment_are_named(site: Site) -> None:
    site.read(*MORNING)
    site.keep(hour(23))
    seven, eight, ten = live((site.root,), "samples")
    seven.chmod(0o644)
    data = bytearray(seven.read_bytes())
    data[40] ^= 1
    seven.write_bytes(data)
    eight.unlink()
    foreign = ten.with_name("2026-11-29T11.parquet")
    foreign.write_bytes(ten.read_bytes())
    found = site.check()
    assert [(one.path.rsplit("/", 1)[-1], one.wrong) for one in found.troubles] == [
        (seven.name, Wrong.CHANGED),
        (eight.name, Wrong.MISSING),
        (foreign.name, Wrong.FOREIGN),
    ]
    assert found.troubles[0].seq == 0 and "T07.parquet was changed" in ledger.lines(found.troubles)[0].en


def test_a_changed_hour_is_not_laundered_into_its_day(site: Site) -> None:
    site.read(*MORNING)
    site.keep(hour(23))
    seven, *_ = live((site.root,), "samples")
    seven.chmod(0o644)
    seven.write_bytes(live((site.root,), "samples")[1].read_bytes())
    done = site.keep(NEXT_DAY)
    (error,) = done.troubles
    assert isinstance(error, JournalBroken) and "T07.parquet" in error.describe("en")
    assert [one.segment.table for one in done.compacted] == ["polls"] and len(site.names()) == 3


def test_a_spool_put_back_from_a_backup_is_not_counted_again(site: Site) -> None:
    site.read(hour(7))
    (spool,) = site.root.rglob("*.spool")
    data = spool.read_bytes()
    site.keep(hour(9))
    spool.write_bytes(data)
    assert site.keep(hour(9)) == Kept() and not spool.exists() and len(site.times()) == 1


def test_two_pollers_folders_read_as_one_and_stay_apart(site: Site) -> None:
    site.read(hour(7))
    site.keep(hour(9))
    other = site.root / "poller=cabang" / "spool"
    other.mkdir(parents=True)
    with Spool(other) as spool:
        spool.append([Sample(device="sw-a", at=hour(7), uptime=1, interfaces=(replace(PORT, name="ether2"),))])
    Keeper(site.journal, site.root, "cabang", "tester").keep(hour(9))
    assert site.times() == [hour(7), hour(7)]
    known = Ledger()
    known.read(site.journal.read())
    assert check(known, site.root).troubles == ()


def test_a_full_disk_stops_one_step_and_the_next_pass_does_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.read(hour(7), hour(9))
    whole = duck.copy

    def full(connection: object, query: str, path: Path, *, options: str) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(duck, "copy", full)
    done = site.keep(NEXT_DAY)
    assert len(done.troubles) == 2 and "No space left" in done.troubles[0].describe("en") and site.kinds() == []
    monkeypatch.setattr(duck, "copy", whole)
    assert site.keep(NEXT_DAY).troubles == () and site.times() == [hour(7), hour(9)]


def test_the_open_hour_can_be_closed_at_once(site: Site) -> None:
    site.read(hour(7))
    site.keeper().keep(hour(7, 10), all_hours=True)
    assert site.times() == [hour(7)]
