"""What an event needs, gathered for people: the figures of the needs list, and the summary that a head decides by. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from netops.core.model import AnyNeeds, ManualStep, Needs, Severity
from netops.core.text import Lang, Text
from netops.core.units import say_rate
from netops.planning.capacity import Taken, Way, free, office_share
from netops.planning.conflicts import Conflict
from netops.planning.needs import FIELDS, values
from netops.planning.sites import Place, Site
from netops.planning.sizing import access_points, concurrent_devices, say_basis
from netops.planning.targets import Chosen
from netops.requests.common import say_time
from netops.requests.event_hotspot import EventHotspot


class Line(Struct, frozen=True, kw_only=True):
    """One way of the uplink through the whole period, bit/s: contract, the office's share, others', this event's, left."""

    way: Way
    contract: int
    office: int
    others: int
    wanted: int

    @property
    def left(self) -> int:
        return self.contract - self.office - self.others - self.wanted


class NeedsFacts(Struct, frozen=True, kw_only=True):
    """Everything the *daftar kebutuhan teknis* says. `devices` are (name, role, ports that change)."""

    change: str
    request: EventHotspot
    site: Site
    place: Place
    needs: Needs
    at_once: int
    advised: int
    lines: tuple[Line, ...]
    devices: tuple[tuple[str, str, tuple[str, ...]], ...]
    manual: tuple[ManualStep, ...]
    conflicts: tuple[Conflict, ...]
    rented: tuple[str, ...] = ()

    @property
    def aps(self) -> tuple[str, ...]:
        """Access points at the place: its own, and those that are put up by hand for the event."""
        return (*self.place.aps, *self.rented)

    @property
    def missing_aps(self) -> int:
        """Access points advised beyond those at the place."""
        return max(0, self.advised - len(self.aps))


def needs_facts(
    *,
    change: str,
    request: EventHotspot,
    site: Site,
    place: Place,
    needs: Needs,
    chosen: Sequence[Chosen],
    manual: Sequence[ManualStep],
    conflicts: Sequence[Conflict],
    period: tuple[datetime, datetime],
    taken: Taken,
    rented: Sequence[str] = (),
) -> NeedsFacts:
    """`period` is the playbook's window, `taken` what plans hold then, `chosen` the devices that would change."""
    event = request.event
    return NeedsFacts(
        change=change,
        request=request,
        site=site,
        place=place,
        needs=needs,
        at_once=concurrent_devices(event.participants, site),
        advised=access_points(event.participants, event.setting, site),
        lines=tuple(_line(way, needs, site, period, taken, change) for way in _WAYS),
        devices=tuple((one.target.name, one.part.role, (*(one.trunks or ()), *one.ports)) for one in chosen),
        manual=tuple(manual),
        conflicts=tuple(conflicts),
        rented=tuple(rented),
    )


_WAYS: tuple[Way, ...] = ("down", "up")


def _line(way: Way, needs: Needs, site: Site, period: tuple[datetime, datetime], taken: Taken, change: str) -> Line:
    uplink = site.uplinks[site.event.uplink]
    contract = uplink.down if way == "down" else uplink.up
    office = office_share(uplink, way)
    left = free(site, site.event.uplink, way, *period, taken, without=change)
    wanted = needs.total_down if way == "down" else needs.total_up
    return Line(way=way, contract=contract, office=office, others=contract - office - left, wanted=wanted)


