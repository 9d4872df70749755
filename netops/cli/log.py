"""`netops log show|verify`."""

import click

from netops.cli.common import json_option, opened
from netops.cli.output import as_json, clean, result, say
from netops.core.text import Text, language


@click.group(help=Text("Catatan perubahan: lihat, verifikasi.", "The change log: show, verify.").to(language()))
def log() -> None:
    pass


@log.command(help=Text("Kejadian, terlama lebih dulu.", "Events, oldest first.").to(language()))
@click.argument("ref", metavar="[REQUEST]", required=False)
@json_option
@click.pass_context
def show(ctx: click.Context, ref: str | None, json_: bool) -> None:
    from netops import views

    with opened(ctx) as app:
        events = views.events(app, ref)
        if json_:
            as_json(list(events))
            return
        for recorded in events:
            event = recorded.event
            extra = " ".join(f"{key}={_brief(value)}" for key, value in event.data.items())
            place = f" {event.device}" if event.device else ""
            result(clean(f"{recorded.seq:5} {event.at:%Y-%m-%d %H:%M:%S}Z {event.change} {event.kind}{place} {extra}"))


def _brief(value: object) -> str:
    text = str(value)
    if text.startswith("sha256:"):
        return text[7:19]
    return text if len(text) <= 60 else text[:57] + "…"


@log.command(
    help=Text(
        "Hitung ulang seluruh catatan; sebut entri pertama yang rusak.",
        "Recompute the whole log; name the first bad entry.",
    ).to(language())
)
@json_option
@click.pass_context
def verify(ctx: click.Context, json_: bool) -> None:
    from netops import views

    with opened(ctx) as app:
        found = views.verify_log(app)
        if json_:
            as_json(found)
        say(
            Text(
                f"catatan utuh: {found.size} entri, akar {found.root}",
                f"the log is whole: {found.size} entries, root {found.root}",
            )
        )
