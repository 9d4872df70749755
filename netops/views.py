"""What people and programs are shown of the log: overview, one change, events, verification. Changes nothing."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from netops.actions.attaching import missing
from netops.actions.deciding import decisions, matter, waiting_for
from netops.actions.lasting import emergency_matter
from netops.actions.noticing import last_moment, notices, overdue, story
from netops.app import App
from netops.changes.lifecycle import OPEN, Change, Phase, fold, fold_all
from netops.changes.settle import way_out
from netops.changes.words import PHASES
from netops.core.errors import NetopsError
from netops.core.model import Recorded
from netops.core.text import Lang, Text
from netops.filing import Filed, filed, look
from netops.planning.plan import device_lines
from netops.requests.chain import Approval
from netops.requests.common import say_time
from netops.requests.policy import EVIDENCE
from netops.requests.statement import Attestation, Said

if TYPE_CHECKING:
    from netops.journal.verify import Verified


class Line(Struct, frozen=True, kw_only=True):
    """One change in `netops status`."""

    change: str
    ticket: str
    phase: str
    title: str
    starts: str
    ends: str
    devices: tuple[str, ...]
    notes: tuple[str, ...] = ()


def overview(app: App) -> tuple[Line, ...]:
    """Every change in order of first appearance, but first those whose papers are overdue."""
    now = app.clock.now()
    known = [change for change in fold_all(app.journal.read()).values() if change.request]
    return tuple(_line(app, change) for change in sorted(known, key=lambda change: not overdue(change, now)))


def _line(app: App, change: Change) -> Line:
    one = filed(app, change)
    request = one.request
    return Line(
        change=change.id,
        ticket=request.ticket,
        phase=said_phase(change).to(app.lang),
        title=request.title,
        starts=_short(request.starts_at),
        ends=_short(last_moment(request, change)),
        devices=tuple(sorted(change.devices)),
        notes=tuple(note.to(app.lang) for note in notices(one, change, app.clock.now())),
    )


def _short(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z" if moment else "-"


def state(app: App, ref: str) -> Change:
    """The fold of one change."""
    return _state(app, look(app, ref))


def _state(app: App, one: Filed) -> Change:
    return fold(one.change, app.journal.read(one.change))


def events(
    app: App, ref: str | None = None, *, unit: str = "", device: str = "", since: datetime | None = None
) -> Iterator[Recorded]:
    """The log, or one change's part of it, oldest first; only what fits every filter given.

    `unit` is part of a requesting unit's name in any case, `device` a device's whole name, `since` aware.
    """
    units: dict[str, str] = {}
    if unit:
        changes = fold_all(app.journal.read()).values()
        units = {one.id: filed(app, one).request.unit for one in changes if one.request}
    for recorded in app.journal.read(look(app, ref).change if ref else None):
        event = recorded.event
        if unit and unit.casefold() not in units.get(event.change, "").casefold():
            continue
        if (device and event.device != device) or (since is not None and event.at < since):
            continue
        yield recorded


def verify_log(app: App) -> "Verified":
    """Recompute everything. Raises `JournalBroken` with the first bad entry."""
    from netops.journal.verify import verify

    return verify(app.journal, app.objects)


def describe(app: App, ref: str) -> str:
    """One change for people: the request, where it stands, each device, what is next."""
    one = look(app, ref)
    change = _state(app, one)
    lang = app.lang
    lines = [in_words(app, one), "", f"{change.id}: {said_phase(change).to(lang)}"]
    lines += [f"  {note.to(lang)}" for note in (*story(one, change), *notices(one, change, app.clock.now()))]
    lines += [f"  {line}" for line in _decisions(app, one)]
    if change.plan_expires and change.phase in (Phase.PLANNED, Phase.APPROVED):
        until = say_time(change.plan_expires, one.request.zone, lang)
        lines.append(Text(f"rencana berlaku sampai {until}", f"the plan holds until {until}").to(lang))
    for name, device in sorted(change.devices.items()):
        done = [
            word.to(lang)
            for word, holds in (
                (Text(f"{len(device.applied())} kelompok operasi", f"{len(device.applied())} batches"), True),
                (Text("terbukti", "verified"), device.verified),
                (Text("dikukuhkan", "confirmed"), device.confirmed),
                (Text("dipulihkan", "restored"), device.restored),
                (Text("gagal, tanpa perangkat ini", "failed, left out"), device.failed),
                (
                    Text(f"diterima apa adanya: {device.accepted}", f"accepted as it is: {device.accepted}"),
                    bool(device.accepted),
                ),
                (Text("akses ditutup", "access closed"), device.closed),
                (Text("tidak ada yang tertinggal", "nothing left"), device.absent),
            )
            if holds
        ]
        lines.append(f"  {name}: {', '.join(done)}")
        lines += [f"    ! {line}" for line in device.quarantine]
        if device.quarantine and change.phase in OPEN:
            lines.append(f"    → {way_out(change.id, name).to(lang)}")
    lines += [f"  ! {Text('sisa', 'leftover').to(lang)}: {line}" for line in change.leftovers]
    if change.phase in OPEN or change.phase is Phase.ENDED or change.demands.waited_for:
        lines += [f"  {Text('belum kembali', 'not back yet').to(lang)}: {line.to(lang)}" for line in missing(change)]
    lines.append(_next(change, lang))
    return "\n".join(lines)


def said_phase(change: Change) -> Text:
    """Where a change stands; over on the devices is *berakhir*, and *selesai* once all that is demanded came back."""
    if change.superseded_by and change.phase is Phase.ENDED:
        by = change.superseded_by
        return Text(f"digantikan oleh {by}", f"replaced by {by}")
    if change.lasting and change.phase is Phase.ACTIVE:
        stays = Text("tetap berlaku", "in force for good")
        if change.finished:
            return Text(f"selesai, {stays.id}", f"finished, {stays.en}")
        return Text(f"{stays.id}, menunggu dokumen", f"{stays.en}, waiting for papers")
    if change.finished:
        return Text("selesai", "finished")
    if change.phase is Phase.ENDED and missing(change):
        return Text("berakhir, menunggu dokumen", "ended, waiting for papers")
    return PHASES[change.phase]


def in_words(app: App, one: Filed, lang: Lang | None = None) -> str:
    """The request as lines for people; a service of the site's own by the labels of its playbook."""
    from netops.requests.new import SERVICES, show

    if one.request.service in SERVICES or one.request.service not in app.own_services:
        return show(one.request, lang or app.lang)
    playbook = app.playbook(one.request.service)
    labels = {name: spec.label.text for name, spec in playbook.fields.items()}
    return show(one.request, lang or app.lang, playbook.title.text, labels)


