"""Ansible's `community.routeros.api_modify` as a contestant, in an environment of its own; tells why where it cannot run."""

import json
import subprocess
import sys
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.fleet import NAME, rows
from benchmarks.measure import BenchError

HERE = Path(__file__).parents[1] / ".venv-bench"
PACKAGES = ("ansible>=12", "librouteros>=4.2,<5")
"""The PyPI package `ansible` brings the collection community.routeros; `ansible-core` alone does not."""


def prepare() -> tuple[Path, str]:
    """`ansible-playbook` of the bench's own environment (installed once), and its versions. Raises `BenchError`."""
    program = HERE / "bin" / "ansible-playbook"
    python = HERE / "bin" / "python"
    if not program.exists():
        sys.stderr.write(f"bench: installing {', '.join(PACKAGES)} into {HERE.name} (once)\n")
        venv.create(HERE, with_pip=True)
        done = subprocess.run(
            [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *PACKAGES],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"ansible could not be installed: {done.stderr.strip().splitlines()[-1:]}")
    ask = "import ansible.release, importlib.util as u; print(ansible.release.__version__)"
    core = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False).stdout.strip()
    galaxy = next(HERE.glob("lib/python3*/site-packages/ansible_collections/community/routeros/MANIFEST.json"), None)
    if not core or galaxy is None:
        raise BenchError("the environment has no ansible, or no collection community.routeros")
    version = json.loads(galaxy.read_text("utf-8"))["collection_info"]["version"]
    return program, f"ansible-core {core}, community.routeros {version}"


def write_play(folder: Path, devices: Mapping[str, Mapping[str, Any]], change: str, clear: bool) -> list[str]:
    """Inventory, playbook and configuration in `folder`; returns the arguments after `ansible-playbook`."""
    folder.mkdir(parents=True, exist_ok=True)
    hosts = {
        name: {
            "router": device["host"],
            "router_port": device["ports"]["api" if clear else "api_tls"],
            "router_user": device["credentials"]["username"],
            "router_password": device["credentials"]["password"],
        }
        for name, device in devices.items()
    }
    common = {"ansible_connection": "local", "ansible_python_interpreter": str(HERE / "bin" / "python")}
    inventory = folder / "hosts.json"
    inventory.write_text(json.dumps({"all": {"hosts": hosts, "vars": common}}), "utf-8")
    module = {
        "hostname": "{{ router }}",
        "port": "{{ router_port }}",
        "username": "{{ router_user }}",
        "password": "{{ router_password }}",
        "tls": not clear,
        "validate_certs": False,
        "path": "queue simple",
        "data": rows(f"{NAME}-{change}"),
    }
    play = [{"hosts": "all", "gather_facts": False, "tasks": [{"community.routeros.api_modify": module}]}]
    playbook = folder / "play.json"
    playbook.write_text(json.dumps(play), "utf-8")
    return ["-i", str(inventory), "-f", "50", str(playbook)]


def environment(folder: Path) -> dict[str, str]:
    """Ansible's own settings: everything under `folder`, pipelining on (in Ansible's favour)."""
    return {
        "ANSIBLE_HOME": str(folder / "home"),
        "ANSIBLE_LOCAL_TEMP": str(folder / "tmp"),
        "ANSIBLE_REMOTE_TEMP": str(folder / "tmp"),
        "ANSIBLE_PIPELINING": "1",
        "ANSIBLE_DEPRECATION_WARNINGS": "0",
        "LC_ALL": "C.UTF-8",
    }
