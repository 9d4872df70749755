"""The published log's head on a paper: short code, one sentence, the whole text in an annex. Invents none where there is none."""

from typing import Any

from msgspec import Struct

from netops.core.text import Lang, Text

Json = dict[str, Any]


class Seal(Struct, frozen=True, kw_only=True):
    """The last checkpoint that was published when the paper was made: `text` is all of it, signatures too.

    `size` 0: the log was never published. `entry` is the last entry that the paper rests on.
    """

    size: int = 0
    short: str = ""
    text: str = ""
    entry: int = -1


_NONE = Text(
    "Catatan perubahan belum diterbitkan, jadi belum ada checkpoint.",
    "The change log has not been published, so there is no checkpoint yet.",
)
_TITLE = Text("LAMPIRAN BUKTI", "ANNEX: EVIDENCE")
_HOW = Text(
    "Di bawah ini teks lengkap checkpoint yang terakhir diterbitkan (C2SP tlog-checkpoint, signed note, Ed25519): nama "
    "catatan, jumlah entri, akar pohon, tanda tangan. Bandingkan kode dua belas huruf itu dengan checkpoint yang disimpan "
    "auditor; berbeda untuk jumlah entri yang sama berarti catatan ditulis ulang.",
    "Below is the whole text of the checkpoint published last (C2SP tlog-checkpoint, signed note, Ed25519): the log's "
    "name, the number of entries, the root of the tree, the signature. Compare the twelve-letter code with the checkpoint "
    "that the auditor keeps: another code for the same number of entries means that the log was rewritten.",
)


def sentence(seal: Seal, lang: Lang) -> str:
    """One sentence: which head of the log covers what this paper rests on, or that none does."""
    if not seal.size:
        return _NONE.to(lang)
    if seal.entry < seal.size:
        return Text(
            f"Entri sampai nomor {seal.entry} tercakup checkpoint {seal.short} ({seal.size} entri).",
            f"Entries up to number {seal.entry} are under checkpoint {seal.short} ({seal.size} entries).",
        ).to(lang)
    return Text(
        f"Entri {seal.entry} belum tercakup checkpoint terakhir {seal.short} ({seal.size} entri).",
        f"Entry {seal.entry} is not yet under the last checkpoint {seal.short} ({seal.size} entries).",
    ).to(lang)


def sealed(page: Json, seal: Seal | None, lang: Lang) -> Json:
    """The page with that sentence by its code, and the annex where there is a checkpoint."""
    if seal is None:
        return page
    told = {**page, "check": f"{page['check']} {sentence(seal, lang)}"}
    if seal.size:
        lines = [line or "\u00a0" for line in seal.text.rstrip("\n").split("\n")]
        how = [sentence(seal, lang), _HOW.to(lang)]
        told["seal"] = {"title": _TITLE.to(lang), "code": seal.short, "text": how, "lines": lines}
    return told


def with_code(qr_text: str, seal: Seal | None) -> str:
    """What the QR holds, and behind it the head's size and short code."""
    return f"{qr_text} {seal.size} {seal.short}" if seal is not None and seal.size else qr_text
