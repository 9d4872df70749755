"""The approval sheet: what an electronic signature is put under, with the digest of its statement. Adds no fact of its own."""

from collections.abc import Sequence
from datetime import datetime

from netops.core.text import Lang, Text
from netops.papers import sheet
from netops.papers.facts import Party, short_code
from netops.papers.office import Office
from netops.papers.sheet import Json

_TITLE = Text("LEMBAR PERSETUJUAN", "APPROVAL SHEET")
_SUB = Text("untuk ditandatangani secara elektronik", "to be signed electronically")
_ASKED = Text("Permohonan", "Request")
_CHANGES = Text("Yang berubah pada perangkat", "What changes on devices")
_SAID = Text("Pernyataan", "Statement")
_HOW = Text(
    "Tanda tangan elektronik pada berkas ini berarti pernyataan di atas, dengan sidik SHA-256 yang tercetak. Tanda tangani "
    "berkas ini apa adanya; berkas yang dicetak, dipindai atau disimpan ulang tidak diterima.",
    "An electronic signature on this file means the statement above, with the SHA-256 digest printed here. Sign this very "
    "file; one that was printed, scanned or saved anew is not accepted.",
)
_CHECK = Text("Periksa: netops log show {change}", "Check: netops log show {change}")


def approval_page(
    *,
    change: str,
    asked: Sequence[tuple[str, str]],
    changes: Sequence[str],
    said: Sequence[tuple[str, str]],
    statement: str,
    mark: str,
    signs: Party,
    office: Office,
    lang: Lang,
    at: datetime,
    lab: bool,
) -> Json:
    """Every word of the sheet. `statement` is its digest, `mark` what the file's metadata says of it."""
    title = _TITLE.to(lang)
    code = short_code("approval", {"change": change, "statement": statement, "office": office})
    page = sheet.sheet(
        office=office,
        lang=lang,
        lab=lab,
        paper="approval",
        change=change,
        code=code,
        day=at.astimezone(office.timezone).date(),
        title=(title, _SUB.to(lang)),
        blocks=[
            sheet.heading(_ASKED.to(lang)),
            sheet.pairs(list(asked)),
            sheet.heading(_CHANGES.to(lang)),
            sheet.listing(list(changes)),
            sheet.heading(_SAID.to(lang)),
            sheet.pairs([*said, ("SHA-256", statement.removeprefix("sha256:"))]),
            sheet.paragraph(_HOW.to(lang)),
        ],
        signatures=((signs.title, signs),),
        words={"document_title": f"{title} {{change}}", "check_sentence": _CHECK.to(lang)},
    )
    return page | {"mark": [*page["mark"], mark]}
