"""Bodies by content: stored once, private, checked when read."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.canonical import digest
from netops.core.errors import JournalError, JournalFull
from netops.journal import objects
from netops.journal.objects import FolderObjects


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_body_lies_under_its_digest_and_is_private(tmp_path: Path) -> None:
    store = FolderObjects(tmp_path / "var" / "objects")
    name = store.put(b"export")
    assert name == digest(b"export")
    (path,) = files(store.path)
    assert path == store.path / name[7:9] / name[9:]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert store.get(name) == b"export"
    assert store.has(name)


def test_storing_again_changes_nothing(tmp_path: Path) -> None:
    store = FolderObjects(tmp_path)
    name = store.put(b"x")
    before = files(tmp_path)[0].stat()
    assert store.put(b"x") == name
    assert files(tmp_path)[0].stat() == before


@settings(max_examples=20)
@given(body=st.binary(max_size=200))
def test_any_body_comes_back(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    store = FolderObjects(tmp_path_factory.mktemp("objects"))
    assert store.get(store.put(body)) == body


def test_a_changed_body_is_refused_and_mended_by_storing_it_again(tmp_path: Path) -> None:
    store = FolderObjects(tmp_path)
    name = store.put(b"truth")
    files(tmp_path)[0].write_bytes(b"trush")
    with pytest.raises(JournalError, match=f"{name} .* was changed"):
        store.get(name)
    store.put(b"truth")
    assert store.get(name) == b"truth"


class Reads:
    """Counts how often a body is compared with its file."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        monkeypatch.setattr(objects, "same_bytes", self._same)

    def _same(self, path: str, data: bytes) -> bool:
        self.count += 1
        return Path(path).read_bytes() == data


def quiet(store: FolderObjects, body: bytes) -> Path:
    """A body that was stored, whose file nobody touched for a while, and that was read since."""
    name = store.put(body)
    path = store.path / name[7:9] / name[9:]
    while time.time_ns() - path.stat().st_ctime_ns < 2 * objects._TICK or not path.stat().st_ctime_ns % 1_000_000_000:
        time.sleep(0.01)
    store.put(body)
    return path


def test_a_body_that_was_just_read_is_not_read_again_while_its_file_is_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads, store = Reads(monkeypatch), FolderObjects(tmp_path)
    quiet(store, b"truth")
    before = reads.count
    for _ in range(10):
        store.put(b"truth")
    assert before > 0
    assert reads.count == before
    monkeypatch.setattr(objects, "_TRUSTED", 0.0)
    quiet(store, b"other")
    before = reads.count
    store.put(b"other")
    assert reads.count == before + 1


def test_a_body_that_was_just_read_and_is_changed_then_is_mended_though_its_file_looks_the_same(tmp_path: Path) -> None:
    store = FolderObjects(tmp_path)
    path = quiet(store, b"truth")
    looked = path.stat()
    with path.open("r+b") as file:
        file.write(b"trush")
    os.utime(path, ns=(looked.st_atime_ns, looked.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (looked.st_size, looked.st_mtime_ns)
    store.put(b"truth")
    assert path.read_bytes() == b"truth"
    path.unlink()
    store.put(b"truth")
    assert path.read_bytes() == b"truth"


def test_where_files_show_whole_seconds_each_body_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FolderObjects(tmp_path)
    path = quiet(store, b"truth")
    real = os.stat

    def coarse(place: str) -> os.stat_result:
        found = real(place)
        whole = int(found.st_ctime) * 1_000_000_000
        fields = {"st_mtime_ns": whole, "st_ctime_ns": whole}
        return os.stat_result(tuple(found), fields)

    monkeypatch.setattr(os, "stat", coarse)
    store.put(b"truth")
    path.write_bytes(b"trush")
    store.put(b"truth")
    monkeypatch.undo()
    assert path.read_bytes() == b"truth"


def test_equal_bodies_that_come_at_once_are_written_once_and_nobody_goes_on_before_the_body_is_safe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FolderObjects(tmp_path)
    name = digest(b"same")
    folder = tmp_path / name[7:9]
    folder.mkdir()
    renamed, safe, synced = threading.Event(), threading.Event(), []
    real = os.fsync

    def held_up(handle: int) -> None:
        where = Path(f"/proc/self/fd/{handle}").readlink()
        if where == folder:
            renamed.set()
            assert safe.wait(10)
        synced.append(where.name)
        real(handle)

    monkeypatch.setattr(os, "fsync", held_up)
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(store.put, b"same") for _ in range(4)]
        assert renamed.wait(10)
        assert store.has(name)  # it has its name, but a power cut could still take that away
        time.sleep(0.05)
        assert not any(one.done() for one in asked)
        safe.set()
        assert {one.result() for one in asked} == {name}
    assert len(synced) == 2


def test_a_missing_body_is_named(tmp_path: Path) -> None:
    store = FolderObjects(tmp_path)
    name = digest(b"never")
    assert not store.has(name)
    with pytest.raises(JournalError, match=f"{name} is missing"):
        store.get(name)


@pytest.mark.parametrize("name", ["", "sha256:../../etc/passwd", "sha256:" + "A" * 64, "md5:00", "sha256:" + "0" * 65])
def test_a_name_that_is_no_digest_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(JournalError, match="is not a sha256 digest"):
        FolderObjects(tmp_path).get(name)


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    store = FolderObjects(tmp_path)
    store.put(b"first")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(JournalFull, match="No space left on device; nothing was stored"):
        store.put(b"second")
    monkeypatch.undo()
    assert len(files(tmp_path)) == 1
    assert not store.has(digest(b"second"))


def test_everything_is_synced_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    real = os.fsync

    def noting(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        real(handle)

    monkeypatch.setattr(os, "fsync", noting)
    store = FolderObjects(tmp_path / "objects")
    name = store.put(b"x")
    assert synced[0] == tmp_path.name  # holds the new folder objects
    assert synced[1] == "objects"  # holds the new folder of two letters
    assert synced[2].startswith(".new-")
    assert synced[3] == name[7:9]
    assert len(synced) == 4
