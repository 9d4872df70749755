"""The facts of a handover laid out as words for the BAST's template; adds no fact and refuses nothing."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from netops.core.text import Lang
from netops.papers.facts import Approved, BastFacts, DeviceRecord, ManualRecord, Party
from netops.papers.office import Office
from netops.papers.words import (
    date_words,
    say_brief,
    say_count,
    say_count_words,
    say_date,
    say_moment,
    say_rates,
    say_span,
    time_words,
    zone_name,
)

Json = dict[str, Any]
"""JSON for the template."""
Pairs = list[list[str]]
BLANK = "–"
MOST_PHOTOS = 12
"""Pictures that are printed; the others stay attached to the change."""


@cache
def labels(lang: Lang) -> dict[str, str]:
    """The fixed words of the paper, by key; the same keys in both languages (tested)."""
    text = files("netops").joinpath("papers", "i18n", f"bast.{lang}.json").read_text("utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def bast_page(facts: BastFacts, lang: Lang) -> Json:
    """Every word of the paper, in order, as JSON for `bast.typ`."""
    t = labels(lang)
    code = grouped(facts.code)
    return {
        "t": {key: value for key, value in t.items() if "{" not in value},
        "lang": lang,
        "paper": facts.office.paper,
        "specimen": t["specimen"].split("|") if facts.lab else [],
        "document_title": t["document_title"].format(change=facts.change),
        "author": facts.office.unit,
        "kop": list(facts.office.kop),
        "unit": facts.office.unit,
        "address": list(facts.office.address),
        "logo": facts.office.logo_svg,
        "number": facts.number,
        "opening": t["opening"].format(
            date=date_words(facts.at, lang), time=time_words(facts.at, lang), place=facts.event.place
        ),
        "first": party_words(facts.first, lang),
        "second": party_words(facts.second, lang),
        "acknowledges": party_words(facts.acknowledges, lang),
        "basis": _basis(facts, lang),
        "event": _event(facts, lang),
        "details": _details(facts, lang),
        "period": t["period_text"].format(span=say_span(facts.event.starts_at, facts.event.ends_at, lang)),
        "contacts": _contacts(facts, lang),
        "signed_at": f"{facts.office.city}, {say_date(facts.at, lang, with_weekday=False)}",
        "code": code,
        "check": t["check_sentence"].format(change=facts.change),
        "qr_alt": t["qr_alt"].format(change=facts.change, code=code),
        "annex_of": t["annex_of"].format(change=facts.change),
        "vouchers": _vouchers(facts, lang),
        "photos": _photos(facts, lang),
        "pictures": [photo.digest for photo in facts.photos[:MOST_PHOTOS]],
        "loans": [[str(n), *row] for n, row in enumerate(_loans(facts, lang), 1)],
        "loan_text": t["loan_some" if facts.loans else "loan_none"],
        "mark": [f"netops bast {facts.change} {code}"],
        "proof_text": t["proof_text"].format(seq=facts.anchor, leaf=facts.leaf),
        "proofs": [[_proof(p.label, p.about, t), p.digest.removeprefix("sha256:")] for p in facts.proofs],
        "footer_change": t["footer_change"].format(change=facts.change),
        "footer_code": t["footer_code"].format(code=code),
        "footer_page": [*t["footer_page"].replace("{pages}", "{page}").split("{page}")],
    }


def grouped(code: str) -> str:
    """`ABCDEFGHIJKL` → `ABCD-EFGH-IJKL`."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


def qr_text(facts: BastFacts) -> str:
    """What the QR holds: enough to find the change and to hold this paper against its log; no personal data."""
    return f"netops bast {facts.change} {grouped(facts.code)} {facts.anchor} {facts.leaf}"


def party_words(party: Party, lang: Lang) -> Json:
    nip = party.nip
    if len(nip) == 18 and nip.isdigit():
        nip = f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}"
    return {
        "name": party.name,
        "kind": "NIM" if party.nim and not nip else "NIP",
        "number": nip or party.nim,
        "title": party.title if lang == "id" else party.title_en,
        "unit": party.unit if lang == "id" else party.unit_en or party.unit,
        "warrant": party.warrant,
    }


def _basis(facts: BastFacts, lang: Lang) -> list[str]:
    t, letter = labels(lang), facts.letter
    day = say_date(letter.date, lang, with_weekday=False) if letter.date else BLANK
    lines = [t["basis_ticket"].format(ticket=facts.ticket)]
    if letter.number or letter.date:
        lines.append(
            t["basis_letter"].format(
                unit=facts.second.unit or BLANK,
                number=letter.number or BLANK,
                date=day,
                subject=letter.subject or BLANK,
                signatory=letter.signatory or BLANK,
            )
        )
    if facts.urgency:
        by = say_moment(facts.urgency.papers_by, lang)
        lines.append(t["basis_urgent"].format(reason=facts.urgency.reason, by=by))
    return lines + [_approval(approved, facts, lang) for approved in facts.approvals]


def _approval(approved: Approved, facts: BastFacts, lang: Lang) -> str:
    t = labels(lang)
    role = titled(facts.office, approved.role, lang)
    kind, _, by = approved.evidence.partition(": ")
    evidence = t.get(f"evidence_{kind}", kind) + (f" ({by})" if by else "")
    return t["basis_urgent_approval" if approved.urgent else "basis_approval"].format(
        role=role, approver=approved.approver, at=say_moment(approved.at, lang), evidence=evidence
    )


def titled(office: Office, role: str, lang: Lang) -> str:
    """The title of who holds a role, where the office says one."""
    held = office.signatories.get(role)
    return role if held is None else (held.title if lang == "id" else held.title_en or held.title)


