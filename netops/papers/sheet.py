"""A paper made of simple blocks (heading, text, pairs, list, table, checks, box): one JSON for PDF and HTML. Adds no fact."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from netops.core.text import Lang
from netops.papers.bast import grouped, labels, party_words
from netops.papers.facts import Party
from netops.papers.office import Office
from netops.papers.words import say_date

Json = dict[str, Any]


def heading(text: str) -> Json:
    return {"kind": "heading", "text": text}


def paragraph(text: str) -> Json:
    return {"kind": "text", "text": text}


def pairs(rows: Sequence[tuple[str, str]]) -> Json:
    """Rows of `label : value`."""
    return {"kind": "pairs", "rows": [list(row) for row in rows]}


def listing(items: Sequence[str]) -> Json:
    """A numbered list."""
    return {"kind": "list", "items": list(items)}


def table(columns: Sequence[str], head: Sequence[str], rows: Sequence[Sequence[str]]) -> Json:
    """A ruled table; `columns` are widths such as `8mm` or `1fr`."""
    return {"kind": "table", "columns": list(columns), "head": list(head), "rows": [list(row) for row in rows]}


def checks(columns: Sequence[str], head: Sequence[str], rows: Sequence[tuple[bool, Sequence[str]]]) -> Json:
    """A table whose first column is a box to tick, ticked where a row says so; `columns` and `head` are without it."""
    body = [{"done": done, "cells": list(cells)} for done, cells in rows]
    return {"kind": "checks", "columns": list(columns), "head": list(head), "rows": body}


def initials(head: Sequence[str], names: Sequence[str]) -> Json:
    """A row for each who initials a paper (paraf), with room to do it."""
    return {"kind": "initials", "head": list(head), "names": list(names)}


def box(label: str, millimetres: int) -> Json:
    """An empty frame to write into, under a heading of its own."""
    return {"kind": "box", "label": label, "height": millimetres}


def minor(text: str) -> Json:
    """A heading within a part."""
    return {"kind": "minor", "text": text}


def note(text: str) -> Json:
    """A small line: what is to be known about what stands above it."""
    return {"kind": "note", "text": text}


def figure(svg: str, alt: str, caption: str) -> Json:
    """A drawing over the whole width; `alt` tells those who cannot see it what it shows."""
    return {"kind": "figure", "svg": svg, "alt": alt, "caption": caption}


def grid(
    columns: Sequence[str], head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
) -> Json:
    """A table of figures in small print; columns numbered in `right` stand on the right, as numbers do."""
    return groups(columns, head, (("", rows),), right=right)


def groups(
    columns: Sequence[str],
    head: Sequence[str],
    parts: Sequence[tuple[str, Sequence[Sequence[str]]]],
    *,
    right: Sequence[int] = (),
) -> Json:
    """Groups of rows, each under a title of its own ('' for none), that a page's end does not part."""
    sides = ["right" if n in right else "left" for n in range(len(columns))]
    body = [{"title": title, "rows": [list(row) for row in rows]} for title, rows in parts]
    return {"kind": "groups", "columns": list(columns), "head": list(head), "sides": sides, "groups": body}


def code(text: str) -> Json:
    """Lines of a device as they are."""
    return {"kind": "code", "lines": [line.rstrip() or "\u00a0" for line in text.expandtabs(4).split("\n")]}


def quoted(text: str, whose: str) -> Json:
    """What a person wrote, paragraph by paragraph, and whose words they are."""
    return {"kind": "quoted", "lines": [line.strip() for line in text.split("\n") if line.strip()], "whose": whose}


def sheet(
    *,
    office: Office,
    lang: Lang,
    lab: bool,
    paper: str,
    change: str,
    code: str,
    day: date,
    title: Sequence[str],
    blocks: Sequence[Json],
    signatures: Sequence[tuple[str, Party]],
    words: Mapping[str, str],
    number: str | None = None,
    copies: Sequence[str] = (),
    annexes: Sequence[tuple[str, Sequence[Json]]] = (),
) -> Json:
    """The whole paper. `words` has `document_title` and `check_sentence` with `{change}`; `number` None prints no line for it.

    `copies` are who gets a copy (tembusan); `annexes` have a title and blocks, and begin on a page of their own.
    """
    t = labels(lang)
    return {
        "t": {key: t[key] for key in ("number", "logo_alt", "stamp")},
        "lang": lang,
        "paper": office.paper,
        "specimen": t["specimen"].split("|") if lab else [],
        "document_title": words["document_title"].format(change=change),
        "author": office.unit,
        "mark": [f"netops {paper} {change} {grouped(code)}"],
        "kop": list(office.kop),
        "unit": office.unit,
        "address": list(office.address),
        "logo": office.logo_svg,
        "title": list(title),
        "number": number,
        "blocks": list(blocks),
        "signed_at": f"{office.city}, {say_date(day, lang, with_weekday=False)}",
        "signatures": [[role, party_words(party, lang)] for role, party in signatures],
        "copies": ["Tembusan:" if lang == "id" else "Copies to:", *copies] if copies else [],
        "annexes": [{"title": name, "blocks": list(parts)} for name, parts in annexes],
        "code": grouped(code),
        "check": words["check_sentence"].format(change=change),
        "qr_text": f"netops {paper} {change} {grouped(code)}",
        "qr_alt": t["qr_alt"].format(change=change, code=grouped(code)),
        "footer_change": t["footer_change"].format(change=change),
        "footer_code": t["footer_code"].format(code=grouped(code)),
        "footer_page": [*t["footer_page"].replace("{pages}", "{page}").split("{page}")],
    }
