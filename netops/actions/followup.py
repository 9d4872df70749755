"""The papers that follow a change of bandwidth: report to the office, notice to the requester, the form filled. Reads the log and the segments."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from netops.actions.allocating import promises
from netops.actions.bandwidth_report import five_minutes
from netops.actions.clocking import sop_times
from netops.actions.common import change_of
from netops.actions.measuring import measurer, meter
from netops.actions.noting import noted
from netops.actions.publishing import seal_of
from netops.actions.reporting import write_paper
from netops.app import App
from netops.changes.lifecycle import Change, Phase
from netops.changes.sop import Standing
from netops.core.errors import Refused
from netops.core.measured import Limit
from netops.core.model import LinkNeeds, Plan, Recorded
from netops.core.text import Lang, Text
from netops.filing import Filed, look, record
from netops.planning.capacity import office_share
from netops.planning.commitments import level, steps, uplink_key
from netops.requests.bandwidth_change import BandwidthChange
from netops.requests.common import ZONES

if TYPE_CHECKING:
    from netops.papers.facts import Approved, Letter
    from netops.papers.followup_facts import FollowupFacts, FollowupPart, Rates, Result, Space, Touched, Window
    from netops.papers.monitoring_facts import Remark

AROUND = timedelta(days=7)
"""How much of the time before and after is measured: one week each, with its working days and its nights."""
Sort = Literal["followup", "notice", "form"]
SORTS: Mapping[Sort, str] = {"followup": "TINDAK-LANJUT", "notice": "PEMBERITAHUAN", "form": "FORMULIR"}
"""The papers of a follow-up, and how their files begin."""


def followup(
    app: App,
    ref: str,
    *,
    lang: Lang,
    form: Literal["pdf", "html"] = "pdf",
    sorts: Sequence[Sort] = tuple(SORTS),
    numbers: Mapping[Sort, str] | None = None,
    folder: Path | None = None,
) -> tuple[Path, ...]:
    """Write the papers and record their digests and codes; returns the files. Raises `Refused` where nothing was done yet."""
    from netops.papers.followup import followup_page, form_page, notice_page
    from netops.papers.pdf import render_sheet

    facts = followup_facts(app, look(app, ref), lang, numbers or {})
    pages = {"followup": followup_page, "notice": notice_page, "form": form_page}
    seal, written = seal_of(app, facts.anchor), []
    for sort in sorts:
        document = render_sheet(pages[sort](facts, lang), facts.at, form, seal)
        path = (folder or app.settings.var / "papers") / f"{SORTS[sort]}-{facts.change}-{lang}.{form}"
        write_paper(path, document)
        record(
            app,
            "paper.written",
            facts.change,
            paper=sort,
            lang=lang,
            file=path.name,
            document=app.objects.put(document),
            code=facts.code(sort),
        )
        written.append(path)
    return tuple(written)


def followup_facts(app: App, filed: Filed, lang: Lang, numbers: Mapping[Sort, str]) -> "FollowupFacts":
    """Raises `Refused` for another service, and for a request that was neither carried out nor postponed."""
    from netops.papers.facts import Party, signatory
    from netops.papers.followup_facts import FollowupFacts

    request, change = filed.request, change_of(app, filed)
    if not isinstance(request, BandwidthChange):
        raise Refused(
            Text(f"{filed.change} bukan penambahan bandwidth", f"{filed.change} is no change of bandwidth"),
            Text("dokumennya: `netops report`", "its papers: `netops report`"),
        )
    log = tuple(app.journal.read(filed.change))
    result = _result(change, request)
    plan = app.tools.plan(change.running_plan or change.plan) if change.running_plan or change.plan else None
    needs = plan.needs if plan is not None and isinstance(plan.needs, LinkNeeds) else None
    office, zone = app.office, ZONES[request.zone]
    at = app.clock.now().astimezone(office.timezone)
    started, active, ended = (_moment(log, kind, zone) for kind in ("change.started", "change.active", "change.ended"))
    people, letter = request.requester, request.letter
    day, roles, ends_at = at.date(), office.reports, change.extended_until or request.ends_at
    times = sop_times(app, filed.change)
    own = _mine(log)
    made = FollowupFacts(
        change=filed.change,
        numbers={str(sort): number for sort, number in numbers.items()},
        lab=app.settings.lab,
        office=office,
        at=at,
        ticket=request.ticket,
        letter=_letter(request),
        agenda=letter.agenda or "",
        received=letter.received,
        unit=request.unit,
        link=request.bandwidth.link,
        requester=Party(name=people.name, nip=people.nip or "", nim=people.nim or "", unit=request.unit),
        requester_phone=people.phone,
        requester_mail=people.email,
        contact=f"{request.contact.name}, {request.contact.phone}",
        reason=request.reason,
        asked=(request.bandwidth.rate.up, request.bandwidth.rate.down),
        was=(needs.was_up, needs.was_down) if needs else (0, 0),
        given=(needs.up, needs.down) if needs else (0, 0),
        starts_at=request.starts_at.astimezone(zone),
        ends_at=None if ends_at is None else ends_at.astimezone(zone),
        approvals=tuple(_approved(app, filed, log, zone)),
        result=_partly(result, request, needs),
        why=change.why,
        uplink=needs.uplink if needs else "",
        started_at=started,
        active_at=active,
        ended_at=ended,
        executor=own,
        touched=tuple(_touched(plan, needs, log, zone)),
        space_before=_space(app, change, needs, started or at, with_it=False),
        space_after=_space(app, change, needs, active or at, with_it=True) if active else None,
        before=_window(app, change, needs, (started or at) - AROUND, started or at, zone, new=False),
        after=_after(app, change, needs, active, ended, zone),
        sop=times.number,
        steps=tuple((one.title, one.taken) for one in times.steps),
        remarks={},
        made_by=signatory(office, roles.made_by or office.handover, day),
        head=signatory(office, roles.acknowledges or office.acknowledges, day),
        to=signatory(office, roles.to or office.acknowledges, day),
        initials=tuple((role, signatory(office, role, day)) for role in roles.initials),
        anchor=log[-1].seq,
        leaf=log[-1].leaf,
    )
    return replace(made, remarks=_remarks(app, made, lang))


def _result(change: Change, request: BandwidthChange) -> "Result":
    match change.phase:
        case Phase.ACTIVE | Phase.ENDING | Phase.ENDED:
            return "done"
        case Phase.POSTPONED:
            return "postponed"
        case Phase.RESTORED:
            return "restored"
        case Phase.QUARANTINED:
            return "stopped"
    raise Refused(
        Text(f"{change.id} belum dijalankan", f"{change.id} was not carried out yet"),
        Text(
            "Laporan tindak lanjut ditulis setelah `netops apply`, atau setelah permohonan ditunda.",
            "The follow-up report is written after `netops apply`, or once the request is postponed.",
        ),
    )


def _partly(result: "Result", request: BandwidthChange, needs: LinkNeeds | None) -> "Result":
    less = needs is not None and (needs.up < request.bandwidth.rate.up or needs.down < request.bandwidth.rate.down)
    return "partly" if result == "done" and less else result


def _moment(log: Sequence[Recorded], kind: str, zone: tzinfo) -> datetime | None:
    """When that last happened, in the request's zone."""
    found = next((one.event.at for one in reversed(log) if one.event.kind == kind), None)
    return None if found is None else found.astimezone(zone)


