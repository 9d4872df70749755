"""`netops report bandwidth` and `netops report note`: what is reported on, over which days; parses, calls, prints."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from netops.cli.common import opened
from netops.cli.output import clean, result, say
from netops.core.errors import InputError
from netops.core.text import Text, language

if TYPE_CHECKING:
    from netops.actions.bandwidth_report import Asked
    from netops.app import App
    from netops.papers.monitoring_facts import Kind, Remark

F = TypeVar("F", bound=Callable[..., Any])
_DAY = click.DateTime(["%Y-%m-%d"])
_MONTH = click.DateTime(["%Y-%m"])


def _help(id_: str, en: str) -> str:
    return Text(id_, en).to(language())


def _about(function: F) -> F:
    """What is reported on, and the period: `--from` and `--to`, or a `--month`."""
    options = (
        click.option("--unit", default="", metavar="NAME", help=_help("unit, seperti dalam suratnya", "a unit, as its letters call it")),
        click.option("--device", default="", metavar="NAME", help=_help("semua alokasi sebuah perangkat", "all allocations of a device")),
        click.option("--allocation", default="", metavar="DEVICE/QUEUE", help=_help("satu alokasi", "one allocation")),
        click.option("--site", default="", metavar="SITE", help=_help("semua alokasi sebuah lokasi", "all allocations of a site")),
        click.option("--from", "first", type=_DAY, default=None, help=_help("hari pertama", "first day")),
        click.option("--to", "last", type=_DAY, default=None, help=_help("hari terakhir", "last day")),
        click.option("--month", type=_MONTH, default=None, metavar="YYYY-MM", help=_help("sebulan penuh", "a whole month")),
        click.option("--lang", type=click.Choice(["id", "en"]), default=None, help=_help("bahasa dokumen", "language")),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


def _days(first: datetime | None, last: datetime | None, month: datetime | None) -> tuple[date, date]:
    """Raises `InputError` where the period is not said, or said twice."""
    if month is not None and first is None and last is None:
        begins = month.date()
        return begins, (begins + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    if month is None and first is not None and last is not None:
        return first.date(), last.date()
    raise InputError(
        Text("sebut --from dan --to, atau --month", "give --from and --to, or --month"),
        Text("misalnya --month 2026-11", "for example --month 2026-11"),
        field="--from",
    )


def _asked(app: "App", given: dict[str, str], days: tuple[date, date], lang: str | None, number: str = "") -> "Asked":
    """Raises `InputError` unless exactly one thing is reported on."""
    from netops.actions.bandwidth_report import Asked

    said: list[tuple[Kind, str]] = [
        ("unit", given["unit"]),
        ("device", given["device"]),
        ("allocation", given["allocation"]),
        ("site", given["site"]),
    ]
    named = [(kind, name) for kind, name in said if name]
    if len(named) != 1:
        raise InputError(
            Text(
                "sebut salah satu: --unit, --device, --allocation atau --site",
                "give one of --unit, --device, --allocation or --site",
            )
        )
    kind, name = named[0]
    return Asked(kind=kind, name=name, first=days[0], last=days[1], lang=_lang(app, lang), number=number)


def _lang(app: "App", lang: str | None) -> Any:
    return lang or app.lang


@click.command(
    help=_help(
        "Laporan Monitoring Bandwidth: alokasi, pemakaian yang terukur, gangguan dan perubahan sebuah periode. Dengan --all "
        "satu laporan untuk setiap unit; yang sudah ada dari data yang sama dilewati.",
        "Bandwidth monitoring report: allocations, what was measurably used, disturbances and changes of a period. With "
        "--all one report for each unit; those that are there from the same data are left.",
    )
)
@_about
@click.option("--all", "everyone", is_flag=True, help=_help("setiap unit", "every unit"))
@click.option(
    "--format",
    "form",
    type=click.Choice(["pdf", "html", "xlsx", "csv"]),
    default="pdf",
    help=_help("bentuk berkas", "kind of file"),
)
@click.option(
    "--nomor", default="", help=_help("nomor surat (tidak pernah dikarang)", "letter number (never invented)")
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    help=_help("berkas tujuan; dengan --all foldernya", "target file; with --all the folder"),
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    help=_help("banyaknya proses", "how many processes side by side"),
)
@click.pass_context
def bandwidth(
    ctx: click.Context,
    /,
    first: datetime | None,
    last: datetime | None,
    month: datetime | None,
    lang: str | None,
    everyone: bool,
    form: Any,
    nomor: str,
    out: Path | None,
    workers: int | None,
    **given: str,
) -> None:
    from netops.actions import bandwidth_report, monthly

    with opened(ctx) as app:
        days = _days(first, last, month)
        if not everyone:
            asked = _asked(app, given, days, lang, nomor)
            result(str(bandwidth_report.bandwidth_report(app, asked, form=form, out=out)))
            return
        if any(given.values()) or nomor:
            raise InputError(
                Text("--all tidak bersama --unit atau --nomor", "--all goes without --unit or --nomor"), field="--all"
            )
        failed = 0
        for one in monthly.all_units(app, *days, lang=_lang(app, lang), form=form, folder=out, workers=workers or 0):
            failed += one.state == "failed"
            word = _STATES[one.state].to(language())
            told = str(one.path) if one.path else one.why.to(language()) if one.why else ""
            result(clean(f"{word}  {one.unit}: {told}"))
        if failed:
            say(Text(f"{failed} laporan gagal", f"{failed} reports failed"))
            ctx.exit(1)


_STATES = {
    "written": Text("ditulis", "written"),
    "there": Text("sudah ada", "there already"),
    "failed": Text("GAGAL", "FAILED"),
}


@click.command(
    help=_help(
        "Bagian laporan yang ditulis petugas: tanpa --file ditunjukkan untuk disunting (# analisis, # kesimpulan, "
        "# rekomendasi; dari sebuah permohonan # kendala, # kesimpulan, # saran); dengan --file dicatat dengan nama dan "
        "waktunya.",
        "The parts of a report that officers write: without --file they are shown to be edited (# analysis, # conclusion, "
        "# recommendation; of a request # obstacles, # conclusion, # advice); with --file they are kept with author and time.",
    )
)
@click.argument("ref", metavar="[REQUEST]", default="")
@_about
@click.option(
    "--file",
    "source",
    type=click.File("r", encoding="utf-8"),
    default=None,
    metavar="FILE",
    help=_help("teks yang sudah disunting (- dari stdin)", "the edited text (- from stdin)"),
)
@click.option(
    "--by",
    "author",
    default="",
    metavar="NAME",
    help=_help("nama penulis, seperti dicetak", "the author's name, as printed"),
)
@click.pass_context
def note(
    ctx: click.Context,
    /,
    ref: str,
    first: datetime | None,
    last: datetime | None,
    month: datetime | None,
    lang: str | None,
    source: Any,
    author: str,
    **given: str,
) -> None:
    from netops.actions import noting

    with opened(ctx) as app:
        words = _lang(app, lang)
        if ref:
            if any(given.values()) or first or last or month:
                raise InputError(Text("permohonan atau periode, bukan keduanya", "a request or a period, not both"))
            remarks, about, change = _followup_parts(app, ref, words)
        else:
            asked = _asked(app, given, _days(first, last, month), lang)
            remarks, about, change = _monitoring_parts(app, asked)
        if source is None:
            result(clean(noting.write_parts(remarks, words)))
            return
        texts = noting.read_parts(source.read(), tuple(remarks))
        written = noting.note(app, about, texts, author or app.actor, change)
        names = ", ".join(noting.TITLES[part][0].to(language()) for part in written) or "–"
        say(Text(f"dicatat: {names}", f"kept: {names}"))


def _monitoring_parts(app: "App", asked: "Asked") -> "tuple[dict[str, Remark], str, str]":
    from netops.actions import bandwidth_report
    from netops.papers.monitoring_facts import PARTS

    facts = bandwidth_report.monitoring_facts(app, asked)
    return {part: facts.remarks[part] for part in PARTS}, facts.key, ""


def _followup_parts(app: "App", ref: str, lang: Any) -> "tuple[dict[str, Remark], str, str]":
    from netops.actions import followup as following
    from netops.filing import look
    from netops.papers.followup_facts import FOLLOWUP_PARTS

    facts = following.followup_facts(app, look(app, ref), lang, {})
    return {part: facts.remarks[part] for part in FOLLOWUP_PARTS}, facts.change, facts.change


@click.command(
    help=_help(
        "Dokumen tindak lanjut penambahan bandwidth: Laporan Hasil Tindak Lanjut (nota dinas), Surat Pemberitahuan kepada "
        "pemohon, dan Formulir Penambahan Bandwidth yang terisi.",
        "The papers that follow a change of bandwidth: follow-up report (nota dinas), notice to the requester, and the "
        "filled form.",
    )
)
@click.argument("ref", metavar="REQUEST")
@click.option(
    "--only",
    "only",
    type=click.Choice(["followup", "notice", "form"]),
    multiple=True,
    help=_help("hanya dokumen ini (boleh beberapa)", "only this paper (may be given again)"),
)
@click.option("--lang", type=click.Choice(["id", "en"]), default=None, help=_help("bahasa dokumen", "language"))
@click.option(
    "--format", "form", type=click.Choice(["pdf", "html"]), default="pdf", help=_help("bentuk berkas", "kind of file")
)
@click.option(
    "--nomor",
    default="",
    help=_help("nomor nota dinas (tidak pernah dikarang)", "number of the nota dinas (never invented)"),
)
@click.option("--nomor-surat", "letter", default="", help=_help("nomor surat pemberitahuan", "number of the notice"))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help=_help("folder tujuan", "target folder"),
)
@click.pass_context
def followup(
    ctx: click.Context,
    ref: str,
    only: tuple[Any, ...],
    lang: str | None,
    form: Any,
    nomor: str,
    letter: str,
    out: Path | None,
) -> None:
    from netops.actions import followup as following

    with opened(ctx) as app:
        paths = following.followup(
            app,
            ref,
            lang=_lang(app, lang),
            form=form,
            sorts=only or tuple(following.SORTS),
            numbers={"followup": nomor, "notice": letter},
            folder=out,
        )
        for path in paths:
            result(str(path))
