"""The voucher sheet laid out: cover, slips, reprint, in two languages; codes pass through to the paper and nowhere else."""

import html
import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from msgspec import Struct

from netops.core.text import Lang
from netops.core.units import say_hours, say_rate
from netops.papers.office import Office
from netops.papers.words import say_brief, say_count, say_count_words, say_date, say_moment

Json = dict[str, Any]
Form = Literal["a4", "58mm", "html"]
PER_PAGE = 40
"""Slips on one A4 page: four across, ten down."""


class Slip(Struct, frozen=True, kw_only=True):
    """One voucher. `user` '' where the code alone is typed; secret as a whole: it goes to the paper only."""

    number: str
    user: str
    code: str

    def __repr__(self) -> str:
        return f"Slip({self.number})"


class VoucherFacts(Struct, frozen=True, kw_only=True):
    """What a sheet says. Rates in bit/s, limits in bytes and seconds (0: none); `until` and `at` carry their zone.

    `whole` tells the sheet of a batch, with its cover, from single slips that are printed again.
    """

    office: Office
    change: str
    batch: str
    event: str
    ticket: str
    place: str
    ssid: str
    login: str
    until: datetime
    devices: int
    down: int
    up: int
    data_limit: int
    time_limit: int
    slips: tuple[Slip, ...]
    at: datetime
    whole: bool = True
    lab: bool = False


