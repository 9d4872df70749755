"""The Laporan Hasil Tindak Lanjut Alokasi Bandwidth (nota dinas), the notice to the requester and the filled form, as blocks. Adds no fact."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files

from netops.changes.sop import Standing, Taken
from netops.core.measured import Figures, Limit
from netops.core.text import Lang
from netops.core.units import say_hours
from netops.papers import sheet
from netops.papers.bast import titled
from netops.papers.charts import Chart, chart_svg
from netops.papers.followup_facts import FollowupFacts, FollowupPart, Rates, Space, Window
from netops.papers.monitoring_facts import seen
from netops.papers.sheet import Json
from netops.papers.words import (
    say_brief,
    say_date,
    say_lasting,
    say_mbps,
    say_moment,
    say_percent,
    say_rates,
    say_short,
    say_volume,
    zone_name,
)

BLANK = "–"


@cache
def labels(lang: Lang) -> dict[str, str]:
    """The fixed words of the three papers, by key; the same keys in both languages (tested)."""
    text = files("netops").joinpath("papers", "i18n", f"followup.{lang}.json").read_text("utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def rates(pair: Rates, lang: Lang) -> str:
    """`unduh 20 Mbps, unggah 10 Mbps`; what has no limit is said to have none."""
    return say_rates(pair[1], pair[0], lang) if any(pair) else labels(lang)["no_limit"]


def _day(day: datetime, lang: Lang) -> str:
    return say_date(day, lang, with_weekday=False)


# ── the report ───────────────────────────────────────────────────────────────────────────────────────────────────


def followup_page(facts: FollowupFacts, lang: Lang) -> Json:
    """The nota dinas, parts A to I, initials, and an annex with configuration and graphs."""
    t = labels(lang)
    blocks = [
        sheet.pairs(_memo(facts, lang)),
        sheet.heading(t["a"]),
        sheet.listing(_basis(facts, lang)),
        sheet.heading(t["b"]),
        sheet.pairs(_asked(facts, lang)),
        sheet.heading(t["c"]),
        *_space(facts.space_before, lang),
        sheet.heading(t["d"]),
        *_done(facts, lang),
        sheet.heading(t["e"]),
        *_measured(facts, lang),
        sheet.heading(t["f"]),
        *_clock(facts, lang),
        sheet.heading(t["g"]),
        *(_space(facts.space_after, lang) if facts.space_after else [sheet.paragraph(t["not_done"])]),
        sheet.heading(t["h"]),
        *_remark(facts, "obstacles", lang),
        sheet.heading(t["i"]),
        sheet.paragraph(t[f"result_{facts.result}"].format(why=facts.why or t["unrecorded"])),
        *_remark(facts, "conclusion", lang),
        sheet.minor(t["advice"]),
        *_remark(facts, "advice", lang),
    ]
    names = [_role(facts, role, lang) for role, _ in facts.initials] or [t[name] for name in ("kasi", "kabid", "kadis")]
    return _sheet(
        facts,
        lang,
        "followup",
        (t["memo"], t["title"]),
        [*blocks, sheet.initials((t["initials"], t["initials_sign"]), names)],
        ((t["made_by"], facts.made_by),),
        annexes=_annexes(facts, lang),
    )


def _sheet(
    facts: FollowupFacts,
    lang: Lang,
    paper: str,
    title: Sequence[str],
    blocks: Sequence[Json],
    signatures: Sequence[tuple[str, object]],
    *,
    copies: Sequence[str] = (),
    annexes: Sequence[tuple[str, Sequence[Json]]] = (),
    number: str | None = None,
) -> Json:
    t = labels(lang)
    code = facts.code(paper)
    page = sheet.sheet(
        office=facts.office,
        lang=lang,
        lab=facts.lab,
        paper=paper,
        change=facts.change,
        code=code,
        day=facts.at.date(),
        title=title,
        number=number,
        blocks=blocks,
        signatures=signatures,  # type: ignore[arg-type]
        words={"document_title": t[f"document_{paper}"], "check_sentence": t["check_sentence"]},
        copies=copies,
        annexes=annexes,
    )
    return {**page, "qr_text": f"{page['qr_text']} {facts.anchor} {facts.leaf}"}


def _memo(facts: FollowupFacts, lang: Lang) -> list[tuple[str, str]]:
    t = labels(lang)
    to, own = facts.to, facts.made_by
    return [
        (t["memo_to"], (to.title if lang == "id" else to.title_en) or to.name),
        (t["memo_from"], (own.title if lang == "id" else own.title_en) or own.name),
        (t["memo_copies"], "; ".join(facts.office.reports.copies) or BLANK),
        (t["memo_date"], _day(facts.at, lang)),
        (t["memo_number"], facts.numbers.get("followup", "")),
        (t["memo_kind"], t["ordinary"]),
        (t["memo_annex"], t["memo_annex_text"]),
        (t["memo_subject"], t["subject"].format(link=facts.link)),
    ]


def _basis(facts: FollowupFacts, lang: Lang) -> list[str]:
    t, letter = labels(lang), facts.letter
    lines = [
        *([facts.sop] if facts.sop.strip(" -") else []),
        t["basis_letter"].format(
            unit=facts.unit,
            number=letter.number or BLANK,
            date=say_date(letter.date, lang, with_weekday=False) if letter.date else BLANK,
            subject=letter.subject or BLANK,
            signatory=letter.signatory or BLANK,
        )
        + (t["basis_agenda"].format(agenda=facts.agenda) if facts.agenda else ""),
        t["basis_form"].format(ticket=facts.ticket),
    ]
    for one in facts.approvals:
        role = _role(facts, one.role, lang)
        lines.append(t["basis_approval"].format(role=role, approver=one.approver, at=say_moment(one.at, lang)))
    return lines


def _role(facts: FollowupFacts, role: str, lang: Lang) -> str:
    """The title of who holds it; a role that the office's list of signatories does not have is told in words."""
    held = titled(facts.office, role, lang)
    return held if held != role else role.replace("-", " ").capitalize()


