"""`netops calibrate`: which of a router's queue counters over SNMP is upload."""

import click

from netops.cli.common import json_option, opened
from netops.cli.output import as_json, clean, say
from netops.core.text import Text, language


@click.command(
    help=Text(
        "Tentukan penghitung SNMP mana yang unggah, dari antrean tiap router; dicatat di log.",
        "Find out which SNMP counter is upload, from each router's queues; kept in the log.",
    ).to(language())
)
@click.argument("devices", nargs=-1)
@json_option
@click.pass_context
def calibrate(ctx: click.Context, devices: tuple[str, ...], json_: bool) -> None:
    from netops.actions import calibrating
    from netops.core.errors import NetopsError

    with opened(ctx) as app:
        found, failed = {}, False
        for name in calibrating.routers(app, devices):
            try:
                found[name] = calibrating.calibrate(app, name)
            except NetopsError as error:
                if devices:
                    raise
                failed = True
                say(Text(clean(error.describe("id")), clean(error.describe("en"))))
        if json_:
            as_json(found)
        for name, one in found.items():
            words = {"in": Text("In = unggah", "In is upload"), "out": Text("Out = unggah", "Out is upload")}
            assert one.verdict.up is not None
            word, count = words[one.verdict.up], len(one.verdict.for_in) + len(one.verdict.for_out)
            say(Text(f"{name}: {word.id}, menurut {count} antrean", f"{name}: {word.en}, by {count} queues"))
        if failed and not found:
            ctx.exit(1)
