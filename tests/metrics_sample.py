"""A full answer of /metrics, and what the dashboard asks of it: shared by the tests of text and of a real Prometheus."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from netops.core.measured import Commitment, InterfaceSample, QueueSample, Sample, SeriesKind
from netops.core.units import RatePair
from netops.monitoring.exposition import Known, UplinkNow
from netops.monitoring.latest import Latest

NOW = datetime(2026, 11, 30, 4, 30, tzinfo=UTC)
M = 1_000_000
DASHBOARD = Path(__file__).resolve().parents[1] / "docs" / "grafana" / "netops.json"


def port(name: str, octets: int = 1000, **more: Any) -> InterfaceSample:
    return InterfaceSample(name=name, index=1, in_octets=octets, out_octets=2 * octets, speed=10**9, up=True, **more)


def sample(device: str = "gw", at: datetime = NOW, *ports: InterfaceSample, **more: Any) -> Sample:
    return Sample(device=device, at=at, uptime=360_000, interfaces=ports or (port("ether1"),), **more)


def queue(name: str, kind: SeriesKind = SeriesKind.QUEUE) -> QueueSample:
    return QueueSample(kind=kind, name=name, index=1, in_octets=7, out_octets=9, drops=3)


PROMISE = Commitment(
    allocation="gw/perpus", unit="Perpustakaan", letter="B-1/2026", uplink="kampus/ISP-A", up=20 * M, down=40 * M, since=NOW,
    until=None, kind="permanent", change="",
)  # fmt: skip
UPLINK = UplinkNow(
    site="kampus", uplink="ISP-A", provider="PT Contoh", contract=RatePair(up=500 * M, down=400 * M),
    share=RatePair(up=300 * M, down=240 * M), units=RatePair(up=20 * M, down=40 * M), events=RatePair(up=0, down=9 * M),
)  # fmt: skip


def full() -> Known:
    """Every metric has a value."""
    whole = port("ether1", alias="ke ISP", in_errors=1, out_errors=2, in_discards=3, out_discards=4)
    one = sample("gw", NOW, whole, cpu=7, memory=50, guests=12, queues=(queue("perpus"), queue("t", SeriesKind.TREE)))
    return Known(
        version="1.2", latest=Latest(samples={"gw": one}, missed={("sw", "TimedOut"): 3}), uplinks=(UPLINK,),
        promises=(PROMISE,), phases={"active": 2, "ended": 0}, log_entries=41, checkpoint=(40, NOW), failed={"log": False},
    )  # fmt: skip


def expressions() -> Iterator[str]:
    board = json.loads(DASHBOARD.read_text("utf-8"))
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["query"]["query"]
