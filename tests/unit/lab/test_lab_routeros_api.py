"""Facts: RouterOS manual, API: login, reply sentences, tags, cancel, proplist; captures for the exact words."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from routeros_desk import ADMIN, Desk, Line, make

from netops.lab.routeros.api import respond
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.machine import Account


def play(work: Callable[[RouterOS], Awaitable[None]], version: str = "7.16.2", **more: Any) -> None:
    async def run() -> None:
        device = make(version, **more)
        await device.start("127.0.0.1")
        try:
            await asyncio.wait_for(work(device), 20)
        finally:
            while Line.opened:
                await Line.opened.pop().close()
            await device.stop()

    asyncio.run(run())


def test_challenge_vector_of_an_independent_client() -> None:
    assert respond("passTest", bytes.fromhex("abc123")) == "0021277bff9ac7caf06aa608e46616d47f"


@pytest.mark.parametrize("tls", [False, True])
def test_plain_login_over_both_transports(tls: bool) -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device, tls=tls)
        assert (await line.talk("/system/identity/print"))[0] == ["!re", "=name=MikroTik"]
        assert [row["via"] for row in Desk(device).rows("/user/active")] == ["api"]
        await line.close()

    play(work)


def test_a_wrong_password_is_refused_and_logged() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device, login=False)
        replies = await line.talk("/login", "=name=admin", "=password=salah")
        assert replies == [["!trap", "=message=invalid user name or password (6)"], ["!done"]]
        assert await line.talk("/login", "=name=admin", "=password=kunci") == [["!done"]]
        assert "login failure for user admin from 127.0.0.1 via api" in [
            r["message"] for r in Desk(device).rows("/log")
        ]

    play(work)


def test_a_login_needs_policy_api_and_an_enabled_user() -> None:
    async def work(device: RouterOS) -> None:
        desk = Desk(device)
        desk.add("/user/group", name="mute", policy="read,write")
        desk.add("/user", name="m", password="x", group="mute")
        desk.run("/user/disable", id="admin")
        line = await Line.open(device, login=False)
        for name, word in (("m", "x"), ("admin", "kunci")):
            assert (await line.talk("/login", f"=name={name}", f"=password={word}"))[0][0] == "!trap"

    play(work)


def test_challenge_login_before_6_43() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device, login=False)
        (reply,) = await line.talk("/login", "=name=admin", "=password=kunci")
        challenge = bytes.fromhex(reply[1].removeprefix("=ret="))
        assert len(challenge) == 16
        bad = await line.talk("/login", "=name=admin", f"=response={respond('salah', challenge)}")
        assert bad == [["!trap", "=message=cannot log in"], ["!done"]]
        (reply,) = await line.talk("/login")
        challenge = bytes.fromhex(reply[1].removeprefix("=ret="))
        assert await line.talk("/login", "=name=admin", f"=response={respond('kunci', challenge)}") == [["!done"]]

    play(work, "6.42.12")


def test_nothing_before_login() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device, login=False)
        assert await line.talk("/ip/address/print") == [["!fatal", "not logged in"]]
        with pytest.raises(ConnectionError):
            await line.words()

    play(work)


def test_quit() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device)
        assert await line.talk("/quit") == [["!fatal", "session terminated on request"]]
        with pytest.raises(ConnectionError):
            await line.words()

    play(work)


def test_a_control_byte_ends_the_connection() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device)
        line.writer.write(b"\xf8")
        with pytest.raises(ConnectionError):
            await line.words()

    play(work)


def test_bytes_come_back_as_they_were_sent() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device)
        raw = bytes(range(1, 256)) + b"=\x00\xff"
        line.send("/queue/simple/add", "=name=q", "=target=10.0.0.1", b"=comment=" + raw)
        assert (await line.words())[1] == "=ret=*1"
        line.send("/queue/simple/print", "=.proplist=comment")
        assert await line.sentence() == [b"!re", b"=comment=" + raw]

    play(work)


def test_add_print_set_remove_and_a_long_word() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device, tls=True)
        source = "x" * 0x21000
        assert await line.talk("/system/script/add", "=name=s", f"=source={source}") == [["!done", "=ret=*1"]]
        (row, done) = await line.talk("/system/script/print", "=.proplist=source,.id", "?name=s")
        assert row == ["!re", f"=source={source}", "=.id=*1"]
        assert done == ["!done"]
        assert await line.talk("/system/script/print", "=count-only=") == [["!done", "=ret=1"]]
        assert await line.talk("/system/script/set", "=.id=*1", "=name=t") == [["!done"]]
        assert await line.talk("/system/script/remove", "=.id=*1") == [["!done"]]

    play(work)


def test_traps_with_and_without_a_category() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device)
        refused = await line.talk("/ip/dhcp-server/add", "=interface=no")
        assert refused == [["!trap", "=category=1", "=message=input does not match any value of interface"], ["!done"]]
        assert await line.talk("/ip/pool/remove", "=.id=*9") == [["!trap", "=message=no such item"], ["!done"]]

    play(work)


@pytest.mark.parametrize(("version", "replies"), [("7.17", [["!done"]]), ("7.18", [["!empty"], ["!done"]])])
def test_empty_answers_by_version(version: str, replies: list[list[str]]) -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device)
        assert await line.talk("/queue/simple/print") == replies

    play(work, version)


def test_tags_of_commands_sent_together() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device)
        line.send("/system/identity/print", ".tag=1")
        line.send("/nothing/print", ".tag=2")
        line.send("/queue/simple/add", "=name=q", "=target=10.0.0.1", ".tag=3")
        assert [await line.words() for _ in range(5)] == [
            ["!re", ".tag=1", "=name=MikroTik"],
            ["!done", ".tag=1"],
            ["!trap", ".tag=2", "=category=0", "=message=no such command prefix"],
            ["!done", ".tag=2"],
            ["!done", ".tag=3", "=ret=*1"],
        ]

    play(work)


def test_cancel_in_the_order_that_was_observed() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device)
        line.send("/queue/simple/listen", ".tag=l")
        line.send("/queue/simple/add", "=name=q", "=target=10.0.0.1", ".tag=a")
        heard = await line.words()
        assert heard[:2] == ["!re", ".tag=l"]
        assert "=name=q" in heard
        assert await line.words() == ["!done", ".tag=a", "=ret=*1"]
        line.send("/queue/simple/remove", "=.id=*1", ".tag=r")
        assert await line.words() == ["!re", ".tag=l", "=.id=*1", "=.dead=true"]
        assert await line.words() == ["!done", ".tag=r"]
        line.send("/cancel", "=tag=l", ".tag=c")
        assert [await line.words() for _ in range(3)] == [
            ["!trap", ".tag=l", "=category=2", "=message=interrupted"],
            ["!done", ".tag=c"],
            ["!done", ".tag=l"],
        ]

    play(work)


def test_monitor_traffic_runs_beside_other_commands() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device)
        once = await line.talk("/interface/monitor-traffic", "=interface=ether1,ether2", "=once=")
        assert [reply[1] for reply in once[:-1]] == ["=name=ether1", "=name=ether2"]
        line.send("/interface/monitor-traffic", "=interface=ether1", ".tag=m")
        assert (await line.words())[1:3] == [".tag=m", "=name=ether1"]
        line.send("/system/identity/print", ".tag=i")
        assert (await line.words())[1] == ".tag=i"

    play(work)


def test_next_id_of_ordered_menus() -> None:
    async def work(device: RouterOS) -> None:
        desk = Desk(device)
        for name in "ab":
            desk.add("/queue/simple", name=name, target="10.0.0.1")
        line = await Line.open(device)
        rows = (await line.talk("/queue/simple/print"))[:-1]
        last = ["=.nextid=*FFFFFFFF"] if device.version.startswith("6") else []
        assert [[word for word in row if word.startswith("=.nextid")] for row in rows] == [["=.nextid=*2"], last]

    for version in ("6.49.17", "7.16.2"):
        play(work, version)


def test_a_row_without_any_listed_property_is_still_a_row() -> None:
    async def work(device: RouterOS) -> None:
        Desk(device).add("/queue/simple", name="q", target="10.0.0.1")
        line = await Line.open(device)
        assert await line.talk("/queue/simple/print", "=.proplist=comment") == [["!re"], ["!done"]]

    play(work)


def test_secrets_need_policy_sensitive() -> None:
    async def work(device: RouterOS) -> None:
        desk = Desk(device)
        desk.add("/user/group", name="g", policy="read,api")
        desk.add("/user", name="tamu", password="t", group="g")
        desk.add("/ip/hotspot/user", name="u", password="rahasia")
        line = await Line.open(device)
        assert ["!re", "=password=rahasia"] in await line.talk("/ip/hotspot/user/print", "=.proplist=password")
        other = await Line.open(device, login=False)
        assert await other.talk("/login", "=name=tamu", "=password=t") == [["!done"]]
        assert "rahasia" not in str(await other.talk("/ip/hotspot/user/print"))
        assert "kunci" not in str(await line.talk("/user/print"))

    play(work)


def test_a_quick_row_says_what_a_slow_one_says() -> None:
    """Rows with the same properties share encoded words; the words must not differ from those of the row itself."""

    async def work(device: RouterOS) -> None:
        desk = Desk(device)
        desk.add("/queue/simple", name="a", target="10.0.0.1", max_limit="1M/2M")
        desk.add("/queue/simple", name="b", target="10.0.0.2", max_limit="0/0", comment="")
        desk.add("/queue/simple", name="c", target="10.0.0.3", comment="x", disabled="yes")
        line = await Line.open(device)
        for _ in range(2):
            replies = (await line.talk("/queue/simple/print"))[:-1]
            for reply, row in zip(replies, desk.rows("/queue/simple"), strict=True):
                words = dict(word[1:].split("=", 1) for word in reply[1:])
                words.pop(".nextid", None)
                assert words == row
            desk.run("/queue/simple/set", id="b", max_limit="3M", comment="y")
            desk.run("/queue/simple/set", id="c", comment="")

    play(work)


def test_faults() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device)
        device.faults.refuse = {2: "failure: lab"}
        assert (await line.talk("/ip/pool/add", "=name=a", "=ranges=10.0.0.1"))[0][0] == "!done"
        assert (await line.talk("/ip/pool/add", "=name=b", "=ranges=10.0.0.2"))[0] == ["!trap", "=message=failure: lab"]
        assert (await line.talk("/ip/pool/add", "=name=c", "=ranges=10.0.0.3"))[0][0] == "!done"
        device.faults.cut_write = device.faults.writes + 1
        line.send("/ip/pool/add", "=name=d", "=ranges=10.0.0.4")
        with pytest.raises(ConnectionError):
            await line.words()
        assert [row["name"] for row in Desk(device).rows("/ip/pool")] == ["a", "c", "d"]
        device.faults.reset()
        device.faults.cut_before_write = 1
        line = await Line.open(device)
        line.send("/ip/pool/add", "=name=e", "=ranges=10.0.0.5")
        with pytest.raises(ConnectionError):
            await line.words()
        assert len(Desk(device).rows("/ip/pool")) == 3
        device.faults.reset()
        device.faults.cut_after = 2
        line = await Line.open(device)
        assert (await line.talk("/system/identity/print"))[-1] == ["!done"]
        line.send("/system/identity/print")
        with pytest.raises(ConnectionError):
            await line.words()

    play(work)


def test_delay_is_paid_once_by_commands_sent_together() -> None:
    async def work(device: RouterOS) -> None:
        line = await Line.open(device)
        device.faults.delay = 0.1
        loop = asyncio.get_running_loop()
        start = loop.time()
        for number in range(20):
            line.send("/ip/pool/add", f"=name=p{number}", f"=ranges=10.0.0.{number + 1}", f".tag={number}")
        assert [(await line.words())[1] for _ in range(20)] == [f".tag={number}" for number in range(20)]
        assert 0.1 <= loop.time() - start < 1.0

    play(work)


def test_services_close_and_filter() -> None:
    async def work(device: RouterOS) -> None:
        desk = Desk(device)
        desk.run("/ip/service/set", numbers="api", address="10.0.0.0/8")
        with pytest.raises(ConnectionError):
            await Line.open(device)
        desk.run("/ip/service/set", numbers="api", address="127.0.0.0/8,10.0.0.0/8")
        await (await Line.open(device)).close()
        desk.run("/ip/service/disable", numbers="api-ssl")
        with pytest.raises(ConnectionError):
            await Line.open(device, tls=True)

    play(work)


def test_ten_thousand_queue_rows_are_printed_quickly() -> None:
    """A bound with much room: encoding word by word without keeping anything takes longer than this."""

    async def work(device: RouterOS) -> None:
        for number in range(10_000):
            values = {
                "name": f"q{number}",
                "target": f"10.{number >> 8}.{number & 255}.1/32",
                "max-limit": "1000000/1000000",
            }
            device.machine.store.insert("/queue/simple", values)
        line = await Line.open(device)
        loop = asyncio.get_running_loop()
        for bound in (3.0, 1.0):
            start = loop.time()
            line.send("/queue/simple/print")
            data = b""
            while not data.endswith(b"\x05!done\x00"):
                data += await line.reader.read(1 << 22)
            assert data.count(b"=name=q") == 10_000
            assert loop.time() - start < bound

    play(work)


def test_described() -> None:
    async def work(device: RouterOS) -> None:
        described = device.describe()
        assert described["credentials"] == {"username": ADMIN.name, "password": ADMIN.password}
        assert str(described["tls_fingerprint"]).startswith("sha256:")
        certificate = Desk(device).row("/certificate", "api-lab")
        assert f"sha256:{certificate['fingerprint']}" == described["tls_fingerprint"]
        assert Desk(device).row("/ip/service", "api-ssl")["certificate"] == "api-lab"

    play(work, users=(ADMIN, Account(name="lain", password="x", group="read")))


def test_without_a_certificate_no_ordinary_client_gets_tls() -> None:
    async def work(device: RouterOS) -> None:
        with pytest.raises(ConnectionError):
            await Line.open(device, tls=True)
        assert "tls_fingerprint" not in device.describe()

    play(work, tls=False)
