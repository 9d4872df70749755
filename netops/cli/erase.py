"""`netops erase`."""

import click

from netops.cli.common import opened, ref_argument
from netops.cli.output import say
from netops.core.text import Text, language


@click.command(
    help=Text(
        "Hapus data pribadi sebuah perubahan sesudah masa simpannya; catatan tetap dapat diverifikasi.",
        "Erase a change's personal data after the time it is to be kept; the log still verifies.",
    ).to(language())
)
@ref_argument
@click.option(
    "--reason", required=True, metavar="TEXT", help=Text("alasannya, untuk catatan", "why, for the log").to(language())
)
@click.pass_context
def erase(ctx: click.Context, ref: str, reason: str) -> None:
    from netops.actions import erasing

    with opened(ctx) as app:
        done = erasing.erase(app, ref, reason)
        say(
            Text(
                f"{done.change}: {done.count} isi dengan data pribadi dihapus",
                f"{done.change}: {done.count} bodies with personal data erased",
            )
        )
        for digest in done.kept:
            say(Text(f"tetap ada, dipakai perubahan lain: {digest}", f"kept, another change needs it: {digest}"))
