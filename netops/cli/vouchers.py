"""`netops vouchers print | list | revoke | reconcile | export | import`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from netops.cli.common import json_option, opened, ref_argument
from netops.cli.output import EXIT_CHANGES, as_json, clean, result, say, table
from netops.core.text import Text, language
from netops.core.units import say_duration

if TYPE_CHECKING:
    from netops.actions.vouchers import Reconciled
    from netops.core.text import Lang
    from netops.papers.vouchers import Form

_FORMATS = ("mikhmon", "phpnuxbill", "csv")
_STATES = {
    "none": Text("belum dibuat", "not made yet"),
    "made": Text("berlaku", "valid"),
    "revoked": Text("dicabut", "revoked"),
}
_MOST = 20
"""Vouchers of which people are shown what they used; `--json` has all."""


@click.group(
    help=Text(
        "Voucher kegiatan: cetak satu kali, daftar, cabut, cocokkan, ekspor, impor.",
        "An event's vouchers: print once, list, revoke, reconcile, export, import.",
    ).to(language())
)
def vouchers() -> None:
    pass


@vouchers.command(
    "print",
    help=Text(
        "Tulis lembar voucher ke BERKAS (0600), satu kali. Cetak ulang memerlukan alasan; semuanya dicatat tanpa kode.",
        "Write the voucher sheet to FILE (0600), once. Printing again needs a reason; all is recorded, without codes.",
    ).to(language()),
)
@ref_argument
@click.option("--format", "form", type=click.Choice(["a4", "58mm", "html"]), default="a4", show_default=True)
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE")
@click.option(
    "--reprint", default="", metavar="N", help=Text("slip yang dicetak lagi", "slips to print again").to(language())
)
@click.option("--reason", default="", help=Text("alasan cetak ulang", "why it is printed again").to(language()))
@click.pass_context
def print_(ctx: click.Context, ref: str, form: str, out: Path, reprint: str, reason: str) -> None:
    from netops.actions import vouchers as work

    with opened(ctx) as app:
        kind: Form = "58mm" if form == "58mm" else "html" if form == "html" else "a4"
        done = work.print_sheet(app, ref, form=kind, lang=app.lang, out=out, reprint=reprint, reason=reason)
        say(
            Text(
                f"{done.count} voucher ditulis ke {done.path} (hanya dapat dibaca Anda); hapus setelah dicetak",
                f"{done.count} vouchers written to {done.path} (only you can read it); remove it once printed",
            )
        )
        result(done.seal)


@vouchers.command(
    "list", help=Text("Nomor dan keadaan; tidak pernah kode.", "Numbers and states; never codes.").to(language())
)
@ref_argument
@json_option
@click.pass_context
def list_(ctx: click.Context, ref: str, json_: bool) -> None:
    from netops.actions import vouchers as work

    with opened(ctx) as app:
        batch = work.listing(app, ref)
        if json_:
            as_json(batch)
            return
        bits = f"{batch.bits:.1f} bit" if batch.bits else "-"
        result(
            f"{batch.change}: {batch.count} ({batch.access}), {batch.comment}, {Text('entropi', 'entropy').to(app.lang)} {bits}"
        )
        head = Text("NOMOR|KEADAAN|DICETAK", "NUMBER|STATE|PRINTED").to(app.lang).split("|")
        rows = [(one.number, _STATES[one.state].to(app.lang), str(one.printed)) for one in batch.lines]
        result(table(tuple(head), rows))


@vouchers.command(
    help=Text(
        "Cabut voucher NOMOR (atau --all) dari perangkat: pengguna, cookie, sesi, host, dan sewa alamatnya.",
        "Revoke voucher NUMBER (or --all) on the devices: user, cookie, session, host and lease.",
    ).to(language())
)
@ref_argument
@click.argument("numbers", metavar="[NUMBER]", default="")
@click.option("--all", "every", is_flag=True)
@click.option("--reason", required=True)
@click.pass_context
def revoke(ctx: click.Context, ref: str, numbers: str, every: bool, reason: str) -> None:
    from netops.actions import vouchers as work

    if bool(numbers) == every:
        raise click.UsageError(Text("sebut satu nomor, atau --all", "name a number, or --all").to(language()))
    with opened(ctx) as app:
        gone = work.revoke(app, ref, "all" if every else numbers, reason=reason)
        say(Text(f"{len(gone)} voucher dicabut dan terbukti", f"{len(gone)} vouchers revoked and verified"))


@vouchers.command(
    help=Text(
        "Cocokkan voucher dengan perangkat, misalnya setelah listrik padam. --fix memulihkan milik kita.",
        "Compare vouchers with the devices, after a power cut say. --fix brings ours back.",
    ).to(language())
)
@ref_argument
@click.option("--fix", is_flag=True)
@json_option
@click.pass_context
def reconcile(ctx: click.Context, ref: str, fix: bool, json_: bool) -> None:
    from netops.actions import vouchers as work

    with opened(ctx, quiet=json_) as app:
        found = work.reconcile(app, ref, fix=fix)
        if json_:
            as_json(found)
        else:
            result(clean("\n".join(_described(one, app.lang) for one in found)))
        ctx.exit(0 if all(one.clean or (fix and not one.foreign) for one in found) else EXIT_CHANGES)


@vouchers.command(
    help=Text(
        "Tulis kode ke BERKAS (0600) dengan nama kolom yang dikenal; dicatat.",
        "Write the codes to FILE (0600) with field names that others know; recorded.",
    ).to(language())
)
@ref_argument
@click.option("--format", "form", type=click.Choice(_FORMATS), default="csv", show_default=True)
@click.option("-o", "--out", type=click.Path(path_type=Path, dir_okay=False), required=True, metavar="FILE")
@click.option("--reason", required=True)
@click.pass_context
def export(ctx: click.Context, ref: str, form: str, out: Path, reason: str) -> None:
    from netops.actions import voucher_files

    with opened(ctx) as app:
        count = voucher_files.export(app, ref, form=form, out=out, reason=reason)
        say(Text(f"{count} kode ditulis ke {out}", f"{count} codes written to {out}"))


@vouchers.command(
    "import",
    help=Text(
        "Pakai kode dari BERKAS CSV (Mikhmon, PHPNuxBill, atau kolom code) untuk perubahan yang sudah direncanakan.",
        "Use the codes of a CSV FILE (Mikhmon, PHPNuxBill, or a column code) for a planned change.",
    ).to(language()),
)
@ref_argument
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def import_(ctx: click.Context, ref: str, file: Path) -> None:
    from netops.actions import voucher_files

    with opened(ctx) as app:
        count = voucher_files.bring(app, ref, file)
        say(Text(f"{count} kode disimpan terenkripsi", f"{count} codes kept, encrypted"))


def _described(one: "Reconciled", lang: "Lang") -> str:
    """One device for people: what was found, and what the device did by itself."""
    ends = {
        "armed": Text("pewaktu akhir terpasang", "end timer armed"),
        "fired": Text("pewaktu akhir SUDAH menutup akses", "the end timer HAS closed access"),
        "inactive": Text("pewaktu akhir ada tetapi tidak akan berjalan", "the end timer is there but will not run"),
        "absent": Text("pewaktu akhir HILANG", "the end timer is GONE"),
        "": Text("tanpa pewaktu akhir", "no end timer"),
    }
    serving = Text("hotspot menyala", "hotspot on") if one.serving else Text("hotspot MATI", "hotspot OFF")
    lines = [
        f"{one.device}: {serving.to(lang)}; {ends[one.end].to(lang)}",
        Text(f"  ada {one.present}, daring {one.online}, cookie {one.saved}",
             f"  {one.present} there, {one.online} online, {one.saved} cookies").to(lang),
    ]  # fmt: skip
    for values, text in (
        (one.missing, Text("hilang, nomor", "missing, number")),
        (one.off, Text("dimatikan, nomor", "switched off, number")),
    ):
        if values:
            lines.append(
                f"  {text.to(lang)} {', '.join(values[:20])}{' …' if len(values) > 20 else ''} ({len(values)})"
            )
    for values, text in (
        (one.edited, Text("diubah orang", "edited by somebody")),
        (one.foreign, Text("bukan milik kita di server ini", "not ours on this server")),
    ):
        if values:
            lines.append(f"  {text.to(lang)} ({len(values)}):")
            lines += [f"    {line}" for value in values[:5] for line in value.splitlines()]
    if one.used:
        total = sum(it.up + it.down for it in one.used)
        lines.append(
            Text(
                f"  terpakai {len(one.used)} voucher, {_size(total, lang)}:",
                f"  {len(one.used)} vouchers used, {_size(total, lang)}:",
            ).to(lang)
        )
        lines += [
            f"    {it.number}  ↑ {_size(it.up, lang)}  ↓ {_size(it.down, lang)}  {say_duration(it.seconds)}"
            for it in one.used[:_MOST]
        ]
        if len(one.used) > _MOST:
            rest = len(one.used) - _MOST
            lines.append(Text(f"    … dan {rest} lagi (--json)", f"    … and {rest} more (--json)").to(lang))
    if one.revoked_there:
        lines.append(
            Text(
                f"  sudah dicabut tetapi ada lagi: {one.revoked_there}", f"  revoked and back: {one.revoked_there}"
            ).to(lang)
        )
    if one.mended:
        lines.append(Text(f"  dipulihkan sekarang: {one.mended}", f"  brought back now: {one.mended}").to(lang))
    return "\n".join(lines)


def _size(octets: int, lang: "Lang") -> str:
    """1500000 → `1,5 MB` (Indonesian) or `1.5 MB`."""
    for suffix, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if octets >= factor:
            number = f"{octets / factor:.1f}"
            return f"{number.replace('.', ',') if lang == 'id' else number} {suffix}"
    return f"{octets} B"
