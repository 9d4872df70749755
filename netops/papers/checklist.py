"""The checklist of a change's manual work: boxes to tick, name, time, initials. Says only what plan and log say; refuses nothing."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files

from msgspec import Struct

from netops.core.model import Needs, Plan, Recorded
from netops.core.text import Lang
from netops.papers import sheet
from netops.papers.bast import titled
from netops.papers.facts import ManualRecord, Party, demands_of, manual_records, short_code, signatory
from netops.papers.office import Office
from netops.papers.sheet import Json
from netops.papers.words import say_brief, say_moment, say_rates, say_role, say_span


class ChecklistFacts(Struct, frozen=True, kw_only=True):
    """What the checklist says; times in the office's zone. `ports` are the access ports to cable, by switch."""

    change: str
    lab: bool
    office: Office
    at: datetime
    title: str
    unit: str
    starts_at: datetime
    ends_at: datetime | None
    place: str
    contact: str
    needs: Needs | None
    ports: Mapping[str, tuple[str, ...]]
    manual: tuple[ManualRecord, ...]
    first: Party

    @property
    def code(self) -> str:
        return short_code("checklist", {name: getattr(self, name) for name in self.__struct_fields__})


def checklist_facts(
    *,
    plan: Plan,
    events: Sequence[Recorded],
    office: Office,
    title: str,
    unit: str,
    starts_at: datetime,
    ends_at: datetime | None,
    place: str,
    contact: str,
    ports: Mapping[str, tuple[str, ...]],
    lab: bool,
) -> ChecklistFacts:
    """The facts of a recorded plan. Raises `Refused` where nobody may sign on the day the plan was made."""
    zone = office.timezone
    at = plan.made_at.astimezone(zone)
    return ChecklistFacts(
        change=plan.change,
        lab=lab,
        office=office,
        at=at,
        title=title,
        unit=unit,
        starts_at=starts_at.astimezone(zone),
        ends_at=ends_at.astimezone(zone) if ends_at else None,
        place=place,
        contact=contact,
        needs=plan.needs if isinstance(plan.needs, Needs) else None,
        ports=ports,
        manual=manual_records(demands_of([one for one in events if one.event.change == plan.change]), zone),
        first=signatory(office, office.handover, at.date()),
    )


@cache
def labels(lang: Lang) -> dict[str, str]:
    text = files("netops").joinpath("papers", "i18n", f"checklist.{lang}.json").read_text("utf-8")
    found: dict[str, str] = json.loads(text)
    return found


def checklist_page(facts: ChecklistFacts, lang: Lang) -> Json:
    """Every word of the paper, as blocks."""
    t = labels(lang)
    blocks = [sheet.heading(t["event"]), sheet.pairs(_event(facts, lang)), sheet.heading(t["work"])]
    if facts.manual:
        head = (t["col_no"], t["col_work"], t["col_role"], t["col_name"], t["col_time"], t["col_initials"])
        rows = [(record.at is not None, _row(n, record, facts, lang)) for n, record in enumerate(facts.manual, 1)]
        blocks += [
            sheet.paragraph(t["intro"].format(change=facts.change)),
            sheet.checks(("8mm", "1fr", "25mm", "28mm", "25mm", "15mm"), head, rows),
        ]
    else:
        blocks.append(sheet.paragraph(t["no_work"]))
    if facts.needs or facts.ports:
        blocks += [sheet.heading(t["settings"]), sheet.pairs(_settings(facts, lang))]
    blocks.append(sheet.box(t["remarks"], 12))
    return sheet.sheet(
        office=facts.office,
        lang=lang,
        lab=facts.lab,
        paper="checklist",
        change=facts.change,
        code=facts.code,
        day=facts.at.date(),
        title=(t["title"], t["subtitle"]),
        blocks=blocks,
        signatures=((t["checked_by"] + ",", facts.first),),
        words=t,
    )


def _event(facts: ChecklistFacts, lang: Lang) -> list[tuple[str, str]]:
    t = labels(lang)
    when = (
        say_span(facts.starts_at, facts.ends_at, lang)
        if facts.ends_at
        else t["lasting"].format(start=say_moment(facts.starts_at, lang))
    )
    rows = [(t["name"], facts.title), (t["unit"], facts.unit), (t["time"], when)]
    if facts.place:
        rows.append((t["place"], facts.place))
    rows.append((t["contact"], facts.contact))
    return [*rows, (t["planned"], say_moment(facts.at, lang))]


def _row(number: int, record: ManualRecord, facts: ChecklistFacts, lang: Lang) -> tuple[str, ...]:
    t, step = labels(lang), record.step
    when = t[step.when].format(of=say_role(step.of, lang)) if step.of else t[f"{step.when}_all"]
    marks = [when, *([t["photo"]] if step.photo else []), *([t["needed"]] if step.needed else [])]
    work = f"{step.title.to(lang)} ({'; '.join(marks)})"
    note = f". {t['note']}: {record.note}" if record.note else ""
    time = say_brief(record.at, lang) if record.at else ""
    return (str(number), work + note, titled(facts.office, step.by, lang), record.by, time, "")


def _settings(facts: ChecklistFacts, lang: Lang) -> list[tuple[str, str]]:
    t, needs = labels(lang), facts.needs
    rows = []
    if needs:
        rows += [
            (t["ssid"], needs.ssid),
            (t["vlan"], f"{needs.vlan} ({needs.subnet})"),
            (t["rate"], say_rates(needs.total_down, needs.total_up, lang)),
        ]
    return rows + [
        (t["cables"].format(switch=switch), ", ".join(ports)) for switch, ports in sorted(facts.ports.items())
    ]
