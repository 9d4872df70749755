"""The inventory read strictly, kept in a cache, and work on its devices with exactly one outcome each."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, Task

from netops.core.errors import Failed, InputError, NoTarget, Unreachable
from netops.core.model import Target
from netops.core.ports import Outcomes
from netops.core.secret import SecretRef
from netops.core.text import Text
from netops.fleet import Fleet

HOSTS = """\
gw-kampus:
  hostname: 10.10.0.1
  groups: [gateways]
  data:
    site: kampus
    roles: [gateway]
    lan_bridge: bridge-lan
    trunks: [ether2]
    uplink_interface: ether1
    options:
      tls_fingerprint: "sha256:00ff"
      snmp: {version: 3, user: netops, auth: SHA-256, priv: AES}
gw-lama:
  hostname: 10.30.0.1
  groups: [gateways]
  data: {site: kampus-lama, roles: [gateway]}
sw-aula:
  hostname: 10.10.0.2
  port: 2222
  platform: ios
  username: admin
  data: {site: kampus, roles: [access, aula]}
"""
GROUPS = """\
gateways:
  platform: routeros
  groups: [all]
all:
  data: {options: {timeout: 7}}
"""
DEFAULTS = "username: netops\ndata: {options: {timeout: 5, snmp_version: 2c}, country: ID}\n"

Make = Callable[..., Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def write(hosts: str = HOSTS, groups: str | None = GROUPS, defaults: str | None = DEFAULTS) -> Path:
        folder = tmp_path / "inventory"
        folder.mkdir(exist_ok=True)
        for name, text in (("hosts", hosts), ("groups", groups), ("defaults", defaults)):
            if text is not None:
                (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def fleet(make: Make) -> Fleet:
    return Fleet.open(make())


def name_of(target: Target) -> str:
    return target.name


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_what_changes_ask_for(fleet: Fleet) -> None:
    outcomes: Outcomes = fleet
    assert outcomes.target("gw-lama").name == "gw-lama"
    with pytest.raises(NoTarget):
        outcomes.target("nobody")


def test_a_target_inherits_from_groups_and_defaults(fleet: Fleet) -> None:
    assert fleet.target("gw-kampus") == Target(
        name="gw-kampus",
        host="10.10.0.1",
        platform="routeros",
        site="kampus",
        roles=("gateway",),
        username="netops",
        password=SecretRef("device/gw-kampus"),
        options={
            "timeout": 7,
            "snmp_version": "3",
            "tls_fingerprint": "sha256:00ff",
            "snmp_user": "netops",
            "snmp_auth": "SHA-256",
            "snmp_priv": "AES",
        },
        data={
            "country": "ID",
            "site": "kampus",
            "roles": ["gateway"],
            "lan_bridge": "bridge-lan",
            "trunks": ["ether2"],
            "uplink_interface": "ether1",
        },
    )
    switch = fleet.target("sw-aula")
    assert switch.options == {"ssh_port": 2222, "timeout": 5, "snmp_version": "2c"}
    assert switch.username == "admin"


def test_targets_are_a_mapping_in_the_files_order(fleet: Fleet) -> None:
    assert list(fleet.targets) == ["gw-kampus", "gw-lama", "sw-aula"]
    assert len(fleet.targets) == 3
    assert "nobody" not in fleet.targets
    assert fleet.targets["gw-lama"] is fleet.targets["gw-lama"]


def test_groups_and_defaults_may_be_missing(make: Make) -> None:
    folder = make(
        "sw:\n  hostname: h\n  platform: ios\n  username: u\n  data: {site: s, roles: [r]}\n",
        groups=None,
        defaults=None,
    )
    assert Fleet.open(folder).target("sw").host == "h"


HOST = "sw:\n  hostname: h\n  platform: ios\n  username: u\n  data:\n    site: s\n    roles: [r]\n"


@pytest.mark.parametrize(
    ("hosts", "line", "field"),
    [
        (HOST + "sw:\n  hostname: h\n", 8, "sw"),
        (HOST + "  adress: x\n", 8, "sw.adress"),
        (HOST + "  password: canary\n", 8, "sw.password"),
        (HOST + "  port: '22'\n", 8, "sw.port"),
        (HOST + "  port: true\n", 8, "sw.port"),
        (HOST + "  groups: [nowhere]\n", 8, "sw.groups"),
        (HOST + "  groups: nowhere\n", 8, "sw.groups"),
        (HOST + "    options: {colour: red}\n", 8, "sw.data.options.colour"),
        (HOST + "    options:\n      ssh_port: 0\n", 9, "sw.data.options.ssh_port"),
        (HOST + "    options:\n      cleartext: 1\n", 9, "sw.data.options.cleartext"),
        (HOST + "    options:\n      snmp:\n        colour: red\n", 9, "sw.data.options.snmp"),
        (HOST + "    options: [x]\n", 8, "sw.data.options"),
        (HOST + "    note: &x [1]\n    more: *x\n", 9, "sw.data.more"),
        (HOST + '    note: "a\\e[2J"\n', 8, "sw.data.note"),
        (HOST + "    note: !!python/name:os.system x\n", 8, "sw.data.note"),
        (HOST + "    note: {<<: {a: 1}}\n", 8, "sw.data.note"),
        (HOST.replace("roles: [r]", "roles: r"), 7, "sw.data.roles"),
        (HOST.replace("site: s", "site: 5"), 6, "sw.data.site"),
        (HOST.replace("  username: u\n", ""), 1, "sw"),
        (HOST.replace("    site: s\n", ""), 1, "sw"),
        (HOST.replace("sw:", "'sw/../x':"), 1, "sw/../x"),
        (HOST.replace("platform: ios", "platform: 5"), 3, "sw.platform"),
        ("sw: 5\n", 1, "sw"),
        ("- sw\n", 1, None),
        ("sw: [\n", 2, None),
        ("a: 1\n---\nb: 2\n", 2, None),
        ("[" * 5000, None, None),
        ("- " * 5000, None, None),
    ],
)
def test_a_malformed_inventory_names_file_line_and_field(
    make: Make, hosts: str, line: int | None, field: str | None
) -> None:
    folder = make(hosts, groups=None, defaults=None)
    with pytest.raises(InputError) as caught:
        Fleet.open(folder)
    assert caught.value.path == folder / "hosts.yaml"
    assert (caught.value.line, caught.value.field) == (line, field)
    assert "canary" not in caught.value.describe("en")


def test_a_circle_of_groups_is_refused(make: Make) -> None:
    with pytest.raises(InputError, match="circle"):
        Fleet.open(make(groups="gateways: {platform: routeros, groups: [all]}\nall: {groups: [gateways]}\n"))


def test_unknown_fields_of_defaults_are_refused(make: Make) -> None:
    folder = make(defaults="usrname: x\n")
    with pytest.raises(InputError) as caught:
        Fleet.open(folder)
    assert (caught.value.path, caught.value.line) == (folder / "defaults.yaml", 1)


def test_no_inventory_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing") as caught:
        Fleet.open(tmp_path)
    assert "netops init" in caught.value.describe("id")


def test_bytes_that_are_no_text_are_told_with_their_line(make: Make) -> None:
    folder = make()
    (folder / "hosts.yaml").write_bytes(b"sw:\n  hostname: \xff\n")
    with pytest.raises(InputError) as caught:
        Fleet.open(folder)
    assert caught.value.line == 2


def test_numbers_that_would_lose_something_stay_text(make: Make) -> None:
    extra = (
        "    a: 0812\n    b: 0x10\n    c: no\n    d: 10:20:30\n    e: 2026-11-20\n    f: 12\n    g: -3\n    h: 1.50\n"
    )
    data = Fleet.open(make(HOST + extra, groups=None, defaults=None)).target("sw").data
    assert [data[key] for key in "abcdefgh"] == ["0812", "0x10", "no", "10:20:30", "2026-11-20", 12, -3, "1.50"]


# ── the cache ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_cache_answers_the_same_and_a_change_is_seen(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    folder = make()
    first = Fleet.open(folder, cache)
    (kept,) = cache.iterdir()
    with monkeypatch.context() as patch:
        patch.setattr("netops.fleet.read.read", None)  # nothing may be parsed again
        second = Fleet.open(folder, cache)
    assert dict(second.targets) == dict(first.targets)
    make(HOSTS.replace("10.30.0.1", "10.30.0.9"))
    assert Fleet.open(folder, cache).target("gw-lama").host == "10.30.0.9"
    assert not kept.exists(), "the older one is gone"
    assert len(list(cache.iterdir())) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"format":"older"}', b"\xff"])
def test_a_broken_cache_is_made_again(make: Make, tmp_path: Path, content: bytes) -> None:
    cache = tmp_path / "cache"
    folder = make()
    Fleet.open(folder, cache)
    (kept,) = cache.iterdir()
    kept.write_bytes(content)
    assert len(Fleet.open(folder, cache).targets) == 3
    assert len(Fleet.open(folder, cache).targets) == 3


def test_a_cache_that_cannot_be_written_costs_only_time(make: Make, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file, not a folder")
    assert len(Fleet.open(make(), tmp_path / "cache").targets) == 3


def test_ten_thousand_hosts_from_the_cache(make: Make, tmp_path: Path) -> None:
    """0.03 s where this was written; the limit leaves room for a loaded machine."""
    block = "  hostname: 10.0.0.1\n  groups: [gateways]\n  data: {site: s, roles: [gateway], lan_bridge: bridge-lan}\n"
    folder = make("".join(f"gw-{number:05}:\n{block}" for number in range(10_000)))
    Fleet.open(folder, tmp_path / "cache")
    start = time.perf_counter()
    again = Fleet.open(folder, tmp_path / "cache")
    assert time.perf_counter() - start < 0.3
    assert len(again.targets) == 10_000
    assert again.target("gw-09999").platform == "routeros"


# ── choosing ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_select(fleet: Fleet) -> None:
    assert fleet.select(role="gateway") == ("gw-kampus", "gw-lama")
    assert fleet.select(site="kampus") == ("gw-kampus", "sw-aula")
    assert fleet.select(site="kampus", role="gateway") == ("gw-kampus",)
    assert fleet.select(role="nobody") == ()
    assert len(fleet.select()) == 3


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("role=gateway", ("gw-kampus", "gw-lama")),
        ("site=kampus, role=gateway", ("gw-kampus",)),
        ("sw-aula", ("sw-aula",)),
        ("gw-*", ("gw-kampus", "gw-lama")),
        ("platform=ios", ("sw-aula",)),
        ("group=gateways", ("gw-kampus", "gw-lama")),
        ("role=a*", ("sw-aula",)),
    ],
)
def test_limit(fleet: Fleet, expression: str, names: tuple[str, ...]) -> None:
    assert fleet.limit(expression) == names


@pytest.mark.parametrize("expression", ["", "colour=red", "role=", "role=gateway,", "=x"])
def test_a_limit_that_is_not_understood(fleet: Fleet, expression: str) -> None:
    with pytest.raises(InputError):
        fleet.limit(expression)


def test_nothing_that_matches_is_an_error(fleet: Fleet) -> None:
    with pytest.raises(NoTarget, match="role=nobody"):
        fleet.limit("role=nobody")


# ── running ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_outcome_for_each_name_in_the_order_asked(fleet: Fleet) -> None:
    names = ["sw-aula", "gw-kampus", "sw-aula"]
    assert list(fleet.run(names, name_of).items()) == [("sw-aula", "sw-aula"), ("gw-kampus", "gw-kampus")]


def test_an_exception_is_that_devices_outcome(fleet: Fleet) -> None:
    trouble = Unreachable(Text(id="x", en="x"), device="gw-lama", step="connect", may_have_written=False)

    def work(target: Target) -> str:
        if target.name == "gw-lama":
            raise trouble
        return target.host

    outcomes = fleet.run(list(fleet.targets), work)
    assert outcomes["gw-lama"] is trouble
    assert outcomes["sw-aula"] == "10.10.0.2"


def test_a_device_that_failed_runs_again(fleet: Fleet) -> None:
    """A shared Nornir would skip it from now on, and a verify of nothing would look like success."""
    calls: list[str] = []

    def work(target: Target) -> int:
        calls.append(target.name)
        if len(calls) == 1:
            raise RuntimeError("first time")
        return len(calls)

    assert isinstance(fleet.run(["gw-lama"], work)["gw-lama"], RuntimeError)
    assert fleet.run(["gw-lama"], work) == {"gw-lama": 2}


@pytest.mark.parametrize("value", [None, RuntimeError("returned, not raised"), 0, ""])
def test_what_work_returns_is_the_outcome(fleet: Fleet, value: object) -> None:
    assert fleet.run(["gw-lama"], lambda target: value)["gw-lama"] is value


def test_no_device_and_unknown_devices_are_errors(fleet: Fleet) -> None:
    with pytest.raises(NoTarget):
        fleet.run([], name_of)
    called: list[str] = []
    with pytest.raises(NoTarget, match="nobody"):
        fleet.run(["gw-lama", "nobody"], lambda target: called.append(target.name))
    assert called == []


def test_a_run_of_nornir_on_no_host_is_an_error_here(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    class Loses:
        def __init__(self, num_workers: int) -> None:
            self.num_workers = num_workers

        def run(self, task: Task, hosts: list[Host]) -> AggregatedResult:
            return AggregatedResult(task.name)

    monkeypatch.setattr("netops.fleet._Patient", Loses)
    with pytest.raises(Failed, match="gw-lama"):
        fleet.run(["gw-lama"], name_of)


def test_far_devices_behind_near_ones_get_their_threads_at_once(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Near ones keep the processor busy for as long as there are some; nobody waits as long again before looking."""
    looks: list[float] = []

    def idle(futures: object, moment: float) -> bool:
        looks.append(moment)
        return len(looks) > 20

    monkeypatch.setattr("netops.fleet._idle", idle)
    names = [f"ap-{number}" for number in range(64)]
    fleet = Fleet.open(
        make(
            "".join(f"{name}: {{hostname: 10.9.0.1, platform: ios, data: {{site: s, roles: [a]}}}}\n" for name in names)
        )
    )
    all_there = threading.Barrier(len(names))
    outcomes = fleet.run(names, lambda target: all_there.wait(30))
    assert sorted(map(str, outcomes.values())) == sorted(map(str, range(64)))
    assert max(looks[:21]) == looks[20] == 0.25
    assert set(looks[21:]) == {looks[0]}


