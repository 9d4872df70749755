"""The editable parts of a report: proposed from its figures until an officer's own words are kept in the log, with author and time."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from netops.actions.common import one_line
from netops.app import App
from netops.core.errors import InputError
from netops.core.text import Lang, Text
from netops.filing import record
from netops.requests.load import check_line

if TYPE_CHECKING:
    from netops.papers.monitoring_facts import MonitoringFacts, Part, Remark

MOST = 6_000
"""Characters of one part: two pages."""
TITLES: Mapping[str, tuple[Text, tuple[str, ...]]] = {
    "analysis": (Text("analisis", "analysis"), ("analisis", "analysis")),
    "conclusion": (Text("kesimpulan", "conclusion"), ("kesimpulan", "conclusion")),
    "recommendation": (Text("rekomendasi", "recommendation"), ("rekomendasi", "recommendation")),
    "obstacles": (Text("kendala", "obstacles"), ("kendala", "obstacles")),
    "advice": (Text("saran", "advice"), ("saran", "advice")),
}
"""Parts by name, and the headings under which an officer writes them."""
NOTED = "report.noted"


def notes(app: App, facts: "MonitoringFacts", lang: Lang) -> "Mapping[Part, Remark]":
    """Each part of the report: the officer's last words for this subject and period, else what the figures propose."""
    from netops.papers.monitoring_facts import PARTS, Remark
    from netops.papers.proposed import proposed

    own = noted(app, facts.key)
    return {part: own.get(part) or Remark(text=proposed(facts, part, lang)) for part in PARTS}


def noted(app: App, about: str, change: str = "") -> "dict[str, Remark]":
    """What officers last wrote, by part."""
    from netops.papers.monitoring_facts import Remark

    found: dict[str, Remark] = {}
    for one in app.journal.read(change):
        event = one.event
        if event.kind == NOTED and event.data["about"] == about:
            text = app.objects.get(event.data["note"]).decode()
            found[event.data["part"]] = Remark(text=text, author=event.data["author"], at=event.at)
    return found


def note(app: App, about: str, texts: Mapping[str, str], author: str, change: str = "") -> tuple[str, ...]:
    """Keep what differs from what stands there; returns the parts that were written. Raises `InputError`."""
    name = one_line(author, "--by")
    there = noted(app, about, change)
    written = []
    for part, text in texts.items():
        said = _clean(text, TITLES[part][0])
        if part in there and there[part].text == said and there[part].author == name:
            continue
        record(app, "report.noted", change, about=about, part=part, note=app.objects.put(said.encode()), author=name)
        written.append(part)
    return tuple(written)


def read_parts(text: str, allowed: tuple[str, ...]) -> dict[str, str]:
    """`# analisis`, `# kesimpulan` … and what is written below each. Raises `InputError` for another heading, or none."""
    by_heading = {name: part for part in allowed for name in TITLES[part][1]}
    found: dict[str, list[str]] = {}
    part = ""
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), 1):
        heading = re.fullmatch(r"#+\s*(.+?)\s*:?\s*", line)
        if heading is None:
            if part:
                found[part].append(line)
            elif line.strip():
                raise _unknown(line, number, allowed)
            continue
        part = by_heading.get(heading[1].casefold(), "")
        if not part or part in found:
            raise _unknown(line, number, allowed)
        found[part] = []
    texts = {part: "\n".join(lines).strip() for part, lines in found.items()}
    if not any(texts.values()):
        raise _unknown("", 1, allowed)
    return {part: said for part, said in texts.items() if said}


def write_parts(remarks: "Mapping[str, Remark]", lang: Lang) -> str:
    """The same, to be edited."""
    return "\n".join(f"# {TITLES[part][0].to(lang)}\n{remark.text}\n" for part, remark in remarks.items())


def _unknown(line: str, number: int, allowed: tuple[str, ...]) -> InputError:
    names = ", ".join(f"# {TITLES[part][0].id}" for part in allowed)
    names_en = ", ".join(f"# {TITLES[part][0].en}" for part in allowed)
    said = line.strip()[:40] or "–"
    return InputError(
        Text(f"{said!r} bukan bagian laporan", f"{said!r} is no part of the report"),
        Text(f"tulis di bawah judul: {names}", f"write below the headings: {names_en}"),
        line=number,
    )


def _clean(text: str, part: Text) -> str:
    """Paragraphs without control characters. Raises `InputError`."""
    lines = [" ".join(line.split()) for line in text.strip().splitlines()]
    said = "\n".join(line for line in lines if line)
    try:
        for line in said.split("\n"):
            check_line(line)
    except ValueError as error:
        raise InputError(
            Text(f"{part.id}: ada karakter yang tidak diterima", f"{part.en}: a character that is not accepted")
        ) from error
    if not 1 <= len(said) <= MOST:
        raise InputError(
            Text(f"{part.id}: isi 1 sampai {MOST} huruf", f"{part.en}: give 1 to {MOST} characters"),
        )
    return said
