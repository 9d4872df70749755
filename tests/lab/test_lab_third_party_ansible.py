"""Ansible's community.routeros, unmodified, against the simulated router: api, api_info, api_find_and_modify, api_modify.

Ansible is too large for the environment of this project's tests: an `ansible-playbook` on PATH, or the bench's own one.
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from routeros_rig import CONFIGS, serving

from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.machine import Account

USER = Account(name="netops", password="rahasia", group="netops")
BENCH = Path(__file__).parents[2] / ".venv-bench" / "bin"
HOW = "needs Ansible with community.routeros: ./dev ansible puts it into .venv-bench (or pip install ansible)"
DEVICES = [("gw-kampus", "7.16.2"), ("gw-lama", "6.49.17")]


@cache
def program() -> Path:
    """`ansible-playbook` of an installation that has the collection, or a skip that says what to do."""
    found = [
        Path(path) for path in (which("ansible-playbook"), BENCH / "ansible-playbook") if path and Path(path).exists()
    ]
    for path in found:
        asked = subprocess.run(
            [path.with_name("ansible-galaxy"), "collection", "list", "community.routeros", "--format", "json"],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        if asked.returncode == 0 and "community.routeros" in asked.stdout:
            return path
    pytest.skip(HOW)


def play(folder: Path, device: RouterOS, tasks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Run the tasks in one play; what each module answered. A task that fails gives its message, and the play goes on."""
    command = program()
    login = {
        "hostname": "127.0.0.1",
        "port": device.ports["api_tls"],
        "username": USER.name,
        "password": USER.password,
        "tls": True,
        "validate_certs": False,
    }
    listed = [
        {f"community.routeros.{module}": {**login, **words}, "register": f"r{number}", "ignore_errors": True}
        for number, (module, words) in enumerate((name, words) for task in tasks for name, words in task.items())
    ]
    answers = folder / "answers.json"
    names = ", ".join(f"r{number}" for number in range(len(listed)))
    listed.append({"ansible.builtin.copy": {"content": f"{{{{ [{names}] | to_json }}}}", "dest": str(answers)}})
    (folder / "play.json").write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": listed}]), "utf-8")
    local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    hosts = {"all": {"hosts": {"router": {}}, "vars": local}}
    (folder / "hosts.json").write_text(json.dumps(hosts), "utf-8")
    own = {f"ANSIBLE_{name}": str(folder / "home") for name in ("HOME", "LOCAL_TEMP", "REMOTE_TEMP")}
    done = subprocess.run(
        [command, "-i", folder / "hosts.json", folder / "play.json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
        env={**os.environ, **own, "ANSIBLE_PIPELINING": "1", "LC_ALL": "C.UTF-8", "ANSIBLE_DEPRECATION_WARNINGS": "0"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: list[dict[str, Any]] = json.loads(answers.read_text("utf-8"))
    return found


@pytest.mark.parametrize(("name", "version"), DEVICES)
def test_a_second_api_modify_changes_nothing(name: str, version: str, tmp_path: Path) -> None:
    config = (CONFIGS / f"{name}.rsc").read_text(encoding="utf-8")
    # The module compares texts: rates as the router prints them (written 5M, each run would change them again).
    rows = [
        {
            "name": f"acara-{number}",
            "target": f"10.99.{number}.0/24",
            "max-limit": "5000000/10000000",
            "comment": "wisuda",
        }
        for number in range(3)
    ]
    modify = {"api_modify": {"path": "queue simple", "data": rows}}
    with serving(RouterOS(name=name, version=version, config=config, users=(USER,))) as device:
        info, first, second, after, dns, again = play(
            tmp_path,
            device,
            [
                {"api_info": {"path": "queue simple"}},
                modify,
                modify,
                {"api_info": {"path": "queue simple"}},
                {
                    "api_modify": {
                        "path": "ip dns",
                        "data": [{"allow-remote-requests": True, "servers": "198.51.100.53"}],
                    }
                },
                {
                    "api_modify": {
                        "path": "ip dns",
                        "data": [{"allow-remote-requests": True, "servers": "198.51.100.53"}],
                    }
                },
            ],
        )
        stored = [row.name for row in device.machine.store.rows("/queue/simple")]
    old = [row["name"] for row in info["result"]]
    assert first["changed"]
    assert not second["changed"], second
    assert stored == [*old, "acara-0", "acara-1", "acara-2"]
    found = {row["name"]: row for row in after["result"]}
    assert found["acara-1"]["target"] == "10.99.1.0/24"
    assert found["acara-1"]["comment"] == "wisuda"
    assert {row["name"]: row for row in info["result"]}.items() <= found.items()
    assert dns["changed"]
    assert not again["changed"]


def test_the_other_modules_of_the_collection(tmp_path: Path) -> None:
    name, version = DEVICES[0]
    config = (CONFIGS / f"{name}.rsc").read_text(encoding="utf-8")
    with serving(RouterOS(name=name, version=version, config=config, users=(USER,))) as device:
        facts, query, found, wrong, refused = play(
            tmp_path,
            device,
            [
                {"api_facts": {"gather_subset": ["default", "interfaces", "hardware"]}},
                {"api": {"path": "ip address", "query": ".id address interface WHERE interface == vlan20-kantor"}},
                {
                    "api_find_and_modify": {
                        "path": "queue simple",
                        "find": {"name": "Rektorat"},
                        "values": {"comment": "diubah"},
                    }
                },
                {"api": {"path": "ip address", "add": "address=10.20.0.1/24 interface=tidak-ada"}},
                {"api_info": {"path": "queue simple", "password": "salah"}},
            ],
        )
    told = facts["ansible_facts"]
    assert told["ansible_net_hostname"] == "gw-kampus"
    assert told["ansible_net_version"] == "7.16.2 (stable)"
    assert "10.20.0.1" in told["ansible_net_all_ipv4_addresses"]
    assert query["msg"] == [{".id": "*3", "address": "10.20.0.1/24", "interface": "vlan20-kantor"}]
    assert (found["match_count"], found["modify_count"]) == (1, 1)
    assert wrong["failed"]
    assert "input does not match any value of interface" in str(wrong["msg"])
    assert refused["failed"]
    assert "invalid user name or password" in str(refused["msg"])