def _asked(facts: FollowupFacts, lang: Lang) -> list[tuple[str, str]]:
    t = labels(lang)
    return [
        (t["link"], facts.link),
        (t["was"], rates(facts.was, lang)),
        (t["asked"], rates(facts.asked, lang)),
        (t["reason"], facts.reason),
        (t["holds"], _holds(facts, lang)),
    ]


def _holds(facts: FollowupFacts, lang: Lang) -> str:
    t = labels(lang)
    if facts.ends_at is None:
        return t["holds_for_good"].format(since=say_moment(facts.starts_at, lang))
    return t["holds_until"].format(since=say_moment(facts.starts_at, lang), until=say_moment(facts.ends_at, lang))


def _space(space: Space, lang: Lang) -> list[Json]:
    t = labels(lang)
    head = [t[f"col_{word}"] for word in ("way", "contract", "share", "promised", "left")]
    rows = [
        [t[name], *(_signed(value[way], lang) for value in (space.contract, space.share, space.promised, space.left))]
        for name, way in (("down", 1), ("up", 0))
    ]
    title = f"{space.uplink} – {space.provider}"
    return [sheet.groups(("1fr", "30mm", "34mm", "34mm", "30mm"), head, [(title, rows)], right=range(1, 5))]


def _signed(rate: int, lang: Lang) -> str:
    return f"−{say_mbps(-rate, lang)}" if rate < 0 else say_mbps(rate, lang)


def _done(facts: FollowupFacts, lang: Lang) -> list[Json]:
    t = labels(lang)
    if facts.started_at is None:
        return [sheet.paragraph(t["not_done"])]
    rows = [
        (t["done_at"], say_moment(facts.started_at, lang)),
        (t["active_at"], say_moment(facts.active_at, lang) if facts.active_at else t["unrecorded"]),
        (t["executor"], facts.executor or t["unrecorded"]),
        (t["from_to"], t["from_to_text"].format(was=rates(facts.was, lang), given=rates(facts.given, lang))),
    ]
    if facts.ended_at is not None:
        rows.append((t["ended_at"], say_moment(facts.ended_at, lang)))
    head = [t["col_device"], t["col_limit"], t["col_verified"]]
    devices = [
        (one.device, one.limit or BLANK, say_brief(one.verified_at, lang) if one.verified_at else t["unrecorded"])
        for one in facts.touched
    ]
    return [sheet.pairs(rows), sheet.table(("1fr", "1fr", "50mm"), head, devices)]


def _measured(facts: FollowupFacts, lang: Lang) -> list[Json]:
    t = labels(lang)
    windows = [(name, window) for name, window in (("before", facts.before), ("after", facts.after)) if window]
    if not any(seen(window.evidence) for _, window in windows):
        return [sheet.paragraph(t["not_measured"])]
    head = [t[f"col_{word}"] for word in ("way", "allocated", "average", "p95", "peak", "over", "volume")]
    parts = [(_window_title(name, window, lang), _window(window, lang)) for name, window in windows]
    widths = ("1fr", "22mm", "22mm", "22mm", "22mm", "20mm", "26mm")
    return [sheet.groups(widths, head, parts, right=range(1, 7)), sheet.note(t["e_note"])]


