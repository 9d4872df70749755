"""What a switch's answers before a change mean, each finding with the lines that mend it; refuses nothing itself."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from netops.core.model import DeviceFacts, Expected, Finding, Severity
from netops.platforms.ios.quirks import ARCHIVE

NONE_PENDING = "No Rollback Confirmed Change pending"
SKEW = timedelta(minutes=2)
FREE = 1_000_000
"""Bytes of free flash below which a switch may fail to keep what it is told."""
NTP_LINES = ("configure terminal", "ntp server id.pool.ntp.org", "end", "write memory")
PENDING = r"(?mi)^Timer value"
"""A pending change is listed with time configured, timer type, timer value and user."""


def findings(facts: DeviceFacts, *, timer: str, vtp: str, running: str, startup: str) -> tuple[Finding, ...]:
    """What the preflight's answers mean, each with the lines that mend it."""
    mode = re.search(r"VTP Operating Mode\s*:\s*(\w+)", vtp)
    found = [
        _finding("version", Severity.OK, f"IOS {facts.version} ({facts.board})", f"IOS {facts.version} ({facts.board})")
    ]
    if "archive" in facts.features:
        found.append(
            _finding("archive", Severity.OK, "arsip ada: timer pemulihan tersedia", "archive: revert timer available")
        )
    else:
        found.append(
            _finding(
                "archive",
                Severity.WARNING,
                "tanpa arsip tidak ada timer pemulihan",
                "without an archive there is no revert timer",
                *ARCHIVE,
            )
        )
    if re.search(PENDING, timer):
        found.append(
            _finding(
                "revert timer",
                Severity.STOP,
                "ada perubahan lain yang menunggu `configure confirm`",
                "another change is waiting for its `configure confirm`",
            )
        )
    if mode and mode[1].lower() == "client":
        found.append(
            _finding(
                "vtp",
                Severity.STOP,
                "VTP client: VLAN tidak dapat dibuat di sini",
                "VTP client: no VLAN can be made here",
            )
        )
    elif mode and mode[1].lower() == "server":
        found.append(
            _finding(
                "vtp",
                Severity.WARNING,
                "VTP server: timer pemulihan tidak menarik VLAN; sebaiknya transparent, bila boleh",
                "VTP server: the revert timer does not take VLANs back; prefer transparent where allowed",
                "configure terminal",
                "vtp mode transparent",
                "end",
            )
        )
    if _lines(running) == _lines(startup):
        found.append(_finding("startup-config", Severity.OK, "konfigurasi tersimpan", "the configuration is saved"))
    else:
        found.append(
            _finding(
                "startup-config",
                Severity.WARNING,
                "konfigurasi berjalan belum disimpan: periksa dulu",
                "the running configuration is not saved: check it first",
                "write memory",
            )
        )
    return tuple(found)


def surroundings(*, clock: str, ntp: str, flash: str, now: datetime, running: str) -> tuple[Finding, ...]:
    """Clock (`show clock`), NTP (`show ntp associations`) and free flash (`dir flash:`); an answer not understood is none."""
    found = [*_ntp(ntp)]
    there, zone = device_time(clock), zone_minutes(running)
    if there is not None:
        ahead = there - timedelta(minutes=zone) - now.astimezone(UTC).replace(tzinfo=None)
        if abs(ahead) > SKEW:
            found.append(
                _finding(
                    "clock",
                    Severity.WARNING,
                    f"jam perangkat berselisih {int(ahead.total_seconds())} detik",
                    f"the device's clock is off by {int(ahead.total_seconds())} seconds",
                    *NTP_LINES,
                )
            )
    free = re.search(r"\((\d+) bytes free\)", flash)
    if free and int(free[1]) < FREE:
        found.append(
            _finding(
                "flash",
                Severity.WARNING,
                f"sisa flash hanya {int(free[1])} byte: arsip dan konfigurasi mungkin tidak tersimpan",
                f"only {int(free[1])} bytes of flash are free: archive and configuration may not be kept",
                "dir flash:",
            )
        )
    return tuple(found)


def compare(running: str, expected: Expected) -> tuple[Finding, ...]:
    """Whether the switch's time zone is its site's."""
    theirs = zone_minutes(running)
    if theirs == expected.offset:
        return (_finding("zone", Severity.OK, "zona waktu sama dengan lokasinya", "its site's time zone"),)
    hours, minutes = divmod(abs(expected.offset), 60)
    sign = "-" if expected.offset < 0 else ""
    name = {420: "WIB", 480: "WITA", 540: "WIT"}.get(expected.offset, "LOCAL")
    return (
        _finding(
            "zone",
            Severity.WARNING,
            f"zona waktu perangkat {theirs} menit dari UTC, lokasinya {expected.offset}",
            f"the device's time zone is {theirs} minutes from UTC, its site's {expected.offset}",
            "configure terminal",
            f"clock timezone {name} {sign}{hours} {minutes}",
            "end",
        ),
    )


def zone_minutes(running: str) -> int:
    """Minutes from UTC by `clock timezone`; 0 without one, as the device has it."""
    found = re.search(r"(?m)^clock timezone \S+ (-?)(\d+)(?: (\d+))?\s*$", running)
    return (-1 if found[1] else 1) * (int(found[2]) * 60 + int(found[3] or 0)) if found else 0


def device_time(clock: str) -> datetime | None:
    """`.19:10:00.123 WIB Fri Nov 20 2026` as local time; a leading `*` or `.` says that nobody vouches for it."""
    found = re.search(r"(?m)^[*.]?(\d\d:\d\d:\d\d)(?:\.\d+)? \S+ \w{3} (\w{3} \d{1,2} \d{4})\s*$", clock)
    try:
        return datetime.strptime(f"{found[1]} {found[2]}", "%H:%M:%S %b %d %Y") if found else None
    except ValueError:
        return None


def _ntp(answer: str) -> Iterator[Finding]:
    if "not enabled" in answer:
        yield _finding(
            "ntp", Severity.WARNING, "tidak ada server NTP: jam akan melenceng", "no NTP server: the clock will drift",
            *NTP_LINES,
        )  # fmt: skip
    elif "sys.peer" in answer and not re.search(r"(?m)^ ?\*", answer.partition(" * sys.peer")[0]):
        yield _finding(
            "ntp", Severity.WARNING, "NTP belum sinkron", "NTP is not synchronised", "show ntp associations"
        )  # fmt: skip


def _finding(about: str, severity: Severity, indonesian: str, english: str, *paste: str) -> Finding:
    return Finding(about=about, severity=severity, id=indonesian, en=english, paste=paste)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() and not line.startswith(("!", "ntp clock-period"))]
