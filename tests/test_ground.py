"""What a clean machine needs: the lock, and the scripts that are POSIX sh and hand over what they are given."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pinned() -> dict[str, str]:
    """Package → its entry in the lock, hashes and all."""
    entries = re.split(r"^(?=\S)", LOCK, flags=re.M)
    return {_normal(re.split(r"[=\[ ;]", entry)[0]): entry for entry in entries if entry.strip() and entry[0] != "#"}


def test_the_lock_carries_hashes_and_no_addresses() -> None:
    pinned = _pinned()
    assert len(pinned) > 50
    for name, entry in pinned.items():
        assert re.match(r"\S+==\S+", entry), f"{name} is not pinned"
        assert "--hash=sha256:" in entry, f"{name} has no hash"
    assert "://" not in LOCK and "index-url" not in LOCK
    assert not (ROOT / "uv.lock").exists()


def test_the_lock_holds_every_direct_dependency() -> None:
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["dev"]]
    names = {_normal(re.split(r"[\[<>=~!; ]", one)[0]) for one in wanted} - {"netops"}
    assert names <= set(_pinned()), names - set(_pinned())


def test_the_licence() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "GNU GENERAL PUBLIC LICENSE" in text and "Version 3, 29 June 2007" in text
    assert PROJECT["project"]["license"] == "GPL-3.0-or-later"


@pytest.mark.parametrize("name", ["dev", ".ci/run"])
def test_scripts_are_plain_sh(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    assert os.access(ROOT / name, os.X_OK)
    assert subprocess.run(["sh", "-n", str(ROOT / name)], check=False).returncode == 0


def test_ci_runs_check_and_test() -> None:
    commands = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in commands if line.startswith("./dev")] == ["./dev check", "./dev test"]


SPEAKS = '#!/bin/sh\necho "{name} $*" >> "{log}"\nexit {code}\n'


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """`dev` beside a prepared environment whose programs only note how they were called."""
    for name in ("dev", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    for name in ("python", "netops", "uv"):
        _program(tmp_path, name, 0)
    return tmp_path


def _program(desk: Path, name: str, code: int) -> None:
    path = desk / ".venv" / "bin" / name
    path.write_text(SPEAKS.format(name=name, log=desk / "calls", code=code))
    path.chmod(0o755)


def _dev(desk: Path, *words: str) -> list[str]:
    """Runs `dev` from elsewhere with an empty HOME; returns the calls of programs."""
    home = desk / "home"
    home.mkdir(exist_ok=True)
    (desk / "calls").unlink(missing_ok=True)
    done = subprocess.run(
        ["sh", str(desk / "dev"), *words],
        cwd=home, env={"PATH": "/usr/bin:/bin", "HOME": str(home), "PYTHON": sys.executable}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return (desk / "calls").read_text().splitlines()


def test_an_environment_is_made_once_and_again_for_another_lock(desk: Path) -> None:
    first = _dev(desk, "test")
    assert [call.split(" -q ")[0] for call in first[:3]] == ["python -m pip install", "uv pip sync", "uv pip install"]
    assert "--require-hashes requirements.lock" in first[1]
    assert _dev(desk, "test") == ["python -m pytest"]
    with (desk / "requirements.lock").open("a") as lock:
        lock.write("# another\n")
    assert len(_dev(desk, "test")) == 4


def test_pip_takes_over_where_uv_finds_no_way(desk: Path) -> None:
    """A mirror or a certificate of the house that only pip's configuration knows."""
    path = desk / ".venv" / "bin" / "uv"
    text = path.read_text().replace("exit 0", 'case "$2" in sync) exit 2;; esac')
    path.write_text(text)
    calls = _dev(desk, "test")
    assert "--require-hashes" in calls[2] and calls[2].startswith("python -m pip install ")
    assert calls[-1] == "python -m pytest"


def test_arguments_are_handed_on(desk: Path) -> None:
    _dev(desk, "test")
    assert _dev(desk, "test", "-n", "0", "-k", "x or y") == ["python -m pytest -n 0 -k x or y"]
    assert _dev(desk, "demo", "--out", "there") == ["netops demo --out there"]
    assert _dev(desk, "bench", "fleet") == ["python -m benchmarks fleet"]
