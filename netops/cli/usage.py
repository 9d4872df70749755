"""Errors of the command line itself in the language of the call: click says them in English only. Changes no exit code."""

import click

from netops.core.text import language


def show(error: click.ClickException) -> None:
    """As `error.show()`, to stderr; what is not known here keeps click's sentence behind our head."""
    if language() == "en":
        error.show()
        return
    ctx = getattr(error, "ctx", None)
    if ctx is not None:
        click.echo(ctx.get_usage().replace("Usage:", "Pemakaian:", 1), err=True)
        click.echo(f"Lihat `{ctx.command_path} --help`.", err=True)
    click.echo(f"galat: {_said(error)}", err=True)


def _said(error: click.ClickException) -> str:
    match error:
        case click.NoSuchOption():
            near = f"; mungkin {', '.join(sorted(error.possibilities))}" if error.possibilities else ""
            return f"pilihan {error.option_name} tidak dikenal{near}"
        case click.MissingParameter():
            return f"{_name(error)} harus diisi"
        case click.BadParameter() if error.param is not None and isinstance(error.param.type, click.Choice):
            given = error.message.partition(" is not one of")[0]
            choices = ", ".join(map(str, error.param.type.choices))
            return f"{_name(error)}: {given} tidak dikenal; pilih salah satu dari {choices}"
        case click.BadParameter():
            return f"{_name(error)}: {error.message}" if _name(error) else error.message
        case _:
            return _sentence(error.format_message())


def _name(error: click.BadParameter) -> str:
    """The option or argument as it is typed."""
    if error.param is None or error.ctx is None:
        return ""
    return error.param.opts[-1] if isinstance(error.param, click.Option) else error.param.make_metavar(error.ctx)


def _sentence(text: str) -> str:
    """Click's other sentences, by how they begin; the words behind that (a name) stay."""
    for english, said in _SENTENCES:
        if text.startswith(english):
            return said + text[len(english) :].rstrip(".")
    return text


_SENTENCES = (
    ("No such command", "tidak ada perintah"),
    ("Got unexpected extra arguments", "terlalu banyak kata"),
    ("Got unexpected extra argument", "terlalu banyak kata"),
    ("Missing command", "perintahnya belum disebut"),
)
