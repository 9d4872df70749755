"""What is known now as text for Prometheus; names here are the contract of `docs/grafana/netops.json`. Refuses nothing, holds no secret.

Counters are the devices' own, as raw as they are read: Prometheus' `rate()` takes a restart as it takes one of its own.
Directions of interfaces and queues are the device's words (`in`, `out`), of uplinks and allocations the clients' (`up`,
`down`). Units after prometheus.io/docs/practices/naming: bytes, seconds, ratios.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from netops.core.errors import Failed
from netops.core.measured import Commitment, Sample
from netops.core.text import Text
from netops.core.units import RatePair
from netops.monitoring.latest import Latest

Labels = tuple[str, ...]
Rows = Iterable[tuple[Labels, float]]
PREFIX = "netops_"

METRICS: Mapping[str, tuple[str, str, Labels]] = {
    "build_info": ("gauge", "Version of netops, as a label.", ("version",)),
    "gathering_failed": ("gauge", "1 where this part could not be gathered for this scrape.", ("part",)),
    "interface_in_bytes_total": ("counter", "Octets that the interface took in.", ("device", "interface", "alias")),
    "interface_out_bytes_total": ("counter", "Octets that the interface sent out.", ("device", "interface", "alias")),
    "interface_speed_bytes_per_second": ("gauge", "Speed of the interface.", ("device", "interface", "alias")),
    "interface_up": ("gauge", "1 while the interface is operationally up.", ("device", "interface", "alias")),
    "interface_in_errors_total": ("counter", "Packets taken in with errors.", ("device", "interface", "alias")),
    "interface_out_errors_total": ("counter", "Packets not sent because of errors.", ("device", "interface", "alias")),
    "interface_in_discards_total": ("counter", "Packets taken in and discarded.", ("device", "interface", "alias")),
    "interface_out_discards_total": ("counter", "Packets to be sent and discarded.", ("device", "interface", "alias")),
    "queue_in_bytes_total": ("counter", "Octets that passed the queue, the device's in.", ("device", "kind", "queue")),
    "queue_out_bytes_total": ("counter", "Octets that passed the queue, the device's out.", ("device", "kind", "queue")),
    "queue_drops_total": ("counter", "Packets that the queue dropped.", ("device", "kind", "queue")),
    "device_cpu_ratio": ("gauge", "Load of the device's processors, 0 to 1.", ("device",)),
    "device_memory_ratio": ("gauge", "Memory in use, 0 to 1.", ("device",)),
    "device_hotspot_users": ("gauge", "Users logged in to hotspots.", ("device",)),
    "device_uptime_seconds": ("gauge", "Since when the device runs.", ("device",)),
    "device_reading_timestamp_seconds": ("gauge", "When the device was last read.", ("device",)),
    "device_readings_missed": ("gauge", "Readings of the last 15 minutes that did not come.", ("device", "reason")),
    "uplink_contract_bytes_per_second": ("gauge", "What the provider sells.", ("site", "uplink", "provider", "direction")),
    "uplink_share_bytes_per_second": ("gauge", "The part for units, or for events.", ("site", "uplink", "to", "direction")),
    "uplink_promised_bytes_per_second": ("gauge", "What of it is promised now.", ("site", "uplink", "to", "direction")),
    "allocation_limit_bytes_per_second": (
        "gauge", "What a unit is promised now.", ("device", "queue", "unit", "letter", "site", "uplink", "direction"),
    ),
    "changes": ("gauge", "Requests of the log, by phase.", ("phase",)),
    "log_entries": ("gauge", "Entries of the log.", ()),
    "log_checkpoint_entries": ("gauge", "Entries under the last published checkpoint.", ()),
    "log_checkpoint_timestamp_seconds": ("gauge", "When the last checkpoint was published.", ()),
}  # fmt: skip
"""Name without prefix → kind, help, labels."""


class UplinkNow(Struct, frozen=True, kw_only=True):
    """An uplink at this moment; `units` and `events` are what is promised of each part."""

    site: str
    uplink: str
    provider: str
    contract: RatePair
    share: RatePair
    units: RatePair
    events: RatePair


class Known(Struct, frozen=True, kw_only=True):
    """All that is told. None or empty: that part could not be gathered, and `failed` names it."""

    version: str
    latest: Latest | None = None
    uplinks: Sequence[UplinkNow] = ()
    promises: Sequence[Commitment] = ()
    phases: Mapping[str, int] | None = None
    log_entries: int | None = None
    checkpoint: tuple[int, datetime] | None = None
    failed: Mapping[str, bool] = field(default_factory=dict)


def exposition(known: Known) -> bytes:
    """Text format 0.0.4. Raises `Failed` where the library is missing."""
    try:
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
    except ImportError as error:
        raise Failed(
            Text("untuk /metrics perlu paket prometheus-client", "/metrics needs the package prometheus-client"),
            Text("pip install 'netops[monitoring]'", "pip install 'netops[monitoring]'"),
        ) from error

    class All:
        def collect(self) -> Iterator[Metric]:
            for name, rows in _rows(known):
                kind, text, labels = METRICS[name]
                family = (CounterMetricFamily if kind == "counter" else GaugeMetricFamily)(
                    PREFIX + name, text, labels=labels
                )
                for values, number in _once(rows):
                    family.add_metric(values, number)
                yield family

    registry = CollectorRegistry(auto_describe=False)
    registry.register(All())
    return generate_latest(registry)


def _once(rows: Rows) -> Iterator[tuple[Labels, float]]:
    """Prometheus takes no two values under equal labels: of a device's two interfaces of one name the first counts."""
    seen: set[Labels] = set()
    for values, number in rows:
        clean = tuple(_text(value) for value in values)
        if clean not in seen:
            seen.add(clean)
            yield clean, number


