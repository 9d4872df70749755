"""The list of available bandwidth takes what was measured out of segments on the disk: a unit's queue and the uplink's port."""

from datetime import timedelta
from pathlib import Path

from life_desk import NOON, open_life_desk
from plain_figures import Reading, cs
from segment_maker import write

from netops.actions import allocating
from netops.core.canonical import dump
from netops.core.measured import Commitment, Series, SeriesKind, Watch
from netops.filing import record
from netops.planning.commitments import uplink_key

M = 1_000_000
QUEUE = Series(device="gw-kampus", kind=SeriesKind.QUEUE, name="perpus")
TREE_DOWN = Series(device="gw-kampus", kind=SeriesKind.TREE, name="sains-dn")
TREE_UP = Series(device="gw-kampus", kind=SeriesKind.TREE, name="sains-up")
PORT = Series(device="gw-kampus", kind=SeriesKind.INTERFACE, name="ether1")


def steady(series: Series, into: int, out: int, speed: int | None) -> list[tuple[Series, Reading]]:
    """A reading a minute over the hour before noon, at so many bit/s each way."""
    start = NOON - timedelta(hours=1)
    return [
        (
            series,
            Reading(
                at=cs(start + timedelta(minutes=minute)), uptime=100_000 + minute * 6_000, into=into // 8 * 60 * minute,
                out=out // 8 * 60 * minute, speed=speed,
            ),
        )
        for minute in range(61)
    ]  # fmt: skip


def test_a_queue_and_the_uplinks_port_are_measured_and_a_unit_without_a_counter_is_not(tmp_path: Path) -> None:
    with open_life_desk(tmp_path / "ws") as desk:
        unit = Commitment(
            allocation="gw-kampus/perpus", unit="Perpustakaan", letter="B-1", uplink=uplink_key("kampus", "ISP-A"),
            up=20 * M, down=40 * M, since=NOON - timedelta(days=90), until=None, kind="permanent", change="",
            watch=Watch(series=QUEUE),
        )  # fmt: skip
        other = Commitment(
            allocation="gw-kampus/lab", unit="Lab", letter="B-2", uplink=unit.uplink, up=M, down=M, since=unit.since,
            until=None, kind="permanent", change="",
        )  # fmt: skip
        record(desk.app, "capacity.adopted", "", commitments=dump((unit, other)))
        assert allocating.listing(desk.app, "kampus").figures == {}, "nobody collected yet"
        readings = steady(QUEUE, 8 * M, 16 * M, None) + steady(PORT, 160 * M, 80 * M, 1000 * M)
        write(desk.app.settings.var / "segments", readings)
        found = allocating.listing(desk.app, "kampus").figures
        assert set(found) == {"gw-kampus/perpus", "kampus/ISP-A"}
        queue, port = found["gw-kampus/perpus"], found["kampus/ISP-A"]
        assert queue.up is not None and queue.down is not None and port.up is not None and port.down is not None
        assert (queue.up.p95, queue.down.maximum) == (8 * M, 16 * M)
        assert (port.up.p95, port.down.p95) == (80 * M, 160 * M), "out of the uplink's port is up"


def test_a_unit_with_a_queue_tree_for_each_way_is_measured_by_both(tmp_path: Path) -> None:
    with open_life_desk(tmp_path / "ws") as desk:
        sites = desk.root / "inventory" / "sites.yaml"
        listed = (
            "sains: {name: Sains, uplink: ISP-A, device: gw-kampus, form: tree, queue: {up: sains-up, down: sains-dn}}"
        )
        sites.write_text(
            sites.read_text("utf-8").replace("    allocations:\n", f"    allocations:\n      {listed}\n", 1), "utf-8"
        )
        unit = Commitment(
            allocation="gw-kampus/sains-dn", unit="Sains", letter="B-3", uplink=uplink_key("kampus", "ISP-A"), up=20 * M,
            down=40 * M, since=NOON - timedelta(days=90), until=None, kind="permanent", change="",
        )  # fmt: skip
        record(desk.app, "capacity.adopted", "", commitments=dump((unit,)))
        readings = steady(TREE_DOWN, 0, 24 * M, None) + steady(TREE_UP, 0, 8 * M, None)
        write(desk.app.settings.var / "segments", readings)
        figures = allocating.listing(desk.app, "kampus").figures["gw-kampus/sains-dn"]
        assert figures.up is not None and figures.down is not None
        assert (figures.up.p95, figures.down.p95) == (8 * M, 24 * M)
