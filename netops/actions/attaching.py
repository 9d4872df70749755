"""Signed papers and photos come back: checked by content, kept, recorded. Refuses what is no such file, and another change's BAST.

What can honestly be known of a signed BAST: a file with the bytes of another change's paper or attachment is that one's; our own
unsigned print is not signed; a PDF that still carries our mark says itself which change it is for. A scan says nothing: there
the officer reads the short code off the paper, and it must be that of a BAST written for this change. Nobody reads the
picture: that the paper is signed, and that its code is the one typed in, is the officer's word.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from netops.actions.common import change_of, one_line, recorded_refusal
from netops.app import App
from netops.changes.demands import Attached
from netops.changes.lifecycle import Change, Phase, fold_all
from netops.core.errors import InputError, Refused
from netops.core.model import Event
from netops.core.text import Text
from netops.filing import look, record

if TYPE_CHECKING:
    from netops.papers.received import Kind, Received

Sort = Literal["bast", "foto", "disposisi", "surat", "formulir", "surat-pemberitahuan", "laporan-tindak-lanjut"]
SORTS: Mapping[Sort, Text] = {
    "bast": Text("BAST bertanda tangan", "signed BAST"),
    "foto": Text("foto pemasangan", "photo of the installation"),
    "disposisi": Text("lembar disposisi", "disposition sheet"),
    "surat": Text("surat", "letter"),
    "formulir": Text("formulir penambahan bandwidth bertanda tangan", "signed form of the bandwidth change"),
    "surat-pemberitahuan": Text("surat pemberitahuan kepada pemohon", "notice to the requester"),
    "laporan-tindak-lanjut": Text(
        "laporan hasil tindak lanjut alokasi bandwidth, bertanda tangan", "signed follow-up report on the allocation"
    ),
}
_SINGLE = ("bast",)
"""Of these a change has one; another takes its place, with a reason."""


class Kept(Struct, frozen=True, kw_only=True):
    """What was recorded: the file as it is kept, and how many bytes behind a picture's end were cut off."""

    change: str
    sort: Sort
    document: str
    type: str
    size: int
    cut: int


def attach(app: App, ref: str, sort: Sort, path: Path, *, code: str = "", replace: str = "") -> Kept:
    """Check, keep and record a file of a change. `replace` is the reason why it takes the place of an earlier one.

    Raises `InputError` for a file that is not what it should be, `Refused` (recorded) for one that belongs elsewhere.
    """
    from netops.papers.received import receive

    allowed: tuple[Kind, ...] = ("jpeg", "png") if sort == "foto" else ("pdf", "jpeg", "png")
    why = one_line(replace, "replace") if replace else ""
    found = receive(path, allowed, app.office.attachment_limit_mb * 1_000_000)
    change = change_of(app, look(app, ref))
    with recorded_refusal(app, change.id):
        earlier = tuple(one for one in change.demands.attached if one.kind == sort)
        document = app.objects.put(found.data)
        _refuse_twice(change, sort, earlier, document, replace)
        printed = ""
        if sort == "bast":
            _refuse_unhanded(change)
            printed = _bast_code(app, change, found, document, code)
        record(
            app,
            "paper.attached",
            change.id,
            **{"as": sort},
            document=document,
            type=found.type,
            size=len(found.data),
            name=found.name,
            cut=found.cut,
            code=printed,
            replaces=[one.document for one in earlier] if replace else [],
            reason=why,
        )
    return Kept(change=change.id, sort=sort, document=document, type=found.type, size=len(found.data), cut=found.cut)


def withdraw(app: App, ref: str, sort: Sort, document: str, *, reason: str) -> Attached:
    """Take an attachment off a change: it no longer counts; its body and both events stay. `document`: the first 8 hex
    digits of its digest, or more. Raises `Refused` where no such file is attached."""
    change = change_of(app, look(app, ref))
    wanted = document.removeprefix("sha256:").lower()
    same = [
        one
        for one in change.demands.attached
        if one.kind == sort and len(wanted) >= 8 and one.document.removeprefix("sha256:").startswith(wanted)
    ]
    if len(same) != 1:
        listed = ", ".join(f"{one.document[7:19]} ({one.name})" for one in change.demands.attached if one.kind == sort)
        raise Refused(
            Text(f"{change.id}: tidak ada {sort} {document!r}", f"{change.id}: there is no {sort} {document!r}"),
            Text(f"yang terlampir: {listed or 'tidak ada'}", f"attached: {listed or 'none'}"),
        )
    why = one_line(reason, "reason")
    record(app, "paper.withdrawn", change.id, **{"as": sort}, document=same[0].document, reason=why)
    return same[0]