def brief(facts: NeedsFacts, lang: Lang) -> tuple[str, ...]:
    """Under fifteen lines without technical words: who, what, when, where, what it takes, what changes, what it costs others."""
    request, event, down = facts.request, facts.request.event, facts.lines[0]
    share = round(100 * down.wanted / down.contract)
    rest = round(100 * max(down.left, 0) / down.contract)
    setting = Text("di dalam ruang", "indoors") if event.setting == "indoor" else Text("di luar ruang", "outdoors")
    stops = [one for one in facts.conflicts if one.severity is Severity.STOP]
    lines = [
        Text(f"Kegiatan: {event.name}", f"Event: {event.name}"),
        Text(f"Pemohon: {request.requester.name}, {request.unit} (tiket {request.ticket})",
             f"Asked for by: {request.requester.name}, {request.unit} (ticket {request.ticket})"),
        Text(f"Waktu: {say_time(event.starts_at, event.zone, 'id')} sampai {say_time(event.ends_at, event.zone, 'id')}",
             f"Time: {say_time(event.starts_at, event.zone, 'en')} to {say_time(event.ends_at, event.zone, 'en')}"),
        Text(f"Tempat: {facts.place.name}, {setting.id}; {event.participants} peserta",
             f"Place: {facts.place.name}, {setting.en}; {event.participants} participants"),
        Text(f"Yang diberikan: Wi-Fi “{facts.needs.ssid}” dengan {facts.needs.users} kode masuk; tertutup sendiri setelah acara",
             f"What is given: Wi-Fi “{facts.needs.ssid}” with {facts.needs.users} access codes; it closes by itself afterwards"),
        Text(f"Jatah internet: {say_rate(down.wanted)} unduh, {share} % dari langganan {say_rate(down.contract)}; "
             f"untuk kantor tetap {say_rate(down.office)}",
             f"Share of the internet: {say_rate(down.wanted, 'en')} download, {share} % of the contract of "
             f"{say_rate(down.contract, 'en')}; the office keeps {say_rate(down.office, 'en')}"),
        Text(f"Bagi yang lain: masih bebas {say_rate(max(down.left, 0))} ({rest} %) untuk kegiatan lain pada waktu itu",
             f"For others: {say_rate(max(down.left, 0), 'en')} ({rest} %) stay free for other events at that time"),
        _changes(facts),
        *_points(facts),
        *[Text(f"Tidak dapat: {one.text.id}", f"Cannot be: {one.text.en}") for one in stops[:2]],
        *[Text(f"Perhatian: {one.text.id}", f"Mind: {one.text.en}") for one in facts.conflicts if one not in stops][:2],
    ]  # fmt: skip
    more = len(facts.conflicts) - min(2, len(stops)) - min(2, len(facts.conflicts) - len(stops))
    if more:
        lines.append(Text(f"… dan {more} catatan lain dalam daftar kebutuhan", f"… and {more} more in the needs list"))
    if not facts.conflicts:
        lines.append(Text("Bentrok dengan kegiatan lain: tidak ada", "Conflicts with other events: none"))
    return tuple(line.to(lang) for line in lines)


def _changes(facts: NeedsFacts) -> Text:
    count, hands = len(facts.devices), len(facts.manual)
    by_hand, by_hand_en = (f", {hands} pekerjaan tangan", f", {hands} pieces of work by hand") if hands else ("", "")
    return Text(
        f"Yang berubah: {count} perangkat disetel untuk acara ini lalu dikembalikan seperti semula{by_hand}",
        f"What changes: {count} devices are set for this event and put back afterwards{by_hand_en}",
    )


def _points(facts: NeedsFacts) -> list[Text]:
    if not facts.missing_aps:
        return []
    return [
        Text(
            f"Saran: {facts.advised} pemancar Wi-Fi untuk sekitar {facts.at_once} gawai; di sana ada {len(facts.aps)}",
            f"Advice: {facts.advised} Wi-Fi transmitters for about {facts.at_once} devices; {len(facts.aps)} are there",
        )
    ]


def say(facts: NeedsFacts, lang: Lang) -> str:
    """The needs for the admin: each field that can be edited, whence it comes, and what stands against it."""
    head = Text(f"Kebutuhan teknis {facts.change}", f"Technical needs of {facts.change}").to(lang)
    width = max(len(name) for name in FIELDS)
    lines = [head, *(f"  {name:<{width}}  {value}" for name, value in values(facts.needs, lang).items())]
    lines += [f"  · {say_basis(line, lang)}" for line in facts.needs.basis]
    lines.append(
        Text(
            f"Titik akses: disarankan {facts.advised}, di {facts.place.name} ada {len(facts.aps)}",
            f"Access points: {facts.advised} advised, {len(facts.aps)} at {facts.place.name}",
        ).to(lang)
    )
    marks = {Severity.STOP: "✗", Severity.WARNING: "!"}
    lines += [f"{marks.get(one.severity, ' ')} {one.text.to(lang)}" for one in facts.conflicts]
    return "\n".join(lines)


def say_plain(change: str, shown: Mapping[str, str], needs: AnyNeeds, lang: Lang) -> str:
    """The needs of a service without a list of its own: each field that can be edited, and whence it comes."""
    head = Text(f"Kebutuhan teknis {change}", f"Technical needs of {change}").to(lang)
    width = max(map(len, shown), default=0)
    lines = [head, *(f"  {name:<{width}}  {value}" for name, value in shown.items() if value)]
    return "\n".join([*lines, *(f"  · {say_basis(line, lang)}" for line in needs.basis)])
