"""What was appended is there again, to the last whole block, whatever tore off the rest; one writer a folder."""

import os
import resource
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from readings import READINGS, SAMPLES

from netops.core.errors import JournalFull, Locked
from netops.core.measured import InterfaceSample, Missed, Sample
from netops.monitoring.spool import Spool, locked, minutes
from netops.monitoring.spool_codec import MAGIC, Cut, Encoder, Gap, Reading, decode, thaw

AT = datetime(2026, 11, 30, 7, 5, 3, 250_000, tzinfo=UTC)
PORT = InterfaceSample(name="ether1", index=1, in_octets=2**64 - 1, out_octets=0, speed=10**9, up=True)


def read(data: bytes) -> list[Sample | Missed]:
    return [thaw(one) for one in decode(data) if not isinstance(one, Cut)]


@given(st.lists(st.lists(READINGS, min_size=1, max_size=6), max_size=4))
def test_what_was_encoded_comes_back(rounds: list[list[Sample | Missed]]) -> None:
    encoder, data = Encoder(), MAGIC
    for readings in rounds:
        block, refused = encoder.block(readings)
        assert not refused
        data += block
    assert read(data) == [one for readings in rounds for one in readings]


@given(st.lists(SAMPLES, min_size=2, max_size=6))
def test_a_file_stands_by_itself_although_its_encoder_remembers_the_one_before(samples: list[Sample]) -> None:
    first = Encoder()
    first.block(samples)
    block, _ = Encoder(first.known).block(samples)
    assert read(MAGIC + block) == samples


@given(st.lists(READINGS, min_size=1, max_size=3), st.lists(READINGS, min_size=1, max_size=3), st.data())
def test_wherever_the_tail_is_torn_off_whole_blocks_stay(
    before: list[Sample | Missed], torn: list[Sample | Missed], data: st.DataObject
) -> None:
    encoder = Encoder()
    whole, rest = MAGIC + encoder.block(before)[0], encoder.block(torn)[0]
    kept = data.draw(st.integers(0, len(rest) - 1))
    junk = data.draw(st.sampled_from((b"", b"\0" * 64)))  # what ext4 may leave behind a power cut: zeros
    found = list(decode(whole + rest[:kept] + junk))
    assert [thaw(one) for one in found if not isinstance(one, Cut)] == before
    assert sum(one.bytes for one in found if isinstance(one, Cut)) == kept + len(junk)


@given(st.binary(max_size=200), st.booleans())
def test_rubbish_is_told_and_never_read(data: bytes, with_magic: bool) -> None:
    found = list(decode(MAGIC + data if with_magic else data))
    assert all(isinstance(one, Cut) for one in found) or struct.unpack_from("<II", data)[1] == zlib.crc32(data[8:])


def test_a_changed_block_costs_its_own_readings_only() -> None:
    """Readings behind it that stand on a shape it told are lost with it and told as such."""
    encoder = Encoder()
    first = Sample(device="sw-a", at=AT, uptime=1, interfaces=(PORT,))
    other = Sample(device="sw-b", at=AT, uptime=1, interfaces=(PORT,))
    blocks = [encoder.block([one])[0] for one in (first, other, replace(first, uptime=2), replace(other, uptime=2))]
    blocks[0] = blocks[0][:-1] + bytes([blocks[0][-1] ^ 1])
    found = list(decode(MAGIC + b"".join(blocks)))
    assert [one.shape.device for one in found if isinstance(one, Reading)] == ["sw-b", "sw-b"]
    assert sum(one.bytes > 0 for one in found if isinstance(one, Cut)) == 2


