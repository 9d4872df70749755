"""`netops request new|check|show`."""

import click

from netops.cli.common import json_option, opened, ref_argument
from netops.cli.output import as_json, clean, result, say
from netops.core.text import Text, language


@click.group(help=Text("Permohonan: buat, periksa, lihat.", "Requests: new, check, show.").to(language()))
def request() -> None:
    pass


@request.command(
    help=Text(
        "Cetak formulir kosong sebuah layanan (YAML) ke stdout.", "Print a service's empty form (YAML) to stdout."
    ).to(language())
)
@click.argument("service", required=False)
@click.option(
    "--service",
    "named",
    help=Text("layanan, juga milik sendiri (playbooks/)", "the service, a site's own too (playbooks/)").to(language()),
)
@click.option(
    "--example",
    "filled",
    is_flag=True,
    help=Text("contoh terisi, mulai satu jam lagi", "a filled example that begins in an hour").to(language()),
)
@click.pass_context
def new(ctx: click.Context, service: str | None, named: str | None, filled: bool) -> None:
    word = named or service
    if word is None or (named and service and named != service):
        raise click.UsageError(Text("sebut satu layanan", "name one service").to(language()))
    from netops.requests.new import SERVICES, blank

    if word in SERVICES and not filled:
        result(_salted(blank(word, language())))
        return
    from datetime import UTC, datetime, timedelta

    starts = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(hours=1)
    if word in SERVICES:
        from netops.requests.example import EXAMPLES

        result(_salted(EXAMPLES[word](starts)))
        return
    from netops.filing import form

    with opened(ctx, quiet=True) as app:
        result(_salted(form(app, word, starts if filled else None)))


def _salted(text: str) -> str:
    """With a salt of its own, so that its personal data can be erased one day (`requests.persons`)."""
    from secrets import token_hex

    said = Text("acak, jangan diubah: melindungi data pribadi", "random, leave it: it protects personal data")
    return f"{text.rstrip()}\n\nsalt: {token_hex(16)}    # {said.to(language())}"


@request.command(
    help=Text(
        "Periksa berkas permohonan (atau - untuk stdin) tanpa mencatatnya.",
        "Check a request file (or - for stdin) without recording it.",
    ).to(language())
)
@ref_argument
@json_option
@click.pass_context
def check(ctx: click.Context, ref: str, json_: bool) -> None:
    from netops import filing

    with opened(ctx) as app:
        filed = filing.check(app, ref)
        if json_:
            as_json({"change": filed.change, "digest": filed.digest})
        say(Text(f"permohonan sah: {filed.change}", f"the request is valid: {filed.change}"))


@request.command(
    help=Text(
        "Tampilkan permohonan: berkas, tiket atau nomor perubahan.", "Show a request: file, ticket or change id."
    ).to(language())
)
@ref_argument
@json_option
@click.pass_context
def show(ctx: click.Context, ref: str, json_: bool) -> None:
    from netops import filing
    from netops.views import in_words

    with opened(ctx) as app:
        filed = filing.look(app, ref)
        if json_:
            as_json(filed)
        else:
            result(clean(in_words(app, filed)))
            result(f"{filed.change}  {filed.digest}")