def _window_title(name: str, window: Window, lang: Lang) -> str:
    t, figures = labels(lang), seen(window.evidence)
    span = f"{say_short(window.since, lang)} – {say_short(window.until, lang)} {zone_name(window.until)}"
    data = t["no_data"]
    if figures is not None:
        data = t["data"].format(share=say_percent(figures.measured, figures.expected, lang))
    return f"{t[name]}: {span}; {data}"


def _window(window: Window, lang: Lang) -> list[list[str]]:
    t, figures = labels(lang), seen(window.evidence)
    return [_way(t[name], way, window, figures, lang) for name, way in (("down", 1), ("up", 0))]


def _way(name: str, way: int, window: Window, figures: Figures | None, lang: Lang) -> list[str]:
    allocated = say_mbps(window.allocated[way], lang) if any(window.allocated) else labels(lang)["no_limit"]
    flow = None if figures is None else (figures.down if way else figures.up)
    if flow is None or figures is None:
        return [name, allocated, *([BLANK] * 5)]
    over = BLANK if flow.over_80 is None else say_percent(flow.over_80, figures.measured, lang)
    told = [say_mbps(rate, lang) for rate in (flow.average, flow.p95, flow.maximum)]
    return [name, allocated, *told, over, say_volume(flow.volume, lang)]


def _clock(facts: FollowupFacts, lang: Lang) -> list[Json]:
    t = labels(lang)
    head = [t[f"col_{word}"] for word in ("step", "what", "standard", "real", "difference")]
    rows = [
        (str(taken.number), title.to(lang), _minutes(taken.minutes, lang), _real(taken, lang), _over(taken, lang))
        for title, taken in facts.steps
        if taken.standing is not Standing.NOT_TAKEN
    ]
    return [
        sheet.paragraph(t["f_text"].format(sop=facts.sop)),
        sheet.table(("9mm", "1fr", "24mm", "30mm", "40mm"), head, rows),
    ]


def _minutes(minutes: int | None, lang: Lang) -> str:
    return BLANK if minutes is None else say_hours(minutes * 60, lang)


def _real(taken: Taken, lang: Lang) -> str:
    t = labels(lang)
    if taken.seconds is None:
        return t["done_unmeasured"] if taken.standing is Standing.DONE else t["unrecorded"]
    said = say_lasting(taken.seconds, lang)
    return f"{said} ({t['running']})" if taken.standing is Standing.RUNNING else said


def _over(taken: Taken, lang: Lang) -> str:
    t = labels(lang)
    if taken.over is None:
        return BLANK
    if taken.over > 0:
        return t["late"].format(by=say_lasting(taken.over, lang))
    return t["early"].format(by=say_lasting(-taken.over, lang)) if taken.over else t["exact"]


def _remark(facts: FollowupFacts, part: FollowupPart, lang: Lang) -> list[Json]:
    t, remark = labels(lang), facts.remarks[part]
    whose = t["whose_nobody"]
    if remark.at is not None:
        at = say_moment(remark.at.astimezone(facts.office.timezone), lang)
        whose = t["whose"].format(author=remark.author, at=at)
    return [sheet.quoted(remark.text, whose)]


def _annexes(facts: FollowupFacts, lang: Lang) -> list[tuple[str, list[Json]]]:
    t = labels(lang)
    blocks: list[Json] = []
    for one in facts.touched:
        blocks += [sheet.minor(one.device), sheet.code(one.difference or t["no_difference"])]
    configuration = [sheet.paragraph(t["configuration_text"]), *blocks]
    graphs = [
        sheet.figure(_drawn(window, lang), t["graph_alt"].format(link=facts.link, title=title), title)
        for name, window in (("before", facts.before), ("after", facts.after))
        if window and seen(window.evidence) and (title := _window_title(name, window, lang))
    ]
    found = [(t["annex_configuration"], configuration)] if blocks else []
    return [*found, (t["annex_graphs"], graphs)] if graphs else found


def _drawn(window: Window, lang: Lang) -> str:
    figures = seen(window.evidence)
    up, down = (figures.up, figures.down) if figures else (None, None)
    limit = Limit(since=window.since, until=window.until, up=window.allocated[0], down=window.allocated[1])
    return chart_svg(
        Chart(
            title="",
            since=window.since,
            until=window.until,
            slots=window.evidence.slots if window.evidence else (),
            limits=(limit,) if any(window.allocated) else (),
            p95=(up.p95 if up else None, down.p95 if down else None),
            ways=tuple(way for way, flow in ((1, down), (0, up)) if flow is not None),
        ),
        lang,
    )


