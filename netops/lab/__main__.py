"""The lab's own process: `python -m netops.lab --dir FOLDER`; refuses a folder that another lab holds."""

import argparse
import gc
import json
import os
import signal
import sys
import threading
from pathlib import Path

from netops.lab import process
from netops.lab.campus import Campus
from netops.lab.control import Control
from netops.lab.inventory import write_private
from netops.lab.spec import default_spec, fleet_spec


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m netops.lab")
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--devices", type=int, default=0)
    options = parser.parse_args(arguments)
    folder: Path = options.dir
    done = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: done.set())
    with process.holding(folder) as mine:
        if not mine:
            sys.stderr.write(f"another lab holds {folder}\n")
            return process.MISTAKEN
        state = folder / process.STATE
        state.unlink(missing_ok=True)
        spec = fleet_spec(options.devices) if options.devices else default_spec()
        with Campus(spec, mail_folder=folder / "mail") as campus:
            campus.write_inventory(folder / "inventory", folder / "secrets.json")
            control = Control(campus)
            campus.call(control.start)
            about = {"pid": os.getpid(), "control": control.describe(), **campus.describe()}
            gc.freeze()  # what stands now is there to the end: no collection looks through it again
            write_private(state, json.dumps(about, indent=2) + "\n")
            done.wait()
            campus.call(control.stop)
        state.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
