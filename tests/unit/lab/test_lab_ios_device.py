"""The switch on a socket: login, host keys, faults, the view; with asyncssh as a plain client on the same loop."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import asyncssh
import ios_desk as desk
import pytest

from netops.core.clock import ManualClock, SystemClock
from netops.lab.ios import device as device_module
from netops.lab.ios.device import Ios
from netops.lab.ios.trouble import Faults
from netops.lab.view import LabDevice

LAB_CONFIG = Path(device_module.__file__).parents[1] / "configs" / "sw-aula.cfg"
KEY = asyncssh.generate_private_key("ssh-ed25519")


def build(clock: ManualClock | None = None, config: str = desk.CONFIG) -> Ios:
    return Ios(
        name="sw",
        config=config,
        username="netops",
        password="sandi",
        enable="rahasia",
        clock=clock or SystemClock(),
        host_key=KEY,
    )


def on(switch: Ios, work: Callable[[Ios], Awaitable[None]]) -> None:
    """Run `work` against the started switch, within 10 s, and stop it whatever happens."""

    async def run() -> None:
        await switch.start("127.0.0.1")
        try:
            await asyncio.wait_for(work(switch), 10)
        finally:
            await switch.stop()

    asyncio.run(run())


def login(switch: Ios, **options: object) -> Awaitable[asyncssh.SSHClientConnection]:
    wanted: dict[str, object] = {"username": "netops", "password": "sandi", "client_keys": None, "agent_path": None}
    port = switch.describe()["ssh"]
    return asyncssh.connect("127.0.0.1", port, known_hosts=None, config=None, **(wanted | options))


async def until(process: "asyncssh.SSHClientProcess[str]", text: str) -> str:
    return str(await process.stdout.readuntil(text))


def test_it_is_a_lab_device_and_describes_itself() -> None:
    async def work(switch: Ios) -> None:
        device: LabDevice = switch
        about = device.describe()
        assert about["platform"] == "ios"
        assert about["host_key"] == KEY.export_public_key().decode().strip()
        assert (about["username"], about["password"], about["enable"]) == ("netops", "sandi", "rahasia")
        assert isinstance(about["ssh"], int)
        assert about["ssh"] > 0
        assert list(device.queues()) == []

    on(build(), work)


@pytest.mark.parametrize("algorithm", ["ssh-ed25519", "rsa-sha2-256"])
def test_both_host_keys_are_served_and_stay(algorithm: str) -> None:
    async def work(switch: Ios) -> None:
        async with await login(switch, server_host_key_algs=[algorithm]) as connection:
            key = connection.get_server_host_key()
            assert key is not None
            want = switch.describe()["host_key" if algorithm == "ssh-ed25519" else "host_key_rsa"]
            assert key.export_public_key().decode().strip() == want

    on(build(), work)


def test_a_wrong_password_is_refused_and_the_right_one_gets_user_mode() -> None:
    async def work(switch: Ios) -> None:
        with pytest.raises(asyncssh.PermissionDenied):
            await login(switch, password="salah")
        async with await login(switch) as connection:
            process = await connection.create_process(term_type="vt100", term_size=(80, 0))
            assert (await until(process, ">")).endswith("sw>")

    on(build(), work)


def test_privilege_15_in_the_configuration_skips_enable() -> None:
    # Command reference `username … privilege 15`: the session starts in privileged mode.
    async def work(switch: Ios) -> None:
        async with await login(switch) as connection:
            process = await connection.create_process(term_type="vt100")
            assert (await until(process, "#")).endswith("sw#")

    on(build(config=desk.CONFIG + "username netops privilege 15 secret 9 x\n"), work)


def test_one_command_may_come_with_the_connection() -> None:
    async def work(switch: Ios) -> None:
        async with await login(switch) as connection:
            result = await connection.run("show privilege")
            assert result.stdout == "Current privilege level is 1\r\n"

    on(build(), work)


def test_two_sessions_see_each_other_and_the_same_configuration() -> None:
    async def work(switch: Ios) -> None:
        async with await login(switch) as one, await login(switch) as two:
            first, second = await one.create_process(term_type="vt100"), await two.create_process(term_type="vt100")
            for process in (first, second):
                await until(process, ">")
                process.stdin.write("terminal length 0\renable\rrahasia\r")
                await until(process, "sw#")
            first.stdin.write("conf t\rvlan 210\rend\r")
            await until(first, "sw#")
            second.stdin.write("show vlan brief\rshow users\r")
            screen = await until(second, "Interface    User")
            assert "VLAN0210" in screen
            assert screen.count("netops") == 2

    on(build(), work)


def test_the_loop_runs_the_timer_by_the_devices_clock() -> None:
    clock = ManualClock(desk.START)

    async def work(switch: Ios) -> None:
        before = switch.running_config
        async with await login(switch) as connection:
            process = await connection.create_process(term_type="vt100", term_size=(80, 0))
            process.stdin.write("enable\rrahasia\rconf t revert timer 2\rvlan 210\r")
            await until(process, "(config-vlan)#")
        assert "vlan 210" in switch.running_config
        clock.move(120)
        for _ in range(100):
            await asyncio.sleep(0.02)
            if switch.running_config == before:
                return
        raise AssertionError("the rollback did not run")

    on(build(clock), work)


def test_a_cut_breaks_the_connection_after_so_many_applied_lines() -> None:
    async def work(switch: Ios) -> None:
        switch.faults.cut_after = 2
        connection = await login(switch)
        process = await connection.create_process(term_type="vt100")
        process.stdin.write("enable\rrahasia\rconf t\rvlan 210\rname DUA\rinterface gi1/0/5\rdescription X\r")
        with suppress(asyncssh.Error, asyncio.IncompleteReadError):
            await until(process, "never")
        await connection.wait_closed()
        assert " name DUA\n" in switch.running_config
        assert "description X" not in switch.running_config
        assert switch.faults == Faults()  # it cuts once
        async with await login(switch):
            pass

    on(build(), work)


def test_a_hang_echoes_and_never_answers() -> None:
    async def work(switch: Ios) -> None:
        switch.faults.hang_on = "vlan"
        async with await login(switch) as connection:
            process = await connection.create_process(term_type="vt100")
            process.stdin.write("show vlan brief\r")
            await until(process, "show vlan brief")
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(until(process, ">"), 0.2)

    on(build(), work)


def test_a_stopped_switch_leaves_no_task_behind() -> None:
    async def run() -> None:
        switch = build()
        await switch.start("127.0.0.1")
        switch.faults.hang_on = "show"
        connection = await login(switch)
        process = await connection.create_process(term_type="vt100")
        process.stdin.write("show clock\r")
        await until(process, "show clock")
        await switch.stop()
        await connection.wait_closed()
        await asyncio.sleep(0.05)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not [task for task in left if "_serve" in repr(task) or "_poll" in repr(task)]

    asyncio.run(run())


def test_delay_and_no_login() -> None:
    async def work(switch: Ios) -> None:
        switch.faults.delay = 0.1
        async with await login(switch) as connection:
            start = asyncio.get_running_loop().time()
            await connection.run("show clock")
            assert asyncio.get_running_loop().time() - start >= 0.1
        switch.faults.no_login = True
        with pytest.raises(asyncssh.PermissionDenied):
            await login(switch)

    on(build(), work)


def test_a_login_banner_comes_before_the_password() -> None:
    # Command reference `banner login`; over SSH it is the protocol's own banner message.
    seen: list[str] = []

    class Client(asyncssh.SSHClient):
        def auth_banner_received(self, msg: str, lang: str) -> None:
            seen.append(msg)

    async def work(switch: Ios) -> None:
        async with await login(switch, client_factory=Client):
            assert seen == ["Hanya petugas"]

    on(build(config=desk.CONFIG + "banner login ^CHanya petugas^C\n"), work)


def test_view_of_system_and_interfaces() -> None:
    clock = ManualClock(desk.START)
    switch = build(clock)
    clock.move(120)
    system = switch.system()
    assert (system.name, system.uptime, system.snmp_enabled) == ("sw", 120, True)
    assert system.description.startswith("Cisco IOS Software, C2960X Software")
    found = {interface.name: interface for interface in switch.interfaces()}
    aula = found["GigabitEthernet1/0/5"]
    assert (aula.index, aula.alias, aula.kind, aula.speed) == (10105, "Aula", 6, 1_000_000_000)
    assert (aula.admin_up, aula.oper_up) == (True, True)
    assert aula.in_octets > 0
    assert (found["Vlan10"].index, found["Vlan10"].kind, found["Vlan10"].oper_up) == (10, 53, True)
    assert not found["FastEthernet0"].admin_up
    indexes = [interface.index for interface in switch.interfaces()]
    assert indexes == sorted(set(indexes))


def test_the_labs_switch_starts_fast_and_has_its_timer() -> None:
    async def work(switch: Ios) -> None:
        assert "archive\n path flash:cfg\n" in switch.running_config
        assert len([port for port in switch.interfaces() if port.alias == "Aula"]) == 4

    on(build(config=LAB_CONFIG.read_text(encoding="utf-8")), work)
