"""`netops lab up --json` is enough to point any client at the lab: what it says is what is served."""

import base64
import hashlib
import json
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import paramiko
import pytest
from click.testing import CliRunner

from netops.cli.main import root

Described = dict[str, Any]


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    folder = str(tmp_path_factory.mktemp("lab") / "lab")
    try:
        up = CliRunner().invoke(root(), ["lab", "up", "--json", "--dir", folder])
        assert up.exit_code == 0, up.stderr
        yield json.loads(up.stdout)
    finally:
        CliRunner().invoke(root(), ["lab", "down", "--dir", folder])


DEVICES = [
    ("gw-kampus", "routeros", "7.16."),
    ("gw-lama", "routeros", "6.49."),
    ("sw-inti", "ios", "15.2"),
    ("sw-aula", "ios", "15.2"),
    ("ap-aula", "routeros", "7.16."),
    ("ap-lama", "routeros", "6.49."),
]


@pytest.mark.parametrize(("name", "platform", "version"), DEVICES)
def test_every_device_says_what_a_client_needs(described: Described, name: str, platform: str, version: str) -> None:
    about = described["devices"][name]
    assert (about["name"], about["platform"], about["host"]) == (name, platform, "127.0.0.1")
    assert about["version"].startswith(version)
    assert set(about["ports"]) == ({"api", "api_tls", "ssh", "snmp"} if platform == "routeros" else {"ssh", "snmp"})
    assert about["credentials"]["username"] and about["credentials"]["password"]
    assert about["snmp"]["community"] and {user["auth"] for user in about["snmp"]["v3_users"]} == {"SHA", "SHA-256"}
    assert ("enable" in about) == (platform == "ios")
    ports = [port for each in described["devices"].values() for port in each["ports"].values()]
    assert len(set(ports)) == len(ports)


@pytest.mark.parametrize("name", ["gw-kampus", "gw-lama"])
def test_the_certificate_is_the_one_that_is_served(described: Described, name: str) -> None:
    about = described["devices"][name]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((about["host"], about["ports"]["api_tls"]), 10) as plain,
        context.wrap_socket(plain) as wrapped,
    ):
        offered = wrapped.getpeercert(binary_form=True)
    assert offered is not None
    assert about["tls_fingerprint"] == f"sha256:{hashlib.sha256(offered).hexdigest()}"


@pytest.mark.parametrize("name", [name for name, _, _ in DEVICES])
def test_the_host_key_is_the_one_that_is_served(described: Described, name: str) -> None:
    about = described["devices"][name]
    transport = paramiko.Transport((about["host"], about["ports"]["ssh"]))
    try:
        transport.get_security_options().key_types = ("ssh-ed25519",)
        transport.start_client(timeout=20)
        key = transport.get_remote_server_key()
        transport.auth_password(about["credentials"]["username"], about["credentials"]["password"])
        assert transport.is_authenticated()
    finally:
        transport.close()
    assert about["host_key"] == f"{key.get_name()} {key.get_base64()}"
    digest = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
    assert about["host_key_fingerprint"] == f"SHA256:{digest}"


def test_mail_is_caught(described: Described) -> None:
    with socket.create_connection((described["mail"]["host"], described["mail"]["port"]), 10) as line:
        assert line.recv(100).startswith(b"220 ")


def test_nothing_of_it_is_in_files_that_others_may_read(tmp_path: Path) -> None:
    """Credentials lie in `lab.json` and `secrets.json`, of mode 0600."""
    folder = tmp_path / "lab"
    try:
        up = CliRunner().invoke(root(), ["lab", "up", "--json", "--devices", "1", "--dir", str(folder)])
        about = json.loads(up.stdout)
        (device,) = about["devices"].values()
        word = device["credentials"]["password"].encode()
        holding = [path for path in folder.rglob("*") if path.is_file() and word in path.read_bytes()]
        assert {path.name for path in holding} == {"lab.json", "secrets.json"}
        assert all(path.stat().st_mode & 0o077 == 0 for path in holding)
    finally:
        CliRunner().invoke(root(), ["lab", "down", "--dir", str(folder)])
