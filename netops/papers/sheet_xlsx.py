"""Tables as spreadsheets (only importer of xlsxwriter): every cell is text or a number, never a formula; the same in, the same bytes."""

import io
import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from msgspec import Struct

from netops.papers.glyphs import printable

Cell = str | int | float | datetime | None
EPOCH = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The one moment of every part of the file: docProps and the zip's own dates."""
_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC).replace(tzinfo=None)
LINE = 15.0
"""Points of one line at the standard size (Calibri 11)."""
_STARTS = ("=", "+", "-", "@", "\t", "\r")


Kind = Literal["text", "count", "rate", "share", "moment", "volume"]
_FORMATS: Mapping[Kind, str] = {
    "count": "#,##0",
    "rate": "#,##0.0##",
    "share": "0.0%",
    "moment": "dd/mm/yyyy hh:mm",
    "volume": "#,##0.0##",
}
"""Numbers stay numbers: how they are shown is the reader's locale's matter."""


class Column(Struct, frozen=True, kw_only=True):
    """Its head, its width in characters, and what its cells are; a cell of another kind is written as what it is."""

    head: str
    width: int
    kind: Kind = "text"


class Curve(Struct, frozen=True, kw_only=True):
    """One line of a chart: a column of the data by its number; `dashed` for what is allowed rather than measured."""

    name: str
    column: int
    dashed: bool = False


class Plot(Struct, frozen=True, kw_only=True):
    """A native chart over the rows of the page named `data`, whose first column is time; a blank cell is a gap."""

    title: str
    data: str
    unit: str
    curves: tuple[Curve, ...]


class Page(Struct, frozen=True, kw_only=True):
    """One sheet: a title, a header that stays in sight, rows; or charts. `still`: columns that stay in sight too."""

    name: str
    title: str
    columns: tuple[Column, ...] = ()
    rows: Sequence[Sequence[Cell]] = ()
    plots: tuple[Plot, ...] = ()
    still: int = 0
    filters: bool = True


def workbook(
    name: str, title: str, head: Sequence[str], widths: Sequence[int], rows: Sequence[Sequence[Cell]], *, author: str
) -> bytes:
    """One sheet with a title, a frozen header with filters, and rows; made for printing on A4 across."""
    columns = tuple(Column(head=word, width=width) for word, width in zip(head, widths, strict=True))
    return workbook_of([Page(name=name, title=title, columns=columns, rows=rows, still=2)], title, author=author)


def workbook_of(pages: Sequence[Page], title: str, *, author: str) -> bytes:
    """Several sheets, each made for printing on A4 across."""
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
    formats = {
        kind: book.add_format(
            {"text_wrap": kind == "text", "valign": "top", "border": 1, "num_format": _FORMATS.get(kind, "General")}
        )
        for kind in get_args(Kind)
    }
    formats["title"] = book.add_format({"bold": True, "font_size": 13})
    formats["head"] = book.add_format(
        {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1, "bg_color": "#EBEBEB"}
    )
    data = {page.name: page.rows for page in pages}
    for page in pages:
        sheet = book.add_worksheet(page.name)
        sheet.write_string(0, 0, safe(page.title), formats["title"])
        if page.columns:
            _rows(sheet, page, formats)
        for number, plot in enumerate(page.plots):
            sheet.insert_chart(2 + 18 * number, 0, _chart(book, plot, data[plot.data]), {"object_position": 2})
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L&A&R&P / &N")
    book.close()
    return out.getvalue()


def _rows(sheet: Any, page: Page, formats: Mapping[str, Any]) -> None:
    widths = [column.width for column in page.columns]
    for number, column in enumerate(page.columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(2, number, safe(column.head), formats["head"])
    sheet.set_row(2, _height([column.head for column in page.columns], widths))
    wrapped = any(column.kind == "text" for column in page.columns)
    for number, row in enumerate(page.rows, 3):
        if wrapped:
            sheet.set_row(number, _height(row, widths))
        for place, (cell, column) in enumerate(zip(row, page.columns, strict=True)):
            _write(sheet, number, place, cell, column.kind, formats)
    if page.filters:
        sheet.autofilter(2, 0, 2 + max(len(page.rows), 1), len(page.columns) - 1)
    sheet.freeze_panes(3, page.still)
    sheet.repeat_rows(2)


def _write(sheet: Any, row: int, column: int, cell: Cell, kind: Kind, formats: Mapping[str, Any]) -> None:
    if cell is None:
        sheet.write_blank(row, column, None, formats[kind])
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, column, cell.replace(tzinfo=None), formats["moment"])
    elif isinstance(cell, str):
        sheet.write_string(row, column, safe(cell), formats["text"])
    else:
        sheet.write_number(row, column, cell, formats[kind])


def _serial(cell: Cell) -> float:
    """A moment as a spreadsheet counts it: days since 1899-12-30."""
    return (cell.replace(tzinfo=None) - _DAY_ZERO) / timedelta(days=1) if isinstance(cell, datetime) else 0.0


def _chart(book: Any, plot: Plot, data: Sequence[Sequence[Cell]]) -> Any:
    """Black on white, as it is printed; a scatter chart, because Excel's date axis knows no hours."""
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    rows = len(data)
    edges = {"min": _serial(data[0][0]), "max": _serial(data[-1][0])} if rows > 1 else {}
    for number, curve in enumerate(plot.curves):
        line = {"color": "#000000" if number % 2 == 0 else "#7F7F7F", "width": 1.0}
        chart.add_series(
            {
                "name": safe(curve.name),
                "categories": [plot.data, 3, 0, 2 + max(rows, 1), 0],
                "values": [plot.data, 3, curve.column, 2 + max(rows, 1), curve.column],
                "line": {**line, "dash_type": "dash"} if curve.dashed else line,
                "marker": {"type": "none"},
            }
        )
    chart.set_title({"name": safe(plot.title), "name_font": {"size": 11}, "overlay": False})
    chart.set_x_axis({**edges, "num_format": "dd/mm hh:mm", "num_font": {"rotation": -45, "size": 8}})
    chart.set_y_axis({"name": plot.unit, "min": 0, "major_gridlines": {"visible": True, "line": {"color": "#BFBFBF"}}})
    chart.set_legend({"position": "bottom"})
    chart.show_blanks_as("gap")
    chart.set_size({"width": 960, "height": 340})
    return chart


def _height(row: Sequence[Cell], widths: Sequence[int]) -> float:
    """Points that the longest of the wrapped texts needs, in a font a little wider than ours too: not every program does it."""
    cells = zip(row, widths, strict=True)
    lines = [len(textwrap.wrap(cell, width * 7 // 8)) for cell, width in cells if isinstance(cell, str)]
    return LINE * max([1, *lines])


def safe(text: str) -> str:
    """What a spreadsheet shows as it is, also when it is copied out as CSV: an apostrophe before what would be a formula."""
    shown = printable(text)[:32_000]
    return f"'{shown}" if shown.lstrip(" \"'").startswith(_STARTS) else shown
