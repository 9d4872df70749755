"""What one person did in a span of time, in words for a logbook; refuses to tell what the log does not say."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from netops.core.model import Recorded
from netops.core.text import Text

WORDS = {
    "request.received": Text("menerima permohonan", "took in the request"),
    "needs.recorded": Text("menetapkan kebutuhan teknis", "settled the technical needs"),
    "plan.recorded": Text("menyusun rencana", "made the plan"),
    "approval.received": Text("mencatat keputusan bertanda tangan", "recorded a signed decision"),
    "approval.refused": Text("menolak tanda tangan yang tidak sah", "refused a signature that does not hold"),
    "change.refused": Text("perintah ditolak sistem", "a command was refused"),
    "change.started": Text("mulai menjalankan perubahan", "began to carry the change out"),
    "change.active": Text("selesai memasang, terbukti berjalan", "installed and verified"),
    "change.restored": Text("gagal, semua perangkat dipulihkan", "failed, every device restored"),
    "change.quarantined": Text("perlu penanganan petugas", "needs a person"),
    "change.ending": Text("mulai mengakhiri layanan", "began to end the service"),
    "change.ended": Text("layanan berakhir, perangkat bersih", "service ended, devices clean"),
    "paper.written": Text("mencetak dokumen", "wrote a paper"),
    "paper.attached": Text("melampirkan dokumen", "attached a paper"),
    "manual.confirmed": Text("mengukuhkan langkah manual", "confirmed a manual step"),
    "vouchers.printed": Text("mencetak voucher", "printed vouchers"),
    "vouchers.revoked": Text("mencabut voucher", "revoked vouchers"),
    "mail.sent": Text("surel terkirim kepada pemohon", "a mail went to the requester"),
    "mail.failed": Text("surel belum terkirim", "a mail was not sent"),
}
"""Kinds of events that a logbook tells of; the others are steps inside these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One line of the logbook; `detail` is the event's own word, such as a paper's name."""

    at: datetime
    change: str
    what: Text
    detail: str


def diary(events: Iterable[Recorded], actor: str, since: datetime, until: datetime) -> tuple[Deed, ...]:
    """What `actor` did from `since` (included) to `until` (not included), oldest first."""
    return tuple(
        Deed(at=event.at, change=event.change, what=WORDS[event.kind], detail=_detail(event.data))
        for event in (recorded.event for recorded in events)
        if event.actor == actor and since <= event.at < until and event.kind in WORDS
    )


def _detail(data: object) -> str:
    """The first short word of an event that says which: the paper, the decision's role, the reason."""
    if not isinstance(data, dict):
        return ""
    found = (data.get(name) for name in ("paper", "role", "step", "message", "file", "ticket"))
    return next((word for word in found if isinstance(word, str) and word), "")
