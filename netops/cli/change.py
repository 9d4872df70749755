"""`netops plan`, `apply`, `resume`, `revert`, `end`, `status`, `show`."""

import click

from netops.cli.common import json_option, opened, ref_argument
from netops.cli.output import EXIT_CHANGES, as_json, clean, colour_difference, result, say, table
from netops.core.text import Text, language


@click.command(
    help=Text(
        "Susun dan catat rencana: kebutuhan teknis dan perbedaan tiap perangkat. Tidak menulis ke perangkat.",
        "Make and record the plan: technical needs and each device's difference. Writes nothing to a device.",
    ).to(language())
)
@click.argument("ref", metavar="REQUEST", required=False)
@click.option(
    "--against",
    metavar="CHANGE",
    help=Text(
        "tunjukkan apa yang berubah di perangkat sejak rencana itu; tidak menyusun rencana",
        "show what moved on the devices since that plan; makes none",
    ).to(language()),
)
@json_option
@click.pass_context
def plan(ctx: click.Context, ref: str | None, against: str | None, json_: bool) -> None:
    from netops import actions
    from netops.core.canonical import digest_of
    from netops.planning.plan import explain

    if (ref is None) == (against is None):
        raise click.UsageError(
            Text("beri satu: REQUEST atau --against", "give one: REQUEST or --against").to(language())
        )
    if ref is None:
        _against(ctx, str(against), json_)
        return
    with opened(ctx) as app:
        made = actions.plan(app, ref)
        if json_:
            as_json({"digest": digest_of(made), "plan": made})
        else:
            site = app.sites.site(made.needs.site)
            result(colour_difference(explain(made, site, app.lang)))
        ctx.exit(EXIT_CHANGES if any(part.batches for part in made.devices) else 0)


def _against(ctx: click.Context, change: str, json_: bool) -> None:
    from netops.actions.drifting import moved_since

    with opened(ctx) as app:
        found = moved_since(app, change)
        if json_:
            as_json(found)
        else:
            same = Text("tidak ada yang berubah", "nothing moved").to(app.lang)
            for name, lines in sorted(found.items()):
                result(colour_difference("\n".join((f"{name}:", *(lines or (same,))))))
        ctx.exit(EXIT_CHANGES if any(found.values()) else 0)


@click.command(
    help=Text(
        "Jalankan rencana terakhir yang tercatat dan disetujui. Pemanggilan kedua tidak mengubah apa pun.",
        "Carry out the latest recorded, approved plan. A second call changes nothing.",
    ).to(language())
)
@ref_argument
@click.option(
    "--accept-no-guard",
    is_flag=True,
    help=Text("terima perangkat tanpa pengaman waktu", "accept devices that have no guard timer").to(language()),
)
@click.pass_context
def apply(ctx: click.Context, ref: str, accept_no_guard: bool) -> None:
    from netops import actions

    with opened(ctx) as app:
        _told(actions.apply(app, ref, accept_no_guard=accept_no_guard))


@click.command(
    help=Text("Teruskan atau pulihkan pelaksanaan yang terputus.", "Finish or restore an interrupted execution.").to(
        language()
    )
)
@ref_argument
@click.pass_context
def resume(ctx: click.Context, ref: str) -> None:
    from netops import actions

    with opened(ctx) as app:
        outcome = actions.resume(app, ref)
        if isinstance(outcome, str):
            _told(outcome)
        else:
            _told_end(ref, outcome.leftovers)


def _told(outcome: str) -> None:
    if outcome == "nothing":
        say(Text("tidak ada yang perlu dikerjakan", "nothing to do"))
    else:
        say(Text("selesai dijalankan dan terbukti", "applied and verified"))


@click.command(
    help=Text(
        "Pulihkan perangkat perubahan ini seperti semula (tiga arah).", "Bring this change's devices back (three-way)."
    ).to(language())
)
@ref_argument
@click.option(
    "--device",
    metavar="NAME",
    help=Text("hanya satu perangkat yang menunggu petugas", "one device that waits for a person").to(language()),
)
@click.pass_context
def revert(ctx: click.Context, ref: str, device: str | None) -> None:
    from netops import actions
    from netops.actions.settling import revert_device

    with opened(ctx) as app:
        if device is None:
            actions.take_back(app, ref)
            say(Text("dipulihkan: semua perangkat seperti semula", "restored: every device is as it was"))
        else:
            phase = revert_device(app, ref, device)
            say(Text(f"{device} dipulihkan seperti semula", f"{device} is back as it was"))
            _told_phase(phase)


