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


def box(label: str, millimetres: int) -> Json:
    """An empty frame to write into, under a heading of its own."""
    return {"kind": "box", "label": label, "height": millimetres}


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
) -> Json:
    """The whole paper. `words` has `document_title` and `check_sentence` with `{change}`; `number` None prints no line for it."""
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
        "code": grouped(code),
        "check": words["check_sentence"].format(change=change),
        "qr_text": f"netops {paper} {change} {grouped(code)}",
        "qr_alt": t["qr_alt"].format(change=change, code=grouped(code)),
        "footer_change": t["footer_change"].format(change=change),
        "footer_code": t["footer_code"].format(code=grouped(code)),
        "footer_page": [*t["footer_page"].replace("{pages}", "{page}").split("{page}")],
    }
