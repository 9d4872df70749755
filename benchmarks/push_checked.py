"""As `push_bare`, by an admin who looks first and looks again: certificate known, queues read before, ten adds, and read back
over a new connection. Nothing is planned, backed up, logged, guarded or taken back."""

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nornir.core import Nornir
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.core.task import Result, Task
from nornir.plugins.runners import ThreadedRunner

from benchmarks.fleet import NAME, rows, session


def checked(device: Mapping[str, Any]) -> Any:
    """A session with a router whose certificate is the known one."""
    api = session(device)
    presented = hashlib.sha256(api.protocol.transport.sock.getpeercert(binary_form=True)).hexdigest()
    if device["tls_fingerprint"].lower().removeprefix("sha256:").replace(":", "") != presented:
        raise RuntimeError("another certificate")
    return api


def main(state: Path, change: str) -> int:
    devices = json.loads(state.read_text("utf-8"))["devices"]
    hosts = Hosts({name: Host(name=name, data=device, defaults=Defaults()) for name, device in devices.items()})
    inventory = Inventory(hosts=hosts, groups=Groups(), defaults=Defaults())
    nornir = Nornir(inventory=inventory, runner=ThreadedRunner(num_workers=64))
    wanted = rows(f"{NAME}-{change}")

    def push(task: Task) -> Result:
        api = checked(task.host.data)
        queues = api.path("queue", "simple")
        there = {row["name"] for row in queues.select("name", "target", "max-limit")}
        for row in wanted:
            if row["name"] not in there:
                queues.add(**row)
        api.close()
        api = checked(task.host.data)
        found = {row["name"]: row for row in api.path("queue", "simple").select("name", "target", "max-limit")}
        api.close()
        if any(found.get(row["name"], {}).get("target") != row["target"] for row in wanted):
            raise RuntimeError("not there")
        return Result(host=task.host)

    failed = nornir.run(task=push).failed_hosts
    for name in failed:
        sys.stderr.write(f"{name}: {failed[name][0].exception!r}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
