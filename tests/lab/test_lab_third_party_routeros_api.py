"""Unmodified RouterOS-api (`routeros_api`) against the simulated router: plain login, get, add, set, remove, call, binary."""

import ssl
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import routeros_api  # type: ignore[import-untyped]  # has neither stubs nor types
from routeros_api import api_structure
from routeros_api.exceptions import (  # type: ignore[import-untyped]  # has neither stubs nor types
    RouterOsApiCommunicationError,
    RouterOsApiConnectionError,
)
from routeros_rig import CONFIGS, serving

from netops.lab.routeros.device import RouterOS
from netops.lab.routeros.machine import Account

USER = Account(name="netops", password="rahasia", group="netops")
DEVICES = [("gw-kampus", "7.16.2"), ("gw-lama", "6.49.17")]


@contextmanager
def logged_in(name: str, version: str, *, tls: bool = False) -> Iterator[Any]:
    config = (CONFIGS / f"{name}.rsc").read_text(encoding="utf-8")
    with serving(RouterOS(name=name, version=version, config=config, users=(USER,))) as device:
        more: dict[str, Any] = {}
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            more = {"use_ssl": True, "ssl_context": context}
        port = device.ports["api_tls" if tls else "api"]
        pool = routeros_api.RouterOsApiPool(
            "127.0.0.1", USER.name, USER.password, port=port, plaintext_login=True, **more
        )
        try:
            yield pool.get_api()
        finally:
            pool.disconnect()


@pytest.mark.parametrize(("name", "version"), DEVICES)
@pytest.mark.parametrize("tls", [False, True])
def test_get_add_set_remove(name: str, version: str, tls: bool) -> None:
    with logged_in(name, version, tls=tls) as api:
        queues = api.get_resource("/queue/simple")
        queues.add(name="acara", target="10.99.0.0/24", max_limit="5M/5M")
        row = queues.get(name="acara")[0]
        assert row["max-limit"] == "5000000/5000000"
        queues.set(id=row["id"], comment="rapat", disabled="yes")
        assert queues.get(id=row["id"])[0]["comment"] == "rapat"
        assert queues.get(id=row["id"])[0]["disabled"] == "true"
        queues.remove(id=row["id"])
        assert queues.get(name="acara") == []


def test_detailed_get_and_typed_values() -> None:
    structure = defaultdict(api_structure.StringField, disabled=api_structure.BooleanField())
    with logged_in(*DEVICES[0]) as api:
        typed = api.get_resource("/queue/simple", structure)
        assert typed.get(name="Rektorat")[0]["disabled"] is False
        assert len(api.get_resource("/ip/address").get()) == 3
        assert api.get_resource("/system/resource").get()[0]["version"] == "7.16.2 (stable)"


def test_call_and_binary() -> None:
    with logged_in(*DEVICES[0]) as api:
        answers = api.get_resource("/").call("ping", {"address": "10.20.0.1", "count": "2"})
        assert [answer["received"] for answer in answers] == ["1", "2"]
        assert api.get_binary_resource("/").call("system/identity/print") == [{"name": b"gw-kampus"}]
        assert api.get_binary_resource("/queue/simple").get(name=b"Rektorat")[0]["target"] == b"10.20.0.0/26"
        scripts = api.get_binary_resource("/system/script")
        scripts.add(name=b"salam", source=':put "Selamat \u263a"'.encode())
        assert scripts.get(name=b"salam")[0]["source"] == ':put "Selamat \u263a"'.encode()


def test_asynchronous_commands_answer_each_to_its_own() -> None:
    with logged_in(*DEVICES[0]) as api:
        queues, addresses = api.get_resource("/queue/simple"), api.get_resource("/ip/address")
        first, second = queues.call_async("print"), addresses.call_async("print")
        assert {row["address"] for row in second.get()} == {"203.0.113.2/30", "10.10.0.1/24", "10.20.0.1/24"}
        assert {row["name"] for row in first.get()} == {"Rektorat", "Perpustakaan", "Fakultas", "FST", "FEB"}


def test_a_refusal_carries_the_router_s_words() -> None:
    with logged_in(*DEVICES[0]) as api:
        with pytest.raises(RouterOsApiCommunicationError, match="already have such name"):
            api.get_resource("/queue/simple").add(name="Rektorat", target="10.9.9.9")
        with pytest.raises(RouterOsApiCommunicationError, match="no such item"):
            api.get_resource("/queue/simple").remove(id="*77")


def test_a_wrong_password() -> None:
    config = "/user/group add name=netops policy=api,read"
    with serving(RouterOS(name="gw", version="7.16.2", config=config, users=(USER,))) as device:
        pool = routeros_api.RouterOsApiPool(
            "127.0.0.1", USER.name, "salah", port=device.ports["api"], plaintext_login=True
        )
        try:
            with pytest.raises((RouterOsApiCommunicationError, RouterOsApiConnectionError), match="invalid user name"):
                pool.get_api()
        finally:
            pool.disconnect()
