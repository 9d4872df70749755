"""Secrets of a HashiCorp Vault over real HTTP on loopback: read at use, refused clearly, never shown."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from netops.core.errors import Failed
from netops.core.secret import SecretRef
from netops.vault import FileSecrets

CANARY = "kenari-88f0c2"
TOKEN = "hvs.kenari-token"


class Kv(BaseHTTPRequestHandler):
    """`kv/data/netops/gw` as Vault answers it; what else is asked for is told as Vault tells it."""

    def do_GET(self) -> None:
        if self.headers["X-Vault-Token"] != TOKEN:
            self._say(403, {"errors": ["permission denied"]})
        elif self.path == "/v1/kv/data/netops/gw":
            self._say(
                200, {"data": {"data": {"password": CANARY, "count": 5, "two": "a\nb"}, "metadata": {"version": 3}}}
            )
        elif self.path == "/v1/kv/data/moved":
            self.send_response(307)
            self.send_header("Location", "/v1/kv/data/netops/gw")
            self.end_headers()
        elif self.path == "/v1/kv/data/odd":
            self._say(200, [CANARY])
        else:
            self._say(404, {"errors": []})

    def _say(self, status: int, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Kv)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def secrets(folder: Path, reference: str, **environ: str) -> FileSecrets:
    path = folder / "secrets.json"
    path.write_text(json.dumps({"device/gw": reference}), encoding="utf-8")
    path.chmod(0o600)
    return FileSecrets(path, environ)


def test_a_field_is_read_at_the_moment_of_use(tmp_path: Path, address: str) -> None:
    known = secrets(tmp_path, "vault:kv/netops/gw#password", VAULT_ADDR=address, VAULT_TOKEN=TOKEN)
    assert known.get(SecretRef("device/gw")).reveal() == CANARY


@pytest.mark.parametrize(
    ("reference", "token", "said"),
    [
        ("vault:kv/netops/gw#password", "wrong", "the token may not read it"),
        ("vault:kv/netops/gw#password", "", "VAULT_TOKEN is empty"),
        ("vault:kv/netops/none#password", TOKEN, "there is none"),
        ("vault:kv/netops/gw#other", TOKEN, "no such field"),
        ("vault:kv/netops/gw#count", TOKEN, "no text"),
        ("vault:kv/netops/gw#two", TOKEN, "not one line"),
        ("vault:kv/odd#password", TOKEN, "no such field"),
        ("vault:kv/moved#password", TOKEN, "it answers HTTP 307"),
        ("vault:kv#password", TOKEN, "starts like a reference and is none"),
        ("vault:kv/../sys/seal#x", TOKEN, "there is none"),
    ],
)
def test_what_cannot_be_read_is_told_without_a_value(
    tmp_path: Path, address: str, reference: str, token: str, said: str
) -> None:
    known = secrets(tmp_path, reference, VAULT_ADDR=address, VAULT_TOKEN=token)
    with pytest.raises(Failed) as caught:
        known.get(SecretRef("device/gw"))
    shown = caught.value.describe("id") + caught.value.describe("en") + repr(caught.value.__cause__)
    assert said in shown and CANARY not in shown and TOKEN not in shown


def test_a_token_never_travels_in_clear_beyond_this_machine(tmp_path: Path) -> None:
    known = secrets(tmp_path, "vault:kv/netops/gw#password", VAULT_ADDR="http://vault.example:8200", VAULT_TOKEN=TOKEN)
    with pytest.raises(Failed, match="must be https"):
        known.get(SecretRef("device/gw"))


def test_a_server_of_plain_http_is_not_taken_for_https(tmp_path: Path, address: str) -> None:
    known = secrets(
        tmp_path, "vault:kv/netops/gw#password", VAULT_ADDR=address.replace("http:", "https:"), VAULT_TOKEN=TOKEN
    )
    with pytest.raises(Failed, match="cannot be reached"):
        known.get(SecretRef("device/gw"))
