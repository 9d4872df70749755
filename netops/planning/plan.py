"""Puts a plan together, digests it and says it to people; refuses needs beyond what was asked and what the site allows."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from netops.core.canonical import digest_of
from netops.core.model import AnyNeeds, DevicePlan, GuardKind, LinkNeeds, Loan, ManualStep, Needs, Plan, Reservation
from netops.core.text import Lang, Text
from netops.core.units import say_rate
from netops.planning.design import design_of
from netops.planning.event import say_event
from netops.planning.link import say_link
from netops.planning.own import say_fields
from netops.planning.playbook import Playbook, playbook_digest
from netops.planning.sites import Site
from netops.planning.sizing import say_basis
from netops.requests.common import Request, change_id, request_digest, say_time


def build(
    request: Request,
    playbook: Playbook,
    site: Site,
    needs: AnyNeeds,
    devices: Sequence[DevicePlan],
    now: datetime,
    manual: Sequence[ManualStep] = (),
    loans: Sequence[Loan] = (),
) -> Plan:
    """The plan with its reservations and expiry. Raises `OutOfBounds` for needs that the request does not cover."""
    design = design_of(request)
    design.within_bounds(needs, site)
    period = playbook.window(request.starts_at, request.ends_at)
    return Plan(
        change=change_id(request),
        service=playbook.service,
        request=request_digest(request),
        playbook=playbook_digest(playbook),
        needs=needs,
        devices=tuple(sorted(devices, key=lambda one: (one.order, one.device))),
        reservations=design.reservations(needs, site, period),
        made_at=now,
        expires_at=min(now + timedelta(seconds=playbook.plan_expiry), period[1]),
        evidence=playbook.evidence,
        manual=tuple(manual),
        loans=tuple(loans),
        papers=playbook.papers,
        failure_budget=playbook.failure_budget,
        commitments=design.commitments(needs, site, change_id(request)),
    )


def plan_digest(plan: Plan) -> str:
    return digest_of(plan)


# ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────


def explain(plan: Plan, site: Site, lang: Lang) -> str:
    """What people are shown: needs with their basis, per device the difference in its own words, what is reserved."""
    needs = plan.needs
    return "\n".join(
        [
            Text(f"Rencana {plan.change} ({plan.service})", f"Plan {plan.change} ({plan.service})").to(lang),
            Text(f"  permohonan {plan.request}", f"  request    {plan.request}").to(lang),
            Text(f"  rencana    {plan_digest(plan)}", f"  plan       {plan_digest(plan)}").to(lang),
            Text(
                f"  berlaku sampai {say_time(plan.expires_at, site.zone, lang)}",
                f"  holds until {say_time(plan.expires_at, site.zone, lang)}",
            ).to(lang),
            "",
            Text("Kebutuhan teknis", "Technical needs").to(lang),
            *say_needs(needs, lang),
            *(f"  · {say_basis(line, lang)}" for line in needs.basis),
            "",
            *device_lines(plan, lang),
            *_manual_lines(plan, lang),
            Text("Dipesan", "Reserved").to(lang),
            *(f"  {_reserved(one, lang)}" for one in plan.reservations),
        ]
    )


def say_needs(needs: AnyNeeds, lang: Lang) -> list[str]:
    match needs:
        case Needs():
            return say_event(needs, lang)
        case LinkNeeds():
            return say_link(needs, lang)
    return say_fields(needs)


def device_lines(plan: Plan, lang: Lang) -> list[str]:
    """Each device with its guard and its difference in its own words."""
    words = {
        GuardKind.DEVICE_TIMER: Text("pewaktu di perangkat", "timer on the device"),
        GuardKind.NONE: Text("tanpa (hanya operasi balik dari kita)", "none (only our own inverse operations)"),
    }
    lines: list[str] = []
    for one in plan.devices:
        guard = words[one.guards[0]].to(lang) if one.guards else "-"
        lines.append(f"{one.order}. {one.device} ({one.platform}), {Text('pengaman', 'guard').to(lang)}: {guard}")
        lines += [
            f"  ! {Text('jalur manajemen, wajib pewaktu', 'management path, needs the timer').to(lang)}: {line}"
            for line in one.management
        ]
        lines += [
            f"  ! {Text('pewaktu tidak memulihkan ini, kita yang memulihkannya', 'left by the timer, brought back by us').to(lang)}: {line}"
            for line in one.unguarded
        ]
        lines += [f"  {_RETURNS[one.returns].to(lang)}"] if one.returns else []
        lines += _rollout_lines(one, lang)
        same = Text("tidak ada perubahan", "nothing to change").to(lang)
        lines += [f"  {line}" for line in (one.difference or same).splitlines()]
        lines.append("")
    return lines


_RETURNS = {
    "device": Text(
        "sementara: kembali pada akhirnya, oleh kita atau oleh pewaktu di perangkat",
        "for a time: put back at its end, by us or by the device's timer",
    ),
    "us": Text(
        "! sementara: perangkat tidak punya pewaktu untuk itu, hanya netops (serve atau end) yang mengembalikannya",
        "! for a time: the device has no timer for it, only netops (serve or end) puts it back",
    ),
}


def _rollout_lines(part: DevicePlan, lang: Lang) -> list[str]:
    """How the devices of the part go one after the other, where they do."""
    rollout = part.rollout
    words = [
        Text(f"uji coba {rollout.canary} perangkat", f"canary {rollout.canary}").to(lang) if rollout.canary else "",
        ", ".join(f"{percent} %" for percent in rollout.percent),
        Text(f"tunggu {rollout.bake_seconds} s", f"bake {rollout.bake_seconds} s").to(lang)
        if rollout.bake_seconds
        else "",
        ", ".join(rollout.health),
    ]
    said = "; ".join(word for word in words if word)
    return [f"  {Text('gelombang', 'waves').to(lang)}: {said}"] if said else []


def _manual_lines(plan: Plan, lang: Lang) -> list[str]:
    if not plan.manual:
        return []
    head = Text(
        "Langkah manual (! ditunggu sebelum dijalankan)", "Manual steps (! waited for before anything is applied)"
    )
    return [
        head.to(lang),
        *(
            f"  {'!' if step.needed else '·'} {step.id}: {step.title.to(lang)} ({say_when(step, lang)})"
            for step in plan.manual
        ),
        "",
    ]


def say_when(step: ManualStep, lang: Lang) -> str:
    """`sebelum access; oleh admin-jaringan; dengan foto`."""
    words = [(Text("sebelum", "before") if step.when == "before" else Text("sesudah", "after")).to(lang)]
    words[0] += " " + (step.of or Text("pemasangan", "installation").to(lang))
    words += [Text(f"oleh {step.by}", f"by {step.by}").to(lang)] if step.by else []
    words += [Text("dengan foto", "with a photo").to(lang)] if step.photo else []
    return "; ".join(words)


def _reserved(one: Reservation, lang: Lang) -> str:
    amount = f" {say_rate(one.amount, lang)}" if one.resource.startswith("uplink:") else ""
    return f"{one.resource}{amount}"
