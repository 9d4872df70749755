"""/metrics as text: what it says, that Prometheus' own parsers take it whatever devices are called, and that the dashboard fits."""

import json
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from metrics_sample import DASHBOARD, NOW, M, expressions, full, port, queue, sample
from prometheus_client.parser import text_string_to_metric_families

from netops.core.measured import Missed, Sample
from netops.monitoring.exposition import METRICS, PREFIX, Known, exposition
from netops.monitoring.latest import FRESH, Latest, Watcher
from netops.monitoring.spool import FOLDER, Spool

PROMTOOL = "promtool"
needs_promtool = pytest.mark.needs_debian("prometheus")


def values(text: bytes) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(text.decode())
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def value(text: bytes, name: str, **labels: str) -> float:
    return values(text)[f"{PREFIX}{name}", frozenset(labels.items())]


def test_what_is_known_is_told_in_base_units() -> None:
    text = exposition(full())
    assert value(text, "interface_out_bytes_total", device="gw", interface="ether1", alias="ke ISP") == 2000
    assert value(text, "interface_speed_bytes_per_second", device="gw", interface="ether1", alias="ke ISP") == 10**9 / 8
    assert value(text, "queue_drops_total", device="gw", kind="queue", queue="perpus") == 3
    assert value(text, "device_cpu_ratio", device="gw") == 0.07
    assert value(text, "device_uptime_seconds", device="gw") == 3600
    assert value(text, "device_readings_missed", device="sw", reason="TimedOut") == 3
    assert (
        value(text, "uplink_share_bytes_per_second", site="kampus", uplink="ISP-A", to="events", direction="down")
        == 160 * M / 8
    )
    assert (
        value(text, "uplink_promised_bytes_per_second", site="kampus", uplink="ISP-A", to="events", direction="down")
        == 9 * M / 8
    )
    assert value(text, "changes", phase="active") == 2
    assert value(text, "log_checkpoint_timestamp_seconds") == NOW.timestamp()
    allocation = {
        "device": "gw",
        "queue": "perpus",
        "unit": "Perpustakaan",
        "letter": "B-1/2026",
        "site": "kampus",
        "uplink": "ISP-A",
    }
    assert value(text, "allocation_limit_bytes_per_second", **allocation, direction="down") == 40 * M / 8


def test_a_queue_of_one_direction_has_no_counter_of_the_other() -> None:
    told = values(exposition(full()))
    assert (
        f"{PREFIX}queue_in_bytes_total",
        frozenset({("device", "gw"), ("kind", "tree"), ("queue", "t")}),
    ) not in told


def test_what_could_not_be_gathered_is_marked_and_the_rest_is_told() -> None:
    text = exposition(Known(version="1", failed={"log": True, "readings": False}))
    assert value(text, "gathering_failed", part="log") == 1 and value(text, "build_info", version="1") == 1
    assert b"netops_log_entries" not in text and b"netops_interface" not in text


def test_of_two_interfaces_of_one_name_the_first_counts() -> None:
    one = sample("gw", NOW, port("eth", 5), port("eth", 6))
    text = exposition(Known(version="1", latest=Latest(samples={"gw": one}, missed={})))
    assert value(text, "interface_in_bytes_total", device="gw", interface="eth", alias="") == 5


NAMES = st.text(max_size=20)


@settings(max_examples=80)
@given(NAMES, NAMES, NAMES)
def test_whatever_things_are_called_prometheus_reads_them_back(device: str, name: str, unit: str) -> None:
    """Quotes, backslashes, line ends, half a surrogate: text in a label, and never another line."""
    one = sample(device, NOW, port(name, alias=unit), queues=(queue(name),))
    text = exposition(Known(version="1", latest=Latest(samples={"x": one}, missed={(device, name): 1})))
    clean = {"device": device, "interface": name, "alias": unit}
    labels = {key: word.encode("utf-8", "replace").decode() for key, word in clean.items()}
    assert value(text, "interface_up", **labels) == 1
    assert len([line for line in text.decode().split("\n") if line and not line.startswith("#")]) == 11


# ── Prometheus' own tool, and the dashboard ──────────────────────────────────────────────────────────────────────


