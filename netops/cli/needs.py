"""`netops needs`: an event's technical needs: show, edit, history, summary, paper."""

from pathlib import Path

import click

from netops.cli.common import json_option, opened, ref_argument
from netops.cli.output import as_json, clean, result, say
from netops.core.text import Text, language


@click.command(
    help=Text(
        "Kebutuhan teknis sebuah kegiatan: tampilkan, ubah (--set), riwayat, ringkasan untuk kepala, dokumen.",
        "An event's technical needs: show, edit (--set), history, summary for a head, paper.",
    ).to(language())
)
@ref_argument
@click.option(
    "--set",
    "wishes",
    metavar="FIELD=VALUE",
    multiple=True,
    help=Text("ubah satu isian, seperti vlan=215 (boleh diulang)", "edit a field, such as vlan=215 (repeatable)").to(
        language()
    ),
)
@click.option(
    "--edit",
    "file",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help=Text("ubah isian menurut berkas YAML", "edit the fields that a YAML file gives").to(language()),
)
@click.option(
    "--reset", is_flag=True, help=Text("kembali ke usulan perencana", "leave them to the planner again").to(language())
)
@click.option("--history", is_flag=True, help=Text("siapa mengubah apa, kapan", "who edited what, when").to(language()))
@click.option(
    "--summary",
    is_flag=True,
    help=Text("ringkasan tanpa istilah teknis", "a summary without technical words").to(language()),
)
@click.option(
    "--paper",
    is_flag=True,
    help=Text("tulis daftar kebutuhan teknis (PDF)", "write the needs list (PDF)").to(language()),
)
@click.option("--html", is_flag=True, help=Text("dokumen sebagai HTML", "the paper as HTML").to(language()))
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help=Text("ke berkas ini", "to this file").to(language()),
)
@json_option
@click.pass_context
def needs(
    ctx: click.Context,
    ref: str,
    wishes: tuple[str, ...],
    file: Path | None,
    reset: bool,
    history: bool,
    summary: bool,
    paper: bool,
    html: bool,
    out: Path | None,
    json_: bool,
) -> None:
    from netops.actions import needs as actions
    from netops.planning import briefing

    with opened(ctx) as app:
        if reset:
            actions.reset(app, ref)
            say(Text("kembali ke usulan perencana; susun rencana lagi", "left to the planner; plan again"))
        if file or wishes:
            actions.edit(app, ref, {**(actions.read_wishes(file) if file else {}), **actions.parse_wishes(wishes)})
            say(Text("tercatat; susun rencana lagi dengan `netops plan`", "recorded; plan again with `netops plan`"))
        if history:
            entries = actions.history(app, ref)
            if json_:
                as_json(entries)
            else:
                result(clean(actions.say_history(entries, app.lang)))
            return
        if paper or html or out:
            result(str(actions.paper(app, ref, lang=app.lang, form="html" if html else "pdf", out=out)))
            return
        if summary:
            facts = actions.show(app, ref)
            text = "\n".join(briefing.brief(facts, app.lang))
            found: object = facts
        else:
            found, text = actions.shown(app, ref)
        if json_:
            as_json(found)
        else:
            result(clean(text))
