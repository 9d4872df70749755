"""What a RouterOS device says of itself, and what would stop or weaken a change there; reads only, never raises a trap."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from msgspec import Struct

from netops.core.errors import Unsupported
from netops.core.model import DeviceFacts, Finding, Severity, Target
from netops.core.text import Text
from netops.drivers.routeros_clock import read_clock
from netops.drivers.routeros_wire import Answer, Command, Wire
from netops.platforms.routeros.guard import POLICIES

_NEEDED = (*POLICIES, "api")
_FREE = 1_000_000
"""Bytes of free flash below which a device may fail to keep what it is told."""
_SKEW = timedelta(minutes=2)
_OFF = ("no", "false")


def printable(text: str) -> str:
    """A device's text for a message: no character that a terminal would act on, and not endless."""
    return "".join(char if char.isprintable() else "?" for char in text)[:300]


class _Reports(Struct, frozen=True, kw_only=True):
    """Answers by name; a menu that the device lacks is an empty row."""

    rows: Mapping[str, list[dict[str, str]]]

    def first(self, name: str) -> dict[str, str]:
        return next(iter(self.rows[name]), {})


ASKED: dict[str, Command] = {
    "resource": ("/system/resource/print", "=.proplist=version,board-name,free-hdd-space"),
    "identity": ("/system/identity/print",),
    "mode": ("/system/device-mode/print",),
    "users": ("/user/print", "=.proplist=.id,name,group,disabled"),
    "groups": ("/user/group/print", "=.proplist=.id,name,policy"),
}
_ASKED_MORE: dict[str, Command] = {
    **ASKED,
    "services": ("/ip/service/print", "=.proplist=.id,name,disabled,certificate,dynamic,port,address"),
    "clock": ("/system/clock/print",),
    "ntp": ("/system/ntp/client/print",),
}


def device_facts(answers: Sequence[Answer], target: Target) -> DeviceFacts:
    """Version, board, identity, and the features `scheduler`, `hotspot` where neither device-mode nor policy forbids them.

    `answers` are those to `ASKED`, in its order.

    Raises `Unsupported` when the login may not even read.
    """
    reports = _Reports(rows={name: answer.rows for name, answer in zip(ASKED, answers, strict=True)})
    resource = reports.first("resource")
    version = resource.get("version", "").partition(" ")[0]
    if not version:
        raise Unsupported(
            Text("login ini tidak boleh membaca /system/resource", "this login may not read /system/resource"),
            Text(
                "tempel di terminal perangkat:\n/user group set netops policy=read,write,test,api,sensitive",
                "paste into the device's terminal:\n/user group set netops policy=read,write,test,api,sensitive",
            ),
            device=target.name,
            step="facts",
            may_have_written=False,
        )
    granted = _policies(reports, target.username)
    mode = reports.first("mode")
    features = []
    if _allowed(mode, "scheduler", ("home",)) and (granted is None or set(POLICIES) <= granted):
        features.append("scheduler")
    if _allowed(mode, "hotspot", ("home", "basic")):
        features.append("hotspot")
    features.append(_wireless(version))
    return DeviceFacts(
        platform="routeros",
        version=version,
        board=resource.get("board-name", ""),
        identity=reports.first("identity").get("name", ""),
        features=tuple(features),
    )


@lru_cache(maxsize=256)
def _wireless(version: str) -> str:
    """How access points are managed: `/interface/wifi` since 7.13, `/caps-man` before (manual, WiFi and CAPsMAN)."""
    number = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
    return "wifi" if number >= (7, 13) else "caps-man"


def _allowed(mode: Mapping[str, str], feature: str, off_in: Sequence[str]) -> bool:
    """device-mode: an explicit word for the feature, else what the mode leaves on; no such menu forbids nothing."""
    if feature in mode:
        return mode[feature] not in _OFF
    return mode.get("mode", "") not in off_in


def _policies(reports: _Reports, login: str) -> frozenset[str] | None:
    """What the login's group grants; None where it may not be read."""
    user = next((row for row in reports.rows["users"] if row.get("name") == login), None)
    group = next((row for row in reports.rows["groups"] if user and row.get("name") == user.get("group")), None)
    if group is None or "policy" not in group:
        return None
    return _granted(group["policy"])


@lru_cache(maxsize=256)
def _granted(policy: str) -> frozenset[str]:
    return frozenset(word for word in policy.split(",") if word and not word.startswith("!"))


def preflight(wire: Wire, target: Target, facts: DeviceFacts, now: datetime) -> tuple[Finding, ...]:
    """Findings in a fixed order; `now` is our clock, to see whether the device's agrees."""
    answers = wire.exchange("preflight", list(_ASKED_MORE.values()))
    reports = _Reports(rows={name: answer.rows for name, answer in zip(_ASKED_MORE, answers, strict=True)})
    return (
        *_version(facts),
        *_mode(facts, reports),
        *_services(target, reports),
        *_users(target, reports),
        *_time(facts, reports, now),
        *_space(reports),
    )


def _finding(about: str, severity: Severity, id: str, en: str, *paste: str) -> Finding:
    return Finding(about=about, severity=severity, id=id, en=en, paste=paste)


def _version(facts: DeviceFacts) -> Iterator[Finding]:
    try:
        number = tuple(int(part) for part in facts.version.split(".")[:2])
    except ValueError:
        number = (0, 0)
    if number < (6, 43):
        text = f"RouterOS {facts.version}"
        yield _finding(
            "version",
            Severity.STOP,
            f"{text} terlalu lama: perbarui ke 6.49 atau 7",
            f"{text} is too old: update to 6.49 or 7",
            "/system package update check-for-updates",
        )
    else:
        yield _finding("version", Severity.OK, f"RouterOS {facts.version}", f"RouterOS {facts.version}")


