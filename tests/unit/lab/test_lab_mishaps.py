"""Mishaps of a router over its API: refused, cut, slow, half-open, restarted, with changed keys; and orders that are wrong."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable

import pytest
from routeros_desk import Desk, Line, make

from netops.lab.faults import BadMishap, Blow, Mishaps
from netops.lab.routeros.api import TIMED_OUT
from netops.lab.routeros.device import RouterOS

Work = Callable[[RouterOS], Awaitable[None]]


def play(work: Work) -> None:
    async def run() -> None:
        device = make()
        await device.start("127.0.0.1")
        try:
            await asyncio.wait_for(work(device), 20)
        finally:
            while Line.opened:
                await Line.opened.pop().close()
            await device.stop()

    asyncio.run(run())


async def rename(line: Line, name: str) -> list[list[str]]:
    return await line.talk("/system/identity/set", f"=name={name}")


def identity(device: RouterOS) -> str:
    return Desk(device).run("/system/identity/get", value_name="name").ret or ""


def test_writes_are_counted_and_refused_by_number() -> None:
    """The words without any of one's own: what busy routers answer (forum, 6.x and 7.x)."""

    async def work(device: RouterOS) -> None:
        device.mishaps.wish({"refuse": {"2": "failure: disk full", "3": ""}})
        line = await Line.open(device)
        assert await rename(line, "satu") == [["!done"]]
        assert await line.talk("/system/identity/print") == [["!re", "=name=satu"], ["!done"]]
        assert await rename(line, "dua") == [["!trap", "=message=failure: disk full"], ["!done"]]
        assert await rename(line, "tiga") == [["!trap", f"=message={TIMED_OUT}"], ["!done"]]
        assert await rename(line, "empat") == [["!done"]]
        assert device.mishaps.shown() == {"refuse": {"2": "failure: disk full", "3": ""}, "writes": 4}
        device.mishaps.clear()
        assert device.mishaps.shown() == {"writes": 0}

    play(work)


@pytest.mark.parametrize(
    ("where", "done", "answered"),
    [("before", False, b""), ("within", True, b"\x05!"), ("after", True, b"\x05!done\x00")],
)
def test_the_connection_breaks_around_a_write(where: str, done: bool, answered: bytes) -> None:
    async def work(device: RouterOS) -> None:
        device.mishaps.wish({"cut": {"1": where}})
        line = await Line.open(device)
        line.send("/system/identity/set", "=name=baru")
        came = b""
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            while True:
                came += await line.reader.readexactly(1)
        assert came.startswith(answered) and len(came) < len(answered) + (3 if where == "within" else 1)
        assert (identity(device) == "baru") is done

    play(work)


def test_slow_means_one_command_after_the_other() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device)
        device.mishaps.wish({"slow": 0.1})
        begun = time.monotonic()
        line.send("/system/identity/print")
        line.send("/system/identity/print")
        assert [(await line.words())[0] for _ in range(4)] == ["!re", "!done", "!re", "!done"]
        assert time.monotonic() - begun >= 0.2

    play(work)


def test_a_half_open_connection_says_nothing_and_stays() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device)
        device.mishaps.half_open = True
        line.send("/system/identity/print")
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(line.reader.readexactly(1), 0.2)
        assert not line.reader.at_eof()

    play(work)


def test_every_password_is_wrong() -> None:
    async def work(device: RouterOS) -> None:
        device.mishaps.wish({"wrong_password": True})
        line = await Line.open(device, login=False)
        replies = await line.talk("/login", "=name=admin", "=password=kunci")
        assert replies[0] == ["!trap", "=message=invalid user name or password (6)"]

    play(work)


def test_the_power_fails_behind_a_write_that_stays() -> None:
    async def work(device: RouterOS) -> None:
        device.mishaps.wish({"reboot": [2]})
        line = await Line.open(device)
        await rename(line, "satu")
        line.send("/system/identity/set", "=name=dua")
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await line.reader.readexactly(1)
        assert identity(device) == "dua", "RouterOS writes its configuration with each command"
        again = await Line.open(device)
        assert (await again.talk("/system/identity/print"))[0] == ["!re", "=name=dua"]

    play(work)


def test_a_router_that_restarts_is_gone_for_a_while() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device)
        device.reboot(seconds=0.2)
        assert await line.reader.read() == b""
        assert not device.system().snmp_enabled
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await (await Line.open(device, login=False)).talk("/login", "=name=admin", "=password=kunci")
        await asyncio.sleep(0.3)
        assert (await (await Line.open(device)).talk("/system/identity/print"))[-1] == ["!done"]

    play(work)


def test_a_changed_certificate_is_the_one_that_is_served() -> None:
    async def served(device: RouterOS) -> bytes:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        _, writer = await asyncio.open_connection("127.0.0.1", device.ports["api_tls"], ssl=context)
        found: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.close()
        await writer.wait_closed()
        return found

    async def work(device: RouterOS) -> None:
        before, told = await served(device), device.describe()["tls_fingerprint"]
        device.change_identity()
        assert await served(device) != before
        assert device.describe()["tls_fingerprint"] != told
        assert Desk(device).rows("/certificate")[0]["fingerprint"] == device.identity.fingerprint

    play(work)


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"cut": {"5": "sideways"}}, "'sideways' is none of before, within, after"),
        ({"cut": {"0": "before"}}, "'0' is no number of a write"),
        ({"refuse": {"x": ""}}, "'x' is no number of a write"),
        ({"reboot": [-1]}, "'-1' is no number of a write"),
        ({"slow": -1}, "is not between 0 and 3600 seconds"),
        ({"slow": 1e9}, "is not between 0 and 3600 seconds"),
        ({"fire": True}, "unknown: fire"),
    ],
    ids=["place", "zero", "word", "negative", "back in time", "too slow", "unknown"],
)
def test_a_wish_that_makes_no_sense_changes_nothing(wish: dict[str, object], why: str) -> None:
    mishaps = Mishaps()
    with pytest.raises(BadMishap, match=why):
        mishaps.wish({"refuse": {"1": "x"}, **wish} if "refuse" not in wish else wish)
    assert mishaps.write() == Blow()
