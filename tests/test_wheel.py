"""The built wheel works far from the checkout: `netops init`, `netops demo`, in an environment that has only it.

Dependencies come from the environment that runs the tests (the suite is offline); the checkout itself is out of reach.
"""

import os
import re
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    (path,) = out.glob("netops-*.whl")
    return path


@pytest.fixture(scope="module")
def far_away(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel, whose `netops` is not the checkout's."""
    folder = tmp_path_factory.mktemp("far-away")
    venv.create(folder / "env", with_pip=False)
    python = folder / "env" / "bin" / "python"
    site = Path(
        subprocess.run(
            [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True, text=True, check=True,
        ).stdout.strip()
    )  # fmt: skip
    uv = Path(sys.executable).with_name("uv")
    installed = subprocess.run(
        [str(uv), "pip", "install", "-q", "--offline", "--no-deps", "--no-cache", "--python", str(python), str(wheel)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert installed.returncode == 0, installed.stderr
    # A path entry, not a site folder: its own .pth files (the editable install) are not read.
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return folder


def netops(folder: Path, *words: str, home: str = "home") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder / home), "LANG": "C.UTF-8"}
    return subprocess.run(
        [str(folder / "env" / "bin" / "netops"), *words],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def test_the_wheel_carries_defaults_and_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in ("inventory/sites.yaml", "templates/event-hotspot/routeros.j2", "playbooks/event-hotspot.yaml"):
        assert f"netops/_defaults/{path}" in names
    assert "netops/data/routeros.json" in names
    assert any(name.startswith("netops/data/fonts/") and name.endswith(".ttf") for name in names)
    assert not any(name.startswith(("tests/", "benchmarks/")) or "/var/" in name for name in names)


def test_init_works_far_from_the_checkout(far_away: Path) -> None:
    done = netops(far_away, "init", "kampus")
    assert done.returncode == 0, done.stderr
    assert (far_away / "kampus" / "inventory" / "sites.yaml").exists()
    where = netops(far_away, "-C", "kampus", "status")
    assert where.returncode == 0, where.stderr


def test_demo_works_far_from_the_checkout(far_away: Path) -> None:
    done = netops(far_away, "demo", "--out", "peragaan")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Yang diperiksa" in done.stdout
    # What it names at the end is there: the paper, and the log, which verifies from another process.
    (paper,) = re.findall(r"^ +dokumen: +(.+)$", done.stdout, re.M)
    assert (far_away / paper).read_bytes().startswith(b"%PDF-")
    assert far_away / "peragaan" in (far_away / paper).parents
    (log,) = re.findall(r"^ +catatan: +netops (.+)$", done.stdout, re.M)
    shown = netops(far_away, *log.split())
    assert shown.returncode == 0 and "change.ended" in shown.stdout
    verified = netops(far_away, *log.split()[:2], "log", "verify")
    assert verified.returncode == 0, verified.stderr
    assert not (far_away / "var").exists(), "--out is the only place that is written to"


def test_demo_does_not_empty_a_folder_that_is_not_its_own(far_away: Path) -> None:
    (far_away / "berharga").mkdir()
    (far_away / "berharga" / "naskah.txt").write_text("jangan hilang")
    done = netops(far_away, "demo", "--out", "berharga")
    assert done.returncode == 2, done.stderr
    assert [path.name for path in (far_away / "berharga").iterdir()] == ["naskah.txt"]
