"""Attacks on /metrics: writing through it, reading along from a web page, secrets in it, holding it up. Over real sockets."""

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from life_desk import LifeDesk, open_life_desk
from msgspec.structs import replace
from prometheus_client.parser import text_string_to_metric_families

from netops.actions.exposing import Exposer
from netops.core.errors import Failed, InputError
from netops.core.measured import InterfaceSample, Missed, Sample
from netops.core.text import Text
from netops.monitoring.metrics_server import AT_ONCE, MetricsServer, is_loopback, listening
from netops.monitoring.spool import FOLDER, Spool

CANARY = "kenari-metrik-51c2"


@pytest.fixture
def served() -> Iterator[MetricsServer]:
    server = MetricsServer(("127.0.0.1", 0), lambda: b"netops_up 1\n")
    yield server
    server.close()


def ask(
    server: MetricsServer, method: str, path: str = "/metrics", **headers: str
) -> tuple[int, dict[str, str], bytes]:
    line = HTTPConnection(*server.address, timeout=20)
    try:
        line.request(method, path, headers=headers)
        answer = line.getresponse()
        return answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read()
    finally:
        line.close()


def test_reading_works_and_says_what_it_is(served: MetricsServer) -> None:
    status, headers, body = ask(served, "GET")
    assert (status, body) == (200, b"netops_up 1\n")
    assert headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert headers["server"].strip() == "netops", "no version of Python for those who look for one"
    assert ask(served, "HEAD")[2] == b""


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "BREW"]
)
def test_every_method_but_reading_is_refused(served: MetricsServer, method: str) -> None:
    status, headers, _ = ask(served, method)
    assert status == 405 and headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/", "/metrics/", "/metrics/../secrets.json", "/-/quit", "/api/v1/write", "*"])
def test_there_is_nothing_else_to_read(served: MetricsServer, path: str) -> None:
    assert ask(served, "GET", path)[0] == 404


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9190", "127.0.0.1.evil.example", "[", ""])
def test_a_web_page_that_points_its_own_name_here_reads_nothing(served: MetricsServer, host: str) -> None:
    """DNS rebinding: the browser sends the page's name as Host."""
    status, _, body = ask(served, "GET", Host=host)
    assert status == 403 and b"netops_up" not in body


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:9190", "[::1]:9190"])
def test_names_of_this_machine_are_good(served: MetricsServer, host: str) -> None:
    assert ask(served, "GET", Host=host)[0] == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\xff\xfe\n\r\n",
        b"GET\r\n\r\n",
        b"GET /metrics HTTP/9.9\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nHost: a\r\nHost: 127.0.0.1\r\n\r\n",
    ],
)
def test_rubbish_is_refused_and_the_next_is_served(served: MetricsServer, raw: bytes) -> None:
    with socket.create_connection(served.address, timeout=20) as line:
        line.sendall(raw)
        line.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: line.recv(65_536), b""))
    assert b"netops_up" not in said
    assert ask(served, "GET")[0] == 200


def test_many_that_say_nothing_do_not_pile_up(served: MetricsServer) -> None:
    """So many connections are served at a time; more are closed, and when one goes the next is served."""
    idle = [socket.create_connection(served.address, timeout=20) for _ in range(AT_ONCE)]
    try:
        with socket.create_connection(served.address, timeout=20) as late:
            late.sendall(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n")
            with pytest.raises((ConnectionResetError, AssertionError)):
                assert late.recv(10) != b""
    finally:
        for line in idle:
            line.close()
    for _ in range(200):
        try:
            assert ask(served, "GET")[0] == 200
            break
        except OSError:
            continue
    else:
        raise AssertionError("never served again")


def test_a_gathering_that_fails_tells_no_client_why() -> None:
    def broken() -> bytes:
        raise RuntimeError(CANARY)

    server = MetricsServer(("127.0.0.1", 0), broken)
    try:
        status, _, body = ask(server, "GET")
        assert status == 500 and CANARY.encode() not in body
    finally:
        server.close()


@pytest.mark.parametrize(
    "text",
    ["", "9190", "127.0.0.1", "127.0.0.1:x", "127.0.0.1:99999", "http://127.0.0.1:1", "a@127.0.0.1:1", "127.0.0.1:1/x"],
)
def test_an_address_is_a_host_and_a_port(text: str) -> None:
    with pytest.raises(InputError):
        listening(text)


def test_loopback_is_told_from_what_others_reach() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "localhost")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "kampus.example")))  # compared, not bound