def before_signing(app: App, one: Filed, said: Said, lang: Lang) -> str:
    """What a signature is about, in plain words: the request, the devices and what changes on them, and what is said."""
    head = Text("Yang berubah pada perangkat", "What changes on devices").to(lang)
    lines = [in_words(app, one, lang), "", head, *(f"  {line}" for line in what_changes(app, one, lang)), ""]
    return "\n".join(lines + [f"{word.to(lang) + ':':<14}{value}" for word, value in said_rows(one, said, lang)])


def what_changes(app: App, one: Filed, lang: Lang) -> list[str]:
    """The devices of the latest plan and their differences, line by line."""
    change = _state(app, one)
    plan = change.plan
    if not plan:
        return [Text("belum ada rencana", "there is no plan yet").to(lang)]
    if change.outdated and change.phase not in OPEN:
        return [
            Text(
                f"kebutuhan teknis diubah sesudah rencana disusun; jalankan `netops plan {one.change}`",
                f"the technical needs were edited after the plan was made; run `netops plan {one.change}`",
            ).to(lang)
        ]
    return [line for line in device_lines(app.tools.plan(plan), lang) if line] or [
        Text("tidak ada perangkat", "no devices").to(lang)
    ]


def said_rows(one: Filed, said: Said, lang: Lang) -> list[tuple[Text, str]]:
    """A statement as word and value."""
    zone = one.request.zone
    decision = {"approve": Text("setuju", "approve"), "reject": Text("tolak", "reject")}[said.decision]
    rows = [
        (Text("Keputusan", "Decision"), decision.to(lang)),
        (Text("Oleh", "By"), f"{said.approver} ({said.role})"),
        (Text("Catatan", "Note"), said.reason or "-"),
        (Text("Berlaku", "Holds"), f"{say_time(said.not_before, zone, lang)} – {say_time(said.not_after, zone, lang)}"),
        (Text("Permohonan", "Request"), said.request),
        (Text("Rencana", "Plan"), said.plan or Text("tidak ikut ditandatangani", "not signed too").to(lang)),
        (Text("Sesudah", "After"), said.previous or Text("(yang pertama)", "(the first)").to(lang)),
    ]
    if isinstance(said, Attestation):
        rows.append((Text("Diputuskan di", "Decided in"), f"{said.system}, {say_time(said.decided_at, zone, lang)}"))
    return rows


