"""The same change as the documentation of Nornir and librouteros has it, one put into the other.

Nornir's tutorial ("Initializing Nornir": `InitNornir` with a configuration file, SimpleInventory, the threaded runner) and librouteros'
pages "Connect" (Encrypted: a default context without host name and verification) and "Path" (adding rows). In their favour the
context is made once for all routers, and Nornir writes no log.
"""

import ssl
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from librouteros import connect
from nornir import InitNornir
from nornir.core.task import Result, Task

from benchmarks.fleet import NAME, rows


def write_inventory(folder: Path, devices: Mapping[str, Mapping[str, Any]]) -> None:
    """What the tutorial has: `config.yaml`, `hosts.yaml`, `groups.yaml`, `defaults.yaml`; a host has only what is needed."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {f"{kind}_file": folder / f"{kind}s.yaml" for kind in ("host", "group")}
    files["defaults_file"] = folder / "defaults.yaml"
    hosts = [
        f"{name}:\n  hostname: {about['host']}\n  port: {about['ports']['api_tls']}\n  groups: [routers]\n"
        f"  username: {about['credentials']['username']}\n  password: {about['credentials']['password']}\n"
        for name, about in devices.items()
    ]
    files["host_file"].write_text("".join(hosts), "utf-8")
    files["group_file"].write_text("routers:\n  platform: routeros\n", "utf-8")
    files["defaults_file"].write_text("{}\n", "utf-8")
    options = "".join(f"    {name}: {path}\n" for name, path in files.items())
    (folder / "config.yaml").write_text(
        f"inventory:\n  plugin: SimpleInventory\n  options:\n{options}"
        "runner:\n  plugin: threaded\n  options:\n    num_workers: 64\n"
        "logging:\n  enabled: false\n",
        "utf-8",
    )


def push(task: Task, change: str, context: ssl.SSLContext) -> Result:
    host = task.host
    api = connect(
        host=host.hostname,
        port=host.port,
        username=host.username,
        password=host.password,
        ssl_wrapper=context.wrap_socket,
    )
    queues = api.path("queue", "simple")
    for row in rows(f"{NAME}-{change}"):
        queues.add(**row)
    api.close()
    return Result(host=host)


def main(folder: Path, change: str) -> int:
    nornir = InitNornir(config_file=str(folder / "config.yaml"))
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    failed = nornir.run(task=push, change=change, context=context).failed_hosts
    for name in failed:
        sys.stderr.write(f"{name}: {failed[name][0].exception!r}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