def test_an_interrupt_passes(fleet: Fleet) -> None:
    def work(target: Target) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fleet.run(["gw-lama"], work)


def test_devices_are_worked_on_side_by_side(fleet: Fleet) -> None:
    together = threading.Barrier(3, timeout=10)
    assert set(fleet.run(list(fleet.targets), lambda target: together.wait()).values()) == {0, 1, 2}


def test_devices_that_keep_us_waiting_get_a_worker_each(make: Make) -> None:
    names = [f"gw-{number}" for number in range(20)]
    block = "  hostname: h\n  platform: routeros\n  username: u\n  data: {site: s, roles: [gateway]}\n"
    far = Fleet.open(make(hosts="".join(f"{name}:\n{block}" for name in names)))
    together = threading.Barrier(20, timeout=10)
    assert set(far.run(names, lambda target: together.wait()).values()) == set(range(20))


def test_an_interrupt_waits_for_the_device_at_work_and_begins_no_other(fleet: Fleet) -> None:
    begun: list[str] = []
    ended: list[str] = []

    def work(target: Target) -> None:
        begun.append(target.name)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)
        ended.append(target.name)

    with pytest.raises(KeyboardInterrupt):
        fleet.run(list(fleet.targets), work, workers=1)
    assert len(begun) == 1 and ended == begun


