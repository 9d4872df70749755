"""Whether devices and sites are ready for a change, and what to do where not. Reads devices side by side; writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from ipaddress import IPv4Network, collapse_addresses
from threading import Lock

from msgspec import Struct

from netops.app import App
from netops.changes.lifecycle import fold_all, held
from netops.core.errors import NetopsError
from netops.core.measured import Sample
from netops.core.model import Expected, Finding, Reservation, Severity, Target, Used
from netops.core.ports import ExpectingDriver
from netops.core.text import Lang, Text
from netops.planning.manual import MANUAL
from netops.planning.sites import Site
from netops.planning.sizing import lowest_free
from netops.requests.common import ZONES

SITE = "site:"
"""In front of a site's name among the names of devices."""
TOLD = 100
"""Devices between two words about how far it is."""
AT_ONCE = 250
"""Devices polled in one go: each takes a socket, and one with SNMPv3 an engine of some megabytes, until the go is over."""
MARKS = {Severity.OK: "✓", Severity.WARNING: "!", Severity.STOP: "✗"}
_SNMP_LINES: Mapping[str, tuple[str, ...]] = {
    "routeros": ("/snmp set enabled=yes", "/snmp community print"),
    "ios": ("show snmp", "show snmp user"),
}


class _Seen(Struct, frozen=True):
    findings: tuple[Finding, ...]
    used: Used | None


def doctor(app: App, limit: str = "") -> dict[str, tuple[Finding, ...]]:
    """Findings by device, then by site (`site:<name>`) of these devices. A device that cannot be reached is a finding too.

    Raises `NoTarget` and `InputError` for a limit that is not one.
    """
    asked = app.fleet.limit(limit) if limit else tuple(app.fleet.targets)
    names = [name for name in asked if app.fleet.target(name).platform != MANUAL]
    expected = {name: _expected(app, app.fleet.target(name)) for name in names}
    far = _Far(app, len(names))

    def look(target: Target) -> _Seen:
        try:
            return _examine(app, target, expected[target.name])
        finally:
            far.step()

    outcomes = app.fleet.run(names, look) if names else {}
    samples = _samples(app, [app.fleet.target(name) for name in names])
    found: dict[str, tuple[Finding, ...]] = {}
    for name in sorted(asked):
        target = app.fleet.target(name)
        if name not in outcomes:
            found[name] = (_BY_HAND,)
            continue
        outcome = outcomes[name]
        own = outcome.findings if isinstance(outcome, _Seen) else (_unreached(outcome),)
        found[name] = (*own, *_snmp(target, samples.get(name)))
    for key in sorted({app.fleet.target(name).site for name in names} & app.sites.sites.keys()):
        here = [name for name in names if app.fleet.target(name).site == key]
        used = [one.used for name in here if isinstance(one := outcomes[name], _Seen) and one.used is not None]
        reserved = held(fold_all(app.journal.read()).values(), app.clock.now())
        found[f"{SITE}{key}"] = room(app.sites.site(key), used, reserved, len(here) - len(used))
    return found


class _Far:
    """Says how many of many devices were looked at."""

    def __init__(self, app: App, total: int) -> None:
        self._app, self._total, self._done, self._lock = app, total, 0, Lock()

    def step(self) -> None:
        with self._lock:
            self._done += 1
            if self._done % TOLD == 0:
                self._app.say("examine", f"{self._done}/{self._total}")


_BY_HAND = Finding(
    about="driver",
    severity=Severity.OK,
    id="diatur dengan tangan, tidak dihubungi",
    en="set up by hand, not connected to",
)


def said(found: Mapping[str, Sequence[Finding]], lang: Lang) -> str:
    """The findings as a table, worst first for each name; below each what to paste on the device."""
    rows = [
        (MARKS[one.severity], name, one.about, Text(one.id, one.en).to(lang), one.paste)
        for name, findings in found.items()
        for one in sorted(findings, key=lambda each: list(MARKS).index(each.severity), reverse=True)
    ]
    head = Text("perangkat", "device").to(lang), Text("tentang", "about").to(lang), Text("hasil", "finding").to(lang)
    wide = max(len(head[0]), *(len(row[1]) for row in rows)) if rows else 0
    what = max(len(head[1]), *(len(row[2]) for row in rows)) if rows else 0
    lines = [f"  {head[0]:<{wide}}  {head[1]:<{what}}  {head[2]}"]
    margin = " " * (wide + what + 6)
    for mark, name, about, text, paste in rows:
        first, *more = text.split("\n")
        lines.append(f"{mark} {name:<{wide}}  {about:<{what}}  {first}")
        lines += [f"{margin}{line}" for line in more]
        if mark != MARKS[Severity.OK]:
            lines += [f"{margin}| {line}" for line in paste]
    return "\n".join(lines)


def stops(found: Mapping[str, Sequence[Finding]]) -> bool:
    """Whether anything would stop a change."""
    return any(one.severity is Severity.STOP for findings in found.values() for one in findings)


