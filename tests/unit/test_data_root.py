"""The packaged defaults in checkout and wheel, and a workspace made of them."""

import os
import shutil
from pathlib import Path

import pytest
from planning_sample import ROOT

from netops.core.errors import Failed, InputError
from netops.data_root import FOLDERS, data_root, init_workspace
from netops.planning.playbook import load_playbook
from netops.planning.sites import load_sites
from netops.requests.load import read_document


def wheel(folder: Path) -> Path:
    """A package folder as the wheel lays it out: defaults inside, nothing beside it."""
    package = folder / "site-packages" / "netops"
    for name in FOLDERS:
        shutil.copytree(ROOT / name, package / "_defaults" / name)
    return package


def test_the_checkout() -> None:
    assert data_root() == ROOT
    assert data_root(ROOT / "netops") == ROOT


def test_the_wheel(tmp_path: Path) -> None:
    package = wheel(tmp_path)
    assert data_root(package) == package / "_defaults"


def test_the_wheels_own_copies_win(tmp_path: Path) -> None:
    package = wheel(tmp_path)
    for name in FOLDERS:
        (package.parent / name).mkdir()
    assert data_root(package) == package / "_defaults"


def test_a_broken_install_is_told(tmp_path: Path) -> None:
    package = wheel(tmp_path)
    shutil.rmtree(package / "_defaults" / "templates")
    with pytest.raises(Failed) as caught:
        data_root(package)
    assert caught.value.describe("en") == (
        f"the packaged defaults (inventory, playbooks, templates) are not in {package}\nInstall netops again."
    )


def test_the_build_carries_what_data_root_looks_for() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for name in FOLDERS:
        assert f'"{name}" = "netops/_defaults/{name}"' in text


@pytest.mark.parametrize("where", ["checkout", "wheel"])
def test_a_workspace_has_everything(tmp_path: Path, where: str) -> None:
    source = data_root() if where == "checkout" else data_root(wheel(tmp_path))
    folder = tmp_path / "deep" / "kampus"
    written = init_workspace(folder, source=source, settings="# ours\n")
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert there == {path.relative_to(folder).as_posix() for path in written}
    assert {
        "netops.toml", ".gitignore", "inventory/hosts.yaml", "inventory/groups.yaml", "inventory/defaults.yaml",
        "inventory/sites.yaml", "playbooks/event-hotspot.yaml", "templates/event-hotspot/routeros.j2",
        "templates/event-hotspot/ios.j2",
    } <= there  # fmt: skip
    assert (folder / "netops.toml").read_text() == "# ours\n"
    assert {"var/", "secrets.json", "vault.key"} <= set((folder / ".gitignore").read_text().split("\n"))
    assert load_sites(read_document(folder / "inventory" / "sites.yaml")).place("aula").site == "kampus"
    assert load_playbook(read_document(folder / "playbooks" / "event-hotspot.yaml")).service == "event-hotspot"


def test_an_empty_or_freshly_cloned_folder_will_do(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("mine\n")
    init_workspace(tmp_path)
    assert (tmp_path / ".gitignore").read_text() == "mine\n"
    assert (tmp_path / "netops.toml").exists()


def test_a_workspace_is_never_overwritten(tmp_path: Path) -> None:
    init_workspace(tmp_path / "w")
    (tmp_path / "w" / "inventory" / "hosts.yaml").write_text("mine\n")
    with pytest.raises(InputError) as caught:
        init_workspace(tmp_path / "w")
    assert "is a workspace already; nothing was overwritten" in caught.value.describe("en")
    assert "sudah menjadi ruang kerja" in caught.value.describe("id")
    assert (tmp_path / "w" / "inventory" / "hosts.yaml").read_text() == "mine\n"


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(InputError) as caught:
        init_workspace(tmp_path)
    assert caught.value.describe("en").startswith(f"{tmp_path}: the folder is not empty (it holds letter.txt)")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "w").write_text("x")
    with pytest.raises(InputError, match="not a folder"):
        init_workspace(tmp_path / "w")


def test_what_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = Path.open

    def full(path: Path, mode: str = "r", **rest: object) -> object:
        if path.name == "sites.yaml" and "x" in mode:
            raise OSError(28, os.strerror(28))
        return opened(path, mode, **rest)  # type: ignore[call-overload]  # a stand-in for every way of opening

    monkeypatch.setattr(Path, "open", full)
    (tmp_path / "there").mkdir()
    for folder in (tmp_path / "new", tmp_path / "there"):
        with pytest.raises(Failed, match="cannot be written: No space left on device"):
            init_workspace(folder)
    assert [path.name for path in tmp_path.rglob("*")] == ["there"]
