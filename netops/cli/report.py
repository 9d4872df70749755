"""`netops report REQUEST`, `netops report audit|register`."""

from datetime import datetime
from pathlib import Path

import click

from netops.cli.common import opened, ref_argument
from netops.cli.output import result
from netops.cli.report_bandwidth import bandwidth, followup, note
from netops.core.text import Lang, Text, language

_lang = click.option(
    "--lang", type=click.Choice(["id", "en"]), default=None, help=Text("bahasa dokumen", "language").to(language())
)
_out = click.option(
    "--out", type=click.Path(path_type=Path), default=None, help=Text("berkas tujuan", "target file").to(language())
)
_form = click.option(
    "--format",
    "form",
    type=click.Choice(["pdf", "html"]),
    default="pdf",
    help=Text("bentuk berkas", "kind of file").to(language()),
)
_DAY = click.DateTime(["%Y-%m-%d"])


def _chosen(lang: str | None, own: Lang) -> Lang:
    return "en" if lang == "en" else "id" if lang else own


class _Reports(click.Group):
    """`audit` and `register` are reports over many changes; any other word is a request whose paper is written."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        words = [word for word in args if word not in ("id", "en")]
        over_many = next((word for word in words if not word.startswith("-")), "") in self.commands
        plain = args and args[0] not in ("--help", *self.commands)
        return super().parse_args(ctx, ["paper", *args] if plain and not over_many else args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return super().get_command(ctx, cmd_name) or self.commands["paper"]

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in self.commands if name != "paper"]

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for words in (
            "REQUEST [OPTIONS]",
            "bandwidth --unit NAME --month YYYY-MM [OPTIONS]",
            "followup REQUEST [OPTIONS]",
            "note (REQUEST | --unit NAME --month YYYY-MM) [--file FILE]",
            "audit --from DAY --to DAY [OPTIONS]",
            "register --year YEAR [OPTIONS]",
        ):
            formatter.write_usage(ctx.command_path, words)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.commands["paper"].format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


@click.group(
    cls=_Reports,
    help=Text(
        "Tulis dokumen sebuah permohonan (BAST, daftar periksa, kebutuhan teknis, riwayat) sebagai PDF atau HTML; laporan "
        "audit sebuah periode; Register Perubahan setahun (XLSX); Laporan Monitoring Bandwidth.",
        "Write a request's paper (handover paper BAST, checklist, technical needs, account) as PDF or HTML; the audit "
        "report of a period; the year's register of changes (XLSX); the bandwidth monitoring report.",
    ).to(language()),
)
def report() -> None:
    pass


report.add_command(bandwidth)
report.add_command(note)
report.add_command(followup)


@report.command()
@ref_argument
@_lang
@click.option(
    "--paper",
    type=click.Choice(["bast", "checklist", "needs", "account"]),
    default="bast",
    help=Text("dokumen", "paper").to(language()),
)
@_form
@click.option(
    "--nomor",
    default="",
    help=Text("nomor surat (tidak pernah dikarang)", "letter number (never invented)").to(language()),
)
@_out
@click.pass_context
def paper(ctx: click.Context, ref: str, lang: str | None, paper: str, form: str, nomor: str, out: Path | None) -> None:
    from netops import actions

    with opened(ctx) as app:
        path = actions.report(
            app,
            ref,
            lang=_chosen(lang, app.lang),
            number=nomor,
            out=out,
            paper=paper,
            form="html" if form == "html" else "pdf",
        )
        result(str(path))


@report.command(
    help=Text(
        "Laporan audit: semua perubahan sebuah periode, pengecualian lebih dulu, uji petik dengan benih yang disebut.",
        "Audit report: all changes of a period, exceptions first, and a sample drawn with a stated seed.",
    ).to(language())
)
@click.option("--from", "first", type=_DAY, required=True, help=Text("hari pertama", "first day").to(language()))
@click.option("--to", "last", type=_DAY, required=True, help=Text("hari terakhir", "last day").to(language()))
@click.option(
    "--seed",
    default="",
    metavar="TEXT",
    help=Text("benih uji petik dari auditor (bawaan: akar log)", "the auditor's seed (default: the log's root)").to(
        language()
    ),
)
@click.option(
    "--sample",
    "count",
    type=click.IntRange(min=1),
    default=None,
    help=Text(
        "banyaknya uji petik (bawaan: 1 dari 10, paling sedikit 5)", "how many (default: 1 in 10, at least 5)"
    ).to(language()),
)
@_lang
@_form
@_out
@click.pass_context
def audit(
    ctx: click.Context,
    first: datetime,
    last: datetime,
    seed: str,
    count: int | None,
    lang: str | None,
    form: str,
    out: Path | None,
) -> None:
    from netops.actions import reviewing

    with opened(ctx) as app:
        path = reviewing.audit(
            app,
            first.date(),
            last.date(),
            lang=_chosen(lang, app.lang),
            form="html" if form == "html" else "pdf",
            out=out,
            seed=seed,
            count=count or 0,
        )
        result(str(path))


@report.command(
    help=Text("Register Perubahan setahun, sebagai XLSX.", "The year's register of changes, as XLSX.").to(language())
)
@click.option("--year", type=int, required=True, help=Text("tahun", "year").to(language()))
@_lang
@_out
@click.pass_context
def register(ctx: click.Context, year: int, lang: str | None, out: Path | None) -> None:
    from netops.actions import reviewing

    with opened(ctx) as app:
        result(str(reviewing.register(app, year, lang=_chosen(lang, app.lang), out=out)))
