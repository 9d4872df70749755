"""`netops attach` and `netops missing`: signed papers and photos that come back, and what has not."""

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from netops.cli.common import json_option, opened, ref_argument
from netops.cli.output import as_json, clean, result, say
from netops.core.errors import InputError
from netops.core.text import Text, language

if TYPE_CHECKING:
    from netops.actions.attaching import Sort

_SORTS = ("bast", "foto", "disposisi", "surat", "formulir", "surat-pemberitahuan", "laporan-tindak-lanjut")


@click.command(
    help=Text(
        "Lampirkan berkas yang kembali: BAST bertanda tangan, foto, disposisi, surat. Pindaian BAST disertai --code.",
        "Attach what came back: the signed BAST, photos, disposition, letter. A scanned BAST needs its --code.",
    ).to(language())
)
@ref_argument
@click.option("--as", "sort", required=True, type=click.Choice(_SORTS))
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--code",
    default="",
    help=Text("kode 12 huruf di bawah QR pada BAST", "the 12-character code below the BAST's QR").to(language()),
)
@click.option(
    "--replace",
    default="",
    metavar="REASON",
    help=Text("gantikan yang lama, dengan alasan", "take the earlier one's place, with a reason").to(language()),
)
@click.option(
    "--remove",
    default="",
    metavar="DIGEST",
    help=Text("cabut lampiran (awal digestnya)", "take an attachment off (start of its digest)").to(language()),
)
@click.option("--reason", default="", help=Text("alasan pencabutan", "why it is taken off").to(language()))
@click.pass_context
def attach(
    ctx: click.Context, ref: str, sort: str, file: Path | None, code: str, replace: str, remove: str, reason: str
) -> None:
    from netops import actions

    kind = cast("Sort", sort)
    with opened(ctx) as app:
        if remove:
            gone = actions.withdraw(app, ref, kind, remove, reason=reason)
            say(Text(f"dicabut: {gone.name} (isinya tetap tersimpan)", f"taken off: {gone.name} (its body is kept)"))
            return
        if file is None:
            raise InputError(Text("sebut berkasnya", "name the file"), field="FILE")
        kept = actions.attach(app, ref, kind, file, code=code, replace=replace)
        result(kept.document)
        said = Text(
            f"terlampir pada {kept.change}: {sort}, {kept.type}", f"attached to {kept.change}: {sort}, {kept.type}"
        )
        if kept.cut:
            said = Text(
                f"{said.id}; {kept.cut} byte di belakang gambar tidak disimpan",
                f"{said.en}; {kept.cut} bytes behind the picture were not kept",
            )
        say(said)


@click.command(
    help=Text(
        "Yang belum kembali: dokumen, foto, langkah manual. Tanpa REQUEST: semua perubahan.",
        "What has not come back: papers, photos, manual steps. Without REQUEST: of all changes.",
    ).to(language())
)
@click.argument("ref", metavar="[REQUEST]", required=False)
@json_option
@click.pass_context
def missing(ctx: click.Context, ref: str | None, json_: bool) -> None:
    from netops import actions, views

    with opened(ctx) as app:
        if ref:
            change = views.state(app, ref)
            found = {change.id: actions.missing(change)}
        else:
            found = actions.all_missing(app)
        if json_:
            as_json({change: list(texts) for change, texts in found.items()})
            return
        lines = [f"{change}: {clean(text.to(app.lang))}" for change, texts in found.items() for text in texts]
        if lines:
            result("\n".join(lines))
        else:
            say(Text("tidak ada yang kurang", "nothing is missing"))
