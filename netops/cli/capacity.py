"""`netops capacity show`, `netops capacity adopt`: what is promised on each uplink, by which letter, and what is free."""

import shutil
import sys
from pathlib import Path

import click

from netops.cli.common import json_option, opened
from netops.cli.output import as_json, clean, result, say
from netops.core.text import Text, language


@click.group(
    help=Text(
        "Daftar ketersediaan bandwidth: kontrak tiap uplink, siapa memegang apa dengan surat mana, apa yang bebas.",
        "The list of available bandwidth: each uplink's contract, who holds what by which letter, what is free.",
    ).to(language())
)
def capacity() -> None:
    pass


@capacity.command(
    help=Text(
        "Tampilkan daftarnya: 30 hari ke depan, satu saat (--at), atau satu periode (--from, --to).",
        "Show the list: the next 30 days, one moment (--at), or a period (--from, --to).",
    ).to(language())
)
@click.option("--site", default="", metavar="SITE", help=Text("hanya lokasi ini", "this site only").to(language()))
@click.option("--at", default="", metavar="TIME", help=Text("pada saat ini saja", "at this moment").to(language()))
@click.option("--from", "first", default="", metavar="TIME", help=Text("sejak", "from").to(language()))
@click.option("--to", "last", default="", metavar="TIME", help=Text("sampai", "to").to(language()))
@click.option(
    "--picture",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help=Text("tulis juga gambarnya (.svg atau .png)", "write the picture too (.svg or .png)").to(language()),
)
@json_option
@click.pass_context
def show(ctx: click.Context, site: str, at: str, first: str, last: str, picture: Path | None, json_: bool) -> None:
    from netops.actions import allocating, availability_table

    with opened(ctx) as app:
        found = allocating.listing(app, site, first, last, at)
        if picture is not None:
            allocating.draw(app, found, picture)
            say(Text(f"gambar: {picture}", f"picture: {picture}"))
        if json_:
            as_json(found)
        else:
            # Into a file or another program nothing is cut.
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
            result(clean(availability_table.say_listing(found, app.lang, width)))
