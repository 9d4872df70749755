"""The IOS driver over real SSH against the lab's switch: reading, writing, the revert timer, and each way to fail."""

import asyncio
import base64
import logging
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

import netops.lab
from netops.core.clock import SystemClock
from netops.core.errors import (
    CommandRefused,
    DeviceError,
    Failed,
    LoginRefused,
    Misbehaved,
    TimedOut,
    UnknownIdentity,
    Unreachable,
    Unsupported,
)
from netops.core.model import (
    Batch,
    GuardKind,
    GuardPurpose,
    GuardSpec,
    GuardState,
    LineOp,
    Op,
    Scope,
    Severity,
    State,
    Tag,
    Target,
    Tree,
)
from netops.core.ports import Driver
from netops.core.secret import Secret, SecretRef
from netops.core.text import Text
from netops.drivers.ios import IosDriver, open_driver
from netops.lab.ios.device import Ios
from netops.platforms.ios import PLATFORM

CONFIG = (Path(netops.lab.__file__).parent / "configs" / "sw-aula.cfg").read_text(encoding="utf-8")
PASSWORD, ENABLE = "canary-login-5512", "canary-enable-8841"
OWNER = Tag("HD-7-abcdef")
SCOPE = Scope(paths=("vlan *", "interface *"))
WANT = PLATFORM.parse(
    f"vlan 210\n name {OWNER.name}\ninterface Gi1/0/1\n switchport trunk allowed vlan add 210\n"
    + "".join(
        f"interface Gi1/0/{port}\n switchport mode access\n switchport access vlan 210\n spanning-tree portfast\n"
        for port in (5, 6)
    ),
    {},
)


class Secrets:
    def __init__(self, **found: str) -> None:
        self.found = {"device/sw-aula": PASSWORD, "enable/sw-aula": ENABLE, **found}

    def get(self, ref: SecretRef) -> Secret:
        if ref.name not in self.found:
            raise Failed(Text(id=ref.name, en=ref.name))
        return Secret(self.found[ref.name])


