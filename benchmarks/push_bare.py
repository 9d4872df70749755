"""The same change as an admin would script it: Nornir and librouteros, ten adds a device, nothing read, nothing logged."""

import json
import sys
from pathlib import Path

from nornir.core import Nornir
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.core.task import Result, Task
from nornir.plugins.runners import ThreadedRunner

from benchmarks.fleet import NAME, rows, session


def main(state: Path, change: str, clear: bool) -> int:
    devices = json.loads(state.read_text("utf-8"))["devices"]
    hosts = Hosts({name: Host(name=name, data=device, defaults=Defaults()) for name, device in devices.items()})
    inventory = Inventory(hosts=hosts, groups=Groups(), defaults=Defaults())
    nornir = Nornir(inventory=inventory, runner=ThreadedRunner(num_workers=64))

    def push(task: Task) -> Result:
        api = session(task.host.data, clear)
        queues = api.path("queue", "simple")
        for row in rows(f"{NAME}-{change}"):
            queues.add(**row)
        api.close()
        return Result(host=task.host)

    failed = nornir.run(task=push).failed_hosts
    for name in failed:
        sys.stderr.write(f"{name}: {failed[name][0].exception!r}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], "clear" in sys.argv[3:]))
