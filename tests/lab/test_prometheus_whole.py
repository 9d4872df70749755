"""A real Prometheus scrapes /metrics, and answers every question of the dashboard."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from socket import create_server
from typing import Any
from urllib.parse import urlencode

import pytest
from life_desk import LifeDesk, open_life_desk
from metrics_sample import expressions, full

from netops.actions.exposing import Exposer
from netops.monitoring.exposition import exposition
from netops.monitoring.metrics_server import MetricsServer

PATIENCE = 400
"""Looks, a tenth of a second apart, until the first scrape is in: long on a busy machine."""


@contextmanager
def prometheus(folder: Path, target: tuple[str, int]) -> Iterator[tuple[str, int]]:
    """Debian's, on a port of its own, scraping every second."""
    with create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = folder / "prometheus.yml"
    jobs = [{"job_name": "netops", "static_configs": [{"targets": [f"{target[0]}:{target[1]}"]}]}]
    config.write_text(json.dumps({"global": {"scrape_interval": "1s"}, "scrape_configs": jobs}))
    words = [
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with subprocess.Popen(["prometheus", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield "127.0.0.1", port
        finally:
            process.terminate()


def query(address: tuple[str, int], expression: str) -> list[dict[str, Any]]:
    line = HTTPConnection(*address, timeout=30)
    try:
        line.request("GET", "/api/v1/query?" + urlencode({"query": expression}))
        answer = json.loads(line.getresponse().read())
    finally:
        line.close()
    assert answer["status"] == "success", answer
    found: list[dict[str, Any]] = answer["data"]["result"]
    return found


def until_scraped(address: tuple[str, int], name: str) -> None:
    for _ in range(PATIENCE):
        try:
            counted = query(address, f"count_over_time({name}[1h])")
            if counted and int(counted[0]["value"][1]) > 2:
                return
        except (OSError, ValueError):
            pass  # not up yet, or up and not ready: "Service Unavailable" is no JSON
        time.sleep(0.1)
    raise AssertionError("Prometheus never scraped it")


@pytest.mark.needs_debian("prometheus")
def test_prometheus_answers_every_question_of_the_dashboard(tmp_path: Path) -> None:
    server = MetricsServer(("127.0.0.1", 0), lambda: exposition(full()))
    try:
        with prometheus(tmp_path, server.address) as address:
            until_scraped(address, "netops_build_info")
            for one in expressions():
                if one.startswith("label_values"):
                    continue
                asked = one.replace("$__rate_interval", "1h").replace("$direction", "down")
                found = query(address, re.sub(r"\$\w+", ".*", asked))
                # Everything is up in this answer: no port is down.
                assert found or "== 0" in one, one
    finally:
        server.close()


@pytest.mark.needs_debian("prometheus")
def test_prometheus_sees_a_workspace(tmp_path: Path) -> None:
    with open_life_desk(tmp_path / "ws") as desk:
        _planned(desk)
        server = MetricsServer(("127.0.0.1", 0), Exposer(desk.app).text)
        try:
            with prometheus(tmp_path, server.address) as address:
                until_scraped(address, "netops_build_info")
                (planned,) = query(address, 'netops_changes{phase="planned"}')
                assert planned["value"][1] == "1"
                (free,) = query(
                    address,
                    '8 * (netops_uplink_share_bytes_per_second{uplink="ISP-A",direction="down"} - '
                    'netops_uplink_promised_bytes_per_second{uplink="ISP-A",direction="down",to="units"})',
                )
                assert float(free["value"][1]) == 300_000_000
        finally:
            server.close()


def _planned(desk: LifeDesk) -> None:
    desk.plan(desk.filed("HD-1"), "vlan:kampus:210")
