"""An inventory from NetBox over real HTTP on loopback: mapped, beside the files, kept for the day it cannot be asked."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from netbox_server import OLD_TOKEN, TOKEN, Handler, Netbox, device, netbox

from netops.app import App
from netops.core.errors import Failed, InputError, NetopsError
from netops.core.secret import Secret
from netops.data_root import init_workspace
from netops.fleet import Fleet
from netops.fleet.netbox import NAME, OLD, Told, hosts, mapped
from netops.fleet.netbox_api import NetBox, every
from netops.lab.routeros.certs import make_identity
from netops.settings import DEFAULT

GATEWAY = device(
    1,
    "gw-netbox",
    platform="mikrotik-routeros",
    context={
        "netops": {"lan_bridge": "bridge-lan", "uplink_interface": "ether1", "options": {"api_tls_port": 8730}},
        "ntp": ["10.0.0.1"],
    },
    custom={"netops_username": "robot", "netops_place": None, "purchase": "2024-01-01"},
    serial="HG1",
)
SWITCH = device(2, "sw-netbox", platform="cisco-ios", role="access", address="10.10.0.9/24")


@pytest.fixture
def server() -> Iterator[Netbox]:
    with netbox() as running:
        running.devices = [GATEWAY, SWITCH]
        yield running


def client(server: Netbox, token: str = TOKEN, seconds: float = 20.0) -> NetBox:
    return NetBox(url=server.url, token=Secret(token), seconds=seconds)


def ask(server: Netbox, folder: Path, refresh: float = 0, **more: Any) -> Told:
    return hosts(client(server), "status=active", folder, refresh, **more)


# ── what becomes a host ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_device_becomes_a_host_with_what_is_meant_for_us_and_nothing_else(server: Netbox, tmp_path: Path) -> None:
    found = ask(server, tmp_path).hosts
    assert found["gw-netbox"] == {
        "hostname": "10.10.0.1",
        "platform": "routeros",
        "username": "robot",
        "data": {
            "site": "kampus", "roles": ["gateway"], "serial": "HG1", "lan_bridge": "bridge-lan",
            "uplink_interface": "ether1", "options": {"api_tls_port": 8730},
        },
    }  # fmt: skip
    assert found["sw-netbox"]["platform"] == "ios" and found["sw-netbox"]["data"]["roles"] == ["access"]
    kept = (tmp_path / NAME).read_text("utf-8")
    assert "kenari" not in kept and "purchase" not in kept and "ntp" not in kept


def test_the_hosts_are_targets_of_the_fleet_and_the_files_go_before_them(server: Netbox, tmp_path: Path) -> None:
    (tmp_path / "hosts.yaml").write_text(
        "gw-netbox:\n  data:\n    lan_bridge: bridge-2\n    options: {timeout: 9}\n"
        "ap:\n  hostname: 10.0.0.3\n  platform: routeros\n  data: {site: kampus, roles: [ap]}\n"
    )
    (tmp_path / "defaults.yaml").write_text("username: netops\n")
    fleet = Fleet.open(tmp_path, tmp_path / "cache", ask(server, tmp_path).hosts)
    assert list(fleet.targets) == ["gw-netbox", "sw-netbox", "ap"]
    gateway = fleet.target("gw-netbox")
    assert (gateway.host, gateway.username, gateway.data["lan_bridge"]) == ("10.10.0.1", "robot", "bridge-2")
    assert gateway.options == {"api_tls_port": 8730, "timeout": 9}
    assert fleet.target("sw-netbox").username == "netops"
    assert fleet.select(site="kampus", role="access") == ("sw-netbox",)


def test_the_cache_knows_what_netbox_said(server: Netbox, tmp_path: Path) -> None:
    (tmp_path / "defaults.yaml").write_text("username: netops\n")
    first = Fleet.open(tmp_path, tmp_path / "cache", ask(server, tmp_path).hosts)
    server.devices = [device(1, "gw-netbox", address="10.10.0.77/24")]
    second = Fleet.open(tmp_path, tmp_path / "cache", ask(server, tmp_path).hosts)
    assert (first.target("gw-netbox").host, second.target("gw-netbox").host) == ("10.10.0.1", "10.10.0.77")
    assert list(second.targets) == ["gw-netbox"]


@pytest.mark.parametrize(
    ("odd", "count"),
    [
        (device(7, None), 1),  # NetBox allows a device without a name
        (device(7, "panel", platform=None), 1),
        (device(7, "panel", address=None), 1),
        (device(7, "kabel", platform=None, address=None, custom={"netops_platform": "manual"}), 0),
    ],
)
def test_what_no_driver_could_reach_is_left_out_and_counted(odd: dict[str, Any], count: int) -> None:
    told = mapped([GATEWAY, odd])
    assert told.left_out == count and len(told.hosts) == 2 - count


def test_a_netbox_before_version_four_names_the_role_otherwise() -> None:
    old = device(1, "gw")
    old["device_role"] = old.pop("role")
    assert mapped([old]).hosts["gw"]["data"]["roles"] == ["gateway"]


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        ([device(1, "gw"), device(2, "gw")], "two of that name"),
        ([device(1, "gw", context={"netops": ["x"]})], "must be a mapping"),
        ([device(1, "gw", context={"netops": {"lan_bridge": "a\nb"}})], "control characters"),
        ([device(1, "gw", serial="a\x1b[2J")], "control characters"),
        ([device(1, "gw", context={"netops": {"x": {"\x00": 1}}})], "control characters"),
        ([device(1, "gw", context={"netops": {"options": {"cleartext": True}}})], "belongs into inventory/hosts.yaml"),
        (
            [device(1, "gw", custom={"netops_options": {"host_key": "ssh-ed25519 A"}})],
            "belongs into inventory/hosts.yaml",
        ),
    ],
)
def test_what_an_inventory_must_not_have_is_refused_with_the_device(odd: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        mapped(odd)
    assert "gw" in caught.value.describe("en") and "device" in caught.value.describe("en")


@pytest.mark.parametrize(
    ("odd", "said"),
    [
        (device(1, "a b"), "a name has letters"),
        (device(1, "gw", context={"netops": {"groups": ["none"]}}), "no group"),
        (device(1, "gw", context={"netops": {"options": {"api_prot": 1}}}), "unknown option"),
        (device(1, "gw", site=""), "data.site and data.roles are required"),
        (device(1, "gw", context={"netops": {"port": "22"}}), "whole number"),
    ],
)
def test_the_rules_of_the_files_hold_for_netbox_too(tmp_path: Path, odd: dict[str, Any], said: str) -> None:
    (tmp_path / "defaults.yaml").write_text("username: netops\n")
    with pytest.raises(InputError, match=said):
        Fleet.open(tmp_path, None, mapped([odd]).hosts)


# ── how it is asked ──────────────────────────────────────────────────────────────────────────────────────────────


def test_pages_are_read_to_the_end_whatever_limit_the_server_sets(server: Netbox) -> None:
    server.devices = [
        device(number, f"sw-{number}", address=f"10.0.{number // 250}.{number % 250 + 1}/16") for number in range(530)
    ]
    server.most = 100
    found = every(client(server), "dcim/devices", {"status": "active"})
    assert [one["name"] for one in found] == [f"sw-{number}" for number in range(530)]
    assert len(server.asked) == 6 and all("status=active" in path for path, _ in server.asked)


def test_next_may_name_an_inner_host_and_nothing_is_sent_there(server: Netbox) -> None:
    server.devices = [device(number, f"sw-{number}") for number in range(5)]
    server.most = 2
    with netbox() as other:
        server.next_base = other.url
        assert len(every(client(server), "dcim/devices", {})) == 5
        assert other.asked == []


@pytest.mark.parametrize(("token", "header"), [(TOKEN, f"Bearer {TOKEN}"), (OLD_TOKEN, f"Token {OLD_TOKEN}")])
def test_tokens_of_both_versions_go_with_their_own_word(server: Netbox, token: str, header: str) -> None:
    every(client(server, token), "dcim/devices", {})
    assert server.asked[0][1] == header


def circle(handler: Handler) -> bool:
    handler.say(200, {"count": 9, "next": "http://x/api/dcim/devices/?limit=1&offset=0", "results": [GATEWAY]})
    return True


def endless(handler: Handler) -> bool:
    """Always the same devices, and always one page more."""
    offset = int(handler.path.partition("offset=")[2].partition("&")[0])
    handler.say(200, {"count": 9, "next": f"http://x/?offset={offset + 1}", "results": [GATEWAY]})
    return True


def html(handler: Handler) -> bool:
    handler.say(200, b"<!doctype html><title>Login kenari-halaman</title>", "text/html")
    return True


def another_list(handler: Handler) -> bool:
    handler.say(200, [GATEWAY])
    return True


def without_id(handler: Handler) -> bool:
    handler.say(200, {"count": 1, "next": None, "results": [{"name": "kenari-tanpa-id"}]})
    return True


def nested(handler: Handler) -> bool:
    handler.say(200, b"[" * 100_000)
    return True


def cut(handler: Handler) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(b'{"count": 1, ')
    return True


def huge(handler: Handler) -> bool:
    handler.say(200, b" " * (5 * 1024 * 1024))
    return True


def closed(handler: Handler) -> bool:
    handler.connection.close()
    return True


def status(number: int) -> Any:
    def answer(handler: Handler) -> bool:
        handler.say(number, {"detail": "kenari-galat"})
        return True

    return answer


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (circle, "in a circle"),
        (endless, "in a circle"),
        (html, "no list of NetBox in JSON"),
        (another_list, "no list of NetBox in JSON"),
        (without_id, "no list of NetBox in JSON"),
        (nested, "no list of NetBox in JSON"),
        (cut, "cannot be reached"),
        (huge, "more than 4 MiB"),
        (closed, "cannot be reached"),
        (status(401), "the token is not accepted"),
        (status(403), "missing, wrong, or has no right"),
        (status(404), "no NetBox API there"),
        (status(500), "HTTP 500"),
    ],
)
def test_a_bad_answer_is_told_without_what_it_said(server: Netbox, answer: Any, said: str) -> None:
    server.answer = answer
    with pytest.raises(Failed, match=said) as caught:
        every(client(server), "dcim/devices", {})
    text = caught.value.describe("en") + caught.value.describe("id")
    assert "kenari" not in text and server.url in text


def test_a_redirect_is_refused_and_the_token_stays_here(server: Netbox) -> None:
    with netbox() as elsewhere:

        def moved(handler: Handler) -> bool:
            handler.say(302, {}, Location=f"{elsewhere.url}/api/dcim/devices/")
            return True

        server.answer = moved
        with pytest.raises(Failed, match=r"redirects to 127\.0\.0\.1; not followed"):
            every(client(server), "dcim/devices", {})
        assert elsewhere.asked == []


@pytest.mark.parametrize("where", ["headers", "body"])
def test_a_server_that_sends_a_byte_now_and_then_is_cut_off(server: Netbox, where: str) -> None:
    def dripping(handler: Handler) -> bool:
        if where == "body":
            handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not handler.server.released.wait(0.05):
            try:
                handler.wfile.write(b"x")
                handler.wfile.flush()
            except OSError:
                break
        return True

    server.answer = dripping
    with pytest.raises(Failed, match=r"it took over 0\.6 seconds"):
        every(client(server, seconds=0.6), "dcim/devices", {})


@pytest.mark.parametrize(
    "url", ["http://netbox.kampus.example", "ftp://127.0.0.1", "netbox", "https://", "https://h:x"]
)
def test_only_https_leaves_this_machine(url: str) -> None:
    with pytest.raises(Failed, match=r"https|cannot be reached"):
        every(NetBox(url=url, token=Secret("kenari")), "dcim/devices", {})


# ── what it said last ────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_not_asked_again_while_what_it_said_is_fresh(server: Netbox, tmp_path: Path) -> None:
    ask(server, tmp_path, refresh=300)
    server.devices = []
    assert set(ask(server, tmp_path, refresh=300).hosts) == {"gw-netbox", "sw-netbox"}
    assert len(server.asked) == 1


def test_when_it_is_away_what_it_said_within_the_day_is_used_and_that_is_told(server: Netbox, tmp_path: Path) -> None:
    ask(server, tmp_path)
    server.answer = status(500)
    told = ask(server, tmp_path)
    assert set(told.hosts) == {"gw-netbox", "sw-netbox"}
    assert told.error is not None and "HTTP 500" in str(told.error)
    then = (tmp_path / NAME).stat().st_mtime
    with pytest.raises(Failed, match="HTTP 500"):
        ask(server, tmp_path, now=then + OLD + 1)


def test_what_was_kept_and_is_damaged_is_not_used(server: Netbox, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("{")
    assert "gw-netbox" in ask(server, tmp_path, refresh=300).hosts
    (tmp_path / NAME).write_text("[]")
    server.answer = status(403)
    with pytest.raises(Failed):
        ask(server, tmp_path, refresh=300)


# ── the workspace ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_workspace_names_it_in_its_settings_and_its_token_by_reference(server: Netbox, tmp_path: Path) -> None:
    init_workspace(tmp_path, settings=DEFAULT.replace('netbox = ""', f'netbox = "{server.url}"', 1))
    secrets = tmp_path / "secrets.json"
    secrets.write_text(json.dumps({"netbox/token": TOKEN}))
    secrets.chmod(0o600)
    said: list[tuple[str, str]] = []
    with App(tmp_path, say=lambda step, what: said.append((step, what))) as app:
        assert {"gw-netbox", "gw-kampus"} <= set(app.fleet.targets)
    server.answer = status(500)
    (tmp_path / "netops.toml").write_text(
        (tmp_path / "netops.toml").read_text().replace("refresh = 300", "refresh = 0")
    )
    with App(tmp_path, say=lambda step, what: said.append((step, what))) as app:
        assert "gw-netbox" in app.fleet.targets
    assert [step for step, _ in said] == ["netbox-old"] and TOKEN not in str(said)
    assert TOKEN not in (tmp_path / "inventory" / NAME).read_text()


def test_without_a_token_nothing_is_asked(server: Netbox, tmp_path: Path) -> None:
    init_workspace(tmp_path, settings=DEFAULT.replace('netbox = ""', f'netbox = "{server.url}"', 1))
    with App(tmp_path) as app, pytest.raises(NetopsError, match="netbox/token"):
        len(app.fleet.targets)
    assert server.asked == []


def test_a_certificate_counts_by_its_authority_and_its_name(server: Netbox, tmp_path: Path) -> None:
    """`ca` in the settings vouches for an office's own authority; without it, or under another name, nothing is sent."""
    identity, ca = make_identity("localhost"), tmp_path / "ca.pem"
    ca.write_bytes(identity.certificate)
    server.socket = identity.context.wrap_socket(server.socket, server_side=True)
    url = f"https://localhost:{server.server_port}"
    good = NetBox(url=url, token=Secret(TOKEN), ca=ca)
    assert len(every(good, "dcim/devices", {})) == 2
    for odd in (replace(good, ca=None), replace(good, url=f"https://127.0.0.1:{server.server_port}")):
        with pytest.raises(Failed, match="its certificate is refused"):
            every(odd, "dcim/devices", {})
    assert len(server.asked) == 1
