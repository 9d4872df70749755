"""Tables as spreadsheets (only importer of xlsxwriter): every cell is text or a number, never a formula; the same in, the same bytes."""

import io
import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime

from netops.papers.glyphs import printable

Cell = str | int
EPOCH = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The one moment of every part of the file: docProps and the zip's own dates."""
LINE = 15.0
"""Points of one line at the standard size (Calibri 11)."""
_STARTS = ("=", "+", "-", "@", "\t", "\r")


def workbook(
    name: str, title: str, head: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[Cell]], *, author: str
) -> bytes:
    """One sheet with a title, a frozen header with filters, and rows; made for printing on A4 across."""
    import xlsxwriter

    out = io.BytesIO()
    # Text is text: no cell becomes a formula, a number or a link by what somebody wrote into a request.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(out, options)
    book.set_properties({"title": title, "author": author, "created": EPOCH})
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "font_size": 13})
    top = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "bg_color": "#EBEBEB"})
    plain = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    sheet.write_string(0, 0, _safe(title), bold)
    for column, (word, width) in enumerate(zip(head, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(2, column, word, top)
    sheet.set_row(2, _height(head, widths))
    for number, row in enumerate(rows, 3):
        sheet.set_row(number, _height(row, widths))
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(number, column, cell, plain)
            else:
                sheet.write_string(number, column, _safe(cell), plain)
    sheet.autofilter(2, 0, 2 + max(len(rows), 1), len(head) - 1)
    sheet.freeze_panes(3, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer("&L&A&R&P / &N")
    book.close()
    return out.getvalue()


def _height(row: Sequence[Cell], widths: Sequence[int]) -> float:
    """Points that the longest of the wrapped texts needs, in a font a little wider than ours too: not every program does it."""
    lines = (len(textwrap.wrap(str(cell), width * 7 // 8)) for cell, width in zip(row, widths, strict=True))
    return LINE * max(1, *lines)


def _safe(text: str) -> str:
    """What a spreadsheet shows as it is, also when it is copied out as CSV: an apostrophe before what would be a formula."""
    shown = printable(text)[:32_000]
    return f"'{shown}" if shown.lstrip(" \"'").startswith(_STARTS) else shown
