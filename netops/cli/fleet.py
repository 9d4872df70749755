"""`netops doctor`: what would stop a change, weeks ahead; writes nothing."""

import click

from netops.cli.common import json_option, opened
from netops.cli.output import EXIT_CHANGES, as_json, clean, result, say
from netops.core.text import Text, language


@click.command(
    help=Text(
        "Periksa tiap perangkat: versi, jam, pengaman, hak login. Sebut apa yang harus ditempel.",
        "Check each device: version, clock, guards, rights of the login. Says what to paste.",
    ).to(language())
)
@click.option("--limit", default="", help=Text("mis. role=gateway", "e.g. role=gateway").to(language()))
@json_option
@click.pass_context
def doctor(ctx: click.Context, limit: str, json_: bool) -> None:
    from netops import actions
    from netops.actions.examining import said, stops

    with opened(ctx) as app:
        found = actions.doctor(app, limit)
        if json_:
            as_json(found)
        else:
            result(clean(said(found, app.lang)))
        if stops(found):
            ctx.exit(EXIT_CHANGES)
        say(Text("tidak ada yang menghalangi perubahan", "nothing would stop a change"))
