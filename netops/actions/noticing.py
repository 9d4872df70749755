"""What a person should know of a change now: its end comes near, papers of an emergency are missing. Changes nothing."""

from datetime import datetime, timedelta

from netops.changes.lifecycle import OPEN, Change, Phase
from netops.core.text import Text
from netops.filing import Filed
from netops.requests.common import Request, say_time

WARNING = timedelta(minutes=30)
"""How long before its end an event is pointed out."""


def last_moment(request: Request, change: Change) -> datetime | None:
    """The end as the log has it, for showing; what it may be is `lasting.ends_at`."""
    ends, longer = request.ends_at, change.extended_until
    return ends if ends is None or longer is None else max(ends, longer)


def overdue(change: Change, now: datetime) -> bool:
    """Whether an emergency's papers should have been here."""
    return change.papers_due is not None and change.papers_due <= now


def notices(filed: Filed, change: Change, now: datetime) -> tuple[Text, ...]:
    """What somebody has to do something about, most pressing first."""
    return (*_papers(filed, change, now), *_timers(change), *_end(filed, change, now))


def _timers(change: Change) -> tuple[Text, ...]:
    """Devices that would not have the timer for the end: should netops not come back, they stay open."""
    names = ", ".join(name for name, progress in sorted(change.devices.items()) if progress.end_refused)
    if change.phase is not Phase.ACTIVE or not names:
        return ()
    return (
        Text(
            f"{names} menolak pewaktu penutup: akses tertutup hanya oleh `netops serve` atau `netops end {change.id}`",
            f"{names} refused the timer for the end: only `netops serve` or `netops end {change.id}` closes access",
        ),
    )


def _papers(filed: Filed, change: Change, now: datetime) -> tuple[Text, ...]:
    due = change.papers_due
    if due is None:
        return ()
    zone = filed.request.zone
    late = Text("terlambat sejak", "overdue since") if overdue(change, now) else Text("paling lambat", "due by")
    return (
        Text(
            f"darurat, surat menyusul: {late.id} {say_time(due, zone, 'id')}; "
            f"`netops attach {change.id} --as surat BERKAS` atau `netops settle {change.id} --letter NOMOR`",
            f"emergency, papers to follow: {late.en} {say_time(due, zone, 'en')}; "
            f"`netops attach {change.id} --as surat FILE` or `netops settle {change.id} --letter NUMBER`",
        ),
    )


def _end(filed: Filed, change: Change, now: datetime) -> tuple[Text, ...]:
    """The warning, and a line for the requester that can be pasted as it is."""
    ends = last_moment(filed.request, change)
    if change.phase is not Phase.ACTIVE or ends is None or now < ends - WARNING:
        return ()
    one, request = change.id, filed.request
    end = Text(say_time(ends, request.zone, "id"), say_time(ends, request.zone, "en"))
    if now >= ends:
        return (
            Text(
                f"waktunya habis ({end.id}); akhiri dengan `netops end {one}`",
                f"its time is over ({end.en}); end it by `netops end {one}`",
            ),
        )
    minutes = -(-int((ends - now).total_seconds()) // 60)
    return (
        Text(
            f"berakhir {minutes} menit lagi ({end.id}); perpanjang dengan `netops extend {one} --until …`",
            f"ends in {minutes} min ({end.en}); extend it by `netops extend {one} --until …`",
        ),
        Text(
            f"untuk pemohon: Yth. {request.requester.name}, internet untuk {request.title} berakhir {end.id}. "
            "Bila perlu diperpanjang, mohon beri tahu kami sekarang.",
            f"for the requester: Dear {request.requester.name}, the internet for {request.title} ends on {end.en}. "
            "Please tell us now if you need it longer.",
        ),
    )


def story(one: Filed, change: Change) -> tuple[Text, ...]:
    """Why a request stands where it stands, and what took whose place."""
    found = []
    if change.phase in (Phase.RETURNED, Phase.POSTPONED, Phase.CANCELLED, Phase.SUPERSEDED) and change.why:
        found.append(Text(f"alasan: {change.why}", f"reason: {change.why}"))
    if change.superseded_by:
        found.append(Text(f"digantikan {change.superseded_by}", f"superseded by {change.superseded_by}"))
    if change.revises:
        found.append(Text(f"mengganti {change.revises}", f"takes the place of {change.revises}"))
    if change.emergency and change.papers_due is None and change.phase in (*OPEN, Phase.ENDED):
        found.append(Text("darurat; suratnya sudah ada", "an emergency; its letter is here"))
    if change.extended_until:
        zone = one.request.zone
        found.append(
            Text(
                f"diperpanjang sampai {say_time(change.extended_until, zone, 'id')}",
                f"extended until {say_time(change.extended_until, zone, 'en')}",
            )
        )
    return tuple(found)
