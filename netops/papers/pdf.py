"""A paper's facts to PDF bytes (PDF/A-2a, PDF/UA-1): same facts, same bytes; refuses other fonts, files and networks."""

import io
import json
from importlib.resources import as_file, files
from typing import Any, Literal

import segno
import typst

from netops.core.errors import Failed
from netops.core.text import Lang, Text
from netops.papers.bast import Json, bast_page, qr_text
from netops.papers.facts import BastFacts
from netops.papers.glyphs import printable

Paper = Literal["bast"]


def render_pdf(paper: Paper, facts: BastFacts, lang: Lang) -> bytes:
    """The paper in one language. Time inside the file is the handover's. Raises `Failed` where typst cannot render.

    Values reach typst as JSON in `sys.inputs` and are shown as text: nothing of a request is ever typst source.
    """
    inputs = {
        "page": json.dumps(_shown(bast_page(facts, lang)), ensure_ascii=False, sort_keys=True),
        "qr": qr_svg(qr_text(facts)),
    }
    return _compile(paper, inputs, int(facts.at.timestamp()))


def qr_svg(text: str) -> str:
    """A QR code (ISO/IEC 18004, level M) as SVG."""
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(out, kind="svg", border=0, xmldecl=False, svgns=True, nl=False)
    return out.getvalue().decode("ascii")


def _shown(page: Json) -> Json:
    """The page with unprintable characters spelled out, everywhere but in the logo's SVG."""

    def walk(value: Any) -> Any:
        if isinstance(value, str):
            return printable(value)
        if isinstance(value, list):
            return [walk(item) for item in value]
        if isinstance(value, dict):
            return {key: item if key == "logo" else walk(item) for key, item in value.items()}
        return value

    shown: Json = walk(page)
    return shown


def _compile(paper: Paper, inputs: dict[str, str], at: int) -> bytes:
    own = files("netops")
    try:
        with as_file(own / "papers" / "templates") as root, as_file(own / "data" / "fonts") as fonts:
            only = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
            return typst.compile(
                root / f"{paper}.typ",
                root=root,
                font_paths=only,
                ignore_system_fonts=True,
                format="pdf",
                sys_inputs=inputs,
                pdf_standards=["a-2a", "ua-1"],
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
                "Periksa logo dan data di inventory/office.yaml; catatan perubahan tidak terpengaruh.",
                "Check the logo and data in inventory/office.yaml; the change's records are not affected.",
            ),
        ) from exc