def _mine(log: Sequence[Recorded]) -> str:
    return next((one.event.actor for one in reversed(log) if one.event.kind == "change.started"), "")


def _letter(request: BandwidthChange) -> "Letter":
    from netops.papers.facts import Letter

    one = request.letter
    return Letter(number=one.number, date=one.date, subject=one.subject, signatory=one.signatory)


def _approved(app: App, filed: Filed, log: Sequence[Recorded], zone: tzinfo) -> "list[Approved]":
    from netops.papers.facts import Approved

    return [
        Approved(
            role=str(data.get("role", "")),
            approver=str(data.get("approver", "")),
            at=one.event.at.astimezone(zone),
            evidence=str(data.get("class", "")),
            key=str(data.get("key", "")),
        )
        for one in log
        if one.event.kind == "approval.received" and (data := one.event.data).get("request") == filed.digest
        if str(data.get("decision", "")).startswith("approve")
    ]


def _touched(plan: Plan | None, needs: LinkNeeds | None, log: Sequence[Recorded], zone: tzinfo) -> "list[Touched]":
    from netops.papers.followup_facts import Touched

    found = []
    for one in plan.devices if plan is not None else ():
        verified = next(
            (r.event.at for r in reversed(log) if r.event.kind == "device.verified" and r.event.device == one.device),
            None,
        )
        limit = ""
        if needs is not None:
            names = dict.fromkeys(name for name in (needs.queue, needs.queue_up) if name)
            limit = " ".join(part for part in (needs.port, " / ".join(names)) if part)
        found.append(
            Touched(
                device=one.device,
                limit=limit,
                difference=one.difference.strip(),
                verified_at=None if verified is None else verified.astimezone(zone),
            )
        )
    return found


