"""The yearly register of changes (Register Perubahan) as rows of a spreadsheet; personal names of requesters stay out of it."""

from collections.abc import Mapping, Sequence

from netops.core.text import Lang, Text
from netops.papers.audit import Audited, labels
from netops.papers.office import Office
from netops.papers.sheet_xlsx import Cell, workbook
from netops.papers.words import say_brief

_HEAD: tuple[tuple[Text, int], ...] = (
    (Text("No.", "No."), 4),
    (Text("Nomor perubahan", "Change"), 15),
    (Text("Tiket", "Ticket"), 12),
    (Text("Layanan", "Service"), 11),
    (Text("Unit pemohon", "Requesting unit"), 16),
    (Text("Perihal", "Subject"), 17),
    (Text("Surat", "Letter"), 15),
    (Text("Diterima", "Received"), 11),
    (Text("Disetujui", "Approved"), 18),
    (Text("Dijalankan", "Carried out"), 11),
    (Text("Pelaksana", "Executor"), 12),
    (Text("Berakhir", "Ended"), 11),
    (Text("Perangkat", "Devices"), 13),
    (Text("Kelompok operasi", "Operation groups"), 10),
    (Text("Pengecualian", "Exceptions"), 14),
    (Text("Dokumen belum ada", "Papers missing"), 15),
    (Text("Keadaan", "State"), 11),
    (Text("Entri catatan", "Log entries"), 9),
)


def register_sheet(
    changes: Sequence[Audited], letters: Mapping[str, str], office: Office, year: int, lang: Lang
) -> bytes:
    """One row for each change, in the order of receipt."""
    title = Text(f"REGISTER PERUBAHAN JARINGAN TAHUN {year}", f"REGISTER OF NETWORK CHANGES {year}").to(lang)
    head, widths = [word.to(lang) for word, _ in _HEAD], [width for _, width in _HEAD]
    rows = [_row(n, one, letters[one.account.change], office, lang) for n, one in enumerate(changes, 1)]
    return workbook(f"Register {year}", f"{title} – {office.unit}", head, widths, rows, author=office.unit)


def _row(number: int, one: Audited, letter: str, office: Office, lang: Lang) -> tuple[Cell, ...]:
    told, t, zone = one.account, labels(lang), office.timezone
    approved = [f"{done.role}: {done.approver}" for done in told.decisions if done.decision == "approve"]
    odd = dict.fromkeys(t[f"exc_{found.what}"] for found in (*one.odd, *(found for _, found in one.late)))
    moments = [
        say_brief(entry.at.astimezone(zone), lang) if entry else ""
        for entry in (told.received, told.runs[-1].entry if told.runs else None, told.ended)
    ]
    return (
        number,
        told.change,
        told.ticket,
        told.service,
        one.unit,
        one.title,
        letter,
        moments[0],
        "; ".join(dict.fromkeys(approved)),
        moments[1],
        told.runs[-1].entry.actor if told.runs else "",
        moments[2],
        ", ".join(sorted({group.device for group in told.groups})),
        len(told.groups),
        "; ".join(odd),
        "; ".join(line.to(lang) for line in one.missing),
        one.state.to(lang),
        f"{told.first.seq}–{told.last.seq}" if told.first and told.last else "",
    )