@click.command(
    help=Text(
        "Terima perangkat yang menunggu petugas apa adanya; dicatat dengan alasannya, dan kuncinya dilepas.",
        "Accept a device that waits for a person as it is; recorded with the reason, and its lock is released.",
    ).to(language())
)
@ref_argument
@click.option("--device", metavar="NAME", required=True, help=Text("nama perangkat", "the device").to(language()))
@click.option("--reason", metavar="TEXT", required=True, help=Text("alasannya", "why").to(language()))
@click.pass_context
def accept_state(ctx: click.Context, ref: str, device: str, reason: str) -> None:
    from netops.actions.settling import accept_state as accepted

    with opened(ctx) as app:
        phase = accepted(app, ref, device, reason)
        say(Text(f"{device} diterima apa adanya; tercatat", f"{device} is accepted as it is; recorded"))
        _told_phase(phase)


def _told_phase(phase: str) -> None:
    from netops.changes.lifecycle import Phase
    from netops.changes.words import PHASES

    say(PHASES[Phase(phase)])


@click.command(
    help=Text(
        "Akhiri kegiatan: tutup akses, hapus hanya milik kita, buktikan tidak ada yang tertinggal.",
        "End the event: close access, remove exactly what is ours, prove that nothing is left.",
    ).to(language())
)
@ref_argument
@click.option("--early", is_flag=True, help=Text("sebelum waktu berakhir", "before its time").to(language()))
@click.pass_context
def end(ctx: click.Context, ref: str, early: bool) -> None:
    from netops import actions

    with opened(ctx) as app:
        _told_end(ref, actions.end(app, ref, early=early).leftovers)


def _told_end(ref: str, leftovers: tuple[str, ...]) -> None:
    from netops.core.errors import NeedsPerson

    if leftovers:
        listed = "\n".join(f"  {line}" for line in leftovers)
        raise NeedsPerson(
            Text(
                f"{ref} berakhir, dengan sisa yang diubah orang lain dan karena itu dibiarkan:\n{listed}",
                f"{ref} ended, with leftovers that somebody changed and that therefore stay:\n{listed}",
            )
        )
    say(
        Text(
            f"{ref} berakhir; tidak ada yang tertinggal di perangkat",
            f"{ref} ended; nothing is left on any device",
        )
    )


@click.command(help=Text("Semua perubahan dan keadaannya.", "All changes and where they stand.").to(language()))
@json_option
@click.pass_context
def status(ctx: click.Context, json_: bool) -> None:
    from netops.views import overview

    with opened(ctx) as app:
        lines = overview(app)
        if json_:
            as_json(lines)
            return
        head = Text("PERUBAHAN|KEADAAN|KEGIATAN|MULAI|SELESAI|PERANGKAT", "CHANGE|STATE|EVENT|STARTS|ENDS|DEVICES")
        rows = [
            (one.change, one.phase, clean(one.title), one.starts, one.ends, ", ".join(one.devices)) for one in lines
        ]
        result(table(tuple(head.to(app.lang).split("|")), rows))
        for one in lines:
            for note in one.notes:
                result(clean(f"! {one.change}: {note}"))


@click.command(help=Text("Satu perubahan selengkapnya.", "One change, whole.").to(language()))
@ref_argument
@click.option("--sop", is_flag=True, help=Text("waktu baku dan realisasi SOP", "the SOP's clock").to(language()))
@json_option
@click.pass_context
def show(ctx: click.Context, ref: str, sop: bool, json_: bool) -> None:
    from netops import views

    with opened(ctx) as app:
        if sop:
            from netops.actions.clocking import sop_times
            from netops.cli.step import sop_table

            times = sop_times(app, ref)
            if json_:
                as_json(times)
            else:
                result(sop_table(times, app.lang))
        elif json_:
            as_json(views.state(app, ref))
        else:
            result(clean(views.describe(app, ref)))
