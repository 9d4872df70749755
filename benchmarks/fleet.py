"""Simulated routers for the push benchmarks: the lab in a process of its own, its rows counted and taken away again."""

import json
import ssl
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from librouteros import connect
from ruamel.yaml import YAML

from benchmarks.measure import BenchError
from netops.lab import process

ROWS = 10
NAME = "netops-bench"
"""Names of our queues start with it: `netops-<change>.<n>` with changes `bench…`."""


@contextmanager
def lab(folder: Path, devices: int) -> Iterator[dict[str, Any]]:
    """A workspace at `folder` with that many running routers; yields the lab's description by device name."""
    running = process.start(folder, devices=devices)
    try:
        (folder / "netops.toml").write_text("lab = true\n", "utf-8")
        write_hosts(folder, read_hosts(folder))
        found: dict[str, Any] = running.description["devices"]
        routers = {name: device for name, device in found.items() if device["platform"] == "routeros"}
        if len(routers) < devices:
            raise BenchError(f"the lab has {len(routers)} routers, {devices} are needed")
        yield routers
    finally:
        process.stop(folder)


def read_hosts(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load(folder / "inventory" / "hosts.yaml")
    return found


def write_hosts(folder: Path, hosts: Mapping[str, Any]) -> None:
    """As JSON, which is YAML without aliases: values that hosts share are written out for each."""
    (folder / "inventory" / "hosts.yaml").write_text(json.dumps(hosts, indent=1), "utf-8")


@cache
def _context() -> ssl.SSLContext:
    """One for all connections, without the system's authorities: the cheapest that TLS allows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def session(device: Mapping[str, Any], clear: bool = False) -> Any:
    """A librouteros connection as its documentation has it."""
    credentials = device["credentials"]
    options: dict[str, Any] = {}
    if not clear:
        options["ssl_wrapper"] = _context().wrap_socket
    return connect(
        host=device["host"],
        username=credentials["username"],
        password=credentials["password"],
        port=device["ports"]["api" if clear else "api_tls"],
        encoding="latin-1",
        **options,
    )


def take_away(devices: Mapping[str, Mapping[str, Any]]) -> dict[str, int]:
    """Remove the benchmark's queues everywhere; returns how many each device had, the proof that the push happened."""

    def clean(item: tuple[str, Mapping[str, Any]]) -> tuple[str, int]:
        api = session(item[1])
        try:
            queues = api.path("queue", "simple")
            ours = [row[".id"] for row in queues.select(".id", "name") if str(row["name"]).startswith(NAME)]
            if ours:
                queues.remove(*ours)
            return item[0], len(ours)
        finally:
            api.close()

    with ThreadPoolExecutor(8) as pool:
        return dict(pool.map(clean, devices.items()))


def rows(tag: str) -> list[dict[str, str]]:
    """The change: ten queues."""
    return [{"name": f"{tag}.{n}", "target": f"10.99.{n}.0/24", "max-limit": f"{n + 1}M/{n + 2}M"} for n in range(ROWS)]
