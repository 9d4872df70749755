"""Bodies by content: stored once, private, checked when read."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netops.core.canonical import digest
from netops.core.errors import JournalError, JournalFull
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