def _text(value: str) -> str:
    """What UTF-8 cannot hold is replaced; quotes, backslashes and line ends are the library's to escape."""
    return value.encode("utf-8", "replace").decode("utf-8")


def _rows(known: Known) -> Iterator[tuple[str, Rows]]:
    yield "build_info", [((known.version,), 1)]
    yield "gathering_failed", [((part,), float(bad)) for part, bad in sorted(known.failed.items())]
    if known.latest is not None:
        samples = [one for _, one in sorted(known.latest.samples.items())]
        yield from _interfaces(samples)
        yield from _queues(samples)
        yield from _devices(samples)
        yield "device_readings_missed", [(key, float(count)) for key, count in sorted(known.latest.missed.items())]
    yield from _promised(known)
    if known.phases is not None:
        yield "changes", [((phase,), float(count)) for phase, count in known.phases.items()]
    if known.log_entries is not None:
        yield "log_entries", [((), float(known.log_entries))]
    if known.checkpoint is not None:
        entries, published = known.checkpoint
        yield "log_checkpoint_entries", [((), float(entries))]
        yield "log_checkpoint_timestamp_seconds", [((), published.timestamp())]


def _interfaces(samples: Sequence[Sample]) -> Iterator[tuple[str, Rows]]:
    ports = [((one.device, port.name, port.alias), port) for one in samples for port in one.interfaces]
    yield "interface_in_bytes_total", [(labels, float(port.in_octets)) for labels, port in ports]
    yield "interface_out_bytes_total", [(labels, float(port.out_octets)) for labels, port in ports]
    yield "interface_speed_bytes_per_second", [(labels, port.speed / 8) for labels, port in ports]
    yield "interface_up", [(labels, float(port.up)) for labels, port in ports]
    for counter in ("in_errors", "out_errors", "in_discards", "out_discards"):
        told = [(labels, getattr(port, counter)) for labels, port in ports]
        yield f"interface_{counter}_total", [(labels, float(count)) for labels, count in told if count is not None]


def _queues(samples: Sequence[Sample]) -> Iterator[tuple[str, Rows]]:
    queues = [((one.device, queue.kind.value, queue.name), queue) for one in samples for queue in one.queues]
    both = [(labels, queue) for labels, queue in queues if queue.kind.value not in ("tree", "class")]
    yield "queue_in_bytes_total", [(labels, float(queue.in_octets)) for labels, queue in both]
    yield "queue_out_bytes_total", [(labels, float(queue.out_octets)) for labels, queue in queues]
    yield "queue_drops_total", [(labels, float(queue.drops)) for labels, queue in queues if queue.drops is not None]


def _devices(samples: Sequence[Sample]) -> Iterator[tuple[str, Rows]]:
    yield "device_cpu_ratio", [((one.device,), one.cpu / 100) for one in samples if one.cpu is not None]
    yield "device_memory_ratio", [((one.device,), one.memory / 100) for one in samples if one.memory is not None]
    yield "device_hotspot_users", [((one.device,), float(one.guests)) for one in samples if one.guests is not None]
    yield "device_uptime_seconds", [((one.device,), one.uptime / 100) for one in samples]
    yield "device_reading_timestamp_seconds", [((one.device,), one.at.timestamp()) for one in samples]


def _promised(known: Known) -> Iterator[tuple[str, Rows]]:
    yield (
        "uplink_contract_bytes_per_second",
        [
            ((one.site, one.uplink, one.provider, way), rate)
            for one in known.uplinks
            for way, rate in _ways(one.contract)
        ],
    )
    parts = [
        (one, to, share, promised)
        for one in known.uplinks
        for to, share, promised in (
            ("units", one.share, one.units),
            (
                "events",
                RatePair(up=one.contract.up - one.share.up, down=one.contract.down - one.share.down),
                one.events,
            ),
        )
    ]
    for name, place in (("share", 2), ("promised", 3)):
        yield (
            f"uplink_{name}_bytes_per_second",
            [
                ((part[0].site, part[0].uplink, part[1], way), rate)
                for part in parts
                for way, rate in _ways(part[2] if place == 2 else part[3])
            ],
        )
    yield (
        "allocation_limit_bytes_per_second",
        [
            ((device, queue, one.unit, one.letter, site, uplink, way), rate)
            for one in known.promises
            for device, _, queue in (one.allocation.partition("/"),)
            for site, _, uplink in (one.uplink.partition("/"),)
            for way, rate in _ways(RatePair(up=one.up, down=one.down))
        ],
    )


def _ways(pair: RatePair) -> tuple[tuple[str, float], ...]:
    """bit/s in the base unit, octets a second: then it stands beside `rate()` of the counters."""
    return ("up", pair.up / 8), ("down", pair.down / 8)
