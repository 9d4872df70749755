"""`netops return`, `postpone`, `reopen`, `cancel`, `revise`: what happens to a request besides being decided."""

import click

from netops.cli.common import opened, ref_argument
from netops.cli.output import say
from netops.core.text import Text, language

_reason = click.option(
    "--reason", required=True, metavar="TEXT", help=Text("alasannya, untuk catatan", "why, for the log").to(language())
)


@click.command(
    "return",
    help=Text(
        "Kembalikan permohonan untuk dilengkapi; bukan penolakan. Pemohon diberi tahu.",
        "Return a request to be completed; no rejection. The requester is told.",
    ).to(language()),
)
@ref_argument
@_reason
@click.pass_context
def return_(ctx: click.Context, ref: str, reason: str) -> None:
    from netops.actions import living

    with opened(ctx) as app:
        one = living.send_back(app, ref, reason).change
        say(
            Text(
                f"{one} dikembalikan untuk dilengkapi; lanjutkan dengan `netops revise {one} BERKAS`",
                f"{one} is returned to be completed; go on with `netops revise {one} FILE`",
            )
        )


@click.command(
    help=Text(
        "Tunda permohonan tanpa waktu baru; pemesanannya dilepas.",
        "Put a request off without a new date; what it reserved is free.",
    ).to(language())
)
@ref_argument
@_reason
@click.pass_context
def postpone(ctx: click.Context, ref: str, reason: str) -> None:
    from netops.actions import living

    with opened(ctx) as app:
        one = living.postpone(app, ref, reason).change
        say(
            Text(
                f"{one} ditunda; waktu baru dengan `netops revise {one} BERKAS`",
                f"{one} is postponed; a new date by `netops revise {one} FILE`",
            )
        )


@click.command(
    help=Text(
        "Lanjutkan permohonan yang dikembalikan atau ditunda, tanpa mengubahnya.",
        "Go on with a returned or postponed request as it is.",
    ).to(language())
)
@ref_argument
@_reason
@click.pass_context
def reopen(ctx: click.Context, ref: str, reason: str) -> None:
    from netops.actions import living

    with opened(ctx) as app:
        one = living.reopen(app, ref, reason).change
        say(Text(f"{one} dibuka lagi", f"{one} is open again"))


@click.command(
    help=Text(
        "Batalkan permohonan yang belum dijalankan; pemesanannya dilepas dan pemohon diberi tahu.",
        "Cancel a request that is not carried out; what it reserved is free, and the requester is told.",
    ).to(language())
)
@ref_argument
@_reason
@click.option(
    "--by",
    default="",
    metavar="REQUEST",
    help=Text("digantikan permohonan ini", "this request takes its place").to(language()),
)
@click.pass_context
def cancel(ctx: click.Context, ref: str, reason: str, by: str) -> None:
    from netops.actions import living

    with opened(ctx) as app:
        if by:
            one = living.supersede(app, ref, by, reason).change
            say(Text(f"{one} digantikan {by}", f"{one} is superseded by {by}"))
        else:
            one = living.cancel(app, ref, reason).change
            say(Text(f"{one} dibatalkan; pemesanannya dilepas", f"{one} is cancelled; its reservations are free"))


@click.command(
    help=Text(
        "Ganti permohonan dengan berkas yang diperbaiki: tiket sama, digest baru, persetujuan baru.",
        "Replace a request by a corrected file: same ticket, new digest, new approval.",
    ).to(language())
)
@ref_argument
@click.argument("file")
@_reason
@click.pass_context
def revise(ctx: click.Context, ref: str, file: str, reason: str) -> None:
    from netops.actions import living

    with opened(ctx) as app:
        new = living.revise(app, ref, file, reason)
        say(
            Text(
                f"digantikan oleh {new.change}; susun dan setujui lagi: `netops plan {new.change}`",
                f"replaced by {new.change}; plan and approve it anew: `netops plan {new.change}`",
            )
        )