@needs_promtool
def test_promtool_has_nothing_to_say_against_it() -> None:
    """`promtool check metrics` parses and lints names, help and units."""
    done = subprocess.run(
        [PROMTOOL, "check", "metrics"], input=exposition(full()), capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")


def exposed() -> dict[str, set[str]]:
    """Names in a full answer with their labels."""
    found: dict[str, set[str]] = {}
    for name, labels in values(exposition(full())):
        found.setdefault(name, set()).update(key for key, _ in labels)
    return found


def test_every_metric_has_a_value_in_a_full_answer() -> None:
    assert set(exposed()) == {PREFIX + name for name in METRICS}
    assert all(exposed()[PREFIX + name] == set(labels) for name, (_, _, labels) in METRICS.items())


@pytest.mark.parametrize("expression", sorted(set(expressions())))
def test_the_dashboard_asks_for_names_and_labels_that_are_exposed(expression: str) -> None:
    names = re.findall(r"\bnetops_[a-z0-9_]+", expression)
    assert names and set(names) <= set(exposed()), f"not exposed: {set(names) - set(exposed())}"
    for name, selector in re.findall(r"\b(netops_[a-z0-9_]+)\{([^}]*)\}", expression):
        asked = set(re.findall(r"([a-z_]+)\s*(?:=~|!~|!=|=)", selector))
        assert asked <= exposed()[name], f"{name} has no {asked - exposed()[name]}"
    for name, label in re.findall(r"label_values\((netops_[a-z0-9_]+)[^,]*, ([a-z]+)\)", expression):
        assert label in exposed()[name]


def test_the_dashboard_shows_every_metric() -> None:
    shown = {name for expression in expressions() for name in re.findall(r"\bnetops_[a-z0-9_]+", expression)}
    assert shown == set(exposed())


def test_legends_name_labels_that_are_there() -> None:
    board = json.loads(DASHBOARD.read_text("utf-8"))
    for target in (one for panel in board["panels"] for one in panel.get("targets", ())):
        names = re.findall(r"\bnetops_[a-z0-9_]+", target["expr"])
        labels = set().union(*(exposed()[name] for name in names))
        assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= labels, target["expr"]


@needs_promtool
def test_promtool_reads_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    """As recording rules, with Grafana's variables filled in."""
    rules = [
        {"record": f"check:{number}", "expr": re.sub(r"\$\w+", "x", one.replace("$__rate_interval", "5m"))}
        for number, one in enumerate(expressions())
        if not one.startswith("label_values")
    ]
    path = tmp_path / "rules.yml"
    path.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    done = subprocess.run(
        [PROMTOOL, "check", "rules", str(path)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0 and f"{len(rules)} rules found" in done.stdout, done.stdout + done.stderr


# ── the newest reading ───────────────────────────────────────────────────────────────────────────────────────────


def spooled(root: Path, *readings: Sample | Missed, poller: str = "main") -> None:
    folder = root / f"poller={poller}" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with Spool(folder) as spool:
        spool.append(readings)


def test_the_newest_reading_of_each_device_counts_over_all_pollers(tmp_path: Path) -> None:
    minute = timedelta(minutes=1)
    spooled(tmp_path, sample("gw", NOW - 2 * minute, port("e", 1)), sample("gw", NOW - minute, port("e", 2)))
    spooled(tmp_path, sample("sw", NOW - minute, port("e", 7)), poller="second")
    spooled(
        tmp_path,
        Missed(device="ap", at=NOW - minute, reason="TimedOut"),
        Missed(device="ap", at=NOW, reason="TimedOut"),
    )
    found = Watcher(tmp_path).look(NOW)
    assert {name: one.interfaces[0].in_octets for name, one in found.samples.items()} == {"gw": 2, "sw": 7}
    assert found.missed == {("ap", "TimedOut"): 2}


def test_what_is_old_is_no_present_state_and_what_grows_is_seen(tmp_path: Path) -> None:
    watcher = Watcher(tmp_path)
    assert watcher.look(NOW).samples == {}
    spooled(tmp_path, sample("gw", NOW))
    assert set(watcher.look(NOW).samples) == {"gw"}
    assert set(watcher.look(NOW + FRESH).samples) == {"gw"}
    assert watcher.look(NOW + FRESH + timedelta(minutes=1)).samples == {}


def test_a_torn_tail_is_left_for_the_next_look(tmp_path: Path) -> None:
    spooled(tmp_path, sample("gw", NOW))
    (path,) = (tmp_path / "poller=main" / FOLDER).iterdir()
    path.write_bytes(path.read_bytes() + b"\x00\x01torn")
    assert set(Watcher(tmp_path).look(NOW).samples) == {"gw"}
