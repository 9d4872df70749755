"""What every command prints: results on stdout (text or JSON), messages and errors on stderr, colour only on a terminal."""

import csv
import io
import json
import os
from collections.abc import Iterable, Sequence
from typing import Any

import click

from netops.core.canonical import dump
from netops.core.errors import NetopsError, StalePlan
from netops.core.text import Text, language

EXIT_CHANGES = 3
"""Changes pending, drift or findings (`plan`, `doctor`)."""


def say(text: Text) -> None:
    """A message for the person at the terminal: stderr, so that stdout stays data."""
    click.echo(text.to(language()), err=True)


def result(text: str) -> None:
    click.echo(text)


def as_json(value: Any) -> None:
    """JSON for programs that is safe to look at: what a terminal might act on (C1 controls, bidi) is escaped."""
    text = json.dumps(dump(value), indent=2, ensure_ascii=False, sort_keys=True)
    click.echo("".join(char if char == "\n" or char.isprintable() else json.dumps(char)[1:-1] for char in text))


def fail(error: NetopsError) -> None:
    lang = language()
    if isinstance(error, StalePlan) and error.difference:
        click.echo(colour_difference(error.difference), err=True)
    head = Text("galat", "error").to(lang)
    click.echo(click.style(f"{head}: ", fg="red", bold=True) + clean(error.describe(lang)), err=True)
    for note in getattr(error, "__notes__", ()):
        click.echo("  " + clean(note), err=True)


def clean(text: str) -> str:
    """Text of a device or request without terminal escapes: control characters other than newline and tab go."""
    return "".join(char if char in "\n\t" or char.isprintable() else "�" for char in text)


def colour_difference(text: str) -> str:
    """`+` green, `-` red, `~` yellow; plain where there is no terminal or NO_COLOR is set (click strips it)."""
    colours = {"+": "green", "-": "red", "~": "yellow"}
    if os.environ.get("NO_COLOR"):
        return clean(text)
    return "\n".join(
        click.style(line, fg=colours[line[:1]]) if line[:1] in colours else line for line in clean(text).split("\n")
    )


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Columns padded to their widest cell; the last one as it is."""
    lines = [head, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head) - 1)] + [0]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def csv_text(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """CSV (RFC 4180) that a spreadsheet takes as text: no cell begins a formula, none holds a control character."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(head)
    writer.writerows([_cell(cell) for cell in row] for row in rows)
    return buffer.getvalue()


def _cell(text: str) -> str:
    """OWASP, CSV injection: a leading `=`, `+`, `-`, `@` makes a formula, behind blanks and quotes too."""
    shown = clean(text).replace("\t", " ")
    return f"'{shown}" if shown.lstrip(" \"'")[:1] in tuple("=+-@") else shown