def say_approval(approval: Approval) -> Text:
    """Who decided, in which role and under which warrant, and by what class of evidence that is shown."""
    evidence = EVIDENCE[approval.evidence]
    acting = f" {approval.acting} {approval.warrant}" if approval.acting else ""
    by = f": {', '.join(approval.by)}" if approval.by else ""
    system = f" ({approval.system})" if approval.system else ""
    who = f"{approval.approver} ({approval.role}{acting})"
    return Text(f"{who}, {evidence.id}{system}{by}", f"{who}, {evidence.en}{system}{by}")


def _decisions(app: App, one: Filed) -> Iterator[str]:
    """What was decided about the request itself, and who has yet to sign."""
    lang = app.lang
    try:
        found = decisions(app, one)
        emergency = _state(app, one).emergency
        urgent = decisions(app, one, emergency_matter(app, one, emergency)) if emergency else ()
    except NetopsError as error:
        if _state(app, one).redacted:
            gone = Text(
                "bukti persetujuan dihapus; entrinya tetap", "the evidence of approval was erased; its entries stay"
            )
            yield f"{gone.to(lang)}: netops log show {one.change}"
            return
        yield f"! {error.message.to(lang)}"
        return
    words = {"approve": Text("disetujui", "approved"), "reject": Text("ditolak", "rejected")}
    for approval, about in (
        *((it, "") for it in found),
        *((it, Text("darurat, ", "emergency, ").to(lang)) for it in urgent),
    ):
        moment = say_time(approval.received_at, one.request.zone, lang)
        yield f"{about}{words[approval.decision].to(lang)}: {say_approval(approval).to(lang)}, {moment}"
    waiting = waiting_for(app, one, matter(app, one), found) if found else ()
    if waiting:
        yield f"{Text('menunggu', 'waiting for').to(lang)}: {', '.join(waiting)}"


def _next(change: Change, lang: Lang) -> str:
    over = change.phase is Phase.ENDED or (change.phase is Phase.ACTIVE and change.lasting)
    if over and missing(change):
        return Text(
            f"berikutnya: netops attach {change.id} --as … atau netops confirm {change.id} …",
            f"next: netops attach {change.id} --as … or netops confirm {change.id} …",
        ).to(lang)
    command = {
        Phase.NEW: "plan",
        Phase.PLANNED: "approve",
        Phase.APPROVED: "apply",
        Phase.APPLYING: "resume",
        Phase.ACTIVE: "end",
        Phase.ENDING: "end",
        Phase.RESTORED: "plan",
        Phase.QUARANTINED: "revert",
        Phase.RETURNED: "revise",
        Phase.POSTPONED: "revise",
    }.get(change.phase)
    if command is None:
        return Text("tidak ada langkah lagi", "no further step").to(lang)
    return Text(f"berikutnya: netops {command} {change.id}", f"next: netops {command} {change.id}").to(lang)
