"""The list of technical needs (daftar kebutuhan teknis) laid out as blocks of a paper; adds no fact and refuses nothing."""

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from ipaddress import IPv4Network

from netops.core.model import Severity
from netops.core.text import Lang
from netops.core.units import say_hours, say_rate
from netops.papers import sheet
from netops.papers.bast import titled
from netops.papers.facts import short_code, signatory
from netops.papers.office import Office
from netops.papers.sheet import Json
from netops.papers.words import say_count, say_rates, say_role, say_span
from netops.planning.briefing import Line, NeedsFacts
from netops.planning.sizing import say_basis

Rows = list[tuple[str, str]]


@cache
def labels(lang: Lang) -> dict[str, str]:
    """The fixed words of the paper, by key; the same keys in both languages (tested)."""
    text = files("netops").joinpath("papers", "i18n", f"needs.{lang}.json").read_text("utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def needs_page(facts: NeedsFacts, office: Office, lang: Lang, *, at: datetime, lab: bool = False) -> Json:
    """Every word of the paper, in order; `at` is when it is written. Raises `Refused` where nobody may sign that day."""
    t = labels(lang)
    day = at.astimezone(office.timezone).date()
    said = {name: getattr(facts, name) for name in facts.__struct_fields__}
    blocks = [
        sheet.heading(t["event"]),
        sheet.pairs(_event(facts, office, lang)),
        sheet.heading(t["calculation"]),
        sheet.listing([say_basis(line, lang) for line in facts.needs.basis]),
        sheet.heading(t["needs"]),
        sheet.pairs(_needs(facts, lang)),
        sheet.heading(t["available"]),
        sheet.paragraph(t["available_text"].format(uplink=facts.site.event.uplink, site=facts.site.name)),
        _available(facts, lang),
        sheet.heading(t["devices"]),
        _devices(facts, lang),
        *_manual(facts, office, lang),
        sheet.heading(t["remarks"]),
        sheet.listing(_remarks(facts, lang)),
    ]
    return sheet.sheet(
        office=office,
        lang=lang,
        lab=lab,
        paper="needs",
        change=facts.change,
        code=short_code("needs", {**said, "office": office}),
        day=day,
        title=(t["title"], t["subtitle"]),
        blocks=blocks,
        signatures=(
            (t["acknowledges"] + ",", signatory(office, office.acknowledges, day)),
            (t["prepared"] + ",", signatory(office, office.handover, day)),
        ),
        words=t,
    )


def _event(facts: NeedsFacts, office: Office, lang: Lang) -> Rows:
    t, request, event = labels(lang), facts.request, facts.request.event
    zone = office.timezone
    return [
        (t["event_name"], event.name),
        (t["event_unit"], request.unit),
        (t["event_requester"], f"{request.requester.name}, {request.requester.phone}"),
        (t["event_contact"], f"{request.contact.name}, {request.contact.phone}"),
        (t["event_ticket"], f"{request.ticket}; {request.letter.number}"),
        (t["event_time"], say_span(event.starts_at.astimezone(zone), event.ends_at.astimezone(zone), lang)),
        (t["event_place"], f"{facts.place.name} ({t[event.setting]})"),
        (t["event_people"], t["people"].format(count=say_count(event.participants, lang))),
    ]


def _needs(facts: NeedsFacts, lang: Lang) -> Rows:
    t, needs, place = labels(lang), facts.needs, facts.place
    net = IPv4Network(needs.subnet)
    vouchers = t["vouchers"].format(
        count=say_count(needs.users, lang), access=t[f"access_{needs.access}"], devices=needs.devices_per_code
    )
    addresses = t["addresses"].format(
        subnet=needs.subnet, hosts=say_count(net.num_addresses - 3, lang), lease=say_hours(needs.lease_seconds, lang)
    )
    names = f" ({', '.join(facts.aps)})" if facts.aps else ""
    aps = t["aps"].format(advised=facts.advised, there=len(facts.aps), names=names)
    count = sum(map(len, place.ports.values()))
    ports = "; ".join(f"{switch} {', '.join(found)}" for switch, found in sorted(place.ports.items()))
    cables = t["cables"].format(count=count, ports=ports) if count else t["no_cables"]
    power = "power" if facts.missing_aps else "power_plain" if facts.aps else "power_none"
    return [
        (t["n_bandwidth"], say_rates(needs.total_down, needs.total_up, lang)),
        (t["n_client"], say_rates(needs.client_down, needs.client_up, lang)),
        (t["n_vouchers"], vouchers),
        (t["n_addresses"], addresses),
        (t["n_vlan"], str(needs.vlan)),
        (t["n_ssid"], needs.ssid),
        (t["n_join"], t[f"join_{facts.site.event.wireless}"]),
        (t["n_aps"], aps),
        (t["n_cables"], cables),
        (t["n_power"], t[power].format(missing=facts.missing_aps)),
        (t["n_manual"], t["manual"].format(count=len(facts.manual)) if facts.manual else t["no_manual"]),
    ]


def _available(facts: NeedsFacts, lang: Lang) -> Json:
    t = labels(lang)

    def row(line: Line) -> list[str]:
        figures = (line.contract, line.office, line.others, line.wanted)
        # Below nothing is said as it is: that much is lacking.
        left = f"−{say_rate(-line.left, lang)}" if line.left < 0 else say_rate(line.left, lang)
        return [t[line.way], *(say_rate(figure, lang) for figure in figures), left]

    head = [t[f"col_{name}"] for name in ("way", "contract", "office", "others", "this", "left")]
    return sheet.table(["22mm", "1fr", "1fr", "1fr", "1fr", "1fr"], head, [row(line) for line in facts.lines])


def _devices(facts: NeedsFacts, lang: Lang) -> Json:
    t = labels(lang)
    rows = [[name, say_role(role, lang), ", ".join(ports) or t["no_port"]] for name, role, ports in facts.devices]
    return sheet.table(["36mm", "24mm", "1fr"], [t["col_device"], t["col_role"], t["col_ports"]], rows)


def _manual(facts: NeedsFacts, office: Office, lang: Lang) -> list[Json]:
    if not facts.manual:
        return []
    t = labels(lang)
    lines = [
        f"{step.title.to(lang)} ({t['by'].format(role=titled(office, step.by, lang))})"
        if step.by
        else step.title.to(lang)
        for step in facts.manual
    ]
    return [sheet.heading(t["manual_head"]), sheet.listing(lines)]


def _remarks(facts: NeedsFacts, lang: Lang) -> list[str]:
    t = labels(lang)
    lines = [
        t["stop" if one.severity is Severity.STOP else "warn"].format(text=one.text.to(lang)) for one in facts.conflicts
    ]
    if facts.missing_aps:
        lines.append(t["more_aps"].format(missing=facts.missing_aps, devices=say_count(facts.at_once, lang)))
    return lines or [t["none"]]
