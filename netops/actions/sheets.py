"""Approval sheets: issued as PDF, taken back signed electronically. Refuses a PDF that is none of those issued."""

from pathlib import Path

from netops.actions.common import change_of
from netops.actions.deciding import sheets
from netops.actions.living import refuse_stopped
from netops.app import App
from netops.core.canonical import digest
from netops.core.errors import InputError, Refused
from netops.core.text import Text
from netops.filing import Filed, record
from netops.requests import pades
from netops.requests.statement import Statement, parse_statement, statement_bytes
from netops.views import said_rows, what_changes


def issue(app: App, filed: Filed, said: Statement, out: Path) -> Path:
    """Write the sheet of a statement and record it: this very file may come back signed. Raises `InputError`, `Refused`."""
    from netops.papers.approval import approval_page
    from netops.papers.facts import Party
    from netops.papers.pdf import render_sheet
    from netops.requests.new import show

    refuse_stopped(change_of(app, filed))
    signed, lang, at = statement_bytes(said), app.lang, app.clock.now()
    name = digest(signed)
    held = app.office.signatories.get(said.role)
    page = approval_page(
        change=filed.change,
        asked=[_pair(line) for line in show(filed.request, lang).splitlines()],
        changes=what_changes(app, filed, lang),
        said=[(word.to(lang), value) for word, value in said_rows(filed, said, lang)],
        statement=name,
        mark=pades.mark(name),
        signs=Party(name=held.name if held else said.approver, title=held.title if held else said.role),
        office=app.office,
        lang=lang,
        at=at,
        lab=app.settings.lab,
    )
    sheet = pades.with_field(render_sheet(page, at, "pdf"))
    try:
        out.write_bytes(sheet)
    except OSError as error:
        raise InputError(
            Text(f"tidak dapat ditulis: {error.strerror}", f"cannot be written: {error.strerror}"), path=out
        ) from error
    record(
        app, "approval.sheet", filed.change, request=said.request, statement=app.objects.put(signed),
        sheet=app.objects.put(sheet), role=said.role, approver=said.approver,
    )  # fmt: skip
    return out


def read(app: App, filed: Filed, path: Path) -> tuple[bytes, bytes, Statement]:
    """The statement of a signed sheet, the file itself, and what it says. Raises `Refused` for a file that is none of ours."""
    try:
        with path.open("rb") as file:
            signed = file.read(pades.MAX_FILE + 1)
    except OSError as error:
        raise InputError(
            Text(f"tidak dapat dibaca: {error.strerror}", f"cannot be read: {error.strerror}"), path=path
        ) from error
    for name, sheet in sheets(app, filed).items():
        if signed.startswith(sheet):
            statement = app.objects.get(name)
            said = parse_statement(statement)
            assert isinstance(said, Statement)
            return statement, signed, said
    raise Refused(
        Text(
            f"berkas itu bukan lembar persetujuan yang diterbitkan untuk {filed.change}",
            f"that file is no approval sheet that was issued for {filed.change}",
        ),
        Text(
            "Tanda tangani berkas dari `netops approve … --sheet` apa adanya.",
            "Sign the file of `netops approve … --sheet` as it is.",
        ),
    )


def _pair(line: str) -> tuple[str, str]:
    word, _, value = line.partition(":")
    return word, value.strip()