class Later(SystemClock):
    """Our clock, some time ahead of the device's."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class Switch:
    """One simulated switch on a thread of its own, and the inventory's view of it."""

    def __init__(self, config: str = CONFIG) -> None:
        self.device = Ios(
            name="sw-aula", config=config, username="netops", password=PASSWORD, enable=ENABLE, clock=SystemClock()
        )
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.call(self.device.start("127.0.0.1"))

    def call(self, work: Coroutine[object, object, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def close(self) -> None:
        self.call(self.device.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(20)
        self.loop.close()

    def target(self, **options: str | int | bool) -> Target:
        about = self.device.describe()
        return Target(
            name="sw-aula",
            host="127.0.0.1",
            platform="ios",
            site="kampus",
            roles=("access",),
            username="netops",
            password=SecretRef("device/sw-aula"),
            options={"ssh_port": int(str(about["ssh"])), "host_key": str(about["host_key"]), "timeout": 5, **options},
            data={},
        )

    def open(self, **options: str | int | bool) -> IosDriver:
        return open_driver(self.target(**options), Secrets(), SystemClock())


def as_the_port_says(driver: IosDriver) -> Driver:
    """For the type checker: what `open_driver` gives is a `Driver`."""
    return driver


@pytest.fixture(scope="module")
def shared_switch() -> Iterator[Switch]:
    switch = Switch()
    yield switch
    switch.close()


@pytest.fixture
def switch() -> Iterator[Switch]:
    made = Switch()
    yield made
    made.close()


def spec(seconds: int = 300, purpose: GuardPurpose = GuardPurpose.REVERT) -> GuardSpec:
    return GuardSpec(purpose=purpose, kind=GuardKind.DEVICE_TIMER, owner=OWNER, seconds=seconds, inverse=())


def push(driver: IosDriver, ops: tuple[Op, ...]) -> None:
    for batch in PLATFORM.batches(ops):
        assert len(driver.apply(batch, Secrets()).replies) == len(batch.ops)


def one(*ops: LineOp) -> Batch:
    return Batch(number=0, ops=ops)


def section(state: State, name: str) -> list[str]:
    assert isinstance(state, Tree)
    start = state.lines.index(name) + 1
    found = []
    for line in state.lines[start:]:
        if not line.startswith(" "):
            break
        found.append(line.strip())
    return found


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_facts_by_napalm_over_the_same_session(shared_switch: Switch) -> None:
    with as_the_port_says(shared_switch.open()) as driver:
        facts = driver.facts
    assert (facts.platform, facts.version, facts.identity) == ("ios", "15.2(7)E", "sw-aula")
    assert "2960X" in facts.board
    assert facts.features == ("archive",)


def test_observe_reads_what_the_scope_names(shared_switch: Switch) -> None:
    with shared_switch.open() as driver:
        seen = driver.observe(SCOPE)
        less = driver.observe(Scope(paths=("interface Gi1/0/1",)))
    assert section(seen, "vlan 20") == ["name KANTOR"]
    assert "switchport trunk allowed vlan 10,20" in section(seen, "interface GigabitEthernet1/0/1")
    assert isinstance(less, Tree)
    assert less.lines[0] == "interface GigabitEthernet1/0/1"
    assert all(line.startswith(" ") for line in less.lines[1:])


def test_a_list_of_vlans_that_is_none_is_not_guessed(shared_switch: Switch, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "interface Gi1/0/1\n switchport trunk allowed vlan 11/0/1\nend\n"
    monkeypatch.setattr(IosDriver, "_running", lambda self, step: text)
    with shared_switch.open() as driver, pytest.raises(Misbehaved, match="the configuration cannot be read") as caught:
        driver.observe(SCOPE)
    assert not caught.value.may_have_written


def test_capture_is_whole_and_without_secrets(shared_switch: Switch) -> None:
    with shared_switch.open() as driver:
        kept = driver.capture().decode()
    assert "interface GigabitEthernet1/0/24" in kept
    assert kept.rstrip().endswith("end")
    assert "$9$" not in kept
    assert "enable secret ***" in kept


def test_preflight_of_a_good_switch(shared_switch: Switch) -> None:
    with shared_switch.open() as driver:
        assert {finding.severity for finding in driver.preflight()} == {Severity.OK}


def test_preflight_tells_a_missing_archive_and_unsaved_lines() -> None:
    bare = Switch(CONFIG.replace("archive\n path flash:cfg\n maximum 14\n", ""))
    try:
        with bare.open() as driver:
            assert driver.facts.features == ()
            driver.apply(one(LineOp(path="interface GigabitEthernet1/0/9", lines=("description x",))), Secrets())
            found = {finding.about: finding for finding in driver.preflight()}
            assert found["archive"].severity is Severity.WARNING
            assert " path flash:netops-archive" in found["archive"].paste
            assert found["startup-config"].severity is Severity.WARNING
            with pytest.raises(Unsupported, match="archive") as caught:
                driver.arm(spec())
            assert " path flash:" in caught.value.describe("id")
            # The session is still of use.
            assert driver.observe(Scope(paths=("interface Gi1/0/9",)))
    finally:
        bare.close()


# ── writing ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_there_and_back_over_new_connections(switch: Switch) -> None:
    with switch.open() as driver:
        seen = driver.observe(SCOPE)
        ops = PLATFORM.diff(seen, WANT, OWNER)
        push(driver, ops)
    with switch.open() as driver:
        done = driver.observe(SCOPE)
        assert PLATFORM.diff(done, WANT, OWNER) == ()
        assert len(PLATFORM.owned(done, OWNER)) == 4
        driver.save()
        assert switch.device.startup_config == switch.device.running_config
        back = PLATFORM.restore(done, ops, OWNER)
        assert back.conflicts == ()
        push(driver, back.ops)
    with switch.open() as driver:
        assert driver.observe(SCOPE) == seen


def test_the_refused_line_is_named_and_nothing_follows_it(switch: Switch) -> None:
    batch = one(
        LineOp(path="interface GigabitEthernet1/0/5", lines=("description first",)),
        LineOp(path="interface GigabitEthernet1/0/6", lines=("description second", "nonsense here")),
        LineOp(path="interface GigabitEthernet1/0/7", lines=("description third",)),
    )
    with switch.open() as driver:
        with pytest.raises(CommandRefused) as caught:
            driver.apply(batch, Secrets())
        error = caught.value
        assert (error.op, error.may_have_written) == (1, True)
        assert error.reply.startswith("% Invalid input")
        assert "nonsense here" in error.describe("id")
        seen = driver.observe(SCOPE)  # and the session is of use again
    assert "description first" in section(seen, "interface GigabitEthernet1/0/5")
    assert "description third" not in section(seen, "interface GigabitEthernet1/0/7")


def test_a_first_line_that_is_refused_wrote_nothing(shared_switch: Switch) -> None:
    with shared_switch.open() as driver, pytest.raises(CommandRefused) as caught:
        driver.apply(one(LineOp(path="", lines=("nonsense here",))), Secrets())
    assert (caught.value.op, caught.value.may_have_written) == (0, False)


def test_a_refusal_without_a_percent_sign_is_one(switch: Switch) -> None:
    switch.device.faults.refuse["portfast"] = "Command rejected: not on this port."
    with switch.open() as driver, pytest.raises(CommandRefused, match="Command rejected"):
        driver.apply(one(LineOp(path="interface GigabitEthernet1/0/5", lines=("spanning-tree portfast",))), Secrets())


@pytest.mark.parametrize(
    "line", ["description x\nno shutdown", "description x\rshutdown", "description ?", "a\x03", "é", " "]
)
def test_line_breaks_and_help_never_leave_us(shared_switch: Switch, line: str) -> None:
    before = shared_switch.device.running_config
    batch = one(
        LineOp(path="interface GigabitEthernet1/0/5", lines=("description y",)),
        LineOp(path="interface GigabitEthernet1/0/5", lines=(line,)),
    )
    with shared_switch.open() as driver, pytest.raises(CommandRefused) as caught:
        driver.apply(batch, Secrets())
    assert (caught.value.op, caught.value.may_have_written) == (1, False)
    assert shared_switch.device.running_config == before


def test_a_silent_device_is_given_up_in_bounded_time(switch: Switch) -> None:
    switch.device.faults.hang_on = "access vlan 210"
    driver = switch.open(timeout=2)
    start = time.monotonic()
    with pytest.raises(TimedOut) as caught:
        driver.apply(
            one(LineOp(path="interface GigabitEthernet1/0/5", lines=("switchport access vlan 210",))), Secrets()
        )
    driver.__exit__()
    assert caught.value.may_have_written
    assert time.monotonic() - start < 6


def test_a_broken_connection_is_told_at_once(switch: Switch) -> None:
    driver = switch.open(timeout=20)
    switch.device.faults.cut_after = 2
    start = time.monotonic()
    with pytest.raises(Unreachable) as caught:
        push(driver, PLATFORM.diff(driver.observe(SCOPE), WANT, OWNER))
    assert caught.value.may_have_written
    assert time.monotonic() - start < 10
    with pytest.raises(DeviceError) as after:
        driver.observe(SCOPE)
    assert not after.value.may_have_written
    driver.__exit__()


# ── the device's own timer ───────────────────────────────────────────────────────────────────────────────────────


def test_the_timer_armed_confirmed_and_confirmed_again(switch: Switch) -> None:
    with switch.open() as driver:
        handle = driver.arm(spec(61))
        assert handle.fires_at - handle.armed_at == timedelta(minutes=2), "whole minutes, rounded up"
        assert driver.guard_state(handle) is GuardState.ARMED
        with pytest.raises(CommandRefused):
            driver.arm(spec())
        push(driver, PLATFORM.diff(driver.observe(SCOPE), WANT, OWNER))
    with switch.open() as driver:
        assert driver.guard_state(handle) is GuardState.ARMED, "another session asks about it"
        driver.confirm(handle)
        assert driver.guard_state(handle) is GuardState.ABSENT
        driver.confirm(handle)
        assert PLATFORM.owned(driver.observe(SCOPE), OWNER)


def test_the_timer_fired_takes_everything_back(switch: Switch) -> None:
    with switch.open() as driver:
        seen = driver.observe(SCOPE)
        handle = driver.arm(spec())
        push(driver, PLATFORM.diff(seen, WANT, OWNER))
        driver.fire(handle)
        assert driver.observe(SCOPE) == seen
        with pytest.raises(CommandRefused):
            driver.fire(handle)


def test_after_its_time_a_timer_that_is_gone_has_fired(switch: Switch) -> None:
    clock = Later()
    with open_driver(switch.target(), Secrets(), clock) as driver:
        handle = driver.arm(spec(60))
        driver.fire(handle)  # as the device would by itself
        clock.ahead = timedelta(minutes=2)
        assert driver.guard_state(handle) is GuardState.FIRED
        with pytest.raises(CommandRefused, match="No Rollback"):
            driver.confirm(handle)


@pytest.mark.parametrize("bad", [spec(0), spec(121 * 60), spec(300, GuardPurpose.END)])
def test_timers_that_the_device_does_not_have(shared_switch: Switch, bad: GuardSpec) -> None:
    with shared_switch.open() as driver, pytest.raises(Unsupported) as caught:
        driver.arm(bad)
    assert not caught.value.may_have_written


# ── who the device is, who we are ────────────────────────────────────────────────────────────────────────────────

OTHER_KEY = "ssh-ed25519 " + base64.b64encode(b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + bytes(range(32))).decode()


@pytest.mark.parametrize(("pinned", "said"), [("", "not in the inventory"), (OTHER_KEY, "not the recorded one")])
def test_an_unknown_or_changed_host_key_ends_it_before_any_password(
    switch: Switch, pinned: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(UnknownIdentity, match=said) as caught:
        switch.open(host_key=pinned)
    key = " ".join(str(switch.device.describe()["host_key"]).split()[:2])
    assert f'host_key: "{key}"' in caught.value.describe("id")
    assert f'host_key: "{key}"' in caught.value.describe("en")
    assert not caught.value.may_have_written
    assert "userauth" not in caplog.text


def test_a_pinned_rsa_key_is_what_is_asked_for(shared_switch: Switch) -> None:
    with shared_switch.open(host_key=str(shared_switch.device.describe()["host_key_rsa"])) as driver:
        assert driver.observe(Scope(paths=("interface Gi1/0/1",)))


@pytest.mark.parametrize("pinned", ["nonsense", "ssh-ed25519 !!!", "ssh-ed25519", "ssh-foo AAAA"])
def test_a_host_key_that_cannot_be_read(shared_switch: Switch, pinned: str) -> None:
    with pytest.raises(UnknownIdentity):
        shared_switch.open(host_key=pinned)


@pytest.mark.parametrize(
    ("wrong", "step"), [("device/sw-aula", "login"), ("enable/sw-aula", "enable")], ids=["login", "enable"]
)
def test_wrong_credentials_are_tried_once_and_never_shown(
    shared_switch: Switch, wrong: str, step: str, caplog: pytest.LogCaptureFixture
) -> None:
    bad = "canary-wrong-0099"
    start = time.monotonic()
    with caplog.at_level(logging.DEBUG), pytest.raises(LoginRefused) as caught:
        open_driver(shared_switch.target(), Secrets(**{wrong: bad}), SystemClock())
    assert caught.value.step == step
    assert wrong in caught.value.describe("id")
    assert time.monotonic() - start < 5
    for canary in (bad, PASSWORD, ENABLE):
        assert canary not in caplog.text
        assert canary not in caught.value.describe("en") + repr(caught.value) + str(caught.value.__cause__)
    assert caplog.text.count("userauth is OK") <= 1


def test_a_missing_enable_secret_is_told(shared_switch: Switch) -> None:
    secrets = Secrets()
    del secrets.found["enable/sw-aula"]
    with pytest.raises(LoginRefused, match="privileged"):
        open_driver(shared_switch.target(), secrets, SystemClock())


def test_no_password_in_the_log_of_a_whole_change(switch: Switch, caplog: pytest.LogCaptureFixture) -> None:
    """Even where somebody turns the libraries up again, which `core.quiet` holds at WARNING."""
    for name in (None, "netmiko", "paramiko"):
        caplog.set_level(logging.DEBUG, logger=name)
    with switch.open() as driver:
        push(driver, PLATFORM.diff(driver.observe(SCOPE), WANT, OWNER))
    assert "write_channel" in caplog.text, "netmiko did log"
    assert PASSWORD not in caplog.text
    assert ENABLE not in caplog.text


def test_nobody_there(shared_switch: Switch) -> None:
    with pytest.raises(Unreachable) as caught:
        open_driver(replace(shared_switch.target(), options={"ssh_port": 1, "timeout": 2}), Secrets(), SystemClock())
    assert not caught.value.may_have_written


def test_filters_of_closed_sessions_do_not_pile_up(shared_switch: Switch) -> None:
    """netmiko puts each password into a log filter of the whole process until the session is closed."""
    log = logging.getLogger("netmiko")
    before = len(log.filters)
    shared_switch.open().__exit__()
    with pytest.raises(UnknownIdentity):
        shared_switch.open(host_key="")
    with pytest.raises(LoginRefused):
        open_driver(shared_switch.target(), Secrets(**{"device/sw-aula": "x"}), SystemClock())
    assert len(log.filters) == before


def test_few_round_trips(switch: Switch, benchmark_free: Callable[[Callable[[], object]], float]) -> None:
    """With 20 ms a command, opening and reading again stays under 30 of them (netmiko's own pauses included)."""
    switch.device.faults.delay = 0.02

    def verify() -> None:
        with switch.open() as driver:
            driver.observe(SCOPE)

    assert benchmark_free(verify) < 30 * 0.02 + 1.0


@pytest.fixture
def benchmark_free() -> Callable[[Callable[[], object]], float]:
    def best_of_three(work: Callable[[], object]) -> float:
        times = []
        for _ in range(3):
            start = time.monotonic()
            work()
            times.append(time.monotonic() - start)
        return min(times)

    return best_of_three
