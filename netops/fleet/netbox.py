"""NetBox's devices as hosts of the inventory, beside `hosts.yaml`; refuses names and values that an inventory must not have.

Taken over (NetBox 4, netbox/dcim/api/serializers_/devices.py): name, `site.slug`, `platform.slug`, `role.slug` (before 4.0
`device_role`), the address of `primary_ip`, `serial`, what `config_context` has under `netops`, and custom fields whose name
starts with `netops_`. Nothing else: a context may hold what is none of an inventory's business.

nornir-netbox was weighed and left: it sends its token to wherever `next` points, has no limit of time or size, asks for
everything at once, knows `device_role` only, and hands `platform` on as an object.
"""

import json
import os
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct

from netops.core.errors import Failed, InputError
from netops.core.files import write_whole
from netops.core.text import Text
from netops.fleet.netbox_api import NetBox, as_bytes, every

Json = dict[str, Any]
NAME = "netbox.json"
"""What NetBox said last, in the folder of the inventory: readable, comparable, and named by every plan like the other files."""
OLD = 86_400.0
"""Seconds after which what NetBox said last is no longer used when it cannot be asked."""
PLATFORMS: Mapping[str, str] = {
    **dict.fromkeys(("mikrotik", "mikrotik-routeros", "mikrotik_routeros", "router-os", "routeros-7", "routeros-6"), "routeros"),
    **dict.fromkeys(("cisco-ios", "cisco_ios", "cisco-ios-xe", "cisco_ios_xe", "ios-xe", "iosxe"), "ios"),
}  # fmt: skip
"""Slugs as offices write them → our platforms; any other slug is a platform's name as it stands."""
_FIELDS = ("hostname", "username", "port", "groups", "platform")
"""Of `config_context.netops` and `netops_…`: what belongs to the host itself; all else is its data."""
_TRUST = ("cleartext", "tls_fingerprint", "tls_ca", "host_key")
"""Options that say whom a device's password is sent to: those are the office's own files' to say, whoever edits NetBox."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Told(Struct, frozen=True, kw_only=True):
    """Hosts by name, in the shape of `hosts.yaml`; `left_out`: devices without a name, a platform or an address."""

    hosts: Json
    left_out: int = 0
    error: Failed | None = None  # why what was said last is used


def hosts(netbox: NetBox, wanted: str, folder: Path, refresh: float, now: float | None = None) -> Told:
    """What NetBox says, asked anew where what it said last is older than `refresh` seconds; kept in `folder`.

    Where it cannot be asked, what it said within the last day is used, and the error is handed on. Raises `Failed`.
    """
    place, moment = folder / NAME, time.time() if now is None else now
    age = _age(place, moment)
    if age is not None and age < refresh:
        kept = _kept(place)
        if kept is not None:
            return Told(hosts=kept)
    try:
        told = mapped(every(netbox, "dcim/devices", dict(parse_qsl(wanted))))
    except Failed as error:
        kept = _kept(place) if age is not None and age < OLD else None
        if kept is None:
            raise
        return Told(hosts=kept, error=error)
    _keep(place, as_bytes(told.hosts))
    return told


def mapped(devices: list[Json]) -> Told:
    """Devices of NetBox as hosts. Raises `InputError` that names the device."""
    found: Json = {}
    left_out = 0
    for device in devices:
        host = _host(device)
        name = device.get("name")
        if host is None or not isinstance(name, str):
            left_out += 1
            continue
        if name in found:
            raise _bad(device, Text("nama itu ada dua kali", "there are two of that name"))
        found[name] = host
    return Told(hosts=found, left_out=left_out)


def _host(device: Json) -> Json | None:
    context = device.get("config_context")
    own = context.get("netops") if isinstance(context, dict) else None
    if own is not None and not isinstance(own, dict):
        raise _bad(
            device, Text("config_context.netops harus berupa pemetaan", "config_context.netops must be a mapping")
        )
    fields = device.get("custom_fields")
    custom = fields if isinstance(fields, dict) else {}
    said: Json = {
        **(own or {}),
        **{
            name.removeprefix("netops_"): value
            for name, value in custom.items()
            if name.startswith("netops_") and value not in (None, "")
        },
    }
    _check(device, said)
    options = said.get("options")
    trusted = [name for name in _TRUST if isinstance(options, dict) and name in options]
    if trusted:
        names = ", ".join(trusted)
        raise _bad(
            device, Text(f"{names} hanya di inventory/hosts.yaml", f"{names} belongs into inventory/hosts.yaml only")
        )
    slug = _slug(device, "platform")
    platform = said.get("platform") or PLATFORMS.get(slug, slug)
    hostname = said.get("hostname") or _address(device.get("primary_ip") or device.get("primary_ip4"))
    if not device.get("name") or not platform or not (hostname or platform == "manual"):
        return None
    role = _slug(device, "role") or _slug(device, "device_role")
    data: Json = {"site": _slug(device, "site"), "roles": [role] if role else []}
    if device.get("serial"):
        data["serial"] = device["serial"]
    data |= {name: value for name, value in said.items() if name not in _FIELDS}
    host: Json = {"platform": platform, "data": data}
    if hostname:
        host["hostname"] = hostname
    host |= {name: said[name] for name in ("username", "port", "groups") if name in said}
    _check(device, host)
    return host


def _slug(device: Json, field: str) -> str:
    value = device.get(field)
    slug = value.get("slug") if isinstance(value, dict) else None
    return slug if isinstance(slug, str) else ""


def _address(value: object) -> str:
    """`10.10.0.1/24` without its length."""
    address = value.get("address") if isinstance(value, dict) else None
    return address.partition("/")[0] if isinstance(address, str) else ""


def _check(device: Json, value: object) -> None:
    """No control characters, as in the files. What else an inventory must not have is checked with them."""
    if isinstance(value, str):
        if _CONTROL.search(value):
            raise _bad(device, Text("karakter kendali dalam nilai", "control characters in a value"))
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check(device, key)
            _check(device, inner)
    elif isinstance(value, list):
        for inner in value:
            _check(device, inner)


def _bad(device: Json, message: Text) -> InputError:
    name = _CONTROL.sub("?", str(device.get("name")))[:80]
    return InputError(
        message,
        Text(f"Perbaiki perangkat {device.get('id')} di NetBox.", f"Mend the device {device.get('id')} in NetBox."),
        path="NetBox",
        field=name,
    )


# ── kept ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _age(place: Path, now: float) -> float | None:
    """Seconds since it was asked; None where there is nothing, or a clock that was put back makes that unknown."""
    try:
        age = now - place.stat().st_mtime
    except OSError:
        return None
    return age if age >= -1 else None


def _kept(place: Path) -> Json | None:
    try:
        kept = json.loads(place.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return kept if isinstance(kept, dict) else None


def _keep(place: Path, data: bytes) -> None:
    """Without space or permission the next start asks again."""
    with suppress(OSError):
        if place.is_file() and place.read_bytes() == data:
            os.utime(place)
        else:
            write_whole(place, data, 0o644)
