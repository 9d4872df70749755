"""A NetBox that answers `/api/dcim/devices/` over real sockets, in the shape of NetBox 4, and misbehaves on demand.

The shape is that of netbox/dcim/api/serializers_/devices.py (DeviceSerializer.Meta.fields) and docs/integrations/rest-api.md:
choices are objects with `value` and `label`, related objects have `id`, `url`, `display`, `name` and `slug`, addresses their
length; without a token 403 with `detail`.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "nbt_kenari1.0123456789abcdef0123456789abcdef01234567"
OLD_TOKEN = "0123456789abcdef0123456789abcdef01234567"
Json = dict[str, Any]


def related(number: int, kind: str, name: str, slug: str) -> Json:
    return {
        "id": number,
        "url": f"http://netbox/api/dcim/{kind}/{number}/",
        "display": name,
        "name": name,
        "slug": slug,
        "description": "",
    }


def device(
    number: int,
    name: str | None,
    *,
    platform: str | None = "routeros",
    role: str = "gateway",
    site: str = "kampus",
    address: str | None = "10.10.0.1/24",
    context: Json | None = None,
    custom: Json | None = None,
    **more: object,
) -> Json:
    ip = None if address is None else {
        "id": number,
        "url": f"http://netbox/api/ipam/ip-addresses/{number}/",
        "display": address,
        "family": {"value": 4, "label": "IPv4"},
        "address": address,
        "description": "",
    }  # fmt: skip
    return {
        "id": number,
        "url": f"http://netbox/api/dcim/devices/{number}/",
        "display_url": f"http://netbox/dcim/devices/{number}/",
        "display": name or f"device {number}",
        "name": name,
        "device_type": {
            "id": 1,
            "url": "http://netbox/api/dcim/device-types/1/",
            "display": "CCR2004",
            "manufacturer": related(1, "manufacturers", "MikroTik", "mikrotik"),
            "model": "CCR2004-1G-12S+2XS",
            "slug": "ccr2004",
            "description": "",
        },
        "role": related(2, "device-roles", role.title(), role),
        "tenant": None,
        "platform": None if platform is None else related(3, "platforms", platform, platform),
        "serial": "",
        "asset_tag": None,
        "site": related(4, "sites", site.title(), site),
        "location": None,
        "rack": None,
        "status": {"value": "active", "label": "Active"},
        "primary_ip": ip,
        "primary_ip4": ip,
        "primary_ip6": None,
        "oob_ip": None,
        "cluster": None,
        "virtual_chassis": None,
        "description": "",
        "comments": "Kata sandi lama: kenari-komentar",
        "config_template": None,
        "config_context": context or {},
        "local_context_data": None,
        "tags": [],
        "custom_fields": custom or {},
        "created": "2024-03-11T20:09:13.339367Z",
        "last_updated": "2024-03-11T20:09:13.339367Z",
        **more,
    }


class Netbox(ThreadingHTTPServer):
    """`devices` in order; `answer` decides about a request before the list does, where it returns True."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.devices: list[Json] = []
        self.asked: list[tuple[str, str]] = []  # path with query, Authorization
        self.answer: Callable[[_Handler], bool] = lambda handler: False
        self.most = 1000
        self.next_base = ""
        self.released = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Netbox

    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers.get("Authorization", "")))
        if self.server.answer(self):
            return
        known = {f"Bearer {TOKEN}", f"Token {OLD_TOKEN}"}
        if self.headers.get("Authorization") not in known:
            self.say(403, {"detail": "Invalid v1 token"})
            return
        address = urlsplit(self.path)
        if address.path != "/api/dcim/devices/":
            self.say(404, {"detail": "Not found."})
            return
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        limit, offset = min(int(query["limit"]), self.server.most), int(query["offset"])
        found = [one for one in self.server.devices if one["status"]["value"] == query.get("status", "active")]
        base = self.server.next_base or self.server.url
        following = f"{base}/api/dcim/devices/?limit={limit}&offset={offset + limit}&status=active"
        self.say(
            200,
            {
                "count": len(found),
                "next": following if offset + limit < len(found) else None,
                "previous": None,
                "results": found[offset : offset + limit],
            },
        )

    def say(self, status: int, value: object, kind: str = "application/json", **headers: str) -> None:
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("API-Version", "4.5")
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


Handler = _Handler


@contextmanager
def netbox() -> Iterator[Netbox]:
    server = Netbox()
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()
