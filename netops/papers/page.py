"""A paper as one HTML file for browsers and printers: the same words as the PDF, nothing from outside, no script."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

Json = dict[str, Any]

_SIZES = {"a4": "210mm 297mm", "f4": "215mm 330mm"}
_STYLE = """
@page { size: %(size)s; margin: 16mm 20mm 22mm 25mm;
  @bottom-left { font: 7.5pt "Liberation Sans", Arial, sans-serif; color: #3c3c3c; }
  @bottom-center { font: 7.5pt "Liberation Sans", Arial, sans-serif; color: #3c3c3c; }
  @bottom-right { font: 7.5pt "Liberation Sans", Arial, sans-serif; color: #3c3c3c; } }
* { box-sizing: border-box; }
html { background: #ddd; }
body { font: 10.5pt/1.28 "Liberation Sans", Arial, Helvetica, sans-serif; color: #000; margin: 0; }
main { position: relative; background-color: #fff; width: %(width)s; min-height: %(height)s; margin: 8mm auto;
  padding: 16mm 20mm 16mm 25mm; overflow-wrap: anywhere; }
main.marked { background-image: url("%(mark)s"); background-repeat: repeat-y; background-size: 100%% %(height)s;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.mark { display: none; }
h1 { font-size: 13pt; text-align: center; margin: 2.5mm 0 1mm; line-height: 1.2; }
h2 { font-size: 10.5pt; margin: 3.2mm 0 1.2mm; break-after: avoid; }
p { margin: 1.5mm 0; text-align: justify; }
.kop { display: grid; grid-template-columns: 18mm 1fr 18mm; align-items: center; text-align: center;
  border-bottom: 1.6pt solid #000; padding-bottom: 2mm; position: relative; margin-bottom: 1.2mm; }
.kop + .line { border-top: .5pt solid #000; margin-bottom: 2mm; }
.kop img { height: 18mm; max-width: 18mm; }
.kop .name { font-size: 12pt; line-height: 1.25; }
.kop .unit { font-size: 13pt; font-weight: bold; text-transform: uppercase; line-height: 1.25; }
.kop .address { font-size: 8.5pt; line-height: 1.3; }
.number { text-align: center; margin-bottom: 3mm; }
.dots { display: inline-block; border-bottom: .6pt dotted #000; height: 1em; min-width: 40mm; }
.pairs { border-collapse: collapse; margin: 1mm 0; }
.pairs td { vertical-align: top; padding: 0; line-height: 1.25; }
.pairs td:first-child { width: 42mm; }
.party .pairs td:first-child { width: 28mm; }
.pairs td:nth-child(2) { width: 4mm; }
.party { display: grid; grid-template-columns: 7mm 1fr; margin: 1.5mm 0; break-inside: avoid; }
ol { margin: 1mm 0; padding-left: 6mm; }
table.ruled { border-collapse: collapse; width: 100%%; font-size: 9pt; line-height: 1.25; margin: 1.5mm 0; }
table.ruled th { background: #ebebeb; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
table.ruled th, table.ruled td { border: .5pt solid #5a5a5a; padding: 1mm 2mm; vertical-align: top; height: 6.5mm; }
table.ruled th { text-align: center; vertical-align: middle; overflow-wrap: normal; padding: 1.2mm 1mm; }
table.ruled tr { break-inside: avoid; }
table.proof { font-size: 7.5pt; }
table.checks td { vertical-align: middle; height: 9mm; }
.box { border: .5pt solid #5a5a5a; margin-bottom: 3mm; }
.note { font-size: 8.5pt; font-style: italic; text-align: left; }
.tick { display: inline-block; width: 4mm; height: 4mm; border: .8pt solid #000; line-height: 3.6mm; font-size: 10pt;
  font-weight: bold; vertical-align: middle; text-align: center; }
.sign { display: grid; gap: 0 8mm; text-align: center; margin: 2mm 0; break-inside: avoid; }
.sign .space { height: 18mm; }
.sign .who { font-weight: bold; text-decoration: underline; text-underline-offset: 2pt; }
.foot { display: grid; grid-template-columns: 42mm 1fr; gap: 6mm; align-items: end; break-inside: avoid; }
.foot .space { height: 15mm; }
.foot.three .space { height: 18mm; }
.foot.three { grid-template-columns: 42mm 1fr 42mm; }
.code img { width: 21mm; display: block; }
.code b { font-size: 10pt; letter-spacing: .4pt; }
.code p { font-size: 6.5pt; margin: .5mm 0 0; text-align: left; line-height: 1.3; }
.place { text-align: right; margin: 1mm 8mm 0 0; }
.stamp { color: #8c8c8c; font-size: 7pt; float: left; margin-left: 6mm; }
.annex { break-before: page; }
.annex h1 { font-size: 12pt; margin-top: 6mm; }
.centre { text-align: center; font-size: 9pt; }
.head { border: .5pt solid #5a5a5a; padding: 2mm; font-size: 8pt; text-align: left; overflow-wrap: anywhere; }
.photos { display: grid; grid-template-columns: 1fr 1fr; gap: 5mm; margin: 2mm 0; }
figure { margin: 0; break-inside: avoid; font-size: 8.5pt; }
figure div { height: 62mm; border: .5pt solid #5a5a5a; display: flex; align-items: center; justify-content: center; padding: 1mm; }
figure div.empty { border: .5pt dashed #787878; color: #6e6e6e; height: 52mm; }
figure img { max-width: 100%%; max-height: 100%%; }
h3 { font-size: 9.5pt; margin: 3mm 0 1mm; break-after: avoid; }
.chart { margin: 2mm 0 4mm; }
.chart img { width: 100%%; display: block; }
.wide { overflow-x: auto; }
table.figures { font-size: 8pt; }
table.figures th, table.figures td { padding: .7mm 1.2mm; height: auto; overflow-wrap: break-word; }
table.figures .kept { break-inside: avoid; }
table.figures .right { text-align: right; white-space: nowrap; }
table.figures .group th { background: #f7f7f7; text-align: left; }
.copies { font-size: 9pt; margin-top: 4mm; break-inside: avoid; }
@media screen and (max-width: 820px) {
  html, body { background: #fff; }
  main, main.marked { width: auto; min-height: 0; margin: 0; padding: 4mm; background-size: 100%% auto; }
  .wide, .chart { overflow-x: auto; }
  .ruled col { width: auto !important; }
  table.figures { min-width: 150mm; }
  .chart img { min-width: 130mm; }
  .kop { grid-template-columns: 0 1fr 0; }
  .kop img { display: none; }
  p { text-align: left; }
  .foot, .foot.three { grid-template-columns: 1fr; }
}
.footer { display: flex; justify-content: space-between; border-top: .4pt solid #8c8c8c; margin-top: 8mm; padding-top: 1mm;
  font-size: 7.5pt; color: #3c3c3c; }
@media print {
  .footer { display: none; }
  html { background: none; }
  body { line-height: 1.2; }
  .pairs td { line-height: 1.2; }
  main, main.marked { width: auto; min-height: 0; margin: 0; padding: 0; background: none; }
  .mark { display: flex; position: fixed; inset: 0; z-index: -1; align-items: center; justify-content: center; }
  .mark div { transform: rotate(-52deg); text-align: center; font-weight: bold; font-size: 33pt; color: #e2e2e2;
    white-space: nowrap; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .mark small { display: block; font-size: 17pt; }
}
"""


def bast_html(page: Json, qr: str, photos: Mapping[str, bytes]) -> bytes:
    """The BAST. `photos` by digest, as `page["pictures"]` names them."""
    t = page["t"]
    body = [
        _kop(page),
        f"<h1>{_(t['title'])}<br>{_(t['subtitle'])}</h1>",
        _number(t["number"], page["number"]),
        f"<p>{_(page['opening'])}</p>",
        _party(1, page["first"], t, t["first_is"]),
        _party(2, page["second"], t, t["second_is"]),
        f"<p>{_(t['agreement'])}</p>",
        _heading(t["basis"]),
        _list(page["basis"]),
        _heading(t["event"]),
        _pairs(page["event"]),
        _heading(t["details"]),
        _table(
            ("23%", "21%", "22%", ""),
            (t["col_what"], t["col_approved"], t["col_installed"], t["col_tested"]),
            page["details"],
        ),
        f'<p class="note">{_(t["details_note"])}</p>',
        _heading(t["loan"]),
        f"<p>{_(page['loan_text'])}</p>",
        _table(
            ("8mm", "", "", "26mm", "32mm"),
            ("No.", t["col_type"], t["col_serial"], t["col_condition"], t["col_return"]),
            page["loans"],
        ),
        _heading(t["period"]),
        f"<p>{_(page['period'])}</p>",
        _heading(t["contacts"]),
        _pairs(page["contacts"]),
        _box(t["remarks"], 18),
        f"""<section style="break-inside:avoid"><p>{_(t["closing"])}</p>""",
        f'<p class="place">{_(page["signed_at"])}</p>',
        _signatures(
            [
                (f"<b>{_(t['second'])}</b><br>{_(t['receives'])},", page["second"]),
                (f"<b>{_(t['first'])}</b><br>{_(t['hands_over'])},", page["first"]),
            ]
        ),
        f'<div class="foot three">{_code(page, qr)}<div>'
        + _signatures([(f"{_(t['acknowledges'])},", page["acknowledges"])], stamp=t["stamp"])
        + "</div><div></div></div></section>",
        _annex(page, photos),
        _seal(page),
    ]
    return _document(page, body)


def sheet_html(page: Json, qr: str) -> bytes:
    """A paper of blocks (`netops.papers.sheet`)."""
    body = [_kop(page)]
    if page["title"]:
        body.append(f"<h1>{'<br>'.join(map(_, page['title']))}</h1>")
    if page["number"] is not None:
        body.append(_number(page["t"]["number"], page["number"]))
    kept = _with_signature(page["blocks"])
    body += [_block(block) for block in page["blocks"][: len(page["blocks"]) - kept]]
    last = "".join(_block(block) for block in page["blocks"][len(page["blocks"]) - kept :])
    roles = [(f"<b>{_(role)}</b>", who) for role, who in page["signatures"]]
    centred = ' style="text-align:center;margin-right:0"' if len(roles) == 1 else ""
    place = f'<p class="place"{centred}>{_(page["signed_at"])}</p>' if roles else ""
    if len(roles) == 3:
        below = f'<div class="foot three">{_code(page, qr)}<div>{_signatures(roles[2:])}</div><div></div></div>'
        body.append(f'<section style="break-inside:avoid">{last}{place}{_signatures(roles[:2])}{below}</section>')
    else:
        signed = _signatures(roles) if roles else ""
        foot = f'<div class="foot">{_code(page, qr)}<div>{place}{signed}</div></div>'
        body.append(f'<section style="break-inside:avoid">{last}{foot}</section>' if last else foot)
    if page["copies"]:
        word, *copies = page["copies"]
        body.append(f'<section class="copies"><b>{_(word)}</b>{_list(copies)}</section>')
    for annex in page["annexes"]:
        blocks = "".join(_block(block) for block in annex["blocks"])
        body.append(f'<section class="annex"><h1>{_(annex["title"])}</h1>{blocks}</section>')
    body.append(_seal(page))
    return _document(page, body)


def _with_signature(blocks: Sequence[Json]) -> int:
    """How many of the last blocks stay with the signature: what is short and last, as in `sheet.typ`."""
    last = blocks[-1] if blocks else {"kind": ""}
    match last["kind"]:
        case "box" | "text":
            return 1
        case "quoted" if len(last["lines"]) <= 6:
            return min(2, len(blocks))
        case "list" if len(last["items"]) <= 4:
            return min(2, len(blocks))
    return 0


def _seal(page: Json) -> str:
    """The log's published head, whole."""
    if "seal" not in page:
        return ""
    seal = page["seal"]
    said = "".join(f"<p>{_(line)}</p>" for line in seal["text"])
    lines = "<br>".join(map(_, seal["lines"]))
    return (
        f'<section class="annex"><h1>{_(seal["title"])}</h1><p class="centre"><b>{_(seal["code"])}</b></p>{said}'
        f'<p class="head">{lines}</p></section>'
    )


def _document(page: Json, body: Sequence[str]) -> bytes:
    size = _SIZES[page["paper"]]
    width, height = size.split()
    mark = page["specimen"]
    style = _margins(page) + _STYLE % {
        "size": size,
        "width": width,
        "height": height,
        "mark": _mark_image(mark) if mark else "",
    }
    across = "".join(f"<small>{_(line)}</small>" if n else _(line) for n, line in enumerate(mark))
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="{page["lang"]}"><head><meta charset="utf-8">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">",
            '<meta name="viewport" content="width=device-width">',
            f"<title>{_(page['document_title'])}</title>",
            f'<meta name="author" content="{_(page["author"])}">',
            f'<meta name="keywords" content="{_(" ".join(page["mark"]))}">',
            f"<style>{style}</style></head><body>",
            f'<div class="mark" aria-hidden="true"><div>{across}</div></div>' if mark else "",
            f'<main class="marked" data-mark="{_(" ".join(mark))}">' if mark else "<main>",
            *body,
            f'<div class="footer"><span>{_(page["footer_change"])}</span><span>{_(page["footer_code"])}</span></div>',
            "</main></body></html>\n",
        )
    ).encode()


def _margins(page: Json) -> str:
    """The footer of each printed page (CSS Paged Media), where the browser knows it."""
    before, between, after = (_css(part) for part in page["footer_page"])
    number = f"{before} counter(page) {between} counter(pages) {after}"
    parts = (("left", _css(page["footer_change"])), ("center", _css(page["footer_code"])), ("right", number))
    return "@page { " + " ".join(f"@bottom-{where} {{ content: {content} }}" for where, content in parts) + " }"


def _css(text: str) -> str:
    return '"' + "".join(c if c.isalnum() or c in " -." else f"\\{ord(c):x} " for c in text) + '"'


def _(text: str) -> str:
    return escape(text, quote=True)


def _data(kind: str, body: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(body).decode('ascii')}"


def _mark_image(lines: Sequence[str]) -> str:
    """The mark as a picture of one page, repeated down the screen; in print a fixed element repeats on each page."""
    first, *more = lines
    text = f'<text y="0" font-size="44">{_(first)}</text>' + "".join(
        f'<text y="{28 * n + 10}" font-size="22">{_(line)}</text>' for n, line in enumerate(more, 1)
    )
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 794 1123"><g transform="translate(397 575) rotate(-52)" '
        f'font-family="Liberation Sans,Arial,sans-serif" font-weight="bold" fill="#e6e6e6" text-anchor="middle">{text}</g></svg>'
    )
    return _data("image/svg+xml", svg.encode())


def _kop(page: Json) -> str:
    logo = page["logo"]
    image = f'<img src="{_data("image/svg+xml", logo.encode())}" alt="{_(page["t"]["logo_alt"])}">' if logo else ""
    names = "".join(f'<div class="name">{_(line)}</div>' for line in page["kop"])
    address = "".join(f'<div class="address">{_(line)}</div>' for line in page["address"])
    words = f'<div>{names}<div class="unit">{_(page["unit"])}</div>{address}</div>'
    return f'<header class="kop"><div>{image}</div>{words}<div></div></header><div class="line"></div>'


def _number(label: str, number: str) -> str:
    return f'<div class="number">{_(label)}: {_filled(number)}</div>'


def _filled(value: str) -> str:
    return _(value) if value else '<span class="dots"></span>'


def _heading(text: str) -> str:
    return f"<h2>{_(text)}</h2>"


def _list(items: Iterable[str]) -> str:
    return f"<ol>{''.join(f'<li>{_(item)}</li>' for item in items)}</ol>"


def _pairs(rows: Iterable[Sequence[str]]) -> str:
    body = "".join(f"<tr><td>{_(name)}</td><td>:</td><td>{_filled(value)}</td></tr>" for name, value in rows)
    return f'<table class="pairs">{body}</table>'


def _table(widths: Sequence[str], head: Sequence[str], rows: Iterable[Sequence[str]], more: str = "") -> str:
    columns = "".join(f'<col style="width:{width}">' if width else "<col>" for width in widths)
    names = "".join(f"<th>{_(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{_(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<table class="ruled{more}"><colgroup>{columns}</colgroup><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>'


def _box(label: str, millimetres: int) -> str:
    return f'<section style="break-inside:avoid">{_heading(label)}<div class="box" style="height:{millimetres}mm"></div></section>'


def _party(number: int, who: Json, t: Mapping[str, str], closing: str) -> str:
    rows = [(t["name"], who["name"]), (who["kind"], who["number"]), (t["position"], who["title"])]
    rows += [(t["warrant"], who["warrant"])] if who["warrant"] else []
    rows.append((t["unit"], who["unit"]))
    return f'<div class="party"><div>{number}.</div><div>{_pairs(rows)}{_(closing)}</div></div>'


def _signatures(columns: Sequence[tuple[str, Json]], stamp: str = "") -> str:
    """Role (our own markup), title, room to sign, name and number: row by row, so that names stand on one line."""
    mark = f'<span class="stamp">{_(stamp)}</span>' if stamp else ""
    rows = [
        [f"<div>{role}</div>" for role, _who in columns],
        [f"<div>{_filled(who['title'])}</div>" for _role, who in columns],
        [f'<div class="space">{mark}</div>' for _column in columns],
        [f'<div class="who">{_(who["name"])}</div>' if who["name"] else '<div><span class="dots"></span></div>' for _role, who in columns],
        [f"<div>{_(who['kind'])}. {_filled(who['number'])}</div>" for _role, who in columns],
    ]  # fmt: skip
    cells = "".join(cell for row in rows for cell in row)
    return f'<div class="sign" style="grid-template-columns:repeat({len(columns)},1fr)">{cells}</div>'


def _code(page: Json, qr: str) -> str:
    image = f'<img src="{_data("image/svg+xml", qr.encode())}" alt="{_(page["qr_alt"])}">'
    return f'<div class="code">{image}<b>{_(page["code"])}</b><p>{_(page["check"])}</p></div>'


def _annex(page: Json, photos: Mapping[str, bytes]) -> str:
    t = page["t"]
    initials = (f"{t['hands_over']} – {t['initials']}", f"{t['receives']} – {t['initials']}")
    pictures = "".join(
        f'<figure><div><img src="{_picture(photos[name])}" alt="{_(label)}"></div><figcaption>{_(label)}</figcaption></figure>'
        for name, label in zip(page["pictures"], page["photos"], strict=False)
    ) or "".join(f'<figure><div class="empty">{_(label)}</div></figure>' for label in page["photos"])
    rest = page["photos"][len(page["pictures"]) :] if page["pictures"] else []
    return "".join(
        (
            f'<section class="annex"><h1>{_(t["annex"])}</h1><p class="centre">{_(page["annex_of"])}</p>',
            _heading(f"A. {t['annex_vouchers']}"),
            f"<p>{_(t['vouchers_text'])}</p>",
            _pairs(page["vouchers"]),
            '<div style="margin-top:2mm"></div>',
            _table(("50%", "50%"), initials, [("\u00a0", "\u00a0")], " checks"),
            _heading(f"B. {t['annex_photos']}"),
            f'<div class="photos">{pictures}</div>',
            *(f"<p>{_(line)}</p>" for line in rest),
            _heading(f"C. {t['annex_proof']}"),
            f'<p style="font-size:8.5pt;text-align:left">{_(page["proof_text"])}</p>',
            _table(("", "116mm"), (t["proof_what"], t["proof_digest"]), page["proofs"], " proof"),
            "</section>",
        )
    )


def _picture(body: bytes) -> str:
    return _data("image/png" if body.startswith(b"\x89PNG") else "image/jpeg", body)


def _block(block: Json) -> str:
    match block["kind"]:
        case "heading":
            return _heading(block["text"])
        case "text":
            return f"<p>{_(block['text'])}</p>"
        case "pairs":
            return _pairs(block["rows"])
        case "list":
            return _list(block["items"])
        case "table":
            return _table(_widths(block["columns"]), block["head"], block["rows"])
        case "checks":
            return _checks(block)
        case "box":
            return _box(block["label"], block["height"])
        case "minor":
            return f"<h3>{_(block['text'])}</h3>"
        case "note":
            return f'<p class="note">{_(block["text"])}</p>'
        case "figure":
            image = _data("image/svg+xml", block["svg"].encode())
            return f'<figure class="chart"><h3>{_(block["caption"])}</h3><img src="{image}" alt="{_(block["alt"])}"></figure>'
        case "groups":
            return _groups(block)
        case "initials":
            return _table(("", "55mm"), block["head"], [(name, "\u00a0") for name in block["names"]], " checks")
        case "code":
            return f'<p class="head" style="white-space:pre-wrap">{"<br>".join(map(_, block["lines"]))}</p>'
        case "quoted":
            said = "".join(f"<p>{_(line)}</p>" for line in block["lines"])
            return f'{said}<p class="note">{_(block["whose"])}</p>'
    raise ValueError(f"no block {block['kind']!r}")


def _groups(block: Json) -> str:
    columns = "".join(f'<col style="width:{width}">' if width else "<col>" for width in _widths(block["columns"]))
    names = "".join(f"<th>{_(name)}</th>" for name in block["head"])
    body = "".join(
        ('<tbody class="kept">' if group["title"] and len(group["rows"]) <= 12 else "<tbody>")
        + (f'<tr class="group"><th colspan="{len(block["columns"])}">{_(group["title"])}</th></tr>' if group["title"] else "")
        + "".join(
            "<tr>" + "".join(
                f'<td class="{side}">{_(cell)}</td>' for side, cell in zip(block["sides"], row, strict=True)
            ) + "</tr>"
            for row in group["rows"]
        )
        + "</tbody>"
        for group in block["groups"]
    )  # fmt: skip
    return (
        f'<div class="wide"><table class="ruled figures"><colgroup>{columns}</colgroup>'
        f"<thead><tr>{names}</tr></thead>{body}</table></div>"
    )


def _widths(columns: Iterable[str]) -> list[str]:
    """Millimetres as they are; shares (`1fr`) are left to the browser, which weighs them by their content."""
    return [width if width.endswith("mm") else "" for width in columns]


def _checks(block: Json) -> str:
    columns = "".join(
        f'<col style="width:{width}">' if width else "<col>" for width in ("9mm", *_widths(block["columns"]))
    )
    names = "".join(f"<th>{_(name)}</th>" for name in ("", *block["head"]))
    body = "".join(
        f'<tr><td style="text-align:center"><span class="tick">{"✓" if row["done"] else ""}</span></td>'
        f"{''.join(f'<td>{_(cell)}</td>' for cell in row['cells'])}</tr>"
        for row in block["rows"]
    )
    return f'<table class="ruled checks"><colgroup>{columns}</colgroup><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>'
