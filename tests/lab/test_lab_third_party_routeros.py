"""Clients that nobody here wrote, unchanged, against the simulated router: librouteros, netmiko, and OpenSSH's exec by paramiko."""

import asyncio
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import librouteros
import paramiko
import pytest
from librouteros.login import plain, token
from librouteros.query import And, Key, Or
from netmiko import ConnectHandler
from netmiko.exceptions import NetmikoAuthenticationException

from netops.lab import routeros
from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.machine import Account

CONFIGS = Path(routeros.__file__).parent.parent / "configs"
USER = Account(name="netops", password="rahasia", group="netops")


@contextmanager
def router(version: str, name: str = "") -> Iterator[RouterOS]:
    config = (CONFIGS / f"{name}.rsc").read_text(encoding="utf-8") if name else ""
    group = "netops" if name else "full"
    user = Account(name=USER.name, password=USER.password, group=group)
    device = RouterOS(name=name or "gw", version=version, config=config, users=(user,))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    asyncio.run_coroutine_threadsafe(device.start("127.0.0.1"), loop).result(20)
    try:
        yield device
    finally:
        asyncio.run_coroutine_threadsafe(device.stop(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


def connect(device: RouterOS, *, tls: bool, method: Any = plain, password: str = USER.password) -> Any:
    more: dict[str, Any] = {}
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        more["ssl_wrapper"] = context.wrap_socket
    port = device.ports["api_tls" if tls else "api"]
    return librouteros.connect("127.0.0.1", USER.name, password, port=port, login_method=method, **more)


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize(
    ("version", "method"), [("7.16.2", plain), ("6.49.17", plain), ("6.42.12", token), ("6.44.6", token)]
)
def test_librouteros(version: str, method: Any, tls: bool) -> None:
    with router(version) as device:
        api = connect(device, tls=tls, method=method)
        queues = api.path("queue", "simple")
        first = queues.add(name="a", target="10.0.0.1", **{"max-limit": "10M/5M"})
        queues.add(name="b", target="10.0.0.2", disabled=True)
        queues.update(**{".id": first, "comment": "rapat"})
        name, disabled = Key("name"), Key("disabled")
        wanted = queues.select(name, Key("max-limit")).where(And(name == "a", disabled == False))  # noqa: E712
        assert tuple(wanted) == ({"name": "a", "max-limit": "10000000/5000000"},)
        assert len(tuple(queues.select(name).where(Or(name == "a", name == "b")))) == 2
        assert [row["comment"] for row in queues if row["name"] == "a"] == ["rapat"]
        with pytest.raises(librouteros.exceptions.TrapError, match="already have such name"):
            queues.add(name="a", target="10.0.0.3")
        queues.remove(first)
        assert [row["name"] for row in queues] == ["b"]
        api.close()


def test_librouteros_wrong_password() -> None:
    with (
        router("7.16.2") as device,
        pytest.raises(librouteros.exceptions.TrapError, match="invalid user name or password"),
    ):
        connect(device, tls=True, password="salah")


@pytest.mark.parametrize(("name", "version"), [("gw-kampus", "7.16.2"), ("gw-lama", "6.49.17")])
def test_netmiko_reads_the_export(name: str, version: str) -> None:
    with router(version, name) as device:
        link = ConnectHandler(
            device_type="mikrotik_routeros",
            host="127.0.0.1",
            port=device.ports["ssh"],
            username=USER.name,
            password=USER.password,
        )
        assert link.base_prompt == f"[{USER.name}@{name}]"
        export = str(link.send_command("/export"))
        assert f"by RouterOS {version}" in export
        assert "/queue simple\nadd " in export.replace("\r", "")
        assert "/queue simple add " in link.send_command("/export terse")
        assert f"version: {version}" in link.send_command("/system resource print")
        assert "bad command name nonsense" in link.send_command("/nonsense")
        link.disconnect()


def test_netmiko_wrong_password() -> None:
    with router("7.16.2", "gw-kampus") as device, pytest.raises(NetmikoAuthenticationException):
        ConnectHandler(
            device_type="mikrotik_routeros",
            host="127.0.0.1",
            port=device.ports["ssh"],
            username=USER.name,
            password="salah",
        )


def test_a_command_over_ssh_and_the_host_key() -> None:
    with router("7.16.2", "gw-kampus") as device, paramiko.SSHClient() as client:
        kind, key = str(device.describe()["host_key"]).split(" ")[:2]
        entry = paramiko.hostkeys.HostKeyEntry.from_line(f"[127.0.0.1]:{device.ports['ssh']} {kind} {key}")
        assert entry is not None
        assert entry.key is not None
        client.get_host_keys().add(entry.hostnames[0], kind, entry.key)
        client.connect(
            "127.0.0.1",
            device.ports["ssh"],
            USER.name,
            USER.password,
            allow_agent=False,
            look_for_keys=False,
        )
        _, out, _ = client.exec_command("/export terse")
        lines = out.read().decode("utf-8").split("\r\n")
        assert lines[0].endswith("by RouterOS 7.16.2")
        assert "/system identity set name=gw-kampus" in lines
        assert [row.marks["via"] for row in device.machine.store.rows("/user/active")] in ([], ["ssh"])
