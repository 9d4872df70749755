"""The inventory that the lab writes, read by the fleet as any other, leads the poller to every device."""

from datetime import UTC, datetime
from pathlib import Path

from netops.core.clock import SystemClock
from netops.core.measured import Sample
from netops.fleet import Fleet
from netops.lab.campus import Campus
from netops.monitoring.poll import SnmpPoller
from netops.vault import FileSecrets


def test_every_device_of_the_written_inventory_is_read(campus: Campus, tmp_path: Path) -> None:
    campus.write_inventory(tmp_path / "inventory", tmp_path / "secrets.json")
    fleet = Fleet.open(tmp_path / "inventory", tmp_path / "cache")
    targets = [fleet.target(name) for name in campus.devices]
    with SnmpPoller(FileSecrets(tmp_path / "secrets.json"), SystemClock()) as poller:
        first = poller.sample(targets, datetime.now(UTC))
        second = poller.sample(targets, datetime.now(UTC))
    for name, device in campus.devices.items():
        before, after = _sample(first[name]), _sample(second[name])
        assert after.uptime >= before.uptime
        expected = [port.name for port in campus.call(device.interfaces)]
        assert [each.name for each in before.interfaces] == expected
    gateway = {each.name: each for each in _sample(second["gw-kampus"]).interfaces}
    assert gateway.keys() >= {"ether1", "bridge-lan", "vlan20-kantor"}
    assert gateway["ether1"].in_octets > 0


def _sample(result: Sample | Exception) -> Sample:
    assert isinstance(result, Sample), repr(result)
    return result