def missing(change: Change) -> tuple[Text, ...]:
    """What a change still lacks before it is finished, for people; () when nothing."""
    steps = tuple(
        Text(f"langkah manual {step.id}: {step.title.id}", f"manual step {step.id}: {step.title.en}")
        for step in change.demands.open_steps
    )
    return steps + tuple(SORTS[kind] for kind in SORTS if kind in change.demands.open_papers)


def all_missing(app: App) -> dict[str, tuple[Text, ...]]:
    """What is missing of every change that ran and was not taken back, by its id; changes that lack nothing are left out."""
    changes = fold_all(app.journal.read()).values()
    ran = [change for change in changes if change.running_plan and change.phase is not Phase.RESTORED]
    return {change.id: missing(change) for change in ran if missing(change)}


def _refuse_twice(change: Change, sort: Sort, earlier: tuple[Attached, ...], document: str, replace: str) -> None:
    if any(one.document == document for one in earlier):
        raise Refused(
            Text(f"berkas itu sudah terlampir sebagai {sort}", f"that very file is attached as {sort} already")
        )
    if earlier and sort in _SINGLE and not replace:
        name = earlier[0].name
        raise Refused(
            Text(f"{change.id} sudah memiliki {sort}: {name}", f"{change.id} has a {sort} already: {name}"),
            Text('ganti dengan --replace "alasan"', 'take its place with --replace "reason"'),
        )
    if replace and not earlier:
        raise Refused(Text(f"belum ada {sort} yang diganti", f"there is no {sort} to take the place of"))


def _refuse_unhanded(change: Change) -> None:
    if not change.running_plan:
        raise Refused(
            Text(f"{change.id} belum pernah dijalankan", f"{change.id} was never applied"),
            Text("BAST baru ada sesudah serah terima", "there is no BAST before the handover"),
        )


def _bast_code(app: App, change: Change, found: "Received", document: str, given: str) -> str:
    """The short code of the BAST that this file is. Raises `Refused` where it is another change's, or nothing says whose."""
    from netops.papers.received import marks

    events = [recorded.event for recorded in app.journal.read()]
    for event in events:
        _refuse_known(event, change, document)
    own = dict.fromkeys(_codes(events, change.id))
    if not own:
        raise Refused(
            Text(f"belum ada BAST yang ditulis untuk {change.id}", f"no BAST was written for {change.id} yet"),
            Text(f"tulis dahulu: netops report {change.id}", f"write it first: netops report {change.id}"),
        )
    marked = [mark for mark in marks(found.data) if mark.paper == "bast"] if found.type == "pdf" else []
    for mark in marked:
        if mark.change != change.id:
            raise _other(change, mark.change)
    said = _plain(marked[0].code) if marked else _plain(given)
    if not said:
        raise InputError(
            Text("pindaian tidak menyebut perubahannya", "a scan does not say which change it is for"),
            Text(
                "baca kode 12 huruf di bawah QR pada kertas itu, lalu sertakan --code XXXX-XXXX-XXXX",
                "read the 12-character code below the QR on that paper, and give it as --code XXXX-XXXX-XXXX",
            ),
            field="code",
        )
    if said not in own or (given and _plain(given) != said):
        other = next((event.change for event in events if said in _codes((event,), event.change)), "")
        if other and other != change.id:
            raise _other(change, other)
        raise Refused(
            Text(
                f"kode {given or said} bukan kode BAST yang ditulis untuk {change.id}",
                f"the code {given or said} is not that of a BAST written for {change.id}",
            ),
            Text(
                f"periksa kode pada kertas itu; yang tercatat: netops log show {change.id}",
                f"check the code on the paper; what is recorded: netops log show {change.id}",
            ),
        )
    return said


def _codes(events: "list[Event] | tuple[Event, ...]", change: str) -> Iterator[str]:
    for event in events:
        if event.kind == "paper.written" and event.change == change and event.data.get("paper") == "bast":
            yield _plain(str(event.data.get("code", "")))


def _refuse_known(event: Event, change: Change, document: str) -> None:
    """The same bytes elsewhere: another change's, or our own print that nobody has signed."""
    if event.data.get("document") != document or event.kind not in ("paper.written", "paper.attached"):
        return
    if event.change != change.id:
        raise _other(change, event.change)
    if event.kind == "paper.written":
        raise Refused(
            Text(
                "ini cetakan kita sendiri, belum ditandatangani siapa pun",
                "this is our own print, which nobody has signed",
            ),
            Text("lampirkan pindaian yang sudah ditandatangani", "attach the scan of the signed paper"),
        )


def _other(change: Change, other: str) -> Refused:
    return Refused(
        Text(f"BAST itu milik {other}, bukan {change.id}", f"that BAST is {other}'s, not {change.id}'s"),
        Text(
            f"lampirkan dengan: netops attach {other} --as bast …", f"attach it with: netops attach {other} --as bast …"
        ),
    )


def _plain(code: str) -> str:
    return code.replace("-", "").replace(" ", "").upper()
