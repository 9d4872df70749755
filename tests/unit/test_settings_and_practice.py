"""`netops.toml` and the workspace of a lab: what is not understood is refused with its place; nothing of others is lost."""

import os
from pathlib import Path

import pytest

from netops.app import App
from netops.core.errors import InputError
from netops.data_root import init_workspace
from netops.practice import CHAIN, KEY, OFFICERS, new_key, point_at, practises
from netops.requests.signers import read_signers
from netops.settings import DEFAULT, NAME, load_settings


def settings_of(folder: Path, text: str) -> Path:
    (folder / NAME).write_text(text, encoding="utf-8")
    return folder


def test_the_written_defaults_are_the_defaults(tmp_path: Path) -> None:
    shipped, empty = tmp_path / "a", tmp_path / "b"
    shipped.mkdir()
    empty.mkdir()
    one, other = load_settings(settings_of(shipped, DEFAULT)), load_settings(settings_of(empty, ""))
    assert (one.language, one.lab, one.mail_host) == (other.language, other.lab, other.mail_host) == ("id", False, "")
    assert one.journal == shipped / "var" / "journal.db" and other.secrets == empty / "secrets.json"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[mail]\nhots = 'x'\n", "netops.toml:2: mail.hots: unknown key"),
        ("lab = 'yes'\n", "netops.toml:1: lab: must be bool"),
        ("language = 'fr'\n", "language: choose id or en"),
        ("lab = \n", "not TOML"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        load_settings(settings_of(tmp_path, text))
    assert told in caught.value.describe("en")


def test_a_folder_that_is_no_workspace_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_settings(tmp_path)
    assert "netops init" in caught.value.describe("id")


@pytest.fixture
def lab_files(tmp_path: Path) -> tuple[Path, Path]:
    folder = tmp_path / "lab"
    folder.mkdir()
    for name in ("hosts.yaml", "groups.yaml", "defaults.yaml"):
        (folder / name).write_text(f"# {name} of the lab\n")
    (folder / "secrets.json").write_text("{}")
    return folder, folder / "secrets.json"


def test_a_workspace_is_pointed_at_a_lab_and_may_be_again(tmp_path: Path, lab_files: tuple[Path, Path]) -> None:
    root = tmp_path / "w"
    init_workspace(root, settings=DEFAULT)
    changed = point_at(root, *lab_files, 2525)
    assert KEY in changed and practises(root)
    settings = load_settings(root)
    assert settings.lab and (settings.mail_host, settings.mail_port) == ("127.0.0.1", 2525)
    assert (root / "secrets.json").stat().st_mode & 0o077 == 0 and (root / KEY).stat().st_mode & 0o077 == 0
    assert len(read_signers(root / "inventory" / "allowed_signers").entries) == 1 + len(OFFICERS) + len(CHAIN)
    again = point_at(root, *lab_files, 2526)
    assert KEY not in again and load_settings(root).mail_port == 2526


def test_devices_of_ones_own_are_never_overwritten(tmp_path: Path, lab_files: tuple[Path, Path]) -> None:
    root = tmp_path / "w"
    init_workspace(root, settings=DEFAULT)
    hosts = root / "inventory" / "hosts.yaml"
    hosts.write_text("gw-sungguhan: {hostname: 10.0.0.1}\n")
    with pytest.raises(InputError, match="devices of its own"):
        point_at(root, *lab_files, 2525)
    assert "gw-sungguhan" in hosts.read_text() and not (root / "secrets.json").exists()


def test_a_new_key_is_private_from_its_first_moment(tmp_path: Path) -> None:
    assert new_key(tmp_path / "k").startswith("ssh-ed25519 ")
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600


def test_nobody_else_may_write_into_var_whatever_the_umask_is(tmp_path: Path) -> None:
    init_workspace(tmp_path / "w", settings=DEFAULT)
    before = os.umask(0)
    try:
        with App(tmp_path / "w") as app:
            assert list(app.journal.read()) == []
    finally:
        os.umask(before)
    assert (tmp_path / "w" / "var").stat().st_mode & 0o022 == 0
    assert (tmp_path / "w" / "var" / "journal.db").stat().st_mode & 0o077 == 0