def _space(app: App, change: Change, needs: LinkNeeds | None, moment: datetime, *, with_it: bool) -> "Space":
    """What the uplink had at that moment, without this change or with it."""
    from netops.papers.followup_facts import Space

    if needs is None:
        return Space(uplink="–", provider="–", contract=(0, 0), share=(0, 0), promised=(0, 0))
    site = app.sites.site(needs.site)
    line, key = site.uplinks[needs.uplink], uplink_key(site.key, needs.uplink)
    commitments, _ = promises(app, app.journal.read(), app.clock.now())
    counted = [one for one in commitments if with_it or one.change != change.id]
    over = steps(counted, key)
    starts = [one.since for one in commitments if one.change == change.id]
    when = max([moment, *starts]) if with_it else moment
    return Space(
        uplink=needs.uplink,
        provider=line.provider,
        contract=(line.up, line.down),
        share=(office_share(line, "up"), office_share(line, "down")),
        promised=(level(over, when, "up"), level(over, when, "down")),
    )


def _after(
    app: App, change: Change, needs: LinkNeeds | None, active: datetime | None, ended: datetime | None, zone: tzinfo
) -> "Window | None":
    if active is None:
        return None
    until = min(active + AROUND, ended or app.clock.now(), app.clock.now())
    return _window(app, change, needs, active, until.astimezone(zone), zone, new=True)


def _window(
    app: App, change: Change, needs: LinkNeeds | None, since: datetime, until: datetime, zone: tzinfo, *, new: bool
) -> "Window | None":
    """Measured on whole five minutes; None where the time is too short for one."""
    from netops.papers.followup_facts import Window

    begin, end = five_minutes(since.astimezone(zone)), five_minutes(until.astimezone(zone))
    if new and begin < since:
        begin += timedelta(minutes=5)
    if needs is None or end <= begin:
        return None
    allocated: Rates = (needs.up, needs.down) if new else (needs.was_up, needs.was_down)
    limits = (Limit(since=begin, until=end, up=allocated[0], down=allocated[1]),) if any(allocated) else ()
    evidence = measurer(app, begin, end).of(meter(app, needs.allocation, change.commitments), limits)
    return Window(since=begin, until=end, allocated=allocated, evidence=evidence)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _remarks(app: App, facts: "FollowupFacts", lang: Lang) -> "dict[FollowupPart, Remark]":
    """The officer's words, else what the log and the figures say."""
    from netops.papers.followup_facts import FOLLOWUP_PARTS
    from netops.papers.monitoring_facts import Remark

    own = noted(app, facts.change, facts.change)
    said = {"obstacles": _obstacles(facts), "conclusion": _conclusion(facts), "advice": _advice(facts)}
    return {part: own.get(part) or Remark(text=said[part].to(lang)) for part in FOLLOWUP_PARTS}


def _obstacles(facts: "FollowupFacts") -> Text:
    late = [str(taken.number) for _, taken in facts.steps if taken.standing is Standing.LATE]
    if late:
        names = ", ".join(late)
        return Text(
            f"Langkah {names} melebihi waktu baku. Kendala lain tidak tercatat.",
            f"Step {names} took longer than its standard. No other obstacles are recorded.",
        )
    return Text("Tidak ada kendala yang tercatat.", "No obstacles are recorded.")


def _conclusion(facts: "FollowupFacts") -> Text:
    from netops.papers.monitoring_facts import seen
    from netops.papers.words import say_measured

    before = seen(facts.before.evidence) if facts.before else None
    after = seen(facts.after.evidence) if facts.after else None
    if before is None or after is None or before.down is None or after.down is None:
        return Text(
            "Pengukuran sebelum dan sesudah belum lengkap, sehingga pengaruhnya pada pemakaian belum dapat disimpulkan.",
            "Measurements before and after are not complete, so that what it did to the use cannot be concluded yet.",
        )
    one, two = before.down.p95, after.down.p95
    return Text(
        f"Persentil 95 unduh sebelum pelaksanaan {say_measured(one, 'id')}, sesudahnya {say_measured(two, 'id')}.",
        f"The 95th percentile of download was {say_measured(one, 'en')} before and {say_measured(two, 'en')} after.",
    )


def _advice(facts: "FollowupFacts") -> Text:
    if facts.result == "postponed":
        return Text(
            "Permohonan dijadwalkan ulang bila ketersediaan bandwidth mencukupi.",
            "The request is taken up again once enough bandwidth is available.",
        )
    if facts.result in ("restored", "stopped"):
        return Text("Pelaksanaan diulang setelah penyebabnya ditangani.", "It is tried again once its cause is mended.")
    return Text(
        "Pemakaian dipantau pada laporan monitoring bandwidth bulan berikutnya.",
        "Its use is watched in the next month's bandwidth monitoring report.",
    )
