"""`netops mail list|send` and `netops message`: the queue of mails, and a text ready to paste."""

import click

from netops.cli.common import json_option, opened, ref_argument
from netops.cli.output import EXIT_CHANGES, as_json, clean, result, say, table
from netops.core.text import Text, language
from netops.settings import MAILS


@click.group(
    help=Text("Antrean surel kepada pemohon: lihat, kirim.", "Mails to requesters: list, send.").to(language())
)
def mail() -> None:
    pass


@mail.command(name="list", help=Text("Semua surel dan nasibnya.", "Every mail and what became of it.").to(language()))
@json_option
@click.pass_context
def list_(ctx: click.Context, json_: bool) -> None:
    from netops.actions import mailing

    with opened(ctx) as app:
        mails = mailing.queue(app)
        if json_:
            as_json(mails)
            return
        head = Text("PERUBAHAN|SUREL|DIMINTA|PERCOBAAN|KEADAAN", "CHANGE|MAIL|QUEUED|TRIES|STATE")
        words = {
            "sent": Text("terkirim", "sent"),
            "waiting": Text("menunggu", "waiting"),
            "over": Text("tidak terkirim", "given up"),
        }
        rows = []
        for one in mails:
            word = words["sent" if one.sent_at else "waiting" if one.waiting else "over"].to(app.lang)
            state = f"{word}: {one.trouble}" if one.trouble and not one.sent_at else word
            rows.append((one.change, one.kind, f"{one.queued_at:%Y-%m-%d %H:%M}Z", str(one.attempts), clean(state)))
        result(table(tuple(head.to(app.lang).split("|")), rows))


@mail.command(
    help=Text(
        "Kirim yang sudah waktunya dicoba. Keluar 3 bila masih ada yang menunggu.",
        "Send what is due. Exits with 3 where mails still wait.",
    ).to(language())
)
@json_option
@click.pass_context
def send(ctx: click.Context, json_: bool) -> None:
    from netops.actions import mailing

    with opened(ctx) as app:
        done = mailing.deliver(app)
        if json_:
            as_json(done)
        say(
            Text(
                f"{done.sent} terkirim, {done.failed} gagal, {done.waiting} menunggu",
                f"{done.sent} sent, {done.failed} failed, {done.waiting} waiting",
            )
        )
        ctx.exit(EXIT_CHANGES if done.waiting else 0)


@click.command(
    help=Text(
        "Pesan untuk pemohon, siap ditempel ke WhatsApp atau surel. Tidak mengirim apa pun.",
        "A message for the requester, ready to paste. Sends nothing.",
    ).to(language())
)
@ref_argument
@click.option(
    "--kind",
    type=click.Choice(MAILS),
    default="ready",
    show_default=True,
    help=Text("tentang apa", "what about").to(language()),
)
@click.option(
    "--reason", default="", help=Text("alasan, untuk teks yang menyebutnya", "for texts that give one").to(language())
)
@click.pass_context
def message(ctx: click.Context, ref: str, kind: str, reason: str) -> None:
    from netops.actions import mailing
    from netops.filing import look

    with opened(ctx) as app:
        letter = mailing.message(app, look(app, ref), kind, app.lang, reason=reason)
        result(clean(f"{letter.subject}\n\n{letter.body}"))