def test_a_worker_that_is_ended_leaves_no_device_unheard_of(fleet: Fleet) -> None:
    class Ended(BaseException):
        pass

    def work(target: Target) -> None:
        raise Ended

    with pytest.raises(Ended):
        fleet.run(list(fleet.targets), work, workers=1)


def test_as_many_workers_as_asked(fleet: Fleet) -> None:
    busy = threading.Lock()

    def alone(target: Target) -> bool:
        free = busy.acquire(blocking=False)
        time.sleep(0.01)
        if free:
            busy.release()
        return free

    assert set(fleet.run(list(fleet.targets), alone, workers=1).values()) == {True}


def test_no_secret_and_no_traceback_in_nornirs_log(fleet: Fleet, caplog: pytest.LogCaptureFixture) -> None:
    secret = "canary-7f3a"

    def work(target: Target) -> str:
        raise RuntimeError(secret)

    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, logger="nornir"):
        fleet.run(["gw-lama"], work)
    assert caplog.records, "Nornir does log"
    assert secret not in caplog.text


def test_opening_an_inventory_loads_neither_nornir_nor_yaml_from_the_cache(make: Make, tmp_path: Path) -> None:
    folder = make()
    Fleet.open(folder, tmp_path / "cache")
    code = (
        "import sys; from pathlib import Path; from netops.fleet import Fleet;"
        f"Fleet.open(Path({str(folder)!r}), Path({str(tmp_path / 'cache')!r})).target('gw-lama');"
        "print([name for name in ('nornir', 'ruamel.yaml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
