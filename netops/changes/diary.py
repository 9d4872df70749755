"""What one person did in a span of time, in words for a logbook; refuses to tell what the log does not say."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from netops.core.model import Recorded
from netops.core.text import Text

WORDS = {
    "request.received": Text("menerima permohonan", "took in the request"),
    "request.returned": Text("mengembalikan permohonan untuk dilengkapi", "returned the request to be completed"),
    "request.revised": Text("menerima permohonan yang diperbaiki", "took in the corrected request"),
    "request.postponed": Text("menunda permohonan", "postponed the request"),
    "request.reopened": Text("melanjutkan permohonan", "went on with the request"),
    "request.cancelled": Text("membatalkan permohonan", "cancelled the request"),
    "emergency.declared": Text("menyatakan keadaan darurat", "declared an emergency"),
    "emergency.settled": Text("mencatat surat keadaan darurat", "recorded an emergency's letter"),
    "needs.recorded": Text("menetapkan kebutuhan teknis", "settled the technical needs"),
    "plan.recorded": Text("menyusun rencana", "made the plan"),
    "approval.received": Text("mencatat keputusan bertanda tangan", "recorded a signed decision"),
    "approval.refused": Text("menolak tanda tangan yang tidak sah", "refused a signature that does not hold"),
    "change.refused": Text("perintah ditolak sistem", "a command was refused"),
    "change.started": Text("mulai menjalankan perubahan", "began to carry the change out"),
    "change.active": Text("selesai memasang, terbukti berjalan", "installed and verified"),
    "change.restored": Text("gagal, semua perangkat dipulihkan", "failed, every device restored"),
    "change.quarantined": Text("perlu penanganan petugas", "needs a person"),
    "change.extended": Text("memperpanjang kegiatan", "extended the event"),
    "device.accepted": Text("menerima keadaan perangkat apa adanya", "accepted a device as it is"),
    "change.ending": Text("mulai mengakhiri layanan", "began to end the service"),
    "change.ended": Text("layanan berakhir, perangkat bersih", "service ended, devices clean"),
    "paper.written": Text("mencetak dokumen", "wrote a paper"),
    "paper.attached": Text("melampirkan dokumen", "attached a paper"),
    "paper.withdrawn": Text("mencabut lampiran", "took an attached paper off"),
    "manual.confirmed": Text("mengukuhkan langkah manual", "confirmed a manual step"),
    "manual.retracted": Text("membatalkan konfirmasi langkah manual", "took a confirmation back"),
    "step.reported": Text("melaporkan langkah SOP", "reported a step of the SOP"),
    "clock.paused": Text("menjeda waktu SOP", "paused the SOP's clock"),
    "clock.resumed": Text("melanjutkan waktu SOP", "let the SOP's clock go on"),
    "vouchers.printed": Text("mencetak voucher", "printed vouchers"),
    "vouchers.revoked": Text("mencabut voucher", "revoked vouchers"),
    "vouchers.exported": Text("mengekspor voucher", "exported vouchers"),
    "vouchers.imported": Text("mengimpor voucher", "imported vouchers"),
    "vouchers.reconciled": Text("mencocokkan voucher dengan perangkat", "compared vouchers with the devices"),
    "data.erased": Text("menghapus data pribadi", "erased personal data"),
    "mail.sent": Text("surel terkirim kepada pemohon", "a mail went to the requester"),
    "mail.failed": Text("surel belum terkirim", "a mail was not sent"),
}
"""Kinds of events that a logbook tells of; the others are steps inside these."""


class Deed(Struct, frozen=True, kw_only=True):
    """One line of the logbook; `detail` is the event's own word, such as a paper's name or a refusal's sentence."""

    at: datetime
    change: str
    what: Text
    detail: Text


def diary(events: Iterable[Recorded], actor: str, since: datetime, until: datetime) -> tuple[Deed, ...]:
    """What `actor` did from `since` (included) to `until` (not included), oldest first."""
    return tuple(
        Deed(at=event.at, change=event.change, what=WORDS[event.kind], detail=_detail(event.data))
        for event in (recorded.event for recorded in events)
        if event.actor == actor and since <= event.at < until and event.kind in WORDS
    )


def _detail(data: object) -> Text:
    """The first short word of an event that says which: the paper, the decision's role, the numbers, the reason."""
    if not isinstance(data, dict):
        return Text("", "")
    said = data.get("message_id") or data.get("message")
    if isinstance(said, str) and said:
        return Text(said, str(data.get("message", said)))
    found = (data.get(name) for name in ("numbers", "paper", "as", "role", "step", "file", "ticket", "until", "reason"))
    word = next((str(one) for one in found if isinstance(one, str | int) and one), "")
    return Text(word, word)
