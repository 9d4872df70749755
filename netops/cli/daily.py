"""`netops card`, `clients` and `today`: what an admin wants at hand every day."""

import time
from datetime import datetime

import click

from netops.cli.common import json_option, opened, ref_argument
from netops.cli.output import as_json, clean, result, say
from netops.core.text import Text, language

CARD = Text(
    """\
netops dalam lima perintah                                 (REQUEST: berkas, tiket, atau nomor perubahan)

  1  netops periksa REQUEST     sahkah permohonannya?                 tidak mencatat apa pun
  2  netops rencana REQUEST     apa yang akan berubah di perangkat?   tidak menulis ke perangkat
  3  netops jalankan REQUEST    pasang yang sudah disetujui           gagal: semua dipulihkan
  4  netops akhiri REQUEST      tutup akses, bersihkan, buktikan      lebih awal: --early
  5  netops laporan REQUEST     cetak BAST untuk ditandatangani       Inggris: --lang en

Terputus di tengah?  netops resume REQUEST      Ragu di mana?  netops show REQUEST      Semua?  netops status
""",
    """\
netops in five commands                                    (REQUEST: file, ticket or change id)

  1  netops check REQUEST       is the request valid?                 records nothing
  2  netops plan REQUEST        what will change on the devices?      writes nothing to a device
  3  netops apply REQUEST       install what was approved             on failure: all is restored
  4  netops end REQUEST         close access, clean up, prove it      before its time: --early
  5  netops report REQUEST      print the BAST to be signed           Indonesian: --lang id

Interrupted?  netops resume REQUEST             Where does it stand?  netops show REQUEST      All?  netops status
""",
)


@click.command(help=Text("Kartu lima perintah, untuk ditempel di meja.", "The five-command card.").to(language()))
def card() -> None:
    result(CARD.to(language()).rstrip())


@click.command(
    help=Text(
        "Jumlah klien yang sedang masuk pada kegiatan yang berjalan.", "Clients logged in to a running event, now."
    ).to(language())
)
@ref_argument
@click.option(
    "--watch",
    type=click.IntRange(1, 3600),
    metavar="SECONDS",
    help=Text("ulangi tiap sekian detik, sampai dihentikan", "again every so many seconds, until stopped").to(
        language()
    ),
)
@json_option
@click.pass_context
def clients(ctx: click.Context, ref: str, watch: int | None, json_: bool) -> None:
    from netops.actions import watching

    with opened(ctx, quiet=True) as app:
        while True:
            found = watching.clients(app, ref)
            known = {name: many for name, many in found.items() if isinstance(many, int)}
            if json_:
                as_json({"clients": sum(known.values()), "devices": known, "silent": sorted(set(found) - set(known))})
            else:
                unit = Text("klien", "clients").to(app.lang)
                each = ", ".join(f"{name} {many}" for name, many in known.items())
                result(
                    f"{app.clock.now().astimezone(app.office.timezone):%H:%M:%S}  {sum(known.values())} {unit}  ({each})"
                )
            for error in found.values():
                if not isinstance(error, int):
                    say(Text(clean(error.describe("id")), clean(error.describe("en"))))
            if watch is None:
                ctx.exit(1 if len(known) < len(found) else 0)
            time.sleep(watch)


@click.command(
    help=Text("Yang saya kerjakan hari ini, untuk buku log.", "What I did today, for the logbook.").to(language())
)
@click.option(
    "--on",
    type=click.DateTime(["%Y-%m-%d"]),
    help=Text("hari lain (2026-11-20)", "another day (2026-11-20)").to(language()),
)
@click.option("--by", default="", metavar="NAME", help=Text("petugas lain", "another operator").to(language()))
@json_option
@click.pass_context
def today(ctx: click.Context, on: datetime | None, by: str, json_: bool) -> None:
    from netops.actions import watching

    with opened(ctx) as app:
        deeds = watching.day(app, on.date() if on else None, by)
        if json_:
            as_json(deeds)
            return
        for deed in deeds:
            at = deed.at.astimezone(app.office.timezone)
            said = deed.detail.to(app.lang)
            detail = f" ({said})" if said else ""
            result(clean(f"{at:%H.%M}  {deed.change}  {deed.what.to(app.lang)}{detail}"))
        if not deeds:
            say(Text("tidak ada yang tercatat", "nothing is recorded"))