def _event(facts: BastFacts, lang: Lang) -> Pairs:
    t, event = labels(lang), facts.event
    where = f" ({t[event.setting]})" if event.setting in t else ""
    rows = [
        [t["event_name"], event.name],
        [t["event_time"], say_span(event.starts_at, event.ends_at, lang)],
        [t["event_place"], event.place + where],
        [t["event_people"], t["people"].format(count=say_count(event.participants, lang))],
    ]
    return [*rows, [t["event_reason"], facts.reason]] if facts.reason else rows


def _details(facts: BastFacts, lang: Lang) -> Pairs:
    """Rows of: item, approved, installed, test result. What no event bears out is said to be not measured."""
    t, needs, event = labels(lang), facts.needs, facts.event
    none = t["not_measured"]
    approved = say_rates(event.down, event.up, lang)
    people = t["people"].format(count=say_count(event.participants, lang))
    network = t["installed_network"].format(vlan=needs.vlan, subnet=needs.subnet)
    verified = [device.name for device in facts.devices if device.verified_at]
    read_back = t["network_verified"].format(devices=", ".join(verified)) if verified else none
    rows = [
        [t["row_total"], approved, say_rates(needs.total_down, needs.total_up, lang), none],
        [t["row_client"], BLANK, say_rates(needs.client_down, needs.client_up, lang), none],
        [t["row_users"], people, t["installed_users"].format(count=say_count(needs.users, lang)), none],
        [t["row_network"], BLANK, network, read_back],
    ]
    if needs.ssid:
        on_air = next((device for device in facts.devices if "wireless" in device.checks and device.verified_at), None)
        seen = on_air.verified_at if on_air else None
        told = t["ssid_on_air"].format(at=say_brief(seen, lang)) if seen else none
        rows.append([t["row_ssid"], BLANK, needs.ssid if seen else t["installed_ssid"].format(ssid=needs.ssid), told])
    rows += [_device(device, lang) for device in facts.devices]
    return rows + [_manual(record, lang) for record in facts.manual]


def _manual(record: ManualRecord, lang: Lang) -> list[str]:
    """Done by hand: only what an officer stated, and said to be that."""
    t = labels(lang)
    done = t["not_installed"]
    if record.at:
        done = t["manual_done"].format(by=record.by, at=say_brief(record.at, lang))
    tested = t["manual_note"].format(note=record.note) if record.note else t["not_measured"]
    return [record.step.title.to(lang), BLANK, done, tested]


def _loans(facts: BastFacts, lang: Lang) -> Pairs:
    """What is lent, with what is known of its condition and return; else, and below it, a line to fill in by hand."""
    rows = [
        [
            loan.type or loan.device,
            loan.number,
            loan.condition,
            say_date(loan.returns, lang, with_weekday=False) if loan.returns else "",
        ]
        for loan in facts.loans
    ]
    blank = ["", "", "", ""]
    return [*rows, blank] if rows else [blank, blank]


def _photos(facts: BastFacts, lang: Lang) -> list[str]:
    """What stands below each picture, or in the place of one to be pasted in."""
    t = labels(lang)
    if not facts.photos:
        return [t["photo"].format(number=n) for n in (1, 2)]
    shown = [
        t["photo_of"].format(number=n, about=photo.about.to(lang))
        for n, photo in enumerate(facts.photos[:MOST_PHOTOS], 1)
    ]
    more = len(facts.photos) - MOST_PHOTOS
    return [*shown, t["photo_more"].format(count=more)] if more > 0 else shown


def _device(device: DeviceRecord, lang: Lang) -> list[str]:
    t = labels(lang)
    count = say_count(device.replies, lang)
    installed = t["installed_device"].format(count=count) if device.replies else t["not_installed"]
    tested = []
    if device.verified_at:
        tested.append(t["verified"].format(at=say_brief(device.verified_at, lang)))
    if device.sampled_at:
        at, count = say_brief(device.sampled_at, lang), say_count(device.interfaces, lang)
        words = (
            t["up"].format(names=", ".join(device.up), at=at) if device.up else t["sampled"].format(count=count, at=at)
        )
        tested.append(words)
    return [t["row_device"].format(device=device.name), BLANK, installed, "; ".join(tested) or t["not_measured"]]


def _contacts(facts: BastFacts, lang: Lang) -> Pairs:
    t, office = labels(lang), facts.office
    rows = [[t["contact_event"], ", ".join(part for part in (facts.contact_name, facts.contact_phone) if part)]]
    if office.contact:
        rows.append([t["contact_office"], office.contact])
    if office.hours:
        dot = "." if lang == "id" else ":"
        hours = "; ".join(
            f"{h.days if lang == 'id' else h.days_en or h.days} {h.start}–{h.end}".replace(":", dot)
            for h in office.hours
        )
        rows.append([t["contact_hours"], f"{hours} {zone_name(facts.at)}"])
    return rows


def _vouchers(facts: BastFacts, lang: Lang) -> Pairs:
    t, users = labels(lang), facts.needs.users
    return [
        [t["event_name"], facts.event.name],
        [t["vouchers_count"], f"{say_count_words(users, lang)} {t['vouchers_sheet']}"],
        [t["vouchers_numbers"], f"001–{users:03d}"],
        [t["vouchers_valid"], say_moment(facts.event.ends_at, lang)],
    ]


def _proof(label: str, about: str, t: dict[str, str]) -> str:
    words = t.get(f"proof_{label}", label)
    return f"{words}, {about}" if about else words
