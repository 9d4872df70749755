"""`netops checklist` and `netops confirm`: manual steps, and who did them."""

from pathlib import Path

import click

from netops.cli.common import json_option, opened, ref_argument
from netops.cli.output import as_json, clean, result, say, table
from netops.core.text import Text, language


@click.command(
    help=Text(
        "Langkah manual sebuah perubahan: apa, kapan, oleh siapa, sudah atau belum.",
        "A change's manual steps: what, when, by whom, done or not. On paper: `netops report REQUEST --paper checklist`.",
    ).to(language())
)
@ref_argument
@json_option
@click.pass_context
def checklist(ctx: click.Context, ref: str, json_: bool) -> None:
    from netops import actions

    with opened(ctx) as app:
        items = actions.checklist(app, ref)
        if json_:
            as_json(items)
            return
        if not items:
            say(Text("tidak ada langkah manual", "there are no manual steps"))
            return
        rows = []
        for number, item in enumerate(items, 1):
            box = "[x]" if item.done else "[!]" if item.step.needed else "[ ]"
            work = f"{item.step.title.to(app.lang)} ({item.when})"
            rows.append((box, str(number), item.step.id, clean(item.told), clean(work)))
        head = Text("|NO|LANGKAH|DIKONFIRMASI|PEKERJAAN", "|NO|STEP|CONFIRMED|WORK").to(app.lang).split("|")
        result(table(tuple(head), rows))


@click.command(
    help=Text(
        "Konfirmasi satu langkah manual atas nama petugas, dengan waktu dan foto; --undo membatalkannya.",
        "Confirm a manual step in an officer's name, with time and photo; --undo takes it back.",
    ).to(language())
)
@ref_argument
@click.argument("step")
@click.option(
    "--by", default="", help=Text("nama petugas yang mengerjakan", "name of the officer who did it").to(language())
)
@click.option(
    "--photo",
    type=click.Path(path_type=Path),
    default=None,
    help=Text("foto (JPEG, PNG)", "photo (JPEG, PNG)").to(language()),
)
@click.option("--at", default="", help=Text("kapan (bawaan: sekarang)", "when (default: now)").to(language()))
@click.option(
    "--note", default="", help=Text("hasil, mis. laju terukur", "result, such as a measured rate").to(language())
)
@click.option("--undo", is_flag=True, help=Text("batalkan konfirmasi", "take the confirmation back").to(language()))
@click.option("--reason", default="", help=Text("alasan pembatalan", "why it is taken back").to(language()))
@click.pass_context
def confirm(
    ctx: click.Context, ref: str, step: str, by: str, photo: Path | None, at: str, note: str, undo: bool, reason: str
) -> None:
    from netops import actions

    with opened(ctx) as app:
        if undo:
            found = actions.retract(app, ref, step, reason=reason)
            say(Text(f"konfirmasi {found.id} dibatalkan", f"the confirmation of {found.id} was taken back"))
            return
        found = actions.confirm(app, ref, step, by=by, photo=photo, at=at, note=note)
        say(Text(f"dikonfirmasi: {found.title.id}", f"confirmed: {found.title.en}"))
