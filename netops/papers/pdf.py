"""A paper's facts to PDF bytes (PDF/A-2a, PDF/UA-1): same facts, same bytes; refuses other fonts, files and networks."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, Literal

import segno
import typst

from netops.core.errors import Failed
from netops.core.text import Lang, Text
from netops.papers.bast import Json, bast_page, qr_text
from netops.papers.facts import BastFacts
from netops.papers.glyphs import printable
from netops.papers.page import bast_html, sheet_html
from netops.papers.qr import qr_svg_many
from netops.papers.seal import Seal, sealed, with_code
from netops.papers.vouchers import Form, VoucherFacts, login_text, voucher_html, voucher_page, wifi_text

Paper = Literal["bast"]


def render_pdf(
    paper: Paper,
    facts: BastFacts,
    lang: Lang,
    photos: Mapping[str, bytes] = MappingProxyType({}),
    seal: Seal | None = None,
) -> bytes:
    """The paper in one language. Time inside the file is the handover's. Raises `Failed` where typst cannot render.

    `photos` are the bodies of the facts' photos by digest, JPEG or PNG.

    Values reach typst as JSON in `sys.inputs` and are shown as text: nothing of a request is ever typst source.
    """
    page = shown(sealed(bast_page(facts, lang), seal, lang))
    beside = {f"photo-{n}.{_ending(photos[name])}": photos[name] for n, name in enumerate(page["pictures"], 1)}
    page["files"] = list(beside)
    inputs = {
        "page": json.dumps(page, ensure_ascii=False, sort_keys=True),
        "qr": qr_svg(with_code(qr_text(facts), seal)),
    }
    return _compile(paper, inputs, int(facts.at.timestamp()), beside=beside)


def render_html(
    facts: BastFacts, lang: Lang, photos: Mapping[str, bytes] = MappingProxyType({}), seal: Seal | None = None
) -> bytes:
    """The same paper, the same words, as one file for a browser."""
    page = shown(sealed(bast_page(facts, lang), seal, lang))
    return bast_html(page, qr_svg(with_code(qr_text(facts), seal)), photos)


def render_sheet(page: Json, at: datetime, form: Literal["pdf", "html"], seal: Seal | None = None) -> bytes:
    """A paper of blocks (`sheet.sheet`) as PDF or as one file for a browser; `at` is the time inside the file."""
    page = shown(sealed(page, seal, "en" if page["lang"] == "en" else "id"))
    qr = qr_svg(with_code(page["qr_text"], seal))
    if form == "html":
        return sheet_html(page, qr)
    inputs = {"page": json.dumps(page, ensure_ascii=False, sort_keys=True), "qr": qr}
    return _compile("sheet", inputs, int(at.timestamp()))


def _ending(picture: bytes) -> str:
    return "png" if picture.startswith(b"\x89PNG") else "jpg"


def qr_svg(text: str) -> str:
    """A QR code (ISO/IEC 18004, level M) as SVG."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="svg", border=0, xmldecl=False, svgns=True, nl=False)
    return out.getvalue().decode("ascii")


def render_vouchers(facts: VoucherFacts, lang: Lang, form: Form) -> bytes:
    """The voucher sheet as PDF (`a4`, `58mm`) or as one page for a browser. The same codes give the same bytes."""
    page = shown(voucher_page(facts, lang))
    wifi, *logins = qr_svg_many([wifi_text(facts.ssid), *(login_text(facts.login, slip) for slip in facts.slips)])
    if form == "html":
        return voucher_html(page, wifi, logins).encode()
    inputs = {
        "page": json.dumps(page, ensure_ascii=False, sort_keys=True),
        "wifi": wifi,
        "logins": json.dumps(logins),
    }
    # No PDF/A, PDF/UA: tagging four thousand pictures costs more than all the rest, and nobody archives codes.
    return _compile("vouchers" if form == "a4" else "vouchers58", inputs, int(facts.at.timestamp()), archive=False)


def shown(page: Json) -> Json:
    """A page with unprintable characters spelled out, everywhere but in the SVG of the logo and of drawings."""

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return printable(value)
        if isinstance(value, list):
            return [walk(item) for item in value]
        if isinstance(value, dict):
            return {key: item if key in ("logo", "svg") else walk(item) for key, item in value.items()}
        return value

    printed: Json = walk(page)
    return printed


@contextmanager
def _root(beside: Mapping[str, bytes]) -> Iterator[Path]:
    """The folder that typst may read: our templates; with pictures a copy of it that holds them too."""
    with as_file(files("netops") / "papers" / "templates") as templates:
        if not beside:
            yield templates
            return
        with TemporaryDirectory(prefix="netops-paper-") as folder:
            for template in templates.glob("*.typ"):
                (Path(folder) / template.name).write_bytes(template.read_bytes())
            for name, picture in beside.items():
                (Path(folder) / name).write_bytes(picture)
            yield Path(folder)


def render_png(svg: str) -> bytes:
    """A drawing as a picture for screens and letters, in our font. Raises `Failed`."""
    return _compile("picture", {"svg": svg}, 0, form="png")


def _compile(
    paper: str,
    inputs: dict[str, str],
    at: int,
    *,
    archive: bool = True,
    beside: Mapping[str, bytes] = MappingProxyType({}),
    form: Literal["pdf", "png"] = "pdf",
) -> bytes:
    try:
        with _root(beside) as root, as_file(files("netops") / "data" / "fonts") as fonts:
            only = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
            return typst.compile(
                root / f"{paper}.typ",
                root=root,
                font_paths=only,
                ignore_system_fonts=True,
                format=form,
                sys_inputs=inputs,
                pdf_standards=["a-2a", "ua-1"] if archive and form == "pdf" else None,
                timestamp=at,
                # No packages: both places they could come from do not exist.
                package_path=root / "no-packages",
                package_cache_path=root / "no-packages",
            )
    except typst.TypstError as exc:
        raise Failed(
            Text(
                f"dokumen {paper} gagal dibuat: {exc.message}",
                f"the paper {paper} could not be rendered: {exc.message}",
            ),
            Text(
                "Periksa logo dan data di inventory/office.yaml, dan foto yang dilampirkan; catatan perubahan tidak terpengaruh.",
                "Check the logo and data in inventory/office.yaml, and attached photos; the change's records are not affected.",
            ),
        ) from exc
