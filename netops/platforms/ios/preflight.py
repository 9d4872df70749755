"""What a switch's answers before a change mean, each finding with the lines that mend it; refuses nothing itself."""

import re

from netops.core.model import DeviceFacts, Finding, Severity
from netops.platforms.ios.quirks import ARCHIVE

NONE_PENDING = "No Rollback Confirmed Change pending"
PENDING = r"(?mi)^Timer value"
"""A pending change is listed with time configured, timer type, timer value and user."""


def findings(facts: DeviceFacts, *, timer: str, vtp: str, running: str, startup: str) -> tuple[Finding, ...]:
    """What the preflight's answers mean, each with the lines that mend it."""
    paste = "\n  ".join(ARCHIVE)
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
                f"tanpa arsip tidak ada timer pemulihan; tempelkan:\n  {paste}",
                f"without an archive there is no revert timer; paste:\n  {paste}",
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
                "VTP server: timer pemulihan tidak menarik VLAN; pilih `vtp mode transparent` bila boleh",
                "VTP server: the revert timer does not take VLANs back; prefer `vtp mode transparent` where allowed",
            )
        )
    if _lines(running) == _lines(startup):
        found.append(_finding("startup-config", Severity.OK, "konfigurasi tersimpan", "the configuration is saved"))
    else:
        found.append(
            _finding(
                "startup-config",
                Severity.WARNING,
                "konfigurasi berjalan belum disimpan; periksa lalu `write memory`",
                "the running configuration is not saved; check it, then `write memory`",
            )
        )
    return tuple(found)


def _finding(about: str, severity: Severity, indonesian: str, english: str) -> Finding:
    return Finding(about=about, severity=severity, id=indonesian, en=english)


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() and not line.startswith(("!", "ntp clock-period"))]
