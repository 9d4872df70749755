"""`netops step` and `pause`: what the SOP's clock is told; and its table."""

from typing import TYPE_CHECKING

import click

from netops.cli.common import opened, ref_argument
from netops.cli.output import clean, say, table
from netops.core.text import Lang, Text, language

if TYPE_CHECKING:
    from netops.actions.clocking import SopTimes, StepTime

# By the values of `changes.sop.Standing`, which would bring half the program in for `step --help`.
_WORDS: dict[str, Text] = {
    "in-time": Text("sesuai waktu baku", "within the standard"),
    "late": Text("melebihi waktu baku", "beyond the standard"),
    "done": Text("selesai", "done"),
    "running": Text("sedang berjalan", "under way"),
    "unrecorded": Text("tidak tercatat", "not recorded"),
    "not-taken": Text("tidak ditempuh", "not taken"),
}


@click.command(
    help=Text(
        "Laporkan kapan sebuah langkah SOP dimulai atau selesai.", "Report when a step of the SOP began or was done."
    ).to(language())
)
@ref_argument
@click.argument("number", metavar="STEP", type=int)
@click.option("--done-at", default="", metavar="TIME", help=Text("waktu selesai", "when it was done").to(language()))
@click.option("--started-at", default="", metavar="TIME", help=Text("waktu mulai", "when it began").to(language()))
@click.option("--by", default="", metavar="NAME", help=Text("pelaksana", "who did it").to(language()))
@click.option("--note", default="", metavar="TEXT", help=Text("catatan", "note").to(language()))
@click.pass_context
def step(ctx: click.Context, ref: str, number: int, done_at: str, started_at: str, by: str, note: str) -> None:
    from netops.actions import clocking

    with opened(ctx) as app:
        one = clocking.report_step(app, ref, number, started_at=started_at, done_at=done_at, by=by, note=note).change
        say(Text(f"{one}: langkah {number} dicatat", f"{one}: step {number} is recorded"))


@click.command(
    help=Text(
        "Jeda waktu SOP sebuah permohonan dengan alasan, atau lanjutkan.",
        "Pause the SOP's clock of a request with a reason, or let it go on.",
    ).to(language())
)
@ref_argument
@click.option("--reason", default="", metavar="TEXT", help=Text("alasannya", "why").to(language()))
@click.option("--resume", is_flag=True, help=Text("lanjutkan", "go on").to(language()))
@click.pass_context
def pause(ctx: click.Context, ref: str, reason: str, resume: bool) -> None:
    from netops.actions import clocking

    with opened(ctx) as app:
        if resume:
            one = clocking.go_on(app, ref).change
            say(Text(f"{one}: waktu SOP berjalan lagi", f"{one}: the SOP's clock runs again"))
        else:
            one = clocking.pause(app, ref, reason).change
            say(Text(f"{one}: waktu SOP dijeda", f"{one}: the SOP's clock stands"))


def sop_table(times: "SopTimes", lang: Lang) -> str:
    """The SOP with waktu baku, realisasi and selisih; below it the pauses."""
    from netops.requests.common import say_time

    head = Text(
        "NO|LANGKAH|PELAKSANA|WAKTU BAKU|REALISASI|SELISIH|KETERANGAN",
        "NO|STEP|BY|STANDARD|TAKEN|DIFFERENCE|REMARK",
    ).to(lang)
    rows = [_row(one, lang) for one in times.steps]
    lines = [f"SOP {times.number}", clean(table(tuple(head.split("|")), rows))]
    for pause_ in times.pauses:
        since = say_time(pause_.since, times.zone, lang)
        until = say_time(pause_.until, times.zone, lang) if pause_.until else "…"
        lines.append(clean(f"{Text('jeda', 'pause').to(lang)}: {since} – {until}: {pause_.reason}"))
    return "\n".join(lines)


def _row(one: "StepTime", lang: Lang) -> tuple[str, ...]:
    taken = one.taken
    standard = _minutes(taken.minutes * 60, lang) if taken.minutes is not None else "–"
    spent = _WORDS["unrecorded"].to(lang) if taken.seconds is None else _minutes(taken.seconds, lang)
    if taken.standing == "not-taken":
        spent = "–"
    over = (
        "–"
        if taken.over is None
        else f"{'+' if taken.over > 0 else '−' if taken.over < 0 else ''}{_minutes(abs(taken.over), lang)}"
    )
    remark = _WORDS[taken.standing].to(lang)
    if taken.reported:
        remark += Text(", dilaporkan", ", reported").to(lang)
    if taken.by:
        remark += Text(f" oleh {taken.by}", f" by {taken.by}").to(lang)
    return (str(taken.number), one.title.to(lang), one.role.to(lang), standard, spent, over, remark)


def _minutes(seconds: int, lang: Lang) -> str:
    """Whole minutes, begun ones counted: 61 seconds beyond a standard are 2 minutes, not 1."""
    minutes = -(-seconds // 60)
    return f"{minutes} {Text('menit', 'minute' if minutes == 1 else 'minutes').to(lang)}"
