"""Whether a RouterOS device is as the inventory says: zone, hotspot, the access points it manages; reads only."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from netops.core.model import DeviceFacts, Expected, Finding, Severity
from netops.drivers.routeros_clock import read_clock
from netops.drivers.routeros_wire import Answer, Command, Wire

_ON = ("true", "yes")


def compare(wire: Wire, facts: DeviceFacts, expected: Expected) -> tuple[Finding, ...]:
    """Findings in a fixed order. What is not expected is not asked for."""
    wifi = "wifi" in facts.features
    home = "/interface/wifi" if wifi else "/caps-man"
    asked: list[Command] = [("/system/clock/print",)]
    if expected.hotspot:
        asked.append(("/ip/hotspot/print", "=.proplist=.id"))
    if expected.points or expected.rules:
        asked += [
            (f"{home}/{'capsman' if wifi else 'manager'}/print",),
            (f"{home}/{'capsman/' if wifi else ''}remote-cap/print",),
            (f"{home}/provisioning/print",),
        ]
    answers = wire.exchange("compare", asked)
    found = [*_zone(answers[0], expected)]
    if expected.hotspot:
        found += _hotspot(answers[1])
    if expected.points or expected.rules:
        found += _wireless(answers[-3:], home, expected)
    return tuple(found)


def _finding(about: str, severity: Severity, id: str, en: str, *paste: str) -> Finding:
    return Finding(about=about, severity=severity, id=id, en=en, paste=paste)


def _zone(answer: Answer, expected: Expected) -> Iterator[Finding]:
    row = next(iter(answer.rows), {})
    clock = read_clock(row)
    if clock is None:
        return  # told by the preflight
    ours, theirs = say_offset(expected.offset), say_offset(int(clock.offset / timedelta(minutes=1)))
    if ours == theirs:
        yield _finding("zone", Severity.OK, f"zona waktu {theirs}", f"time zone {theirs}")
        return
    name = {420: "Asia/Jakarta", 480: "Asia/Makassar", 540: "Asia/Jayapura"}.get(expected.offset, "")
    yield _finding(
        "zone",
        Severity.WARNING,
        f"zona waktu perangkat {theirs}, lokasinya {ours}: jam di catatan perangkat tidak sama dengan jam kantor",
        f"the device's time zone is {theirs}, its site's {ours}: times in its log are not the office's",
        f"/system clock set time-zone-autodetect=no time-zone-name={name}",
    )


def say_offset(minutes: int) -> str:
    """`+07:00`."""
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _hotspot(answer: Answer) -> Iterator[Finding]:
    """Version 6 has the hotspot as a package of its own, which may be missing or off."""
    if answer.traps:
        yield _finding(
            "hotspot",
            Severity.STOP,
            "menu /ip hotspot tidak ada: paket hotspot belum dipasang, mati, atau login ini tidak boleh membacanya",
            "there is no menu /ip hotspot: the package hotspot is missing, off, or this login may not read it",
            "/system package enable hotspot",
            "/system reboot",
        )
    else:
        yield _finding("hotspot", Severity.OK, "hotspot tersedia", "hotspot available")


def _wireless(answers: Sequence[Answer], home: str, expected: Expected) -> Iterator[Finding]:
    manager, caps, rules = (answer.rows for answer in answers)
    path = f"{home} {'capsman' if home.endswith('wifi') else 'manager'}".replace("/", " ").strip()
    if next(iter(manager), {}).get("enabled") not in _ON:
        yield _finding("capsman", Severity.STOP, "CAPsMAN mati", "CAPsMAN is off", f"/{path} set enabled=yes")
        return
    yield _finding("capsman", Severity.OK, "CAPsMAN menyala", "CAPsMAN is on")
    there = {row.get("identity", "") for row in caps}
    for point in expected.points:
        if point not in there:
            yield _finding(
                "capsman",
                Severity.WARNING,
                f"titik akses {point} tidak tersambung (identitas yang ada: {', '.join(sorted(there)) or '-'})",
                f"access point {point} is not connected (identities there: {', '.join(sorted(there)) or '-'})",
            )
    for rule in expected.rules:
        same = [row for row in rules if row.get("comment") == rule]
        section = f"{home}/provisioning".replace("/", " ").strip()
        if len(same) != 1:
            count = len(same)
            yield _finding(
                "provisioning",
                Severity.STOP,
                f"ada {count} aturan dengan comment {rule!r}, harus satu: samakan dengan provisioning di inventory/hosts.yaml",
                f"{count} rules carry the comment {rule!r}, one must: see provisioning in inventory/hosts.yaml",
                f"/{section} print",
            )
        elif same[0].get("disabled") in _ON:
            yield _finding(
                "provisioning",
                Severity.STOP,
                f"aturan {rule!r} mati",
                f"the rule {rule!r} is off",
                f'/{section} enable [find comment="{rule}"]',
            )
