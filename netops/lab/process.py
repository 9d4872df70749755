"""A lab in a process of its own: started detached, found again by its folder, ended by its pid and never by a name."""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Literal

from msgspec import Struct

STATE = "lab.json"
LOCK = "lab.lock"
LOG = "lab.log"
READY_SECONDS = 60.0
GONE_SECONDS = 15.0
POLL_SECONDS = 0.05
LOCK_SECONDS = 1.0
MISTAKEN = 3
"""Exit code of the child where another lab already holds the folder."""

Trouble = Literal["ended", "slow", "held", "stuck"]


class LabProcessError(Exception):
    """`trouble` in one word; `detail` is the end of the lab's own log."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(f"{trouble}: {detail}" if detail else trouble)
        self.trouble, self.detail = trouble, detail


class Running(Struct, frozen=True, kw_only=True):
    """A lab that holds its folder: its pid and what it wrote about itself."""

    pid: int
    description: Mapping[str, Any]


def find(folder: Path) -> Running | None:
    """The lab of this folder; None where none lives. A lab holds a lock, so an old file or a used-up pid is no lab."""
    if not _held(folder):
        return None
    try:
        state = json.loads((folder / STATE).read_text(encoding="utf-8"))
        return Running(pid=int(state["pid"]), description=state)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def start(folder: Path, devices: int = 0, seconds: float = READY_SECONDS) -> Running:
    """Start a lab and wait until it is ready; the one that already holds the folder is returned as it is.

    `devices` > 0 starts so many small gateways instead of the example campus. Raises `LabProcessError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = find(folder)
    if found is not None:
        return found
    command = [sys.executable, "-m", "netops.lab", "--dir", str(folder.absolute()), "--devices", str(devices)]
    with (folder / LOG).open("wb") as log:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            close_fds=True,
        )
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        code = child.poll()
        if code is not None:
            raise LabProcessError("held" if code == MISTAKEN else "ended", _tail(folder))
        found = find(folder)
        if found is not None and found.pid == child.pid:
            return _forget(child, found)
        time.sleep(POLL_SECONDS)
    child.kill()
    child.wait()
    raise LabProcessError("slow", _tail(folder))


def stop(folder: Path, seconds: float = GONE_SECONDS) -> bool:
    """End this folder's lab and wait until it is gone; False where none lived. Raises `LabProcessError`."""
    found = find(folder)
    if found is None:
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(found.pid, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if not _held(folder):
                with suppress(ChildProcessError):
                    os.waitpid(found.pid, os.WNOHANG)
                (folder / STATE).unlink(missing_ok=True)
                return True
            time.sleep(POLL_SECONDS)
    raise LabProcessError("stuck", f"pid {found.pid}")


def answers(description: Mapping[str, Any], seconds: float = 2.0) -> dict[str, bool]:
    """Which ports answer, as `gw-kampus/api` → True; TCP by connecting, SNMP by a datagram that nobody refuses."""
    ports = {
        f"{name}/{kind}": (device["host"], port, kind == "snmp")
        for name, device in description["devices"].items()
        for kind, port in device["ports"].items()
    }
    mail = description["mail"]
    ports["mail/smtp"] = (mail["host"], mail["port"], False)
    return {name: _answers(host, port, udp, seconds) for name, (host, port, udp) in ports.items()}


@contextmanager
def holding(folder: Path) -> Iterator[bool]:
    """Hold a folder's lock for as long as the lab lives; False where somebody else does."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as file:
        yield _locked(file)


def _locked(file: IO[str]) -> bool:
    """Try for a moment: whoever looks whether a lab lives holds the lock for an instant too."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS / 5)
        else:
            return True


def _held(folder: Path) -> bool:
    try:
        with (folder / LOCK).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _forget(child: "subprocess.Popen[bytes]", found: Running) -> Running:
    """The lab outlives us: keep Popen from warning that its child is still running."""
    child.returncode = 0
    return found


def _tail(folder: Path) -> str:
    with suppress(OSError):
        return "\n".join((folder / LOG).read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
    return ""


def _answers(host: str, port: int, udp: bool, seconds: float) -> bool:
    if not udp:
        with suppress(OSError), socket.create_connection((host, port), timeout=seconds):
            return True
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.2)
        try:
            sock.connect((host, port))
            sock.send(b"\0")  # no SNMP: dropped by an agent, refused by the host where none listens
            sock.recv(1)
        except TimeoutError:
            return True
        except OSError:
            return False
    return True
