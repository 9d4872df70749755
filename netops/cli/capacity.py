"""`netops capacity show`, `netops capacity adopt`: what is promised on each uplink, by which letter, and what is free."""

import shutil
import sys
from pathlib import Path

import click

from netops.cli.common import json_option, opened
from netops.cli.output import as_json, clean, result, say
from netops.core.canonical import dump
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
@click.option(
    "--devices",
    is_flag=True,
    help=Text(
        "baca perangkat: antrean tanpa surat, surat tanpa antrean",
        "read the devices: queues without a letter, letters without a queue",
    ).to(language()),
)
@json_option
@click.pass_context
def show(
    ctx: click.Context, site: str, at: str, first: str, last: str, picture: Path | None, devices: bool, json_: bool
) -> None:
    from netops.actions import adopting, allocating, availability_table

    with opened(ctx) as app:
        found = allocating.listing(app, site, first, last, at)
        compared = adopting.compared(app, site) if devices else None
        if picture is not None:
            allocating.draw(app, found, picture)
            say(Text(f"gambar: {picture}", f"picture: {picture}"))
        if json_:
            as_json(found if compared is None else {**dump(found), "compared": dump(compared)})
        else:
            # Into a file or another program nothing is cut.
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 10_000
            result(clean(availability_table.say_listing(found, app.lang, width)))
            if compared is not None:
                result(clean("\n" + availability_table.say_compared(compared, app.lang, width)))


@capacity.command(
    help=Text(
        "Catat pembatas yang sudah ada: tanpa --file baca perangkat dan usulkan berkas untuk diisi (unit, surat); dengan "
        "--file catat isinya. Tidak mengubah apa pun di perangkat.",
        "Record limits that exist: without --file read devices and propose a file to fill in (unit, letter); with --file "
        "record what it says. Changes nothing on devices.",
    ).to(language())
)
@click.option(
    "--device",
    "devices",
    multiple=True,
    metavar="NAME",
    help=Text("hanya perangkat ini", "this device only").to(language()),
)
@click.option(
    "--file",
    "source",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path, allow_dash=True),
    help=Text("berkas yang sudah diisi (- dari stdin)", "the file filled in (- from stdin)").to(language()),
)
@click.pass_context
def adopt(ctx: click.Context, devices: tuple[str, ...], source: Path | None) -> None:
    from netops.actions import adopting

    if devices and source:
        raise click.UsageError(
            Text("--device atau --file, bukan keduanya", "--device or --file, not both").to(language())
        )
    with opened(ctx) as app:
        if source is not None:
            done = adopting.record(app, source)
            say(
                Text(
                    f"{done.new} alokasi dicatat, {done.same} sudah tercatat",
                    f"{done.new} allocations recorded, {done.same} were there already",
                )
            )
            for line in done.beyond:
                say(Text(f"! {line.id}", f"! {line.en}"))
            return
        made = adopting.propose(app, devices)
        result(clean(made.text.removesuffix("\n")))
        for name, error in made.unseen.items():
            click.echo(clean(f"! {name}: {error.describe(language())}"), err=True)
        say(Text(f"{made.rows} pembatas tanpa surat", f"{made.rows} limits without a letter"))
        if made.unseen:
            ctx.exit(1)
