"""`netops extend`, `emergency`, `settle`: a longer end, and what runs before its papers."""

import click

from netops.cli.common import opened, ref_argument
from netops.cli.output import say
from netops.core.text import Text, language


@click.command(
    help=Text(
        "Perpanjang kegiatan yang berjalan, sejauh disetujui; lebih lama dengan `approve --extension-until`.",
        "Extend a running event as far as it is approved; further with `approve --extension-until`.",
    ).to(language())
)
@ref_argument
@click.option(
    "--until", required=True, metavar="TIME", help=Text("waktu selesai yang baru", "the new end").to(language())
)
@click.option("--reason", default="", metavar="TEXT", help=Text("alasannya", "why").to(language()))
@click.pass_context
def extend(ctx: click.Context, ref: str, until: str, reason: str) -> None:
    from netops.actions.extending import extend as lengthen
    from netops.requests.common import say_time

    with opened(ctx) as app:
        done = lengthen(app, ref, until, reason)
        signed = (
            Text(" dengan persetujuan", " by approval")
            if done.signed
            else Text(" dalam toleransi yang disetujui", " within the approved tolerance")
        )
        say(
            Text(
                f"{done.change} diperpanjang{signed.id} sampai {say_time(done.until, done.zone, 'id')}",
                f"{done.change} is extended{signed.en} until {say_time(done.until, done.zone, 'en')}",
            )
        )


@click.command(
    help=Text(
        "Nyatakan darurat: dijalankan sebelum suratnya, dengan tanda tangan dua petugas.",
        "Declare an emergency: it runs before its papers, signed by two officers.",
    ).to(language())
)
@ref_argument
@click.option("--reason", required=True, metavar="TEXT", help=Text("mengapa darurat", "why it is one").to(language()))
@click.pass_context
def emergency(ctx: click.Context, ref: str, reason: str) -> None:
    from netops.actions import urgent
    from netops.filing import look
    from netops.requests.common import say_time

    with opened(ctx) as app:
        due = urgent.declare(app, ref, reason)
        filed = look(app, ref)
        officers = app.policy.emergency[filed.request.service].officers
        by = Text(say_time(due, filed.request.zone, "id"), say_time(due, filed.request.zone, "en"))
        say(
            Text(
                f"{filed.change} darurat: perlu tanda tangan {' dan '.join(officers)} "
                f"(`netops approve {filed.change} --emergency`); surat paling lambat {by.id}",
                f"{filed.change} is an emergency: {' and '.join(officers)} have to sign "
                f"(`netops approve {filed.change} --emergency`); papers by {by.en}",
            )
        )


@click.command(
    help=Text(
        "Surat sebuah keadaan darurat sudah ada: catat nomornya.", "The papers of an emergency came: record the number."
    ).to(language())
)
@ref_argument
@click.option(
    "--letter", required=True, metavar="NUMBER", help=Text("nomor surat", "the letter's number").to(language())
)
@click.option("--reason", default="", metavar="TEXT", help=Text("catatan", "note").to(language()))
@click.pass_context
def settle(ctx: click.Context, ref: str, letter: str, reason: str) -> None:
    from netops.actions import urgent

    with opened(ctx) as app:
        one = urgent.settle(app, ref, letter, reason).change
        say(Text(f"{one}: suratnya dicatat", f"{one}: its papers are recorded"))