# ── the notice ───────────────────────────────────────────────────────────────────────────────────────────────────


def notice_page(facts: FollowupFacts, lang: Lang) -> Json:
    """The letter that tells the requester."""
    t, letter = labels(lang), facts.letter
    date = say_date(letter.date, lang, with_weekday=False) if letter.date else BLANK
    opening = t["notice_opening"].format(number=letter.number or BLANK, date=date, subject=letter.subject or BLANK)
    said = t[f"notice_{facts.result}"].format(why=facts.why or t["unrecorded"])
    blocks = [
        sheet.pairs(
            [
                (t["memo_number"], facts.numbers.get("notice", "")),
                (t["memo_kind"], t["ordinary"]),
                (t["memo_annex"], BLANK),
                (t["memo_subject"], t["notice_subject"].format(link=facts.link)),
            ]
        ),
        sheet.paragraph(t["notice_to"].format(name=facts.requester.name, unit=facts.unit)),
        sheet.paragraph(opening),
        sheet.paragraph(said),
    ]
    if facts.result in ("done", "partly"):
        rows = [(t["link"], facts.link), (t["was"], rates(facts.was, lang)), (t["given"], rates(facts.given, lang))]
        if facts.active_at is not None:
            rows.append((t["active_at"], say_moment(facts.active_at, lang)))
        rows.append((t["holds"], _holds(facts, lang)))
        blocks.append(sheet.pairs(rows))
    if facts.office.contact:
        blocks.append(sheet.paragraph(t["notice_contact"].format(contact=facts.office.contact)))
    blocks.append(sheet.paragraph(t["notice_closing"]))
    signatures = (("", facts.head),)
    return _sheet(facts, lang, "notice", (), blocks, signatures, copies=facts.office.reports.copies)


# ── the form ─────────────────────────────────────────────────────────────────────────────────────────────────────


def form_page(facts: FollowupFacts, lang: Lang) -> Json:
    """The Formulir Penambahan Bandwidth, filled from the request and the log; what neither knows is a line to fill in."""
    t, who = labels(lang), facts.requester
    letter = facts.letter
    received = say_date(facts.received, lang, with_weekday=False) if facts.received else ""
    blocks = [
        sheet.heading(t["form_requester"]),
        sheet.pairs(
            [
                (t["form_name"], who.name),
                ("NIM" if who.nim and not who.nip else "NIP", who.nip or who.nim),
                (t["form_unit"], facts.unit),
                (t["form_phone"], facts.requester_phone),
                (t["form_mail"], facts.requester_mail),
                (t["form_contact"], facts.contact),
            ]
        ),
        sheet.heading(t["form_request"]),
        sheet.pairs(
            [
                (t["form_ticket"], facts.ticket),
                (t["form_letter"], ", ".join(part for part in (letter.number, _maybe(letter.date, lang)) if part)),
                (t["form_agenda"], ", ".join(part for part in (facts.agenda, received) if part)),
                *_asked(facts, lang),
            ]
        ),
        sheet.heading(t["form_decision"]),
        sheet.table(
            ("1fr", "1fr", "50mm"),
            [t["col_role"], t["col_approver"], t["col_at"]],
            [(_role(facts, one.role, lang), one.approver, say_brief(one.at, lang)) for one in facts.approvals]
            or [(BLANK, BLANK, BLANK)],
        ),
        sheet.heading(t["form_result"]),
        sheet.pairs(
            [
                (t["form_outcome"], t[f"result_{facts.result}"].format(why=facts.why or t["unrecorded"])),
                (t["given"], rates(facts.given, lang) if facts.started_at else BLANK),
                (t["form_device"], "; ".join(f"{one.device} {one.limit}".strip() for one in facts.touched) or BLANK),
                (t["active_at"], say_moment(facts.active_at, lang) if facts.active_at else t["unrecorded"]),
                (t["executor"], facts.executor or t["unrecorded"]),
            ]
        ),
    ]
    signatures = ((t["form_signed_requester"], facts.requester), (t["form_signed_officer"], facts.made_by))
    return _sheet(facts, lang, "form", (t["form_title"],), blocks, signatures, number=facts.numbers.get("form", ""))


def _maybe(day: object, lang: Lang) -> str:
    return say_date(day, lang, with_weekday=False) if day else ""  # type: ignore[arg-type]