@pytest.mark.parametrize(
    "odd",
    [
        replace(PORT, in_octets=2**64),
        replace(PORT, in_octets=-1),
        replace(PORT, index=2**32),
        replace(PORT, speed=2**64),
        replace(PORT, in_errors=-2),
        replace(PORT, discontinuity=-5),
    ],
)
def test_a_number_that_cannot_be_makes_its_reading_a_miss_and_no_other(odd: InterfaceSample, tmp_path: Path) -> None:
    sane = Sample(device="sw-b", at=AT, uptime=1, interfaces=(PORT,))
    mad = replace(sane, device="sw-a", interfaces=(PORT, odd))
    with Spool(tmp_path) as spool:
        refused = spool.append([mad, sane])
        spool.append([replace(mad, interfaces=(PORT,))])
    assert [one.device for one in refused] == ["sw-a"]
    (file,) = tmp_path.iterdir()
    found = read(file.read_bytes())
    assert [type(one) for one in found] == [Missed, Sample, Sample] and found[0] == refused[0]


def test_each_minute_has_a_file_of_its_own_and_is_readable_at_once(tmp_path: Path) -> None:
    one = Sample(device="sw-a", at=AT, uptime=1, interfaces=(PORT,))
    with Spool(tmp_path) as spool:
        for minute in (0, 1, 2, 1, 60):  # a late answer falls into its own minute
            spool.append([replace(one, at=AT + timedelta(minutes=minute))])
        by_hour = minutes(tmp_path)
        assert [len(files) for files in by_hour.values()] == [3, 1]
        assert list(by_hour) == [datetime(2026, 11, 30, hour, tzinfo=UTC) for hour in (7, 8)]
        seen = [thaw(one).at.minute for files in by_hour.values() for file in files for one in decode(file.read_bytes())
                if isinstance(one, Reading | Gap)]  # fmt: skip
    assert seen == [5, 6, 6, 7, 5]


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """What a full disk looks like to a process: EFBIG instead of ENOSPC (Python ignores SIGXFSZ)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_what_was_durable_stays_the_rest_follows_when_there_is_room(tmp_path: Path) -> None:
    one = Sample(device="sw-a", at=AT, uptime=1, interfaces=(PORT,) * 20)
    with Spool(tmp_path) as spool:
        spool.append([one])
        (file,) = tmp_path.iterdir()
        with largest_file(file.stat().st_size + 30):
            with pytest.raises(JournalFull) as told:
                spool.append([replace(one, uptime=2)])
            assert "1 readings are in memory only" in told.value.describe("en")
            assert read(file.read_bytes()) == [one]
            with pytest.raises(JournalFull):
                spool.append([replace(one, uptime=3)])
        spool.append([replace(one, uptime=4)])
        assert not spool.pending and not spool.dropped
    found = [
        one
        for file in sorted(tmp_path.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        for one in decode(file.read_bytes())
    ]
    assert sorted(one.uptime for one in found if isinstance(one, Reading)) == [1, 2, 3, 4]
    assert not [one for one in found if isinstance(one, Cut)]


def test_while_the_disk_takes_nothing_memory_stays_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netops.monitoring.spool.PENDING", 2)
    one = Missed(device="sw-a", at=AT, reason="TimedOut")
    with Spool(tmp_path / "gone") as spool:
        for minute in range(5):
            with pytest.raises(JournalFull):
                spool.append([replace(one, at=AT + timedelta(minutes=minute))])
        assert (spool.pending, spool.dropped) == (2, 3)


def test_one_writer_a_folder_and_a_killed_one_holds_it_no_longer(tmp_path: Path) -> None:
    hold = "import sys, pathlib\nfrom netops.monitoring.spool import locked\nwith locked(pathlib.Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", hold, str(tmp_path / "poller=main")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        with pytest.raises(Locked) as told, locked(tmp_path / "poller=main"):
            pass
        assert f"number {holder.pid}" in told.value.describe("en")
    finally:
        holder.kill()
        holder.communicate()
    with locked(tmp_path / "poller=main"):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(JournalFull) as told, locked(tmp_path / "poller=main"):
        pass
    assert "poller=main" in told.value.describe("en")


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "poller=main").write_text("")
    with pytest.raises(JournalFull) as told, locked(tmp_path / "poller=main"):
        pass
    assert "poller=main" in told.value.describe("en")