def _expected(app: App, target: Target) -> Expected | None:
    """None where `sites.yaml` does not know the device's site."""
    if target.site not in app.sites.sites:
        return None
    offset = ZONES[app.sites.site(target.site).zone].utcoffset(None) or timedelta()
    points: tuple[Target, ...] = ()
    if "gateway" in target.roles:
        gateways = app.fleet.select(site=target.site, role="gateway")
        only = gateways[0] if len(gateways) == 1 else ""
        points = tuple(
            point
            for name in app.fleet.select(site=target.site, role="ap")
            if (point := app.fleet.target(name)).platform != MANUAL
            and point.data.get("provisioning")
            and point.data.get("manager", only) == target.name
        )
    return Expected(
        offset=int(offset / timedelta(minutes=1)),
        hotspot="gateway" in target.roles,
        points=tuple(point.name for point in points),
        rules=tuple(sorted({str(rule) for point in points for rule in point.data["provisioning"]})),
    )


def _examine(app: App, target: Target, expected: Expected | None) -> _Seen:
    with app.tools.open(target.name) as driver:
        findings, used = driver.preflight(), None
        if isinstance(driver, ExpectingDriver):
            findings += driver.compare(expected) if expected is not None else (_NO_SITE,)
            platform = app.platforms[target.platform]
            used = platform.used(driver.observe(platform.used_scope()))
        return _Seen(findings, used)


_NO_SITE = Finding(
    about="site",
    severity=Severity.STOP,
    id="lokasinya tidak ada di inventory/sites.yaml: tidak ada permohonan yang sampai ke sini",
    en="its site is not in inventory/sites.yaml: no request gets here",
)


def _unreached(outcome: object) -> Finding:
    if not isinstance(outcome, NetopsError):
        raise outcome if isinstance(outcome, Exception) else TypeError(outcome)
    return Finding(about="connection", severity=Severity.STOP, id=outcome.describe("id"), en=outcome.describe("en"))


# ── SNMP ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _samples(app: App, targets: Sequence[Target]) -> Mapping[str, Sample | Exception]:
    polled = [target for target in targets if target.platform in _SNMP_LINES]
    found: dict[str, Sample | Exception] = {}
    for begin in range(0, len(polled), AT_ONCE):
        found |= app.poller.sample(polled[begin : begin + AT_ONCE], app.clock.now())
        if len(polled) >= TOLD:
            app.say("poll", f"{len(found)}/{len(polled)}")
    return found


def _snmp(target: Target, sample: Sample | Exception | None) -> tuple[Finding, ...]:
    """One poll with the inventory's credentials: what is measured before and after a change comes this way."""
    version = str(target.options.get("snmp_version", "2c"))
    if sample is None:
        return ()
    if isinstance(sample, Sample):
        clear_id, clear = ("; community terkirim tanpa enkripsi", "; its community travels in the clear")
        if version == "3":
            clear_id = clear = ""
        count = len(sample.interfaces)
        text = f"SNMP {version}, {count} antarmuka{clear_id}", f"SNMP {version}, {count} interfaces{clear}"
        return (Finding(about="snmp", severity=Severity.OK, id=text[0], en=text[1]),)
    if not isinstance(sample, NetopsError):
        raise sample
    return (
        Finding(
            about="snmp",
            severity=Severity.STOP,
            id=f"SNMP {version}, tidak ada bukti sebelum dan sesudah: {sample.describe('id')}",
            en=f"SNMP {version}, no evidence before and after: {sample.describe('en')}",
            paste=_SNMP_LINES[target.platform],
        ),
    )


# ── what is left for events ──────────────────────────────────────────────────────────────────────────────────────────


def room(site: Site, used: Sequence[Used], reserved: Collection[Reservation], unseen: int = 0) -> tuple[Finding, ...]:
    """Free VLANs and addresses of a site's event range; `unseen`: so many of its devices could not be asked."""
    vlans = range(site.event.vlans.first, site.event.vlans.last + 1)
    taken = {vlan for one in used for vlan in one.vlans} | {int(name) for name in _held(reserved, f"vlan:{site.key}:")}
    free = [vlan for vlan in vlans if vlan not in taken]
    whole = IPv4Network(site.event.subnets)
    nets = [IPv4Network(net) for one in used for net in one.subnets]
    nets += [IPv4Network(net) for net in _held(reserved, f"subnet:{site.key}:")]
    inside = list(collapse_addresses(net if net.subnet_of(whole) else whole for net in nets if net.overlaps(whole)))
    left = whole.num_addresses - sum(net.num_addresses for net in inside)
    lengths = range(whole.prefixlen, 30)
    largest = next((length for length in lengths if lowest_free(whole, length, inside) is not None), None)
    doubt, doubt_en = (
        (f" ({unseen} perangkat belum terjawab)", f" ({unseen} devices not answered)") if unseen else ("", "")
    )
    block, block_en = (
        (f", blok terbesar /{largest}", f", largest block /{largest}") if largest else (", habis", ", none left")
    )
    span = f"{vlans[0]}-{vlans[-1]}"
    return (
        Finding(
            about="vlan",
            severity=Severity.OK if free else Severity.STOP,
            id=f"{len(free)} dari {len(vlans)} VLAN acara {span} bebas{doubt}",
            en=f"{len(free)} of {len(vlans)} event VLANs {span} are free{doubt_en}",
        ),
        Finding(
            about="subnet",
            severity=Severity.OK if largest else Severity.STOP,
            id=f"{left} dari {whole.num_addresses} alamat acara {whole} bebas{block}{doubt}",
            en=f"{left} of {whole.num_addresses} event addresses {whole} are free{block_en}{doubt_en}",
        ),
    )


def _held(reserved: Collection[Reservation], prefix: str) -> list[str]:
    return [one.resource.removeprefix(prefix) for one in reserved if one.resource.startswith(prefix)]