@cache
def labels(lang: Lang) -> dict[str, str]:
    """The fixed words of the sheet, by key; the same keys in both languages (tested)."""
    text = files("netops").joinpath("papers", "i18n", f"vouchers.{lang}.json").read_text("utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def wifi_text(ssid: str) -> str:
    """What a phone joins an open network by (`WIFI:` as ZXing defined it; `\\;,:"` are escaped)."""
    escaped = "".join(f"\\{char}" if char in '\\;,:"' else char for char in ssid)
    return f"WIFI:T:nopass;S:{escaped};;"


def login_text(login: str, slip: Slip) -> str:
    """The login page's address with user and password filled in, as RouterOS takes it (`/login?username=…&password=…`)."""
    from urllib.parse import quote

    user = quote(slip.user or slip.code, safe="")
    return f"http://{login}/login?username={user}&password={quote(slip.code, safe='')}"


def in_fours(code: str) -> str:
    """`abcdefgh` → `abcd efgh`; blanks are not typed."""
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


def voucher_page(facts: VoucherFacts, lang: Lang) -> Json:
    """Every word of the sheet but the QR codes, as JSON for the templates."""
    t, office = labels(lang), facts.office
    return {
        "t": {key: value for key, value in t.items() if "{" not in value},
        "lang": lang,
        "paper": "a4",
        "specimen": t["specimen"].split("|") if facts.lab else [],
        "document_title": t["document_title"].format(change=facts.change),
        "author": office.unit,
        "kop": list(office.kop),
        "unit": office.unit if lang == "id" else office.unit_en or office.unit,
        "address": list(office.address),
        "logo": office.logo_svg,
        "footer_change": t["footer_change"].format(change=facts.change),
        "footer_code": facts.batch,
        "footer_page": [*t["footer_page"].replace("{pages}", "{page}").split("{page}")],
        "whole": facts.whole,
        "event": facts.event,
        "ssid": facts.ssid,
        "until": t["until"].format(at=say_brief(facts.until, lang)),
        "terms": _terms(facts, lang),
        "steps": [t[f"step_{n}"].format(ssid=facts.ssid, login=facts.login) for n in (1, 2)]
        + [t["step_3" if facts.slips and facts.slips[0].user else "step_3_code"]],
        "help": t["help"].format(contact=office.contact) if office.contact else "",
        "cover": _cover(facts, lang),
        "ranges": _ranges(facts.slips, lang),
        "signed_at": f"{office.city}, …………………",
        "slips": [[slip.number, slip.user, in_fours(slip.code)] for slip in facts.slips],
    }


def _terms(facts: VoucherFacts, lang: Lang) -> str:
    t = labels(lang)
    words = [t["devices"].format(count=facts.devices), f"{say_rate(facts.down, lang)}/{say_rate(facts.up, lang)}"]
    if facts.data_limit:
        words.append(say_bytes(facts.data_limit, lang))
    if facts.time_limit:
        words.append(say_hours(facts.time_limit, lang))
    return " · ".join(words)


def say_bytes(count: int, lang: Lang) -> str:
    """2000000000 → `2 GB`, powers of ten as for rates."""
    return say_rate(count, lang).replace("bps", "B").replace("k", "k")


def _cover(facts: VoucherFacts, lang: Lang) -> list[list[str]]:
    t = labels(lang)
    first, last = facts.slips[0].number, facts.slips[-1].number
    return [
        [t["cover_event"], facts.event],
        [t["cover_ticket"], facts.ticket],
        [t["cover_place"], facts.place],
        [t["cover_ssid"], facts.ssid],
        [t["cover_until"], say_moment(facts.until, lang)],
        [t["cover_count"], f"{say_count_words(len(facts.slips), lang)} {t['vouchers']}"],
        [t["cover_numbers"], f"{first}–{last}"],
        [t["cover_batch"], facts.batch],
        [t["cover_terms"], _terms(facts, lang)],
        [t["cover_printed"], say_date(facts.at, lang)],
    ]


def _ranges(slips: Sequence[Slip], lang: Lang) -> list[list[str]]:
    """One row for each page of slips: which numbers, how many; receiver and initials are left blank."""
    pages = [slips[at : at + PER_PAGE] for at in range(0, len(slips), PER_PAGE)]
    return [
        [str(n), f"{page[0].number}–{page[-1].number}", say_count(len(page), lang), " ", " "]
        for n, page in enumerate(pages, 1)
    ]


def voucher_html(page: Json, wifi: str, logins: Sequence[str]) -> str:
    """One page for a browser that prints: the same words, QR codes as SVG inside. No script, nothing from elsewhere."""
    say, t = html.escape, page["t"]
    steps = "".join(f"<li>{say(step)}</li>" for step in page["steps"])
    slips = "\n".join(
        f"<section><div><b>{say(page['unit'])}</b><br>{say(page['event'])}<br>Wi-Fi: <b>{say(page['ssid'])}</b>"
        + (f"<br>{say(t['user'])}: <b>{say(user)}</b>" if user else "")
        + f'<p class="code">{say(code)}</p>{say(page["until"])}<br>{say(page["terms"])}<ol>{steps}</ol>'
        f"{say(page['help'])}<br>No. {say(number)} · {say(page['footer_code'])}</div>"
        f"<aside>{wifi}<small>Wi-Fi</small>{login}<small>{say(t['qr_login'])}</small></aside></section>"
        for (number, user, code), login in zip(page["slips"], logins, strict=True)
    )
    mark = f"<h2>{say(' '.join(page['specimen']))}</h2>" if page["specimen"] else ""
    return f"""<!doctype html>
<html lang="{page["lang"]}"><meta charset="utf-8"><title>{say(page["document_title"])}</title>
<style>
body {{ font: 7pt sans-serif; margin: 6mm; display: grid; grid-template-columns: repeat(auto-fill, 49mm); }}
h2 {{ grid-column: 1 / -1; color: #888; text-align: center; }}
section {{ display: flex; border: .3pt dashed #555; padding: 1mm; break-inside: avoid; }}
section div {{ flex: 1; }} aside {{ width: 13mm; text-align: center; }} svg {{ width: 12mm; height: 12mm; display: block; }}
header {{ grid-column: 1 / -1; font-size: 10pt; break-after: page; }} table {{ border-collapse: collapse; margin: 3mm 0; }}
header table.list td, th {{ border: .5pt solid #333; padding: 1mm 3mm; }} td {{ vertical-align: top; padding-right: 4mm; }}
.code {{ font-size: 14pt; font-weight: bold; margin: .5mm 0; }} ol {{ margin: 0; padding-left: 3mm; font-size: 5pt; }}
</style>
{mark}{_html_cover(page) if page["whole"] else ""}{slips}
</html>
"""


def _html_cover(page: Json) -> str:
    """The handover list, on a page of its own when printed."""
    say, t = html.escape, page["t"]
    facts = "".join(f"<tr><td>{say(name)}</td><td>: {say(value)}</td></tr>" for name, value in page["cover"])
    columns = ("col_sheet", "col_numbers", "col_count", "col_receiver", "col_initials")
    head = "".join(f"<th>{say(t[name])}</th>" for name in columns)
    rows = "".join("<tr>" + "".join(f"<td>{say(cell)}</td>" for cell in row) + "</tr>" for row in page["ranges"])
    return (
        f"<header><h1>{say(page['unit'])}<br>{say(t['title'])}</h1><table>{facts}</table><p>{say(t['keep'])}</p>"
        f'<table class="list"><tr>{head}</tr>{rows}</table>'
        f"<p>{say(t['hands_over'])} …………………… &nbsp; {say(t['receives'])} ……………………</p></header>"
    )
