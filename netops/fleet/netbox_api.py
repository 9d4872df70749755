"""Every page of a NetBox list, as JSON; refuses plain HTTP beyond this machine, redirects, loops, what is too large and what takes too long.

NetBox 4 (github.com/netbox-community/netbox, docs/integrations/rest-api.md): a list answers `count`, `next`, `previous` and
`results`, `limit` is at most MAX_PAGE_SIZE (1,000 by default), a missing token is told with 403. A token that starts with
`nbt_` (version 2, since 4.5) goes with `Bearer`, an older one with `Token`. The standard library speaks to it.
"""

import json
import socket
import ssl
import threading
import time
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, IncompleteRead
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from msgspec import Struct

from netops.core.canonical import MAX_JSON, parse_json
from netops.core.errors import Failed
from netops.core.secret import Secret
from netops.core.text import Text

Json = dict[str, Any]
PAGE = 200
MOST = 20_000
"""Objects at most."""
MOST_BYTES = 128 * 1024 * 1024
SECONDS = 60.0
"""For all pages together, whatever the server does."""
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class NetBox(Struct, frozen=True, kw_only=True):
    """Where it is. `url` without `/api`, `ca` where its certificate is not of a public authority, `seconds` for everything."""

    url: str
    token: Secret
    ca: Path | None = None
    seconds: float = SECONDS


def every(netbox: NetBox, path: str, wanted: Mapping[str, str]) -> list[Json]:
    """Every object of the list at `/api/<path>/` that fits `wanted`. Raises `Failed`, which never names the token.

    Of `next` only its offset is used: whatever host it names (a proxy's inner one), nothing is sent anywhere else.
    """
    found: list[Json] = []
    ids: set[object] = set()
    offset, size, ends = 0, 0, time.monotonic() + netbox.seconds
    while True:
        query = urlencode({**wanted, "limit": PAGE, "offset": offset})
        body = _get(netbox, f"/api/{path}/?{query}", ends)
        size += len(body)
        page = _page(netbox, body)
        new = [one for one in page["results"] if one["id"] not in ids]
        ids.update(one["id"] for one in new)
        found += new
        if page["next"] is None:
            return found
        following = _offset(page["next"])
        if following is None or following <= offset or not new:
            raise _no(netbox, "halaman berikutnya berputar", "its next page leads round in a circle")
        if len(found) > MOST or size > MOST_BYTES:
            raise _no(
                netbox,
                f"lebih dari {MOST} perangkat atau {MOST_BYTES >> 20} MiB",
                f"more than {MOST} devices or {MOST_BYTES >> 20} MiB",
                Text("Persempit inventory.filter.", "Narrow inventory.filter."),
            )
        offset = following


def _page(netbox: NetBox, body: bytes) -> Json:
    try:
        page = parse_json(unicodedata.normalize("NFC", body.decode("utf-8")))
    except (ValueError, RecursionError):  # not chained: it may carry the answer
        page = None
    good = isinstance(page, dict) and isinstance(page.get("results"), list) and "next" in page
    if not good or not all(isinstance(one, dict) and isinstance(one.get("id"), int) for one in page["results"]):
        raise _no(
            netbox,
            "jawabannya bukan daftar NetBox dalam JSON",
            "its answer is no list of NetBox in JSON",
            Text(
                "Apakah inventory.netbox alamat NetBox, tanpa /api, dan bukan halaman login?",
                "Is inventory.netbox the address of NetBox, without /api, and no login page?",
            ),
        )
    found: Json = page
    return found


def _offset(following: object) -> int | None:
    values = parse_qs(urlsplit(following).query).get("offset", []) if isinstance(following, str) else []
    return int(values[0]) if values and values[0].isascii() and values[0].isdecimal() and len(values[0]) < 10 else None


# ── one request ──────────────────────────────────────────────────────────────────────────────────────────────────


