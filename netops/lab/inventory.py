"""The inventory of a running lab, as a workspace reads it: YAML with references only, and the secrets in a file of their own."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netops.lab.spec import CampusSpec, DeviceSpec

Described = Mapping[str, Mapping[str, Any]]
PORTS = {"api": "api_port", "api_tls": "api_tls_port", "ssh": "ssh_port", "snmp": "snmp_port"}
HEAD = "# Dibuat oleh lab / made by the lab: {what}\n"


def write_inventory(folder: Path, spec: CampusSpec, described: Described) -> None:
    """`hosts.yaml`, `groups.yaml`, `defaults.yaml` in the shape of Nornir's SimpleInventory."""
    folder.mkdir(parents=True, exist_ok=True)
    hosts = {device.name: _host(device, described[device.name]) for device in spec.devices}
    platforms = sorted({device.platform for device in spec.devices})
    _write(folder / "hosts.yaml", "perangkat / devices", hosts)
    _write(folder / "groups.yaml", "kelompok / groups", {name: {"platform": name} for name in platforms})
    _write(folder / "defaults.yaml", "nilai bawaan / defaults", {"data": {"lab": True}})


def write_secrets(path: Path, described: Described) -> None:
    """Name → value as JSON, mode 0600, in place of what was there in one step. Names as `SecretRef` has them."""
    values: dict[str, str] = {}
    for name, device in described.items():
        values[f"device/{name}"] = device["credentials"]["password"]
        if device.get("enable"):
            values[f"enable/{name}"] = device["enable"]
        snmp = device.get("snmp")
        if snmp:
            values[f"snmp/{name}/community"] = snmp["community"]
            values[f"snmp/{name}/auth"] = snmp["v3"]["auth_key"]
            values[f"snmp/{name}/priv"] = snmp["v3"]["priv_key"]
    write_private(path, json.dumps(values, indent=2, sort_keys=True) + "\n")


def write_private(path: Path, text: str) -> None:
    """A file that only its owner reads, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


def _host(spec: DeviceSpec, device: Mapping[str, Any]) -> dict[str, object]:
    options: dict[str, object] = {PORTS[kind]: port for kind, port in device["ports"].items()}
    options |= {key: device[key] for key in ("tls_fingerprint", "host_key") if device.get(key)}
    snmp = device.get("snmp")
    if snmp:
        options["snmp_version"] = spec.snmp_version
        if spec.snmp_version == "3":
            v3 = snmp["v3"]
            options |= {"snmp_user": v3["user"], "snmp_auth": v3["auth"], "snmp_priv": v3["priv"]}
    return {
        "hostname": device["host"],
        "platform": spec.platform,
        "username": device["credentials"]["username"],
        "groups": [spec.platform],
        "data": {"site": spec.site, "roles": list(spec.roles), **spec.data, "options": options},
    }


def _write(path: Path, what: str, value: dict[str, Any]) -> None:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 10_000  # a key stays on one line, to be copied
    yaml.representer.ignore_aliases = lambda data: True  # what hosts share is written out: inventories refuse aliases
    with path.open("w", encoding="utf-8") as file:
        file.write(HEAD.format(what=what))
        yaml.dump(value, file)
