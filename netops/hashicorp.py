"""Secrets of a HashiCorp Vault (KV version 2) over HTTPS; refuses plain HTTP beyond this machine, and redirects.

`VAULT_ADDR`, `VAULT_TOKEN` and `VAULT_CACERT` are those of Vault's own program. The standard library speaks to it: no
further package. API: developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2, "Read secret version".
"""

import json
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote, urlsplit

from netops.core.errors import Failed
from netops.core.text import Text

SECONDS = 10.0
MAX_ANSWER = 1_048_576


def read_field(path: str, field: str, environ: Mapping[str, str]) -> str:
    """Field `field` of the secret at `mount/path`. Raises `Failed`, which names the place and never a value."""
    name = f"vault:{path}#{field}"
    mount, _, rest = path.partition("/")
    token = environ.get("VAULT_TOKEN", "")
    if not token:
        raise _no(name, "VAULT_TOKEN kosong", "VAULT_TOKEN is empty")
    status, body = _get(f"/v1/{quote(mount)}/data/{quote(rest)}", token, name, environ)
    if status != 200:
        reasons = {403: ("token tidak berhak", "the token may not read it"), 404: ("tidak ada", "there is none")}
        raise _no(name, *reasons.get(status, (f"jawaban HTTP {status}", f"it answers HTTP {status}")))
    try:
        value = json.loads(body)["data"]["data"][field]
    except (ValueError, LookupError, TypeError, RecursionError):  # not chained: it may carry the answer
        value = None
    if not isinstance(value, str):
        raise _no(name, "isian itu tidak ada di sana, atau bukan teks", "there is no such field, or it is no text")
    return value


def _get(target: str, token: str, name: str, environ: Mapping[str, str]) -> tuple[int, bytes]:
    address = urlsplit(environ.get("VAULT_ADDR", "https://127.0.0.1:8200"))
    host = address.hostname or ""
    try:
        port = address.port or 8200
        if address.scheme == "https":
            context = ssl.create_default_context(cafile=environ.get("VAULT_CACERT") or None)
            line: HTTPConnection = HTTPSConnection(host, port, timeout=SECONDS, context=context)
        elif address.scheme == "http" and host in ("127.0.0.1", "::1", "localhost"):
            line = HTTPConnection(host, port, timeout=SECONDS)
        else:
            raise _no(name, "VAULT_ADDR harus https", "VAULT_ADDR must be https")
        try:
            line.request("GET", target, headers={"X-Vault-Token": token, "X-Vault-Request": "true"})
            answer = line.getresponse()  # http.client follows no redirect: the token goes nowhere else
            return answer.status, answer.read(MAX_ANSWER)
        finally:
            line.close()
    except (OSError, HTTPException, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else "") or type(error).__name__
        raise _no(name, f"Vault tidak terjangkau: {reason}", f"Vault cannot be reached: {reason}") from None


def _no(name: str, id: str, en: str) -> Failed:
    return Failed(
        Text(f"rahasia {name}: {id}", f"secret {name}: {en}"),
        Text(
            "Periksa VAULT_ADDR, VAULT_TOKEN, VAULT_CACERT dan kebijakan token itu.",
            "Check VAULT_ADDR, VAULT_TOKEN, VAULT_CACERT and that token's policy.",
        ),
    )