def test_a_port_that_is_taken_is_told(served: MetricsServer) -> None:
    with pytest.raises(Failed, match="/metrics at"):
        MetricsServer(served.address, lambda: b"")


# ── what a workspace gives away ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LifeDesk]:
    with open_life_desk(tmp_path / "ws") as made:
        yield made


def spooled(desk: LifeDesk, *readings: Sample | Missed) -> None:
    folder = desk.app.settings.var / "segments" / "poller=main" / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with Spool(folder) as spool:
        spool.append(readings)


def test_no_secret_and_no_person_is_in_it(desk: LifeDesk) -> None:
    secrets = desk.root / "secrets.json"
    secrets.write_text(json.dumps({f"device/{name}": CANARY for name in desk.app.fleet.targets}))
    secrets.chmod(0o600)
    filed = desk.filed("HD-1")
    desk.plan(filed, "uplink:kampus/ISP-A:down", "uplink:kampus/ISP-A:up")
    port = InterfaceSample(name="ether1", index=1, in_octets=1, out_octets=2, speed=10**9, up=True)
    now = desk.clock.now()
    spooled(
        desk, Sample(device="gw-kampus", at=now, uptime=1, interfaces=(port,)),
        Missed(device="sw-inti", at=now, reason="LoginRefused", message=CANARY),
    )  # fmt: skip
    text = Exposer(desk.app).text().decode()
    families = {family.name for family in text_string_to_metric_families(text)}
    assert {
        "netops_interface_up",
        "netops_changes",
        "netops_log_entries",
        "netops_uplink_promised_bytes_per_second",
    } <= families
    assert 'netops_changes{phase="planned"} 1.0' in text and 'reason="LoginRefused"} 1.0' in text
    request = filed.request
    people = (
        request.requester.name,
        request.requester.email,
        request.requester.phone,
        request.contact.name,
        request.letter.signatory,
    )
    assert not [word for word in (CANARY, *people) if word in text]


def test_names_that_devices_gave_themselves_make_no_line_of_their_own(desk: LifeDesk) -> None:
    odd = 'x"} 1\nnetops_log_entries 666\n# '
    port = InterfaceSample(name=odd, index=1, in_octets=1, out_octets=2, speed=10**9, up=True, alias=odd)
    spooled(desk, Sample(device="gw-kampus", at=desk.clock.now(), uptime=1, interfaces=(port,)))
    text = Exposer(desk.app).text().decode()
    assert not [line for line in text.splitlines() if "666" in line and not line.startswith("netops_interface")]
    found = [one for family in text_string_to_metric_families(text) for one in family.samples]
    assert {one.labels["interface"] for one in found if one.name == "netops_interface_up"} == {odd}


def test_the_log_is_read_on_from_where_it_was_and_each_part_stands_alone(desk: LifeDesk) -> None:
    said: list[Text] = []
    exposer = Exposer(desk.app, said.append)
    before = exposer.text()
    assert b"netops_log_entries 0.0" in before
    filed = desk.filed("HD-1")
    assert exposer.text() == before, "an answer is good for a second"
    desk.clock.move(2)
    desk.plan(filed, "vlan:kampus:210")
    assert b"netops_log_entries 2.0" in exposer.text()
    (desk.root / "inventory" / "sites.yaml").write_text("sites: [")
    desk.app.__dict__.pop("sites", None)
    desk.clock.move(2)
    text = exposer.text()
    assert b'netops_gathering_failed{part="promises"} 1.0' in text and b"netops_log_entries 2.0" in text
    desk.clock.move(2)
    exposer.text()
    assert len(said) == 1 and "promises" in said[0].en, "told once, not at every scrape"
    assert replace(filed, digest="x").change == filed.change
