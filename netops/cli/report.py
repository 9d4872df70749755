"""`netops report`."""

from pathlib import Path

import click

from netops.cli.common import opened, ref_argument
from netops.cli.output import result
from netops.core.text import Text, language


@click.command(
    help=Text(
        "Tulis dokumen: BAST, daftar periksa atau daftar kebutuhan teknis, sebagai PDF atau HTML.",
        "Write a paper: the handover paper (BAST), the checklist or the list of technical needs, as PDF or HTML.",
    ).to(language())
)
@ref_argument
@click.option(
    "--lang", type=click.Choice(["id", "en"]), default=None, help=Text("bahasa dokumen", "language").to(language())
)
@click.option(
    "--paper",
    type=click.Choice(["bast", "checklist", "needs"]),
    default="bast",
    help=Text("dokumen", "paper").to(language()),
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["pdf", "html"]),
    default="pdf",
    help=Text("bentuk berkas", "kind of file").to(language()),
)
@click.option(
    "--nomor",
    default="",
    help=Text("nomor surat (tidak pernah dikarang)", "letter number (never invented)").to(language()),
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=None, help=Text("berkas tujuan", "target file").to(language())
)
@click.pass_context
def report(ctx: click.Context, ref: str, lang: str | None, paper: str, form: str, nomor: str, out: Path | None) -> None:
    from netops import actions

    with opened(ctx) as app:
        path = actions.report(
            app,
            ref,
            lang="en" if lang == "en" else "id" if lang else app.lang,
            number=nomor,
            out=out,
            paper=paper,
            form="html" if form == "html" else "pdf",
        )
        result(str(path))
