"""Papers of a change, and the readiness of devices. Writes to files and the log, never to a device."""

from pathlib import Path

from netops.actions.common import change_of, running_plan
from netops.app import App
from netops.core.errors import InputError, NetopsError, Refused
from netops.core.model import Finding, Severity
from netops.core.text import Lang, Text
from netops.filing import look, record
from netops.requests.common import canonical_json


def report(app: App, ref: str, *, lang: Lang, number: str = "", out: Path | None = None) -> Path:
    """Write the BAST and record its digest; returns the file. Raises `Failed` where the change was never active."""
    from netops.papers.facts import bast_facts
    from netops.papers.pdf import render_pdf

    filed = look(app, ref)
    change = change_of(app, filed)
    if not change.running_plan:
        raise Refused(
            Text(f"{filed.change} belum pernah dijalankan", f"{filed.change} was never applied"),
            Text("BAST ditulis setelah `netops apply`", "the BAST is written after `netops apply`"),
        )
    facts = bast_facts(
        request=canonical_json(filed.request),
        plan=running_plan(app, change),
        events=tuple(app.journal.read(filed.change)),
        office=app.office,
        place=app.sites.place(filed.request.place).name if filed.request.place else "",
        number=number,
        lab=app.settings.lab,
    )
    document = render_pdf("bast", facts, lang)
    path = out or app.settings.var / "papers" / f"BAST-{filed.change}-{lang}.pdf"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(document)
    except OSError as error:
        raise InputError(
            Text(f"tidak dapat ditulis: {error.strerror}", f"cannot be written: {error.strerror}"), path=path
        ) from error
    record(
        app,
        "paper.written",
        filed.change,
        paper="bast",
        lang=lang,
        file=path.name,
        document=app.objects.put(document),
    )
    return path


def doctor(app: App, limit: str = "") -> dict[str, tuple[Finding, ...]]:
    """Each device's findings; a device that cannot be reached is a finding too."""
    names = app.fleet.limit(limit) if limit else tuple(app.fleet.targets)
    tools = app.tools

    def examine(name: str) -> tuple[Finding, ...]:
        with tools.open(name) as driver:
            return driver.preflight()

    found = tools.fleet.run(list(names), lambda target: examine(target.name))
    return {name: _findings(outcome) for name, outcome in sorted(found.items())}


def _findings(outcome: tuple[Finding, ...] | Exception) -> tuple[Finding, ...]:
    if not isinstance(outcome, Exception):
        return outcome
    if not isinstance(outcome, NetopsError):
        raise outcome
    return (Finding(about="connection", severity=Severity.STOP, id=outcome.describe("id"), en=outcome.describe("en")),)