def _mode(facts: DeviceFacts, reports: _Reports) -> Iterator[Finding]:
    mode = reports.first("mode")
    for feature, off_in, severity in (
        ("scheduler", ("home",), Severity.WARNING),
        ("hotspot", ("home", "basic"), Severity.STOP),
    ):
        if not _allowed(mode, feature, off_in):
            yield _finding(
                "device-mode",
                severity,
                f"device-mode melarang {feature}: izinkan, lalu tekan tombol perangkat",
                f"device-mode forbids {feature}: allow it, then press the device's button",
                f"/system device-mode update {feature}=yes",
            )
    if mode.get("flagged") in ("yes", "true"):
        yield _finding(
            "device-mode",
            Severity.STOP,
            "konfigurasi ditandai mencurigakan (flagged): periksa dulu isinya",
            "the configuration is flagged as suspicious: look through it first",
            "/system device-mode print",
        )
    if not mode and facts.version.startswith("6."):
        yield _finding(
            "device-mode", Severity.OK, "RouterOS 6 tidak punya device-mode", "RouterOS 6 has no device-mode"
        )


def _services(target: Target, reports: _Reports) -> Iterator[Finding]:
    services = {
        row.get("name", ""): row for row in reports.rows["services"] if row.get("dynamic") not in ("true", "yes")
    }
    secure, clear = services.get("api-ssl", {}), services.get("api", {})
    if secure.get("disabled") in ("true", "yes") or secure.get("certificate", "none") in ("none", ""):
        yield _finding(
            "api-ssl",
            Severity.STOP if not target.options.get("cleartext") else Severity.WARNING,
            "api-ssl mati atau tanpa sertifikat",
            "api-ssl is off or without certificate",
            "/certificate add name=netops-api common-name=netops-api key-usage=tls-server",
            "/certificate sign netops-api",
            "/ip service set api-ssl certificate=netops-api disabled=no",
        )
    if clear and clear.get("disabled") not in ("true", "yes"):
        yield _finding(
            "api",
            Severity.WARNING,
            "API tanpa enkripsi masih menyala",
            "the clear-text API is still on",
            "/ip service set api disabled=yes",
        )


def _users(target: Target, reports: _Reports) -> Iterator[Finding]:
    granted = _policies(reports, target.username)
    missing = [word for word in _NEEDED if granted is not None and word not in granted]
    if missing:
        words = ",".join(missing)
        group = next(row.get("group", "") for row in reports.rows["users"] if row.get("name") == target.username)
        yield _finding(
            "policy",
            Severity.STOP,
            f"grup pengguna {target.username} tanpa policy {words}",
            f"the group of user {target.username} lacks the policies {words}",
            f"/user group set [find name={group}] policy={','.join(sorted({*(granted or ()), *missing}))}",
        )
    admin = next((row for row in reports.rows["users"] if row.get("name") == "admin"), None)
    if admin is not None and admin.get("disabled") not in ("true", "yes"):
        yield _finding(
            "admin",
            Severity.WARNING,
            "pengguna bawaan admin masih aktif: matikan setelah ada pengguna lain",
            "the default user admin is still enabled: switch it off once there is another",
            "/user set admin disabled=yes",
        )


def _ntp_lines(facts: DeviceFacts) -> tuple[str, ...]:
    """Version 6 takes addresses only, and calls them otherwise."""
    if facts.version.startswith("6."):
        return ("/system ntp client set enabled=yes primary-ntp=[:resolve 0.id.pool.ntp.org]",)
    return ("/system ntp client set enabled=yes servers=id.pool.ntp.org",)


def _time(facts: DeviceFacts, reports: _Reports, now: datetime) -> Iterator[Finding]:
    """The END timer is a moment of the device's own clock: what makes that clock uncertain makes the timer so."""
    ntp = reports.first("ntp")
    if ntp.get("enabled") in ("false", "no"):
        yield _finding(
            "ntp",
            Severity.WARNING,
            "klien NTP mati: timer akhir di perangkat tidak pasti",
            "the NTP client is off: the device's END timer is uncertain",
            *_ntp_lines(facts),
        )
    elif ntp.get("status", "synchronized") != "synchronized":
        shown = printable(ntp["status"])
        yield _finding(
            "ntp",
            Severity.WARNING,
            f"klien NTP belum sinkron ({shown}): timer akhir di perangkat tidak pasti",
            f"the NTP client is not synchronised ({shown}): the device's END timer is uncertain",
            "/system ntp client print",
        )
    clock = read_clock(reports.first("clock"))
    if clock is None:
        yield _finding(
            "clock",
            Severity.WARNING,
            "jam perangkat tidak terbaca: timer akhir dihitung sejak dipasang",
            "the device's clock cannot be read: its END timer counts from its arming",
            "/system clock print",
        )
    elif abs(clock.skew(now)) > _SKEW:
        seconds = int(clock.skew(now).total_seconds())
        yield _finding(
            "clock",
            Severity.WARNING,
            f"jam perangkat berselisih {seconds} detik: timer akhir meleset begitu jam itu dibetulkan",
            f"the device's clock is off by {seconds} seconds: its END timer will miss once that clock is set right",
            *_ntp_lines(facts),
        )


def _space(reports: _Reports) -> Iterator[Finding]:
    free = reports.first("resource").get("free-hdd-space", "")
    if free.isdecimal() and int(free) < _FREE:
        yield _finding(
            "flash",
            Severity.WARNING,
            f"sisa penyimpanan hanya {int(free)} byte: hapus berkas lama",
            f"only {int(free)} bytes of storage are free: remove old files",
            "/file print where size>100000",
        )