def _get(netbox: NetBox, target: str, ends: float) -> bytes:
    address = urlsplit(netbox.url)
    host = address.hostname or ""
    if not host or (address.scheme != "https" and not (address.scheme == "http" and host in _LOOPBACK)):
        raise _no(netbox, "alamatnya harus https://…", "its address must be https://…")
    left = ends - time.monotonic()
    try:
        port = address.port or (443 if address.scheme == "https" else 80)
        if left <= 0:
            raise TimeoutError
        line = HTTPConnection(host, port)
        raw = socket.create_connection((host, port), timeout=left)
        # Whoever sends a byte now and then never meets a socket's own timeout: the line is cut when the time is over.
        alarm = threading.Timer(left, _cut, (raw,))
        alarm.daemon = True
        alarm.start()
        try:
            line.sock = _tls(raw, host, netbox) if address.scheme == "https" else raw
            prefix = address.path.rstrip("/")
            line.request("GET", prefix + target, headers=_headers(netbox.token))
            with line.getresponse() as answer:  # http.client follows no redirect: the token goes nowhere else
                body = _read(netbox, answer)
            if time.monotonic() >= ends:
                raise TimeoutError
            return body
        finally:
            alarm.cancel()
            line.close()
            raw.close()
    except (OSError, HTTPException, ValueError) as error:
        if time.monotonic() >= ends:
            raise _no(
                netbox, f"tidak selesai dalam {netbox.seconds:g} detik", f"it took over {netbox.seconds:g} seconds"
            ) from None
        raise _no(netbox, *_reason(error)) from None


def _cut(raw: socket.socket) -> None:
    with suppress(OSError):
        raw.shutdown(socket.SHUT_RDWR)


def _tls(raw: socket.socket, host: str, netbox: NetBox) -> socket.socket:
    return ssl.create_default_context(cafile=netbox.ca).wrap_socket(raw, server_hostname=host)


def _headers(token: Secret) -> dict[str, str]:
    value = token.reveal()
    kind = "Bearer" if value.startswith("nbt_") else "Token"
    return {"Authorization": f"{kind} {value}", "Accept": "application/json", "User-Agent": "netops"}


def _read(netbox: NetBox, answer: HTTPResponse) -> bytes:
    if answer.status in (301, 302, 303, 307, 308):
        elsewhere = urlsplit(answer.getheader("Location", "")).hostname or "?"
        shown = "".join(char if char.isprintable() else "?" for char in elsewhere)[:80]
        raise _no(
            netbox,
            f"ia mengarahkan ke {shown}; tidak diikuti, token tidak dikirim ke sana",
            f"it redirects to {shown}; not followed, the token was not sent there",
            Text("Tulis alamat yang sebenarnya.", "Write the real address."),
        )
    if answer.status != 200:
        reasons = {
            401: ("token tidak diterima", "the token is not accepted"),
            403: ("token tidak ada, salah, atau tidak berhak", "the token is missing, wrong, or has no right"),
            404: ("tidak ada API NetBox di sana", "there is no NetBox API there"),
        }
        known = reasons.get(answer.status)
        raise _no(netbox, *(known or (f"jawaban HTTP {answer.status}", f"it answers HTTP {answer.status}")))
    body = answer.read(MAX_JSON + 1)
    if answer.length and len(body) <= MAX_JSON:
        raise IncompleteRead(body[:0], answer.length)
    if len(body) > MAX_JSON:
        raise _no(
            netbox,
            f"satu halaman lebih dari {MAX_JSON >> 20} MiB",
            f"one page has more than {MAX_JSON >> 20} MiB",
            Text("Persempit inventory.filter.", "Narrow inventory.filter."),
        )
    return body


def _reason(error: Exception) -> tuple[str, str]:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"sertifikatnya ditolak: {error.verify_message}", f"its certificate is refused: {error.verify_message}"
    reason = (error.strerror if isinstance(error, OSError) else "") or type(error).__name__
    return f"tidak terjangkau: {reason}", f"it cannot be reached: {reason}"


def _no(netbox: NetBox, id: str, en: str, hint: Text | None = None) -> Failed:
    shown = urlsplit(netbox.url)
    where = f"{shown.scheme}://{shown.netloc.rpartition('@')[2]}"
    return Failed(
        Text(f"NetBox {where}: {id}", f"NetBox {where}: {en}"),
        hint
        or Text(
            "Periksa [inventory] di netops.toml, rahasia token, dan hak baca dcim.device.",
            "Check [inventory] in netops.toml, the token's secret, and the right to view dcim.device.",
        ),
    )


def as_bytes(hosts: Json) -> bytes:
    """Hosts as they are kept: in order, one field a line, so that a difference can be read."""
    return (json.dumps(hosts, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()
